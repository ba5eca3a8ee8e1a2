"""The examples that come with the program. Knows nothing of how they are read or shown."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

__all__ = ["EXAMPLES", "BundledExample", "bundled_examples"]

EXAMPLES = Path(__file__).resolve().parents[2] / "assets" / "examples"


class BundledExample(BaseModel):
    """A file to try the program on, and the settings that suit it."""

    model_config = ConfigDict(frozen=True)

    key: str
    """Short and stable, for choosing it by."""
    title: str
    path: Path
    spec_values: dict[str, Any]
    """Raw settings, for `parse_spec`."""
    licence: str
    description: str


def bundled_examples(folder: Path = EXAMPLES) -> list[BundledExample]:
    """All of them, in the order of `index.json`."""
    entries = TypeAdapter(list[dict[str, Any]]).validate_json((folder / "index.json").read_bytes())
    return [BundledExample(path=folder / entry.pop("file"), **entry) for entry in entries]
