"""The words of the command line: commands, flags and help. Knows the settings' names, not what they do.

Every setting of a run has one flag, made from `RunSpec`; values stay text here, `parse_spec` alone judges them.
"""

import argparse
import types
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from tuning import __version__
from tuning.errors import InputError
from tuning.spec import CleaningStep, RunSpec, Task, parse_spec, read_plan, read_spec

__all__ = ["EXIT_CODES", "build_parser", "flag", "spec_from"]

EXIT_CODES = """\
exit codes:
  0  done, whatever the comparison says
  1  something unexpected, a failed check of our own, or an interrupted run
  2  the input is at fault: file, column, setting, model or command
  3  cancelled
  4  the comparison does not say what --require asked for
"""

_FLAGS = {"learning_rate": "lr"}
_METAVARS = {
    "input": "COLUMN",
    "target": "COLUMN",
    "group": "COLUMN[:N]",
    "instruction": "TEXT",
    "model": "NAME",
    "budget": "TIME",
    "layers": "N|third|all",
    "template": "TEXT",
    "split": "COLUMN",
    "plan": "FILE",
}
_RUN_HELP = "id of a run, its first characters (at least 4), or 'last'"


class _Parser(argparse.ArgumentParser):
    """Reports a mistake as one line, like every other fault of the input."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; see '{self.prog} --help'")


def flag(name: str) -> str:
    """The flag of a setting: `learning_rate` is `--lr`, `batch_size` is `--batch-size`."""
    return "--" + _FLAGS.get(name, name).replace("_", "-")


def spec_from(args: argparse.Namespace) -> RunSpec:
    """Flags over the file of `--spec` over defaults, checked once. Raises `SettingError`."""
    from_file: Mapping[str, object] = read_spec(args.spec) if args.spec else {}
    flags = {name: value for name in RunSpec.model_fields if (value := getattr(args, name)) is not None}
    if args.plan is not None:
        flags["plan"] = read_plan(args.plan)
    spec = parse_spec({**from_file, **flags})
    if args.redact:
        return spec.model_copy(update={"plan": spec.cleaning_plan().switched(CleaningStep.REDACT, on=True)})
    return spec


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; a parsed command's name is in `command`."""
    parser = _Parser(
        prog="python -m tuning",
        description="Tune a small text model on a file of examples and see whether it helped.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tune-off {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, title="commands")
    _add_inspect(commands)
    _add_tune(commands)
    _add_predict(commands)
    _add_listing(commands, "runs", "list the runs, newest first")
    show = _add_command(commands, "show", "what came of a run, or where it stands")
    show.add_argument("run", metavar="RUN", help=_RUN_HELP)
    show.add_argument("--json", action="store_true", help="status and comparison as one JSON object")
    watch = _add_command(commands, "watch", "follow a run until it ends; Ctrl-C leaves it running")
    watch.add_argument("run", metavar="RUN", help=_RUN_HELP)
    _add_outcome_flags(watch)
    report = _add_command(commands, "report", "write a run's report: one HTML file that opens without a network")
    report.add_argument("run", metavar="RUN", help=_RUN_HELP)
    report.add_argument(
        "--out", metavar="FILE", type=Path, help="where to; without it tune-off-RUN.html, RUN being the id's beginning"
    )
    cancel = _add_command(commands, "cancel", "stop a run at its next step and compare what it learned")
    cancel.add_argument("run", metavar="RUN", help=_RUN_HELP)
    cancel.add_argument("--now", action="store_true", help="end it at once, as cancelling twice does")
    delete = _add_command(commands, "delete", "remove a run that has ended, with its rows and its adapter")
    delete.add_argument("run", metavar="RUN", help=_RUN_HELP)
    _add_compare(commands)
    _add_listing(commands, "models", "list the models on offer")
    return parser


def _add_command(commands: Any, name: str, description: str) -> argparse.ArgumentParser:
    """Commands are in one place because every one of them has the same frame."""
    added: argparse.ArgumentParser = commands.add_parser(
        name,
        help=description,
        description=description[0].upper() + description[1:] + ".",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    return added


def _add_listing(commands: Any, name: str, description: str) -> None:
    listing = _add_command(commands, name, description)
    listing.add_argument("--json", action="store_true", help="a JSON list instead of a table")


def _add_outcome_flags(command: argparse.ArgumentParser) -> None:
    """What both `tune` and `watch` do when the run ends."""
    command.add_argument("--out", metavar="DIR", type=Path, help="copy adapter, predictions and comparison.json there")
    command.add_argument("--json", action="store_true", help="print comparison.json and nothing else")
    command.add_argument("--quiet", action="store_true", help="print only the end")
    command.add_argument("--require", choices=["better"], help="exit with 4 unless the verdict says so")


def _add_tune(commands: Any) -> None:
    tune = _add_command(commands, "tune", "tune a model on a file and compare it with its base")
    tune.usage = "python -m tuning tune FILE [--rows N] [--epochs N] [--out DIR] ..."
    _add_data_flags(tune)
    _add_outcome_flags(tune)
    tune.add_argument("--detach", action="store_true", help="print the id of the run and return; see watch")


def _add_inspect(commands: Any) -> None:
    inspect = _add_command(commands, "inspect", "what is in a file, what is wrong with it and what would be done to it")
    inspect.usage = "python -m tuning inspect FILE [--json] [--test FILE] ..."
    _add_data_flags(inspect)
    inspect.add_argument("--json", action="store_true", help="everything as one JSON object; its plan suits --plan")


def _add_data_flags(command: argparse.ArgumentParser) -> None:
    """What decides the examples and the run made of them."""
    command.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="the examples: CSV, TSV, JSON, JSON Lines, Parquet or XLSX; or a data set of the Hub, "
        "as owner/name or owner/name:config:split",
    )
    command.add_argument("--test", metavar="FILE", type=Path, help="a second file, whose rows are the test split")
    settings = command.add_argument_group("settings", "They win over the file of --spec, which wins over the defaults.")
    for name, field in RunSpec.model_fields.items():
        kind = Path if name == "plan" else str
        settings.add_argument(flag(name), dest=name, metavar=_metavar(name, field), type=kind, help=_help(field))
    settings.add_argument("--redact", action="store_true", help="put placeholders for personal data and keys")
    settings.add_argument("--spec", metavar="FILE", type=Path, help="settings as a JSON file, names as in spec.json")


def _add_predict(commands: Any) -> None:
    predict = _add_command(commands, "predict", "answer new rows with a tuned model, as JSON Lines")
    predict.add_argument("run", metavar="RUN", help=_RUN_HELP)
    new_rows = predict.add_mutually_exclusive_group(required=True)
    new_rows.add_argument("file", metavar="FILE", type=Path, nargs="?", help="rows with the run's input column")
    new_rows.add_argument("--prompt", metavar="TEXT", help="one input instead of a file")
    predict.add_argument("--base", action="store_true", help="let the base answer instead of the tuned model")


def _add_compare(commands: Any) -> None:
    compare = _add_command(commands, "compare", "judge two files of predictions on the same rows, without any model")
    compare.add_argument(
        "base", metavar="BASE.jsonl", type=Path, help="the base's answers, as in predictions/base.jsonl"
    )
    compare.add_argument("tuned", metavar="TUNED.jsonl", type=Path, help="the tuned model's answers to the same rows")
    compare.add_argument(
        "--task", choices=_choices(Task), help="default: classify when a row has probabilities, else generate"
    )
    compare.add_argument("--margin", metavar="X", type=float, help="how many points worse still counts as not worse")
    compare.add_argument("--json", action="store_true", help="print it in the form of comparison.json and nothing else")


def _metavar(name: str, field: FieldInfo) -> str:
    choices = _choices(field.annotation)
    if name not in _METAVARS and choices:
        return "|".join(choices)
    return _METAVARS.get(name, "X" if field.annotation is float else "N")


def _choices(annotation: Any) -> list[str]:
    """The words an annotation allows; empty when it is not made of words."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return [member.value for member in annotation]
    if get_origin(annotation) is Literal:
        return [str(word) for word in get_args(annotation)]
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        return [word for part in get_args(annotation) for word in _choices(part)]
    return []


def _help(field: FieldInfo) -> str:
    """Description, bounds and default, all as `RunSpec` says them."""
    low = next((rule.ge for rule in field.metadata if isinstance(rule, Ge)), None)
    high = next((rule.le for rule in field.metadata if isinstance(rule, Le)), None)
    facts = [] if low is None or high is None else [f"{low} to {high}"]
    if field.default is not None:
        facts.append(f"default {field.default}")
    text = (field.description or "") + (f" ({'; '.join(facts)})" if facts else "")
    return text.replace("%", "%%")
