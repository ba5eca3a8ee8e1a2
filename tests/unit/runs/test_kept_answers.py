"""What the base answered is found by equal questions alone, believed only whole, and each run has its own copy."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from pydantic import TypeAdapter

from tests.runs_support import new_run
from tuning.engine.forward import SHARED, Batching
from tuning.models.catalog import find_model
from tuning.models.fetching import ResolvedModel
from tuning.models.loading import Machine
from tuning.runs.kept_answers import KeptAnswers, describe_base
from tuning.runs.store import Run, RunStore

NUMBERS = [math.pi, -1e-300, 0.1 + 0.2, -0.0, 12345678.000000001]


@dataclass(frozen=True)
class Numbers:
    """Asks a list for the next of `NUMBERS` for every prompt."""

    answers: ClassVar = TypeAdapter(list[float])

    prompts: tuple[tuple[int, ...], ...] = ((1, 2), (3,))

    def ask(self, model, on_rows, batching) -> list[float]:
        model.append(self)
        for _ in self.prompts:
            on_rows(1)
        return NUMBERS[: len(self.prompts)]


class Base(list[Numbers]):
    """A model that knows how often it was asked."""


def ask(run: Run, model: Base, question: Numbers = Numbers(), base: str = "b", batching: Batching = SHARED) -> str:
    """Ask, hold answers and progress against what they must be, and return the summary."""
    told: list[int] = []
    kept = KeptAnswers(run, base)
    answers = kept.ask(question, model, told.append, batching)
    assert list(map(str, answers)) == list(map(str, NUMBERS[: len(question.prompts)]))
    assert sum(told) == len(question.prompts)
    return kept.summary()


@pytest.fixture
def model() -> Base:
    return Base()


def files(run: Run) -> list[Path]:
    return sorted((run.path / "base_answers").iterdir())


def test_an_equal_question_of_a_later_run_is_not_asked_again(tmp_path, model):
    first, second = new_run(tmp_path), new_run(tmp_path)
    five = Numbers(tuple((number,) for number in range(5)))
    assert ask(first, model, five) == ""
    summary = ask(second, model, five)
    assert len(model) == 1
    assert summary == f"5 of 5 base answers are those of run {first.id[:8]}: the same model, the same prompts."


def test_what_is_asked_anew_is_counted_beside_what_is_known(tmp_path, model):
    first, second = new_run(tmp_path), new_run(tmp_path)
    ask(first, model)
    kept = KeptAnswers(second, "b")
    for question in (Numbers(), Numbers(((9,),))):
        kept.ask(question, model, lambda _: None, SHARED)
    assert kept.summary().startswith("2 of 3 base answers are those of run ")


@pytest.mark.parametrize(
    "otherwise",
    [
        {"base": "another"},
        {"batching": Batching(shared_prefix=False)},
        {"question": Numbers(((1, 2), (4,)))},
        {"question": Numbers(((1,), (2, 3)))},
        {"question": Numbers(((3,), (1, 2)))},
    ],
    ids=["base", "batching", "token", "boundary", "order"],
)
def test_whatever_else_is_asked_is_asked(tmp_path, model, otherwise):
    ask(new_run(tmp_path), model)
    assert ask(new_run(tmp_path), model, **otherwise) == ""
    assert len(model) == 2


def test_the_first_run_may_be_deleted(tmp_path, model):
    first, second, third = (new_run(tmp_path) for _ in range(3))
    ask(first, model)
    ask(second, model)
    first.finish("failed", "it stopped", 1)
    RunStore(tmp_path).delete(first)
    assert f"run {second.id[:8]}" in ask(third, model)
    assert len(model) == 1


def test_a_run_that_is_being_deleted_or_made_is_not_looked_at(tmp_path, model):
    first = new_run(tmp_path)
    ask(first, model)
    first.path.rename(first.path.with_name(f".trash-{first.id}"))
    assert ask(new_run(tmp_path), model) == ""


def test_another_home_knows_nothing(tmp_path, model):
    ask(new_run(tmp_path / "one"), model)
    ask(new_run(tmp_path / "other"), model)
    assert len(model) == 2


def test_the_same_question_twice_in_a_run_is_asked_once_and_is_no_news(tmp_path, model):
    run = new_run(tmp_path)
    assert (ask(run, model), ask(run, model)) == ("", "")
    assert len(model) == 1


@pytest.mark.parametrize(
    "damage", [lambda text: text[:-3], lambda text: text.replace("3.14", "2.71"), lambda text: "", lambda text: "é"]
)
def test_a_damaged_file_is_logged_and_the_question_asked_anew(tmp_path, model, caplog, damage):
    first, second = new_run(tmp_path), new_run(tmp_path)
    ask(first, model)
    (file,) = files(first)
    file.write_text(damage(file.read_text(encoding="utf-8")), encoding="latin-1")
    assert ask(second, model) == ""
    assert len(model) == 2
    assert first.id in caplog.text
    assert "not used" in caplog.text


def test_a_run_repairs_its_own_damaged_file(tmp_path, model):
    run = new_run(tmp_path)
    ask(run, model)
    (file,) = files(run)
    whole = file.read_bytes()
    file.write_bytes(whole[:10])
    ask(run, model)
    assert (len(model), file.read_bytes()) == (2, whole)


def test_answers_under_another_question_s_name_are_not_believed(tmp_path, model):
    first = new_run(tmp_path)
    ask(first, model)
    ask(first, model, Numbers(((5,), (6,))))
    one, other = files(first)
    other.write_bytes(one.read_bytes())
    one.unlink()
    for question in (Numbers(), Numbers(((5,), (6,)))):
        ask(new_run(tmp_path), model, question)
    assert len(model) == 4


def test_a_question_that_is_cut_short_leaves_nothing(tmp_path, model):
    run = new_run(tmp_path)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        KeptAnswers(run, "b").ask(Numbers(), model, stop, SHARED)
    assert ask(new_run(tmp_path), model) == ""


def test_a_stranger_s_run_is_not_named(tmp_path, model):
    theirs = new_run(tmp_path, owner="somebody")
    ask(theirs, model)
    summary = ask(new_run(tmp_path), model)
    assert "those of an earlier run:" in summary
    assert theirs.id[:8] not in summary


def machine(precision: torch.dtype = torch.float32, threads: int = 2) -> Machine:
    return Machine(torch.device("cpu"), precision, threads)


def test_a_base_is_its_model_its_weights_and_the_machine(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"one")
    entry = find_model("smollm2-135m-instruct", {})
    base = ResolvedModel(entry, tmp_path, "1", "somewhere")
    descriptions = [
        describe_base(base, machine()),
        describe_base(base, machine(torch.bfloat16)),
        describe_base(base, machine(threads=1)),
        describe_base(replace(base, revision="2"), machine()),
        describe_base(replace(base, source="elsewhere"), machine()),
        describe_base(replace(base, entry=find_model("Qwen/Qwen2.5-0.5B-Instruct", {})), machine()),
    ]
    assert descriptions[0] == describe_base(base, machine())
    weights.write_bytes(b"four")
    assert len({*descriptions, describe_base(base, machine())}) == 7
