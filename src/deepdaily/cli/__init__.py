"""The commands. Heavy imports are inside them: `--help` stays quick."""

from __future__ import annotations

import io
import sys
import tempfile
import traceback
from typing import Annotated, NoReturn

import typer

from deepdaily import __version__

# Every module adds its commands to the groups.
from deepdaily.cli import (
    archiving,  # noqa: F401
    beginning,  # noqa: F401
    daily,  # noqa: F401
    doctor,  # noqa: F401
    editing,  # noqa: F401
    keeping,  # noqa: F401
    look,  # noqa: F401
    measuring,  # noqa: F401
    publishing,  # noqa: F401
    rivals,  # noqa: F401
    scheduling,  # noqa: F401
    serving,  # noqa: F401
    translate,  # noqa: F401
    trying,  # noqa: F401
)
from deepdaily.cli.environment_file import take_from_file
from deepdaily.cli.options import app, archive_app, desk_app, mcp_app, models_app, schedule_app, sources_app, translate_app, warn
from deepdaily.core.errors import DeepdailyError, Exit, NothingToPublish, SettingsError

app.add_typer(sources_app, name="sources")
app.add_typer(desk_app, name="desk")
app.add_typer(archive_app, name="archive")
app.add_typer(models_app, name="models")
app.add_typer(translate_app, name="translate")
app.add_typer(schedule_app, name="schedule")
app.add_typer(mcp_app, name="mcp")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"deepdaily {__version__}")
        raise typer.Exit


@app.callback()
def _root(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False) -> None:
    pass


INTERRUPTED = 130
"""The exit status after Ctrl-C, as of a shell."""


def main() -> NoReturn:
    """The console script. An error ends in one line: what failed, whether today's issue is safe, what to do.

    One that nobody foresaw is a bug: its traceback goes into a file.
    """
    _print_any_text()
    take_from_file()
    try:
        app()
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            warn("interrupted; what is published stays as it is; run it again, it goes on where it stopped")
        raise
    except Exception as error:  # noqa: BLE001
        sys.exit(_ended_by(_first(error)))
    sys.exit(Exit.PUBLISHED)


def _first(error: Exception) -> Exception:
    """Of what happened in tasks side by side the first that nobody foresaw, or the first."""
    if not isinstance(error, ExceptionGroup):
        return error
    _, bugs = error.split(DeepdailyError)
    return _first((bugs or error).exceptions[0])


def _print_any_text() -> None:
    """Where the terminal's encoding lacks a sign, its number is printed: no run ends because of what it says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _ended_by(error: Exception) -> Exit:
    """Say it in one line; the exit status."""
    if not isinstance(error, DeepdailyError):
        said = f"{type(error).__name__}: {error}".partition("\n")[0][:300]
        remedy = f"this is a bug of ours, please report it with {_details(error)}"
        warn(f"deepdaily: {said}; {STAYS}; {remedy}")
        return Exit.BUG
    safety = "nothing was published today" if isinstance(error, NothingToPublish) else STAYS
    safety = "nothing was begun" if isinstance(error, SettingsError) else safety
    warn(f"deepdaily: {error}; " + (f"{error.remedy}; {safety}" if error.remedy else safety))
    return Exit.NOTHING if isinstance(error, NothingToPublish) else Exit.BAD_USAGE


STAYS = "what is published stays as it is"


def _details(error: Exception) -> str:
    """The file that has the traceback; only its owner can read it."""
    handle, path = tempfile.mkstemp(prefix="deepdaily-", suffix=".txt")
    with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(traceback.format_exception(error))
    return path
