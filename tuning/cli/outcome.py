"""What is left when a run has ended: the report, the copies of `--out`, the exit code. Knows no command."""

import argparse
import os
import shutil
from pathlib import Path

from tuning.cli.render import render_comparison, samples
from tuning.cli.session import SHORT_ID, Session
from tuning.cli.terminal import visible
from tuning.errors import CancelledError, InputError, TuneOffError
from tuning.events import Note
from tuning.prediction import dump_predictions
from tuning.runs.card import CARD, model_card
from tuning.runs.files import write_folder, write_text
from tuning.runs.run import AnswersOf
from tuning.runs.store import Run, RunStatus
from tuning.scoring.comparison import Comparison

__all__ = ["EXIT_NOT_MET", "check_out", "conclude", "report"]

EXIT_NOT_MET = 4


def check_out(folder: Path | None) -> None:
    """Raise `InputError` when the results could not be copied there later; touches nothing."""
    if folder is None:
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"folder '{folder}' of --out is not empty; name a new or an empty one")
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not nearest.is_dir():
        raise InputError(f"'{nearest}' is a file, so --out cannot make the folder '{folder}'; name another")
    if not os.access(nearest, os.W_OK):
        raise InputError(f"folder '{nearest}' may not be written to, so --out cannot use '{folder}'; name another")


def conclude(session: Session, run: Run, status: RunStatus, args: argparse.Namespace, *, seen_notes: bool) -> int:
    """Say what came of a run that ended; the exit code. Raises `TuneOffError` when the results cannot be copied."""
    comparison = run.comparison()
    if comparison is not None and args.out is not None:
        _copy_results(run, comparison, args.out)
    if comparison is not None and args.json:
        session.out.raw(comparison.to_json().rstrip("\n"))
    elif comparison is not None:
        report(session, run, comparison, seen_notes=seen_notes)
    if status.state != "done" or comparison is None:
        message = status.message or f"run {run.id} left no comparison"
        code = CancelledError.exit_code if status.state == "cancelled" else status.exit_code or TuneOffError.exit_code
        log = f" (log: {run.log_path})" if code == TuneOffError.exit_code else ""
        session.err.line(f"tune-off: {visible(message)}{log}")
        return code
    if args.require == "better" and (comparison.verdict is None or comparison.verdict.kind != "better"):
        session.err.line("tune-off: --require better is not met: the verdict says otherwise")
        return EXIT_NOT_MET
    return 0


def report(session: Session, run: Run, comparison: Comparison, *, seen_notes: bool) -> None:
    """The comparison for a person, where the run is kept, and how to try it."""
    chosen = samples(run.predictions("base"), run.predictions("tuned"))
    notes = [] if seen_notes else _notes(run)
    render_comparison(session.out, comparison, chosen, notes)
    session.out.line("")
    session.out.raw(f"Everything is kept in\n  {run.path}")
    session.out.raw(f'Try it:\n  python -m tuning predict {run.id[:SHORT_ID]} --prompt "..."')


def _notes(run: Run) -> list[str]:
    """What the user should know of data and run, each once."""
    told = [event.message for event in run.events() if isinstance(event, Note)]
    return list(dict.fromkeys([*run.dataset().notes, *told]))


def _copy_results(run: Run, comparison: Comparison, folder: Path) -> None:
    """Each part whole or not at all, comparison.json last: where it is, everything is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if run.adapter_path.is_dir():
            write_folder(folder / "adapter", lambda place: _copy_adapter(run, place))
        write_folder(folder / "predictions", lambda place: _write_predictions(run, place))
        write_text(folder / "comparison.json", comparison.to_json())
    except OSError as error:
        reason = error.strerror or str(error)
        raise TuneOffError(f"results could not be copied to '{folder}': {reason}; they are in {run.path}") from error


def _copy_adapter(run: Run, place: Path) -> None:
    """The adapter with its model card."""
    shutil.copytree(run.adapter_path, place, dirs_exist_ok=True)
    (place / CARD).write_text(model_card(run), encoding="utf-8")


def _write_predictions(run: Run, place: Path) -> None:
    answers: tuple[AnswersOf, ...] = ("base", "tuned", "strongest")
    for which in answers:
        kept = run.predictions(which)
        if kept or which != "strongest":
            (place / f"{which}.jsonl").write_bytes(dump_predictions(kept).encode("utf-8"))
