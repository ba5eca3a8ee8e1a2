"""`report`: a run's report as a file. Knows where it goes, not what it says."""

import argparse
from pathlib import Path

from tuning.cli.session import SHORT_ID, Session
from tuning.cli.terminal import visible
from tuning.errors import InputError
from tuning.runs.files import write_text

__all__ = ["write_report"]


def write_report(args: argparse.Namespace, session: Session) -> int:
    """Write the report and say where it is. Raises `InputError` for a run without a comparison, and for a bad place."""
    from tuning.report.document import report

    run = session.find_run(args.run)
    text, place = report(run), args.out or Path(f"tune-off-{run.id[:SHORT_ID]}.html")
    try:
        write_text(place, text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"the report cannot be written to '{place}': {reason}; name another file with --out"
        ) from error
    session.out.line(visible(f"the report is in {place}"))
    return 0
