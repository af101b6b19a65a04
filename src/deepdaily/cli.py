"""The commands; the only place that wires parts together. Heavy imports are inside the commands: `--help` stays quick."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

from deepdaily import __version__
from deepdaily.core.errors import DeepdailyError, NothingToPublish, SettingsError, StoreError

if TYPE_CHECKING:
    from deepdaily.archive import Verdict
    from deepdaily.core.types import Issue, Slot
    from deepdaily.fetch import Wire
    from deepdaily.pipeline import House
    from deepdaily.publish import FileChannel
    from deepdaily.settings import Settings
    from deepdaily.store import Store

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="A daily that shows its proof."
)
sources_app = typer.Typer(no_args_is_help=True, help="The places links come from.")
app.add_typer(sources_app, name="sources")

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="Settings file (default: deepdaily.toml here).")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="Folder of the store and the snapshots.")]
OutFolder = Annotated[
    Path | None, typer.Option("--out", help="File editions go below it instead of the configured folders.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Result as JSON on stdout.")]

DATA = Path("deepdaily-data")

PUBLISHED, DEGRADED, NOTHING, BAD_USAGE, RED = 0, 10, 30, 2, 1
"""Exit statuses; RED is what `verify` ends with when a proof does not hold."""


@dataclass(frozen=True, slots=True)
class Given:
    """The options of every command, resolved."""

    settings: Settings
    origins: dict[str, str]
    data: Path
    out: Path | None
    as_json: bool


def _given(settings: Path | None, data: Path | None, out: Path | None, as_json: bool) -> Given:
    from deepdaily.settings import load

    loaded, origins = load(settings)
    base = settings.resolve().parent if settings else Path.cwd()
    return Given(loaded, origins, data or base / DATA, out, as_json)


# -- wiring -----------------------------------------------------------------------------------------------------------


def _publishers(given: Given) -> tuple[list[FileChannel], dict[str, Path]]:
    """The configured channels, and the folder each writes below."""
    from deepdaily.publish.files import Feeds, Hugo, Page

    made: list[FileChannel] = []
    folders: dict[str, Path] = {}
    digest = given.settings.digest
    for channel in given.settings.publish:
        folder = given.out or channel.dir
        folders[channel.to] = folder
        if channel.to == "hugo":
            made.append(Hugo(folder))
        elif channel.to == "feeds":
            made.append(Feeds(folder, title=digest.title.format(date="").strip("（）() ·-|｜"), base_url=digest.url))
        else:
            made.append(Page(folder))
    return made, folders


@asynccontextmanager
async def _house(
    given: Given, store: Store, slot: Slot, now: datetime, wire: Wire, search_key: str | None = None
) -> AsyncIterator[House]:
    """Everything a run works with, closed at the end."""
    from deepdaily.console import meter
    from deepdaily.engine import Engine
    from deepdaily.fetch import Fetcher
    from deepdaily.pipeline import House
    from deepdaily.snapshots import Snapshots

    with Snapshots(given.data / "snapshots") as snapshots:
        async with Engine(preload=("deepdaily.extract", "deepdaily.sources.feeds")) as engine:
            allowed = given.settings.network.allow_private
            fetcher = Fetcher(wire, store, snapshots, slot.key, now, allow_private=allowed)
            sources = _sources(given.settings, fetcher, engine, search_key)
            publishers, _ = _publishers(given)
            yield House(given.settings, store, fetcher, engine, sources, publishers, meter())


def _sources(settings: Settings, fetcher: Any, engine: Any, search_key: str | None = None) -> list[Any]:
    """The configured sources; `search_key` stands in for the environment's (the sample day brings its own)."""
    from deepdaily.settings import key_of
    from deepdaily.sources import load_pack
    from deepdaily.sources.feeds import Feed
    from deepdaily.sources.hackernews import HackerNews
    from deepdaily.sources.websearch import Brave, WebSearch

    chosen = settings.sources
    feeds = {feed.url: feed.name for pack in chosen.packs for feed in load_pack(pack)} | {
        url: url for url in chosen.add
    }
    made: list[Any] = [Feed(url, name, fetcher, engine) for url, name in feeds.items()]
    if chosen.hackernews:
        made.append(HackerNews(fetcher, engine))
    if chosen.search:  # one source a provider: its quota is one
        queries = tuple(dict.fromkeys(query for search in chosen.search for query in search.queries))
        made.append(WebSearch(Brave(search_key or key_of(chosen.search[0])), queries, fetcher, engine))
    return made


