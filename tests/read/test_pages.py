"""Candidates to documents: the page where it can be read, its teaser where it cannot, and a reason for every loss."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deepdaily.core.errors import BadStatus, FetchError, StoreError
from deepdaily.core.types import Candidate, Document, Link, Snapshot, Window
from deepdaily.core.urls import page_key
from deepdaily.read.pages import MOST_PAGES, SPONSORED, Pages, Readings
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from fakes import FakeFetcher, InlineEngine
from making import NOW, SLOT, candidate, document

URL = "https://blog.example/a"
TITLE = "Quillserve 2.4 released with KV cache offload"
WINDOW = Window(SLOT, NOW, NOW - timedelta(hours=24))
TEASER = document(TITLE, "Cold blocks move to disks.", url=URL, partial=True)
WHOLE = document(TITLE, "Cold blocks move to disks, and a restart keeps them.", url=URL)


def html(published: datetime | None = None, kicker: str = "") -> bytes:
    dated = f'<meta property="article:published_time" content="{published.isoformat()}">' if published else ""
    return (
        f"<html><head><title>{TITLE}</title>{dated}</head><body><article><h1>{TITLE}</h1>{kicker}"
        "<p>Quillserve 2.4 moves cold KV cache blocks of LLM inference to local disks of the same machine.</p>"
        "<p>On 8 GPUs the new release reached 31% higher throughput than version 2.3 at the same latency.</p>"
        "<p>The default of the block size is now 32 tokens, and a restart keeps what was cached before.</p>"
        "</article></body></html>"
    ).encode()


class Silent(FakeFetcher):
    """Never answers."""

    async def get(self, url: str, **_: object) -> Snapshot:
        await asyncio.Event().wait()
        raise AssertionError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def fetching(*answers: bytes | FetchError) -> FakeFetcher:
    return FakeFetcher({URL: list(answers)}, "text/html")


async def read(
    store: Store, fetcher: FakeFetcher, *candidates: Candidate, carried: Document | None = None, wall_s: float = 60
) -> Readings:
    texts = {page_key(carried.url): carried} if carried else {}
    reader = Pages(store, fetcher, InlineEngine(), texts)  # type: ignore[arg-type]
    return await reader.read(candidates, WINDOW, wall_s=wall_s, on_done=lambda: None)


async def test_a_page_is_read_and_its_text_is_kept(store: Store) -> None:
    readings = await read(store, fetching(html()), candidate(TITLE, URL))
    told = readings.documents[URL]

    assert "31% higher throughput" in told.text
    assert not told.partial
    assert store.documents([told.id]) == {told.id: told}
    assert readings.losses == {}


async def test_a_page_that_is_gone_is_told_by_its_teaser_with_the_reason(store: Store) -> None:
    gone = BadStatus("HTTP 404", status=404)
    readings = await read(store, fetching(gone), candidate(TITLE, URL), carried=TEASER)

    assert readings.documents == {URL: TEASER}
    assert readings.losses[URL].reason == "only its teaser: HTTP 404"


async def test_without_a_teaser_a_page_that_is_gone_is_lost_with_the_reason(store: Store) -> None:
    readings = await read(store, fetching(BadStatus("HTTP 404", status=404)), candidate(TITLE, URL))

    assert readings.documents == {}
    assert readings.losses[URL].reason == "HTTP 404"


async def test_the_page_itself_is_better_than_its_teaser(store: Store) -> None:
    readings = await read(store, fetching(html()), candidate(TITLE, URL), carried=TEASER)

    assert not readings.documents[URL].partial


async def test_a_text_that_the_feed_carried_whole_is_not_fetched_again(store: Store) -> None:
    fetcher = fetching(html())
    readings = await read(store, fetcher, candidate(TITLE, URL), carried=WHOLE)

    assert readings.documents == {URL: WHOLE}
    assert fetcher.asked == []


async def test_a_page_without_text_is_lost_with_the_reason(store: Store) -> None:
    readings = await read(store, fetching(b"<html><body><svg></svg></body></html>"), candidate(TITLE, URL))

    assert readings.documents == {}
    assert readings.losses[URL].reason


async def test_a_paid_page_leaves_no_teaser_either(store: Store) -> None:
    paid = html(kicker="<p>Sponsored content</p>")
    readings = await read(store, fetching(paid), candidate(TITLE, URL), carried=TEASER)

    assert readings.documents == {}
    assert readings.losses[URL].reason == SPONSORED


async def test_when_the_time_is_up_what_is_read_is_handed_over(store: Store) -> None:
    slow = candidate(TITLE, "https://slow.example/")
    readings = await read(store, Silent({}), candidate(TITLE, URL), slow, carried=WHOLE, wall_s=0)

    assert readings.documents == {URL: WHOLE}
    assert readings.losses[slow.url].reason == "not read: time was up"


async def test_pages_past_the_bound_are_not_read_and_say_so(store: Store) -> None:
    many = [candidate(TITLE, f"https://h{n}.example/") for n in range(MOST_PAGES + 1)]
    fetcher = FakeFetcher({})
    readings = await read(store, fetcher, *many)

    assert len(fetcher.asked) == MOST_PAGES
    assert "past the most promising" in readings.losses[many[-1].url].reason


@pytest.mark.parametrize(("days", "stale"), [(10, True), (2, False)])
async def test_an_undated_link_to_an_old_page_is_no_news(store: Store, days: int, stale: bool) -> None:
    page = html(published=NOW - timedelta(days=days))
    readings = await read(store, fetching(page), candidate(TITLE, URL, hours=None))

    assert (URL in readings.losses) == stale
    assert (URL in readings.documents) != stale


async def test_a_dated_link_is_believed_over_what_its_page_guesses(store: Store) -> None:
    page = html(published=NOW - timedelta(days=10))
    readings = await read(store, fetching(page), candidate(TITLE, URL, hours=5))

    assert readings.documents[URL].published_at == NOW - timedelta(hours=5)


async def test_what_was_read_or_failed_in_this_slot_is_answered_from_the_store(store: Store) -> None:
    gone = candidate(TITLE, "https://gone.example/")
    first = await read(store, fetching(html()), candidate(TITLE, URL), gone)
    fetcher = fetching()
    again = await read(store, fetcher, candidate(TITLE, URL), gone)

    assert fetcher.asked == []
    assert again == first


async def test_a_store_that_fails_ends_the_reading(store: Store) -> None:
    class Full(FakeFetcher):
        async def get(self, url: str, **_: object) -> Snapshot:
            raise StoreError("no space left")

    with pytest.raises(ExceptionGroup) as caught:
        await read(store, Full({}), candidate(TITLE, URL), candidate(TITLE, "https://b.example/"))

    assert caught.group_contains(StoreError, match="no space left")


# -- where a page is, and whether it is the one ---------------------------------------------------------------------------


class Leading(FakeFetcher):
    """Leads each address to another one that answers."""

    def __init__(self, ends: str, *answers: bytes | FetchError) -> None:
        super().__init__({URL: list(answers)}, "text/html")
        self.ends = ends

    async def get(self, url: str, **_: object) -> Snapshot:
        return replace(await super().get(URL), final_url=self.ends)


@pytest.mark.parametrize(
    ("ends", "named", "at"),
    [
        ("https://blog.example/b?utm_source=x", "", "https://blog.example/b"),
        ("https://other.example/b", "", "https://other.example/b"),
        ("https://other.example/b?from=feed", "https://other.example/2027/b", "https://other.example/2027/b"),
        ("https://other.example/b", "https://third.example/b", "https://other.example/b"),
        ("https://www.blog.example/a/", "https://blog.example/z", URL),
        ("https://blog.example/b", "https://blog.example/z", "https://blog.example/b"),
        ("https://exa mple/", "", URL),
    ],
)
async def test_a_document_is_where_its_answer_came_from(store: Store, ends: str, named: str, at: str) -> None:
    told = html().replace(b"<head>", f'<head><link rel="canonical" href="{named}">'.encode())
    readings = await read(store, Leading(ends, told), candidate(TITLE, URL))

    assert readings.documents[URL].url == at
    assert store.texts(SLOT.key)[URL].url == at


WALL = (
    b"<html><head><title>Your choices</title></head><body><h1>Your choices</h1><p>We and our 600 partners store cookies on a device.</p>"
    b"<p>You may accept all cookies or manage your choices. Without consent we use only cookies that are needed.</p></body></html>"
)
NAMED = html().replace(TITLE.encode(), b"Quillserve Labs")
"""Its site's name is a word of every title."""
FRONT = html().replace(TITLE.encode(), b"The Sorrel house")


