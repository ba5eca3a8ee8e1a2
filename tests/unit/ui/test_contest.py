"""Runs against each other as HTML and as curves."""

import pytest

from tests.unit.runs.test_side_by_side import created, with_settings
from tests.unit.ui.builders import HOSTILE, finished_run
from tests.unit.ui.fragments import Names, text_of
from tests.unit.ui.full_runs import full_run
from tuning.runs.side_by_side import compare_runs
from tuning.ui.contest import curves, loss_curves, scores_and_settings


@pytest.fixture
def pair(tmp_path):
    one = created(full_run(tmp_path, rows=60), 1.0)
    return [one, created(with_settings(full_run(tmp_path, rows=60), rank=8), 2.0)]


def test_scores_stand_with_their_intervals_and_the_difference(pair):
    drawn = scores_and_settings(compare_runs(pair))
    rows = Names(drawn).rows
    assert len(rows) == 3 + 2
    assert rows[1][0].startswith("A · icd10_chapters.csv")
    assert rows[1][-1] == "–"
    assert "no clear difference" in rows[2][-1]
    assert all(" to " in cell for cell in rows[2][1:3])
    assert "a little lucky" in text_of(drawn)
    assert "The best way on them without tuning: " in text_of(drawn)
    assert "smollm2-135m-instruct" in rows[1][0]
    assert rows[4] == ["Rank", "16", "8"]


def test_scores_of_other_rows_are_not_held_against_each_other(tmp_path):
    runs = [created(full_run(tmp_path, rows=rows), rows) for rows in (18, 40)]
    said = text_of(scores_and_settings(compare_runs(runs)))
    assert "cannot be held against each other" in said
    assert "against run A" not in said
    assert "lucky" not in said


def test_where_only_some_rows_are_the_same_it_is_said_which_count(tmp_path):
    runs = [created(full_run(tmp_path, rows=rows), rows) for rows in (30, 40)]
    said = text_of(scores_and_settings(compare_runs(runs)))
    assert "Judged by the same rows These scores are of the 30 test rows" in said
    assert "against run A" in said
    assert "without tuning" not in said, "that is of each run's own rows"


def test_all_runs_together_come_to_a_conclusion(tmp_path):
    runs = [created(full_run(tmp_path, rows=60), at) for at in (1.0, 2.0)]
    said = text_of(scores_and_settings(compare_runs(runs)))
    assert "Run B's tuned model is not surely better or worse than run A's: " in said
    assert "The best tuned model, run A's, is better than the best base (its own): " in said
    base = [one.model_copy(update={"output": one.target}) for one in runs[1].predictions("base")]
    runs[1].write_predictions("base", base)
    said = text_of(scores_and_settings(compare_runs(runs)))
    assert "run A's, is better than" not in said
    assert "the best base (run B's): " in said
    assert "against 100.0 %" in said


def test_the_same_settings_are_said_to_be_the_same(tmp_path):
    runs = [created(finished_run(tmp_path), at) for at in (1.0, 2.0)]
    assert "All settings are the same." in text_of(scores_and_settings(compare_runs(runs)))


def test_settings_are_named_as_in_the_form(tmp_path):
    one = created(finished_run(tmp_path), 1.0)
    two = created(with_settings(finished_run(tmp_path), budget=600.0), 2.0)
    rows = Names(scores_and_settings(compare_runs([one, two]))).rows
    assert ["Time to spend", "no limit", "10 min"] in rows


def test_texts_stay_texts(tmp_path):
    one = created(finished_run(tmp_path, text=HOSTILE), 1.0)
    two = created(with_settings(finished_run(tmp_path, text=f"{HOSTILE}!"), template=HOSTILE * 9), 2.0)
    names = Names(scores_and_settings(compare_runs([one, two])))
    assert not {"script", "img"} & names.tags
    assert "onerror" not in names.attributes


def test_curves_of_all_runs_are_over_epochs(pair):
    curves = loss_curves(compare_runs(pair))
    assert set(curves.columns) == {"epoch", "loss", "rows", "run"}
    assert set(curves["run"]) == {"A", "B"}
    assert set(curves["rows"]) == {"train", "dev"}
    assert curves["epoch"].max() == 2.0


def test_losses_of_two_kinds_are_not_drawn_together(pair):
    assert "Loss of the dev rows" in curves(compare_runs(pair))
    found = pair[1].comparison()
    assert found is not None
    pair[1].write_comparison(found.model_copy(update={"model": found.model.model_copy(update={"family": "encoder"})}))
    drawn = curves(compare_runs(pair))
    assert "The losses are not drawn together" in drawn
    assert "<svg" not in drawn


def test_what_does_better_without_tuning_is_part_of_the_conclusion(tmp_path):
    runs = [created(full_run(tmp_path, rows=60), at) for at in (1.0, 2.0)]
    right = [one.model_copy(update={"output": one.target}) for one in runs[1].predictions("base")]
    runs[0].write_predictions("strongest", right)
    said = text_of(scores_and_settings(compare_runs(runs)))
    assert "It is worse than the best without tuning, counting words (TF-IDF): " in said
    assert "The best way on them without tuning" not in said


def test_an_encoders_base_is_told_apart_from_a_language_models(tmp_path):
    runs = [created(full_run(tmp_path, rows=60), at) for at in (1.0, 2.0)]
    assert "The base of a sentence encoder" not in scores_and_settings(compare_runs(runs))
    found = runs[1].comparison()
    assert found is not None
    encoder = found.model.model_copy(update={"family": "encoder"})
    runs[1].write_comparison(found.model_copy(update={"model": encoder}))
    assert "The base of a sentence encoder" in scores_and_settings(compare_runs(runs))
