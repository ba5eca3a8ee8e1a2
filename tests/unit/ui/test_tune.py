"""From a file to a plan."""

import pytest

from tuning.data.bundled import bundled_examples
from tuning.errors import FileError, LimitError, SettingError
from tuning.runs.limits import Limits
from tuning.ui.form import form_values
from tuning.ui.tune import find_source, inspect, plan


@pytest.fixture
def reviews(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\n" + "".join(f"it is {n},{'good' if n % 2 else 'bad'}\n" for n in range(60)))
    return find_source(str(path), None, [])


def test_a_file_comes_before_an_example_and_neither_is_refused(tmp_path):
    examples = bundled_examples()
    assert find_source(str(tmp_path / "a.csv"), examples[0].key, examples).name == "a.csv"
    assert find_source(None, examples[0].key, examples).path == examples[0].path
    for key in (None, "", "../../etc/passwd"):
        with pytest.raises(FileError, match="Choose a file"):
            find_source(None, key, examples)


def test_task_and_columns_are_found(reviews):
    seen = inspect(reviews)
    assert (seen.settings["task"], seen.settings["input"], seen.settings["target"]) == ("classify", "text", "label")
    assert seen.table.name == "reviews.csv"


@pytest.mark.parametrize("example", bundled_examples(), ids=lambda example: example.key)
def test_every_example_makes_a_plan_as_it_is(example):
    seen = inspect(find_source(None, example.key, [example]))
    prepared = plan(find_source(None, example.key, [example]), form_values(seen.settings), Limits())
    assert prepared.splits.train
    assert prepared.splits.test


def test_a_plan_is_checked_again_on_the_server(reviews):
    values = form_values(inspect(reviews).settings)
    assert len(plan(reviews, values, Limits()).splits.test) >= 5
    with pytest.raises(SettingError, match="setting 'rank'"):
        plan(reviews, {**values, "rank": 10**9}, Limits())
    with pytest.raises(LimitError):
        plan(reviews, values, Limits(max_work=10))
