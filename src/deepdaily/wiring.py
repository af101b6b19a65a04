"""Puts the parts together for a command. Imported inside commands only: it imports everything."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from importlib.util import find_spec
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from deepdaily import keeper
from deepdaily.console import meter
from deepdaily.core.errors import BodyRefused, FetchError, PublishError, SettingsError, StoreError
from deepdaily.core.memory import open_watches
from deepdaily.core.schedule import slot_at, slot_of
from deepdaily.core.types import Slot, SourceHealth, Watch
from deepdaily.engine import Engine
from deepdaily.fetch import Fetcher, WebWire, Wire
from deepdaily.models.writing.writer import ModelWriter
from deepdaily.pipeline import House, collected
from deepdaily.publish import FileChannel, Publisher
from deepdaily.publish.files import Feeds, Hugo, Page
from deepdaily.publish.messages import SEND_S, Feishu, Mail, Unset
from deepdaily.record import Record
from deepdaily.render.mail import note
from deepdaily.settings import Publish, Settings, key_of, load, mail_address
from deepdaily.snapshots import Snapshots
from deepdaily.sources import Source, load_pack
from deepdaily.sources.feeds import Feed
from deepdaily.sources.hackernews import HackerNews
from deepdaily.sources.websearch import Brave, WebSearch
from deepdaily.store import Store, open_store

if TYPE_CHECKING:
    from deepdaily.models.embedding import Embedder
    from deepdaily.models.governance import Ladder
    from deepdaily.serve.web import Shelf

DATA = "deepdaily-data"

T = TypeVar("T")

PROBE_S = 2.5
PROBED = ("https://hn.algolia.com/", "https://github.com/", "https://arxiv.org/", "https://www.cloudflare.com/")
"""Any one of these answering, with whatever status, is a network."""


@dataclass(frozen=True, slots=True)
class Given:
    """The options of every command, resolved."""

    settings: Settings
    origins: dict[str, str]
    data: Path
    out: Path | None

    @classmethod
    def of(cls, settings: Path | None, data: Path | None, out: Path | None) -> Given:
        """Raises SettingsError. The data folder is beside the settings file unless it is named."""
        loaded, origins = load(settings)
        base = settings.resolve().parent if settings else Path.cwd()
        return cls(loaded, origins, data or base / DATA, out)

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"

    def store(self) -> Store:
        """The store of the settings, or the one in the data folder. Raises StoreError."""
        return open_store(self.data, self.settings.store.url)

    def clock(self, now: str | None) -> datetime:
        """`--now`, or the clock; in the digest's zone."""
        if now is None:
            return datetime.now(UTC).replace(microsecond=0).astimezone(self.settings.zone)
        try:
            moment = datetime.fromisoformat(now)
        except ValueError as error:
            raise SettingsError(f"--now {now!r} is no time", "write it like 2026-02-11T07:30:00+08:00") from error
        zone = self.settings.zone
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)

    def slot(self, day: str | None, moment: datetime) -> Slot:
        """The slot of a named day, or of the day of `moment`."""
        at, zone = self.settings.digest.at, self.settings.zone
        return slot_of(day_of(day), at, zone) if day else slot_at(moment, at, zone)


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{text!r} is no day", "write it like 2026-02-11") from error


def name_of(settings: Settings) -> str:
    """The daily's name: its title without the day."""
    return settings.digest.title.format(date="").strip("（）() ·-|｜")


def channels(given: Given) -> list[tuple[FileChannel, Path]]:
    """The configured channels, each with the folder it writes below."""
    digest, made = given.settings.digest, list[tuple[FileChannel, Path]]()
    for chosen in given.settings.publish:
        if not chosen.is_file:
            continue
        folder = given.out or chosen.dir
        if chosen.to == "hugo":
            made.append((Hugo(folder), folder))
        elif chosen.to == "feeds":
            made.append((Feeds(folder, title=name_of(given.settings), base_url=digest.url), folder))
        else:
            made.append((Page(folder), folder))
    return made


def channel_names(given: Given) -> set[str]:
    """The channels a slot's issue has to reach."""
    return {chosen.to for chosen in given.settings.publish if chosen.is_file or not given.out}


def message_channels(given: Given, store: Store, slot: Slot, wire: WebWire) -> list[Publisher]:
    """Mail and chat. With `--out` there are none: a run whose files go elsewhere is a trial, and sends nothing."""
    made: list[Publisher] = []
    sent = {one.location for one in store.editions(slot.key) if one.channel == "feishu:part"}
    for chosen in () if given.out else given.settings.publish:
        names = [name for name in (chosen.url_env, chosen.secret_env, chosen.user_env, chosen.password_env) if name]
        secrets = {name: os.environ.get(name, "") for name in names} | {"": ""}
        unset = [name for name in names if not secrets[name]]
        if not chosen.is_file and unset:
            made.append(Unset(chosen.to, unset[0]))
        elif chosen.to == "feishu":
            post, keep = partial(_posted, wire), lambda one: store.keep_editions([one])
            stamp, secret = WallClock().now, secrets[chosen.secret_env]
            made.append(Feishu(secrets[chosen.url_env], post, sent, keep, stamp, secret))
        elif chosen.to == "mail":
            made.append(_mail(chosen))
    return made


