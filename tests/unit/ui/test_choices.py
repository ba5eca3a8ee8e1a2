"""What was chosen and not started: kept for whoever chose it, and for nobody else."""

import os

import pytest

from tests.unit.ui.builders import ALICE, BOB
from tuning.errors import FileError
from tuning.ui import choices as module
from tuning.ui.choices import Choices, KeptChoices


@pytest.fixture
def kept(tmp_path):
    return KeptChoices(tmp_path / "choices")


def test_only_who_chose_it_comes_back_to_it(kept):
    chosen = Choices(example="icd10", settings={"budget": "2m", "epochs": 2, "plan": {"steps": []}})
    assert kept.find(ALICE) is None
    kept.keep(ALICE, chosen)
    assert kept.find(ALICE) == chosen
    assert kept.find(BOB) is None
    kept.forget(ALICE)
    assert kept.find(ALICE) is None
    kept.forget(ALICE)


def test_the_last_choice_counts(kept):
    for budget in ("1m", "2m"):
        kept.keep(ALICE, Choices(example="icd10", settings={"budget": budget}))
    found = kept.find(ALICE)
    assert found is not None
    assert found.settings == {"budget": "2m"}


@pytest.mark.parametrize("field", ["file", "test"])
def test_a_file_that_is_gone_is_told_once(kept, tmp_path, field):
    path = tmp_path / "mine.csv"
    path.write_text("a,b\n")
    kept.keep(ALICE, Choices.model_validate({"example": "icd10", field: str(path), "settings": {}}))
    assert kept.find(ALICE) is not None
    path.unlink()
    with pytest.raises(FileError, match=r"'mine\.csv' is no longer here.*choose it again"):
        kept.find(ALICE)
    assert kept.find(ALICE) is None


def test_what_is_not_ours_counts_as_nothing(kept):
    kept.keep(ALICE, Choices(example="icd10", settings={}))
    place = next(kept.folder.iterdir())
    assert ALICE.id not in place.name
    place.write_text("{half")
    assert kept.find(ALICE) is None


def test_strangers_leave_little(kept, monkeypatch):
    monkeypatch.setattr(module, "_MOST_KEPT", 2)
    kept.keep(BOB, Choices(example="icd10", settings={}))
    os.utime(next(kept.folder.iterdir()), (1, 1))
    for digit in "cd":
        kept.keep(ALICE.model_copy(update={"id": digit * 32}), Choices(example="icd10", settings={}))
    assert len(list(kept.folder.iterdir())) == 2
    assert kept.find(BOB) is None, "the oldest goes"
    kept.keep(ALICE, Choices(example="icd10", settings={}))
    kept.keep(ALICE, Choices(example="icd10", settings={"instruction": "x" * 60_000}))
    assert kept.find(ALICE) is None, "too much is not kept, and what it replaced no longer holds"


def test_a_full_disk_only_means_that_nothing_is_kept(tmp_path):
    (tmp_path / "choices").write_text("a file where the folder should be")
    kept = KeptChoices(tmp_path / "choices")
    kept.keep(ALICE, Choices(example="icd10", settings={}))
    kept.forget(ALICE)
    assert kept.find(ALICE) is None