def _clock(now: str | None, given: Given) -> datetime:
    """`--now`, or the clock; always in the digest's zone."""
    from datetime import UTC

    if now is None:
        return datetime.now(UTC).replace(microsecond=0).astimezone(given.settings.zone)
    try:
        moment = datetime.fromisoformat(now)
    except ValueError as error:
        raise SettingsError(f"--now {now!r} is no time", "write it like 2026-02-11T07:30:00+08:00") from error
    return moment.astimezone(given.settings.zone) if moment.tzinfo else moment.replace(tzinfo=given.settings.zone)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{text!r} is no day", "write it like 2026-02-11") from error


# -- run --------------------------------------------------------------------------------------------------------------


@app.command()
def run(
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
    day: Annotated[
        str | None, typer.Option("--date", help="The issue's day (default: today in the digest's zone).")
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="Replaces the calendar in replays, like 2026-02-11T07:30:00+08:00.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Everything but publishing.")] = False,
    or_demo: Annotated[bool, typer.Option("--or-demo", help="Without a network, run the sample day instead.")] = False,
) -> None:
    """Collect, read, choose, write, review and publish one issue."""
    import asyncio

    from deepdaily.core.schedule import slot_at, slot_of
    from deepdaily.store import open_store

    given = _given(settings, data, out, as_json)
    moment = _clock(now, given)
    digest = given.settings.digest
    slot = (
        slot_of(_day(day), digest.at, given.settings.zone) if day else slot_at(moment, digest.at, given.settings.zone)
    )
    store = open_store(given.data)
    try:
        raise typer.Exit(asyncio.run(_run(given, store, slot, moment, dry_run)))
    finally:
        store.close()


PROBE_S = 2.5
PROBED = ("https://hn.algolia.com/", "https://github.com/", "https://arxiv.org/", "https://www.cloudflare.com/")
"""Any one of these answering, with whatever status, is a network."""


async def _online(given: Given) -> bool:
    """Whether the web answers within PROBE_S."""
    import asyncio

    from deepdaily.core.errors import BodyRefused, FetchError
    from deepdaily.fetch import WebWire

    async def answers(url: str) -> bool:
        try:
            await wire.get(url, {}, cap_bytes=1 << 20)
        except FetchError as error:
            return isinstance(error, BodyRefused)
        return True

    async with WebWire(allow_private=given.settings.network.allow_private) as wire:
        tasks = [asyncio.create_task(answers(url)) for url in PROBED]
        try:
            async with asyncio.timeout(PROBE_S):
                for task in asyncio.as_completed(tasks):
                    if await task:
                        return True
        except TimeoutError:
            return False
        finally:
            for left in tasks:
                left.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return False


async def _run(given: Given, store: Store, slot: Slot, moment: datetime, dry: bool) -> int:
    from deepdaily.fetch import WebWire

    async with WebWire(allow_private=given.settings.network.allow_private) as wire:
        return await _run_on(wire, given, store, slot, moment, dry=dry)


async def _run_on(
    wire: Wire,
    given: Given,
    store: Store,
    slot: Slot,
    moment: datetime,
    *,
    dry: bool = False,
    search_key: str | None = None,
) -> int:
    """One run over `wire`; its exit status."""
    from deepdaily.console import closing, say
    from deepdaily.pipeline import published, run_day
    from deepdaily.record import Record

    done = _finished(given, store, slot)
    if done:
        say(done)
        return PUBLISHED
    now = _begin(store, slot, moment)
    kept = store.issue(slot.day)
    async with _house(given, store, slot, now, wire, search_key) as house:
        if kept is not None:
            issue, record = kept, Record.resumed(slot.key, house.meter, store.record(slot.key))
            await published(house, issue, record)
            store.keep_record(slot.key, record.text())
        else:
            issue, record = await run_day(house, slot, now, dry=dry)
    if given.as_json:
        _print_json(record.value() | {"sources": _health(store, slot), "editions": _edition_rows(store, slot)})
    else:
        closing(issue, record)
        _say_where(given, store, slot, dry)
    if dry:
        return DEGRADED if record.degraded else PUBLISHED
    return record.exit


