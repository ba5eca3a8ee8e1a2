"""The finished run that the app opens on: really computed, shipped with it, labelled with model, date and machine.

`make showcase` computes it anew. Knows its folder; it belongs to nobody, so nobody can cancel or delete it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tuning.report.markup import attribute, escape
from tuning.runs.run import Run

__all__ = ["SHOWCASE", "Showcase", "ShowcaseLabel", "find_showcase"]

SHOWCASE = Path(__file__).resolve().parents[2] / "assets" / "showcase"


class ShowcaseLabel(BaseModel):
    """What the run itself does not know; kept beside it as `label.json`."""

    model_config = ConfigDict(frozen=True)

    machine: str
    """Such as "AMD EPYC 7763, 2 cores"."""


@dataclass(frozen=True)
class Showcase:
    """The run and its label."""

    run: Run
    label: ShowcaseLabel

    def banner(self) -> str:
        """Where it comes from, as one paragraph."""
        record, timing = self.run.record(), self.run.comparison()
        seconds = timing.timing.total_s if timing else None
        took = f", in {seconds / 60:.0f} minutes" if seconds else ""
        when = datetime.fromtimestamp(record.created, tz=UTC).strftime("%d %B %Y")
        facts = f"{self.run.spec().model} on {record.name}, {when}, {self.label.machine}{took}"
        return (
            '<p class="to-showcase"><b>A finished run, really computed</b>'
            f"<span>{escape(facts)}. Nothing of it is made up; your own data gets the same page.</span></p>"
        )

    def link(self) -> str:
        """The way back to it, for whoever has gone on to runs of their own."""
        return (
            '<p class="to-caption">A finished comparison, really computed: '
            f'<a href="?run={attribute(self.run.id)}">the showcase</a></p>'
        )


def find_showcase(folder: Path = SHOWCASE) -> Showcase | None:
    """The one in that folder; None if none was made."""
    for path in sorted(folder.glob("*/comparison.json")):
        label = ShowcaseLabel.model_validate_json((folder / "label.json").read_text(encoding="utf-8"))
        return Showcase(Run(path.parent), label)
    return None
