"""Which keys there are, read from the types of the settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from deepdaily.settings import Settings
from deepdaily.settings.model_tables import Endpoint, Models

TableType = type[BaseModel]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a complaint of the parser points to."""

    key: str
    """As the file has it: `publish.0.host`; empty for the file itself."""
    tag: str
    """Which kind of table it stands in, where several kinds may: `mail`; else empty."""
    kinds: Sequence[str]
    """Which kinds of table may stand there, where there are several."""
    beside: Sequence[str]
    """The keys known in the table it stands in."""


def spot(places: Iterable[str | int]) -> Spot:
    """The place that pydantic writes as `("publish", 0, "mail", "host")`."""
    written, tag, beside = list[str](), "", list[str]()
    tables: list[TableType] = [Settings]
    for place in places:
        if len(tables) > 1 and place in [tag_of(table) for table in tables]:
            tag, tables = str(place), [table for table in tables if tag_of(table) == place]
            continue
        written.append(str(place))
        if isinstance(place, str):
            beside = list(dict.fromkeys(name for table in tables for name in table.model_fields))
            tables = [below for table in tables for below in tables_below(table, place)]
    return Spot(".".join(written), tag, [kind for kind in map(tag_of, tables) if kind], beside)


def tables_below(table: TableType, key: str) -> list[TableType]:
    """The kinds of table that may stand under `key`; empty for a plain value."""
    if key in table.model_fields:
        return _tables_in(table.model_fields[key].annotation)
    return [Endpoint] if table is Models else []


def _tables_in(annotation: Any) -> list[TableType]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in get_args(annotation) for table in _tables_in(part)]


def tag_of(table: TableType) -> str:
    """What a kind of table is known by, like `mail` by `to = "mail"`; empty where there is only one kind."""
    first = next(iter(table.model_fields.values())).annotation
    return str(get_args(first)[0]) if get_origin(first) is Literal and len(get_args(first)) == 1 else ""
