"""What `doctor` looks at: each part of an installation, how it is, and the one line that mends it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import groupby
from pathlib import Path
from shlex import quote
from typing import Literal
from urllib.request import getproxies

from deepdaily.cli.init_answers import is_placeholder
from deepdaily.cli.pasting import hint
from deepdaily.cli.probing import PROBE_S, PROBED, check_sources, online, proposed
from deepdaily.core.errors import FetchError, PublishError, StoreError
from deepdaily.core.failures import NAMED, trouble
from deepdaily.core.proxies import Proxies
from deepdaily.core.types import Slot, SourceHealth
from deepdaily.house import House
from deepdaily.keeper.timetable import Timetable
from deepdaily.models.reached import Reached
from deepdaily.models.told import listed
from deepdaily.publish.files import site_told
from deepdaily.publish.git_repository import Repository
from deepdaily.publish.hugo_site import HugoSite
from deepdaily.publish.one_channel import try_channel
from deepdaily.read.web_wire import WebWire
from deepdaily.settings.channel_tables import FileTable, HugoTable, MessageTable
from deepdaily.settings.loading import FILE
from deepdaily.settings.missing import unset_of
from deepdaily.settings.model_tables import ModelTable
from deepdaily.settings.search_tables import KeyTable
from deepdaily.settings.table import secret
from deepdaily.sources.kinds import bundled, feeds, remarks
from deepdaily.sources.kinds import listed as all_sources_of

LEAST_FREE_MB = 500
"""On the disk of the data: a year of days takes two to four times as much."""

MOST_SKEW = timedelta(minutes=5)
"""Between this clock and those of the web."""

Condition = Literal["ok", "note", "fault"]


@dataclass(frozen=True, slots=True)
class Checkup:
    """How one part is. A note is nothing to mend today; `mend` is one line, a command mostly, empty where nothing helps."""

    part: str
    state: Condition
    told: str
    mend: str = ""


def ok(part: str, told: str) -> Checkup:
    return Checkup(part, "ok", told)


async def looked_over(house: House, settings: Path | None, timetable: Timetable, *, all_sources: bool) -> list[Checkup]:
    """Every part, in the order in which a day needs them; nothing is sent, and no folder is made but those of file channels."""
    found = [_clock(house), *_settings(house, settings), *_secrets(house), *_data(house)]
    network = await _network(house)
    found += network
    if any(one.state == "fault" for one in network):
        found.append(Checkup("sources", "note", "not asked: there is no network"))
    else:
        found += await _sources(house, all_sources=all_sources)
    found += await _models(house)
    for table in house.settings.publish:
        found += await _channel(house, table)
    return [*found, *_schedule(timetable), *_last_run(house, timetable)]


def _clock(house: House) -> Checkup:
    return ok(
        "clock",
        f"{house.clock(None):%Y-%m-%d %H:%M} {house.settings.zone.key}, an issue is due at {house.settings.digest.at:%H:%M}",
    )


def _settings(house: House, settings: Path | None) -> list[Checkup]:
    path = settings or Path(FILE)
    found = (
        [ok("settings", f"{path} is whole")]
        if path.exists()
        else [Checkup("settings", "note", "none: all is as it comes", hint("init"))]
    )
    for line in remarks(house.settings.sources):
        said, _, mend = line.partition("; ")
        found.append(Checkup("settings", "note", said, mend))
    digest, sends = house.settings.digest, any(isinstance(one, MessageTable) for one in house.settings.publish)
    sites = [HugoSite.at(one.dir).base_url(digest.language) for one in house.settings.publish if isinstance(one, HugoTable)]
    named = digest.url or next(filter(None, sites), "")
    if not named or (sends and not digest.url):
        line = f'url = "{next(filter(None, sites), "https://YOUR-BLOG")}"  # below [digest] in {path}'
        found.append(Checkup("settings", "note", "digest.url is not set: feeds, mail and chats do not link to your site", line))
    elif is_placeholder(named):
        found.append(
            Checkup("settings", "note", f"{named} is the address of an example", f"put your own as digest.url into {path}")
        )
    return found


def _secrets(house: House) -> list[Checkup]:
    optional = {one.name for one in house.settings.sources.search if isinstance(one, KeyTable)}
    return [
        Checkup(
            "secrets",
            "note" if name in optional else "fault",
            f"{name}: {variable} is not in the environment" + (", so it is left out" if name in optional else ""),
            f"read -rs {variable}; export {variable}",
        )
        for name, variable in unset_of(house.settings)
    ]


def _data(house: House) -> list[Checkup]:
    folder = house.data
    if not folder.is_dir():
        there = next(one for one in folder.absolute().parents if one.is_dir())
        if not os.access(there, os.W_OK | os.X_OK):
            return [
                Checkup("data", "fault", f"{folder} cannot be made: {there} is not writable", "name another folder with --data")
            ]
        return [ok("data", f"{folder} will be made by the first run"), *_free(there)]
    if not os.access(folder, os.W_OK | os.X_OK):
        return [Checkup("data", "fault", f"{folder} cannot be written", f"sudo chown -R {os.getuid()} {folder}")]
    try:
        with house.store(may_make=False) as store:
            issues = len(store.slots())
    except StoreError as error:
        return [Checkup("store", "fault", str(error), error.remedy)]
    return [ok("data", f"{folder} can be written"), *_free(folder), ok("store", f"it opens; days that ran: {issues}")]


def _free(folder: Path) -> list[Checkup]:
    free_mb = shutil.disk_usage(folder).free >> 20
    if free_mb >= LEAST_FREE_MB:
        return [ok("disk", f"{free_mb >> 10} GB free" if free_mb >= 1024 else f"{free_mb} MB free")]
    return [
        Checkup(
            "disk",
            "fault",
            f"{free_mb} MB free where the data lies, {LEAST_FREE_MB} are the least",
            "make room, or name another disk with --data",
        )
    ]


async def _network(house: House) -> list[Checkup]:
    proxies = Proxies(getproxies()).told()
    found = [ok("proxy", "; ".join(proxies))] if proxies else []
    if house.web:
        return [*found, ok("network", "a web for tests stands before it")]
    if await online(house):
        skew = await _skew(house)
        if skew and abs(skew) > MOST_SKEW:
            minutes = round(skew.total_seconds() / 60)
            found.append(
                Checkup(
                    "clock",
                    "fault",
                    f"it is {abs(minutes)} minutes {'fast' if minutes > 0 else 'slow'}",
                    "sudo timedatectl set-ntp true",
                )
            )
        return [*found, ok("network", "the web answers")]
    mend = (
        "see whether the proxy leads out, or unset HTTPS_PROXY HTTP_PROXY ALL_PROXY"
        if proxies
        else "export HTTPS_PROXY=http://HOST:PORT"
    )
    return [*found, Checkup("network", "fault", f"nothing answers within {PROBE_S} s", mend)]


async def _skew(house: House) -> timedelta | None:
    """How far this clock is ahead of one of the web; None where none tells its time."""
    try:
        async with WebWire(allow_private=house.settings.network.allow_private) as wire, asyncio.timeout(PROBE_S):
            answer = await wire.get(PROBED[1], {}, cap_bytes=1 << 22)
        return datetime.now(UTC) - parsedate_to_datetime(answer.headers["date"])
    except (FetchError, TimeoutError, KeyError, ValueError, TypeError):
        return None


async def _sources(house: House, *, all_sources: bool) -> list[Checkup]:
    """One feed a class of the packs, and all that was added, of whatever kind; or all; and what the days so far propose.

    What has a table of another kind than feeds and searches has a line of its own.
    """
    health = await check_sources(house, None if all_sources else _few(house))
    tables, asked = _tables(house), [one for one in health if one.asked]
    silent = [one for one in asked if not one.fine]
    told = f"{len(asked) - len(silent)} of {len(asked)} answer" + (
        "" if all_sources else f" (a few were asked; all: `{hint('doctor --all')}`)"
    )
    lines = [_of_table(house, one, tables[one.source]) for one in health if one.source in tables]
    if asked and len(silent) == len(asked):
        return [Checkup("sources", "fault", told, hint("sources check")), *lines]
    plain = [_silent(house, one) for one in silent if one.source not in tables]
    return [ok("sources", told), *plain, *lines, *_proposed(house, asked)]


def _few(house: House) -> set[str]:
    lists = bundled(house.settings.sources)
    mine = [table for table in feeds(house.settings.sources) if table.url in lists]
    by_class = groupby(sorted(mine, key=lambda table: lists[table.url].category), key=lambda table: lists[table.url].category)
    searches = [one.name for one in house.settings.sources.search]
    return {*(next(group).called for _, group in by_class), *_own(house), "hackernews", *searches, *_tables(house)}


def _tables(house: House) -> dict[str, str]:
    """The sources that are neither single feeds, Hacker News nor searches, by name, with what their tables are called."""
    kinds = {name: kind for kind, name, _ in all_sources_of(house.settings) if kind not in ("feed", "hackernews", "search")}
    return {one.called: "opml" for one in house.settings.sources.opml} | kinds


def _of_table(house: House, one: SourceHealth, table: str) -> Checkup:
    """How it is, in a line that begins with its kind."""
    limits = [_github_limit(hub.token_env) for hub in house.settings.sources.github if hub.name == one.source]
    if not one.fine:
        mend = f"mend its table [[sources.{table}]] in the settings, or take it out"
        return Checkup(table, "fault", "; ".join((trouble(one), *limits)), mend)
    links = f"{one.offers} {'link' if one.offers == 1 else 'links'}" if one.asked else one.state
    return Checkup(table, "ok" if one.asked else "note", "; ".join(filter(None, (f"{one.source}: {links}", *limits, one.message))))


def _github_limit(variable: str) -> str:
    """What its API allows a client, as its documentation says."""
    if variable and secret(variable).strip():
        return f"{variable} is set, so 5,000 requests an hour"
    return f"{variable} is not in the environment, so 60 requests an hour" if variable else "no token, so 60 requests an hour"


def _own(house: House) -> set[str]:
    """The names of the feeds that the settings themselves bring."""
    lists = bundled(house.settings.sources)
    return {table.called for table in feeds(house.settings.sources) if table.url not in lists}


def _silent(house: House, one: SourceHealth) -> Checkup:
    own = one.source in _own(house)
    mend = f"mend its address below [sources], or: {hint(f'sources remove {quote(one.source)}')}"
    return Checkup(
        "sources", "fault" if own else "note", trouble(one), mend if own else hint(f"sources remove {quote(one.source)}")
    )


def _proposed(house: House, health: Sequence[SourceHealth]) -> list[Checkup]:
    """A line each of what moved, is dead, quiet or never printed, and could be added; the whole of it is told elsewhere."""
    found = proposed(house, health)
    kinds = {"move": "moved for good", "drop": "could be dropped", "add": "hosts could be added"}
    lines = []
    for verb, said in kinds.items():
        named = [one.subject for one in found if one.verb == verb and (one.line or verb != "move")]
        if named:
            more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
            lines.append(Checkup("sources", "note", f"{said}: {', '.join(named[:NAMED])}{more}", hint("sources why")))
    return lines


async def _models(house: House) -> list[Checkup]:
    models = house.settings.models
    if not models.ladder:
        return [Checkup("models", "note", "none writes: facts stand as quotations", hint("init --again"))]
    return [await _model(name, models.known[name]) for name in models.ladder]


async def _model(name: str, table: ModelTable) -> Checkup:
    part = f"model {name}"
    if table.kind == "command":
        there = shutil.which(table.command[0])
        return (
            ok(part, f"{there} is there")
            if there
            else Checkup(
                part, "fault", f"no program {table.command[0]}", f"install {table.command[0]}, or take {name} out of models.ladder"
            )
        )
    key = secret(table.key_env).strip()
    if table.key_env and not key:
        return Checkup(
            part, "fault", f"{table.key_env} is not in the environment", f"read -rs {table.key_env}; export {table.key_env}"
        )
    if table.kind == "anthropic":
        return ok(part, f"its key is set; `{hint(f'models test {name}')}` tries it")
    listing = await listed(Reached(name, table.name, table.endpoint, key))
    why = str(listing.fault) if listing.fault else f"{listing.refusal.status}: {listing.refusal.words}" if listing.refusal else ""
    if why:
        return Checkup(part, "fault", why, (listing.fault.remedy if listing.fault else "") or hint(f"models test {name}"))
    missing = listing.lists and table.name not in {str(row["id"]) for row in listing.rows}
    return (
        Checkup(part, "note", f"{table.endpoint} does not list {table.name}", hint(f"models test {name}"))
        if missing
        else ok(part, f"{table.endpoint} answers")
    )


async def _channel(house: House, table: object) -> list[Checkup]:
    if isinstance(table, FileTable):
        return await _file_channel(house, table)
    assert isinstance(table, MessageTable)
    name = str(getattr(table, "name", ""))
    if table.unset:
        return []  # told among the secrets
    return [ok(f"channel {name}", f"it is set; `{hint(f'publish --test {name}')}` sends it a line")]


async def _file_channel(house: House, table: FileTable) -> list[Checkup]:
    part, folder = f"channel {table.name}", house.out or table.dir
    if not (folder.is_dir() or folder.absolute().parent.is_dir()):
        return [Checkup(part, "fault", f"there is no folder {folder}", f"mkdir -p {folder}")]
    if not folder.is_dir():
        return [ok(part, f"{folder} will be made by the first run")]
    async with WebWire() as wire:
        try:
            found = [ok(part, (await try_channel(table, wire, house.settings.digest.language, house.out)).partition(": ")[2])]
        except PublishError as error:
            return [Checkup(part, "fault", str(error), f"sudo chown -R {os.getuid()} {folder}")]
    if isinstance(table, HugoTable):
        found += [Checkup(part, "note", line) for line in site_told(folder, house.settings.digest.language)]
        found += await _git(table) if table.git and not house.out else []
    return found


async def _git(table: HugoTable) -> list[Checkup]:
    """The repository around a site, and whether its remote can be asked."""
    part = f"git of {table.name}"
    try:
        repository = await Repository.around(table.dir)
        branch = await repository.branch()
        if table.git == "commit":
            return [ok(part, f"{repository.root} is on {branch}")]
        remote, there = await repository.remote_of(branch, table.remote)
        await repository.git("ls-remote", "--quiet", remote, f"refs/heads/{there}")
    except PublishError as error:
        return [Checkup(part, "fault", str(error), error.remedy)]
    return [ok(part, f"{branch} goes to {remote}, which answers")]


def _schedule(timetable: Timetable) -> list[Checkup]:
    told = timetable.status()
    if not timetable.is_installed():
        return [Checkup("schedule", "note", "nothing starts it on this machine", hint("schedule install"))]
    broken = [line for line in told if line.startswith(timetable.unit) and not line.endswith(": active")]
    if broken:
        return [Checkup("schedule", "fault", broken[0], f"systemctl --user restart {timetable.unit}")]
    return [ok("schedule", "; ".join(told))]


def _last_run(house: House, timetable: Timetable) -> list[Checkup]:
    try:
        with house.store(may_make=False) as store:
            newest = next(iter(store.runs(1)), None)
    except StoreError:
        return []  # told with the data
    if newest is None:
        return [Checkup("last run", "note", "there was none", hint("run"))]
    slot, record = Slot.of_key(newest[0]), newest[1]
    told = f"{slot.day}: {record.status}" + (f", without {', '.join(record.missing)}" if record.missing else "")
    if record.status == "failed" or record.missing:
        return [Checkup("last run", "fault", told, hint(f"run --date {slot.day}"))]
    late = house.clock(None) - slot.due > timedelta(days=2)
    if late and timetable.is_installed():
        return [Checkup("last run", "fault", f"{told}; none since, though a schedule is installed", hint("schedule status"))]
    return [ok("last run", told)]
