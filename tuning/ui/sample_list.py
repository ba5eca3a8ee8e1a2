"""A page of samples as one table, which the style sheet turns into cards on a phone. Knows samples, no run.

Long cells are cut; the row can then be opened, without a script. Differences are marked in both answers.
"""

from collections.abc import Sequence

from tuning.report.differences import COMPARED, Marked, mark, plain
from tuning.report.markup import attribute, escape
from tuning.report.metric_words import certainty
from tuning.report.samples import SIGNS, Answer, Change, Sample
from tuning.ui.filters import Every
from tuning.ui.picking import pick_button
from tuning.ui.sample_pages import PAGE_ROWS, SamplePage

__all__ = ["sample_list"]

_CELL, _LINES = 240, 8
"""Characters and lines of a cell before its row is opened."""
_WHOLE = 10_000
"""Characters of a text in an opened row: the page must stay one that a browser can hold."""
_UNLIKE = {
    "equal": "",
    "spacing": "only white space differs",
    "differs": "",
    "unlike": "too different to mark what differs",
}
_COLUMNS = ("Input", "Target", "Base", "Tuned", "Kind")
_HEAD = "".join(f'<th scope="col">{name}</th>' for name in ("Row", *_COLUMNS))
_LEGEND = (
    '<p class="to-caption to-left to-legend"><del>struck out</del>: not in the target · <ins>underlined</ins>: in the '
    f"target, missing from the answer · compared up to {COMPARED:,} characters{{}}</p>"
)
_ROWS = '<p class="to-caption to-left">Row 1 is the first row of data in the file.</p>'
_SCORED = {"field_exactness": "share of its fields that are right"}
"""What the figure below an answer is, by metric."""


def sample_list(page: SamplePage, primary: str = "", *, labels: bool) -> str:
    """The page of samples with what is shown, and the ways to other pages; `labels` when targets are labels.

    `primary` is the metric that decides.
    """
    if not page.samples:
        body = f'<p class="to-none">{page.none}</p>'
    else:
        changes: Sequence[Change | None] = page.changes or [None] * len(page.samples)
        rows = "".join(_sample(*pair, labels) for pair in zip(page.samples, changes, strict=True))
        table = f'<caption class="to-heard">Samples</caption><thead><tr>{_HEAD}</tr></thead>{rows}'
        body = f'<table class="to-samples {"to-short" if labels else "to-long"}">{table}</table>'
        body += _ROWS if labels else _legend(page, primary)
    return (
        f'<div class="to-sample-list" tabindex="0" role="region" aria-label="Samples" data-turns data-key="list" '
        f'aria-keyshortcuts="ArrowLeft ArrowRight">{_shown(page)}{body}{_turning(page)}</div>'
    )


def _legend(page: SamplePage, primary: str) -> str:
    scored = any(sample.base.score is not None for sample in page.samples)
    what = _SCORED.get(primary, "how like its target it is (chrF of the row)")
    figures = f" · nothing marked: most of it differs · figure below an answer: {what}"
    return _LEGEND.format(figures if scored else "") + _ROWS


def _shown(page: SamplePage) -> str:
    first = page.number * PAGE_ROWS + 1
    position = f"{first:,} to {first + len(page.samples) - 1:,} of {page.found:,}" if page.found else "no row:"
    clear = pick_button("✕ Show every row", Every(), key="every") if page.narrowed else ""
    return (
        f'<p class="to-shown"><span data-said><b>{position}</b> <span class="to-chosen">{escape(page.words)}</span>'
        f"</span>{clear}</p>"
    )


def _turning(page: SamplePage) -> str:
    if page.pages == 1:
        return ""
    heard = '<span class="to-heard"> page</span>'
    ways = (("back", f"◂ Previous{heard}", page.number - 1), ("on", f"Next{heard} ▸", page.number + 1))
    back, on = (
        pick_button(
            name,
            max(0, number),
            key=way,
            more=f'data-turn="{way}"' + ("" if 0 <= number < page.pages else " disabled"),
        )
        for way, name, number in ways
    )
    return (
        f'<nav class="to-turning" aria-label="Pages of samples">{back}<span>page {page.number + 1:,} of '
        f"{page.pages:,} <small>arrow keys ◂ ▸ turn pages</small></span>{on}</nav>"
    )


