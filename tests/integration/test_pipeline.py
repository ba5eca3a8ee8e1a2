"""Whole runs on a tiny random Llama, in process: from a prepared file to verdict, cancelled, and caught out."""

import json
import os
from collections.abc import Callable

import pytest
from safetensors.torch import load_file, save_file

from tuning.data.examples import Dataset, Example, Prepared, Splits
from tuning.errors import CancelledError, InputError, IntegrityError
from tuning.events import DevScored, Note, Phase, Planned, Sampled, Started, Step, Stopped
from tuning.report.trust import WHY
from tuning.runs.answering import answer
from tuning.runs.checking import CHECKED_ROWS
from tuning.runs.control import Control, StopReason
from tuning.runs.forecasting import minutes_needed
from tuning.runs.pipeline import execute
from tuning.runs.store import Run, RunStore
from tuning.scoring.evidence import NO_TIME
from tuning.scoring.metric_table import score_interval
from tuning.scoring.record import Comparison
from tuning.spec import RunSpec, Task

LABELS = ["bad", "good"]
SUBJECTS = ["service", "people", "letters", "address", "station", "dog", "fox", "city", "street", "product"]
CHECKS = [
    "same rows",
    "same prompts",
    "same decoding and precision",
    "rows fit the model",
    "adapter off gives the base answers",
    "adapter changes logits",
    "stock attention agrees",
    "saved adapter gives the tuned answers",
    "tuned answers differ from base",
    "test rows unseen in training",
    "answers can be read",
    "base agrees with itself",
    "test split seldom looked at",
]
RANDOM_WEIGHTS = {"answers can be read", "tuned answers differ from base"}
"""Checks that warn of what a random model writes."""
ONE_TEMPLATE = {"test rows unseen in training"}
"""The check that warns of rows with most of their words in common."""


def example(task: Task, row: int) -> Example:
    """Row `row`: unlike any other, with a target that its first word tells."""
    subject, good = SUBJECTS[row % 10], row % 2
    text = f"{'quick' if good else 'broken'} {subject} {row}"
    target = LABELS[good] if task is Task.CLASSIFY else f"{'nice' if good else 'poor'} {subject}"
    return Example(row=row, input=text, target=target, columns={"source": f"s{row}"})


def prepared(task: Task, model: str, **settings: object) -> Prepared:
    """32 rows to train on, 8 to choose by, 20 to judge by: more than are checked again."""
    rows = [example(task, row) for row in range(1, 61)]
    values = {"model": model, "epochs": 2, "rank": 4, "alpha": 8, "layers": 2, "max_length": 96, "dropout": 0.0}
    spec = RunSpec.model_validate(
        {"task": task, "input": "text", "target": "answer", "device": "cpu", "precision": "float32"} | values | settings
    )
    dataset = Dataset(
        name="rows.csv",
        sha256="0" * 64,
        rows=60,
        columns=["text", "answer", "source"],
        task=task,
        input="text",
        target="answer",
        labels=LABELS if task is Task.CLASSIFY else [],
        instruction="Say what the text is.",
        reason="chosen by the test",
    )
    return Prepared(spec=spec, dataset=dataset, splits=Splits(train=rows[:32], dev=rows[32:40], test=rows[40:]))


@pytest.fixture
def new_run(tiny_model, tuneoff_home, monkeypatch) -> Callable[..., Run]:
    monkeypatch.setenv("TUNEOFF_MODELS", str(tiny_model))
    return lambda task, **settings: RunStore(tuneoff_home).create(prepared(task, str(tiny_model), **settings), "local")


def control(stop: Callable[[], StopReason | None] = lambda: None) -> tuple[Control, list[str]]:
    """A control that asks `stop`, and the list that acknowledgements go to."""
    heard: list[str] = []
    return Control(stop, lambda: heard.append("heard"), lambda: 0.0), heard


def finished(run: Run) -> Comparison:
    comparison = run.comparison()
    assert comparison is not None
    return comparison


@pytest.mark.parametrize("task", list(Task))
def test_a_whole_run(new_run, tiny_model, task):
    run = new_run(task)
    never, heard = control()
    execute(run, never)

    assert heard == []
    files = {path.relative_to(run.path).as_posix() for path in run.path.rglob("*") if path.is_file()}
    assert files >= {f"predictions/{which}.jsonl" for which in ("base", "tuned")}
    assert files >= {"adapter/adapter_model.safetensors", "adapter/adapter_config.json", "comparison.json"}
    assert not (run.path / "checkpoints").exists()
    assert not (run.path / "states").exists(), "what the lower layers computed was for training alone"
    _told_in_order(run)
    _judged(run, str(tiny_model))
    _every_rung_was_asked(run)
    _the_strongest_answers_are_kept(run)
    _rows_are_those_of_the_test_split(run)
    _answers_again(run)


