"""What a Hugo site says of itself: its configuration files as Hugo puts them together."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Table: TypeAlias = Mapping[str, Any]

MOST_BYTES = 256 << 10
"""Of one file; the longest examples of themes have some 30 KB."""

_ENVIRONMENTS = ("_default", "production")


def yaml_of(text: str) -> Any:
    """What YAML says, every scalar as the text it is: `no` is a language, and a date a text."""
    return yaml.load(text, Loader=yaml.BaseLoader)


_READERS: Mapping[str, Callable[[str], Any]] = {"toml": tomllib.loads, "yaml": yaml_of, "yml": yaml_of, "json": json.loads}


def config_of(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """The configuration of the site in `folder`, and what could not be read.

    All keys are in small letters, as Hugo reads them; empty where there is none. Later files overrule earlier ones:
    `hugo.*` or `config.*`, then those of `config/_default` and of `config/production`. Themes are not asked.
    """
    told, unread = list[Table](), list[str]()
    for path, keys in _files(folder):
        try:
            table = _read(path)
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
            unread.append(f"{path} cannot be read: {' '.join(str(error).split())[:200]}")
            continue
        told.append(reduce(lambda inner, key: {key: inner}, reversed(keys), table))
    return reduce(_merged, told, {}), unread


def _files(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each file with where in the configuration its table stands."""
    root = (folder / f"{name}.{kind}" for name in ("hugo", "config") for kind in _READERS)
    yield from [(path, list[str]()) for path in root if path.is_file()][:1]
    for environment in _ENVIRONMENTS:
        for path in sorted((folder / "config" / environment).glob("*")):
            name, _, language = path.stem.lower().partition(".")
            if path.suffix[1:] in _READERS and path.is_file():
                inner = [] if name in ("hugo", "config") else [name]
                yield path, ["languages", language, *inner] if language else inner


def _read(path: Path) -> Table:
    """Raises OSError or ValueError."""
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"longer than {MOST_BYTES >> 10} KB")
    found = _READERS[path.suffix[1:]](path.read_text("utf-8-sig"))
    if not isinstance(found, Mapping):
        raise ValueError("it is no table")  # noqa: TRY004 - what is wrong is the text
    return _in_small_letters(found)


def _in_small_letters(table: Table) -> dict[str, Any]:
    return {str(key).lower(): _in_small_letters(value) if isinstance(value, Mapping) else value for key, value in table.items()}


def _merged(before: Table, after: Table) -> dict[str, Any]:
    tables = [key for key in before if isinstance(before[key], Mapping) and isinstance(after.get(key), Mapping)]
    return {**before, **after, **{key: _merged(before[key], after[key]) for key in tables}}
