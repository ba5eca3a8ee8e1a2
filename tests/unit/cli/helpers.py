"""Screens that keep what was shown on them, runs without models, and hostile text in every place."""

import io
from pathlib import Path

from tuning.cli.terminal import Screen, open_screen
from tuning.data.examples import Dataset, Example, Prepared, Splits
from tuning.prediction import Prediction
from tuning.runs.processes import this_process
from tuning.runs.store import Run, RunStore
from tuning.scoring.comparison import Check, Comparison, Flips, MetricRow, RowCounts, Verdict
from tuning.spec import RunSpec, Task

HOSTILE = "[bold red]x[/] \x1b[2J\x1b]0;owned\x07 \r\n\t\u202egnp.exe :boom: " + "длинно" * 40


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


def terminal_screen() -> Screen:
    return open_screen(Terminal(), width=80)


def pipe_screen() -> Screen:
    return open_screen(io.StringIO())


def shown(screen: Screen) -> str:
    stream = screen.console.file
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def prediction(row: int, target: str, output: str, text: str = HOSTILE) -> Prediction:
    return Prediction(row=row, input=text, target=target, output=output)


def comparison(kind: str | None = "better", sentence: str = HOSTILE) -> Comparison:
    return Comparison(
        task=Task.GENERATE,
        rows=RowCounts(train=70, dev=10, test=20),
        primary="exact_match",
        metrics=[
            MetricRow(name="exact_match", base=0, tuned=0.25, delta=0.25, low=0.1, high=0.4, better="higher"),
            MetricRow(name="chrf", base=0.31, tuned=0.255, delta=-0.055, better="higher"),
            MetricRow(name="perplexity", base=1234567.0, tuned=3.5, delta=-1234563.5, better="lower"),
            MetricRow(name="rouge_l", base=None, tuned=None, delta=None, better="higher"),
        ],
        flips=Flips(fixed=6, broken=1, both_right=3, both_wrong=10),
        receipt=[
            Check(check="adapter off", status="pass", detail="16 of 16"),
            Check(check="attention", status="warn", detail=HOSTILE),
        ],
        verdict=None if kind is None else Verdict.model_validate({"kind": kind, "sentence": sentence}),
    )


def waiting_run(home: Path, name: str = "f.csv") -> Run:
    """A run whose worker is not up yet."""
    example = Example(row=1, input="in", target="out")
    dataset = Dataset(
        name=name,
        sha256="0",
        rows=1,
        columns=["question", "answer", "city"],
        task=Task.GENERATE,
        input="question",
        target="answer",
        instruction="Answer.",
        reason="Two text columns.",
        notes=["1 row was left out"],
    )
    spec = RunSpec(task=Task.GENERATE, input="question", target="answer")
    splits = Splits(train=[example], dev=[], test=[])
    return RunStore(home).create(Prepared(spec=spec, dataset=dataset, splits=splits), "local")


def working_run(home: Path, name: str = "f.csv") -> Run:
    """A run at work: its worker is this very process."""
    run = waiting_run(home, name)
    run.write_worker(this_process())
    return run


def finished_run(home: Path, kind: str | None = "better", name: str = "f.csv") -> Run:
    """A run that has everything a finished run has."""
    run = waiting_run(home, name)
    run.write_predictions("base", [prediction(1, "right", "wrong"), prediction(2, "right", "right")])
    run.write_predictions("tuned", [prediction(1, "right", "right"), prediction(2, "right", "right")])
    run.save_folder("adapter", _write_adapter)
    run.write_comparison(comparison(kind, "Tuning helped.").model_copy(update={"run": run.id}))
    if kind is None:
        run.finish("failed", "A check failed.", 1)
    else:
        run.finish("done", "Tuning helped.", 0)
    return run


def comparison_of(run: Run) -> Comparison:
    """The comparison of a run that has one."""
    made = run.comparison()
    assert made is not None
    return made


def _write_adapter(place: Path) -> None:
    (place / "adapter_config.json").write_text("{}", encoding="utf-8")
