"""Feeds about other pages: the linked page is offered, and a post without one is its own text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.types import Harvest, Slot, Window
from deepdaily.settings.short_forms import address_of
from deepdaily.settings.source_tables import FeedTable
from deepdaily.sources.feeds import Feed
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
REDDIT, MASTODON = address_of("reddit:r/LocalLark"), address_of("mastodon:@bo@birds.example")
BLUESKY, LOBSTERS = address_of("bluesky:bo.birds.example"), address_of("lobsters:ai")
YOUTUBE = address_of("youtube:UC" + "x" * 22)
THREAD = "https://www.reddit.com/r/LocalLark/comments/1abc/heron/"


async def _harvest(url: str, body: str) -> Harvest:
    fetcher: Any = FakeFetcher({url: body.encode()}, "application/xml")
    return await Feed(FeedTable(url=url, name="f"), fetcher, InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]


def _atom(content: str, link: str = THREAD, title: str = "Heron 2 is out") -> str:
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>r</title><entry>'
        f'<author><name>/u/bo</name></author><category term="LocalLark"/><content type="html">{escape(content)}</content>'
        f'<id>t3_1abc</id><link href="{link}"/><updated>2026-02-10T12:00:00+00:00</updated><published>2026-02-10T12:00:00+00:00</published>'
        f"<title>{title}</title></entry></feed>"
    )


def _rss(description: str, link: str, title: str = "") -> str:
    named = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>b</title><item>{named}<guid isPermaLink="true">{link}</guid><link>{link}</link>'
        f"<pubDate>Tue, 10 Feb 2026 12:00:00 +0000</pubDate><description>{escape(description)}</description></item></channel></rss>"
    )


def _by(link: str, text: str = "") -> str:
    own = f'<!-- SC_OFF --><div class="md"><p>{text}</p> </div><!-- SC_ON -->' if text else ""
    return (
        f'{own} &#32; submitted by &#32; <a href="https://www.reddit.com/user/bo"> /u/bo </a> <br/> <span><a href="{escape(link)}">[link]</a></span>'
        f' &#32; <span><a href="{THREAD}">[comments]</a></span>'
    )


# -- Reddit -----------------------------------------------------------------------------------------------------------


async def test_the_external_page_of_a_reddit_feed_is_offered() -> None:
    found = await _harvest(REDDIT, _atom(_by("https://lab.example/heron?a=1&b=2")))

    assert [(made.url, made.title, made.teaser) for made in found.offers] == [
        ("https://lab.example/heron?a=1&b=2", "Heron 2 is out", "")
    ]
    assert found.documents == ()


async def test_a_thread_in_another_feed_offers_its_external_page_too() -> None:
    (offer,) = (await _harvest("https://reader.example/shared.xml", _atom(_by("https://lab.example/heron-2")))).offers

    assert offer.url == "https://lab.example/heron-2"


async def test_a_self_post_offers_its_thread_with_its_own_text() -> None:
    body = _atom(_by(THREAD, "I measured it on two cards: 41 tokens/s."))

    found = await _harvest(REDDIT, body)

    [made], [text] = found.offers, found.documents
    assert made.url == THREAD
    assert (text.text, text.partial) == ("Heron 2 is out\n\nI measured it on two cards: 41 tokens/s.", False)
    assert unseen(Asked(body.encode(), "application/atom+xml", tuple(text.text.split("\n\n")))) == []


@pytest.mark.parametrize(
    "link", ["https://i.redd.it/x.png", "https://v.redd.it/abc", "https://www.reddit.com/gallery/1abc", "/r/LocalLark"]
)
async def test_a_picture_at_reddit_is_no_page(link: str) -> None:
    assert [made.url for made in (await _harvest(REDDIT, _atom(_by(link)))).offers] == [THREAD]


# -- Mastodon and Bluesky ---------------------------------------------------------------------------------------------

POST = "https://birds.example/@bo/115001"
LINK = (
    '<a href="https://lab.example/posts/heron-2" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://</span>'
    '<span class="ellipsis">lab.example/posts/her</span><span class="invisible">on-2</span></a>'
)
MENTION = '<span class="h-card"><a href="https://other.example/@cy" class="u-url mention">@<span>cy</span></a></span>'
TAG = '<a href="https://birds.example/tags/llm" class="mention hashtag" rel="tag">#<span>llm</span></a>'


@pytest.mark.parametrize(
    ("said", "offered"),
    [
        (f"<p>Heron 2 is out: {LINK}</p>", "https://lab.example/posts/heron-2"),
        (f"<p>{MENTION} found Heron 2 {TAG} {LINK}</p>", "https://lab.example/posts/heron-2"),
        (f"<p>{MENTION} Heron 2 is out {TAG}</p>", POST),
        ("<p>Heron 2 is out</p>", POST),
    ],
)
async def test_a_post_of_mastodon_offers_its_first_page_else_itself(said: str, offered: str) -> None:
    found = await _harvest(MASTODON, _rss(said, POST))

    assert [made.url for made in found.offers] == [offered]
    assert len(found.documents) == (offered == POST)


async def test_a_short_post_is_its_own_text() -> None:
    body = _rss(f"<p>Heron 2 halves the memory of a long prompt.</p><p>We run it on four cards since Monday. {TAG}</p>", POST)

    found = await _harvest(MASTODON, body)

    [made], [text] = found.offers, found.documents
    assert made.title == "Heron 2 halves the memory of a long prompt."
    assert (text.url, text.partial) == (POST, False)
    assert text.text == "Heron 2 halves the memory of a long prompt.\n\nWe run it on four cards since Monday. #llm"
    assert unseen(Asked(body.encode(), "application/rss+xml", tuple(text.text.split("\n\n")))) == []


async def test_a_post_of_a_tag_may_stand_on_another_instance() -> None:
    link = "https://far.example/@cy/99"

    found = await _harvest(address_of("mastodon:#llm@birds.example"), _rss("<p>Heron 2 is out.</p>", link))

    assert [(text.url, text.partial) for text in found.documents] == [(link, False)]


async def test_a_long_post_with_a_page_is_a_part_of_that_page() -> None:
    [told] = (await _harvest(MASTODON, _rss(f"<p>{'Heron 2 needs half the memory. ' * 9}{LINK}</p>", POST))).documents

    assert (told.url, told.partial) == ("https://lab.example/posts/heron-2", True)
    assert told.title == "Heron 2 needs half the memory."


@pytest.mark.parametrize(
    ("said", "offered"),
    [
        ("Heron 2 is out: https://lab.example/heron.", "https://lab.example/heron"),
        ("Heron 2 is out: https://lab.example/a-long-na...", "https://bsky.app/profile/bo.birds.example/post/3k"),
        ("Heron 2 is out", "https://bsky.app/profile/bo.birds.example/post/3k"),
    ],
)
async def test_a_post_of_bluesky_offers_a_page_that_is_written_out_else_itself(said: str, offered: str) -> None:
    found = await _harvest(BLUESKY, _rss(said, "https://bsky.app/profile/bo.birds.example/post/3k"))

    assert [made.url for made in found.offers] == [offered]


# -- others -----------------------------------------------------------------------------------------------------------


async def test_the_link_of_lobsters_is_the_page_already() -> None:
    found = await _harvest(
        LOBSTERS, _rss('<p><a href="https://lobste.rs/s/x">Comments</a></p>', "https://lab.example/heron", "Heron 2")
    )

    assert ([made.url for made in found.offers], found.documents) == (["https://lab.example/heron"], ())


async def test_a_video_is_offered_with_its_description() -> None:
    body = (
        '<?xml version="1.0"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns="http://www.w3.org/2005/Atom"><title>c</title><entry><id>yt:video:abc</id><yt:videoId>abc</yt:videoId><title>Heron 2, explained</title>'
        '<link rel="alternate" href="https://www.youtube.com/watch?v=abc"/><published>2026-02-10T12:00:00+00:00</published><media:group>'
        "<media:title>Heron 2, explained</media:title><media:description>How it shares its cache.\nSlides are below.</media:description>"
        "</media:group></entry></feed>"
    )

    [text] = (await _harvest(YOUTUBE, body)).documents

    assert (text.url, text.partial) == ("https://www.youtube.com/watch?v=abc", False)
    assert text.text == "Heron 2, explained\n\nHow it shares its cache.\nSlides are below."


async def test_an_entry_of_any_other_feed_stays_as_it_is() -> None:
    blog = "https://blog.example/feed.rss"

    found = await _harvest(blog, _rss(f"<p>About {LINK}</p>", "https://blog.example/1", "A note"))

    assert ([made.url for made in found.offers], found.documents) == (["https://blog.example/1"], ())
