"""New rows asked of a finished run's models: for `predict`, and as a process of its own for the app.

`python -m tuning.runs.answering RUN_FOLDER` reads {"inputs": [...]} on standard input and prints
{"base": [...], "tuned": [...]}, predictions both. Knows the run folder and how its rows are asked.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from tuning.data.examples import Example
from tuning.errors import InputError, TuneOffError, describe_unexpected
from tuning.prediction import Prediction
from tuning.runs.run import Run

__all__ = ["Answers", "answer", "main"]


class Answers(BaseModel):
    """Each model's predictions in the order of the inputs; None for a model that was not asked."""

    model_config = ConfigDict(frozen=True)

    base: list[Prediction] | None = None
    tuned: list[Prediction] | None = None


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid")

    inputs: list[str]


def answer(
    run: Run, inputs: Sequence[str], *, which: Sequence[Literal["base", "tuned"]], env: Mapping[str, str] | None = None
) -> Answers:
    """Ask the run's base, its tuned model, or both, the way the run asked its test rows.

    Raises `InputError` for a run that has no adapter (yet) when tuned is asked.
    """
    if "tuned" in which and not run.adapter_path.is_dir():
        raise InputError(f"run {run.id[:8]} has no adapter: it was not trained to the end")
    from tuning.engine.suitability import choose_batching
    from tuning.models.adapter import adapter_off, load_adapter
    from tuning.models.catalog import find_model
    from tuning.models.fetching import resolve_model
    from tuning.models.loading import choose_machine, load_model, window
    from tuning.runs.responding import Responders

    env = os.environ if env is None else env
    spec = run.spec()
    resolved = resolve_model(find_model(spec.model, env), env)
    loaded = load_model(resolved.path, choose_machine(spec.device, spec.precision))
    batching = choose_batching(loaded.model)
    responders = Responders(loaded.tokenizer, spec, run.dataset(), run.splits(), window(loaded.model), batching)
    responder = responders.make(run.asking())
    examples = [Example(row=number, input=text, target="") for number, text in enumerate(inputs, 1)]

    def ask(model: object) -> list[Prediction]:
        return responder.predict(model, examples, lambda _: None)

    if "tuned" not in which:
        return Answers(base=ask(loaded.model))
    model = load_adapter(loaded.model, run.adapter_path)
    tuned = ask(model)
    if "base" not in which:
        return Answers(tuned=tuned)
    with adapter_off(model):
        return Answers(base=ask(model), tuned=tuned)


def main(arguments: list[str]) -> int:
    """The command; what goes wrong is one line on standard error."""
    import logging

    logging.basicConfig(level=logging.WARNING)
    try:
        question = _Question.model_validate_json(sys.stdin.buffer.read())
        answers = answer(Run(Path(arguments[0])), question.inputs, which=("base", "tuned"))
    except ValidationError as error:
        sys.stderr.write(f"the question is not of its form: {error.errors()[0]['msg']}\n")
        return InputError.exit_code
    except TuneOffError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the app shows one line, the log has the rest
        sys.stderr.write(f"{describe_unexpected(error, logging.getLogger(__name__))}\n")
        return 1
    sys.stdout.buffer.write(answers.model_dump_json().encode() + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
