from __future__ import annotations

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deepdaily.core.errors import AddressRefused, BadStatus, FetchError, NotAFeed, Unreachable, WorkerFailed
from deepdaily.core.types import Harvest, Slot, Window, document_id
from deepdaily.lab import evals
from deepdaily.settings.source_tables import FeedTable
from deepdaily.sources.feed_body import MAX_BYTES, MAX_TAG_WORDS
from deepdaily.sources.feed_entries import MAX_ENTRIES, MOST_UNREAD, UNDATED, Entry, FeedBytes, parse_feed, read_each
from deepdaily.sources.feed_harvest import MIN_TEXT_CHARS
from deepdaily.sources.feed_tree import read_tree
from deepdaily.sources.feeds import Feed
from fakes import FakeFetcher, InlineEngine
from floors import Floors

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
URL = "https://blog.example.com/feed.xml"
MOST = FeedTable(url=URL).most
FRESH = "<pubDate>Tue, 10 Feb 2026 09:30:00 GMT</pubDate>"
SENTENCE = "The scheduler keeps prefill and decode apart, so a long prompt no longer delays other requests. "


def _item(name: str = "1", inside: str = FRESH) -> str:
    return f"<item><title>Post {name}</title><link>/posts/{name}</link>{inside}</item>"


def _rss(*items: str, head: str = "", close: str = "</channel></rss>") -> bytes:
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>F</title>{"".join(items)}{close}'.encode()


def _parse(body: bytes, media_type: str = "application/xml", url: str = URL) -> list[Entry]:
    return parse_feed(FeedBytes(url, media_type, body))


async def _harvest(body: Any, url: str = URL, engine: InlineEngine | None = None) -> Harvest:
    return await Feed(FeedTable(url=url, name="blog"), FakeFetcher({url: body}), engine or InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]


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


@pytest.mark.parametrize("close", ["</channel></rss>", ""], ids=["well-formed", "not closed"])
def test_only_so_many_entries_are_read_and_that_is_said(close: str) -> None:
    items = [_item(str(number), "") for number in range(MAX_ENTRIES + 5)]

    entries = _parse(_rss(*items, close=close))

    assert [one.unread for one in entries] == [False] * MAX_ENTRIES + [True] * 6
    assert {one.fault for one in entries[MAX_ENTRIES:]} == {"5 of 2,005 entries are not read: 2,000 are the most"}
    assert entries[-1].link == ""
    assert len({one.link for one in entries if one.unread}) == 6


@pytest.mark.parametrize(
    "link",
    [
        "<link>{}</link>",
        "<link><![CDATA[ {} ]]></link>",
        '<link rel="alternate" href="{}"/>',
        "<link href='{}' />",
        "<rss:link>{}</rss:link>",
    ],
)
def test_the_links_of_what_is_not_read_are_known_in_a_damaged_feed_too(link: str) -> None:
    entry = "entry" if "href" in link else "item"
    items = "".join(f"<{entry}><title>P & Q {n}</title>{link.format(f'/p?a={n}&amp;b')}</{entry}>" for n in range(MAX_ENTRIES + 2))
    around = '<feed xmlns="http://www.w3.org/2005/Atom">' if entry == "entry" else '<rss version="2.0"><channel><title>F</title>'

    unread = [one for one in _parse(f"{around}{items}".encode()) if one.unread]

    assert [urlsplit(one.link).query for one in unread] == [f"a={MAX_ENTRIES}&b", f"a={MAX_ENTRIES + 1}&b", ""]


@pytest.mark.parametrize("close", ["</channel></rss>", ""], ids=["well-formed", "not closed"])
def test_of_what_is_not_read_only_so_many_links_are_known_and_all_are_counted(close: str) -> None:
    items = [_item(str(number), "") for number in range(MAX_ENTRIES + MOST_UNREAD + 7)]

    unread = [one for one in _parse(_rss(*items, close=close)) if one.unread]

    assert len(unread) == MOST_UNREAD + 1
    assert unread[0].link.endswith(f"/posts/{MAX_ENTRIES}")
    assert unread[0].fault == "8,007 of 10,007 entries are not read: 2,000 are the most"


async def test_entries_that_are_not_read_are_losses_and_no_fault_of_the_others() -> None:
    items = [_item(str(number), FRESH) for number in range(5_000)]

    found = await _harvest(_rss(_item("damaged", "<pubDate>never</pubDate>"), *items))

    assert found.health.message.split("; ")[0] == "3,001 of 5,001 entries are not read: 2,000 are the most"
    assert "could not be read" not in found.health.message
    last = next(loss for loss in found.losses if loss.url.endswith("/posts/4999"))
    assert last.reason == "3,001 of 5,001 entries are not read: 2,000 are the most"
    assert len({loss.url for loss in found.losses}) + len(found.offers) == 5_001


