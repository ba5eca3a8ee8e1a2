import math
import random

import pytest
from scipy.stats import ttest_rel

from tuning.errors import InputError
from tuning.scoring.evidence import GeneralText
from tuning.scoring.forgetting import FEWEST_PASSAGES, measure_forgetting


def passages(mean: float, seed: int, count: int = 20) -> list[list[float]]:
    generator = random.Random(seed)
    return [[max(0.0, generator.gauss(mean, 0.5)) for _ in range(50)] for _ in range(count)]


def test_perplexity_is_over_all_tokens():
    found = measure_forgetting(GeneralText([[1.0, 3.0], [2.0] * 8], [[2.0, 2.0], [3.0] * 8]))
    assert found.metric.base == pytest.approx(math.exp(20 / 10))
    assert found.metric.tuned == pytest.approx(math.exp(28 / 10))
    assert found.metric.delta == pytest.approx(math.exp(2.8) - math.exp(2))
    assert (found.passages, found.tokens, found.metric.better) == (2, 10, "lower")
    assert "too little text to say how sure" in found.note


def test_text_that_got_harder_is_forgetting():
    found = measure_forgetting(GeneralText(passages(2.5, 1), passages(3.0, 2)))
    assert found.metric.low is not None
    assert found.metric.high is not None
    assert found.metric.delta is not None
    assert 0 < found.metric.low < found.metric.delta < found.metric.high
    assert found.forgot
    assert found.note.startswith("Forgetting: text that has nothing to do with the task surprises the tuned model 6")


def test_a_sure_but_small_rise_is_not_called_forgetting():
    base = passages(2.5, 1)
    found = measure_forgetting(GeneralText(base, [[nats + 0.02 for nats in passage] for passage in base]))
    assert found.metric.low is not None
    assert found.metric.low > 0
    assert not found.forgot
    assert found.note.startswith(
        "Hardly any forgetting: the perplexity of text that has nothing to do with the task rose"
    )


def test_text_that_got_easier_is_said_too():
    assert "got easier" in measure_forgetting(GeneralText(passages(3.0, 1), passages(2.5, 2))).note


def test_the_same_model_forgets_nothing():
    text = passages(2.5, 1)
    found = measure_forgetting(GeneralText(text, text))
    assert (found.metric.delta, found.metric.low, found.metric.high) == (0.0, 0.0, 0.0)
    assert found.note.startswith("No forgetting seen")


def test_for_small_changes_the_interval_is_that_of_a_paired_t_test():
    base = passages(2.5, 1)
    generator = random.Random(3)
    tuned = [[nats + shift for nats in passage] for passage in base for shift in [generator.gauss(0, 1e-3)]]
    found = measure_forgetting(GeneralText(base, tuned))
    means = [[sum(passage) / 50 for passage in side] for side in (tuned, base)]
    expected = ttest_rel(*means).confidence_interval(0.95)
    assert found.metric.base is not None
    # d perplexity = perplexity * d mean nats, to the first order.
    assert found.metric.low == pytest.approx(expected.low * found.metric.base, rel=0.02, abs=1e-5)
    assert found.metric.high == pytest.approx(expected.high * found.metric.base, rel=0.02, abs=1e-5)


def test_few_passages_have_no_interval():
    few, enough = (
        measure_forgetting(GeneralText(passages(2, 1, count), passages(3, 2, count)))
        for count in (FEWEST_PASSAGES - 1, FEWEST_PASSAGES)
    )
    assert (few.metric.low, enough.metric.low is None) == (None, False)


@pytest.mark.parametrize(("base", "tuned"), [([[1.0]], [[1.0, 2.0]]), ([[1.0]], []), ([], []), ([[]], [[]])])
def test_both_models_must_have_read_the_same_text(base, tuned):
    with pytest.raises(InputError, match="did not read the same general text"):
        measure_forgetting(GeneralText(base, tuned))
