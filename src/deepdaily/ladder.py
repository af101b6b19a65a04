"""Candidates to untold stories: read and group, rung by rung of the ladder, until there is enough to choose from.

The last rungs need no network: where the web gives fewer stories of substance than `least_items`, what was read on earlier days and
never told is taken too; where that leaves more than half of the places empty, open questions and running threads of
earlier issues are recalled.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from math import inf

from deepdaily.archive.proving import unproven
from deepdaily.choose import rank
from deepdaily.choose.group import Grouped, Grouping
from deepdaily.choose.meaning import NOT_EMBEDDED, Embedded
from deepdaily.core.decisions import NO_DESK, Desk, desk_of
from deepdaily.core.errors import NothingToPublish
from deepdaily.core.types import (
    Candidate,
    Document,
    FollowUp,
    Harvest,
    Loss,
    Offer,
    Ranked,
    Rung,
    Slot,
    SourceHealth,
    Story,
    Window,
)  # fmt: skip
from deepdaily.core.urls import host, page_key
from deepdaily.memory.questions import follow_up, without
from deepdaily.memory.repeats import Recollection, recollections, still_asking, without_repeats
from deepdaily.read.drawing import Drawer
from deepdaily.read.pages import MOST_PAGES, SPONSORED, Pages, Readings, older
from deepdaily.run import Run
from deepdaily.settings import Digest
from deepdaily.sources.search.web_search import widened
from deepdaily.write.by_rule.trends import rule_of

LADDER: tuple[tuple[Rung, timedelta], ...] = (("24h", timedelta(hours=24)), ("72h", timedelta(hours=72)), ("7d", timedelta(days=7)))
"""How far back each rung looks, narrowest first."""

HOSTS_NEEDED = 5
"""A day drawn from fewer hosts is one publisher's newsletter."""

LAST_CALL_S = 600.0
"""A network that is down is waited for until so long before publishing begins: two tries of the keeper fit into it."""

READ_S, READ_PART = 120.0, 0.25
"""A rung's share of the time: reading may not eat the writing. Before a deadline a part of what is left."""

SEARCH_S = 30.0
"""The share for asking searches further back."""

EMBED_S = 90.0
"""A rung's share for embedding: 2,000 titles on two cores take half a minute."""

KEPT_DAYS = timedelta(days=7)
"""How far back slots are looked through for what was read and not told."""

MOST_RECALLED = 3
"""Earlier items an issue brings back: as many as it asks questions."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the last rung found: untold stories of our field, and why everything else was lost."""

    rung: Rung
    """`memory` only if something in the issue is from there; `quiet` where there is nothing to tell at all though a source
    answered or earlier issues exist."""
    ranked: list[Ranked]
    """Best first."""
    losses: list[Loss]
    gathered: Gathered
    """What it was found from."""
    health: tuple[SourceHealth, ...] = ()
    kept: frozenset[str] = frozenset()
    """Stories whose lead was read on an earlier day."""
    recalled: tuple[Recollection, ...] = ()
    followed: tuple[FollowUp, ...] = ()
    """What became of the questions that were open this morning."""
    read: tuple[tuple[Document, str], ...] = ()
    """Every text of the last rung with the id of its story, told before and off the topic too: questions are looked for in all."""

    @property
    def stories(self) -> list[Story]:
        return [one.story for one in self.ranked]

    def answers(self) -> set[str]:
        """Ids of the documents that answer or move a question."""
        return {one.source.document for one in self.followed if one.source}


async def gather(run: Run, harvests: Sequence[Harvest]) -> Found:
    """Step down the ladder until a rung suffices; then look into memory for what is missing, and for earlier questions.

    Raises:
        NothingToPublish: no source answered yet, and the keeper will try again before the deadline.
    """
    if run.by_keeper and not any(map(answered, harvests)) and LAST_CALL_S < run.remaining_s < inf:
        raise NothingToPublish("no source answers yet; memory is for the last minutes", "check the network")
    run.desk = desk_of(run.store.decisions())
    network, feeds = run.settings.network, {one.health.source for one in harvests if one.health.kind == "feed"}
    drawer = Drawer(network.renderer, network.allow_private) if network.renderer else None
    pages = Pages(run.store, run.fetcher, run.engine, _carried(harvests), drawer, feeds)
    for rung, span in LADDER:
        if rung == LADDER[1][0]:
            harvests = await _searched_further(run, harvests)
        offered, losses = candidates(harvests, run.settings.sources.mute, run.desk)
        step = await _step(run, pages, rung, run.now - span, offered)
        if step.enough(run.settings.digest):
            break
    run.record.funnel["candidates"] = len(offered)
    losses += [*listed_only(harvests), *step.losses(offered)]
    gathered = await _remember(run, step, harvests, losses)
    return await _found(run, replace(gathered, losses=losses, health=tuple(harvest.health for harvest in harvests)))