def _sample(sample: Sample, change: Change | None, labels: bool) -> str:
    way, sign = SIGNS[sample.told]
    kind = f'<span class="to-{way}">{sign} {sample.told}</span>{_change(change) if labels else ""}'
    sides = [(side, None if labels else mark(side.text, sample.target)) for side in (sample.base, sample.tuned)]
    said = [_answer(*side, _room(side[0].text), graded=sample.graded) for side in sides]
    target = _label(sample.target) if labels else plain(sample.target, _room(sample.target))
    texts = [plain(sample.input, _room(sample.input)), target, *said]
    cells = "".join(
        f'<td class="to-of-{name.lower()}" data-name="{name}">{text}</td>'
        for name, text in zip(_COLUMNS, [*texts, kind], strict=True)
    )
    return (
        f'<tbody class="to-sample"><tr><th scope="row"><span>Row </span>{sample.row}</th>{cells}</tr>'
        f"{_whole(sample, sides)}</tbody>"
    )


def _answer(answer: Answer, marked: Marked | None, limit: int, *, graded: bool) -> str:
    """The answer, and whether it is right; of texts that hardly ever are, a wrong one has its score alone."""
    sign, way, heard = ("✓", "better", "right") if answer.right else ("✗", "worse", "wrong")
    right = f'<i class="to-{way}" aria-hidden="true">{sign}</i><span class="to-heard">{heard}: </span>'
    right = right if answer.right or not graded else ""
    if marked is None:
        return f"{right} {_label(answer.text)}{_share(answer)}"
    score = "" if answer.score is None or answer.right else _sure(answer.score)
    said = score or _UNLIKE[marked.kind]
    aside = f"<small>{said}</small>" if said else ""
    return f"{right} {marked.draw(limit) if answer.text else '<em>no answer</em>'}{aside}"


def _room(text: str) -> int:
    """Characters of a text that its cell has room for: what writes on without end writes many lines."""
    lines = text[:_CELL].splitlines(keepends=True)
    return sum(map(len, lines[:_LINES])) if len(lines) > _LINES else _CELL


def _label(text: str) -> str:
    """Labels are often of several words that an underscore joins: where to break them when there is no room."""
    return plain(text, _CELL).replace("_", "_<wbr>")


def _share(answer: Answer) -> str:
    return "" if answer.sure is None else f"<small>{_sure(answer.sure)} sure</small>"


def _sure(share: float) -> str:
    return attribute(certainty(share))


def _change(change: Change | None) -> str:
    return "" if change is None else f"<small>target {_sure(change.base)} → {_sure(change.tuned)}</small>"


def _whole(sample: Sample, sides: Sequence[tuple[Answer, Marked | None]]) -> str:
    """The row in full, where a cell had to be cut."""
    given = (sample.input, sample.target, sample.base.text, sample.tuned.text)
    if all(len(text) <= _room(text) for text in given):
        return ""
    texts = [plain(text, _WHOLE) for text in given[:2]] + [
        _answer(*side, _WHOLE, graded=sample.graded) for side in sides
    ]
    named = "".join(
        f"<div><dt>{name}</dt><dd>{text}{_left_out(whole)}</dd></div>"
        for name, text, whole in zip(_COLUMNS, texts, given, strict=False)
    )
    return (
        f'<tr class="to-whole"><td colspan="6"><details><summary>Read row {sample.row} in full</summary>'
        f"<dl>{named}</dl></details></td></tr>"
    )


def _left_out(text: str) -> str:
    left = len(text) - _WHOLE
    return f"<small>{left:,} more characters: they are in the download</small>" if left > 0 else ""
