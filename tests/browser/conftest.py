"""One app and one Chromium for all browser tests; every test has a browser context, that is a visitor, of its own."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.app_server import App, serve
from tests.runs_support import wait_until
from tuning.runs.queue import Place
from tuning.runs.store import Run, RunStore

PATIENCE_MS = 60_000
"""For what takes no model; the machines that test are slow."""


@pytest.fixture(scope="session")
def app(tmp_path_factory) -> Iterator[App]:
    with serve(tmp_path_factory.mktemp("app")) as app:
        yield app


@pytest.fixture(scope="session")
def browser(chromium) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=str(chromium), args=flags)
        yield browser
        browser.close()


@pytest.fixture
def visit(app: App, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open the app as a new visitor, who has seen enough of the showcase unless `stay` says otherwise.

    An error of the page's scripts or of the server fails the test, as does what the content security policy forbids.
    """
    contexts, complaints = [], []

    def open_page(query: str = "", *, stay: bool = False, width: int = 1200, height: int = 900) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(error.stack or str(error)))
        page.on(
            "console", lambda told: complaints.append(told.text) if "Content Security Policy" in told.text else None
        )
        page.on("response", lambda told: complaints.append(f"{told.status} {told.url}") if told.status >= 500 else None)
        page.goto(f"{app.url}/{query}")
        expect(page.get_by_role("heading", name="Tune-Off")).to_be_visible()
        if "run=" not in query and not stay:
            page.get_by_role("button", name="Use your own data").click()
            expect(page.get_by_role("tab", name="Tune", selected=True)).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def taken(app: App) -> Iterator[None]:
    """The machine's one slot is held, as by a run that trains; whoever still waits at the end is sent away."""

    def waiting() -> list[Run]:
        return [run for run in RunStore(app.home).list() if run.status().state in {"starting", "queued"}]

    with Place(app.home, "f" * 32) as place:
        assert place.wait(lambda: False)
        yield
        for run in waiting():
            run.request_cancel()
        wait_until(lambda: not waiting(), "nobody waits", seconds=60)
