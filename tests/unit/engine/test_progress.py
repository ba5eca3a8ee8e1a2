"""How far training is, by steps and by a clock of the test's."""

from itertools import pairwise

import pytest

from tuning.engine.progress import Progress, rate_share


class Clock:
    """Shows what it is set to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_without_a_clock_steps_alone_count(clock):
    progress = Progress(None, clock)
    clock.now += 1e6
    assert progress.share(3, 12) == 0.25
    assert not progress.over(3)
    assert not progress.dev_due()
    assert progress.expected(3, 12) == 12


def test_whichever_is_ahead_counts(clock):
    progress = Progress(60, clock)
    clock.now += 15
    assert progress.share(1, 10) == 0.25
    assert progress.share(6, 10) == 0.6
    clock.now += 600
    assert progress.share(6, 10) == 1.0
    assert progress.share(0, 10) == 0.0, "the first step teaches something, however late it comes"


def test_training_is_over_when_another_step_and_the_last_dev_score_would_end_too_late(clock):
    progress = Progress(60, clock)
    progress.dev_scored(5.0, 4.0)
    progress.dev_scored(5.0, 0.0)  # nothing was asked; the last time it may be again
    clock.now += 40
    assert not progress.over(4)  # 40, a step of (40 - 14) / 4, and 9
    clock.now += 8
    assert progress.over(4)  # 48, a step of (48 - 14) / 4, and 9


def test_dev_is_due_six_times_at_most(clock):
    progress, due = Progress(60, clock), []
    for _ in range(60):
        clock.now += 1
        due.append(progress.dev_due())
    assert [second for second, score in enumerate(due, 1) if score] == [10, 20, 30, 40, 50, 60]


def test_dev_rows_that_take_long_are_due_seldom(clock):
    progress, due = Progress(60, clock), []
    progress.dev_scored(5.0, 20.0)
    for _ in range(60):
        clock.now += 1
        due.append(progress.dev_due())
    assert [second for second, score in enumerate(due, 1) if score] == [30, 60]


def test_a_long_step_makes_one_score_due(clock):
    progress = Progress(60, clock)
    clock.now += 45
    assert [progress.dev_due(), progress.dev_due()] == [True, False]


def test_steps_are_expected_at_the_pace_so_far(clock):
    progress = Progress(60, clock)
    clock.now += 15
    assert progress.expected(5, 1000) == 20
    assert progress.expected(5, 12) == 12, "the steps are ahead of the clock"


def test_the_rate_rises_then_falls_to_zero():
    shares = [rate_share(step / 100, 1 / 100) for step in range(101)]
    assert 0 < shares[0] < shares[3] < shares[6] == pytest.approx(1.0)
    assert all(before > after for before, after in pairwise(shares[6:]))
    assert shares[-1] == pytest.approx(0)


def test_few_steps_have_no_warm_up():
    assert rate_share(0.0, 1.0) == 1.0
    assert rate_share(0.0, 0.25) == 1.0
