"""A story that only reports tell is led by the maker's page they link to, or a search finds, where that tells the same event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deepdaily.cli.console import LineMeter
from deepdaily.core.decisions import NO_DESK, Desk
from deepdaily.core.errors import BadStatus, FetchError, Unreachable
from deepdaily.core.types import Finding, Harvest, Link, Snapshot, SourceHealth, SourceState, Story, Structure
from deepdaily.leading import led
from deepdaily.memory import Memory
from deepdaily.run import Record, Run
from deepdaily.settings import Settings
from deepdaily.sources.search import Span
from deepdaily.sources.search.brave import Brave
from deepdaily.sources.search.budget import KeyBudget, Plan, in_memory
from deepdaily.sources.search.web_search import WebSearch
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from fakes import FakeFetcher, InlineEngine, SkippingLoop
from making import NOW, SLOT, issue, story

PAGE = "https://www.anthropic.com/news/claude-opus-4-6"
REPORT = story(
    "Anthropic releases Claude Opus 4.6 with agent teams",
    "Claude Opus 4.6 costs 5 dollars a million tokens and takes 1,000,000 tokens, says the company. " * 8,
    url="https://press.example/1",
    hours=5,
)
SAID = "Claude Opus 4.6 takes 1,000,000 tokens of context and runs teams of agents for hours on one LLM inference task. " * 8


def made(title: str, said: str = SAID, day: str = "2026-03-11") -> bytes:
    head = f'<title>{title}</title><meta property="article:published_time" content="{day}T12:00:00Z">'
    return f"<!doctype html><html><head>{head}</head><body><article><h1>{title}</h1><p>{said}</p></article></body></html>".encode()


OWN = made("Introducing Claude Opus 4.6")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    opened.begin(SLOT.key, NOW)
    yield opened
    opened.close()


def linking(store: Store, *urls: str, told: Story = REPORT) -> Story:
    """The report with links to `urls` in its text."""
    store.keep_structure(told.lead.id, Structure(tuple(Link(url, "its announcement of Claude Opus", 0) for url in urls)))
    store.flush()
    return told


def made_run(store: Store, fetcher: FakeFetcher, **more: object) -> Run:
    return Run(
        slot=SLOT, now=NOW, settings=Settings.model_validate(more.get("settings", {})), store=store, snapshots=Snapshots(Path("none")),
        fetcher=fetcher, engine=InlineEngine(), sources=more.get("sources", ()), publishers=(), record=Record(LineMeter()),  # type: ignore[arg-type]
        memory=Memory(SLOT, more.get("issues", ())), desk=more.get("desk", NO_DESK),  # type: ignore[arg-type]
    )  # fmt: skip


async def after(store: Store, told: Sequence[Story], fetcher: FakeFetcher, **more: object) -> list[Story]:
    return await led(made_run(store, fetcher, **more), told, 5.0)


async def test_the_makers_page_that_a_report_links_to_leads_its_story(store: Store) -> None:
    fetcher = FakeFetcher({PAGE: OWN}, "text/html")
    (found,) = await after(store, [linking(store, "https://www.anthropic.com/", "https://press.example/2", PAGE)], fetcher)

    assert [one.url for one in found.documents] == [PAGE, REPORT.lead.url]
    assert (found.id, found.candidates) == (REPORT.id, REPORT.candidates)
    assert fetcher.asked == [PAGE]


@pytest.mark.parametrize(
    "page",
    [
        made("Introducing Claude Opus 4.7"),
        made("Introducing Claude Opus 4.6", day="2026-01-11"),
        made("Our usage policy", "What may be done with the models is written here, and what may not. " * 9),
    ],
)
async def test_another_page_of_the_maker_does_not_lead_and_says_why(store: Store, page: bytes) -> None:
    (found,) = await after(store, [linking(store, PAGE)], FakeFetcher({PAGE: page}, "text/html"))

    assert found == REPORT
    assert [(one.url, one.story) for one in store.losses(SLOT.key)] == [(PAGE, REPORT.id)]


async def test_at_most_one_page_a_story_is_read(store: Store) -> None:
    own = story("Introducing Claude Opus 4.6", SAID, url="https://www.anthropic.com/news/opus")
    fetcher = FakeFetcher({})
    pages = (PAGE, PAGE.replace("4-6", "4-6-system-card"))
    told = [linking(store, *pages), linking(store, *pages, told=own)]

    assert await after(store, told, fetcher) == told
    assert len(fetcher.asked) == 2


async def test_what_was_printed_before_is_muted_or_leads_to_a_manual_is_not_asked_for(store: Store) -> None:
    told = linking(store, PAGE)
    fetcher = FakeFetcher({PAGE: OWN}, "text/html")
    printed = issue(story("Introducing Claude Opus 4.6", url=PAGE))
    earlier = replace(printed, draft=replace(printed.draft, slot=replace(SLOT, digest="other")))
    manual = linking(
        store,
        "https://docs.claude.com/docs/claude-opus-announcement",
        told=story("Anthropic ships Claude Opus", url="https://b.example/2"),
    )

    assert await after(store, [told], fetcher, issues=(earlier,)) == [told]
    assert await after(store, [told], fetcher, settings={"sources": {"mute": ["anthropic.com"]}}) == [told]
    assert await after(store, [manual], fetcher) == [manual]
    assert fetcher.asked == []


async def test_a_link_that_cannot_be_fetched_is_passed_over(store: Store) -> None:
    fetcher = FakeFetcher({PAGE: OWN}, "text/html")
    (found,) = await after(store, [linking(store, "https://www.anthropic.com:99999/claude-opus-announcement", PAGE)], fetcher)

    assert found.lead.url == PAGE


# -- looked for by a search -------------------------------------------------------------------------------------------

QUERY = "Anthropic Claude Opus 4.6"


def asking(query: str) -> str:
    """The address at which the provider is asked for pages of a week."""
    return Brave("key").inquiries(query, Span(NOW - timedelta(days=3), NOW, NOW))[0].url


def answer(*urls: str, title: str = "Claude Opus 4.6") -> bytes:
    return json.dumps({"type": "search", "web": {"results": [{"url": url, "title": title} for url in urls]}}).encode()


async def looked_for(
    store: Store,
    told: Sequence[Story],
    answers: dict[str, bytes | FetchError | list[bytes | FetchError]],
    state: SourceState = "ok",
    **more: object,
) -> tuple[list[Story], list[str], list[Finding]]:
    """The stories, the addresses asked, and the notes, after a morning on which the search was in `state`."""
    fetcher = FakeFetcher(answers, "text/html")
    search = WebSearch("brave", Brave("key"), (), fetcher, InlineEngine())  # type: ignore[arg-type]
    store.keep_harvest(SLOT.key, Harvest(SourceHealth("brave", "search", state)))
    run = made_run(store, fetcher, sources=(search,), **more)
    return await led(run, told, 5.0), fetcher.asked, run.findings


async def test_where_no_report_links_to_the_maker_a_search_finds_its_page(store: Store) -> None:
    others = (
        "https://press.example/9",
        "https://www.anthropic.com/",
        "https://docs.claude.com/docs/opus",
        "ftp://anthropic.com/x",
        "https://[x",
    )
    found, asked, notes = await looked_for(
        store, [REPORT], {asking(QUERY): answer(*others, PAGE, PAGE.replace("news", "research")), PAGE: OWN}
    )

    assert [one.url for one in found[0].documents] == [PAGE, REPORT.lead.url]
    assert (asked, notes) == ([asking(QUERY), PAGE], [])


async def test_a_chinese_report_is_asked_for_by_the_names_in_it(store: Store) -> None:
    said = "Claude Opus 4.6 支持 1,000,000 tokens 的上下文，价格为每百万 tokens 5 美元，推理更快。" * 8
    report = story("刚刚，Anthropic发布Claude Opus 4.6", said, url="https://baozhi.example/1")
    found, asked, _ = await looked_for(store, [report], {asking(QUERY): answer(PAGE), PAGE: OWN})

    assert found[0].lead.url == PAGE
    assert asked[0] == asking(QUERY)


async def test_what_is_found_and_tells_another_event_does_not_lead(store: Store) -> None:
    found, asked, _ = await looked_for(store, [REPORT], {asking(QUERY): answer(PAGE), PAGE: made("Our usage policy")})

    assert found == [REPORT]
    assert [(one.url, one.story) for one in store.losses(SLOT.key)] == [(PAGE, REPORT.id)]
    assert asked[1:] == [PAGE]


async def test_a_result_of_another_version_is_not_read(store: Store) -> None:
    found, asked, _ = await looked_for(store, [REPORT], {asking(QUERY): answer(PAGE, title="Claude Opus 4.5")})

    assert (found, len(asked)) == ([REPORT], 1)


async def test_only_the_best_stories_without_a_makers_page_are_asked_for(store: Store) -> None:
    own = story("Introducing Claude Opus 4.6", SAID, url="https://www.anthropic.com/news/opus")
    elsewhere = story("Claude Opus 4.6 is now available in Windsurf", url="https://press.example/w")
    nameless = story("On the state of things", url="https://press.example/n")
    reports = [story(f"OpenAI ships GPT-5.{n}", url=f"https://press.example/{n}") for n in range(4)]
    told = [own, elsewhere, nameless, linking(store, PAGE), *reports]
    _, asked, notes = await looked_for(store, told, {asking(f"OpenAI GPT-5.{n}"): answer() for n in range(4)})

    assert [url for url in asked if url != PAGE] == [asking(f"OpenAI GPT-5.{n}") for n in range(3)]
    assert notes == []


SPENT = BadStatus("answered 429", status=429, body=b'{"code": "QUOTA_LIMITED"}')


@pytest.mark.parametrize("refusal", [SPENT, Unreachable("no name"), b"<html>"])
async def test_a_refusal_ends_the_asking_and_is_a_note(store: Store, refusal: bytes | FetchError) -> None:
    told = [story(f"OpenAI ships GPT-5.{n}", url=f"https://press.example/{n}") for n in range(3)]
    found, asked, notes = await looked_for(store, told, {asking("OpenAI GPT-5.0"): refusal})

    assert (found, asked) == (told, [asking("OpenAI GPT-5.0")])
    assert [(one.reviewer, one.severity) for one in notes] == [("brave", "note")]


@pytest.mark.parametrize("state", ["ok", "not-needed"])
async def test_where_the_first_search_is_spent_the_next_goes_on_with_the_stories_that_are_left(
    store: Store, state: SourceState
) -> None:
    told = [story(f"OpenAI ships GPT-5.{n}", url=f"https://press.example/{n}") for n in range(3)]
    answers: dict[str, bytes | FetchError | list[bytes | FetchError]] = {
        asking("OpenAI GPT-5.0"): answer(),
        asking("OpenAI GPT-5.1"): [SPENT, answer()],
        asking("OpenAI GPT-5.2"): answer(),
    }
    fetcher = FakeFetcher(answers, "text/html")
    names = ("dead", "first", "second")
    searches = [WebSearch(name, Brave("key"), (), fetcher, InlineEngine()) for name in names]  # type: ignore[arg-type]
    states: tuple[SourceState, ...] = ("quota-spent", "ok", state)
    for name, its in zip(names, states, strict=True):
        store.keep_harvest(SLOT.key, Harvest(SourceHealth(name, "search", its)))
    run = made_run(store, fetcher, sources=searches)

    await led(run, told, 5.0)

    assert [url.partition("GPT-5.")[2][0] for url in fetcher.asked] == ["0", "1", "1", "2"]
    assert [(one.reviewer, one.message) for one in run.findings] == [
        ("first", "makers' pages were not looked for: the month's quota is spent")
    ]


async def test_what_the_days_budget_does_not_give_is_not_asked_and_is_a_note(store: Store) -> None:
    told = [story(f"OpenAI ships GPT-5.{n}", url=f"https://press.example/{n}") for n in range(3)]
    fetcher = FakeFetcher({asking(f"OpenAI GPT-5.{n}"): answer() for n in range(3)})
    budget = KeyBudget("search:brave:1", Plan(per_month=2), in_memory(), lambda: NOW.replace(day=31, hour=20))
    search = WebSearch("brave", Brave("key"), (), fetcher, InlineEngine(), budget=budget)  # type: ignore[arg-type]
    store.keep_harvest(SLOT.key, Harvest(SourceHealth("brave", "search", "ok")))
    run = made_run(store, fetcher, sources=(search,))

    await led(run, told, 5.0)

    assert len(fetcher.asked) == 2
    assert "the 2 queries of this month are used up" in run.findings[0].message


@pytest.mark.parametrize("state", ["quota-spent", "rate-limited", "no-key", "not-needed", "unreachable"])
async def test_a_search_that_gave_no_answer_in_the_morning_is_not_asked_again(store: Store, state: SourceState) -> None:
    assert await looked_for(store, [REPORT], {}, state) == ([REPORT], [], [])


async def test_bans_and_mutes_hold_for_what_a_search_finds(store: Store) -> None:
    answers: dict[str, bytes | FetchError | list[bytes | FetchError]] = {asking(QUERY): answer(PAGE)}
    muted = {"sources": {"mute": ["anthropic.com"]}}
    for more in ({"settings": muted}, {"desk": Desk(banned_hosts=frozenset({"anthropic.com"}))}):
        assert await looked_for(store, [REPORT], answers, **more) == ([REPORT], [asking(QUERY)], [])


class Mute(FakeFetcher):
    """Takes a question and never answers."""

    async def get(self, url: str, **_: object) -> Snapshot:
        await asyncio.Event().wait()
        raise AssertionError(url)


def test_a_search_that_never_answers_costs_its_share_of_the_time(store: Store) -> None:
    fetcher = Mute({})
    search = WebSearch("brave", Brave("key"), (), fetcher, InlineEngine())  # type: ignore[arg-type]
    store.keep_harvest(SLOT.key, Harvest(SourceHealth("brave", "search", "ok")))
    run = made_run(store, fetcher, sources=(search,))
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        assert runner.run(led(run, [REPORT], 20.0)) == [REPORT]

    assert [one.message for one in run.findings] == ["makers' pages were not looked for: no answer within 10 s"]


async def test_a_makers_page_is_told_with_another_page_of_its_event_that_it_links_to(store: Store) -> None:
    card = "https://www.anthropic.com/claude-opus-4-6-system-card"
    own = story("Introducing Claude Opus 4.6", SAID, url=PAGE)
    fetcher = FakeFetcher({card: made("Claude Opus 4.6 system card")}, "text/html")

    (found,) = await after(store, [linking(store, card, told=own)], fetcher)

    assert [one.url for one in found.documents] == [PAGE, card]


async def test_a_page_it_links_to_that_tells_something_else_is_a_loss(store: Store) -> None:
    other = "https://www.anthropic.com/claude-opus-4-5"
    own = story("Introducing Claude Opus 4.6", SAID, url=PAGE)
    fetcher = FakeFetcher({other: made("Introducing Claude Opus 4.5")}, "text/html")

    (found,) = await after(store, [linking(store, other, told=own)], fetcher)

    assert found == own
    assert [loss.url for loss in store.losses(SLOT.key)] == [other]
