"""The commands that bring an issue out again, or take it back: `publish`, `retract`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deepdaily.cli.daily import done, say_outcome
from deepdaily.cli.options import AsJson, DataFolder, OutFolder, SettingsFile, app, house_of, say, warn
from deepdaily.core.errors import Exit, PublishError, SettingsError

if TYPE_CHECKING:
    from deepdaily.house import House

IssueDay = Annotated[str, typer.Argument(help="The issue's day.")]


@app.command("publish")
def publish_command(
    day: Annotated[str, typer.Argument(help="The issue's day; not needed with --test.")] = "",
    to: Annotated[list[str], typer.Option("--to", help="Only this channel, by its name; may stand several times.")] = [],  # noqa: B006
    again: Annotated[bool, typer.Option("--again", help="Also send messages that were sent before.")] = False,
    test: Annotated[
        str, typer.Option("--test", help="Try this channel alone, by its name: a line is sent, or a file written and removed.")
    ] = "",
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
) -> None:
    """Bring an issue out again: its files are written whatever is there, messages go to channels that miss it; undoes `retract`."""
    from deepdaily.cli.console import meter
    from deepdaily.run import Errand

    house = house_of(settings, data, out)
    if test:
        raise typer.Exit(say_tried(house, test))
    if not day:
        raise SettingsError("publish needs the issue's day", "`deepdaily show` names the newest; --test CHANNEL tries a channel")
    moment = house.clock(None)
    slot = house.slot(day, moment)
    outcome = done(house, Errand(slot, moment, meter(), task="send" if again else "publish", channels=to))
    say_outcome(house, outcome, dry=False, as_json=as_json)
    raise typer.Exit(outcome.exit)


def say_tried(house: House, name: str) -> Exit:
    """What became of one channel's trial. Raises SettingsError: the settings have no channel of that name."""
    import asyncio

    from deepdaily.publish.files import site_told
    from deepdaily.publish.one_channel import try_channel
    from deepdaily.read.web_wire import WebWire
    from deepdaily.settings.channel_tables import HugoTable

    table = next((one for one in house.settings.publish if one.name == name), None)
    if table is None:
        named = ", ".join(one.name for one in house.settings.publish)
        raise SettingsError(f"there is no channel {name!r}", f"choose from: {named}")

    async def trying() -> str:
        async with WebWire(allow_private=house.settings.network.allow_private) as wire:
            return await try_channel(table, wire, house.settings.digest.language, house.out)

    try:
        say(asyncio.run(trying()))
    except PublishError as error:
        warn(f"deepdaily: {name}: {error.advised.removeprefix(f'{name}: ')}")
        return Exit.RED
    for line in site_told(house.out or table.dir, house.settings.digest.language) if isinstance(table, HugoTable) else ():
        say(f"  {line}")
    return Exit.PUBLISHED


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
        say(f"! {line}")
    if record and record.missing:
        say(f"the issue of {day} is retracted, but not everywhere: mend what is named, then run the same command again")
        raise typer.Exit(Exit.INCOMPLETE)
    say(f"the issue of {day} is retracted; `deepdaily publish {day}` brings it out again")
