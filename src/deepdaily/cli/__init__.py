"""The commands. Heavy imports are inside them: `--help` stays quick."""

from __future__ import annotations

import io
import sys
import tempfile
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from deepdaily import __version__
from deepdaily.cli.options import app, archive_app, desk_app, mcp_app, models_app, schedule_app, sources_app, translate_app, warn
from deepdaily.core.errors import DeepdailyError, Exit, NothingToPublish, SettingsError

if TYPE_CHECKING:
    from deepdaily.cli.finding import AtHand
    from deepdaily.cli.starting import Answers


@app.command("init")
def init_command(
    settings: Annotated[Path, typer.Option("--settings", help="The file to write.")] = Path("deepdaily.toml"),
    yes: Annotated[bool, typer.Option("--yes", help="Take every default; ask nothing.")] = False,
    budget: Annotated[
        str,
        typer.Option(
            help='What its model may take in a day, like "200k tokens/day"; with --yes it lets a key write, if one is all there is.'
        ),
    ] = "",
) -> None:
    """A settings file in four questions; finds model servers of this machine, keys in the environment and agents."""
    import asyncio
    import shlex

    from deepdaily.cli import finding, starting

    if settings.exists():
        raise SettingsError(f"{settings} exists already and stays as it is", "edit it, or name another by --settings")
    if not yes and not sys.stdin.isatty():
        raise SettingsError("init asks four questions, and this is no terminal", "take the defaults with --yes")
    found = asyncio.run(finding.at_hand())
    for remark in found.remarks:
        typer.echo(f"! {remark}")
    default = starting.Answers(model=starting.taken_unasked(found, budget), budget=budget)
    answers = default if yes else _questions(default, found)
    starting.write_settings(settings, answers)
    typer.echo(f"wrote {settings}" + (f": {answers.model.described} writes" if answers.model else ""))
    option = "" if settings == Path("deepdaily.toml") else f" --settings {shlex.quote(str(settings))}"
    if answers.model is None:
        typer.echo(starting.how_to_get_a_writer(found, answers.language))
    elif not yes and answers.model.paid and typer.confirm("Try it now? About six short calls, paid", default=False):
        from deepdaily.cli.trying import say_trial

        say_trial(settings, answers.model.label)
    typer.echo(f"next: {f'deepdaily models test{option}, then ' if answers.model else ''}deepdaily run{option}")


def _questions(default: Answers, found: AtHand) -> Answers:
    from deepdaily.cli import starting
    from deepdaily.words import languages

    language = typer.prompt(f"1/4 Language, {' or '.join(languages())}", default.language)
    at, timezone = starting.hour_and_zone(typer.prompt("2/4 Hour and time zone", f"{default.at} {default.timezone}"))
    blog = typer.prompt("3/4 Folder to publish to (a Hugo site, or any)", default.blog)
    for number, one in enumerate(found.models, 1):
        typer.echo(f"    {number}  {one.described}")
    told = "none found here; ADDRESS NAME, or none" if not found.models else "a number, ADDRESS NAME, or none"
    said = typer.prompt(f"4/4 Model that writes ({told})", "1" if found.free else "none")
    model = starting.chosen_model(said, found.models)
    if model is None or not model.paid:
        return starting.Answers(language, at, timezone, blog, model, default.budget)
    if model.name:
        model = replace(model, name=typer.prompt("    Its name there", model.name))
    budget = typer.prompt("    What it may take in a day", default.budget or starting.USUAL_BUDGET)
    return starting.Answers(language, at, timezone, blog, model, budget)


# Every module adds its commands to the groups.
from deepdaily.cli import (  # noqa: E402
    archiving,  # noqa: F401
    daily,  # noqa: F401
    editing,  # noqa: F401
    look,  # noqa: F401
    measuring,  # noqa: F401
    publishing,  # noqa: F401
    rivals,  # noqa: F401
    scheduling,  # noqa: F401
    serving,  # noqa: F401
    translate,  # noqa: F401
    trying,  # noqa: F401
)

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