async def _searched_further(run: Run, harvests: Sequence[Harvest]) -> list[Harvest]:
    """The harvests with what searches find of the days before the last one: asked only where that gave too little."""
    window, wall_s = Window(run.slot, run.now, run.now - LADDER[-1][1]), run.wall(SEARCH_S, 0.1)
    keep = partial(run.store.keep_harvest, run.slot.key)
    return await widened(run.sources, harvests, window, wall_s=wall_s, keep=keep)


async def regrouped(run: Run, gathered: Gathered) -> Found:
    """What was gathered, grouped and ranked anew as `run.desk` says now; no rung is left for another."""
    groups = gathered.groups.under(run)
    return await _found(run, replace(gathered, groups=groups, ranked=_ranked(run, groups, gathered.among)))


async def _found(run: Run, gathered: Gathered) -> Found:
    groups = gathered.groups
    run.record.rung = gathered.rung
    run.record.funnel |= {"documents": len(groups.documents), "stories": len(groups.grouped), "untold": len(groups.untold)}
    read = tuple(groups.texts())
    followed = follow_up(run.memory.earlier, read, run.slot, run.desk.closed, rule_of)
    proofs = [proof for one in followed if one.proof for proof in one.proof.evidence]
    followed = without(followed, await unproven(proofs, run.store, run.snapshots, run.engine))
    return Found(
        gathered.rung,
        gathered.ranked,
        [*gathered.losses, *groups.losses(run.desk)],
        gathered,
        gathered.health,
        frozenset(story.id for story in groups.untold if story.lead.id not in gathered.of_today),
        still_asking(gathered.recalled, followed),
        followed,
        read,
    )


def answered(harvest: Harvest) -> bool:
    """Whether there was a network as far as this source can tell: a refusal is an answer too."""
    return harvest.health.asked and harvest.health.state != "unreachable"


def suffices(stories: Sequence[Story], items: int) -> bool:
    """Whether there is enough to choose from: twice `items` untold stories with read text, from at least 5 hosts."""
    read = [story for story in stories if not story.lead.partial]
    return len(read) >= 2 * items and len({host(story.lead.url) for story in read}) >= HOSTS_NEEDED


def _ranked(run: Run, groups: Groups, among: Sequence[Candidate]) -> list[Ranked]:
    """The untold stories, best first. `among`: every candidate of the window, read or not: who else speaks of a story."""
    profile = run.settings.digest.profile
    return rank.rank(groups.untold, run.now, profile=profile, among=among, desk=run.desk, trust=run.trust)


def _carried(harvests: Iterable[Harvest]) -> dict[str, Document]:
    """The texts that answers of sources carried, by page key; a whole text wins over a teaser."""
    texts = [document for harvest in harvests for document in harvest.documents]
    texts.sort(key=lambda document: (not document.partial, document.id))
    return {page_key(document.url): document for document in texts}


