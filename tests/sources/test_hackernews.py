"""Hacker News whole: every story of the window is listed, the best of our field offered, the rest told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from deepdaily.choose.rank import on_topic_title
from deepdaily.core.errors import BadStatus, FetchError, SourceError, WorkerFailed
from deepdaily.core.types import Harvest, Slot, Snapshot, Votes, Window
from deepdaily.sources.hackernews import MOST, MOST_BEFORE, PER_PAGE, HackerNews, parse_hits
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=3))
DOWN = BadStatus("answered 503", status=503)
LISTS = 4
"""Three days and the front page."""


def _hit(number: int, hours: float = 1.0, **changes: Any) -> dict[str, Any]:
    made = {"objectID": str(number), "title": f"Story {number}", "url": f"https://example.com/{number}?utm_source=hn"}
    return made | {"points": 10 * number, "created_at_i": int(NOW.timestamp() - hours * 3600)} | changes


def _answer(*hits: Any) -> bytes:
    return json.dumps({"hits": hits}).encode()


class Site(FakeFetcher):
    """The search API over given stories: it filters by the moment alone, and gives the newest 1,000 of what it finds.

    `broken` says what a question, by its place, gets instead; `front` is the front page.
    """

    def __init__(
        self,
        stories: Sequence[Any],
        front: Sequence[Any] = (),
        broken: Callable[[int], bytes | FetchError | None] = lambda place: None,
    ) -> None:
        super().__init__({})
        self.stories, self.front, self.broken = stories, front, broken

    async def get(self, url: str, **_: Any) -> Snapshot:
        told = self.broken(len(self.asked))
        self.answers[url] = _answer(*self._found(url)) if told is None else told
        return await super().get(url)

    def _found(self, url: str) -> Sequence[Any]:
        query = parse_qs(urlsplit(url).query)
        if query["tags"] == ["front_page"]:
            return self.front
        bounds = [re.fullmatch(r"created_at_i([<>])(\d+)", one) for one in query["numericFilters"][0].split(",")]
        above, below = (int(found[2]) for found in bounds if found)
        inside = [one for one in self.stories if not isinstance(one, dict) or above < _at(one) < below]
        return sorted(inside, key=lambda one: -_at(one))[: min(int(query["hitsPerPage"][0]), 1_000)]


def _at(hit: Any) -> int:
    at = hit.get("created_at_i") if isinstance(hit, dict) else None
    return at if isinstance(at, int) else int(NOW.timestamp()) - 60


async def _harvest(site: FakeFetcher, engine: InlineEngine | None = None, **more: Any) -> Harvest:
    return await HackerNews(site, engine or InlineEngine(), **more).harvest(WINDOW)  # type: ignore[arg-type]


# -- whole ------------------------------------------------------------------------------------------------------------


def _busy_day(day: int) -> list[dict[str, Any]]:
    """1,100 stories, most with few votes or none; every seventh speaks of our field."""
    return [
        _hit(
            day * 10_000 + n,
            hours=24 * day + n * 24 / 1_101,
            title=f"Batching {n} requests for LLM inference on GPUs" if n % 7 == 0 else f"A short history of lighthouse {n}",
            points=(n * 7_919) % 613,
        )
        for n in range(1_100)
    ]


async def test_the_thirty_best_of_our_field_of_a_day_with_1100_stories_are_offered() -> None:
    days = [_busy_day(day) for day in range(3)]
    ours = [hit for hit in days[0] if on_topic_title(hit["title"], hit["url"])]
    best = sorted(ours, key=lambda hit: -hit["points"])[:30]

    found = await _harvest(Site([hit for day in days for hit in day]), ours=on_topic_title)

    assert len(ours) > 150
    offered = {one.title for one in found.offers if one.published_at and NOW - one.published_at < timedelta(days=1)}
    assert len({hit["title"] for hit in best} & offered) == 30
    assert len(offered) == MOST
    assert len(found.offers) == MOST + 2 * MOST_BEFORE
    assert found.health.message == ""


async def test_every_other_story_of_the_day_is_a_loss_that_says_how_many_voted_for_it() -> None:
    stories = _busy_day(0)

    found = await _harvest(Site(stories), ours=on_topic_title)

    urls = {one.url for one in found.offers} | {one.url for one in found.losses}
    assert len(found.losses) == len(stories) - MOST
    assert urls == {hit["url"].partition("?")[0] for hit in stories}
    assert re.fullmatch(r"listed on Hacker News with \d+ points, after the 60 best of the day", found.losses[0].reason)
    assert {one.stage for one in found.losses} == {"collect"}


async def test_a_day_is_asked_for_until_its_oldest_story_and_no_number_but_the_moment_is_filtered_by() -> None:
    site = Site(_busy_day(0))

    await _harvest(site)

    today = [url for url in site.asked if "search_by_date" in url and str(int(NOW.timestamp()) - 86_400) + "%2C" in url]
    assert len(today) == 2
    assert not any("points%3E" in url or "num_comments%3E" in url for url in site.asked)


async def test_stories_of_one_second_at_the_border_of_two_answers_are_all_there() -> None:
    border = 3_600
    stories = [_hit(n, hours=0.1 + n / PER_PAGE / 2) for n in range(PER_PAGE - 2)]
    stories += [_hit(5_000 + n, created_at_i=int(NOW.timestamp()) - border) for n in range(5)]

    found = await _harvest(Site(stories))

    assert len(found.offers) + len(found.losses) == len(stories)


async def test_more_stories_than_are_asked_for_and_a_thousand_in_one_second_come_to_an_end_and_are_told() -> None:
    flood = [_hit(n, hours=n / 10_000) for n in range(5_000)]

    found = await _harvest(Site(flood))
    at_once = await _harvest(Site([_hit(n, created_at_i=int(NOW.timestamp())) for n in range(1_200)]))

    assert "more stories in a day than it lists" in found.health.message
    assert len(at_once.offers) == MOST
    assert "more stories in a day than it lists" in at_once.health.message


async def test_stories_of_our_field_come_before_others_which_keep_a_few_places() -> None:
    ours = [_hit(n, points=1, title=f"LLM inference on GPU number {n}") for n in range(100)]
    others = [_hit(1_000 + n, points=900 + n, title=f"Lighthouse {n}") for n in range(100)]

    found = await _harvest(Site([*ours, *others]), ours=on_topic_title)
    few = await _harvest(Site([*ours[:20], *others]), ours=on_topic_title)

    assert sum(one.title.startswith("Lighthouse") for one in found.offers) == 10
    assert found.offers[0].title == "Lighthouse 99"
    assert sum(one.title.startswith("Lighthouse") for one in few.offers) == 40


# -- each story -------------------------------------------------------------------------------------------------------


async def test_a_story_that_is_on_the_front_page_too_is_one_offer_with_its_best_points() -> None:
    found = await _harvest(Site([_hit(1), _hit(2)], front=[_hit(1, points=99)]))

    assert [(offer.url, offer.votes) for offer in found.offers] == [
        ("https://example.com/1", Votes("hackernews", 99)),
        ("https://example.com/2", Votes("hackernews", 20)),
    ]
    assert (found.health.state, found.health.offers, found.health.message) == ("ok", 2, "")


async def test_a_link_submitted_twice_is_one_offer_with_the_points_of_the_better() -> None:
    found = await _harvest(Site([_hit(1), _hit(2, url="https://example.com/1")]))

    assert [(offer.url, offer.votes) for offer in found.offers] == [("https://example.com/1", Votes("hackernews", 20))]


async def test_a_question_without_link_points_to_its_discussion() -> None:
    found = await _harvest(Site([_hit(7, url=None, title="Ask HN: Batch size?", story_text="<p>How &amp; why?")]))

    assert found.offers[0].url == "https://news.ycombinator.com/item?id=7"
    assert found.offers[0].teaser == "How & why?"


@pytest.mark.parametrize("broken", [DOWN, b"<html>busy</html>", b"[" * 100_000, b"[]", b'{"hits": 3}'])
@pytest.mark.parametrize("place", range(LISTS))
async def test_a_broken_list_does_not_cost_the_others(place: int, broken: bytes | FetchError) -> None:
    stories = [_hit(day + 1, hours=24 * day + 1) for day in range(3)]
    site = Site(stories, [_hit(9)], lambda asked: broken if asked == place else None)

    found = await _harvest(site)

    assert (found.health.state, len(found.offers)) == ("ok", 3)
    assert found.health.message.startswith("1 of 4 lists are not whole: ")


async def test_what_came_of_a_day_before_its_second_answer_failed_is_offered() -> None:
    site = Site(_busy_day(0), broken=lambda asked: DOWN if asked >= LISTS else None)

    found = await _harvest(site)

    assert len(found.offers) == MOST
    assert found.health.message == "1 of 4 lists are not whole: answered 503"


async def test_all_lists_broken_is_a_failure() -> None:
    with pytest.raises(BadStatus):
        await _harvest(Site([], broken=lambda asked: DOWN))
    with pytest.raises(SourceError, match="longer than 10 s"):
        await _harvest(Site([_hit(1)]), InlineEngine(WorkerFailed("longer than 10 s")))


async def test_an_empty_day_is_empty() -> None:
    found = await _harvest(Site([]))

    assert (found.health.state, found.offers, found.losses) == ("empty", (), ())


async def test_what_lies_outside_the_window_is_not_offered() -> None:
    late, old = _hit(1, hours=-0.1), _hit(2, hours=24 * 3 + 1)

    found = await _harvest(Site([], front=[late, old]))

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
    found = await _harvest(Site([_hit(1) | odd, "no story", _hit(2)], front=[_hit(1) | odd]))

    assert [offer.title for offer in found.offers] == ["Story 2"]


@pytest.mark.parametrize("points", [None, -3, "many"])
async def test_points_that_are_none_are_none(points: object) -> None:
    found = await _harvest(Site([_hit(1, points=points)]))

    assert [offer.votes for offer in found.offers] == [Votes("hackernews", 0)]


def test_an_answer_is_bounded_and_says_how_many_rows_it_had() -> None:
    hits = parse_hits(_answer(*(_hit(number) for number in range(1_001))))

    assert (len(hits.stories), hits.rows) == (1_000, 1_000)
    assert parse_hits(_answer("no story", _hit(1))).rows == 2
