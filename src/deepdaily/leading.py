"""What else tells a chosen story: the maker's page where only reports tell it, which then leads, or another page of its event."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta

from deepdaily.choose.leads import EVENT_S, lacks_maker, makers_link, makers_query, makers_result, own_link, with_lead, with_own
from deepdaily.core.errors import FetchError, SourceError
from deepdaily.core.types import Candidate, Finding, Loss, Offer, Story, Window
from deepdaily.core.urls import host, page_key
from deepdaily.ladder import LADDER
from deepdaily.read.pages import Pages
from deepdaily.run import Run
from deepdaily.sources.offering import offer
from deepdaily.sources.search import Span
from deepdaily.sources.search.web_search import WebSearch

MOST_SEARCHES = 3
"""Of one run: a search's quota is for the queries of the settings."""

SEARCH_PART = 0.5
"""Of the stage's time: what was found must still be read."""

LATEST_DAYS = round(EVENT_S / 86_400)
"""How old a page may be that is looked for."""


async def led(run: Run, stories: Sequence[Story], wall_s: float) -> list[Story]:
    """The stories in their order, each with the maker's page before its reports where one was found, or behind its maker's page
    another that this links to: what that says is not unknown.

    At most one page a story is read. A page that was read and does not tell it is a loss of its story. What was printed before, is
    banned or muted is not asked for.
    """
    ends_at = asyncio.get_running_loop().time() + wall_s
    structures = run.store.structures(document.id for story in stories for document in story.documents)
    printed = {page_key(one.url) for issue in run.memory.told for one in issue.sources()}
    links = {
        story.id: link for story in stories if (link := makers_link(story, structures, printed)) and _welcome(run, link, story)
    }
    without = [story for story in stories if story.id not in links and lacks_maker(story)]
    links |= await _looked_for(run, without, printed, wall_s * SEARCH_PART)
    links |= {
        story.id: link
        for story in stories
        if story.id not in links and (link := own_link(story, structures, printed)) and _welcome(run, link, story)
    }
    if not links:
        return list(stories)
    return await _read(run, stories, links, max(0.0, ends_at - asyncio.get_running_loop().time()))


async def _looked_for(run: Run, stories: Sequence[Story], printed: Collection[str], wall_s: float) -> dict[str, str]:
    """By story its maker's page as a search found it. The first MOST_SEARCHES stories that name somebody are asked for.

    The first search that answered today is asked, from what its key has left for this; where it refuses, the next one goes on. Each
    refusal is a note.
    """
    asked = [(story, query) for story in stories if (query := makers_query(story))][:MOST_SEARCHES]
    found = dict[str, str]()
    try:
        async with asyncio.timeout(wall_s) as deadline:
            for search in _ready(run):
                asked = asked[await _found(run, search, asked, printed, found) :]
                if not asked:
                    break
    except TimeoutError:
        if not deadline.expired():
            raise
        run.findings.append(Finding(search.name, "note", f"makers' pages were not looked for: no answer within {wall_s:g} s"))
    return found


async def _found(
    run: Run, search: WebSearch, asked: Sequence[tuple[Story, str]], printed: Collection[str], found: dict[str, str]
) -> int:
    """How many of the stories it was asked for, in order, before it refused; what it knows of them is put into `found`."""
    window = Window(run.slot, run.now, run.now - timedelta(days=LATEST_DAYS))
    span = Span(window.since, run.now, run.now)
    for place, (story, query) in enumerate(asked):
        try:
            results = (await search.ask(query, span, for_page=True)).found
        except (SourceError, FetchError) as error:
            run.findings.append(Finding(search.name, "note", f"makers' pages were not looked for: {error.advised}"))
            return place
        offers = (offer(search.name, one.url, one.title, window, published_at=one.published_at) for one in results)
        welcome = [one for one in offers if one and not one.sponsored and _welcome(run, one.url, story)]
        if link := makers_result(story, welcome, printed):
            found[story.id] = link
    return len(asked)


def _ready(run: Run) -> list[WebSearch]:
    """The searches that answered in this slot, and behind them those that were not needed because one of these did. Who was
    refused is not asked once more."""
    state = {one.name: run.store.harvest_of(run.slot.key, one.name) for one in run.sources if isinstance(one, WebSearch)}
    searches = [one for one in run.sources if isinstance(one, WebSearch)]
    answered = [one for one in searches if (kept := state[one.name]) and kept.health.answered]
    at_rest = [one for one in searches if (kept := state[one.name]) and kept.health.state == "not-needed"]
    return answered + at_rest if answered else []


async def _read(run: Run, stories: Sequence[Story], links: dict[str, str], wall_s: float) -> list[Story]:
    """The stories with the pages behind `links` (by story) where these tell the same event."""
    asked = [Candidate(links[one.id], (Offer(links[one.id], "lead", one.lead.title),)) for one in stories if one.id in links]
    pages, window = Pages(run.store, run.fetcher, run.engine, {}), Window(run.slot, run.now, run.now - LADDER[-1][1])
    readings = await pages.read(asked, window, wall_s=wall_s, on_done=run.record.meter.step)
    found, losses = [], list[Loss]()
    for story in stories:
        link = links.get(story.id, "")
        page = readings.documents.get(link)
        told = (with_lead if lacks_maker(story) else with_own)(story, page) if page else story
        if link and told is story:
            why = readings.losses[link].reason if link in readings.losses else "it does not tell the story that it was read for"
            losses.append(Loss(link, "read", why, story.id))
        found.append(told)
    run.store.add_losses(run.slot.key, losses)
    return found


def _welcome(run: Run, link: str, story: Story) -> bool:
    return host(link) not in run.settings.sources.mute and not run.desk.why_banned(link, story.lead.title)
