"""One run from start to verdict: base answers, adapter is trained, tuned answers, checks, comparison.

The only place that calls both the engine and scoring. Everything it learns goes into the run folder; it knows nothing
of processes, queues or screens. The test split is read by predictions and by the checks on them alone.
"""

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tuning.data.examples import Prepared, drawn
from tuning.engine.forward import CausalModel
from tuning.errors import IntegrityError
from tuning.events import PhaseName, Started
from tuning.models.adapter import check_layers
from tuning.models.kinds import check_task
from tuning.models.loading import Machine, choose_machine, give_memory_back
from tuning.prediction import Prediction
from tuning.runs.adapting import Adapting, Trained
from tuning.runs.budget import Pace, dev_rows_in, plan_without_budget
from tuning.runs.checking import CHECKED_ROWS, check_in_place, check_reloaded
from tuning.runs.choosing import Choice, choose_asking, rows_to_ask
from tuning.runs.control import Control
from tuning.runs.encoding import Encoded, encode_splits
from tuning.runs.families.family import Base, Rows
from tuning.runs.families.subject import Subject, find_subject
from tuning.runs.kept_answers import KeptAnswers, describe_base
from tuning.runs.looks import count_looks
from tuning.runs.measuring import Stopwatch, peak_rss
from tuning.runs.paces import MeasuredPace, write_pace
from tuning.runs.pacing import (
    Timetable,
    describe_plan,
    describe_work,
    measure_pace,
    plan_time,
    settled_pace,
    with_test_rows,
)
from tuning.runs.reporting import Reporter
from tuning.runs.responding import Responder, Responders
from tuning.runs.run import Run
from tuning.runs.rungs import BaseSide, Rungs, TunedSide, describe_setup, with_sides
from tuning.runs.store import RunStore
from tuning.runs.watching import Watching
from tuning.scoring import receipt
from tuning.scoring.comparison import declare_primary, examine
from tuning.scoring.evidence import Evidence
from tuning.scoring.likeness import nearest_training_rows, with_likeness
from tuning.scoring.record import Check, ModelCard, Timing
from tuning.scoring.row_scores import with_scores

__all__ = ["execute"]


def execute(run: Run, control: Control, *, env: Mapping[str, str] | None = None) -> None:
    """Do the run. Raises `CancelledError` while there is nothing to compare, `IntegrityError` when a check fails."""
    _Pipeline(run, control, os.environ if env is None else env).execute()


@dataclass(frozen=True)
class _Way:
    """How a run goes about it: in which time, and how rows are asked."""

    timing: Timetable
    choice: Choice
    rungs: Rungs
    kept: KeptAnswers
    """Asks the base, unless an earlier run did."""
    rows: Rows


