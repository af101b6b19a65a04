"""What is remembered of places that are asked: what they listed, what was asked of them, and when they may be asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from sqlalchemy import select

from deepdaily.store.book import Book
from deepdaily.store.schema import QUOTAS, RESTS, SEEN


class SourceBook(Book):
    """Seen links by digest and source; quotas and rests by name and host, for all digests of the store."""

    def seen(self, source: str) -> dict[str, datetime]:
        """Every link that `source` ever listed, with the moment from which it is known; empty for one never asked."""
        query = select(SEEN.c.url, SEEN.c.at).where(SEEN.c.digest == self._digest, SEEN.c.source == source)
        return {row[0]: datetime.fromisoformat(row[1]) for row in self._rows(query)}

    def keep_seen(self, source: str, urls: Iterable[str], at: datetime) -> None:
        """Remember links; one that is known keeps its moment."""
        rows = [{"digest": self._digest, "source": source, "url": url, "at": at.isoformat()} for url in urls]
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
        """Remember that `host` asked not to be asked before `until`."""
        self._keep(RESTS, host=host, until=until.astimezone(UTC).isoformat(), why=why)

    def rests(self, now: datetime) -> dict[str, tuple[datetime, str]]:
        """Hosts that want no question yet, each with when it may be asked again and why."""
        query = select(RESTS).where(RESTS.c.until > now.astimezone(UTC).isoformat())
        return {row[0]: (datetime.fromisoformat(row[1]), row[2]) for row in self._rows(query)}
