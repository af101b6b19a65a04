"""A story that only reports tell is led by the maker's page they link to, where that tells the same event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from deepdaily.cli.console import LineMeter
from deepdaily.core.types import Link, Story, Structure
from deepdaily.leading import led
from deepdaily.memory import Memory
from deepdaily.run import Record, Run
from deepdaily.settings import Settings
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from fakes import FakeFetcher, InlineEngine
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


async def after(store: Store, told: Sequence[Story], fetcher: FakeFetcher, **more: object) -> list[Story]:
    run = Run(
        slot=SLOT, now=NOW, settings=Settings.model_validate(more.get("settings", {})), store=store, snapshots=Snapshots(Path("none")),
        fetcher=fetcher, engine=InlineEngine(), sources=(), publishers=(), record=Record(LineMeter()),  # type: ignore[arg-type]
        memory=Memory(SLOT, more.get("issues", ())),  # type: ignore[arg-type]
    )  # fmt: skip
    return await led(run, told, 5.0)


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


async def test_at_most_one_page_a_story_is_read_and_a_makers_own_lead_needs_none(store: Store) -> None:
    own = story("Introducing Claude Opus 4.6", SAID, url="https://www.anthropic.com/news/opus")
    fetcher = FakeFetcher({})
    told = [linking(store, PAGE, PAGE.replace("4-6", "4-6-system-card")), linking(store, PAGE, told=own)]

    assert await after(store, told, fetcher) == told
    assert len(fetcher.asked) == 1


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
