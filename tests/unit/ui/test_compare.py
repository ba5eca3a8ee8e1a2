"""What the comparison screen says of each kind of run."""

import json
from typing import Any

import gradio as gr

from tests.unit.ui.builders import finished_run, unfinished_run
from tests.unit.ui.full_runs import full_run
from tuning.runs.processes import this_process
from tuning.runs.store import Run
from tuning.scoring.comparison import Comparison
from tuning.spec import Task
from tuning.ui.compare import CompareScreen, compare_page

LATER_KEYS = {"ladder", "headline", "variants", "clean", "gain", "slices", "forgetting", "noise", "reliability"}
SECTIONS = {
    "Is tuning worth it?",
    "What got better, what got worse",
    "Every score",
    "By class",
    "How far its confidence can be trusted",
    "How it learned",
    "Can it be believed?",
}


def shown(run: Run) -> dict[str, Any]:
    """What the screen says of a run, by the name of the component."""
    with gr.Blocks():
        screen = CompareScreen()
    changes = screen.show(compare_page(run), run)
    return {name: changes[part] for name, part in vars(screen).items() if part in screen.outputs and part in changes}


def sections(run: Run) -> set[str]:
    said = shown(run)
    page = f"{said['top']}{said['parts']}{said['middle']}{said['end']}"
    return {title for title in SECTIONS if f">{title}<small>" in page}


def test_a_finished_run_says_its_verdict(tmp_path):
    run = finished_run(tmp_path)
    page = compare_page(run)
    assert page.kind == "better"
    assert page.comparison == run.comparison()
    assert page.about[0] == "text.csv"


def judged(run: Run, rung: str, **verdict: object) -> Comparison:
    """The run's comparison with parts of its verdict changed, tuned held against that rung."""
    found = run.comparison()
    assert found is not None
    assert found.verdict is not None
    assert found.headline is not None
    changed = {"verdict": found.verdict.model_copy(update=verdict)}
    return found.model_copy(update={**changed, "headline": found.headline.model_copy(update={"rung": rung})})


def test_of_a_worse_adapter_it_says_what_to_keep_and_what_may_help(tmp_path):
    run = full_run(tmp_path, rows=40)
    simpler, base = judged(run, "tfidf", kind="worse"), judged(run, "base", kind="worse")
    for found, kept in ((simpler, "what is best without tuning: Counting words (TF-IDF)"), (base, "the base")):
        run.write_comparison(found)
        assert compare_page(run).body.startswith(f"Keep {kept}. Another learning rate, more rows")
        rows = found.rows.model_copy(update={"train": 48, "unseen": 643})
        assert found.verdict is not None
        verdict = found.verdict.model_copy(update={"unfinished": True})
        run.write_comparison(found.model_copy(update={"rows": rows, "verdict": verdict}))
        assert compare_page(run).body.startswith(f"For now, keep {kept}. Training had time for 48 of 691 rows")


def test_of_what_is_not_worth_it_the_simpler_way_is_named(tmp_path):
    run = full_run(tmp_path, rows=40)
    for rung, named in (("tfidf", "counting words (TF-IDF)"), ("base", "the base as it is")):
        run.write_comparison(judged(run, rung, worth_it=False))
        assert compare_page(run).body.startswith(f"Take what is simpler: {named}. More rows, or another model, may")


def test_only_its_owner_is_told_how_to_start_it_again(tmp_path):
    run = full_run(tmp_path, rows=40)
    run.write_comparison(judged(run, "base", worth_it=False))
    assert compare_page(run, own=True).body.endswith("that: “Change and start again” keeps what was set here.")
    assert compare_page(run).body.endswith("may change that.")


def test_its_owner_is_told_that_the_address_is_a_secret(tmp_path):
    run = full_run(tmp_path, rows=40)
    with gr.Blocks():
        screen = CompareScreen()
    assert "which is this page's address too" in screen.show(compare_page(run, own=True), run)[screen.end]
    assert "address" not in screen.show(compare_page(run), run)[screen.end]


def test_no_run_and_a_run_on_its_way_say_so(tmp_path):
    assert compare_page(None).title == "No comparison yet"
    run = unfinished_run(tmp_path)
    run.write_worker(this_process())
    assert compare_page(run).title == "Not yet"
    assert compare_page(run).comparison is None


def test_a_failed_run_says_why_and_shows_no_verdict(tmp_path):
    run = unfinished_run(tmp_path)
    run.finish("failed", "3 of 16 rows differ.", 1)
    page = compare_page(run)
    assert page.title == "This run failed."
    assert page.body.startswith("3 of 16 rows differ.")
    assert page.comparison is None


def test_everything_in_a_comparison_has_its_place(tmp_path):
    run = full_run(tmp_path, rows=80)
    assert sections(run) == SECTIONS
    said = shown(run)
    assert "Tuning helped" in str(said["notice"])
    assert "ended after step 150: all passes were done" in str(said["end"])
    assert "training step" in str(said["end"])


def test_generated_text_has_no_classes(tmp_path):
    left_out = {"By class", "How far its confidence can be trusted"}
    assert sections(full_run(tmp_path, Task.GENERATE, rows=40)) == SECTIONS - left_out


def test_of_a_first_version_only_what_it_has_is_shown(tmp_path):
    run = finished_run(tmp_path)
    path = run.path / "comparison.json"
    whole = json.loads(path.read_text())
    path.write_text(json.dumps({key: value for key, value in whole.items() if key not in LATER_KEYS} | {"schema": 1}))
    assert sections(run) == {"Every score", "By class", "How it learned", "Can it be believed?"}
    assert "better" in str(shown(run)["top"])


def test_counts_parts_and_cells_choose_samples(tmp_path):
    run = full_run(tmp_path, rows=40)
    with gr.Blocks():
        screen = CompareScreen()
    changes = screen.show(compare_page(run), run)
    assert "&quot;fixed&quot;" in changes[screen.samples.flips]
    assert "every test row" in changes[screen.samples.list]
    for side in ("part", "cell"):
        assert f"&quot;by&quot;:&quot;{side}&quot;" in changes[screen.parts]
    assert [value for _, value in changes[screen.samples.order].choices] == ["shuffled", "change", "mistakes"]


def test_without_a_verdict_there_are_no_two_big_numbers(tmp_path):
    run = finished_run(tmp_path)
    found = run.comparison()
    assert found is not None
    run.write_comparison(found.model_copy(update={"verdict": None}))
    said = shown(run)
    assert str(said["top"]) == str(said["middle"]) == "", "what is not to be trusted is not shown as good news"
    assert "No verdict" in str(said["notice"])
