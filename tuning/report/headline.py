"""The top of a comparison: the verdict with what belongs beside it; base, the best without tuning and tuned below it.

Knows a comparison; no run and no layout.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tuning.report.markup import escape
from tuning.report.metric_words import (
    DIRECTION_WORDS,
    VERDICT_SIGNS,
    difference,
    figure,
    interval_words,
    metric_words,
    span,
)
from tuning.report.rung_words import base_words, rung_words
from tuning.report.tracks import difference_track, reach_of
from tuning.scoring.comparison import Check, Comparison, Headline, MetricRow, Verdict
from tuning.scoring.receipt import failed
from tuning.scoring.verdict import FEWEST_ROWS
from tuning.scoring.wording import each_of, row_count

__all__ = ["duel", "failure_panel", "verdict_panel"]

_ANSWERS = {
    "better": "Tuning helped",
    "worse": "Tuning made it worse",
    "not_worse": "Not worse, within the margin",
    "undecided": "Undecided",
}
_CUT_SHORT = "Worse so far: there was no time for all rows"
_WORTH = {
    True: ", and nothing simpler that was tried does as well",
    False: ", but does not beat something simpler",
    None: "; that it beats something simpler is not shown",
}
_BEHIND = ", but something simpler does better so far"
_BESIDE_SIMPLER: Mapping[str, str] = MappingProxyType({"outdone": "warning", "contested": "even"})
"""The gain over the base is sure; what is shown of it is that over whatever is simpler."""
_KINDS = {"better": "better", "worse": "worse", "not_worse": "even", "undecided": "even"}


def verdict_panel(verdict: Verdict, held: Headline | None, about: Sequence[str], aside: str = "") -> str:
    """The verdict in a few words, a sentence and figures, and its caveats; `aside` says how a run ended if not well.

    `held` is what tuned was held against, None when there was no ladder.
    """
    said = _CUT_SHORT if verdict.kind == "worse" and verdict.unfinished else _ANSWERS[verdict.kind]
    if verdict.kind == "better" and held is not None:
        said += _BEHIND if verdict.behind and verdict.worth_it is None else _WORTH[verdict.worth_it]
    elif verdict.standing == "not_worth_it":
        said = f"Not worth it: tuning does not beat something simpler (against the base: {said.lower()})"
    answer = f"{VERDICT_SIGNS[verdict.standing]} {said}"
    kind = _BESIDE_SIMPLER.get(verdict.standing, _KINDS[verdict.kind])
    beside = [aside] if aside else []
    details = f'<p class="to-details">{_unbroken(verdict.details)}</p>' if verdict.details else ""
    return _panel(kind, answer, _sentence(verdict.sentence) + details, [*beside, *verdict.caveats], about)


def failure_panel(checks: Sequence[Check], title: str, reason: str, about: Sequence[str]) -> str:
    """Why there is no verdict: the checks that failed, else the reason that the run gave."""
    found = [f"{check.check.capitalize()}: {check.detail}." for check in failed(checks)]
    lost = "A check failed, so the numbers of this run are not to be trusted." if found else title
    return _panel("worse", "✗ No verdict", _sentence(lost), [*found, *filter(None, [reason])], about)


def _sentence(text: str) -> str:
    return f'<p class="to-sentence">{_unbroken(text)}</p>'


def _unbroken(text: str) -> str:
    """Escaped, and no figure torn from its sign at the end of a line."""
    return escape(text).replace(" %", "\N{NO-BREAK SPACE}%")


def _panel(kind: str, answer: str, said: str, beside: Sequence[str], about: Sequence[str]) -> str:
    items = "".join(f"<li>{_unbroken(text)}</li>" for text in beside)
    caveats = f'<ul class="to-caveats" aria-label="What belongs beside it">{items}</ul>' if items else ""
    whence = " · ".join(map(escape, about))
    return (
        f'<div class="to-verdict to-{kind}" role="status"><p class="to-answer">{answer}</p>'
        f'{said}{caveats}<p class="to-about">{whence}</p></div>'
    )


def duel(comparison: Comparison) -> str:
    """Base and tuned as big numbers, between them the best that can be had without tuning, and tuned against either.

    On the rows that the verdict is about: where test rows leaked, without them.
    """
    clean = comparison.clean
    metric = comparison.deciding()
    rows = clean.rows if clean else comparison.rows.test
    words = metric_words(metric.name)
    meaning = f": {words.meaning}" if words.meaning else ""
    headline = comparison.headline
    alone = headline is None or headline.rung == "base"
    drawn = _two(metric, comparison, rows) if headline is None or alone else _three(metric, headline, comparison, rows)
    lower = ", lower is better" if metric.better == "lower" else ""
    return (
        f'{drawn}<p class="to-caption"><b>{escape(words.title)}</b>{meaning}, on {rows:,} test rows kept out of '
        f"tuning{_unanswered(comparison)}{lower}</p>{_simplest(comparison)}{_leaked(comparison)}"
    )


def _unanswered(comparison: Comparison) -> str:
    """Test rows that are not among those it is about, for want of time."""
    more = comparison.rows.unanswered
    return f"; there was no time for {more:,} more" if more else ""


def _simplest(comparison: Comparison) -> str:
    """Where nothing simpler beats the base, that it is so, and what does as well."""
    headline = comparison.headline
    if headline is None or headline.rung != "base":
        return ""
    rungs = {rung.name: rung for rung in comparison.ladder}
    untried = any(rung.status == "not_run" for rung in rungs.values())
    chance = rungs["chance"].value if "chance" in rungs else None
    if chance is not None and chance > (headline.metric.base or 0.0):
        return '<p class="to-against">Tuned is held against the base, which does no better than guessing.</p>'
    said = f"{'Of what was tried, nothing' if untried else 'Nothing'} simpler beats the base"
    if headline.equals and comparison.rows.test >= FEWEST_ROWS:
        said += f", but {each_of([rung_words(name, comparison).title for name in headline.equals])} does as well"
    return f'<p class="to-against">{said}: tuned is held against the base.</p>'


def _two(metric: MetricRow, comparison: Comparison, rows: int) -> str:
    """Base and tuned, their difference between them."""
    base = _side("Base", metric.name, metric.base, base_words(comparison))
    tuned = _side("Tuned", metric.name, metric.tuned, "after tuning")
    return f'<div class="to-duel">{base}{_gap(metric, rows, reach_of([metric]))}{tuned}</div>'


def _three(metric: MetricRow, headline: Headline, comparison: Comparison, rows: int) -> str:
    """Base, the strongest rung and tuned as big as each other; below them tuned against either, on one scale."""
    best, name = headline.metric, metric.name
    sides = (
        _side("Base", name, metric.base, base_words(comparison)),
        _side("Best without tuning", name, best.base, rung_words(headline.rung, comparison).title, kind="strongest"),
        _side("Tuned", name, metric.tuned, "after tuning"),
    )
    reach = reach_of([metric, best])
    gaps = _gap(metric, rows, reach, "Tuned against base") + _gap(
        best, rows, reach, "Tuned against the best without tuning"
    )
    return f'<div class="to-duel to-three">{"".join(sides)}</div><div class="to-gaps">{gaps}</div>'


def _side(title: str, metric: str, value: float | None, about: str = "", *, kind: str = "") -> str:
    shown = f"<span>{title}</span><b>{figure(metric, value)}</b>" + (f"<small>{about}</small>" if about else "")
    return f'<div class="to-side to-{kind or title.lower()}">{shown}</div>'


def _gap(metric: MetricRow, rows: int, reach: float, of: str = "") -> str:
    """A difference with its sign, its word and its interval; `of` says whose where they do not stand beside it."""
    way = difference(metric, rows)
    title = f'<small class="to-of">{of}</small>' if of else ""
    return (
        f'<div class="to-delta to-{way}">{title}<b>{figure(metric.name, metric.delta, sign=True)}</b>'
        f"<span>{DIRECTION_WORDS[way]}</span>{difference_track(metric, rows, reach)}"
        f"<small>{interval_words(metric, rows)}</small></div>"
    )


def _leaked(comparison: Comparison) -> str:
    """The same metric with the rows that stand in the training rows, when there are any."""
    clean = comparison.clean
    if clean is None:
        return ""
    whole = next(row for row in comparison.metrics if row.name == comparison.primary)
    bounds = span(whole)
    left_out = row_count(clean.leaked, "leaked test row")
    return (
        f'<p class="to-against"><span>Left out: {left_out}.</span> With them it would be '
        f"{figure(whole.name, whole.base)} against {figure(whole.name, whole.tuned)} on {comparison.rows.test:,} rows"
        f"{f' <small>(difference {bounds})</small>' if bounds else ''}, but tuned may remember them.</p>"
    )
