"""Hostile addresses, names, answers, feeds, pages and requests against our own parts: what comes of each, and what it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deepdaily.core.errors import AddressRefused, DeepdailyError, NotAFeed, Unreachable
from deepdaily.core.types import Slot, Window
from deepdaily.lab.error_classes import error_class
from deepdaily.lab.gauge import measuring
from deepdaily.lab.own_site import OwnSite, own_site
from deepdaily.lab.rows import Row, rows_of
from deepdaily.lab.scripted_net import ScriptedNet, public_page
from deepdaily.lab.set_server import SetServer, set_server
from deepdaily.lab.watched import Touched, WatchedEngine
from deepdaily.read.extract import PageBytes, page
from deepdaily.read.fetch import Fetcher
from deepdaily.read.pages import PAGE_MEMORY_MB, PAGE_WALL_S
from deepdaily.read.web_wire import Answer, WebWire
from deepdaily.settings.source_tables import FeedTable
from deepdaily.sources.feeds import Feed
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots

NOW = datetime(2026, 2, 9, 12, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))

HANG_S = 120.0
"""A case that is not over by then hangs."""

POLLS = 5
"""Of a feed that says something else each time."""

SERVED = ("http", "feed", "html")
PRELOADED = ("deepdaily.read.extract", "deepdaily.sources.feeds")


@dataclass(slots=True)
class _Seen:
    """What one case led to, in the words of the set's scorer."""

    outcome: str = "ok"
    error: str = ""
    text: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    wrote: list[str] = field(default_factory=list)
    status: int | None = None
    headers: Mapping[str, str] | None = None

    def failed(self, error: DeepdailyError) -> None:
        self.outcome, self.error = "refused" if isinstance(error, AddressRefused) else "error", error_class(error)
        self.outcome = "crash" if self.error == "crash" else self.outcome
        self.text.append(error.advised)