def _told_in_order(run: Run) -> None:
    events = run.events()
    assert isinstance(events[0], Started)
    names = [event.name for event in events if isinstance(event, Phase)]
    assert list(dict.fromkeys(names)) == ["prepare", "base", "train", "tuned", "check", "compare"]
    for name in ("prepare", "base", "tuned", "check", "compare"):
        last = [event for event in events if isinstance(event, Phase) and event.name == name][-1]
        assert last.done == last.total, name
    steps = [event for event in events if isinstance(event, Step)]
    assert [event.step for event in steps] == list(range(1, 9))
    assert {event.total_steps for event in steps} == {8}
    assert [event.step for event in events if isinstance(event, DevScored)] == [0, 2, 4, 6, 8]
    looks = [event for event in events if isinstance(event, Sampled)]
    assert [look.step for look in looks] == [0, 2, 4, 6, 8], "by this clock a look takes no time"
    assert {answer.row for answer in looks[0].answers} < {example.row for example in run.splits().dev}
    (rows,) = {tuple(answer.row for answer in look.answers) for look in looks}
    assert len(set(rows)) == 5
    (stopped,) = (event for event in events if isinstance(event, Stopped))
    assert (stopped.reason, stopped.step) == ("finished", 8)


def _judged(run: Run, model: str) -> None:
    comparison = finished(run)
    doubts = {check.check: (check.status, check.detail) for check in comparison.receipt if check.status != "pass"}
    assert doubts.keys() <= RANDOM_WEIGHTS | ONE_TEMPLATE, doubts
    assert [check.check for check in comparison.receipt] == CHECKS
    assert set(CHECKS) < WHY.keys(), "the page says of every check what it is good for"
    assert comparison.verdict is not None
    assert comparison.run == run.id
    assert comparison.model.id == model
    assert (comparison.rows.train, comparison.rows.dev, comparison.rows.test) == (32, 8, 20)
    assert (comparison.adapter.rank, comparison.adapter.layers) == (4, [1, 2])
    assert comparison.adapter.trainable_parameters == 2 * 4 * (2 * 128 + 2 * 96 + 3 * 192)
    assert None not in comparison.timing.model_dump().values()
    written = json.loads((run.path / "comparison.json").read_text(encoding="utf-8"))
    keys = {"schema", "run", "task", "model", "adapter", "rows", "primary", "metrics", "flips", "receipt", "verdict"}
    assert written.keys() >= keys | {"classes", "confusion", "ladder", "timing"}
    config = json.loads((run.adapter_path / "adapter_config.json").read_text(encoding="utf-8"))
    assert config["base_model_name_or_path"] == model


def _every_rung_was_asked(run: Run) -> None:
    comparison = finished(run)
    rungs = {rung.name: rung for rung in comparison.ladder}
    assert {rung.status for rung in rungs.values()} == {"run"}
    assert {"base", "base_few_shot", "tuned"} <= rungs.keys()
    assert {rung.rows for rung in rungs.values()} == {20}
    assert comparison.headline is not None
    assert comparison.noise is not None
    assert (comparison.noise.rows, comparison.noise.changed) == (20 if comparison.variants else 8, 0)
    assert comparison.forgetting is not None
    assert comparison.forgetting.passages == 24
    if run.dataset().task is Task.CLASSIFY:
        tried = [(variant.wording, variant.name) for variant in comparison.variants]
        assert tried == [(w, n) for w in ("plain", "named") for n in ("raw", "length_normalised", "calibrated")]
        (chosen,) = (variant for variant in comparison.variants if variant.chosen)
        assert chosen.dev_accuracy == max(variant.dev_accuracy for variant in comparison.variants)
        assert (run.asking().wording, run.asking().scoring) == (chosen.wording, "raw")
        assert ("base_best" in rungs) == (chosen.name != "raw")


