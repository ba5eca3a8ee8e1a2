"""Sentences that belong beside a verdict, so that what got worse is read by whoever reads what got better.

Knows the finished parts of a comparison, and the rows that it is about.
"""

import math
from collections import Counter
from collections.abc import Sequence

from tuning.data.enough import FEWEST_ROWS
from tuning.prediction import Prediction
from tuning.scoring.copying import AS_IS, BY_TARGET, OTHERWISE
from tuning.scoring.evidence import NO_TIME
from tuning.scoring.likeness import BY_LIKENESS, LIKE, UNLIKE
from tuning.scoring.record import Comparison, Confusion, RungName, Slice
from tuning.scoring.row_scores import GRADED
from tuning.scoring.statistics import SMALL_P
from tuning.scoring.wording import RUNGS, about_rows, change_of, metric_name, percent, quoted, row_count

__all__ = ["find_caveats"]

MOST_SLICES = 3
_MOST_OF = 0.5
"""Share of the rows from which on an answer is the base's habit."""
_ONE_ANSWER, _FAR_FEWER = 0.6, 0.6
"""From this share of the rows on one answer is tuned's habit, where at most that share of them has it as target."""
_OTHERWISE_ASKED: tuple[RungName, ...] = ("base_best", "base_few_shot")
_COPIES = 0.2
"""From this share of the rows on, what copying gets right is told apart."""
_MUCH = 0.1
"""So much better, of 1, a base must do in another way for that to be said."""


def find_caveats(comparison: Comparison, rows: Sequence[Prediction] = ()) -> list[str]:
    """What would decide, unseen rows, leaks, torn targets, copies, no skill, format, easy and worse parts, forgetting.

    `rows` are those that the verdict is about, by either model.
    """
    caveats = _more_rows(comparison) + _sure_all_the_same(comparison)
    if comparison.verdict is not None and comparison.verdict.unfinished:
        seen = comparison.rows.train or 0
        there = row_count(seen + comparison.rows.unseen, "training row")
        caveats.append(f"Training saw {seen:,} of {there}: what tuning does with all of them takes more time to know.")
    if comparison.clean:
        leaked = row_count(comparison.clean.leaked)
        caveats.append(
            f"{leaked} also stood in the training rows; the verdict is about the {comparison.clean.rows} others."
        )
    caveats.extend(_torn(rows))
    caveats.extend(_copies(comparison.slices))
    caveats.extend(_asked_otherwise(comparison))
    caveats.extend(_not_shown(comparison))
    caveats.extend(_good_enough(comparison))
    caveats.extend(_no_skill(comparison))
    caveats.extend(_never_answered(comparison))
    if comparison.gain and comparison.gain.kind in {"format", "unclear"}:
        caveats.append(comparison.gain.note)
    caveats.extend(_easier(comparison.slices))
    caveats.extend(_worse(comparison.slices, _given_to_most(comparison)))
    if comparison.forgetting and comparison.forgetting.forgot:
        caveats.append(comparison.forgetting.note)
    if not any(row.delta for row in comparison.metrics) and not comparison.flips.fixed:
        caveats.append(
            "Every score is the same before and after tuning; the checks say whether the adapter was applied."
        )
    return caveats


def _more_rows(comparison: Comparison) -> list[str]:
    """Where the verdict is open, how to come by as many test rows as would decide."""
    verdict, rows = comparison.verdict, comparison.rows
    # Where something simpler does as well, more rows would decide what is of no use; so they would of half a training.
    if verdict is None or verdict.rows_needed is None or verdict.worth_it is False or verdict.unfinished:
        return []
    needed, there = verdict.rows_needed, (comparison.clean.rows if comparison.clean else rows.test) + rows.unanswered
    would = f"To decide, it would take {about_rows(needed)} test rows, if the difference stays"
    if rows.unanswered and needed <= there:
        return [f"{would}: {there:,} are put aside, and a longer run answers more of them."]
    if rows.train is None:
        return [f"{would}."]
    if needed > there + rows.train + (rows.dev or 0):
        return [f"{would}: that is more than this file has rows."]
    if needed > there + rows.train // 2:
        return [f"{would}: then few rows of this file would be left to learn from, so bring more."]
    return [f"{would}: put that many aside (setting Test rows), or bring a larger test set."]


def _sure_all_the_same(comparison: Comparison) -> list[str]:
    """Where the metric that decides is open, what of the others is not, their number being allowed for."""
    if comparison.verdict is None or comparison.verdict.kind != "undecided" or comparison.rows.test < FEWEST_ROWS:
        return []
    sure = [row for row in comparison.metrics if row.p_adjusted is not None and row.p_adjusted < SMALL_P]
    ways: dict[str, list[str]] = {"better": [], "worse": []}
    for row in sure:
        if row.delta and row.low is not None and row.high is not None and not row.low <= 0 <= row.high:
            ways["better" if (row.delta > 0) == (row.better == "higher") else "worse"].append(metric_name(row.name))
    return [f"Surely {way} all the same: {', '.join(names)}." for way, names in ways.items() if names]


