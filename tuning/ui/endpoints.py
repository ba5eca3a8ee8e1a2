"""The operations for programs, by name, through `gradio_client`. Whoever has a run's unguessable id may read it."""

import html
from typing import Any

import gradio as gr

from tuning.errors import InputError
from tuning.runs.store import Run, RunStore

__all__ = ["add_endpoints"]


def add_endpoints(store: RunStore) -> None:
    """Add `/status` and `/comparison`, each of which takes a run's id, to the `gr.Blocks` being built."""

    def status(run_id: str) -> dict[str, Any]:
        """Where a run stands: state, phase, step, seconds left, message, verdict."""
        return _open(store, run_id).status().model_dump(mode="json")

    def comparison(run_id: str) -> dict[str, Any] | None:
        """The comparison of a run as it stands in `comparison.json`; null before it is made."""
        found = _open(store, run_id).comparison()
        return found.model_dump(mode="json", by_alias=True) if found else None

    gr.api(status, api_name="status", queue=False)
    gr.api(comparison, api_name="comparison", queue=False)


def _open(store: RunStore, run_id: str) -> Run:
    """The run, or an error that Gradio shows; it shows it as HTML, hence escaped."""
    try:
        return store.open(str(run_id))
    except InputError as error:
        raise gr.Error(html.escape(str(error)), print_exception=False) from error