@pytest.mark.parametrize("cut", [_rss(_item(), _item("2")[:-20], close=""), _rss(_item(), "<item><title>Sec", close="")])
async def test_a_feed_that_is_cut_off_gives_what_it_has_and_says_so(cut: bytes) -> None:
    assert "cut off" in (await _harvest(cut)).health.message
    assert "cut off" not in (await _harvest(_rss(_item()).replace(b"</rss>", b""))).health.message


async def test_a_page_that_leads_where_we_do_not_go_is_a_page() -> None:
    page = b'<html><head><meta http-equiv="refresh" content="0; url=http://127.0.0.1:9/"></head></html>'
    fetcher = FakeFetcher({URL: page, "http://127.0.0.1:9/": AddressRefused("address not public: 127.0.0.1")})

    with pytest.raises(NotAFeed, match="leads to"):
        await Feed(FeedTable(url=URL, name="blog"), fetcher, InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]


def test_text_without_declared_encoding_is_not_garbled() -> None:
    said = "模型治理与灰度发布：一周笔记，记录推理服务的调度、缓存与观测。"

    assert _parse(f"<rss version='2.0'><channel><item><title>{said}</title></item></channel></rss>".encode("gbk"))[0].title == said


SAID = "模型治理与灰度发布：一周笔记"


@pytest.mark.parametrize(
    ("served", "declared", "written"),
    [
        ("application/rss+xml; charset=ISO-8859-1", "utf-8", "utf-8"),
        ("application/xml; charset=gb2312", "utf-8", "utf-8"),
        ("text/xml; charset=us-ascii", "", "utf-8"),
        ("application/xml", "gbk", "utf-8"),
        ("application/xml", "utf-16", "utf-8"),
        ("application/xml; charset=gbk", "gb2312", "gbk"),
        ("application/xml", "GB18030", "gb18030"),
        ("application/xml", "big5", "utf-8-sig"),
        ("application/xml; charset=gbk", "utf-8", "gbk"),
    ],
)
def test_bytes_that_are_utf_8_are_read_as_such_and_others_as_named(served: str, declared: str, written: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = f"{head}<rss version='2.0'><channel><item><title>{SAID}</title><link>/a</link></item></channel></rss>"

    assert _parse(body.encode(written), served)[0].title == SAID


def test_two_letters_that_may_be_either_are_what_their_file_declares() -> None:
    body = '<?xml version="1.0" encoding="gbk"?><rss version="2.0"><channel><item><title>联通</title></item></channel></rss>'

    assert _parse(body.encode("gbk"))[0].title == "联通"


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("R&D at AT&T &amp; co", "R&D at AT&T & co"),
        ("Fast &mdash; and&nbsp;cheap", "Fast — and cheap"),
        ("A \x08 title", "A title"),
        ("<![CDATA[R&D &copy;]]>", "R&D ©"),
    ],
)
@pytest.mark.parametrize("head", ["", "<!DOCTYPE rss>"], ids=["own reader", "feedparser"])
def test_a_small_fault_costs_no_letter(title: str, read: str, head: str) -> None:
    first, second = _parse(_rss(f"<item><title>{title}</title><link>/a</link></item>", _item("b"), head=head))

    assert (first.title, second.title) == (read, "Post b")


@pytest.mark.parametrize(
    "body",
    [
        _rss(_item(inside="<description><![CDATA[<!DOCTYPE x [ <!ENTITY a 'b'> ]>]]></description>")),
        _rss(_item(), head="<!DOCTYPE rss><!-- <!ENTITY a 'b'> -->"),
        _rss(_item(), head="<!-- <!DOCTYPE x [<!ENTITY a 'b'>]> -->"),
        _rss(_item(), head='<!DOCTYPE rss PUBLIC "-//N//DTD [<!ENTITY" "http://my.example/rss.dtd">'),
    ],
)
def test_a_text_about_entities_is_a_text(body: bytes) -> None:
    assert _parse(body)[0].title == "Post 1"


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE r [<!ELEMENT x ANY>\n<!entity a 'b'>]>",
        "<!-- a --><?x y?><!doctype r SYSTEM 'x]' [ <!-- don't --> <!ENTITY % a 'b'> ]>",
        "<!DOCTYPE r ['never closed <!ENTITY a 'b'>",
        f"<!-- {'x' * 100_000} --><!DOCTYPE r [<!ENTITY a 'b'>]>",
    ],
)
def test_declared_entities_are_refused_wherever_the_prologue_hides_them(head: str) -> None:
    with pytest.raises(NotAFeed, match="entities"):
        _parse(_rss(_item(), head=head))


