"""The layout of the screen of a run on its way. Knows a `WatchPage`; no folder, and whose run it is only as told."""

from typing import Any

import gradio as gr

from tuning.report import markup
from tuning.ui.longer import LongerButton
from tuning.ui.watch import OPENING, WatchPage
from tuning.ui.watch_markup import access_part, learning_part, now_part
from tuning.ui.watch_script import learning_html, now_html

__all__ = ["WatchScreen"]


class WatchScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(self) -> None:
        self.notice = now_html(markup.notice(*OPENING))
        self.cancel = gr.Button("Cancel", visible=False, size="md", elem_classes="to-cancel")
        self.longer = LongerButton()
        self.access = gr.HTML(elem_classes="to-access")
        self.learning = learning_html()

    @property
    def outputs(self) -> list[Any]:
        """Every component that `show` changes."""
        return [self.notice, self.cancel, self.access, self.learning]

    def show(self, page: WatchPage, *, own: bool = False) -> dict[Any, Any]:
        """The changes that make the screen say what the page says; who does not own the run cannot cancel it."""
        return {
            self.notice: now_part(page),
            self.cancel: gr.Button(page.cancel or "Cancel", visible=own and page.cancel is not None),
            self.access: access_part(page, own=own),
            self.learning: learning_part(page),
        }