def _begin(store: Store, slot: Slot, moment: datetime) -> datetime:
    """The run's calendar: a killed run goes on as itself, one that published nothing starts anew."""
    import json

    now = store.begin(slot.key, moment)
    ended = json.loads(store.record(slot.key) or "{}")
    if ended and store.issue(slot.day) is None:
        store.restart(slot.key, moment)
        return moment
    return now.astimezone(moment.tzinfo)


def _finished(given: Given, store: Store, slot: Slot) -> str:
    """A line when every channel has this slot's issue already."""
    publishers, _ = _publishers(given)
    taken = {edition.channel for edition in store.editions(slot.key)}
    if store.issue(slot.day) is None or not taken >= {publisher.channel for publisher in publishers}:
        return ""
    return f"{slot.day} is published already; nothing was changed (see `deepdaily show {slot.day}`)"


def _health(store: Store, slot: Slot) -> list[dict[str, Any]]:
    from dataclasses import asdict

    return [asdict(harvest.health) for harvest in store.harvests(slot.key)]


def _edition_rows(store: Store, slot: Slot) -> list[dict[str, str]]:
    return [
        {"channel": one.channel, "location": one.location, "digest": one.digest} for one in store.editions(slot.key)
    ]


def _say_where(given: Given, store: Store, slot: Slot, dry: bool) -> None:
    from deepdaily.console import say

    if dry:
        say("dry run: nothing was published")
        return
    _, folders = _publishers(given)
    for edition in store.editions(slot.key):
        if edition.location.endswith(("index.md", f"{slot.day}.html")):
            say(f"{edition.channel:<6} {folders[edition.channel] / edition.location}")
    say(f"proof: deepdaily verify {slot.day}    why: deepdaily show {slot.day}#1")


def _print_json(value: object) -> None:
    import json

    from deepdaily.console import say

    say(json.dumps(value, ensure_ascii=False, indent=2, default=str))


# -- the sample day ---------------------------------------------------------------------------------------------------


class Broken(StrEnum):
    """What `demo --break` takes away."""

    NONE = "none"
    SEARCH = "search"
    MODELS = "models"
    ALL = "all"


