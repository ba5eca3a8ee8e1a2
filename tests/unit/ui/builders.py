"""What the tests of the app share: run folders as a worker leaves them, hostile texts, a page to call handlers of."""

from pathlib import Path

import gradio as gr

from tests.runs_support import started, step
from tuning.data.examples import Dataset, Example, Prepared, Splits
from tuning.events import DevScored, Note, Stopped
from tuning.prediction import Prediction
from tuning.runs.limits import Limits
from tuning.runs.store import Run, RunStore
from tuning.scoring.comparison import Check, compare
from tuning.spec import RunSpec, Task
from tuning.ui.context import Context
from tuning.ui.page import Page
from tuning.ui.visitor import Visitor, owner_of

HOSTILE = "<script>window.pwned=1</script><img src=x onerror=window.pwned=1> ${window.pwned=1} {{7*7}} **b** \u202etxt"
ALICE = Visitor(id="a" * 32)
BOB = Visitor(id="b" * 32)


def context(home: Path, env: dict[str, str] | None = None) -> Context:
    """A world below `home`."""
    return Context(RunStore(home), Limits(), env or {}, home / "uploads")


def new_page(home: Path) -> Page:
    """A page whose handlers can be called."""
    with gr.Blocks():
        return Page(context(home))


def looking(visitor: Visitor, run: Run) -> dict[str, str]:
    """What the browser of that visitor sends while it looks at the run."""
    return {"id": visitor.id, "run": run.id}


def unfinished_run(home: Path, owner: Visitor = ALICE, rows: int = 30, text: str = "text") -> Run:
    """A run of a classification whose labels and inputs contain `text`, with some events; nobody works on it."""
    good, bad = f"good {text}", f"bad {text}"
    examples = [
        Example(row=number, input=f"{text} {number}", target=good if number % 2 else bad)
        for number in range(1, rows + 1)
    ]
    dataset = Dataset(
        name=f"{text}.csv",
        sha256="0" * 64,
        rows=3 * rows,
        columns=["text", "label"],
        task=Task.CLASSIFY,
        input="text",
        target="label",
        labels=sorted([good, bad]),
        instruction=f"Say the label. {text}",
        reason="a text column and a column of few values",
        notes=[f"2 rows were left out: {text}"],
    )
    spec = RunSpec.model_validate({"task": "classify", "input": "text", "target": "label"})
    splits = Splits(train=examples, dev=examples, test=examples)
    run = RunStore(home).create(Prepared(spec=spec, dataset=dataset, splits=splits), owner_of(owner))
    for event in (started(), step(1), step(2), DevScored(at=3.0, step=2, loss=1.2)):
        run.append(event)
    return run


def finished_run(home: Path, owner: Visitor = ALICE, rows: int = 30, text: str = "text") -> Run:
    """A run that is done: see `finish`."""
    run = unfinished_run(home, owner, rows, text)
    finish(run)
    return run


def finish(run: Run) -> None:
    """End an unfinished run well: the base says always the same label, the tuned is right on all rows but the last."""
    labels = run.dataset().labels
    test = run.splits().test

    def answer(example: Example, label: str) -> Prediction:
        shares = {one: 0.9 if one == label else 0.1 for one in labels}
        return Prediction(
            row=example.row, input=example.input, target=example.target, output=label, probabilities=shares
        )

    base = [answer(example, labels[0]) for example in test]
    tuned = [answer(example, example.target if example is not test[-1] else labels[1]) for example in test]
    found = compare(base, tuned, Task.CLASSIFY, labels=labels)
    text = run.dataset().name.removesuffix(".csv")
    receipt = [Check(check="adapter off", status="pass", detail=f"identical {text}")]
    run.write_predictions("base", base)
    run.write_predictions("tuned", tuned)
    run.save_folder("adapter", lambda folder: _write(folder / "adapter_config.json", "{}"))
    run.append(Stopped(at=4.0, reason="finished", step=2, best_step=2))
    run.append(Note(at=4.0, level="warning", message=f"cut: {text}"))
    run.write_comparison(found.model_copy(update={"run": run.id, "receipt": receipt}))
    assert found.verdict is not None
    run.finish("done", found.verdict.sentence, 0)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
