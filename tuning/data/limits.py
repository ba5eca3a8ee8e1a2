"""The most that is read of a file before it is refused, as the owner of a machine sets it. Knows numbers, not files."""

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuning.errors import SettingError

__all__ = ["ReadLimits"]


class ReadLimits(BaseModel):
    """Every limit has a default, bounds, and an environment variable: TUNEOFF_READ_ + its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int = Field(256_000_000, ge=1, description="bytes of the file, and of all its cells once unpacked")
    rows: int = Field(1_000_000, ge=1, description="rows")
    columns: int = Field(1_000, ge=1, description="columns")
    cells: int = Field(20_000_000, ge=1, description="rows × columns")
    cell_length: int = Field(1_000_000, ge=1, description="characters of one cell")
    line_length: int = Field(10_000_000, ge=1, description="characters of one line, or of one quoted cell")
    memory: int = Field(1_500_000_000, ge=300_000_000, description="bytes of memory that the process reading may take")
    cpu_seconds: int = Field(150, ge=1, description="seconds of computing that the process reading may take")
    seconds: float = Field(300, gt=0, le=86_400, description="seconds until the process reading is ended")

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "ReadLimits":
        """The limits set in `env`. Raises `SettingError` naming the first variable that is not what it must be."""
        values = {name: env[_variable(name)] for name in cls.model_fields if env.get(_variable(name), "").strip()}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = str(first["loc"][0])
            rule = first["msg"].removeprefix("Input ")
            raise SettingError(
                f"environment variable {_variable(name)} {rule} ({cls.model_fields[name].description}), "
                f"but is {values[name][:80]!r}"
            ) from error

    def most(self, name: str) -> str:
        """A limit as messages say it: its value, and where it is set."""
        value = getattr(self, name)
        shown = f"{value / 1e6:,.10g} MB" if name in ("bytes", "memory") else f"{value:,}"
        return f"{shown} ({_variable(name)})"


def _variable(name: str) -> str:
    return f"TUNEOFF_READ_{name.upper()}"
