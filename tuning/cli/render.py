"""A comparison as a person reads it in a terminal: verdict, ladder, scores, checks, notes, samples. Knows no files."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from tuning.cli.terminal import Screen, visible
from tuning.prediction import Prediction
from tuning.report.metric_words import figure, metric_words, span
from tuning.report.rung_words import rung_words
from tuning.scoring.comparison import Check, Comparison, FieldScore, MetricRow, Rung, Slice, Standing
from tuning.scoring.ladder import ranked
from tuning.scoring.wording import change_of, quoted, row_count

__all__ = ["Sample", "render_comparison", "samples"]

_SAMPLES_EACH = 3
_SLICES_EACH = 3
_FIELDS = 12
_SAMPLE_CHARACTERS = 1000
_VERDICT_STYLES: dict[Standing, str] = {
    "better": "bold green",
    "contested": "bold",
    "outdone": "bold yellow",
    "not_worth_it": "bold yellow",
    "not_worse": "bold",
    "undecided": "bold yellow",
    "worse": "bold red",
}
_CHECK_STYLES = {"warn": "yellow", "fail": "red", "pass": ""}


@dataclass(frozen=True)
class Sample:
    """One test row that base and tuned answered differently."""

    base: Prediction
    tuned: Prediction


def samples(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> list[Sample]:
    """A few fixed rows, then a few broken ones, in the order of the file."""
    tuned_by_row = {answer.row: answer for answer in tuned}
    pairs = [Sample(answer, tuned_by_row[answer.row]) for answer in base if answer.row in tuned_by_row]
    fixed = [pair for pair in pairs if pair.tuned.correct and not pair.base.correct]
    broken = [pair for pair in pairs if pair.base.correct and not pair.tuned.correct]
    return fixed[:_SAMPLES_EACH] + broken[:_SAMPLES_EACH]


def render_comparison(screen: Screen, comparison: Comparison, chosen: Sequence[Sample], notes: Sequence[str]) -> None:
    """Everything a person needs to judge a run, 80 columns wide."""
    screen.line("")
    _render_verdict(screen, comparison)
    if comparison.ladder:
        screen.line("")
        screen.console.print(_ladder_table(comparison))
    screen.line("")
    screen.console.print(_score_table(comparison))
    if comparison.fields:
        screen.line("")
        screen.console.print(_field_table(comparison.fields))
    if any(metric.better == "lower" for metric in comparison.metrics):
        screen.line("* lower is better")
    _render_reasons(screen, comparison)
    _render_receipt(screen, comparison.receipt)
    for note in notes:
        screen.line(f"note: {visible(note)}")
    _render_samples(screen, chosen)


def _render_verdict(screen: Screen, comparison: Comparison) -> None:
    """The sentence with its figures, what belongs beside it, and the four counts."""
    if comparison.verdict is None:
        screen.line("No verdict: a check failed, so these numbers are not to be trusted.", "bold red")
    else:
        screen.line(visible(comparison.verdict.sentence), _VERDICT_STYLES[comparison.verdict.standing])
        if comparison.verdict.details:
            screen.line(visible(comparison.verdict.details))
        for caveat in comparison.verdict.caveats:
            screen.line(f"! {visible(caveat)}", "yellow")
    flips, moved = comparison.flips, comparison.moved
    if moved is not None:
        screen.line(
            f"By {metric_words(comparison.primary).title}, tuned is closer to the target on {row_count(moved.closer)}, "
            f"further from it on {moved.further}, as close on {moved.level}."
        )
    exactly = "" if moved is None else ", exactly the target"
    screen.line(
        f"Of {row_count(comparison.rows.test)}{exactly}: {flips.fixed} fixed, {flips.broken} broken, "
        f"{flips.both_right} both right, {flips.both_wrong} both wrong."
    )


def _ladder_table(comparison: Comparison) -> Table:
    """Every rung with its score, the best first, or why it has none."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(f"ladder, by {metric_words(comparison.primary).title}", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("")
    for rung in ranked(comparison.ladder):
        strongest = comparison.headline is not None and rung.name == comparison.headline.rung
        name = Text(rung_words(rung.name, comparison).title, style="bold" if strongest or rung.name == "tuned" else "")
        table.add_row(name, *_rung_score(comparison.primary, rung), Text(visible(rung.note)))
    return table


def _rung_score(name: str, rung: Rung) -> list[str]:
    if rung.status == "not_run":
        return ["-", "not run"]
    known = rung.low is not None and rung.high is not None
    return [figure(name, rung.value), f"{figure(name, rung.low)} to {figure(name, rung.high)}" if known else ""]


