"""The end of a run: what is printed, what is copied, and with which code the command line exits."""

import argparse
import json

import pytest

from tests.unit.cli.helpers import comparison_of, finished_run, pipe_screen, shown, waiting_run
from tuning.cli.outcome import check_out, conclude
from tuning.cli.session import Session
from tuning.errors import InputError, TuneOffError
from tuning.prediction import read_predictions
from tuning.scoring.comparison import Comparison


def end(run, **flags):
    """Conclude with those flags; the exit code and both screens."""
    session = Session({"TUNEOFF_HOME": str(run.home)}, pipe_screen(), pipe_screen())
    args = argparse.Namespace(**{"out": None, "json": False, "require": None, **flags})
    code = conclude(session, run, run.status(), args, seen_notes=False)
    return code, shown(session.out), shown(session.err)


@pytest.mark.parametrize("kind", ["better", "worse", "not_worse", "undecided"])
def test_done_is_zero_whatever_the_comparison_says(tmp_path, kind):
    code, out, err = end(finished_run(tmp_path, kind))

    assert (code, err) == (0, "")
    assert "Tuning helped." in out


@pytest.mark.parametrize(("kind", "code"), [("better", 0), ("worse", 4), ("not_worse", 4), ("undecided", 4)])
def test_require_better_is_met_by_better_alone(tmp_path, kind, code):
    seen, _, err = end(finished_run(tmp_path, kind), require="better")

    assert seen == code
    assert err.count("\n") == (1 if code else 0)


def test_the_report_ends_with_the_folder_and_a_command_to_try(tmp_path):
    run = finished_run(tmp_path)

    _, out, _ = end(run)

    assert str(run.path) in out
    assert f"predict {run.id[:8]} --prompt" in out
    assert "note: 1 row was left out" in out


def test_json_is_the_comparison_and_nothing_else(tmp_path):
    run = finished_run(tmp_path)

    _, out, _ = end(run, json=True)

    assert Comparison.model_validate(json.loads(out)) == comparison_of(run)
    assert out == comparison_of(run).to_json()


def test_a_failed_run_prints_its_reason_and_keeps_the_code(tmp_path):
    run = finished_run(tmp_path, None)

    code, out, err = end(run, require="better")

    assert code == 1
    assert err == f"tune-off: A check failed. (log: {run.log_path})\n"
    assert "No verdict" in out


def test_a_cancelled_run_without_a_comparison_is_three(tmp_path):
    run = waiting_run(tmp_path)
    run.finish("cancelled", "Cancelled while it waited.", 3)

    assert end(run, json=True) == (3, "", "tune-off: Cancelled while it waited.\n")


def test_a_cancelled_run_shows_what_was_learned_and_is_three(tmp_path):
    made = finished_run(tmp_path)
    run = waiting_run(tmp_path)
    run.write_comparison(comparison_of(made))
    run.finish("cancelled", "Cancelled.", 3)

    code, out, _ = end(run)

    assert code == 3
    assert "Tuning helped." in out


def test_a_run_at_fault_keeps_its_code(tmp_path):
    run = waiting_run(tmp_path)
    run.finish("failed", "row 3 is longer than the model reads", 2)

    assert end(run)[0] == 2


def test_out_gets_adapter_predictions_and_comparison(tmp_path):
    run, out = finished_run(tmp_path / "home"), tmp_path / "made" / "here"

    end(run, out=out)

    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {
        "adapter/README.md",
        "adapter/adapter_config.json",
        "comparison.json",
        "predictions/base.jsonl",
        "predictions/tuned.jsonl",
    }
    run.write_predictions("strongest", run.predictions("base"))
    end(run, out=tmp_path / "there")
    assert read_predictions(tmp_path / "there" / "predictions" / "strongest.jsonl") == run.predictions("base")
    assert (out / "comparison.json").read_text(encoding="utf-8") == comparison_of(run).to_json()
    assert read_predictions(out / "predictions" / "tuned.jsonl") == run.predictions("tuned")


def test_results_that_cannot_be_copied_are_still_found(tmp_path):
    run, out = finished_run(tmp_path / "home"), tmp_path / "file"
    out.write_text("in the way", encoding="utf-8")

    with pytest.raises(TuneOffError, match=run.id):
        end(run, out=out)


def test_a_folder_that_is_free_or_empty_is_accepted_and_not_touched(tmp_path):
    check_out(None)
    check_out(tmp_path)
    check_out(tmp_path / "a" / "b")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_and_a_file_in_the_way_are_refused(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")

    for folder in (tmp_path, tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="name a"):
            check_out(folder)