@pytest.mark.parametrize(
    ("ends", "answer", "reason"),
    [
        (URL, WALL, "shares no word with what was offered; most of it speaks of consent"),
        ("https://blog.example/", FRONT, "came from https://blog.example/; its title “The Sorrel house” shares no word"),
        ("https://blog.example/en/", FRONT, "came from https://blog.example/en/"),
        ("https://consent.gate.example/v2?next=a", FRONT, "came from https://consent.gate.example"),
        ("https://gate.example/login?next=a", FRONT, "came from https://gate.example/login"),
        ("https://blog.example/signin?next=a", FRONT, "came from https://blog.example/signin"),
        ("https://blog.example/404.html", FRONT, "came from https://blog.example/404.html"),
        ("https://blog.example/", NAMED, "came from https://blog.example/"),
    ],
)
async def test_a_page_that_is_not_the_one_offered_leaves_the_teaser(store: Store, ends: str, answer: bytes, reason: str) -> None:
    readings = await read(store, Leading(ends, answer), candidate(TITLE, URL), carried=TEASER)

    assert readings.documents == {URL: TEASER}
    assert readings.losses[URL].reason.startswith("only its teaser: not the article: ")
    assert reason in readings.losses[URL].reason


@pytest.mark.parametrize(
    ("ends", "answer"),
    [
        (URL, FRONT),
        ("https://blog.example/", html()),
        ("https://other.example/verify-a-cache", FRONT.replace(b"The Sorrel house", b"Quillserve keeps its cache")),
        ("https://blog.example/login-with-a-key", FRONT),
    ],
)
async def test_one_sign_alone_proves_nothing(store: Store, ends: str, answer: bytes) -> None:
    readings = await read(store, Leading(ends, answer), candidate(TITLE, URL))

    assert URL in readings.documents


