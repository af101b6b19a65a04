from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from deepdaily.core.errors import BadStatus, FetchError, QuotaSpent, RateLimited, SourceError, Unreachable, WorkerFailed
from deepdaily.core.types import Slot, Watch, Window
from deepdaily.sources.search import WebSearch, asked_after
from deepdaily.sources.search.brave import Brave
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
KEY = "s3cret-key"
ONE, TWO = (Brave(KEY).request(query)[0] for query in ("one", "two"))


class Pauses(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def _answer(*results: object) -> bytes:
    return json.dumps({"type": "search", "web": {"results": results}}).encode()


def _result(name: str, **changes: Any) -> dict[str, Any]:
    return {"url": f"https://example.com/{name}", "title": f"About <strong>{name}</strong>", "description": "A &amp; B"} | changes


def _refusal(code: str, left: str = "0, 1604", reset: str = "1, 1814400", retry_after_s: float | None = None) -> BadStatus:
    body = json.dumps({"type": "ErrorResponse", "error": {"status": 429, "code": code}}).encode()
    headers = {"x-ratelimit-remaining": left, "x-ratelimit-reset": reset}
    return BadStatus("answered 429", status=429, retry_after_s=retry_after_s, body=body, headers=headers)


FAST, SPENT = _refusal("RATE_LIMITED"), _refusal("QUOTA_LIMITED")


def _search(
    answers: dict[str, Any], queries: tuple[str, ...] = ("one", "two"), key: str = KEY, engine: InlineEngine | None = None
) -> tuple[WebSearch, FakeFetcher, Pauses]:
    fetcher, pauses = FakeFetcher(answers), Pauses()
    return WebSearch("brave", Brave(key), queries, fetcher, engine or InlineEngine(), pauses), fetcher, pauses  # type: ignore[arg-type]


async def test_results_become_offers_once_each() -> None:
    search, fetcher, _ = _search({ONE: _answer(_result("a"), _result("b")), TWO: _answer(_result("a"), _result("c"))})

    found = await search.harvest(WINDOW)

    assert [(offer.title, offer.teaser) for offer in found.offers] == [
        ("About a", "A & B"),
        ("About b", "A & B"),
        ("About c", "A & B"),
    ]
    assert (found.health.source, found.health.kind, found.health.state, found.health.offers) == ("brave", "search", "ok", 3)
    assert fetcher.headers[0]["X-Subscription-Token"] == KEY


@pytest.mark.parametrize(
    ("age", "published_at"),
    [
        ({"page_age": "2026-02-10T16:00:00"}, datetime(2026, 2, 10, 16, tzinfo=UTC)),
        ({"age": "2 hours ago"}, None),
        ({"age": "February 10, 2026"}, None),
        ({"page_age": "2026-02-12T00:00:00"}, NOW),
        ({}, None),
    ],
)
async def test_only_an_absolute_age_is_a_date(age: dict[str, str], published_at: datetime | None) -> None:
    search, _, _ = _search({ONE: _answer(_result("a", **age))}, ("one",))

    assert (await search.harvest(WINDOW)).offers[0].published_at == published_at


async def test_what_is_old_or_no_link_is_not_offered() -> None:
    odd = [_result("a", page_age="2026-01-01T00:00:00"), _result("b", url="ftp://example.com/"), _result("c", title=""), "text"]
    search, _, _ = _search({ONE: _answer(*odd)}, ("one",))

    assert (await search.harvest(WINDOW)).health.state == "empty"


@pytest.mark.parametrize("refusal", [SPENT, _refusal("RATE_LIMITED", left="0, 0")])
async def test_a_spent_quota_ends_the_asking(refusal: BadStatus) -> None:
    """2026-02-08: "too fast" came with nothing left of the month; asking again was pointless."""
    search, fetcher, pauses = _search({ONE: refusal, TWO: _answer(_result("a"))})

    with pytest.raises(QuotaSpent):
        await search.harvest(WINDOW)

    assert (fetcher.asked, pauses) == ([ONE], [])


@pytest.mark.parametrize(
    ("refusal", "waited"),
    [(FAST, 1.0), (_refusal("RATE_LIMITED", retry_after_s=3.0), 3.0), (_refusal("RATE_LIMITED", reset=""), 1.0)],
)
async def test_too_fast_is_asked_once_more_after_the_time_named(refusal: BadStatus, waited: float) -> None:
    search, _, pauses = _search({ONE: [refusal, _answer(_result("a"))]}, ("one",))

    found = await search.harvest(WINDOW)

    assert (pauses, found.health.state) == ([waited], "ok")


async def test_too_fast_twice_is_limited() -> None:
    search, fetcher, pauses = _search({ONE: [FAST, FAST]}, ("one",))

    with pytest.raises(RateLimited):
        await search.harvest(WINDOW)

    assert (fetcher.asked, pauses) == ([ONE, ONE], [1.0])


async def test_a_long_wait_is_not_waited() -> None:
    search, fetcher, pauses = _search({ONE: _refusal("RATE_LIMITED", retry_after_s=60.0)}, ("one",))

    with pytest.raises(RateLimited):
        await search.harvest(WINDOW)

    assert (fetcher.asked, pauses) == ([ONE], [])


@pytest.mark.parametrize("failure", [Unreachable("no name"), BadStatus("answered 500", status=500), b"<html>", [FAST, SPENT]])
async def test_a_query_that_works_counts(failure: bytes | FetchError | list[bytes | FetchError]) -> None:
    search, _, _ = _search({ONE: _answer(_result("a")), TWO: failure})

    found = await search.harvest(WINDOW)

    assert (found.health.state, len(found.offers)) == ("ok", 1)
    assert "'two'" in found.health.message
    assert KEY not in found.health.message


async def test_a_failed_query_does_not_keep_the_next_from_working() -> None:
    search, _, _ = _search({ONE: [FAST, FAST], TWO: _answer(_result("a"))})

    assert (await search.harvest(WINDOW)).health.state == "ok"


async def test_all_queries_failing_is_a_failure() -> None:
    search, _, _ = _search({ONE: BadStatus("answered 500", status=500), TWO: b'{"type": "other"}'})
    with pytest.raises(SourceError):
        await search.harvest(WINDOW)

    search, _, _ = _search({ONE: _answer(), TWO: _answer()}, engine=InlineEngine(WorkerFailed("too much memory")))
    with pytest.raises(SourceError, match="too much memory"):
        await search.harvest(WINDOW)


async def test_no_results_is_empty_and_no_failure() -> None:
    search, _, _ = _search({ONE: b'{"type": "search"}', TWO: Unreachable("no name")})

    found = await search.harvest(WINDOW)

    assert (found.health.state, found.offers) == ("empty", ())


async def test_without_a_key_nothing_is_asked_and_nothing_is_wrong() -> None:
    search, fetcher, _ = _search({}, key="")

    found = await search.harvest(WINDOW)

    assert (found.health.state, fetcher.asked) == ("no-key", [])


def test_the_key_is_in_no_address() -> None:
    url, headers = Brave(KEY).request("AI & agents")

    assert url == "https://api.search.brave.com/res/v1/web/search?q=AI%20%26%20agents&count=20&freshness=pd"
    assert KEY in headers.values()


def _watch(name: str) -> Watch:
    return Watch(f"w-{name}", f"When does {name} resume?", (name,), "s-1", date(2026, 2, 1), date(2026, 3, 1))


async def test_two_open_questions_are_asked_for_after_the_queries_of_the_settings() -> None:
    fetcher, watches = FakeFetcher({}), [_watch(name) for name in ("one", "Nimbus", "Nimbus", "灵犀 3", "Quill")]
    search = WebSearch("brave", Brave(KEY), ("one", *asked_after(watches)), fetcher, InlineEngine(), Pauses())  # type: ignore[arg-type]

    with pytest.raises(FetchError):
        await search.harvest(WINDOW)

    assert fetcher.asked == [Brave(KEY).request(query)[0] for query in ("one", "Nimbus")]


async def test_a_spent_quota_ends_the_asking_for_questions_too() -> None:
    fetcher = FakeFetcher({ONE: SPENT})
    search = WebSearch(
        "brave",
        Brave(KEY),
        ("one", *asked_after([_watch("Nimbus")])),
        fetcher,  # type: ignore[arg-type]
        InlineEngine(),  # type: ignore[arg-type]
        Pauses(),
    )

    with pytest.raises(QuotaSpent):
        await search.harvest(WINDOW)

    assert fetcher.asked == [ONE]


async def test_one_query_more_is_asked_for_a_week_and_not_once_the_quota_is_spent() -> None:
    week = [Brave(KEY).request(query, 3)[0] for query in ("more", "still more")]
    search, fetcher, _ = _search({week[0]: _answer(_result("a")), ONE: SPENT, TWO: _answer(_result("b"))})

    assert [one.url for one in (await search.ask("more", 3)).found] == ["https://example.com/a"]
    with pytest.raises(QuotaSpent):
        await search.harvest(WINDOW)
    with pytest.raises(QuotaSpent):
        await search.ask("still more", 3)
    assert fetcher.asked == [week[0], ONE]
    assert "freshness=pw" in week[0]
