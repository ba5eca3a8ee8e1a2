"""Training a LoRA adapter on a tiny random Llama in float32."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
import torch

from tuning.engine.batching import RowTokens
from tuning.engine.forward import SHARED, Batching
from tuning.engine.generation import Stops, generate
from tuning.engine.lower_layers import lower_layers
from tuning.engine.prediction import completion_nlls, label_scores
from tuning.engine.training import TrainingOutcome, TrainingSettings, train_adapter
from tuning.models.adapter import AdapterSettings, attach_adapter
from tuning.models.loading import choose_machine, load_model

HEAD = (1, 40, 41, 42, 43)


@dataclass
class Recorder:
    """Keeps what it is told, and asks to stop after step `stop_after`."""

    stop_after: int | None = None
    reason: Literal["cancelled", "time limit"] = "cancelled"
    losses: list[float] = field(default_factory=list)
    dev: list[tuple[int, float]] = field(default_factory=list)
    totals: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def on_step(self, step: int, total_steps: int, loss: float, learning_rate: float) -> None:
        self.losses.append(loss)
        self.totals.add(total_steps)
        self.rates.append(learning_rate)
        assert step == len(self.losses)
        assert learning_rate >= 0

    def on_dev(self, step: int, loss: float) -> None:
        self.dev.append((step, loss))

    def on_note(self, message: str) -> None:
        self.notes.append(message)

    def stop_requested(self) -> Literal["cancelled", "time limit"] | None:
        stop = self.stop_after is not None and len(self.losses) >= self.stop_after - 1
        return self.reason if stop else None


def copying(rows: int, seed: int, *, shift: int = 0) -> list[RowTokens]:
    """A row's first own token decides its completion: learnable, and unlearned by rows of another `shift`."""
    generator = torch.Generator().manual_seed(seed)
    made = []
    for noise in torch.randint(100, 200, (rows, 3), generator=generator).tolist():
        answer = 20 + (noise[0] + shift) % 2
        made.append(RowTokens((*HEAD, 50 + noise[0] % 2, *noise[1 : 2 + noise[1] % 2], 3), (answer, 2)))
    return made


@pytest.fixture
def adapted(tiny_model):
    return lambda: attach_adapter(
        load_model(tiny_model, choose_machine("cpu", "float32")).model,
        AdapterSettings(rank=4, alpha=8, dropout=0.0, layers="all", seed=0),
    )


@pytest.fixture
def settings(tmp_path):
    def make(**changed: Any) -> TrainingSettings:
        values: dict[str, Any] = {"epochs": 4, "batch_size": 8, "learning_rate": 1e-2, "seed": 0}
        return TrainingSettings(folder=tmp_path / "checkpoints", weight_decay=0.0, device="cpu", **values | changed)

    return make


def dev_loss(model, dev: list[RowTokens]) -> float:
    return sum(completion_nlls(model, dev, lambda _: None)) / sum(len(row.completion) for row in dev)


def weights(model) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters() if "lora_" in name}


def test_loss_falls_on_what_can_be_learned(adapted, settings):
    model, recorder, train, dev = adapted(), Recorder(), copying(48, 1), copying(16, 2)
    untrained = dev_loss(model, dev)
    outcome = train_adapter(model, train, dev, settings(), recorder)

    assert recorder.dev[0][0] == 0
    assert recorder.dev[0][1] == pytest.approx(untrained, rel=1e-5)
    assert min(loss for _, loss in recorder.dev) < 0.6 * untrained
    assert recorder.losses[-1] < 0.6 * recorder.losses[0]
    assert recorder.totals == {24}
    assert [step for step, _ in recorder.dev] == list(range(0, outcome.steps + 1, 3))
    assert not model.training
    assert outcome.train_seconds > 0
    assert outcome.dev_seconds > 0


def test_every_completion_token_weighs_the_same(adapted, settings):
    model, recorder = adapted(), Recorder()
    train = [RowTokens((*HEAD, 60 + i), (20,) * (1 + 3 * i) + (2,)) for i in range(4)]
    dev = train[1:]
    expected, expected_dev = dev_loss(model, train), dev_loss(model, dev)
    by_row = sum(completion_nlls(model, [row], lambda _: None)[0] / len(row.completion) for row in train) / len(train)
    assert abs(expected - by_row) > 1e-2, "the rows would not tell the two means apart"
    train_adapter(model, train, dev, settings(epochs=1, batch_size=4), recorder)
    assert recorder.losses[0] == pytest.approx(expected, rel=1e-4)
    assert recorder.dev[0][1] == pytest.approx(expected_dev, rel=1e-5)


