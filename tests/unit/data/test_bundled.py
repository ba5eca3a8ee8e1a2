"""What is offered to try must work as it is described."""

import pytest

from tuning.data.bundled import EXAMPLES, BundledExample, bundled_examples
from tuning.data.columns import choose_columns
from tuning.data.preparing import prepare
from tuning.data.reading import read_table
from tuning.spec import Task, parse_spec

ALL = {example.key: example for example in bundled_examples()}


def test_both_are_there_and_their_licences_are_stated():
    assert list(ALL) == ["icd10", "addresses"]
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for example in ALL.values():
        assert f"`{example.path.name}`" in readme
        assert "MIT" in example.licence


@pytest.mark.parametrize(
    ("key", "wanted"),
    [("icd10", (Task.CLASSIFY, "diagnosis", "chapter")), ("addresses", (Task.GENERATE, "prompt", "response"))],
)
def test_their_columns_are_found_without_being_told(key, wanted):
    choice = choose_columns(read_table(ALL[key].path))
    assert (choice.task, choice.input, choice.target) == wanted


@pytest.mark.parametrize("example", ALL.values(), ids=ALL)
def test_their_settings_prepare_them(example: BundledExample):
    found = prepare(example.path, parse_spec(example.spec_values))
    rows = [len(part) for part in (found.splits.train, found.splits.dev, found.splits.test)]
    assert sum(rows) == example.spec_values["rows"]
    assert rows[2] >= 50
    assert [note.partition(" left out ")[2].partition(":")[0] for note in found.dataset.notes] == [
        "because their input is nearly that of another with the same target"
    ]
    assert found.dataset.leaked == []


def test_related_codes_stay_together():
    found = prepare(ALL["icd10"].path, parse_spec(ALL["icd10"].spec_values))
    codes = [
        {e.columns["code"][:3] for e in part} for part in (found.splits.train, found.splits.dev, found.splits.test)
    ]
    assert not codes[0] & codes[1]
    assert not codes[0] & codes[2]
    assert not codes[1] & codes[2]
    assert {e.target for e in found.splits.test} == set(found.dataset.labels)
