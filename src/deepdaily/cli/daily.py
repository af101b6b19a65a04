"""The commands that make an issue: `run`, `demo`, `schedule`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from deepdaily.cli.options import AsJson, DataFolder, OutFolder, SettingsFile, answer, app, house_of, say, warn
from deepdaily.core.errors import Exit

if TYPE_CHECKING:
    from deepdaily.house import House
    from deepdaily.keeper import Outcome
    from deepdaily.run import Errand
    from deepdaily.store import Lease


DegradedOk = Annotated[bool, typer.Option("--degraded-ok", help="Exit status 0 also for an issue that is degraded (10).")]
"""For schedulers that know success and failure alone."""

TakenAway = Literal["none", "search", "models", "all"]
"""What `demo --break` takes away."""


@app.command()
def run(
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
    day: Annotated[str | None, typer.Option("--date", help="The issue's day (default: today in its zone).")] = None,
    now: Annotated[str | None, typer.Option(help="Replaces the calendar, like 2026-02-11T07:30:00+08:00.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Everything but publishing.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Write the issue anew after a mended setting: a marked correction; the first is kept.")
    ] = False,
    or_demo: Annotated[bool, typer.Option("--or-demo", help="Without a network, run the sample day instead.")] = False,
    degraded_ok: DegradedOk = False,
    by_keeper: Annotated[bool, typer.Option("--by-keeper", hidden=True, help="`schedule` started it.")] = False,
) -> None:
    """Collect, read, choose, write, review and publish one issue."""
    import asyncio

    from deepdaily.cli.console import meter, no_writer
    from deepdaily.cli.probing import PROBE_S, online
    from deepdaily.run import Errand

    house = house_of(settings, data, out)
    if or_demo and not asyncio.run(online(house)):
        warn(f"no network (no answer within {PROBE_S} s): running the sample day instead")
        raise typer.Exit(_sample_day(None, "none", tamper=False, as_json=as_json))
    moment = house.clock(now)
    slot = house.slot(day, moment)
    outcome = done(house, Errand(slot, moment, meter(), dry_run, by_keeper, "correct" if again else "write"))
    say_outcome(house, outcome, dry=dry_run, as_json=as_json)
    if outcome.record and not (as_json or house.settings.models.ladder):
        say(no_writer(house.settings.digest.language, house.settings.translator.provider))
    raise typer.Exit(Exit.PUBLISHED if degraded_ok and outcome.exit is Exit.DEGRADED else outcome.exit)


def done(house: House, errand: Errand) -> Outcome:
    """The errand done. Told to end by SIGTERM it gives its lease back, so that another may go on at once."""
    import asyncio
    import signal
    from contextlib import suppress

    from deepdaily import keeper

    async def doing() -> Outcome:
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task_of().cancel)
        return await keeper.run_slot(house, errand, _say_waiting)

    def task_of() -> asyncio.Task[Any]:
        task = asyncio.current_task()
        assert task is not None
        return task

    try:
        return asyncio.run(doing())
    except asyncio.CancelledError:
        warn("ended by SIGTERM; what is published stays as it is; run it again, it goes on where it stopped")
        raise typer.Exit(128 + signal.SIGTERM) from None


def _say_waiting(held: Lease) -> None:
    warn(f"{_held_by(held)}; waiting for its end (Ctrl-C leaves it alone)")


def _held_by(held: Lease) -> str:
    return f"the slot is being written by {held.holder} since {held.since.isoformat()}"


def say_outcome(house: House, outcome: Outcome, *, dry: bool, as_json: bool, places: Mapping[str, str] | None = None) -> None:
    """How a run ended, for a person or a program; `places` as for `hint`."""
    from deepdaily.cli.console import closing, models_told, where

    slot, held = outcome.slot, outcome.held
    if held:
        since = held.since.astimezone(house.settings.zone).isoformat()
        line = f"slot {slot.stamp} is being written by {held.holder} since {since}; this run leaves it alone"
        answer({"slot": slot.stamp, "held_by": held.holder, "since": since}, [line], as_json)
        return
    for channel, path in outcome.changed:
        warn(f"! {path} is not as it was published; `deepdaily publish {slot.day} --to {channel}` writes it again")
    for remark in outcome.remarks:
        warn(f"! {remark}")
    if as_json:
        answer(_value(house, outcome), (), as_json)
    elif outcome.retracted:
        say(f"the issue of {slot.day} was retracted; `deepdaily publish {slot.day}` brings it out again")
    elif outcome.issue is None or outcome.record is None:
        say(f"{slot.day} is published already; nothing was changed (see `deepdaily show {slot.day}`, or write it anew: --again)")
    else:
        closing(outcome.issue, outcome.record)
        if dry:
            say("dry run: nothing was published")
            return
        with house.store() as store:
            calls = [call for call in store.calls_of(slot.key) if call.purpose != "test"]
            own_names = {name: one.own_name for name, one in house.settings.models.known.items()}
            for line in models_told(outcome.issue, calls, house.settings.models.limit.currency, own_names):
                say(line)
            where(slot, store.editions(slot.key), {one.channel: folder for one, folder in house.channels()}, places)


def _value(house: House, outcome: Outcome) -> dict[str, Any]:
    """The record of the slot's run, its sources and its editions."""
    from dataclasses import asdict

    from deepdaily.cli.show import run_value

    with house.store() as store:
        stored = store.issue(outcome.slot.day)
        key = outcome.slot.key if outcome.record or stored is None else stored.slot.key
        health = [asdict(harvest.health) for harvest in store.harvests(key)]
        return run_value(key, outcome.record or store.record(key), store) | {"sources": health}


