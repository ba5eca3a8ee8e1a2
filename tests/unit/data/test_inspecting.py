"""What an inspection tells of a table: findings with count, rows and effect, the plan, the splits, the preview."""

import json
from typing import Any

import pytest

from tests.unit.data.tables import TEXTS, repeated, table_of
from tuning.data.findings import Finding
from tuning.data.inspecting import Inspection, inspect_tables
from tuning.data.lengths import ModelView, Piece
from tuning.data.planning import Source
from tuning.data.table import Table
from tuning.errors import SettingError
from tuning.spec import CleaningPlan, CleaningStep, RunSpec

TEN = TEXTS[:60]


def pieces(instruction: str, text: str, target: str) -> list[Piece]:
    return [Piece(f"<{instruction}|{text}|", "read"), Piece(target, "target"), Piece(">", "template")]


MODEL = ModelView(count_tokens=lambda texts: [len(text.split()) for text in texts], pieces=pieces, window=20)


def inspected(table: Table, /, model: ModelView | None = None, **settings: object) -> Inspection:
    return inspect_tables(Source(table), RunSpec.model_validate(settings), model)


def finding(kind: str, table: Table, /, model: ModelView | None = None, **settings: object) -> Finding:
    found = inspected(table, model, **settings)
    (one,) = [one for one in found.findings if one.kind == kind]
    return one


def test_a_clean_table_has_nothing_against_it():
    found = inspected(table_of(text=TEN, label=repeated("good", "poor")))
    assert found.findings == []
    assert found.problem is None
    assert found.splits is not None
    assert (found.splits.train, found.splits.dev, found.splits.test) == (42, 6, 12)
    assert found.enough is not None
    assert found.enough.startswith("12 test rows are too few for a verdict")
    assert [(one.label, one.rows) for one in found.labels] == [("good", 30), ("poor", 30)]
    assert found.spec.cleaning_plan() == CleaningPlan.usual()
    assert (found.spec.input, found.spec.target) == ("text", "label")


def test_a_split_column_is_told():
    table = table_of(text=TEN, label=repeated("good", "poor"), split=repeated("train", "train", "test"))
    found = inspected(table)
    assert found.split_column == "split"
    assert found.splits is not None
    assert found.splits.test == 20
    assert inspected(table, split="-").split_column is None


def test_it_is_json_and_back():
    found = inspected(table_of(text=[*TEN, TEN[0]], label=repeated("good", "poor", count=61)))
    assert Inspection.model_validate_json(found.model_dump_json()) == found


def test_every_step_tells_what_it_does_or_would_do():
    found = inspected(table_of(text=[*TEN, TEN[0], TEN[1]], label=["good", "poor"] * 30 + ["good", "good"]))
    assert found.plan is not None
    steps = {report.step: report for report in found.plan.steps}
    assert list(steps) == list(CleaningStep)
    dropped = steps[CleaningStep.DROP_DUPLICATES]
    assert (dropped.on, dropped.rows_before, dropped.rows_after, dropped.rows) == (True, 62, 61, [61])
    assert dropped.examples[0].row == 61
    assert dropped.examples[0].after is None
    would = steps[CleaningStep.DROP_CONFLICTS]
    assert (would.on, would.rows_before, would.rows_after, would.rows) == (False, 61, 59, [2, 62])


def test_changes_are_shown_before_and_after():
    texts = ["le cafÃ© est fermÃ© pour le moment", *TEN[1:]]
    found = inspected(table_of(text=texts, label=repeated("good", "poor")))
    assert found.plan is not None
    (example,) = found.plan.steps[0].examples
    assert example.before == "'le cafÃ© est fermÃ© pour le moment' → 'good'"
    assert example.after == "'le café est fermé pour le moment' → 'good'"


