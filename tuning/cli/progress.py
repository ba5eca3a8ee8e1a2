"""A run's events as a person follows them: bars on a terminal, lines in a pipe. Knows events, not their source."""

from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from tuning.cli.terminal import Screen, visible
from tuning.events import DevScored, Event, Finished, Note, Phase, PhaseName, Planned, Sampled, Started, Step, Stopped

__all__ = ["BarView", "LineView", "SilentView", "View", "open_view"]

_PHASES: dict[PhaseName, str] = {
    "prepare": "preparing",
    "base": "base answers",
    "train": "training",
    "tuned": "tuned answers",
    "check": "checking",
    "compare": "comparing",
}
_TENTHS = 10


class View(Protocol):
    """Something that shows how a run goes."""

    def waiting(self, position: int) -> None:
        """The run has this place in the queue, 1 being next."""

    def event(self, event: Event) -> None:
        """The next thing that happened."""

    def say(self, text: str) -> None:
        """A sentence of ours."""

    def close(self) -> None:
        """Nothing more will come."""


def open_view(screen: Screen, *, quiet: bool) -> View:
    """The view that suits where it is shown."""
    if quiet:
        return SilentView()
    return BarView(screen) if screen.live else LineView(screen)


class SilentView:
    """Shows nothing."""

    def waiting(self, position: int) -> None:
        """Not shown."""

    def event(self, event: Event) -> None:
        """Not shown."""

    def say(self, text: str) -> None:
        """Not shown."""

    def close(self) -> None:
        """Nothing to close."""


class LineView:
    """A line for every part of a run, for every tenth of it, for every dev loss and every look at the watched rows."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._position = 0
        self._tenths: dict[str, int] = {}

    def waiting(self, position: int) -> None:
        """A line whenever the place changes."""
        if position != self._position:
            self._position = position
            self._screen.line(f"waiting, place {position} in the queue")

    def event(self, event: Event) -> None:
        """A line, unless it says too little."""
        if isinstance(event, Phase):
            if self._is_new_tenth(event.name, event.done, event.total):
                amount = f" {event.done}/{event.total}" if event.total > 1 else ""
                self._screen.line(f"{_PHASES[event.name]}{amount}{_left(event.seconds_left)}")
        elif isinstance(event, Step):
            if self._is_new_tenth("step", event.step, event.total_steps):
                amount = f"{event.step}/{event.total_steps}, loss {event.loss:.3f}"
                self._screen.line(f"training step {amount}{_left(event.seconds_left)}")
        elif sentence := _sentence(event):
            self._screen.line(sentence)

    def say(self, text: str) -> None:
        """A line."""
        self._screen.line(visible(text))

    def close(self) -> None:
        """Every line is out already."""

    def _is_new_tenth(self, part: str, done: int, total: int) -> bool:
        tenth = done * _TENTHS // total if total > 0 else 0
        if tenth <= self._tenths.get(part, -1):
            return False
        self._tenths[part] = tenth
        return True


class BarView:
    """One bar for every part of a run, the running one with losses, watched rows and time left."""

    def __init__(self, screen: Screen) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.fields[facts]}", markup=False),
            console=screen.console,
            refresh_per_second=4,
        )
        self._bars: dict[str, TaskID] = {}
        self._facts: dict[str, str] = {}
        self._progress.start()

    def waiting(self, position: int) -> None:
        """A bar that moves but does not fill."""
        self._move("waiting", 0, None, f"place {position} in the queue")

    def event(self, event: Event) -> None:
        """Move the bar it belongs to, or print a line above the bars."""
        self._end_waiting()
        if isinstance(event, Phase):
            left = _left(event.seconds_left).removeprefix(", ") if event.done < event.total else ""
            self._move(_PHASES[event.name], event.done, event.total, left)
        elif isinstance(event, Step):
            self._facts["loss"] = f"loss {event.loss:.3f}"
            left = _left(event.seconds_left) if event.step < event.total_steps else ""
            self._move(_PHASES["train"], event.step, event.total_steps, ", ".join(self._facts.values()) + left)
        elif isinstance(event, DevScored):
            self._facts["dev"] = f"dev {event.loss:.3f}"
        elif isinstance(event, Sampled):
            self._facts["watched"] = event.sentence
        elif sentence := _sentence(event):
            self.say(sentence)

    def say(self, text: str) -> None:
        """A line above the bars."""
        self._progress.console.print(visible(text), markup=False, highlight=False)

    def close(self) -> None:
        """Leave the bars as they are."""
        self._progress.stop()

    def _move(self, description: str, done: int, total: int | None, facts: str) -> None:
        if description not in self._bars:
            self._bars[description] = self._progress.add_task(description, total=total, facts=facts)
        self._progress.update(self._bars[description], completed=done, total=total, facts=facts)

    def _end_waiting(self) -> None:
        if "waiting" in self._bars:
            self._progress.remove_task(self._bars.pop("waiting"))


def _sentence(event: Event) -> str:
    """An event that is no progress of a part, in words; empty for what others say better."""
    match event:
        case Started():
            return f"computing on {event.device} in {event.precision}, {event.threads} threads"
        case Planned():
            return f"plan: {visible(event.sentence)}"
        case DevScored():
            return f"dev loss {event.loss:.3f} after step {event.step}"
        case Sampled():
            return f"{event.sentence} after step {event.step}"
        case Stopped():
            return f"training {event.sentence}"
        case Note():
            return f"{'note' if event.level == 'info' else 'warning'}: {visible(event.message)}"
        case Finished() | Phase() | Step():
            return ""


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f", {hours}:{minutes:02}:{rest:02} left" if hours else f", {minutes}:{rest:02} left"
