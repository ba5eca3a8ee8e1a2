"""Reading content as if it were a user's file, without the process of its own that `read_table` gives it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tuning.data.contents import read_contents
from tuning.data.limits import ReadLimits
from tuning.data.table import Table
from tuning.errors import FileError

LIMITS = ReadLimits()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Table]:
    """Content in a file of that name → the table in it."""

    def read_content(content: bytes | str, name: str = "x.csv", limits: ReadLimits = LIMITS) -> Table:
        path = tmp_path / "content"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = read_contents(path, name, limits)
        return Table(
            name=name,
            format=found.format,
            data=found.gathered.data,
            sha256="0" * 64,
            encoding=found.encoding,
            delimiter=found.gathered.delimiter,
            quote=found.gathered.quote,
            bom=found.bom,
            structured=found.gathered.structured,
            notes=found.notes,
        )

    return read_content


@pytest.fixture
def refusal(read: Callable[..., Table]) -> Callable[..., str]:
    """The one line that refuses such a file."""

    def refused(content: bytes | str, name: str = "x.csv", limits: ReadLimits = LIMITS) -> str:
        with pytest.raises(FileError) as caught:
            read(content, name, limits)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return refused