def _torn(rows: Sequence[Prediction]) -> list[str]:
    """To the same input a model gives the same answer, so where targets differ it cannot be right each time."""
    targets: dict[str, Counter[str]] = {}
    for row in rows:
        targets.setdefault(row.input, Counter())[row.target] += 1
    lost = sum(counts.total() - max(counts.values()) for counts in targets.values())
    if not lost:
        return []
    most = f"{len(rows) - lost} of these {row_count(len(rows))} at most can be answered as their target says"
    return [f"{most}: some inputs come with different targets."]


def _copies(slices: Sequence[Slice]) -> list[str]:
    """Where copying the input is right on many rows, what the others say: that is what was to be learned."""
    parts = {part.value: part for part in slices if part.by == BY_TARGET}
    same, other = parts.get(AS_IS), parts.get(OTHERWISE)
    if same is None or other is None or same.rows < _COPIES * (same.rows + other.rows):
        return []
    metric, wanted = other.metric, f"{row_count(same.rows)} {'wants' if same.rows == 1 else 'want'} the input as it is"
    if metric.base is None or metric.tuned is None:
        return [f"{wanted}, which copying gets right."]
    went = f"{metric_name(metric.name)} went from {percent(metric.base)} to {percent(metric.tuned)}"
    return [f"{wanted}, which copying gets right. On the {other.rows:,} that want something else {went}."]


def _asked_otherwise(comparison: Comparison) -> list[str]:
    """A base that does much better when it is asked or read in another way makes the difference from it look large."""
    rungs, headline = {rung.name: rung for rung in comparison.ladder}, comparison.headline
    ways = [rung for name in _OTHERWISE_ASKED if (rung := rungs.get(name)) is not None and rung.value is not None]
    base = rungs["base"].value if "base" in rungs else None
    if base is None or not ways or comparison.verdict is None or comparison.verdict.kind != "better":
        return []
    best = max(ways, key=lambda rung: rung.value or 0.0)
    # Where nothing does better without tuning, the sentence of the verdict names it.
    if best.value is None or best.value - base < _MUCH or (headline is not None and headline.rung == best.name):
        return []
    reached = f"{RUNGS[best.name]} reaches {percent(best.value)} without tuning"
    return [f"A part of the gain is how the base is asked: {reached}, against {percent(base)} as it is asked here."]


def _not_shown(comparison: Comparison) -> list[str]:
    """A large difference to a base that was told little is partly one of being told."""
    verdict = comparison.verdict
    shown = next((rung for rung in comparison.ladder if rung.name == "base_few_shot"), None)
    if verdict is None or verdict.kind != "better" or shown is None or shown.note != NO_TIME:
        return []
    cut = next((row.base for row in comparison.metrics if row.name == "hit_limit_rate"), None)
    also = f"; {percent(cut)} of its answers were cut off" if cut is not None and cut >= _MOST_OF else ""
    told = "how it does with some in its prompt, and no tuning, takes a longer run to know"
    return [f"The base was shown no examples of what is wanted{also}: {told}."]


def _good_enough(comparison: Comparison) -> list[str]:
    """How good the answers are that are only more or less like their targets: better is not yet good."""
    if comparison.primary not in GRADED or comparison.verdict is None:
        return []
    tuned = next((row.tuned for row in comparison.metrics if row.name == comparison.primary), None)
    flips, rows = comparison.flips, comparison.rows.test
    if tuned is None:
        return []
    exact = flips.fixed + flips.both_right
    if comparison.primary == "field_exactness":
        return [f"Tuned answers exactly as wanted on {exact} of {row_count(rows)} ({percent(exact / rows)})."]
    like = f"Tuned's answers are {percent(tuned)} like their targets (100 % is the target to the letter)"
    return [f"{like}, and {exact} of {rows} are exactly it: read some below to judge whether that is good enough."]


