"""The maker's page of a story that only reports tell: one of their links is read, and leads where it tells the same event."""

from __future__ import annotations

from collections.abc import Sequence

from deepdaily.choose.leads import makers_link, with_lead
from deepdaily.core.types import Candidate, Loss, Offer, Story, Window
from deepdaily.core.urls import host, page_key
from deepdaily.ladder import LADDER
from deepdaily.read.pages import Pages
from deepdaily.run import Run


async def led(run: Run, stories: Sequence[Story], wall_s: float) -> list[Story]:
    """The stories in their order, each with the maker's page before its reports where one was found.

    At most one page a story is read. A page that was read and does not lead is a loss of its story. What was printed before, is
    banned or muted is not asked for.
    """
    structures = run.store.structures(document.id for story in stories for document in story.documents)
    printed = {page_key(one.url) for issue in run.memory.told for one in issue.sources()}
    links = {
        story.id: link for story in stories if (link := makers_link(story, structures, printed)) and _welcome(run, link, story)
    }
    if not links:
        return list(stories)
    asked = [Candidate(links[one.id], (Offer(links[one.id], "lead", one.lead.title),)) for one in stories if one.id in links]
    pages, window = Pages(run.store, run.fetcher, run.engine, {}), Window(run.slot, run.now, run.now - LADDER[-1][1])
    readings = await pages.read(asked, window, wall_s=wall_s, on_done=run.record.meter.step)
    found, losses = [], list[Loss]()
    for story in stories:
        link = links.get(story.id, "")
        page = readings.documents.get(link)
        told = with_lead(story, page) if page else story
        if link and told is story:
            why = readings.losses[link].reason if link in readings.losses else "it does not tell the story that links to it"
            losses.append(Loss(link, "read", why, story.id))
        found.append(told)
    run.store.add_losses(run.slot.key, losses)
    return found


def _welcome(run: Run, link: str, story: Story) -> bool:
    return host(link) not in run.settings.sources.mute and not run.desk.why_banned(link, story.lead.title)
