"""What editors and readers decided, as grouping, ranking and memory ask it. Every decision can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

SECOND_READER = "second reader"
"""The model that reads a slot's stories before they are ordered, as `Decision.by` names it."""

EDITS: Mapping[DecisionKind, str] = {
    "merge": "same event",
    "split": "another story",
    "off_topic": "not of our field",
    "advertising": "advertising",
    "ours": "of our field",
}
"""What a second reader may say, in words."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What holds for a run. `joined` and `parted` name pages by their keys; a page cannot be in both with another."""

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
    edited: frozenset[Pair] = frozenset()
    """Those of `joined` and `parted` that a second reader said."""
    refused: frozenset[tuple[str, str]] = frozenset()
    """By a second reader: the key of a story's leading page, and why it is not told."""
    admitted: frozenset[str] = frozenset()
    """By a second reader: keys of leading pages that are of our field."""

    def pins(self, url: str) -> bool:
        """Whether an editor wants this page told."""
        return page_key(url) in self.pinned

    def why_refused(self, url: str) -> str:
        """Why a second reader does not want the story told that this page leads; empty for one that may be."""
        key = page_key(url) if self.refused else ""
        return next((why for page, why in sorted(self.refused) if page == key), "")

    def admits(self, url: str) -> bool:
        """Whether a second reader holds the story that this page leads for one of our field."""
        return bool(self.admitted) and page_key(url) in self.admitted

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


def decision_id(kind: DecisionKind, subject: str, other: str, at: datetime, slot: str = "") -> str:
    """`d-3f2a91c0`, of what was said, when, and where it is for one slot alone for which."""
    said = (kind, subject, other, at.isoformat(), *([slot] if slot else []))
    return "d-" + sha256("\0".join(said).encode()).hexdigest()[:8]


def edit(kind: DecisionKind, subject: str, at: datetime, slot: str, other: str = "", title: str = "") -> Decision:
    """What a second reader says of a slot's story, as a decision."""
    name = decision_id(kind, subject, other, at, slot)
    return Decision(name, kind, subject, at, other, title, by=SECOND_READER, slot=slot)


def word(one: Decision) -> tuple[DecisionKind, Pair]:
    """What was said and of which pages, whoever said it and when."""
    return one.kind, frozenset((_name(one.subject), _name(one.other)))


def said_of(kind: DecisionKind) -> str:
    """`the second reader: advertising`."""
    return f"the {SECOND_READER}: {EDITS[kind]}"


def in_words(one: Decision) -> str:
    """A second reader's decision as a sentence."""
    pages = " and ".join(filter(None, (one.subject, one.other)))
    return f"{said_of(one.kind)}: {pages}{' (taken back)' if one.taken_back_at else ''}"


def in_force(decisions: Iterable[Decision]) -> list[Decision]:
    """Those that nobody took back, the oldest first; of two that contradict each other the newer one."""
    latest: dict[tuple[str, Pair, str], Decision] = {}
    for one in sorted(decisions, key=lambda one: (one.at, one.id)):
        if one.taken_back_at is None:
            family = next(name for name, kinds in _FAMILIES.items() if one.kind in kinds)
            key = (family, word(one)[1], one.slot)
            latest.pop(key, None)
            latest[key] = one
    return list(latest.values())


_FAMILIES: Mapping[str, tuple[DecisionKind, ...]] = {
    "place": ("pin", "ban"),
    "story": ("merge", "split"),
    "watch": ("close",),
    "vote": ("useful", "useless"),
    "gate": ("off_topic", "advertising", "ours"),
}
"""Kinds that take each other's place for one subject, of one slot where they are for one alone."""


def desk_of(decisions: Iterable[Decision]) -> Desk:
    """The decisions in force that are for every slot, ready to be asked."""
    valid = [one for one in in_force(decisions) if not one.slot]
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
