"""What is said of a run on its way, and of one that did not arrive."""

import gradio as gr
import pytest

from tests.runs_support import Clock, step
from tests.unit.ui.builders import finished_run, unfinished_run
from tuning.events import DevScored, Phase, Sampled, SampledAnswer, Started
from tuning.runs.files import write_text
from tuning.runs.processes import this_process
from tuning.runs.store import Run
from tuning.ui.compare import CompareScreen
from tuning.ui.watch import Clock as Elapsed
from tuning.ui.watch import watch_page
from tuning.ui.watch_screen import WatchScreen


def test_a_run_at_work_says_what_it_does_and_can_be_cancelled(tmp_path):
    run = unfinished_run(tmp_path)
    run.write_worker(this_process())
    page = watch_page(run)
    assert page.title == "Training: step 2 of 100"
    assert page.share == pytest.approx(0.02)
    assert page.clock is not None
    assert page.clock.left == "about 10 s left in this stage"
    assert page.cancel == "Cancel"
    run.request_cancel()
    cancelled = watch_page(run)
    assert "Cancelling" in cancelled.body
    assert cancelled.cancel == "Stop at once, without a comparison"
    assert cancelled.stage != page.stage
    run.append(Phase(at=3.0, name="base", done=1, total=4))
    assert watch_page(run).body.endswith("nothing has been trained yet, so there will be no comparison.")


def test_the_clock_runs_from_the_beginning_of_the_work_to_its_end(tmp_path):
    run = unfinished_run(tmp_path)
    run.write_worker(this_process())
    now = Run(run.path, Clock(64.0))
    assert watch_page(now).clock == Elapsed(
        elapsed=63.0, budget=None, running=True, left="about 10 s left in this stage"
    )
    Run(run.path, Clock(71.0)).finish("failed", "no", 1)
    assert watch_page(now).clock == Elapsed(elapsed=70.0, budget=None, running=False)


def test_the_clock_counts_what_the_start_of_the_process_took(tmp_path):
    run = unfinished_run(tmp_path)
    run.write_worker(this_process())
    run.append(Started(at=1.0, device="cpu", precision="float32", threads=1, before_s=7.0))
    log = run.path / "events.jsonl"
    log.write_text("\n".join(line for line in log.read_text().splitlines()[::-1] if '"started"' in line) + "\n")
    clock = watch_page(Run(run.path, Clock(64.0))).clock
    assert clock is not None
    assert clock.elapsed == 70.0


def test_a_run_with_a_budget_counts_against_it(tmp_path):
    run = unfinished_run(tmp_path)
    run.write_worker(this_process())
    write_text(run.path / "spec.json", run.spec().model_copy(update={"budget": 300.0}).model_dump_json())
    clock = watch_page(run).clock
    assert clock is not None
    assert clock.budget == 300
    assert watch_page(Run(run.path, Clock(91.0))).share == pytest.approx(0.3), "of the time, whatever the stage"


@pytest.mark.parametrize(
    ("number", "of", "said"),
    [
        (2, 50, "step 2"),
        (40, 129, "step 40 of about 130"),
        (129, 129, "step 129 of 129"),
        (9, 20, "step 9 of about 20"),
    ],
)
def test_how_many_steps_a_budget_has_room_for_is_said_once_it_shows(tmp_path, number, of, said):
    run = unfinished_run(tmp_path)
    run.write_worker(this_process())
    write_text(run.path / "spec.json", run.spec().model_copy(update={"budget": 300.0}).model_dump_json())
    run.append(step(number, of))
    assert watch_page(run).title == f"Training: {said}"


def test_what_is_seen_changes_with_what_happens_and_not_with_the_time(tmp_path):
    run = unfinished_run(tmp_path)
    run.write_worker(this_process())
    seen = {watch_page(Run(run.path, Clock(now))).seen for now in (64.0, 65.0)}
    run.append(step(3))
    seen.add(watch_page(run).seen)
    run.request_cancel()
    seen.add(watch_page(run).seen)
    assert len(seen) == 3


def test_a_run_that_learns_shows_its_watched_rows_and_what_its_losses_say(tmp_path):
    run = unfinished_run(tmp_path)
    assert watch_page(run).looks == []
    assert watch_page(run).fit == ""
    answer = SampledAnswer(row=1, input="a", target="b", output="b", score=1)
    run.append(Sampled(at=3.0, step=2, metric="accuracy", answers=[answer]))
    for number, loss in ((3, 1.1), (4, 1.0)):
        run.append(DevScored(at=3.0, step=number, loss=loss))
    page = watch_page(run)
    assert [look.sentence for look in page.looks] == ["1 of 1 watched rows right"]
    assert "still falling" in page.fit


def test_other_parts_count_their_rows(tmp_path):
    run = unfinished_run(tmp_path)
    run.write_worker(this_process())
    run.append(Phase(at=4.0, name="tuned", done=8, total=30))
    assert watch_page(run).title == "The tuned model answers the test rows, in every way it is asked: answer 8 of 30"


def test_a_dead_worker_is_never_shown_as_running(tmp_path):
    run = unfinished_run(tmp_path)
    run.write_worker(this_process().model_copy(update={"create_time": 1.0}))
    page = watch_page(run)
    assert page.title == "This run was interrupted."
    assert "step 2 of 100" in page.body
    assert page.cancel is None
    assert page.phase is None


@pytest.mark.parametrize(
    ("state", "code", "title", "todo"),
    [
        ("failed", 1, "This run failed.", "Start it again"),
        ("failed", 2, "This run failed.", "Change the file, the time or another setting"),
        ("cancelled", 3, "This run was cancelled.", "before there was anything to compare"),
    ],
)
def test_a_run_without_an_outcome_says_why_and_what_to_do(tmp_path, state, code, title, todo):
    run = unfinished_run(tmp_path)
    run.finish(state, "the reason; do that", code)
    page = watch_page(run)
    assert page.title == title
    assert page.body.startswith("the reason; do that. ")
    assert todo in page.body
    assert page.cancel is None


def test_a_finished_run_says_its_verdict_and_what_it_did(tmp_path):
    run = finished_run(tmp_path)
    page = watch_page(run)
    assert page.title == "Done."
    assert page.kind == "info", "whether that is good news is for the verdict to say"
    assert "ccuracy" in page.body
    assert "Training ended after step 2: all passes were done; the adapter of that step is kept." in page.notes
    assert "Warning: cut: text" in page.notes


def test_no_run_says_where_to_start():
    assert "Tune" in watch_page(None).body


def test_until_a_page_knows_its_run_no_screen_says_that_there_is_none():
    with gr.Blocks():
        notices = [screen.notice.value for screen in (WatchScreen(), CompareScreen())]
    assert all("Opening" in notice for notice in notices)
