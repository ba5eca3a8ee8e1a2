"""`predict`: new rows answered by a run's model, as JSON Lines. Knows no models: answering is the runs' business."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from tuning.cli.session import Session
from tuning.data.examples import Dataset
from tuning.data.preparing import inputs_for
from tuning.data.reading import read_table
from tuning.errors import TuneOffError
from tuning.prediction import Prediction
from tuning.runs.store import Run

__all__ = ["NewRow", "answer_line", "new_rows", "predict"]


@dataclass(frozen=True)
class NewRow:
    """A row to be answered: what the model reads of it, and its cells."""

    input: str
    cells: dict[str, str]


def predict(args: argparse.Namespace, session: Session) -> int:
    """Answer the rows of a file, or one prompt, and print a line for each."""
    run = session.find_run(args.run)
    dataset = run.dataset()
    rows = new_rows(args.file, dataset) if args.prompt is None else [NewRow(args.prompt, {})]
    answers = _answers(run, [row.input for row in rows], base=args.base)
    for number, (answer, row) in enumerate(zip(answers, rows, strict=True), 1):
        session.out.raw(answer_line(answer, number, row.cells, dataset))
    return 0


def new_rows(path: Path, dataset: Dataset) -> list[NewRow]:
    """The rows of a file, in its order. Raises `FileError`, and `ColumnError` without what the run is to read."""
    table = read_table(path)
    return [NewRow(text, table.row(place)) for place, text in enumerate(inputs_for(table, dataset))]


def answer_line(answer: Prediction, number: int, row: dict[str, str], dataset: Dataset) -> str:
    """The answer as one line of JSON, with what the file says of that row; `correct` is null without a target."""
    chat = dataset.shape is not None and dataset.shape.is_chat  # its column holds question and answer
    known = {name: value for name, value in row.items() if name not in (dataset.input, dataset.target)}
    target = "" if chat else row.get(dataset.target, "")
    whole = answer.model_copy(update={"row": number, "target": target, "columns": known or None})
    content = whole.model_dump(mode="json", exclude_none=True)
    if not target:
        content["correct"] = None
    return json.dumps(content, ensure_ascii=False)


def _answers(run: Run, inputs: list[str], *, base: bool) -> list[Prediction]:
    from tuning.runs.answering import answer

    answers = answer(run, inputs, which=("base",) if base else ("tuned",))
    answered = answers.base if base else answers.tuned
    if answered is None or len(answered) != len(inputs):
        raise TuneOffError(f"the model of run {run.id} did not answer every row; nothing was printed")
    return answered
