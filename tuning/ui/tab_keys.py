"""Arrow keys, Home and End lead from tab to tab, as whoever hears "tab" expects; Enter opens. Knows no screen.

Gradio makes each tab a stop of its own and no more; the pattern is that of manual activation in the ARIA Authoring
Practices Guide.
"""

from typing import Any

import gradio as gr

__all__ = ["heed_keys"]

_LISTEN = """() => {
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.('[role="tab"]');
    if (!tab || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const tabs = [...tab.parentElement.querySelectorAll('[role="tab"]')].filter((one) => one.offsetParent);
    const here = tabs.indexOf(tab), last = tabs.length - 1;
    const to = {ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    tabs[to < 0 ? last : to > last ? 0 : to].focus();
  });
}"""


def heed_keys(demo: gr.Blocks) -> None:
    """Let the keys that move between tabs do so."""
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    demo.load(None, None, None, js=_LISTEN, **quiet)
