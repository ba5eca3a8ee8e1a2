"""Answers that should be JSON: whether they are, and which fields of the target they reproduce.

Knows nothing of predictions: texts in, numbers out.
"""

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["JsonValue", "field_exactness_rows", "fields_of", "is_json", "right_fields"]

JsonValue = object
"""What `json.loads` gives."""


def is_json(text: str) -> bool:
    """Whether a text is one JSON object or array; a bare number or word is not taken for structure."""
    return isinstance(_parse(text), dict | list)


def fields_of(text: str) -> dict[str, JsonValue] | None:
    """The fields of a JSON object, those of nested objects by their path ("a.b"); None if the text is no object."""
    value = _parse(text)
    return _flat(value) if isinstance(value, dict) else None


def field_exactness_rows(outputs: Sequence[str], targets: Sequence[str]) -> NDArray[np.float64]:
    """For each row, the share of the fields in target or output that both have with one value; all targets objects."""
    return np.array([_field_exactness(output, target) for output, target in zip(outputs, targets, strict=True)])


def right_fields(output: str, target: str) -> dict[str, bool]:
    """Of each field of the target, an object, whether the output has it with the same value."""
    wanted, given = fields_of(target) or {}, fields_of(output) or {}
    return {name: name in given and _equal(value, given[name]) for name, value in wanted.items()}


def _field_exactness(output: str, target: str) -> float:
    wanted, given = fields_of(target), fields_of(output)
    if wanted is None or given is None:
        return 0.0
    names = wanted.keys() | given.keys()
    return sum(right_fields(output, target).values()) / len(names) if names else 1.0


def _equal(one: JsonValue, other: JsonValue) -> bool:
    # In Python True equals 1; in JSON they are different values.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _flat(fields: dict[str, JsonValue], path: str = "") -> dict[str, JsonValue]:
    flat: dict[str, JsonValue] = {}
    for name, value in fields.items():
        if isinstance(value, dict) and value:
            flat |= _flat(value, f"{path}{name}.")
        else:
            flat[path + name] = value
    return flat


def _parse(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
