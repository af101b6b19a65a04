"""Collecting from many feeds, against bare aiohttp, as a Markdown table: `bench_collect.py [FEEDS] [OTHER_SRC]`.

FEEDS feeds of 20 entries, each on an address of its own of this machine (Linux): 4 % answer 429, 3 % answer 503, 1.5 % take a
second and a half (of fewer than 100 none does); each has a validator. Two rounds of two days, the second mostly "not modified";
a round is from asking to candidates and kept harvests. The same addresses are asked by aiohttp alone, as many at once, first: it
reads the bodies and makes nothing of them. With the `src` of another version its rounds follow in the same run, each in a process
of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ENTRIES, AT_ONCE = 20, 32
NOW = datetime(2026, 3, 12, tzinfo=UTC)
PORT = 18_650


def address(number: int) -> str:
    return f"http://{host(number)}:{PORT}/feed/{number}.xml"


def host(number: int) -> str:
    return f"127.9.{number // 250}.{number % 250 + 1}"


WORDS = "&lt;p&gt;The scheduler keeps {at} prompts in one batch, and the notes say how the queue behaves then.&lt;/p&gt;"


def feed(number: int) -> bytes:
    """Entries of one an hour, the newest first."""
    told = ['<?xml version="1.0" encoding="utf-8"?>', f'<rss version="2.0"><channel><title>F{number}</title>']
    for at in range(ENTRIES):
        link = f"https://f{number}.example.com/posts/{at}"
        told += [f"<item><title>Engine {number} release {at}: batches on one card</title><link>{link}</link><guid>{link}</guid>"]
        told += [f"<pubDate>{format_datetime(NOW - timedelta(hours=at, minutes=number % 60))}</pubDate>"]
        told += [f"<description>{WORDS.format(at=at)}</description></item>"]
    return "".join([*told, "</channel></rss>"]).encode()


# -- the server, in a process of its own ------------------------------------------------------------------------------


class Feeds:
    """The feeds, and how often they were asked."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.bodies: dict[int, bytes] = {}
        self.counts = {"asked": 0, "conditional": 0, "unchanged": 0}

    async def one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                conditional = False
                while (header := await reader.readline()) not in (b"\r\n", b""):
                    conditional |= header.lower().startswith(b"if-none-match")
                writer.write(await self.answer(line.split()[1].decode(), conditional))
                await writer.drain()
        writer.close()

    async def answer(self, path: str, conditional: bool) -> bytes:
        if path == "/counts":
            return _said(200, json.dumps(self.counts).encode())
        number = int(path.rpartition("/")[2].removesuffix(".xml"))
        self.counts["asked"] += 1
        share = number * 37 % 200 if self.count >= 100 else 200
        if share < 14:
            return _said(429, b"slow down", "Retry-After: 7200\r\n") if share < 8 else _said(503, b"away")
        if share < 17:
            await asyncio.sleep(1.5)
        self.counts["conditional"] += conditional
        if conditional and number % 20:  # one in twenty has changed
            self.counts["unchanged"] += 1
            return _said(304, b"", f'ETag: "{number}"\r\n')
        if number not in self.bodies:
            self.bodies[number] = feed(number)
        return _said(200, self.bodies[number], f'ETag: "{number}"\r\nContent-Type: application/rss+xml\r\n')


async def serve(count: int) -> None:
    server = await asyncio.start_server(Feeds(count).one, [host(number) for number in range(count)], PORT)
    print("ready", flush=True)  # noqa: T201
    async with server:
        await server.serve_forever()


def _said(status: int, body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} S\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


# -- who asks ---------------------------------------------------------------------------------------------------------


async def bare(count: int) -> float:
    """Seconds that aiohttp takes for the bodies."""
    import aiohttp

    turn = asyncio.Semaphore(AT_ONCE)
    started = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one(number: int) -> int:
            async with turn, session.get(address(number)) as response:
                return len(await response.read())

        await asyncio.gather(*map(one, range(count)))
    return time.perf_counter() - started


