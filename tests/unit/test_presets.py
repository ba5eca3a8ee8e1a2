"""Words for how much is done, as settings."""

import pytest

from tuning.errors import SettingError
from tuning.spec import RunSpec, parse_spec


def test_a_preset_sets_what_is_not_set_by_hand():
    quick = parse_spec({"preset": "quick"})
    assert (quick.layers, quick.epochs, quick.test_rows) == ("third", 2, 100)
    assert parse_spec({"preset": "quick", "layers": "4", "epochs": None}).model_dump() == {
        **quick.model_dump(),
        "layers": 4,
    }


def test_balanced_is_what_the_defaults_are():
    assert parse_spec({"preset": "balanced"}) == RunSpec(preset="balanced")


def test_thorough_does_more_than_quick():
    quick, thorough = (parse_spec({"preset": name}) for name in ("quick", "thorough"))
    assert thorough.most_epochs > RunSpec().most_epochs > quick.most_epochs


def test_a_preset_that_does_not_exist_is_refused():
    with pytest.raises(SettingError, match="setting 'preset' should be 'quick', 'balanced' or 'thorough'"):
        parse_spec({"preset": "fast"})


def test_a_budget_and_a_preset_are_one_too_many():
    with pytest.raises(SettingError, match="budget and preset are both set"):
        parse_spec({"preset": "quick", "budget": "2m"})
