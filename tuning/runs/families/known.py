"""All families of models, by name. Knows nothing of what they do."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tuning.models.kinds import family_of
from tuning.runs.families.decoder import Decoder
from tuning.runs.families.encoder import Encoder
from tuning.runs.families.family import Family
from tuning.runs.families.seq2seq import Seq2Seq
from tuning.spec import FamilyName

__all__ = ["FAMILIES", "find_family"]

FAMILIES: Mapping[FamilyName, Family] = MappingProxyType(
    {family.name: family for family in (Decoder(), Encoder(), Seq2Seq())}
)


def find_family(folder: Path) -> Family:
    """The family of the model in a transformers folder. Raises `ModelError` for one that is not known."""
    return FAMILIES[family_of(folder)]
