"""What happens on the screen Try: a prompt is asked and streamed, stopped, voted on. Knows the screen and who answers.

Every handler checks again what it is given; which answer is whose stays on the server until there is a vote.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from tuning.errors import InputError
from tuning.runs.exchange import Reply, Request, read_request
from tuning.runs.inference import Inference, Waiting
from tuning.ui.blind import Choice, Tally, draw_order, keep_tally, read_tallies
from tuning.ui.context import say, told
from tuning.ui.replies import Shown
from tuning.ui.screens import Changes, Screens
from tuning.ui.try_it import SETTINGS, row_of

__all__ = ["TryEvents"]

_FRAME_S = 0.08
"""Least time between two pictures of an answer: faster ones nobody sees."""
_ASKING = 8
"""Prompts that may wait in our own line, where each is told its place; others wait in Gradio's."""
_SELECT = """(prompt, given) => {
  const box = document.activeElement;
  if (prompt && prompt === given && box.tagName === "TEXTAREA") setTimeout(() => box.select(), 0);
}"""
"""The browser's part: what is typed or pasted over a row's text takes its place."""


def _no_answer(events: "TryEvents", message: str) -> Changes:
    return events.screen.show_problem(message)


class TryEvents:
    """The handlers of the screen."""

    def __init__(self, page: Screens, inference: Inference) -> None:
        self.page = page
        self.screen = page.try_it
        self._inference = inference

    def wire(self) -> None:
        """Let events of the screen call the handlers."""
        screen, browser = self.screen, self.page.browser
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        chosen = [*screen.row_outputs, *screen.answer_outputs]
        screen.row.input(self.choose_row, [browser, screen.row], chosen, trigger_mode="always_last", **quiet)
        own = [screen.prompt, screen.given]
        # Not `input`: Gradio tells that of what is typed, not of what is pasted.
        screen.prompt.change(screen.show_own, own, [screen.row, screen.target], trigger_mode="always_last", **quiet)
        screen.prompt.focus(None, own, None, js=_SELECT, **quiet)
        given = [browser, screen.row, screen.prompt, screen.blind]
        asked = gr.on(
            [screen.send.click, screen.prompt.submit],
            self.ask,
            [*given, *(screen.settings[name] for name in SETTINGS)],
            screen.answer_outputs,
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="once",
            concurrency_limit=_ASKING,
        )
        screen.stop.click(self.stop, None, screen.answer_outputs, cancels=[asked], **quiet)
        voted = [screen.tallies, *screen.answer_outputs]
        for choice, button in screen.votes.items():
            button.click(partial(self.vote, choice), [screen.shown, screen.tallies], voted, **quiet)

    @told(_no_answer)
    def choose_row(self, stored: object, number: str | None) -> Changes:
        """A test row was chosen: make it the prompt."""
        return self.screen.show_row(row_of(self.page.opened(stored), number))

    def ask(self, stored: object, number: str | None, prompt: str, blind: object, *values: object) -> Iterator[Changes]:
        """Send a prompt to both models and show their answers as they come; `values` are those of `SETTINGS`."""
        try:
            run = self.page.opened(stored)
            request = read_request(run.path, str(prompt), dict(zip(SETTINGS, values, strict=True)))
            row = row_of(run, number)
            target = row.target if row is not None and row.input == prompt else None
            order = draw_order() if blind is True else None
            comparison = run.comparison()
            primary = comparison.primary if comparison is not None else "chrf"
            shown = Shown(run.id, Reply(), target, order, prompt=request.prompt, primary=primary)
            yield from self._stream(request, shown)
        except Exception as error:  # noqa: BLE001 - the edge: what nobody foresaw is logged whole and told by its id
            yield self.screen.show_problem(say(error))

    def _stream(self, request: Request, shown: Shown) -> Iterator[Changes]:
        drawn = 0.0
        for step in self._inference.ask(request):
            if isinstance(step, Waiting):
                yield self.screen.show_waiting(self._waiting_words(step))
                continue
            shown = replace(shown, reply=step)
            if step.over:
                yield self.screen.show_over(shown)
            elif shown.sealed and (step.base.first_s is None) != (step.tuned.first_s is None):
                continue  # who answers first is always the base
            elif time.monotonic() - drawn > _FRAME_S:
                drawn = time.monotonic()
                yield self.screen.show_going(shown)

    def _waiting_words(self, waiting: Waiting) -> str:
        if waiting.before:
            others = "One prompt is" if waiting.before == 1 else f"{waiting.before} prompts are"
            return f"{others} answered before yours …"
        return (
            "Asking both models …" if self._inference.running else "Getting the models ready: this takes some seconds …"
        )

    def stop(self) -> Changes:
        """Stop was pressed, and the answer is cancelled: what there is of it stays."""
        return self.screen.show_idle()

    @told(_no_answer)
    def vote(self, choice: Choice, shown: Shown | None, stored_tallies: object) -> Changes:
        """A vote on two answers: count it, and show which was whose."""
        if shown is None or shown.order is None or not shown.sealed:
            raise InputError("There is nothing to vote on: ask both models first.")
        tallies = read_tallies(stored_tallies)
        tally = tallies.get(shown.run, Tally()).with_vote(shown.order.outcome(choice))
        seen = self.screen.show_over(replace(shown, voted=True), tally.words())
        return {**seen, self.screen.tallies: keep_tally(tallies, shown.run, tally)}
