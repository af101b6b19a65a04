"""How sources did over the last days, by what the store keeps of each slot, and what that proposes."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from urllib.parse import urljoin

from deepdaily.core.lexicon import NO_PUBLISHERS
from deepdaily.core.types import Harvest, Issue, Slot, SourceHealth, SourceKind
from deepdaily.core.urls import domain, host, page_key
from deepdaily.store import Store

DAYS = 30
"""How far back is looked."""

DEAD_DAYS = 14
"""A source that failed so long is dead."""

QUIET_DAYS, QUIET_GAPS = 30, 4
"""A source is quiet whose newest entry is older than so many days, and than so many of its usual gaps."""

ENOUGH_DAYS = 20
"""Of fewer days nobody says that a source is never printed, or always empty."""

SEEN_TWICE = 2
"""Items of one host that no source offers directly, from which a feed of it is proposed."""

MOST_PROPOSED = 10
"""Hosts that are proposed at once, the most printed first."""

Fitness = Literal["well", "dead", "quiet", "unused"]


@dataclass(slots=True)
class TrackRecord:
    """One source over DAYS: days by how it did, newest health last asked, and what became of what it offered."""

    source: str
    kind: SourceKind
    ok: int = 0
    empty: int = 0
    failed: int = 0
    idle: int = 0
    """Days on which nobody asked it."""
    offers: int = 0
    printed: int = 0
    """Items that a link of its tells."""
    newest: datetime | None = None
    gap_days: float | None = None
    moved_to: str = ""
    message: str = ""
    """Of its last failure since it last answered; empty where it answered."""
    failing_since: date | None = None
    hosts: Counter[str] = field(default_factory=Counter)
    """Of its offers."""

    @property
    def asked(self) -> int:
        return self.ok + self.empty + self.failed

    def add(self, health: SourceHealth, day: date) -> None:
        """One day more, later than those before."""
        if not health.asked:
            self.idle += 1
        elif health.answered:
            self.ok, self.empty = self.ok + (health.state == "ok"), self.empty + (health.state == "empty")
            self.moved_to, self.message, self.failing_since = health.moved_to, "", None
            self.gap_days = health.gap_days or self.gap_days
            self.newest = max(filter(None, (self.newest, health.newest)), default=None)
        else:
            self.failed += 1
            self.message, self.failing_since = f"{health.state}: {health.message}", self.failing_since or day

    def condition(self, today: date) -> tuple[Fitness, str]:
        """How it is, and why in words; `well` says nothing. A source that is empty at weekends is well."""
        if self.failing_since and (today - self.failing_since).days >= DEAD_DAYS:
            return "dead", f"no answer since {self.failing_since}: {self.message}"
        silent = (today - self.newest.date()).days if self.newest else 0
        if silent > max(QUIET_DAYS, QUIET_GAPS * (self.gap_days or 0)):
            return "quiet", f"its newest entry is {silent} days old"
        if not self.newest and self.empty >= ENOUGH_DAYS and not self.ok:
            return "quiet", f"it had nothing on {self.empty} days"
        if self.ok + self.empty >= ENOUGH_DAYS and not self.printed:
            return "unused", f"nothing of it was printed on {self.asked} days"
        return "well", ""


def pasts(store: Store, now: datetime) -> dict[str, TrackRecord]:
    """Every source that is in a harvest of the last DAYS, by name; empty for a store without any."""
    found: dict[str, TrackRecord] = {}
    for key in _slots(store, now):
        slot = Slot.of_key(key)
        harvests, issue = store.harvests(key), store.issue(slot.day)
        told = _told_by(harvests, issue if issue and issue.slot.key == key else None, _read(store, key))
        for harvest in harvests:
            health = harvest.health
            past = found.setdefault(health.source, TrackRecord(health.source, health.kind))
            past.add(health, slot.due.date())
            past.offers += len(harvest.offers)
            past.printed += told[health.source]
            past.hosts.update(host(offer.url) for offer in harvest.offers)
    return found


def _slots(store: Store, now: datetime) -> list[str]:
    """Of the last DAYS up to now, the oldest first."""
    since, until = now - timedelta(days=DAYS), now + timedelta(days=1)  # a slot may run before it is due
    return sorted(key for key in store.slots() if since <= Slot.of_key(key).due <= until)


def _read(store: Store, slot: str) -> dict[str, str]:
    """The document that was read of each page, by page key."""
    return {page_key(url): one.document for url, one in store.readings(slot).items() if one.document}


def _told_by(harvests: Sequence[Harvest], issue: Issue | None, read: Mapping[str, str]) -> Counter[str]:
    """How many items of the issue each source offered a link of."""
    told: Counter[str] = Counter()
    pages = {harvest.health.source: {page_key(offer.url) for offer in harvest.offers} for harvest in harvests}
    for item in issue.items if issue else ():
        cited, documents = {page_key(one.url) for one in item.sources}, {one.document for one in item.sources}
        keys = cited | {key for key, document in read.items() if document in documents}
        told.update(source for source, mine in pages.items() if mine & keys)
    return told


# -- proposals ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person may change: `subject` is a source, or a host that none of ours is of."""

    verb: Literal["drop", "add", "move"]
    subject: str
    reason: str
    target: str = ""
    """Of `move` and `add`: the address."""
    line: str = ""
    """Of `move`: the line of the settings in its place; empty for a feed of a bundled list, which is not yours to change."""


