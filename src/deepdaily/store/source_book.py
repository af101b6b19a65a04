"""What is remembered of places that are asked: what they listed, what was asked of them, and when they may be asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from sqlalchemy import or_, select

from deepdaily.store.book import Book
from deepdaily.store.schema import EARLIER, ISSUES, QUOTAS, RESTS, SEEN


class SourceBook(Book):
    """Seen links by digest and source; quotas and rests by name and host, for all digests of the store."""

    def seen(self, source: str, slot: str) -> set[str]:
        """Every link that was new at `source` in another slot than `slot` of which there is an issue, or was before it was taken
        back. What a dry run saw, or one that was killed, was new to nobody."""
        told = [SEEN.c.slot.in_(select(table.c.slot)) for table in (ISSUES, EARLIER)]
        ours = SEEN.c.digest == self._digest, SEEN.c.source == source, SEEN.c.slot != slot
        return set(self._all(select(SEEN.c.url).where(*ours, or_(*told)).distinct()))

    def keep_seen(self, source: str, urls: Iterable[str], slot: str) -> None:
        """Remember that these links were new in the slot."""
        rows = [{"digest": self._digest, "source": source, "url": url, "slot": slot} for url in urls]
        self._keep_later(SEEN, rows, replacing=False)

    def spend(self, name: str, spent: Callable[[str], str]) -> str:
        """Replace the state of a quota by what `spent` makes of it, and return that. The first state is an empty text.

        Others that spend of the same name, in any process, wait meanwhile: `spent` should be quick.
        """
        with self._writing() as db:
            db.execute(self._put(QUOTAS, {"name": name, "state": ""}, replacing=False), {"name": name, "state": ""})
            if db.dialect.name == "postgresql":
                query = select(QUOTAS.c.state).where(QUOTAS.c.name == name).with_for_update()
            else:  # an update takes SQLite's only lock
                db.execute(QUOTAS.update().where(QUOTAS.c.name == name).values(state=QUOTAS.c.state))
                query = select(QUOTAS.c.state).where(QUOTAS.c.name == name)
            state = spent(db.execute(query).scalar_one())
            db.execute(QUOTAS.update().where(QUOTAS.c.name == name).values(state=state))
        return state

    def rest(self, host: str, until: datetime, why: str) -> None:
        """Remember that `host`, or one address of it, asked not to be asked before `until`."""
        self._keep(RESTS, host=host, until=until.astimezone(UTC).isoformat(), why=why)

    def rests(self, now: datetime) -> dict[str, tuple[datetime, str]]:
        """Hosts and addresses that want no question yet, each with when it may be asked again and why."""
        query = select(RESTS).where(RESTS.c.until > now.astimezone(UTC).isoformat())
        return {row[0]: (datetime.fromisoformat(row[1]), row[2]) for row in self._rows(query)}
