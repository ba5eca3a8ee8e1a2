"""Start again with more time, offered beside a run that ended because its time was too short. Knows a run's folder.

The rows are those that the run has, so the file need not be there any more.
"""

from typing import Any

import gradio as gr

from tuning.data.examples import Prepared
from tuning.data.findings import count_of
from tuning.errors import InputError
from tuning.runs.forecasting import minutes_needed
from tuning.runs.store import Run

__all__ = ["LongerButton", "longer"]


class LongerButton:
    """The button, and what of it changes."""

    def __init__(self) -> None:
        self.button = gr.Button(visible=False, variant="primary", size="lg", elem_classes="to-start")

    def show(self, run: Run | None) -> dict[Any, Any]:
        """The changes that offer as much time as a run needs; they hide the button of any other run."""
        minutes = minutes_needed(run) if run is not None else None
        said = f"Start again with {count_of(minutes, 'minute')}" if minutes is not None else ""
        return {self.button: gr.Button(said, visible=minutes is not None)}


def longer(run: Run) -> Prepared:
    """The same run with as much time as it needs. Raises `InputError` for a run that did not lack time."""
    minutes = minutes_needed(run)
    if minutes is None:
        raise InputError(f"run {run.id} did not end for lack of time; start it again under Runs")
    spec = run.spec().model_copy(update={"budget": 60.0 * minutes})
    return Prepared(spec=spec, dataset=run.dataset(), splits=run.splits())
