"""The top of a comparison: the verdict with what belongs beside it, and base against tuned in two big numbers.

Knows a comparison; no run and no layout.
"""

from collections.abc import Sequence

from tuning.report.markup import escape
from tuning.report.metric_words import DIRECTION_WORDS, difference, figure, interval_words, metric_words, span
from tuning.report.tracks import difference_track, reach_of
from tuning.scoring.comparison import Check, Comparison, Headline, MetricRow, RungName, Verdict
from tuning.scoring.receipt import failed
from tuning.scoring.wording import RUNGS

__all__ = ["duel", "failure_panel", "verdict_panel"]

_ANSWERS = {
    "better": "▲ Tuning helped",
    "worse": "▼ Tuning made it worse",
    "not_worse": "= Not worse, within the margin",
    "undecided": "? Undecided",
}
_WORTH = {
    True: ", and nothing simpler does as well",
    False: ", but something simpler does as well",
    None: "; that it beats something simpler is not shown",
}
_KINDS = {"better": "better", "worse": "worse", "not_worse": "even", "undecided": "even"}


def verdict_panel(verdict: Verdict, rung: RungName | None, about: Sequence[str], aside: str = "") -> str:
    """The verdict sentence, its answer in a few words, and its caveats; `aside` says how the run ended, if not well.

    `rung` is what tuned was held against, None when there was no ladder.
    """
    answer, kind = _ANSWERS[verdict.kind], _KINDS[verdict.kind]
    if verdict.kind == "better" and rung is not None:
        answer += _WORTH[verdict.worth_it]
        kind = "warning" if verdict.worth_it is False else kind
    elif verdict.kind in {"undecided", "not_worse"} and verdict.worth_it is False:
        answer += " against the base" + _WORTH[False]
    needed = f"About {verdict.rows_needed:,} test rows would decide." if verdict.rows_needed else ""
    beside = [text for text in (aside, needed) if text]
    return _panel(kind, answer, verdict.sentence, [*beside, *verdict.caveats], about)


def failure_panel(checks: Sequence[Check], title: str, reason: str, about: Sequence[str]) -> str:
    """Why there is no verdict: the checks that failed, else the reason that the run gave."""
    found = [f"{check.check}: {check.detail}" for check in failed(checks)]
    lost = "A check failed, so these numbers are not to be trusted." if found else title
    return _panel("worse", "✗ No verdict", lost, [*found, reason], about)


def _panel(kind: str, answer: str, sentence: str, beside: Sequence[str], about: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in beside)
    caveats = f'<ul class="to-caveats" aria-label="What belongs beside it">{items}</ul>' if items else ""
    whence = " · ".join(map(escape, about))
    return (
        f'<div class="to-verdict to-{kind}" role="status"><p class="to-answer">{answer}</p>'
        f'<p class="to-sentence">{escape(sentence)}</p>{caveats}<p class="to-about">{whence}</p></div>'
    )


def duel(comparison: Comparison) -> str:
    """Base and tuned as two big numbers, the difference between them, and tuned against the strongest simpler way.

    On the rows that the verdict is about: where test rows leaked, without them.
    """
    clean = comparison.clean
    metric = clean.metric if clean else next(row for row in comparison.metrics if row.name == comparison.primary)
    rows = clean.rows if clean else comparison.rows.test
    words = metric_words(metric.name)
    meaning = f": {words.meaning}" if words.meaning else ""
    return (
        f'<div class="to-duel">{_side("Base", metric.name, metric.base)}{_between(metric, rows)}'
        f"{_side('Tuned', metric.name, metric.tuned)}</div>"
        f'<p class="to-caption"><b>{escape(words.title)}</b>{meaning}, on {rows:,} test rows neither model was trained '
        f"on{', lower is better' if metric.better == 'lower' else ''}</p>"
        f"{_strongest(comparison.headline, rows)}{_leaked(comparison)}"
    )


def _side(name: str, metric: str, value: float | None) -> str:
    return f'<div class="to-side to-{name.lower()}"><span>{name}</span><b>{figure(metric, value)}</b></div>'


def _between(metric: MetricRow, rows: int) -> str:
    way = difference(metric, rows)
    return (
        f'<div class="to-delta to-{way}"><b>{figure(metric.name, metric.delta, sign=True)}</b>'
        f"<span>{DIRECTION_WORDS[way]}</span>{difference_track(metric, rows, reach_of([metric]))}"
        f"<small>{interval_words(metric, rows)}</small></div>"
    )


def _strongest(headline: Headline | None, rows: int) -> str:
    """Tuned against the best of what needs no tuning."""
    if headline is None:
        return ""
    metric, name = headline.metric, RUNGS[headline.rung]
    if headline.rung == "base":
        return '<p class="to-against">Nothing simpler beats the plain base model: it is what tuned is held against.</p>'
    way = difference(metric, rows)
    return (
        f'<p class="to-against"><span>Strongest without tuning:</span> '
        f"<b>{name}, {figure(metric.name, metric.base)}</b>;"
        f' <span class="to-{way}">tuned is {figure(metric.name, metric.delta, sign=True)} '
        f"{DIRECTION_WORDS[way]}</span> <small>{interval_words(metric, rows)}</small></p>"
    )


def _leaked(comparison: Comparison) -> str:
    """The same metric with the rows that stand in the training rows, when there are any."""
    clean = comparison.clean
    if clean is None:
        return ""
    whole = next(row for row in comparison.metrics if row.name == comparison.primary)
    bounds = span(whole)
    return (
        f'<p class="to-against"><span>Left out: {clean.leaked:,} leaked test rows</span> With them it would be '
        f"{figure(whole.name, whole.base)} against {figure(whole.name, whole.tuned)} on {comparison.rows.test:,} rows"
        f"{f' <small>(difference {bounds})</small>' if bounds else ''}, but tuned may remember them.</p>"
    )
