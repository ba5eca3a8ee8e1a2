"""What a run will take, as far as that can be told before it starts: time and memory. Nothing is loaded or measured.

Knows settings, the shape of a model and what is free; knows nothing of screens.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tuning.data.examples import Prepared
from tuning.models.catalog import find_model
from tuning.models.devices import has_bfloat16
from tuning.runs.forecasting import Forecast, forecast
from tuning.runs.memory import RowSizes, estimate_memory, find_shape
from tuning.runs.reference_paces import reference_paces
from tuning.runs.store import RunStore
from tuning.spec import DEFAULT_MODEL

__all__ = ["Expected", "expect"]


@dataclass(frozen=True)
class Expected:
    """Of one run; None where nothing can be told."""

    time: Forecast
    bytes: int | None
    """At its peak."""
    free: int
    """Bytes that can be had now."""
    language_model: Forecast | None = None
    """The time of the same run with the default language model, whatever model is chosen."""

    @property
    def sentences(self) -> str:
        """For a person."""
        return " ".join(said for said in (self.time.sentence, self._memory()) if said)

    def _memory(self) -> str:
        if self.bytes is None:
            return ""
        needed, free = f"{self.bytes / 1e9:.1f} GB", f"{self.free / 1e9:.1f} GB"
        if self.bytes > self.free:
            return f"It needs about {needed} of memory, but {free} are free: fewer layers or shorter rows need less."
        return f"It needs up to {needed} of memory; {free} are free."


def expect(prepared: Prepared, longest: int | None, free: int, store: RunStore, env: Mapping[str, str]) -> Expected:
    """What a run of `prepared` will take, whose longest row has so many tokens (None: as many as may be).

    Raises `ModelError` for a model whose files cannot be read.
    """
    spec, splits = prepared.spec, prepared.splits
    shape = find_shape(find_model(spec.model, env), env)
    sizes = RowSizes(len(splits.train) + len(splits.dev), min(longest or spec.max_length, spec.max_length))
    peak = estimate_memory(shape, spec, sizes).peak if shape is not None else None
    own = "bfloat16" if spec.precision != "float32" and has_bfloat16() else "float32"
    reference = reference_paces(own)
    time = forecast(prepared, store, reference)
    if spec.model == DEFAULT_MODEL:
        return Expected(time, peak, free, time)
    other = prepared.model_copy(update={"spec": spec.model_copy(update={"model": DEFAULT_MODEL})})
    return Expected(time, peak, free, forecast(other, store, reference))
