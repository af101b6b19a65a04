"""Leases: one writer a slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import case, or_, select

from deepdaily.store.book import Book
from deepdaily.store.dialects import clock
from deepdaily.store.schema import LEASES


@dataclass(frozen=True, slots=True)
class Lease:
    """Who is writing a slot, since when, and until when (UTC)."""

    holder: str
    since: datetime
    until: datetime
    """When it ends unless it is renewed."""


class LeaseBook(Book):
    """One row a slot that is, or was, being written."""

    def lease(self, slot: str, holder: str, ttl_s: int) -> bool:
        """Take or renew the right to write `slot` for `ttl_s` seconds; False while it is another's.

        One statement, by the database's own clock: the only one that all who ask have in common.
        """
        now = clock(self._engine.dialect.name)
        statement = self._insert(LEASES).values(slot=slot, holder=holder, since=now, until=now + ttl_s)
        given = statement.excluded
        own = LEASES.c.holder == given.holder
        since = case((own, LEASES.c.since), else_=given.since)
        statement = statement.on_conflict_do_update(
            index_elements=["slot"],
            set_={"holder": given.holder, "since": since, "until": given.until},
            where=or_(own, LEASES.c.until <= now),
        )
        with self._engine.begin() as db:
            return db.execute(statement.returning(LEASES.c.slot)).first() is not None

    def lease_of(self, slot: str) -> Lease | None:
        """The lease that is alive now."""
        now = clock(self._engine.dialect.name)
        columns = LEASES.c.holder, LEASES.c.since, LEASES.c.until
        row = self._row(select(*columns).where(LEASES.c.slot == slot, LEASES.c.until > now))
        return Lease(row[0], *(datetime.fromtimestamp(moment, UTC) for moment in row[1:])) if row else None

    def release(self, slot: str, holder: str) -> None:
        """End the lease if it is `holder`'s."""
        with self._engine.begin() as db:
            db.execute(LEASES.delete().where(LEASES.c.slot == slot, LEASES.c.holder == holder))
