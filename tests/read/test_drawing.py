"""Pages that scripts fill in, drawn by a real Chromium where there is one."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.errors import AddressRefused, FetchError, Unreachable
from deepdaily.core.types import Document, Snapshot, Window
from deepdaily.read import drawing
from deepdaily.read.drawing import Drawer
from deepdaily.read.pages import Pages, Readings
from deepdaily.store.opening import open_store
from fakes import FakeFetcher, InlineEngine
from making import NOW, SLOT, candidate

BROWSER = ["chromium", "--no-sandbox"] if os.geteuid() == 0 else ["chromium"]
SAID = [
    "The scheduler now keeps 32 prompts in one batch, and a restart no longer drops what was cached before.",
    "On eight cards the wait for the first token fell by 38 %, and the throughput stayed what it was.",
]
needs_a_browser = pytest.mark.skipif(not shutil.which("chromium") and not os.environ.get("CI"), reason="no chromium here")


class Site:
    """A page of scripts on one address of this machine, and what was asked of it and of another."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.servers = [ThreadingHTTPServer((host, 0), self._handler()) for host in ("127.0.0.2", "127.0.0.3")]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self.places = [f"{server.server_address[0]!s}:{server.server_address[1]}" for server in self.servers]

    def page(self) -> bytes:
        words = "".join(f"<p>{line}</p>" for line in SAID)
        script = f"fetch('http://{self.places[1]}/secret').catch(() => 0);"
        script += f"setTimeout(() => {{ document.querySelector('main').innerHTML = '<h1>Pools</h1>{words}' }}, 500)"
        return f"<!doctype html><title>Pools</title><main></main><script>{script}</script>".encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(f"{self.headers['Host']}{self.path}")
                body = site.page()
                self.send_response(302 if self.path == "/away" else 200)
                self.send_header("Location", f"http://{site.places[1]}/secret")
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    for server in made.servers:
        server.shutdown()
        server.server_close()


@needs_a_browser
def test_a_page_is_drawn_with_its_scripts_which_reach_no_other_address(site: Site) -> None:
    drawer = Drawer(BROWSER, site.places[:1], {})

    body = asyncio.run(drawer.drawn(f"http://{site.places[0]}/page"))

    assert unseen(Asked(body, "text/html", tuple(SAID))) == []
    assert f"{site.places[0]}/page" in site.asked
    assert not [one for one in site.asked if one.startswith(site.places[1])]


@needs_a_browser
def test_a_page_that_leads_to_another_site_is_not_drawn(site: Site) -> None:
    with pytest.raises(Unreachable, match="leads to another site"):
        asyncio.run(Drawer(BROWSER, site.places[:1], {}).drawn(f"http://{site.places[0]}/away"))

    assert not [one for one in site.asked if one.startswith(site.places[1])]


async def test_an_address_that_is_not_public_is_not_drawn() -> None:
    with pytest.raises(AddressRefused):
        await Drawer(["true"], (), {}).drawn("http://127.0.0.1:8080/")


async def test_who_goes_through_a_proxy_draws_nothing() -> None:
    with pytest.raises(Unreachable, match="behind a proxy"):
        await Drawer(["true"], ["127.0.0.1"], {"http": "http://127.0.0.1:3128"}).drawn("http://127.0.0.1:8080/")


async def test_a_browser_that_is_not_there_or_draws_nothing_is_told() -> None:
    with pytest.raises(Unreachable, match="cannot be started") as told:
        await Drawer(["no-such-browser"], ["127.0.0.1"], {}).drawn("http://127.0.0.1:8080/")
    with pytest.raises(Unreachable, match="drew nothing"):
        await Drawer(["true"], ["127.0.0.1"], {}).drawn("http://127.0.0.1:8080/")

    assert "[network] renderer" in told.value.advised


async def test_more_pages_than_a_run_may_have_are_not_drawn() -> None:
    drawer = Drawer(["echo", "<p>"], ["127.0.0.1"], {})
    for _ in range(drawing.MOST_DRAWN):
        await drawer.drawn("http://127.0.0.1:8080/")

    with pytest.raises(Unreachable, match="10 pages of a run"):
        await drawer.drawn("http://127.0.0.1:8080/")


class ReceivingFetcher(FakeFetcher):
    """One that keeps what comes by another way."""

    def received(self, url: str, media_type: str, body: bytes) -> Snapshot:
        self._bodies["sha256:drawn"] = body
        return Snapshot(url, "sha256:drawn", url, NOW, media_type, len(body))


class FakeDrawer(Drawer):
    """Draws one page, or fails."""

    def __init__(self, drawn: bytes | FetchError) -> None:
        self.told, self.asked = drawn, list[str]()

    async def drawn(self, url: str) -> bytes:
        self.asked.append(url)
        if isinstance(self.told, FetchError):
            raise self.told
        return self.told


URL = "https://lab.example/pools"
SHELL = b"<!doctype html><title>Pools</title><main></main><script src=app.js></script>"
FULL = f"<!doctype html><title>Pools</title><main><h1>Pools</h1>{''.join(f'<p>{line}</p>' for line in SAID)}</main>".encode()


async def read(tmp_path: Path, page: bytes, drawer: FakeDrawer, source: str) -> Readings:
    fetcher = ReceivingFetcher({URL: page}, "text/html")
    with open_store(tmp_path) as store:
        pages = Pages(store, fetcher, InlineEngine(), {}, drawer, {"a feed"})  # type: ignore[arg-type]
        window = Window(SLOT, NOW, NOW.replace(year=2025))
        offered = candidate("Pools", URL, source=source)
        return await pages.read([offered], window, wall_s=60, on_done=lambda: None)


async def test_what_a_feed_offered_and_scripts_fill_in_is_drawn_and_proven_by_what_was_drawn(tmp_path: Path) -> None:
    readings = await read(tmp_path, SHELL, FakeDrawer(FULL), "a feed")

    told = readings.documents[URL]
    assert isinstance(told, Document)
    assert (told.snapshot, told.extractor.endswith(" drawn")) == ("sha256:drawn", True)
    assert SAID[0] in told.text


@pytest.mark.parametrize(("page", "source"), [(SHELL, "a search"), (FULL, "a feed")])
async def test_nothing_else_is_drawn(tmp_path: Path, page: bytes, source: str) -> None:
    drawer = FakeDrawer(FULL)

    await read(tmp_path, page, drawer, source)

    assert drawer.asked == []


async def test_a_page_that_cannot_be_drawn_says_both_reasons(tmp_path: Path) -> None:
    readings = await read(tmp_path, SHELL, FakeDrawer(Unreachable("not drawn within 25 s")), "a feed")

    assert readings.losses[URL].reason == "hardly any text: perhaps a page that scripts fill in; not drawn within 25 s"
