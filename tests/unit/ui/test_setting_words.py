"""Settings are called in words what the form calls them."""

import pytest

from tuning.errors import SettingError
from tuning.spec import RunSpec, parse_spec
from tuning.ui.form import BASIC
from tuning.ui.setting_words import BASIC_LABELS, in_words_of_form, label_of


def test_every_field_that_is_asked_openly_has_its_label():
    assert set(BASIC_LABELS) == {*BASIC} - {"model"}
    assert label_of("learning_rate") == "Learning rate"
    assert label_of("max_length") == "Maximum length"


@pytest.mark.parametrize(
    ("name", "value", "label"), [("budget", "10s", "Time to spend"), ("test_rows", 1, "Test rows")]
)
def test_a_refused_setting_is_named_as_its_field_is(name, value, label):
    with pytest.raises(SettingError) as caught:
        parse_spec({name: value})
    told = in_words_of_form(str(caught.value))
    assert told.startswith(f"'{label}' should be ")
    assert name not in told


@pytest.mark.parametrize("name", RunSpec.model_fields)
def test_any_refusal_that_names_a_setting_is_told_so(name):
    assert in_words_of_form(f"setting '{name}' is 40, but 60 are needed") == (
        f"'{label_of(name)}' is 40, but 60 are needed"
    )
    assert in_words_of_form("the settings of 'budget.csv'") == "the settings of 'budget.csv'"