def _rows_are_those_of_the_test_split(run: Run) -> None:
    test = run.splits().test
    assert len(test) > CHECKED_ROWS
    base, tuned = run.predictions("base"), run.predictions("tuned")
    for predictions in (base, tuned):
        assert [(p.row, p.input, p.target, p.columns) for p in predictions] == [
            (e.row, e.input, e.target, e.columns) for e in test
        ]
        assert all(p.target_nll and p.target_tokens for p in predictions)
    assert [p.target_nll for p in base] != [p.target_nll for p in tuned]
    for prediction in tuned:
        if run.dataset().task is Task.CLASSIFY:
            assert prediction.probabilities is not None
            assert sum(prediction.probabilities.values()) == pytest.approx(1)
            assert prediction.output == max(prediction.probabilities, key=prediction.probabilities.__getitem__)
        else:
            assert prediction.hit_limit is not None


def _the_strongest_answers_are_kept(run: Run) -> None:
    """Whoever doubts what tuned is held against can count it."""
    comparison, strongest = finished(run), run.predictions("strongest")
    assert comparison.headline is not None
    if comparison.headline.rung == "base":
        assert strongest == []
        return
    rung = next(one for one in comparison.ladder if one.name == comparison.headline.rung)
    assert score_interval(strongest, comparison.primary, run.dataset().labels or None).value == rung.value


def _answers_again(run: Run) -> None:
    """New rows are asked as the test rows were, by each model alone and by both at once."""
    inputs = [example.input for example in run.splits().test]
    both = answer(run, inputs, which=("base", "tuned"))
    assert both.base is not None
    assert both.tuned is not None
    assert [p.output for p in both.base] == [p.output for p in run.predictions("base")]
    assert [p.output for p in both.tuned] == [p.output for p in run.predictions("tuned")]
    assert [p.row for p in both.tuned] == list(range(1, 21))
    assert {p.target_nll for p in both.tuned} == {None}, "nobody knows the targets of new rows"
    one = answer(run, inputs[:1], which=("base",))
    assert one.tuned is None
    assert one.base is not None
    assert [p.output for p in one.base] == [both.base[0].output]


def test_training_teaches_the_tiny_model_something(new_run):
    run = new_run(Task.CLASSIFY, epochs=6, learning_rate=1e-2, layers="all")
    execute(run, control()[0])
    base, tuned = (sum(p.target_nll or 0 for p in run.predictions(which)) for which in ("base", "tuned"))
    assert tuned < 0.5 * base


def test_cancelled_while_the_base_answers_there_is_nothing_to_compare(new_run):
    run = new_run(Task.CLASSIFY)
    asked: list[int] = []

    def stop() -> StopReason | None:
        asked.append(1)
        return "cancelled" if len(asked) > 1 else None

    cancelling, heard = control(stop)
    with pytest.raises(CancelledError, match="nothing was trained"):
        execute(run, cancelling)
    assert heard == ["heard"]
    assert run.comparison() is None
    assert not run.adapter_path.exists()
    assert not any(isinstance(event, Step) for event in run.events())
    with pytest.raises(InputError, match="has no adapter"):
        answer(run, ["quick dog"], which=("tuned",))


@pytest.mark.parametrize("reason", ["cancelled", "time limit"])
def test_stopped_while_training_what_was_learned_is_compared(new_run, reason):
    run = new_run(Task.CLASSIFY)

    def stop() -> StopReason | None:
        return reason if sum(isinstance(event, Step) for event in run.events()) >= 2 else None

    stopping, heard = control(stop)
    execute(run, stopping)
    (stopped,) = (event for event in run.events() if isinstance(event, Stopped))
    assert (stopped.reason, stopped.step) == (reason, 3)
    assert stopped.best_step in {2, 3}
    assert heard
    assert finished(run).verdict is not None
    assert len(run.predictions("tuned")) == 20


@pytest.mark.parametrize(("task", "found"), [(Task.CLASSIFY, "row "), (Task.GENERATE, "the targets of 16 rows")])
def test_a_saved_adapter_that_answers_otherwise_fails_the_run_and_keeps_the_rows(new_run, task, found):
    run = new_run(task)

    done: list[str] = []

    def damage() -> None:
        """While the tuned model answers, its adapter is on the disk already; what is saved becomes another one."""
        file = run.adapter_path / "adapter_model.safetensors"
        if file.is_file() and not done:
            save_file({name: -3 * weights for name, weights in load_file(file).items()}, file)
            done.append("damage")

    with pytest.raises(IntegrityError, match=f"saved adapter gives the tuned answers: {found}"):
        execute(run, control(damage)[0])
    comparison = finished(run)
    assert comparison.verdict is None
    assert {check.check for check in comparison.receipt if check.status == "fail"} == {
        "saved adapter gives the tuned answers"
    }
    assert len(run.predictions("base")) == len(run.predictions("tuned")) == 20


