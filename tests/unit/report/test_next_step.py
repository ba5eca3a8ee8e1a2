"""What to do about a verdict: kept, taken, or found out."""

import pytest

from tests.runs_support import comparison
from tuning.report.next_step import next_step
from tuning.scoring.comparison import Comparison, Headline, MetricRow, ModelCard, RowCounts, Verdict
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


def test_too_few_rows_for_a_verdict_are_no_question_of_time():
    few, enough = (RowCounts(train=49, test=count) for count in (14, 40))
    said = next_step(judged("undecided", rows=few), "do so")
    assert "A verdict takes 20 test rows: put more aside (setting Test rows), or better, bring more rows" in said
    said = next_step(judged("undecided", rows=enough), "do so")
    assert said.endswith("More rows, more time or another model may decide it: do so.")
    best = MetricRow(name="accuracy", base=0.9, tuned=0.5, delta=-0.4, better="higher")
    behind = judged("undecided", headline=Headline(rung="tfidf", metric=best))
    assert "behind what needs no tuning (Counting words (TF-IDF))" in next_step(behind)


def test_where_labels_were_learned_the_small_model_is_named():
    decoder, encoder = ModelCard(family="decoder"), ModelCard(family="encoder")
    assert next_step(judged("better", model=decoder), "do so").startswith("A sentence encoder, small and quick, may")
    assert next_step(judged("better", model=encoder), "do so") == ""
    assert next_step(judged("better", model=decoder, task=Task.GENERATE), "do so") == ""
    assert next_step(judged("better", model=decoder)) == "", "a report is read where nothing can be started"
