"""The Chromium that the browser tests drive: TUNEOFF_CHROMIUM, else one that is installed here.

`python -m tests.chromium` prints its path, or exits with 1 when there is none.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["find_chromium"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium(env: Mapping[str, str]) -> Path | None:
    """Path of the browser's executable, None if there is none."""
    given = env.get("TUNEOFF_CHROMIUM")
    candidates = [given] if given else [*(shutil.which(name) for name in _NAMES), *_PLACES]
    return next((Path(place) for place in candidates if place and Path(place).is_file()), None)


if __name__ == "__main__":
    found = find_chromium(os.environ)
    if found is None:
        sys.exit(1)
    print(found)
