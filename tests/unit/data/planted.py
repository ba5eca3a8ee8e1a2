"""A file with known defects in known rows: what an audit must find, and nothing else."""

import random
import string
from dataclasses import dataclass, field

from tuning.data.rows import Part, Rows

__all__ = ["Planted", "plant", "slip"]

_SHARE = 0.05


@dataclass
class Planted:
    """Rows, and the positions of those with a defect, by kind."""

    rows: Rows
    duplicates: set[int] = field(default_factory=set)
    near: set[int] = field(default_factory=set)
    leaked: set[int] = field(default_factory=set)
    conflicts: set[int] = field(default_factory=set)
    cards: set[int] = field(default_factory=set)


def slip(text: str, rng: random.Random) -> str:
    """The text with one typing mistake: a letter too few, too many, another, or two swapped."""
    at = rng.choice([i for i in range(1, len(text) - 1) if text[i - 1 : i + 1].isalpha()])
    letter = rng.choice(string.ascii_lowercase)
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + letter + text[at + 1 :],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
        ]
    )


def plant(count: int, seed: int) -> Planted:
    """`count` rows of ordinary sentences, 5 % of them with each defect; a fifth of the sound ones are the test."""
    rng = random.Random(seed)
    words = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9))) for _ in range(2_000)]
    labels = ["billing", "delivery", "returns"]
    few = int(count * _SHARE)
    sound = count - 4 * few

    def sentence() -> str:
        return " ".join(rng.choices(words, k=rng.randint(7, 25)))

    inputs = [sentence() for _ in range(sound)]
    targets = [rng.choice(labels) for _ in range(sound)]
    parts: list[Part] = ["test" if position % 5 == 0 else "train" for position in range(sound)]
    planted = Planted(Rows([], inputs, targets, [""] * count, parts))
    train = [p for p in range(sound) if parts[p] == "train"]
    test = [p for p in range(sound) if parts[p] == "test"]
    originals, asked_again = rng.sample(train, 4 * few), rng.sample(test, few)

    def add(found: set[int], text: str, target: str) -> None:
        found.add(len(inputs))
        inputs.append(text)
        targets.append(target)
        parts.append("train")

    for p in originals[:few]:
        add(planted.duplicates, inputs[p], targets[p])
    for p in originals[few : 2 * few]:
        add(planted.near, slip(inputs[p], rng), targets[p])
    for p in asked_again:
        add(planted.leaked, inputs[p], targets[p])
    for p in originals[2 * few : 3 * few]:
        add(planted.conflicts, inputs[p], rng.choice([label for label in labels if label != targets[p]]))
        planted.conflicts.add(p)
    for p in originals[3 * few :]:
        inputs[p] += f" card {_card(rng)} thanks"
        planted.cards.add(p)
    for p in set(test) - set(asked_again):
        inputs[p] += f" order {rng.randrange(10**15, 2 * 10**15)}"  # As long as a card's number, but of no issuer.
    planted.rows.numbers.extend(range(1, len(inputs) + 1))
    return planted


def _card(rng: random.Random) -> str:
    """A number that a card could have: sixteen digits, the last one by Luhn's rule."""
    digits = [4, *(rng.randrange(10) for _ in range(14))]
    doubled = [2 * d - 9 if 2 * d > 9 else 2 * d for d in digits[::2]]
    check = -(sum(doubled) + sum(digits[1::2])) % 10
    number = "".join(map(str, [*digits, check]))
    return rng.choice([number, " ".join(number[i : i + 4] for i in range(0, 16, 4))])
