"""What one fetch is asked to send back, and to whom it does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deepdaily.read.fetch_cookies import MAX_COOKIE_CHARS, MOST_COOKIES, FetchCookies

NOW = datetime(2026, 2, 11, 7, 30, tzinfo=UTC)
WWW, BARE, OTHER = "https://www.news.example/a", "https://news.example/a", "https://other.example/a"


@pytest.mark.parametrize(
    ("line", "url", "sent"),
    [
        ("seen=1", WWW, "seen=1"),
        ("seen=1", BARE, ""),
        ("seen=1; Domain=news.example", BARE, "seen=1"),
        ("seen=1; domain=.news.example; Path=/", BARE, "seen=1"),
        ("seen=1; Path=/a", f"{WWW}/b?c", "seen=1"),
        ("seen=1; Path=/b", WWW, ""),
        ("seen=1; path=/a", f"{WWW}b", ""),
        ("seen=1; Path=elsewhere", WWW, "seen=1"),
        ("seen=; Expires=Thu, 01-Jan-1970 00:00:01 GMT", WWW, ""),
        ("seen=1; expires=Sat, 21 Nov 2099 10:00:00 GMT; SameSite=Lax", WWW, "seen=1"),
        ("seen=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", WWW, "seen=1"),
        ("seen=1; Max-Age=soon; Expires=whenever", WWW, "seen=1"),
        ("wp[lang]=zh; HttpOnly", WWW, "wp[lang]=zh"),
        ("城市=北京", WWW, "城市=北京"),
        ("a=caf\udce9", WWW, ""),
        ("a=caf \udce9", WWW, ""),
        ("a=b=c==", WWW, "a=b=c=="),
        ("seen=1; Domain=example", OTHER, ""),
        ("seen=1; Domain=other.example", OTHER, ""),
        ("seen=1; Domain=news.example", "https://badnews.example/", ""),
        ("seen=1; Secure", "http://www.news.example/a", ""),
        ("seen=1; Max-Age=0", WWW, ""),
        ("seen=1; Max-Age=60", WWW, "seen=1"),
        ('a="b, c" ; HttpOnly', WWW, 'a="b, c"'),
        ("no sign", WWW, ""),
        ("=nameless", WWW, ""),
        ("a b=1", WWW, ""),
        ("a=1\r\nX-Evil: 1", WWW, "a=1"),
        ("a=" + "x" * MAX_COOKIE_CHARS, WWW, ""),
    ],
)
def test_a_cookie_goes_back_to_the_site_that_set_it(line: str, url: str, sent: str) -> None:
    cookies = FetchCookies(NOW)
    cookies.keep(WWW, [line])

    assert cookies.for_url(url) == sent


def test_a_cookie_set_again_is_the_new_one_and_a_site_may_set_a_few() -> None:
    cookies = FetchCookies(NOW)
    cookies.keep(WWW, ["a=1", "a=2"])
    assert cookies.for_url(WWW) == "a=2"

    cookies.keep(WWW, [f"c{n}=1" for n in range(100)])
    assert cookies.for_url(WWW).count("=") == MOST_COOKIES
    cookies.keep(WWW, ["a=3"])
    assert cookies.for_url(WWW).startswith("a=3")


@pytest.mark.parametrize("suffix", ["github.io", "com.cn", "co.uk"])
def test_no_host_sets_a_cookie_for_all_below_a_shared_suffix(suffix: str) -> None:
    cookies = FetchCookies(NOW)
    cookies.keep(f"https://one.{suffix}/", [f"seen=1; Domain={suffix}"])

    assert cookies.for_url(f"https://two.{suffix}/") == ""
