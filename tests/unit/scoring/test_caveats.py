from tests.unit.scoring.builders import answers, pair_with
from tuning.prediction import Prediction
from tuning.scoring.caveats import find_caveats
from tuning.scoring.comparison import compare
from tuning.scoring.record import CleanScore, Comparison, Forgetting, Gain, MetricRow, Slice
from tuning.spec import Task

ROW = MetricRow(name="accuracy", base=0.5, tuned=0.4, delta=-0.1, low=-0.2, high=-0.05, better="higher")


def plain(**parts: object) -> Comparison:
    made = compare(*pair_with(fixed=30, broken=5, right=10, wrong=10), Task.CLASSIFY)
    return made.model_copy(update={"slices": [], "gain": None, **parts})


def part(value: str, delta: float, claim: str | None = "worse") -> Slice:
    metric = ROW.model_copy(update={"delta": delta})
    return Slice.model_validate({"by": "class", "value": value, "rows": 30, "metric": metric, "claim": claim})


def test_nothing_to_say_is_nothing_said():
    assert find_caveats(plain(slices=[part("a", -0.5, None), part("b", 0.5, "better")])) == []


def test_rows_that_there_was_no_time_for_come_before_everything():
    made = plain(slices=[part("a", -0.5)])
    said = find_caveats(made.model_copy(update={"rows": made.rows.model_copy(update={"train": 8, "unseen": 104})}))
    assert said[0] == "Training saw 8 of 112 training rows: what tuning does with all of them takes more time to know."
    assert len(said) == 2


def test_the_worst_slices_come_first_and_the_rest_is_counted():
    said = find_caveats(plain(slices=[part(str(number), -number / 10) for number in range(1, 6)]))
    assert said[0] == (
        "Worse where class is '5' (exploratory): −50.0 points (95 % interval −20.0 to −5.0) on 30 test rows."
    )
    assert [text[22:23] for text in said[:3]] == ["5", "4", "3"]
    assert said[3:] == ["2 more slices are worse."]


def test_leaks_format_and_forgetting_are_told():
    flips = plain().flips
    clean = CleanScore(rows=50, leaked=5, metric=ROW, flips=flips)
    gain = Gain(kind="format", strict=ROW, lenient=ROW, note="Most of it is format.")
    worse = ROW.model_copy(update={"delta": 3.0, "low": 1.0, "high": 5.0, "better": "lower"})
    forgetting = Forgetting(metric=worse, passages=9, tokens=99, forgot=True, note="Forgetting: much.")
    assert find_caveats(plain(clean=clean, gain=gain, forgetting=forgetting)) == [
        "5 test rows also stood in the training rows; the verdict is about the 50 others.",
        "Most of it is format.",
        "Forgetting: much.",
    ]


def test_a_model_that_always_answers_alike_or_no_better_than_chance_is_named():
    targets = ["a", "b", "c"] * 20
    one = compare(answers(["?"] * 60, targets), answers(["a"] * 60, targets), Task.CLASSIFY)
    assert find_caveats(one)[:2] == [
        "Tuned gives one answer to every row: 'a'.",
        "Tuned is no better than chance: 33.3 % against 33.3 %.",
    ]
    good = compare(answers(["?"] * 60, targets), answers(targets, targets), Task.CLASSIFY)
    assert [text for text in find_caveats(good) if text.startswith("Tuned")] == []


def test_knowledge_and_no_forgetting_are_no_caveats():
    gain = Gain(kind="knowledge", strict=ROW, lenient=ROW, note="Knowledge.")
    forgetting = Forgetting(metric=ROW, passages=9, tokens=99, note="None seen.")
    assert find_caveats(plain(gain=gain, forgetting=forgetting)) == []


def test_to_one_input_no_model_gives_two_answers():
    targets = {"a": ["x", "x", "y"], "b": ["x"], "A": ["z"]}
    rows = [
        Prediction(row=number, input=text, target=target, output="x")
        for number, (text, target) in enumerate((text, target) for text, all_ in targets.items() for target in all_)
    ]
    (said,) = find_caveats(plain(), rows)
    assert said.startswith("4 of 5 test rows at most can be answered as their target says: some inputs stand with")
    assert find_caveats(plain(), rows[1:]) == [said.replace("4 of 5", "3 of 4")]
    assert find_caveats(plain(), [rows[0], rows[1], rows[3], rows[4]]) == []