@contextmanager
def little_memory(model, error: Exception, tokens: int) -> Iterator[list[int]]:
    """A model that runs out of memory when it is to learn from more than `tokens`; notes how many it was given."""
    given: list[int] = []

    def check(_module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if torch.is_grad_enabled():
            given.append(inputs[0].shape[1])
            if given[-1] > tokens:
                raise error

    hook = model.get_decoder().layers[1].register_forward_pre_hook(check)
    yield given
    hook.remove()


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    MemoryError(),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=lambda error: type(error).__name__)
def test_out_of_memory_the_step_is_done_in_smaller_passes_and_is_the_same_step(adapted, settings, error):
    train = copying(16, 4)
    model, recorder = adapted(), Recorder()
    expected = dev_loss(model, train)
    with little_memory(model, error, tokens=len(HEAD) + 2 * 5) as given:
        train_adapter(model, train, train[:4], settings(epochs=1, batch_size=16), recorder)
    assert recorder.losses == [pytest.approx(expected, rel=1e-4)]
    assert [note.split(" at a time")[0].split()[-1] for note in recorder.notes] == ["8", "4", "2"]
    assert max(given[-8:]) <= len(HEAD) + 2 * 5

    step = whole_batch_step(adapted(), train)
    for name, before in weights(adapted()).items():
        torch.testing.assert_close(weights(model)[name] - before, step[name] - before, rtol=1e-2, atol=1e-4)


def test_it_stays_with_smaller_passes(adapted, settings):
    model, recorder = adapted(), Recorder()
    with little_memory(model, MemoryError(), tokens=len(HEAD) + 4 * 5):
        outcome = train_adapter(model, copying(24, 4), copying(4, 5), settings(epochs=1), recorder)
    assert (outcome.steps, len(recorder.notes)) == (3, 1)


@pytest.mark.parametrize(
    ("error", "tokens"), [(MemoryError("not even one"), 1), (RuntimeError("something else"), 8)], ids=["one row", "bug"]
)
def test_what_smaller_passes_do_not_help_is_raised(adapted, settings, error, tokens):
    model = adapted()
    with little_memory(model, error, tokens), pytest.raises(type(error), match=str(error)):
        train_adapter(model, copying(8, 4), copying(4, 5), settings(epochs=1), Recorder())


def whole_batch_step(model, rows: list[RowTokens]) -> dict[str, torch.Tensor]:
    """The weights after one AdamW step on stock gradients of the mean NLL by token, clipped at 1."""
    total = torch.zeros(())
    for row in rows:
        tokens = torch.tensor([row.prompt + row.completion])
        logits = model(input_ids=tokens, use_cache=False).logits[0, len(row.prompt) - 1 : -1]
        total = total + torch.nn.functional.cross_entropy(logits, torch.tensor(row.completion), reduction="sum")
    (total / sum(len(row.completion) for row in rows)).backward()
    trained = [p for p in model.parameters() if p.requires_grad]
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    torch.optim.AdamW(trained, lr=1e-2, weight_decay=0.0).step()
    return weights(model)


def test_the_same_seed_gives_the_same_adapter(adapted, settings):
    def trained(seed: int) -> dict[str, torch.Tensor]:
        model = adapted()
        train_adapter(model, copying(24, 1), copying(8, 2), settings(epochs=1, seed=seed), Recorder())
        return weights(model)

    first, again, other = trained(5), trained(5), trained(6)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@dataclass
class Asking(Recorder):
    """Asks the model at every dev score, as it stands then."""

    model: Any = None
    written: list[tuple[int, ...]] = field(default_factory=list)
    scores: list[list[float]] = field(default_factory=list)

    def on_dev(self, step: int, loss: float) -> None:
        super().on_dev(step, loss)
        self.ask()

    def ask(self) -> None:
        prompts = [row.prompt for row in copying(3, 7)]
        answers = generate(self.model, prompts, Stops((2,), 4), lambda _: None)
        self.written.extend(answer.ids for answer in answers)
        self.scores.extend(label_scores(self.model, prompts, [(20, 2), (21, 2)], lambda _: None))


