"""Our own reader gives what feedparser gives, or leaves the feed to it."""

from __future__ import annotations

import pytest

from deepdaily.sources.feed_tree import Doubtful, read_tree
from deepdaily.sources.feed_words import Said

URL = "https://blog.example.com/feed.xml"
NAMES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


def rss(inside: str, root: str = f'rss version="2.0" {NAMES}') -> bytes:
    return f"<{root}><channel><title>F</title>{inside}</channel></{root.split()[0]}>".encode()


def atom(inside: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMES}><entry>{inside}</entry></feed>'.encode()


def test_an_item_of_rss_is_read_in_its_own_words() -> None:
    body = rss(
        "<item><title>T &amp; U</title><link> https://a.example/1 </link><guid>https://a.example/?p=1</guid>"
        "<pubDate>Thu, 05 Mar 2026 21:15:00 GMT</pubDate><dc:date>2026-03-06</dc:date><description>Short</description>"
        "<content:encoded><![CDATA[<p>Long</p>]]></content:encoded><dc:creator>Ann</dc:creator><dc:creator>Bo</dc:creator>"
        "<category>one</category><category>two</category></item>"
    )

    [found] = read_tree(body, URL)

    assert (found.title, found.link, found.id) == (Said("T & U"), "https://a.example/1", "https://a.example/?p=1")
    assert found.dates == ("Thu, 05 Mar 2026 21:15:00 GMT", "2026-03-06")
    assert found.texts == (Said("Short"), Said("<p>Long</p>"))
    assert (found.author, found.terms) == ("Bo", ("one", "two"))


def test_an_entry_of_atom_is_read_in_its_own_words() -> None:
    body = atom(
        '<title type="text">The &lt;p&gt; tag</title><link rel="self" href="/self"/><link href="/1"/><id>urn:1</id>'
        "<updated>2026-03-06T00:00:00Z</updated><published>2026-03-05T00:00:00Z</published>"
        '<summary>Short</summary><content type="html">&lt;p&gt;Long</content>'
        '<author><name>Ann</name><email>ann@a.example</email></author><category term="one"/>'
    )

    [found] = read_tree(body, URL)

    assert found.title == Said("The <p> tag", "plain")
    assert (found.link, found.id, found.author, found.terms) == ("/1", "urn:1", "Ann (ann@a.example)", ("one",))
    assert found.dates == ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
    assert found.texts == (Said("Short"), Said("<p>Long"))


def test_an_item_of_rdf_is_named_by_its_address() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<item rdf:about="https://a.example/1"><title>T</title><link>https://a.example/1</link></item></rdf:RDF>'
    )

    [found] = read_tree(body.encode(), URL)

    assert (found.title.text, found.id) == ("T", "https://a.example/1")


@pytest.mark.parametrize("around", ["{}", "<media:group>{}</media:group>"])
def test_a_video_s_words_and_title_are_those_of_its_media(around: str) -> None:
    media = around.format("<media:title>A talk</media:title><media:description>On pools</media:description>")

    [found] = read_tree(rss(f"<item><link>/v</link>{media}</item>"), URL)

    assert (found.title.text, found.texts) == ("A talk", (Said("On pools"),))


def test_a_permanent_name_is_the_link_where_there_is_none() -> None:
    items = '<item><title>T</title><guid>/1</guid></item><item><title>T</title><guid isPermaLink="false">/2</guid></item>'

    first, second = read_tree(rss(items), URL)

    assert (first.link, first.id, second.link) == ("https://blog.example.com/1", "https://blog.example.com/1", "")


def test_a_character_of_windows_is_what_html_makes_of_it() -> None:
    [found] = read_tree(rss("<item><title>fast &#150; and \x93cheap\x94 &#x85;</title></item>"), URL)

    assert found.title.text == "fast – and “cheap” …"


def test_a_feed_without_entries_has_none() -> None:
    assert read_tree(rss(""), URL) == []


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>T</title>"),
        rss("<item><title>T &nbsp; U</title></item>"),
        b"<!DOCTYPE rss>" + rss("<item><title>T</title></item>"),
        rss('<item xml:base="https://b.example/"><title>T</title><link>1</link></item>'),
        rss("<item><title>T</title></item><items><item><title>U</title></item></items>"),
        rss("<item><title>T</title><title>U</title></item>"),
        rss("<item><title>T <b>U</b></title></item>"),
        rss("<item><Title>T</Title><link>/1</link></item>"),
        rss("<item><title>T</title><atom:updated>2026-03-05</atom:updated></item>"),
        rss('<item><title>T</title><atom:link href="/1"/></item>'),
        rss('<item><title>T</title><body xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></body></item>'),
        rss("<item><description>Said</description></item>"),
        rss("<item><title>T</title></item>", root="Channel"),
        atom('<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">T</div></title><link href="/1"/>'),
        atom('<title>T</title><link href="/1"/><link href="/2"/>'),
        atom('<title>T</title><link href="/1"/><content type="application/octet-stream">QQ==</content>'),
    ],
)
def test_what_is_not_proven_is_left_to_feedparser(body: bytes) -> None:
    with pytest.raises(Doubtful):
        read_tree(body, URL)
