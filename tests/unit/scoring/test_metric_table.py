import math

import pytest
from statsmodels.stats.multitest import multipletests

from tests.unit.scoring.builders import answers, pair_with
from tuning.prediction import Prediction
from tuning.scoring.metric_table import metric_table, paired_metric, score_interval
from tuning.scoring.record import Flips, MetricRow
from tuning.scoring.statistics import mcnemar_midp, newcombe_paired, wilson
from tuning.spec import Task

LABELS = ["a", "a b", "👍"]
TARGETS = LABELS * 20


def named(rows: list[MetricRow]) -> dict[str, MetricRow]:
    return {row.name: row for row in rows}


def classified(wrong_every: int) -> list[Prediction]:
    outputs = [LABELS[0] if row % wrong_every == 0 else target for row, target in enumerate(TARGETS)]
    return [
        prediction.model_copy(update={"probabilities": dict.fromkeys(LABELS, 0.1) | {prediction.output: 0.8}})
        for prediction in answers(outputs, TARGETS)
    ]


def in_groups(predictions: list[Prediction], size: int) -> list[Prediction]:
    return [p.model_copy(update={"group": str(number // size)}) for number, p in enumerate(predictions)]


def test_classification_has_its_metrics_and_the_primary_first():
    rows = metric_table(classified(2), classified(5), Task.CLASSIFY, primary="macro_f1", labels=LABELS)
    assert rows[0].name == "macro_f1"
    assert rows[0].p is not None
    assert rows[0].p_adjusted is None
    assert set(named(rows)) == {"accuracy", "macro_f1", "balanced_accuracy", "mcc", "log_loss", "brier", "ece"}
    assert named(rows)["ece"].low is None
    for row in rows:
        assert row.base is not None
        assert row.tuned is not None
        assert row.delta == pytest.approx(row.tuned - row.base)
        assert (row.tuned > row.base) == (row.better == "higher"), row.name


def test_other_p_values_are_adjusted_together():
    first, *others = metric_table(classified(2), classified(5), Task.CLASSIFY, primary="accuracy")
    assert first.name == "accuracy"
    expected = multipletests([row.p for row in others], method="holm")[1]
    assert [row.p_adjusted for row in others] == pytest.approx(list(expected), abs=1e-12)


def test_shares_get_the_closed_forms():
    base, tuned = pair_with(fixed=30, broken=5, right=40, wrong=25)
    row, flips = paired_metric(base, tuned, "accuracy"), Flips(fixed=30, broken=5, both_right=40, both_wrong=25)
    interval = newcombe_paired(flips)
    assert (row.low, row.high, row.p) == (interval.low, interval.high, mcnemar_midp(5, 30))
    score, expected = score_interval(base, "accuracy"), wilson(45, 100)
    assert (score.value, score.low, score.high) == (0.45, expected.low, expected.high)


def test_rows_of_one_group_are_one_piece_of_evidence():
    base, tuned = pair_with(fixed=40, broken=8, right=40, wrong=32)
    alone, grouped = (
        paired_metric(*pair, "accuracy") for pair in ((base, tuned), (in_groups(base, 4), in_groups(tuned, 4)))
    )
    assert grouped.delta == pytest.approx(alone.delta)
    assert None not in (alone.low, alone.high, alone.p, grouped.low, grouped.high, grouped.p)
    assert (grouped.high or 0) - (grouped.low or 0) > 1.5 * ((alone.high or 0) - (alone.low or 0))
    assert (grouped.p or 0) > (alone.p or 0)
    assert paired_metric(in_groups(base, 1), in_groups(tuned, 1), "accuracy") == alone
    one, many = score_interval(base, "accuracy"), score_interval(in_groups(base, 4), "accuracy")
    assert (many.low or 0) < (one.low or 0)


def test_too_few_groups_have_no_interval():
    base, tuned = pair_with(fixed=40, broken=8, right=40, wrong=32)
    row = paired_metric(in_groups(base, 12), in_groups(tuned, 12), "accuracy")
    assert (row.low, row.high) == (None, None)
    assert row.p is not None


def test_generation_has_the_metrics_of_its_data():
    english = ["Who has seen the dog that was here?", "It was never a question of money alone"] * 15
    german = ["Wer hat den Hund gesehen, der hier war?", "Es ging dabei niemals bloß ums liebe Geld"] * 15
    rows = [
        Prediction(row=row, input=given, target=target, output=target[:20], hit_limit=False)
        for row, (given, target) in enumerate(zip(german, english, strict=True), 1)
    ]
    table = named(metric_table(rows, rows, Task.GENERATE, primary="chrf"))
    always = {"chrf", "exact_match", "rouge_l", "perplexity", "length_ratio", "copy_rate"}
    assert set(table) == always | {"bleu", "hit_limit_rate"}
    assert table["perplexity"].base is None
    names = {row.name for row in metric_table(answers(["x"] * 5, ["y"] * 5), answers(["x"] * 5, ["y"] * 5),
                                              Task.GENERATE, primary="exact_match")}  # fmt: skip
    assert names == always | {"normalized_exact_match", "token_f1"}
    fields = answers(['{"a": 1}'] * 5, ['{"a": 2}'] * 5)
    assert {"valid_json", "field_exactness"} <= set(named(metric_table(fields, fields, Task.GENERATE, primary="chrf")))


@pytest.mark.parametrize(
    ("base", "tuned", "better"),
    [("xxxxxx", "xx", "lower"), ("x", "xx", "higher"), ("xx", "xxxxxx", "lower"), ("xx", "", "higher")],
)
def test_a_length_ratio_is_better_nearer_to_one(base, tuned, better):
    row = paired_metric(answers([base] * 30, ["yy"] * 30), answers([tuned] * 30, ["yy"] * 30), "length_ratio")
    assert row.better == better


@pytest.mark.parametrize("task", list(Task))
def test_one_row_and_equal_models_make_no_claim(task):
    primary = "accuracy" if task == Task.CLASSIFY else "chrf"
    for rows in (answers(["中文"], ["中文文本"]), answers([""] * 60, ["один", "два", "🎉"] * 20)):
        for row in metric_table(rows, rows, task, primary=primary):
            assert row.delta in {0.0, None}
            assert row.p in {1.0, None}
            assert row.low is None or row.low <= 0 <= (row.high or math.inf)


def test_a_class_of_few_rows_widens_the_interval_of_macro_f1_alone():
    lows = []
    for rare in (1, 4, 16):
        targets = ["a"] * (100 - rare) + ["b"] * rare
        pair = answers(["a"] * 100, targets), answers(targets, targets)
        table = named(metric_table(*pair, Task.CLASSIFY, primary="accuracy"))
        lows.append(table["macro_f1"].low or 0)
        assert (table["accuracy"].low or 0) > -0.05
        score = score_interval(pair[0], "macro_f1")
        assert (score.low or 0) < (score.value or 0) < (score.high or 0)
        assert (score.high or 0) > 0.9 or rare > 1
    # All rare rows are fixed, yet one could be luck, and could be any difference at all.
    assert lows[0] == -1.0
    assert -0.3 < lows[1] < 0
    assert lows[2] > 0.2


def test_a_class_without_rows_leaves_macro_f1_without_an_interval():
    targets = ["a", "b"] * 50
    row = paired_metric(answers(["a"] * 100, targets), answers(targets, targets), "macro_f1", ["a", "b", "c"])
    assert (row.delta is not None, row.low) == (True, None)


def test_metrics_whose_intervals_do_not_cover_have_none():
    base, tuned = classified(2), classified(5)
    assert paired_metric(base, tuned, "brier").low is not None
    few = paired_metric(base[:49], tuned[:49], "brier")
    assert (few.low, few.p is None) == (None, False)
    known = [answers(["x"] * 80, ["y"] * 80, target_nll=nats, target_tokens=4) for nats in (8.0, 4.0)]
    row = paired_metric(known[0], known[1], "perplexity")
    assert row.delta == pytest.approx(math.exp(1) - math.exp(2))
    assert (row.low, row.p is None) == (None, False)


@pytest.mark.parametrize("name", ["macro_f1", "mcc", "brier", "log_loss"])
def test_one_score_lies_in_its_interval(name):
    score = score_interval(classified(2), name)
    assert None not in (score.value, score.low, score.high)
    assert (score.low or 0) < (score.value or 0) < (score.high or 0)


def test_what_is_unknown_stays_unknown():
    rows = answers(["a"] * 30, ["a"] * 30)
    assert score_interval(rows, "log_loss").value is None
    row = paired_metric(rows, rows, "log_loss")
    assert (row.base, row.delta, row.p) == (None, None, None)
    with pytest.raises(KeyError):
        paired_metric(rows, rows, "no such metric")


def test_the_same_rows_give_the_same_numbers():
    pair = classified(2), classified(5)
    assert metric_table(*pair, Task.CLASSIFY, primary="accuracy") == metric_table(
        *pair, Task.CLASSIFY, primary="accuracy"
    )


def test_copies_are_a_share_of_the_rows_that_have_something_else_to_say_and_so_is_their_interval():
    wanted = ["Bonn"] * 110 + ["Genua"] * 50
    copied, half = answers(["Bonn"] * 160, wanted), answers(["Bonn"] * 135 + ["?"] * 25, wanted)
    base, tuned = ([row.model_copy(update={"input": "Bonn"}) for row in side] for side in (copied, half))
    found = paired_metric(base, tuned, "copy_rate")
    assert (found.base, found.tuned) == (1.0, 0.5)
    assert found.low is not None
    assert found.high is not None
    assert -0.7 < found.low < -0.5 < found.high < -0.3
