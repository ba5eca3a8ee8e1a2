"""What a run was made of, as tables: data, settings, model and machine. Knows the records of a run; no layout."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from tuning import __version__
from tuning.data.step_names import step_name
from tuning.durations import duration_words
from tuning.events import Event, Planned, Started, Step
from tuning.report.markup import Column, escape, section, table
from tuning.runs.snippet import model_name
from tuning.runs.store import Run
from tuning.scoring.comparison import Comparison
from tuning.spec import DEFAULT_EPOCHS, CleaningPlan, FamilyName, RunSpec

__all__ = ["date_of", "facts"]

_TEXT = 400
_FOUND = "found from the data"
_BY_TIME = frozenset({"epochs", "layers", "test_rows"})
"""What a time budget decides where it is not set."""
_NOT_SET: Mapping[str, str] = MappingProxyType(
    {
        "budget": "no limit",
        "preset": "none",
        "margin": "none",
        "epochs": str(DEFAULT_EPOCHS),
        "layers": "all",
        "rows": "all",
        "group": "none",
    }
)
_FEWER = "{:,} of the {:,} that were put aside were answered and compared; for more there was no time."
_READ: Mapping[FamilyName, str] = MappingProxyType(
    {
        "decoder": "Tokens of instruction, row and answer",
        "encoder": "Tokens read of a row",
        "seq2seq": "Tokens read, and tokens written",
    }
)
_COLUMNS = (Column("What"), Column("Value", "to-value"))


def facts(run: Run, comparison: Comparison, events: Sequence[Event]) -> str:
    """What somebody needs to make the run again, and to see that it is the same data."""
    spec = run.spec()
    hint = "by its fingerprint; of the rows only the samples above are in this file"
    return (
        section("Data", hint, _listed("Data", _data(run, comparison)))
        + section("Settings", "", _listed("Settings", _settings(spec, comparison, events)))
        + section("Model and machine", "", _listed("Model and machine", _origin(run, comparison, events)))
    )


def date_of(run: Run) -> str:
    """The day the run was started."""
    return f"{datetime.fromtimestamp(run.record().created, tz=UTC):%d %B %Y, %H:%M} UTC"


def _listed(caption: str, rows: Sequence[tuple[str, object]]) -> str:
    return table(caption, _COLUMNS, [(name, escape(_short(str(value)))) for name, value in rows], "to-facts")


def _data(run: Run, comparison: Comparison) -> list[tuple[str, object]]:
    dataset, rows = run.dataset(), comparison.rows
    counted = (("trained on", rows.train), ("dev", rows.dev), ("test", rows.test))
    split = ", ".join(f"{number:,} {name}" for name, number in counted if number is not None)
    planned = len(run.splits().test)
    known: list[tuple[str, object]] = [
        ("File", dataset.name),
        ("SHA-256 of its bytes", dataset.sha256),
        ("Rows", f"{dataset.rows:,} in the file; {split}"),
        *([("Test rows", _FEWER.format(rows.test, planned))] if rows.test < planned else []),
        ("Input, target", f"{dataset.input}, {dataset.target}"),
        ("Task", f"{dataset.task}: {dataset.reason}"),
    ]
    if dataset.test_name is not None:
        known += [("Test file", dataset.test_name), ("SHA-256 of its bytes", dataset.test_sha256)]
    if dataset.labels:
        known.append((f"{len(dataset.labels)} labels", ", ".join(dataset.labels)))
    unread = comparison.model.family == "encoder"
    instruction = "none: the model reads the row alone" if unread else dataset.instruction
    return [*known, ("Instruction", instruction), *(("Note on the file", note) for note in dataset.notes)]


def _settings(spec: RunSpec, comparison: Comparison, events: Sequence[Event]) -> list[tuple[str, object]]:
    planned = next((event.batch_size for event in events if isinstance(event, Planned) and event.batch_size), None)
    values = {name: getattr(spec, name) for name in RunSpec.model_fields} | {"model": model_name(spec.model)}
    timed = spec.budget is not None
    if planned not in {None, spec.batch_size}:
        values["batch_size"] = f"{planned}, as there was little time ({spec.batch_size} was set)"
    longest = comparison.model.max_length
    if longest is not None and longest < spec.max_length:
        values["max_length"] = f"{spec.max_length}, of which this model reads {longest}"
    done = _as_it_was(comparison, events) if timed else {}
    values |= {name: words for name, words in done.items() if values[name] is None}
    return [(name.replace("_", " "), _value(name, value, timed=timed)) for name, value in values.items()]


def _as_it_was(comparison: Comparison, events: Sequence[Event]) -> dict[str, str]:
    """What a time budget decided, as it turned out."""
    last = next((event for event in reversed(events) if isinstance(event, Step)), None)
    found: dict[str, object] = {"test_rows": comparison.rows.test}
    if comparison.adapter.layers is not None:
        found["layers"] = len(comparison.adapter.layers)
    if last is not None:
        seen = f"{last.epoch:.2g}"
        rows, train = comparison.rows, comparison.rows.train or 0
        found["epochs"] = f"{seen} ({train:,} of {train + rows.unseen:,} rows)" if rows.unseen else seen
    told = {name: f"{value}, as there was time for" for name, value in found.items()}
    return told if comparison.rows.unanswered else {**told, "test_rows": str(comparison.rows.test)}


def _value(name: str, value: object, *, timed: bool) -> object:
    if isinstance(value, CleaningPlan):
        return ", ".join(step_name(one.step) for one in value.steps if one.on)
    if value is None:
        return "what there was time for" if timed and name in _BY_TIME else _NOT_SET.get(name, _FOUND)
    return duration_words(float(str(value))) if name == "budget" else value


def _origin(run: Run, comparison: Comparison, events: Sequence[Event]) -> list[tuple[str, object]]:
    model, adapter = comparison.model, comparison.adapter
    named = " ".join(part for part in (model_name(model.id or ""), model.revision) if part) or "unknown"
    known: list[tuple[str, object]] = [("Base model", named)]
    if model.source:
        known.append(("Where it came from", model.source))
    if model.max_length is not None:
        known.append((_READ[model.family], f"{model.max_length:,} at most"))
    if adapter.trainable_parameters is not None:
        layers = "" if adapter.layers is None else f" in {len(adapter.layers)} layers"
        known.append(
            ("Adapter", f"LoRA of rank {adapter.rank}{layers}, {adapter.trainable_parameters:,} parameters trained")
        )
    started = next((event for event in events if isinstance(event, Started)), None)
    if started is not None:
        threads = f"{started.threads} thread{'' if started.threads == 1 else 's'}"
        said = (started.processor, started.device, started.precision, threads)
        known.append(("Machine", ", ".join(part for part in said if part)))
    ending = run.ending()
    if started is not None and ending is not None:
        budget, took = run.spec().budget, ending.at - started.at + started.before_s
        given = "" if budget is None else f"; {duration_words(budget)} were given"
        known.append(("Time", f"{duration_words(took)}{given}"))
    return [*known, ("Date", date_of(run)), ("Run", run.id[:8]), ("Made by", f"Tune-Off {__version__}")]


def _short(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}… ({len(text):,} characters)"