@pytest.mark.parametrize("batching", [SHARED, Batching(shared_prefix=False)], ids=["shared", "padded"])
def test_asking_it_while_it_learns_changes_nothing_and_gets_what_it_would_answer_then(tiny_model, settings, batching):
    def trained(observe: Callable[[Any], Recorder]) -> tuple[Any, Recorder]:
        model = attach_adapter(  # with dropout, which draws random numbers in every step
            load_model(tiny_model, choose_machine("cpu", "float32")).model,
            AdapterSettings(rank=4, alpha=8, dropout=0.1, layers="all", seed=0),
        )
        observer = observe(model)
        torch.manual_seed(1)
        train_adapter(model, copying(24, 1), copying(8, 2), settings(epochs=1, batching=batching), observer)
        return model, observer

    plain, _ = trained(lambda _: Recorder())
    asked, told = trained(lambda model: Asking(model=model))
    before, after = weights(plain), weights(asked)
    assert all(torch.equal(before[name], after[name]) for name in before)

    assert isinstance(told, Asking)
    best = min(told.dev[1:], key=lambda scored: scored[1])[0]
    place = 3 * [step for step, _ in told.dev].index(best)
    afterwards = Asking(model=asked)
    afterwards.ask()
    assert told.written[place : place + 3] == afterwards.written
    assert told.scores[place] == pytest.approx(afterwards.scores[0], rel=1e-4)
    assert told.scores[0] != pytest.approx(afterwards.scores[0], rel=1e-2), "what it learned is seen"


def test_it_stops_when_dev_gets_worse_and_keeps_the_best_step(adapted, settings):
    model, recorder, train = adapted(), Recorder(), copying(32, 1)
    dev = copying(16, 2, shift=1)  # the opposite rule: what is learned of the format helps, then the rule hurts
    outcome = train_adapter(model, train, dev, settings(epochs=20), recorder)

    scored = dict(recorder.dev[1:])
    best = min(scored, key=scored.__getitem__)
    assert outcome.reason == "dev stopped improving"
    assert outcome.steps < 80
    assert outcome.best_step == best
    assert best < outcome.steps
    assert dev_loss(model, dev) == pytest.approx(scored[best], rel=1e-5)
    assert scored[outcome.steps] > 1.01 * scored[best]


@pytest.mark.parametrize("reason", ["cancelled", "time limit"])
def test_asked_to_stop_it_ends_after_that_step_with_what_it_learned(adapted, settings, reason):
    model, recorder, dev = adapted(), Recorder(stop_after=5, reason=reason), copying(16, 2)
    fresh = dev_loss(model, dev)
    outcome = train_adapter(model, copying(48, 1), dev, settings(), recorder)
    assert (outcome.reason, outcome.steps) == (reason, 5)
    assert len(recorder.losses) == 5
    assert recorder.dev[-1][0] == 5
    scored = dict(recorder.dev[1:])
    assert outcome.best_step == min(scored, key=scored.__getitem__)
    assert dev_loss(model, dev) == pytest.approx(min(scored.values()), rel=1e-5) != fresh


def test_while_the_dev_rows_are_scored_a_wish_to_stop_is_heard(adapted, settings):
    class Impatient(Recorder):
        """Wishes to stop from the start, and is asked before the first dev score is told."""

        heard_before_dev = 0

        def on_dev(self, step: int, loss: float) -> None:
            self.heard_before_dev = self.heard_before_dev or self.heard
            super().on_dev(step, loss)

        heard = 0

        def stop_requested(self) -> Literal["cancelled", "time limit"] | None:
            self.heard += 1
            return self.reason

    recorder = Impatient()
    outcome = train_adapter(adapted(), copying(24, 1), copying(80, 2), settings(), recorder)
    assert recorder.heard_before_dev == 3, "80 dev rows are three batches"
    assert outcome.steps == 1, "one step is trained, so that there is something to compare"


def test_it_counts_the_tokens_it_computes(adapted, settings):
    train = [RowTokens((*HEAD, 60 + i), (20, 21, 2)) for i in range(8)]
    outcome: TrainingOutcome = train_adapter(adapted(), train, train, settings(epochs=2, batch_size=4), Recorder())
    # per step: the prefix once, and for each of 4 rows one prompt token and two of the completion
    assert outcome.train_tokens == 4 * (len(HEAD) + 4 * (1 + 2))


