"""What editors and readers decided, as grouping, ranking and memory ask it. Every decision can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from deepdaily.core.text import tokens
from deepdaily.core.types import Decision, DecisionKind
from deepdaily.core.urls import host, page_key

TOPIC = "topic:"
"""How the ban of a topic is written: every one of its words in a title."""

Pair = frozenset[str]
"""Two page keys, or one where both are the same."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The decisions in force. `joined` and `parted` name pages by their keys; a page cannot be in both with another."""

    joined: frozenset[Pair] = frozenset()
    parted: frozenset[Pair] = frozenset()
    pinned: frozenset[str] = frozenset()
    banned_pages: frozenset[str] = frozenset()
    banned_hosts: frozenset[str] = frozenset()
    banned_topics: tuple[frozenset[str], ...] = ()
    closed: frozenset[str] = frozenset()
    """Watches that an editor closed, by id."""
    votes: tuple[tuple[str, str, int], ...] = ()
    """URL, title, and +1 for useful or -1 for not useful; each page's last word."""

    def pins(self, url: str) -> bool:
        """Whether an editor wants this page told."""
        return page_key(url) in self.pinned

    def why_banned(self, url: str, title: str) -> str:
        """Why an editor does not want this page told; empty for one that may be."""
        if self.banned_pages and page_key(url) in self.banned_pages:
            return "banned at the desk"
        site = next((name for name in self.banned_hosts if host(url) == name or host(url).endswith("." + name)), "")
        if site:
            return f"{site} is banned at the desk"
        words = set(tokens(title)) if self.banned_topics else set()
        topic = next((topic for topic in self.banned_topics if topic <= words), None)
        return f"a topic banned at the desk: {' '.join(sorted(topic))}" if topic else ""


NO_DESK = Desk()
"""Nothing decided."""


def decision_id(kind: DecisionKind, subject: str, other: str, at: datetime) -> str:
    """`d-3f2a91c0`, of what was said and when."""
    return "d-" + sha256("\0".join((kind, subject, other, at.isoformat())).encode()).hexdigest()[:8]


def in_force(decisions: Iterable[Decision]) -> list[Decision]:
    """Those that nobody took back, the oldest first; of two that contradict each other the newer one."""
    latest: dict[tuple[str, Pair], Decision] = {}
    for one in sorted(decisions, key=lambda one: (one.at, one.id)):
        if one.taken_back_at is None:
            family = next(name for name, kinds in _FAMILIES.items() if one.kind in kinds)
            key = (family, frozenset((_name(one.subject), _name(one.other))))
            latest.pop(key, None)
            latest[key] = one
    return list(latest.values())


_FAMILIES = {"place": ("pin", "ban"), "story": ("merge", "split"), "watch": ("close",), "vote": ("useful", "useless")}
"""Kinds that take each other's place for one subject."""


def desk_of(decisions: Iterable[Decision]) -> Desk:
    """The decisions in force, ready to be asked."""
    valid = in_force(decisions)
    banned = [one.subject for one in valid if one.kind == "ban"]
    return Desk(
        joined=frozenset(_pair(one) for one in valid if one.kind == "merge"),
        parted=frozenset(_pair(one) for one in valid if one.kind == "split"),
        pinned=frozenset(page_key(one.subject) for one in valid if one.kind == "pin"),
        banned_pages=frozenset(page_key(subject) for subject in banned if "://" in subject),
        banned_hosts=frozenset(one for one in banned if "://" not in one and not one.startswith(TOPIC)),
        banned_topics=tuple(frozenset(tokens(one.removeprefix(TOPIC))) for one in banned if one.startswith(TOPIC)),
        closed=frozenset(one.subject for one in valid if one.kind == "close"),
        votes=tuple(
            (one.subject, one.title, 1 if one.kind == "useful" else -1) for one in valid if one.kind in ("useful", "useless")
        ),
    )


def _name(subject: str) -> str:
    return page_key(subject) if "://" in subject else subject


def _pair(decision: Decision) -> Pair:
    return frozenset((page_key(decision.subject), page_key(decision.other)))
