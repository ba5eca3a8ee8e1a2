"""The command line as a program: bad input, listings, pipes and start-up. No model is loaded here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.helpers import finished_run, waiting_run
from tuning.spec import DEFAULT_MODEL

ROOT = Path(__file__).parents[2]
GOOD = "text,label\n" + "".join(f"row number {n} is here,{'even' if n % 2 == 0 else 'odd'}\n" for n in range(60))


def tuning(*words: str | Path, folder: Path | None = None, patience_s: float = 120) -> subprocess.CompletedProcess[str]:
    """Run the program with a pipe for its output, as a script would."""
    return subprocess.run(
        [sys.executable, "-m", "tuning", *map(str, words)],
        capture_output=True,
        cwd=folder,
        env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        encoding="utf-8",
        timeout=patience_s,
    )


def one_class(rows: int = 60) -> str:
    return "text,label\n" + "".join(f"row number {n},same\n" for n in range(rows))


BAD_INPUT = {
    "missing file": (None, []),
    "empty file": (b"", []),
    "header alone": (b"text,label\n", []),
    "one column": (b"text\n" + b"".join(b"row %d\n" % n for n in range(60)), []),
    "one class": (one_class().encode(), ["--task", "classify", "--input", "text", "--target", "label"]),
    "one class, not told": (one_class().encode(), []),
    "19 rows": ("".join(GOOD.splitlines(keepends=True)[:20]).encode(), []),
    "undecodable bytes": (bytes(range(128, 256)) * 40 + b"\x00\x81\x8d\x8f", []),
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(200), []),
    "unknown input column": (GOOD.encode(), ["--input", "nothing"]),
    "unknown target column": (GOOD.encode(), ["--target", "nothing"]),
    "unknown group column": (GOOD.encode(), ["--group", "nothing:3"]),
    "unknown model": (GOOD.encode(), ["--model", "no-such-model"]),
    "model not allowed": (GOOD.encode(), ["--model", "somebody/no-such-model"]),
    "setting too small": (GOOD.encode(), ["--epochs", "0"]),
    "setting too large": (GOOD.encode(), ["--rank", "99999"]),
    "not a number": (GOOD.encode(), ["--epochs", "many"]),
    "not finite": (GOOD.encode(), ["--lr", "nan"]),
    "no such choice": (GOOD.encode(), ["--device", "abacus"]),
    "no such flag": (GOOD.encode(), ["--speed", "9"]),
    "missing settings file": (GOOD.encode(), ["--spec", "nowhere.json"]),
    "detached results": (GOOD.encode(), ["--detach", "--out", "results"]),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_exits_with_2_and_one_line_and_leaves_nothing(case, tmp_path, tuneoff_home):
    content, flags = BAD_INPUT[case]
    if content is not None:
        (tmp_path / "data.csv").write_bytes(content)

    done = tuning("tune", "data.csv", *flags, folder=tmp_path)

    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("tune-off: ")
    assert done.stderr.count("\n") == 1
    assert len(done.stderr.strip()) > len("tune-off: ")
    assert not (tuneoff_home / "runs").exists() or list((tuneoff_home / "runs").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == (["data.csv"] if content is not None else [])


def test_fewer_than_20_usable_rows_are_refused(tmp_path, tuneoff_home):
    rows = [f"row number {n},{'ab'[n % 2]}" for n in range(19)] + [f"row number {n}," for n in range(19, 60)]
    (tmp_path / "data.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")

    done = tuning("tune", tmp_path / "data.csv", "--task", "classify", "--input", "text", "--target", "label")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "19" in done.stderr
    assert not (tuneoff_home / "runs").exists()


def test_results_do_not_go_where_something_is(tmp_path, tuneoff_home):
    (tmp_path / "data.csv").write_text(GOOD, encoding="utf-8")

    done = tuning("tune", tmp_path / "data.csv", "--out", tmp_path)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "not empty" in done.stderr
    assert not (tuneoff_home / "runs").exists()


@pytest.mark.parametrize("command", ["show", "watch", "cancel", "delete"])
def test_a_run_that_is_not_there_is_the_input_at_fault(command):
    done = tuning(command, "0123456789abcdef")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "0123456789abcdef" in done.stderr


def test_nothing_to_do_is_one_line():
    done = tuning()

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_runs_in_a_pipe_are_one_uncut_line_each_newest_first(tuneoff_home):
    assert tuning("runs").stdout == ""
    old = finished_run(tuneoff_home, name="a file with a very long name " * 5 + ".csv")
    new = waiting_run(tuneoff_home, name="two\nlines.csv")

    done = tuning("runs")

    assert done.returncode == 0
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == [new.id, old.id]
    assert lines[1][2:] == ["done", "generate", old.record().name, "Tuning helped."]


def test_runs_as_json_say_what_the_folders_say(tuneoff_home):
    run = finished_run(tuneoff_home)

    listed = json.loads(tuning("runs", "--json").stdout)

    assert [one["id"] for one in listed] == [run.id]
    assert listed[0]["verdict_kind"] == "better"


def test_one_damaged_run_does_not_hide_the_others(tuneoff_home):
    broken, whole = finished_run(tuneoff_home), finished_run(tuneoff_home)
    (broken.path / "dataset.json").write_text("{", encoding="utf-8")

    done = tuning("runs")

    assert done.returncode == 0
    assert done.stdout.startswith(whole.id)
    assert done.stdout.count("\n") == 1
    assert broken.id in done.stderr


def test_show_tells_the_comparison_or_the_reason(tuneoff_home):
    finished_run(tuneoff_home)
    assert "Tuning helped." in tuning("show", "last").stdout

    failed = finished_run(tuneoff_home, None)
    assert "A check failed." in tuning("show", failed.id[:6]).stdout

    shown = json.loads(tuning("show", "last", "--json").stdout)
    assert shown["status"]["id"] == failed.id
    assert shown["comparison"]["verdict"] is None


@pytest.mark.parametrize(("kind", "code"), [("better", 0), ("worse", 4), (None, 1)])
def test_watch_ends_with_the_code_of_the_run(tuneoff_home, tmp_path, kind, code):
    run = finished_run(tuneoff_home, kind)

    done = tuning("watch", "last", "--json", "--require", "better", "--out", tmp_path / "results")

    assert done.returncode == code
    assert json.loads(done.stdout)["run"] == run.id
    assert (tmp_path / "results" / "comparison.json").read_text(encoding="utf-8") == done.stdout


def test_a_run_that_has_ended_can_be_deleted_and_no_other(tuneoff_home):
    ended, waiting = finished_run(tuneoff_home), waiting_run(tuneoff_home)

    assert tuning("delete", ended.id).returncode == 0
    assert not ended.path.exists()
    refused = tuning("delete", waiting.id)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert waiting.path.exists()


def test_models_begin_with_their_name():
    lines = tuning("models").stdout.splitlines()
    listed = json.loads(tuning("models", "--json").stdout)

    assert DEFAULT_MODEL in [line.split("\t")[0] for line in lines]
    assert [line.split("\t")[0] for line in lines] == [one["name"] for one in listed]


def test_a_reader_that_leaves_is_no_error(tuneoff_home):
    for number in range(3):
        finished_run(tuneoff_home, name=f"{number}.csv")
    process = subprocess.Popen(
        [sys.executable, "-m", "tuning", "runs"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    process.wait(60)

    assert said == b""


@pytest.mark.parametrize("words", [["--help"], ["tune", "--help"], ["runs"], ["models"]])
def test_start_up_loads_no_heavy_library(words):
    program = (
        "import sys\nfrom tuning.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'transformers', 'gradio', 'datasets', 'evaluate', 'peft', 'sklearn', 'pandas'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=120, cwd=ROOT)

    assert (done.returncode, done.stderr) == (0, "")
