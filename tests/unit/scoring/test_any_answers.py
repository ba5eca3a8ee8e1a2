"""Whatever two models answered, there is a comparison, its numbers are finite, and it claims nothing on few rows."""

import json
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.scoring.builders import steady
from tuning.data.examples import Example
from tuning.prediction import Prediction
from tuning.scoring.comparison import Comparison, compare
from tuning.scoring.evidence import Evidence
from tuning.spec import Task

TEXTS = st.sampled_from(
    ["", " ", "a", "A", "a b", "the a.", "👍", "да", "是", '{"a": 1}', '{"a": {"b": [2]}}', "[1]", "\x00"]
)
TARGETS = st.sampled_from(["a", "b", "A", "👍", "да", "是", '{"a": 1}'])
ROW = st.tuples(TEXTS, TARGETS, TEXTS, TEXTS, st.sampled_from([None, "g", "h"]), st.booleans())


def pair(rows: list[tuple[str, str, str, str, str | None, bool]]) -> tuple[list[Prediction], list[Prediction]]:
    def side(which: int) -> list[Prediction]:
        return [
            Prediction(
                row=number,
                input=row[0],
                target=row[1],
                output=row[which],
                group=row[4],
                probabilities={"a": 1.0, "b": 0.0} if row[5] else None,
                target_nll=1.5 if row[5] else None,
                target_tokens=3 if row[5] else None,
                hit_limit=row[5],
                columns={"kind": str(number % 2)} if row[5] else None,
            )
            for number, row in enumerate(rows, 1)
        ]

    return side(2), side(3)


def numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, float) else []


@settings(steady, max_examples=20)
@given(rows=st.lists(ROW, min_size=1, max_size=30), task=st.sampled_from(Task), told=st.booleans())
def test_any_answers_can_be_compared(rows, task, told):
    base, tuned = pair(rows)
    train = [Example(row=900 + number, input=f"text {row[0]}", target=row[1]) for number, row in enumerate(rows)]
    evidence = Evidence(train=train, few_shot=base, again=base, margin=0.1, looks=5) if told else None
    made = compare(base, tuned, task, evidence=evidence)
    assert all(math.isfinite(number) for number in numbers(json.loads(made.to_json())))
    assert Comparison.model_validate_json(made.to_json()) == made
    assert made.verdict is not None
    if len(rows) < 20:
        assert made.verdict.kind == "undecided"
    for rung in made.ladder:
        assert rung.value is None or -1e-9 <= rung.value <= 1 + 1e-9
    for part in made.slices:
        assert part.claim is None or part.rows >= 20
    for score in made.fields:
        assert score.claim is None or score.rows >= 20
