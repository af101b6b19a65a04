"""Commands that a person is told to type: as this one was started, for the same installation."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

PLACES = ("--settings", "--data", "--out")
"""The options that name an installation."""

_COMMAND = re.compile(r"`deepdaily (?![a-z]+\.toml)([a-z][^`\n]*)`")


def pasteable(text: str) -> str:
    """`text` with each command of ours in backticks as it can be pasted here."""
    return _COMMAND.sub(lambda found: f"`{hint(found[1])}`", text) if "`deepdaily " in text else text


def hint(command: str, places: Mapping[str, str] | None = None) -> str:
    """The line that runs `command`, like `verify 2026-02-11`: the program as it was started, and the options of its places.

    `places`: by option, of another installation than this command's; an option that `command` does not know is left out.
    """
    return " ".join([program(sys.argv), command, *_options(command, given(sys.argv) if places is None else places)])


def program(argv: Sequence[str]) -> str:
    """What a shell here knows this program by."""
    started = argv[0] if argv else ""
    found = shutil.which("deepdaily")
    if not Path(started).is_file():  # `deepdaily` as somebody else's program has it
        return "deepdaily"
    if Path(started).name == "__main__.py":
        return shlex.join([sys.executable, "-m", "deepdaily"])
    if found and Path(found).resolve() == Path(started).resolve():
        return "deepdaily"
    return shlex.quote(started) if Path(started).name.startswith("deepdaily") else "deepdaily"


def given(argv: Sequence[str]) -> dict[str, str]:
    """The places that a command line names, by option."""
    found = dict[str, str]()
    if argv[1:2] in (["export"], ["eval"]):  # whose --out is another
        argv = [word for place, word in enumerate(argv) if "--out" not in (word, argv[place - 1]) and not word.startswith("--out=")]
    for place, word in enumerate(argv):
        option, joined, value = word.partition("=")
        if option in PLACES and (joined or place + 1 < len(argv)):
            found[option] = value if joined else argv[place + 1]
    return found


def _options(command: str, places: Mapping[str, str]) -> list[str]:
    if not places:
        return []
    known, words = _known_options(_named(command)), shlex.split(command)
    return [f"{option} {shlex.quote(value)}" for option, value in places.items() if option in known and option not in words]


def _named(command: str) -> tuple[str, ...]:
    return tuple(word for word in command.split() if re.fullmatch(r"[a-z][a-z-]*", word))


@cache
def _known_options(words: tuple[str, ...]) -> frozenset[str]:
    """Of the command that the words begin with."""
    from typer.main import get_command

    from deepdaily.cli.options import app

    found: Any = get_command(app)
    for word in words:
        if word not in getattr(found, "commands", {}):
            break
        found = found.commands[word]
    return frozenset(option for parameter in found.params for option in parameter.opts)
