import random

from tests.unit.scoring.builders import answers
from tuning.data.examples import Example
from tuning.scoring.baselines import ROWS_AT_ONCE, copy_input, majority_class, nearest_neighbour, tfidf_regression

PLACES = {"kitchen": ["pan", "oven", "spoon"], "garden": ["rake", "soil", "hedge"], "厨房": ["锅", "烤箱", "勺子"]}


def train_rows() -> list[Example]:
    generator = random.Random(0)
    rows = []
    for number in range(90):
        place = list(PLACES)[number % 3]
        rows.append(Example(row=number, input=f"the {generator.choice(PLACES[place])} and more", target=place))
    return rows


def test_majority_is_the_commonest_target_and_of_equals_the_first():
    train = [Example(row=row, input="x", target=target) for row, target in enumerate([" b", "a", "b", "c"])]
    test = answers(["", ""], ["a", "b"], group="g", columns={"city": "Rome"})
    assert [row.output for row in majority_class(train, test)] == ["b", "b"]
    assert [row.output for row in majority_class(train[:2], test)] == ["a", "a"]
    assert [(row.row, row.correct, row.group, row.columns) for row in majority_class(train, test)] == [
        (1, False, "g", {"city": "Rome"}),
        (2, True, "g", {"city": "Rome"}),
    ]


def test_copying_gives_the_input_and_nothing_of_the_models():
    (copied,) = copy_input(answers(["model's"], ["t"], probabilities={"t": 1.0}, target_nll=1.0, target_tokens=1))
    assert (copied.output, copied.probabilities, copied.target_nll) == ("input 1", None, None)


def test_the_nearest_neighbour_gives_its_answer():
    train = [
        Example(row=1, input="capital of France", target="Paris"),
        Example(row=2, input="首都 意大利", target="Rome"),
        Example(row=3, input="👍 👍", target="Yes"),
    ]
    asked = ["the capital of france?", "意大利的首都", "👍"]
    test = [
        row.model_copy(update={"input": text})
        for row, text in zip(answers(["", "", ""], ["x"] * 3), asked, strict=True)
    ]
    assert [row.output for row in nearest_neighbour(train, test)] == ["Paris", "Rome", "Yes"]


def test_neighbours_are_found_for_more_rows_than_are_looked_up_at_once():
    train = [Example(row=row, input=f"number {row}", target=f"t{row}") for row in range(7)]
    test = [
        answers([""], ["x"])[0].model_copy(update={"input": f"number {row % 7}"}) for row in range(ROWS_AT_ONCE + 9)
    ]
    assert [row.output for row in nearest_neighbour(train, test)] == [f"t{row % 7}" for row in range(len(test))]


def test_tfidf_learns_words_of_any_script():
    asked = ["an oven", "my old rake", "新的烤箱"]
    test = [
        row.model_copy(update={"input": text})
        for row, text in zip(answers(["", "", ""], list(PLACES)), asked, strict=True)
    ]
    assert [row.output for row in tfidf_regression(train_rows(), test)] == list(PLACES)


def test_equal_rows_give_equal_answers():
    test = answers([""] * 3, list(PLACES))
    assert tfidf_regression(train_rows(), test) == tfidf_regression(train_rows(), test)
