"""The receipt: what is checked about a run before its comparison may be believed, as rules from numbers to checks.

A failed check fails the run; a warning is shown beside the verdict. Knows nothing of models or tensors: the pipeline
measures, these rules judge.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tuning.prediction import Prediction
from tuning.scoring.evidence import Setup
from tuning.scoring.record import Check, Noise

__all__ = [
    "FREE_LOOKS",
    "PROBABILITY_TOLERANCE",
    "RowShare",
    "answers_changed",
    "answers_understood",
    "failed",
    "first_unlike_row",
    "leaked_rows",
    "logits_changed",
    "looks_at_test",
    "noise_floor",
    "same_likelihoods",
    "same_predictions",
    "same_prompts",
    "same_rows",
    "same_settings",
    "stock_attention",
    "trained_head",
    "truncated_rows",
]

FREE_LOOKS = 3
"""The best of four equally good runs looks a whole standard error better than it is; of three, 0.85 of one."""

PROBABILITY_TOLERANCE = 1e-6
"""Answers must be identical; their probabilities may differ by what writing and reading a float may change."""
SHOWN = 60
"""Characters of a user's text quoted in a check."""


@dataclass(frozen=True)
class RowShare:
    """`count` of the `total` rows of one split, or of one model's answers."""

    split: str
    count: int
    total: int
    lost: str = "the end of their input or the start of their target"
    """Of rows that were cut: what they lost."""


