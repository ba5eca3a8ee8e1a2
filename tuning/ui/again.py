"""Start again: where the data of a run still are, and what to do where they are gone. Knows files; no layout."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tuning.data.bundled import BundledExample
from tuning.data.step_names import step_name
from tuning.errors import FileError
from tuning.runs.store import Run
from tuning.spec import RunSpec
from tuning.ui.choices import Choices
from tuning.ui.form import USUAL_BUDGET, form_values

__all__ = ["choices_of"]

_NOTHING = {"budget": "no limit"}
"""What an empty field means, where that has a name."""


def choices_of(run: Run, examples: Sequence[BundledExample], uploads: Path) -> Choices:
    """What was chosen for that run: the very files, byte by byte, and its settings.

    Raises `FileError` that says what to do where a file is gone.
    """
    dataset, settings = run.dataset(), run.spec().model_dump(mode="json", exclude_none=True)
    test = None
    if dataset.test_sha256 is not None:
        test = _uploaded(dataset.test_name or "", dataset.test_sha256, uploads, run)
    for example in examples:
        if example.path.name == dataset.name and _digest(example.path) == dataset.sha256:
            return Choices(example=example.key, test=test, settings=settings)
    return Choices(file=_uploaded(dataset.name, dataset.sha256, uploads, run), test=test, settings=settings)


def _uploaded(name: str, sha256: str, uploads: Path, run: Run) -> str:
    """The upload of that name and content; every upload has a folder of its own."""
    for path in _candidates(Path(name).name, uploads):
        if _digest(path) == sha256:
            return str(path)
    raise FileError(
        f"'{name}' is no longer here: an upload is kept for a day. Choose the file again under Tune, "
        f"{_set_by_hand(run.spec())}, and change one thing."
    )


def _candidates(name: str, uploads: Path) -> Iterator[Path]:
    for folder in uploads.iterdir() if uploads.is_dir() else ():
        path = folder / name
        if path.is_file() and not path.is_symlink():
            yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _set_by_hand(spec: RunSpec) -> str:
    """What would have to be set again in a form that begins as it always does, in words."""
    usual, own = form_values({}), form_values(spec.model_dump(mode="json", exclude_none=True))
    usual["budget"] = USUAL_BUDGET
    said = [
        f"{name.replace('_', ' ')} {own[name] or _NOTHING.get(name, 'empty')}"
        for name in own
        if own[name] != usual[name] and name != "steps"
    ]
    if own["steps"] != usual["steps"]:
        on = [step_name(one.step) for one in spec.cleaning_plan().steps if one.on]
        said.append(f"cleaning to {', '.join(on)}")
    return f"set {', '.join(said)}" if said else "leave the settings as they are"
