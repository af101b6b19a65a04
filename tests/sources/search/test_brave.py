from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from deepdaily.core.errors import BadStatus, FetchError, QuotaSpent, RateLimited, SourceError, Unreachable, WorkerFailed
from deepdaily.core.types import Harvest, Offer, Slot, Snapshot, SourceHealth, SourceState, Watch, Window
from deepdaily.sources import collect
from deepdaily.sources.search import Span, asked_after
from deepdaily.sources.search.brave import Brave
from deepdaily.sources.search.budget import KeyBudget, Plan, in_memory
from deepdaily.sources.search.web_search import WebSearch, widened
from fakes import FakeFetcher, InlineEngine, SkippingLoop
from sources.test_collect import Shelf

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
KEY = "s3cret-key"
LAST_DAY = Span(NOW - timedelta(days=1), NOW, NOW)


def _address(query: str, span: Span = LAST_DAY) -> str:
    return Brave(KEY).inquiries(query, span)[0].url


ONE, TWO = map(_address, ("one", "two"))


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


def _over(fetcher: FakeFetcher, queries: tuple[str, ...] = ("one",), name: str = "brave", **more: Any) -> WebSearch:
    engine: Any = InlineEngine()
    web: Any = fetcher
    return WebSearch(name, Brave(KEY), queries, web, engine, Pauses(), **more)


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
    (inquiry,) = Brave(KEY).inquiries("AI & agents", LAST_DAY)

    assert inquiry.url == "https://api.search.brave.com/res/v1/web/search?q=AI%20%26%20agents&count=20&freshness=pd"
    assert KEY in inquiry.headers.values()


def _watch(name: str) -> Watch:
    return Watch(f"w-{name}", f"When does {name} resume?", (name,), "s-1", date(2026, 2, 1), date(2026, 3, 1))


async def test_two_open_questions_are_queries_of_a_search() -> None:
    fetcher, watches = FakeFetcher({}), [_watch(name) for name in ("one", "Nimbus", "Nimbus", "灵犀 3", "Quill")]
    search = WebSearch("brave", Brave(KEY), ("one", *asked_after(watches)), fetcher, InlineEngine(), Pauses())  # type: ignore[arg-type]

    with pytest.raises(FetchError):
        await search.harvest(WINDOW)

    assert fetcher.asked == [ONE, _address("Nimbus")]


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
    days = Span(NOW - timedelta(days=3), NOW, NOW)
    week = [_address(query, days) for query in ("more", "still more")]
    search, fetcher, _ = _search({week[0]: _answer(_result("a")), ONE: SPENT, TWO: _answer(_result("b"))})

    assert [one.url for one in (await search.ask("more", days)).found] == ["https://example.com/a"]
    with pytest.raises(QuotaSpent):
        await search.harvest(WINDOW)
    with pytest.raises(QuotaSpent):
        await search.ask("still more", days)
    assert fetcher.asked == [week[0], ONE]
    assert "freshness=pw" in week[0]


# -- the web, the news, or both ---------------------------------------------------------------------------------------


def _both(web: object = None, news: object = None, **more: object) -> bytes:
    parts = {"web": web, "news": news} | more
    return json.dumps({"type": "search"} | {name: part for name, part in parts.items() if part is not None}).encode()


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        (_both(news={"results": [_result("n")]}), "n"),
        (_both({"results": [_result("w")]}, {"results": [_result("n")]}), "wn"),
        (_both({"results": []}, {"results": [_result("n")]}), "n"),
        (_both({"results": [_result("w"), _result("n")]}, {"results": [_result("n")]}), "wn"),
        (json.dumps({"news": {"results": [_result("n")]}}).encode(), "n"),
        (json.dumps({"type": "news", "results": [_result("n")]}).encode(), "n"),
        (json.dumps({"type": "search", "mixed": {"main": []}, "query": {"bad_results": True}}).encode(), ""),
    ],
)
async def test_an_answer_whose_results_are_under_news_not_web_gives_its_results(answer: bytes, names: str) -> None:
    search, _, _ = _search({ONE: answer}, ("one",))

    assert "".join(offer.title[-1] for offer in (await search.harvest(WINDOW)).offers) == names


@pytest.mark.parametrize(
    "odd", [_both({"results": 3}), _both(news=[]), b'{"news": 3}', b'{"type": "news"}', b'{"results": []}', b"{}"]
)
async def test_a_list_that_is_none_is_no_answer(odd: bytes) -> None:
    search, _, _ = _search({ONE: odd}, ("one",))

    with pytest.raises(SourceError, match="no list of results"):
        await search.harvest(WINDOW)


