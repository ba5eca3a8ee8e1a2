"""Ways of asking: readings of label likelihoods, the prior of a prompt, and which examples are shown."""

import math

import pytest

from tests.runs_support import prepared
from tuning.data.examples import Example
from tuning.models.prompts import PLAIN
from tuning.runs.asking import Asking, LabelScores, choose_shots, prior_of, wording
from tuning.spec import Task

SCORES = LabelScores([math.log(0.02), math.log(0.01)], [4, 1])
"""The first label is likelier as a whole, the second likelier a token."""


def test_raw_reading_is_the_posterior_over_the_labels():
    assert SCORES.log_probabilities(Asking()) == pytest.approx([math.log(2 / 3), math.log(1 / 3)])


def test_normalised_by_length_a_long_label_is_not_punished_for_its_length():
    long = LabelScores([-4.0, -2.0], [4, 1])
    assert long.log_probabilities(Asking())[0] < long.log_probabilities(Asking())[1]
    logs = long.log_probabilities(Asking(scoring="length_normalised"))
    assert logs[0] > logs[1]
    assert math.fsum(map(math.exp, logs)) == pytest.approx(1)


def test_calibrated_reading_divides_by_what_the_prompt_alone_makes_likely():
    prior = [math.log(0.9), math.log(0.1)]
    logs = SCORES.log_probabilities(Asking(scoring="calibrated", prior=prior))
    assert logs == pytest.approx([math.log(x) for x in ((2 / 3 / 0.9) / 4.0740740741, (1 / 3 / 0.1) / 4.0740740741)])


def test_the_prior_is_the_mean_probability_over_inputs_that_say_nothing():
    one, other = LabelScores([0.0, math.log(3)], [1, 1]), LabelScores([math.log(3), 0.0], [1, 1])
    assert prior_of([one]) == pytest.approx([math.log(0.25), math.log(0.75)])
    assert prior_of([one, other]) == pytest.approx([math.log(0.5)] * 2)


def test_a_likelihood_beyond_what_floats_hold_is_no_obstacle():
    assert LabelScores([-2000.0, -2001.0], [1, 1]).log_probabilities(Asking()) == pytest.approx(
        [-math.log1p(math.exp(-1)), -1 - math.log1p(math.exp(-1))]
    )


def test_named_wording_shows_the_columns():
    dataset = prepared().dataset.model_copy(update={"input": "review_text", "target": "label"})
    assert wording(Asking(), dataset) == PLAIN
    named = wording(Asking(wording="named"), dataset)
    assert (named.before, named.after) == ("Review text: ", "\nLabel:")


def test_shots_take_the_labels_in_turn_and_the_seed_decides():
    rows = [Example(row=i, input=f"text {i}", target="rare" if i < 3 else "common") for i in range(40)]
    shots = choose_shots(rows, Task.CLASSIFY, seed=1)
    assert len(shots) == 16
    assert {shots[0].target, shots[1].target} == {"rare", "common"}
    assert sum(shot.target == "rare" for shot in shots) == 3
    assert choose_shots(rows, Task.CLASSIFY, seed=1) == shots != choose_shots(rows, Task.CLASSIFY, seed=2)
    assert len(choose_shots(rows, Task.GENERATE, seed=1)) == 5