class _Pipeline:
    def __init__(self, run: Run, control: Control, env: Mapping[str, str]) -> None:
        self.run, self.control, self.env = run, control, env
        self.spec, self.dataset, self.splits = run.spec(), run.dataset(), run.splits()
        self.report, self.watch = Reporter(run, control), Stopwatch()
        self.nearest: dict[int, float] = {}
        """By the number of each test row, how like a training row it is."""
        self.fetched_s = 0.0
        """Seconds until the model's files were there, which takes long the first time and never again."""

    def execute(self) -> None:
        """The run, top to bottom."""
        machine = self._start()
        with self.watch.lap("prepare_s"):
            subject = find_subject(self.spec.model, self.env, machine)
            self.fetched_s = self.watch.total()
            check_task(self.spec.model, subject.family.name, self.dataset.task)
            untuned, way = self._prepare(subject)
        plan, responder = way.timing.plan, way.rungs.responder
        encoded = self._encode(responder)

        base, base_side = self._answer_base(untuned.model, way)
        base_setup = describe_setup(responder, self.splits.test, machine.precision_name)
        watching = Watching(self.run, self.control, responder, self.splits, way.timing.asking_seconds)
        adapting = Adapting(self.run, self.control, self.spec, machine, subject.family, plan, watching.look)
        model = adapting.attach(untuned.model)
        self.report.phase("train", 0, 0)
        seconds = way.timing.training_seconds(None if way.kept.summary() else self.watch.parts["base_s"])
        dev = drawn(encoded.dev, dev_rows_in(seconds, plan), self.spec.seed)
        trained = adapting.train(model, encoded.train, dev, seconds)
        adapting.save(model, subject.resolved.entry.name, way.rows)
        tuned, tuned_side = self._answer_tuned(model, way.rungs)
        shutil.rmtree(self.run.states_path, ignore_errors=True)
        tuned_setup = describe_setup(responder, self.splits.test, str(model.dtype).removeprefix("torch."))

        checks = [receipt.truncated_rows(*encoded.cuts), *self._check_in_place(model, responder, base)]
        note, untrained_head = untuned.note, untuned.untrained_head
        del model, untuned  # one base in memory at a time
        give_memory_back()
        checks.append(self._check_reloaded(subject, responder, tuned))
        evidence = with_sides(self._evidence(way.choice, checks), base_side, tuned_side)
        unanswered = len(self.run.splits().test) - len(self.splits.test)
        evidence = replace(
            evidence,
            base_note=note,
            untrained_head=untrained_head,
            unseen=trained.unseen,
            unanswered=unanswered,
            base_setup=base_setup,
            tuned_setup=tuned_setup,
        )
        card = subject.card(way.rows.max_length, responder.stops.max_new_tokens)
        self._compare(base, tuned, evidence, trained, card)

    def _start(self) -> Machine:
        machine = choose_machine(self.spec.device, self.spec.precision)
        self.run.append(
            Started(
                at=time.time(),
                device=str(machine.device),
                precision=machine.precision_name,
                threads=machine.threads,
                processor=machine.processor,
                before_s=self.control.elapsed(),
            )
        )
        self.report.phase("prepare", 0, 1)
        return machine

    def _prepare(self, subject: Subject) -> tuple[Base, _Way]:
        """The base, what there is time for, and how rows are asked, from now on the same for both models."""
        family, loaded = subject.family, subject.load()
        load_s = self.watch.total() - self.fetched_s
        rows = Rows(self.dataset, self.splits, min(self.spec.max_length, loaded.window))
        base = family.make_base(loaded, rows, lambda _: self._heed("prepare"))
        kept = KeptAnswers(self.run, describe_base(subject.resolved, subject.machine) + base.identity)
        batching, tokenizer = family.batching(base.model), loaded.tokenizer
        responders = Responders(family, tokenizer, self.spec, self.dataset, self.splits, loaded.window, batching)
        timing = self._plan(base.model, responders, load_s)
        plan = timing.plan
        self.splits = with_test_rows(self.splits, plan.test_rows, self.spec.seed)
        of_base = replace(responders, asker=kept)
        choice = self._choose(base.model, of_base) if plan.wording and family.prompted else Choice.unsought()
        asking = responders.make(choice.both)
        both = family.training_batching(base.model, plan.layers, self.run.states_path)
        rungs = Rungs(of_base, asking, choice.base, self.splits.test, both, plan.few_shot, plan.further)
        return base, _Way(timing, choice, rungs, kept, rows)

    def _plan(self, model: CausalModel, responders: Responders, load_s: float) -> Timetable:
        """What there is time for, told before anything is asked or trained."""
        work, elapsed, budget_s = describe_work(model, responders), self.control.elapsed, self.spec.budget
        check_layers(self.spec.layers, work.depth)
        if budget_s is None:
            return Timetable(plan_without_budget(work), work, None, None, elapsed)

        def measure() -> Pace:
            return measure_pace(model, responders, load_s, lambda _: self._heed("prepare"))

        pace = settled_pace(budget_s, measure, work, elapsed)
        prepared = Prepared(spec=self.spec, dataset=self.dataset, splits=self.splits)
        ready_s = elapsed() - self.fetched_s
        write_pace(self.run, MeasuredPace.of(prepared, pace, work, responders.family.name, ready_s=ready_s))
        timing = plan_time(budget_s, pace, work, elapsed)
        self.run.append(describe_plan(timing.plan, work, budget_s))
        return timing

    def _choose(self, model: CausalModel, responders: Responders) -> Choice:
        """The way of asking, from now on the same for everybody."""
        choice = choose_asking(model, responders, self.report.rows("prepare", rows_to_ask(responders)))
        self.run.write_asking(choice.both)
        return choice

    def _encode(self, responder: Responder) -> Encoded:
        encoded = encode_splits(responder, self.splits)
        cut = receipt.truncated_rows(*encoded.cuts)
        if cut.status == "warn":
            self.report.note("warning", f"{cut.detail} to {responder.prompts.max_length} tokens.".capitalize())
        return encoded

    def _answer_base(self, model: CausalModel, way: _Way) -> tuple[list[Prediction], BaseSide]:
        """The base's answers to the whole test split, kept before anything is trained, and its further rungs."""
        rungs = way.rungs
        count = self.report.rows("base", len(self.splits.test) + rungs.base_rows)
        with self.watch.lap("base_s"):
            base = rungs.answer(rungs.base, model, count)
        self.nearest = nearest_training_rows(self.splits.train, base)
        base = self._known(base)
        self.run.write_predictions("base", base)
        with self.watch.lap("ladder_s"):
            side = rungs.ask_base(model, count)
        if way.kept.summary():
            self.report.note("info", way.kept.summary())
        return base, side

    def _answer_tuned(self, model: CausalModel, rungs: Rungs) -> tuple[list[Prediction], TunedSide]:
        """The tuned model's answers; a run that was asked to stop leaves out what is not needed for a verdict."""
        count = self.report.rows("tuned", len(self.splits.test) + rungs.tuned_rows)
        with self.watch.lap("tuned_s"):
            tuned = rungs.answer(rungs.tuned, model, count)
        tuned = self._known(tuned)
        self.run.write_predictions("tuned", tuned)
        if self.report.heed("tuned"):
            count.skip()
            return tuned, TunedSide()
        with self.watch.lap("ladder_s"):
            return tuned, rungs.ask_tuned(model, count)

    def _known(self, answers: list[Prediction]) -> list[Prediction]:
        """Answers with what is known of each by itself."""
        return with_scores(with_likeness(answers, self.nearest), self._primary())

    def _primary(self) -> str:
        return declare_primary(self.dataset.task, [example.target for example in self.splits.train])

    def _check_in_place(self, model: CausalModel, responder: Responder, base: list[Prediction]) -> list[Check]:
        head = self.splits.test[:CHECKED_ROWS]
        self.report.phase("check", 0, 2)
        checks = check_in_place(model, responder, head, base, lambda _: self._heed("check"))
        self.report.phase("check", 1, 2)
        return checks

    def _check_reloaded(self, subject: Subject, responder: Responder, tuned: list[Prediction]) -> Check:
        head = self.splits.test[:CHECKED_ROWS]
        model = subject.restore(self.run.adapter_path, self.dataset.labels)
        check = check_reloaded(model, responder, head, tuned, lambda _: self._heed("check"))
        self.report.phase("check", 2, 2)
        return check

    def _heed(self, name: PhaseName) -> None:
        self.report.heed(name)

    def _evidence(self, choice: Choice, checks: list[Check]) -> Evidence:
        """What is known beside the answers."""
        return Evidence(
            train=self.splits.train,
            variants=choice.variants,
            leaked=frozenset(self.dataset.leaked),
            margin=None if self.spec.margin is None else self.spec.margin / 100,
            looks=count_looks(self.run, RunStore(self.run.home)),
            checks=checks,
        )

    def _compare(
        self,
        base: list[Prediction],
        tuned: list[Prediction],
        evidence: Evidence,
        trained: Trained,
        card: ModelCard,
    ) -> None:
        self.report.phase("compare", 0, 1)
        examined = examine(base, tuned, self.dataset.task, labels=self.dataset.labels or None, evidence=evidence)
        comparison = examined.comparison
        if comparison.headline is not None and comparison.headline.rung != "base":
            self.run.write_predictions("strongest", with_scores(examined.strongest, comparison.primary))
        known = {
            "run": self.run.id,
            "model": card,
            "adapter": trained.adapter,
            "rows": comparison.rows.model_copy(update={"train": trained.train, "dev": trained.dev}),
            "timing": Timing(
                train_s=round(trained.outcome.train_seconds, 3),
                dev_s=round(trained.outcome.dev_seconds, 3),
                **{part: round(seconds, 3) for part, seconds in self.watch.parts.items()},
                total_s=round(self.watch.total(), 3),
                train_tokens=trained.outcome.train_tokens,
                peak_rss_bytes=peak_rss(),
            ),
        }
        self.run.write_comparison(comparison.model_copy(update=known))
        self.report.phase("compare", 1, 1)
        if comparison.verdict is None:
            failed = receipt.failed(comparison.receipt)[0]
            raise IntegrityError(
                f"check failed, so there is no verdict: {failed.check}: {failed.detail}; the rows are kept"
            )
