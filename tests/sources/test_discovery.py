"""From a site's address to its feed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from deepdaily.core.errors import BadStatus, FetchError, SourceError, Unreachable
from deepdaily.sources.discovery import MOST_NAMED, USUAL, Discovered, discovered
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, tzinfo=UTC)
SITE, FEED = "https://blog.example.com/", "https://blog.example.com/atom.xml"
DATES = ("Tue, 10 Feb 2026 09:30:00 GMT", "Sat, 07 Feb 2026 09:30:00 GMT", "Thu, 01 Jan 2026 00:00:00 GMT")
ITEMS = "".join(f"<item><title>{n}</title><link>/{n}</link><pubDate>{date}</pubDate></item>" for n, date in enumerate(DATES))
RSS = f"<rss version='2.0'><channel><title><![CDATA[A &amp; B]]></title>{ITEMS}</channel></rss>".encode()


async def _found(answers: dict[str, bytes | FetchError], written: str = SITE) -> tuple[Discovered, FakeFetcher]:
    fetcher = FakeFetcher(answers)
    return await discovered(written, fetcher, InlineEngine(), NOW), fetcher  # type: ignore[arg-type]


async def test_the_address_of_a_feed_is_the_feed() -> None:
    found, fetcher = await _found({FEED: RSS}, FEED)

    assert found == Discovered(FEED, "A & B", 3, datetime(2026, 2, 10, 9, 30, tzinfo=UTC), 1, 2)
    assert fetcher.asked == [FEED]


@pytest.mark.parametrize("written", [SITE, "blog.example.com", "https://blog.example.com"])
async def test_what_the_page_names_comes_before_the_usual_places(written: str) -> None:
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/named.xml"></head></html>'
    base = written if "://" in written else f"https://{written}"

    found, _ = await _found({base: page, "https://blog.example.com/named.xml": RSS, "https://blog.example.com/feed": RSS}, written)

    assert found.url == "https://blog.example.com/named.xml"


@pytest.mark.parametrize("place", [f"{SITE}{name}" for name in USUAL] + [f"{SITE}news/{name}" for name in USUAL])
async def test_a_feed_that_nobody_names_is_found_at_each_usual_place(place: str) -> None:
    found, _ = await _found({f"{SITE}news": b"<html><body>Hello</body></html>", place: RSS}, f"{SITE}news")

    assert found.url == place


async def test_a_named_feed_that_is_none_is_passed_over() -> None:
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/dead.xml"></head></html>'

    found, _ = await _found({SITE: page, f"{SITE}dead.xml": b"<html>gone</html>", FEED: RSS})

    assert found.url == FEED


async def test_a_site_without_a_feed_is_told_and_asked_no_more_often_than_there_are_places() -> None:
    named = "".join(f'<link rel="alternate" type="application/atom+xml" href="/{n}.xml">' for n in range(50))
    answers: dict[str, bytes | FetchError] = {SITE: f"<html><head>{named}</head></html>".encode()}
    fetcher = FakeFetcher(answers)

    with pytest.raises(SourceError, match=f"{1 + MOST_NAMED + len(USUAL)} places were tried"):
        await discovered(SITE, fetcher, InlineEngine(), NOW)  # type: ignore[arg-type]

    assert len(fetcher.asked) == 1 + MOST_NAMED + len(USUAL)


async def test_a_site_that_shows_programs_no_page_may_show_them_its_feed() -> None:
    refused = BadStatus(f"{SITE}: HTTP 403", status=403)

    assert (await _found({SITE: refused, FEED: RSS}))[0].url == FEED
    with pytest.raises(SourceError, match=re.escape("no feed at https://blog.example.com/: HTTP 403")):
        await _found({SITE: refused})


BUSY = BadStatus("HTTP 429", status=429)


async def test_a_site_that_asks_for_a_pause_is_asked_nothing_more() -> None:
    fetcher = FakeFetcher({SITE: BUSY, FEED: RSS})
    with pytest.raises(BadStatus, match="429"):
        await discovered(SITE, fetcher, InlineEngine(), NOW)  # type: ignore[arg-type]
    assert fetcher.asked == [SITE]

    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="https://feeds.example/a"></head></html>'
    fetcher = FakeFetcher({SITE: page, "https://feeds.example/a": BUSY, f"{SITE}feed": BUSY, FEED: RSS})
    with pytest.raises(
        SourceError, match=r"3 places were tried; blog.example.com asks for a pause \(HTTP 429\); feeds.example asks"
    ):
        await discovered(SITE, fetcher, InlineEngine(), NOW)  # type: ignore[arg-type]


async def test_what_is_a_feed_s_address_for_sure_is_asked_alone() -> None:
    with pytest.raises(SourceError, match="1 place was tried"):
        await discovered(SITE, FakeFetcher({SITE: b"<html>", FEED: RSS}), InlineEngine(), NOW, alone=True)  # type: ignore[arg-type]
    refused = FakeFetcher({SITE: BadStatus("HTTP 403", status=403), FEED: RSS})
    with pytest.raises(BadStatus):
        await discovered(SITE, refused, InlineEngine(), NOW, alone=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["blog.example.com:8080", "127.0.0.1:8080/atom", "nas:8080", "[::1]:8080"])
async def test_a_port_without_a_scheme_is_asked_by_http_where_https_is_not_spoken(written: str) -> None:
    found, fetcher = await _found({f"http://{written}": RSS}, written)

    assert (found.url, fetcher.asked) == (f"http://{written}", [f"https://{written}", f"http://{written}"])
    with pytest.raises(Unreachable, match="neither https nor http is spoken there"):
        await _found({}, written)


@pytest.mark.parametrize("written", ["https://", "https://[broken", ""])
async def test_what_is_no_address_says_how_one_looks(written: str) -> None:
    with pytest.raises(SourceError) as caught:
        await _found({}, written)

    assert "https://blog.example.com" in caught.value.advised


async def test_an_address_that_does_not_answer_is_its_own_failure() -> None:
    with pytest.raises(Unreachable):
        await _found({SITE: Unreachable("no such name")})
    with pytest.raises(SourceError, match="no address"):
        await _found({}, "https://")


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b'{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": []}', "J"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">At&amp;amp;om</title></feed>', "At&om"),
        (b"<rss version='2.0'><channel><item><title>of an entry</title><link>https://x.example/</link></item></channel></rss>", ""),
    ],
)
async def test_the_title_is_the_feed_s_own(body: bytes, title: str) -> None:
    found, _ = await _found({FEED: body}, FEED)

    assert found.title == title
