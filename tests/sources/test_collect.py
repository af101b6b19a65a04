from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from deepdaily.core import errors
from deepdaily.core.types import Harvest, Offer, Slot, SourceHealth, SourceKind, SourceState, Window
from deepdaily.core.urls import canonical
from deepdaily.sources import collect, load_pack
from deepdaily.store import Store

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
LINK = Offer("https://example.com/a", "steady", "A")


class Shelf(Store):
    """Harvests by slot and source, in memory."""

    def __init__(self, *harvests: Harvest) -> None:
        self.kept = {(WINDOW.slot.key, harvest.health.source): harvest for harvest in harvests}

    def harvest_of(self, slot: str, source: str) -> Harvest | None:
        return self.kept.get((slot, source))

    def keep_harvest(self, slot: str, harvest: Harvest) -> Harvest:
        self.kept[slot, harvest.health.source] = harvest
        return harvest


class Scripted:
    """A source that does what it is told."""

    kind: SourceKind = "feed"

    def __init__(self, name: str, act: Callable[[], Harvest], stands_in_for: tuple[str, ...] = ()) -> None:
        self.name, self.act, self.asked, self.stands_in_for = name, act, 0, stands_in_for

    async def harvest(self, window: Window) -> Harvest:
        self.asked += 1
        return self.act()


class Silent(Scripted):
    async def harvest(self, window: Window) -> Harvest:
        await asyncio.Event().wait()
        raise AssertionError


def _steady() -> Scripted:
    return Scripted("steady", lambda: _harvest("ok", "steady"))


def _harvest(state: SourceState, source: str = "steady") -> Harvest:
    return Harvest(SourceHealth(source, "feed", state, 1), (LINK,))


def _raising(error: Exception) -> Callable[[], Harvest]:
    def fail() -> Harvest:
        raise error

    return fail


def _failing(error: Exception, name: str = "broken") -> Scripted:
    return Scripted(name, _raising(error))


async def test_a_limited_source_costs_only_its_own_offers() -> None:
    """2026-02-08: one search API answered 429 and the day had no candidates."""
    shelf, told = Shelf(), list[SourceHealth]()
    sources = [_failing(errors.RateLimited("asked too fast")), _steady()]

    harvests = await collect(sources, WINDOW, shelf, wall_s=9, on_done=told.append)

    assert [harvest.health.state for harvest in harvests] == ["rate-limited", "ok"]
    assert harvests[1].offers == (LINK,)
    assert len(shelf.kept) == len(told) == 2


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (errors.QuotaSpent("spent"), "quota-spent"),
        (errors.RateLimited("fast"), "rate-limited"),
        (errors.BadStatus("429", status=429, retry_after_s=30), "rate-limited"),
        (errors.NotAFeed("a web page"), "not-a-feed"),
        (errors.BadStatus("403", status=403), "refused"),
        (errors.AddressRefused("private"), "refused"),
        (errors.BodyRefused("too large"), "refused"),
        (errors.BadStatus("410", status=410), "unreachable"),
        (errors.BadStatus("503", status=503), "unreachable"),
        (errors.Unreachable("no name"), "unreachable"),
        (errors.SourceError("odd"), "unreachable"),
    ],
)
async def test_a_failure_becomes_a_state_and_keeps_its_words(error: Exception, state: str) -> None:
    [harvest] = await collect([_failing(error)], WINDOW, Shelf(), wall_s=9, on_done=lambda _: None)

    assert (harvest.health.state, harvest.health.message, harvest.offers) == (state, str(error), ())


async def test_the_time_an_answer_named_is_kept() -> None:
    limited = errors.RateLimited("fast", retry_after_s=30.0)
    sources = [_failing(limited), _failing(errors.BadStatus("503", status=503, retry_after_s=7.0), "slow")]

    harvests = await collect(sources, WINDOW, Shelf(), wall_s=9, on_done=lambda _: None)

    assert [harvest.health.retry_after_s for harvest in harvests] == [30.0, 7.0]


@pytest.mark.parametrize("state", ["ok", "empty", "quota-spent"])
async def test_what_the_slot_has_is_not_asked_again(state: SourceState) -> None:
    source, kept = _steady(), _harvest(state)

    assert await collect([source], WINDOW, Shelf(kept), wall_s=9, on_done=lambda _: None) == [kept]
    assert source.asked == 0


