"""Slots, and the ladder that keeps a day from being empty."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from math import inf
from zoneinfo import ZoneInfo

from deepdaily.core.types import DAILY, Slot


def slot_of(day: date, at: time, zone: ZoneInfo, digest: str = DAILY) -> Slot:
    """The slot of a calendar day in the digest's zone."""
    return Slot(datetime.combine(day, at, zone), digest)


EARLY_DEADLINE = timedelta(minutes=2)
"""How long before the hour publishing begins where nothing else is said: channels take seconds, mail up to a minute."""

TOO_LATE = timedelta(minutes=2)
"""A run that starts with less time than this left is late anyway, and works without haste."""

AGAIN = timedelta(minutes=5)
"""Between two tries of a slot: long enough for a limited source to recover, short enough for several before the hour."""

GIVEN_UP = timedelta(hours=2)
"""How long after the hour a slot is tried again and again; after that it is tried once, by whoever finds it missing."""

LEAST_S = 0.1
"""What a stage gets that finds no time left: what feeds carried is read in that."""


def slot_at(now: datetime, at: time, zone: ZoneInfo, digest: str = DAILY, early: timedelta = timedelta()) -> Slot:
    """The slot a run started at `now` works for: that of the local day, early or late.

    An hour near midnight is kept from the other side of it: a slot of 00:10 begins `early` before, on the day before, and one of
    23:50 is tried until it is given up, on the day after.
    """
    today = now.astimezone(zone).date()
    before, own, after = (slot_of(today + timedelta(days=day), at, zone, digest) for day in (-1, 0, 1))
    begun_already = [slot for slot in (own, after) if slot.due.astimezone(UTC) - early <= now]
    if after in begun_already:
        return after
    return before if not begun_already and now <= before.due.astimezone(UTC) + GIVEN_UP else own


def left_s(slot: Slot, now: datetime, deadline: time | None) -> float:
    """Seconds that a run started at `now` has until the slot's deadline; infinite for one that comes late anyway."""
    due = slot.due.astimezone(UTC)  # two times of one zone are subtracted by the wall clock, which may jump between them
    until = due - EARLY_DEADLINE if deadline is None else slot.due.replace(hour=deadline.hour, minute=deadline.minute)
    left = until.astimezone(UTC) - now.astimezone(UTC)
    return left.total_seconds() if left >= TOO_LATE else inf


def share_s(most_s: float, part: float, remaining_s: float) -> float:
    """A stage's wall: `part` of the time that remains, at most `most_s`."""
    return min(most_s, max(LEAST_S, part * remaining_s))


def begun(now: datetime, at: time, zone: ZoneInfo, early: timedelta, digest: str = DAILY) -> tuple[Slot, datetime]:
    """The newest slot whose work has begun by `now`, `early` before it is due; and when that of the next one begins."""
    today = now.astimezone(zone).date()
    slots = [slot_of(today + timedelta(days=day), at, zone, digest) for day in (-1, 0, 1, 2)]
    starts = [slot.due.astimezone(UTC) - early for slot in slots]
    newest = max(place for place, start in enumerate(starts) if start <= now)
    return slots[newest], starts[newest + 1]


def next_try(slot: Slot, now: datetime, tried: datetime | None, following: datetime) -> datetime:
    """When to try an unfinished slot (again): `now`, or a later time, at the latest when the `following` one begins.

    Args:
        tried: when this keeper last tried it; None where it never did, as after a restart.
    """
    if tried is None or tried > now:  # tried in the future: the clock was set back
        return now
    late = now - slot.due.astimezone(UTC) > GIVEN_UP
    return following if late else min(max(now, tried + AGAIN), following)
