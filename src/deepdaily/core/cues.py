"""Words and patterns that stand in TOML beside the code that reads them: one is added on a line, without reading code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
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

    A text is found anywhere. Of a table `whole` is found only as words between borders, `begun` where a word begins, and `within`
    anywhere; where the signs that each begins with are known, the table is tried at these alone, which halves the time.
    """
    if isinstance(said, str):
        return Cue(_joined(said), re.I)
    kinds = {kind: _alternatives(_joined(lines)) for kind, lines in said.items()}
    begun = [_firsts(one) for found in kinds.values() for one in found]
    firsts = "".join(dict.fromkeys("".join(begun))) if all(begun) else ""
    pattern = "|".join(_BORDERS[kind].format(_by_first(found)) for kind, found in kinds.items())
    return Cue(f"(?=[{firsts}])(?:{pattern})" if firsts else pattern, re.I)


_BORDERS = {"whole": r"\b({})\b", "begun": r"\b(?:{})", "within": "{}"}


def _joined(lines: str) -> str:
    return "|".join(lines.strip("\n").split("\n"))


_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]|[^\\\[()|]+|.", re.DOTALL)
"""Of a pattern: an escape, a class, a bracket or bar, what lies between."""

_SIGN = re.compile("\\[([a-z0-9\u3400-\u9fff]+)\\](?![?*{])|([a-z0-9\u3400-\u9fff])(?![?*{])")
_GROUP = re.compile(r"\(\?:((?:[^()\[\]\\]|\\.)*)\)(?![?*{])")
"""One that holds no other."""


def _alternatives(pattern: str) -> list[str]:
    """The parts between the bars that stand in no group."""
    found, depth = [""], 0
    for piece in _PIECE.findall(pattern):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and not depth:
            found.append("")
        else:
            found[-1] += piece
    return found


def _firsts(alternative: str) -> str:
    """The signs that it may begin with; empty where they are not known."""
    if group := _GROUP.match(alternative):
        signs = [_SIGN.match(one) for one in group[1].split("|")]
    else:
        signs = [_SIGN.match(alternative)]
    return "".join(sign[1] or sign[2] for sign in signs if sign) if all(signs) else ""


def _by_first(alternatives: Sequence[str]) -> str:
    """A pattern of alternatives, neighbours that begin with one sign together: `re` tries each at every place.

    Two with different first signs are never found at one place, so that their order says nothing.
    """
    runs: list[dict[str, list[str]]] = [{}]
    for one in alternatives:
        if _SIGN.match(one) and one[0] != "[":
            runs[-1].setdefault(one[0], []).append(one[1:])
        else:
            runs += [{one: [""]}, {}]
    told = (sign + (f"(?:{'|'.join(rests)})" if len(rests) > 1 else rests[0]) for run in runs for sign, rests in run.items())
    return "|".join(told)


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
