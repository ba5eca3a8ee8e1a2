"""The owner's limits: read from the environment, and saying which variable refused what."""

import pytest

from tests.runs_support import prepared
from tuning.errors import LimitError, SettingError
from tuning.runs.limits import Limits


def test_defaults_and_values_from_the_environment():
    assert Limits.from_env({}) == Limits()
    assert Limits.from_env({"TUNEOFF_MAX_DISK_GB": " "}) == Limits()
    limits = Limits.from_env({"TUNEOFF_MAX_MINUTES": "2.5", "TUNEOFF_KEEP_DAYS": "7", "TUNEOFF_HOME": "/x"})
    assert (limits.max_minutes, limits.keep_days, limits.max_queued) == (2.5, 7, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TUNEOFF_MAX_MINUTES", "0"),
        ("TUNEOFF_MAX_MINUTES", "nan"),
        ("TUNEOFF_MAX_WORK", "many"),
        ("TUNEOFF_MAX_ACTIVE", "0"),
        ("TUNEOFF_MAX_QUEUED", "-1"),
        ("TUNEOFF_MAX_DISK_GB", "inf"),
        ("TUNEOFF_KEEP_DAYS", "-3"),
    ],
)
def test_value_that_is_no_limit_is_refused_by_name(name, value):
    with pytest.raises(SettingError) as caught:
        Limits.from_env({name: value})
    assert name in str(caught.value)
    assert repr(value) in str(caught.value)


def test_work_is_rows_times_epochs_times_length():
    data = prepared(3, epochs=2, max_length=100)
    Limits(max_work=600).check(data)
    with pytest.raises(LimitError, match=r"3 training rows × 2 epochs × 100 tokens is 600, but TUNEOFF_MAX_WORK.* 599"):
        Limits(max_work=599).check(data)


def test_visitor_may_have_so_many_runs_and_no_more():
    limits = Limits(max_active=1, max_queued=2)
    limits.check_visitor(2)
    with pytest.raises(LimitError, match=r"3 of your runs.*TUNEOFF_MAX_QUEUED"):
        limits.check_visitor(3)


def test_full_disk_allowance_is_refused():
    limits = Limits(max_disk_gb=1)
    limits.check_disk(999_999_999)
    with pytest.raises(LimitError, match="TUNEOFF_MAX_DISK_GB allows 1"):
        limits.check_disk(1_000_000_000)
