"""Files of version 1 are read as they are; `comparison_v1.json` was written by a real run of that time."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.unit.scoring.builders import pair_with
from tuning.scoring.comparison import compare
from tuning.scoring.record import Comparison, Rung
from tuning.spec import Task

OLD = (Path(__file__).parent / "comparison_v1.json").read_text(encoding="utf-8")


def test_version_1_is_read_and_keeps_what_it_says():
    old, content = Comparison.model_validate_json(OLD), json.loads(OLD)
    assert old.schema_version == 1
    assert old.verdict is not None
    assert old.verdict.sentence == content["verdict"]["sentence"]
    assert [row.model_dump(include=set(content["metrics"][0])) for row in old.metrics] == content["metrics"]
    assert (old.rows.test, len(old.receipt), old.timing.train_tokens) == (200, 7, 63261)


def test_what_version_1_lacked_is_empty():
    old = Comparison.model_validate_json(OLD)
    assert (old.ladder, old.slices, old.variants) == ([], [], [])
    assert {old.headline, old.clean, old.gain, old.forgetting, old.noise, old.reliability.base} == {None}
    assert old.verdict is not None
    assert (old.verdict.worth_it, old.verdict.rows_needed, old.verdict.caveats) == (None, None, [])


def test_a_comparison_of_today_is_version_2_and_read_back_whole():
    made = compare(*pair_with(fixed=9, broken=4, right=10, wrong=7), Task.CLASSIFY)
    assert json.loads(made.to_json())["schema"] == 2
    assert Comparison.model_validate_json(made.to_json()) == made


def test_keys_of_a_later_version_are_passed_over_and_nothing_changes_afterwards():
    later = Comparison.model_validate({**json.loads(OLD), "schema": 3, "omens": ["good"]})
    assert later.schema_version == 3
    with pytest.raises(ValidationError, match="frozen"):
        later.primary = "luck"  # type: ignore[misc]


def test_a_rung_has_one_of_the_known_names():
    with pytest.raises(ValidationError, match="name"):
        Rung.model_validate({"name": "ouija", "status": "run"})
