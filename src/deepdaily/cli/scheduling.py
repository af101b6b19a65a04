"""The commands that keep the hour: `schedule`, and what starts it on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from deepdaily.cli.options import DataFolder, OutFolder, SettingsFile, house_of, options_of, say, schedule_app

if TYPE_CHECKING:
    from deepdaily.house import House
    from deepdaily.keeper.timetable import Timetable


@schedule_app.callback()
def schedule(context: typer.Context, settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None) -> None:
    """Keep the hour: write each slot's issue before it is due, catch up a missed one; ends on SIGTERM."""
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from deepdaily.keeper.service import serve_hours

    asyncio.run(serve_hours(house_of(settings, data, out), options_of(settings, data, out)))


@schedule_app.command("install")
def schedule_install(
    starter: Annotated[
        Literal["systemd", "cron"] | None, typer.Option("--with", help="What starts it (default: systemd where the user has it).")
    ] = None,
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """Have it started on this machine: a unit of your systemd, or lines in your crontab. Asked again, it writes them anew."""
    house = house_of(settings, data)
    for line in [*timetable_of(house, settings).install(starter), _coming(house)]:
        say(line)


@schedule_app.command("status")
def schedule_status(settings: SettingsFile = None, data: DataFolder = None) -> None:
    """What comes next, and what starts it on this machine."""
    house = house_of(settings, data)
    for line in [_coming(house), *timetable_of(house, settings).status()]:
        say(line)


@schedule_app.command("remove")
def schedule_remove(settings: SettingsFile = None, data: DataFolder = None) -> None:
    """Take away what `schedule install` wrote."""
    for line in timetable_of(house_of(settings, data), settings).remove():
        say(line)


def _coming(house: House) -> str:
    from datetime import UTC, datetime

    from deepdaily.keeper.service import what_comes

    return what_comes(house, datetime.now(UTC))


def timetable_of(house: House, settings: Path | None) -> Timetable:
    """What starts this house's daily on this machine."""
    from datetime import timedelta

    from deepdaily.core.slots import slot_at
    from deepdaily.keeper.timetable import Timetable, home_of
    from deepdaily.serve.mcp.clients import own_command
    from deepdaily.settings.loading import FILE

    digest = house.settings.digest
    chosen = settings or (Path(FILE) if Path(FILE).exists() else None)
    options = options_of(chosen and chosen.absolute(), house.data.absolute(), None)
    due = slot_at(house.clock(None), digest.at, house.settings.zone, digest.name).due.astimezone()
    begins = due - timedelta(minutes=house.settings.schedule.early_min)
    return Timetable(digest.name, tuple(own_command()), tuple(options), begins, due, home_of())
