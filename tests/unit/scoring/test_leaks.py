from tests.unit.scoring.builders import answers
from tuning.data.examples import Example
from tuning.scoring.leaks import find_leaks


def test_equal_inputs_are_found_whatever_their_case_width_and_spaces():
    train = [Example(row=9, input=text, target="t") for text in ("INPUT  1 ", "ｉｎｐｕｔ 2", "input 30")]
    assert find_leaks(train, answers(["x"] * 4, ["t"] * 4)) == {1, 2}


def test_without_training_rows_nothing_is_known_to_leak():
    assert find_leaks([], answers(["x"], ["t"])) == frozenset()
