"""One run's folder: what the worker writes into it and what everybody reads from it. Knows not who asks, nor why.

Status is not here but in `tuning.runs.status`, the shape of the folder in `tuning.runs.store`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuning.data.examples import Dataset, Splits, parse_examples
from tuning.errors import RunNotFoundError
from tuning.events import Event, Finished
from tuning.prediction import Prediction, dump_predictions, read_predictions
from tuning.runs.asking import Asking
from tuning.runs.eventlog import EventPage, append_event, read_events, read_recent
from tuning.runs.files import write_folder, write_text
from tuning.runs.processes import ProcessMark
from tuning.runs.status import ExitNote, RunStatus, derive_status
from tuning.scoring.comparison import Comparison, Standing
from tuning.spec import RunSpec

__all__ = ["AnswersOf", "EndState", "Ending", "EventPage", "Run", "RunRecord"]

EndState = Literal["done", "failed", "cancelled"]
AnswersOf = Literal["base", "tuned", "strongest"]
"""Whose answers: `strongest` are those of the best without tuning, where that is another than the base."""
_LOG_TAIL_BYTES = 8_192


class RunRecord(BaseModel):
    """Who made the run, when, of what; kept as `run.json`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    owner: str
    """`local` for the command line; the app gives each visitor one."""
    created: float
    """Seconds since the epoch."""
    name: str
    """Of the user's file."""


