"""Words and patterns that stand in TOML beside the code that reads them: one is added on a line, without reading code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, TypeVar

T = TypeVar("T")


def table(module: str) -> dict[str, Any]:
    """The TOML beside the module of that (full) name."""
    package, _, name = module.rpartition(".")
    return tomllib.loads((files(package) / f"{name}.toml").read_text("utf-8"))


def cue(said: str | Mapping[str, str]) -> re.Pattern[str]:
    """A pattern of alternatives, parted by bars and line ends, without regard to case.

    A text is found anywhere. Of a table `whole` is found only as words between borders, and `within` anywhere.
    """
    kinds = {"within": said} if isinstance(said, str) else said
    joined = {kind: "|".join(lines.strip("\n").split("\n")) for kind, lines in kinds.items()}
    if "whole" in joined:
        joined["whole"] = rf"\b({joined['whole']})\b"
    return re.compile("|".join(joined.values()), re.I)


def cues(found: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    """By name the patterns of a table, in its order."""
    return {name: cue(said) for name, said in found.items()}


def rows(kind: Callable[..., T], found: Mapping[str, Mapping[str, Any]]) -> tuple[T, ...]:
    """A `kind` for each row of a table, in its order, with the row's name as `name`; its texts are patterns.

    Raises:
        TypeError: a row lacks what its kind needs, or has what it does not know.
    """

    def one(name: str, row: Mapping[str, Any]) -> T:
        return kind(name=name, **{key: cue(value) if isinstance(value, str) else value for key, value in row.items()})

    return tuple(one(name, row) for name, row in found.items())