def _mail(chosen: Publish) -> Mail:
    user, password = (os.environ.get(name, "") if name else "" for name in (chosen.user_env, chosen.password_env))
    return Mail(chosen.host, chosen.port, chosen.sender, chosen.recipients, user, password)


async def _posted(wire: WebWire, url: str, body: bytes) -> dict[str, object]:
    """The JSON a webhook answers; the address is a secret and is never printed."""
    try:
        async with asyncio.timeout(SEND_S):
            answer = await wire.post(url, {"Content-Type": "application/json"}, body, cap_bytes=1 << 20)
        found = json.loads(answer.body)
    except (FetchError, TimeoutError, ValueError) as error:
        raise PublishError(
            f"the webhook did not answer: {type(error).__name__}", "check the address and the network"
        ) from None
    return found if isinstance(found, dict) else {}


def sources(
    settings: Settings,
    fetcher: Fetcher,
    engine: Engine,
    search_key: str | None = None,
    watches: Sequence[Watch] = (),
) -> list[Source]:
    """The configured sources; `search_key` stands in for the environment's (the sample day brings its own).

    `watches` are the open questions, which the search asks for, too.
    """
    chosen = settings.sources
    feeds = {feed.url: feed.name for pack in chosen.packs for feed in load_pack(pack)}
    feeds |= {url: url for url in chosen.add}
    made: list[Source] = [Feed(url, name, fetcher, engine) for url, name in feeds.items()]
    if chosen.hackernews:
        made.append(HackerNews(fetcher, engine))
    if chosen.search:  # one source a provider: its quota is one
        queries = tuple(dict.fromkeys(query for search in chosen.search for query in search.queries))
        made.append(WebSearch(Brave(search_key or key_of(chosen.search[0])), queries, fetcher, engine, watches=watches))
    return made


def model_ladder(
    given: Given, store: Store, slot: Slot, now: datetime, remaining_s: Callable[[], float]
) -> Ladder | None:
    """The configured models, best first; None where there are none. A model whose key is not set is left out, and said."""
    chosen = given.settings.models
    if not chosen.ladder:
        return None
    from deepdaily.models.breaker import Breaker
    from deepdaily.models.chat import ChatModel  # takes a second to import
    from deepdaily.models.governance import Ladder, Rung
    from deepdaily.models.ledger import Ledger

    rungs, unusable = list[Rung](), list[str]()
    for name in chosen.ladder:
        one = chosen.known[name]
        key = os.environ.get(one.key_env, "").strip() if one.key_env else ""
        if one.key_env and not key:
            unusable.append(f"{name}: {one.key_env} is not set")
        elif one.kind == "anthropic" and find_spec("anthropic") is None:
            unusable.append(f"{name}: pip install 'deepdaily[anthropic]' is missing")
        elif one.kind != "sentence-transformers":  # the settings refuse an embedder here
            chat = ChatModel(name, one.name, one.endpoint, key, one.kind, one.stream)
            rungs.append(Rung(chat, Breaker(chosen.at_once), one.price, one.most_tokens))
    ledger = Ledger(store, slot.key, now.astimezone(given.settings.zone), chosen.limit)
    return Ladder(rungs, ledger, remaining_s, unusable=unusable)


def model_writer(
    given: Given, store: Store, slot: Slot, now: datetime, remaining_s: Callable[[], float]
) -> ModelWriter | None:
    """The model writer; None where no model is configured."""
    ladder = model_ladder(given, store, slot, now, remaining_s)
    if ladder is None:
        return None
    digest = given.settings.digest
    return ModelWriter(ladder, digest.language, digest.readers, store.secret(), ladder.troubles)


def embedder(settings: Settings) -> Embedder | None:
    """The configured embedder; None where there is none. One whose key is not set fails when it is asked, and that is said."""
    name = settings.models.embedder
    if not name:
        return None
    from deepdaily.models.embedding import LocalEmbedder, RemoteEmbedder, Unusable

    one = settings.models.known[name]
    if one.kind == "sentence-transformers":
        return LocalEmbedder(one.name, one.languages)
    key = os.environ.get(one.key_env, "").strip() if one.key_env else ""
    if one.key_env and not key:
        return Unusable(f"{name}: {one.key_env} is not set")
    return RemoteEmbedder(one.name, one.endpoint, key, one.languages)


