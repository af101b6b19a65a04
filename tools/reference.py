"""The reference pages, written from the code: docs/settings.md and docs/commands.md. `make docs`; a test sees them drift."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer
from typer.models import ArgumentInfo, OptionInfo
from typer.utils import get_params_from_function

from deepdaily.cli import app
from deepdaily.core.errors import Exit
from deepdaily.settings.keys import explained

DOCS = Path(__file__).resolve().parent.parent / "docs"
GENERATED = "<!-- Written by `make docs` from the code: change it there. -->\n"

SETTINGS = f"""# Settings
{GENERATED}
`deepdaily.toml` in the current folder, or the file that `--settings` names. Every key has a default, so that no file is needed; a
key that is needed stands in a table that is there because you wrote it. A key can also stand in the environment, which goes before
the file: `DEEPDAILY_DIGEST__ITEMS=5`, lists and tables as JSON. `deepdaily config` shows what holds and where it comes from,
`deepdaily config --explain` this page. Folders are relative to the file. Secrets stand in the environment, and the settings name
their variables.
"""

COMMANDS = f"""# Commands
{GENERATED}
Results go to stdout, progress and troubles to stderr. Exit status: {Exit.PUBLISHED:d} published, or nothing was to be done;
{Exit.DEGRADED:d} published, but poorer than a good day; {Exit.NOTHING:d} nothing published; {Exit.RED:d} a check did not hold;
{Exit.BAD_USAGE:d} bad usage, settings or data folder.
"""

COMMON = 5
"""An option of so many commands is explained once, on top."""

WORDS = {Path: "PATH", int: "NUMBER", float: "NUMBER", str: "TEXT"}


def settings_page() -> str:
    """docs/settings.md."""
    parts = [SETTINGS]
    for table in explained():
        rows = [(f"`{key.name}`", *map(_as_code, key[1:], range(4))) for key in table.keys]
        parts.append(f"## `{table.head}`\n\n{table.meaning}\n\n{_table(('key', 'meaning', 'default', 'may be', 'example'), rows)}")
    return "\n".join(parts)


def _as_code(text: str, place: int) -> str:
    """Defaults and examples as code; what is no value of the file in words."""
    return f"`{text}`" if place in (1, 3) and text not in ("", "not set", "needed") else text


@dataclass(frozen=True, slots=True)
class Parameter:
    """One option or argument."""

    written: str
    meaning: str
    is_option: bool


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    meaning: str
    parameters: tuple[Parameter, ...]


def commands_page() -> str:
    """docs/commands.md."""
    found = list(commands(app, "deepdaily"))
    uses = Counter(one for command in found for one in command.parameters if one.is_option)
    common = [one for one, times in uses.items() if times >= COMMON]
    parts = [COMMANDS, "Options of many commands:\n", _table(("option", "meaning"), [_row(one) for one in common])]
    for command in found:
        own = [one for one in command.parameters if one not in common]
        shared = [f"`{one.written.split()[0]}`" for one in common if one in command.parameters]
        arguments = "".join(f" {one.written}" for one in own if not one.is_option)
        parts.append(f"## `{command.name}{arguments}`\n\n{command.meaning}\n")
        parts += [_table(("written", "meaning"), [_row(one) for one in own])] if own else []
        parts += [f"Also {', '.join(shared)}.\n"] if shared else []
    return "\n".join(parts)


def commands(group: typer.Typer, name: str) -> Iterator[Command]:
    """Every command with what it is called, those of a group after it."""
    for info in group.registered_commands:
        assert info.callback
        yield _command(f"{name} {info.name or info.callback.__name__}", info.callback, info.help)
    for inner in group.registered_groups:
        assert inner.typer_instance
        called = inner.typer_instance.registered_callback
        if called and called.callback:  # `deepdaily mcp` does something by itself
            yield _command(f"{name} {inner.name}", called.callback, called.help)
        yield from commands(inner.typer_instance, f"{name} {inner.name}")


def _command(name: str, callback: Callable[..., Any], meaning: Any) -> Command:
    told = (_parameter(one.name, one.annotation, one.default) for one in get_params_from_function(callback).values())
    meaning = meaning if isinstance(meaning, str) else inspect.getdoc(callback) or ""
    return Command(name, meaning, tuple(one for one in told if one))


def _parameter(name: str, kind: Any, info: Any) -> Parameter | None:
    """None for what nobody types: the context, a hidden option."""
    if not isinstance(info, OptionInfo | ArgumentInfo) or info.hidden:
        return None
    needed, meaning = info.default in (..., inspect.Parameter.empty), (info.help or "").rstrip(".")
    if info.min is not None or info.max is not None:
        meaning += f"; {info.min} to {info.max}"
    if needed and isinstance(info, OptionInfo):
        meaning += "; required"
    elif not needed and info.default not in (None, False, ""):
        meaning += f"; default {info.default.value if isinstance(info.default, Enum) else info.default}"
    if isinstance(info, ArgumentInfo):
        named = (info.metavar or name.upper()) + ("…" if get_origin(kind) is list else "")
        return Parameter(named if needed else f"[{named}]", f"{meaning}.", False)
    option = next(iter(info.param_decls or ()), f"--{name.replace('_', '-')}")
    return Parameter(f"{option} {info.metavar or _values(kind)}".strip(), f"{meaning}.", True)


def _values(kind: Any) -> str:
    kinds = [one for one in get_args(kind) if one is not type(None)] if type(None) in get_args(kind) else [kind]
    if get_origin(kinds[0]) is Literal:
        return "|".join(get_args(kinds[0]))
    if isinstance(kinds[0], type) and issubclass(kinds[0], Enum):
        return "|".join(str(one.value) for one in kinds[0])
    return WORDS.get(kinds[0], "")


def _row(one: Parameter) -> tuple[str, str]:
    return f"`{one.written}`", one.meaning


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


PAGES: dict[str, Callable[[], str]] = {"settings.md": settings_page, "commands.md": commands_page}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")
