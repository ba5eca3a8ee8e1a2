"""Whether a test split is large enough to show anything, before time is spent. Knows numbers alone."""

import math

__all__ = ["FEWEST_ROWS", "SMALL_TEST", "enough_sentence", "smallest_visible_gap"]

FEWEST_ROWS = 20
"""The intervals were checked by simulation from here on; with fewer test rows no claim is made."""
SMALL_TEST = 50
"""Fewer test rows than this are worth a warning."""

_REACH = 1.96 + 0.84  # Two-sided 5 %, 80 % power.
_DISAGREEMENT = 0.3  # Share of rows that exactly one of base and tuned gets right, as tuning small models shows.


def smallest_visible_gap(test_rows: int) -> float:
    """The smallest difference in accuracy that `test_rows` would show four times out of five, from 0 to 1.

    2.8 sqrt(psi / n) (Miller 2024, arXiv 2411.00640, in paired form), with psi taken to be .3 before anything is known;
    a difference can not be larger than psi, so the gap is at least 2.8**2 / n.
    """
    if test_rows < 1:
        return 1.0
    return min(1.0, max(_REACH * math.sqrt(_DISAGREEMENT / test_rows), _REACH**2 / test_rows))


def enough_sentence(test_rows: int) -> str:
    """What can be expected of so many test rows, in plain words."""
    if test_rows < FEWEST_ROWS:
        return f"{test_rows} test rows are too few for a verdict: at least {FEWEST_ROWS} are needed; add rows."
    points = math.ceil(100 * smallest_visible_gap(test_rows))
    advice = ", and more test rows would show smaller ones" if test_rows < 4 * SMALL_TEST else ""
    return (
        f"With {test_rows:,} test rows, base and tuned must as a rule differ by about {points} points to be told "
        f"apart; less is enough where they answer most rows alike{advice}."
    )
