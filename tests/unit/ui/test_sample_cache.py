"""Samples are read once, and anew when their files change; what is kept has a bound."""

import pytest

from tests.unit.ui.builders import finished_run, unfinished_run
from tuning.errors import InputError
from tuning.ui.sample_cache import SampleCache


def test_a_run_is_read_once(tmp_path):
    cache, run = SampleCache(), finished_run(tmp_path)
    first = cache.judged(run)
    assert cache.judged(run) is first
    assert len(first.samples.all) == 30


def test_changed_files_are_read_anew(tmp_path):
    cache, run = SampleCache(), finished_run(tmp_path)
    first = cache.judged(run)
    run.write_predictions("tuned", run.predictions("tuned")[:5])
    assert len(cache.judged(run).samples.all) == 5
    assert cache.judged(run) is not first


def test_beyond_its_bound_the_oldest_is_dropped(tmp_path):
    runs = [finished_run(tmp_path / name) for name in "ab"]
    cache = SampleCache(most_bytes=1)
    first = cache.judged(runs[0])
    assert cache.judged(runs[0]) is first
    cache.judged(runs[1])
    assert cache.judged(runs[0]) is not first


def test_a_run_without_a_comparison_has_no_samples(tmp_path):
    with pytest.raises(InputError, match="no comparison"):
        SampleCache().judged(unfinished_run(tmp_path))
