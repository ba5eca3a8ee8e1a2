"""The part of the page that offers files."""

import zipfile
from pathlib import Path

from tests.unit.ui.builders import ALICE, BOB, finished_run, looking, new_page, unfinished_run
from tuning.runs.card import model_card


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


def test_rows_with_personal_data_are_told_beside_the_buttons_and_in_the_card(tmp_path):
    run, page = finished_run(tmp_path), new_page(tmp_path)
    place = page.compare.take_away.personal
    assert page.open_run(looking(ALICE, run))[place].visible is False
    assert "personal data" not in model_card(run)
    kept = run.path / "dataset.json"
    kept.write_text(run.dataset().model_copy(update={"personal": 3}).model_dump_json(), encoding="utf-8")
    told = page.open_run(looking(ALICE, run))[place]
    assert told.visible
    assert "3 rows of the data hold personal data or keys" in told.value
    assert "in 3 rows of its data, test rows included, personal data or keys were found" in model_card(run)
