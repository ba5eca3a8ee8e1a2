"""The answering process on a tiny model: both models in turn, as they answered the test rows, several runs at once."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
import torch

from tests.integration.test_pipeline import prepared
from tuning.engine.sampling import Sampling
from tuning.errors import InputError
from tuning.models.adapter import AdapterSettings, attach_adapter
from tuning.models.loading import choose_machine, load_model
from tuning.runs.answering import answer
from tuning.runs.exchange import Reply, Request
from tuning.runs.inference import Inference
from tuning.runs.inference_worker import Models, Writing, serve
from tuning.runs.store import Run, RunStore
from tuning.spec import Task

PROMPT = "broken address 7"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    made: Path = tmp_path_factory.mktemp("home")
    return made


@pytest.fixture(scope="module")
def env(tiny_model) -> dict[str, str]:
    return {**os.environ, "TUNEOFF_MODELS": str(tiny_model)}


def trained_run(home: Path, model_folder: Path, task: Task, seed: int = 1) -> Run:
    """A run with an adapter of random weights, as if it had been trained."""
    run = RunStore(home).create(prepared(task, str(model_folder)), "local")
    base = load_model(model_folder, choose_machine("cpu", "float32")).model
    model = attach_adapter(base, AdapterSettings(rank=4, alpha=8, dropout=0.0, layers=2, seed=seed))
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = 0.1 * torch.randn(parameter.shape, generator=generator)
    run.save_folder("adapter", model.save_pretrained)
    return run


@pytest.fixture(scope="module")
def trained(tiny_model, home) -> Callable[..., Run]:
    return partial(trained_run, home, tiny_model)


@pytest.fixture(scope="module")
def models(env) -> Models:
    return Models(env)


@pytest.mark.parametrize("task", list(Task))
def test_both_models_answer_as_they_answered_the_test_rows(trained, models, env, task):
    run = trained(task)
    *_, last = models.answer(Request(run=run.path, prompt=PROMPT))
    expected = answer(run, [PROMPT], which=("base", "tuned"), env=env)
    assert expected.base is not None
    assert expected.tuned is not None
    assert last.base.probabilities == expected.base[0].probabilities
    assert last.tuned.probabilities == expected.tuned[0].probabilities
    for side, prediction in ((last.base, expected.base[0]), (last.tuned, expected.tuned[0])):
        # A tiny random model likes to end within a character.
        assert side.text == prediction.output.rstrip("\ufffd").strip()
    assert last.base != last.tuned
    assert last.over


def test_both_advance_in_turn_and_say_how_fast(trained, models):
    replies = list(models.answer(Request(run=trained(Task.GENERATE).path, prompt=PROMPT, max_new_tokens=9)))
    for number, reply in enumerate(replies, 1):
        for side in (reply.base, reply.tuned):
            assert side.tokens == number or side.over
            assert side.first_s is not None
            assert side.seconds >= side.first_s
    assert max(replies[-1].base.tokens, replies[-1].tuned.tokens) == len(replies) <= 9


def test_settings_reach_the_models(trained, models):
    run = trained(Task.GENERATE)

    def drawn(seed: int) -> str:
        sampling = Sampling(temperature=1.5, seed=seed)
        *_, last = models.answer(Request(run=run.path, prompt=PROMPT, sampling=sampling, max_new_tokens=20))
        return str(last.tuned.text)

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_a_prompt_longer_than_the_run_allowed_is_cut_and_says_so(trained, models):
    (first, *_) = models.answer(Request(run=trained(Task.GENERATE).path, prompt="long " * 500, max_new_tokens=2))
    assert first.prompt_cut


def test_two_runs_in_turn_keep_their_own_adapters(trained, models):
    runs = [trained(Task.CLASSIFY, seed) for seed in (1, 2)]

    def tuned(run: Run) -> dict[str, float] | None:
        *_, last = models.answer(Request(run=run.path, prompt=PROMPT))
        return last.tuned.probabilities

    one, two = map(tuned, runs)
    assert one != two
    assert [tuned(run) for run in runs] == [one, two]


def test_a_run_that_was_not_trained_is_refused(models, tiny_model, home):
    run = RunStore(home).create(prepared(Task.CLASSIFY, str(tiny_model)), "local")
    with pytest.raises(InputError, match="has no adapter"):
        next(models.answer(Request(run=run.path, prompt=PROMPT)))


def test_a_character_is_shown_when_it_is_whole():
    shown = []
    writing = Writing(iter([0xD0, 0x96, 0xE2, 0x82, 0xAC, 0xF0]), 6, lambda ids: bytes(ids).decode("utf-8", "replace"))
    while not writing.side.over:
        writing.step()
        shown.append(writing.side.text)
    assert shown == ["", "Ж", "Ж", "Ж", "Ж€", "Ж€"]
    assert writing.side.hit_limit


def test_every_line_gets_one_reply_and_a_problem_ends_nothing(tmp_path):
    told: list[Reply] = []

    def echo(request: Request) -> Iterator[Reply]:
        if request.prompt == "bad":
            raise InputError("no such thing")
        yield from (Reply(prompt_cut=True), Reply())

    def line(prompt: str) -> bytes:
        return Request(run=tmp_path, prompt=prompt).model_dump_json().encode() + b"\n"

    lines: Sequence[bytes] = [b"\n", line("a"), b"\n", b"\n", line("bad"), b"{}\n", line("a"), line("b"), b"\n"]
    serve(lines, told.append, echo)
    assert len(told) == len(lines)
    assert [reply.prompt_cut for reply in told] == [False, True, False, False, False, False, True, True, False]
    assert [bool(reply.problem) for reply in told] == [True, False, False, True, True, True, False, False, False]
    assert told[4].problem == "no such thing"


def test_it_answers_as_a_process(trained, env):
    inference = Inference(env)
    steps = list(inference.ask(Request(run=trained(Task.CLASSIFY).path, prompt=PROMPT)))
    last = steps[-1]
    assert isinstance(last, Reply), json.dumps(str(steps))
    assert last.over
    assert last.tuned.probabilities is not None
    inference.close()
