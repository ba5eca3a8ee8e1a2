"""Runs against each other: the same test rows or not, scores of each, what differs between their settings."""

from pathlib import Path
from typing import Literal

import pytest

from tests.unit.ui.builders import ALICE, finished_run, unfinished_run
from tests.unit.ui.full_runs import full_run
from tuning.errors import InputError
from tuning.events import Stopped
from tuning.runs.files import write_text
from tuning.runs.side_by_side import MOST_RUNS, compare_runs, settings_of_run
from tuning.runs.store import Run
from tuning.scoring.comparison import AdapterCard, CleanScore, Comparison, Timing
from tuning.scoring.metric_table import paired_metric, score_interval
from tuning.spec import Task

SIDES: tuple[Literal["base", "tuned"], ...] = ("base", "tuned")


def with_settings(run: Run, **changed: object) -> Run:
    write_text(run.path / "spec.json", run.spec().model_copy(update=changed).model_dump_json())
    return run


def created(run: Run, at: float) -> Run:
    write_text(run.path / "run.json", run.record().model_copy(update={"created": at}).model_dump_json())
    return run


def test_scores_are_those_of_the_same_rows(tmp_path):
    old, new = created(full_run(tmp_path, rows=60), 1.0), created(full_run(tmp_path, rows=60), 2.0)
    answers = new.predictions("tuned")
    worse = [one.model_copy(update={"output": "nothing"}) if one.row % 3 == 0 else one for one in answers]
    new.write_predictions("tuned", worse)
    found = compare_runs([new, old])
    assert found.unfair == ""
    assert found.metric == "accuracy"
    first, second = found.contenders
    assert (first.letter, first.run.id, second.run.id) == ("A", old.id, new.id), "the oldest comes first"
    assert first.against_first is None
    labels = old.dataset().labels
    assert first.tuned == score_interval(old.predictions("tuned"), "accuracy", labels)
    assert second.against_first == paired_metric(old.predictions("tuned"), worse, "accuracy", labels)
    assert second.against_first.delta is not None
    assert second.against_first.delta < 0


def test_the_best_tuned_is_held_against_the_best_base_of_all(tmp_path):
    old, new = created(full_run(tmp_path, rows=60), 1.0), created(full_run(tmp_path, rows=60), 2.0)
    better = [one.model_copy(update={"output": one.target}) for one in new.predictions("base")]
    new.write_predictions("base", better)
    worse = [one.model_copy(update={"output": "nothing"}) for one in new.predictions("tuned")]
    new.write_predictions("tuned", worse)
    found = compare_runs([old, new]).over_base
    assert found is not None
    assert (found.tuned, found.base) == ("A", "B")
    labels = old.dataset().labels
    assert found.metric == paired_metric(better, old.predictions("tuned"), "accuracy", labels)


def test_other_test_rows_make_no_fair_comparison(tmp_path):
    runs = [created(full_run(tmp_path, rows=40), place) for place in (1, 2, 3)]
    for run in runs[1:]:
        base, tuned = (
            [row.model_copy(update={"target": f"{row.target}."}) for row in run.predictions(side)] for side in SIDES
        )
        run.write_predictions("base", base)
        run.write_predictions("tuned", tuned)
    found = compare_runs(runs)
    assert found.unfair.startswith("Runs B and C were judged by other test rows")
    assert "none of them are common" in found.unfair
    assert [one.against_first for one in found.contenders] == [None, None, None]
    assert [one.rows for one in found.contenders] == [40, 40, 40]
    assert "Run B was judged" in compare_runs(runs[:2]).unfair


def test_runs_are_compared_on_the_rows_that_all_of_them_answered(tmp_path):
    old, new = created(full_run(tmp_path, rows=60), 1.0), created(full_run(tmp_path, rows=60), 2.0)
    old.write_predictions("base", old.predictions("base")[:30])
    old.write_predictions("tuned", old.predictions("tuned")[:30])
    found = compare_runs([old, new])
    assert found.unfair == ""
    assert "the 30 test rows that all of the runs answered (by itself each answered: A 30, B 60)" in found.narrowed
    first, second = found.contenders
    assert (first.rows, second.rows) == (30, 30)
    labels = old.dataset().labels
    both = old.predictions("tuned"), [row for row in new.predictions("tuned") if row.row <= 30]
    assert len(both[1]) == 30
    assert second.tuned == score_interval(both[1], "accuracy", labels)
    assert second.against_first == paired_metric(*both, "accuracy", labels)
    assert compare_runs([old, created(old, 1.0)]).narrowed == ""


