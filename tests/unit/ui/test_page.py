"""The handlers, called as Gradio calls them."""

from types import SimpleNamespace

import gradio as gr
import pytest

from tests.unit.ui.builders import ALICE, BOB, HOSTILE, finish, finished_run, looking, new_page, unfinished_run
from tests.unit.ui.fragments import text_of
from tuning.runs.processes import this_process
from tuning.ui.form import FIELDS, form_values
from tuning.ui.page import Page
from tuning.ui.screens import Changes


def picked(sent: object) -> gr.EventData:
    """The event of a button that sent this."""
    return gr.EventData(None, sent)


def untouched(page: Page, changes: Changes) -> bool:
    """Whether nothing on the page changes."""
    return changes == {page.tune.notice: gr.skip()}


@pytest.fixture
def page(tuneoff_home):
    return new_page(tuneoff_home)


def request(**query: str) -> SimpleNamespace:
    return SimpleNamespace(query_params=query)


def test_a_new_visitor_gets_an_id_and_keeps_it(page):
    first = page.greet(None, request())
    assert len(first["id"]) == 32
    assert page.greet(first, request()) == first


def test_a_page_that_opens_knows_its_visitor_and_shows_its_run(page, tuneoff_home):
    run = finished_run(tuneoff_home)
    changes = page.arrive({"id": ALICE.id, "run": "e" * 32}, request(run=run.id))
    assert changes[page.browser] == looking(ALICE, run)
    assert changes[page.tabs].selected == "compare"


def test_the_address_names_the_run_before_the_browser_does(page):
    stored = {"id": ALICE.id, "run": "e" * 32}
    assert page.greet(stored, request(run="f" * 32)) == {"id": ALICE.id, "run": "f" * 32}
    assert page.greet(stored, request(run="../../etc"))["run"] == "0" * 32
    assert page.greet(stored, request()) == stored


def test_a_run_opens_on_the_screen_that_fits_its_state(page, tuneoff_home):
    assert page.tabs not in page.open_run(ALICE.model_dump())
    live = unfinished_run(tuneoff_home)
    live.write_worker(this_process())
    changes = page.open_run(looking(ALICE, live))
    assert changes[page.tabs].selected == "watch"
    assert f'data-run="{live.id}"' in changes[page.watch.notice]
    changes = page.open_run(looking(ALICE, finished_run(tuneoff_home)))
    assert changes[page.tabs].selected == "compare"
    assert "data-run" not in changes[page.watch.notice]


@pytest.mark.parametrize("run_id", ["f" * 32, "../../etc/passwd", None, 7])
def test_an_id_that_names_no_run_shows_a_plain_message_or_nothing(page, run_id):
    shown = page.open_run({"id": ALICE.id, "run": run_id})
    assert "Traceback" not in str(shown[page.compare.notice])
    assert "data-run" not in shown[page.watch.notice]


def test_what_becomes_of_a_run_is_shown_and_followed_until_it_ends(page, tuneoff_home):
    run = unfinished_run(tuneoff_home)
    run.write_worker(this_process())
    stored = looking(ALICE, run)
    run.request_cancel()
    changes = page.follow(stored)
    assert changes[page.watch.cancel].value.startswith("Stop at once")
    assert page.tabs not in changes, "who looks at another screen stays there"
    run.finish("failed", f"No good: {HOSTILE}", 1)
    changes = page.follow(stored)
    assert "data-run" not in changes[page.watch.notice]
    assert changes[page.tabs].selected == "watch"
    assert "&lt;script&gt;" in changes[page.watch.notice]
    assert "<script" not in changes[page.watch.notice]


@pytest.mark.parametrize(
    ("end", "said"),
    [(finish, "Compare shows its verdict."), (lambda run: run.finish("failed", "No.", 1), "Watch says how it ended.")],
    ids=["done", "failed"],
)
def test_who_is_at_another_screen_is_told_of_the_end_and_stays_there(page, tuneoff_home, monkeypatch, end, said):
    told: list[str] = []
    monkeypatch.setattr(gr, "Info", lambda message, **_: told.append(message))
    run = unfinished_run(tuneoff_home)
    run.write_worker(this_process())
    stored = looking(ALICE, run)
    run.request_cancel()
    assert page.hear(stored)[page.watch.cancel].value.startswith("Stop at once")
    assert told == []
    end(run)
    changes = page.hear(stored)
    assert told == [said]
    assert page.tabs not in changes
    assert "data-run" not in changes[page.watch.notice]


def test_a_run_deleted_while_it_is_watched_says_so(page, tuneoff_home):
    run = finished_run(tuneoff_home)
    page.context.store.delete(run)
    changes = page.follow(looking(ALICE, run))
    assert "it was deleted" in changes[page.watch.notice]
    assert "data-run" not in changes[page.watch.notice]


