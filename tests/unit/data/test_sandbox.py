"""How the process that reads a file may end, told apart; and that it is alone with its folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tuning.data.child import INPUT, JOB, Job
from tuning.data.limits import ReadLimits
from tuning.data.sandbox import run_child
from tuning.errors import FileError

ROOT = Path(__file__).parents[3]
linux = pytest.mark.skipif(sys.platform != "linux", reason="this system does not hold the limit")


def folder_with(tmp_path: Path, content: bytes) -> Path:
    (tmp_path / INPUT).write_bytes(content)
    return tmp_path


def failure(folder: Path, limits: ReadLimits) -> str:
    with pytest.raises(FileError) as caught:
        run_child(folder, Job(name="x.json", limits=limits))
    return str(caught.value)


def test_an_answer(tmp_path):
    answer = run_child(folder_with(tmp_path, b"a;b\n1;'2'\n"), Job(name="x.csv", limits=ReadLimits()))
    assert answer.refusal is None
    assert answer.found is not None
    assert (answer.found.format, answer.found.delimiter, answer.found.quote) == ("csv", ";", None)
    assert 10_000_000 < answer.peak_memory < 300_000_000 or sys.platform == "win32"
    assert answer.cpu_seconds > 0


def test_a_refusal(tmp_path):
    answer = run_child(folder_with(tmp_path, b"a,a\n1,2\n"), Job(name="x.csv", limits=ReadLimits()))
    assert (answer.found, answer.refusal) == (None, "'x.csv' has two columns named 'a'; rename or remove one")


@linux
def test_too_much_memory(tmp_path):
    content = b'[{"a": "' + b"x" * 120_000_000 + b'"}]'
    assert failure(folder_with(tmp_path, content), ReadLimits(memory=300_000_000)) == (
        "'x.json' takes more memory to read than 300 MB (TUNEOFF_READ_MEMORY); give a part of it, or save it as CSV"
    )


@linux
def test_too_much_computing(tmp_path):
    content = b"[" + b'{"a": [1, [2], {"b": 3}]},' * 1_500_000 + b"{}]"
    limits = ReadLimits(cpu_seconds=1, rows=10_000_000, cells=10_000_000)
    assert failure(folder_with(tmp_path, content), limits) == (
        "'x.json' takes more computing to read than 1 (TUNEOFF_READ_CPU_SECONDS) seconds; "
        "give a part of it, or save it as CSV"
    )


def test_too_long(tmp_path):
    assert failure(folder_with(tmp_path, b"[]"), ReadLimits(seconds=0.001)) == (
        "'x.json' takes longer to read than 0.001 (TUNEOFF_READ_SECONDS) seconds; give a part of it, or save it as CSV"
    )


def test_a_reader_that_fails(tmp_path):
    assert failure(tmp_path, ReadLimits()) == (
        "'x.json' made the reader fail (status 1); the file is probably broken, save it again or as CSV"
    )


def test_it_is_given_no_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("PYTHONINSPECT", "1")  # Would keep an interpreter alive after its end.
    assert run_child(folder_with(tmp_path, b"a,b\n1,2\n"), Job(name="x.csv", limits=ReadLimits())).found


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no such signals")
def test_without_its_parent_it_tidies_and_ends(tmp_path):
    folder = tmp_path / "private"
    folder.mkdir()
    os.mkfifo(folder / INPUT)  # It will wait here for ever.
    (folder / JOB).write_text(Job(name="x.csv", limits=ReadLimits()).model_dump_json())
    command = [sys.executable, "-m", "tuning.data.child", str(folder)]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
    try:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(60) == 1
        assert not folder.exists()
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
