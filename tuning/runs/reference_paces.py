"""How fast the machines were on which Tune-Off was measured: what is told before anything has run on this one.

    assets/paces-float32.json, assets/paces-bfloat16.json    written by `make paces`, by what the machine computes in

It refuses nothing and decides nothing: whoever looks at the times to choose from sees what each would buy there. Knows
its files; knows nothing of this machine.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuning.runs.paces import MeasuredPace
from tuning.spec import RunSpec, Task

__all__ = ["ASSETS", "ReferencePace", "ReferencePaces", "reference_paces"]

ASSETS = Path(__file__).resolve().parents[2] / "assets"
Precision = Literal["float32", "bfloat16"]


class ReferencePace(BaseModel):
    """What one run measured there."""

    model_config = ConfigDict(frozen=True)

    model: str
    task: Task
    pace: MeasuredPace


class ReferencePaces(BaseModel):
    """All that was measured on one machine, on its processor."""

    model_config = ConfigDict(frozen=True)

    machine: str
    """Such as "AMD EPYC, 2 cores"."""
    precision: Precision
    """Of the base weights, as such a machine chooses by itself."""
    paces: tuple[ReferencePace, ...]

    def of(self, spec: RunSpec) -> MeasuredPace | None:
        """The pace of that model at that task; None where another device or precision is set, or none was measured."""
        if spec.device not in {"auto", "cpu"} or spec.precision not in {"auto", self.precision}:
            return None
        return next((one.pace for one in self.paces if (one.model, one.task) == (spec.model, spec.task)), None)


@cache
def reference_paces(precision: Precision, folder: Path = ASSETS) -> ReferencePaces:
    """Those of the machine that computes in that precision."""
    return ReferencePaces.model_validate_json((folder / f"paces-{precision}.json").read_bytes())
