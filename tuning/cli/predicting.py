"""`predict`: new rows answered by a run's model, as JSON Lines. Knows no models: answering is the runs' business."""

import argparse
import json
from pathlib import Path

from tuning.cli.session import Session
from tuning.data.examples import Dataset
from tuning.data.reading import read_table
from tuning.errors import ColumnError, TuneOffError
from tuning.prediction import Prediction
from tuning.runs.store import Run

__all__ = ["answer_line", "new_rows", "predict"]


def predict(args: argparse.Namespace, session: Session) -> int:
    """Answer the rows of a file, or one prompt, and print a line for each."""
    run = session.find_run(args.run)
    dataset = run.dataset()
    rows = new_rows(args.file, dataset) if args.prompt is None else [{dataset.input: args.prompt}]
    answers = _answers(run, [row[dataset.input] for row in rows], base=args.base)
    for number, (answer, row) in enumerate(zip(answers, rows, strict=True), 1):
        session.out.raw(answer_line(answer, number, row, dataset))
    return 0


def new_rows(path: Path, dataset: Dataset) -> list[dict[str, str]]:
    """The rows of a file, in its order. Raises `FileError`, and `ColumnError` without the run's input column."""
    table = read_table(path)
    if dataset.input not in table.columns:
        there = ", ".join(f"'{name}'" for name in table.columns)
        raise ColumnError(f"column '{dataset.input}', which the run was tuned to read, is not in {table.name}: {there}")
    return table.rows


def answer_line(answer: Prediction, number: int, row: dict[str, str], dataset: Dataset) -> str:
    """The answer as one line of JSON, with what the file says of that row; `correct` is null without a target."""
    known = {name: value for name, value in row.items() if name not in (dataset.input, dataset.target)}
    target = row.get(dataset.target, "")
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
