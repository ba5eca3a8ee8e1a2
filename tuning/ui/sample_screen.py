"""The part of the comparison that shows rows: the four counts, search and order, the list. Knows a finished run."""

from typing import Any

import gradio as gr

from tuning.report.markup import heading
from tuning.runs.store import Run
from tuning.spec import Task
from tuning.ui.filters import Every, Filter, OfKind, choose
from tuning.ui.flips import count_table
from tuning.ui.picking import picking_html
from tuning.ui.sample_cache import SampleCache
from tuning.ui.sample_list import sample_list
from tuning.ui.sample_pages import MOST_SEARCHED, View, sample_page

__all__ = ["SampleScreen"]

_ORDERS = [("Shuffled", "shuffled"), ("Biggest change", "change")]
_MISTAKES = ("Tuned's confident mistakes first", "mistakes")
_EVERY = Every().model_dump()


class SampleScreen:
    """The layout of the part, and what of it changes."""

    def __init__(self) -> None:
        self.cache = SampleCache()
        told = heading("", "Row by row", "what tuning fixed and what it broke; choose a count to see its rows")
        gr.HTML(told, elem_id="rows")
        self.flips = picking_html()
        with gr.Row(elem_classes="to-seeking"):
            self.search = gr.Textbox(
                label="Search in inputs, targets and answers",
                placeholder="any part of a text",
                max_length=MOST_SEARCHED,
                max_lines=1,
                min_width=320,
            )
            self.order = gr.Radio(_ORDERS, value="shuffled", label="Order", min_width=320)
        self.list = picking_html(elem_id="samples")
        self.filter = gr.State(_EVERY)

    @property
    def outputs(self) -> list[Any]:
        """What a filter, another order or a turned page changes."""
        return [self.flips, self.list, self.filter]

    @property
    def opened_outputs(self) -> list[Any]:
        """What another run changes."""
        return [*self.outputs, self.search, self.order]

    def open(self, run: Run) -> dict[Any, Any]:
        """The changes that show a run's samples from their beginning."""
        known = self.cache.judged(run).samples.by_probability
        orders = [*_ORDERS, _MISTAKES] if known else _ORDERS
        cleared = {self.search: "", self.order: gr.Radio(orders, value="shuffled")}
        return {**cleared, **self.show(run, Every(), View())}

    def show(self, run: Run, wanted: Filter, view: View) -> dict[Any, Any]:
        """The changes that show a page of the samples that were chosen."""
        judged = self.cache.judged(run)
        found = judged.comparison
        page = sample_page(judged.samples, choose(wanted, found, judged.leaked), view)
        kind = wanted.kind if isinstance(wanted, OfKind) else None
        return {
            self.flips: count_table(found, kind),
            self.list: sample_list(page, found.primary, labels=found.task is Task.CLASSIFY),
            self.filter: wanted.model_dump(),
        }
