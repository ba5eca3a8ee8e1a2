"""What the steps of a cleaning plan are called when a person is told of them. Knows names, not what a step does.

Settings files, the plan that `inspect --json` prints, and programs write a step by its value (`drop-duplicates`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from tuning.spec import CleaningStep

__all__ = ["step_name"]

_NAMES: Mapping[CleaningStep, str] = MappingProxyType(
    {
        CleaningStep.FIX_ENCODING: "repair garbled text",
        CleaningStep.REDACT: "hide personal data",
        CleaningStep.DROP_EMPTY: "leave out empty rows",
        CleaningStep.MERGE_LABELS: "merge label spellings",
        CleaningStep.DROP_DUPLICATES: "leave out repeated rows",
        CleaningStep.DROP_LEAKED: "keep test rows out of training",
        CleaningStep.DROP_NEAR_DUPLICATES: "leave out near repeats",
        CleaningStep.DROP_CONFLICTS: "leave out contradicting rows",
        CleaningStep.DROP_RARE_LABELS: "leave out rare labels",
        CleaningStep.KEEP_TOGETHER: "keep look-alikes in one split",
    }
)


def step_name(step: CleaningStep) -> str:
    """What the step does, in a few words that can stand as its name."""
    return _NAMES[step]