def test_only_settings_that_differ_are_told(tmp_path):
    one = created(with_settings(finished_run(tmp_path), rank=8), 1.0)
    two = created(with_settings(finished_run(tmp_path), rank=32, instruction="Say it."), 2.0)
    found = {each.name: list(each.values) for each in compare_runs([one, two]).differences}
    assert found == {"rank": ["8", "32"]}, "what the models were told is that of the data, not of the setting"
    assert compare_runs([one, created(with_settings(finished_run(tmp_path), rank=8), 3.0)]).differences == []
    assert settings_of_run(one)["instruction"] == "Say the label. text"


def test_what_came_of_the_settings_is_told_where_it_differs(tmp_path):
    one, two = (created(finished_run(tmp_path), moment) for moment in (1.0, 2.0))
    assert compare_runs([one, two]).outcomes == []
    comparison = two.comparison()
    assert comparison is not None
    less = {"adapter": AdapterCard(layers=[28, 29]), "timing": Timing(train_s=61.7)}
    two.write_comparison(comparison.model_copy(update=less))
    stopped = Stopped(at=5.0, reason="budget", step=2, best_step=2)
    two.append(stopped)
    found = {each.name: each.values[1] for each in compare_runs([one, two]).outcomes}
    assert found == {"layers trained": "2", "seconds in training": "62", "training": stopped.sentence}


def test_what_cannot_be_compared_is_refused(tmp_path: Path):
    done = finished_run(tmp_path)
    with pytest.raises(InputError, match=r"^1 runs are chosen: choose 2 to 6"):
        compare_runs([done])
    with pytest.raises(InputError, match=r"^7 runs are chosen"):
        compare_runs([done] * (MOST_RUNS + 1))
    with pytest.raises(InputError, match="has no comparison"):
        compare_runs([done, unfinished_run(tmp_path, ALICE)])
    doubtful = finished_run(tmp_path)
    doubtful.write_comparison(existing(doubtful).model_copy(update={"verdict": None}))
    with pytest.raises(InputError, match="failed a check, so that its scores are not to be trusted"):
        compare_runs([done, doubtful])
    with pytest.raises(InputError, match="one run learned labels and another learned texts"):
        compare_runs([done, full_run(tmp_path, Task.GENERATE, rows=20)])


def test_leaked_rows_that_count_are_told(tmp_path):
    one, two = created(finished_run(tmp_path), 1.0), created(finished_run(tmp_path), 2.0)
    assert compare_runs([one, two]).easier == ""
    found = existing(two)
    clean = CleanScore(leaked=2, rows=14, metric=found.metrics[0], flips=found.flips)
    two.write_comparison(found.model_copy(update={"clean": clean}))
    assert compare_runs([one, two]).easier.startswith("Of run B some test inputs also stand in the training rows")


def existing(run: Run) -> Comparison:
    found = run.comparison()
    assert found is not None
    return found


def test_the_best_tuned_is_held_against_the_best_without_tuning_on_the_rows_of_both(tmp_path):
    old, new = created(full_run(tmp_path, rows=60), 1.0), created(full_run(tmp_path, rows=40), 2.0)
    assert compare_runs([old, new]).over_simpler is None, "no answers were kept"
    right = [one.model_copy(update={"output": one.target}) for one in old.predictions("base")]
    old.write_predictions("strongest", right)
    found = compare_runs([old, new]).over_simpler
    assert found is not None
    assert (found.kept_by, found.rung, found.metric.base) == ("A", "tfidf", 1.0)
    new.write_predictions("strongest", right[:30])
    again = compare_runs([old, new]).over_simpler
    assert again is not None
    assert again.kept_by == "A", "those of the other are not to all of the rows"
