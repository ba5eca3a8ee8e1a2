"""Every way out of the program is one line and a documented exit code."""

import io

import pytest

from tests.runs_support import prepared
from tests.unit.cli.helpers import finished_run
from tuning.cli import main
from tuning.runs.budget import Pace, Work
from tuning.runs.paces import MeasuredPace, write_pace
from tuning.runs.store import RunStore
from tuning.spec import Task


class FailingOnce(dict[str, str]):
    """An environment that cannot be read the first time."""

    def __init__(self, values: dict[str, str], error: BaseException) -> None:
        super().__init__(values)
        self._errors = [error]

    def get(self, name, default=None):
        if self._errors:
            raise self._errors.pop()
        return super().get(name, default)


def call(*words, env):
    out, err = io.StringIO(), io.StringIO()
    code = main(words, env=env, out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def test_what_nobody_foresaw_is_one_line_and_logged_whole(tmp_path):
    env = FailingOnce({"TUNEOFF_HOME": str(tmp_path)}, RuntimeError("a secret of the user's"))

    code, out, err = call("runs", env=env)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "a secret" not in err
    (log,) = tmp_path.iterdir()
    assert str(log) in err
    assert "a secret" in log.read_text(encoding="utf-8")


def test_ctrl_c_before_anything_began_is_cancelled(tmp_path):
    env = FailingOnce({"TUNEOFF_HOME": str(tmp_path)}, KeyboardInterrupt())

    assert call("runs", env=env) == (3, "", "tune-off: stopped by Ctrl-C\n")


def test_an_error_that_quotes_the_user_stays_one_harmless_line(tmp_path):
    code, _, err = call("show", "a\nb\x1b[2Jcdef", env={"TUNEOFF_HOME": str(tmp_path)})

    assert (code, err.count("\n")) == (2, 1)
    assert "\x1b" not in err


@pytest.mark.parametrize("words", [["runs"], ["runs", "--json"], ["show", "last"], ["models"], ["watch", "last"]])
def test_what_works_is_zero_and_says_nothing_on_stderr(tmp_path, words):
    finished_run(tmp_path)

    code, out, err = call(*words, env={"TUNEOFF_HOME": str(tmp_path)})

    assert (code, err) == (0, "")
    assert out.endswith("\n")


def test_a_time_that_cannot_suffice_is_refused_before_anything_begins(tmp_path):
    """By what an earlier run measured, told with the time that would do."""
    home, rows = RunStore(tmp_path / "home"), prepared(40)
    work = Work(Task.CLASSIFY, 40, 40, 40, 8, 30, None, None)
    slow = MeasuredPace.of(rows, Pace(row_s=2, pass_s=15, load_s=45), work, "decoder", ready_s=9)
    write_pace(home.create(rows, "somebody"), slow)
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\n" + "".join(f"text {n},{'good' if n % 2 else 'bad'}\n" for n in range(60)))

    code, out, err = call("tune", str(path), "--budget", "1m", env={"TUNEOFF_HOME": str(home.root)})

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "setting 'budget': 1 min is too short: this machine needs about 3 min for these rows" in err
    assert len(home.list()) == 1
