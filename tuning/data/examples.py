"""Examples, splits and what was prepared from a file. Knows nothing of files, tokens or models."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from tuning.data.cleaning import StepReport
from tuning.data.shapes import Shape
from tuning.spec import RunSpec, Task

__all__ = ["Dataset", "Example", "Prepared", "SplitName", "Splits", "drawn", "dump_examples", "parse_examples"]

SplitName = Literal["train", "dev", "test"]
_Row = TypeVar("_Row")


class Example(BaseModel):
    """One usable row of the user's file."""

    model_config = ConfigDict(frozen=True)

    row: int
    """Number of the row in the file, the first row of data being 1."""
    input: str
    target: str
    group: str | None = None
    """Rows of one group never stand in two splits."""
    columns: dict[str, str] = {}
    """The row's other columns."""


class Splits(BaseModel):
    """Examples to learn from, to choose by, and to judge by; no row and no input stands in two of them."""

    model_config = ConfigDict(frozen=True)

    train: list[Example]
    dev: list[Example]
    test: list[Example]


def drawn(rows: Sequence[_Row], count: int, seed: int) -> list[_Row]:
    """So many of the rows, all if there are no more, drawn with the seed, in the order they had.

    The first ones would not do: files are sorted, by label as often as not.
    """
    places = Random(seed).sample(range(len(rows)), min(count, len(rows)))
    return [rows[place] for place in sorted(places)]


class Dataset(BaseModel):
    """What a run knows of its data beside the rows; kept in the run as `dataset.json`."""

    model_config = ConfigDict(frozen=True)

    name: str
    """The file's name as the user knows it; shown, never opened."""
    sha256: str
    """Of the file's bytes."""
    rows: int
    """Data rows in the file."""
    columns: list[str]
    task: Task
    input: str
    """Column names."""
    target: str
    labels: list[str] = []
    """Of classification, sorted; empty for generation."""
    instruction: str
    """What every prompt begins with: the user's, or the default for the task."""
    reason: str
    """One sentence: why this task and these columns."""
    notes: list[str] = []
    """What the user should know: rows left out and why, splits too small to conclude from."""
    shape: Shape | None = None
    """How rows are read; None for runs made before it was kept, which read `input` and `target` as they are."""
    system: str = ""
    """What stands before every chat; it is the instruction and not part of an input."""
    split: str | None = None
    """The column that said which split a row is in."""
    test_name: str | None = None
    """Of a second file, whose rows are the test split; their numbers are those of that file."""
    test_sha256: str | None = None
    cleaning: list[StepReport] = []
    """What each step of the plan did to the rows."""
    leaked: list[int] = []
    """Test rows whose input, or nearly that, stands in the training rows too: by choice, else there are none."""
    personal: int = 0
    """Rows of the splits with personal data or keys in their input or target, as `data/personal.py` finds them."""


class Prepared(BaseModel):
    """A file made ready for a run: everything the worker needs, so that it never sees the file."""

    model_config = ConfigDict(frozen=True)

    spec: RunSpec
    """With task, input and target filled in."""
    dataset: Dataset
    splits: Splits


def dump_examples(examples: Iterable[Example]) -> str:
    """JSON Lines, in the order given."""
    return "".join(example.model_dump_json() + "\n" for example in examples)


def parse_examples(text: str) -> list[Example]:
    """The inverse of `dump_examples`."""
    return [Example.model_validate_json(line) for line in text.split("\n") if line]
