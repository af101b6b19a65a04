"""What every table of the settings has in common."""

from __future__ import annotations

import os
import re
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator


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


VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
"""The name of an environment variable."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _true_is_no_number(cls, given: Any) -> Any:
        """With `true` as a text where a number stands, which is refused there; by itself it would count as 1."""
        if not isinstance(given, dict):
            return given
        return {
            key: str(value).lower() if isinstance(value, bool) and cls._is_number(key) else value for key, value in given.items()
        }

    @classmethod
    def _is_number(cls, name: str) -> bool:
        field = cls.model_fields.get(name)
        kinds = {field.annotation, *get_args(field.annotation)} if field else set()
        return bool not in kinds and bool(kinds & {int, float})

    @field_validator("*", mode="after")
    @classmethod
    def _variables_are_named(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str) and value and (info.field_name or "").endswith("_env") and not VARIABLE.fullmatch(value):
            raise ValueError("name the environment variable that holds it, like MY_TOKEN; never write the value itself there")
        return value
