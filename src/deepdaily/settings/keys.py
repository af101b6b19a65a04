"""Which keys there are, what they mean and what they may be: read from the types of the settings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from deepdaily.settings import Settings
from deepdaily.settings.model_tables import Models, ModelTable

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
    table: str
    """`the first [[publish]]`, where one of several tables is meant; else empty."""
    inner: str
    """The key inside of that table, in words where it is one of a list: `the second of sources.add`."""


def spot(places: Iterable[str | int]) -> Spot:
    """The place that pydantic writes as `("publish", 0, "mail", "host")`."""
    written, tag, beside, table, inner = list[str](), "", list[str](), "", list[str]()
    tables: list[TableType] = [Settings]
    for place in places:
        if len(tables) > 1 and place in [tag_of(table) for table in tables]:
            tag, tables = str(place), [table for table in tables if tag_of(table) == place]
            continue
        written.append(str(place))
        if isinstance(place, str):
            beside = list(dict.fromkeys(name for one in tables for name in one.model_fields))
            tables = [below for one in tables for below in tables_below(one, place)]
            inner.append(place)
        elif tables:
            table, inner = f"the {_counted(place)} [[{'.'.join(one for one in written if not one.isdigit())}]]", []
        else:
            inner = [f"the {_counted(place)} of {'.'.join(inner)}"]
    return Spot(".".join(written), tag, [kind for kind in map(tag_of, tables) if kind], beside, table, ".".join(inner))


_FIRST = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def _counted(place: int) -> str:
    """Which one, for a person, who counts from one."""
    return _FIRST[place] if place < len(_FIRST) else f"{place + 1}th"


def tables_below(table: TableType, key: str) -> list[TableType]:
    """The kinds of table that may stand under `key`; empty for a plain value."""
    if key in table.model_fields:
        return _tables_in(table.model_fields[key].annotation)
    return [ModelTable] if table is Models else []


def _tables_in(annotation: Any) -> list[TableType]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in get_args(annotation) for table in _tables_in(part)]


def tag_of(table: TableType) -> str:
    """What a kind of table is known by, like `mail` by `to = "mail"`; empty where there is only one kind."""
    first = next(iter(table.model_fields.values())).annotation
    return str(get_args(first)[0]) if get_origin(first) is Literal and len(get_args(first)) == 1 else ""


# -- every key, explained ---------------------------------------------------------------------------------------------


class Key(NamedTuple):
    """One key of a table, in words; values are written as in the file."""

    name: str
    meaning: str
    default: str
    """`needed` where it has none."""
    values: str
    """What may be written: `text`, `1 to 20 stories`."""
    example: str
    """Empty where the default or the values say enough."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One kind of table."""

    head: str
    """As it begins in the file: `[digest]`, `[[publish]] to = "mail"`."""
    meaning: str
    keys: tuple[Key, ...]


def explained(table: TableType = Settings, place: str = "") -> Iterator[Explained]:
    """Every kind of table of the settings, in the order of the file."""
    plain = [(name, field) for name, field in table.model_fields.items() if not tables_below(table, name)]
    tag = tag_of(table)
    if place:
        head = f'{place} {plain.pop(0)[0]} = "{tag}"' if tag else place
        yield Explained(head, _sentence(table), tuple(_key(name, field) for name, field in plain))
    for name, field in table.model_fields.items():
        inner = ".".join(filter(None, (place.strip("[]"), name)))
        for below in tables_below(table, name):
            yield from explained(below, f"[[{inner}]]" if get_origin(field.annotation) is tuple else f"[{inner}]")
    if table is Models:
        yield from explained(ModelTable, "[models.NAME]")


def _sentence(table: TableType) -> str:
    return " ".join((table.__doc__ or "").split())


def _key(name: str, field: FieldInfo) -> Key:
    default = "needed" if field.is_required() else written(field.default)
    example = written(field.examples[0]) if field.examples else ""
    return Key(name, field.description or "", default, _values(field.annotation, field), example)


def written(value: Any) -> str:
    """A value as the file has it; `not set` for what the file cannot say."""
    if value is None:
        return "not set"
    if isinstance(value, time):
        value = f"{value:%H:%M}"
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def _values(kind: Any, field: FieldInfo) -> str:
    """What may be written, with its bounds and unit."""
    parts = get_args(kind)
    if NoneType in parts:
        return _values(parts[0], field)
    if get_origin(kind) is Literal:
        return " or ".join(map(written, parts))
    if get_origin(kind) is tuple:
        choices = get_args(parts[0]) if get_origin(parts[0]) is Literal else ()
        return "list of " + (" and ".join(map(written, choices)) or "texts")
    if get_origin(kind) is dict:
        return "table"
    return _WORDS.get(kind) or _range(field)


_WORDS = {bool: "true or false", str: "text", time: "HH:MM", Path: "folder"}


def _range(field: FieldInfo) -> str:
    """`1 to 20 stories`, `0 or more …`: the bounds of a number, and what it counts."""
    least, most = (next((getattr(one, name) for one in field.metadata if hasattr(one, name)), None) for name in ("ge", "le"))
    counted = field.json_schema_extra.get("unit", "") if isinstance(field.json_schema_extra, dict) else ""
    return f"{least} {'or more' if most is None else f'to {most}'} {counted}".strip()
