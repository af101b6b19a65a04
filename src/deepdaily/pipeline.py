"""One day, top to bottom. Read this file first.

sources ─collect─▶ candidates ─read─▶ documents ─cluster─▶ stories ─select─▶ the seven ─write─▶ draft
editions ◀─publish─ issue ◀─approve─ findings ◀─review─ draft

It flows one way. Every stage keeps what it made in the store and answers from there when it is asked again, so a run
that was killed is simply run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import inf

from deepdaily.choose import rank
from deepdaily.choose.second_reader import read_again
from deepdaily.core.errors import NothingToPublish, PublishError
from deepdaily.core.slots import share_s
from deepdaily.core.types import Draft, Finding, Harvest, Issue, Loss, Ranked, Slot, SourceHealth, Story, Window
from deepdaily.core.urls import page_key
from deepdaily.ladder import LADDER, Gathering, answered, gather
from deepdaily.memory.questions import follow_up
from deepdaily.memory.repeats import NO_REPEAT_DAYS, latest_watches
from deepdaily.publish import TakenInPart
from deepdaily.read.pages import Reader
from deepdaily.review import approve, review
from deepdaily.review.reviewers import looked_over
from deepdaily.run import House, Record, trouble
from deepdaily.sources import collect
from deepdaily.write import advice_in, closed, ended, retold, write
from deepdaily.write.recall import concluded, remembering, still_asking

COLLECT_S, COLLECT_PART = 60.0, 0.25
"""The share of the time for collecting: the slowest source may not eat the reading. Before a deadline a part of what is left."""

LAST_CALL_S = 600.0
"""A network that is down is waited for until so long before publishing begins: two tries of the keeper fit into it."""

RANK_S, WRITE_S, REVIEW_S, CLOSE_S = 120.0, 900.0, 300.0, 120.0
"""Walls of a model's work where no deadline is near: a slow local model decodes 8k to 10k tokens for an issue."""


async def run_day(house: House, slot: Slot, now: datetime, *, dry: bool = False) -> tuple[Issue, Record]:
    """One issue for `slot`, from the sources to the channels.

    Raises:
        NothingToPublish: no source answered, and there is no earlier day to remember.
    """
    record = Record(slot.key, house.meter)
    try:
        harvests = await collected(house, slot, now, record)
        gathering = await gathered(house, harvests, slot, now, record)
        chosen, notes = await selected(house, gathering, now, record)
        issue = await edited(house, chosen, notes, gathering, harvests, slot, now, record)
    except NothingToPublish:
        house.store.keep_record(slot.key, record.text(), "failed")
        raise
    if dry:
        house.store.keep_record(slot.key, record.text(), "dry")
        return issue, record
    issue = house.store.keep_issue(issue)  # that of another run, where this one lost its lease on the way
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
    if house.again and not any(map(answered, harvests)) and LAST_CALL_S < house.remaining_s < inf:
        raise NothingToPublish("no source answers yet; memory is for the last minutes", "check the network")
    texts = [document for harvest in harvests for document in harvest.documents]
    texts.sort(key=lambda document: (not document.partial, document.id))  # a whole text wins over a teaser
    carried = {page_key(document.url): document for document in texts}
    reader = Reader(house.store, house.fetcher, house.engine, carried)
    # Of later slots too: a missed day that is written afterwards does not tell again what a newer issue told.
    told = [issue for issue in house.store.issues_since(_memory_begins(slot)) if issue.draft.slot.key != slot.key]
    digest, sources = house.settings.digest, house.settings.sources
    return await gather(
        harvests,
        reader,
        told,
        slot,
        now,
        items=digest.items,
        mute=sources.mute,
        record=record,
        deadline=house.deadline,
        embedder=house.embedder,
    )


def _memory_begins(slot: Slot) -> date:
    """The first day that memory looks at. A question is open for as long at most, and each issue carries it on."""
    return slot.due.date() - timedelta(days=NO_REPEAT_DAYS)


async def selected(
    house: House, gathering: Gathering, now: datetime, record: Record
) -> tuple[list[Ranked], list[Finding]]:
    """The seven, best first; and what the second reader could not say."""
    with record.stage("select", len(gathering.stories)) as stage:
        digest = house.settings.digest
        desk = gathering.desk
        ranked = rank.rank(gathering.stories, now, profile=digest.profile, among=gathering.among, desk=desk)
        notes: list[Finding] = []
        if house.writer:
            wall_s = share_s(RANK_S, 0.1, house.remaining_s)
            ranked, notes = await read_again(ranked, digest.items, house.writer, wall_s, desk)
        chosen, losses = rank.select(ranked, digest.items, desk)
        house.store.keep_losses(record.slot, [*gathering.losses, *losses])
        stage.went_out = record.funnel["items"] = len(chosen)
        stage.told = f"{len(chosen)} of {len(gathering.stories)} stories"
    if not (chosen or gathering.recalled or gathering.rung == "quiet"):
        raise NothingToPublish("no source answered, and there is no earlier day", "see `deepdaily sources check`")
    record.keep_scores(chosen)
    return chosen, notes


