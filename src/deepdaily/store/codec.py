"""Values of core.types as JSON."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_CODECS: dict[type, TypeAdapter[Any]] = {}


def _codec(kind: type[Any]) -> TypeAdapter[Any]:
    """Made once a type: making one costs more than using it."""
    if kind not in _CODECS:
        _CODECS[kind] = TypeAdapter(kind)
    return _CODECS[kind]


def to_json(value: Any) -> str:
    """A frozen value of core.types as JSON; equal values give equal text."""
    return _codec(type(value)).dump_json(value).decode()


def from_json(kind: type[T], line: str) -> T:
    """The value that `to_json` wrote. What an earlier version wrote was brought to today's shape by `migrations`."""
    value: T = _codec(kind).validate_json(line)
    return value