def same_rows(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> Check:
    """Both models answered the same rows in the same order, with the same inputs and targets."""
    difference = first_unlike_row(base, tuned)
    if difference is not None:
        return Check(check="same rows", status="fail", detail=difference)
    return Check(check="same rows", status="pass", detail=f"both models answered the same {len(base)} rows")


def same_predictions(check: str, before: Sequence[Prediction], after: Sequence[Prediction]) -> Check:
    """The rows of `after`, answered again, have the answers that the same rows have in `before`; `check` is its name.

    `before` may hold more rows, so that the first 16 answered again can be held against the whole test split. Passing
    takes at least one row, equal outputs, and probabilities within `PROBABILITY_TOLERANCE`.
    """
    if not after:
        return Check(check=check, status="fail", detail="no row was answered again")
    known = {prediction.row: prediction for prediction in before}
    for again in after:
        first = known.get(again.row)
        difference = f"row {again.row} was not answered before" if first is None else _answers_differ(first, again)
        if difference is not None:
            return Check(check=check, status="fail", detail=difference)
    return Check(check=check, status="pass", detail=f"identical answers on {len(after)} rows")


def same_likelihoods(check: str, before: Sequence[Prediction], nlls: Mapping[int, float], bound: float) -> Check:
    """The targets of some rows, measured again, are as likely as in `before`; `check` is its name.

    `nlls` are whole negative log-likelihoods in nats by row. A mean difference of over `bound` nats a token fails;
    where the targets are less likely than a nat a token, of over so many times that: rounding errs in proportion.
    """
    known = {row.row: row for row in before if row.target_nll is not None and row.target_tokens}
    rows = [known[number] for number in nlls if number in known]
    if not rows or len(rows) < len(nlls):
        return Check(check=check, status="fail", detail=f"of {len(nlls)} rows, {len(rows)} were measured before")
    apart = sum(abs(nlls[row.row] - (row.target_nll or 0.0)) for row in rows)
    tokens = sum(row.target_tokens or 0 for row in rows)
    mean, allowed = apart / tokens, bound * max(1.0, sum(row.target_nll or 0.0 for row in rows) / tokens)
    if math.isfinite(mean) and mean <= allowed:
        detail = f"the targets of {len(rows)} rows are as likely, to {mean:.2g} nats a token; {allowed:.2g} is allowed"
        return Check(check=check, status="pass", detail=detail)
    moved = f"the targets of {len(rows)} rows are more or less likely than before, by {mean:.2g} nats a token"
    return Check(check=check, status="fail", detail=f"{moved}; rounding explains {allowed:.2g} at most")


def logits_changed(max_abs_difference: float) -> Check:
    """Switching the adapter on changes the model's logits; a difference that is not a positive number fails."""
    name = "adapter changes logits"
    if not math.isfinite(max_abs_difference):
        return Check(check=name, status="fail", detail=f"the largest difference is {max_abs_difference}, not a number")
    if max_abs_difference <= 0:
        return Check(check=name, status="fail", detail="the logits are the same with and without the adapter")
    return Check(check=name, status="pass", detail=f"by up to {max_abs_difference:.3g}")


def stock_attention(mean_abs_difference: float, bound: float) -> Check:
    """Our attention gives about the log-probabilities (nats) of the library's own; beyond `bound` is a warning."""
    near = math.isfinite(mean_abs_difference) and mean_abs_difference <= bound
    detail = f"mean difference in log-probability {mean_abs_difference:.2g}, bound {bound:.2g}"
    return Check(check="stock attention agrees", status="pass" if near else "warn", detail=detail)


def leaked_rows(count: int, total: int, alike: int | None = None) -> Check:
    """How many of `total` test rows have an input that also stands in the training rows; any is a warning.

    `alike` of them share half their words or more with a training row: no fault, but a warning where most do.
    """
    name = "test rows unseen in training"
    like = f"; {alike} have half their words or more in common with one" if alike else ""
    if count == 0:
        detail = f"none of {total} test inputs stands in the training rows{like}"
        return Check(check=name, status="warn" if 2 * (alike or 0) > total else "pass", detail=detail)
    detail = f"{count} of {total} test inputs also {'stands' if count == 1 else 'stand'} in the training rows{like}"
    return Check(check=name, status="warn", detail=detail)


def truncated_rows(*shares: RowShare) -> Check:
    """How many rows of each split were cut to the longest length, and what they `lost`; any is a warning."""
    name = "rows fit the model"
    cut: dict[str, list[str]] = {}
    for share in shares:
        if share.count:
            cut.setdefault(share.lost, []).append(f"{share.count} of {share.total} {share.split} rows")
    if not cut:
        return Check(check=name, status="pass", detail="no row was cut to the longest length")
    detail = "; ".join(f"{', '.join(rows)} lost {lost}" for lost, rows in cut.items())
    return Check(check=name, status="warn", detail=f"cut to the longest length: {detail}")


def same_prompts(base: Setup, tuned: Setup) -> Check:
    """Both models were given the same token ids, by their hash."""
    same = base.prompt_hash == tuned.prompt_hash
    shown = [hash_[:12] for hash_ in (base.prompt_hash, tuned.prompt_hash)]
    asked = f"the token ids of all rows, as they were asked, hash to {shown[0]}"
    detail = asked if same else f"base {shown[0]}, tuned {shown[1]}"
    return Check(check="same prompts", status="pass" if same else "fail", detail=detail)


def same_settings(base: Setup, tuned: Setup) -> Check:
    """Both models answered with the same decoding and in the same number format."""
    name = "same decoding and precision"
    ours, theirs = (f"{setup.decoding}, {setup.precision}" for setup in (base, tuned))
    if ours != theirs:
        return Check(check=name, status="fail", detail=f"base: {ours}; tuned: {theirs}")
    return Check(check=name, status="pass", detail=ours)


def trained_head(untrained: bool) -> Check:
    """Base answers through weights that were trained; a new head makes any model look bad and can not be the base."""
    detail = "base answers through a head that nobody trained" if untrained else "base answers with trained weights"
    return Check(check="base is a trained model", status="fail" if untrained else "pass", detail=detail)


def answers_changed(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> Check:
    """Tuned answers some row otherwise than base; if not, the adapter may not have been applied."""
    name = "tuned answers differ from base"
    changed = sum(_answers_differ(one, other) is not None for one, other in zip(base, tuned, strict=True))
    if changed:
        return Check(check=name, status="pass", detail=f"in {changed} of {len(base)} rows, probabilities included")
    return Check(check=name, status="warn", detail="every answer is the same; was the adapter applied?")


def answers_understood(fault: str, *shares: RowShare) -> Check:
    """How many answers of each model (`split`) have a `fault` that leaves nothing to be read; any is a warning."""
    name = "answers can be read"
    lost = [f"{share.split} {share.count} of {share.total}" for share in shares if share.count]
    if not lost:
        return Check(check=name, status="pass", detail="every answer of both models")
    return Check(check=name, status="warn", detail=f"{fault}: {', '.join(lost)}")


def noise_floor(noise: Noise, delta: float | None) -> Check:
    """Base against itself at another batch size moves less than tuning did; more is a warning."""
    detail = f"another batch size changes {noise.changed} of {noise.rows} answers of base"
    moved = abs(noise.delta)
    if noise.changed:
        detail += f" and moves its score by {100 * moved:.2g} points"
    drowned = moved > 0 and delta is not None and abs(delta) <= moved
    return Check(check="base agrees with itself", status="warn" if drowned else "pass", detail=detail)


def looks_at_test(looks: int) -> Check:
    """How many runs were scored on this test split; from `FREE_LOOKS` on, choosing among them flatters the best."""
    name = "test split seldom looked at"
    if looks <= 1:
        return Check(check=name, status="pass", detail="this run is the first to be scored on it")
    if looks <= FREE_LOOKS:
        return Check(check=name, status="pass", detail=f"{looks} runs were scored on it, this one included")
    detail = f"{looks} runs were scored on it; the best of so many looks better than it is"
    return Check(check=name, status="warn", detail=detail)


def failed(checks: Iterable[Check]) -> list[Check]:
    """The checks that fail a run."""
    return [check for check in checks if check.status == "fail"]


def first_unlike_row(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> str | None:
    """One sentence naming the first place where two prediction lists are not about the same row; None if nowhere."""
    for place, (ours, theirs) in enumerate(zip(base, tuned, strict=False), 1):
        if ours.row != theirs.row:
            return f"base and tuned differ at place {place}: row {ours.row} in base, row {theirs.row} in tuned"
        for field, one, other in [("input", ours.input, theirs.input), ("target", ours.target, theirs.target)]:
            if one != other:
                return f"row {ours.row}: its {field} is {_quote(one)} in base but {_quote(other)} in tuned"
    if len(base) != len(tuned):
        longer, name = (base, "base") if len(base) > len(tuned) else (tuned, "tuned")
        row = longer[min(len(base), len(tuned))].row
        return f"row {row} stands only in {name} (base has {len(base)} rows, tuned {len(tuned)})"
    return None


def _answers_differ(first: Prediction, again: Prediction) -> str | None:
    if first.input != again.input:
        return f"row {again.row}: the input is {_quote(first.input)} before but {_quote(again.input)} after"
    if first.output != again.output:
        return f"row {again.row}: the answer was {_quote(first.output)} and is now {_quote(again.output)}"
    before, after = first.probabilities or {}, again.probabilities or {}
    if before.keys() != after.keys():
        return f"row {again.row}: the answers have probabilities of different labels"
    gap = max((abs(before[label] - after[label]) for label in before), default=0.0)
    if gap > PROBABILITY_TOLERANCE:
        return f"row {again.row}: probabilities differ by up to {gap:.2g}, {PROBABILITY_TOLERANCE:g} is allowed"
    return None


def _quote(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")