async def ours(count: int, folder: Path) -> dict[str, float]:
    """Seconds of two rounds, and what was found."""
    from deepdaily.core.types import Slot, Window
    from deepdaily.engine import Engine
    from deepdaily.ladder import candidates
    from deepdaily.read.fetch import Fetcher
    from deepdaily.read.web_wire import WebWire
    from deepdaily.sources import collect
    from deepdaily.store.opening import open_store
    from deepdaily.store.snapshots import Snapshots

    allowed = ("127.0.0.0/8",)
    named = "deepdaily.sources.feed_harvest"
    reader = named if find_spec(named) else "deepdaily.sources.feed_entries"  # of versions before
    told: dict[str, float] = {}
    for day in (0, 1):
        now = NOW + timedelta(hours=day)
        slot = Slot(NOW + timedelta(days=day))
        window = Window(slot, now, now - timedelta(days=7))
        with open_store(folder) as store, Snapshots(folder / "snapshots") as snapshots:
            store.before_writing = snapshots.sync
            async with WebWire(allow_private=allowed) as web, Engine(preload=(reader,)) as engine:
                fetcher = Fetcher(web, store, snapshots, slot.key, now, allow_private=allowed)
                feeds = [feed_of(number, fetcher, engine, store) for number in range(count)]
                started, busy = time.perf_counter(), time.process_time()
                harvests = await collect(feeds, window, store, wall_s=3600, on_done=lambda _: None)
                candidates(harvests)
                store.flush()
                told[f"round {day + 1}"] = time.perf_counter() - started
                told[f"busy {day + 1}"] = time.process_time() - busy
                told[f"offers {day + 1}"] = sum(len(one.offers) for one in harvests)
    told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told["workers"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return told


def feed_of(number: int, fetcher: Any, engine: Any, store: Any) -> Any:
    """A feed, as the version that is asked makes it."""
    from deepdaily.settings import source_tables
    from deepdaily.sources.feeds import Feed

    if not hasattr(source_tables, "FeedTable"):  # before feeds had tables
        return Feed(address(number), f"feed {number}", fetcher, engine)  # type: ignore[arg-type, call-arg]
    before = {"before": store.harvest_before} if hasattr(store, "harvest_before") else {}
    return Feed(source_tables.FeedTable(url=address(number), name=f"feed {number}"), fetcher, engine, **before)


def counts() -> dict[str, int]:
    from urllib.request import urlopen

    found: dict[str, int] = json.loads(urlopen(f"http://127.9.0.1:{PORT}/counts").read())
    return found


def version(count: int, src: Path) -> dict[str, float]:
    before = counts()
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__, "--ours", str(count), folder],
            env=os.environ | {"PYTHONPATH": str(src)}, check=True, capture_output=True, text=True,
        )  # fmt: skip
    after = counts()
    return json.loads(done.stdout) | {name: after[name] - before[name] for name in after}


def main(count: int, others: list[Path]) -> None:
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(count)], stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        asyncio.run(bare(count))  # the server makes its bodies
        base = asyncio.run(bare(count))
        print(f"{count} feeds of {ENTRIES} entries; aiohttp alone, {AT_ONCE} at once: {base:.1f} s\n")  # noqa: T201
        print("| version | first round | second | offers | conditional | peak |\n|---|---|---|---|---|---|")  # noqa: T201
        for src in [Path(__file__).resolve().parents[1] / "src", *others]:
            told = version(count, src)
            rounds = [
                f"{told[f'round {n}']:.2f} s, {told[f'round {n}'] / base:.1f}× (busy {told[f'busy {n}']:.2f} s)" for n in (1, 2)
            ]
            offers, conditional = (
                f"{told['offers 1']:.0f}, {told['offers 2']:.0f}",
                f"{told['conditional'] / (count * (186 if count >= 100 else 200) / 200):.1%}",
            )
            peak = f"{told['peak']:.0f} MB, a worker {told['workers']:.0f} MB"
            print(f"| {src} | {' | '.join([*rounds, offers, conditional, peak])} |")  # noqa: T201
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--serve", count]:
            asyncio.run(serve(int(count)))
        case ["--ours", count, folder]:
            print(json.dumps(asyncio.run(ours(int(count), Path(folder)))))  # noqa: T201
        case [*given]:
            main(int(given[0]) if given else 2_000, [Path(one) for one in given[1:]])