def test_an_example_fills_the_form_and_can_be_started(page):
    key = page.examples[0].key
    changes = page.look_at_example(ALICE.model_dump(), key)
    assert changes[page.tune.start].interactive is True
    values = [getattr(change := changes[page.tune.fields[name]], "value", change) for name in FIELDS]
    again = page.change_setting(ALICE.model_dump(), None, key, None, *values)
    assert again[page.tune.start].interactive is True
    assert again[page.tune.shape] == changes[page.tune.shape]
    hostile = [9.5 if name == "rank" else value for name, value in zip(FIELDS, values, strict=True)]
    broken = page.change_setting(ALICE.model_dump(), None, key, None, *hostile)
    assert broken[page.tune.start].interactive is False
    assert "&#x27;Rank&#x27; should be a valid integer" in broken[page.tune.why]


def test_other_columns_bring_their_task_with_them(page, tmp_path):
    path = tmp_path / "x.csv"
    rows = "".join(f"text {n},{'yes' if n % 2 else 'no'},words on {n} said at length\n" for n in range(60))
    path.write_text(f"text,label,note\n{rows}")
    fields = {**form_values({"task": "classify", "input": "text", "target": "note"})}
    changes = page.change_columns(ALICE.model_dump(), str(path), None, None, *fields.values())
    assert changes[page.tune.fields["task"]] == "generate"


def test_a_test_file_keeps_what_was_typed(page, tmp_path):
    own = tmp_path / "own.csv"
    rows = "".join(f"unseen {n},a,Z00,Chapter {n % 2}\n" for n in range(30))
    own.write_text(f"diagnosis,x,code,chapter\n{rows}")
    key = page.examples[0].key
    values = form_values({**page.examples[0].spec_values, "epochs": 2})
    changes = page.look_at_test(ALICE.model_dump(), None, key, str(own), *values.values())
    assert "own.csv" in changes[page.tune.notice]
    assert changes[page.tune.fields["epochs"]] == 2
    assert page.tune.file not in changes


def test_a_file_that_cannot_be_used_says_why(page, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"")
    changes = page.look_at_file(ALICE.model_dump(), str(path), None)
    assert "x.csv" in changes[page.tune.notice]
    assert "Choose another file" in changes[page.tune.why]
    assert changes[page.tune.start].interactive is False
    assert changes[page.tune.body].visible is False
    assert changes[page.tune.file] is None, "the next one can be dropped at once"


