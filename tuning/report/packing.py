"""What can be taken away from a run, each as one file that is made when it is asked for. Knows a run and a folder.

The folder is one that whoever knows a path can fetch from, so every file lies at a path that nobody can guess.
"""

import json
import secrets
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from tuning.errors import InputError
from tuning.report.charts import charts
from tuning.report.document import report
from tuning.report.drawing import DARK, LIGHT, png, svg
from tuning.report.exports import predictions_csv, samples_jsonl
from tuning.report.samples import Samples, pair_samples
from tuning.runs.card import CARD, model_card
from tuning.runs.snippet import hub_name, model_name, snippet
from tuning.runs.store import Run
from tuning.scoring.comparison import Comparison

__all__ = ["Take", "pack"]

_CONFIG = "adapter_config.json"
_PROGRAM = "load_adapter.py"
"""The card's own program, ready to be run."""
Take = Literal["report", "adapter", "predictions", "samples", "charts"]


def pack(run: Run, take: Take, folder: Path) -> Path:
    """The file, somewhere below `folder`. Raises `InputError` for a run that has nothing like that."""
    if run.comparison() is None:
        raise InputError("There is nothing to take away: this run has no comparison.")
    name, write = _TAKES[take]
    place = folder / secrets.token_urlsafe(24) / name.format(run.id[:8])
    place.parent.mkdir(parents=True, mode=0o700)
    write(run, place)
    return place


def _write_report(run: Run, place: Path) -> None:
    place.write_text(report(run), encoding="utf-8")


def _write_adapter(run: Run, place: Path) -> None:
    """What PEFT wrote, the model card, its program and what judged it; no link, no row and no path goes along."""
    comparison = run.comparison()
    assert comparison is not None
    if not run.adapter_path.is_dir():
        raise InputError("There is no adapter to take away: this run was not trained to the end.")
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(run.adapter_path.rglob("*")):
            if file.is_file() and not file.is_symlink() and file.name not in (_CONFIG, CARD, _PROGRAM):
                archive.write(file, file.relative_to(run.adapter_path).as_posix())
        config = json.loads((run.adapter_path / _CONFIG).read_text(encoding="utf-8"))
        base = {"base_model_name_or_path": hub_name(comparison.model)}
        archive.writestr(_CONFIG, json.dumps(config | base, indent=2))
        archive.writestr(CARD, model_card(run))
        archive.writestr(_PROGRAM, snippet(run, _without_paths(comparison), run.events()))
        archive.writestr("comparison.json", _without_paths(comparison).to_json())


def _without_paths(comparison: Comparison) -> Comparison:
    model = comparison.model
    named = model.model_copy(update={"id": None if model.id is None else model_name(model.id)})
    return comparison.model_copy(update={"model": named})


def _write_predictions(run: Run, place: Path) -> None:
    place.write_bytes(predictions_csv(_samples(run)).encode("utf-8"))


def _primary(run: Run) -> str:
    comparison = run.comparison()
    assert comparison is not None
    return comparison.primary


def _write_samples(run: Run, place: Path) -> None:
    place.write_bytes(samples_jsonl(_samples(run)).encode("utf-8"))


def _samples(run: Run) -> Samples:
    base, tuned, strongest = (run.predictions(which) for which in ("base", "tuned", "strongest"))
    return pair_samples(base, tuned, run.id, _primary(run), strongest)


def _write_charts(run: Run, place: Path) -> None:
    """Every chart as SVG and PNG, light and dark."""
    comparison, events = run.comparison(), run.events()
    assert comparison is not None
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for look, palette in (("light", LIGHT), ("dark", DARK)):
            for chart in charts(comparison, events, palette):
                archive.writestr(f"{chart.name}-{look}.svg", svg(chart))
                archive.writestr(f"{chart.name}-{look}.png", png(chart))


_TAKES: Mapping[Take, tuple[str, Callable[[Run, Path], None]]] = MappingProxyType(
    {
        "report": ("tune-off-{}.html", _write_report),
        "adapter": ("tune-off-{}-adapter.zip", _write_adapter),
        "predictions": ("tune-off-{}-predictions.csv", _write_predictions),
        "samples": ("tune-off-{}-samples.jsonl", _write_samples),
        "charts": ("tune-off-{}-charts.zip", _write_charts),
    }
)
