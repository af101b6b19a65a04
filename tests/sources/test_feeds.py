from __future__ import annotations

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import NotAFeed, Unreachable, WorkerFailed
from deepdaily.core.types import Harvest, Slot, Window, document_id
from deepdaily.lab import evals
from deepdaily.sources.feed_entries import MAX_BYTES, MAX_ENTRIES, MAX_TAG_WORDS, Entry, FeedBytes, parse_feed
from deepdaily.sources.feeds import MIN_TEXT_CHARS, PER_SOURCE, UNDATED, Feed
from fakes import FakeFetcher, InlineEngine
from floors import Floors

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
URL = "https://blog.example.com/feed.xml"
FRESH = "<pubDate>Tue, 10 Feb 2026 09:30:00 GMT</pubDate>"
SENTENCE = "The scheduler keeps prefill and decode apart, so a long prompt no longer delays other requests. "


def _item(name: str = "1", inside: str = FRESH) -> str:
    return f"<item><title>Post {name}</title><link>/posts/{name}</link>{inside}</item>"


def _rss(*items: str, head: str = "", close: str = "</channel></rss>") -> bytes:
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>F</title>{"".join(items)}{close}'.encode()


def _parse(body: bytes, media_type: str = "application/xml", url: str = URL) -> list[Entry]:
    return parse_feed(FeedBytes(url, media_type, body))


async def _harvest(body: Any, url: str = URL, engine: InlineEngine | None = None) -> Harvest:
    return await Feed(url, "blog", FakeFetcher({url: body}), engine or InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]


def test_an_entry_is_read_whole() -> None:
    [entry] = _parse(
        _rss(
            _item(
                inside=f'{FRESH}<guid isPermaLink="false">g1</guid><author>Ann</author><description>&lt;p>One&lt;/p>&lt;ul>&lt;li>two&lt;/ul></description>'
            )
        )
    )

    assert entry == Entry(
        "g1", "Post 1", "https://blog.example.com/posts/1", datetime(2026, 2, 10, 9, 30, tzinfo=UTC), "One\n- two", "Ann"
    )


def test_the_fuller_of_summary_and_content_is_the_text() -> None:
    body = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><id>urn:1</id><link href="/a"/><summary>Short</summary><content type="html">&lt;p>Much longer&lt;/p></content></entry></feed>'

    assert _parse(body)[0].text == "Much longer"


@pytest.mark.parametrize(
    ("dates", "published_at"),
    [
        ("<pubDate>Tue, 10 Feb 2026 17:30:00 +0800</pubDate>", datetime(2026, 2, 10, 9, 30, tzinfo=UTC)),
        ("<pubDate>2026-02-10T09:30:00</pubDate>", datetime(2026, 2, 10, 9, 30, tzinfo=UTC)),
        ("<pubDate>2026年2月10日 17:30</pubDate>", datetime(2026, 2, 10, 9, 30, tzinfo=UTC)),
        ("<pubDate>2026年2月10日</pubDate>", datetime(2026, 2, 9, 16, tzinfo=UTC)),
        (
            '<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2026-02-10T09:30:00Z</dc:date>',
            datetime(2026, 2, 10, 9, 30, tzinfo=UTC),
        ),
        ("<pubDate>0001-01-01T00:00:00Z</pubDate>", None),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", None),
        ("<pubDate>2026年13月40日</pubDate>", None),
        ("<pubDate>lately</pubDate>", None),
        ("", None),
    ],
)
def test_a_date_is_repaired_or_left_out(dates: str, published_at: datetime | None) -> None:
    assert _parse(_rss(_item(inside=dates)))[0].published_at == published_at


