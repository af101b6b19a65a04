"""The database. It is the checkpoint: every stage keeps what it made under a natural key.

Synchronous, with one owner thread. Writes are small transactions; a killed run leaves whole rows. A new query belongs into the
book of its noun, a new table or column into `schema` and `migrations`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Self

from deepdaily.core.types import RunRecord
from deepdaily.store.codec import to_json
from deepdaily.store.desk_book import DeskBook
from deepdaily.store.issue_book import IssueBook
from deepdaily.store.lease_book import Lease, LeaseBook
from deepdaily.store.model_book import ModelBook
from deepdaily.store.schema import FETCHES, HARVESTS, LOSSES, READINGS, RUNS, SEEN
from deepdaily.store.source_book import SourceBook
from deepdaily.store.web_book import Place, Reading, Validators

__all__ = ["Lease", "Place", "Reading", "Store", "Validators"]


class Store(IssueBook, LeaseBook, ModelBook, DeskBook, SourceBook):
    """One open database, book by book, as one digest sees it. Every write is a transaction; `keep_…` of a known key replaces or
    changes nothing.

    Runs and issues are asked for of the own digest alone: another's are no memory of it. What is known by its content or its
    slot, the budget of a day and what was decided at the desk belong to all.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.flush()
        self._engine.dispose()

    def restart(self, slot: str, now: datetime) -> None:
        """Move a slot that published nothing to a new `now`, forgetting which sources failed, which pages, and what was new.

        A source whose quota is spent stays spent: it is not asked again this day.
        """
        self.flush()
        spent = {one.health.source for one in self.harvests(slot) if one.health.state == "quota-spent"}
        with self._writing() as db:
            values = {"now": now.isoformat(), "status": "running", "record": to_json(RunRecord())}
            db.execute(RUNS.update().where(RUNS.c.slot == slot).values(**values))
            db.execute(HARVESTS.delete().where(HARVESTS.c.slot == slot, HARVESTS.c.source.not_in(spent)))
            for table in (FETCHES, READINGS, LOSSES, SEEN):
                db.execute(table.delete().where(table.c.slot == slot))
