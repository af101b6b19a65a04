"""Pages in parts."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from deepdaily.read.parts import parts_of

URL = "https://lab.example/2026/03/pools.html"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        (URL, "<a href='pools_2.html'>2</a>"),
        (URL, "<a href='/2026/03/pools-2.html'>下一页</a>"),
        (URL, "<a href='?page=2'>Next page »</a>"),
        ("https://lab.example/pools/", "<link rel='next' href='/pools/2/'>"),
        ("https://lab.example/pools", "<a rel='next' href='/pools/page/2'>go on</a>"),
        ("https://lab.example/pools_1.html", "<a href='/pools_2.html'>Next</a>"),
    ],
)
def test_a_page_that_goes_on_at_its_own_address_with_a_number_is_a_part(url: str, link: str) -> None:
    assert parts_of(LexborHTMLParser(f"<body><p>A text.</p>{link}</body>"), url) == (True, "")


@pytest.mark.parametrize(
    "link",
    [
        "<link rel='next' href='/2026/04/queues.html'>",
        "<a rel='next' href='https://other.example/2026/03/pools_2.html'>2</a>",
        "<a href='/2026/03/pools-and-queues.html'>Next</a>",
        "<a href='/2026/03/pools_2.html'>The second edition of the pools</a>",
        "<a href='javascript:next()'>Next</a>",
        "",
    ],
)
def test_the_next_article_of_a_blog_is_no_part(link: str) -> None:
    assert parts_of(LexborHTMLParser(f"<body><p>A text.</p>{link}</body>"), URL) == (False, "")


@pytest.mark.parametrize("words", ["View as single page", "在本页阅读全文", "Single-page view"])
def test_where_all_of_it_stands_on_one_page_is_told(words: str) -> None:
    page = (
        f"<body><a href='pools_2.html'>2</a> <a href='pools_all.html'>{words}</a> <a href='https://ads.example/'>{words}</a></body>"
    )

    assert parts_of(LexborHTMLParser(page), URL) == (True, "https://lab.example/2026/03/pools_all.html")
