"""Values of core.types as JSON."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter

from deepdaily.core.types import Harvest

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
    """The value that `to_json` wrote, in this version or an earlier one."""
    if kind is Harvest and '"points":' in line:
        line = _with_votes(line)
    value: T = _codec(kind).validate_json(line)
    return value


def _with_votes(line: str) -> str:
    """A harvest of before `Offer.votes`: points were those of Hacker News."""
    harvest = json.loads(line)
    for offer in harvest["offers"]:
        points = offer.pop("points", 0)
        offer["votes"] = {"site": "hackernews", "n": points} if points else None
    return json.dumps(harvest)
