"""What is promised of a file is what the app is set to do."""

import os
import threading
import time

import pytest

from tests.unit.ui.builders import context
from tuning.ui.context import clear_old_files
from tuning.ui.privacy import KEPT_UPLOADS_S, privacy
from tuning.ui.serving import sweep_hourly


@pytest.mark.parametrize(
    ("days", "on_space", "said"),
    [
        (30, False, ("the machine that runs this app", "at most 30 days after", "whoever runs this machine could")),
        (1, True, ("the machine of this Space", "at most a day after", "the owner of this Space, and Hugging Face")),
    ],
)
def test_it_says_where_a_file_goes_who_can_see_it_and_when_it_goes(days, on_space, said):
    sentence = privacy(days, on_space=on_space)
    for words in (*said, "the upload is deleted after a day", "delete it under Runs", "secret link"):
        assert words in sentence


def test_an_upload_is_deleted_after_the_time_that_is_named(tmp_path):
    upload = tmp_path / "abc" / "mine.csv"
    upload.parent.mkdir()
    upload.write_text("text,label")
    now = time.time()
    for age, there in ((KEPT_UPLOADS_S - 60, True), (KEPT_UPLOADS_S + 60, False)):
        os.utime(upload.parent, (now - age, now - age))
        clear_old_files(tmp_path, older_than_s=KEPT_UPLOADS_S)
        assert upload.exists() is there


def test_the_server_tidies_up_by_itself(tmp_path):
    world, stop = context(tmp_path), threading.Event()
    old = world.files / "abc"
    old.mkdir(parents=True)
    os.utime(old, (1, 1))
    stop.set()
    sweep_hourly(world, stop).join()
    assert not old.exists()