def test_a_model_that_diverged_fails_the_run_in_words(new_run):
    run = new_run(Task.CLASSIFY, learning_rate=0.1, epochs=1)

    def blow_up() -> None:
        file = run.adapter_path / "adapter_model.safetensors"
        if file.is_file():
            save_file({name: weights * float("nan") for name, weights in load_file(file).items()}, file)

    with pytest.raises(IntegrityError, match=r"not numbers.*lower learning rate"):
        execute(run, control(blow_up)[0])


def test_rows_cut_and_rows_leaked_are_warned_of_beside_a_verdict(new_run, tiny_model, tuneoff_home):
    given = prepared(Task.CLASSIFY, str(tiny_model))
    splits = given.splits
    train = [splits.test[0].model_copy(update={"row": 1, "input": splits.test[0].input.upper()}), *splits.train[1:]]
    test = [*splits.test[:-1], splits.test[-1].model_copy(update={"input": "quick " * 100})]
    changed = given.model_copy(update={"splits": Splits(train=train, dev=splits.dev, test=test)})
    run = RunStore(tuneoff_home).create(changed, "local")
    execute(run, control()[0])
    comparison = finished(run)
    warned = {check.check: check.detail for check in comparison.receipt if check.status == "warn"}
    assert warned.keys() - RANDOM_WEIGHTS == ONE_TEMPLATE | {"rows fit the model"}
    assert warned["test rows unseen in training"].startswith("1 of 20 test inputs")
    assert "1 of 20 test rows" in warned["rows fit the model"]
    (note,) = (event for event in run.events() if isinstance(event, Note))
    assert "96 tokens" in note.message
    assert comparison.verdict is not None


def test_the_environment_given_decides_which_models_there_are(new_run, tiny_model):
    run = new_run(Task.CLASSIFY)
    env = {name: value for name, value in os.environ.items() if name != "TUNEOFF_MODELS"}
    with pytest.raises(InputError, match="is not allowed here"):
        execute(run, control()[0], env=env)
    assert run.predictions("base") == []


def test_stopped_at_the_first_step_the_run_is_still_compared(new_run):
    """Twenty steps warm up: even then the first step must have changed something."""
    run = new_run(Task.CLASSIFY, epochs=5)
    execute(run, control(lambda: "cancelled" if _training(run) else None)[0])
    (stopped,) = (event for event in run.events() if isinstance(event, Stopped))
    assert (stopped.reason, stopped.step) == ("cancelled", 1)
    assert finished(run).verdict is not None


def _training(run: Run) -> bool:
    return any(isinstance(event, Phase) and event.name == "train" for event in run.events())


@pytest.mark.parametrize("task", list(Task))
def test_a_budget_is_planned_before_anything_is_asked(new_run, task):
    run = new_run(task, budget=60, layers=None)
    execute(run, control()[0])
    events = run.events()
    (plan,) = (event for event in events if isinstance(event, Planned))
    asking = [event for event in events if isinstance(event, Phase) and event.name == "base"]
    assert events.index(plan) < events.index(asking[0])
    assert (plan.budget_s, plan.layers, plan.test_rows, plan.given_up) == (60, 3, 20, [])
    assert f"of 1 min are for training: about {plan.train_rows} rows, 2 times, " in plan.sentence
    assert "in the top 3 layers" in plan.sentence
    assert finished(run).adapter.layers == [0, 1, 2]
    assert finished(run).verdict is not None


def test_a_budget_that_is_over_is_refused_before_anything_is_asked(new_run):
    run = new_run(Task.CLASSIFY, budget=30)
    late = Control(lambda: None, lambda: None, lambda: 29.0)
    with pytest.raises(InputError, match="the budget is too short for this machine: 1 s of it are left"):
        execute(run, late)
    assert run.predictions("base") == []
    run.finish("failed", "the budget is too short", 2)
    assert minutes_needed(run), "it had measured before it was refused"


def test_what_there_was_no_time_for_is_told_on_the_ladder(new_run):
    """A budget of which little is left when the run begins; what it has time for depends on the machine."""
    run = new_run(Task.CLASSIFY, budget=60)
    execute(run, Control(lambda: None, lambda: None, lambda: 35.0))
    (plan,) = (event for event in run.events() if isinstance(event, Planned))
    (few_shot,) = (rung for rung in finished(run).ladder if rung.name == "base_few_shot")
    assert (few_shot.note == NO_TIME) == ("few-shot answers" in plan.given_up)
    assert (finished(run).forgetting is None) == (any("forgetting" in words for words in plan.given_up))
