"""The data step in words, and nothing of the user's that could be more than words."""

import pytest

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, text_of
from tuning.data.cleaning import StepReport
from tuning.data.inspecting import Inspection, inspect_tables
from tuning.data.planning import Source
from tuning.data.table import Table, text_columns
from tuning.spec import CleaningPlan, CleaningStep, RunSpec, Task
from tuning.ui import data_markup


def inspected(columns: dict[str, list[str]], plan: CleaningPlan | None = None, name="a.csv") -> Inspection:
    table = Table(name, "csv", text_columns(columns), "0" * 64, encoding="utf-8", delimiter=";")
    return inspect_tables(Source(table), RunSpec(plan=plan))


@pytest.fixture
def hostile():
    texts = [f"{HOSTILE} {n}" for n in range(60)]
    columns = {"<img src=x onerror=window.pwned=1>": texts, f"label {HOSTILE}": [f"<b>{n % 2}</b>" for n in range(60)]}
    doubled = {name: cells + cells[:9] for name, cells in columns.items()}
    return inspected(doubled | {"empty ${1}": [""] * 69}, name=f"{HOSTILE}.csv")


def steps_of(found: Inspection) -> list[StepReport]:
    assert found.plan is not None
    return found.plan.steps


def everything(found: Inspection) -> str:
    return "".join(
        (
            data_markup.facts(found),
            data_markup.shape(found),
            data_markup.columns(found.columns),
            data_markup.findings(found),
            data_markup.examples_of_steps(steps_of(found)),
            data_markup.labels(found),
            data_markup.splits(found, HOSTILE),
        )
    )


def test_nothing_of_a_hostile_file_is_markup(hostile):
    names = Names(everything(hostile))
    assert not names.tags & {"script", "img", "iframe", "form", "a"}
    assert not {name for name in names.attributes if name.startswith("on")}
    assert "<script>window.pwned=1</script>" in "".join(names.texts)


def test_facts_and_shape_say_what_was_detected():
    found = inspected({"text": [f"t {n}" for n in range(60)], "label": ["a", "b"] * 30})
    assert "CSV, separated by semicolons, utf-8." in text_of(data_markup.facts(found))
    assert "Text and label certain" in " ".join(text_of(data_markup.shape(found)).split())
    assert "2 labels" in text_of(data_markup.labels(found))


def test_labels_that_are_counted_after_cleaning_are_said_to_be():
    columns = {"text": [f"t {n}" for n in range(60)], "label": ["a", "b"] * 30}
    assert "2 labels, by rows a 30" in " ".join(text_of(data_markup.labels(inspected(columns))).split())
    twice = {name: [*cells, cells[0]] for name, cells in columns.items()}
    assert "2 labels, by rows after cleaning a 30" in " ".join(text_of(data_markup.labels(inspected(twice))).split())


def test_what_the_plan_deals_with_comes_after_what_is_open():
    columns = {
        "text": [f"a text with number {n}" for n in range(60)] + ["the very same"] * 4,
        "label": ["a", "b"] * 32,
        "nothing": [""] * 64,
    }
    said = text_of(data_markup.findings(inspected(columns)))
    assert said.index("For you to judge") < said.index("'nothing' is empty") < said.index("Dealt with")
    assert "step 'leave out repeated rows' is on" in said[said.index("Dealt with") :]
    off = CleaningPlan.usual().switched(CleaningStep.DROP_DUPLICATES, on=False)
    said = text_of(data_markup.findings(inspected(columns, off)))
    assert "makes the result untrue" in said[: said.index("is empty")]


def test_targets_that_are_their_inputs_are_for_the_user_to_judge():
    texts = [f"a place {n}" for n in range(60)]
    said = text_of(data_markup.findings(inspected({"English": texts, "Deutsch": [*texts[:40], *texts[:20]]})))
    assert said.index("For you to judge") < said.index("40 of 60 rows have their input as the target.")


def test_look_alikes_that_stay_are_dealt_with_by_what_keeps_them_together():
    alike = ["the same long text about a thing of number one", "the same long text about a thing of number one!"]
    columns = {"text": [f"a text of its own {n} {n * 7919}" for n in range(60)] + alike, "label": ["a", "b"] * 31}
    found = inspected(columns)
    assert next(one for one in steps_of(found) if one.step is CleaningStep.DROP_NEAR_DUPLICATES).on
    said = text_of(data_markup.findings(found))
    assert "leaves none of them out, as their targets differ" in said
    assert "step 'keep look-alikes in one split' is on" in said
    apart = CleaningPlan.usual().switched(CleaningStep.KEEP_TOGETHER, on=False)
    said = text_of(data_markup.findings(inspected(columns, apart)))
    assert "leaves none of them out, as their targets differ" in said
    assert "Dealt with" not in said


