"""The commands that bring an issue out again, or take it back: `publish`, `retract`."""

from __future__ import annotations

from typing import Annotated

import typer

from deepdaily.cli.daily import done, say_outcome
from deepdaily.cli.options import AsJson, DataFolder, OutFolder, SettingsFile, app, house_of
from deepdaily.core.errors import Exit

IssueDay = Annotated[str, typer.Argument(help="The issue's day.")]


@app.command("publish")
def publish_command(
    day: IssueDay,
    to: Annotated[list[str], typer.Option("--to", help="Only this channel, by its name; may stand several times.")] = [],  # noqa: B006
    again: Annotated[bool, typer.Option("--again", help="Also send messages that were sent before.")] = False,
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
) -> None:
    """Bring an issue out again: its files are written whatever is there, messages go to channels that miss it; undoes `retract`."""
    from deepdaily.cli.console import meter
    from deepdaily.run import Errand

    house = house_of(settings, data, out)
    moment = house.clock(None)
    slot = house.slot(day, moment)
    outcome = done(house, Errand(slot, moment, meter(), task="send" if again else "publish", channels=to))
    say_outcome(house, outcome, dry=False, as_json=as_json)
    raise typer.Exit(outcome.exit)


@app.command()
def retract(day: IssueDay, settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None) -> None:
    """Take an issue back: its files go, feeds are written without it, and no run writes the day again. Messages stay sent."""
    from deepdaily.cli.console import meter
    from deepdaily.run import Errand

    house = house_of(settings, data, out)
    moment = house.clock(None)
    outcome = done(house, Errand(house.slot(day, moment), moment, meter(), task="retract"))
    record, day = outcome.record, outcome.slot.day
    for line in [*outcome.remarks, *(map(str, record.troubles) if record else ())]:
        typer.echo(f"! {line}")
    if record and record.missing:
        typer.echo(f"the issue of {day} is retracted, but not everywhere: mend what is named, then run the same command again")
        raise typer.Exit(Exit.INCOMPLETE)
    typer.echo(f"the issue of {day} is retracted; `deepdaily publish {day}` brings it out again")