@pytest.mark.parametrize(
    ("kind", "table", "count", "rows"),
    [
        ("empty rows", table_of(text=["", *TEN[1:]], label=["a", "b", " ", *repeated("a", "b", count=57)]), 2, [1, 3]),
        ("garbled text", table_of(text=["cafÃ© crÃ¨me", *TEN[1:]], label=repeated("a", "b")), 1, [1]),
        ("personal data", table_of(text=["to me@example.org", *TEN[1:]], label=repeated("a", "b")), 1, [1]),
        ("label spellings", table_of(text=TEN, label=["A", *repeated("a", "b", count=59)]), 1, [1]),
        ("duplicates", table_of(text=[*TEN, TEN[0].upper()], label=repeated("a", "b", count=61)), 1, [61]),
        ("near duplicates", table_of(text=[*TEN, "ambre birch beside the fjord path"],
                                     label=repeated("a", "b", count=61)), 2, [1, 61]),
        ("conflicting targets", table_of(text=[*TEN, TEN[0]], label=[*repeated("a", "b"), "b"]), 2, [1, 61]),
        ("rare labels", table_of(text=TEN, label=["c", *repeated("a", "b", count=59)]), 1, [1]),
        ("imbalance", table_of(text=TEN, label=["b"] * 6 + ["a"] * 54), 54, []),
        ("number labels", table_of(text=TEN, label=repeated("0", "1.5", "-1")), 3, []),
        ("target in input", table_of(text=[f"{t} is {'good' if i % 2 else 'poor'}" for i, t in enumerate(TEN)],
                                     label=repeated("poor", "good")), 60, list(range(1, 21))),
        ("empty column", table_of(text=TEN, label=repeated("a", "b"), note=[" "] * 60), 1, []),
        ("constant column", table_of(text=TEN, label=repeated("a", "b"), lang=["en"] * 60), 1, []),
        ("id column", table_of(text=TEN, label=repeated("a", "b"), code=[f"A{n}" for n in range(60)]), 1, []),
        ("column gives target away", table_of(text=TEN, label=repeated("a", "b"), cause=repeated("x", "y", "z", "w")),
         1, []),
        ("labels without training rows", table_of(text=TEN, label=repeated("a", "b", "c"), who=repeated("p", "q", "r")),
         1, []),
    ],
)  # fmt: skip
def test_findings(kind, table, count, rows):
    settings: dict[str, Any] = {"group": "who"} if "who" in table.columns else {}
    found = finding(kind, table, input="text", target="label", **settings)
    assert (found.count, found.rows) == (count, rows)
    for sentence in (found.title, found.effect, found.remedy):
        assert sentence.endswith(".")
        assert "\n" not in sentence


def test_the_score_that_conflicts_leave_reachable():
    table = table_of(text=[*TEN, TEN[0], TEN[0]], label=[*repeated("a", "b"), "b", "a "])
    found = finding("conflicting targets", table, plan={"steps": [{"step": "drop-empty", "on": True}]})
    assert found.title == "1 input stands with different targets, in 3 rows."
    assert found.effect == "No model can get all of these right: 98.4% of all rows is the most that can be reached."
    assert found.step is CleaningStep.DROP_CONFLICTS


def test_a_remedy_says_whether_its_step_is_on():
    table = table_of(text=[*TEN, TEN[0], "to me@example.org"], label=[*repeated("a", "b"), "a", "b"])
    off = CleaningPlan.usual().switched(CleaningStep.DROP_DUPLICATES, on=False)
    assert finding("duplicates", table).remedy == "Step 'leave out repeated rows' keeps the first of each."
    assert finding("duplicates", table, plan=off).remedy == (
        "Step 'leave out repeated rows' keeps the first of each. It is off: switch it on."
    )
    assert finding("personal data", table).remedy.startswith("Switch step 'hide personal data' on to put")
    redacted = CleaningPlan.usual().switched(CleaningStep.REDACT, on=True)
    assert (
        finding("personal data", table, plan=redacted).remedy
        == "Step 'hide personal data' puts placeholders in their place."
    )


def test_near_duplicates_are_told_with_what_keeps_them_together():
    table = table_of(text=[*TEN, *["ambre birch beside the fjord path"] * 2], label=[*repeated("a", "b"), "b", "a"])
    off = CleaningPlan.usual().switched(CleaningStep.KEEP_TOGETHER, on=False)
    torn = "Step 'leave out near repeats' leaves out 1 row whose target agrees; 1 with another target stays."
    assert finding("near duplicates", table).remedy == (
        f"{torn} Step 'keep look-alikes in one split' keeps those that stay in one split with their like."
    )
    assert finding("near duplicates", table, plan=off).remedy == (
        f"{torn} Step 'keep look-alikes in one split' is off: those that stay may stand in training and test."
    )


def test_the_most_serious_finding_comes_first():
    table = table_of(text=[*TEN, TEN[0]], label=repeated("a", "b", count=61), lang=["en"] * 61, note=[""] * 61)
    assert [one.severity for one in inspected(table).findings] == ["serious", "info", "info"]


