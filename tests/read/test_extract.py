from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deepdaily.choose.rank import relevant
from deepdaily.core.errors import NoText
from deepdaily.read.extract import MAX_TAGS, MAX_TEXT_CHARS, OWN, Extracted, PageBytes, fragment, page, with_title
from making import story

LONG = "The scheduler keeps prefill and decode apart, so a long prompt no longer delays the tokens of other requests. " * 6


def _page(body: str, head: str = "", url: str = "https://blog.example.com/a", media_type: str = "text/html") -> Extracted:
    return page(PageBytes(url, media_type, f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()))


def _article(inside: str = "", headline: str = "Prefill and decode apart", before: str = "", head: str = "") -> Extracted:
    return _page(f"{before}<article><h1>{headline}</h1>{inside}<p>{LONG}</p><p>{LONG[:300]}</p></article>", head)


def test_a_text_is_its_title_an_empty_line_and_one_block_a_line() -> None:
    found = _article("<p>We measured\n   three things:</p><ul><li>latency of 3 ms</li><li>throughput</li></ul>")

    lines = found.text.split("\n")
    assert lines[:5] == ["Prefill and decode apart", "", "We measured three things:", "- latency of 3 ms", "- throughput"]
    assert lines[5] == LONG.strip()
    assert (found.title, found.language, found.sponsored) == ("Prefill and decode apart", "en", False)
    assert found.extractor == OWN


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display: none">SECRET</p>',
        "<p hidden>SECRET</p>",
        '<p aria-hidden="true">SECRET</p>',
        '<p style="font-size:0px">SECRET</p>',
        '<p style="position:absolute; left:-9999px">SECRET</p>',
        '<span class="sr-only">SECRET</span>',
        "<!-- SECRET -->",
        "<script>SECRET</script>",
        "<noscript>SECRET</noscript>",
        "<template>SECRET</template>",
    ],
)
def test_what_readers_do_not_see_is_not_read(hidden: str) -> None:
    assert "SECRET" not in _article(f"<p>{LONG}</p>{hidden}").text
    assert "SECRET" not in fragment(f"<p>Seen.</p>{hidden}")


def test_what_readers_see_is_read() -> None:
    assert "SECRET" in _article(f'<p>{LONG}</p><p style="opacity:0.9; font-size:10px">The SECRET of a good batch.</p>').text


def test_menus_and_footers_are_left_out() -> None:
    found = _article(before="<nav><a href='/'>Start here</a></nav>", inside="<p>Kept.</p>")

    assert "Start here" not in found.text


@pytest.mark.parametrize(
    ("title", "head", "headline"),
    [
        ("Serving at scale | Example Technical Blog", "", "Serving at scale"),
        ("Serving at scale - Example", "", "Serving at scale"),
        ("推理服务的灰度发布实践_机器之心", "", "推理服务的灰度发布实践"),
        ("Serving - a tale of two queues", "", "Serving - a tale of two queues"),
        ("How to use max_tokens well", "", "How to use max_tokens well"),
        ("[2602.00001] Batches", '<meta name="citation_title" content="Batches of one">', "Batches of one"),
        ("word " * 1_000, "", ("word " * 60).strip()),
        (
            "Anything",
            '<meta property="og:title" content="Serving &amp;amp; scale"><meta property="og:site_name" content="X">',
            "Serving & scale",
        ),
    ],
)
def test_the_headline_is_the_pages_own_without_its_site(title: str, head: str, headline: str) -> None:
    found = _page(f"<article><p>{LONG}</p></article>", f"<title>{title}</title>{head}", url="https://www.example.com/a")

    assert found.title == headline


def test_the_headline_on_the_page_wins_over_the_longer_one_in_its_head() -> None:
    found = _article(head="<title>Prefill and decode apart: a long story — Example</title>")

    assert found.title == "Prefill and decode apart"


@pytest.mark.parametrize(
    ("head", "published_at"),
    [
        ('<meta property="article:published_time" content="2026-02-10T09:30:00+08:00">', datetime(2026, 2, 10, 1, 30, tzinfo=UTC)),
        (
            '<script type="application/ld+json">[{"@graph": [{"datePublished": "2026-02-10T01:30:00Z"}]}]</script>',
            datetime(2026, 2, 10, 1, 30, tzinfo=UTC),
        ),
        ('<meta name="datePublished" content="2026-02-10">', datetime(2026, 2, 10, tzinfo=UTC)),
    ],
)
def test_the_date_is_what_the_page_states(head: str, published_at: datetime) -> None:
    assert _article(head=head).published_at == published_at