async def test_a_front_page_that_was_offered_is_read(store: Store) -> None:
    root = "https://blog.example/"
    readings = await read(store, FakeFetcher({root: [FRONT]}, "text/html"), candidate(TITLE, root))

    assert root in readings.documents


async def test_a_page_that_only_sends_its_readers_elsewhere_is_followed_once(store: Store) -> None:
    sends = b'<html><head><title>Moved</title><meta http-equiv="refresh" content="0; url=/real"></head><body>Moved.</body></html>'
    real = "https://blog.example/real"
    readings = await read(store, FakeFetcher({URL: [sends], real: [html()]}, "text/html"), candidate(TITLE, URL))

    assert readings.documents[URL].url == real

    other = candidate(TITLE, "https://blog.example/other")
    turning = FakeFetcher({other.url: [sends], real: [sends]}, "text/html")
    readings = await read(store, turning, other)

    assert readings.losses[other.url].reason == "it only sends its readers elsewhere"
    assert turning.asked == [other.url, real]


async def test_what_only_payers_read_is_partial_and_its_links_are_kept_beside_it(store: Store) -> None:
    paid = html(kicker='<p>Only a part of <a href="/plan">the plan</a> is told in this place, and more of it follows later on.</p>')
    paid = paid.replace(b"</article>", b"<p>This post is for paid subscribers</p></article>")
    told = (await read(store, fetching(paid), candidate(TITLE, URL))).documents[URL]

    assert told.partial
    assert store.structures([told.id, "unknown"])[told.id].links == (
        Link("https://blog.example/plan", "the plan", told.text.index("the plan")),
    )
    assert store.structures(["unknown"]) == {}


async def test_a_page_in_parts_is_read_whole_where_it_is_offered_whole_and_is_partial_where_it_is_not(store: Store) -> None:
    more = b"<p>A third paragraph tells what the release notes leave out, and what an operator should watch.</p></article>"
    part = html().replace(b"</body>", b"<a href='/a/2'>2</a> <a href='/a/all'>View as single page</a></body>")
    answers = {URL: part, f"{URL}/all": html().replace(b"</article>", more)}

    whole = await read(store, FakeFetcher(answers, "text/html"), candidate(TITLE, URL))
    alone = await read(store, FakeFetcher({f"{URL}2": part.replace(b"/a/", b"/a2/")}, "text/html"), candidate(TITLE, f"{URL}2"))

    assert "A third paragraph" in whole.documents[URL].text
    assert not whole.documents[URL].partial
    assert alone.documents[f"{URL}2"].partial


async def test_a_link_that_leads_to_the_list_it_stood_in_is_not_its_page(store: Store) -> None:
    post, blog = "https://blog.example/news/quillserve-2-4", "https://blog.example/news/"

    class Listing(FakeFetcher):
        async def get(self, url: str, **more: object) -> Snapshot:
            return replace(await super().get(url), final_url=blog)

    readings = await read(store, Listing({post: NAMED}, "text/html"), candidate(TITLE, post))

    assert readings.losses[post].reason.startswith("not the article: the answer came from https://blog.example/news/")
