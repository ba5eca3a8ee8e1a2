"""The watched rows as a table: what the model answers now, and a mark for every time it was asked. Knows no run.

A mark is a sign or a number, never a colour alone, and is read out as words.
"""

from collections.abc import Sequence

from tuning.events import Sampled, SampledAnswer
from tuning.report.markup import Column, attribute, escape, note, section, table

__all__ = ["watched_rows"]

_MOST_MARKS = 8
"""In a row: the first, and the last ones."""
_PARTLY = {
    "field_exactness": "a number: so many percent of its fields are right",
    "chrf": "a number: so many percent like its target",
}


def watched_rows(looks: Sequence[Sampled], kept: int | None = None) -> str:
    """The rows as they were answered last, below what has become of them; nothing before they were asked.

    `kept` is the step whose adapter is kept, once that is known.
    """
    if not looks:
        return ""
    first, last = looks[0], looks[-1]
    dropped = kept is not None and last.step > kept
    if kept is not None:
        last = next((look for look in reversed(looks) if look.step <= kept), first)
    said = f"{_when(first)}: {first.sentence}."
    if last is not first:
        said += f" {_when(last)}: {last.sentence}."
    if dropped:
        said += f" The adapter of step {kept:,} is kept, which did best on all dev rows: no later answers are shown."
    newest = Column(f"Answer {_when(last).lower()}")
    seen = [look for look in looks if look.step <= last.step]
    columns = [Column("Input"), Column("Target"), newest, Column("So far", "to-so-far")]
    rows = [
        [escape(now.input), escape(now.target), _answer(now), _marks(seen, place)]
        for place, now in enumerate(last.answers)
    ]
    return section(
        "Watch it learn",
        "dev rows, which it does not train on, answered again and again",
        f'<p class="to-sum">{escape(said)}</p>',
        table("The watched rows and their answers", columns, rows, "to-watched"),
        note(_legend(last.metric)),
    )


def _answer(answer: SampledAnswer) -> str:
    return escape(answer.output) if answer.output.strip() else "<em>nothing</em>"


def _marks(looks: Sequence[Sampled], place: int) -> str:
    """The answers to one row in the order they were given."""
    shown = looks if len(looks) <= _MOST_MARKS else [looks[0], *looks[1 - _MOST_MARKS :]]
    answers = [look.answers[place] for look in shown]
    heard = "; ".join(f"{_when(look).lower()} {_word(answer)}" for look, answer in zip(shown, answers, strict=True))
    return f'<span class="to-marks" role="img" aria-label="{attribute(heard)}">{"".join(map(_mark, answers))}</span>'


def _mark(answer: SampledAnswer) -> str:
    if answer.right:
        return '<i class="to-right">✓</i>'
    if answer.score <= 0:
        return '<i class="to-wrong">✗</i>'
    return f"<i>{_percent(answer.score)}</i>"


def _word(answer: SampledAnswer) -> str:
    if answer.right:
        return "right"
    return "wrong" if answer.score <= 0 else f"{_percent(answer.score)} %"


def _percent(score: float) -> int:
    """Never 0 nor 100, which have signs of their own."""
    return min(max(round(100 * score), 1), 99)


def _when(look: Sampled) -> str:
    return f"After step {look.step:,}" if look.step else "At the start"


def _legend(metric: str) -> str:
    partly = _PARTLY.get(metric)
    marks = f"✓ right, ✗ wrong{f', {partly}' if partly else ''}; the oldest mark first."
    return f"{marks} So few rows show how it learns, not how well: that the test rows say."
