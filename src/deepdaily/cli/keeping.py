"""`sources`: what is asked, how it did, and what to change."""

from __future__ import annotations

import shlex
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepdaily.cli.options import AsJson, DataFolder, OutFolder, SettingsFile, answer, answer_rows, house_of, say, sources_app, warn
from deepdaily.core.errors import Exit, SettingsError

if TYPE_CHECKING:
    from datetime import date

    from deepdaily.settings import Settings
    from deepdaily.sources.past import Proposal, TrackRecord


@sources_app.command("list")
def sources_list(settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None, as_json: AsJson = False) -> None:
    """The configured sources."""
    from deepdaily.sources.kinds import listed, remarks

    chosen = house_of(settings, data, out).settings
    answer_rows(("kind", "name", "address"), listed(chosen), as_json)
    for line in remarks(chosen.sources):
        warn(f"! {line}")


@sources_app.command("check")
def sources_check(settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None, as_json: AsJson = False) -> None:
    """Ask every source once, now, and say how it is, and what the last 30 days propose; nothing is written to the store."""
    import asyncio

    from deepdaily.cli.probing import check_sources, proposed

    house = house_of(settings, data, out)
    health = asyncio.run(check_sources(house))
    rows = [(one.source, one.state, str(one.offers), _day(one.newest), one.message) for one in health]
    answer_rows(("source", "state", "offers", "newest", "message"), rows, as_json)
    if not as_json:
        for one in proposed(house, health):
            warn(line_of(one, settings))
    well = all(one.fine for one in health)
    raise typer.Exit(Exit.PUBLISHED if well else Exit.RED)


