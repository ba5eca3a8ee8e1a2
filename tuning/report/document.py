"""A run's report: one HTML file that opens without a network, prints well and runs no script. Knows a finished run.

Its Content-Security-Policy forbids scripts, forms and every request; pictures are inside the file.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape as escape_text
from pathlib import Path

from tuning.errors import InputError
from tuning.events import Event
from tuning.report.changes import changes
from tuning.report.charts import ladder_chart, loss_chart, reliability_chart
from tuning.report.class_scores import class_table
from tuning.report.drawing import DARK, LIGHT, Chart, Palette, svg
from tuning.report.facts import date_of, facts
from tuning.report.glossary import glossary
from tuning.report.headline import duel, failure_panel, verdict_panel
from tuning.report.ladder import ladder
from tuning.report.learning import fit_words, learned_words
from tuning.report.markup import attribute, escape, note, section
from tuning.report.next_step import next_step
from tuning.report.samples import pair_samples
from tuning.report.scores import scores
from tuning.report.sheet import count_cards, sample_sheet
from tuning.report.trust import trust
from tuning.runs.snippet import model_name
from tuning.runs.store import Run
from tuning.scoring.comparison import Comparison
from tuning.scoring.receipt import failed

__all__ = ["POLICY", "report"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""Styles stand in the file and in attributes, which say where a dot is."""
_Draw = Callable[[Palette], Chart | None]
_SHEETS = tuple(Path(__file__).parents[2] / "assets" / name for name in ("style.css", "report.css"))


def report(run: Run) -> str:
    """The whole file. Raises `InputError` for a run that has no comparison."""
    comparison, events = run.comparison(), run.events()
    if comparison is None:
        raise InputError(f"run {run.id[:8]} has no comparison, so there is nothing to report")
    title = escape_text(f"Tune-Off: {run.dataset().name}")
    body = "".join(_parts(run, comparison, events))
    styles = "\n".join(sheet.read_text(encoding="utf-8") for sheet in _SHEETS)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{attribute(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{title}</title><style>{styles}</style></head>"
        f'<body class="to-report"><main>{body}</main></body></html>\n'
    )


def _parts(run: Run, comparison: Comparison, events: Sequence[Event]) -> list[str]:
    samples = pair_samples(run.predictions("base"), run.predictions("tuned"), run.id, comparison.primary)
    learned = learned_words(events, comparison)
    losses = _figure(
        lambda palette: loss_chart(events, palette), lambda palette: loss_chart(events, palette, narrow=True)
    )
    # What is not to be trusted is neither drawn nor called better.
    judged = [
        ladder(comparison, _figure(lambda palette: ladder_chart(comparison, palette))),
        count_cards(comparison),
        changes(comparison),
        scores(comparison),
        _classes(comparison),
    ]
    trusted = _figure(lambda palette: reliability_chart(comparison, palette)) if comparison.verdict is not None else ""
    return [
        _head(run),
        _verdict(run, comparison),
        *(judged if comparison.verdict is not None else []),
        section("How it learned", escape(learned) if learned else "", losses, note(fit_words(events))),
        section("How far its confidence can be trusted", "", trusted),
        trust(comparison),
        sample_sheet(samples),
        facts(run, comparison, events),
        glossary(comparison),
    ]


def _head(run: Run) -> str:
    about = f"{escape(run.dataset().name)} · {escape(model_name(run.spec().model))} · {date_of(run)}"
    return (
        '<header class="to-head"><div class="to-logo" aria-hidden="true"><i></i><i></i></div>'
        f"<div><h1>Tune-Off report</h1><p>{about}</p></div></header>"
    )


def _verdict(run: Run, comparison: Comparison) -> str:
    """The verdict above the two big numbers; without one the reason, and no number that nobody should believe."""
    if comparison.verdict is None:
        known = failed(comparison.receipt)
        message = "" if known else run.status().message or "The reason is unknown."
        return failure_panel(comparison.receipt, "This run has no verdict.", message, ())
    return verdict_panel(comparison.verdict, comparison.headline, (), next_step(comparison)) + duel(comparison)


def _classes(comparison: Comparison) -> str:
    """F1 of every class; nothing for generated text."""
    return section("By class", "F1, on all test rows", class_table(comparison.classes) if comparison.classes else "")


def _figure(draw: _Draw, draw_narrow: _Draw | None = None) -> str:
    """A chart that follows the reader's light or dark, on paper light, and has another drawing where there is little
    room, if there is one; as pictures, in which no script could run.
    """
    wide = _pictures(draw)
    if not wide:
        return ""
    narrow = _pictures(draw_narrow) if draw_narrow else ""
    sizes = f'<span class="to-wide">{wide}</span><span class="to-narrow">{narrow}</span>' if narrow else wide
    return f'<figure class="to-picture">{sizes}</figure>'


def _pictures(draw: _Draw) -> str:
    """Two, rather than one with two sources: those are not chosen again when the page is printed."""
    charts = (("light", draw(LIGHT)), ("dark", draw(DARK)))
    return "".join(
        f'<img class="to-{kind}" src="{_data(chart)}" alt="{attribute(chart.says)}">'
        for kind, chart in charts
        if chart is not None
    )


def _data(chart: Chart) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg(chart).encode()).decode()}"