def _news(query: str) -> str:
    return Brave(KEY, "news").inquiries(query, LAST_DAY)[0].url


def _of_both(answers: dict[str, Any]) -> tuple[WebSearch, FakeFetcher]:
    fetcher = FakeFetcher(answers)
    return WebSearch("brave", Brave(KEY, "both"), ("one",), fetcher, InlineEngine(), Pauses()), fetcher  # type: ignore[arg-type]


async def test_the_news_are_asked_for_by_themselves_or_where_the_webs_answer_has_none() -> None:
    search, fetcher = _of_both({ONE: _answer(_result("w")), _news("one"): b'{"type": "news", "results": []}'})
    assert (await search.harvest(WINDOW)).health.offers == 1
    assert fetcher.asked == [ONE, _news("one")]

    search, fetcher = _of_both({ONE: _both({"results": []}, {"results": [_result("n")]})})
    assert (await search.harvest(WINDOW)).health.offers == 1
    assert fetcher.asked == [ONE]
    assert "/res/v1/news/search?" in _news("one")


async def test_news_that_do_not_come_cost_only_themselves_and_are_told() -> None:
    search, _ = _of_both({ONE: _answer(_result("w")), _news("one"): BadStatus("answered 500", status=500)})

    found = await search.harvest(WINDOW)

    assert (found.health.state, found.health.offers) == ("ok", 1)
    assert found.health.message == "'one', asked further: answered 500"


# -- what its headers say ---------------------------------------------------------------------------------------------


def _limited(left: str, limit: str, code: str = "RATE_LIMITED") -> BadStatus:
    refusal = _refusal(code, left, "1, 1814400")
    refusal.headers["x-ratelimit-limit"] = limit
    return refusal


async def test_a_plan_without_a_month_is_never_spent_by_it() -> None:
    """Plans since 2026-02 say 50, 0: fifty a second, and no limit a month."""
    search, _, pauses = _search({ONE: [_limited("0, 0", "50, 0"), _answer(_result("a"))]}, ("one",))

    assert (await search.harvest(WINDOW)).health.state == "ok"
    assert pauses == [1.0]
    assert Brave(KEY).left({"x-ratelimit-remaining": "49, 0", "x-ratelimit-limit": "50, 0"}) is None


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"x-ratelimit-remaining": "1, 1843", "x-ratelimit-limit": "1, 2000", "x-ratelimit-reset": "1, 389223"}, (1843, 389_223)),
        ({"x-ratelimit-remaining": "1, 1843"}, (1843, None)),
        ({"x-ratelimit-remaining": "992"}, None),
        ({"x-ratelimit-remaining": "many"}, None),
        ({}, None),
    ],
)
def test_what_is_left_of_the_month_is_the_second_number(headers: dict[str, str], left: tuple[int, float | None] | None) -> None:
    assert Brave(KEY).left(headers) == left


@pytest.mark.parametrize(
    ("refusal", "state"),
    [
        (_limited("0, 0", "1, 2000"), "not asked before 2026-03-04 00:00 UTC"),
        (BadStatus("402", status=402, headers={"x-ratelimit-reset": "1, 86400"}), "not asked before 2026-02-12 00:00 UTC"),
        (SPENT, "not asked before 2026-03-04 00:00 UTC"),
    ],
)
async def test_a_spent_month_is_remembered_until_the_reset_that_it_names(refusal: BadStatus, state: str) -> None:
    budget = KeyBudget("search:brave:1", Plan(2_000), in_memory(), lambda: NOW)
    for told in (refusal, _answer(_result("a"))):
        fetcher = FakeFetcher({ONE: told})
        search = _over(fetcher, budget=budget)
        with pytest.raises(QuotaSpent) as caught:
            await search.harvest(WINDOW)

    assert state in str(caught.value)
    assert fetcher.asked == []


@pytest.mark.parametrize("refusal", [BadStatus("401", status=401), BadStatus("403", status=403), _limited("1, 5", "1, 5")])
async def test_a_key_that_is_refused_is_tried_once(refusal: BadStatus) -> None:
    if refusal.status == 429:
        refusal = BadStatus("422", status=422, body=b'{"error": {"code": "SUBSCRIPTION_TOKEN_INVALID"}}')
    search, fetcher, _ = _search({ONE: refusal, TWO: _answer(_result("a"))})

    with pytest.raises(BadStatus, match="the key is refused") as caught:
        await search.harvest(WINDOW)

    assert (fetcher.asked, caught.value.status) == ([ONE], 403)


