"""Reading fragments of HTML as a browser would: their tags, their text, the cells of their tables."""

from html.parser import HTMLParser

from tuning.scoring.comparison import MetricRow

__all__ = ["Names", "cells", "metric", "text_of"]


class Names(HTMLParser):
    """The names of all tags and attributes of a fragment, and its text."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.rows: list[list[str]] = []
        self._inside_cell = False
        self.feed(fragment)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append("")
            self._inside_cell = True
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"th", "td"}:
            self._inside_cell = False
        self._part(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._inside_cell:
            self.rows[-1][-1] += data

    def _part(self, tag: str) -> None:
        """Tags part words, but the one that only keeps a text's direction to itself."""
        if tag != "bdi":
            self.texts.append(" ")


def text_of(fragment: str) -> str:
    """What is to be read, in one line."""
    return " ".join("".join(Names(fragment).texts).split())


def cells(fragment: str) -> list[list[str]]:
    """The rows of a fragment's tables, each as the texts of its cells."""
    return Names(fragment).rows


def metric(**values: object) -> MetricRow:
    """Accuracy from 25 to 75 %, changed by `values`."""
    plain = {"name": "accuracy", "base": 0.25, "tuned": 0.75, "delta": 0.5, "better": "higher"}
    return MetricRow.model_validate({**plain, **values})
