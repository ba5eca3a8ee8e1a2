"""How long a visitor waits for another page of the samples of a run with 10,000 test rows.

`python -m benchmarks.paging` writes such a run of labels and one of texts into a temporary folder, asks for their pages
as the app does, from the run's folder to the HTML, and prints a table; it is kept as `benchmarks/results/paging.md`.
"""

import os
import platform
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from tuning.prediction import Prediction
from tuning.runs.store import Run
from tuning.scoring.comparison import compare, declare_primary
from tuning.scoring.row_scores import with_scores
from tuning.spec import Task
from tuning.ui.filters import Cell, Every, Filter, OfKind, choose
from tuning.ui.sample_cache import SampleCache
from tuning.ui.sample_list import sample_list
from tuning.ui.sample_pages import View, sample_page

RESULTS = Path(__file__).parent / "results" / "paging.md"
ROWS = 10_000
COMPARED = 400
"""Rows that the comparison itself is made of: it is read here, not measured."""
LABELS = [f"chapter {number}" for number in range(1, 23)]
WORDS = ("the", "quick", "brown", "fox,", "who", "was", "late,", "jumped", "over", "a", "lazy", "dog", "and", "left")
ROUNDS = 15
HEAD = """# Paging through samples

Written by `python -m benchmarks.paging` on {machine}. Runs of {rows:,} test rows: one of {labels} labels with their
probabilities, one of texts of 40 to 60 words whose differences are marked. From the run's folder to the page's HTML,
in milliseconds of one core: the median of {rounds} pages, or of 3 runs for what is done once.

| | labels | texts |
|---|---:|---:|
"""


def label_answers(chance: random.Random, skill: float) -> list[Prediction]:
    """One model's answers to rows of labels, right as often as `skill` says."""
    targets = random.Random(1)
    answers = []
    for row in range(1, ROWS + 1):
        target = targets.choice(LABELS)
        output = target if chance.random() < skill else chance.choice(LABELS)
        shares = {label: 0.79 if label == output else 0.01 for label in LABELS}
        text = " ".join(targets.choices(WORDS, k=12))
        answers.append(Prediction(row=row, input=text, target=target, output=output, probabilities=shares))
    return answers


def text_answers(chance: random.Random, skill: float) -> list[Prediction]:
    """One model's answers to rows of texts, each word right as often as `skill` says."""
    targets = random.Random(1)
    answers = []
    for row in range(1, ROWS + 1):
        words = targets.choices(WORDS, k=targets.randint(40, 60))
        said = " ".join(word if chance.random() < skill else chance.choice(WORDS) for word in words)
        answers.append(Prediction(row=row, input=" ".join(words[::-1]), target=" ".join(words), output=said))
    return answers


def make_run(folder: Path, task: Task) -> Run:
    """A folder with what the samples are read from."""
    answer = label_answers if task is Task.CLASSIFY else text_answers
    primary = declare_primary(task, [row.target for row in answer(random.Random(2), 0.3)])
    base, tuned = (with_scores(answer(random.Random(seed), skill), primary) for seed, skill in ((2, 0.3), (3, 0.9)))
    run = Run(folder / str(task))
    run.path.mkdir()
    run.write_predictions("base", base)
    run.write_predictions("tuned", tuned)
    labels = LABELS if task is Task.CLASSIFY else None
    run.write_comparison(compare(base[:COMPARED], tuned[:COMPARED], task, labels=labels))
    return run


def page(cache: SampleCache, run: Run, wanted: Filter, view: View) -> str:
    """The HTML of a page, as `SampleScreen.show` makes it."""
    judged = cache.judged(run)
    found = sample_page(judged.samples, choose(wanted, judged.comparison, judged.leaked), view)
    return sample_list(found, judged.comparison.primary, labels=judged.comparison.task is Task.CLASSIFY)


def milliseconds(ask: Callable[[int], object], rounds: int) -> float:
    """The median time on the processor of `ask(0)`, `ask(1)`, ..."""
    taken = []
    for number in range(rounds):
        start = time.process_time()
        ask(number)
        taken.append(1000 * (time.process_time() - start))
    return median(taken)


def measure(run: Run, task: Task) -> Iterator[tuple[str, float]]:
    """What was asked for, and how long that kept a core busy, in milliseconds."""
    cache = SampleCache()
    yield "first page, files not read yet", milliseconds(lambda _: page(SampleCache(), run, Every(), View()), 3)
    page(cache, run, Every(), View())
    yield "another page", milliseconds(lambda n: page(cache, run, Every(), View(page=n + 1)), ROUNDS)
    wanted: Filter = Cell(side="tuned", target=1, answer=1) if task is Task.CLASSIFY else OfKind(kind="both wrong")
    yield "rows of a cell, or of a kind", milliseconds(lambda n: page(cache, run, wanted, View(page=n)), ROUNDS)
    yield "a search", milliseconds(lambda n: page(cache, run, Every(), View(search=f"{WORDS[n % 14]} A")), ROUNDS)
    change = View(order="change")
    yield "sorted by change, the first time", milliseconds(lambda _: page(cache, run, Every(), change), 1)
    yield "sorted by change", milliseconds(lambda n: page(cache, run, Every(), View(order="change", page=n)), ROUNDS)


def main() -> None:
    """Measure, print, keep."""
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    report = HEAD.format(machine=machine, rows=ROWS, labels=len(LABELS), rounds=ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        both = [measure(make_run(Path(folder), task), task) for task in (Task.CLASSIFY, Task.GENERATE)]
        for (name, labels), (_, texts) in zip(*both, strict=True):
            report += f"| {name} | {labels:,.0f} | {texts:,.0f} |\n"
    print(report)
    RESULTS.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
