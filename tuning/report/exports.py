"""A run's test rows with both answers as files for other programs: CSV for spreadsheets, JSON Lines without loss.

Knows samples; nothing of where the files go.

A spreadsheet takes a cell that begins with = + - @, a tab or a line break for a formula, which can send what else is in
the sheet somewhere. Such cells of the CSV get an apostrophe in front, which says that they are text; whoever reads the
CSV with a program takes it off, or takes the JSON Lines, where every text is as it was.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuning.report.samples import Answer, Sample, Samples

__all__ = ["defused", "predictions_csv", "samples_jsonl"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with; the last four are full-width, which some spreadsheets read alike."""
_BEST = "best without tuning"


def defused(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def predictions_csv(samples: Samples) -> str:
    """The samples in the order of the file, in UTF-8 with the mark that Excel wants.

    Of each answer the text and whether it is right, then, where any answer has them, how good it is by itself and how
    sure the model was of it, both from 0 to 1; then, where they are known, the answers of the best without tuning (none
    to leaked rows); how like a training row the row is; last the other columns of the file.
    """
    rows = sorted(samples.all, key=lambda sample: sample.row)
    columns = list(dict.fromkeys(name for sample in rows for name in sample.columns))
    facts = [fact for fact in _FACTS if any(fact.of(side) for sample in rows for side in (sample.base, sample.tuned))]
    names = ["", *(f" {fact.name}" for fact in facts)]
    head = ["row", "input", "target", *(f"{side}{name}" for side in ("base", "tuned") for name in names), "kind"]
    best = [fact for fact in _FACTS if any(fact.of(sample.strongest) for sample in rows if sample.strongest)]
    head += [f"{_BEST}{name}" for name in ("", *(f" {fact.name}" for fact in best))] if best else []
    compared = any(sample.likeness is not None for sample in rows)
    head += ["likeness"] if compared else []
    written = io.StringIO(newline="")
    lines = csv.writer(written, quoting=csv.QUOTE_MINIMAL)
    lines.writerow([*head, *_apart(list(map(defused, columns)), head)])
    for sample in rows:
        answers = [cell for side in (sample.base, sample.tuned) for cell in (side.text, *(f.of(side) for f in facts))]
        known = [sample.columns.get(name, "") for name in columns]
        simpler = sample.strongest
        theirs = [simpler.text, *(fact.of(simpler) for fact in best)] if simpler else [""] * (1 + len(best))
        like = [_share(sample.likeness)] if compared else []
        cells = [sample.input, sample.target, *answers, sample.told, *(theirs if best else []), *like, *known]
        lines.writerow([sample.row, *map(defused, cells)])
    return "\ufeff" + written.getvalue()


def _apart(columns: Sequence[str], ours: Sequence[str]) -> list[str]:
    """The names of the file's columns, those that are also names of ours told apart by the word "file"."""
    taken, names = {*ours, *columns}, []
    for column in columns:
        name = column
        if column in ours:
            while name in taken:
                name += " (file)"
            taken.add(name)
        names.append(name)
    return names


@dataclass(frozen=True)
class _Fact:
    """What is written of an answer beside its text."""

    name: str
    of: Callable[[Answer], str]
    """Empty where it is not known."""


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"


_FACTS = (
    _Fact("correct", lambda answer: str(answer.right)),
    _Fact("score", lambda answer: _share(answer.score)),
    _Fact("sure", lambda answer: _share(answer.sure)),
)


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
        **({"best_without_tuning": _answer(sample.strongest)} if sample.strongest else {}),
        **({"likeness": sample.likeness} if sample.likeness is not None else {}),
        "columns": dict(sample.columns),
    }


def _answer(answer: Answer) -> dict[str, object]:
    given = {"text": answer.text, "right": answer.right, "sure": answer.sure, "on_target": answer.on_target}
    return given if answer.score is None else {**given, "score": answer.score}
