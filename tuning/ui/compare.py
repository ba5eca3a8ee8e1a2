"""The screen that answers the question: verdict, scores, counts, samples, receipt. Knows a finished run's folder only.

`compare_page` reads the folder, `CompareScreen` lays it out.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import pandas as pd

from tuning.report import markup
from tuning.report.changes import changes
from tuning.report.headline import duel, failure_panel, verdict_panel
from tuning.report.ladder import ladder
from tuning.report.learning import learned_words, loss_frame
from tuning.report.scores import scores
from tuning.report.trust import reliability, trust
from tuning.runs.store import Run
from tuning.scoring.comparison import Comparison
from tuning.ui.classes import classes
from tuning.ui.sample_cards import sample_cards
from tuning.ui.samples import HEADERS, KINDS, MEANINGS, SamplePage, choose_samples, pair_samples, sample_page
from tuning.ui.take_away import TakeAway
from tuning.ui.watch import LOSS_COLORS, advice

__all__ = ["ComparePage", "CompareScreen", "compare_page"]

_NOTHING = ("empty", "No comparison yet", "When a run is done, its verdict is here. Start one under Tune, or open one.")
_ALL = "all"


@dataclass(frozen=True)
class ComparePage:
    """What the screen shows."""

    kind: str
    title: str
    body: str
    comparison: Comparison | None = None
    loss: pd.DataFrame | None = None
    about: tuple[str, ...] = ()
    """File, model, rows: texts that are not all ours, so each is kept to itself."""
    learned: str = ""
    """How training ended and what it took."""


def compare_page(run: Run | None) -> ComparePage:
    """What can be said about a run; of one without a comparison, why there is none."""
    if run is None:
        return ComparePage(*_NOTHING)
    status, comparison = run.status(), run.comparison()
    if status.active:
        return ComparePage("empty", "Not yet", "The run is still on its way: Watch shows how far it is.")
    loss, about, learned = loss_frame(run.events()), _about(run, comparison), learned_words(run.events(), comparison)
    if comparison is None or comparison.verdict is None:
        reason = status.message or "The reason is unknown."
        title = f"This run was {status.state}." if status.state != "failed" else "This run failed."
        return ComparePage("error", title, f"{reason} {advice(status)}", comparison, loss, about, learned)
    kinds = {"better": "better", "worse": "worse"}
    body = "This run was cancelled: what it had learned until then is compared." if status.state != "done" else ""
    if status.state in {"failed", "interrupted"}:
        body = f"{status.message or ''} {advice(status)}".strip()
    kind = kinds.get(comparison.verdict.kind, "info")
    return ComparePage(kind, comparison.verdict.sentence, body, comparison, loss, about, learned)


def _about(run: Run, comparison: Comparison | None) -> tuple[str, ...]:
    trained = comparison.rows.train if comparison else None
    return (run.dataset().name, run.status().model, *([f"{trained:,} rows trained on"] if trained else []))


def _top(page: ComparePage) -> str:
    """The first thing to see: the verdict, or why there is none."""
    found = page.comparison
    if found is None:
        return markup.notice(page.kind, page.title, page.body)
    if found.verdict is None:
        return failure_panel(found.receipt, page.title, page.body, page.about)
    rung = found.headline.rung if found.headline else None
    return verdict_panel(found.verdict, rung, page.about, page.body)


def _filters(comparison: Comparison) -> list[tuple[str, str]]:
    flips = comparison.flips
    numbers = (flips.fixed, flips.broken, flips.both_right, flips.both_wrong)
    named = [(f"{kind} ({number:,})\n{MEANINGS[kind]}", kind) for kind, number in zip(KINDS, numbers, strict=True)]
    return [(f"all ({sum(numbers):,})\nevery test row", _ALL), *named]


class CompareScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(self) -> None:
        self.notice = gr.HTML(markup.notice(*_NOTHING))
        with gr.Column(visible=False) as self.body:
            self.top = gr.HTML()
            gr.HTML(markup.heading("", "Row by row", "what tuning fixed and what it broke; choose one to see its rows"))
            self.filter = gr.Radio(
                [("all", _ALL)], value=_ALL, label="Show", container=False, elem_classes="to-flips", show_label=False
            )
            self._build_samples()
            self.middle = gr.HTML()
            with gr.Column(visible=False) as self.learned:
                self.learning = gr.HTML()
                self.loss = gr.LinePlot(
                    x="step",
                    y="loss",
                    color="rows",
                    color_map=LOSS_COLORS,
                    elem_classes="to-plot",
                    x_title="training step",
                    y_title="nats per token",
                    label="Loss of the training rows (grey) and of the dev rows (coloured): lower is better",
                    height=340,
                )
            self.end = gr.HTML()
            self.take_away = TakeAway()

    def _build_samples(self) -> None:
        self.table = gr.Dataframe(
            headers=list(HEADERS),
            datatype="str",
            type="array",
            interactive=False,
            wrap=True,
            label="Samples; choose a cell to read the row in full",
            column_widths=["60px", "221px", "184px", "184px", "184px", "120px"],
            max_height=620,
            buttons=["copy"],
            elem_classes="to-samples",
        )
        self.cards = gr.HTML()
        self.number = gr.State(0)
        with gr.Row(equal_height=True):
            self.position = gr.Textbox(show_label=False, label="Rows shown", container=False, interactive=False)
            self.previous = gr.Button("Previous rows", size="md", min_width=120)
            self.next = gr.Button("Next rows", size="md", min_width=120)
        with gr.Group(visible=False) as self.whole:
            self.whole_input = gr.Textbox(label="Input", lines=2, max_lines=12, interactive=False)
            with gr.Row():
                self.whole_target = gr.Textbox(label="Target", lines=2, max_lines=12, interactive=False)
                self.whole_base = gr.Textbox(label="Base", lines=2, max_lines=12, interactive=False)
                self.whole_tuned = gr.Textbox(label="Tuned", lines=2, max_lines=12, interactive=False)

    @property
    def outputs(self) -> list[Any]:
        """Every component that `show` changes."""
        parts = [self.notice, self.body, self.top, self.filter, self.middle, self.learned, self.learning, self.loss]
        return [*parts, self.end, *self.take_away.outputs, *self.sample_outputs, self.whole]

    @property
    def sample_outputs(self) -> list[Any]:
        """What a filter or a turned page changes."""
        return [self.table, self.cards, self.position, self.number, self.previous, self.next]

    @property
    def whole_outputs(self) -> list[Any]:
        """What a chosen row changes."""
        return [self.whole, self.whole_input, self.whole_target, self.whole_base, self.whole_tuned]

    def show(self, page: ComparePage, run: Run | None) -> dict[Any, Any]:
        """The changes that make the screen say what the page says."""
        found = page.comparison
        changed: dict[Any, Any] = {
            self.notice: _top(page),
            self.body: gr.Column(visible=found is not None),
            **self.take_away.show_nothing(),
            self.whole: gr.Group(visible=False),
        }
        if found is None or run is None:
            return changed
        drawn = page.loss is not None and not page.loss.empty
        changed |= {
            self.top: (duel(found) if found.verdict else "") + ladder(found),
            self.filter: gr.Radio(_filters(found), value=_ALL),
            self.middle: changes(found) + scores(found) + classes(found) + reliability(found),
            self.learned: gr.Column(visible=drawn),
            self.learning: markup.heading("", "How it learned", html.escape(page.learned)),
            self.loss: gr.LinePlot(page.loss if drawn else None),
            self.end: trust(found),
        }
        return changed | self.show_samples(self.samples(run, _ALL, 0))

    def samples(self, run: Run, kind: str, number: int) -> SamplePage:
        """A page of the run's samples of that kind."""
        paired = pair_samples(run.predictions("base"), run.predictions("tuned"))
        return sample_page(choose_samples(paired, kind), number)

    def show_samples(self, page: SamplePage) -> dict[Any, Any]:
        """The changes that show this page of samples."""
        return {
            self.table: gr.Dataframe(page.rows),
            self.cards: sample_cards(page.rows),
            self.position: page.position,
            self.number: page.number,
            self.previous: gr.Button(interactive=page.number > 0),
            self.next: gr.Button(interactive=page.number + 1 < page.pages),
        }

    def show_whole(self, run: Run, row: Sequence[object]) -> dict[Any, Any]:
        """The changes that show a row of the table in full."""
        paired = pair_samples(run.predictions("base"), run.predictions("tuned"))
        found = next((sample for sample in paired if row and str(sample.row) == str(row[0])), None)
        if found is None:
            return {self.whole: gr.Group(visible=False)}
        return {
            self.whole: gr.Group(visible=True),
            self.whole_input: gr.Textbox(found.input, label=f"Input of row {found.row} ({found.kind})"),
            self.whole_target: found.target,
            self.whole_base: found.base,
            self.whole_tuned: found.tuned,
        }
