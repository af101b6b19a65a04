"""Lists of feeds as readers write them: nested, broken, hostile."""

from __future__ import annotations

import pytest

from deepdaily.core.errors import SourceError
from deepdaily.sources.opml import MAX_BYTES, MAX_OUTLINES, ListedFeed, parse_opml, read_file, written

A, B, C = "https://a.example/feed.xml", "https://b.example/rss?x=1&y=2", "https://c.example/f"
NESTED = f"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Labs"><outline text="Deep"><outline type="rss" text="A &amp; co" xmlUrl="{A}" htmlUrl="https://a.example/"/></outline>
<outline text="B" title="B 博客" xmlUrl="https://b.example/rss?x=1&amp;y=2"/></outline>
<outline text="A again" xmlUrl="{A}"/></body></opml>"""


def test_nested_feeds_are_found_in_order_and_each_once() -> None:
    told = parse_opml(NESTED.encode())

    assert told.feeds == (ListedFeed(A, "A & co"), ListedFeed(B, "B 博客"))
    assert told.remarks == ()


@pytest.mark.parametrize(
    "body",
    [
        f'<opml version="1.0"><body><outline text="A" type="rss" url="{A}"/></body></opml>'.encode(),
        f'<OPML version="1.1"><body><outline TEXT="A" xmlurl="{A}"/></body></OPML>'.encode(),
        f'<opml version="2.0"><body><outline text="A" xmlUrl="feed:{A}"/></body></opml>'.encode(),
        f'\n\n<?xml version="1.0"?><opml><outline text="A" xmlUrl=" {A} "/></opml>'.encode(),
        f'<opml version="2.0"><body><outline text="A" xmlUrl="{A}"/>'.encode(),
        f'<opml version="2.0"><body><outline text="A" xmlUrl="{A}"/><outline text="cut off" xml'.encode(),
        f'\ufeff<opml><body><outline text="A" xmlUrl="{A}"/></body></opml>'.encode(),
        f'<opml><body><outline text="A" xmlUrl="{A}"/></body></opml>'.encode("utf-16"),
    ],
    ids=["url", "case", "feed scheme", "blanks", "open", "cut", "bom", "utf-16"],
)
def test_what_readers_really_write_is_read(body: bytes) -> None:
    assert parse_opml(body).feeds == (ListedFeed(A, "A"),)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("gb2312", "gbk"),
        ("UTF-8", "utf-8"),
        ("iso-8859-1", "utf-8"),
        ("UTF-8", "gbk"),
        ("", "gbk"),
        ("", "utf-8"),
        ("UTF-8", "utf-16"),
    ],
)
@pytest.mark.parametrize("name", ["科学空间的文章", "机器之心", "AI 前线 · 镕"])
@pytest.mark.parametrize("others", [0, 300])
def test_names_in_another_encoding_than_is_said_are_read_all_the_same(declared: str, encoding: str, name: str, others: int) -> None:
    said = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    rows = "".join(f'<outline text="plain {n}" xmlUrl="https://b.example/{n}"/>' for n in range(others))
    body = f'{said}<opml><body>{rows}<outline text="{name}" xmlUrl="{A}"/></body></opml>'

    feeds = parse_opml(body.encode(encoding)).feeds

    assert (feeds[-1], len(feeds)) == (ListedFeed(A, name), others + 1)


@pytest.mark.parametrize("declared", ["UTF-8", "gb2312"])
def test_a_name_that_nobody_can_read_is_no_name(declared: str) -> None:
    rows = f'<outline text="caf\xe9" xmlUrl="{A}"/><outline text="plain" xmlUrl="https://b.example/f"/>'
    body = f'<?xml version="1.0" encoding="{declared}"?><opml><body>{rows}</body></opml>'

    assert parse_opml(body.encode("latin-1")).feeds == (ListedFeed(A), ListedFeed("https://b.example/f", "plain"))


def test_a_bare_ampersand_costs_nothing() -> None:
    body = b'<opml><body><outline text="Q&A" xmlUrl="https://b.example/rss?x=1&y=2"/></body></opml>'

    assert parse_opml(body).feeds == (ListedFeed(B, "Q&A"),)


def test_outlines_that_name_no_address_of_the_web_are_counted() -> None:
    bad = "".join(
        f'<outline text="x" xmlUrl="{url}"/>' for url in ("file:///etc/passwd", "javascript:1", "", "https://", "http://[x")
    )
    told = parse_opml(f'<opml><body>{bad}<outline text="A" xmlUrl="{A}"/></body></opml>'.encode())

    assert (told.feeds, told.remarks) == ((ListedFeed(A, "A"),), ("5 of its outlines name no address of the web",))


@pytest.mark.parametrize(
    ("count", "remarks"), [(MAX_OUTLINES, ()), (MAX_OUTLINES + 1, (f"more than {MAX_OUTLINES} feeds are not read",))]
)
def test_of_a_long_list_the_first_feeds_are_taken_and_it_is_told(count: int, remarks: tuple[str, ...]) -> None:
    rows = "".join(f'<outline text="{n}" xmlUrl="https://a.example/{n}"/>' for n in range(count))
    told = parse_opml(f"<opml><body>{rows}</body></opml>".encode())

    assert (len(told.feeds), told.remarks) == (MAX_OUTLINES, remarks)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"<html><body>Log in</body></html>", "no OPML"),
        (b"not xml at all", "no OPML"),
        (b"<opml><body></body></opml>", "without feeds"),
        (b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><outline xmlUrl="&x;"/></opml>', "declares XML entities"),
        (b"<opml>" + b"<outline>" * 5_000, "without feeds"),
        (b"<opml " + b'a="1" ' * 3_000 + b"/>", "attributes"),
        (b"<opml>" + b" " * MAX_BYTES + b"</opml>", "larger than 5 MB"),
    ],
)
def test_what_is_no_list_or_a_trap_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        parse_opml(body)


def test_what_is_written_is_read_again_the_same() -> None:
    feeds = [ListedFeed(B, 'A "quoted" <b> & 中文'), ListedFeed(A)]

    text = written(feeds, "日报 & more")

    assert parse_opml(text.encode()).feeds == (feeds[0], ListedFeed(A, A))
    assert "<title>日报 &amp; more</title>" in text


async def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        await read_file("/no/such/list.opml")
