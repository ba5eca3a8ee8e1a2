"""The words that are explained: those that a comparison uses, in plain ones, reachable without a mouse."""

from tests.runs_support import comparison
from tests.unit.ui.fragments import Names, metric, text_of
from tuning.report.glossary import glossary
from tuning.scoring.comparison import Check


def test_words_are_folded_where_the_keyboard_can_open_them():
    assert {"details", "summary", "dl", "dt", "dd"} <= Names(glossary(comparison())).tags


def test_words_that_are_not_used_are_not_explained():
    plain = comparison().model_copy(update={"metrics": [metric()], "classes": [], "confusion": None, "variants": []})
    said = text_of(glossary(plain))
    assert "95 % interval" in said
    for word in ("Holm", "McNemar", "F1", "Confusion", "Calibrated"):
        assert word not in said


def test_every_metric_and_its_test_is_explained():
    rows = [metric(p=0.1), metric(name="mcc", p=0.1, p_adjusted=0.2), metric(name="unheard_of")]
    said = text_of(glossary(comparison().model_copy(update={"metrics": rows})))
    for word in ("Matthews correlation agreement", "McNemar", "Holm"):
        assert word in said
    assert "unheard" not in said


def test_words_of_the_receipt_are_explained_where_there_is_one():
    check = Check(check="stock attention agrees", status="pass", detail="by 0")
    assert "Stock attention" in text_of(glossary(comparison().model_copy(update={"receipt": [check]})))
    assert "Stock attention" not in text_of(glossary(comparison().model_copy(update={"receipt": []})))
