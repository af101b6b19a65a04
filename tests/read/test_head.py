"""What a page says of itself."""

from __future__ import annotations

from html import escape

import pytest

from deepdaily.core.errors import Forwarded
from deepdaily.read.extract import Extracted, PageBytes, page

PROSE = "".join(
    f"<p>Part {part} tells how a queue of its own keeps a long prompt from holding up every short one behind it.</p>"
    for part in "abcd"
)


def read(head: str = "", inner: str = "", body: str = "", url: str = "https://blog.example.com/queues") -> Extracted:
    made = body or f"<main><article><h1>Queues of their own</h1>{inner}{PROSE}</article></main>"
    source = f'<html><head><meta charset="utf-8">{head}</head><body>{made}</body></html>'
    return page(PageBytes(url, "text/html", source.encode()))


def data(inner: str) -> str:
    return f'<script type="application/ld+json">{inner}</script>'


@pytest.mark.parametrize(
    ("head", "inner", "author"),
    [
        (data('{"@type":"BlogPosting","author":{"@type":"Person","name":"Ann Example"}}'), "", "Ann Example"),
        (
            data('{"@type":"NewsArticle","author":[{"name":"Ann Example"},{"name":["Bo Sample"]},"Ann Example"]}'),
            "",
            "Ann Example; Bo Sample",
        ),
        (data('{"@type":"Organization","author":"The house"}'), '<a rel="author">Ann Example</a>', "Ann Example"),
        ('<meta name="author" content="Ann Example">', "", "Ann Example"),
        ('<meta name="author" content="https://x.example/ann"><meta name="byl" content="By Ann Example">', "", "Ann Example"),
        ("", '<p class="byline">Written by Ann Example on May 4</p>', "Ann Example"),
        ("", '<span class="author">作者：安例</span>', "安例"),
        ("", '<a href="/author/ann">Ann Example</a>', "Ann Example"),
        ("", "<p>作者：安例 来源：示例网</p>", "安例"),
        ("", "<p>文 | 安例 编辑 | 小例</p>", "安例"),
        (
            '<meta name="citation_author" content="Example, Ann"><meta name="citation_author" content="Sample, Bo">',
            "",
            "Example, Ann; Sample, Bo",
        ),
        ("", '<div class="comment"><span class="author">A Reader</span></div>', ""),
        ("", '<span class="author">admin</span>', ""),
        ("", f'<div class="author">{"a sentence that tells of somebody at length " * 3}</div>', ""),
        ("", "", ""),
    ],
)
def test_the_author_is_who_the_page_names(head: str, inner: str, author: str) -> None:
    assert read(head, inner).author == author


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("Example Pools | Queues apart", "Queues apart"),
        ("Queues apart » Example Pools", "Queues apart"),
        ("Queues apart • Example Pools", "Queues apart"),
        ("[2602.01234] Queues apart", "Queues apart"),
        ("队列分开 - 知乎", "队列分开"),
        ("队列分开_安例的博客-CSDN博客", "队列分开"),
        ("队列分开-36氪", "队列分开"),
        ("Queues apart: a history", "Queues apart: a history"),
        ("Example Pools: a history of it", "Example Pools: a history of it"),
        ("CPU | GPU: which of them", "CPU | GPU: which of them"),
    ],
)
def test_a_headline_has_no_name_of_a_site_before_or_behind_it(title: str, headline: str) -> None:
    named = f'<title>{title}</title><meta property="og:site_name" content="Example Pools">'

    assert read(named, body=f"<article>{PROSE}</article>").title == headline


def test_a_page_without_a_title_is_called_as_its_first_heading() -> None:
    assert read(body=f"<article><h2>Queues apart</h2>{PROSE}</article>").title == "Queues apart"
    assert (
        read(body=f'<article><h1>Queues apart<a class="headerlink" href="#q">¶</a></h1>{PROSE}</article>').title == "Queues apart"
    )