def proposals(
    known: Mapping[str, TrackRecord], listed: Mapping[str, str], bundled: Collection[str], store: Store, now: datetime
) -> list[Proposal]:
    """What the last DAYS propose: what moved, what to drop, and hosts to add, in this order; empty where all is well.

    Args:
        listed: the address of each source of the settings, by name; others are no longer asked and propose nothing.
        bundled: addresses of the lists' feeds.
    """
    mine = [past for name, past in known.items() if name in listed]
    moved = [move(one.source, listed[one.source], one.moved_to, bundled) for one in mine if may_move(one, listed)]
    conditions = [(one.source, *one.condition(now.date())) for one in mine if one.kind != "search"]
    drop = [Proposal("drop", name, f"{condition}: {why}") for name, condition, why in conditions if condition != "well"]
    return [*moved, *drop, *_hosts_to_add(mine, listed.values(), store, now)]


def may_move(one: TrackRecord | SourceHealth, listed: Mapping[str, str]) -> bool:
    """Whether it has moved from an address that stands in the settings: no one writes down that of a service."""
    return bool(one.moved_to) and "://" in listed.get(one.source, "")


def move(name: str, url: str, moved_to: str, bundled: Collection[str]) -> Proposal:
    """That a source has moved, with the line that follows it; of a bundled list none."""
    line = "" if url in bundled else f"write {json.dumps(moved_to)} in place of {json.dumps(url)} below [sources]"
    return Proposal("move", name, f"for good to {moved_to}", moved_to, line)


def _hosts_to_add(mine: Iterable[TrackRecord], addresses: Iterable[str], store: Store, now: datetime) -> list[Proposal]:
    direct = {domain(address) for address in addresses if "://" in address}
    for past in mine:
        if past.kind == "feed" and past.hosts:
            (name, count), *_ = past.hosts.most_common(1)
            if 2 * count > past.hosts.total():  # a mirror's feed is its host's
                direct.add(domain(f"https://{name}/"))
    days: dict[str, list[str]] = defaultdict(list)
    roots: dict[str, str] = {}
    for key in _slots(store, now):
        issue = store.issue(Slot.of_key(key).day)
        for item in issue.items if issue else ():
            for url in (cited.url for cited in item.sources[:1]):
                name = host(url)
                roots.setdefault(name, urljoin(url, "/"))
                if name and not {name, domain(f"https://{name}/")} & (direct | NO_PUBLISHERS):
                    days[name].append(Slot.of_key(key).day)
    seen = sorted((name for name in days if len(days[name]) >= SEEN_TWICE), key=lambda name: (-len(days[name]), name))
    return [
        Proposal("add", name, f"{len(days[name])} items of it were printed, the last on {days[name][-1]}", roots[name])
        for name in seen[:MOST_PROPOSED]
    ]
