"""Slots: one issue each. A killed run goes on as itself, a published slot is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deepdaily.core.types import Issue, Slot
from deepdaily.pipeline import House, published, run_day
from deepdaily.publish import Publisher
from deepdaily.record import Record
from deepdaily.store import Store


def is_finished(store: Store, slot: Slot, publishers: Sequence[Publisher]) -> bool:
    """Whether every channel has this slot's issue already."""
    issue = store.issue(slot.day)
    if issue is None:
        return False
    taken = {edition.channel for edition in store.editions(issue.draft.slot.key)}
    return taken >= {publisher.channel for publisher in publishers}


def calendar_of(store: Store, slot: Slot, moment: datetime) -> datetime:
    """The `now` of this slot's run: that of a killed run, or `moment` where none ran or one ended without an issue."""
    now = store.begin(slot.key, moment)
    if store.status(slot.key) in ("failed", "dry") and store.issue(slot.day) is None:
        store.restart(slot.key, moment)
        return moment
    return now.astimezone(moment.tzinfo)


async def keep(house: House, slot: Slot, now: datetime, *, dry: bool = False) -> tuple[Issue, Record]:
    """The slot's issue, published: made now, or only brought to the channels that miss it.

    Raises:
        NothingToPublish: there is no issue today.
    """
    approved = house.store.issue(slot.day)
    if approved is None:
        return await run_day(house, slot, now, dry=dry)
    record = Record.resumed(approved.draft.slot.key, house.meter, house.store.record(approved.draft.slot.key))
    record.degraded = approved.draft.degraded
    if not dry:
        await published(house, approved, record)
    return approved, record