def test_the_headline_is_what_is_seen_of_it() -> None:
    assert read(body=f"<article><h1>Pools <del>two</del> <wbr>apart<sup>2</sup></h1>{PROSE}</article>").title == "Pools apart^2"
    assert read("<title>Pools</title>", body=f"<svg><title>Icon</title></svg><article>{PROSE}</article>").title == "Pools"
    assert read(body=f'<div role="banner"><h1>Pools apart</h1></div><article>{PROSE}</article>').title == "Pools apart"


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ("https://blog.example.com/2027/queues?a=1", "https://blog.example.com/2027/queues?a=1"),
        ("/2027/queues", "https://blog.example.com/2027/queues"),
        ("https://www.example.com/queues", "https://www.example.com/queues"),
        ("https://other.example/queues", ""),
        ("https://blog.example.com/", ""),
        ("https://blog.example.com/en/", ""),
        ("javascript:void(0)", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_its_own_address_is_of_its_own_site_and_no_front_page(stated: str, named: str) -> None:
    assert read(f'<link rel="canonical" href="{stated}">').canonical == named


@pytest.mark.parametrize("content", ["0; url=/real", "0;URL='/real'", "3, url=/real", '1; url="/real"', "0 ;  url = /real"])
def test_a_page_that_only_sends_its_readers_elsewhere_says_where(content: str) -> None:
    with pytest.raises(Forwarded) as raised:
        read(f'<title>Moved</title><meta http-equiv="Refresh" content="{escape(content)}">', body="<p>One moment.</p>")

    assert raised.value.to == "/real"


def test_a_page_that_loads_itself_again_is_a_page() -> None:
    assert read('<meta http-equiv="refresh" content="300">').text
    assert read('<meta http-equiv="refresh" content="900; url=/queues">').text
    assert read('<meta http-equiv="refresh" content="0; url=/real">', PROSE).text


@pytest.mark.parametrize(
    "head",
    [
        data('{"@type":"NewsArticle","isAccessibleForFree":false}'),
        data('{"@type":"NewsArticle","isAccessibleForFree":"False"}'),
        '<meta property="article:content_tier" content="metered">',
    ],
)
def test_a_page_that_says_it_is_not_for_everybody_is_partial(head: str) -> None:
    assert read(head).partial
    assert not read(data('{"@type":"NewsArticle","isAccessibleForFree":true}')).partial


@pytest.mark.parametrize(
    "call",
    [
        "This post is for paid subscribers",
        "This post is for paying subscribers only",
        "This article is for subscribers only. Subscribe to continue reading.",
        "Subscribe now to read the full article",
        "Sign in to continue reading",
        "Create a free account to unlock this article",
        "You’ve read your last free article.",
        "Already a subscriber? Log in",
        "You have reached your limit of free articles",
        "订阅后继续阅读",
        "付费后阅读全文",
        "开通会员即可查看剩余内容",
        "本文仅限付费会员阅读",
        "以下内容为付费用户专享",
        "剩余 60% 未读",
        "登录后查看全文",
    ],
)
def test_a_call_to_pay_behind_the_text_makes_it_partial(call: str) -> None:
    inside, behind = (
        read(inner=f"{PROSE}<p>{call}</p>".replace(PROSE, "")),
        f"<article><h1>Queues</h1>{PROSE}</article><div class=wall><b>{call}</b></div>",
    )

    assert read(body=behind).partial
    assert read(body=f"<article><h1>Queues</h1>{PROSE}<p>{call}</p></article>").partial
    assert inside.title == "Queues of their own"


@pytest.mark.parametrize(
    "free",
    [
        "Subscribe to our newsletter for weekly notes.",
        "The post office is for members of the club and for everybody else who sends letters.",
        "会员数增长了三成。",
        "We sell subscriptions to teams that pay by the seat.",
        "付费用户增长了三成，免费用户没有变化。",
    ],
)
def test_a_line_about_subscribers_is_no_call_to_pay(free: str) -> None:
    assert not read(body=f"<article><h1>Queues</h1>{PROSE}<p>{free}</p></article>").partial
