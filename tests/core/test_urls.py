from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.urls import MAX_URL_CHARS, canonical, domain, host, page_key, site_root, sponsored_link


@pytest.mark.parametrize(
    ("written", "one_form"),
    [
        ("HTTP://Example.COM:80/a#part", "https://example.com/a"),
        ("https://example.com", "https://example.com/"),
        ("https://user:pass@example.com/a", "https://example.com/a"),
        ("https://example.com/a?utm_source=x&b=2&a=1&fbclid=9", "https://example.com/a?a=1&b=2"),
        ("https://example.com/a?ref=hn&source=rss", "https://example.com/a"),
        ("https://example.com/a?from=timeline&isappinstalled=0", "https://example.com/a"),
        ("https://example.com/a?api_key=s3cret&page=2", "https://example.com/a?page=2"),
        ("https://example.com/%7euser/%e4%b8%ad?q=%2f", "https://example.com/~user/%E4%B8%AD?q=%2F"),
        ("https://example.com/中 文", "https://example.com/%E4%B8%AD%20%E6%96%87"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/a/b/..", "https://example.com/a/"),
        ("https://example.com/a/.", "https://example.com/a/"),
        ("https://例子.中国/x", "https://xn--fsqu00a.xn--fiqs8s/x"),
        ("https://arxiv.org/pdf/2602.06020v2.pdf", "https://arxiv.org/abs/2602.06020"),
        ("http://www.arxiv.org/abs/2602.06020v1", "https://arxiv.org/abs/2602.06020"),
        ("https://export.arxiv.org/html/cs/9901001", "https://arxiv.org/abs/cs/9901001"),
        ("https://youtu.be/abc?si=shared", "https://www.youtube.com/watch?v=abc"),
        ("https://m.youtube.com/watch?v=abc&feature=share", "https://www.youtube.com/watch?v=abc"),
        ("https://en.m.wikipedia.org/wiki/Batch", "https://en.wikipedia.org/wiki/Batch"),
        ("https://example.com/a-long-slug/amp/", "https://example.com/a-long-slug/"),
        ("https://www.google.com/amp/s/example.com/a", "https://example.com/a"),
        (
            "https://mp.weixin.qq.com/s?sn=1&__biz=M==&mid=2&idx=1&chksm=c&scene=21",
            "https://mp.weixin.qq.com/s?__biz=M==&idx=1&mid=2&sn=1",
        ),
    ],
)
def test_one_link_has_one_spelling(written: str, one_form: str) -> None:
    assert canonical(written) == one_form


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.com/blog/",
        "https://github.com/example/amp",
        "https://example.com/list?from=2026-02-01",
        "https://api.example.com/file?ref=main",
        "https://example.com/a?key=3",
        "http://127.0.0.1:8080/page",
        "http://[::1]:8080/page",
        "http://example.com:8080/page",
    ],
)
def test_what_may_name_another_page_is_kept(url: str) -> None:
    assert canonical(url) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/a",
        "mailto:a@example.com",
        "javascript:alert(1)",
        "https://",
        "https://a b/",
        "https://a..b/",
        "https://x:99999/",
        "https://x/\x00",
    ],
)
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical(text)


def test_a_link_beyond_the_bound_is_refused_and_one_within_is_not() -> None:
    fits = "https://example.com/" + "a" * (MAX_URL_CHARS - 20)

    assert canonical(fits) == fits
    with pytest.raises(ValueError, match="longer than"):
        canonical(fits + "a")


_URLS = st.builds(
    "{}://{}{}?{}#{}".format,
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(["example.com", "WWW.Example.com.", "arxiv.org", "youtu.be", "a.cdn.ampproject.org", "[::1]", "10.0.0.1:81"]),
    st.text(alphabet="/abcAMPvs-.%0123456789 中é;:@~\"'", max_size=40).map(lambda path: "/" + path),
    st.text(alphabet="&=?utm_from abcZ%20中/+", max_size=40),
    st.text(max_size=5),
)


@given(_URLS)
def test_the_one_spelling_is_its_own(url: str) -> None:
    try:
        once = canonical(url)
    except ValueError:
        return
    assert canonical(once) == once
    assert once.isascii()


def test_the_key_of_a_page_sees_through_www_slash_and_index() -> None:
    keys = {page_key(url) for url in ("http://www.example.com/a/", "https://example.com/a", "https://example.com/a/index.html")}

    assert keys == {"example.com/a"}
    assert page_key("https://example.com/b") not in keys


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.blog.example.com/a", "example.com"),
        ("https://news.example.com.cn/", "example.com.cn"),
        ("https://a.b.example.co.uk/", "example.co.uk"),
        ("https://someone.github.io/x", "someone.github.io"),
        ("https://one.substack.com/p/x", "one.substack.com"),
        ("https://substack.com/x", "substack.com"),
        ("http://10.0.0.1:8080/", "10.0.0.1"),
    ],
)
def test_the_domain_is_the_site_somebody_owns(url: str, site: str) -> None:
    assert domain(url) == site


def test_readers_see_the_host_without_www() -> None:
    assert host("https://www.Example.com:8443/a") == "example.com"
    assert host("nothing") == ""


def test_a_paid_link_is_known_by_its_marks() -> None:
    assert sponsored_link("https://www.amazon.com/dp/1?tag=shop-20")
    assert sponsored_link("https://go.skimresources.com/?id=1")
    assert sponsored_link("https://example.com/?utm_medium=affiliate")
    assert sponsored_link("https://example.com/?aff_id=3")
    assert not sponsored_link("https://example.com/?tag=inference")
    assert not sponsored_link("https://example.com/plain")
    assert not sponsored_link("https://example.com/affiliate-marketing?utm_medium=rss")


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://a.example", True),
        ("https://a.example/", True),
        ("https://a.example/en/", True),
        ("https://a.example/zh-CN", True),
        ("https://a.example/index.html", True),
        ("https://a.example/en/home", True),
        ("https://a.example/blog", False),
        ("https://a.example/?p=7", False),
        ("https://a.example/en/post", False),
    ],
)
def test_a_front_page_has_no_path_but_a_language_or_an_index(url: str, root: bool) -> None:
    assert site_root(url) == root


@pytest.mark.parametrize(
    "url",
    ["https://a.example/x", "http://www.a.example", "https://a.example?x", "https://a.example#x", "https://www./", "https://A.Example/",
     "https://me:secret@a.example/", "https://a.example:8080/", "https://[::1]/x", "https://例子.example/", "//a.example/", "a.example", ""],
)  # fmt: skip
def test_a_host_is_the_same_whichever_way_it_is_found(url: str) -> None:
    assert host(url) == (urlsplit(url).hostname or "").removeprefix("www.")
