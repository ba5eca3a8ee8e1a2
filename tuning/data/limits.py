"""The most that is read of a file before it is refused, as the owner of a machine sets it. Knows numbers, not files."""

from typing import ClassVar

from pydantic import Field

from tuning.data.owner import OwnerLimits

__all__ = ["ReadLimits"]


class ReadLimits(OwnerLimits):
    """Every limit has a default, bounds, and an environment variable: TUNEOFF_READ_ + its name."""

    prefix: ClassVar[str] = "TUNEOFF_READ_"

    bytes: int = Field(256_000_000, ge=1, description="bytes of the file, and of all its cells once unpacked")
    rows: int = Field(1_000_000, ge=1, description="rows")
    columns: int = Field(1_000, ge=1, description="columns")
    cells: int = Field(20_000_000, ge=1, description="rows × columns")
    cell_length: int = Field(1_000_000, ge=1, description="characters of one cell")
    line_length: int = Field(10_000_000, ge=1, description="characters of one line, or of one quoted cell")
    memory: int = Field(1_500_000_000, ge=300_000_000, description="bytes of memory that the process reading may take")
    cpu_seconds: int = Field(150, ge=1, description="seconds of computing that the process reading may take")
    seconds: float = Field(300, gt=0, le=86_400, description="seconds until the process reading is ended")

    def most(self, name: str) -> str:
        """A limit as messages say it: its value, and where it is set."""
        value = getattr(self, name)
        shown = f"{value / 1e6:,.10g} MB" if name in ("bytes", "memory") else f"{value:,}"
        return f"{shown} ({self.variable(name)})"
