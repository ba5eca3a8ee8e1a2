"""A worker whose work is a stand-in: `python worker_script.py RUN_FOLDER BEHAVIOUR [ACKNOWLEDGE_S]`.

The process, the queue, the supervisor and the folder are the real ones.
"""

import sys
import threading
from pathlib import Path

from tests.runs_support import comparison, started, step
from tuning.errors import CancelledError, ColumnError
from tuning.events import Stopped
from tuning.runs.control import Control
from tuning.runs.run import Run
from tuning.runs.supervision import Patience
from tuning.runs.worker import Execute, work


def train(run: Run, control: Control) -> None:
    """Step until asked to stop or a file `go` appears in the run's folder, then compare."""
    run.append(started())
    number, reason = 0, None
    while not (run.path / "go").exists() and reason is None:
        number += 1
        run.append(step(number))
        threading.Event().wait(0.05)
        reason = control.stop_requested()
    if reason == "cancelled":
        control.acknowledge()
    run.append(Stopped(at=3.0, reason=reason or "finished", step=number, best_step=None))
    run.write_comparison(comparison())


def be_deaf(run: Run, control: Control) -> None:
    """Never ask whether to stop."""
    run.append(started())
    run.append(step(1))
    threading.Event().wait(120)


def hear_and_linger(run: Run, control: Control) -> None:
    """Acknowledge a cancel, then take for ever."""
    run.append(started())
    run.append(step(1))
    while control.stop_requested() is None:
        threading.Event().wait(0.05)
    control.acknowledge()
    threading.Event().wait(120)


def save_for_ever(run: Run, control: Control) -> None:
    """Write half of an adapter."""

    def fill(folder: Path) -> None:
        (folder / "half").write_text("half")
        threading.Event().wait(120)

    run.append(started())
    run.save_folder("adapter", fill)


def give_up(run: Run, control: Control) -> None:
    raise CancelledError("Cancelled before anything was learned.")


def blame_the_data(run: Run, control: Control) -> None:
    raise ColumnError("column 'label' is empty; fill it")


def run_out_of_memory(run: Run, control: Control) -> None:
    raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")


def stumble(run: Run, control: Control) -> None:
    raise KeyError("nobody foresaw this")


def forget(run: Run, control: Control) -> None:
    """Return without a comparison."""


BEHAVIOURS: dict[str, Execute] = {
    behaviour.__name__: behaviour
    for behaviour in (
        train, be_deaf, hear_and_linger, save_for_ever, give_up, blame_the_data, run_out_of_memory, stumble, forget,
    )
}  # fmt: skip

if __name__ == "__main__":
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 30.0
    patience = Patience(poll_s=0.05, acknowledge_s=seconds)
    sys.exit(work(Run(Path(sys.argv[1])), BEHAVIOURS[sys.argv[2]], patience=patience))
