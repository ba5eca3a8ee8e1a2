"""Three visitors on a machine that is taken: each sees its place, and the others move up when one gives up."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tuning.data.bundled import bundled_examples

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("embedded_model", "taken")]

STARTING_MS = 180_000
"""For a run's process, which the machines that test may be slow to start."""


def start_a_run(page: Page) -> None:
    page.get_by_label(bundled_examples()[0].title).check()
    start = page.get_by_role("button", name="Start tuning")
    expect(start).to_be_enabled()
    start.click()


def expect_place(page: Page, number: int) -> None:
    expect(page.get_by_text(f"Waiting, number {number} in the queue", exact=True)).to_be_visible(timeout=STARTING_MS)


def cancel(page: Page) -> None:
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("This run was cancelled.").first).to_be_visible()
    expect(page.get_by_text("nothing was trained").first).to_be_visible()


def test_three_visitors_wait_their_turn(visit: Callable[..., Page]):
    pages = [visit() for _ in range(3)]
    for number, page in enumerate(pages, 1):
        start_a_run(page)
        expect_place(page, number)
    first, second, third = pages
    third.reload()
    expect_place(third, 3)
    cancel(second)
    expect_place(third, 2)
    expect_place(first, 1)
    cancel(first)
    expect_place(third, 1)
    third.get_by_role("tab", name="Runs", exact=True).click()
    expect(third.get_by_label(re.compile("queued"))).to_have_count(1)
