"""Examples → token ids to learn from and to choose by, and how many rows did not fit. Knows nothing of models."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuning.data.examples import Splits
from tuning.engine.batching import RowTokens
from tuning.models.prompts import EncodedRow
from tuning.runs.responding import Responder
from tuning.scoring.receipt import RowShare

__all__ = ["Encoded", "encode_splits"]


@dataclass(frozen=True)
class Encoded:
    """Train and dev rows as tokens; `cuts` tells how many rows of all three splits did not fit."""

    train: list[RowTokens]
    dev: list[RowTokens]
    cuts: list[RowShare]


def encode_splits(responder: Responder, splits: Splits) -> Encoded:
    """Rows to learn from are cut to the maximum length; a test row's target is never cut, it is scored whole."""
    train = [responder.prompts.encode(example.input, example.target) for example in splits.train]
    dev = [responder.prompts.encode(example.input, example.target) for example in splits.dev]
    test = [responder.prompts.encode_unseen(example.input, example.target) for example in splits.test]
    cuts = [*_cuts("train", train), *_cuts("dev", dev), *_cuts("test", test)]
    return Encoded(_tokens(train), _tokens(dev), cuts)


def _tokens(rows: Sequence[EncodedRow]) -> list[RowTokens]:
    return [RowTokens(row.prompt, row.completion) for row in rows]


def _cuts(split: str, rows: Sequence[EncodedRow]) -> list[RowShare]:
    return [
        RowShare(split, sum(row.input_cut for row in rows), len(rows), "the end of their input"),
        RowShare(split, sum(row.target_cut for row in rows), len(rows), "the start of their target"),
    ]