# -- one rung ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Groups:
    """Documents by candidate URL, the stories they tell, and which of these may be told now."""

    grouping: Grouping
    documents: Mapping[str, Document]
    grouped: list[Grouped]
    untold: list[Story]
    repeats: Mapping[str, str]
    """By story the day on which it was told."""

    @classmethod
    def of(
        cls, run: Run, found: Sequence[Candidate], documents: Mapping[str, Document], near: Embedded = NOT_EMBEDDED,
    ) -> Groups:  # fmt: skip
        structures = run.store.structures(document.id for document in documents.values())
        return cls._told(run, Grouping.of(found, run.desk, near, documents, structures), documents)

    @classmethod
    def _told(cls, run: Run, grouping: Grouping, documents: Mapping[str, Document]) -> Groups:
        grouped = grouping.stories(documents)
        ours = [one.story for one in grouped if not rank.why_untold(one.story, run.desk)]
        return cls(grouping, documents, grouped, *without_repeats(ours, run.memory.told, run.now))

    def under(self, run: Run) -> Groups:
        """The same pages as `run.desk` holds them together and lets them be told now."""
        return self._told(run, self.grouping.under(run.desk), self.documents)

    def refused(self, run: Run) -> list[Story]:
        """What the gate alone keeps from being told: read whole, of no banned page, no round-up and not told before; best first."""
        stories = [one.story for one in self.grouped if rank.why_untold(one.story, run.desk) == rank.NOT_OURS]
        fresh, _ = without_repeats([one for one in stories if not one.lead.partial], run.memory.told, run.now)
        return [one.story for one in rank.rank(fresh, run.now, profile=run.settings.digest.profile, desk=run.desk, trust=run.trust)]

    def lead_first(self, story: Story) -> Story:
        """The story, the candidate of its lead before the others."""
        lead = {url for url, document in self.documents.items() if document.id == story.lead.id}
        return replace(story, candidates=tuple(sorted(story.candidates, key=lambda one: one.url not in lead)))

    def texts(self) -> Iterator[tuple[Document, str]]:
        """Every document with the id of its story, in the order of URLs."""
        homes = {candidate.url: one.story.id for one in self.grouped for candidate in one.story.candidates}
        return ((document, homes.get(url, "")) for url, document in sorted(self.documents.items()))

    def losses(self, desk: Desk) -> Iterator[Loss]:
        """Read pages in a story led by another, stories that are not for this daily, and those told before."""
        for one in self.grouped:
            for url, why in one.why.items():
                yield Loss(url, "cluster", why, one.story.id)
        for story in (one.story for one in self.grouped):
            reason = rank.why_untold(story, desk)
            if reason:
                yield Loss(story.lead.url, "select", reason, story.id)
            elif story.id in self.repeats:
                yield Loss(story.lead.url, "select", f"told on {self.repeats[story.id]}", story.id)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one rung read."""

    rung: Rung
    since: datetime
    inside: Sequence[Candidate]
    readings: Readings
    groups: Groups
    ranked: list[Ranked]
    """The untold stories, best first; empty where another rung follows anyway."""

    def enough(self, digest: Digest) -> bool:
        """Whether the rung suffices and at least `least_items` of its stories stand above the floor."""
        return suffices(self.groups.untold, digest.items) and sum(map(rank.stands, self.ranked)) >= digest.enough

    def losses(self, offered: Iterable[Candidate]) -> list[Loss]:
        """Candidates of before the window, and pages without a text."""
        early = [one.url for one in offered if older(one.published_at, self.since)]
        lost = [Loss(url, "collect", f"published before the {self.rung} window") for url in early]
        return [*lost, *self.readings.losses.values()]


async def _step(run: Run, pages: Pages, rung: Rung, since: datetime, offered: Sequence[Candidate]) -> _Step:
    """The candidates since then read and grouped."""
    inside = [one for one in offered if not older(one.published_at, since)]
    inside.sort(key=lambda one: (not run.desk.pins(one.url), *promise(one, run.now)))
    with run.stage("read", min(len(inside), MOST_PAGES), rung) as stage:
        window, wall_s = Window(run.slot, run.now, since), run.wall(READ_S, READ_PART)
        readings = await pages.read(inside, window, wall_s=wall_s, on_done=run.record.meter.step)
        groups = Groups.of(run, inside, readings.documents, await _embedded(run, inside))
        chosen_from = suffices(groups.untold, run.settings.digest.items) or rung == LADDER[-1][0]
        ranked = _ranked(run, groups, inside) if chosen_from else []
        stage.went_out, stage.failed = len(groups.untold), len(readings.losses)
        read = f"{len(readings.documents)} of {len(inside)} candidates have a text"
        stage.line = f"{read}; {len(groups.untold)} untold stories of our field"
    return _Step(rung, since, inside, readings, groups, ranked)


async def _embedded(run: Run, found: Sequence[Candidate]) -> Embedded:
    """Vectors of the candidates' titles; what is wrong with the embedder is said once, and costs only them."""
    if run.embedder is None:
        return NOT_EMBEDDED
    from deepdaily.models.embedding import embedded  # with it comes a client of HTTP

    near, trouble = await embedded({one.url: one.title for one in found}, run.embedder, run.store, run.wall(EMBED_S, 0.1))
    if trouble and trouble.part not in {one.part for one in run.record.troubles}:
        run.record.troubles.append(trouble)
    return near


# -- memory -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a day's stories are made of; they can be made anew."""

    rung: Rung
    groups: Groups
    ranked: list[Ranked]
    among: Sequence[Candidate]
    """Every candidate of the window."""
    of_today: Collection[str]
    """Ids of the documents that were read today."""
    recalled: Sequence[Recollection] = ()
    losses: Sequence[Loss] = ()
    """Of what never came to be grouped."""
    health: tuple[SourceHealth, ...] = ()


