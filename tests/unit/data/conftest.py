"""Reading content as if it were a user's file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tuning.data.parsing import DEFAULT_LIMITS, ReadLimits
from tuning.data.reading import read_table
from tuning.data.table import Table
from tuning.errors import FileError


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Table]:
    """Content in a file of that name → the table in it."""

    def read_content(content: bytes | str, name: str = "x.csv", limits: ReadLimits = DEFAULT_LIMITS) -> Table:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, limits=limits)

    return read_content


@pytest.fixture
def refusal(read: Callable[..., Table]) -> Callable[..., str]:
    """The one line that refuses such a file."""

    def refused(content: bytes | str, name: str = "x.csv", limits: ReadLimits = DEFAULT_LIMITS) -> str:
        with pytest.raises(FileError) as caught:
            read(content, name, limits)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return refused
