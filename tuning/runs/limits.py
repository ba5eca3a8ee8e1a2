"""What the owner of a machine allows, read from the environment. Knows numbers, not runs or folders."""

from typing import ClassVar

from pydantic import ConfigDict, Field

from tuning.data.examples import Prepared
from tuning.data.owner import OwnerLimits
from tuning.durations import duration_words
from tuning.errors import LimitError

__all__ = ["Limits"]


class Limits(OwnerLimits):
    """The owner's limits, every one with a default and the environment variable TUNEOFF_ + its name."""

    model_config = ConfigDict(allow_inf_nan=False)

    prefix: ClassVar[str] = "TUNEOFF_"

    max_minutes: float = Field(60, gt=0, description="minutes until a run's training is stopped")
    max_work: int = Field(2_000_000_000, ge=1, description="training rows × epochs × maximum length of a run")
    max_active: int = Field(1, ge=1, description="runs of one visitor that may be at work at once")
    max_queued: int = Field(3, ge=0, description="runs of one visitor that may wait beside those")
    max_disk_gb: float = Field(20, gt=0, description="gigabytes (10^9 bytes) that all runs together may take")
    keep_days: float = Field(30, gt=0, description="days that a run is kept after its end")

    def check(self, prepared: Prepared) -> None:
        """Raise `LimitError` if the run would be more work than is allowed here."""
        spec, rows = prepared.spec, len(prepared.splits.train)
        if spec.budget is not None:
            self._check_budget(spec.budget)
            return
        work = rows * spec.most_epochs * spec.max_length
        if work > self.max_work:
            raise LimitError(
                f"{rows} training rows × {spec.most_epochs} epochs × {spec.max_length} tokens is {work}, but "
                f"TUNEOFF_MAX_WORK allows {self.max_work} here; use fewer rows, epochs or a smaller maximum length"
            )

    def _check_budget(self, budget_s: float) -> None:
        if budget_s > 60 * self.max_minutes:
            raise LimitError(
                f"setting 'budget' is {duration_words(budget_s)}, but TUNEOFF_MAX_MINUTES allows "
                f"{duration_words(60 * self.max_minutes)} here; set a shorter one"
            )

    def check_visitor(self, unfinished: int) -> None:
        """Raise `LimitError` if a visitor with that many unfinished runs may not start another."""
        if unfinished >= self.max_active + self.max_queued:
            raise LimitError(
                f"{unfinished} of your runs are not over yet; this machine allows {self.max_active} at work "
                f"(TUNEOFF_MAX_ACTIVE) and {self.max_queued} waiting (TUNEOFF_MAX_QUEUED) per visitor; wait for one or "
                "cancel one"
            )

    def check_disk(self, used_bytes: int) -> None:
        """Raise `LimitError` if all runs together take that many bytes and no more is allowed."""
        if used_bytes >= self.max_disk_bytes:
            raise LimitError(
                f"the runs take {used_bytes / 1e9:.1f} GB, but TUNEOFF_MAX_DISK_GB allows {self.max_disk_gb:g} on this "
                "machine; delete runs that are no longer needed"
            )

    @property
    def max_disk_bytes(self) -> int:
        """`max_disk_gb` in bytes."""
        return int(self.max_disk_gb * 1e9)
