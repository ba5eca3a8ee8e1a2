"""Settings for people who think in quick, balanced or thorough: what each name stands for, unless it is set by hand.

`balanced` is what the defaults are. Knows names and values; `tuning.spec` judges them.
"""

from collections.abc import Mapping
from typing import Literal

__all__ = ["Preset", "with_preset"]

Preset = Literal["quick", "balanced", "thorough"]


def with_preset(values: Mapping[str, object]) -> dict[str, object]:
    """The settings, and under them those that their `preset` stands for."""
    return {**_stands_for(values.get("preset")), **{name: value for name, value in values.items() if value is not None}}


def _stands_for(preset: object) -> dict[str, object]:
    match preset:
        case "quick":
            return {"layers": "third", "epochs": 2, "test_rows": 100}
        case "thorough":
            return {"layers": "all", "epochs": 8}
        case _:
            return {}
