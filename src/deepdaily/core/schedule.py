"""Slots, and the ladder that keeps a day from being empty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deepdaily.core.types import Rung, Slot, Story
from deepdaily.core.urls import host

LADDER: tuple[tuple[Rung, timedelta], ...] = (
    ("24h", timedelta(hours=24)),
    ("72h", timedelta(hours=72)),
    ("7d", timedelta(days=7)),
)
"""How far back each rung looks, narrowest first."""

HOSTS_NEEDED = 5
"""A day drawn from fewer hosts is one publisher's newsletter (design.md, rule 4)."""


def slot_of(day: date, at: time, zone: ZoneInfo) -> Slot:
    """The slot of a calendar day in the digest's zone."""
    return Slot(datetime.combine(day, at, zone))


def slot_at(now: datetime, at: time, zone: ZoneInfo) -> Slot:
    """The slot a run started at `now` works for: that of the local day, early or late."""
    return slot_of(now.astimezone(zone).date(), at, zone)


def suffices(stories: Sequence[Story], items: int) -> bool:
    """Whether a rung gives enough to choose from: twice `items` untold stories with read text, from at least 5 hosts."""
    read = [story for story in stories if not story.lead.partial]
    return len(read) >= 2 * items and len({host(story.lead.url) for story in read}) >= HOSTS_NEEDED
