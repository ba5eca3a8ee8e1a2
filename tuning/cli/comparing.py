"""`compare`: two files of predictions, made here or elsewhere, judged again. Knows neither runs nor models."""

import argparse
from collections.abc import Sequence

from tuning.cli.render import render_comparison, samples
from tuning.cli.session import Session
from tuning.errors import InputError
from tuning.prediction import Prediction, read_predictions
from tuning.scoring.comparison import Comparison, compare
from tuning.scoring.evidence import Evidence
from tuning.spec import Task

__all__ = ["compare_files", "find_task"]

_UNKNOWN = (
    "Two files cannot tell how they were made: prompts, decoding, precision, leaks from training and whether an "
    "adapter was applied are not checked."
)


def compare_files(args: argparse.Namespace, session: Session) -> int:
    """Print what two prediction files say; their rows may stand in any order."""
    margin = _margin(args.margin)
    base, tuned = (sorted(read_predictions(path), key=_row) for path in (args.base, args.tuned))
    task = Task(args.task) if args.task else find_task([*base, *tuned])
    comparison = compare(base, tuned, task, evidence=Evidence(margin=margin))
    if args.json:
        session.out.raw(comparison.to_json().rstrip("\n"))
    else:
        _report(session, comparison, base, tuned)
    return 0


def find_task(predictions: Sequence[Prediction]) -> Task:
    """Classification when a row has probabilities of labels, else generation."""
    return Task.CLASSIFY if any(row.probabilities for row in predictions) else Task.GENERATE


def _report(session: Session, comparison: Comparison, base: Sequence[Prediction], tuned: Sequence[Prediction]) -> None:
    render_comparison(session.out, comparison, samples(base, tuned), [_UNKNOWN])


def _margin(points: float | None) -> float | None:
    """From percentage points to a share; `not 0 <= x` also catches what is not a number."""
    if points is not None and not 0 <= points <= 100:
        raise InputError(f"--margin must be 0 to 100 points, but is {points:g}")
    return None if points is None else points / 100


def _row(prediction: Prediction) -> int:
    return prediction.row
