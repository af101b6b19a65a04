"""Which part of a page is the article, and who is asked where that is in doubt."""

from __future__ import annotations

import pytest

from deepdaily.read.extract import OWN, Extracted, PageBytes, page

FIRST = "Each worker keeps its own queue, and a long prompt waits in none but its own, which is what the change is about."
SECOND = "Moving a cache from one node to another takes four milliseconds on the link that the machines share with storage."
THIRD = "The release notes name the flag that turns it off, and the three counters that tell whether it should be."
PROSE = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
LINKS = "".join(f'<li><a href="/p/{at}">Another text of this site, number {at}</a></li>' for at in range(8))


def read(body: str) -> Extracted:
    source = f'<!doctype html><html><head><meta charset="utf-8"><title>Queues</title></head><body>{body}</body></html>'
    return page(PageBytes("https://blog.example.com/queues", "text/html", source.encode()))


def lines(body: str) -> list[str]:
    return read(body).text.split("\n")[2:]


@pytest.mark.parametrize(
    "beside",
    [
        f"<nav><ul>{LINKS}</ul></nav>",
        f'<div class="site-menu"><ul>{LINKS}</ul></div>',
        f'<div role="navigation"><ul>{LINKS}</ul></div>',
        f"<div><ul>{LINKS}</ul></div>",
        f"<aside><p>{'An aside of its own that is long enough to be prose of a kind. ' * 2}</p></aside>",
        f'<div class="related-posts"><p>{"A teaser of another text that is long enough to be prose. " * 2}</p></div>',
        '<div id="comments-section"><p>I have seen the same on our own machines, and it is even worse there.</p></div>',
        "<footer><p>All that is said here is said without any warranty, as far as the law allows.</p></footer>",
    ],
)
def test_what_stands_beside_the_article_is_left_out(beside: str) -> None:
    assert lines(f"{beside}<article><h1>Queues</h1>{PROSE}</article>{beside}") == [FIRST, SECOND, THIRD]
    assert lines(f'{beside}<div class="post-content"><h1>Queues</h1>{PROSE}</div>{beside}') == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize(
    "noise",
    [
        "<p><a href=/x>Tweet</a> <a href=/y>Share</a></p>",
        "<p>Tags: <a href=/t/a>serving</a>, <a href=/t/b>queues</a></p>",
        "<p><a href=/p>← Previous post</a> <a href=/n>Next post →</a></p>",
        "<p><a href=/e>Edit this page</a></p>",
        "<p>Enjoyed this post? Subscribe to get the next one by mail.</p>",
        "<p>Listen to this article</p><p>0:00 / 5:12</p>",
        '<div class="fc-dialog-container"><p>We use what your device tells us, and so do others, to know who you are.</p></div>',
        f"<h3>Related posts</h3><ul>{LINKS}</ul>",
        f"<h2>相关阅读</h2><ul>{LINKS}</ul>",
        f"<ul>{LINKS}</ul>",
        "<p>Subscribe to our newsletter for a note each week.</p>",
        "<p>关注公众号获取更多资讯</p>",
        "<p>Share this post</p>",
        "<p>5 min read</p>",
        "<h3>About the author</h3><p>Ann Example has written of queues for years, and teaches it in two towns.</p>",
        "<h3>免责声明</h3><p>本文内容仅供参考，不构成任何投资或者采购方面的建议，读者应当自行判断并承担相应的风险。</p>",
    ],
)
def test_lines_in_the_article_that_are_none_of_it_are_left_out(noise: str) -> None:
    assert lines(f"<article><h1>Queues</h1>{PROSE}{noise}</article>") == [FIRST, SECOND, THIRD]


def test_comments_end_the_article_where_there_is_one_before() -> None:
    said = "<h2>3 Comments</h2><p>I have seen the same on our own machines, and it is even worse there.</p>"

    assert lines(f"<article><h1>Queues</h1>{PROSE * 3}{said}</article>") == [FIRST, SECOND, THIRD] * 3
    assert "even worse" in read(f"<article><h1>Queues</h1><p>{FIRST}</p>{said}</article>").text


def test_links_that_a_line_announces_and_a_link_that_stands_alone_are_lines() -> None:
    parts = "<p>The parts:</p><ul><li><a href=/1>A queue each</a></li><li><a href=/2>A cache that moves</a></li></ul>"
    alone = '<p><a href="/paper">Read the paper of the team</a></p>'

    assert lines(f"<article><h1>Queues</h1>{PROSE}{parts}<p>{FIRST}</p>{alone}</article>")[3:] == [
        "The parts:",
        "- A queue each",
        "- A cache that moves",
        FIRST,
        "Read the paper of the team",
    ]


def test_what_stands_above_the_headline_is_no_text() -> None:
    above = "<p>Engineering</p><p>Home / Blog</p>"

    assert lines(f"<article>{above}<h1>Queues</h1>{PROSE}</article>") == [FIRST, SECOND, THIRD]
    assert lines(f"<article><p>{SECOND}</p><h1>Queues</h1>{PROSE}</article>") == [SECOND, FIRST, SECOND, THIRD]


@pytest.mark.parametrize("name", ["sidebar", "share-wrapper", "newsletter-body", "comments", "widget"])
def test_a_place_with_most_of_the_prose_is_the_article_whatever_it_is_called(name: str) -> None:
    assert lines(f'<div class="{name}"><h1>Queues</h1>{PROSE}</div>') == [FIRST, SECOND, THIRD]


def test_a_page_without_prose_gives_what_is_no_link() -> None:
    short = "".join(f"<p>Point {at}: it waits.</p>" for at in range(12))

    assert lines(f"<h1>Queues</h1><ul>{LINKS}</ul>{short}") == [f"Point {at}: it waits." for at in range(12)]


def test_many_links_and_many_lines_are_never_handed_over() -> None:
    many = "".join(f'<a href="/p/{at}">link {at}</a> ' for at in range(4_000))

    assert read(f"<p>{many}</p><article><h1>Queues</h1>{PROSE}</article>").extractor == OWN
