"""`doctor`: what is wrong with this installation, and the line that mends it."""

from __future__ import annotations

from typing import Annotated

import typer

from deepdaily.cli.options import AsJson, DataFolder, OutFolder, SettingsFile, answer, app, house_of
from deepdaily.core.errors import Exit


@app.command()
def doctor(
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    all_sources: Annotated[bool, typer.Option("--all", help="Ask every source, not one of each class.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look at clock, settings, secrets, data, network, sources, models, channels and schedule; a fault has the line that mends it.

    Nothing is sent. 0: there is no fault.
    """
    import asyncio
    from dataclasses import asdict

    from deepdaily.cli.checkup import looked_over
    from deepdaily.cli.scheduling import timetable_of

    house = house_of(settings, data, out)
    found = asyncio.run(looked_over(house, settings, timetable_of(house, settings), all_sources=all_sources))
    lines = list[str]()
    for one in found:
        lines.append(f"{'FAULT' if one.state == 'fault' else one.state:<6} {one.part:<15} {one.told}")
        lines += [f"{'':<6} {'':<15} → {one.mend}"] if one.mend else []
    faults = sum(one.state == "fault" for one in found)
    lines.append(f"{faults} to mend" if faults else "all is well")
    answer([asdict(one) for one in found], lines, as_json)
    raise typer.Exit(Exit.RED if faults else Exit.PUBLISHED)
