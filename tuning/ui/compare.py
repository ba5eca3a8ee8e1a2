"""The screen that answers the question: verdict, scores, counts, samples, receipt. Knows a finished run's folder only.

`compare_page` reads the folder, `CompareScreen` lays it out.
"""

from dataclasses import dataclass
from typing import Any

import gradio as gr
import pandas as pd

from tuning.errors import TuneOffError
from tuning.report import markup
from tuning.report.changes import changes, part_name
from tuning.report.glossary import glossary
from tuning.report.headline import duel, failure_panel, verdict_panel
from tuning.report.ladder import ladder
from tuning.report.learning import fit_words, kept_step, learned_words, loss_frame
from tuning.report.next_step import next_step
from tuning.report.scores import scores
from tuning.report.trust import reliability, trust
from tuning.runs.store import Run, RunStore
from tuning.scoring.comparison import Comparison, Slice
from tuning.scoring.receipt import failed
from tuning.ui.classes import classes
from tuning.ui.filters import Part
from tuning.ui.loss_chart import loss_chart
from tuning.ui.picking import pick_button, picking_html
from tuning.ui.sample_screen import SampleScreen
from tuning.ui.take_away import TakeAway
from tuning.ui.watch import OPENING, with_advice

__all__ = ["ComparePage", "CompareScreen", "compare_page"]

_NOTHING = ("empty", "No comparison yet", "When a run is done, its verdict is here. Start one under Tune, or open one.")
_AGAIN_BUTTON = "Change and start again"
_LEAD = """
element.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const place = link && document.querySelector(link.getAttribute("href"));
  if (!place) return;
  event.preventDefault();
  place.tabIndex = -1;
  place.scrollIntoView({block: "start"});
  place.focus({preventScroll: true});
});
"""
"""Gradio's page has a base without its query, so that a link to a part of it would load another page."""
_CHECKED = (
    "Start it again with Precision set to float32, under Advanced settings: then rounding plays no part. If a check "
    "fails all the same, show this to whoever runs this machine."
)
_AGAIN = f"“{_AGAIN_BUTTON}” keeps what was set here"


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
    fit: str = ""
    """What its losses say."""
    kept: int | None = None
    """The step whose adapter is compared."""
    own: str = ""
    """Id of the run where its owner looks at it, who has its link and may start it again."""


def compare_page(run: Run | None, *, own: bool = False) -> ComparePage:
    """What can be said about a run; of one without a comparison, why there is none. Its owner can start it again."""
    if run is None:
        return ComparePage(*_NOTHING)
    status, comparison = run.status(), run.comparison()
    if status.active:
        return ComparePage("empty", "Not yet", "The run is still on its way: Watch shows how far it is.")
    events, about = run.events(), _about(run, comparison)
    losses = (loss_frame(events), about, learned_words(events, comparison), fit_words(events), kept_step(events))
    mine = run.id if own else ""
    if comparison is None or comparison.verdict is None:
        title = f"This run was {status.state}." if status.state != "failed" else "This run failed."
        said = with_advice(status) if comparison is None or not failed(comparison.receipt) else _CHECKED
        return ComparePage("error", title, said, comparison, *losses, own=mine)
    kinds = {"better": "better", "worse": "worse"}
    cancelled = "This run was cancelled: what it had learned until then is compared."
    advice = next_step(comparison, _AGAIN if own else "", encoder_tried=own and _encoder_tried(run))
    body = advice if status.state == "done" else cancelled
    if status.state in {"failed", "interrupted"}:
        body = with_advice(status)
    kind = kinds.get(comparison.verdict.kind, "info")
    return ComparePage(kind, comparison.verdict.sentence, body, comparison, *losses, own=mine)


def _encoder_tried(run: Run) -> bool:
    """Whether the owner of the run has had a sentence encoder learn the same file."""
    data = run.dataset().sha256
    for other in RunStore(run.home).list(run.record().owner):
        try:
            found = other.comparison() if other.dataset().sha256 == data else None
        except (TuneOffError, OSError, ValueError):  # of another version, or deleted at this moment
            continue
        if found is not None and found.model.family == "encoder":
            return True
    return False


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
    return verdict_panel(found.verdict, found.headline, page.about, page.body)


