"""The screen that sends one prompt to both models: its layout, and what of it changes. Knows a run, not who answers."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

import gradio as gr

from tuning.engine.sampling import Sampling
from tuning.prediction import Prediction
from tuning.report import markup
from tuning.runs.exchange import LONGEST_PROMPT, MOST_NEW_TOKENS
from tuning.runs.store import Run
from tuning.spec import Task
from tuning.ui.blind import CHOICES
from tuning.ui.replies import Shown, draw_replies

__all__ = ["SETTINGS", "TryPage", "TryScreen", "row_of", "try_page"]

SETTINGS = (*Sampling.model_fields, "max_new_tokens")
"""How both models answer, in the order in which the values travel."""
_ROWS = 12
_LINE = 80
_OWN = ("your own text", "")
_EMPTY = ("empty", "Nothing to try yet", "When a run is done, both of its models answer your own prompts here.")
_TOKENS_HINT = f"most new tokens of an answer (1 to {MOST_NEW_TOKENS:,}); empty: as in the run"


@dataclass(frozen=True)
class TryPage:
    """What the screen shows of a run before anything is asked."""

    ready: bool
    about: str = ""
    instruction: str = ""
    """What both are told before every prompt; empty where the model reads the row alone."""
    rows: list[tuple[str, str]] = field(default_factory=list)
    """A few test rows to begin with: a line of each, and its number."""
    first: Prediction | None = None
    """The test row that the screen begins with."""
    writes: bool = False
    """Whether the models write, so that sampling means something."""


def try_page(run: Run | None) -> TryPage:
    """Whether the run's models can be asked, and what with."""
    if run is None or run.status().active or not run.adapter_path.is_dir():
        return TryPage(False)
    dataset, spec, comparison = run.dataset(), run.spec(), run.comparison()
    prompted = comparison is None or comparison.model.family != "encoder"
    answers = run.predictions("tuned")
    some = Random(spec.seed).sample(answers, min(_ROWS, len(answers)))
    return TryPage(
        ready=True,
        about=f"{spec.model}, tuned on {dataset.name}",
        instruction=dataset.instruction if prompted else "",
        rows=[(_line(row), str(row.row)) for row in some],
        first=some[0] if some else None,
        writes=dataset.task is Task.GENERATE,
    )


def row_of(run: Run, number: object) -> Prediction | None:
    """The test row of that number; None for what is not the number of one."""
    return next((row for row in run.predictions("tuned") if str(row.row) == str(number)), None)


def _line(row: Prediction) -> str:
    text = " ".join(row.input.split())
    return f"row {row.row}: {text if len(text) <= _LINE else text[:_LINE] + '…'}"


class TryScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(self, way_back: str = "") -> None:
        """`way_back` leads to the showcase from where there is nothing to ask."""
        self._way_back = way_back
        self.shown = gr.State(None)
        self.given = gr.State("")
        """The prompt as the chosen row has it."""
        self.tallies = gr.BrowserState(None, storage_key="tune-off-votes", secret="tune-off")  # noqa: S106 - protects nothing
        self.notice = gr.HTML(markup.notice(*_EMPTY))
        with gr.Column(visible=False) as self.body:
            self._build_prompt()
            with gr.Row():
                self.send = gr.Button("Ask both models", variant="primary", min_width=180, scale=3)
                self.stop = gr.Button("Stop", visible=False, min_width=120, scale=1)
            self.status = gr.HTML(visible=False)
            self.replies = gr.HTML(visible=False)
            with gr.Row(visible=False) as self.ballot:
                self.votes = {choice: gr.Button(words, min_width=130) for choice, words in CHOICES.items()}
            self.tally = gr.HTML()
            self._build_settings()

    def _build_prompt(self) -> None:
        self.row = gr.Dropdown(
            [_OWN],
            label="A prompt from the test rows, or your own",
            info=f"up to {_ROWS} test rows, drawn at random; they were kept out of tuning",
            elem_classes="to-long-choices",
        )
        self.prompt = gr.Textbox(
            label="Your prompt", lines=2, max_lines=14, max_length=LONGEST_PROMPT, elem_classes="to-grows"
        )
        self.target = gr.Textbox(
            label="Target", lines=1, max_lines=6, interactive=False, visible=False, elem_classes="to-grows"
        )
        self.blind = gr.Checkbox(False, label="Blind: say which answer is better before seeing whose it is")

    def _build_settings(self) -> None:
        self.settings: dict[str, Any] = {}
        with gr.Accordion("How they answer", open=False) as self.sampling, gr.Row():
            for name, about in Sampling.model_fields.items():
                label = "Top-p" if name == "top_p" else name.capitalize()
                self.settings[name] = gr.Number(about.default, label=label, info=about.description, min_width=200)
            self.settings["max_new_tokens"] = gr.Number(None, label="Longest answer", info=_TOKENS_HINT, min_width=200)
        with gr.Accordion("What both are told before every prompt", open=False) as self.told:
            self.instruction = gr.Textbox(label="Instruction", interactive=False, lines=2, max_lines=8)

    @property
    def outputs(self) -> list[Any]:
        """Every component that `show` changes."""
        shown = [self.notice, self.body, self.told, self.instruction, self.row, *self.row_outputs, self.sampling]
        return [*shown, self.settings["max_new_tokens"], *self.answer_outputs]

    @property
    def row_outputs(self) -> list[Any]:
        """What choosing a row changes."""
        return [self.prompt, self.given, self.target]

    @property
    def answer_outputs(self) -> list[Any]:
        """What an answer changes."""
        return [self.shown, self.send, self.stop, self.status, self.replies, self.ballot, self.tally]

    def show(self, page: TryPage) -> dict[Any, Any]:
        """The changes that make the screen ready for the run, or say why it is not."""
        if not page.ready:
            # The rows stay: Gradio's script fails on a list that was looked at and is suddenly empty.
            said = markup.notice(*_EMPTY) + self._way_back
            return {self.notice: said, self.body: gr.Column(visible=False), self.shown: None}
        hint = f"{markup.escape(page.about)}; both are asked as the test rows were"
        return {
            self.notice: markup.heading("", "Ask both models the same", hint),
            self.body: gr.Column(visible=True),
            self.told: gr.Accordion(visible=bool(page.instruction)),
            self.instruction: page.instruction,
            self.row: gr.Dropdown([_OWN, *page.rows], value=page.rows[0][1] if page.rows else _OWN[1]),
            self.sampling: gr.Accordion(visible=page.writes),
            # Gradio makes an empty number a 0 when it is first drawn, unless an event emptied it.
            self.settings["max_new_tokens"]: None,
            **self.show_row(page.first),
            **self.show_idle(),
            self.replies: gr.HTML(visible=False),
            self.shown: None,
            self.tally: "",
        }

    def show_row(self, row: Prediction | None) -> dict[Any, Any]:
        """The changes that make a test row the prompt."""
        if row is None:
            return {self.prompt: "", self.given: "", self.target: gr.Textbox(visible=False)}
        label = f"Target of test row {row.row}"
        return {
            self.prompt: row.input,
            self.given: row.input,
            self.target: gr.Textbox(row.target, label=label, visible=True),
        }

    def show_own(self, prompt: object, given: object) -> dict[Any, Any]:
        """The changes once the prompt is the visitor's own: no row's target stands beside it."""
        if prompt == given:
            return {self.row: gr.skip(), self.target: gr.skip()}
        return {self.row: _OWN[1], self.target: gr.Textbox(visible=False)}

    def show_idle(self) -> dict[Any, Any]:
        """The changes that let another prompt be asked."""
        return {
            self.send: gr.Button(interactive=True),
            self.stop: gr.Button(visible=False),
            self.status: gr.HTML(visible=False),
            self.ballot: gr.Row(visible=False),
        }

    def show_waiting(self, words: str) -> dict[Any, Any]:
        """The changes while there is nothing of an answer yet."""
        return {
            self.send: gr.Button(interactive=False),
            self.stop: gr.Button(visible=True),
            self.status: gr.HTML(markup.notice("info", words) + markup.bar(None), visible=True),
            self.replies: gr.HTML(visible=False),
            self.ballot: gr.Row(visible=False),
            self.tally: "",
        }

    def show_going(self, shown: Shown) -> dict[Any, Any]:
        """The changes that show how far both answers are."""
        return {self.replies: gr.HTML(draw_replies(shown), visible=True), self.status: gr.HTML(visible=False)}

    def show_over(self, shown: Shown, tally: str = "") -> dict[Any, Any]:
        """The changes that show both answers whole, and ask for a vote where that is still to come."""
        return {
            **self.show_idle(),
            self.replies: gr.HTML(draw_replies(shown), visible=True),
            self.shown: shown,
            self.ballot: gr.Row(visible=shown.sealed),
            self.tally: _tally(tally),
        }

    def show_problem(self, message: str) -> dict[Any, Any]:
        """The changes that say why there is no answer; old answers do not stay beside a new prompt."""
        return {
            **self.show_idle(),
            self.status: gr.HTML(markup.notice("error", "No answer", message), visible=True),
            self.replies: gr.HTML(visible=False),
            self.shown: None,
        }


def _tally(words: str) -> str:
    return (
        f'<p class="to-tally" role="status">Your blind votes on this run: {markup.escape(words)}</p>' if words else ""
    )
