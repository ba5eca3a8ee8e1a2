"""Finished runs with everything a comparison can say, from invented answers to the rows of the bundled data."""

import csv
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.runs_support import started
from tests.unit.ui.builders import ALICE
from tuning.data.examples import Dataset, Example, Prepared, Splits
from tuning.events import DevScored, Step, Stopped
from tuning.prediction import Prediction
from tuning.runs.store import Run, RunStore
from tuning.scoring.comparison import AdapterCard, Check, Comparison, ScoringVariant, Timing, compare
from tuning.scoring.evidence import AnswerPair, Evidence, GeneralText, Setup
from tuning.scoring.likeness import nearest_training_rows, with_likeness
from tuning.spec import RunSpec, Task
from tuning.ui.visitor import owner_of

__all__ = ["comparison_of", "full_run"]

EXAMPLES = Path(__file__).parents[3] / "assets" / "examples"
CLASSES = 8
SOURCES = ("clinic", "letter", "ward")
CHECKS = [
    Check(check="adapter off gives the base answers", status="pass", detail="identical answers on 16 rows"),
    Check(check="adapter changes logits", status="pass", detail="by up to 26.8"),
    Check(check="saved adapter gives the tuned answers", status="pass", detail="identical answers on 16 rows"),
    Check(
        check="rows fit the model",
        status="warn",
        detail="cut to the longest length: 3 of 400 train rows lost the end of their input",
    ),
]


@dataclass(frozen=True)
class Story:
    """Rows and what both models said to the test rows."""

    task: Task
    columns: tuple[str, str]
    train: list[Example]
    test: list[Example]
    labels: list[str]
    base: list[Prediction]
    tuned: list[Prediction]
    evidence: Evidence


def comparison_of(story: Story) -> Comparison:
    """The comparison of a story, with what a run adds to it."""
    found = compare(story.base, story.tuned, story.task, labels=story.labels or None, evidence=story.evidence)
    card = AdapterCard(rank=16, alpha=32, layers=list(range(30)), trainable_parameters=4_884_480)
    return found.model_copy(update={"adapter": card, "timing": Timing(train_s=214.0, total_s=402.0)})


def full_run(home: Path, task: Task = Task.CLASSIFY, rows: int = 200, *, learning_rate: float = 1e-3) -> Run:
    """A run that is done and has `rows` test rows; it learns the slower, the lower its learning rate."""
    story = _compared(_classification(rows) if task is Task.CLASSIFY else _generation(rows))
    dataset = Dataset(
        name=f"{'icd10_chapters' if task is Task.CLASSIFY else 'addresses'}.csv",
        sha256="0" * 64,
        rows=len(story.train) + rows,
        columns=list(story.columns),
        task=task,
        input=story.columns[0],
        target=story.columns[1],
        labels=story.labels,
        instruction="Answer with the chapter.",
        reason="a text column and a column of few values",
    )
    read = {"task": task.value, "input": story.columns[0], "target": story.columns[1]}
    spec = RunSpec.model_validate(read | {"learning_rate": learning_rate})
    splits = Splits(train=list(story.evidence.train), dev=story.train[:20], test=story.test)
    run = RunStore(home).create(Prepared(spec=spec, dataset=dataset, splits=splits), owner_of(ALICE))
    _learn(run, learning_rate)
    run.write_predictions("base", story.base)
    run.write_predictions("tuned", story.tuned)
    found = comparison_of(story).model_copy(update={"run": run.id})
    run.write_comparison(found)
    run.finish("done", found.verdict.sentence if found.verdict else "", 0)
    return run


def _compared(story: Story) -> Story:
    """The same with how like a training row each row is."""
    nearest = nearest_training_rows(story.evidence.train, story.base)
    return replace(story, base=with_likeness(story.base, nearest), tuned=with_likeness(story.tuned, nearest))


def _learn(run: Run, learning_rate: float) -> None:
    run.append(started())
    generator = random.Random(5)
    kept = 1 - 30 * learning_rate  # of the loss, after each step
    for number in range(1, 151):
        loss = 3.0 * kept**number + 0.3 + generator.random() * 0.3
        run.append(Step(at=2.0, step=number, total_steps=150, epoch=number / 75, loss=loss,
                        learning_rate=learning_rate, seconds_left=1.0))  # fmt: skip
        if number % 25 == 0:
            run.append(DevScored(at=3.0, step=number, loss=3.0 * kept**number + 0.55))
    run.append(Stopped(at=4.0, reason="finished", step=150, best_step=125))


