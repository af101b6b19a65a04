"""What came instead of a feed is said so that a person knows what to do."""

from __future__ import annotations

import pickle

import pytest

from deepdaily.core.errors import NotAFeed
from deepdaily.sources.page_instead import what_else

URL = "https://blog.example.com/start/"


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed.xml">', "https://blog.example.com/feed.xml"),
        ("<LINK HREF=feed.json TYPE=application/feed+json REL=alternate>", "https://blog.example.com/start/feed.json"),
        (
            "<link rel='feed alternate' href='//cdn.example.com/a.atom' type='application/atom+xml' />",
            "https://cdn.example.com/a.atom",
        ),
        ('<link rel="alternate" type="application/atom+xml" href="/a?b=1&amp;c=2">', "https://blog.example.com/a?b=1&c=2"),
    ],
)
def test_a_page_that_names_its_feed_is_answered_with_the_address(link: str, named: str) -> None:
    error = what_else(f"<!doctype html><html><head>{link}</head></html>".encode(), URL, damaged=False)

    assert f"names {named} as its feed" in str(error)
    assert (error.remedy, error.leads_to) == ("put that address in its place", named)


def test_of_several_feeds_the_first_is_where_the_page_leads() -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}.xml">' for n in (1, 2, 1))
    error = what_else(f"<html><head>{links}</head></html>".encode(), URL, damaged=False)

    assert error.leads_to == "https://blog.example.com/1.xml"
    assert "1.xml or https://blog.example.com/2.xml as its feed" in str(error)
    assert error.remedy == "put one of them in its place"


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" hreflang="fr" href="/fr/">',
        '<link rel="stylesheet" type="application/rss+xml" href="/feed.xml">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="http://[broken/">',
    ],
)
def test_other_links_are_no_feeds(link: str) -> None:
    error = what_else(f"<html><head>{link}</head></html>".encode(), URL, damaged=False)

    assert "may have moved" in str(error)


@pytest.mark.parametrize(
    "content",
    [
        "0; URL=/feed.xml",
        "0;url='/feed.xml'",
        "5, /feed.xml",
        " 1.5 ; Url = /feed.xml",
        "0; url=/feed.xml ",
        "0 url=/feed.xml",
        ".5;/feed.xml",
        "0;url=&quot;/feed.xml&quot;",
    ],
)
def test_a_page_that_sends_its_visitors_on_says_where(content: str) -> None:
    error = what_else(f'<html><meta http-equiv="Refresh" content="{content}"></html>'.encode(), URL, damaged=False)

    assert pickle.loads(pickle.dumps(error)).leads_to == "https://blog.example.com/feed.xml"


@pytest.mark.parametrize(
    "quoted", ["<meta http-equiv=refresh content=0;url=/f>", "<META CONTENT='0;url=/f' HTTP-EQUIV='REFRESH'/>"]
)
@pytest.mark.parametrize("before", ["<!-- a --><script>if (a<b) c</script>", "<noscript><p></noscript><title>-->x</title>", ""])
def test_a_tag_is_read_however_it_is_written(quoted: str, before: str) -> None:
    error = what_else(f"<html>{before}{quoted}</html>".encode(), URL, damaged=False)

    assert error.leads_to == "https://blog.example.com/f"


@pytest.mark.parametrize(
    "around",
    [
        "<!-- {} -->",
        "<noscript>{}</noscript>",
        "<script>'{}'</script>",
        "<NOSCRIPT><p>{}</p></NOSCRIPT>",
        "<template>{}</template>",
        "<!-- {}",
    ],
)
def test_what_no_browser_follows_is_not_followed(around: str) -> None:
    tags = '<meta http-equiv="refresh" content="0;url=/f"><link rel="alternate" type="application/rss+xml" href="/f">'
    error = what_else(f"<html>{around.format(tags)}</html>".encode(), URL, damaged=False)

    assert not error.leads_to
    assert "may have moved" in str(error)


def test_anything_else_is_named_for_what_it_is() -> None:
    challenge = what_else(b"<html><title>Just a moment...</title></html>", URL, damaged=False)

    assert "challenge page" in str(challenge)
    assert "damaged" in str(what_else(b"<rss><item>", URL, damaged=True))
    assert str(what_else(b"gone fishing", URL, damaged=False)).startswith("no feed")
    assert isinstance(challenge, NotAFeed)
