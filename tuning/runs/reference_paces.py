"""How fast the machine was on which Tune-Off was measured: what is told before anything has run on this one.

    assets/paces.json    written by `make paces`

It refuses nothing and decides nothing: whoever looks at the times to choose from sees what each would buy there. Knows
its file; knows nothing of this machine.
"""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tuning.runs.paces import MeasuredPace
from tuning.spec import RunSpec, Task

__all__ = ["REFERENCE", "ReferencePace", "ReferencePaces", "reference_paces"]

REFERENCE = Path(__file__).resolve().parents[2] / "assets" / "paces.json"


class ReferencePace(BaseModel):
    """What one run measured there."""

    model_config = ConfigDict(frozen=True)

    model: str
    task: Task
    pace: MeasuredPace


class ReferencePaces(BaseModel):
    """All that was measured there, on the processor in float32."""

    model_config = ConfigDict(frozen=True)

    machine: str
    """Such as "AMD EPYC, 2 cores"."""
    paces: tuple[ReferencePace, ...]

    def of(self, spec: RunSpec) -> MeasuredPace | None:
        """The pace of that model at that task; None where another device or precision is set, or none was measured."""
        if spec.device not in {"auto", "cpu"} or spec.precision == "bfloat16":
            return None
        return next((one.pace for one in self.paces if (one.model, one.task) == (spec.model, spec.task)), None)


@cache
def reference_paces(path: Path = REFERENCE) -> ReferencePaces:
    """Those in a file."""
    return ReferencePaces.model_validate_json(path.read_bytes())
