"""Every file of the corpus: its table or its exact words, and what the heavy ones cost meanwhile.

Files that are only wrong are read in this process, by the code that the child runs; those whose name is the attack are
read as users' files are, and heavy ones by the child under its limits.
"""

import re
import tempfile
from pathlib import Path

import pytest

from tests.hostile_files import Case, corpus
from tuning.data.child import ANSWER, ERRORS, INPUT, JOB, TABLE, Job
from tuning.data.contents import read_contents
from tuning.data.limits import ReadLimits
from tuning.data.reading import read_table
from tuning.data.sandbox import run_child
from tuning.data.wording import quoted
from tuning.errors import FileError

LIMITS = ReadLimits(bytes=20_000_000, rows=200_000, memory=600_000_000, cpu_seconds=60, seconds=600)
MOST_LEFT = 50_000_000  # Bytes of the folder while it stands: the file, the table and a few words.

CASES = list(corpus())
COPIED = [case for case in CASES if not 0 < len(case.content) <= LIMITS.bytes]
"""Refused while they are copied, before a process is started for them."""
REST = [case for case in CASES if case not in COPIED]
NAMED = [case for case in REST if not re.fullmatch(r"x\.\w+", case.name)]
HEAVY = [case for case in REST if case.heavy]
LIGHT = [case for case in REST if case not in NAMED and not case.heavy]


def test_the_corpus_is_large_and_every_file_of_it_is_tried():
    assert len({case.key for case in CASES}) == len(CASES) >= 80
    assert {case.key for case in [*LIGHT, *NAMED, *HEAVY, *COPIED]} == {case.key for case in CASES}


@pytest.mark.parametrize("case", LIGHT, ids=lambda case: case.key)
def test_light(case: Case, tmp_path: Path):
    file = tmp_path / "file"
    file.write_bytes(case.content)
    if isinstance(case.wanted, dict):
        assert read_contents(file, case.name, LIMITS).gathered.data.slice(0, 1).to_pylist() == [case.wanted]
    else:
        with pytest.raises(FileError) as caught:
            read_contents(file, case.name, LIMITS)
        check_words(str(caught.value), case)


@pytest.mark.parametrize("case", [*NAMED, *COPIED], ids=lambda case: case.key)
def test_as_users_files_are_read(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
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


@pytest.mark.parametrize("case", HEAVY, ids=lambda case: case.key)
def test_heavy(case: Case, tmp_path: Path):
    (tmp_path / INPUT).write_bytes(case.content)
    try:
        answer = run_child(tmp_path, Job(name=case.name, limits=LIMITS))
    except FileError as error:
        # It died of its limits, and so within them.
        check_words(str(error), case)
    else:
        check_words(answer.refusal or "", case)
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
