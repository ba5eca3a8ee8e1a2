"""The page's address says which run is looked at: two tabs can look at two, and a reload or a copied link finds it."""

from typing import Any

import gradio as gr

__all__ = ["keep_address"]

_KEEP = """(visitor) => {
  const address = new URL(location.href);
  if (visitor && visitor.run) address.searchParams.set("run", visitor.run);
  else address.searchParams.delete("run");
  history.replaceState(null, "", address);
}"""


def keep_address(browser: gr.BrowserState, event: Any) -> None:
    """After the event, let the address say what the browser keeps."""
    event.then(None, browser, None, js=_KEEP, api_visibility="private", show_progress="hidden", queue=False)
