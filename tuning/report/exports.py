"""A run's test rows with both answers as files for other programs: CSV for spreadsheets, JSON Lines without loss.

Knows predictions and samples; nothing of where the files go.

A spreadsheet takes a cell that begins with = + - @, a tab or a line break for a formula, which can send what else is in
the sheet somewhere. Such cells of the CSV get an apostrophe in front, which says that they are text; whoever reads the
CSV with a program takes it off, or takes the JSON Lines, where every text is as it was.
"""

import csv
import io
import json
from collections.abc import Sequence

from tuning.prediction import Prediction
from tuning.report.samples import Answer, Sample, Samples

__all__ = ["defused", "predictions_csv", "samples_jsonl"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with; the last four are full-width, which some spreadsheets read alike."""


def defused(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def predictions_csv(base: Sequence[Prediction], tuned: Sequence[Prediction]) -> str:
    """The rows that both models answered in the order of the file, in UTF-8 with the mark that Excel wants."""
    other = {prediction.row: prediction for prediction in tuned}
    columns = list(dict.fromkeys(name for one in base for name in one.columns or {}))
    written = io.StringIO(newline="")
    lines = csv.writer(written, quoting=csv.QUOTE_MINIMAL)
    scored = any(one.score is not None for one in base)
    answer = ["", " correct", " score"] if scored else ["", " correct"]
    head = ["row", "input", "target", *(f"{side}{what}" for side in ("base", "tuned") for what in answer), *columns]
    lines.writerow([defused(name) for name in head])
    for one in base:
        if one.row in other:
            again, known = other[one.row], one.columns or {}
            answers = [cell for given in (one, again) for cell in _cells(given)[: len(answer)]]
            cells = [one.input, one.target, *answers, *(known.get(name, "") for name in columns)]
            lines.writerow([one.row, *(defused(cell) for cell in cells)])
    return "\ufeff" + written.getvalue()


def _cells(given: Prediction) -> list[str]:
    return [given.output, str(given.correct), "" if given.score is None else f"{given.score:.4f}"]


def samples_jsonl(samples: Samples) -> str:
    """One object a row, in the order that the page shows them."""
    return "".join(json.dumps(_sample(sample), ensure_ascii=False) + "\n" for sample in samples.all)


def _sample(sample: Sample) -> dict[str, object]:
    return {
        "row": sample.row,
        "kind": sample.kind,
        **({"move": sample.move} if sample.move else {}),
        "input": sample.input,
        "target": sample.target,
        "base": _answer(sample.base),
        "tuned": _answer(sample.tuned),
        "columns": dict(sample.columns),
    }


def _answer(answer: Answer) -> dict[str, object]:
    given = {"text": answer.text, "right": answer.right, "sure": answer.sure, "on_target": answer.on_target}
    return given if answer.score is None else {**given, "score": answer.score}
