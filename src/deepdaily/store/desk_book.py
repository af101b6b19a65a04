"""The desk: what editors and readers decided."""

from __future__ import annotations

from sqlalchemy import select

from deepdaily.core.types import Decision
from deepdaily.store.book import Book
from deepdaily.store.codec import to_json
from deepdaily.store.schema import DECISIONS


class DeskBook(Book):
    """One row a decision, also one that was taken back."""

    def decisions(self) -> list[Decision]:
        """Everything ever decided, also what was taken back; the oldest first."""
        found = self._values(Decision, select(DECISIONS.c.decision))
        return sorted(found, key=lambda one: (one.at, one.id))

    def keep_decision(self, *decisions: Decision) -> None:
        """Keep all of them or none, each in place of the one with its id."""
        rows = [{"id": one.id, "decision": to_json(one)} for one in decisions]
        with self._writing() as db:
            for row in rows:
                db.execute(self._put(DECISIONS, row), row)
            self._put_state(db, "decisions")
