"""Candidates to untold stories: read and cluster, rung by rung of the ladder, until there is enough to choose from.

The last rungs need no network: where the web gives fewer stories than the issue has places, what was read on earlier days and
never told is taken too; where that leaves more than half of the places empty, open questions and running threads of
earlier issues are recalled.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from time import monotonic

from deepdaily.choose import rank
from deepdaily.choose.decisions import NO_DESK, Desk, desk_of
from deepdaily.choose.group import Grouped, Grouping
from deepdaily.choose.meaning import NOT_EMBEDDED, Embedded
from deepdaily.core.slots import share_s
from deepdaily.core.types import Candidate, Document, Harvest, Issue, Loss, Offer, Rung, Slot, Story, Window
from deepdaily.core.urls import host, page_key
from deepdaily.memory import repeats
from deepdaily.memory.repeats import Recollection
from deepdaily.models.embedding import Embedder, embedded
from deepdaily.read.pages import MOST_PAGES, SPONSORED, Reader, older
from deepdaily.run import Record
from deepdaily.store import Store

READ_S, READ_PART = 120.0, 0.25
"""A rung's share of the time: reading may not eat the writing. Before a deadline a part of what is left."""

EMBED_S = 90.0
"""A rung's share for embedding: 2,000 titles on two cores take half a minute."""

KEPT_DAYS = timedelta(days=7)
"""How far back slots are looked through for what was read and not told (reliability.md, fault 3)."""

MOST_RECALLED = 3
"""Earlier items an issue brings back: as many as it asks questions."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """What the last rung found: untold stories of our field, and why everything else was lost."""

    rung: Rung
    stories: list[Story]
    losses: list[Loss]
    kept: frozenset[str] = frozenset()
    """Stories whose lead was read on an earlier day."""
    recalled: tuple[Recollection, ...] = field(default=())
    among: tuple[Candidate, ...] = field(default=())
    """Every candidate of the rung's window, read or not: who else speaks of a story."""
    desk: Desk = NO_DESK
    """What was decided when the gathering began: one word for the whole run."""
    read: tuple[tuple[Document, str], ...] = field(default=())
    """Every text of the last rung with the id of its story, told before and off the topic too: questions are looked for in all."""


async def gather(
    harvests: Sequence[Harvest],
    reader: Reader,
    issues: Sequence[Issue],
    slot: Slot,
    now: datetime,
    *,
    items: int,
    mute: Sequence[str],
    record: Record,
    deadline: float = inf,
    embedder: Embedder | None = None,
) -> Gathering:
    """Step down the ladder until a rung suffices.

    The rung is "memory" only if something in the issue is from there, and "quiet" where there is nothing to tell at all
    though a source answered or earlier issues exist.
    """
    desk = desk_of(reader.store.decisions())
    found, losses = candidates(harvests, mute, desk)
    record.funnel["candidates"] = len(found)
    for rung, span in LADDER:
        window = Window(slot, now, now - span)
        inside = [one for one in found if not older(one.published_at, window.since)]
        inside.sort(key=lambda one: (not desk.pins(one.url), *promise(one, now)))
        with record.stage(f"read {rung}", min(len(inside), MOST_PAGES)) as stage:
            wall_s = share_s(READ_S, READ_PART, deadline - monotonic())
            readings = await reader.read(inside, window, wall_s=wall_s, on_done=record.meter.step)
            near = await _embedded(
                inside, embedder, reader.store, share_s(EMBED_S, 0.1, deadline - monotonic()), record
            )
            told = _told(inside, readings.documents, issues, now, desk, near)
            stage.went_out, stage.failed = len(told.untold), len(readings.losses)
            read = f"{len(readings.documents)} of {len(inside)} candidates have a text"
            stage.told = f"{read}; {len(told.untold)} untold stories of our field"
        if suffices(told.untold, items):
            break
    lost = [
        Loss(one.url, "collect", f"published before the {rung} window")
        for one in found
        if older(one.published_at, window.since)
    ]
    losses += [*lost, *readings.losses.values()]
    kept, recalled = frozenset[str](), list[Recollection]()
    if not suffices(told.untold, items) and len(_chosen(told.untold, items, now, desk)) < items:
        with record.stage("read memory", 0) as stage:
            paid = {page_key(loss.url) for loss in losses if loss.reason == SPONSORED}
            told, kept = _with_kept(told, harvests, reader.store, issues, slot, now, mute, paid, desk)
            chosen = _chosen(told.untold, items, now, desk)
            if 2 * len(chosen) < items:
                recalled = repeats.recollections(issues, slot.due.date(), min(MOST_RECALLED, items - len(chosen)))
            stage.went_out = sum(story.id in kept for story in chosen) + len(recalled)
            stage.told = f"{stage.went_out - len(recalled)} stories kept from earlier days, {len(recalled)} recalled"
        if stage.went_out:
            rung = "memory"
        elif not chosen and (issues or any(map(answered, harvests))):
            rung = "quiet"
    record.rung = rung
    record.funnel |= {"documents": len(told.documents), "stories": len(told.every), "untold": len(told.untold)}
    losses += [*_merged(told.grouped), *_untellable(told, desk)]
    return Gathering(rung, told.untold, losses, kept, tuple(recalled), tuple(inside), desk, tuple(_read(told)))


