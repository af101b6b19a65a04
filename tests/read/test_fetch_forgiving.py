"""Servers that break the rules of HTTP are read as browsers read them, and guarded as any."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deepdaily.core.errors import AddressRefused, BodyRefused, Unreachable
from deepdaily.read import fetch_forgiving
from deepdaily.read.fetch import Fetcher
from deepdaily.read.guard import decode_body
from deepdaily.read.web_wire import Answer, WebWire
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots

NOW = datetime(2026, 2, 11, 7, 30, tzinfo=UTC)
PAGE = b"<html><p>Some words of a page.</p></html>"
SIZE = b"Content-Length: %d" % len(PAGE)
CHUNKS = b"Transfer-Encoding: chunked"
CHUNK = b"%x\r\n%s\r\n" % (len(PAGE), PAGE)


class RawSite:
    """A server that answers with these bytes, one connection after the other; the last ones again and again."""

    def __init__(self, answers: tuple[bytes, ...]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []
        self.heads: list[bytes] = []
        self.authority = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        self.asked.append(head.split(b" ")[1].decode())
        writer.write(self._answers.pop(0) if len(self._answers) > 1 else self._answers[0])
        writer.close()


ServeRaw = Callable[..., Awaitable[RawSite]]


@pytest.fixture
async def serve_raw() -> AsyncIterator[ServeRaw]:
    servers: list[asyncio.Server] = []

    async def serve_raw(*answers: bytes) -> RawSite:
        site = RawSite(answers)
        servers.append(await asyncio.start_server(site.answer, "127.0.0.1", 0))
        site.authority = f"127.0.0.1:{servers[-1].sockets[0].getsockname()[1]}"
        return site

    yield serve_raw
    for server in servers:
        server.close()


def answer(*headers: bytes, body: bytes = PAGE, first: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return b"\r\n".join([first, *headers, b"", body])


async def ask(site: RawSite, cap_bytes: int = 10_000) -> Answer:
    async with WebWire((site.authority,)) as wire:
        return await wire.get(f"http://{site.authority}/a?b=%20c", {"X-Key": "k"}, cap_bytes=cap_bytes)


async def test_headers_in_no_coding_can_be_followed_and_stored(serve_raw: ServeRaw, tmp_path: Path) -> None:
    page = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; name=caf\xe9\r\nContent-Encoding: identity\r\nContent-Encoding: gzip\r\n\r\n"
    )
    site = await serve_raw(
        b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9?\xe4\xb8\xad\r\nSet-Cookie: a=\xe9\r\nContent-Length: 0\r\n\r\n",
        page + gzip.compress(b"<p>text"),
    )
    with open_store(tmp_path) as store, Snapshots(tmp_path / "snapshots") as snapshots:
        async with WebWire((site.authority,)) as wire:
            fetcher = Fetcher(wire, store, snapshots, "daily/2026-02-11", NOW, allow_private=(site.authority,))
            snapshot = await fetcher.get(f"http://{site.authority}/a")

    assert site.asked == ["/a", "/caf%E9?%E4%B8%AD"]
    assert (snapshot.media_type, snapshot.size_bytes) == ("text/html; name=café", 7)


@pytest.mark.parametrize(
    "header",
    [b"X Odd Name: 1", b"X-Odd : 1", b"X(Odd): 1", b"@: 1", b": 1", b"no colon", b"X\xe9: 1", b"X: a\0b", b"X: a\rb", b"X: 1\r\n more",
     b"X: " + b"a" * 20_000, b"\r\n".join([b"X: 1"] * 300)],
)  # fmt: skip
async def test_a_header_that_is_none_costs_itself_only(serve_raw: ServeRaw, header: bytes) -> None:
    got = await ask(await serve_raw(answer(header, SIZE, b"Content-Type: text/html", b"Set-Cookie: a=b", b"Set-Cookie: c=d")))

    assert (got.status, got.body, got.headers["content-type"], got.cookies) == (200, PAGE, "text/html", ("a=b", "c=d"))


@pytest.mark.parametrize(
    "first",
    [
        b"http/1.1 200 OK",
        b"HTTP/1.1  200",
        b"HTTP/2 200",
        b"ICY 200 OK",
        b"HTTP/1.1 0200 OK",
        b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.x 200",
    ],
)
async def test_a_first_line_is_read_as_far_as_it_says_a_status(serve_raw: ServeRaw, first: bytes) -> None:
    first = first.replace(b"1.x", b"1")

    assert (await ask(await serve_raw(answer(SIZE, first=first)))).body == PAGE


@pytest.mark.parametrize(
    "framed",
    [
        answer(SIZE, SIZE),
        answer(b"Content-Length: %d, %d" % (len(PAGE), len(PAGE))),
        answer(b"Content-Length: many"),
        answer(b"Content-Length: -1"),
        answer(b"Content-Length: 9"),
        answer(b"Content-Length: 9999"),
        answer(b"Content-Length: 9999", b"Content-Encoding: gzip", body=gzip.compress(PAGE)),
        answer(CHUNKS, SIZE, body=CHUNK + b"0\r\n\r\n"),
        answer(CHUNKS, body=CHUNK),
        answer(CHUNKS, body=CHUNK + b"0"),
        answer(CHUNKS, body=CHUNK + b"0\r\n\r\nmore"),
        answer(CHUNKS, body=CHUNK.replace(b"\r\n", b' ; a="\xe9\0"\r\n', 1) + b"0\r\n\r\n"),
        answer(CHUNKS, body=CHUNK.replace(b"\r", b"") + b"0\n\n"),
        answer(b"Transfer-Encoding: identity"),
    ],
)
async def test_a_body_is_whole_where_it_says_so_itself(serve_raw: ServeRaw, framed: bytes) -> None:
    got = await ask(await serve_raw(framed))

    assert decode_body(got.body, got.headers.get("content-encoding", ""), 10_000) == PAGE


async def test_json_is_whole_where_its_bracket_closes(serve_raw: ServeRaw) -> None:
    body = b'{"items": []}\n'
    assert (await ask(await serve_raw(answer(b"Content-Length: 9999", body=body)))).body == body
    with pytest.raises(Unreachable, match="cut off"):
        await ask(await serve_raw(answer(b"Content-Length: 9999", body=body[:-2])))


@pytest.mark.parametrize(
    "cut",
    [
        answer(b"Content-Length: 9999", body=PAGE[:-7]),
        answer(SIZE, b"Content-Length: 5"),
        answer(CHUNKS),
        answer(b"Content-Length: 9999", b"Content-Encoding: gzip", body=gzip.compress(PAGE)[:-9]),
        answer(CHUNKS, body=CHUNK[:-12]),
        answer(CHUNKS, body=b"5\r\nSome \r\n"),
        answer(CHUNKS, body=b"5\r\nSome \r\nwords"),
    ],
)
async def test_a_body_that_was_cut_off_is_not_taken_for_a_page(serve_raw: ServeRaw, cut: bytes) -> None:
    with pytest.raises(Unreachable, match="cut off") as raised:
        await ask(await serve_raw(cut))
    assert raised.value.remedy


async def test_the_forgiving_reader_asks_as_the_strict_one_did(serve_raw: ServeRaw) -> None:
    site = await serve_raw(answer(b"X Odd: 1", SIZE))
    await ask(site)

    strict, forgiving = site.heads
    assert site.asked == ["/a?b=%20c"] * 2
    assert b"X-Key: k\r\n" in forgiving
    assert f"Host: {site.authority}\r\n".encode() in strict
    assert f"Host: {site.authority}\r\n".encode() in forgiving


async def test_the_forgiving_reader_stops_at_every_bound(serve_raw: ServeRaw) -> None:
    for endless in (
        answer(b"X Odd: 1", b"Content-Length: 99999999"),
        answer(b"X Odd: 1", body=PAGE * 1000),
        answer(b"X Odd: 1", CHUNKS, body=CHUNK * 1000),
        answer(b"X Odd: 1", CHUNKS, body=b"fffffffffff\r\n"),
    ):
        with pytest.raises(BodyRefused):
            await ask(await serve_raw(endless))
    for endless in (
        b"HTTP/1.1 200 OK\r\nX Odd: " + b"a" * 600_000,
        b"HTTP/1.1 200 OK\r\n" + b"X Odd: a\r\n" * 60_000,
        b"HTTP/1.1 100 Continue\r\nX Odd: 1\r\n\r\n" * 50,
        PAGE,
    ):
        with pytest.raises(Unreachable) as raised:
            await ask(await serve_raw(endless))
        assert "rules of HTTP" in raised.value.remedy


async def test_the_forgiving_reader_connects_nowhere_that_is_not_public(serve_raw: ServeRaw) -> None:
    site = await serve_raw(answer(b"X Odd: 1", SIZE))
    asked = fetch_forgiving.ask(f"http://{site.authority}/", {}, 1000, ssl.create_default_context(), WebWire()._public_socket)

    with pytest.raises(AddressRefused):
        await asked
    assert site.asked == []


async def test_an_odd_answer_leads_no_further_than_any(serve_raw: ServeRaw, tmp_path: Path) -> None:
    site = await serve_raw(answer(b"X Odd: 1", b"Location: http://169.254.169.254/", first=b"HTTP/1.1 302"))
    with open_store(tmp_path) as store, Snapshots(tmp_path / "snapshots") as snapshots:
        async with WebWire((site.authority,)) as wire:
            with pytest.raises(AddressRefused):
                await Fetcher(wire, store, snapshots, "daily/2026-02-11", NOW, allow_private=(site.authority,)).get(
                    f"http://{site.authority}/"
                )