@app.command()
def demo(
    broken: Annotated[TakenAway, typer.Option("--break", help="Take parts away: the ladder holds.")] = "none",
    tamper: Annotated[bool, typer.Option("--tamper", help="Change a published digit: `verify` turns red.")] = False,
    settings: Annotated[Path | None, typer.Option("--settings", help="Tell the day in its language and by its models.")] = None,
    as_json: AsJson = False,
) -> None:
    """The bundled sample day on the real pipeline, written by recorded replies: offline, without a key, in ./deepdaily-demo."""
    raise typer.Exit(_sample_day(settings, broken, tamper=tamper, as_json=as_json))


def _sample_day(settings: Path | None, broken: TakenAway, *, tamper: bool, as_json: bool) -> Exit:
    """Run the sample day afresh; how the run ended, or what `verify` says after tampering."""
    import asyncio
    import shutil

    from deepdaily import keeper
    from deepdaily.cli.console import meter
    from deepdaily.cli.look import say_verdict, verdict_on
    from deepdaily.demo import sample_web, tampering
    from deepdaily.demo.recorded import recorded_writer
    from deepdaily.house import House
    from deepdaily.run import Errand
    from deepdaily.settings.loading import load

    folder = Path("deepdaily-demo")
    chosen = sample_web.settings(load(settings)[0] if settings else None)
    wire = sample_web.DemoWire(broken)
    mind = None if settings or broken in ("models", "all") else recorded_writer(chosen.digest.language)
    house = House(chosen, {}, folder / "data", folder / "out", wire, sample_web.SEARCH_KEY, mind)
    if (house.data / "deepdaily.db").exists():  # only what a demo wrote
        shutil.rmtree(house.data)
        shutil.rmtree(folder / "out", ignore_errors=True)
    slot = house.slot(None, sample_web.NOW)
    outcome = asyncio.run(keeper.run_slot(house, Errand(slot, sample_web.NOW, meter())))
    places = {"--data": str(house.data), "--out": str(folder / "out")} | ({"--settings": str(settings)} if settings else {})
    say_outcome(house, outcome, dry=False, as_json=as_json, places=places)
    changed = tampering.change_a_digit(folder / "out", slot.day) if tamper else ""
    verdict = verdict_on(house, slot.day)
    if not as_json:
        say_verdict(verdict, f"tampered: {changed}" if changed else "")
        say(sample_web.closing_words(slot.day, broken, mind is not None))
    return outcome.exit if verdict.green else Exit.RED
