"""Every file of the corpus, read as users' files are: its table or its exact words, and what it cost meanwhile."""

import re
import tempfile
from pathlib import Path

import pytest

from tests.hostile_files import Case, corpus
from tuning.data.child import ANSWER, ERRORS, INPUT, JOB, TABLE, Job
from tuning.data.limits import ReadLimits
from tuning.data.reading import read_table
from tuning.data.sandbox import run_child
from tuning.data.wording import quoted
from tuning.errors import FileError

CASES = list(corpus())
LIMITS = ReadLimits(bytes=20_000_000, rows=200_000, memory=600_000_000, cpu_seconds=60, seconds=600)
MOST_LEFT = 50_000_000  # Bytes of the folder while it stands: the file, the table and a few words.


def test_the_corpus_is_large_and_its_keys_are_unique():
    assert len({case.key for case in CASES}) == len(CASES) >= 80


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_outcome(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file, temporary = tmp_path / "file", tmp_path / "temporary"
    file.write_bytes(case.content)
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    if isinstance(case.wanted, dict):
        assert read_table(file, name=case.name, limits=LIMITS).row(0) == case.wanted
    else:
        with pytest.raises(FileError) as caught:
            read_table(file, name=case.name, limits=LIMITS)
        check_words(str(caught.value), case)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("case", [case for case in CASES if case.content], ids=lambda case: case.key)
def test_cost(case: Case, tmp_path: Path):
    (tmp_path / INPUT).write_bytes(case.content)
    try:
        answer = run_child(tmp_path, Job(name=case.name, limits=LIMITS))
    except FileError as error:
        # It died of its limits, and so within them.
        check_words(str(error), case)
    else:
        assert answer.peak_memory <= LIMITS.memory
        assert answer.cpu_seconds <= LIMITS.cpu_seconds
    assert {path.name for path in tmp_path.iterdir()} <= {INPUT, JOB, ANSWER, TABLE, ERRORS}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= MOST_LEFT


def check_words(message: str, case: Case) -> None:
    assert isinstance(case.wanted, str)
    shown = quoted(case.name)
    between = "" if case.wanted[0] in ",:" else " "
    if case.pattern:
        assert re.fullmatch(re.escape(shown) + between + case.wanted, message), message
    else:
        assert message == f"{shown}{between}{case.wanted}"
