from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deepdaily.core.errors import BadStatus, FetchError, SourceError, WorkerFailed
from deepdaily.core.types import Harvest, Slot, Votes, Window
from deepdaily.sources.hackernews import API, HackerNews, parse_hits
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=3))
NEW = f"{API}search_by_date?tags=story&numericFilters=created_at_i%3E{int(WINDOW.since.timestamp())}&hitsPerPage=100"
FRONT = f"{API}search?tags=front_page&hitsPerPage=100"
DOWN = BadStatus("answered 503", status=503)


def _hit(number: int, **changes: Any) -> dict[str, Any]:
    made = {"objectID": str(number), "title": f"Story {number}", "url": f"https://example.com/{number}?utm_source=hn"}
    return made | {"points": 10 * number, "created_at_i": int(NOW.timestamp()) - 3600} | changes


def _answer(*hits: Any) -> bytes:
    return json.dumps({"hits": hits}).encode()


async def _harvest(new: bytes | FetchError, front: bytes | FetchError, engine: InlineEngine | None = None) -> Harvest:
    return await HackerNews(FakeFetcher({NEW: new, FRONT: front}), engine or InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]


async def test_a_story_on_both_lists_is_one_offer_with_its_best_points() -> None:
    found = await _harvest(_answer(_hit(1), _hit(2)), _answer(_hit(1, points=99)))

    assert [(offer.url, offer.votes) for offer in found.offers] == [
        ("https://example.com/1", Votes("hackernews", 99)),
        ("https://example.com/2", Votes("hackernews", 20)),
    ]
    assert (found.health.state, found.health.offers, found.health.message) == ("ok", 2, "")


async def test_a_question_without_link_points_to_its_discussion() -> None:
    found = await _harvest(_answer(_hit(7, url=None, title="Ask HN: Batch size?", story_text="<p>How &amp; why?")), _answer())

    assert found.offers[0].url == "https://news.ycombinator.com/item?id=7"
    assert found.offers[0].teaser == "How & why?"


@pytest.mark.parametrize("broken", [DOWN, b"<html>busy</html>", b"[" * 100_000, b"[]", b'{"hits": 3}'])
async def test_a_broken_half_does_not_cost_the_other(broken: bytes | FetchError) -> None:
    found = await _harvest(broken, _answer(_hit(1)))

    assert (found.health.state, len(found.offers)) == ("ok", 1)
    assert found.health.message.startswith("one half did not answer")


async def test_two_broken_halves_are_a_failure() -> None:
    with pytest.raises(BadStatus):
        await _harvest(DOWN, b"busy")
    with pytest.raises(SourceError, match="longer than 10 s"):
        await _harvest(_answer(), _answer(), InlineEngine(WorkerFailed("longer than 10 s")))


async def test_what_lies_outside_the_window_is_not_offered() -> None:
    late, old = int(NOW.timestamp()) + 60, int(WINDOW.since.timestamp()) - 60

    found = await _harvest(_answer(_hit(1, created_at_i=late), _hit(2, created_at_i=old)), _answer())

    assert (found.offers, found.health.state) == ((), "empty")


@pytest.mark.parametrize(
    "odd",
    [
        {"title": ""},
        {"objectID": "../x"},
        {"objectID": None},
        {"created_at_i": "soon"},
        {"created_at_i": 10**12},
        {"url": "javascript:alert(1)"},
    ],
)
async def test_a_story_that_cannot_be_used_costs_only_itself(odd: dict[str, Any]) -> None:
    found = await _harvest(_answer(_hit(1, **odd), "no story", _hit(2)), _answer())

    assert [offer.title for offer in found.offers] == ["Story 2"]


def test_an_answer_is_bounded() -> None:
    assert len(parse_hits(_answer(*(_hit(number) for number in range(101))))) == 100
