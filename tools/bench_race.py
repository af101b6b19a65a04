"""The race: a whole day of ours on a web of many feeds with known stories, on loopback, as the command a user runs.

`bench_race.py --entries 1000` runs it on the server of `../shared/tools/race_fixture.py` (or below DEEPDAILY_SHARED), which was
made for other programs; `bench_race.py --plot FILE` on webs of our own of 200 to 5,000 entries, and draws the stage times.

All links of the fixture lie on one host, of which we would take two items. A proxy of ours gives each page a host out of
fifty, chosen by the page's path: one page keeps one address whichever feed names it, so no repeat is made or hidden.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from urllib.parse import urlsplit
from zlib import crc32

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]

from bench import SHARED, measure  # noqa: E402 - the same way of measuring
from model_stub import Stub, answering  # noqa: E402

from webs import BIN, environment  # noqa: E402

HOSTS, FEED_ENTRIES = 50, 20
PORT = 8080
"""A named port keeps the plain HTTP of an address; without one we would ask for HTTPS."""
SIZES = (200, 1000, 2000, 5000)
STORY = re.compile(r"\(S(\d+)\)")
"""Every title of both webs ends with the number of its story."""

Page = tuple[int, str, bytes]
"""Status, media type, body."""


@dataclass(frozen=True, slots=True)
class Raced:
    """One day: what it cost and what came out."""

    entries: int
    wall_s: float
    memory_mb: float
    status: int
    items: int
    repeats: int
    calls: int
    prefill_tokens: int
    decode_tokens: int
    stages: Mapping[str, float]
    """Seconds, in the order of the run."""

    @property
    def tokens(self) -> dict[str, int]:
        """What a model's provider would be paid for."""
        return {"prefill": self.prefill_tokens, "decode": self.decode_tokens}


# -- the webs ---------------------------------------------------------------------------------------------------------


def host_of(path: str) -> str:
    """The same for every feed that names the page."""
    return f"site-{crc32(path.encode()) % HOSTS:02}.example:{PORT}"


@contextmanager
def fixture() -> Iterator[int]:
    """The server of the race on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = environment(PORT=str(port))
    with subprocess.Popen([sys.executable, SHARED / "tools" / "race_fixture.py"], env=env) as server:
        try:
            yield _listening(port)
        finally:
            server.kill()


def _listening(port: int) -> int:
    """The port, once something answers there."""
    until = monotonic() + 20
    while monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return port
        sleep(0.05)
    raise SystemExit("the server of the race does not start")


def forwarded(port: int) -> Callable[[str], Page]:
    """Pages of the fixture, each link with its page's host."""
    link = re.compile(rf"http://127\.0\.0\.1:{port}(/a/[\w-]+)".encode())

    def page(path: str) -> Page:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = link.sub(lambda found: b"http://" + host_of(found[1].decode()).encode() + found[1], answer.read())
        connection.close()
        return answer.status, answer.headers.get("Content-Type", ""), body

    return page


WHO = "Quill Larch Otter Heron Basalt Cedar Falcon Garnet Indigo Juniper Kestrel Lagoon Maple Nimbus Osprey".split()
DID = "releases patches benchmarks quantizes open-sources accelerates deprecates profiles".split()
WHAT = "inference server|LoRA trainer|MCP gateway|MoE kernel|KV cache|agent runtime|vector index|eval harness".split("|")


def title_of(story: int, telling: int) -> str:
    """Three ways to head one story; each is about a thing with a name of its own."""
    chosen = random.Random(story)
    who, did, what = chosen.choice(WHO), chosen.choice(DID), chosen.choice(WHAT)
    name = "".join(chosen.choice("bdfgklmnprstvz") + chosen.choice("aeiou") for _ in range(4)).capitalize()
    what = f"{what} {name} {chosen.randint(1, 9)}.{chosen.randint(0, 40)}"
    return (
        f"{who} {did} its LLM {what} (S{story})",
        f"LLM {what}: what {who} changes for teams (S{story})",
        f"A week with the LLM {what} of {who} (S{story})",
    )[telling]


def own_web(entries: int) -> Callable[[str], Page]:
    """`entries` links in feeds of 20: seven in ten tell a story alone, one names a page again, two tell a story again."""
    alone, tenth = entries * 7 // 10, entries // 10
    told = [(story, 0) for story in range(alone)] + [(story, 0) for story in range(tenth)]
    told += [(story, telling) for story in range(tenth, 2 * tenth) for telling in (1, 2)]
    random.Random(entries).shuffle(told)
    now = datetime.now(UTC)

    def entry(number: int) -> str:
        story, telling = told[number]
        path = f"/a/{story}-{telling}"
        when = format_datetime(now - timedelta(minutes=random.Random(number).randint(5, 1200)))
        return (
            f"<item><title>{title_of(story, telling)}</title><link>http://{host_of(path)}{path}?utm_source=f{number}</link>"
            f"<guid>{number}</guid><pubDate>{when}</pubDate><description>{body(story)[:600]} …</description></item>"
        )

    def page(path: str) -> Page:
        if feed := re.fullmatch(r"/feed/(\d+)\.xml", path):
            first = int(feed[1]) * FEED_ENTRIES
            listed = "".join(entry(number) for number in range(first, min(first + FEED_ENTRIES, entries)))
            text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>f</title>{listed}</channel></rss>'
            return 200, "application/rss+xml", text.encode()
        if found := re.match(r"/a/(\d+)-(\d)", path):
            title = title_of(int(found[1]), int(found[2]))
            text = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body(int(found[1]), 'p')}"
            return 200, "text/html", (text + "</article></body></html>").encode()
        return 404, "text/plain", b""

    return page


