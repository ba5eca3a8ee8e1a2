"""What to do about a verdict: kept, taken, or found out."""

import pytest

from tests.runs_support import comparison
from tuning.report.next_step import next_step
from tuning.scoring.comparison import Comparison, MetricRow, ModelCard, Verdict
from tuning.spec import Task


def judged(kind: str, delta: float = 0.1, **fields: object) -> Comparison:
    row = MetricRow(name="accuracy", base=0.4, tuned=0.4 + delta, delta=delta, better="higher")
    verdict = Verdict.model_validate({"kind": kind, "sentence": "S."})
    return comparison().model_copy(
        update={"task": Task.CLASSIFY, "primary": "accuracy", "metrics": [row], "verdict": verdict, **fields}
    )


@pytest.mark.parametrize(("delta", "said"), [(0.05, "is ahead, but that may be chance"), (-0.05, "nothing speaks for")])
def test_an_open_verdict_says_who_is_ahead(delta, said):
    assert said in next_step(judged("undecided", delta))


def test_where_labels_were_learned_the_small_model_is_named():
    decoder, encoder = ModelCard(family="decoder"), ModelCard(family="encoder")
    assert next_step(judged("better", model=decoder), "do so").startswith("A sentence encoder, small and quick, may")
    assert next_step(judged("better", model=encoder), "do so") == ""
    assert next_step(judged("better", model=decoder, task=Task.GENERATE), "do so") == ""
    assert next_step(judged("better", model=decoder)) == "", "a report is read where nothing can be started"
