"""The data step without its looks: a file or an example and what the form says → everything there is to know of it.

Knows files, settings and limits; no layout and no run. What is shown is what a run is made of: `look` and `prepared`
work from the same settings.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuning.data.bundled import BundledExample
from tuning.data.examples import Prepared
from tuning.data.inspecting import Inspection, inspect_tables
from tuning.data.lengths import ModelView
from tuning.data.planning import Source
from tuning.data.preparing import prepare_tables, read_source
from tuning.data.profile import ColumnProfile, profile_columns
from tuning.data.shapes import recognise
from tuning.errors import ColumnError, FileError, InputError, ModelError, SettingError
from tuning.models.viewing import Tokenizers
from tuning.runs.limits import Limits
from tuning.spec import RunSpec, parse_spec

__all__ = ["Chosen", "DataStep", "Opened", "Seen", "find_chosen", "without_guesses"]

_GUESSED = ("task", "input", "target", "template")
_KEPT, _KEPT_BYTES = 4, 300_000_000


@dataclass(frozen=True)
class Chosen:
    """Which files the examples are in."""

    path: Path
    name: str
    settings: Mapping[str, object]
    """Suggested for this file."""
    test: Path | None = None
    """A second file, whose rows are the test split."""


@dataclass(frozen=True)
class Opened:
    """Files that were read."""

    source: Source
    profiles: dict[str, ColumnProfile]
    """Of the first one's columns."""

    @property
    def bytes(self) -> int:
        """About what the tables take in memory."""
        tables = (self.source.table, self.source.test)
        return sum(table.data.nbytes for table in tables if table is not None)


@dataclass(frozen=True)
class Seen:
    """What is known of the files with these settings."""

    found: Inspection
    prepared: Prepared | None
    """What a run would be made of; None if something is in the way, which `found.problem` says."""
    not_rendered: str = ""
    """Why rows are not shown as the model sees them; empty if they are."""


def find_chosen(file: str | None, example: str | None, test: str | None, examples: Sequence[BundledExample]) -> Chosen:
    """The uploaded file, else the chosen example. Raises `FileError` when there is neither."""
    own_test = Path(test) if test else None
    if file:
        return Chosen(Path(file), Path(file).name, {}, own_test)
    found = next((one for one in examples if one.key == example), None)
    if found is None:
        raise FileError("Choose a file or an example first.")
    return Chosen(found.path, found.path.name, found.spec_values, own_test)


def without_guesses(opened: Opened, settings: Mapping[str, object]) -> dict[str, object]:
    """The settings without those that say what is found anyway, so that only what differs counts as set by hand.

    Raises `SettingError`.
    """
    chosen = {name: settings[name] for name in _GUESSED if settings.get(name) is not None}
    others = {name: value for name, value in settings.items() if name not in _GUESSED}
    for kept in ((), _GUESSED[1:]):
        fewer = others | {name: chosen[name] for name in kept if name in chosen}
        try:
            shape = recognise(opened.source.table, parse_spec(fewer), opened.profiles)
        except ColumnError:
            continue
        same = all(getattr(shape, name) == value for name, value in chosen.items())
        if same and shape.template == chosen.get("template", shape.template if "input" not in chosen else None):
            return fewer
    return dict(settings)


class DataStep:
    """Opens files and looks at them. Keeps the files and tokenizers used last, so that another setting costs little."""

    def __init__(self, limits: Limits, tokenizers: Tokenizers) -> None:
        self._limits = limits
        self._tokenizers = tokenizers
        self._opened: OrderedDict[object, Opened] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, chosen: Chosen) -> Opened:
        """Read the files, unless they are the same as a moment ago. Raises `FileError`."""
        key = (chosen.name, *map(_stamp, (chosen.path, chosen.test)))
        with self._lock:
            if key in self._opened:
                self._opened.move_to_end(key)
                return self._opened[key]
        source = read_source(chosen.path, name=chosen.name, test=chosen.test)
        opened = Opened(source, profile_columns(source.table))
        with self._lock:
            self._opened[key] = opened
            self._forget()
        return opened

    def _forget(self) -> None:
        while len(self._opened) > _KEPT or sum(one.bytes for one in self._opened.values()) > _KEPT_BYTES:
            self._opened.popitem(last=False)

    def look(self, chosen: Chosen, settings: Mapping[str, object]) -> Seen:
        """Everything that is known of the files with these settings. Raises `FileError`, `SettingError`."""
        opened = self.open(chosen)
        spec = parse_spec(without_guesses(opened, settings))
        view, not_rendered = self._view(spec)
        try:
            found = inspect_tables(opened.source, spec, view)
        except (ModelError, SettingError) as error:  # the instruction and the model do not go together
            found = inspect_tables(opened.source, spec).model_copy(update={"problem": str(error)})
        if found.problem is not None:
            return Seen(found, None, not_rendered)
        try:
            return Seen(found, self._prepare(opened, spec), not_rendered)
        except InputError as error:
            return Seen(found.model_copy(update={"problem": str(error)}), None, not_rendered)

    def prepared(self, chosen: Chosen, settings: Mapping[str, object]) -> Prepared:
        """What a run of these settings is made of. Raises an `InputError` that says what is in the way."""
        opened = self.open(chosen)
        return self._prepare(opened, parse_spec(without_guesses(opened, settings)))

    def _prepare(self, opened: Opened, spec: RunSpec) -> Prepared:
        prepared = prepare_tables(opened.source, spec)
        self._limits.check(prepared)
        return prepared

    def _view(self, spec: RunSpec) -> tuple[ModelView | None, str]:
        """How the chosen model sees rows, or None and why that cannot be told here."""
        try:
            return self._tokenizers.view(spec.model, spec.max_length), ""
        except ModelError as error:
            return None, str(error)


def _stamp(path: Path | None) -> object:
    """Changes when the file does."""
    if path is None or not path.is_file():
        return path
    stat = path.stat()
    return path, stat.st_mtime_ns, stat.st_size
