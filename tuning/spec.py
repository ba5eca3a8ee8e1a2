"""The settings of a run: one bounded model that the form, the command line and the settings file are views of.

It knows nothing of files, models or training; bounds and help texts are said here and nowhere else.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from tuning.durations import read_duration
from tuning.errors import SettingError
from tuning.presets import Preset, with_preset

__all__ = [
    "DEFAULT_ENCODER",
    "DEFAULT_MODEL",
    "CleaningPlan",
    "CleaningStep",
    "Depth",
    "FamilyName",
    "GroupRule",
    "PlanStep",
    "RunSpec",
    "Task",
    "layers_of",
    "parse_spec",
    "read_plan",
    "read_spec",
]

DEFAULT_MODEL = "smollm2-135m-instruct"
DEFAULT_ENCODER = "all-minilm-l6-v2"
DEFAULT_EPOCHS = 3
MOST_EPOCHS = 50
"""What a time budget is allowed to go to; training ends before, when dev stops improving."""


FamilyName = Literal["decoder", "encoder", "seq2seq"]
"""What kind of model: a language model, a sentence encoder, an encoder-decoder."""

Depth = Annotated[int, Field(ge=1, le=1000)] | Literal["all", "third"]
"""How many of a model's top layers."""


class Task(StrEnum):
    """What the model is tuned to do."""

    CLASSIFY = "classify"
    GENERATE = "generate"


class CleaningStep(StrEnum):
    """One thing that cleaning can do to the rows, in the order in which they are done."""

    FIX_ENCODING = "fix-encoding"
    REDACT = "redact"
    DROP_EMPTY = "drop-empty"
    MERGE_LABELS = "merge-labels"
    DROP_DUPLICATES = "drop-duplicates"
    DROP_LEAKED = "drop-leaked"
    DROP_NEAR_DUPLICATES = "drop-near-duplicates"
    DROP_CONFLICTS = "drop-conflicts"
    DROP_RARE_LABELS = "drop-rare-labels"
    KEEP_TOGETHER = "keep-together"


class PlanStep(BaseModel):
    """A step and whether it is done."""

    model_config = ConfigDict(frozen=True)  # What `inspect` tells of a step beside these two is ignored.

    step: CleaningStep
    on: bool