def test_checkpoints_stay_in_the_folder_given(adapted, settings, tmp_path, monkeypatch):
    elsewhere: Path = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    train_adapter(adapted(), copying(8, 1), copying(8, 2), settings(epochs=1), Recorder())
    assert list(elsewhere.iterdir()) == []


def test_stopped_after_the_first_step_that_step_is_kept_and_did_something(adapted, settings):
    model, recorder = adapted(), Recorder(stop_after=1)
    before = weights(model)
    outcome = train_adapter(model, copying(48, 1), copying(16, 2), settings(), recorder)
    assert (outcome.steps, outcome.best_step) == (1, 1)
    after = weights(model)
    assert any(not torch.equal(after[name], before[name]) for name in before)


@pytest.mark.parametrize("layers", [1, 2])
def test_kept_lower_layers_change_nothing(tiny_model, settings, tmp_path, layers):
    def trained(how: Callable[[Any], Batching]) -> tuple[dict[str, torch.Tensor], Recorder]:
        model = attach_adapter(
            load_model(tiny_model, choose_machine("cpu", "float32")).model,
            AdapterSettings(rank=4, alpha=8, dropout=0.0, layers=layers, seed=0),
        )
        recorder = Recorder()
        train_adapter(model, copying(20, 1), copying(8, 2), settings(epochs=2, batching=how(model)), recorder)
        return weights(model), recorder

    def kept(model: Any) -> Batching:
        return Batching(lower=lower_layers(model, layers, tmp_path))

    plain, seen = trained(lambda _: SHARED)
    cached, told = trained(kept)
    assert told.losses == pytest.approx(seen.losses, rel=1e-5)
    assert [loss for _, loss in told.dev] == pytest.approx([loss for _, loss in seen.dev], rel=1e-5)
    for name, weight in plain.items():
        assert (cached[name] - weight).norm() <= 1e-4 * weight.norm(), name


def test_padded_training_is_the_same_training(adapted, settings):
    """Two ways to compute the same thing; rounding grows with every step of Adam, so few of them are compared."""
    recorders = [Recorder(), Recorder()]
    for recorder, batching in zip(recorders, (SHARED, Batching(shared_prefix=False)), strict=True):
        train_adapter(adapted(), copying(20, 1), copying(8, 2), settings(epochs=1, batching=batching), recorder)
    shared, padded = recorders
    assert padded.losses == pytest.approx(shared.losses, rel=1e-4)
    assert [loss for _, loss in padded.dev] == pytest.approx([loss for _, loss in shared.dev], rel=1e-4)


def test_when_its_time_is_over_training_ends_and_keeps_what_it_learned(adapted, settings):
    model, recorder = adapted(), Recorder()
    before = weights(model)
    outcome = train_adapter(model, copying(48, 1), copying(16, 2), settings(epochs=50, seconds=1e-6), recorder)
    assert (outcome.reason, outcome.steps, outcome.best_step) == ("budget", 1, 1)
    assert [step for step, _ in recorder.dev] == [0, 1]
    assert recorder.totals == {1}, "more steps are not expected"
    assert any(not torch.equal(weights(model)[name], before[name]) for name in before)


@pytest.mark.parametrize(("expected", "rate"), [(1, 1e-2), (5, 1e-2), (150, 1e-3)])
def test_where_there_is_time_for_few_steps_none_of_them_is_spent_on_warming_up(adapted, settings, expected, rate):
    """The number of steps at most is no measure for it: by that, the only step would teach next to nothing."""
    recorder, timed = Recorder(), settings(epochs=50, seconds=1e-6, expected_steps=expected)
    train_adapter(adapted(), copying(24, 1), copying(8, 2), timed, recorder)
    assert recorder.rates == pytest.approx([rate], rel=0.01)


def test_time_that_is_never_over_changes_nothing(adapted, settings):
    recorders = [Recorder(), Recorder()]
    for recorder, seconds in zip(recorders, (None, 1e9), strict=True):
        outcome = train_adapter(adapted(), copying(24, 1), copying(8, 2), settings(epochs=2, seconds=seconds), recorder)
        assert (outcome.reason, outcome.steps) == ("finished", 6)
    assert recorders[0].losses == recorders[1].losses