async def edited(
    house: House,
    chosen: Sequence[Ranked],
    notes: Sequence[Finding],
    gathering: Gathering,
    harvests: Sequence[Harvest],
    slot: Slot,
    now: datetime,
    record: Record,
) -> Issue:
    """Write, review, close, approve."""
    told = [one for one in house.store.issues_since(_memory_begins(slot)) if one.draft.slot.due < slot.due]
    followed = follow_up(told, gathering.read, slot, gathering.desk.closed)
    gathering = replace(gathering, recalled=still_asking(gathering.recalled, followed))
    stories, health = [one.story for one in chosen], [harvest.health for harvest in harvests]
    draft, findings = await drafted(house, stories, gathering, health, slot, now, told, record)
    with record.stage("review", len(draft.items)) as stage:
        draft, found = await reviewed(house, draft, stories, record)
        findings += found
        stage.went_out = len(draft.items)
        stage.told = f"{stage.went_out} items stand, {len(findings)} findings"
    with record.stage("close", len(draft.items)) as stage:
        asked = latest_watches(told)
        proven = {one.source.document for one in followed if one.source}
        house.store.keep_documents(document for document, _ in gathering.read if document.id in proven)
        draft = closed(replace(draft, followed=followed), stories, asked)
        if house.writer and draft.items:
            draft, found = await ended(draft, stories, asked, house.writer, share_s(CLOSE_S, 0.5, house.remaining_s))
            findings += found
        issue = approve(concluded(draft, gathering.recalled, health), [*notes, *findings], now)
        stage.went_out = len(issue.draft.items)
        stage.told = f"{len(issue.draft.trends)} trends, {len(issue.draft.watchlist)} questions"
    record.rung, record.degraded = issue.draft.rung, issue.draft.degraded
    record.troubles += house.writer.troubles() if house.writer else []
    return issue


async def drafted(
    house: House,
    stories: Sequence[Story],
    gathering: Gathering,
    health: Sequence[SourceHealth],
    slot: Slot,
    now: datetime,
    told: Sequence[Issue],
    record: Record,
) -> tuple[Draft, list[Finding]]:
    """Every item by rule, told again by a model where there is one, and what memory adds."""
    digest, findings = house.settings.digest, list[Finding]()
    with record.stage("write", len(stories)) as stage:
        draft = write(
            slot,
            now,
            stories,
            rung=gathering.rung,
            language=digest.language,
            title=digest.title,
            health=health,
            given_advice=advice_in([item for earlier in told[:7] for item in earlier.draft.items]),
        )
        house.store.keep_documents(document for story in stories for document in story.documents)
        if house.writer:
            wall_s = share_s(WRITE_S, 0.5, house.remaining_s)
            draft, findings = await retold(draft, stories, house.writer, wall_s)
        draft = remembering(draft, gathering.kept, gathering.recalled)
        stage.went_out = len(draft.items)
        facts = sum(bool(claim.evidence) for item in draft.items for claim in item.claims())
        by_model = sum(bool(item.writer) for item in draft.items)
        stage.told = f"{stage.went_out} items, {facts} facts" + (f", {by_model} by a model" if house.writer else "")
    return draft, findings


async def reviewed(house: House, draft: Draft, stories: Sequence[Story], record: Record) -> tuple[Draft, list[Finding]]:
    """What stands after the three reviewers where there is a model, and then after the rules, which see what is left."""
    findings: list[Finding] = []
    if house.writer and any(item.writer for item in draft.items):
        wall_s = share_s(REVIEW_S, 0.4, house.remaining_s)
        draft, findings = await looked_over(draft, house.writer, wall_s)
    proofs = (proof.document for item in draft.items for claim in item.claims() for proof in claim.evidence)
    draft, found = review(draft, house.store.documents(proofs))
    house.store.add_losses(record.slot, _blocked(stories, found))
    return draft, findings + found


def _blocked(stories: Sequence[Story], findings: Sequence[Finding]) -> list[Loss]:
    why = {finding.item: finding.message for finding in findings if finding.severity == "block"}
    return [Loss(story.lead.url, "review", why[story.id], story.id) for story in stories if story.id in why]


async def published(house: House, issue: Issue, record: Record) -> None:
    """Bring the issue to every channel; one channel's trouble is not another's."""
    recent = house.store.issues()
    documents = house.store.documents(proof.document for claim in issue.draft.claims() for proof in claim.evidence)
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
                if isinstance(error, TakenInPart):
                    house.store.keep_editions(error.editions)
                    stage.went_out += 1
            house.meter.step()
        stage.told = f"{stage.went_out} of {len(house.publishers)} channels"
    if stage.went_out:
        record.status = "published"
    house.store.keep_record(record.slot, record.text(), record.status)
