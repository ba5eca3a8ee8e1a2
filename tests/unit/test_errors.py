"""Errors carry the exit code that the command line promises."""

import logging

import pytest

from tuning import errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.TuneOffError, 1),
        (errors.IntegrityError, 1),
        (errors.InterruptedRunError, 1),
        (errors.FileError, 2),
        (errors.ColumnError, 2),
        (errors.SettingError, 2),
        (errors.ModelError, 2),
        (errors.RunNotFoundError, 2),
        (errors.LimitError, 2),
        (errors.CancelledError, 3),
    ],
)
def test_exit_codes(error, code):
    assert error("x").exit_code == code
    assert isinstance(error("x"), errors.TuneOffError)


def test_every_error_is_public():
    classes = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert classes == {name for name in errors.__all__ if name != "describe_unexpected"}


def test_an_unexpected_error_is_logged_whole_and_shown_by_id(caplog):
    log = logging.getLogger("test")
    try:
        raise KeyError("secret detail")
    except KeyError as error:
        shown = errors.describe_unexpected(error, log)
    [record] = caplog.records
    assert str(record.args[0]) in shown
    assert record.exc_info is not None
    assert "KeyError" in shown
    assert "secret detail" not in shown
    assert "\n" not in shown
