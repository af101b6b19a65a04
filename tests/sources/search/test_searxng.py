"""An instance of one's own, with the troubles that such instances have."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deepdaily.core.errors import AddressRefused, BadStatus, FetchError
from deepdaily.core.types import Harvest, Slot, Window
from deepdaily.sources import collect
from deepdaily.sources.search import Span
from deepdaily.sources.search.brave import Brave
from deepdaily.sources.search.searxng import Searxng
from deepdaily.sources.search.web_search import WebSearch
from fakes import FakeFetcher, InlineEngine
from sources.test_collect import Shelf

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
LAST_DAY = Span(NOW - timedelta(days=1), NOW, NOW)
HOME = "http://127.0.0.1:8888"
ONE, TWO = (f"{HOME}/search?q={name}&format=json&time_range=day" for name in ("one", "two"))


def _answer(*names: str, silent: Any = (), **changes: Any) -> bytes:
    results = [
        {"url": f"https://example.com/{name}", "title": f"About {name}", "content": "A &amp; B", "engine": "bing news"}
        | {"publishedDate": "2026-02-10T16:00:00"}
        | changes
        for name in names
    ]
    return json.dumps({"query": "q", "results": results, "answers": [], "unresponsive_engines": silent}).encode()


async def _harvest(*answers: bytes | FetchError, provider: Searxng | None = None) -> Harvest:
    """What a run keeps of the instance's answers to `one` and `two`."""
    fetcher = FakeFetcher(dict(zip((ONE, TWO), answers, strict=False)))
    queries = ("one", "two")[: len(answers)]
    search = WebSearch("searxng", provider or Searxng(HOME), queries, fetcher, InlineEngine())  # type: ignore[arg-type]
    [found] = await collect([search], WINDOW, Shelf(), wall_s=9, on_done=lambda _: None)
    return found


async def test_results_become_offers_once_each() -> None:
    found = await _harvest(_answer("a", "b"), _answer("b", "c"))

    assert [(offer.title, offer.teaser, offer.source) for offer in found.offers] == [
        (f"About {name}", "A & B", "searxng") for name in "abc"
    ]
    assert found.offers[0].published_at == datetime(2026, 2, 10, 16, tzinfo=UTC)
    assert (found.health.kind, found.health.state, found.health.message) == ("search", "ok", "")


async def test_engines_that_did_not_answer_are_named_in_the_health_of_the_source() -> None:
    silent = [["brave", "too many requests"], ["google", "CAPTCHA"]]

    found = await _harvest(_answer("a", silent=silent), _answer("b", silent=silent))

    assert (found.health.state, found.health.offers) == ("ok", 2)
    assert found.health.message == "engines that did not answer: brave (too many requests), google (CAPTCHA)"


async def test_nothing_found_while_engines_failed_is_no_answer_and_nothing_found_alone_is_one() -> None:
    dead = await _harvest(_answer(silent=[["brave", "timeout"]]))

    assert (dead.health.state, "brave (timeout)" in dead.health.message) == ("unreachable", True)
    assert (await _harvest(_answer())).health.state == "empty"


async def test_an_instance_without_json_is_told_how_it_gives_some() -> None:
    found = await _harvest(BadStatus(f"{HOME}/search: HTTP 403", status=403))

    assert found.health.state == "refused"
    assert "add json to search.formats in the settings.yml" in found.health.message


async def test_a_private_instance_that_is_not_allowed_is_told_what_to_allow() -> None:
    refused = AddressRefused("address not public: 127.0.0.1")

    found = await _harvest(refused)
    bare = await _harvest(refused, provider=Searxng("http://searx.lan/"))

    assert found.health.state == "refused"
    assert '[network] allow_private = ["127.0.0.1:8888"]' in found.health.message
    assert bare.health.state == "unreachable"  # another address was asked than this test answers
    assert 'allow_private = ["searx.lan:80"]' in str(Searxng("http://searx.lan/").refusal(refused).remedy)


async def test_the_limiter_of_an_instance_is_not_asked_again_and_again() -> None:
    found = await _harvest(BadStatus("HTTP 429", status=429))

    assert (found.health.state, found.health.retry_after_s) == ("rate-limited", None)
    assert "server.limiter: false" in found.health.message


@pytest.mark.parametrize(
    "odd", [b"<html>a page</html>", b"[]", b'{"results": {}}', b'{"results": [], "unresponsive_engines": "x"}', b"[" * 99_999]
)
async def test_what_is_no_answer_of_this_api_is_a_failure(odd: bytes) -> None:
    found = await _harvest(odd)

    assert (found.health.state, found.health.message) == ("unreachable", "the answer has no list of results")


@pytest.mark.parametrize("odd", [{"url": None}, {"url": "javascript:alert(1)"}, {"title": ""}, {"publishedDate": "2025-01-01"}])
async def test_a_result_that_cannot_be_used_costs_only_itself(odd: dict[str, Any]) -> None:
    found = await _harvest(_answer("a", **odd), _answer("b"))

    assert [offer.title for offer in found.offers] == ["About b"]


def test_the_address_asked_for_has_the_path_and_the_tabs_of_the_settings() -> None:
    (inquiry,) = Searxng("https://search.example/sx/", ("news", "it")).inquiries("AI & agents", LAST_DAY)

    assert inquiry.url == "https://search.example/sx/search?q=AI%20%26%20agents&format=json&time_range=day&categories=news%2Cit"
    assert inquiry.headers == {"Accept": "application/json"}


async def test_it_is_asked_in_place_of_a_search_whose_quota_is_spent_and_is_at_rest_otherwise() -> None:
    spent = BadStatus("429", status=429, body=b'{"code": "QUOTA_LIMITED"}')
    brave = Brave("key").inquiries("one", LAST_DAY)[0].url
    for answered, states in (
        (spent, ["quota-spent", "ok"]),
        (b'{"type": "search", "web": {"results": []}}', ["empty", "not-needed"]),
    ):
        fetcher = FakeFetcher({brave: answered, ONE: _answer("a")})
        both = [
            WebSearch("brave", Brave("key"), ("one",), fetcher, InlineEngine()),  # type: ignore[arg-type]
            WebSearch("searxng", Searxng(HOME), ("one",), fetcher, InlineEngine(), stands_in_for=("brave",)),  # type: ignore[arg-type]
        ]
        harvests = await collect(both, WINDOW, Shelf(), wall_s=9, on_done=lambda _: None)

        assert [harvest.health.state for harvest in harvests] == states


def test_what_may_be_older_than_a_day_is_asked_for_a_month() -> None:
    (inquiry,) = Searxng(HOME).inquiries("one", Span(NOW - timedelta(days=3), NOW, NOW))

    assert inquiry.url.endswith("time_range=month")
