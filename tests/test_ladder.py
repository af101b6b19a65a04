"""The ladder steps down while a rung gives too little, and every link that is lost on the way has a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deepdaily.cli.console import LineMeter
from deepdaily.core.decisions import Desk
from deepdaily.core.types import Decision, Document, Harvest, Issue, Loss, Offer, Slot, SourceHealth, Trouble, Watch
from deepdaily.core.urls import page_key
from deepdaily.ladder import Found, candidates, gather, listed_only, promise
from deepdaily.memory import Memory
from deepdaily.models.embedding import Embedder, Unusable
from deepdaily.read.pages import SPONSORED
from deepdaily.run import Record, Run
from deepdaily.settings import Settings
from deepdaily.sources.search import Inquiry, Span
from deepdaily.sources.search.brave import Brave
from deepdaily.sources.search.web_search import WebSearch
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from deepdaily.write.notice import notice_of
from fakes import FakeEmbedder, FakeFetcher, InlineEngine
from making import NOW, SLOT, candidate, document, issue, story

YESTERDAY = Slot(SLOT.due - timedelta(days=1))
ITEMS = 2
NEEDED = 2 * ITEMS + 2
"""Stories for a rung that suffices: twice ITEMS, and from five hosts."""

NAMES = "Quill Kern Larch Otter Heron Basalt Cedar Falcon Garnet Indigo Juniper Kestrel Lagoon Maple Nimbus".split()


def told(n: int, hours: float, *, host: str = "", partial: bool = False) -> Document:
    """A document of our field, unlike all others."""
    name = NAMES[n]
    words = " ".join(f"{name.lower()}{part}" for part in ("serve", "cache", "disk", "router", "kernel", "node"))
    body = (
        f"{name}serve {n}.4 was released with {words} for LLM inference. "
        f"{name} reached {31 + n}% higher throughput on {n + 2} GPUs at {80 + n} ms latency. {words}. "
    ) * 3
    url = f"https://{host or name.lower() + '.example'}/{n}"
    return document(f"{name}serve {n}.4 released for LLM inference", body, url=url, hours=hours, partial=partial)


def harvest(documents: Sequence[Document], *more: Offer) -> Harvest:
    offers = [Offer(one.url, "feed", one.title, published_at=one.published_at) for one in documents]
    return Harvest(SourceHealth("feed", "feed", "ok", len(offers)), (*offers, *more), tuple(documents))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def run_with(
    store: Store, issues: Sequence[Issue] = (), mute: Sequence[str] = (), embedder: Embedder | None = None, **digest: int
) -> Run:
    """A run whose web gives nothing: all texts are those that the harvests carry."""
    settings = Settings.model_validate({"digest": {"items": ITEMS, **digest}, "sources": {"mute": mute}})
    return Run(
        slot=SLOT,
        now=NOW,
        settings=settings,
        store=store,
        snapshots=Snapshots(Path("none")),
        fetcher=FakeFetcher({}),  # type: ignore[arg-type]
        engine=InlineEngine(),  # type: ignore[arg-type]
        sources=(),
        publishers=(),
        record=Record(LineMeter()),
        memory=Memory(SLOT, tuple(issues)),
        embedder=embedder,
    )


async def gathered(
    store: Store,
    documents: Sequence[Document],
    *more: Offer,
    issues: Sequence[Issue] = (),
    mute: Sequence[str] = (),
    embedder: Embedder | None = None,
) -> tuple[Found, Record]:
    run = run_with(store, issues, mute, embedder)
    return await gather(run, [harvest(documents, *more)]), run.record


def urls(found: Found) -> set[str]:
    return {one.lead.url for one in found.stories}


# -- the ladder -------------------------------------------------------------------------------------------------------


async def test_a_day_with_enough_stays_on_the_first_rung(store: Store) -> None:
    today, older = [told(n, 5) for n in range(NEEDED)], [told(n, 40) for n in range(NEEDED, NEEDED + 3)]
    found, record = await gathered(store, [*today, *older])

    assert (found.rung, record.rung) == ("24h", "24h")
    assert urls(found) == {one.url for one in today}


@pytest.mark.parametrize(("hours", "rung"), [(40, "72h"), (100, "7d")])
async def test_a_day_with_too_little_steps_down_to_the_first_rung_that_suffices(store: Store, hours: float, rung: str) -> None:
    documents = [told(0, 5), *(told(n, hours) for n in range(1, NEEDED))]
    found, _ = await gathered(store, documents)

    assert found.rung == rung
    assert urls(found) == {one.url for one in documents}


class Provider(Brave):
    """What a search finds of the last day, and of the days before it."""

    def inquiries(self, query: str, span: Span) -> tuple[Inquiry, ...]:
        return (Inquiry("https://search.example/today" if span.open else "https://search.example/before", {}),)


@pytest.mark.parametrize(("enough", "asked"), [(True, []), (False, ["https://search.example/before"])])
async def test_a_search_is_asked_for_the_days_before_the_last_only_where_that_gave_too_little(
    store: Store, enough: bool, asked: list[str]
) -> None:
    today, found_then = [told(n, 5) for n in range(NEEDED if enough else 1)], told(9, 40)
    row = {
        "url": found_then.url,
        "title": found_then.title,
        "page_age": found_then.published_at and found_then.published_at.isoformat(),
    }
    fetcher = FakeFetcher({"https://search.example/before": json.dumps({"web": {"results": [row]}}).encode()})
    run = run_with(store)
    run.sources = (WebSearch("brave", Provider("k"), ("one",), fetcher, InlineEngine()),)  # type: ignore[arg-type]
    kept = store.keep_harvest(SLOT.key, Harvest(SourceHealth("brave", "search", "empty")))
    found = await gather(run, [harvest([*today, found_then]), kept])

    assert fetcher.asked == asked
    again = store.harvest_of(SLOT.key, "brave")
    assert again
    assert [one.offers for one in (again.health, found.health[1])] == [len(asked)] * 2


async def test_a_rung_on_which_too_few_stories_stand_above_the_floor_gives_way_to_the_next(store: Store) -> None:
    """Manuals of our field are enough to read, and nothing to tell."""
    manuals = [
        replace(told(n, 5, host=f"docs.{NAMES[n].lower()}.example"), title=f"{NAMES[n]}serve LLM overview") for n in range(NEEDED)
    ]
    one, older = apart(6, 5), apart(7, 40)
    found, _ = await gathered(store, [*manuals, one, older])

    assert found.rung == "72h"
    assert {ranked.story.lead.url for ranked in found.ranked[:2]} == {one.url, older.url}


async def test_the_last_rung_is_taken_as_it_is(store: Store) -> None:
    found, _ = await gathered(store, [told(0, 5)])
    nothing, _ = await gathered(store, [])

    assert (found.rung, len(found.stories)) == ("7d", 1)
    assert (nothing.rung, nothing.stories) == ("quiet", [])  # it answered


async def test_without_an_answer_and_without_earlier_days_there_is_no_rung_left(store: Store) -> None:
    dead = [Harvest(SourceHealth("feed", "feed", "unreachable")), Harvest(SourceHealth("brave", "search", "no-key"))]
    refused = [*dead, Harvest(SourceHealth("other", "feed", "rate-limited"))]

    assert (await gather(run_with(store), dead)).rung == "7d"
    assert (await gather(run_with(store), refused)).rung == "quiet"
    assert (await gather(run_with(store, issues=[issue(story("Quill"), slot=YESTERDAY)]), dead)).rung == "quiet"


async def test_many_stories_of_one_host_do_not_suffice(store: Store) -> None:
    found, _ = await gathered(store, [told(n, 5, host="one.example") for n in range(NEEDED)])

    assert found.rung == "7d"


async def test_teasers_do_not_suffice(store: Store) -> None:
    found, _ = await gathered(store, [told(n, 5, partial=True) for n in range(NEEDED)])

    assert found.rung == "7d"


async def test_stories_told_before_do_not_suffice_and_say_when_they_were_told(store: Store) -> None:
    documents = [told(n, 5) for n in range(NEEDED)]
    before = issue(*(story(one.title, url=one.url) for one in documents[:4]), slot=YESTERDAY)
    found, _ = await gathered(store, documents, issues=[before])
    reasons = {loss.url: loss.reason for loss in found.losses}

    assert found.rung == "7d"
    assert urls(found) == {one.url for one in documents[4:]}
    assert {reasons[one.url] for one in documents[:4]} == {"told on 2026-03-11"}


# -- memory -----------------------------------------------------------------------------------------------------------


def apart(n: int, hours: float) -> Document:
    """A document whose title shares one word with the others, so that a few of them can stand in one issue."""
    name = NAMES[n].lower()
    title = f"LLM {name} {name}serve {name}cache {name}disk"
    return document(title, told(n, hours).text, url=told(n, hours).url, hours=hours)


def keep_day(store: Store, days: int, harvests: Sequence[Harvest], paid: Sequence[str] = ()) -> None:
    """A slot `days` ago that collected `harvests`."""
    key = replace(SLOT, due=SLOT.due - timedelta(days=days)).key
    store.begin(key, NOW - timedelta(days=days))
    for one in harvests:
        store.keep_harvest(key, one)
    store.keep_losses(key, [Loss(url, "read", SPONSORED) for url in paid])


async def test_a_page_behind_a_redirector_was_read_today(store: Store) -> None:
    page = apart(0, 5)
    link = Offer("https://go.example/r/7", "feed", page.title, published_at=page.published_at)
    store.keep_reading(SLOT.key, link.url, page)
    keep_day(store, 3, [harvest([apart(1, 80)])])
    found, _ = await gathered(store, [], link)

    assert urls(found) == {page.url, apart(1, 80).url}
    assert found.kept == {one.id for one in found.stories if one.lead.url != page.url}


async def test_what_was_read_within_a_week_and_never_told_fills_up_a_poor_day(store: Store) -> None:
    keep_day(store, 3, [harvest([apart(1, 80), apart(2, 80)])])
    found, _ = await gathered(store, [apart(0, 5)])

    assert found.rung == "memory"
    assert urls(found) == {one.url for one in (apart(0, 5), apart(1, 80), apart(2, 80))}
    assert found.kept == {one.id for one in found.stories if one.lead.url != apart(0, 5).url}


async def test_what_is_older_than_a_week_was_told_or_paid_for_stays_where_it_is(store: Store) -> None:
    keep_day(store, 8, [harvest([apart(1, 200)])])
    keep_day(store, 2, [harvest([apart(2, 50), apart(3, 50)])], paid=[apart(3, 50).url])
    printed = issue(story(apart(2, 50).title, url=apart(2, 50).url), slot=YESTERDAY)
    found, _ = await gathered(store, [apart(0, 5)], issues=[printed])

    assert (found.rung, urls(found)) == ("7d", {apart(0, 5).url})
    assert found.kept == frozenset()


async def test_a_day_that_fills_its_places_leaves_memory_alone(store: Store) -> None:
    keep_day(store, 1, [harvest([apart(1, 30)])])
    found, _ = await gathered(store, [apart(2, 5), apart(3, 5)])

    assert (found.rung, urls(found)) == ("7d", {apart(2, 5).url, apart(3, 5).url})


@pytest.mark.parametrize(("least", "rung", "count"), [(2, "7d", 2), (3, "memory", 5)])
async def test_a_shorter_issue_is_no_trouble_until_it_has_fewer_stories_than_it_must(
    store: Store, least: int, rung: str, count: int
) -> None:
    keep_day(store, 1, [harvest([apart(n, 30) for n in range(3)])])
    run = run_with(store, least_items=least, items=7)
    found = await gather(run, [harvest([apart(n, 5) for n in (3, 4)])])

    assert (found.rung, len(found.ranked)) == (rung, count)
    assert bool(notice_of(found.health, found.rung, "zh")[1]) == (rung == "memory")


async def test_questions_are_recalled_only_where_half_of_the_places_would_stay_empty(store: Store) -> None:
    before = issue(story("Quill"), slot=YESTERDAY)
    (item,) = before.items
    watch = Watch("w-1", "How fast is Quill?", ("Quill",), item.story, SLOT.due.date(), SLOT.due.date())
    asking = replace(before, closing=replace(before.closing, watchlist=(watch,)))
    poor, _ = await gathered(store, [], issues=[asking])
    better, _ = await gathered(store, [apart(1, 5)], issues=[asking])

    assert (poor.rung, [one.item.story for one in poor.recalled]) == ("memory", [item.story])
    assert (better.rung, better.recalled) == ("7d", ())


# -- reasons ----------------------------------------------------------------------------------------------------------


async def test_every_offered_link_is_told_or_lost_with_a_reason(store: Store) -> None:
    today, old = [told(n, 5) for n in range(NEEDED)], told(NEEDED, 40)
    copy = told(0, 4, host="mirror.example")
    off_topic = document(
        "Trams run late on Sunday", "The trams of the city run late on Sunday evening. " * 9, url="https://t.example/"
    )
    gone = Offer("https://gone.example/", "feed", "LLM inference", published_at=NOW)
    paid = Offer("https://paid.example/", "feed", "LLM inference", published_at=NOW, sponsored=True)
    muted = Offer("https://muted.example/", "feed", "LLM inference", published_at=NOW)
    found, record = await gathered(store, [*today, old, copy, off_topic], gone, paid, muted, mute=["muted.example"])
    stages = {loss.url: loss.stage for loss in found.losses}

    assert found.rung == "24h"
    assert all(loss.reason for loss in found.losses)
    assert stages[old.url] == stages[paid.url] == stages[muted.url] == "collect"
    assert stages[gone.url] == "read"
    assert stages[off_topic.url] == "select"
    assert stages.get(copy.url, stages.get(today[0].url)) == "cluster"
    assert record.funnel["candidates"] == len(today) + 4
    assert record.funnel["untold"] == len(today)


async def test_what_is_banned_at_the_desk_is_not_even_read_and_a_merge_says_why(store: Store) -> None:
    today, copy = [told(n, 5) for n in range(NEEDED)], told(0, 4, host="mirror.example")
    ban = Decision("d-1", "ban", today[3].url, NOW)
    store.keep_decision(ban)
    found, _ = await gathered(store, [*today, copy])
    store.keep_decision(replace(ban, taken_back_at=NOW))
    again, _ = await gathered(store, [*today, copy])
    reasons = {loss.url: loss.reason for loss in found.losses}

    assert reasons[today[3].url] == "banned at the desk"
    assert today[3].url not in urls(found)
    assert today[3].url in urls(again)
    merged = reasons.get(copy.url) or reasons[today[0].url]
    assert merged.startswith("one story with https://")
    assert "alike 0.9" in merged


async def test_an_embedder_joins_what_means_the_same_and_a_failing_one_costs_only_that(store: Store) -> None:
    documents = [told(n, 5) for n in range(NEEDED + 1)]
    means = {one.title: "one event" for one in documents[:2]}
    plain, _ = await gathered(store, documents)
    joined, record = await gathered(store, documents, embedder=FakeEmbedder(means))
    failing, troubled = await gathered(store, [replace(one, title=one.title + "!") for one in documents], embedder=Unusable("x"))

    assert len(plain.stories) == len(documents) == len(joined.stories) + 1 == len(failing.stories)
    assert record.troubles == []
    assert troubled.troubles == [Trouble("embedder", "x")]


def test_a_pin_lifts_a_mute_and_nothing_lifts_the_mark_of_money() -> None:
    url = "https://muted.example/a"
    desk = Desk(pinned=frozenset({page_key(url)}))
    free, paid = harvest([], Offer(url, "one", "A")), harvest([], Offer(url, "two", "A", sponsored=True))

    assert candidates([free], ["muted.example"])[0] == []
    assert len(candidates([free], ["muted.example"], desk)[0]) == 1
    assert candidates([free, paid], (), desk)[0] == []


def test_a_link_that_is_sponsored_anywhere_is_lost_everywhere() -> None:
    url = "https://blog.example/a"
    one, two = harvest([], Offer(url, "one", "A")), harvest([], Offer(url, "two", "A", sponsored=True))

    assert candidates([one, two])[0] == []
    assert [loss.reason for loss in candidates([one, two])[1]] == ["sponsored"]
    assert len(candidates([one])[0]) == 1


def test_offers_of_one_page_are_one_candidate_under_the_address_most_of_them_name() -> None:
    plain, bare = "https://www.blog.example/a/", "https://blog.example/a"
    offered = harvest([], Offer(plain, "one", "A"), Offer(plain, "two", "A"), Offer(bare, "three", "A longer title"))
    ((found,), losses) = candidates([offered])

    assert found.url == plain
    assert [offer.source for offer in found.offers] == ["one", "two", "three"]
    assert found.title == "A longer title"
    assert losses == []


def test_pages_of_our_field_are_read_first_and_undated_ones_last() -> None:
    field = candidate("LLM inference with a KV cache", "https://a.example/", hours=9)
    newer = candidate("LLM inference on GPUs", "https://b.example/", hours=2)
    undated = candidate("LLM inference on phones", "https://c.example/", hours=None)
    other = candidate("Trams run late on Sunday", "https://d.example/", hours=1)

    assert sorted([other, undated, field, newer], key=lambda one: promise(one, NOW)) == [newer, field, undated, other]


def test_what_a_source_listed_and_did_not_offer_is_a_loss_unless_another_one_offers_it() -> None:
    old, twin, elsewhere = (Loss(f"https://a.example/{name}", "collect", name) for name in ("old", "twin", "elsewhere"))
    mine = replace(harvest([], Offer(twin.url, "feed", "T")), losses=(old, twin, elsewhere))
    other = Harvest(SourceHealth("other", "feed", "ok", 1), (Offer("https://www.a.example/elsewhere/", "other", "T"),))

    assert listed_only([mine, other]) == [old, twin]