class Ending(BaseModel):
    """How the run ended; kept as `DONE`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: float
    state: EndState
    message: str
    exit_code: int
    verdict_kind: str | None = None
    standing: Standing | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class Run:
    """A view of one run's folder. Reading a folder that is gone raises `RunNotFoundError`."""

    path: Path
    clock: Callable[[], float] = time.time

    @property
    def id(self) -> str:
        """32 hexadecimal digits."""
        return self.path.name

    @property
    def home(self) -> Path:
        """The home folder that the run and its queue are in."""
        return self.path.parent.parent

    @property
    def adapter_path(self) -> Path:
        """The adapter in PEFT's own format, once it is there."""
        return self.path / "adapter"

    @property
    def states_path(self) -> Path:
        """What frozen layers compute of rows, as far as memory does not hold it; gone when the rows are answered."""
        return self.path / "states"

    @property
    def log_path(self) -> Path:
        """What the worker printed."""
        return self.path / "worker.log"

    # --- what was given

    def record(self) -> RunRecord:
        """Who made the run, when, of what."""
        return RunRecord.model_validate_json(self._given("run.json"))

    def spec(self) -> RunSpec:
        """The settings."""
        return RunSpec.model_validate_json(self._given("spec.json"))

    def dataset(self) -> Dataset:
        """What is known of the data beside the rows."""
        return Dataset.model_validate_json(self._given("dataset.json"))

    def splits(self) -> Splits:
        """The rows."""
        train, dev, test = (parse_examples(self._given(f"data/{name}.jsonl")) for name in ("train", "dev", "test"))
        return Splits(train=train, dev=dev, test=test)

    # --- what happened

    def events(self) -> list[Event]:
        """Everything that was told so far."""
        return self.events_since(0).events

    def events_since(self, offset: int) -> EventPage:
        """What was told after a former page's `offset` (0: the beginning); costs what is new, not what is there."""
        return read_events(self.path / "events.jsonl", offset)

    def recent_events(self) -> list[Event]:
        """The last hundred events or so."""
        return read_recent(self.path / "events.jsonl")

    def status(self) -> RunStatus:
        """Where the run stands now."""
        return derive_status(self, self.clock())

    def ending(self) -> Ending | None:
        """How the run ended; None while it has not, or if it never will."""
        text = self._found("DONE")
        return None if text is None else Ending.model_validate_json(text)

    def comparison(self) -> Comparison | None:
        """The comparison, once it is made."""
        text = self._found("comparison.json")
        return None if text is None else Comparison.model_validate_json(text)

    def predictions(self, which: AnswersOf) -> list[Prediction]:
        """Those answers to the test rows; none before they are all there, or where there are none."""
        path = self.path / "predictions" / f"{which}.jsonl"
        return read_predictions(path) if path.is_file() else []

    def asking(self) -> Asking:
        """How rows are asked; the simplest way before another was chosen."""
        text = self._found("asking.json")
        return Asking() if text is None else Asking.model_validate_json(text)

    # --- the worker and those who would stop it

    def worker(self) -> ProcessMark | None:
        """The process that works on the run, or did."""
        text = self._found("worker.json")
        return None if text is None else ProcessMark.model_validate_json(text)

    def write_worker(self, mark: ProcessMark) -> None:
        """The worker's first act: say which process it is."""
        write_text(self.path / "worker.json", mark.model_dump_json() + "\n")

    def exit_note(self) -> ExitNote | None:
        """How the worker's process ended, where its starter saw it end without finishing the run."""
        text = self._found("exit.json")
        return None if text is None else ExitNote.model_validate_json(text)

    def write_exit_note(self, note: ExitNote) -> None:
        """Say how the worker's process ended."""
        write_text(self.path / "exit.json", note.model_dump_json() + "\n")

    def log_tail(self) -> str:
        """The last lines of what the worker printed."""
        try:
            with self.log_path.open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - _LOG_TAIL_BYTES))
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def request_cancel(self) -> None:
        """Ask the run to stop and compare what it has learned; asked twice, it is ended."""
        with (self.path / "cancel").open("ab", buffering=0) as file:
            file.write(f"{self.clock():.3f}\n".encode())

    def cancel_requests(self) -> int:
        """How often cancel was requested."""
        return len(self._cancel_times())

    def first_cancel(self) -> float | None:
        """When cancel was first requested, in seconds since the epoch."""
        return next(iter(self._cancel_times()), None)

    def acknowledge_cancel(self) -> None:
        """The worker heard the request and will end by itself."""
        write_text(self.path / "cancel-seen", f"{self.clock():.3f}\n")

    def cancel_acknowledged(self) -> bool:
        """Whether the worker said that it heard the request."""
        return (self.path / "cancel-seen").is_file()

    # --- what the worker writes

    def append(self, event: Event) -> None:
        """Tell what happened."""
        append_event(self.path / "events.jsonl", event)

    def write_predictions(self, which: AnswersOf, predictions: list[Prediction]) -> None:
        """Keep all of those answers."""
        folder = self.path / "predictions"
        folder.mkdir(mode=0o700, exist_ok=True)
        write_text(folder / f"{which}.jsonl", dump_predictions(predictions))

    def write_comparison(self, comparison: Comparison) -> None:
        """Keep the comparison."""
        write_text(self.path / "comparison.json", comparison.to_json())

    def write_asking(self, asking: Asking) -> None:
        """Keep how rows are asked."""
        write_text(self.path / "asking.json", asking.model_dump_json(indent=2) + "\n")

    def save_folder(self, name: str, fill: Callable[[Path], None]) -> None:
        """Keep a folder that `fill` writes, whole or not at all."""
        write_folder(self.path / name, fill)

    def finish(self, state: EndState, message: str, exit_code: int) -> None:
        """Say how the run ended, last of all. The first to say so is believed: a second call changes nothing."""
        if self.ending() is not None:
            return
        comparison = self.comparison()
        verdict = comparison.verdict if comparison else None
        at = self.clock()
        append_event(self.path / "events.jsonl", Finished(at=at, state=state, message=message), sync=True)
        ending = Ending(
            at=at,
            state=state,
            message=message,
            exit_code=exit_code,
            verdict_kind=verdict.kind if verdict else None,
            standing=verdict.standing if verdict else None,
            verdict=verdict.sentence if verdict else None,
        )
        write_text(self.path / "DONE", ending.model_dump_json() + "\n")

    # --- helpers

    def _given(self, name: str) -> str:
        """The text of a file that every run has."""
        text = self._found(name)
        if text is None:
            raise RunNotFoundError(f"run {self.id} has no {name}; it was deleted, or its folder is damaged")
        return text

    def _found(self, name: str) -> str | None:
        try:
            return (self.path / name).read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None

    def _cancel_times(self) -> list[float]:
        return [float(line) for line in (self._found("cancel") or "").split("\n")[:-1]]
