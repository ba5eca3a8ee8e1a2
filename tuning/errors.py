"""Every error whose text is meant for the person using Tune-Off. Knows no other module.

    TuneOffError              a sentence the user can act on; exit code 1
    ├── InputError            what was given is at fault; exit code 2
    │   ├── FileError         the file cannot be used as examples
    │   ├── ColumnError       a column is missing, empty or unfit
    │   ├── SettingError      a setting is unknown, out of bounds or not of its type
    │   ├── ModelError        the model is unknown, not allowed or cannot be had here
    │   ├── RunNotFoundError  no run has that id
    │   └── LimitError        a limit set by the owner of this machine would be exceeded
    ├── IntegrityError        a run failed one of its own checks; its comparison is not to be trusted
    ├── InterruptedRunError   the worker of a run ended without finishing it
    └── CancelledError        the run was cancelled before it had anything to compare; exit code 3

Anything else that is raised is unexpected: it is logged whole and shown with an id (`describe_unexpected`).
"""

import logging
import secrets

__all__ = [
    "CancelledError",
    "ColumnError",
    "FileError",
    "InputError",
    "IntegrityError",
    "InterruptedRunError",
    "LimitError",
    "ModelError",
    "RunNotFoundError",
    "SettingError",
    "TuneOffError",
    "describe_unexpected",
]


class TuneOffError(Exception):
    """A failure described in words for the user: it names the thing, the rule and the value."""

    exit_code = 1


class InputError(TuneOffError):
    """What the user gave is at fault."""

    exit_code = 2


class FileError(InputError):
    """The file cannot be used as examples."""


class ColumnError(InputError):
    """A column is missing, empty or unfit for its part."""


class SettingError(InputError):
    """A setting is unknown, out of bounds or not of its type."""


class ModelError(InputError):
    """The model is unknown, not allowed or cannot be had here."""


class RunNotFoundError(InputError):
    """No run has that id."""


class LimitError(InputError):
    """A limit set by the owner of this machine would be exceeded."""


class IntegrityError(TuneOffError):
    """A run failed one of its own checks, so its comparison is not to be trusted."""


class InterruptedRunError(TuneOffError):
    """The worker of a run ended without finishing it."""


class CancelledError(TuneOffError):
    """The run was cancelled before it had anything to compare."""

    exit_code = 3


def describe_unexpected(error: BaseException, log: logging.Logger) -> str:
    """Log an error that nobody foresaw with its traceback; return the line to show, with the id it is logged under."""
    error_id = secrets.token_hex(4)
    log.error("unexpected error %s", error_id, exc_info=error)
    return f"Something unexpected went wrong (error {error_id}, {type(error).__name__}). The log has the details."
