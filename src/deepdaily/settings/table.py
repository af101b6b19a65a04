"""What every table of the settings has in common."""

from __future__ import annotations

import os
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}; write one like Asia/Shanghai or UTC") from error
    return name


def key(default: Any, meaning: str, *, example: Any = None, unit: str = "", **limits: Any) -> Any:
    """A key of a table, `...` where it has no default; `unit` is what a number counts. The reference shows all of it."""
    examples = None if example is None else [example]
    return Field(default, description=meaning, examples=examples, json_schema_extra={"unit": unit}, **limits)


def secret(variable: str) -> str:
    """What the environment holds under that name; empty where it holds nothing or no name is given."""
    return os.environ.get(variable, "")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
