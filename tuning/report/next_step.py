"""What to do about a verdict that does not speak for the tuned model. Knows a comparison; no run and no layout."""

from tuning.data.enough import FEWEST_ROWS
from tuning.report.rung_words import rung_words
from tuning.scoring.comparison import Comparison
from tuning.scoring.wording import RUNGS
from tuning.spec import Task

__all__ = ["next_step"]


_MORE_ROWS = (
    "A verdict takes {} test rows: put more aside (setting Test rows), or better, bring more rows, of which a fifth "
    "become test rows"
)


def next_step(found: Comparison, how: str = "", *, encoder_tried: bool = False) -> str:
    """A sentence or two, empty where there is nothing to do; `how` says how to start again, where one can.

    `encoder_tried` says that another run has tried a sentence encoder on the same rows.
    """
    verdict = found.verdict
    if verdict is None:
        return ""
    again = f": {how}." if how else "."
    if verdict.kind == "worse":
        return f"{_what_to_keep(found)}{again}"
    if verdict.worth_it is False:
        strongest = found.headline.rung if found.headline else "base"
        title = "the base as it is" if strongest == "base" else RUNGS[strongest]
        return f"Take what is simpler: {title}. More rows, or another model, may change that{again}"
    if verdict.kind == "undecided" and found.rows.test < FEWEST_ROWS:
        return f"{_so_far(found)}. {_MORE_ROWS.format(FEWEST_ROWS)}."
    if verdict.kind == "undecided":
        return f"{_so_far(found)}. More rows, more time or another model may decide it{again}"
    if how and found.task is Task.CLASSIFY and found.model.family == "decoder" and not encoder_tried:
        encoder = "A sentence encoder, small and quick, may do as well even without tuning, and has not been tried"
        return f"{encoder}: {how}, and offers one as Model."
    return ""


def _so_far(found: Comparison) -> str:
    primary = found.deciding()
    ahead = primary.delta is not None and primary.delta != 0 and (primary.delta > 0) == (primary.better == "higher")
    best = found.headline
    if ahead and best is not None and best.rung != "base" and (best.metric.delta or 0.0) < 0:
        title = rung_words(best.rung, found).title
        return f"The tuned model is ahead of the base, and behind what needs no tuning ({title}); both may be chance"
    if ahead:
        return "By the metric that decides, the tuned model is ahead, but that may be chance"
    return "By the metric that decides, nothing speaks for the tuned model so far"


def _what_to_keep(found: Comparison) -> str:
    """In place of an adapter that made it worse, and what may still help."""
    strongest = found.headline.rung if found.headline else "base"
    title = rung_words(strongest, found).title
    kept = "the base" if strongest == "base" else f"what is best without tuning: {title}"
    train, unseen = found.rows.train, found.rows.unseen
    if train and found.verdict is not None and found.verdict.unfinished:
        seen = f"Training had time for {train:,} of {train + unseen:,} rows"
        return f"For now, keep {kept}. {seen}, and may do better with more"
    return f"Keep {kept}. Another learning rate, more rows or another model may do better"
