"""Limits that the owner of a machine sets in the environment: how they are read. Knows not what they limit."""

import os
from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from tuning.errors import SettingError

__all__ = ["OwnerLimits"]


class OwnerLimits(BaseModel):
    """Every limit has a default, bounds, and an environment variable: `prefix` + its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prefix: ClassVar[str]

    @classmethod
    def variable(cls, name: str) -> str:
        """The environment variable of a limit."""
        return f"{cls.prefix}{name.upper()}"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """The limits set in `env`. Raises `SettingError` naming the first variable that is not what it must be."""
        values = {name: env[cls.variable(name)] for name in cls.model_fields if env.get(cls.variable(name), "").strip()}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = str(first["loc"][0])
            rule = first["msg"].removeprefix("Input ")
            raise SettingError(
                f"environment variable {cls.variable(name)} {rule} ({cls.model_fields[name].description}), "
                f"but is {values[name][:80]!r}"
            ) from error