async def _remember(run: Run, step: _Step, harvests: Sequence[Harvest], losses: Iterable[Loss]) -> Gathered:
    """What the last rung found, and where it is not enough what was read on earlier days, asked or told in part."""
    items = run.settings.digest.items
    of_today = {document.id for document in step.groups.documents.values()}
    if len(_chosen(run, step.ranked)) >= run.settings.digest.enough:
        return Gathered(step.rung, step.groups, step.ranked, step.inside, of_today)
    with run.stage("read", 0, "memory") as stage:
        paid = {page_key(loss.url) for loss in losses if loss.reason == SPONSORED}
        groups = _with_kept(run, step.groups, harvests, paid)
        ranked = _ranked(run, groups, step.inside)
        chosen = _chosen(run, ranked)
        most = min(MOST_RECALLED, items - len(chosen)) if 2 * len(chosen) < items else 0
        recalled = recollections(run.memory.told, run.slot.due.date(), most)
        kept = sum(story.lead.id not in of_today for story in chosen)
        stage.went_out = kept + len(recalled)
        stage.line = f"{kept} stories kept from earlier days, {len(recalled)} recalled"
    rung = step.rung
    if stage.went_out:
        rung = "memory"
    elif not chosen and (run.memory.told or any(map(answered, harvests))):
        rung = "quiet"
    return Gathered(rung, groups, ranked, step.inside, of_today, recalled)


def _chosen(run: Run, ranked: Sequence[Ranked]) -> list[Story]:
    """The stories that would take the issue's places."""
    return [one.story for one in rank.select(ranked, run.settings.digest.items, run.desk)[0]]


def _with_kept(run: Run, today: Groups, harvests: Sequence[Harvest], paid: Collection[str]) -> Groups:
    """Today's stories with those of earlier days.

    `paid` are page keys that stay out: a page found to be paid for today may have been read innocently before.
    """
    earlier, texts = list(harvests), dict[str, Document]()
    for key in _slots_before(run):
        earlier += run.store.harvests(key)
        texts = {page_key(url): document for url, document in run.store.texts(key).items()} | texts
        paid = {*paid, *(page_key(loss.url) for loss in run.store.losses(key) if loss.reason == SPONSORED)}
    read = {page_key(url): document for url, document in today.documents.items()}
    known = {key: document for key, document in (texts | read).items() if key not in paid}
    found = [one for one in candidates(earlier, run.settings.sources.mute, run.desk)[0] if page_key(one.url) in known]
    return Groups.of(run, found, {one.url: known[page_key(one.url)] for one in found})


def _slots_before(run: Run) -> list[str]:
    """Keys of the slots of the last KEPT_DAYS before this one, newest first."""
    return [key for key in run.store.slots() if timedelta() < run.slot.due - Slot.of_key(key).due <= KEPT_DAYS]


# -- candidates -------------------------------------------------------------------------------------------------------


def candidates(harvests: Iterable[Harvest], mute: Sequence[str] = (), desk: Desk = NO_DESK) -> tuple[list[Candidate], list[Loss]]:
    """Offers joined by page, in the order of pages; sponsored, banned and muted ones are losses. A pin lifts a mute.

    The candidate's URL is the one most offers name: `www.` or a trailing slash may matter to the site.
    """
    offers: dict[str, list[Offer]] = defaultdict(list)
    for harvest in harvests:
        for offer in harvest.offers:
            offers[page_key(offer.url)].append(offer)
    found, losses = [], []
    for _, mine in sorted(offers.items()):
        (url, _), *_ = Counter(sorted(offer.url for offer in mine)).most_common(1)
        if any(offer.sponsored for offer in mine):
            losses.append(Loss(url, "collect", "sponsored"))
        elif banned := desk.why_banned(url, " ".join(offer.title for offer in mine)):
            losses.append(Loss(url, "collect", banned))
        elif host(url) in mute and not desk.pins(url):
            losses.append(Loss(url, "collect", "muted in the settings"))
        else:
            found.append(Candidate(url, tuple(mine)))
    return found, losses


def listed_only(harvests: Iterable[Harvest]) -> list[Loss]:
    """Losses of the sources themselves, but for pages that another one offered."""
    offered: dict[str, set[str]] = defaultdict(set)
    for harvest in harvests:
        for offer in harvest.offers:
            offered[page_key(offer.url)].add(harvest.health.source)
    lost = ((harvest.health.source, loss) for harvest in harvests for loss in harvest.losses)
    return [loss for source, loss in lost if offered.get(page_key(loss.url), {source}) == {source}]


def promise(candidate: Candidate, now: datetime) -> tuple[bool, float, str]:
    """Reading order: titles of our field first, then the newest, undated ones last; equal ones by URL."""
    age_s = (now - candidate.published_at).total_seconds() if candidate.published_at else float("inf")
    return (not rank.on_topic_title(candidate.title, candidate.url), age_s, candidate.url)
