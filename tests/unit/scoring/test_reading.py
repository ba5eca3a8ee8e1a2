import pytest

from tests.unit.scoring.builders import answers
from tuning.scoring.reading import LabelReader, holds_target, read_leniently


@pytest.mark.parametrize(
    ("labels", "text", "label"),
    [
        (["yes", "no"], "yes", "yes"),
        (["yes", "no"], " The answer: YES! ", "yes"),
        (["yes", "no"], "yesterday, nobody came", None),
        (["yes", "no"], "yes, or no", None),
        (["yes", "no"], "no, no, no", "no"),
        (["yes", "no"], "", None),
        (["A", "A 1", "A 10"], "it is A 10.", "A 10"),
        (["A", "A 1", "A 10"], "it is A  1", "A 1"),
        (["A", "A 1", "A 10"], "it is A", "A"),
        (["good", "very good", "not very good"], "I found it very good", "very good"),
        (["1", "10", "100"], "10 of them", "10"),
        (["1", "10", "100"], "1.5", None),
        (["C", "C++", "C#"], "written in C++", "C++"),
        (["C", "C++", "C#"], "written in C.", "C"),
        (["us", "US"], "in the US today", "US"),
        (["us", "US"], "tell us", "us"),
        (["👍", "👎"], "my vote:👎", "👎"),
        (["投诉", "感谢"], "这是投诉。", "投诉"),
        (["жалоба", "вопрос"], "Это ЖАЛОБА", "жалоба"),
        (["in stock", "sold out"], "Sold   out, sadly", "sold out"),
        (["a.b", "a+b"], "a.b", "a.b"),
        (["a.b", "a+b"], "axb", None),
    ],
)
def test_a_label_is_found_as_words_of_its_own(labels, text, label):
    assert LabelReader(labels).read(text) == label


@pytest.mark.parametrize(
    ("text", "target", "holds"),
    [
        ("Paris", "Paris", True),
        ("It is paris, I think", "Paris", True),
        ("It is Parish", "Paris", False),
        ("New old York", "New York", False),
        ("", "Paris", False),
        ('Sure: ```{"b": 2, "a": 1}```', '{"a": 1, "b": 2}', True),
        ('{"a": 1, "b": 3}', '{"a": 1, "b": 2}', False),
        ("a 1 b 2", '{"a": 1, "b": 2}', False),
        ("{not json", "{not json either", False),
        ("这里是北京市", "北京", True),
    ],
)
def test_a_target_is_found_in_a_longer_answer(text, target, holds):
    assert holds_target(text, target) == holds


def test_reading_leniently_puts_the_meaning_for_the_answer_and_leaves_the_rest():
    read = read_leniently(answers(["It's A.", "no idea"], ["A", "B"]), ["A", "B"])
    assert [(row.output, row.correct) for row in read] == [("A", True), ("no idea", False)]
    free = read_leniently(answers(["It's Rome.", "no idea"], ["Rome", "Oslo"]), ())
    assert [(row.output, row.correct) for row in free] == [("Rome", True), ("no idea", False)]