def test_damaged_linked_data_costs_nothing_else() -> None:
    found = _article(head='<script type="application/ld+json">{"@graph": [</script>')

    assert LONG[:50] in found.text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("told", [True, False])
def test_chinese_is_read_in_every_encoding(encoding: str, told: bool) -> None:
    said = "推理服务把预填充与解码拆开部署，长提示不再拖慢其他请求的输出，尾延迟因此下降。"
    source = f"<html><head><title>拆开部署</title></head><body><article><h1>拆开部署</h1><p>{said * 5}</p></article></body></html>"
    media_type = f"text/html; charset={encoding}" if told else "text/html"

    found = page(PageBytes("https://example.cn/a", media_type, source.encode(encoding)))

    assert said in found.text
    assert found.language == "zh"


@pytest.mark.parametrize("said", ["utf-8", "gb2312", "iso-8859-1", "klingon"])
def test_what_can_only_be_utf_8_is_read_so_and_a_damaged_byte_costs_itself(said: str) -> None:
    source = "<title>Préfill à part — und über</title><article>" + f"<p>{LONG} Größe wählt “zwei” – naïve café.</p>" * 3
    damaged = source.encode().replace(b"caf\xc3\xa9", b"caf\xa0", 1)

    found = page(PageBytes("https://example.com/a", f"text/html; charset={said}", damaged))

    assert "Größe wählt “zwei” – naïve café." in found.text


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"%PDF-1.7 " + b"words " * 100, "text/html"),
        (b"\x89PNG\r\n", ""),
        (b"<html>" + b"\0" * 20, "text/html"),
        (b"<p>words</p>" * 100, "application/pdf"),
        (b"<p>words</p>" * 100, "image/svg+xml"),
        (b"", "text/html"),
        (b"<div>" * (MAX_TAGS + 1), "text/html"),
        (b"<html><body><div id=app></div></body></html>", "text/html"),
        (
            b"<html><head><title>Just a moment...</title></head><body>"
            + b"<p>Checking the connection, please wait for it.</p>" * 9,
            "text/html",
        ),
        (b"<html><body><h1>Welcome</h1><p>Please give your name.</p><form><input type=password></form></body></html>", "text/html"),
    ],
    ids=["pdf", "png", "nul", "pdf-type", "svg-type", "empty", "tags", "shell", "challenge", "login"],
)
def test_what_has_no_text_is_refused(body: bytes, media_type: str) -> None:
    with pytest.raises(NoText, match=r".+"):
        page(PageBytes("https://example.com/a", media_type, body))


def test_an_article_about_captchas_is_read() -> None:
    found = _page(
        f"<article><h1>Why the captcha is dying</h1><p>{LONG}</p><p>{LONG}</p><p>{LONG}</p></article>",
        "<title>Why the captcha is dying</title>",
    )

    assert found.title == "Why the captcha is dying"


def test_plain_text_is_read_as_it_stands() -> None:
    found = page(PageBytes("https://example.com/CHANGES.md", "text/plain", f"# Version 2.1\n\n* {LONG}\n* Fixed.\n".encode()))

    assert found.text.split("\n") == ["Version 2.1", "", f"- {LONG.strip()}", "- Fixed."]


@pytest.mark.parametrize(
    "paid",
    [
        {"before": "<div>Sponsored content</div>"},
        {"inside": "<p>Paid partnership</p>"},
        {"inside": "<p>本文由示例公司赞助</p>"},
        {"before": "<span>广告</span>"},
        {"headline": "【推广】新一代推理网关"},
        {"inside": "<p>This article is sponsored by Example Cloud.</p>"},
        {"inside": "<p>本文为商业推广</p>"},
        {"head": '<meta property="article:section" content="Partner Content">'},
        {"head": '<script type="application/ld+json">{"@type": "AdvertiserContentArticle"}</script>'},
        {"head": '<script type="application/ld+json">{"@type": "NewsArticle", "articleSection": ["Sponsored"]}</script>'},
        {"head": '<script type="application/ld+json">{"@type": "Article", "sponsor": {"name": "Acme"}}</script>'},
        {"head": '<meta name="is_sponsored" content="true">'},
        {"head": '<meta name="cms.content-type" content="advertorial">'},
        {"before": '<div class="article-sponsor-label">Acme Cloud is the partner of this series</div>'},
        {"inside": '<aside class="disclosure-text">Acme Cloud paid us to write about its gateway.</aside>'},
        {"inside": "<p>感谢示例云赞助本文</p>"},
        {
            "inside": '<p><a rel="sponsored nofollow" href="https://a.example/1">a</a> <a rel="sponsored" href="https://a.example/2">b</a></p>'
        },
    ],
)
def test_paid_material_is_known_by_its_marks(paid: dict[str, str]) -> None:
    assert _article(**paid).sponsored


