"""Words and patterns that stand in TOML beside the code that reads them: one is added on a line, without reading code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any, TypeVar

T = TypeVar("T")


def table(module: str) -> dict[str, Any]:
    """The TOML beside the module of that (full) name."""
    package, _, name = module.rpartition(".")
    return tomllib.loads((files(package) / f"{name}.toml").read_text("utf-8"))


_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub")


class Cue:
    """A pattern that is compiled when it is first asked: there are hundreds, and a process needs some of them.

    Made like a `re.Pattern`, with its methods, which are as fast as its own from the second call on.
    """

    __slots__ = ("flags", "pattern", *_METHODS)

    search: Callable[..., re.Match[str] | None]
    match: Callable[..., re.Match[str] | None]
    fullmatch: Callable[..., re.Match[str] | None]
    finditer: Callable[..., Iterator[re.Match[str]]]
    findall: Callable[..., list[Any]]
    split: Callable[..., list[str | Any]]
    sub: Callable[..., str]

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern, self.flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Python looks here for what is not set yet."""
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def cue(said: str | Mapping[str, str]) -> Cue:
    """A pattern of alternatives, parted by bars and line ends, without regard to case.

    A text is found anywhere. Of a table `whole` is found only as words between borders, and `within` anywhere.
    """
    kinds = {"within": said} if isinstance(said, str) else said
    joined = {kind: "|".join(lines.strip("\n").split("\n")) for kind, lines in kinds.items()}
    if "whole" in joined:
        joined["whole"] = rf"\b({joined['whole']})\b"
    return Cue("|".join(joined.values()), re.I)


def cues(found: Mapping[str, Any]) -> dict[str, Cue]:
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
