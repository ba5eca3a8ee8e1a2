"""Limits from the environment, and how messages say them."""

import pytest

from tuning.data.limits import ReadLimits
from tuning.errors import SettingError


def test_from_the_environment():
    limits = ReadLimits.from_env({"TUNEOFF_READ_ROWS": "7", "TUNEOFF_READ_SECONDS": "0.5", "TUNEOFF_READ_COLUMNS": " "})
    assert (limits.rows, limits.seconds, limits.columns) == (7, 0.5, ReadLimits().columns)


def test_as_messages_say_them():
    limits = ReadLimits()
    assert limits.most("rows") == "1,000,000 (TUNEOFF_READ_ROWS)"
    assert limits.most("bytes") == "256 MB (TUNEOFF_READ_BYTES)"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ROWS", "0", "should be greater than or equal to 1 (rows), but is '0'"),
        (
            "SECONDS",
            "inf",
            "should be less than or equal to 86400 (seconds until the process reading is ended), but is 'inf'",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, value, message):
    with pytest.raises(SettingError) as caught:
        ReadLimits.from_env({f"TUNEOFF_READ_{name}": value})
    assert str(caught.value) == f"environment variable TUNEOFF_READ_{name} {message}"
