"""The handlers of Runs, called as Gradio calls them: one visitor's runs, and nobody else's."""

import json

import pytest

from tests.unit.ui.builders import ALICE, BOB, HOSTILE, finished_run, looking, new_page, unfinished_run
from tests.unit.ui.fragments import text_of
from tuning.data.bundled import bundled_examples
from tuning.runs.files import write_text
from tuning.runs.processes import this_process
from tuning.ui.data_step import find_chosen
from tuning.ui.runs_events import RunsEvents, read_ids
from tuning.ui.visitor import owner_of


@pytest.fixture
def events(tuneoff_home):
    return RunsEvents(new_page(tuneoff_home))


def test_visitors_see_and_delete_their_own_runs_alone(events, tuneoff_home):
    run, page = finished_run(tuneoff_home), events.page
    assert events.show_list(BOB.model_dump(), [])[page.runs.list].choices == []
    assert [value for _, value in events.show_list(ALICE.model_dump(), [])[page.runs.list].choices] == [run.id]
    assert "opened by its link" in events.delete_run(BOB.model_dump(), [run.id])[page.runs.problem].value
    assert run.path.is_dir()
    assert events.delete_run(looking(ALICE, run), [run.id])[page.browser] == {"id": ALICE.id, "run": None}
    assert not run.path.exists()


def test_what_was_chosen_stays_chosen_at_first_the_run_that_is_looked_at(events, tuneoff_home):
    runs = [finished_run(tuneoff_home, text=name) for name in ("first", "second")]
    shown = events.show_list(looking(ALICE, runs[0]), None)
    assert shown[events.screen.list].value == [runs[0].id]
    assert shown[events.screen.open].interactive is True
    assert shown[events.screen.chosen] == [runs[0].id]
    assert events.show_list(looking(ALICE, runs[0]), [])[events.screen.list].value == [], "it was unchosen"
    both = [run.id for run in runs]
    assert events.choose_runs(both)[events.screen.chosen] == both
    assert set(events.show_list(looking(ALICE, runs[0]), both)[events.screen.list].value) == set(both)
    events.page.context.store.delete(runs[1])
    assert events.show_list(ALICE.model_dump(), both)[events.screen.list].value == [runs[0].id]
    assert events.show_list(looking(BOB, runs[0]), None)[events.screen.list].value == []


@pytest.mark.parametrize("chosen", [None, "", [], ["../.."], ["f" * 32], 7, [None]])
def test_deleting_what_is_not_there_deletes_nothing(events, tuneoff_home, chosen):
    run = finished_run(tuneoff_home)
    assert events.delete_run(ALICE.model_dump(), chosen)[events.screen.problem].visible is True
    assert run.path.is_dir()


def test_two_are_never_deleted_at_once(events, tuneoff_home):
    runs = [finished_run(tuneoff_home) for _ in range(2)]
    chosen = [run.id for run in runs]
    assert events.screen.sure not in events.ask_delete(ALICE.model_dump(), chosen)
    asked = events.ask_delete(ALICE.model_dump(), chosen[:1])
    assert asked[events.screen.sure].visible
    assert asked[events.screen.keep].visible
    assert events.keep_run(chosen[:1])[events.screen.sure].visible is False
    events.delete_run(ALICE.model_dump(), chosen)
    assert all(run.path.is_dir() for run in runs)


def test_the_question_before_deleting_names_the_run(events, tuneoff_home):
    run, question = finished_run(tuneoff_home, text=HOSTILE), events.screen.question
    asked = events.ask_delete(ALICE.model_dump(), [run.id])[question]
    ((line, _),) = events.show_list(ALICE.model_dump(), [])[events.screen.list].choices
    assert asked.visible
    for part in line.split("\n"):
        assert " ".join(part.split()) in " ".join(text_of(asked.value).split())
    assert "<script" not in asked.value
    assert events.keep_run([run.id])[question].visible is False
    assert question not in events.ask_delete(BOB.model_dump(), [run.id]), "it is not theirs"


@pytest.mark.parametrize(
    ("chosen", "usable"),
    [([], set()), (["1"], {"open", "again", "delete"}), (["1", "2"], {"compare"}), (["1"] * 7, set())],
)
def test_buttons_are_for_as_many_as_they_take(events, chosen, usable):
    changes = events.choose_runs(chosen)
    buttons = {name: changes[getattr(events.screen, name)] for name in ("open", "compare", "again", "delete")}
    assert {name for name, button in buttons.items() if button.interactive} == usable