@asynccontextmanager
async def house(
    given: Given,
    store: Store,
    slot: Slot,
    now: datetime,
    wire: Wire | None = None,
    search_key: str | None = None,
    *,
    left_s: float = inf,
    again: bool = False,
) -> AsyncIterator[House]:
    """Everything a run works with, closed at the end.

    Args:
        wire: None is the real web.
        left_s: the time to its deadline.
        again: whether the slot is tried again if nothing is published now.
    """
    async with WebWire(allow_private=given.settings.network.allow_private) as web:
        with Snapshots(given.snapshots) as snapshots:
            async with Engine(preload=("deepdaily.extract", "deepdaily.sources.feeds")) as engine:
                allowed = given.settings.network.allow_private
                fetcher = Fetcher(wire or web, store, snapshots, slot.key, now, allow_private=allowed)
                watches = open_watches(store.issues(before=slot.key), slot.due.date())
                asked = sources(given.settings, fetcher, engine, search_key, watches)
                publishers: list[Publisher] = [channel for channel, _ in channels(given)]
                publishers += message_channels(given, store, slot, web)
                deadline = monotonic() + left_s
                yield House(
                    given.settings,
                    store,
                    fetcher,
                    engine,
                    asked,
                    publishers,
                    meter(),
                    model_writer(given, store, slot, now, lambda: deadline - monotonic()),
                    deadline,
                    again=again,
                    embedder=embedder(given.settings),
                )


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


RUN_WALL_S = 3600
"""A run that takes longer hangs, and is ended and tried again: two hundred pages of slow hosts take minutes."""

NOT_STARTED = 126
"""The exit status of a run that could not be started, as of a shell."""

END_S = 5
"""How long a run that is told to end may take before it is killed."""


async def keep_hours(given: Given, options: Sequence[str]) -> None:
    """Keep the hour until SIGTERM or SIGINT; every run is a process of its own, with these options of the command."""
    keeping = asyncio.create_task(
        keeper.keep_hours(
            given.settings, WallClock(), partial(_finished, given), partial(_attempt, options), partial(_alert, given)
        )
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, keeping.cancel)
    with suppress(asyncio.CancelledError):
        await keeping


def _finished(given: Given, slot: Slot) -> bool:
    try:
        store = given.store()
    except StoreError:
        return False  # the run that is tried says what is wrong with it
    try:
        return keeper.is_finished(store, slot, channel_names(given))
    except StoreError:
        return False
    finally:
        store.close()


async def _attempt(options: Sequence[str], slot: Slot) -> int:
    """One run in a process of its own: a leak, a crash or a hang ends with it."""
    command = (sys.executable, "-m", "deepdaily", "run", "--kept", "--date", slot.day, *options)
    try:
        run = await asyncio.create_subprocess_exec(*command)
    except OSError as error:  # no memory, no process left, no interpreter: perhaps not at the next try
        print(f"deepdaily: the run of {slot.day} cannot be started: {error}", file=sys.stderr)  # noqa: T201
        return NOT_STARTED
    try:
        async with asyncio.timeout(RUN_WALL_S):
            return await run.wait()
    except TimeoutError:
        return -signal.SIGTERM
    finally:
        if run.returncode is None:
            await _ended(run)


async def _ended(run: asyncio.subprocess.Process) -> None:
    run.terminate()
    try:
        async with asyncio.timeout(END_S):
            await run.wait()
    except TimeoutError:
        run.kill()
        await run.wait()


def store_or_alert(given: Given, slot: Slot, *, kept: bool) -> Store:
    """The store of a run. One that does not open is told, as then nothing is published.

    Raises:
        StoreError: it does not open.
    """
    try:
        return given.store()
    except StoreError:
        if not (given.out or kept):
            asyncio.run(_alert(given, slot, keeper.NOTHING, quiet=True))
        raise


async def with_alerts(given: Given, store: Store, slot: Slot, work: Callable[[], Awaitable[int]], *, kept: bool) -> int:
    """The exit status of the run that `work` is, its trouble told. With `--out` it is a trial, and tells nobody."""
    if given.out:
        return await work()
    return await keeper.with_alerts(store, slot, work, partial(_alert, given, quiet=True), kept=kept)


async def _alert(given: Given, slot: Slot, trouble: str, *, quiet: bool = False) -> bool:
    """One line on stderr, to the webhook and by mail where these are set; each trouble once a slot.

    False where there are ways and all of them failed: then it may be told again. `quiet`: the command itself says on
    stderr how its run ended.
    """
    if quiet and not _ways(given, slot, trouble, ""):
        return True
    if trouble in _recorded(given, lambda store: store.told(slot.key), set[str]()):
        return True
    line = f"deepdaily {slot.day}: {trouble}; see `deepdaily show {slot.day} --audit`"
    if not quiet:
        print(line, file=sys.stderr)  # noqa: T201
    ways = _ways(given, slot, trouble, line)
    delivered = not ways or any([await _delivered(way) for way in ways])
    if delivered:
        _recorded(given, lambda store: store.keep_told(slot.key, trouble), None)
    return delivered


