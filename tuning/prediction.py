"""One row's answer by one model, as it is kept in `predictions/*.jsonl`. Knows nothing of models or scores.

JSON Lines, one object a row: row, input, target, output, correct and, where known, probabilities, group, columns,
target_nll, target_tokens, hit_limit, score, likeness, raw.
"""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, computed_field

from tuning.errors import FileError

__all__ = ["Prediction", "dump_predictions", "read_predictions"]


class Prediction(BaseModel):
    """What one model answered to one row."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    row: int
    """Number of the row in the user's file, the first row of data being 1."""
    input: str
    target: str
    """Empty when a new row is answered whose target nobody knows."""
    output: str
    probabilities: dict[str, float] | None = None
    """Of every label, summing to 1; None for generated text."""
    group: str | None = None
    columns: dict[str, str] | None = None
    """The row's other columns."""
    target_nll: float | None = None
    """Summed negative log-likelihood of the target and its end of turn, in nats."""
    target_tokens: int | None = None
    """Tokens that `target_nll` is summed over."""
    hit_limit: bool | None = None
    """Whether the answer was cut off at the longest allowed length."""
    score: float | None = None
    """How good a generated text is by itself, from 0 to 1; see `tuning.scoring.row_scores`."""
    likeness: float | None = None
    """How like the nearest training row its input is, from 0 to 1; see `tuning.scoring.likeness`."""
    raw: str | None = None
    """The answer before it was trimmed, when that differs."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def correct(self) -> bool:
        """Whether output and target agree, white space at the ends aside."""
        return self.output.strip() == self.target.strip()


def dump_predictions(predictions: Iterable[Prediction]) -> str:
    """JSON Lines, in the order given."""
    return "".join(p.model_dump_json(exclude_none=True) + "\n" for p in predictions)


def read_predictions(path: Path) -> list[Prediction]:
    """Read a predictions file. Raises `FileError` naming the line that does not have the documented shape."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"predictions file '{path}' cannot be read: {error}") from error
    predictions = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            predictions.append(Prediction.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the line"
            raise FileError(f"predictions file '{path}', line {number}: {where}: {first['msg']}") from error
    return predictions
