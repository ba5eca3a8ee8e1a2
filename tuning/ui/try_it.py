"""The screen that sends one prompt to both models. Knows how to ask the answering process, not how it answers.

The models are loaded by a child process that ends with its answer, so that the server itself never loads one.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuning.errors import InputError, TuneOffError
from tuning.prediction import Prediction
from tuning.report import markup
from tuning.runs.local import worker_env
from tuning.runs.store import Run

__all__ = ["Pair", "TryPage", "TryScreen", "ask", "try_page"]

_LONGEST = 20_000
_LABELS = 5
_EMPTY = ("empty", "Nothing to try yet", "When a run is done, both of its models answer your own prompts here.")


class Pair(BaseModel):
    """Both models' answers to one prompt, as the answering process prints them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    base: list[Prediction] = Field(min_length=1, max_length=1)
    tuned: list[Prediction] = Field(min_length=1, max_length=1)


@dataclass(frozen=True)
class TryPage:
    """What the screen shows of a run before anything is asked."""

    ready: bool
    about: str
    prompt: str = ""
    """An input of the test rows, to begin with."""
    instruction: str = ""


def try_page(run: Run | None) -> TryPage:
    """Whether the run's models can be asked, and what with."""
    if run is None or run.status().active or not run.adapter_path.is_dir():
        return TryPage(False, "")
    dataset = run.dataset()
    answers = run.predictions("tuned")
    return TryPage(True, dataset.name, answers[0].input if answers else "", dataset.instruction)


def ask(
    run: Run, prompt: str, env: Mapping[str, str], *, command: Sequence[str] | None = None, patience_s: float = 240.0
) -> Pair:
    """Both models' answers. Raises `InputError` for a prompt that cannot be asked, `TuneOffError` when none comes."""
    if not prompt.strip():
        raise InputError("The prompt is empty: write what both models should answer.")
    if len(prompt) > _LONGEST:
        raise InputError(f"The prompt has {len(prompt):,} characters; at most {_LONGEST:,} are taken: shorten it.")
    arguments = list(command) if command else [sys.executable, "-m", "tuning.runs.answering", str(run.path.absolute())]
    try:
        done = subprocess.run(
            arguments,
            input=json.dumps({"inputs": [prompt]}).encode(),
            capture_output=True,
            cwd=run.path,
            env=worker_env(run, env),
            timeout=patience_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TuneOffError(f"No answer came within {patience_s:g} s: this machine is busy; try again later.") from error
    except OSError as error:
        raise TuneOffError(f"The answering process cannot be started: {error.strerror or error}.") from error
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise TuneOffError(lines[-1][:500] if lines else f"The answering process ended with code {done.returncode}.")
    try:
        return Pair.model_validate_json(done.stdout)
    except ValidationError as error:
        raise TuneOffError(
            "The answering process did not answer in its agreed form: the models cannot be tried."
        ) from error


def _likely(prediction: Prediction) -> dict[str, float] | None:
    """The likeliest labels for a `gr.Label`; None for generated text."""
    if not prediction.probabilities:
        return None
    ranked = sorted(prediction.probabilities.items(), key=lambda item: -item[1])
    return dict(ranked[:_LABELS])


class TryScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(self) -> None:
        self.notice = gr.HTML(markup.notice(*_EMPTY))
        with gr.Column(visible=False) as self.body:
            self.instruction = gr.Textbox(
                label="What both models are told first", interactive=False, lines=2, max_lines=6
            )
            self.prompt = gr.Textbox(label="Your prompt", lines=4, max_lines=14, max_length=_LONGEST)
            self.send = gr.Button("Ask both models", variant="primary")
            self.problem = gr.HTML(visible=False)
            with gr.Row():
                with gr.Column(min_width=300):
                    self.base = gr.Textbox(label="Base answers", lines=4, max_lines=20, interactive=False)
                    self.base_label = gr.Label(label="Base: how likely each label is", visible=False)
                with gr.Column(min_width=300):
                    self.tuned = gr.Textbox(label="Tuned answers", lines=4, max_lines=20, interactive=False)
                    self.tuned_label = gr.Label(label="Tuned: how likely each label is", visible=False)

    @property
    def outputs(self) -> list[Any]:
        """Every component that `show` changes."""
        return [self.notice, self.body, self.instruction, self.prompt, *self.answer_outputs]

    @property
    def answer_outputs(self) -> list[Any]:
        """What an answer changes."""
        return [self.problem, self.base, self.base_label, self.tuned, self.tuned_label]

    def show(self, page: TryPage) -> dict[Any, Any]:
        """The changes that make the screen ready for the run, or say why it is not."""
        about = ("info", "Ask both models the same", f"Tuned on {page.about}. The first answer takes a while to load.")
        return {
            self.notice: markup.notice(*(about if page.ready else _EMPTY)),
            self.body: gr.Column(visible=page.ready),
            self.instruction: page.instruction,
            self.prompt: page.prompt,
            self.problem: gr.HTML(visible=False),
            self.base: "",
            self.tuned: "",
            self.base_label: gr.Label(None, visible=False),
            self.tuned_label: gr.Label(None, visible=False),
        }

    def show_pair(self, pair: Pair) -> dict[Any, Any]:
        """The changes that show both answers."""
        base, tuned = pair.base[0], pair.tuned[0]
        base_labels, tuned_labels = _likely(base), _likely(tuned)
        return {
            self.problem: gr.HTML(visible=False),
            self.base: base.output,
            self.tuned: tuned.output,
            self.base_label: gr.Label(base_labels, visible=base_labels is not None),
            self.tuned_label: gr.Label(tuned_labels, visible=tuned_labels is not None),
        }

    def show_problem(self, message: str) -> dict[Any, Any]:
        """The changes that say why there is no answer; old answers do not stay beside a new prompt."""
        return {
            self.problem: gr.HTML(markup.notice("error", "No answer", message), visible=True),
            self.base: "",
            self.tuned: "",
            self.base_label: gr.Label(None, visible=False),
            self.tuned_label: gr.Label(None, visible=False),
        }
