"""The part of the page that offers files."""

import zipfile
from pathlib import Path

from tests.unit.ui.builders import ALICE, BOB, finished_run, looking, new_page, unfinished_run


def taken(changes, page) -> Path:
    """The file that is offered."""
    return Path(changes[page.compare.take_away.file].value["path"])


def test_a_file_is_made_when_it_is_asked_for_below_the_folder_for_files(tmp_path):
    run, page = finished_run(tmp_path), new_page(tmp_path)
    file = taken(page.take_away("adapter", looking(ALICE, run)), page)
    assert [path.name for path in page.context.files.rglob("*.zip")] == [file.name]
    assert "README.md" in zipfile.ZipFile(file).namelist()


def test_the_label_says_what_it_is(tmp_path):
    run, page = finished_run(tmp_path), new_page(tmp_path)
    offered = page.take_away("predictions", looking(BOB, run))[page.compare.take_away.file]
    assert offered.label == "Your download: Predictions (CSV)"


def test_without_a_comparison_the_page_says_why(tmp_path):
    page = new_page(tmp_path)
    said = page.take_away("report", looking(ALICE, unfinished_run(tmp_path)))
    assert "no comparison" in str(said[page.compare.take_away.problem].value)


def test_every_file_has_a_button(tmp_path):
    assert set(new_page(tmp_path).compare.take_away.buttons) == {
        "report",
        "adapter",
        "predictions",
        "samples",
        "charts",
    }
