"""The page's address says which run is looked at: two tabs can look at two, and a reload or a copied link finds it.

It says the screen too where that does not follow from the run's state, so that a reload stays there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

__all__ = ["follow_screens", "heed_early_clicks", "keep_address", "screen_in"]

_KEEP = """(visitor) => {
  const address = new URL(location.href);
  if (visitor && visitor.run) address.searchParams.set("run", visitor.run);
  else address.searchParams.delete("run");
  history.replaceState(null, "", address);
  const {arrived, asked} = document.body.dataset;
  document.body.dataset.arrived = "yes";
  if (arrived || !asked) return;
  const tabs = [...document.querySelectorAll('[role="tab"]')].filter((tab) => tab.offsetParent);
  tabs.find((tab) => tab.textContent.trim() === asked)?.click();
}"""
_LISTEN = """() => {
  document.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab && !document.body.dataset.arrived) document.body.dataset.asked = tab.textContent.trim();
  }, true);
}"""
"""A page that arrives opens the screen of its run: not over the head of who has chosen another one meanwhile."""
_FOLLOW = """() => {
  if (!document.body.dataset.arrived) return;
  const address = new URL(location.href);
  address.searchParams.SAY;
  history.replaceState(null, "", address);
}"""
"""A page that opens selects its first screen, which nobody chose: what the address says is read before it changes."""
_STAYED_ON = ("tune", "try", "runs")
"""Watch and Compare take turns as the run goes on."""
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


def heed_early_clicks(demo: gr.Blocks) -> None:
    """Let a screen that is chosen before the page has arrived stay chosen."""
    demo.load(None, None, None, js=_LISTEN, **_QUIET)


def keep_address(browser: gr.BrowserState, event: Any) -> None:
    """After the event, let the address say what the browser keeps."""
    event.then(None, browser, None, js=_KEEP, **_QUIET)


def follow_screens(tabs: Sequence[gr.Tab]) -> None:
    """Let the address say on which of these a visitor is."""
    for tab in tabs:
        said = f'set("screen", "{tab.id}")' if tab.id in _STAYED_ON else 'delete("screen")'
        tab.select(None, None, None, js=_FOLLOW.replace("SAY", said), **_QUIET)


def screen_in(query: Mapping[str, str]) -> str | None:
    """The screen that an address names; None where it names none of ours."""
    said = query.get("screen")
    return said if said in _STAYED_ON else None
