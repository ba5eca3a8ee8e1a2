"""The operations for programs, by name, through `gradio_client`. Whoever has a run's unguessable id may read it.

Every value is checked here again, whatever the caller's library has checked: anyone can call these.
"""

import functools
import html
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import gradio as gr

from tuning.errors import InputError
from tuning.runs.exchange import Reply, Side, read_request
from tuning.runs.inference import Inference
from tuning.runs.store import Run
from tuning.runs.submission import submit
from tuning.ui.context import Context, say
from tuning.ui.data_step import Chosen, DataStep, find_chosen

__all__ = ["PROGRAMS", "add_endpoints"]

PROGRAMS = "programs"
"""Owner of all runs that programs start: their number is limited together, and no visitor has them in a list."""

_Args = ParamSpec("_Args")
_Answer = TypeVar("_Answer")


def add_endpoints(context: Context, data: DataStep, inference: Inference) -> None:
    """Add `/inspect`, `/start`, `/status`, `/comparison` and `/predict` to the `gr.Blocks` being built."""
    _add_file_endpoints(context, data)
    _add_run_endpoints(context, inference)


def _add_file_endpoints(context: Context, data: DataStep) -> None:
    """Those that take files: through components, since Gradio checks a path only where a `gr.File` takes it."""

    @_refusing
    def inspect(file: str | None, settings: dict[str, Any] | None = None, test: str | None = None) -> dict[str, Any]:
        """What is in a file of examples and what a run would make of it: shape, findings, cleaning plan, splits."""
        return data.look(_chosen(file, test), _object(settings)).found.model_dump(mode="json")

    @_refusing
    def start(file: str | None, settings: dict[str, Any] | None = None, test: str | None = None) -> dict[str, Any]:
        """Start a run on a file of examples; where it stands, with its id, which is all that opens it."""
        prepared = data.prepared(_chosen(file, test), _object(settings))
        run = submit(context.store, prepared, owner=PROGRAMS, limits=context.limits, env=context.env)
        return run.status().model_dump(mode="json")

    for operation in (inspect, start):
        given = [gr.File(visible=False), gr.JSON(visible=False), gr.File(visible=False)]
        for component, label in zip(given, ("file", "settings", "test"), strict=True):
            component.label = label
        name = operation.__name__
        trigger = gr.Button(name, visible=False)
        trigger.click(operation, given, gr.JSON(visible=False, label="answer"), api_name=name, show_progress="hidden")


def _add_run_endpoints(context: Context, inference: Inference) -> None:
    """Those that take the id of a run."""

    @_refusing
    def status(run_id: str) -> dict[str, Any]:
        """Where a run stands: state, phase, step, seconds left, message, verdict."""
        return _open(context, run_id).status().model_dump(mode="json")

    @_refusing
    def comparison(run_id: str) -> dict[str, Any] | None:
        """The comparison of a run as it stands in `comparison.json`; null before it is made."""
        found = _open(context, run_id).comparison()
        return found.model_dump(mode="json", by_alias=True) if found else None

    @_refusing
    def predict(  # noqa: PLR0913, PLR0917 - what a program sets, it sets by name
        run_id: str,
        prompt: str,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int = 0,
        max_new_tokens: int | None = None,
    ) -> dict[str, Any]:
        """Both models' answers to one prompt, asked as the test rows were, with their times."""
        settings = {"temperature": temperature, "top_p": top_p, "seed": seed, "max_new_tokens": max_new_tokens}
        return _ask(inference, _open(context, run_id), prompt, settings)

    gr.api(status, api_name="status", queue=False)
    gr.api(comparison, api_name="comparison", queue=False)
    gr.api(predict, api_name="predict", concurrency_limit=4)


def _refusing(operation: Callable[_Args, _Answer]) -> Callable[_Args, _Answer]:
    """The operation, whose refusals Gradio shows; it shows them as HTML, hence escaped."""

    @functools.wraps(operation)
    def operate(*args: _Args.args, **kwargs: _Args.kwargs) -> _Answer:
        try:
            return operation(*args, **kwargs)
        except Exception as error:
            raise gr.Error(html.escape(say(error)), print_exception=False) from error

    return operate


def _open(context: Context, run_id: object) -> Run:
    return context.store.open(str(run_id))


def _chosen(file: str | None, test: str | None) -> Chosen:
    return find_chosen(file, None, test, ())


def _object(settings: object) -> dict[str, Any]:
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise InputError(f"settings must be an object of names and values, but are a {type(settings).__name__}")
    return settings


def _ask(inference: Inference, run: Run, prompt: object, settings: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(prompt, str):
        raise InputError(f"prompt must be a text, but is a {type(prompt).__name__}")
    *_, reply = inference.ask(read_request(run.path, prompt, settings))
    assert isinstance(reply, Reply)
    return {"base": _told(reply.base), "tuned": _told(reply.tuned), "prompt_cut": reply.prompt_cut}


def _told(side: Side) -> dict[str, Any]:
    return side.model_dump(mode="json", exclude={"over"})
