"""What commands have in common: their groups, their options, and the two ways to print a result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepdaily.cli.pasting import pasteable

if TYPE_CHECKING:
    from deepdaily.house import House
    from deepdaily.store import Store

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="A daily that shows its proof.")
sources_app = typer.Typer(no_args_is_help=True, help="The places links come from.")
models_app = typer.Typer(no_args_is_help=True, help="The models that may write: what is known of them, and a trial.")
translate_app = typer.Typer(no_args_is_help=True, help="A translator for the days that no model writes.")
desk_app = typer.Typer(no_args_is_help=True, help="What an editor says; the next run acts on it.")
schedule_app = typer.Typer(invoke_without_command=True)
archive_app = typer.Typer(no_args_is_help=True, help="What is stored of the web.")
mcp_app = typer.Typer(invoke_without_command=True)

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="Settings file (default: deepdaily.toml here).")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="Folder of the store and the snapshots.")]
OutFolder = Annotated[Path | None, typer.Option("--out", help="File editions go below it instead of the configured folders.")]
AsJson = Annotated[bool, typer.Option("--json", help="Result as JSON on stdout.")]


def house_of(settings: Path | None, data: Path | None, out: Path | None = None) -> House:
    """The installation that the options name. Raises SettingsError."""
    from deepdaily.house import House

    return House.of(settings, data, out)


@contextmanager
def opened(
    settings: Path | None, data: Path | None, out: Path | None = None, *, may_make: bool = False
) -> Iterator[tuple[House, Store]]:
    """The installation that the options name, and its store, closed at the end. Raises SettingsError, StoreError.

    The data folder is made only where it may: a wrong one is not to look like an empty archive.
    """
    house = house_of(settings, data, out)
    with house.store(may_make=may_make) as store:
        yield house, store


def options_of(settings: Path | None, data: Path | None, out: Path | None) -> list[str]:
    """The options of a run that works for this command."""
    named = {"--settings": settings, "--data": data, "--out": out}
    return [part for name, path in named.items() if path for part in (name, str(path))]


def answer(value: object, lines: Sequence[str], as_json: bool) -> None:
    """The result: `value` for a program, `lines` for a person."""
    if as_json:
        import json

        typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
    else:
        for line in lines:
            say(line)


def answer_rows(columns: tuple[str, ...], rows: Sequence[Sequence[Any]], as_json: bool) -> None:
    """The result as a table."""
    if as_json:
        answer([dict(zip(columns, row, strict=True)) for row in rows], (), as_json)
    else:
        from deepdaily.cli.console import table

        table(columns, rows)


def say(line: str) -> None:
    """A line of the result for a person, on stdout; its commands can be pasted."""
    print(pasteable(line))  # noqa: T201 - click would print a sign that the terminal lacks as a question mark


def warn(line: str) -> None:
    """A line on stderr; its commands can be pasted."""
    typer.echo(pasteable(line), err=True)


def pair_into(language: str) -> str:
    """What a translator of a digest in that language is asked: the pages' language, and the digest's."""
    return "zh-en" if language == "en" else "en-zh"