# -- bounds of a round ------------------------------------------------------------------------------------------------


async def test_three_failures_in_a_row_end_the_asking_and_the_rest_is_named() -> None:
    names = ("one", "a", "b", "c", "d", "e", "f", "g")
    search, fetcher, _ = _search({ONE: _answer(_result("a"))}, names)

    found = await search.harvest(WINDOW)

    assert (found.health.state, len(fetcher.asked)) == ("ok", 4)
    assert found.health.message.endswith("not asked: 'd', 'e', 'f' and 1 more")


class _Mute(FakeFetcher):
    """Takes a question and never answers; every other one it knows."""

    async def get(self, url: str, **more: Any) -> Snapshot:
        found = await super().get(url, **more)
        if self.body(found) == b"mute":
            await asyncio.Event().wait()
        return found


def test_who_never_answers_is_asked_once_and_leaves_time_for_the_one_behind() -> None:
    there = _answer(_result("a"))

    async def day() -> list[Harvest]:
        first = _over(_Mute({ONE: b"mute", TWO: there}), ("one", "two"), name="first")
        second = _over(FakeFetcher({ONE: there}), name="second", stands_in_for=("first",))
        return await collect([first, second], WINDOW, Shelf(), wall_s=60, on_done=lambda _: None)

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        silent, other = runner.run(day())

    assert (silent.health.state, silent.health.message) == ("unreachable", "no answer within 10 s")
    assert other.health.state == "ok"


def test_a_round_has_its_time_and_says_what_it_had_none_for() -> None:
    class Slow(FakeFetcher):
        async def get(self, url: str, **more: Any) -> Snapshot:
            await asyncio.sleep(9)
            return await super().get(url, **more)

    names = ("one", "two", "three", "four", "five")
    fetcher = Slow({_address(name): _answer(_result(name)) for name in names})
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        found = runner.run(_over(fetcher, names).harvest(WINDOW))

    assert (found.health.state, len(fetcher.asked)) == ("ok", 3)
    assert found.health.message == "no time in 25 s for 'four', 'five'"


# -- further back -----------------------------------------------------------------------------------------------------

BEFORE = Span(WINDOW.since, NOW - timedelta(days=1), NOW)


async def _further(*answers: Any, state: SourceState = "ok") -> tuple[Harvest, FakeFetcher]:
    """What becomes of a harvest of the link `a` when the days before are asked for."""
    offers = (Offer("https://example.com/a", "brave", "A"),) if state == "ok" else ()
    kept = Harvest(SourceHealth("brave", "search", state, len(offers), "said before" if offers else ""), offers)
    search, fetcher, _ = _search({_address(name, BEFORE): told for name, told in zip(("one", "two"), answers, strict=False)})
    [found] = await widened([search], [kept], WINDOW, wall_s=9, keep=lambda harvest: harvest)
    return found, fetcher


async def test_the_days_before_the_last_are_asked_for_by_their_dates_and_join_what_is_there() -> None:
    found, fetcher = await _further(_answer(_result("a"), _result("b", page_age="2026-02-06T00:00:00")), _answer(_result("c")))

    assert [one.url[-1] for one in found.offers] == ["a", "b", "c"]
    assert (found.health.state, found.health.offers, found.health.message) == ("ok", 3, "said before")
    assert all("freshness=2026-02-04to2026-02-10" in url for url in fetcher.asked)
    assert len(fetcher.asked) == 2


async def test_a_day_without_results_may_have_some_before_it() -> None:
    found, _ = await _further(_answer(_result("b")), _answer(), state="empty")

    assert (found.health.state, len(found.offers)) == ("ok", 1)


async def test_a_refusal_on_the_way_back_is_told_and_costs_only_that() -> None:
    found, _ = await _further(SPENT)

    assert [one.url[-1] for one in found.offers] == ["a"]
    assert found.health.state == "ok"
    assert found.health.message == "said before; looking further back: 'one': the month's quota is spent; not asked: 'two'"


@pytest.mark.parametrize("state", ["quota-spent", "not-needed", "no-key", "unreachable"])
async def test_who_did_not_answer_is_not_asked_further_back(state: SourceState) -> None:
    _, fetcher = await _further(state=state)

    assert fetcher.asked == []
