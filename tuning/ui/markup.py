"""The only place where HTML is made. Knows texts and numbers, no runs and no layout.

Every function returns a whole fragment for the value of a `gr.HTML`; every text that enters one is escaped here, and
Gradio pastes the value into its template as it is (`${value}`), so a template marker in a text stays a text.
"""

import html
from collections.abc import Sequence

from tuning.scoring.comparison import Check, ClassScore, Confusion, Flips, MetricRow
from tuning.scoring.verdict import FEWEST_ROWS

__all__ = [
    "METRIC_TITLES",
    "bar",
    "class_table",
    "counts",
    "difference",
    "duel",
    "escape",
    "figure",
    "heading",
    "matrices",
    "metric_table",
    "notice",
    "receipt",
    "secret_link",
    "splits",
    "steps",
]

METRIC_TITLES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "exact_match": "Exact match",
    "chrf": "chrF",
    "rouge_l": "ROUGE-L",
    "perplexity": "Perplexity",
}
_MOST_LABELS = 40
_SIGNS = {"better": "▲", "worse": "▼", "even": "="}
_WORDS = {"better": "▲ better", "worse": "▼ worse", "even": "= no clear difference", "open": ""}


def escape(text: object) -> str:
    """A text from anywhere, safe between tags and in attributes, with its own writing direction kept to itself."""
    return f"<bdi>{html.escape(str(text), quote=True)}</bdi>"


def heading(number: str, title: str, hint: str = "") -> str:
    """The heading of a part of a screen."""
    return f'<h2 class="to-h"><span class="to-num">{number}</span>{title}<small>{hint}</small></h2>'


def notice(kind: str, title: str, body: str = "") -> str:
    """A message in a box; `kind` is info, warning, error, better, worse or empty."""
    said = body[:1].upper() + body[1:] if kind in {"error", "warning"} else body
    more = f"<p>{escape(said)}</p>" if body else ""
    role = "alert" if kind == "error" else "status"
    return f'<div class="to-notice to-{kind}" role="{role}"><strong>{escape(title)}</strong>{more}</div>'


def figure(name: str, value: float | None, *, sign: bool = False) -> str:
    """A metric's value, or with `sign` a difference of two, as it is written everywhere."""
    if value is None:
        return "–"
    mark = "+" if sign else ""
    if name == "perplexity":
        return f"{value:{mark},.1f}".replace("-", "−")
    return f"{value * 100:{mark}.1f}{' points' if sign else ' %'}".replace("-", "−")


def difference(metric: MetricRow, rows: int) -> str:
    """Whether tuned is better or worse: even when that cannot be told apart, open when no interval says how sure it is.

    An interval over fewer rows than the verdict asks for says nothing, so that no figure claims more than the verdict.
    """
    low, high, delta = metric.low, metric.high, metric.delta
    if not delta:
        return "even"
    if low is None or high is None or rows < FEWEST_ROWS:
        return "open"
    if low <= 0 <= high:
        return "even"
    return "better" if (delta > 0) == (metric.better == "higher") else "worse"


def _interval(metric: MetricRow, rows: int) -> str:
    if metric.low is None or metric.high is None:
        return "no interval: how sure this is was not computed"
    low, high = figure(metric.name, metric.low, sign=True), figure(metric.name, metric.high, sign=True)
    few = "; too few rows to tell" if rows < FEWEST_ROWS else ""
    return f"95 % interval {low.removesuffix(' points')} to {high}{few}"


def duel(metric: MetricRow, rows: int) -> str:
    """Base and tuned as two big numbers with the difference between them."""
    way = difference(metric, rows)
    title = METRIC_TITLES.get(metric.name, metric.name)
    lower = ", lower is better" if metric.better == "lower" else ""
    return (
        '<div class="to-duel">'
        f'<div class="to-side"><span>Base</span><b>{figure(metric.name, metric.base)}</b></div>'
        f'<div class="to-delta to-{way}"><b>{figure(metric.name, metric.delta, sign=True)}</b>'
        f"<span>{_WORDS[way]}</span><small>{_interval(metric, rows)}</small></div>"
        f'<div class="to-side to-tuned"><span>Tuned</span><b>{figure(metric.name, metric.tuned)}</b></div>'
        f'</div><p class="to-caption">{escape(title)} on {rows:,} test rows neither model was trained on{lower}</p>'
    )


def metric_table(metrics: Sequence[MetricRow], rows: int) -> str:
    """Every metric of both models on that many test rows."""
    lines = []
    for metric in metrics:
        way = difference(metric, rows)
        title = METRIC_TITLES.get(metric.name, metric.name)
        lower = " <small>(lower is better)</small>" if metric.better == "lower" else ""
        lines.append(
            f'<tr><th scope="row">{escape(title)}{lower}</th><td>{figure(metric.name, metric.base)}</td>'
            f"<td>{figure(metric.name, metric.tuned)}</td>"
            f'<td class="to-{way}">{figure(metric.name, metric.delta, sign=True)} {_WORDS[way]}'
            f"<small>{_interval(metric, rows)}</small></td></tr>"
        )
    return _table("Scores", ("Metric", "Base", "Tuned", "Difference"), lines)


