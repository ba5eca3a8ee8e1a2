"""`python -m tuning`: from words to a command, and from errors to one line and an exit code. Knows no command."""

import io
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from tuning.cli.parser import build_parser
from tuning.cli.terminal import Screen, open_screen, visible
from tuning.errors import CancelledError, TuneOffError, describe_unexpected

__all__ = ["main"]

_UNEXPECTED = 1


def main(
    arguments: Sequence[str] | None = None,
    *,
    env: Mapping[str, str] = os.environ,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Run one command line (the process's own by default) and return its exit code."""
    out_stream, err_stream = out or sys.stdout, err or sys.stderr
    for stream in (out_stream, err_stream):
        _never_fail_on_a_character(stream)
    screen, err_screen = open_screen(out_stream), open_screen(err_stream)
    try:
        code = _dispatch(arguments, env, screen, err_screen)
        out_stream.flush()
    except BrokenPipeError:
        _forget(out_stream)
        return _UNEXPECTED
    except KeyboardInterrupt:
        return _fail(err_screen, "stopped by Ctrl-C", CancelledError.exit_code)
    except TuneOffError as error:
        return _fail(err_screen, str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - the last resort: logged whole, shown as one line
        return _fail(err_screen, _describe(error, env), _UNEXPECTED)
    return code


def _dispatch(arguments: Sequence[str] | None, env: Mapping[str, str], out: Screen, err: Screen) -> int:
    args = build_parser().parse_args(arguments)
    # Imported late so that --help and a mistyped flag are answered at once.
    from tuning.cli.commands import COMMANDS
    from tuning.cli.session import Session

    return COMMANDS[args.command](args, Session(env, out, err))


def _fail(screen: Screen, message: str, code: int) -> int:
    screen.line(f"tune-off: {visible(message)}")
    return code


def _describe(error: Exception, env: Mapping[str, str]) -> str:
    """Log the error beside the runs; the line to show, with the place of the log."""
    from tuning.runs.store import home

    path = home(env) / "command-line.log"
    logger = logging.getLogger("tuning.cli")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError:  # nowhere to write: the traceback goes to the terminal instead
        return describe_unexpected(error, logger)
    logger.addHandler(handler)
    logger.propagate = False
    try:
        return f"{describe_unexpected(error, logger)} It is {path}"
    finally:
        logger.removeHandler(handler)
        handler.close()


def _never_fail_on_a_character(stream: TextIO) -> None:
    """Output for programs is UTF-8; a terminal keeps its encoding and spells out what it cannot show."""
    if isinstance(stream, io.TextIOWrapper):
        if stream.isatty():
            stream.reconfigure(errors="backslashreplace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _forget(stream: TextIO) -> None:
    """Let the interpreter's last flush go nowhere instead of failing again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