@app.command()
def demo(
    broken: Annotated[Broken, typer.Option("--break", help="Take parts away and see the ladder hold.")] = Broken.NONE,
    tamper: Annotated[
        bool, typer.Option("--tamper", help="Change one digit of the published issue; `verify` turns red.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The bundled sample day on the real pipeline: offline, without a key, in ./deepdaily-demo."""
    raise typer.Exit(_sample_day(broken.value, tamper=tamper, as_json=as_json))


DEMO = Path("deepdaily-demo")


def _sample_day(broken: str, *, tamper: bool, as_json: bool) -> int:
    """Run the sample day afresh; the run's exit status, or that of `verify` after tampering."""
    import asyncio
    import shutil

    from deepdaily.console import say
    from deepdaily.core.schedule import slot_at
    from deepdaily.demo import web
    from deepdaily.store import open_store

    if (DEMO / "data" / "deepdaily.db").exists():
        shutil.rmtree(DEMO / "data")
        shutil.rmtree(DEMO / "out", ignore_errors=True)
    given = Given(web.settings(), {}, DEMO / "data", DEMO / "out", as_json)
    store = open_store(given.data)
    slot = slot_at(web.NOW, given.settings.digest.at, given.settings.zone)
    try:
        status = asyncio.run(
            _run_on(web.DemoWire(cast("web.Broken", broken)), given, store, slot, web.NOW, search_key=web.SEARCH_KEY)
        )
        if tamper:
            say("tampered: " + _change_a_digit(DEMO / "out" / "content" / "posts" / slot.day / "index.md"))
        verdict = _verify(given, store, slot.day)
    finally:
        store.close()
    if not as_json:
        _say_verdict(verdict, as_json=False)
        _say_next(slot)
    return status if verdict.green else RED


def _change_a_digit(post: Path) -> str:
    """Change the first figure of the post's first item; says what was changed."""
    import re

    text = post.read_text(encoding="utf-8")
    body = text.index("\n## ")
    figure = re.search(r"(?<=\s)\d(?=[\d.,]*\s?(?:%|x|×|ms|GB|tokens|倍|毫秒))", text[body:]) or re.search(
        r"\d", text[body + 6 :]
    )
    if figure is None:
        return "nothing: the post has no figure"
    at = text.index(figure.group(), body + figure.start())
    changed = str((int(text[at]) + 1) % 10)
    post.write_text(text[:at] + changed + text[at + 1 :], encoding="utf-8")
    return f"“…{text[max(0, at - 20) : at + 12]}…” now reads {changed} for {text[at]}".replace("\n", " ")


def _say_next(slot: Slot) -> None:
    from deepdaily.console import say

    at = f"--data {DEMO}/data --out {DEMO}/out"
    say(
        "The built-in writer quotes its sources and invents nothing; a model would add a Chinese retelling and its own judgement."
    )
    say(f"  read it      {DEMO}/out/page/{slot.day}.html")
    say(f"  see a proof  deepdaily show {slot.day}#1 {at}")
    say("  your own     write a deepdaily.toml (README), then: deepdaily run")


# -- looking ----------------------------------------------------------------------------------------------------------


def _stored_issue(store: Store, day: str) -> Issue:
    newest = store.issues(limit=1)
    issue = store.issue(_day(day).isoformat()) if day else (newest[0] if newest else None)
    if issue is None:
        raise SettingsError(
            f"no issue of {day or 'any day'} in this store", "run `deepdaily run`, or name the folder with --data"
        )
    return issue


@app.command()
def show(
    what: Annotated[str, typer.Argument(help="DAY, DAY#N or a URL; nothing: the newest issue.")] = "",
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
    audit: Annotated[
        bool, typer.Option("--audit", help="Also every source and every lost link with its reason.")
    ] = False,
) -> None:
    """An issue; an item with its proof and score; what became of a link and why."""
    from deepdaily import showing
    from deepdaily.store import open_store

    given = _given(settings, data, out, as_json)
    store = open_store(given.data)
    try:
        if "://" in what:
            shown = showing.link(what, store)
        else:
            day, _, number = what.partition("#")
            issue = _stored_issue(store, day)
            shown = (
                showing.item(issue, int(number), store)
                if number.isdigit()
                else showing.issue(issue, store, audit=audit)
            )
    finally:
        store.close()
    showing.print_out(shown, as_json=as_json)


@app.command()
def verify(
    day: Annotated[str, typer.Argument(help="The issue's day; nothing: the newest.")] = "",
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
) -> None:
    """Check an issue against its snapshots again, and its published files against the issue."""
    from deepdaily.store import open_store

    given = _given(settings, data, out, as_json)
    store = open_store(given.data)
    try:
        verdict = _verify(given, store, day)
    finally:
        store.close()
    _say_verdict(verdict, as_json)
    raise typer.Exit(PUBLISHED if verdict.green else RED)


def _verify(given: Given, store: Store, day: str) -> Verdict:
    from deepdaily import archive
    from deepdaily.snapshots import Snapshots

    issue = _stored_issue(store, day)
    publishers, folders = _publishers(given)
    with Snapshots(given.data / "snapshots") as snapshots:
        return archive.verify(issue, store, snapshots, archive.published_files(issue, store, publishers, folders))


def _say_verdict(verdict: Verdict, as_json: bool) -> None:
    from dataclasses import asdict

    from deepdaily.console import say

    if as_json:
        _print_json(asdict(verdict) | {"green": verdict.green})
        return
    say(
        f"{verdict.day}  {verdict.facts} facts: {verdict.found} quotations found in their snapshots, {verdict.supported} claims"
        f" supported by the check, {len(verdict.missing)} missing, {len(verdict.damaged)} snapshots damaged,"
        f" {len(verdict.altered)} published files altered"
    )
    for line in [*verdict.missing, *verdict.damaged, *verdict.altered]:
        say(f"  ✘ {line}")


@app.command()
def config(
    settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None, as_json: AsJson = False
) -> None:
    """Every setting with its effective value and where it comes from."""
    from deepdaily.console import table
    from deepdaily.settings import described

    given = _given(settings, data, out, as_json)
    rows = described(given.settings, given.origins)
    if as_json:
        _print_json([{"key": key, "value": value, "from": origin} for key, value, origin in rows])
    else:
        table(("key", "value", "from"), rows)


# -- sources ----------------------------------------------------------------------------------------------------------


@sources_app.command("list")
def sources_list(
    settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None, as_json: AsJson = False
) -> None:
    """The configured sources."""
    from deepdaily.console import table

    given = _given(settings, data, out, as_json)
    rows = [(source.kind, source.name, getattr(source, "url", "")) for source in _sources(given.settings, None, None)]
    if as_json:
        _print_json([{"kind": kind, "name": name, "url": url} for kind, name, url in rows])
    else:
        table(("kind", "name", "address"), rows)


@sources_app.command("check")
def sources_check(
    settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None, as_json: AsJson = False
) -> None:
    """Ask every source once, now, and say how it is; nothing is written to the store."""
    import asyncio

    given = _given(settings, data, out, as_json)
    rows = asyncio.run(_check(given))
    from deepdaily.console import table

    if as_json:
        _print_json([dict(zip(("source", "state", "offers", "message"), row, strict=True)) for row in rows])
    else:
        table(("source", "state", "offers", "message"), rows)
    raise typer.Exit(PUBLISHED if all(state in ("ok", "empty", "no-key") for _, state, _, _ in rows) else RED)


async def _check(given: Given) -> list[tuple[str, str, str, str]]:
    import tempfile

    from deepdaily.core.schedule import LADDER, slot_at
    from deepdaily.core.types import Window
    from deepdaily.fetch import WebWire
    from deepdaily.pipeline import COLLECT_S
    from deepdaily.sources import collect
    from deepdaily.store import open_store

    now = _clock(None, given)
    slot = slot_at(now, given.settings.digest.at, given.settings.zone)
    with tempfile.TemporaryDirectory() as scratch:
        aside = Given(given.settings, {}, Path(scratch), None, given.as_json)
        store = open_store(aside.data)
        async with (
            WebWire(allow_private=given.settings.network.allow_private) as web,
            _house(aside, store, slot, now, web) as house,
        ):
            window = Window(slot, now, now - LADDER[-1][1])
            house.meter.stage("check", len(house.sources))
            harvests = await collect(
                house.sources, window, store, wall_s=COLLECT_S, on_done=lambda _: house.meter.step()
            )
            house.meter.done(f"{len(harvests)} sources asked")
        store.close()
    return [(one.health.source, one.health.state, str(one.health.offers), one.health.message) for one in harvests]


# -- the way out ------------------------------------------------------------------------------------------------------


def _version(value: bool) -> None:
    if value:
        typer.echo(f"deepdaily {__version__}")
        raise typer.Exit


@app.callback()
def _root(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False) -> None:
    pass


def main() -> NoReturn:
    """The console script. Every foreseen error ends in one line: what failed, whether today's issue is safe, what to do."""
    try:
        app()
    except DeepdailyError as error:
        print(f"deepdaily: {error}; {_safety(error)}" + (f"; {error.remedy}" if error.remedy else ""), file=sys.stderr)  # noqa: T201
        sys.exit(NOTHING if isinstance(error, NothingToPublish) else BAD_USAGE)
    sys.exit(PUBLISHED)


def _safety(error: DeepdailyError) -> str:
    if isinstance(error, NothingToPublish):
        return "nothing was published today"
    if isinstance(error, SettingsError | StoreError):
        return "nothing was started, what is published stays as it is"
    return "what is published stays as it is"
