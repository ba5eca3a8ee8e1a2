"""The model card of a run's adapter: what it was tuned on, how it did, how to load it. Knows a run's folder.

Markdown below YAML, as the Hub reads it. Every text of the user's is escaped: in YAML as a JSON string, in Markdown
sign by sign, in programs as a literal. The rows themselves are not in it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from tuning.data.examples import Dataset
from tuning.errors import InputError
from tuning.events import Event, Planned, Stopped
from tuning.models.catalog import catalog
from tuning.runs.run import Run
from tuning.runs.snippet import hub_name, model_name, snippet
from tuning.scoring.comparison import Comparison, MetricRow, ModelCard, Rung
from tuning.scoring.ladder import ranked
from tuning.scoring.wording import RUNGS, metric_name, points, row_count
from tuning.spec import FamilyName, Task

__all__ = ["CARD", "model_card", "shown"]

CARD = "README.md"
"""Its name in the adapter's folder, where the Hub looks for it."""
_TEXT = 300
_LONG = 2_000
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$&!@^]|:(?=//)|(?<=www)\.|^[-+=]|(?<=^\d)[.)])", re.IGNORECASE)
"""What Markdown takes for more than a sign, addresses that it would link included."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_TASKS = {Task.CLASSIFY: "text-classification", Task.GENERATE: "text-generation"}
_PIPELINES: Mapping[FamilyName, str] = MappingProxyType(
    {"decoder": "text-generation", "encoder": "text-classification", "seq2seq": "text2text-generation"}
)
_ASKED: Mapping[FamilyName, str] = MappingProxyType(
    {
        "decoder": "One user turn in the base model's chat template: `HEAD`, the row, `TAIL`, as in the program below. "
        "Prompt and answer together",
        "encoder": "The row as it is, without any prompt. Its pooled features go through the head in "
        "`head.safetensors`, which was trained together with the adapter and is worth nothing without it. Rows",
        "seq2seq": "`HEAD` and the row are read, the answer is written. What is read and what is written",
    }
)
_PROBE = "the base encoder with a layer fitted to the training rows"
_PLAIN = {"perplexity", "general_perplexity", "log_loss", "brier", "mcc", "length_ratio"}
"""Metrics that are not shares of 1."""


def model_card(run: Run) -> str:
    """The text of the card. Raises `InputError` for a run that has no comparison."""
    comparison, events = run.comparison(), run.events()
    if comparison is None:
        raise InputError(f"run {run.id[:8]} has no comparison, so there is nothing to say about its adapter")
    parts = [
        _front(run, comparison),
        f"# LoRA adapter for {shown(hub_name(comparison.model))}",
        _verdict(comparison),
        _tuned_on(run, comparison, events),
        _scores(comparison),
        _ladder(comparison),
        _asked(run, comparison),
        _loading(run, comparison, events),
        _licence(comparison.model, run.dataset().personal),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def shown(text: str, longest: int = _TEXT) -> str:
    """A text from anywhere as one line of Markdown that shows it: signs escaped, what cannot be seen named."""
    line = _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", " ".join(text.split()))
    cut = line if len(line) <= longest else f"{line[:longest]}…"
    return _SIGNS.sub(r"\\\1", cut)


def _front(run: Run, comparison: Comparison) -> str:
    """What the Hub reads; JSON is YAML that needs no second kind of escaping."""
    metric = comparison.deciding()
    front = {
        "base_model": hub_name(comparison.model),
        "library_name": "peft",
        "pipeline_tag": _PIPELINES[comparison.model.family],
        "tags": ["lora", "peft", "tune-off", _TASKS[comparison.task]],
        "metrics": [metric.name],
        "model-index": [
            {
                "name": f"tune-off-{run.id[:8]}",
                "results": [
                    {
                        "task": {"type": _TASKS[comparison.task]},
                        "dataset": {"type": "private", "name": run.dataset().name, "split": "test"},
                        "metrics": [{"type": metric.name, "name": f"{metric.name}, tuned", "value": metric.tuned}],
                    }
                ],
            }
        ],
    }
    lines = "\n".join(f"{key}: {json.dumps(value)}" for key, value in front.items())
    return f"---\n{lines}\n---"


def _verdict(comparison: Comparison) -> str:
    if comparison.verdict is None:
        return "**No verdict:** a check failed, so the numbers below are not to be trusted."
    verdict = comparison.verdict
    beside = "\n".join(f"- {shown(caveat, _LONG)}" for caveat in verdict.caveats)
    said = [f"**{shown(verdict.sentence, _LONG)}**", shown(verdict.details, _LONG), beside]
    return "\n\n".join(part for part in said if part)


def _tuned_on(run: Run, comparison: Comparison, events: Sequence[Event]) -> str:
    dataset, spec, rows = run.dataset(), run.spec(), comparison.rows
    model, adapter = comparison.model, comparison.adapter
    made = datetime.fromtimestamp(run.record().created, tz=UTC)
    layers = "" if adapter.layers is None else f" in {len(adapter.layers)} layers"
    batch_size = next((e.batch_size for e in events if isinstance(e, Planned) and e.batch_size), spec.batch_size)
    ended = "".join(f"; it {e.sentence}" for e in events if isinstance(e, Stopped))
    facts = [
        ("Base model", f"{shown(model_name(model.id or 'unknown'))}, {shown(model.source or 'source unknown')}"),
        ("Adapter", f"LoRA, rank {spec.rank}, alpha {spec.alpha}{layers}"),
        (
            "Data",
            f"{shown(dataset.name)}: {rows.train or 0:,} rows trained on, {rows.dev or 0:,} dev, {rows.test:,} test",
        ),
        ("Fingerprint of the data", f"SHA-256 `{shown(dataset.sha256)}`"),
        ("Columns", _columns(dataset)),
        ("Training", f"learning rate {spec.learning_rate:g}, batch size {batch_size}, seed {spec.seed}{ended}"),
        ("Made", f"{made:%Y-%m-%d} with Tune-Off"),
    ]
    return "## What it was tuned on\n\n" + _table(("", ""), facts)


def _columns(dataset: Dataset) -> str:
    read, asked = shown(dataset.input), shown(dataset.target)
    return f"{read}, of which the last reply is the target" if read == asked else f"{read} → {asked}"


def _scores(comparison: Comparison) -> str:
    clean = comparison.clean
    judged = [clean.metric.model_copy(update={"name": comparison.primary})] if clean else []
    decides = " (decides)" if clean is None else f" (decides, on the {clean.rows:,} rows that did not leak)"
    rows = [
        (
            metric_name(metric.name) + (decides if metric is (judged or [_whole(comparison)])[0] else ""),
            _figure(metric.name, metric.base),
            _figure(metric.name, metric.tuned),
            _interval(metric),
        )
        for metric in [*judged, *comparison.metrics]
    ]
    head = ("Metric", "Base", "Tuned", "Difference, 95 % interval")
    flips, moved = comparison.flips, comparison.moved
    counted = f"{flips.fixed:,} rows fixed, {flips.broken:,} broken, {flips.both_right:,} right and "
    counted += f"{flips.both_wrong:,} wrong under both."
    if moved is not None:
        nearer = f"Tuned is closer to the target on {moved.closer:,} rows, further from it on {moved.further:,}"
        counted = f"{nearer}, as close on {moved.level:,}. Exactly the target: {counted}"
    return f"## Base and tuned on the same {comparison.rows.test:,} test rows\n\n{_table(head, rows)}\n\n{counted}"


def _ladder(comparison: Comparison) -> str:
    """Every way to answer, the best first, with its interval; those that were not tried with the reason."""
    if not comparison.ladder:
        return ""
    names = {**RUNGS, "base": _PROBE} if comparison.model.family == "encoder" else RUNGS
    rows = [(names[rung.name], _rung(comparison.primary, rung)) for rung in ranked(comparison.ladder)]
    return "## Ways to answer, the best first\n\n" + _table(("Way", metric_name(comparison.primary)), rows)


def _rung(name: str, rung: Rung) -> str:
    if rung.status == "not_run" or rung.value is None:
        return f"not run: {shown(rung.note)}"
    if rung.low is None or rung.high is None:
        return _figure(name, rung.value)
    return f"{_figure(name, rung.value)} ({_figure(name, rung.low)} to {_figure(name, rung.high)})"


def _asked(run: Run, comparison: Comparison) -> str:
    """The prompt, which has to be the same for the adapter to do what it did here."""
    asked = _ASKED[comparison.model.family]
    longest = comparison.model.max_length or run.spec().max_length
    return f"## How it is asked\n\n{asked} are cut to {longest:,} tokens where they are longer."


def _loading(run: Run, comparison: Comparison, events: Sequence[Event]) -> str:
    """The program in a fence longer than any in it."""
    program = snippet(run, comparison, events)
    fence = "`" * (3 + max((len(found) for found in re.findall(r"`+", program)), default=0))
    return (
        "## How to load it\n\nIn plain transformers and PEFT; `answer(text)` then answers as the tuned model did, "
        f'as does `python load_adapter.py "a text"` where it lies beside this card.{_rounded(run)}\n\n'
        f"{fence}python\n{program}{fence}"
    )


def _rounded(run: Run) -> str:
    if run.dataset().task is Task.CLASSIFY:
        return ""
    return (
        " Where two words are nearly as likely, a text can go on otherwise than it did there: one row at a time is "
        "rounded otherwise than many together."
    )


def _licence(model: ModelCard, personal: int) -> str:
    licence = next((entry.licence for entry in catalog({}) if entry.name == model.id), None)
    named = f", {shown(licence)}," if licence else ""
    return (
        f"## Licence\n\nThe base model's licence{named} holds for what is made of it. What holds for the adapter "
        "depends on the rows it was tuned on too: say so here before it is passed on. An adapter can repeat what it "
        f"was tuned on{_rows_with_personal_data(personal)}."
    )


def _rows_with_personal_data(rows: int) -> str:
    if not rows:
        return ""
    return f"; in {row_count(rows, 'row')} of its data, test rows included, personal data or keys were found"


def _whole(comparison: Comparison) -> MetricRow:
    """The primary metric on all test rows."""
    return next(metric for metric in comparison.metrics if metric.name == comparison.primary)


def _interval(metric: MetricRow) -> str:
    delta = _figure(metric.name, metric.delta, sign=True)
    if metric.low is None or metric.high is None:
        return delta
    low, high = (_figure(metric.name, bound, sign=True) for bound in (metric.low, metric.high))
    return f"{delta} ({low.removesuffix(' points')} to {high})"


def _figure(name: str, value: float | None, *, sign: bool = False) -> str:
    """A share in percent, another measure as it is."""
    if value is None:
        return "–"
    if name in _PLAIN:
        return f"{value:{'+' if sign else ''},.2f}".replace("-", "−")
    return f"{points(value)} points" if sign else f"{100 * value:.1f} %"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
