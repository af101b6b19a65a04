"""What every table of the settings has in common."""

from __future__ import annotations

import os
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}; write one like Asia/Shanghai or UTC") from error
    return name


def unit(name: str) -> dict[str, Any]:
    """What a number counts: `Field(30, json_schema_extra=unit("minutes"))`."""
    return {"unit": name}


def secret(variable: str) -> str:
    """What the environment holds under that name; empty where it holds nothing or no name is given."""
    return os.environ.get(variable, "")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
