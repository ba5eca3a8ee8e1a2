"""What each command does, in the words of the floors below. Knows neither flags nor how things look."""

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from tuning.cli.cancelling import cancel_and_wait
from tuning.cli.comparing import compare_files
from tuning.cli.examples import read_examples
from tuning.cli.follow import Follower, Interrupts
from tuning.cli.inspecting import inspect_file
from tuning.cli.outcome import check_out, conclude, report
from tuning.cli.parser import spec_from
from tuning.cli.predicting import predict
from tuning.cli.progress import open_view
from tuning.cli.reporting import write_report
from tuning.cli.session import OWNER, SHORT_ID, Session
from tuning.cli.terminal import Listing, print_json, print_listing, visible
from tuning.data.preparing import prepare_tables
from tuning.errors import InputError, TuneOffError
from tuning.models.catalog import ModelEntry, catalog
from tuning.runs.forecasting import forecast
from tuning.runs.limits import Limits
from tuning.runs.store import Run, RunStatus
from tuning.runs.submission import submit

__all__ = ["COMMANDS", "Command"]

Command = Callable[[argparse.Namespace, Session], int]
_MEGA = 1_000_000


def _tune(args: argparse.Namespace, session: Session) -> int:
    if args.detach and (args.out or args.require):
        raise InputError("--detach does not wait for the end, so --out and --require belong to `watch RUN`")
    spec = spec_from(args)
    check_out(args.out)
    prepared = prepare_tables(read_examples(args, session), spec)
    limits, store = Limits.from_env(session.env), session.store()
    with Interrupts() as interrupts:
        run = submit(store, prepared, owner=OWNER, limits=limits, env=session.env)
        doubt = forecast(prepared, store).doubt
        if doubt:
            session.err.line(f"note: {doubt}")
        if args.detach:
            if args.json:
                print_json(session.out, {"run": run.id})
            else:
                session.out.raw(run.id)
            return 0
        return _follow(args, session, run, interrupts)


def _watch(args: argparse.Namespace, session: Session) -> int:
    check_out(args.out)
    run = session.find_run(args.run)
    with Interrupts() as interrupts:
        return _follow(args, session, run, interrupts)


def _follow(args: argparse.Namespace, session: Session, run: Run, interrupts: Interrupts) -> int:
    """Show the run until it ends; `tune` cancels it on Ctrl-C, `watch` only stops looking."""
    view = open_view(session.err if args.json else session.out, quiet=args.quiet)
    try:
        dataset, splits = run.dataset(), run.splits()
        view.say(f"run {run.id}")
        view.say(f"{dataset.name}: {len(splits.train)} rows to train, {len(splits.dev)} dev, {len(splits.test)} test")
        for sentence in (dataset.reason, *dataset.notes):
            view.say(sentence)
        status = Follower(view, lambda: interrupts.count, cancels=args.command == "tune").follow(run)
    finally:
        view.close()
    if status.active:
        session.err.line(f"left the run going; `watch {run.id[:SHORT_ID]}` follows it again")
        return 0
    return conclude(session, run, status, args, seen_notes=not args.quiet)


def _runs(args: argparse.Namespace, session: Session) -> int:
    statuses = [status for run in session.store().list() if (status := _readable_status(run, session))]
    if args.json:
        print_json(session.out, [status.model_dump(mode="json") for status in statuses])
        return 0
    columns = ("id", "created", "state", "task", "file", "outcome")
    short = session.out.console.is_terminal
    rows = [_run_row(status, short=short) for status in statuses]
    listing = Listing(columns, rows, flexible=("file", "outcome"))
    print_listing(session.out, listing, empty="No runs yet; `python -m tuning tune FILE` starts one.")
    return 0


def _readable_status(run: Run, session: Session) -> RunStatus | None:
    """None, and a line about it, for a run whose folder is damaged: the others are listed all the same."""
    try:
        return run.status()
    except (TuneOffError, OSError, ValueError) as error:
        session.err.line(f"run {run.id} is left out: {visible(str(error))}")
        return None


def _run_row(status: RunStatus, *, short: bool) -> list[str]:
    created = datetime.fromtimestamp(status.created, tz=UTC).astimezone()
    return [
        status.id[:SHORT_ID] if short else status.id,
        f"{created:%m-%d %H:%M}" if short else created.isoformat(timespec="seconds"),
        _state(status),
        status.task,
        status.name,
        status.verdict or status.message or "",
    ]


def _state(status: RunStatus) -> str:
    if status.state == "queued" and status.position is not None:
        return f"queued, place {status.position}"
    return "cancelling" if status.cancelling else status.state


def _show(args: argparse.Namespace, session: Session) -> int:
    run = session.find_run(args.run)
    status, comparison = run.status(), run.comparison()
    if args.json:
        content = None if comparison is None else comparison.model_dump(mode="json", by_alias=True)
        print_json(session.out, {"status": status.model_dump(mode="json"), "comparison": content})
        return 0
    session.out.line(f"run {run.id}: {_state(status)}")
    session.out.line(visible(f"{status.name}, {status.task}, {status.model}"))
    if status.state != "done" and status.message:
        session.out.line(visible(status.message))
    if comparison is not None:
        report(session, run, comparison, seen_notes=False)
    else:
        if status.active:
            session.out.line(_whereabouts(status))
        session.out.raw(f"Everything is kept in\n  {run.path}")
    return 0


def _whereabouts(status: RunStatus) -> str:
    """The running part of a run and how far it is."""
    parts: list[str] = [status.phase or "not begun"]
    if status.step is not None and status.total_steps:
        parts.append(f"step {status.step} of {status.total_steps}")
    elif status.done is not None and status.total:
        parts.append(f"{status.done} of {status.total}")
    return ", ".join(parts)


def _cancel(args: argparse.Namespace, session: Session) -> int:
    run = session.find_run(args.run)
    session.out.line(cancel_and_wait(run, now=args.now))
    return 0


def _delete(args: argparse.Namespace, session: Session) -> int:
    run = session.find_run(args.run)
    session.store().delete(run)
    session.out.line(f"deleted run {run.id}")
    return 0


def _models(args: argparse.Namespace, session: Session) -> int:
    entries = catalog(session.env)
    if args.json:
        print_json(session.out, [entry.model_dump(mode="json") for entry in entries])
        return 0
    columns = ("name", "size", "source", "licence", "note")
    listing = Listing(columns, [_model_row(entry) for entry in entries], flexible=("note",))
    print_listing(session.out, listing, empty="No models are on offer.")
    return 0


def _model_row(entry: ModelEntry) -> list[str]:
    size = "" if entry.size_bytes is None else f"{entry.size_bytes / _MEGA:.0f} MB"
    return [entry.name, size, entry.source, entry.licence or "", entry.note]


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "inspect": inspect_file,
        "tune": _tune,
        "predict": predict,
        "runs": _runs,
        "show": _show,
        "watch": _watch,
        "report": write_report,
        "cancel": _cancel,
        "delete": _delete,
        "compare": compare_files,
        "models": _models,
    }
)