def _ways(given: Given, slot: Slot, trouble: str, line: str) -> list[Callable[[], Awaitable[None]]]:
    """Where alerts go."""
    alert, ways = given.settings.alert, list[Callable[[], Awaitable[None]]]()
    url = os.environ.get(alert.url_env, "")
    if url:
        body = json.dumps({"text": line, "slot": slot.key, "trouble": trouble}, ensure_ascii=False).encode()
        ways.append(partial(_post_alert, given, url, body))
    for chosen in given.settings.publish if alert.mail else ():
        if chosen.to == "mail":
            ways.append(partial(_mail_alert, chosen, alert.recipients or chosen.recipients, line))
    return ways


async def _post_alert(given: Given, url: str, body: bytes) -> None:
    async with WebWire(allow_private=given.settings.network.allow_private) as wire:
        await _posted(wire, url, body)


async def _mail_alert(chosen: Publish, recipients: Sequence[str], line: str) -> None:
    try:
        sender, *to = (mail_address(one).addr_spec for one in (chosen.sender, *recipients))
        mail = note(line, sender=sender, recipients=to, now=WallClock().now())
    except ValueError as error:
        raise PublishError(str(error), "mend sender and recipients in the settings") from error
    refused = await _mail(chosen).send(mail)
    if refused:
        print(f"deepdaily: the alert was not delivered to {', '.join(refused)}", file=sys.stderr)  # noqa: T201


async def _delivered(way: Callable[[], Awaitable[None]]) -> bool:
    try:
        await way()
    except PublishError as error:
        print(f"deepdaily: the alert was not delivered: {error}; {error.remedy}", file=sys.stderr)  # noqa: T201
        return False
    return True


def _recorded(given: Given, use: Callable[[Store], T], otherwise: T) -> T:
    """What `use` gives of the store; `otherwise` where the store is the trouble: an alert does not wait for it."""
    try:
        with closing(given.store()) as store:
            return use(store)
    except StoreError as error:
        print(f"deepdaily: no record of alerts: {error}", file=sys.stderr)  # noqa: T201
        return otherwise


async def online(given: Given) -> bool:
    """Whether the web answers within PROBE_S."""

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


def listed(settings: Settings) -> list[tuple[str, str, str]]:
    """The configured sources as kind, name and address, in the order they are asked."""
    chosen = settings.sources
    rows = [("feed", feed.name, feed.url) for pack in chosen.packs for feed in load_pack(pack)]
    rows += [("feed", url, url) for url in chosen.add]
    rows += [("hackernews", "hackernews", "https://hn.algolia.com/")] if chosen.hackernews else []
    return rows + [("search", search.provider, ", ".join(search.queries)) for search in chosen.search]


async def check_sources(given: Given) -> list[SourceHealth]:
    """How every source answers now, with the widest window; nothing reaches the store of `given`."""
    now = given.clock(None)
    slot = given.slot(None, now)
    with tempfile.TemporaryDirectory() as scratch:
        aside = replace(given, data=Path(scratch))
        store = open_store(aside.data)
        try:
            async with house(aside, store, slot, now) as opened:
                harvests = await collected(opened, slot, now, Record(slot.key, opened.meter))
        finally:
            store.close()
    return [harvest.health for harvest in harvests]


def serve_pages(given: Given, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve the reader until interrupted; `say` is told its address once it listens.

    Raises:
        SettingsError: nothing can listen there.
    """
    from deepdaily.serve.listening import serve_on
    from deepdaily.serve.web import reader

    names = given.settings.serve.names
    with _shelf(given) as shelf:
        serve_on(host, port, names, reader(shelf, host, names), say, "reading at {}/ (Ctrl-C ends it)")


def export_pages(given: Given, folder: Path) -> int:
    """Write the reader's pages below `folder`; the number of files. Raises PublishError."""
    from deepdaily.serve.export import export

    with _shelf(given) as shelf:
        return export(shelf, folder)


@contextmanager
def _shelf(given: Given) -> Iterator[Shelf]:
    """What the reader's pages are made from, closed at the end."""
    from deepdaily.serve.web import Shelf

    store, digest = given.store(), given.settings.digest
    try:
        with Snapshots(given.snapshots) as snapshots:
            yield Shelf(
                store, snapshots, name_of(given.settings), digest.language, lambda: given.clock(None), digest.url
            )
    finally:
        store.close()