def test_targets_that_are_their_inputs_are_told_from_a_fifth_of_the_rows_on():
    def table(copied: int) -> Table:
        return table_of(prompt=TEN, completion=[f" {t}" if n < copied else t.upper() for n, t in enumerate(TEN)])

    found = finding("target is input", table(12))
    assert found.title == "12 of 60 rows have their input as the target."
    assert (found.severity, found.step, found.rows) == ("info", None, list(range(1, 13)))
    assert "target is input" not in {one.kind for one in inspected(table(11)).findings}
    labels = table_of(prompt=repeated("good", "poor"), label=repeated("good", "poor"))
    assert "target is input" not in {one.kind for one in inspected(labels, input="prompt", target="label").findings}


def test_test_rows_of_families_that_stand_in_training_too_are_told_unless_kept_together():
    tones = [" ".join(text.split()[:2]) for text in TEXTS[80:85]]
    texts = [f"{family} {tone}" for family in TEXTS[:12] for tone in tones]
    table = table_of(text=texts, label=repeated("good", "poor"), family=[str(n // 5) for n in range(60)])
    found = finding("families", table)
    assert found.title == "12 of 12 test rows have half their words or more in common with a training row."
    assert (found.severity, found.step) == ("info", None)
    assert "by a group column" in found.remedy
    for other in (inspected(table, group="family"), inspected(table_of(text=TEN, label=repeated("good", "poor")))):
        assert other.splits is not None
        assert "families" not in {one.kind for one in other.findings}


def test_languages_that_are_mixed():
    french = [f"Le {word} de ma voisine est très beau au printemps, et le mien ne l'est pas moins" for word in TEN[:20]]
    english = [f"The garden of my neighbour is beautiful in spring, and mine is not, {word}" for word in TEN]
    table = table_of(text=[*english, *french], label=repeated("a", "b", count=80))
    found = finding("mixed languages", table)
    assert "most are in 'en', others seem to be: fr " in found.title
    assert min(found.rows) > 60


def test_a_model_tells_lengths_what_is_cut_and_how_rows_look():
    texts = ["long " * 30, *TEN[1:]]
    found = inspected(table_of(text=texts, label=repeated("a", "b")), MODEL, instruction="Judge a or b.")
    assert found.lengths is not None
    assert (found.lengths.measured, found.lengths.longest, found.lengths.window, found.lengths.cut) == (60, 34, 20, 1)
    (long,) = [one for one in found.findings if one.kind == "long rows"]
    assert long.rows == [1]
    assert long.title == "1 row is longer than the 20 tokens that fit."
    first = found.preview[0]
    assert first.text == f"<Judge a or b.|{texts[first.row - 1]}|{first.target}>"
    assert first.text == "".join(piece.text for piece in first.pieces)
    assert [piece.text for piece in first.pieces if piece.kind == "target"] == [first.target]
    assert first.tokens == len(first.text.split())
    assert len(found.preview) == 3


def test_a_model_that_cannot_take_the_settings_is_in_the_way_and_the_rest_is_told():
    def refuse(instruction: str, text: str, target: str) -> list[Piece]:
        raise SettingError(f"setting 'max_length' is 20; {instruction} {text} {target} takes more")

    found = inspected(table_of(text=TEN, label=repeated("a", "b")), ModelView(MODEL.count_tokens, refuse, 20))
    assert found.problem is not None
    assert found.problem.startswith("setting 'max_length' is 20; ")
    assert found.splits is not None
    assert [row.tokens for row in found.preview] == [None] * 3


@pytest.mark.parametrize(
    ("table", "settings", "problem"),
    [
        (table_of(text=TEN[:5], label=repeated("a", "b", count=5)), {},
         "'x.jsonl' has 5 rows; at least 20 are needed, add more"),
        (table_of(text=TEN, label=["a"] * 60), {"target": "label", "task": "classify"},
         ("column 'label' holds one label, 'a'; at least two are needed to tell apart, "
            "add rows of another or choose another target")),
        (table_of(text=TEN, label=repeated("a", "b")), {"input": "txt"},
         "input column 'txt' does not exist; 'x.jsonl' has 'text', 'label'"),
        (table_of(text=[TEN[0]] * 60, label=repeated("a", "b")), {},
         ("'x.jsonl' has 2 rows left of 60 after cleaning; at least 20 are needed, "
          "add others or switch steps of the plan off")),
        (table_of(("chat",), chat=[json.dumps([{"role": "user", "content": "x"}])] * 60), {},
         "'x.jsonl' has 0 rows with a question with an answer; at least 20 are needed, fill or add some"),
    ],
)  # fmt: skip
def test_what_is_in_the_way_is_said_not_raised(table, settings, problem):
    found = inspected(table, **settings)
    assert found.problem == problem
    assert found.splits is None
    assert [column.name for column in found.columns] == table.columns