def test_a_json_feed_is_a_feed() -> None:
    items = [
        {
            "id": "1",
            "url": "/a",
            "title": "A",
            "content_html": "<p>Text</p>",
            "date_published": "2026-02-10T09:30:00Z",
            "authors": [{"name": "Ann"}],
        },
        {"id": "https://blog.example.com/b", "content_text": "No title, no url", "date_modified": "2026-02-10"},
        "nothing",
    ]

    first, second = _parse(
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode(), "application/feed+json"
    )

    assert (first.link, first.text, first.author) == ("https://blog.example.com/a", "Text", "Ann")
    assert (second.link, second.published_at) == ("https://blog.example.com/b", datetime(2026, 2, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><html><head><title>Just a moment...</title></head></html>", "challenge page"),
        (b"<html><body><div id=root></div></body></html>", "a web page instead of a feed"),
        (b"", "empty answer"),
        (b"gone fishing", "no feed"),
        (b'{"error": "no"}', "no JSON Feed"),
        (b"{" * 100_000, "no JSON Feed"),
        (b"\x1f\x8b broken", "damaged"),
        (_rss(_item(), head='<!DOCTYPE r [<!ENTITY a "b">]>'), "entities"),
        (_rss(_item(), head="<x " + "a='1' " * (MAX_TAG_WORDS + 1) + "/>"), "attributes"),
        (b" " * MAX_BYTES + b"  ", "larger than"),
        (gzip.compress(b" " * MAX_BYTES + b"  "), "larger than"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body: bytes, words: str) -> None:
    with pytest.raises(NotAFeed, match=words):
        _parse(body)


@pytest.mark.parametrize(
    "body",
    [
        _rss(_item(), head="<!DOCTYPE rss>"),
        _rss(_item(inside="<description>" + f"&lt;img src='{'A' * 50_000}'>" + "</description>")),
        gzip.compress(_rss(_item())),
        _rss(_item(), _item("2")[:-20], close=""),
        b"<br />\n<b>Warning</b>: line 3<br />\n" + _rss(_item()),
        _rss(_item()).replace(b"<item>", b"<rss:item>").replace(b"</item>", b"</rss:item>").replace(b"link>", b"rss:link>"),
    ],
    ids=["doctype", "image", "gzip", "cut off", "warning", "prefix"],
)
def test_a_feed_with_a_fault_gives_what_it_has(body: bytes) -> None:
    assert _parse(body)[0].link == "https://blog.example.com/posts/1"


def test_a_feed_without_entries_is_empty_and_one_unreadable_is_not() -> None:
    assert _parse(_rss()) == []
    with pytest.raises(NotAFeed, match="damaged"):
        _parse(b"<nothing><!-- <item> --></nothing>")


def test_only_so_many_entries_are_read() -> None:
    items = [_item(str(number), "") for number in range(MAX_ENTRIES + 5)]

    assert len(_parse(_rss(*items))) == MAX_ENTRIES


def test_text_without_declared_encoding_is_not_garbled() -> None:
    said = "模型治理与灰度发布：一周笔记，记录推理服务的调度、缓存与观测。"

    assert _parse(f"<rss version='2.0'><channel><item><title>{said}</title></item></channel></rss>".encode("gbk"))[0].title == said


def test_invisible_characters_do_not_come_in() -> None:
    assert _parse(_rss("<item><title>A\u202e\u200bB&#xE000;</title><link>/a</link></item>"))[0].title == "AB"


def test_a_link_that_is_none_is_dropped() -> None:
    [entry] = _parse(_rss("<item><title>A</title><link>javascript:alert(1)</link></item>"))

    assert entry.link == ""


@pytest.mark.parametrize(
    ("item", "sponsored"),
    [
        ("<title>[Sponsor] A gateway</title><link>/a</link>", True),
        ("<title>【推广】新网关</title><link>/a</link>", True),
        ("<title>A</title><link>https://www.amazon.com/dp/1?tag=shop-20</link>", True),
        ("<title>A</title><link>/a</link><category>Sponsored</category>", True),
        ("<title>Sponsored search is changing</title><link>/a</link>", False),
        ("<title>推广大模型的五个教训</title><link>/a</link>", False),
    ],
)
def test_paid_entries_are_known(item: str, sponsored: bool) -> None:
    assert _parse(_rss(f"<item>{item}</item>"))[0].sponsored is sponsored


async def test_each_entry_of_the_window_is_an_offer_newest_first() -> None:
    items = [
        _item("old", "<pubDate>Sun, 01 Feb 2026 00:00:00 GMT</pubDate>"),
        _item("a", FRESH),
        _item("b", FRESH.replace("09:30", "10:30")),
    ]

    found = await _harvest(_rss(*items))

    assert [offer.url for offer in found.offers] == ["https://blog.example.com/posts/b", "https://blog.example.com/posts/a"]
    assert (found.health.source, found.health.kind, found.health.state, found.health.offers) == ("blog", "feed", "ok", 2)


async def test_a_date_just_ahead_counts_as_now_and_one_far_ahead_as_none() -> None:
    items = [
        _item("near", "<pubDate>Wed, 11 Feb 2026 08:00:00 GMT</pubDate>"),
        _item("far", "<pubDate>Fri, 01 Jan 2099 00:00:00 GMT</pubDate>"),
    ]

    near, far = (await _harvest(_rss(*items))).offers

    assert (near.published_at, far.published_at) == (NOW, None)


async def test_a_firehose_is_capped_at_its_newest() -> None:
    items = [_item(str(n), f"<pubDate>2026-02-10T00:{n:02}:00Z</pubDate>") for n in range(PER_SOURCE + 1)]

    found = await _harvest(_rss(*items))

    assert len(found.offers) == PER_SOURCE
    assert "https://blog.example.com/posts/0" not in {offer.url for offer in found.offers}


async def test_of_entries_without_dates_the_first_ones_are_offered() -> None:
    found = await _harvest(_rss(*(_item(str(n), "") for n in range(UNDATED + 1))))

    assert [offer.title for offer in found.offers] == [f"Post {n}" for n in range(UNDATED)]


async def test_one_link_is_offered_once() -> None:
    items = (_item("1#a", FRESH), _item("1#b", FRESH.replace("09:30", "10:30")))

    [offer] = (await _harvest(_rss(*items))).offers

    assert (offer.url, offer.title) == ("https://blog.example.com/posts/1", "Post 1#b")


@pytest.mark.parametrize(
    ("url", "text", "partial"),
    [
        (URL, SENTENCE * 3, True),
        (URL, SENTENCE * 15, False),
        (URL, SENTENCE * 15 + "Read more", True),
        (URL, SENTENCE * 15 + "[…]", True),
        (URL, SENTENCE * 15 + "The post Serving appeared first on Example Blog.", True),
        ("https://github.com/example/engine/releases.atom", SENTENCE * 3, False),
        ("https://rss.arxiv.org/rss/cs.DC", SENTENCE * 3, False),
        (URL, "推理服务把预填充与解码拆开部署，长提示不再拖慢其他请求的输出。" * 20, False),
        (URL, "推理服务把预填充与解码拆开部署，长提示不再拖慢其他请求的输出。" * 20 + "阅读全文", True),
    ],
)
async def test_an_entry_with_text_is_a_document_and_a_teaser_is_marked(url: str, text: str, partial: bool) -> None:
    found = await _harvest(_rss(_item(inside=f'{FRESH}<guid isPermaLink="false">g1</guid><description>{text}</description>')), url)

    [document] = found.documents
    assert document.text == f"Post 1\n\n{text.strip()}"
    assert (document.partial, document.locator, document.url) == (partial, "g1", found.offers[0].url)
    assert document.id == document_id(document.url, "g1", document.text)
    assert found.offers[0].teaser == text.strip()[:300]


async def test_a_line_of_text_is_no_document() -> None:
    short, enough = "x" * (MIN_TEXT_CHARS - 1), "x" * MIN_TEXT_CHARS
    items = (_item("1", f"{FRESH}<description>{short}</description>"), _item("2", f"{FRESH}<description>{enough}</description>"))

    found = await _harvest(_rss(*items))

    assert [document.title for document in found.documents] == ["Post 2"]


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("v1.2.3", "engine v1.2.3"),
        ("b4711", "engine b4711"),
        ("Release 0.9.0-rc1", "engine Release 0.9.0-rc1"),
        ("v2: faster", "v2: faster"),
    ],
)
async def test_a_bare_version_gets_the_name_of_its_repository(title: str, named: str) -> None:
    items = f"<item><title>{title}</title><link>https://github.com/example/engine/releases/tag/x</link>{FRESH}</item>"

    assert (await _harvest(_rss(items), "https://github.com/example/engine/releases.atom")).offers[0].title == named


