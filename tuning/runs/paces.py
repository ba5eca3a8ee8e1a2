"""How fast this machine was, kept in a run's folder: the speed and what it depends on, nothing of the rows.

    HOME/runs/ID/pace.json    written by a run with a time budget, once it has measured

Later runs of the same model, whoever starts them, are told by it what to expect; it goes with its run. Knows run
folders; nothing is measured here, and what a pace means for a plan is for `tuning.runs.budget` to say.
"""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, ValidationError

from tuning.data.examples import Prepared
from tuning.errors import RunNotFoundError
from tuning.runs.budget import Pace, Work
from tuning.runs.files import write_text
from tuning.runs.run import Run
from tuning.runs.store import RunStore
from tuning.spec import FamilyName, RunSpec, Task

__all__ = ["MeasuredPace", "RowLengths", "earlier_paces", "read_pace", "write_pace"]

_NAME = "pace.json"
_ALIKE = ("model", "task", "device", "precision")
"""Settings that must agree."""
_NEWEST = 30
"""Runs that are looked at: what was measured long ago says little of today."""
_AROUND = 30
"""Characters' worth of what stands around every row: turn markers, line ends."""
_TOKEN = 4
"""Characters of a token, about."""


class RowLengths(BaseModel):
    """Characters of training rows, on average, as far as they are read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    read: float
    """Of the input."""
    learned: float
    """Of input and target."""
    labels: float
    """Of all labels together."""

    @classmethod
    def of(cls, prepared: Prepared) -> "RowLengths":
        """Those of a run's rows."""
        rows, most = prepared.splits.train, _TOKEN * prepared.spec.max_length
        read = sum(min(len(row.input), most) for row in rows)
        learned = sum(min(len(row.input) + len(row.target), most) for row in rows)
        count = max(len(rows), 1)
        return cls(
            read=_AROUND + read / count,
            learned=_AROUND + learned / count,
            labels=sum(map(len, prepared.dataset.labels)),
        )

    def asked(self, task: Task | None, family: FamilyName) -> float:
        """What such a model goes through to answer a row: an encoder sees no label, other models look at each."""
        if task is not Task.CLASSIFY:
            return self.learned
        return self.read if family == "encoder" else self.read + self.labels


class MeasuredPace(BaseModel):
    """What one run measured."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    row_s: float
    pass_s: float
    load_s: float
    batch_s: float = 0.0
    prefix_s: float = 0.0
    """These five as in `Pace`."""
    ready_s: float
    """From being asked for until it had measured, without waiting its turn and without fetching the model."""
    lengths: RowLengths
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
            batch_s=pace.batch_s,
            prefix_s=pace.prefix_s,
            ready_s=ready_s,
            lengths=RowLengths.of(prepared),
            batch_size=work.batch_size,
            depth=work.depth,
            family=family,
            prompted=work.prompted,
        )

    def on(self, lengths: RowLengths, prepared: Prepared) -> Pace:
        """The pace of the same task on rows of these lengths: as much slower as they are longer."""
        task = prepared.spec.task
        asked = lengths.asked(task, self.family) / self.lengths.asked(task, self.family)
        learned = lengths.learned / self.lengths.learned * _batch_size(prepared) / self.batch_size
        pass_s = self.prefix_s + learned * (self.pass_s - self.prefix_s)
        return Pace(asked * self.row_s, pass_s, self.load_s, asked * self.batch_s, self.prefix_s)

    def work(self, prepared: Prepared) -> Work:
        """What there would be to do for the same model."""
        spec, splits = prepared.spec, prepared.splits
        return Work(
            task=prepared.dataset.task,
            train=len(splits.train),
            dev=len(splits.dev),
            test=len(splits.test),
            batch_size=_batch_size(prepared),
            depth=self.depth,
            layers=spec.layers,
            epochs=spec.epochs,
            prompted=self.prompted,
        )


def _batch_size(prepared: Prepared) -> int:
    """Of a first batch: there may be fewer rows than a step is to have."""
    return min(prepared.spec.batch_size, len(prepared.splits.train))


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