def test_a_reload_comes_back_to_what_was_chosen(page, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("text,label\n" + "".join(f"text {n},{'yes' if n % 2 else 'no'}\n" for n in range(60)))
    alice = ALICE.model_dump()
    assert untouched(page, page.resume(alice))
    seen = page.look_at_file(alice, str(path), None)
    values = form_values({"task": "classify", "input": "text", "target": "label", "budget": "2m", "epochs": 2})
    page.change_setting(alice, str(path), None, None, *values.values())
    again = page.resume(alice)
    assert again[page.tune.file] == str(path)
    assert again[page.tune.fields["epochs"]] == 2
    assert again[page.tune.fields["budget"]] == "2m"
    assert again[page.tune.notice] == seen[page.tune.notice]
    assert again[page.tune.start].interactive is True
    assert untouched(page, page.resume(BOB.model_dump()))
    page.look_at_file(alice, None, None)
    assert untouched(page, page.resume(alice)), "it was taken away"


def test_a_reload_after_the_file_is_gone_says_so(page, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("text,label\n" + "".join(f"text {n},{'yes' if n % 2 else 'no'}\n" for n in range(60)))
    page.look_at_file(ALICE.model_dump(), str(path), None)
    path.unlink()
    changes = page.resume(ALICE.model_dump())
    assert "choose it again" in changes[page.tune.notice]
    assert changes[page.tune.start].interactive is False
    assert untouched(page, page.resume(ALICE.model_dump()))


def test_starting_without_data_starts_nothing(page):
    changes = page.start(ALICE.model_dump(), None, None, None, *form_values({}).values())
    assert "Choose a file" in changes[page.tune.why]
    assert page.browser not in changes
    assert page.context.store.list() == []


def test_only_the_owner_cancels(page, tuneoff_home):
    run = unfinished_run(tuneoff_home)
    run.write_worker(this_process())
    assert "opened by its link" in page.cancel(looking(BOB, run))[page.watch.access]
    assert run.cancel_requests() == 0
    changes = page.cancel(looking(ALICE, run))
    assert run.cancel_requests() == 1
    assert f'data-run="{run.id}"' in changes[page.watch.notice]


def test_who_came_by_the_link_is_told_why_there_is_nothing_to_cancel(page, tuneoff_home):
    run = unfinished_run(tuneoff_home)
    run.write_worker(this_process())
    for visitor, may in ((ALICE, True), (BOB, False)):
        changes = page.open_run(looking(visitor, run))
        assert changes[page.watch.cancel].visible is may
        assert ("by its secret link" in changes[page.watch.access]) is not may


def test_samples_are_filtered_sorted_and_paged(page, tuneoff_home):
    stored, samples = looking(ALICE, finished_run(tuneoff_home)), page.compare.samples
    fixed, every = {"by": "kind", "kind": "fixed"}, {"by": "every"}
    shown = page.pick_samples(stored, None, "shuffled", "", picked({"filter": fixed}))
    assert "1 to 15 of 15" in text_of(shown[samples.list])
    assert shown[samples.filter] == fixed
    assert "1 to 6 of 6 fixed" in text_of(page.sort_samples(stored, fixed, "change", "TEXT 1")[samples.list])
    shown = page.pick_samples(stored, fixed, "mistakes", "", picked({"filter": every}))
    assert "1 to 20 of 30" in text_of(shown[samples.list])
    shown = page.pick_samples(stored, every, "shuffled", "", picked({"page": 1}))
    assert "21 to 30 of 30" in text_of(shown[samples.list])


@pytest.mark.parametrize("sent", [None, HOSTILE, {"page": HOSTILE}, {"filter": {"by": "part", "number": 10**9}}])
def test_samples_that_nobody_offered_are_not_shown(page, tuneoff_home, sent):
    stored = looking(ALICE, finished_run(tuneoff_home))
    shown = page.pick_samples(stored, None, "shuffled", "", picked(sent))
    assert list(shown) == [page.compare.samples.list]
    assert "reload the page" in shown[page.compare.samples.list]
    assert "script" not in shown[page.compare.samples.list]
    assert "order" in page.sort_samples(stored, None, HOSTILE, "")[page.compare.samples.list]


def test_samples_of_nobodys_run_are_not_shown(page):
    shown = page.sort_samples(ALICE.model_dump(), None, "shuffled", "")
    assert "No run is open" in shown[page.compare.samples.list]


def test_what_nobody_foresaw_is_told_by_its_id_alone(page, tuneoff_home):
    run = finished_run(tuneoff_home)
    (run.path / "comparison.json").write_text("{secret")
    said = str(page.open_run(looking(ALICE, run))[page.watch.notice])
    assert "Something unexpected went wrong (error" in said
    assert "secret" not in said


def test_the_recommended_model_is_taken_at_a_click(page):
    key = page.examples[0].key
    page.look_at_example(ALICE.model_dump(), key)
    settings = {**page.examples[0].spec_values, "budget": "1m"}

    def ask(handler, **other: object):
        values = form_values({**settings, **other})
        return handler(ALICE.model_dump(), None, key, None, *(values[name] for name in FIELDS))

    tune = page.tune
    other = ask(page.change_setting)
    assert "Recommended is all-minilm-l6-v2, chosen is smollm2-135m-instruct" in text_of(other[tune.advice])
    assert (other[tune.take_advice].value, other[tune.take_advice].visible) == ("Use all-minilm-l6-v2", True)
    taken = ask(page.take_advice)
    assert taken[tune.fields["model"]] == "all-minilm-l6-v2"
    assert taken[tune.take_advice].visible is False
    assert text_of(taken[tune.advice]).startswith("Recommended, and chosen: all-minilm-l6-v2")
    again = ask(page.take_advice, model="all-minilm-l6-v2")
    assert again[tune.fields["model"]] == "all-minilm-l6-v2", "nothing else is recommended"


def test_its_owner_starts_the_run_that_is_looked_at_again(page, tuneoff_home):
    run = finished_run(tuneoff_home)
    assert page.open_run(looking(ALICE, run))[page.compare.offer].visible is True
    assert page.open_run(looking(BOB, run))[page.compare.offer].visible is False
    lost = page.start_again(looking(ALICE, run))
    assert "is no longer here: an upload is kept for a day" in lost[page.compare.problem].value
    assert "opened by its link" in page.start_again(looking(BOB, run))[page.compare.problem].value
    assert "No run is open" in page.start_again(ALICE.model_dump())[page.compare.problem].value


def test_another_reading_of_the_rows_is_taken_at_a_click(page, tmp_path):
    path = tmp_path / "x.csv"
    rows = "".join(f"form {n},{'noun' if n % 2 else 'verb'},word {n}\n" for n in range(60))
    path.write_text(f"form,class,word\n{rows}")
    tune, stored = page.tune, ALICE.model_dump()
    seen = page.look_at_file(stored, str(path), None)
    said = [seen[button].value for button in tune.take_shape if seen[button].visible]
    wanted = said.index("a text: form → word")
    values = [form_values({})[name] for name in FIELDS]
    taken = page.take_shape(wanted, stored, str(path), None, None, *values)
    assert (taken[tune.fields["task"]], taken[tune.fields["target"]].value) == ("generate", "word")
    assert taken[tune.start].interactive is True
    assert page.take_shape(9, stored, str(path), None, None, *values)[tune.start].interactive is True, (
        "there is no such"
    )