@pytest.mark.parametrize(
    "free",
    [
        {"headline": "Sponsored search is changing"},
        {"head": '<meta name="is_sponsored" content="false">'},
        {"head": '<meta property="article:section" content="Advertising">'},
        {"head": '<script type="application/ld+json">{"@type": "Event", "sponsor": {"name": "Acme"}}</script>'},
        {"inside": "<p>Sponsored by a grant of the National Science Foundation</p>"},
        {"before": '<div class="sponsor-label"><a href="/sponsors">Become a sponsor</a></div>'},
        {"inside": f'<p>{LONG}</p><div class="sponsor-label">Acme Cloud pays for the box beside this.</div>'},
        {"headline": "广告系统的推理加速实践"},
        {"inside": "<p>Sponsored content is 40 % of what they show.</p>"},
        {"inside": f"<p>{LONG}</p><p>Advertisement</p>"},
        {"before": "<nav>Sponsored content</nav>"},
        {"before": "<button>Sponsor</button>"},
        {"headline": "GitHub Sponsors now supports agents"},
        {"inside": '<p><a rel="sponsored" href="https://a.example/1">a</a></p>'},
    ],
)
def test_an_article_about_advertising_is_not_paid(free: dict[str, str]) -> None:
    assert not _article(**free).sponsored


FIELD = "Agents share one KV cache: the LLM gateway routes each inference request to the vLLM server that holds its prefix. " * 12


@pytest.mark.parametrize(
    "label", ["<div>Sponsored content</div>", '<div class="sponsor-badge">By our partner Acme</div>', "<div>商务合作</div>"]
)
def test_a_paid_text_that_is_wholly_of_our_field_is_known_as_paid(label: str) -> None:
    """The gate of the field would let it pass: the label alone keeps it out."""

    def read(before: str) -> Extracted:
        return _page(f"{before}<article><h1>One cache for all LLM agents</h1><p>{FIELD}</p></article>")

    free = read("")

    assert relevant(story(free.title, free.text.removeprefix(free.title)))
    assert (free.sponsored, read(label).sponsored) == (False, True)


def test_a_fragment_follows_the_same_rules() -> None:
    found = fragment("<h2>Fixes</h2><p>One\nline</p><ul><li>first &amp; best<li>second</ul><pre>a\nb</pre>\x07")

    assert found.split("\n") == ["Fixes", "One line", "- first & best", "- second", "a", "b"]
    assert fragment("no markup &lt; here\nsecond line") == "no markup < here\nsecond line"
    assert fragment("") == fragment("<p> </p>") == fragment("<!-- -->") == ""


def test_a_text_is_cut_at_its_bound_and_only_there() -> None:
    line = "x" * 99

    assert len(fragment("\n".join(f"{line}{number}" for number in range(10**4, 10**4 + 1_000)))) == 105 * 1_000 - 1
    assert (
        MAX_TEXT_CHARS - 105
        <= len(fragment("\n".join(f"{line}{number}" for number in range(10**4, 10**4 + 3_000))))
        <= MAX_TEXT_CHARS
    )
    assert len(fragment("x" * (MAX_TEXT_CHARS + 1))) == MAX_TEXT_CHARS


def test_a_title_stands_once() -> None:
    assert with_title("Fast batches", "Fast Batches!\nText.") == "Fast batches\n\nText."
    assert with_title("Fast batches", "Text.") == "Fast batches\n\nText."


@pytest.mark.eval
def test_saved_pages_are_read_as_well_as_measured(shared: Path) -> None:
    """All 348 score word F1 0.899 and 0.960 on articles; every eighth is enough to notice a fall."""
    folder = shared / "eval" / "extraction"
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        pages = [gold for gold in map(json.loads, lines) if gold["set"] == "scrapinghub"][::8]
    found = []
    for gold in pages:
        body = gzip.decompress((folder / "html" / f"{gold['id']}.html.gz").read_bytes())
        found.append(_overlap(page(PageBytes(gold["url"] or "", "text/html", body)).text, gold["text"]))

    assert sum(found) / len(found) >= 0.9


def _overlap(ours: str, theirs: str) -> float:
    """F1 of the sets of words."""
    left, right = set(ours.lower().split()), set(theirs.lower().split())
    return 2 * len(left & right) / (len(left) + len(right))
