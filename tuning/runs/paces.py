"""How fast this machine was, kept in a run's folder: the speed and what it depends on, nothing of the rows.

    HOME/runs/ID/pace.json    written by a run with a time budget, once it has measured

Later runs of the same model, whoever starts them, are told by it what to expect; it goes with its run. Knows run
folders; nothing is measured here, and what a pace means for a plan is for `tuning.runs.budget` to say.
"""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from tuning.data.examples import Prepared
from tuning.errors import RunNotFoundError
from tuning.runs.budget import Pace, Work
from tuning.runs.files import write_text
from tuning.runs.run import Run
from tuning.runs.store import RunStore
from tuning.spec import FamilyName, RunSpec, Task

__all__ = ["MeasuredPace", "earlier_paces", "read_pace", "write_pace"]

_NAME = "pace.json"
_ALIKE = ("model", "task", "device", "precision")
"""Settings that must agree."""
_NEWEST = 30
"""Runs that are looked at: what was measured long ago says little of today."""
_AROUND = 30
"""Characters' worth of what stands around every row: turn markers, line ends."""
_TOKEN = 4
"""Characters of a token, about."""


class MeasuredPace(BaseModel):
    """What one run measured."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    row_s: float
    pass_s: float
    load_s: float
    """These three as in `Pace`."""
    ready_s: float
    """From being asked for until it had measured, without waiting its turn and without fetching the model."""
    asked: float
    """Characters of a row with what is tried as its answer: every label, or the target."""
    learned: float
    """Characters of a row with its target."""
    batch_size: int
    depth: int
    """Layers of the model."""
    family: FamilyName
    prompted: bool
    """Whether the model reads a prompt."""

    @classmethod
    def of(cls, prepared: Prepared, pace: Pace, work: Work, family: FamilyName, *, ready_s: float) -> "MeasuredPace":
        """What a run of `prepared` measured with a model of that family."""
        return cls(
            row_s=pace.row_s,
            pass_s=pace.pass_s,
            load_s=pace.load_s,
            ready_s=ready_s,
            asked=_asked(prepared, family),
            learned=_learned(prepared),
            batch_size=work.batch_size,
            depth=work.depth,
            family=family,
            prompted=work.prompted,
        )

    def on(self, prepared: Prepared) -> Pace:
        """The pace on other rows: as much slower as they are longer."""
        asked = _asked(prepared, self.family) / self.asked
        learned = _learned(prepared) / self.learned * prepared.spec.batch_size / self.batch_size
        return Pace(row_s=asked * self.row_s, pass_s=learned * self.pass_s, load_s=self.load_s)

    def work(self, prepared: Prepared) -> Work:
        """What there would be to do for the same model."""
        spec, splits = prepared.spec, prepared.splits
        return Work(
            task=prepared.dataset.task,
            train=len(splits.train),
            dev=len(splits.dev),
            test=len(splits.test),
            batch_size=spec.batch_size,
            depth=self.depth,
            layers=spec.layers,
            epochs=spec.epochs,
            prompted=self.prompted,
        )


def write_pace(run: Run, measured: MeasuredPace) -> None:
    """Keep what a run has measured."""
    write_text(run.path / _NAME, measured.model_dump_json() + "\n")


def read_pace(run: Run) -> MeasuredPace | None:
    """What a run has measured; None if it did not, or what it wrote cannot be read."""
    try:
        return MeasuredPace.model_validate_json((run.path / _NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def earlier_paces(store: RunStore, spec: RunSpec) -> list[MeasuredPace]:
    """What the newest runs of the same model measured at the same task, on the same device in the same precision."""
    return list(_paces(store, spec))


def _paces(store: RunStore, spec: RunSpec) -> Iterator[MeasuredPace]:
    for run in store.list()[:_NEWEST]:
        measured = read_pace(run)
        if measured is None:
            continue
        try:
            its = run.spec()
        except (RunNotFoundError, ValidationError):  # deleted meanwhile, or damaged
            continue
        if all(getattr(its, name) == getattr(spec, name) for name in _ALIKE):
            yield measured


def _asked(prepared: Prepared, family: FamilyName) -> float:
    dataset = prepared.dataset
    if dataset.task is Task.GENERATE:
        return _learned(prepared)
    # An encoder says how likely every label is in one go; other models look at each.
    labels = sum(map(len, dataset.labels)) if family != "encoder" else 0
    return _mean(prepared, [len(row.input) + labels for row in prepared.splits.train])


def _learned(prepared: Prepared) -> float:
    return _mean(prepared, [len(row.input) + len(row.target) for row in prepared.splits.train])


def _mean(prepared: Prepared, sizes: Sequence[int]) -> float:
    """Of a row, cut where the model's window is about to end."""
    most = _TOKEN * prepared.spec.max_length
    return _AROUND + sum(min(size, most) for size in sizes) / max(len(sizes), 1)