async def test_an_entry_without_title_is_named_by_its_first_words() -> None:
    item = f"<item><link>/n</link>{FRESH}<description>A note on batches.&lt;br>More.</description></item>"

    assert (await _harvest(_rss(item))).offers[0].title == "A note on batches."


async def test_an_empty_harvest_says_why() -> None:
    old = _item("old", "<pubDate>Sun, 01 Feb 2026 00:00:00 GMT</pubDate>")

    assert (await _harvest(_rss(old))).health.message == "nothing in the window; the newest entry is of 2026-02-01"
    assert (await _harvest(_rss())).health.state == "empty"


async def test_failures_are_passed_on_typed() -> None:
    with pytest.raises(Unreachable):
        await _harvest(Unreachable("no name"))
    with pytest.raises(NotAFeed, match="web page"):
        await _harvest(b"<html></html>")
    with pytest.raises(NotAFeed, match="longer than 15 s"):
        await _harvest(_rss(_item()), engine=InlineEngine(WorkerFailed("longer than 15 s")))


@pytest.mark.eval
def test_the_corpus_of_real_feeds_is_read(shared: Path, floors: Floors, tmp_path: Path) -> None:
    """262 of 264 checks hold; the other two take a JSON Feed for no feed."""
    folder = shared / "feeds-corpus"
    predictions = tmp_path / "predictions.jsonl"
    evals.run("feeds", folder, predictions)

    scored = subprocess.run([sys.executable, folder / "score.py", predictions], capture_output=True, text=True, check=True)

    score = json.loads(scored.stdout)
    floors.hold("feeds", {"share": score["share"]})
    assert score["silent_losses"] == score["missing"] == 0
