"""Slots: one issue each. A killed run goes on as itself, a published slot is left alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from deepdaily.core.types import Issue, Slot
from deepdaily.pipeline import House, published, run_day
from deepdaily.publish import Publisher
from deepdaily.record import Record
from deepdaily.store import Store


def is_finished(store: Store, slot: Slot, publishers: Sequence[Publisher]) -> bool:
    """Whether every channel has this slot's issue already."""
    taken = {edition.channel for edition in store.editions(slot.key)}
    return store.issue(slot.day) is not None and taken >= {publisher.channel for publisher in publishers}


def calendar_of(store: Store, slot: Slot, moment: datetime) -> datetime:
    """The `now` of this slot's run: that of a killed run, or `moment` where none ran or one ended without an issue."""
    now = store.begin(slot.key, moment)
    if json.loads(store.record(slot.key) or "{}") and store.issue(slot.day) is None:
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
    record = Record.resumed(slot.key, house.meter, house.store.record(slot.key))
    record.degraded = approved.draft.degraded
    await published(house, approved, record)
    house.store.keep_record(slot.key, record.text())
    return approved, record
