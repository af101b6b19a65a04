"""Whether a form is of a page of this very site."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from deepdaily.serve.web.door import from_own_page


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://news.example.com:8080", "news.example.com:8080", True),
        ("http://news.example.com:8080", "news.example.com", True),
        ("http://News.example.com", "news.example.com", True),
        ("http://[::1]:8765", "[::1]", True),
        ("http://[::1]", "[::1]", True),
        ("http://news.example.com:8080", "news.example.com:8081", False),
        ("http://news.example.com", "news.example.com:8080", False),
        ("http://evil.example:8080", "news.example.com", False),
        ("http://news.example.com.evil.example", "news.example.com", False),
        ("null", "news.example.com", False),
        ("", "", False),
        ("", "news.example.com", False),
    ],
)
def test_names_are_compared_with_their_ports_unless_a_proxy_left_the_port_out(origin: str, host: str, own: bool) -> None:
    assert from_own_page(Headers({"origin": origin, "host": host})) is own


@pytest.mark.parametrize(("site", "own"), [("same-origin", True), ("same-site", False), ("cross-site", False), ("none", False)])
def test_what_a_browser_says_of_the_site_counts_before_names(site: str, own: bool) -> None:
    headers = {"sec-fetch-site": site, "origin": "http://news.example.com", "host": "news.example.com"}

    assert from_own_page(Headers(headers)) is own