def body(story: int, tag: str = "") -> str:
    """About 2,500 characters, most of them the story's own."""
    chosen = random.Random(-story - 1)
    sentences = [
        f"The {chosen.choice(WHO)} team measured the LLM {chosen.choice(WHAT)} at {chosen.randint(100, 9999)} tokens/s"
        f" and {chosen.randint(5, 300)} ms on {chosen.randint(1, 64)} GPUs, {chosen.randint(2, 80)}% more than before."
        for _ in range(18)
    ]
    return "".join(f"<{tag}>{one}</{tag}>" if tag else one + " " for one in sentences)


@contextmanager
def proxy(page: Callable[[str], Page]) -> Iterator[str]:
    """A web proxy that answers every address by its path; its own address."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, media_type, content = page(urlsplit(self.path).path)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads, request_queue_size = True, 256

    with Server(("127.0.0.1", 0), Proxy) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


# -- the day ----------------------------------------------------------------------------------------------------------


def settings_of(entries: int, model: str) -> str:
    """Only the feeds of the race, and the model where there is one."""
    numbers = range(-(-entries // FEED_ENTRIES))
    feeds = [f"http://feed-{n}.example:{PORT}/feed/{n}.xml" for n in numbers]
    ports = [f"site-{n:02}.example:{PORT}" for n in range(HOSTS)] + [f"feed-{n}.example:{PORT}" for n in numbers]
    return (
        f"[sources]\npacks = []\nhackernews = false\nsearch = []\nadd = {json.dumps(feeds)}\n"
        f"[network]\nallow_private = {json.dumps(ports)}\n{model}"
    )


def race(entries: int, page: Callable[[str], Page], stub: Stub | None = None) -> Raced:
    """One day in a folder that is thrown away, with the model where there is one."""
    with tempfile.TemporaryDirectory() as scratch, proxy(page) as address:
        folder = Path(scratch)
        (folder / "deepdaily.toml").write_text(settings_of(entries, stub.settings() if stub else ""), "utf-8")
        env = environment(HTTP_PROXY=address, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1", http_proxy=address)
        done = measure([str(BIN), "run", "--json", "--out", "out"], folder, env)
        told = json.loads(done.printed)
        (post,) = folder.glob("out/content/posts/*/index.md")
        titles = re.findall(r"(?m)^###? \d+\).*$", post.read_text("utf-8"))
    stories = [found[1] for title in titles if (found := STORY.search(title))]
    stages = {row["stage"]: row["took_s"] for row in told["stages"]}
    repeats = len(stories) - len(set(stories))
    asked = (stub.calls, stub.prefill_tokens, stub.decode_tokens) if stub else (0, 0, 0)
    return Raced(entries, done.wall_s, done.memory_mb, done.status, len(titles), repeats, *asked, stages)


def on_fixture(entries: int, model_ms: int | None) -> Raced:
    """The race itself, at most its 1,000 entries."""
    with fixture() as port:
        if model_ms is None:
            return race(entries, forwarded(port))
        with answering(model_ms / 1000) as stub:
            return race(entries, forwarded(port), stub)


def line(raced: Raced) -> str:
    """A row of the table in docs/benchmarks.md."""
    stages = ", ".join(f"{name} {took:.1f}" for name, took in raced.stages.items())
    return (
        f"| {raced.entries:,} | {raced.wall_s:.1f} s | {raced.memory_mb:.0f} MB | {raced.calls} "
        f"| {raced.prefill_tokens / 1000:.1f}k, {raced.decode_tokens / 1000:.1f}k "
        f"| {raced.repeats} of {raced.items} | {raced.status} | {stages} |"
    )


HEAD = (
    "| entries | wall | memory | model calls | prefill, decode tokens | repeats | exit | stages, s |\n"
    "|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Race and print the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--model-ms", type=int, help="with a model that answers after so long; left out: without one")
    parser.add_argument("--plot", type=Path, help="sizes 200 to 5,000 on webs of our own; the plot is written here")
    given = parser.parse_args()
    print(HEAD)  # noqa: T201
    if given.plot:
        from race_plot import drawn

        raced = []
        for entries in SIZES:
            with answering((given.model_ms or 200) / 1000) as stub:
                raced.append(race(entries, own_web(entries), stub))
            print(line(raced[-1]), flush=True)  # noqa: T201
        given.plot.write_text(drawn([(one.entries, one.stages, one.wall_s, one.tokens) for one in raced]), "utf-8")
    else:
        print(line(on_fixture(given.entries, given.model_ms)))  # noqa: T201


if __name__ == "__main__":
    main()
