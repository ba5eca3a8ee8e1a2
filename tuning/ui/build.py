"""The whole page: its head, its screens, and which event calls which handler. Knows no data and no run.

The form is a courtesy: every handler checks again what it is given. Events for people are private to the page; programs
get the endpoints of `tuning.ui.endpoints`.
"""

from functools import partial
from typing import Any

import gradio as gr

from tuning.runs.inference import Inference
from tuning.ui.address import follow_screens, heed_clicks, keep_address
from tuning.ui.context import Context
from tuning.ui.endpoints import add_endpoints
from tuning.ui.page import Page
from tuning.ui.picking import PICKED
from tuning.ui.privacy import KEPT_UPLOADS_S
from tuning.ui.runs_events import RunsEvents
from tuning.ui.tab_keys import heed_keys
from tuning.ui.take_away import SAVE
from tuning.ui.try_events import TryEvents
from tuning.ui.watch_script import MISSED, MOVED

__all__ = ["build"]

_HEAD = (
    '<header class="to-head"><div class="to-logo" aria-hidden="true"><i></i><i></i></div><div><h1>Tune-Off</h1>'
    "<p>Does tuning a small model on your data help? It answers rows that were kept aside, before tuning (base) and"
    " after it (tuned); you get the difference, and how sure it is.</p></div></header>"
)
_MOST_WAITING = 32
"""Events of all visitors together."""
_LOOK_S = 0.05
"""Between two looks into the queue; the events of watching and paging do not wait in it."""
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
_WORK: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}


def build(context: Context) -> gr.Blocks:
    """The app, ready to be launched."""
    inference = Inference(context.env)
    with gr.Blocks(title="Tune-Off", analytics_enabled=False, delete_cache=(3600, int(KEPT_UPLOADS_S))) as demo:
        gr.HTML(_HEAD)
        page = Page(context)
        # Before all other events, which would otherwise take their names.
        add_endpoints(context, page.data, inference)
        _wire_page(demo, page)
        _wire_tune(page)
        _wire_compare(page)
        _wire_watch(page)
        TryEvents(page, inference).wire()
        RunsEvents(page).wire()
    return _with_queue(demo)


def _with_queue(demo: gr.Blocks) -> gr.Blocks:
    """The app with the queue of its events, which looks for one less often than Gradio's own does.

    That one looks every millisecond (on Windows every 50), which costs a tenth of a core while nobody does anything:
    one that a run could train on.
    """
    demo.queue(max_size=_MOST_WAITING, default_concurrency_limit=4, api_open=False)
    demo._queue.sleep_when_free = _LOOK_S  # noqa: SLF001 - there is no setting for it
    return demo


def _wire_page(demo: gr.Blocks, page: Page) -> None:
    heed_clicks(demo)
    heed_keys(demo)
    keep_address(page.browser, demo.load(page.arrive, page.browser, [page.browser, *page.run_outputs], **_QUIET))
    follow_screens([page.tune_tab, page.watch_tab, page.compare_tab, page.try_tab, page.runs_tab])
    demo.load(page.resume, page.browser, page.tune.outputs, **_QUIET)
    page.own_data.click(page.choose_data, None, page.tabs, **_QUIET)


def _wire_tune(page: Page) -> None:
    tune = page.tune
    browser = page.browser
    files, form = [browser, tune.file, tune.test], [browser, *tune.inputs]
    tune.file.upload(page.look_at_file, files, tune.outputs, **_WORK)
    tune.file.clear(page.look_at_file, files, tune.outputs, **_WORK)
    tune.example.input(page.look_at_example, [browser, tune.example], tune.outputs, **_WORK)
    gr.on([tune.test.upload, tune.test.clear], page.look_at_test, form, tune.outputs, **_WORK)
    for events, handler in ((tune.column_events, page.change_columns), (tune.other_events, page.change_setting)):
        gr.on(events, handler, form, tune.seen_outputs, trigger_mode="always_last", **_WORK)
    tune.take_advice.click(page.take_advice, form, [*tune.seen_outputs, tune.fields["model"]], **_WORK)
    for place, button in enumerate(tune.take_shape):
        button.click(partial(page.take_shape, place), form, tune.seen_outputs, api_name=f"take_shape_{place}", **_WORK)
    started = [browser, tune.why, tune.start, *page.run_outputs]
    keep_address(browser, tune.start.click(page.start, form, started, **_WORK))


def _wire_compare(page: Page) -> None:
    compare, browser = page.compare, page.browser
    samples = compare.samples
    here = [browser, samples.filter, samples.order, samples.search]
    for drawn in (samples.flips, samples.list, compare.parts):
        getattr(drawn, PICKED)(page.pick_samples, here, samples.outputs, trigger_mode="always_last", **_QUIET)
    # A text box has no `input` event for what is pasted or cleared with the mouse.
    changed = [samples.order.input, samples.search.change]
    gr.on(changed, page.sort_samples, here, samples.outputs, trigger_mode="always_last", **_QUIET)
    again = [page.tabs, compare.problem, *page.tune.outputs]
    compare.again.click(page.start_again, browser, again, **_WORK)
    taken = compare.take_away
    for take, button in taken.buttons.items():
        made = button.click(partial(page.take_away, take), browser, taken.outputs, api_name=f"take_{take}", **_WORK)
        made.then(None, taken.file, None, js=SAVE, **_QUIET)


def _wire_watch(page: Page) -> None:
    getattr(page.watch.notice, MOVED)(page.follow, page.browser, page.run_outputs, **_QUIET)
    # In the queue: Gradio says nothing to anybody outside of it.
    getattr(page.watch.notice, MISSED)(page.hear, page.browser, page.run_outputs, **{**_QUIET, "queue": True})
    page.watch.cancel.click(page.cancel, page.browser, page.run_outputs, **_QUIET)
    started = [page.browser, *page.run_outputs]
    keep_address(page.browser, page.longer.button.click(page.start_longer, page.browser, started, **_WORK))
