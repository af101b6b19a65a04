"""Runs: how each slot's stands, its record, whom it was told, and what became of its links."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import select

from deepdaily.core.types import Loss, RunRecord, RunStatus
from deepdaily.store.book import Book
from deepdaily.store.codec import from_json, to_json
from deepdaily.store.schema import ALERTS, DRAWN, LOSSES, RUNS


class RunBook(Book):
    """One row a slot that ever ran."""

    def begin(self, slot: str, now: datetime) -> datetime:
        """The calendar of this slot's run: `now` of its first start, so that a killed run resumes as the same run."""
        self._keep(RUNS, replacing=False, slot=slot, now=now.isoformat(), status="running", record=to_json(RunRecord()))
        return datetime.fromisoformat(self._one(select(RUNS.c.now).where(RUNS.c.slot == slot)) or "")

    def status(self, slot: str) -> RunStatus | None:
        """How the slot's run stands; None when it never ran. A killed run stays `running`."""
        return cast("RunStatus | None", self._one(select(RUNS.c.status).where(RUNS.c.slot == slot)))

    def slots(self) -> list[str]:
        """The digest's slots that ever ran, newest first."""
        return self._all(select(RUNS.c.slot).where(self._ours(RUNS.c.slot)).order_by(RUNS.c.slot.desc()))

    def runs(self, limit: int) -> list[tuple[str, RunRecord]]:
        """Slot and record of the digest's newest runs, newest first."""
        query = select(RUNS.c.slot, RUNS.c.record).where(self._ours(RUNS.c.slot))
        rows = self._rows(query.order_by(RUNS.c.slot.desc()).limit(limit))
        return [(row[0], from_json(RunRecord, row[1])) for row in rows]

    def record(self, slot: str) -> RunRecord:
        """What is kept of the slot's run; an empty record when it never ran."""
        return self._value(RunRecord, select(RUNS.c.record).where(RUNS.c.slot == slot)) or RunRecord()

    def keep_record(self, slot: str, record: RunRecord) -> None:
        values = {"record": to_json(record), "status": record.status}
        with self._writing() as db:
            db.execute(RUNS.update().where(RUNS.c.slot == slot).values(**values))

    def alerts(self, slot: str) -> set[str]:
        """The troubles of this slot that somebody was told."""
        return set(self._all(select(ALERTS.c.trouble).where(ALERTS.c.slot == slot)))

    def keep_alert(self, slot: str, trouble: str) -> None:
        self._keep(ALERTS, slot=slot, trouble=trouble)

    def losses(self, slot: str) -> list[Loss]:
        query = select(LOSSES.c.loss).where(LOSSES.c.slot == slot).order_by(LOSSES.c.url, LOSSES.c.stage)
        return self._values(Loss, query)

    def keep_losses(self, slot: str, losses: Iterable[Loss]) -> None:
        """Replace the slot's losses."""
        with self._writing() as db:
            db.execute(LOSSES.delete().where(LOSSES.c.slot == slot))
            db.execute(DRAWN.update().where(DRAWN.c.slot == slot).values(version="", day=""))  # its page names them
        self.add_losses(slot, losses)

    def add_losses(self, slot: str, losses: Iterable[Loss]) -> None:
        rows = [{"slot": slot, "url": loss.url, "stage": loss.stage, "loss": to_json(loss)} for loss in losses]
        self._keep_later(LOSSES, rows, replacing=False)
        self.flush()
