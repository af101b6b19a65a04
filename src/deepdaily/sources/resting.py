"""Sources that failed for days are asked less often: each day they would cost others' time, and say nothing new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from deepdaily.core.types import Slot, SourceHealth, SourceKind
from deepdaily.sources import Source, address_of, half_answered
from deepdaily.store import Store

REST_AFTER = 3
"""Failures in a row after which a source is asked only every second day, then every fourth, then once a week."""

LONGEST_REST = 7
"""Days."""

LOOKED_THROUGH = 30
"""Slots before this one."""

NEVER_REST: frozenset[SourceKind] = frozenset(("search", "hackernews"))
"""Each is one of a few: a day without it is a poorer day. What was spent or asked too fast is theirs to tell."""


@dataclass(slots=True)
class _Row:
    """Failures in a row, the newest first."""

    address: str
    failures: int = 0
    last: date = date.min

    def goes_on(self, health: SourceHealth | None, day: date) -> bool:
        """Whether the row may be longer than this slot tells."""
        if health is None or (health.asked and not _failed(health, self.address)):
            return False
        if health.asked:
            self.failures += 1
            self.last = max(self.last, day)
        return True


def _failed(health: SourceHealth, address: str) -> bool:
    """Whether it failed there: another address of the same name is another chance."""
    return not health.answered and health.state != "quota-spent" and health.address in ("", address)


def resting(sources: Sequence[Source], slot: Slot, store: Store) -> dict[str, str]:
    """The sources that rest in this slot, by name, with what is told of each.

    A slot in which fewer than half of the sources answered says nothing of any: that was the network.
    """
    rows = {one.name: _Row(address_of(one)) for one in sources if one.kind not in NEVER_REST and not one.stands_in_for}
    open_rows = dict(rows)
    for day, health in islice(_fair_days_before(slot, store), LOOKED_THROUGH):
        known = {one.source: one for one in health}
        open_rows = {name: row for name, row in open_rows.items() if row.goes_on(known.get(name), day)}
        if not open_rows:
            break
    told = {name: _rest(row, slot.due.date()) for name, row in rows.items()}
    return {name: said for name, said in told.items() if said}


def _fair_days_before(slot: Slot, store: Store) -> Iterator[tuple[date, list[SourceHealth]]]:
    for key in store.slots():
        if key < slot.key and half_answered(health := store.health_of(key)):
            yield Slot.of_key(key).due.date(), health


def _rest(row: _Row, today: date) -> str:
    if row.failures < REST_AFTER:
        return ""
    again = row.last + timedelta(days=min(LONGEST_REST, 2 ** (row.failures - REST_AFTER + 1)))
    return f"failed {row.failures} days in a row; asked again on {again}" if today < again else ""