@dataclass(frozen=True, slots=True)
class _Bench:
    store: Store
    snapshots: Snapshots
    engine: WatchedEngine
    site: OwnSite | None
    server: SetServer | None
    stand_in: int

    async def seen(self, case: Row) -> Row:
        """One case, measured."""
        seen, touched = _Seen(), Touched()
        self.engine.touched = touched
        before = await self.server.log() if self.server else []
        paths = _missing(case["expected"].get("must_not_write", ()))
        await self.engine.map(_ready, [0], wall_s=HANG_S, memory_mb=PAGE_MEMORY_MB)  # a worker's start is no case's growth
        with measuring(but=[self.server.pid] if self.server else ()) as measured:
            try:
                async with asyncio.timeout(HANG_S):
                    await self._play(case, seen)
            except TimeoutError:
                seen.outcome = "hang"
            except DeepdailyError as error:
                seen.failed(error)
            except Exception as error:  # noqa: BLE001 - whatever a case breaks is its result
                seen.outcome, seen.text = "crash", [*seen.text, f"{type(error).__name__}: {error}"]
        requests = (await self.server.log())[len(before) :] if self.server else []
        seen.connected += [*touched.connected, *(one["path"] for one in requests)]
        seen.sent += [one["head"] for one in requests]
        seen.wrote += [*touched.wrote, *(path for path in paths if path not in _missing(paths))]
        return {
            "id": case["id"], "outcome": seen.outcome, "error": seen.error, "seconds": measured.seconds,
            "rss_growth_mb": measured.growth_mb, "text": "\n".join(seen.text), "titles": seen.titles, "connected": seen.connected,
            "requests": len(requests), "sent": "\n".join(seen.sent), "wrote": seen.wrote,
            **({} if seen.status is None else {"status": seen.status, "headers": seen.headers}),
        }  # fmt: skip

    async def _play(self, case: Row, seen: _Seen) -> None:
        kind, given = case["kind"], case["input"]
        if kind == "serve":
            await self._asked(given["request"], seen)
        elif kind in SERVED:
            await self._served(case, seen)
        else:
            await self._visited(given["url"], given.get("resolver", {}), seen)

    async def _visited(self, url: str, names: Mapping[str, Any], seen: _Seen) -> None:
        """An address; one that is let through is asked for by name only, as its name is nobody's."""
        net = ScriptedNet(names, self.stand_in)
        try:
            async with self._fetching(url[:200], net) as fetcher:
                seen.text.append(fetcher.body(await fetcher.get(url)).decode("utf-8", "replace"))
        except Unreachable:
            if names or not net.asked:
                raise
        finally:
            seen.connected += net.connected

    async def _served(self, case: Row, seen: _Seen) -> None:
        """A feed as a source polls it; of `http` cases, what is no feed is read as a page."""
        if self.server is None:
            raise ValueError("the set has no server")
        net, url = ScriptedNet(stand_in=self.stand_in), f"http://127.0.0.1:{self.server.port}/{case['id']}/"
        try:
            for poll in range(POLLS if "{RANDOM}" in str(case["input"]) else 1):
                async with self._fetching(f"{case['id']}-{poll}", net, self.server, case["id"]) as fetcher:
                    await self._read(case["kind"], url, fetcher, seen)
        finally:
            seen.connected += net.connected

    async def _read(self, kind: str, url: str, fetcher: Fetcher, seen: _Seen) -> None:
        snapshot = await fetcher.get(url, robots=kind == "http")  # what follows has it from the store
        refused: NotAFeed | None = None
        if kind != "html":
            try:
                return await self._polled(url, fetcher, seen)
            except NotAFeed as error:
                if kind == "feed":
                    raise
                refused = error
        given = PageBytes(snapshot.final_url, snapshot.media_type, fetcher.body(snapshot))
        [outcome] = await self.engine.map(page, [given], wall_s=PAGE_WALL_S, memory_mb=PAGE_MEMORY_MB)
        if isinstance(outcome, DeepdailyError):
            raise refused or outcome
        seen.titles = [outcome.title]
        seen.text += [outcome.title, outcome.text, outcome.author]

    async def _polled(self, url: str, fetcher: Fetcher, seen: _Seen) -> None:
        harvest = await Feed(FeedTable(url=url, name="hostile"), fetcher, self.engine).harvest(WINDOW)
        told = {offer.url: offer.title for offer in harvest.offers}
        seen.titles += [title for address, title in told.items() if address not in seen.text]  # a later poll's are no news
        seen.text += [*told, *told.values(), *(one.text for one in harvest.documents), harvest.health.message]
        if harvest.offers and harvest.health.message:  # it says what it could not read
            seen.outcome = "partial"

    @asynccontextmanager
    async def _fetching(
        self, slot: str, net: ScriptedNet, server: SetServer | None = None, case: str = ""
    ) -> AsyncIterator[Fetcher]:
        allowed = (f"127.0.0.1:{server.port}",) if server else ()
        async with WebWire(allowed, net.network()) as web:
            wire = _OwnOrigin(web, f"http://{allowed[0]}", case) if allowed else web
            yield Fetcher(wire, self.store, self.snapshots, slot, NOW, allow_private=allowed)

    async def _asked(self, wanted: Row, seen: _Seen) -> None:
        if self.site is None:
            raise ValueError("nothing is served")
        answer = await self.site.ask(wanted)
        seen.outcome = "ok" if answer.status and answer.status < 400 else "refused"
        seen.status, seen.headers = answer.status, answer.headers
        seen.text.append(answer.text)


def _missing(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if not Path(path).exists()]


def _ready(_: int) -> None:
    """Nothing, in a worker."""


@dataclass(frozen=True, slots=True)
class _OwnOrigin:
    """Brings a case's robots.txt to where the set keeps it: all cases share one origin."""

    web: WebWire
    origin: str
    case: str

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        own = f"{self.origin}/{self.case}/robots.txt" if url == f"{self.origin}/robots.txt" else url
        return await self.web.get(own, headers, cap_bytes=cap_bytes)


async def hostile(folder: Path) -> list[Row]:
    """Each case's outcome, its class, seconds, growth of memory, connections, requests, bytes sent and files written.

    One after the other, for memory is measured. Nothing leaves the machine.
    """
    cases = rows_of(folder / "cases.jsonl")
    kinds = {case["kind"] for case in cases}
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        store = stack.enter_context(open_store(home))
        snapshots = stack.enter_context(Snapshots(home / "snapshots"))
        engine = await stack.enter_async_context(WatchedEngine(PRELOADED))
        site = await stack.enter_async_context(own_site(store, snapshots)) if "serve" in kinds else None
        server = stack.enter_context(set_server(folder)) if kinds.intersection(SERVED) else None
        stand_in = await stack.enter_async_context(public_page())
        bench = _Bench(store, snapshots, engine, site, server, stand_in)
        return [await bench.seen(case) for case in cases]
