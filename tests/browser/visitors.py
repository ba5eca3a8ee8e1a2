"""What visitors do that takes a trick, and who they are to the server, so that tests can leave runs of theirs."""

import json
from typing import Any

from playwright.sync_api import Page, Request

from tuning.ui.visitor import Visitor

__all__ = ["settle", "unfold", "visitor_behind"]

_DRAWN_TWICE = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


def settle(page: Page) -> None:
    """Wait until what has just come into sight is filled.

    Gradio makes fields when they are first seen and fills them a moment later; what is typed between is lost.
    """
    page.evaluate(_DRAWN_TWICE)


def unfold(page: Page, name: str) -> None:
    """Open a fold of the form and see what stands in it."""
    page.get_by_role("button", name=name).click()
    settle(page)


def visitor_behind(page: Page) -> Visitor:
    """The visitor, as the page names it when the list of runs is opened."""
    with page.expect_request(lambda request: _stored(request) is not None) as sent:
        page.get_by_role("tab", name="Runs", exact=True).click()
    return Visitor.model_validate(_stored(sent.value))


def _stored(request: Request) -> dict[str, Any] | None:
    """What the browser keeps, if the request carries it first."""
    if request.method != "POST" or not request.url.partition("?")[0].endswith(("/run/predict", "/queue/join")):
        return None
    data = json.loads(request.post_data or "{}").get("data") or [None]
    return data[0] if isinstance(data[0], dict) and set(data[0]) == {"id", "run"} else None