@dataclass(frozen=True, slots=True)
class _Told:
    """Documents by candidate URL, the stories they tell, and which of these may be told now."""

    documents: Mapping[str, Document]
    grouped: list[Grouped]
    untold: list[Story]
    repeats: Mapping[str, str]
    """By story the day on which it was told."""

    @property
    def every(self) -> list[Story]:
        return [one.story for one in self.grouped]


async def _embedded(
    found: Sequence[Candidate], embedder: Embedder | None, store: Store, wall_s: float, record: Record
) -> Embedded:
    """Vectors of the candidates' titles; what is wrong with the embedder is said once, and costs only them."""
    if embedder is None:
        return NOT_EMBEDDED
    near, trouble = await embedded({one.url: one.title for one in found}, embedder, store, wall_s)
    if trouble and not any(told.startswith("embedder:") for told in record.troubles):
        record.troubles.append(trouble)
    return near


def _told(
    found: Sequence[Candidate],
    documents: Mapping[str, Document],
    issues: Sequence[Issue],
    now: datetime,
    desk: Desk,
    near: Embedded = NOT_EMBEDDED,
) -> _Told:
    grouped = Grouping.of(found, desk, near).stories(documents)
    ours = [one.story for one in grouped if not rank.why_untold(one.story, desk)]
    return _Told(documents, grouped, *repeats.without_repeats(ours, issues, now))


def _read(told: _Told) -> Iterator[tuple[Document, str]]:
    homes = {candidate.url: story.id for story in told.every for candidate in story.candidates}
    return ((document, homes.get(url, "")) for url, document in sorted(told.documents.items()))


def _chosen(stories: Sequence[Story], items: int, now: datetime, desk: Desk) -> list[Story]:
    """The stories that would fill the issue's places."""
    return [one.story for one in rank.select(rank.rank(stories, now, desk=desk), items, desk)[0]]


def _merged(grouped: Iterable[Grouped]) -> Iterator[Loss]:
    """Read pages that went into a story led by another."""
    for one in grouped:
        for url, why in one.why.items():
            yield Loss(url, "cluster", why, one.story.id)


def _untellable(told: _Told, desk: Desk) -> Iterator[Loss]:
    """Losses of stories that are not for this daily, and of those told before."""
    for story in told.every:
        reason = rank.why_untold(story, desk)
        if reason:
            yield Loss(story.lead.url, "select", reason, story.id)
        elif story.id in told.repeats:
            yield Loss(story.lead.url, "select", f"told on {told.repeats[story.id]}", story.id)


# -- memory -----------------------------------------------------------------------------------------------------------


def _with_kept(
    today: _Told,
    harvests: Sequence[Harvest],
    store: Store,
    issues: Sequence[Issue],
    slot: Slot,
    now: datetime,
    mute: Sequence[str],
    paid: Collection[str],
    desk: Desk,
) -> tuple[_Told, frozenset[str]]:
    """Today's stories with those of earlier days; and which stories' leads are only from there.

    `paid` are page keys that stay out: a page found to be paid for today may have been read innocently before.
    """
    earlier, texts = list(harvests), dict[str, Document]()
    for key in _slots_before(store, slot):
        earlier += store.harvests(key)
        texts = {page_key(url): document for url, document in store.texts(key).items()} | texts
        paid = {*paid, *(page_key(loss.url) for loss in store.losses(key) if loss.reason == SPONSORED)}
    read = {page_key(url): document for url, document in today.documents.items()}
    known = {key: document for key, document in (texts | read).items() if key not in paid}
    found = [one for one in candidates(earlier, mute, desk)[0] if page_key(one.url) in known]
    told = _told(found, {one.url: known[page_key(one.url)] for one in found}, issues, now, desk)
    return told, frozenset(story.id for story in told.untold if page_key(story.lead.url) not in read)


def _slots_before(store: Store, slot: Slot) -> list[str]:
    """Keys of the slots of the last KEPT_DAYS before this one, newest first."""
    ran = [(datetime.fromisoformat(key), key) for key in store.slots()]
    return [key for due, key in ran if timedelta() < slot.due - due <= KEPT_DAYS]


def answered(harvest: Harvest) -> bool:
    """Whether there was a network as far as this source can tell: a refusal is an answer too."""
    return harvest.health.state not in ("unreachable", "no-key")


# -- candidates -------------------------------------------------------------------------------------------------------


def candidates(
    harvests: Iterable[Harvest], mute: Sequence[str] = (), desk: Desk = NO_DESK
) -> tuple[list[Candidate], list[Loss]]:
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


def promise(candidate: Candidate, now: datetime) -> tuple[bool, float, str]:
    """Reading order: titles of our field first, then the newest, undated ones last; equal ones by URL."""
    age_s = (now - candidate.published_at).total_seconds() if candidate.published_at else float("inf")
    return (not rank.on_topic_title(candidate.title), age_s, candidate.url)


LADDER: tuple[tuple[Rung, timedelta], ...] = (
    ("24h", timedelta(hours=24)),
    ("72h", timedelta(hours=72)),
    ("7d", timedelta(days=7)),
)
"""How far back each rung looks, narrowest first."""

HOSTS_NEEDED = 5
"""A day drawn from fewer hosts is one publisher's newsletter (design.md, rule 4)."""


def suffices(stories: Sequence[Story], items: int) -> bool:
    """Whether a rung gives enough to choose from: twice `items` untold stories with read text, from at least 5 hosts."""
    read = [story for story in stories if not story.lead.partial]
    return len(read) >= 2 * items and len({host(story.lead.url) for story in read}) >= HOSTS_NEEDED
