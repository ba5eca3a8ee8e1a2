"""Every step has a name of its own, in words."""

from tuning.data.step_names import step_name
from tuning.spec import CleaningStep


def test_every_step_is_called_something_of_its_own_in_plain_words():
    names = [step_name(step) for step in CleaningStep]
    assert len(set(names)) == len(names)
    for name in names:
        assert " " in name
        assert not set(name) & set("_'\"")
        assert name not in list(CleaningStep)
