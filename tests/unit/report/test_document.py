"""The report: all of it is there, it asks for nothing, and hostile text stays text."""

import re
from pathlib import Path

import pytest

from tests.unit.ui.builders import HOSTILE, finished_run, unfinished_run
from tests.unit.ui.fragments import Names, text_of
from tests.unit.ui.full_runs import full_run
from tuning.errors import InputError
from tuning.report.document import POLICY, report
from tuning.report.drawing import DARK, LIGHT, Palette
from tuning.spec import Task

ROOT = Path(__file__).parents[3]
SECTIONS = [
    "Is tuning worth it?",
    "Row by row",
    "What got better, what got worse",
    "Every score",
    "By class",
    "How it learned",
    "How far its confidence can be trusted",
    "Can it be believed?",
    "Samples",
    "Data",
    "Settings",
    "Model and machine",
    "Words",
]


def body(html: str) -> str:
    """Without the style sheets."""
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def headings(html: str) -> list[str]:
    return re.findall(r'<h2 class="to-h"><span class="to-num"></span>([^<]*)', html)


def test_everything_has_its_place(tmp_path):
    run = full_run(tmp_path, rows=120)
    html, found = report(run), run.comparison()
    assert found is not None
    assert found.verdict is not None
    assert headings(html) == SECTIONS
    said = text_of(body(html))
    for text in (found.verdict.sentence, "0" * 64, "icd10_chapters.csv", "learning rate", "1 thread", "20 of 120"):
        assert text in said
    assert html.count('<img class="to-light"') == html.count('<img class="to-dark"') == 3 + 1, "losses wide and narrow"


def test_of_a_worse_adapter_it_says_what_to_keep(tmp_path):
    run = full_run(tmp_path, rows=40)
    found = run.comparison()
    assert found is not None
    assert found.verdict is not None
    assert "Another learning rate" not in report(run)
    run.write_comparison(found.model_copy(update={"verdict": found.verdict.model_copy(update={"kind": "worse"})}))
    assert "Another learning rate, more rows or another model may do better." in text_of(body(report(run)))


def test_rows_that_there_was_no_time_for_are_told_in_words(tmp_path):
    run = full_run(tmp_path, rows=40)
    found = run.comparison()
    assert found is not None
    assert "were put aside" not in report(run)
    run.write_comparison(found.model_copy(update={"rows": found.rows.model_copy(update={"test": 30})}))
    assert "30 of the 40 that were put aside were answered and compared" in report(run)


def test_of_generated_text_the_differences_are_marked(tmp_path):
    html = report(full_run(tmp_path, Task.GENERATE, rows=60))
    assert "<del>" in body(html)
    assert "How far its confidence can be trusted" not in headings(html)


def test_the_same_run_gives_the_same_samples(tmp_path):
    run = full_run(tmp_path, rows=60)
    assert re.findall(r"row (\d+)", report(run)) == re.findall(r"row (\d+)", report(run))


def test_hostile_text_is_shown_as_text(tmp_path):
    html = body(report(finished_run(tmp_path, text=HOSTILE)))
    names = Names(html)
    assert not {"script", "iframe", "object", "form", "a", "link"} & names.tags
    assert not {name for name in names.attributes if name.startswith("on")}
    assert {"img", "src"} <= names.tags | names.attributes
    sources = re.findall(r'<(?:img|source)[^>]*?(?:src|srcset)="([^"]*)"', html)
    assert sources
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert "<script>window.pwned=1</script>" in text_of(html)


def test_a_cell_of_100_kb_is_cut_and_its_length_said(tmp_path):
    html = report(finished_run(tmp_path, rows=25, text="x" * 100_000))
    assert "characters)" in html
    assert len(html) < 1_000_000


def test_scripts_and_requests_are_forbidden(tmp_path):
    html = report(finished_run(tmp_path))
    policy = 'http-equiv="Content-Security-Policy" content="default-src &#x27;none&#x27;;'
    assert policy in html
    assert html.index(policy) < html.index("<style>")
    assert "script-src" not in POLICY
    assert "url(" not in html
    assert "@import" not in html


def test_without_a_verdict_the_reason_stands_in_its_place(tmp_path):
    run = finished_run(tmp_path)
    found = run.comparison()
    assert found is not None
    run.write_comparison(found.model_copy(update={"verdict": None}))
    said = text_of(body(report(run)))
    assert "No verdict" in said
    assert "Tuning helped" not in said


def test_a_run_without_a_comparison_has_no_report(tmp_path):
    with pytest.raises(InputError, match="nothing to report"):
        report(unfinished_run(tmp_path))


def variables(css: str, opening: str) -> dict[str, str]:
    """The colours set in the first block after `opening`."""
    block = css.partition(opening)[2].partition("}")[0]
    return dict(re.findall(r"--to-(\w[\w-]*): (#\w+);", block))


def test_the_colours_are_those_of_the_page():
    page, paper = ((ROOT / "assets" / name).read_text(encoding="utf-8") for name in ("style.css", "report.css"))
    light, dark = variables(page, ":root {"), variables(page, ".dark {")
    assert variables(paper, ":root {") == dark

    def meant(palette: Palette) -> dict[str, str]:
        return {name: getattr(palette, name) for name in ("ink", "soft", "line", "better", "worse")}

    for palette, sheet in ((LIGHT, light), (DARK, dark)):
        assert meant(palette) == {name: sheet[name] for name in meant(palette)}
        assert palette.paper == sheet["card"]
