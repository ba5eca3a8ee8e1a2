"""Samples as they stand in a report: drawn at random, fixed and broken, as cards for paper. Knows samples only."""

from collections.abc import Sequence

from tuning.report.differences import mark, plain
from tuning.report.markup import attribute, section
from tuning.report.metric_words import certainty, metric_words
from tuning.report.samples import KINDS, MEANINGS, MOVES, SIGNS, Answer, Kind, Move, Sample, Samples
from tuning.scoring.comparison import Comparison

__all__ = ["count_cards", "sample_sheet"]

_RANDOM, _FLIPPED = 20, 10
"""Samples of a group."""
_TEXT = 600
"""Characters of a text that are shown."""
_MORE: tuple[tuple[str, Kind | Move], ...] = (
    ("More that tuning fixed", "fixed"),
    ("More that tuning broke", "broken"),
    ("More that came closer", "closer"),
    ("More that moved away", "further"),
)


def count_cards(comparison: Comparison) -> str:
    """The four counts; where answers are better or worse without being right, first on how many rows they are."""
    flips, moved = comparison.flips, comparison.moved
    numbers = (flips.fixed, flips.broken, flips.both_right, flips.both_wrong)
    cards = _counts(KINDS, numbers)
    if moved is None:
        return section("Row by row", "what tuning fixed and what it broke", cards)
    moves = _counts(MOVES, (moved.closer, moved.further, moved.level))
    what = '<h3 class="to-group">Exactly the target, to the letter</h3>'
    return section("Row by row", f"each by {metric_words(comparison.primary).title}", moves, what, cards)


def _counts(kinds: Sequence[Kind | Move], numbers: Sequence[int]) -> str:
    cards = "".join(_count(kind, number) for kind, number in zip(kinds, numbers, strict=True))
    three = " to-three" if len(kinds) == 3 else ""
    return f'<div class="to-counts{three}">{cards}</div>'


def _count(kind: Kind | Move, number: int) -> str:
    way, sign = SIGNS[kind]
    return (
        f'<div class="to-count"><b>{number:,}</b><span class="to-{way}">{sign} {kind}</span>'
        f"<small>{MEANINGS[kind]}</small></div>"
    )


def sample_sheet(samples: Samples) -> str:
    """Rows drawn at random, then rows that were fixed and as many that were broken; no row stands there twice."""
    drawn, others = samples.all[:_RANDOM], samples.all[_RANDOM:]
    groups = [("Drawn at random", drawn, len(samples.all))]
    for title, kind in _MORE:
        found = [sample for sample in others if sample.told == kind]
        groups.append((title, found[:_FLIPPED], len(found)))
    body = "".join(_group(title, shown, of) for title, shown, of in groups if shown)
    key = (
        '<p class="to-caption to-left"><del>Struck out</del>: not in the target. <ins>Underlined</ins>: missing from '
        "the answer. A figure after an answer: how good it is by itself, 100 % being its target.</p>"
    )
    return section("Samples", "base and tuned on the same test rows", body, key if "<del>" in body else "")


def _group(title: str, shown: Sequence[Sample], of: int) -> str:
    count = f"{len(shown)} of {of:,}" if len(shown) < of else f"all {of:,}"
    cards = "".join(map(_card, shown))
    return f'<h3 class="to-group">{title} <small>{count}</small></h3><ul class="to-sheet">{cards}</ul>'


def _card(sample: Sample) -> str:
    way, sign = SIGNS[sample.told]
    answers = "".join(
        f"<dt>{name}</dt><dd>{text}</dd>"
        for name, text in (
            ("Target", _text(sample.target)),
            ("Base", _answer(sample.base, sample.target)),
            ("Tuned", _answer(sample.tuned, sample.target)),
        )
    )
    return (
        f'<li class="to-{way}"><header><span class="to-{way}">{sign} {sample.told}</span> <small>row {sample.row:,}'
        f"</small></header><p>{_text(sample.input)}</p><dl>{answers}</dl></li>"
    )


def _answer(answer: Answer, target: str) -> str:
    """The answer with what differs from its target; of a label the whole differs."""
    if answer.sure is not None:
        return f"{_text(answer.text)} <small>{attribute(certainty(answer.sure))} sure</small>"
    score = "" if answer.score is None else f" <small>{attribute(certainty(answer.score))}</small>"
    if not answer.text.strip():
        return f"<small>(nothing)</small>{score}"
    return f"{mark(answer.text, target).draw(_TEXT)}{_cut(answer.text)}{score}"


def _text(text: str) -> str:
    return f"{plain(text, _TEXT)}{_cut(text)}"


def _cut(text: str) -> str:
    return f" <small>({len(text):,} characters)</small>" if len(text) > _TEXT else ""