class CleaningPlan(BaseModel):
    """What is done to the rows before they are split. A step that is not named is not done."""

    model_config = ConfigDict(frozen=True)

    steps: tuple[PlanStep, ...]

    @field_validator("steps")
    @classmethod
    def _in_order(cls, steps: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
        order = [list(CleaningStep).index(one.step) for one in steps]
        for before, after, one in zip(order, order[1:], steps[1:], strict=False):
            if before == after:
                raise ValueError(f"must name step '{one.step}' once")
            if before > after:
                raise ValueError(f"must have its steps in the order {', '.join(CleaningStep)}")
        if CleaningStep.DROP_EMPTY not in {one.step for one in steps if one.on}:
            raise ValueError(
                f"must have step '{CleaningStep.DROP_EMPTY}' on: a row without input or target teaches nothing"
            )
        return steps

    @classmethod
    def usual(cls) -> "CleaningPlan":
        """Every step, on where it does more good than harm to nearly any file."""
        off = {CleaningStep.REDACT, CleaningStep.DROP_CONFLICTS, CleaningStep.DROP_RARE_LABELS}
        return cls(steps=tuple(PlanStep(step=step, on=step not in off) for step in CleaningStep))

    def has(self, step: CleaningStep) -> bool:
        """Whether the step is done."""
        return any(one.step is step and one.on for one in self.steps)

    def switched(self, step: CleaningStep, *, on: bool) -> "CleaningPlan":
        """This plan with one step on or off."""
        kept = {one.step: one.on for one in self.steps} | {step: on}
        return CleaningPlan(steps=tuple(PlanStep(step=one, on=kept[one]) for one in CleaningStep if one in kept))


class GroupRule(BaseModel):
    """Rows whose values in `column` agree (in their first `characters`, if given) stay in one split."""

    model_config = ConfigDict(frozen=True)

    column: str
    characters: int | None = None

    def key(self, value: str) -> str:
        """The part of a cell that decides the group."""
        return value if self.characters is None else value[: self.characters]


class RunSpec(BaseModel):
    """Everything that decides a run, apart from the rows. `None` means: found from the data or the machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    task: Task | None = Field(None, description="what to learn: classify (one of a few labels) or generate (free text)")
    input: str | None = Field(None, min_length=1, max_length=200, description="the column the model reads")
    target: str | None = Field(None, min_length=1, max_length=200, description="the column the model should produce")
    group: str | None = Field(
        None,
        pattern=r"^.+$",
        max_length=210,
        description="COLUMN or COLUMN:N; rows equal there (in the first N characters) stay in one split",
    )
    template: str | None = Field(
        None,
        min_length=1,
        max_length=4000,
        description="the input made of several columns, as text with {column} where a cell goes",
    )
    split: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="the column that says train, dev or test for every row; - to ignore the one that was found",
    )
    plan: CleaningPlan | None = Field(
        None, description="the cleaning plan, as `inspect --json` prints it; without one the usual steps are done"
    )
    instruction: str | None = Field(None, max_length=4000, description="what the model is told before every input")
    model: str = Field(DEFAULT_MODEL, min_length=1, max_length=300, description="a model of the catalog, see `models`")
    rows: int | None = Field(None, ge=20, le=1_000_000, description="use at most this many rows, drawn with the seed")
    test_rows: int | None = Field(None, ge=5, le=100_000, description="rows held out for the comparison")
    budget: Annotated[float | None, BeforeValidator(read_duration)] = Field(
        None,
        ge=30,
        le=86_400,
        description="time for everything from start to verdict, such as 90s, 2m or 1h; it decides what is not set",
    )
    preset: Preset | None = Field(
        None, description="a word for depth, epochs and test rows, where they are not set; not beside a budget"
    )
    epochs: int | None = Field(
        None,
        ge=1,
        le=MOST_EPOCHS,
        description=f"passes over the training rows, at most; {DEFAULT_EPOCHS}, or what a budget has time for",
    )
    rank: int = Field(16, ge=1, le=256, description="rank of the LoRA matrices")
    alpha: int = Field(32, ge=1, le=1024, description="LoRA scaling; the update is multiplied by alpha / rank")
    dropout: float = Field(0.0, ge=0, le=0.9, description="share of adapter inputs dropped while training")
    learning_rate: float = Field(1e-3, ge=1e-6, le=0.1, description="highest learning rate of the schedule")
    weight_decay: float = Field(0.01, ge=0, le=1, description="how strongly adapter weights are pulled to zero")
    layers: Depth | None = Field(
        None, description="how many of the top layers get an adapter: all, or what a budget has time for"
    )
    batch_size: int = Field(
        8, ge=1, le=256, description="training rows per optimizer step; fewer where a budget has time for few steps"
    )
    max_length: int = Field(512, ge=32, le=8192, description="longest prompt plus completion, in tokens")
    margin: float | None = Field(
        None, ge=0.1, le=50, description="how many points worse than the base still counts as not worse"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("auto", description="where to compute")
    precision: Literal["auto", "float32", "bfloat16"] = Field("auto", description="number format of the base weights")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="decides splits, shuffles and initial adapter weights")

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "RunSpec":
        if self.budget is not None and self.preset is not None:
            raise ValueError("budget and preset are both set, and each decides how much is done: leave one of them out")
        return self

    @property
    def most_epochs(self) -> int:
        """Passes over the training rows after which training ends, whatever else."""
        return self.epochs or (DEFAULT_EPOCHS if self.budget is None else MOST_EPOCHS)

    def cleaning_plan(self) -> CleaningPlan:
        """The plan that was set, else the usual one."""
        return self.plan or CleaningPlan.usual()

    def group_rule(self) -> GroupRule | None:
        """The parsed form of `group`."""
        if self.group is None:
            return None
        column, colon, characters = self.group.rpartition(":")
        if not colon or not characters.isdecimal() or not column:
            return GroupRule(column=self.group)
        return GroupRule(column=column, characters=int(characters))


def layers_of(depth: Depth, layers: int) -> int:
    """How many of a model's `layers` that is; a number may be more than there are."""
    match depth:
        case "all":
            return layers
        case "third":
            return max(1, round(layers / 3))
        case count:
            return count


def parse_spec(values: Mapping[str, object]) -> RunSpec:
    """Check raw settings. Raises `SettingError` naming the first setting at fault, the rule and the value."""
    try:
        return RunSpec.model_validate(with_preset(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        if first["type"] == "extra_forbidden":
            known = ", ".join(RunSpec.model_fields)
            raise SettingError(f"setting '{name}' does not exist; there are {known}") from error
        if name == "plan":
            raise SettingError(f"setting 'plan' {_rule(first)}") from error
        if not first["loc"]:
            raise SettingError(_rule(first)) from error
        raise SettingError(f"setting '{name}' {_rule(first)}, but is {str(values.get(name))[:80]!r}") from error


def read_spec(path: Path) -> dict[str, object]:
    """The raw settings in a JSON file, for `parse_spec`. Raises `SettingError` if it is not a JSON object."""
    return _read_object(path, "settings file")


def read_plan(path: Path) -> CleaningPlan:
    """The cleaning plan in a JSON file: what `inspect --json` prints, whole or its plan alone, edited or not.

    Raises `SettingError` naming the file and what is wrong with it.
    """
    values = _read_object(path, "plan file")
    content = values.get("plan", values)
    try:
        return CleaningPlan.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        at = f" at {place}" if len(first["loc"]) > 1 else ""
        raise SettingError(f"plan file '{path}'{at}: {_rule(first)}; write it as `inspect --json` prints it") from error


def _rule(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Input ").removeprefix("Value error, ")


def _read_object(path: Path, kind: str) -> dict[str, object]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"{kind} '{path}' cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SettingError(f"{kind} '{path}' is not valid JSON: {error}") from error
    if not isinstance(values, dict):
        raise SettingError(f"{kind} '{path}' must hold one JSON object, but holds a {type(values).__name__}")
    return values
