"""Whatever way an MCP server lists its links in, they are found with titles, days and texts; anything else is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.errors import NotAFeed, SourceError
from deepdaily.core.types import Slot, Window
from deepdaily.read.extract import with_title
from deepdaily.sources.listed_rows import ListedRow
from deepdaily.sources.mcp_answers import McpPiece, McpQuestion, kind_of, parse_answer

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
DAY = datetime(2026, 2, 10, tzinfo=UTC)
ONE = "https://lab.example/one"


def rows(answer: Any) -> list[ListedRow]:
    return parse_answer(McpPiece(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False), "", WINDOW))


def told(answer: Any) -> list[tuple[str, str, datetime | None, str]]:
    return [(row.link, row.title, row.at, row.text) for row in rows(answer)]


ENTRY = {"url": ONE, "title": "Heron 2 is out", "published_at": "2026-02-10", "summary": "It is twice as fast."}
WHOLE = [(ONE, "Heron 2 is out", DAY, "It is twice as fast.")]
RSS = f'<?xml version="1.0"?><rss version="2.0"><channel><title>n</title><item><title>Heron 2 is out</title><link>{ONE}</link><pubDate>Tue, 10 Feb 2026 00:00:00 GMT</pubDate><description>It is twice as fast.</description></item></channel></rss>'
ATOM = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>Heron 2 is out</title><link href="{ONE}"/><updated>2026-02-10T00:00:00Z</updated><summary>It is twice as fast.</summary></entry></feed>'
JSON_FEED = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": ONE, "title": "Heron 2 is out", "date_published": "2026-02-10T00:00:00Z", "content_text": "It is twice as fast."}]}  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        [ENTRY],
        ENTRY,
        {"results": [ENTRY], "total": 1},
        {"result": [ENTRY]},
        {"data": {"articles": [ENTRY]}},
        {"result": json.dumps([ENTRY])},
        {"link": ONE, "headline": "Heron 2 is out", "pubDate": "Tue, 10 Feb 2026 00:00:00 GMT", "description": "<p>It is twice as fast.</p>"},
        {"href": ONE, "name": "Heron 2 is out", "timestamp": 1770681600, "snippet": "It is twice as fast."},
        {"uri": ONE, "title": "Heron 2 is out", "timestamp": 1770681600000, "content": ["It is twice as fast."]},
        JSON_FEED,
        RSS,
        ATOM,
        f"# News\n\n- [Heron 2 is out]({ONE}) (2026-02-10)\n  It is twice as fast.\n\n## Later\n\nNothing.",
        f"1. **[Heron 2 is out]({ONE} \"Heron\")** 2026-02-10\n   It is twice as fast.",
        f"Title: Heron 2 is out\nURL: {ONE}\nPublished: 2026-02-10\nText: It is twice as fast.\n",
        f"**Title:** Heron 2 is out\n**Description:** It is twice as fast.\n**Date:** 2026-02-10\n**URL:** {ONE}\n",
        f"标题：Heron 2 is out\n链接：{ONE}\n日期：2026-02-10\n摘要：It is twice as fast.",
    ],
)  # fmt: skip
def test_each_way_of_listing_gives_link_title_day_and_text_and_they_are_seen_in_the_stored_bytes(answer: Any) -> None:
    found = [
        (link, title, at, text.removeprefix("(2026-02-10)").removeprefix("2026-02-10").strip())
        for link, title, at, text in told(answer)
    ]

    assert found == WHOLE
    piece = McpPiece(answer if isinstance(answer, str) else json.dumps(answer), "")
    [row] = rows(answer)
    quotes = tuple(filter(None, with_title(row.title, row.text).split("\n")))
    if "result" not in answer or not isinstance(answer["result"], str):  # JSON in JSON is opened, and cannot be quoted
        assert unseen(Asked(piece.text.encode(), kind_of(piece), quotes)) == []


def test_several_entries_stay_apart() -> None:
    labelled = "".join(f"Title: Story number {n}\nURL: {ONE}/{n}\nText: Words of {n}.\nMore of {n}.\n\n" for n in range(3))
    marked = "\n".join(f"- [Story number {n}]({ONE}/{n}): Words of {n}." for n in range(3))

    assert [(row.link, row.text) for row in rows(labelled)] == [(f"{ONE}/{n}", f"Words of {n}.\nMore of {n}.") for n in range(3)]
    assert [(row.link, row.text) for row in rows(marked)] == [(f"{ONE}/{n}", f"Words of {n}.") for n in range(3)]


@pytest.mark.parametrize("answer", [[], {"results": []}, "", "No results found.", "没有找到"])
def test_nothing_today_is_an_answer(answer: Any) -> None:
    assert rows(answer) == []


@pytest.mark.parametrize(
    "answer",
    ["It was a quiet day.", {"weather": "fine"}, [1, 2], ["a"], '{"results": [', "[" * 5000, "\0\1\2", "<html><body>Please log in</body></html>", {"results": [{"url": "news://1", "title": "x"}]}],
)  # fmt: skip
def test_anything_else_is_told_with_its_first_words(answer: Any) -> None:
    with pytest.raises(SourceError, match="lists no links; it begins: ") as told_error:
        rows(answer)
    assert len(str(told_error.value)) < 400


def test_a_broken_feed_is_told() -> None:
    with pytest.raises(NotAFeed):
        rows("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><rss/>")


def test_an_odd_entry_costs_itself() -> None:
    odd = [
        None,
        3,
        {"url": ONE},
        {"title": "No link"},
        {"url": 5, "title": "A number"},
        {"url": ONE, "title": ["a"]},
        ENTRY | {"published_at": True},
    ]

    assert told(odd) == [(ONE, "Heron 2 is out", None, "It is twice as fast.")]


def test_days_are_filled_in_wherever_they_stand() -> None:
    question = McpQuestion(tool="find", arguments={"from": "{since}", "among": [{"day": "on {date}"}], "n": 3})

    assert question.of_day(WINDOW).arguments == {"from": "2026-02-04", "among": [{"day": "on 2026-02-11"}], "n": 3}
    assert McpQuestion(resource="news://{date}").of_day(WINDOW).resource == "news://2026-02-11"