def test_a_line_says_how_it_went_without_colour(events, tuneoff_home):
    finished_run(tuneoff_home)
    live = unfinished_run(tuneoff_home, text="live")
    live.write_worker(this_process())
    lines = [line for line, _ in events.show_list(ALICE.model_dump(), [])[events.screen.list].choices]
    assert lines[0].startswith("… live.csv · running\non its way\n")
    assert lines[1].startswith("▲ text.csv · done\n")


@pytest.mark.parametrize(
    ("standing", "sign"),
    [("outdone", "△"), ("not_worth_it", "≤"), ("undecided", "?"), ("not_worse", "="), ("worse", "▼"), (None, "▲")],
)
def test_a_verdict_has_the_sign_that_it_has_everywhere(events, tuneoff_home, standing, sign):
    """Runs of before that word was kept have the sign of their verdict's kind."""
    run = finished_run(tuneoff_home)
    ending = json.loads((run.path / "DONE").read_text(encoding="utf-8"))
    write_text(run.path / "DONE", json.dumps(ending | {"standing": standing}))
    ((line, _),) = events.show_list(ALICE.model_dump(), [])[events.screen.list].choices
    assert line.startswith(f"{sign} text.csv")


@pytest.mark.parametrize(("message", "shown"), [("word " * 100, "word word…\n"), ("x" * 500, "x…\n")])
def test_a_long_reason_is_cut_between_words(events, tuneoff_home, message, shown):
    unfinished_run(tuneoff_home).finish("failed", message, 1)
    ((line, _),) = events.show_list(ALICE.model_dump(), [])[events.screen.list].choices
    assert shown in line


def test_own_runs_are_compared_and_others_are_not(events, tuneoff_home):
    chosen = [finished_run(tuneoff_home).id for _ in range(2)]
    changes = events.compare_chosen(ALICE.model_dump(), chosen)
    assert changes[events.screen.contest].visible is True
    assert "All settings are the same" in changes[events.screen.tables]
    refused = events.compare_chosen(BOB.model_dump(), chosen)
    assert "opened by its link" in refused[events.screen.problem].value
    assert events.screen.tables not in refused
    assert "1 runs are chosen" in events.compare_chosen(ALICE.model_dump(), chosen[:1])[events.screen.problem].value


def test_a_run_is_opened_by_its_id(events, tuneoff_home):
    run = finished_run(tuneoff_home)
    assert events.open_chosen(ALICE.model_dump(), [run.id]) == looking(ALICE, run)
    assert events.open_chosen(ALICE.model_dump(), ["../.."])["run"] == "0" * 32
    assert events.open_chosen(ALICE.model_dump(), None)["run"] == "0" * 32


def test_starting_again_fills_the_form_with_the_run(events, tuneoff_home):
    page, example = events.page, bundled_examples()[0]
    chosen = find_chosen(None, example.key, None, page.examples)
    prepared = page.data.prepared(chosen, {**chosen.settings, "rank": 4})
    run = page.context.store.create(prepared, owner_of(ALICE))
    changes = events.start_again(ALICE.model_dump(), [run.id])
    assert changes[page.tabs].selected == "tune"
    assert changes[page.tune.example] == example.key
    assert changes[page.tune.fields["rank"]] == 4
    assert changes[page.tune.start].interactive is True
    assert page.start_again(looking(ALICE, run)).keys() == changes.keys()
    assert "opened by its link" in events.start_again(BOB.model_dump(), [run.id])[events.screen.problem].value


def test_starting_again_without_the_file_says_what_to_do(events, tuneoff_home):
    run = finished_run(tuneoff_home)
    write_text(run.path / "spec.json", run.spec().model_copy(update={"rank": 8}).model_dump_json())
    changes = events.start_again(ALICE.model_dump(), [run.id])
    assert (
        "Choose the file again under Tune, set task classify, input text, target label, budget no limit, rank 8"
        in changes[events.screen.problem].value
    )
    assert events.page.tabs not in changes


@pytest.mark.parametrize("sent", [None, "abc", {"a": 1}, 7])
def test_what_is_no_list_of_ids_is_empty(sent):
    assert read_ids(sent) == []
