"""The database: schema and queries. It is the checkpoint: every stage keeps what it made under a natural key.

Synchronous, with one owner thread. Writes are small transactions; a killed run leaves whole rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from secrets import token_hex
from typing import Any, Literal, Self, cast

from sqlalchemy import Engine, Table, case, or_, select

from deepdaily.core.types import Call, Decision, Document, Edition, Harvest, Issue, Loss, Snapshot
from deepdaily.store import fulltext
from deepdaily.store.codec import from_json, to_json
from deepdaily.store.dialects import clock, insert, wait_for_turn
from deepdaily.store.schema import (
    ALERTS,
    CALLS,
    DECISIONS,
    DOCUMENTS,
    EDITIONS,
    EMBEDDINGS,
    FETCHES,
    HARVESTS,
    ISSUES,
    LEASES,
    LOSSES,
    META,
    READINGS,
    REPLIES,
    RUNS,
    SNAPSHOTS,
)

_READING_STATE = (
    select(META.c.value).where(or_(META.c.name == "issues", META.c.name == "decisions")).order_by(META.c.name)
)
"""Made once: every page asked for asks it."""

RunStatus = Literal["running", "published", "failed", "dry"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a snapshot's bytes are: a WARC file below `snapshots/`, and the offset of its gzip member."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server gave for a conditional request; empty strings where it gave nothing."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of reading a page: a document's id, or why there is none."""

    document: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who is writing a slot, and since when (UTC)."""

    holder: str
    since: datetime


READINGS_KEPT = 4
"""Lists of issues held in memory, each up to the 60 issues that the reader follows, of some 100 KB each."""


class Store:
    """One open database. Every write is a transaction; `keep_…` of a known key replaces or changes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # One statement needs no transaction: BEGIN and ROLLBACK would each be a way to the server and back.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._insert = insert(engine.dialect.name)
        self._issues_at = lru_cache(maxsize=READINGS_KEPT)(self._read_issues)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # -- runs ---------------------------------------------------------------------------------------------------------

    def begin(self, slot: str, now: datetime) -> datetime:
        """The calendar of this slot's run: `now` of its first start, so that a killed run resumes as the same run."""
        self._keep(RUNS, replacing=False, slot=slot, now=now.isoformat(), status="running", record="{}")
        return datetime.fromisoformat(self._one(select(RUNS.c.now).where(RUNS.c.slot == slot)) or "")

    def restart(self, slot: str, now: datetime) -> None:
        """Move a slot that published nothing to a new `now`, forgetting which sources failed and which pages.

        A source whose quota is spent stays spent: it is not asked again this day.
        """
        spent = {one.health.source for one in self.harvests(slot) if one.health.state == "quota-spent"}
        with self._engine.begin() as db:
            values = {"now": now.isoformat(), "status": "running", "record": "{}"}
            db.execute(RUNS.update().where(RUNS.c.slot == slot).values(**values))
            db.execute(HARVESTS.delete().where(HARVESTS.c.slot == slot, HARVESTS.c.source.not_in(spent)))
            for table in (FETCHES, READINGS, LOSSES):
                db.execute(table.delete().where(table.c.slot == slot))

    def status(self, slot: str) -> RunStatus | None:
        """How the slot's run stands; None when it never ran. A killed run stays `running`."""
        found = self._one(select(RUNS.c.status).where(RUNS.c.slot == slot))
        return cast("RunStatus | None", found)

    def slots(self) -> list[str]:
        """The slots that ever ran, newest first."""
        return self._all(select(RUNS.c.slot).order_by(RUNS.c.slot.desc()))

    def runs(self, limit: int) -> list[tuple[str, RunStatus, str]]:
        """Slot, status and record of the newest runs, newest first."""
        query = select(RUNS.c.slot, RUNS.c.status, RUNS.c.record).order_by(RUNS.c.slot.desc()).limit(limit)
        with self._engine.connect() as db:
            return [(row[0], row[1], row[2]) for row in db.execute(query)]

    def record(self, slot: str) -> str:
        """The run record as JSON; empty when the slot never ran."""
        return self._one(select(RUNS.c.record).where(RUNS.c.slot == slot)) or ""

    def keep_record(self, slot: str, record: str, status: RunStatus) -> None:
        with self._engine.begin() as db:
            db.execute(RUNS.update().where(RUNS.c.slot == slot).values(record=record, status=status))

    def told(self, slot: str) -> set[str]:
        """The troubles of this slot that somebody was told."""
        return set(self._all(select(ALERTS.c.trouble).where(ALERTS.c.slot == slot)))

    def keep_told(self, slot: str, trouble: str) -> None:
        self._keep(ALERTS, slot=slot, trouble=trouble)

    # -- leases -------------------------------------------------------------------------------------------------------

    def lease(self, slot: str, holder: str, ttl_s: int) -> bool:
        """Take or renew the right to write `slot` for `ttl_s` seconds; False while it is another's.

        One statement, by the database's own clock: the only one that all who ask have in common.
        """
        now = clock(self._engine.dialect.name)
        statement = self._insert(LEASES).values(slot=slot, holder=holder, since=now, until=now + ttl_s)
        given = statement.excluded
        own = LEASES.c.holder == given.holder
        statement = statement.on_conflict_do_update(
            index_elements=["slot"],
            set_={
                "holder": given.holder,
                "since": case((own, LEASES.c.since), else_=given.since),
                "until": given.until,
            },
            where=or_(own, LEASES.c.until <= now),
        )
        with self._engine.begin() as db:
            return db.execute(statement.returning(LEASES.c.slot)).first() is not None

    def lease_of(self, slot: str) -> Lease | None:
        """The lease that is alive now."""
        now = clock(self._engine.dialect.name)
        query = select(LEASES.c.holder, LEASES.c.since).where(LEASES.c.slot == slot, LEASES.c.until > now)
        with self._engine.connect() as db:
            row = db.execute(query).first()
        return Lease(row[0], datetime.fromtimestamp(row[1], UTC)) if row else None

    def release(self, slot: str, holder: str) -> None:
        """End the lease if it is `holder`'s."""
        with self._engine.begin() as db:
            db.execute(LEASES.delete().where(LEASES.c.slot == slot, LEASES.c.holder == holder))

    # -- collecting ---------------------------------------------------------------------------------------------------

    def harvest_of(self, slot: str, source: str) -> Harvest | None:
        """What `source` gave in this slot, with its documents."""
        row = self._one(select(HARVESTS.c.harvest).where(HARVESTS.c.slot == slot, HARVESTS.c.source == source))
        return self._with_texts(from_json(Harvest, row)) if row else None

    def harvests(self, slot: str) -> list[Harvest]:
        """Every source's harvest of the slot, by source name, without documents."""
        rows = self._all(select(HARVESTS.c.harvest).where(HARVESTS.c.slot == slot).order_by(HARVESTS.c.source))
        return [replace(from_json(Harvest, row), documents=()) for row in rows]

    def keep_harvest(self, slot: str, harvest: Harvest) -> Harvest:
        """Keep it, and return it as kept: a text seen on an earlier day keeps its first snapshot and fetch time."""
        self.keep_documents(harvest.documents)
        ids = tuple(replace(document, text="") for document in harvest.documents)
        self._keep(HARVESTS, slot=slot, source=harvest.health.source, harvest=to_json(replace(harvest, documents=ids)))
        return self._with_texts(harvest)

    def _with_texts(self, harvest: Harvest) -> Harvest:
        known = self.documents(document.id for document in harvest.documents)
        return replace(harvest, documents=tuple(known[document.id] for document in harvest.documents))

    # -- snapshots ----------------------------------------------------------------------------------------------------

    def snapshot_of(self, slot: str, url: str) -> Snapshot | None:
        """The answer fetched from `url` in this slot."""
        row = self._one(select(FETCHES.c.snapshot).where(FETCHES.c.slot == slot, FETCHES.c.url == url))
        return from_json(Snapshot, row) if row else None

    def latest_snapshot(self, url: str) -> tuple[Snapshot, Validators] | None:
        """The newest answer of any slot, for a conditional request."""
        with self._engine.connect() as db:
            row = db.execute(
                select(FETCHES.c.snapshot, FETCHES.c.etag, FETCHES.c.last_modified)
                .where(FETCHES.c.url == url)
                .order_by(FETCHES.c.slot.desc())
                .limit(1)
            ).first()
        return (from_json(Snapshot, row[0]), Validators(row[1], row[2])) if row else None

    def keep_snapshot(self, slot: str, snapshot: Snapshot, place: Place | None, validators: Validators) -> None:
        """Keep the fetch; `place` is None when the same bytes are stored already."""
        if place is not None:
            self._keep(SNAPSHOTS, digest=snapshot.digest, file=place.file, offset=place.offset)
        self._keep(
            FETCHES,
            slot=slot,
            url=snapshot.url,
            snapshot=to_json(snapshot),
            etag=validators.etag,
            last_modified=validators.last_modified,
        )

    def media_type(self, digest: str) -> str:
        """What the server called the bytes, with their charset; empty when they were never fetched."""
        for row in self._all(
            select(FETCHES.c.snapshot).where(FETCHES.c.snapshot.contains(digest, autoescape=True)).limit(1)
        ):
            return from_json(Snapshot, row).media_type
        return ""

    def place(self, digest: str) -> Place | None:
        with self._engine.connect() as db:
            row = db.execute(select(SNAPSHOTS.c.file, SNAPSHOTS.c.offset).where(SNAPSHOTS.c.digest == digest)).first()
        return Place(row[0], row[1]) if row else None

    # -- reading ------------------------------------------------------------------------------------------------------

    def reading(self, slot: str, url: str) -> Reading | None:
        with self._engine.connect() as db:
            query = select(READINGS.c.document, READINGS.c.reason).where(READINGS.c.slot == slot, READINGS.c.url == url)
            row = db.execute(query).first()
        return Reading(row[0], row[1]) if row else None

    def keep_reading(self, slot: str, url: str, reading: Document | str) -> Document | str:
        """Keep a page's document, or the reason why it has none; returned as kept: a known text keeps its first snapshot."""
        if isinstance(reading, Document):
            self.keep_documents([reading])
        document, reason = (reading.id, "") if isinstance(reading, Document) else ("", reading)
        self._keep(READINGS, slot=slot, url=url, document=document, reason=reason)
        return self.documents([document])[document] if document else reading

    def texts(self, slot: str) -> dict[str, Document]:
        """The slot's documents by candidate URL: the pages that were read, else what feeds carried."""
        rows = self._all(select(HARVESTS.c.harvest).where(HARVESTS.c.slot == slot).order_by(HARVESTS.c.source))
        carried = [document for row in rows for document in from_json(Harvest, row).documents]
        carried.sort(key=lambda document: not document.partial)  # a whole text stays over a teaser
        ids = {document.url: document.id for document in carried}
        with self._engine.connect() as db:
            query = select(READINGS.c.url, READINGS.c.document).where(
                READINGS.c.slot == slot, READINGS.c.document != ""
            )
            ids |= {row[0]: row[1] for row in db.execute(query)}
        known = self.documents(ids.values())
        return {url: known[name] for url, name in ids.items() if name in known}

    def documents(self, ids: Iterable[str]) -> dict[str, Document]:
        """Stored documents by id; unknown ids are left out."""
        wanted, found = sorted(set(ids)), {}
        for at in range(0, len(wanted), 500):
            query = select(DOCUMENTS.c.document).where(DOCUMENTS.c.id.in_(wanted[at : at + 500]))
            for row in self._all(query):
                document = from_json(Document, row)
                found[document.id] = document
        return found

    def keep_documents(self, documents: Iterable[Document]) -> None:
        """Keep each; one that is known by its id stays as it is."""
        rows = [{"id": document.id, "document": to_json(document)} for document in documents]
        if rows:
            with self._engine.begin() as db:
                db.execute(self._insert(DOCUMENTS).on_conflict_do_nothing(), rows)

    # -- issues -------------------------------------------------------------------------------------------------------

    def issue(self, day: str) -> Issue | None:
        """The issue of a day, as `2026-02-11`."""
        row = self._one(select(ISSUES.c.issue).where(ISSUES.c.day == day).order_by(ISSUES.c.slot.desc()))
        return from_json(Issue, row) if row else None

    def issues(self, *, before: str = "9999", limit: int = 30) -> list[Issue]:
        """Issues of slots before `before` (a slot key), newest first."""
        return list(self._issues_at(self.issues_state(), before, limit))

    def issues_since(self, day: date) -> list[Issue]:
        """Every issue of `day` and later, newest first, however many a day has."""
        query = select(ISSUES.c.issue).where(ISSUES.c.day >= day.isoformat()).order_by(ISSUES.c.slot.desc())
        return [from_json(Issue, row) for row in self._all(query)]

    def _read_issues(self, _state: str, before: str, limit: int) -> tuple[Issue, ...]:
        query = select(ISSUES.c.issue).where(ISSUES.c.slot < before).order_by(ISSUES.c.slot.desc()).limit(limit)
        return tuple(from_json(Issue, row) for row in self._all(query))

    def issues_state(self) -> str:
        """Another text whenever an issue was kept, by whatever process: what was made from the issues may be kept by it."""
        return self._one(select(META.c.value).where(META.c.name == "issues")) or ""

    def reading_state(self) -> str:
        """Another text whenever an issue or a decision was kept: all that a reader's page is made from may be kept by it."""
        return " ".join(self._all(_READING_STATE))

    def issue_days(self) -> list[str]:
        """The days that have an issue, newest first."""
        return self._all(select(ISSUES.c.day).distinct().order_by(ISSUES.c.day.desc()))

    def keep_issue(self, issue: Issue) -> Issue:
        """The slot's issue: `issue`, kept with its items in the full-text index, unless the slot has one already."""
        slot = issue.draft.slot
        put = self._put(ISSUES, replacing=False, slot=slot.key, day=slot.day, issue=to_json(issue))
        with self._engine.begin() as db:
            if db.execute(put.returning(ISSUES.c.slot)).first() is None:
                earlier = select(ISSUES.c.issue).where(ISSUES.c.slot == slot.key)
                return from_json(Issue, db.execute(earlier).scalar_one())
            db.execute(self._put(META, name="issues", value=token_hex(8)))
            fulltext.keep(db, issue)
        return issue

    def find(self, words: str, limit: int) -> list[fulltext.Printed]:
        """At most `limit` printed items that have every one of the words, the most relevant first."""
        with self._reading.connect() as db:
            return fulltext.find(db, words, limit)

    def editions(self, slot: str) -> list[Edition]:
        query = select(EDITIONS.c.edition).where(EDITIONS.c.slot == slot)
        rows = self._all(query.order_by(EDITIONS.c.channel, EDITIONS.c.location))
        return [from_json(Edition, row) for row in rows]

    def keep_editions(self, editions: Iterable[Edition]) -> None:
        for edition in editions:
            row = to_json(edition)
            self._keep(EDITIONS, slot=edition.slot, channel=edition.channel, location=edition.location, edition=row)

    def secret(self) -> bytes:
        """The installation's own key, made at the first call: fences of foreign text are marked with it."""
        self._keep(META, replacing=False, name="secret", value=token_hex(32))
        return bytes.fromhex(self._one(select(META.c.value).where(META.c.name == "secret")) or "")

    # -- models -------------------------------------------------------------------------------------------------------

    def reply(self, key: str) -> str | None:
        """The reply a model gave to this very call."""
        return self._one(select(REPLIES.c.reply).where(REPLIES.c.key == key))

    def keep_reply(self, key: str, reply: str) -> None:
        self._keep(REPLIES, key=key, reply=reply)

    def keep_call(self, call: Call, day: str) -> None:
        """Keep it in place of the same call in flight; `day` is the day whose budget it is paid from."""
        self._keep(CALLS, id=call.id, slot=call.slot, day=day, call=to_json(call))

    def reserve_call(self, call: Call, day: str, fits: Callable[[list[Call]], bool]) -> bool:
        """Keep the call if `fits` says so of those the day has; no other process reserves meanwhile."""
        with self._engine.connect() as db:
            wait_for_turn(db)
            rows = db.execute(select(CALLS.c.call).where(CALLS.c.day == day)).scalars()
            kept = fits([from_json(Call, row) for row in rows])
            if kept:
                db.execute(self._put(CALLS, id=call.id, slot=call.slot, day=day, call=to_json(call)))
            db.commit()
        return kept

    def calls_since(self, slot: str) -> list[Call]:
        """Every call for `slot` and the slots after it, in no order."""
        return [from_json(Call, row) for row in self._all(select(CALLS.c.call).where(CALLS.c.slot >= slot))]

    def calls_of_day(self, day: str) -> list[Call]:
        """Every call that was paid from the budget of `day`, of whatever slot."""
        return [from_json(Call, row) for row in self._all(select(CALLS.c.call).where(CALLS.c.day == day))]

    # -- the desk -----------------------------------------------------------------------------------------------------

    def decisions(self) -> list[Decision]:
        """Everything ever decided, also what was taken back; the oldest first."""
        found = [from_json(Decision, row) for row in self._all(select(DECISIONS.c.decision))]
        return sorted(found, key=lambda one: (one.at, one.id))

    def keep_decision(self, decision: Decision) -> None:
        """Keep it, in place of the one with its id."""
        with self._engine.begin() as db:
            db.execute(self._put(DECISIONS, id=decision.id, decision=to_json(decision)))
            db.execute(self._put(META, name="decisions", value=token_hex(8)))

    # -- embeddings ---------------------------------------------------------------------------------------------------

    def embeddings(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Kept vectors by key, float32 in the machine's order; unknown keys are left out."""
        wanted, found = sorted(set(keys)), dict[str, bytes]()
        with self._engine.connect() as db:
            for at in range(0, len(wanted), 500):
                query = select(EMBEDDINGS).where(EMBEDDINGS.c.key.in_(wanted[at : at + 500]))
                found |= {row[0]: row[1] for row in db.execute(query)}
        return found

    def keep_embeddings(self, vectors: Mapping[str, bytes]) -> None:
        rows = [{"key": key, "vector": vector} for key, vector in vectors.items()]
        if rows:
            with self._engine.begin() as db:
                db.execute(self._insert(EMBEDDINGS).on_conflict_do_nothing(), rows)

    # -- what became of links, and what we promised -------------------------------------------------------------------

    def keep_losses(self, slot: str, losses: Iterable[Loss]) -> None:
        """Replace the slot's losses."""
        with self._engine.begin() as db:
            db.execute(LOSSES.delete().where(LOSSES.c.slot == slot))
        self.add_losses(slot, losses)

    def add_losses(self, slot: str, losses: Iterable[Loss]) -> None:
        rows = [{"slot": slot, "url": loss.url, "stage": loss.stage, "loss": to_json(loss)} for loss in losses]
        if rows:
            with self._engine.begin() as db:
                db.execute(self._insert(LOSSES).on_conflict_do_nothing(), rows)

    def losses(self, slot: str) -> list[Loss]:
        query = select(LOSSES.c.loss).where(LOSSES.c.slot == slot).order_by(LOSSES.c.url, LOSSES.c.stage)
        return [from_json(Loss, row) for row in self._all(query)]

    # -- plumbing -----------------------------------------------------------------------------------------------------

    def _keep(self, table: Table, replacing: bool = True, **values: Any) -> None:
        with self._engine.begin() as db:
            db.execute(self._put(table, replacing, **values))

    def _put(self, table: Table, replacing: bool = True, **values: Any) -> Any:
        statement = self._insert(table).values(**values)
        keys = [column.name for column in table.primary_key]
        rest = {name: statement.excluded[name] for name in values if name not in keys}
        if replacing and rest:
            return statement.on_conflict_do_update(index_elements=keys, set_=rest)
        return statement.on_conflict_do_nothing()

    def _one(self, query: Any) -> str | None:
        with self._reading.connect() as db:
            found: str | None = db.execute(query.limit(1)).scalar()
        return found

    def _all(self, query: Any) -> list[str]:
        with self._reading.connect() as db:
            return list(db.execute(query).scalars())