def _parts(comparison: Comparison) -> str:
    """Classes and other parts of the test rows, each of which chooses its rows."""

    def chooser(part: Slice) -> str:
        number = comparison.slices.index(part)
        more = 'aria-pressed="false" data-leads="#samples"'
        return pick_button(part_name(part), Part(number=number), key=f"part-{number}", more=more)

    return changes(comparison, chooser) + classes(comparison)


def _learning(page: ComparePage) -> str:
    """How it learned; nothing of a run that did not come so far."""
    if page.loss is None or page.loss.empty:
        return ""
    drawn = loss_chart(page.loss, kept=page.kept)
    return markup.section("How it learned", markup.escape(page.learned), drawn, markup.note(page.fit))


def _link(page: ComparePage) -> str:
    """That the page's address is a secret: before it is sent to somebody, or seen on a shared screen."""
    return markup.secret_link(page.own) if page.own else ""


def _place(name: str, part: str) -> str:
    """Where the contents lead to, before a part of the page; nothing where there is no such part."""
    return f'<span class="to-place" id="{name}"></span>{part}' if part else ""


def _contents(*, fields: bool, changed: bool, learned: bool) -> str:
    """What stands below, as the page is long, and longer on a phone: the names are those of the headings."""
    places = {"rows": "Row by row"}
    if changed:
        places["changed"] = "Field by field" if fields else "What got better, what got worse"
    places["scores"] = "Every score"
    if learned:
        places["learned"] = "How it learned"
    places |= {"believed": "Can it be believed?", "away": "Take it away"}
    links = " ".join(f'<a href="#{place}">{markup.escape(title)}</a>' for place, title in places.items())
    return f'<nav class="to-contents" aria-label="On this page"><b>On this page</b> {links}</nav>'


class CompareScreen:
    """The layout of the screen, and what of it changes."""

    def __init__(self, way_back: str = "") -> None:
        """`way_back` leads to the showcase from where there is nothing else to look at."""
        self._way_back = way_back
        self.notice = gr.HTML(markup.notice(*OPENING))
        with gr.Row(visible=False, elem_classes="to-again") as self.offer:
            self.again = gr.Button(_AGAIN_BUTTON, size="sm", scale=0, min_width=200)
        self.problem = gr.HTML(visible=False)
        with gr.Column(visible=False) as self.body:
            self.top = gr.HTML(js_on_load=_LEAD)
            self.samples = SampleScreen()
            self.parts = picking_html()
            self.middle = gr.HTML()
            self.end = gr.HTML()
            self.take_away = TakeAway()

    @property
    def outputs(self) -> list[Any]:
        """Every component that `show` changes."""
        parts = [self.notice, self.offer, self.problem, self.body, self.top, self.parts, self.middle]
        return [*parts, self.end, *self.take_away.outputs, *self.samples.opened_outputs]

    def show(self, page: ComparePage, run: Run | None) -> dict[Any, Any]:
        """The changes that make the screen say what the page says."""
        found = page.comparison
        changed: dict[Any, Any] = {
            self.notice: _top(page) + ("" if found else self._way_back),
            self.offer: gr.Row(visible=bool(page.own)),
            self.problem: gr.HTML(visible=False),
            self.body: gr.Column(visible=found is not None),
            **self.take_away.show_nothing(),
        }
        if found is None or run is None:
            return changed
        changed |= self.take_away.show_personal(run.dataset().personal)
        learned, believed = _place("learned", _learning(page)), _place("believed", trust(found))
        changed[self.end] = learned + believed + glossary(found) + _link(page)
        changed |= dict.fromkeys([self.top, self.parts, self.middle], "")
        if found.verdict is not None:  # what is not to be trusted is not shown in green
            parts = _place("changed", _parts(found))
            contents = _contents(fields=bool(found.fields), changed=bool(parts), learned=bool(learned))
            changed |= {
                self.top: duel(found) + contents + ladder(found),
                self.parts: parts,
                self.middle: _place("scores", scores(found) + reliability(found)),
            }
        return changed | self.samples.open(run)

    def show_problem(self, message: str) -> dict[Any, Any]:
        """The changes that say why a run was not started again."""
        return {self.problem: gr.HTML(markup.notice("error", "Not done", message), visible=True)}