def _day(moment: date | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


@sources_app.command("add")
def sources_add(
    addresses: Annotated[
        list[str], typer.Argument(help="Feeds by address or short form, or sites, which are searched for theirs.")
    ],
    settings: SettingsFile = None,
) -> None:
    """Find the feed of each address, show it, and write it into the settings. Exit status 1 where one has none."""
    import asyncio

    from deepdaily.cli.probing import discover
    from deepdaily.settings.short_forms import is_short
    from deepdaily.settings.source_lines import add_feeds
    from deepdaily.sources.kinds import feeds

    house, path = house_of(settings, None), settings_file(settings)
    known = {table.url for table in feeds(house.settings.sources)}
    taken = _names(house.settings)
    well = True
    for written, found in asyncio.run(discover(house, addresses)):
        if isinstance(found, str):
            well = False
            warn(f"✘ {written}: {found}")
            continue
        newest = f"newest of {_day(found.newest)}" if found.newest else "without dates"
        say(f"{found.title or found.url}  {found.url}")
        entries = _counted(found.entries, "entry", "entries")
        say(f"    {entries}, {newest}; {found.in_a_day} in 24 hours, {found.in_a_week} in 7 days")
        if found.url in known:
            say("    it is asked already")
            continue
        add_feeds(path, [_new_table(written.strip() if is_short(written) else found.url, found.title, taken)])
        known.add(found.url)
        say(f"    added to {path}")
    raise typer.Exit(Exit.PUBLISHED if well else Exit.RED)


def _names(settings: Settings) -> set[str]:
    """Of every source, of whatever kind: no other may bear one."""
    from deepdaily.sources.hackernews import HackerNews
    from deepdaily.sources.kinds import listed

    return {HackerNews.name, *(name for _, name, _ in listed(settings))}


def _new_table(url: str, wanted: str, taken: set[str]) -> dict[str, str]:
    """The table of a feed whose name nobody bears: its own, or with a number behind it; it is taken from then on."""
    name = wanted or url
    if name in taken:
        name = next(one for one in (f"{name[:190]}-{n}" for n in count(2)) if one not in taken)
    taken.add(name)
    return {"url": url} | ({"name": name} if name != url else {})


def _counted(n: int, one: str, several: str = "") -> str:
    return f"{n} {one if n == 1 else several or f'{one}s'}"


def settings_file(named: Path | None) -> Path:
    """The file that the option names, or the one in this folder, whether or not it is there yet."""
    from deepdaily.settings.loading import FILE

    return named or Path(FILE)


@sources_app.command("remove")
def sources_remove(
    what: Annotated[str, typer.Argument(help="The feed's name or address, as `sources list` or the settings have it.")],
    settings: SettingsFile = None,
) -> None:
    """Take a feed out of the settings; one of a bundled list is named in `drop` instead."""
    from deepdaily.settings.source_lines import drop_feed, remove_feed
    from deepdaily.sources.kinds import bundled, feeds

    house, path = house_of(settings, None), settings_file(settings)
    chosen = house.settings.sources
    meant = {what, _address(what, chosen.rsshub)}
    found = next((table for table in feeds(chosen) if meant & {table.called, table.url}), None)
    if found is None:
        raise _no_feed(what, house.settings, path)
    removed = remove_feed(path, found.url, chosen.rsshub)
    if found.url in bundled(chosen):
        drop_feed(path, found.url)
        say(f"{found.called} is dropped from its list" + (" and removed" if removed else "") + f" in {path}")
    elif removed:
        say(f"{found.called} is removed from {path}")
    else:
        raise SettingsError(f"{found.called} is not named in {path}", "it comes from the environment: DEEPDAILY_SOURCES__…")


def _address(written: str, bridge: str) -> str:
    """The address that a name may mean; itself where it means none."""
    from deepdaily.settings.short_forms import address_of

    try:
        return address_of(written, bridge)
    except ValueError:
        return written


def _no_feed(what: str, settings: Settings, path: Path) -> SettingsError:
    """That no feed is called so; of another kind of source with where it stands."""
    from difflib import get_close_matches

    from deepdaily.sources.kinds import listed

    kind = next((kind for kind, *told in listed(settings) if what in told), None)
    if kind == "hackernews":
        return SettingsError(f"{what} is no feed", f"write hackernews = false below [sources] in {path}")
    if kind is not None:
        table = "opml" if kind == "feed" else kind
        return SettingsError(f"{what} is no single feed", f"take its table [[sources.{table}]] out of {path}")
    near = get_close_matches(what, _names(settings), n=1)
    told = f"did you mean {near[0]!r}? " if near else ""
    return SettingsError(f"no feed is called {what!r}", f"{told}`deepdaily sources list` has their names and addresses")


@sources_app.command("import")
def sources_import(
    what: Annotated[str, typer.Argument(help="An OPML file, or the address of one.")], settings: SettingsFile = None
) -> None:
    """Write the feeds of an OPML list into the settings, but for those that are asked already."""
    import asyncio

    from deepdaily.cli.probing import read_list
    from deepdaily.settings.source_lines import add_feeds
    from deepdaily.sources.kinds import feeds

    house = house_of(settings, None)
    told = asyncio.run(read_list(house, what))
    known = {table.url for table in feeds(house.settings.sources)}
    taken = _names(house.settings)
    new = [_new_table(one.url, one.name, taken) for one in told.feeds if one.url not in known]
    if new:
        add_feeds(settings_file(settings), new)
    for remark in told.remarks:
        warn(f"! {remark}")
    before = len(told.feeds) - len(new)
    asked = f"{before} {'was' if before == 1 else 'were'} asked already"
    say(f"{_counted(len(new), 'feed')} added to {settings_file(settings)}, {asked}")
    if new:
        say("`deepdaily sources check` asks each of them once")


@sources_app.command("export")
def sources_export(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; nothing: to stdout.")] = None,
    settings: SettingsFile = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """The feeds as OPML 2.0, which every feed reader takes."""
    from deepdaily.settings import name_of
    from deepdaily.sources.kinds import feeds
    from deepdaily.sources.opml import ListedFeed, written

    chosen = house_of(settings, None).settings
    rows = [ListedFeed(table.url, table.name) for table in feeds(chosen.sources)]
    text = written(rows, name_of(chosen))
    if file is None:
        print(text, end="")  # noqa: T201
        return
    if file.suffix.lower() == ".toml":
        raise SettingsError(f"{file} is a settings file by its name", "name one like feeds.opml")
    if file.exists() and not force:
        raise SettingsError(f"{file} is there already", "name another file, or add --force to write over it")
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}", "name another file") from error
    say(f"{_counted(len(rows), 'feed')} {'is' if len(rows) == 1 else 'are'} in {file}")


@sources_app.command("why")
def sources_why(
    name: Annotated[str, typer.Argument(help="A source's name or address; nothing: what is proposed for all.")] = "",
    settings: SettingsFile = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """How a source did over the last 30 days; without a name, what these propose to drop, to add and to change."""
    from dataclasses import asdict

    from deepdaily.cli.probing import looked_back

    back = looked_back(house_of(settings, data), name)
    past, rests = back.past, back.rests.get(back.past.source, "") if back.past else ""
    value = {"source": asdict(past) if past else None, "rests": rests, "proposals": [asdict(one) for one in back.proposals]}
    value["failing"] = [asdict(one) for one in back.failing]
    lines = _told(past, rests) if past else []
    if name and not past:
        if not back.known:
            raise SettingsError(f"no source is called {name!r}", "`deepdaily sources list` has their names")
        lines = [f"{name} was not asked in the last 30 days"]
    lines += [line_of(one, settings) for one in back.proposals]
    if not name:
        lines += [] if back.proposals else [_nothing_proposed(asked=back.known)]
        lines += [f"{one.source}: {_failing(one, back.rests.get(one.source, ''))}" for one in back.failing]
    answer(value, lines, as_json)


def _nothing_proposed(*, asked: bool) -> str:
    """What is true of all sources where nothing is proposed."""
    from deepdaily.sources.past import DEAD_DAYS, ENOUGH_DAYS, QUIET_DAYS

    if not asked:
        return "nothing is proposed: no source was asked in the last 30 days"
    silent = f"was silent for {QUIET_DAYS} and longer than it usually is"
    unfit = f"failed for {DEAD_DAYS} days, {silent}, or answered on {ENOUGH_DAYS} without being printed"
    return f"nothing is proposed: no source, searches aside, {unfit}"


def _failing(past: TrackRecord, rests: str) -> str:
    return "; ".join(filter(None, (f"failing since {past.failing_since}: {past.message}", rests and f"resting: {rests}")))


def _told(past: TrackRecord, rests: str) -> list[str]:
    lines = [
        f"{past.source} ({past.kind}), the last 30 days",
        f"  asked on {past.asked} days: {past.ok} with offers, {past.empty} without, {past.failed} failed, {past.idle} left out",
        f"  offered {past.offers} links, {past.printed} items were printed from them",
    ]
    gap = f", one in {past.gap_days:g} days as a rule" if past.gap_days else ""
    lines += [f"  its newest entry is of {_day(past.newest)}{gap}"] if past.newest else []
    lines += [f"  failing since {past.failing_since}: {past.message}"] if past.failing_since else []
    return lines + ([f"  resting: {rests}"] if rests else [])


def line_of(one: Proposal, settings: Path | None) -> str:
    """What is proposed, why, and the line that does it."""
    option = f" --settings {shlex.quote(str(settings))}" if settings else ""
    if one.verb == "add":
        return f"add {one.subject}: {one.reason}: `deepdaily sources add {shlex.quote(one.target)}{option}`"
    if one.verb == "drop":
        return f"drop {one.subject}: {one.reason}: `deepdaily sources remove {shlex.quote(one.subject)}{option}`"
    return f"moved {one.subject}: {one.reason}: " + (one.line or f"{one.target}; it is of a bundled list, and is followed there")
