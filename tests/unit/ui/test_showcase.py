"""The finished run that the app opens on: looked at by those who have none, owned by nobody."""

import json
import shutil
from datetime import UTC, datetime

import gradio as gr
import pytest

from tests.unit.ui.builders import ALICE, HOSTILE, context, finished_run, looking
from tuning.errors import RunNotFoundError
from tuning.runs.run import Run
from tuning.ui.context import Context
from tuning.ui.page import Page
from tuning.ui.showcase import Showcase, ShowcaseLabel, find_showcase
from tuning.ui.visitor import looking_at, own_run


@pytest.fixture
def shipped(tmp_path) -> Showcase:
    """A folder as `make showcase` leaves it."""
    run = finished_run(tmp_path / "elsewhere")
    folder = tmp_path / "showcase"
    shutil.copytree(run.path, folder / run.id)
    record = json.loads((folder / run.id / "run.json").read_text(encoding="utf-8"))
    (folder / run.id / "run.json").write_text(json.dumps(record | {"owner": "nobody"}), encoding="utf-8")
    (folder / "label.json").write_text(ShowcaseLabel(machine="Abacus, 2 beads").model_dump_json(), encoding="utf-8")
    found = find_showcase(folder)
    assert found is not None
    return found


@pytest.fixture
def page(tmp_path, shipped) -> Page:
    world = context(tmp_path / "home")
    with gr.Blocks():
        return Page(Context(world.store, world.limits, world.env, world.files, shipped))


def test_who_has_no_run_looks_at_it(page, shipped):
    changes = page.open_run(None)
    assert changes[page.showcase].visible
    assert changes[page.compare.body].visible
    assert page.tabs.selected == "compare"
    assert page.tabs not in changes, "who has gone on to another screen stays there"
    assert "data-run" not in changes[page.watch.notice]
    assert page.run_of(looking(ALICE, shipped.run) | {"run": None}) == shipped.run


def test_who_has_a_run_looks_at_that(page):
    own = finished_run(page.context.store.root)
    changes = page.open_run(looking(ALICE, own))
    assert not changes[page.showcase].visible
    assert page.run_of(looking(ALICE, own)).path == own.path


def test_who_has_a_run_comes_back_to_it_by_its_link(page, shipped):
    finished_run(page.context.store.root)
    changes = page.open_run(looking(ALICE, shipped.run))
    assert changes[page.showcase].visible
    assert f'href="?run={shipped.run.id}"' in shipped.link()


def test_a_run_that_is_gone_is_not_replaced_by_it_but_leads_there(page, shipped):
    changes = page.open_run({"id": ALICE.id, "run": "e" * 32})
    assert not changes[page.showcase].visible
    for notice in (page.watch.notice, page.compare.notice, page.try_it.notice):
        assert f"?run={shipped.run.id}" in changes[notice]
    assert "cannot be shown" in changes[page.compare.notice]


def test_nobody_can_cancel_or_delete_it(page, shipped):
    for visitor in (ALICE, looking_at(ALICE, shipped.run.id)):
        with pytest.raises(RunNotFoundError):
            own_run(page.context.store, visitor)


def test_the_banner_names_model_date_and_machine(shipped):
    banner = shipped.banner()
    assert shipped.run.spec().model in banner
    assert "Abacus, 2 beads" in banner
    assert datetime.fromtimestamp(shipped.run.record().created, tz=UTC).strftime("%d %B %Y") in banner


def test_hostile_names_stay_text(shipped):
    hostile = Showcase(shipped.run, ShowcaseLabel(machine=HOSTILE))
    assert "<script>" not in hostile.banner()
    assert "&lt;script&gt;" in hostile.banner()


def test_without_one_the_page_is_empty_as_before(tmp_path):
    assert find_showcase(tmp_path) is None
    with gr.Blocks():
        page = Page(context(tmp_path))
    changes = page.open_run(None)
    assert not changes[page.showcase].visible
    assert "No comparison yet" in changes[page.compare.notice]


def test_what_is_shipped_is_whole_and_small():
    found = find_showcase()
    assert found is not None, "make showcase"
    comparison = found.run.comparison()
    assert comparison is not None
    assert comparison.verdict is not None
    assert len(found.run.predictions("base")) == len(found.run.predictions("tuned")) == comparison.rows.test
    assert found.run.status().state == "done"
    assert isinstance(found.run, Run)
    assert (found.run.adapter_path / "adapter_model.safetensors").is_file()
    files = [path for path in found.run.path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 8_000_000
    assert found.run.record().owner == "nobody"