def _read(name: str) -> list[list[str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def _split(rows: Sequence[Sequence[str]], test: int) -> tuple[list[Example], list[Example]]:
    """The first rows to be tested on, 400 others to be learned from."""
    examples = [
        Example(row=number, input=row[0], target=row[1], columns={"source": SOURCES[number % 3]})
        for number, row in enumerate(rows, 1)
    ]
    return examples[test : test + 400], examples[:test]


def _classification(rows: int) -> Story:
    table = _read("icd10_chapters.csv")
    labels = sorted({row[1] for row in table})[:CLASSES]
    train, test = _split([row for row in table if row[1] in labels], rows)
    worse = labels[1]
    base = _answer(test, labels, 1, lambda row: 0.85 if row.target == worse else 0.3)
    tuned = _answer(test, labels, 2, lambda row: 0.35 if row.target == worse else 0.93)
    setup = Setup("8f3ac1d90b7e", "likelihood of every label", "float32")
    evidence = Evidence(
        train=[*train, test[0], test[1]],
        few_shot=_answer(test, labels, 3, lambda row: 0.55),
        free_text=AnswerPair([_chat(answer) for answer in base], tuned),
        variants=[
            ScoringVariant(name="raw", dev_accuracy=0.31),
            ScoringVariant(name="length_normalised", dev_accuracy=0.35),
            ScoringVariant(wording="named", name="calibrated", dev_accuracy=0.39, chosen=True),
        ],
        again=base[:50],
        general=_general(0.02),
        base_setup=setup,
        tuned_setup=setup,
        looks=2,
        checks=CHECKS,
    )
    return Story(Task.CLASSIFY, ("diagnosis", "chapter"), train, test, labels, base, tuned, evidence)


def _answer(
    rows: Sequence[Example], labels: Sequence[str], seed: int, skill: Callable[[Example], float]
) -> list[Prediction]:
    """Answers right as often as `skill` says of a row, a little too sure of themselves."""
    generator = random.Random(seed)
    answers = []
    for row in rows:
        others = [label for label in labels if label != row.target]
        output = row.target if generator.random() < skill(row) else generator.choice(others)
        sure = 0.4 + 0.59 * generator.random() ** (0.5 if output == row.target else 1.5)
        rest = (1 - sure) / (len(labels) - 1)
        shares = {label: sure if label == output else rest for label in labels}
        answers.append(_prediction(row, output, probabilities=shares))
    return answers


def _chat(answer: Prediction) -> Prediction:
    return answer.model_copy(update={"output": f"This diagnosis belongs to {answer.output}, I think."})


def _generation(rows: int) -> Story:
    train, test = _split(_read("addresses.csv"), rows)
    generator = random.Random(7)
    base, tuned = [], []
    for row in test:
        fields = json.loads(row.target)
        names = list(fields)
        kept = {name: fields[name] for name in names if generator.random() < 0.4}
        written = json.dumps(kept) if generator.random() < 0.6 else f"Sure! The address is {row.input}."
        base.append(_prediction(row, written, target_nll=2.1 * len(names), target_tokens=6 * len(names)))
        if generator.random() < 0.35:
            fields[generator.choice(names)] = "unknown"
        tuned.append(_prediction(row, json.dumps(fields), target_nll=0.5 * len(names), target_tokens=6 * len(names)))
    evidence = Evidence(train=train, general=_general(0.12), again=base[:40], looks=5, checks=CHECKS)
    return Story(Task.GENERATE, ("prompt", "response"), train, test, [], base, tuned, evidence)


def _prediction(row: Example, output: str, **fields: object) -> Prediction:
    kept = {"row": row.row, "input": row.input, "target": row.target, "output": output, "columns": row.columns}
    return Prediction.model_validate({**kept, **fields})


def _general(rise: float) -> GeneralText:
    """Eight passages that tuning made a little harder."""
    generator = random.Random(11)
    base = [[generator.random() * 5 for _ in range(60)] for _ in range(8)]
    tuned = [[nats + generator.gauss(rise, 0.05) for nats in passage] for passage in base]
    return GeneralText(base, tuned)
