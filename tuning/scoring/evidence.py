"""What goes into a comparison beside two lists of answers: what only a run can know. Everything is optional.

Only the shapes in which the pipeline hands it over; knows nothing of models, nor of what is made of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuning.data.examples import Example
from tuning.prediction import Prediction
from tuning.scoring.record import Check, ScoringVariant
from tuning.spec import Task

__all__ = ["NO_TIME", "AnswerPair", "Contest", "Evidence", "GeneralText", "Setup"]

NO_TIME = "there was no time for it"
"""Why something was not asked."""


@dataclass(frozen=True)
class Contest:
    """Two models' answers to the same rows in the same order, and what is asked of them."""

    base: Sequence[Prediction]
    tuned: Sequence[Prediction]
    task: Task
    primary: str
    """Name of the metric declared before anything was predicted."""
    labels: tuple[str, ...] = ()
    """The classes of a classification; empty for generation."""

    def without(self, rows: frozenset[int]) -> "Contest":
        """The same contest on the other rows."""
        base, tuned = ([answer for answer in side if answer.row not in rows] for side in (self.base, self.tuned))
        return replace(self, base=base, tuned=tuned)


@dataclass(frozen=True)
class AnswerPair:
    """Further answers of both models to the same rows."""

    base: Sequence[Prediction]
    tuned: Sequence[Prediction]


@dataclass(frozen=True)
class GeneralText:
    """A fixed text under both models: for each passage, the negative log-likelihood of each token, in nats."""

    base: Sequence[Sequence[float]]
    tuned: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Setup:
    """How one model was asked."""

    prompt_hash: str
    """Of the token ids of all prompts, in order."""
    decoding: str
    """In words, such as "greedy, at most 40 new tokens"."""
    precision: str
    """Of the base weights, such as "bfloat16"."""


@dataclass(frozen=True)
class Evidence:
    """What a run hands over with its two lists of answers; of two bare files nothing is known."""

    train: Sequence[Example] = ()
    best_reading: Sequence[Prediction] = ()
    """The base's answers to the same rows with its labels scored the way that was best on dev, where that is not the
    way both models are held against each other in: calibrated on the base, tuned would be read wrongly."""
    base_note: str = "no examples in its prompt"
    """How the base answers, in words."""
    zero_shot: Sequence[Prediction] = ()
    """Of a base that has learned from the training rows: what the bare model answered to the same rows before that."""
    few_shot: Sequence[Prediction] = ()
    """The base's answers to the same rows with examples in the prompt."""
    no_few_shot: str = "was not asked"
    """Why there are none."""
    free_text: AnswerPair | None = None
    """Of a classification by label likelihood: what both models write when left to write."""
    variants: Sequence[ScoringVariant] = ()
    again: Sequence[Prediction] = ()
    """The base's answers to (some of) the rows at another batch size."""
    general: GeneralText | None = None
    base_setup: Setup | None = None
    tuned_setup: Setup | None = None
    unseen: int = 0
    """Training rows that tuned has not seen, its time being over."""
    unanswered: int = 0
    """Test rows that were put aside and that there was no time for."""
    leaked: frozenset[int] = frozenset()
    """Numbers of test rows found in the training rows, beside those with an equal input, which are found here."""
    looks: int | None = None
    """Runs that were scored on this test split, this one included."""
    margin: float | None = None
    """How much worse than base counts as not worse, in units of the primary metric."""
    untrained_head: bool | None = None
    """Whether base answers through a head that nobody trained."""
    checks: Sequence[Check] = ()
    """What was checked on the models themselves and on their token ids."""
