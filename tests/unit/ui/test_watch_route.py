"""What a page that watches is told: nothing new, what to draw, or that the run is gone."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.runs_support import step
from tests.unit.ui.builders import HOSTILE, unfinished_run
from tuning.runs.processes import this_process
from tuning.runs.store import RunStore
from tuning.ui.watch import watch_page
from tuning.ui.watch_route import News, watch_route


@pytest.fixture
def client(tmp_path):
    return TestClient(Starlette(routes=[watch_route(RunStore(tmp_path))]))


@pytest.fixture
def run(tmp_path):
    run = unfinished_run(tmp_path, text=HOSTILE)
    run.write_worker(this_process())
    return run


def test_who_has_seen_everything_is_told_nothing(client, run):
    seen = watch_page(run).seen
    answer = client.get(f"/watch/{run.id}?seen={seen}")
    assert (answer.status_code, answer.content) == (204, b"")
    run.append(step(3))
    assert client.get(f"/watch/{run.id}?seen={seen}").status_code == 200


def test_what_is_new_is_drawn_as_the_page_draws_it(client, run):
    answer = client.get(f"/watch/{run.id}?seen=")
    page, news = watch_page(run), News.model_validate_json(answer.content)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert news.stage == page.stage
    assert f'data-seen="{page.seen}"' in news.now
    assert "step 2 of 100" in news.now
    assert "&lt;script&gt;" in news.learning
    assert "<script" not in news.now + news.learning


def test_a_cancel_and_an_end_are_another_stage(client, run):
    def stage() -> str:
        return News.model_validate_json(client.get(f"/watch/{run.id}").content).stage

    stages = [stage()]
    run.request_cancel()
    stages.append(stage())
    run.finish("cancelled", "as asked", 3)
    stages.append(stage())
    assert len(set(stages)) == 3


@pytest.mark.parametrize("run_id", ["f" * 32, "..", "%2e%2e%2frun.json", "<script>"])
def test_an_id_that_names_no_run_is_not_found(client, run, run_id):
    assert client.get(f"/watch/{run_id}").status_code == 404


def test_nothing_but_looking_is_possible(client, run):
    assert client.post(f"/watch/{run.id}").status_code == 405
    assert run.cancel_requests() == 0