def test_a_plain_text_of_a_json_feed_is_no_markup() -> None:
    item = {
        "id": 7,
        "url": "/a",
        "title": "Vec<T> &amp; <b>you</b>",
        "content_text": "if x <y then\nstop &amp; go",
        "date_published": "Thu, 05 Feb 2026 09:30:00 GMT",
    }

    [entry] = _parse(json.dumps({"items": [item]}).encode())

    assert (entry.id, entry.title, entry.text) == ("7", "Vec<T> &amp; <b>you</b>", "if x <y then\nstop &amp; go")
    assert entry.published_at == datetime(2026, 2, 5, 9, 30, tzinfo=UTC)


async def test_an_entry_that_breaks_its_reading_costs_only_itself() -> None:
    class Broken:
        """Stands for what nobody foresaw."""

        base = link = URL

        @property
        def title(self) -> str:
            raise ValueError("no such thing")

    [sound] = read_tree(_rss(_item()), URL)
    entries = read_each([sound, Broken(), sound], None, "feed/1")  # type: ignore[list-item]

    assert [(entry.title, entry.fault) for entry in entries] == [("Post 1", ""), ("", "ValueError: no such thing"), ("Post 1", "")]


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
    items = [_item(str(n), f"<pubDate>2026-02-10T00:{n:02}:00Z</pubDate>") for n in range(MOST + 1)]

    found = await _harvest(_rss(*items))

    assert len(found.offers) == MOST
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
        ("v2: faster", "engine v2: faster"),
        ("The Engine, faster", "The Engine, faster"),
    ],
)
async def test_a_release_is_named_with_its_repository_where_its_title_does_not_say_it(title: str, named: str) -> None:
    items = f"<item><title>{title}</title><link>https://github.com/example/engine/releases/tag/x</link>{FRESH}</item>"

    assert (await _harvest(_rss(items), "https://github.com/example/engine/releases.atom")).offers[0].title == named


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com/group/sub/engine/-/tags?format=atom",
        "https://codeberg.org/example/engine/releases.rss",
        "https://pypi.org/rss/project/engine/releases.xml",
    ],
)
async def test_other_places_of_releases_are_known(url: str) -> None:
    item = f"<item><title>1.2.3</title><link>/r</link>{FRESH}</item>"

    assert (await _harvest(_rss(item), url)).offers[0].title == "engine 1.2.3"


async def test_an_entry_without_title_is_named_by_its_first_words() -> None:
    item = f"<item><link>/n</link>{FRESH}<description>A note on batches.&lt;br>More.</description></item>"

    assert (await _harvest(_rss(item))).offers[0].title == "A note on batches."


async def test_an_empty_harvest_says_why() -> None:
    old = _item("old", "<pubDate>Sun, 01 Feb 2026 00:00:00 GMT</pubDate>")

    assert (await _harvest(_rss(old))).health.message == "nothing in the window; the newest entry is of 2026-02-01"
    assert (await _harvest(_rss())).health.state == "empty"


@pytest.mark.parametrize(
    "end",
    [
        "This post is for paid subscribers",
        "Subscribe to keep reading this post",
        "Become a paid member to unlock the rest.",
        "Keep reading with a 7-day free trial",
        "Upgrade to paid to read the rest",
        "试读已结束，付费解锁全文",
        "本文剩余内容仅限付费会员阅读",
        "开通会员后即可阅读全文",
        "この記事は有料です",
        "Cet article est réservé aux abonnés",
    ],
)
async def test_a_long_preview_that_asks_to_pay_is_partial(end: str) -> None:
    preview = "".join(f"<p>{SENTENCE}{n}</p>" for n in range(15))
    texts = [f"{preview}<p>{end}</p><p>Upgrade</p>", f"<p>{end}</p>{preview}"]
    items = (_item(str(n), f"{FRESH}<description><![CDATA[{text}]]></description>") for n, text in enumerate(texts))

    assert [document.partial for document in (await _harvest(_rss(*items))).documents] == [True, False]