@pytest.mark.parametrize("state", ["unreachable", "rate-limited", "no-key", "not-a-feed"])
async def test_what_failed_in_the_slot_is_asked_again(state: SourceState) -> None:
    source = _steady()

    [harvest] = await collect([source], WINDOW, Shelf(_harvest(state)), wall_s=9, on_done=lambda _: None)

    assert (source.asked, harvest.health.state) == (1, "ok")


async def test_who_is_silent_until_the_deadline_is_unreachable() -> None:
    sources = [Silent("silent", lambda: _harvest("ok")), _steady()]

    harvests = await collect(sources, WINDOW, Shelf(), wall_s=0, on_done=lambda _: None)

    assert harvests[0].health.state == "unreachable"
    assert "within 0 s" in harvests[0].health.message


@pytest.mark.parametrize(
    ("first", "state", "asked"),
    [
        (lambda: _harvest("ok", "first"), "not-needed", 0),
        (lambda: _harvest("empty", "first"), "not-needed", 0),
        (lambda: _harvest("no-key", "first"), "ok", 1),
        (_raising(errors.QuotaSpent("spent")), "ok", 1),
        (_raising(errors.RateLimited("fast")), "ok", 1),
        (_raising(errors.Unreachable("no name")), "ok", 1),
    ],
)
async def test_a_stand_in_is_asked_where_none_before_it_answered(first: Callable[[], Harvest], state: str, asked: int) -> None:
    stand_in = Scripted("second", lambda: _harvest("ok", "second"), ("first",))
    third = Scripted("third", lambda: _harvest("ok", "third"), ("first", "second"))

    harvests = await collect([Scripted("first", first), stand_in, third], WINDOW, Shelf(), wall_s=9, on_done=lambda _: None)

    assert (harvests[1].health.state, stand_in.asked, third.asked) == (state, asked, 0)
    assert harvests[1].health.fine


async def test_a_stand_in_is_not_asked_either_where_the_slot_has_the_answer_already() -> None:
    stand_in = Scripted("second", lambda: _harvest("ok", "second"), ("first",))
    shelf = Shelf(_harvest("ok", "first"))

    await collect([Scripted("first", lambda: _harvest("ok")), stand_in], WINDOW, shelf, wall_s=9, on_done=lambda _: None)

    assert stand_in.asked == 0


async def test_a_bug_is_not_a_failure_of_a_source() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        await collect([_failing(KeyError("bug"))], WINDOW, Shelf(), wall_s=9, on_done=lambda _: None)

    assert caught.group_contains(KeyError)


CATEGORIES = frozenset(
    "lab infra release devtools cloud paper research analysis security policy status media engineering community aggregator".split()
)


@pytest.mark.parametrize(
    ("pack", "least", "chinese"), [("ai-engineering", 40, 6), ("core", 60, 6), ("wide", 200, 20), ("chinese", 24, 24)]
)
def test_a_bundled_pack_is_whole(pack: str, least: int, chinese: int) -> None:
    feeds = load_pack(pack)

    assert len(feeds) >= least
    assert sum(feed.language == "zh" for feed in feeds) >= chinese
    assert len({feed.name for feed in feeds}) == len({canonical(feed.url) for feed in feeds}) == len(feeds)
    assert {feed.category for feed in feeds} <= CATEGORIES
    assert all(0 < feed.weight <= 1 and feed.why and len(feed.why) <= 80 for feed in feeds)


def test_a_wider_pack_has_the_narrower_one_and_the_engines_releases() -> None:
    packs = {name: {feed.url: feed for feed in load_pack(name)} for name in ("ai-engineering", "core", "wide", "chinese")}

    assert packs["ai-engineering"].keys() < packs["core"].keys() < packs["wide"].keys()
    assert packs["chinese"].items() <= packs["wide"].items()
    for project in ("vllm-project/vllm", "sgl-project/sglang", "ggml-org/llama.cpp"):
        assert f"https://github.com/{project}/releases.atom" in packs["ai-engineering"]


def test_an_unknown_pack_names_the_known_ones() -> None:
    with pytest.raises(errors.SettingsError) as caught:
        load_pack("../ai-engineering")

    assert "ai-engineering" in caught.value.remedy
