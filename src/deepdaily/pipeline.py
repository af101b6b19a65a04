"""One day, top to bottom. Read this file first.

sources ─collect─▶ candidates ─read─▶ documents ─cluster─▶ stories ─select─▶ the seven ─write─▶ draft
editions ◀─publish─ issue ◀─approve─ findings ◀─review─ draft

It flows one way. Every stage keeps what it made in the store and answers from there when it is asked again, so a run
that was killed is simply run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from time import monotonic

from deepdaily.core import rank
from deepdaily.core.errors import NothingToPublish, PublishError
from deepdaily.core.schedule import LADDER, share_s
from deepdaily.core.types import Finding, Harvest, Issue, Loss, Ranked, Slot, Story, Window
from deepdaily.core.urls import page_key
from deepdaily.engine import Engine
from deepdaily.fetch import Fetcher
from deepdaily.gather import Gathering, gather
from deepdaily.publish import Publisher
from deepdaily.read import Reader
from deepdaily.record import Meter, Record, trouble
from deepdaily.review import approve, review
from deepdaily.settings import Settings
from deepdaily.sources import Source, collect
from deepdaily.store import Store
from deepdaily.write import advice_in, closed, write

COLLECT_S, COLLECT_PART = 60.0, 0.25
"""The share of the time for collecting: the slowest source may not eat the reading. Before a deadline a part of what is left."""


@dataclass(frozen=True, slots=True)
class House:
    """What a run works with; the command line puts it together."""

    settings: Settings
    store: Store
    fetcher: Fetcher
    engine: Engine
    sources: Sequence[Source]
    publishers: Sequence[Publisher]
    meter: Meter
    deadline: float = inf
    """When publishing begins, as `time.monotonic` counts; infinite for a run that is late anyway."""

    @property
    def remaining_s(self) -> float:
        return self.deadline - monotonic()


async def run_day(house: House, slot: Slot, now: datetime, *, dry: bool = False) -> tuple[Issue, Record]:
    """One issue for `slot`, from the sources to the channels.

    Raises:
        NothingToPublish: no rung has a story with a read text, or review left none.
    """
    record = Record(slot.key, house.meter)
    try:
        harvests = await collected(house, slot, now, record)
        stories = await gathered(house, harvests, slot, now, record)
        chosen = selected(house, stories, now, record)
        issue = edited(house, chosen, stories, harvests, slot, now, record)
    except NothingToPublish:
        house.store.keep_record(slot.key, record.text(), "failed")
        raise
    if dry:
        house.store.keep_record(slot.key, record.text(), "dry")
        return issue, record
    house.store.keep_issue(issue)
    house.store.keep_record(slot.key, record.text(), "running")
    await published(house, issue, record)
    return issue, record


async def collected(house: House, slot: Slot, now: datetime, record: Record) -> list[Harvest]:
    """Every source asked once, with the widest window of the ladder."""
    window = Window(slot, now, now - LADDER[-1][1])
    with record.stage("collect", len(house.sources)) as stage:
        harvests = await collect(
            house.sources,
            window,
            house.store,
            wall_s=share_s(COLLECT_S, COLLECT_PART, house.remaining_s),
            on_done=lambda health: house.meter.step(trouble(health)),
        )
        stage.went_out = sum(len(harvest.offers) for harvest in harvests)
        stage.failed = sum(1 for harvest in harvests if trouble(harvest.health))
        stage.told = f"{stage.went_out} offers from {len(harvests)} sources, {stage.failed} failed"
    record.funnel["offers"] = stage.went_out
    return harvests


async def gathered(house: House, harvests: Sequence[Harvest], slot: Slot, now: datetime, record: Record) -> Gathering:
    """Untold stories with a text, from the narrowest rung that has enough of them."""
    texts = [document for harvest in harvests for document in harvest.documents]
    texts.sort(key=lambda document: (not document.partial, document.id))  # a whole text wins over a teaser
    carried = {page_key(document.url): document for document in texts}
    reader = Reader(house.store, house.fetcher, house.engine, carried)
    told = house.store.issues(before=slot.key)
    digest, sources = house.settings.digest, house.settings.sources
    return await gather(
        harvests, reader, told, slot, now, items=digest.items, mute=sources.mute, record=record, deadline=house.deadline
    )


def selected(house: House, gathering: Gathering, now: datetime, record: Record) -> list[Ranked]:
    """The seven, best first."""
    with record.stage("select", len(gathering.stories)) as stage:
        chosen, losses = rank.select(rank.rank(gathering.stories, now), house.settings.digest.items)
        house.store.keep_losses(record.slot, [*gathering.losses, *losses])
        stage.went_out = record.funnel["items"] = len(chosen)
        stage.told = f"{len(chosen)} of {len(gathering.stories)} stories"
    if not chosen:
        raise NothingToPublish("no source gave a story with a readable text", "see `deepdaily sources check`")
    record.keep_scores(chosen)
    return chosen


def edited(
    house: House,
    chosen: Sequence[Ranked],
    gathering: Gathering,
    harvests: Sequence[Harvest],
    slot: Slot,
    now: datetime,
    record: Record,
) -> Issue:
    """Write, review, approve."""
    digest, told = house.settings.digest, house.store.issues(before=slot.key)
    watched = [watch for earlier in told for watch in earlier.draft.watchlist if watch.expires_on >= slot.due.date()]
    stories = [one.story for one in chosen]
    with record.stage("write", len(chosen)) as stage:
        draft = write(
            slot,
            now,
            stories,
            rung=gathering.rung,
            language=digest.language,
            title=digest.title,
            health=[harvest.health for harvest in harvests],
            given_advice=advice_in([item for earlier in told[:7] for item in earlier.draft.items]),
        )
        documents = {document.id: document for story in stories for document in story.documents}
        house.store.keep_documents(documents.values())
        draft, findings = review(draft, documents)
        house.store.add_losses(slot.key, _blocked(stories, findings))
        issue = approve(closed(draft, stories, watched), findings, now)
        stage.went_out = len(issue.draft.items)
        facts = sum(bool(claim.evidence) for item in issue.draft.items for claim in item.claims())
        stage.told = f"{stage.went_out} items, {facts} facts, {len(findings)} findings"
    record.degraded = issue.draft.degraded
    return issue


def _blocked(stories: Sequence[Story], findings: Sequence[Finding]) -> list[Loss]:
    why = {finding.item: finding.message for finding in findings if finding.severity == "block"}
    return [Loss(story.lead.url, "review", why[story.id], story.id) for story in stories if story.id in why]


async def published(house: House, issue: Issue, record: Record) -> None:
    """Bring the issue to every channel; one channel's trouble is not another's."""
    recent = house.store.issues()
    claims = [claim for item in issue.draft.items for claim in item.claims()]
    documents = house.store.documents(proof.document for claim in claims for proof in claim.evidence)
    with record.stage("publish", len(house.publishers)) as stage:
        taken = {edition.channel for edition in house.store.editions(issue.draft.slot.key)}
        for publisher in house.publishers:
            if publisher.channel in taken:  # a mail is not sent twice because a chat was missed
                stage.went_out += 1
                continue
            try:
                house.store.keep_editions(await publisher.publish(issue, recent=recent, documents=documents))
                stage.went_out += 1
            except PublishError as error:
                record.troubles.append(f"{publisher.channel}: {error}; {error.remedy}")
            house.meter.step()
        stage.told = f"{stage.went_out} of {len(house.publishers)} channels"
    if stage.went_out:
        record.status = "published"
    house.store.keep_record(record.slot, record.text(), record.status)
