"""The page's address says which run is looked at: two tabs can look at two, and a reload or a copied link finds it.

It says the screen too where that does not follow from the run's state, so that a reload stays there. The browser's Back
leads over the screens that were chosen.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

__all__ = ["follow_screens", "heed_clicks", "keep_address", "screen_in"]

_STAYED_ON = ("tune", "try", "runs")
"""Watch and Compare take turns as the run goes on."""
_AT = """const at = (screen) => {
    const address = new URL(location.href);
    if (SCREENS.includes(screen)) address.searchParams.set("screen", screen);
    else address.searchParams.delete("screen");
    return address;
  };""".replace("SCREENS", json.dumps(_STAYED_ON))
_OPEN = """const open = (screen) => [...document.querySelectorAll('[role="tab"]')]
    .find((tab) => tab.offsetParent && tab.dataset.tabId === screen)?.click();"""
_KEEP = """(visitor) => {
  OPEN
  const address = new URL(location.href);
  if (visitor && visitor.run) address.searchParams.set("run", visitor.run);
  else address.searchParams.delete("run");
  const screen = document.querySelector('[role="tab"][aria-selected="true"]')?.dataset.tabId;
  history.replaceState({screen}, "", address);
  const {arrived, asked} = document.body.dataset;
  document.body.dataset.arrived = "yes";
  document.body.dataset.run = visitor?.run || "";
  if (arrived) return;
  const left = SCREENS.find((screen) => screen === address.searchParams.get("screen"));
  if (left) open("watch");
  if (asked || left) open(asked || left);
}""".replace("OPEN", _OPEN).replace("SCREENS", json.dumps(_STAYED_ON))
"""Gradio makes what is on a screen when it is first opened, and what is on Watch follows the run: a page that arrives
on another screen passes by there.
"""
_LISTEN = """() => {
  OPEN
  AT
  document.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (!tab || !event.isTrusted) return;
    const screen = tab.dataset.tabId;
    if (!document.body.dataset.arrived) document.body.dataset.asked = screen;
    else if (!tab.matches('[aria-selected="true"]')) history.pushState({screen}, "", at(screen));
  }, true);
  addEventListener("popstate", ({state}) => {
    const run = new URL(location.href).searchParams.get("run");
    if (!state || (run && run !== document.body.dataset.run)) location.reload();
    else open(state.screen);
  });
}""".replace("OPEN", _OPEN).replace("AT", _AT)
"""A page that arrives opens the screen of its run: not over the head of who has chosen another one meanwhile.

The way back leads over the screens that a visitor chose, so only a click of theirs adds to it; whatever opens by itself
is said in place. Of a run that is no longer shown the page is asked anew.
"""
_FOLLOW = """() => {
  AT
  const address = at("SCREEN");
  const said = history.state?.screen === "SCREEN" && address.href === location.href;
  if (document.body.dataset.arrived && !said) history.replaceState({screen: "SCREEN"}, "", address);
}""".replace("AT", _AT)
"""A page that opens selects its first screen, which nobody chose: what the address says is read before it changes."""
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


def heed_clicks(demo: gr.Blocks) -> None:
    """Let a screen that is chosen before the page has arrived stay chosen, and Back lead to the one before."""
    demo.load(None, None, None, js=_LISTEN, **_QUIET)


def keep_address(browser: gr.BrowserState, event: Any) -> None:
    """After the event, let the address say what the browser keeps."""
    event.then(None, browser, None, js=_KEEP, **_QUIET)


def follow_screens(tabs: Sequence[gr.Tab]) -> None:
    """Let the address say on which of these a visitor is."""
    for tab in tabs:
        tab.select(None, None, None, js=_FOLLOW.replace("SCREEN", str(tab.id)), **_QUIET)


def screen_in(query: Mapping[str, str]) -> str | None:
    """The screen that an address names; None where it names none of ours."""
    said = query.get("screen")
    return said if said in _STAYED_ON else None