def _score_table(comparison: Comparison) -> Table:
    with_interval = any(metric.low is not None for metric in comparison.metrics)
    strongest = any(metric.strongest is not None for metric in comparison.metrics)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("scores")
    best = ["best without"] if strongest else []
    for heading in ("base", *best, "tuned", "difference", *(["95 % interval"] if with_interval else [])):
        table.add_column(heading, justify="right", no_wrap=heading not in best)
    for metric in comparison.metrics:
        name = metric_words(metric.name).title + (" *" if metric.better == "lower" else "")
        cells: list[str | Text] = [figure(metric.name, metric.base), figure(metric.name, metric.tuned), _change(metric)]
        if with_interval:
            cells.append(_span(metric))
        cells[1:1] = [figure(metric.name, metric.strongest)] if strongest else []
        table.add_row(Text(name, style="bold" if metric.name == comparison.primary else ""), *cells)
    return table


def _field_table(fields: Sequence[FieldScore]) -> Table:
    """The commonest fields of JSON targets, each with the share of its rows that have the right value."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("fields (exploratory)")
    for heading in ("rows", "base", "tuned", "difference", "95 % interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    for score in fields[:_FIELDS]:
        metric = score.metric
        change = _change(metric) if score.claim else figure(metric.name, metric.delta, sign=True)
        values = (figure(metric.name, metric.base), figure(metric.name, metric.tuned), change, _span(metric))
        table.add_row(Text(visible(score.field)), str(score.rows), *values)
    return table


def _render_reasons(screen: Screen, comparison: Comparison) -> None:
    """Where the difference comes from: format or knowledge, other text, and the slices that differ most."""
    said = [part.note for part in (comparison.gain, comparison.forgetting) if part is not None]
    if comparison.verdict is not None:
        said = [note for note in said if note not in comparison.verdict.caveats]
    claimed = [part for part in comparison.slices if part.claim]
    if said or claimed:
        screen.line("")
    for note in said:
        screen.line(visible(note))
    for claim in ("worse", "better"):
        found = sorted((part for part in claimed if part.claim == claim), key=_size_of_change, reverse=True)
        for part in found[:_SLICES_EACH]:
            change = f"{change_of(part.metric)} on {row_count(part.rows)}"
            screen.line(f"{claim} where {visible(part.by)} is {visible(quoted(part.value))} (exploratory): {change}")


def _size_of_change(part: Slice) -> float:
    return abs(part.metric.delta or 0.0)


def _change(metric: MetricRow) -> Text:
    """A difference, in points where the scores are in percent."""
    return Text(figure(metric.name, metric.delta, sign=True), style=_delta_style(metric))


def _span(metric: MetricRow) -> str:
    """The bounds of a difference in the unit that stands with it: a line has room for one."""
    return (span(metric) or "").removesuffix(" points")


def _delta_style(metric: MetricRow) -> str:
    if not metric.delta:
        return ""
    return "green" if (metric.delta > 0) == (metric.better == "higher") else "red"


def _render_receipt(screen: Screen, receipt: Sequence[Check]) -> None:
    """Every check with its evidence, those that did not pass in colour."""
    if not receipt:
        return
    passed = sum(check.status == "pass" for check in receipt)
    screen.line("")
    screen.line(f"Checks passed: {passed} of {len(receipt)}", "bold")
    for check in receipt:
        screen.line(f"{check.status}: {visible(check.check)}: {visible(check.detail)}", _CHECK_STYLES[check.status])


def _render_samples(screen: Screen, chosen: Sequence[Sample]) -> None:
    fixed = [sample for sample in chosen if sample.tuned.correct]
    broken = [sample for sample in chosen if not sample.tuned.correct]
    for heading, kind in (("Fixed: base wrong, tuned right", fixed), ("Broken: base right, tuned wrong", broken)):
        if not kind:
            continue
        screen.line("")
        screen.line(heading, "bold")
        for sample in kind:
            _render_sample(screen, sample)


def _render_sample(screen: Screen, sample: Sample) -> None:
    """Row number, input and both outputs, each cut to one line; one of the outputs is the target."""
    row = f"row {sample.base.row}"
    lines = [("input", sample.base.input), ("base", sample.base.output), ("tuned", sample.tuned.output)]
    for number, (name, content) in enumerate(lines):
        margin = row if number == 0 else " " * len(row)
        line = Text(f"  {margin}  {name:5}  {visible(content[:_SAMPLE_CHARACTERS]) or '(nothing)'}")
        screen.console.print(line, no_wrap=True, overflow="ellipsis")