def test_a_step_that_is_switched_on_is_not_asked_for():
    columns = {"text": [f"write to me{n}@example.com about {n}" for n in range(60)], "label": ["a", "b"] * 30}
    assert "Switch step 'hide personal data' on" in text_of(data_markup.findings(inspected(columns)))
    on = CleaningPlan.usual().switched(CleaningStep.REDACT, on=True)
    said = text_of(data_markup.findings(inspected(columns, on)))
    assert "Switch step 'hide personal data' on" not in said
    assert "The step changes 60 of 60 rows." in said


def test_a_clean_file_is_said_to_be_clean():
    found = inspected({"text": [f"t {n}" for n in range(60)], "label": ["a", "b"] * 30})
    assert "Nothing is wrong with the rows" in data_markup.findings(found.model_copy(update={"findings": []}))


@pytest.mark.parametrize(
    ("step", "on", "said"),
    [
        (CleaningStep.DROP_DUPLICATES, True, "Leave out repeated rows\nleaves out 4: 64 → 60 rows"),
        (CleaningStep.DROP_DUPLICATES, False, "Leave out repeated rows\nwould leave out 4: 64 → 60 rows"),
        (CleaningStep.REDACT, True, "Hide personal data\nchanges 4 of 64 rows"),
        (CleaningStep.REDACT, False, "Hide personal data\nwould change 4 of 64 rows"),
        (CleaningStep.DROP_EMPTY, True, "Leave out empty rows\nnothing to do in 64 rows"),
        (CleaningStep.KEEP_TOGETHER, True, "Keep look-alikes in one split\nacts when the rows are split"),
    ],
)
def test_a_step_says_what_it_does_to_these_rows(step, on, said):
    texts = [f"{'mail m@example.com now' if n in {3, 9, 12, 50} else 'text'} number {n}" for n in range(60)]
    columns = {"text": texts + texts[20:24], "label": (["a", "b"] * 30) + (["a", "b"] * 2)}
    found = inspected(columns, CleaningPlan.usual().switched(step, on=on))
    report = next(one for one in steps_of(found) if one.step is step)
    assert data_markup.step_label(report, Task.CLASSIFY).startswith(f"{said}\n")


def test_a_step_for_labels_has_nothing_to_do_with_texts():
    steps = {one.step: one for one in steps_of(inspected({"text": list("abcdefghij") * 6, "label": ["x", "y"] * 30}))}
    said = data_markup.step_label(steps[CleaningStep.MERGE_LABELS], Task.GENERATE)
    assert said.startswith("Merge label spellings\nnothing to do: these targets are texts\n")
    assert "texts" not in data_markup.step_label(steps[CleaningStep.MERGE_LABELS], Task.CLASSIFY)


def test_the_metric_of_the_verdict_is_said_beforehand():
    assert "The verdict will be about Accuracy : share of" in text_of(data_markup.judged_by("accuracy"))
    assert "has more than 60 %" in text_of(data_markup.judged_by("macro_f1"))
    assert "is known once both models have answered them" in text_of(data_markup.judged_by("chrf"))


def test_that_not_all_rows_are_used_is_said():
    found = inspected({"text": [f"some text {n}" for n in range(60)], "label": ["a", "b"] * 30})
    assert "drawn at random" not in text_of(data_markup.splits(found, None))
    fewer = found.model_copy(update={"spec": found.spec.model_copy(update={"rows": 40})})
    assert "Of all rows 40 at most are used" in text_of(data_markup.splits(fewer, None))


def test_rows_of_each_split_and_the_smallest_visible_gap():
    found = inspected({"text": [f"some text {n}" for n in range(150)], "label": ["a", "b"] * 75})
    said = text_of(data_markup.splits(found, "part"))
    assert found.splits is not None
    assert f"{found.splits.test} test to judge by" in said
    assert "points smallest visible gap" in said
    assert str(found.enough) in said
    assert "Column part says" in " ".join(said.split())
    few = inspected({"text": [f"some text {n}" for n in range(60)], "label": ["a", "b"] * 30})
    said = text_of(data_markup.splits(few, None))
    assert "none visible gap of fewer than 20 test rows nothing is claimed" in " ".join(said.split())
    assert "too few for a verdict" in said
