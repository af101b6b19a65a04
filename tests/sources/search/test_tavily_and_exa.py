"""Two providers that are asked by POST, with the refusals that they document."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deepdaily.core.errors import BadStatus, FetchError
from deepdaily.core.types import Harvest, Slot, Window
from deepdaily.sources import collect
from deepdaily.sources.search import Provider, Span
from deepdaily.sources.search.budget import KeyBudget, Plan, in_memory
from deepdaily.sources.search.exa import Exa
from deepdaily.sources.search.tavily import Tavily
from deepdaily.sources.search.web_search import WebSearch
from fakes import FakeFetcher, InlineEngine
from sources.test_collect import Shelf

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
LAST_DAY = Span(NOW - timedelta(days=1), NOW, NOW)
BEFORE = Span(WINDOW.since, NOW - timedelta(days=1), NOW)
KEY = "s3cret-key"
TAVILY, EXA = Tavily(KEY), Exa(KEY)
Told = bytes | FetchError


def address(provider: Provider, query: str = "one", span: Span = LAST_DAY) -> str:
    (inquiry,) = provider.inquiries(query, span)
    return f"{inquiry.url} {inquiry.body.decode()}"


def sent(provider: Provider, span: Span) -> dict[str, Any]:
    (inquiry,) = provider.inquiries("KV 缓存", span)
    assert KEY not in inquiry.url + inquiry.body.decode()
    said: dict[str, Any] = json.loads(inquiry.body)
    return said


def answer(*rows: Any) -> bytes:
    return json.dumps({"results": rows, "requestId": "r-1"}).encode()


def refused(status: int, said: Any, retry_after_s: float | None = None) -> BadStatus:
    return BadStatus(f"HTTP {status}", status=status, retry_after_s=retry_after_s, body=json.dumps(said).encode())


async def harvest(provider: Provider, *answers: Told, budget: KeyBudget | None = None) -> tuple[Harvest, FakeFetcher, list[float]]:
    """What a run keeps of the answers to `one`, `two` and so on, and what was waited."""
    names, waits = ("one", "two", "three")[: len(answers)], list[float]()

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    fetcher = FakeFetcher({address(provider, name): told for name, told in zip(names, answers, strict=True)})
    search = WebSearch("it", provider, names, fetcher, InlineEngine(), pause, budget=budget)  # type: ignore[arg-type]
    [found] = await collect([search], WINDOW, Shelf(), wall_s=9, on_done=lambda _: None)
    return found, fetcher, waits


async def test_tavily_gives_titles_teasers_and_the_dates_of_news() -> None:
    row = {"title": "About a", "url": "https://example.com/a", "content": "A &amp; B", "score": 0.9}
    dated = answer(row | {"published_date": "Tue, 10 Feb 2026 16:00:00 GMT"}, row | {"url": "https://example.com/b"}, 7)

    found, fetcher, _ = await harvest(TAVILY, dated)

    assert [(one.title, one.teaser, one.published_at) for one in found.offers] == [
        ("About a", "A & B", datetime(2026, 2, 10, 16, tzinfo=UTC)),
        ("About a", "A & B", None),
    ]
    assert fetcher.headers[0]["Authorization"] == f"Bearer {KEY}"


async def test_exa_gives_titles_teasers_and_dates() -> None:
    row = {"title": "About a", "url": "https://example.com/a", "publishedDate": "2026-02-10T16:00:00.000Z", "text": "A and B"}

    found, fetcher, _ = await harvest(EXA, answer(row, row | {"url": "https://example.com/b", "publishedDate": None}))

    assert [(one.teaser, one.published_at and one.published_at.day) for one in found.offers] == [("A and B", 10), ("A and B", None)]
    assert fetcher.headers[0]["x-api-key"] == KEY


def test_a_day_and_the_days_before_it_are_asked_for_as_each_has_it() -> None:
    assert sent(TAVILY, LAST_DAY) == {
        "query": "KV 缓存", "topic": "news", "search_depth": "basic", "max_results": 20, "time_range": "day",
    }  # fmt: skip
    assert sent(TAVILY, Span(NOW - timedelta(days=3), NOW, NOW))["time_range"] == "week"
    before = sent(TAVILY, BEFORE)
    assert (before["start_date"], before["end_date"], "time_range" in before) == ("2026-02-04", "2026-02-10", False)
    assert sent(EXA, LAST_DAY)["startPublishedDate"] == "2026-02-10T08:00:00.000Z"
    assert "endPublishedDate" not in sent(EXA, LAST_DAY)
    assert sent(EXA, BEFORE)["endPublishedDate"] == "2026-02-10T08:00:00.000Z"
    assert sent(EXA, LAST_DAY)["numResults"] == 10


def test_a_query_longer_than_it_takes_is_cut() -> None:
    assert len(json.loads(TAVILY.inquiries("x" * 500, LAST_DAY)[0].body)["query"]) == 400


@pytest.mark.parametrize(
    ("provider", "refusal", "words"),
    [
        (TAVILY, refused(432, {"detail": {"error": "over the plan"}}), "HTTP 432"),
        (TAVILY, refused(433, {"detail": {"error": "over what you set"}}), "paying as one goes"),
        (EXA, refused(402, {"error": "no credit", "tag": "NO_MORE_CREDITS"}), "HTTP 402, NO_MORE_CREDITS"),
        (EXA, refused(402, {"error": "no budget", "tag": "API_KEY_BUDGET_EXCEEDED"}), "API_KEY_BUDGET_EXCEEDED"),
        (EXA, refused(402, "?"), "HTTP 402"),
    ],
)
async def test_a_spent_plan_ends_the_asking_and_the_key_rests_until_the_month_ends(
    provider: Provider, refusal: BadStatus, words: str
) -> None:
    budget = KeyBudget("search:it:1", Plan(), in_memory(), lambda: NOW)

    found, fetcher, _ = await harvest(provider, refusal, answer(), budget=budget)
    later, unasked, _ = await harvest(provider, answer(), budget=budget)

    assert (found.health.state, len(fetcher.asked)) == ("quota-spent", 1)
    assert words in found.health.message
    assert (later.health.state, unasked.asked) == ("quota-spent", [])
    assert "not asked before 2026-03-01 00:00 UTC" in later.health.message
    assert KEY not in found.health.message + later.health.message


@pytest.mark.parametrize(
    ("provider", "wait_s", "waited"),
    [(TAVILY, None, []), (TAVILY, 2.0, [2.0]), (TAVILY, 30.0, []), (EXA, None, [1.0]), (EXA, 60.0, [])],
)
async def test_too_fast_is_asked_once_more_where_the_time_is_short_and_ends_the_asking_where_it_is_long(
    provider: Provider, wait_s: float | None, waited: list[float]
) -> None:
    fast = refused(429, {"detail": {"error": "too many"}, "tag": "RATE_LIMIT_EXCEEDED"}, wait_s)

    found, fetcher, waits = await harvest(provider, fast, fast)

    assert (found.health.state, waits) == ("rate-limited", waited * 2)
    assert len(fetcher.asked) == (4 if waited else 1)


@pytest.mark.parametrize("provider", [TAVILY, EXA])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_refused_is_tried_once(provider: Provider, status: int) -> None:
    found, fetcher, _ = await harvest(provider, refused(status, {"error": "no"}), answer())

    assert (found.health.state, len(fetcher.asked)) == ("refused", 1)
    assert f"the key is refused (HTTP {status}" in found.health.message


@pytest.mark.parametrize("provider", [TAVILY, EXA])
@pytest.mark.parametrize("odd", [b"", b"<html>", b"[]", b'{"results": {}}', b"[" * 99_999, refused(500, "?"), refused(400, "?")])
async def test_what_is_no_answer_costs_only_its_query(provider: Provider, odd: Told) -> None:
    row = {"title": "About a", "url": "https://example.com/a"}

    found, _, _ = await harvest(provider, odd, answer(row, {"title": "", "url": "https://example.com/b"}, {"title": "c", "url": 3}))

    assert (found.health.state, [one.title for one in found.offers]) == ("ok", ["About a"])
    assert found.health.message.startswith("'one': ")


async def test_what_tavily_says_of_a_question_it_refuses_is_told() -> None:
    found, _, _ = await harvest(TAVILY, refused(400, {"detail": {"error": "Start date is invalid"}}))

    assert "Start date is invalid" in found.health.message


async def test_an_empty_answer_is_one_and_without_a_key_nothing_is_asked() -> None:
    found, _, _ = await harvest(TAVILY, answer())
    assert (found.health.state, found.health.message) == ("empty", "")

    for provider in (Tavily(""), Exa("")):
        found, fetcher, _ = await harvest(provider, answer())
        assert (found.health.state, fetcher.asked) == ("no-key", [])
