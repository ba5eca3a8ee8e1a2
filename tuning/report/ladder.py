"""The ladder: every way to answer the test rows, the best first, as dots with intervals and as figures.

Knows the rungs of a comparison; no run and no layout.
"""

from tuning.report.markup import Column, escape, fold, section, table
from tuning.report.metric_words import figure, metric_words
from tuning.report.rung_words import RungWords, rung_words
from tuning.report.tracks import Dot, score_track
from tuning.runs.asking import WORDING_ROWS
from tuning.scoring.comparison import Comparison, Rung, ScoringVariant
from tuning.scoring.ladder import ranked

__all__ = ["ladder"]

_TICKS = '<span class="to-ticks" aria-hidden="true"><i>0</i><i>25</i><i>50</i><i>75</i><i>100 %</i></span>'
_VARIANTS = {"raw": "likelihood as it is", "length_normalised": "likelihood per token", "calibrated": "calibrated"}
_PROMPTS = {"plain": "the input alone", "named": "with column names"}


def ladder(comparison: Comparison, picture: str = "") -> str:
    """The rungs as a chart that is a table, below `picture`; nothing for a comparison without a ladder."""
    if not comparison.ladder:
        return ""
    headline, name = comparison.headline, comparison.primary
    strongest = headline.rung if headline else None
    line = headline.metric.base if headline else None
    rows = [
        _row(rung, rung_words(rung.name, comparison), name, strongest=rung.name == strongest, line=line)
        for rung in ranked(comparison.ladder)
    ]
    columns = (Column("Way to answer"), Column(_TICKS, "to-chart"), Column(metric_words(name).title, "to-figure"))
    hint = f"{metric_words(name).title} of every way to answer the same test rows, best first"
    hint += ", with 95 % intervals" if any(rung.low is not None for rung in comparison.ladder) else ""
    drawn = table("Baseline ladder", columns, rows, "to-ladder")
    key = (
        '<p class="to-caption to-left">The dashed line is the best without tuning: what tuned has to beat.</p>'
        if line is not None and not picture
        else ""
    )
    return section("Is tuning worth it?", hint, picture, drawn, key, _variants(comparison.variants))


def _row(rung: Rung, words: RungWords, name: str, *, strongest: bool, line: float | None) -> tuple[str, str, str]:
    kind = "tuned" if rung.name == "tuned" else "strongest" if strongest else "rung"
    mark = ' <em class="to-tag">to beat</em>' if strongest else ""
    about = f"{words.meaning} · {escape(rung.note)}" if rung.note and rung.status == "run" else words.meaning
    title = f'<span class="to-{kind}-name">{words.title}</span>{mark}<small>{about}</small>'
    if rung.status == "not_run" or rung.value is None:
        return title, f'<span class="to-reason">not run: {escape(rung.note)}</span>', "–"
    known = rung.low is not None and rung.high is not None
    bounds = f"<small>{_bare(name, rung.low)} to {figure(name, rung.high)}</small>" if known else ""
    drawn = score_track(Dot(rung.value, rung.low, rung.high), kind, line)
    return title, drawn, f"<b>{figure(name, rung.value)}</b>{bounds}"


def _bare(name: str, value: float | None) -> str:
    return figure(name, value).removesuffix(" %")


def _chosen(variant: ScoringVariant) -> str:
    """Both models are asked in the wording that was chosen; another reading than the plain one is the base's alone."""
    if not variant.chosen:
        return ""
    return "✓ used for both models" if variant.name == "raw" else "✓ wording used for both, reading for the base alone"


def _variants(variants: list[ScoringVariant]) -> str:
    """How the base was asked, chosen to favour it."""
    if not variants:
        return ""
    rows = [
        (
            f"{_PROMPTS[variant.wording]}, {_VARIANTS[variant.name]}",
            figure("accuracy", variant.dev_accuracy),
            _chosen(variant),
        )
        for variant in variants
    ]
    columns = (Column("Prompt and scoring"), Column("Base on dev"), Column("Chosen"))
    title = f"How to ask was chosen to suit the base, on dev rows, {WORDING_ROWS} of them at most"
    return fold(title, table("Prompt and scoring", columns, rows))