async def test_what_a_feed_lists_and_is_not_offered_has_its_reason() -> None:
    many = [_item(str(n), f"<pubDate>2026-02-10T00:{n:02}:00Z</pubDate>") for n in range(MOST + 1)]
    undated = [_item(f"u{n}", "") for n in range(UNDATED + 1)]
    twin = _item("40#again", "<pubDate>2026-02-09T00:00:00Z</pubDate>")
    old = _item("old", "<pubDate>Sun, 01 Feb 2026 00:00:00 GMT</pubDate>")
    nameless = f"<item><link>/posts/nameless</link>{FRESH}</item>"

    found = await _harvest(_rss(*many, *undated, twin, old, nameless, "<item><title>No link</title></item>"))

    reasons = {loss.url.removeprefix("https://blog.example.com/posts/"): loss.reason for loss in found.losses}
    assert reasons == {
        "0": "after the 40 that its feed may offer a day",
        "40": "another entry of its feed leads to the same page",
        "old": "outside the window, dated 2026-02-01",
        f"u{UNDATED}": "undated, and after the first 10 such entries of its feed",
        "nameless": "its feed gives it no title",
    }
    assert {loss.stage for loss in found.losses} == {"collect"}


async def test_every_entry_of_a_long_feed_that_is_not_offered_is_told() -> None:
    items = [_item(str(n), f"<pubDate>2025-{n % 12 + 1:02}-01T00:00:00Z</pubDate>") for n in range(500)]

    found = await _harvest(_rss(*items))

    assert len(found.losses) == 500
    assert found.losses[0].reason == "outside the window, dated 2025-12-01"


async def test_a_text_is_made_only_for_what_may_be_offered() -> None:
    """Texts take longer than all else, and most entries of a feed are old."""
    inside = f"<description>{SENTENCE}</description>"
    items = [_item("old", f"<pubDate>2026-02-01</pubDate>{inside}"), _item("new", FRESH + inside)]
    undated = [_item(f"u{n}", inside) for n in range(UNDATED + 1)]

    entries = parse_feed(FeedBytes(URL, "application/xml", _rss(*items, *undated), WINDOW))

    assert [bool(entry.text) for entry in entries] == [False, True, *[True] * UNDATED, False]
    assert all(entry.text for entry in _parse(_rss(*items, *undated)))


def test_a_date_far_ahead_gives_way_to_a_sound_one() -> None:
    body = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><link href="/a"/><published>2027-01-01T00:00:00Z</published><updated>2026-02-10T09:30:00Z</updated></entry></feed>'

    [entry] = parse_feed(FeedBytes(URL, "", body, WINDOW))

    assert entry.published_at == datetime(2026, 2, 10, 9, 30, tzinfo=UTC)


async def test_a_page_that_leads_to_the_feed_is_followed_once() -> None:
    page = b'<html><head><meta http-equiv="refresh" content="0; url=/new.xml"></head></html>'
    fetcher = FakeFetcher({URL: page, "https://blog.example.com/new.xml": _rss(_item())})
    loop = FakeFetcher({URL: page, "https://blog.example.com/new.xml": page})

    found = await Feed(FeedTable(url=URL, name="blog"), fetcher, InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]
    with pytest.raises(NotAFeed, match="leads to"):
        await Feed(FeedTable(url=URL, name="blog"), loop, InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]

    assert [offer.title for offer in found.offers] == ["Post 1"]
    assert len(loop.asked) == 2


NAMES_ITS_FEED = b'<html><head><link rel="alternate" type="application/rss+xml" href="/new.xml"></head></html>'


async def test_a_page_that_names_its_feed_is_read_by_that_and_says_what_to_write() -> None:
    fetcher = FakeFetcher({URL: NAMES_ITS_FEED, "https://blog.example.com/new.xml": _rss(_item())})

    found = await Feed(FeedTable(url=URL, name="blog"), fetcher, InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]

    assert [offer.title for offer in found.offers] == ["Post 1"]
    assert (found.health.state, found.health.message) == (
        "ok",
        "a web page instead of a feed; it names https://blog.example.com/new.xml as its feed; put that address in its place",
    )


@pytest.mark.parametrize(
    "there", [b"<html>gone</html>", NAMES_ITS_FEED, BadStatus("HTTP 404", status=404), AddressRefused("not public")]
)
async def test_a_page_whose_feed_gives_none_says_both(there: bytes | FetchError) -> None:
    fetcher = FakeFetcher({URL: NAMES_ITS_FEED, "https://blog.example.com/new.xml": there})

    with pytest.raises(NotAFeed, match=r"names https://blog\.example\.com/new\.xml as its feed, which gives none: "):
        await Feed(FeedTable(url=URL, name="blog"), fetcher, InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]

    assert len(fetcher.asked) == 2


async def test_the_title_in_a_release_s_text_is_the_one_that_its_snapshot_has() -> None:
    item = f"<item><title>Fixes of the week</title><link>/r</link>{FRESH}<description>{SENTENCE * 3}</description></item>"

    [document] = (await _harvest(_rss(item), "https://github.com/example/engine/releases.atom")).documents

    assert document.title == "engine Fixes of the week"
    assert document.text.startswith("Fixes of the week\n\nThe scheduler")


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
