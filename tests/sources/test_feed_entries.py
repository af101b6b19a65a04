"""What a feed meant is read out of what its server and its generator made of it."""

from __future__ import annotations

import pytest

from deepdaily.sources.feed_entries import Entry, FeedBytes, parse_feed

TITLE = "推理服务拆分之后的三个教训"


def the_entry(item: str, declared: str = "utf-8", encoding: str = "utf-8", media_type: str = "application/xml") -> Entry:
    spaces = 'xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"'
    feed = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0" {spaces}><channel><item>{item}</item></channel></rss>'
    return parse_feed(FeedBytes("https://www.site.example/feed.xml", media_type, feed.encode(encoding)))[0]


@pytest.mark.parametrize(
    ("declared", "encoding", "media_type"),
    [
        ("utf-8", "gbk", "application/xml"),
        ("utf-8", "gb18030", "text/xml; charset=utf-8"),
        ("gbk", "gbk", "text/xml; charset=ISO-8859-1"),
        ("utf-8", "big5", "application/xml"),
        ("big5", "big5", "text/xml; charset=gb2312"),
        ("gbk", "utf-8", "text/xml; charset=gbk"),
    ],
)
def test_bytes_that_are_not_what_is_said_of_them_are_read_as_what_they_are(declared: str, encoding: str, media_type: str) -> None:
    title = "推理服務拆分之後的三個教訓" if encoding == "big5" else TITLE

    assert the_entry(f"<title>{title}</title><link>/a</link>", declared, encoding, media_type).title == title


def test_utf_8_with_a_damaged_letter_stays_utf_8() -> None:
    feed = f"<rss><channel><item><title>{TITLE}</title><link>https://a.example/1</link></item></channel></rss>".encode()

    assert (
        parse_feed(FeedBytes("https://a.example/", "text/xml", feed.replace(b"</title>", b"\xe6</title>")))[0].title[:9]
        == TITLE[:9]
    )


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<link>https://go.example/1</link><f:origLink>https://site.example/a</f:origLink>", "https://site.example/a"),
        ('<link href="https://site.example/b"/>', "https://site.example/b"),
        ("<link>javascript:void(0)</link><guid>https://site.example/c</guid>", "https://site.example/c"),
        ("<link>site.example/d</link>", "https://site.example/d"),
        ("<link>www.site.example/d</link>", "https://www.site.example/d"),
        ("<link>files.example/d</link>", "https://www.site.example/files.example/d"),
        ('<enclosure url="https://site.example/e.mp3" type="audio/mpeg" length="1"/>', "https://site.example/e.mp3"),
        ('<link>/f</link><enclosure url="https://site.example/e.mp3" type="audio/mpeg" length="1"/>', "https://www.site.example/f"),
    ],
)
def test_an_entry_leads_to_its_page_however_its_feed_says_so(item: str, link: str) -> None:
    assert the_entry(f"<title>One</title>{item}").link == link


@pytest.mark.parametrize("root", ["<feed xmlns='http://www.w3.org/2005/Atom'>"])
def test_of_a_page_in_two_languages_the_first_is_taken(root: str) -> None:
    links = "".join(
        f'<link rel="alternate" type="text/html" hreflang="{one}" href="https://a.example/{one}"/>' for one in ("en", "zh")
    )
    feed = f"{root}<entry><title>One</title><id>1</id>{links}</entry></feed>".encode()

    assert parse_feed(FeedBytes("https://a.example/", "", feed))[0].link == "https://a.example/en"


@pytest.mark.parametrize("title", ["Vec<T> beats Box<Dyn>", "Why <tool_use> and a <b matter", "List<Integer> & Co"])
def test_a_name_nobody_escaped_and_nobody_ends_is_part_of_its_title(title: str) -> None:
    assert the_entry(f"<title>{title}</title><link>/a</link>").title == title


def test_a_feed_cut_off_in_the_middle_keeps_the_entries_it_has() -> None:
    feed = (
        b"<rss><channel><item><title>One</title><link>https://a.example/1</link></item><item><title>Two</title><link>https://a.ex"
    )

    assert parse_feed(FeedBytes("https://a.example/", "", feed))[0].title == "One"
