"""Rows whose target is their input as it is: whoever copies is right there, and only the others tell what was learned.

Knows two texts.
"""

__all__ = ["AS_IS", "BY_TARGET", "OTHERWISE", "is_copy", "target_part"]

BY_TARGET = "target"
"""What rows are parted by, as a slice says it."""
AS_IS = "the input as it is"
OTHERWISE = "something else than the input"


def is_copy(given: str, target: str) -> bool:
    """Whether the target is the input, white space around them aside."""
    return target.strip() == given.strip()


def target_part(given: str, target: str) -> str:
    """Which of the two parts a row is in."""
    return AS_IS if is_copy(given, target) else OTHERWISE
