"""What the base answered, kept in the run's own folder and found there by later runs that ask the same.

    HOME/runs/ID/base_answers/KEY.json    a digest on the first line, the answers on the second

A key tells apart all that an answer depends on, down to its rounding: equal keys mean equal answers, and the names of
files are all that is looked through. Every run keeps what it used, so any other may be deleted, and what the base said
of a run's rows goes with that run. Knows questions and run folders; it is for the base alone, before training.
"""

import hashlib
import json
import logging
import platform
from importlib.metadata import version
from pathlib import Path

from tuning.engine.forward import Batching, CausalModel, OnRows
from tuning.errors import RunNotFoundError
from tuning.models.fetching import ResolvedModel
from tuning.models.loading import Machine
from tuning.runs.files import write_text
from tuning.runs.questions import Answer, Question
from tuning.runs.run import Run

__all__ = ["KeptAnswers", "describe_base"]

_log = logging.getLogger(__name__)
_FOLDER = "base_answers"
_FORMAT = 1
"""Of the files and of the questions' answers in them."""
_SHOWN_ID = 8
_ENGINE = Path(__file__).resolve().parents[1] / "engine"


class KeptAnswers:
    """Asks the base of one run, unless a run of the same home asked the same; `base` is what `describe_base` gives."""

    def __init__(self, run: Run, base: str) -> None:
        self._run, self._base = run, base
        self._asked, self._taken = 0, 0
        self._sources: set[str] = set()

    def ask(self, question: Question[Answer], model: CausalModel, on_rows: OnRows, batching: Batching) -> list[Answer]:
        """One answer a row, in order. A question that an earlier run asked costs no pass through the model."""
        name = self._name(question, batching)
        for path in self._places(name):
            known = _read(path, question)
            if known is not None:
                if path.parents[1] != self._run.path:
                    self._taken += len(known)
                    self._sources.add(self._called(path.parents[1]))
                    self._keep(name, question, known)
                on_rows(len(known))
                return known
        answers = question.ask(model, on_rows, batching)
        self._asked += len(answers)
        self._keep(name, question, answers)
        return answers

    def summary(self) -> str:
        """How many answers were taken from where, as a sentence; empty when all were asked for."""
        if not self._sources:
            return ""
        sources, total = " and ".join(sorted(self._sources)), self._taken + self._asked
        return f"{self._taken} of {total} base answers are those of {sources}: the same model, the same prompts."

    def _name(self, question: Question[Answer], batching: Batching) -> str:
        """The name of the file with the answers: a dataclass's repr holds its kind and every token."""
        asked = f"{self._base} {batching.shared_prefix} {question!r}"
        return f"{_digest(asked)}.json"

    def _places(self, name: str) -> list[Path]:
        """Where the answers lie, this run's own folder first."""
        found = self._run.path.parent.glob(f"[0-9a-f]*/{_FOLDER}/{name}")
        return sorted(found, key=lambda path: (path.parents[1] != self._run.path, path))

    def _keep(self, name: str, question: Question[Answer], answers: list[Answer]) -> None:
        folder = self._run.path / _FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        body = question.answers.dump_json(answers).decode()
        write_text(folder / name, f"{_digest(name + body)}\n{body}")

    def _called(self, folder: Path) -> str:
        """What the user is told of a run: the beginning of its id, if it is one of their own."""
        try:
            own = Run(folder).record().owner == self._run.record().owner
        except (RunNotFoundError, ValueError):  # deleted meanwhile, or damaged
            own = False
        return f"run {folder.name[:_SHOWN_ID]}" if own else "an earlier run"


def describe_base(base: ResolvedModel, machine: Machine) -> str:
    """Everything but the question that the base's answers depend on, on one line: model, machine, and code."""
    import torch

    weights = [file.stat() for file in sorted(base.path.glob("*.safetensors"))]
    on_gpu = machine.device.type == "cuda"
    chip = torch.cuda.get_device_name(machine.device) if on_gpu else torch.backends.cpu.get_cpu_capability()
    return json.dumps(
        {
            "format": _FORMAT,
            "model": [base.entry.name, base.revision, base.source],
            "weights": [[stat.st_size, stat.st_mtime_ns] for stat in weights],  # a local folder has no revision
            "precision": machine.precision_name,
            "machine": [machine.device.type, platform.machine(), chip, machine.threads],
            "libraries": [version("torch"), version("transformers")],
            "engine": _digest("".join(file.read_text(encoding="utf-8") for file in sorted(_ENGINE.glob("*.py")))),
        }
    )


def _read(path: Path, question: Question[Answer]) -> list[Answer] | None:
    """The answers in a file; None if it is damaged, or gone with its run."""
    try:
        digest, _, body = path.read_text(encoding="utf-8").partition("\n")
        if digest != _digest(path.name + body):
            raise ValueError("its digest does not match")
        answers: list[Answer] = question.answers.validate_json(body)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _log.warning("kept answers of run %s are not used, %s: %s", path.parents[1].name, path.name, error)
        return None
    return answers


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
