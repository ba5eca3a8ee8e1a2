"""What every screen is given: the runs, the owner's limits, the environment and a folder for files on their way.

Knows no screen. Here too: how a failure becomes a line on the page.
"""

import functools
import logging
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from tuning.errors import TuneOffError, describe_unexpected
from tuning.runs.limits import Limits
from tuning.runs.store import RunStore
from tuning.ui.showcase import Showcase

__all__ = ["Context", "clear_old_files", "say", "told"]

_log = logging.getLogger(__name__)
_Page = TypeVar("_Page")
_Args = ParamSpec("_Args")


@dataclass(frozen=True)
class Context:
    """The world outside the page."""

    store: RunStore
    limits: Limits
    env: Mapping[str, str]
    files: Path
    """The folder of uploads and of what is packed for download; whoever knows a path below it can fetch the file."""
    showcase: Showcase | None = None
    """What is looked at by those who have no run yet."""

    @property
    def choices(self) -> Path:
        """The folder of what visitors have chosen and not started yet."""
        return self.store.root / "choices"


def say(error: Exception) -> str:
    """A failure as one line for the page; one that nobody foresaw is logged and named by its id."""
    return str(error) if isinstance(error, TuneOffError) else describe_unexpected(error, _log)


def told(
    show: Callable[[_Page, str], dict[Any, Any]],
) -> Callable[[Callable[Concatenate[_Page, _Args], Any]], Callable[Concatenate[_Page, _Args], Any]]:
    """A handler whose failures are shown on the page, by `show`, instead of being raised."""

    def decorate(handler: Callable[Concatenate[_Page, _Args], Any]) -> Callable[Concatenate[_Page, _Args], Any]:
        @functools.wraps(handler)
        def tell(page: _Page, /, *args: _Args.args, **kwargs: _Args.kwargs) -> Any:
            try:
                return handler(page, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - the edge: what nobody foresaw is logged whole and told by its id
                return show(page, say(error))

        return tell

    return decorate


def clear_old_files(folder: Path, *, older_than_s: float) -> None:
    """Remove what is older: Gradio forgets uploads and packed files when it is killed, and nobody else looks."""
    oldest = time.time() - older_than_s
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            if path.lstat().st_mtime > oldest:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        except FileNotFoundError:  # another server removed it
            continue
