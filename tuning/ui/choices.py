"""What a visitor has chosen under Tune and not started yet: kept, so that a reload of the page comes back to it.

Knows files and settings; no layout, and not what is in the files. The server keeps it, under the visitor's name as an
owner of runs: a path that a browser names would have to be believed.
"""

import contextlib
import logging
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tuning.errors import FileError
from tuning.runs.files import make_private, write_text
from tuning.ui.visitor import Visitor, owner_of

__all__ = ["Choices", "KeptChoices"]

_log = logging.getLogger(__name__)
_MOST_BYTES, _MOST_KEPT = 50_000, 1_000
"""What strangers may leave here: so much each, and of so many."""


class Choices(BaseModel):
    """Files, or an example, and the settings made for them."""

    model_config = ConfigDict(frozen=True)

    file: str | None = None
    example: str | None = None
    test: str | None = None
    settings: dict[str, object]
    """Raw, as `parse_spec` takes them."""


class KeptChoices:
    """The choices of all visitors, a file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, visitor: Visitor, choices: Choices) -> None:
        """Keep these instead of those before. What cannot be kept is not: a reload then begins anew."""
        text = choices.model_dump_json()
        if len(text) > _MOST_BYTES:
            self.forget(visitor)
            return
        try:
            make_private(self.folder)
            write_text(self._place(visitor), text)
            self._forget_oldest()
        except OSError as error:
            _log.warning("what is chosen under Tune is not kept: %s", error)

    def find(self, visitor: Visitor) -> Choices | None:
        """What this visitor had chosen. Raises `FileError` when a file of it is gone, and then forgets it."""
        try:
            choices = Choices.model_validate_json(self._place(visitor).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        for path in (choices.file, choices.test):
            if path is not None and not Path(path).is_file():
                self.forget(visitor)
                raise FileError(f"'{Path(path).name}' is no longer here: an upload is kept for a day; choose it again")
        return choices

    def forget(self, visitor: Visitor) -> None:
        """Nothing is chosen any more."""
        with contextlib.suppress(OSError):  # nothing was ever kept
            self._place(visitor).unlink()

    def _place(self, visitor: Visitor) -> Path:
        return self.folder / f"{owner_of(visitor)}.json"

    def _forget_oldest(self) -> None:
        kept = list(self.folder.iterdir())
        if len(kept) > _MOST_KEPT:
            oldest = min(kept, key=lambda path: path.stat().st_mtime)
            oldest.unlink(missing_ok=True)
