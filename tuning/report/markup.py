"""The pieces that every screen's HTML is made of. Knows texts and numbers, no runs and no layout.

Every function returns a whole fragment for the value of a `gr.HTML`; every text that enters one is escaped here, and
Gradio pastes the value into its template as it is (`${value}`), so a template marker in a text stays a text.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "Column",
    "attribute",
    "bar",
    "escape",
    "fold",
    "heading",
    "note",
    "notice",
    "secret_link",
    "section",
    "steps",
    "table",
]


@dataclass(frozen=True)
class Column:
    """The head of a table's column; on a phone its name stands before each cell."""

    name: str
    kind: str = ""
    """Class of its cells."""


def escape(text: object) -> str:
    """A text from anywhere, safe between tags and in attributes, with its own writing direction kept to itself."""
    return f"<bdi>{html.escape(str(text), quote=True)}</bdi>"


def attribute(text: object) -> str:
    """A text from anywhere, safe within the quotes of an attribute."""
    return html.escape(str(text), quote=True)


def heading(number: str, title: str, hint: str = "") -> str:
    """The heading of a part of a screen."""
    return f'<h2 class="to-h"><span class="to-num">{number}</span>{title}<small>{hint}</small></h2>'


def section(title: str, hint: str, *parts: str) -> str:
    """A part of a screen below its heading; nothing at all when every part is empty."""
    body = "".join(parts)
    return f'<section class="to-section">{heading("", title, hint)}{body}</section>' if body else ""


def fold(title: str, body: str) -> str:
    """Something to be unfolded by whoever wants it."""
    return f'<details class="to-fold"><summary>{title}</summary>{body}</details>'


def note(text: str) -> str:
    """A sentence below what it is about; nothing where there is none."""
    return f'<p class="to-note">{escape(text)}</p>' if text else ""


def notice(kind: str, title: str, body: str = "") -> str:
    """A message in a box; `kind` is info, warning, error, better, worse or empty."""
    said = body[:1].upper() + body[1:] if kind in {"error", "warning"} else body
    more = f"<p>{escape(said)}</p>" if body else ""
    role = "alert" if kind == "error" else "status"
    return f'<div class="to-notice to-{kind}" role="{role}"><strong>{escape(title)}</strong>{more}</div>'


def table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    """A table whose rows begin with their name; the cells are fragments. On a phone every row is a card.

    The caption is for whoever listens to the page: a heading says the same to the eye.
    """
    head = "".join(f'<th scope="col" class="{column.kind}">{column.name}</th>' for column in columns)
    lines = "".join(f"<tr>{_row(columns, cells)}</tr>" for cells in rows)
    return (
        f'<table class="to-table {kind}"><caption class="to-heard">{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    )


def _row(columns: Sequence[Column], cells: Sequence[str]) -> str:
    first, *others = zip(columns, cells, strict=True)
    named = f'<th scope="row" class="{first[0].kind}">{first[1]}</th>'
    return named + "".join(
        f'<td class="{column.kind}" data-name="{attribute(column.name)}">{cell}</td>' for column, cell in others
    )


def secret_link(run_id: str) -> str:
    """A link that opens this page on a run, whose id is of our making."""
    return (
        f'<p class="to-caption"><a href="?run={attribute(run_id)}">Secret link to this run</a>: whoever '
        "has it, which is this page's address too, can read its rows, ask both models and take the adapter away; only "
        "you can cancel or delete it.</p>"
    )


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