def counts(flips: Flips) -> str:
    """The four counts: what tuning changed, row by row."""
    cells = (
        ("better", "▲", flips.fixed, "fixed", "wrong before, right now"),
        ("worse", "▼", flips.broken, "broken", "right before, wrong now"),
        ("even", "✓", flips.both_right, "both right", "right before and now"),
        ("even", "✗", flips.both_wrong, "both wrong", "wrong before and now"),
    )
    inner = "".join(
        f'<div class="to-count to-{way}"><b>{mark} {number:,}</b><span>{name}</span><small>{hint}</small></div>'
        for way, mark, number, name, hint in cells
    )
    return f'<div class="to-counts">{inner}</div>'


def class_table(classes: Sequence[ClassScore]) -> str:
    """F1 of every class under both models."""
    lines = []
    for score in classes:
        delta = score.tuned_f1 - score.base_f1
        way = "even" if abs(delta) < 0.0005 else "better" if delta > 0 else "worse"
        lines.append(
            f'<tr><th scope="row">{escape(score.label[:80])}</th><td>{score.rows:,}</td><td>{score.base_f1:.2f}</td>'
            f"<td>{score.tuned_f1:.2f}</td><td>{_SIGNS[way]} {delta:+.2f}</td></tr>"
        )
    return _table("F1 by class", ("Class", "Test rows", "Base", "Tuned", "Difference"), lines)


def matrices(found: Confusion) -> str:
    """Both confusion matrices, beside each other where there is room; none for more labels than a page can show."""
    if len(found.labels) > _MOST_LABELS:
        return notice("info", f"{len(found.labels)} classes are too many for a matrix on a page: see F1 by class.")
    width = 190 + 34 * len(found.labels)
    both = _matrix("Base", found.labels, found.base) + _matrix("Tuned", found.labels, found.tuned)
    return f'<div class="to-matrices" style="--width:{width}px">{both}</div>'


def _matrix(title: str, labels: Sequence[str], rows: Sequence[Sequence[int]]) -> str:
    columns = "".join(
        f'<th scope="col" title="{html.escape(label, quote=True)}">{number}</th>'
        for number, label in enumerate(labels, 1)
    )
    lines = []
    for number, (label, row) in enumerate(zip(labels, rows, strict=True), 1):
        total = max(1, sum(row))
        cells = "".join(
            f'<td class="{"to-hit" if place == number else "to-miss"}" style="--share:{count / total:.2f}">'
            f"{count or '·'}</td>"
            for place, count in enumerate(row, 1)
        )
        lines.append(f'<tr><th scope="row"><i>{number}</i> {escape(label[:40])}</th>{cells}</tr>')
    return (
        f'<figure class="to-matrix"><figcaption>{title}: target down, answer across</figcaption>'
        f'<div class="to-scroll" tabindex="0"><table><thead><tr><td></td>{columns}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div></figure>"
    )


def receipt(checks: Sequence[Check]) -> str:
    """What was checked, how it went, and the evidence."""
    marks = {"pass": ("better", "✓ passed"), "warn": ("warning", "! warning"), "fail": ("worse", "✗ failed")}
    lines = [
        f'<tr><td class="to-{marks[check.status][0]}">{marks[check.status][1]}</td>'
        f'<th scope="row">{escape(check.check)}</th><td>{escape(check.detail)}</td></tr>'
        for check in checks
    ]
    return _table("Receipt", ("Result", "Check", "Evidence"), lines, kind="to-receipt")


def secret_link(run_id: str) -> str:
    """A link that opens this page on a run, whose id is of our making."""
    return (
        f'<p class="to-caption"><a href="?run={html.escape(run_id, quote=True)}">Secret link to this run</a>: whoever '
        "has it can look at the run; only you can cancel or delete it.</p>"
    )


def splits(train: int, dev: int, test: int) -> str:
    """How many rows each split has, and what it is for."""
    cells = ((train, "train", "to learn from"), (dev, "dev", "to stop in time"), (test, "test", "to judge by"))
    inner = "".join(
        f'<div class="to-count"><b>{number:,}</b><span>{name}</span><small>{hint}</small></div>'
        for number, name, hint in cells
    )
    return f'<div class="to-counts to-three">{inner}</div>'


def bar(share: float | None) -> str:
    """A progress bar; without a share it only says that something happens."""
    if share is None:
        return '<div class="to-bar to-busy" role="progressbar" aria-label="progress unknown"><i></i></div>'
    percent = round(100 * min(1.0, max(0.0, share)))
    return (
        f'<div class="to-bar" role="progressbar" aria-label="progress" aria-valuenow="{percent}" aria-valuemin="0" '
        f'aria-valuemax="100"><i style="width:{percent}%"></i></div>'
    )


def steps(names: Sequence[str], current: int) -> str:
    """The parts of a run in order; those before `current` are done."""
    items = []
    for number, name in enumerate(names):
        kind = "done" if number < current else "now" if number == current else "next"
        mark = "✓" if kind == "done" else str(number + 1)
        state = ' aria-current="step"' if kind == "now" else ""
        items.append(f'<li class="to-{kind}"{state}><i>{mark}</i>{escape(name)}</li>')
    return f'<ol class="to-steps">{"".join(items)}</ol>'


def _table(caption: str, headers: Sequence[str], lines: Sequence[str], kind: str = "") -> str:
    head = "".join(f'<th scope="col">{header}</th>' for header in headers)
    return (
        f'<div class="to-scroll" tabindex="0"><table class="to-table {kind}"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