def _easier(slices: Sequence[Slice]) -> list[str]:
    """Where rows like those of training are surely easier for tuned: the others say more about what it will meet.

    Scores from 0 to 1 with mean m vary by m(1 - m) at most (Bhatia & Davis 2000, Amer. Math. Monthly 107:353), so that
    the bound of two standard errors is a wide one.
    """
    parts = {part.value: part for part in slices if part.by == BY_LIKENESS}
    like, unlike = parts.get(LIKE), parts.get(UNLIKE)
    if like is None or unlike is None or min(like.rows, unlike.rows) < FEWEST_ROWS:
        return []
    easy, hard = like.metric.tuned, unlike.metric.tuned
    if easy is None or hard is None or like.metric.better != "higher":
        return []
    error = math.sqrt(easy * (1 - easy) / like.rows + hard * (1 - hard) / unlike.rows)
    if easy - hard <= 2 * error:
        return []
    what = metric_name(like.metric.name)
    easier = f"{what} of tuned is {percent(easy)} on the {like.rows:,} that share half their words or more with a"
    rest = f"training row, {percent(hard)} on the {unlike.rows:,} others, which say more about what it has never seen"
    beside = "" if unlike.strongest is None else f" (the best without tuning there: {percent(unlike.strongest)})"
    before = (like.metric.base or 0.0) - (unlike.metric.base or 0.0)
    whom = "for it" if before < (easy - hard) / 2 else "for it, and were for the base"
    return [f"Rows like those it learned from are easier {whom}: {easier} {rest}{beside}."]


def _no_skill(comparison: Comparison) -> list[str]:
    """A tuned model that always answers alike, or no better than chance, has learned nothing whatever its gain."""
    if comparison.confusion is None or len(comparison.classes) < 2:
        return []
    said = []
    columns = zip(comparison.confusion.labels, *comparison.confusion.tuned, strict=True)
    given = [label for label, *counts in columns if any(counts)]
    if len(given) == 1:
        said.append(f"Tuned gives one answer to every row: {quoted(given[0])}.")
    else:
        said += _hardly_told_apart(comparison.confusion)
    values = {rung.name: rung.value for rung in comparison.ladder}
    chance, tuned = values.get("chance"), values.get("tuned")
    if chance is not None and tuned is not None and tuned <= chance:
        said.append(f"Tuned is no better than chance: {percent(tuned)} against {percent(chance)}.")
    return said


def _hardly_told_apart(confusion: Confusion) -> list[str]:
    """One answer to most rows, though it is the target of far fewer."""
    counts = [sum(column) for column in zip(*confusion.tuned, strict=True)]
    rows, most = sum(counts), max(counts, default=0)
    label = confusion.labels[counts.index(most)]
    wanted = sum(confusion.tuned[counts.index(most)])
    if most < _ONE_ANSWER * rows or wanted > _FAR_FEWER * most:
        return []
    return [f"Tuned answers {quoted(label)} to {most} of {row_count(rows)}, of {wanted} of which it is the target."]


def _never_answered(comparison: Comparison) -> list[str]:
    """Labels that tuned has no answer left for, where the base got rows of them right."""
    if comparison.confusion is None:
        return []
    labels, base, tuned = comparison.confusion.labels, comparison.confusion.base, comparison.confusion.tuned
    lost = [
        f"{quoted(label)} ({base[place][place]} of {sum(base[place])} right before)"
        for place, label in enumerate(labels)
        if base[place][place] and not any(row[place] for row in tuned)
    ]
    if not lost or len(labels) - len(lost) < 2:
        return []
    more = f" and {len(lost) - MOST_SLICES} more" if len(lost) > MOST_SLICES else ""
    return [f"Tuned never answers {', '.join(lost[:MOST_SLICES])}{more}."]


def _given_to_most(comparison: Comparison) -> tuple[str, int] | None:
    """The label that the base gives to most rows, whatever their target, and to how many; None if there is none."""
    if comparison.confusion is None:
        return None
    counts = [sum(column) for column in zip(*comparison.confusion.base, strict=True)]
    most = max(counts, default=0)
    if not most or most < _MOST_OF * comparison.rows.test:
        return None
    return comparison.confusion.labels[counts.index(most)], most


def _worse(slices: list[Slice], given: tuple[str, int] | None) -> list[str]:
    """The slices that are surely worse; exploratory, since many are looked at."""
    found = sorted((part for part in slices if part.claim == "worse"), key=lambda part: -abs(part.metric.delta or 0))
    said = [_worse_where(part, given) for part in found[:MOST_SLICES]]
    more = len(found) - len(said)
    return [*said, f"{more} more parts are worse."] if more > 0 else said


def _worse_where(part: Slice, given: tuple[str, int] | None) -> str:
    """Whoever gives one answer to almost every row is right wherever that is the target, which is no skill to lose."""
    why = "may be luck: many parts were looked at"
    if given is not None and part.by == "class" and part.value == given[0]:
        why = f"the base gives that answer to {row_count(given[1])}, right or not"
    return f"Worse where {part.by} is {quoted(part.value)} ({why}): {change_of(part.metric)} on {row_count(part.rows)}."
