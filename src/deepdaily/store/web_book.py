"""What the web gave: harvests of sources, fetched answers, what was read of them, and the documents taken from them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, bindparam, func, select

from deepdaily.core.types import NO_STRUCTURE, Document, Harvest, Snapshot, SourceHealth, Structure
from deepdaily.core.urls import host, page_key
from deepdaily.store.book import Book
from deepdaily.store.codec import from_json, to_json
from deepdaily.store.dialects import holds, part_of
from deepdaily.store.schema import DOCUMENTS, DRAWN, FETCHES, FORGOTTEN, HARVESTS, READINGS, SNAPSHOTS, STRUCTURES

# Made once: making a query takes longer than asking it.
_SNAPSHOT = select(FETCHES.c.snapshot).where(FETCHES.c.slot == bindparam("slot"), FETCHES.c.url == bindparam("url"))
_PLACE = select(SNAPSHOTS.c.file, SNAPSHOTS.c.offset).where(SNAPSHOTS.c.digest == bindparam("digest"))
_HARVEST = select(HARVESTS.c.harvest).where(HARVESTS.c.slot == bindparam("slot"), HARVESTS.c.source == bindparam("source"))
_SLOT_BEFORE = select(func.max(HARVESTS.c.slot)).where(HARVESTS.c.slot < bindparam("slot"), HARVESTS.c.slot > bindparam("first"))
_LATEST = (
    select(FETCHES.c.snapshot, FETCHES.c.etag, FETCHES.c.last_modified)
    .where(FETCHES.c.url == bindparam("url"), FETCHES.c.slot > bindparam("first"), FETCHES.c.slot < bindparam("last"))
    .order_by(FETCHES.c.slot.desc())
    .limit(1)
)
_DOCUMENT = select(DOCUMENTS.c.document).where(DOCUMENTS.c.id == bindparam("id"))
_MEDIA_TYPE = select(SNAPSHOTS.c.media_type).where(SNAPSHOTS.c.digest == bindparam("digest"))


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


class WebBook(Book):
    """Harvests, fetches and readings by slot; places of bytes and documents by the digest of what they hold.

    Fetches, readings and documents wait for the next write (`flush`), so that a page costs no transaction of its own; they
    are known here meanwhile.
    """

    def __init__(self, engine: Engine, digest: str) -> None:
        super().__init__(engine, digest)
        self._fetched: dict[tuple[str, str], Snapshot] = {}
        self._placed: dict[str, Place] = {}
        self._taken: dict[str, Document] = {}
        self._before: dict[str, str] = {}
        """The slot before a slot, as it is asked for each source."""

    def _written(self) -> None:
        """From now on the database is asked."""
        super()._written()
        for waiting in (self._fetched, self._placed, self._taken):
            waiting.clear()

    # -- collecting ---------------------------------------------------------------------------------------------------

    def harvest_of(self, slot: str, source: str) -> Harvest | None:
        """What `source` gave in this slot, with its documents."""
        row = self._one(_HARVEST, slot=slot, source=source)
        return self._with_texts(from_json(Harvest, row)) if row else None

    def harvest_before(self, slot: str, source: str) -> Harvest | None:
        """What `source` gave in the digest's slot before `slot`, with its documents."""
        if slot not in self._before:
            self._before[slot] = self._one(_SLOT_BEFORE, slot=slot, first=f"{self._digest}/") or ""
        row = self._row(_HARVEST, {"slot": self._before[slot], "source": source}, settled=False) if self._before[slot] else None
        return self._with_texts(from_json(Harvest, row[0])) if row else None

    def harvests(self, slot: str) -> list[Harvest]:
        """Every source's harvest of the slot, by source name, without documents."""
        return [replace(harvest, documents=()) for harvest in self._harvests(slot)]

    def health_of(self, slot: str) -> list[SourceHealth]:
        """How every source did in the slot, by source name; far quicker than its harvests."""
        query = select(part_of(self._engine.dialect.name, HARVESTS.c.harvest, "health")).where(HARVESTS.c.slot == slot)
        return self._values(SourceHealth, query.order_by(HARVESTS.c.source))

    def _harvests(self, slot: str) -> list[Harvest]:
        """As they are kept: with documents that have no text."""
        query = select(HARVESTS.c.harvest).where(HARVESTS.c.slot == slot)
        return self._values(Harvest, query.order_by(HARVESTS.c.source))

    def keep_harvest(self, slot: str, harvest: Harvest) -> Harvest:
        """Keep it, and return it as kept: a text seen on an earlier day keeps its first snapshot and fetch time."""
        self._documents_later(harvest.documents)
        ids = tuple(replace(document, text="") for document in harvest.documents)
        self._keep(HARVESTS, slot=slot, source=harvest.health.source, harvest=to_json(replace(harvest, documents=ids)))
        return self._with_texts(harvest)

    def _with_texts(self, harvest: Harvest) -> Harvest:
        known = self.documents(document.id for document in harvest.documents)
        # Of a text that was forgotten since, nothing is left.
        return replace(harvest, documents=tuple(known[one.id] for one in harvest.documents if one.id in known))

    # -- fetching -----------------------------------------------------------------------------------------------------

    def snapshot_of(self, slot: str, url: str) -> Snapshot | None:
        """The answer fetched from `url` in this slot."""
        if kept := self._fetched.get((slot, url)):
            return kept
        row = self._row(_SNAPSHOT, {"slot": slot, "url": url}, settled=False)
        return from_json(Snapshot, row[0]) if row else None

    def latest_snapshot(self, url: str) -> tuple[Snapshot, Validators] | None:
        """The newest answer of any of the digest's slots, for a conditional request."""
        row = self._row(_LATEST, {"url": url, "first": f"{self._digest}/", "last": f"{self._digest}0"})
        return (from_json(Snapshot, row[0]), Validators(row[1], row[2])) if row else None

    def snapshots_of(self, url: str, most: int) -> list[Snapshot]:
        """The newest answers of any of the digest's slots, the newest first; bytes that came twice stand once."""
        query = select(FETCHES.c.snapshot).where(FETCHES.c.url == url, self._ours(FETCHES.c.slot))
        found = self._values(Snapshot, query.order_by(FETCHES.c.slot.desc()).limit(10 * most))
        return list({one.digest: one for one in reversed(found)}.values())[::-1][:most]

    def keep_snapshot(self, slot: str, snapshot: Snapshot, place: Place | None, validators: Validators) -> None:
        """Keep the fetch; `place` is None when the same bytes are stored already."""
        if place is not None:
            self._placed[snapshot.digest] = place
            where = {"file": place.file, "offset": place.offset}
            self._keep_later(SNAPSHOTS, [{"digest": snapshot.digest, "media_type": snapshot.media_type, **where}])
        self._fetched[slot, snapshot.url] = snapshot
        again = {"etag": validators.etag, "last_modified": validators.last_modified}
        self._keep_later(FETCHES, [{"slot": slot, "url": snapshot.url, "snapshot": to_json(snapshot), **again}])

    def media_type(self, digest: str) -> str:
        """What the server that first gave the bytes called them, with their charset; empty when they are not stored."""
        return self._one(_MEDIA_TYPE, digest=digest) or ""

    def place(self, digest: str) -> Place | None:
        if kept := self._placed.get(digest):
            return kept
        row = self._row(_PLACE, {"digest": digest}, settled=False)
        return Place(row[0], row[1]) if row else None

    # -- reading ------------------------------------------------------------------------------------------------------

    def readings(self, slot: str) -> dict[str, Reading]:
        """What became of every page that was read in the slot, by its candidate's URL."""
        query = select(READINGS.c.url, READINGS.c.document, READINGS.c.reason).where(READINGS.c.slot == slot)
        return {row[0]: Reading(row[1], row[2]) for row in self._rows(query)}

    def keep_reading(self, slot: str, url: str, reading: Document | str) -> Document | str:
        """Keep a page's document, or the reason why it has none; returned as kept: a known text keeps its first snapshot."""
        reading = self._first(reading) if isinstance(reading, Document) else reading
        document, reason = (reading.id, "") if isinstance(reading, Document) else ("", reading)
        self._keep_later(READINGS, [{"slot": slot, "url": url, "document": document, "reason": reason}])
        return reading

    def _first(self, document: Document) -> Document:
        """The document as it was first kept, which is now where its text is new."""
        if known := self._taken.get(document.id):
            return known
        row = self._row(_DOCUMENT, {"id": document.id}, settled=False)
        if row:
            return from_json(Document, row[0])
        self._taken[document.id] = document
        self._documents_later([document])
        return document

    def texts(self, slot: str) -> dict[str, Document]:
        """The slot's documents by candidate URL: the pages that were read, else what feeds carried."""
        carried = [document for harvest in self._harvests(slot) for document in harvest.documents]
        carried.sort(key=lambda document: not document.partial)  # a whole text stays over a teaser
        ids = {document.url: document.id for document in carried}
        query = select(READINGS.c.url, READINGS.c.document).where(READINGS.c.slot == slot, READINGS.c.document != "")
        ids |= {row[0]: row[1] for row in self._rows(query)}
        known = self.documents(ids.values())
        return {url: known[name] for url, name in ids.items() if name in known}

    # -- documents ----------------------------------------------------------------------------------------------------

    def documents(self, ids: Iterable[str]) -> dict[str, Document]:
        """Stored documents by id; unknown ids are left out."""
        rows = self._among(DOCUMENTS, ids)
        return {name: from_json(Document, row) for name, row in rows.items()}

    def keep_documents(self, documents: Iterable[Document]) -> None:
        """Keep each; one that is known by its id stays as it is."""
        self._documents_later(documents)
        self.flush()

    def _documents_later(self, documents: Iterable[Document]) -> None:
        rows = [{"id": document.id, "document": to_json(document)} for document in documents]
        self._keep_later(DOCUMENTS, rows, replacing=False)

    def structures(self, ids: Iterable[str]) -> dict[str, Structure]:
        """Links and tables of documents by document id; those that have none are left out."""
        return {name: from_json(Structure, row) for name, row in self._among(STRUCTURES, ids).items()}

    # -- what was removed on request ----------------------------------------------------------------------------------

    def of_address(self, url: str) -> tuple[list[Document], list[Snapshot]]:
        """Every document and every fetch of a page's address, however it is spelt, of all digests."""
        key = page_key(url)
        fetched = self._values(Snapshot, select(FETCHES.c.snapshot).where(self._names_host(FETCHES.c.snapshot, url)))
        of_page = [one for one in fetched if key in (page_key(one.url), page_key(one.final_url))]
        return self.documents_at(url), of_page

    def documents_at(self, url: str) -> list[Document]:
        """Every document of a page's address, however it is spelt, of all digests."""
        key = page_key(url)
        likely = self._values(Document, select(DOCUMENTS.c.document).where(self._names_host(DOCUMENTS.c.document, url)))
        return [one for one in likely if page_key(one.url) == key]

    def _names_host(self, json_text: ColumnElement[str], url: str) -> ColumnElement[bool]:
        """Whether the host of `url` stands in a JSON; not the whole address, which has many spellings."""
        name = json.dumps(host(url), ensure_ascii=False)[1:-1]
        named: ColumnElement[bool] = holds(self._engine.dialect.name)(json_text, name) > 0
        return named

    def fetches_of(self, digests: Collection[str]) -> list[Snapshot]:
        """The fetches that gave these bytes."""
        likely = holds(self._engine.dialect.name)
        found = [self._values(Snapshot, select(FETCHES.c.snapshot).where(likely(FETCHES.c.snapshot, one) > 0)) for one in digests]
        return [one for of in found for one in of]

    def resting_on(self, digests: Collection[str]) -> list[Document]:
        """The documents taken from these bytes."""
        likely = holds(self._engine.dialect.name)
        found: dict[str, Document] = {}
        for digest in digests:
            for one in self._values(Document, select(DOCUMENTS.c.document).where(likely(DOCUMENTS.c.document, digest) > 0)):
                found |= {one.id: one} if one.snapshot == digest else {}
        return [*found.values()]

    def forget(self, url: str, documents: Sequence[Document], digests: Collection[str], at: datetime) -> None:
        """Know the documents and the bytes no more; days that were drawn with them are drawn again."""
        names = [*(one.id for one in documents), *digests]
        with self._writing() as db:
            for document in documents:
                db.execute(DOCUMENTS.delete().where(DOCUMENTS.c.id == document.id))
                db.execute(STRUCTURES.delete().where(STRUCTURES.c.document == document.id))
            db.execute(SNAPSHOTS.delete().where(SNAPSHOTS.c.digest.in_(digests)))
            for name in names:
                row = {"name": name, "url": url, "at": at.isoformat()}
                db.execute(self._put(FORGOTTEN, row), row)
            db.execute(DRAWN.update().values(version="", day=""))
            self._put_state(db, "issues")

    def forgotten(self, names: Iterable[str]) -> dict[str, str]:
        """The day on which each of these documents and snapshots was forgotten; those that were not are left out."""
        wanted, found = sorted(set(names)), dict[str, str]()
        for at in range(0, len(wanted), 500):
            query = select(FORGOTTEN.c.name, FORGOTTEN.c.at).where(FORGOTTEN.c.name.in_(wanted[at : at + 500]))
            found |= {row[0]: row[1][:10] for row in self._rows(query)}
        return found

    def keep_structure(self, document: str, structure: Structure) -> None:
        """Keep what is in a document, by its id: the same text has the same."""
        if structure != NO_STRUCTURE:
            self._keep_later(STRUCTURES, [{"document": document, "structure": to_json(structure)}], replacing=False)
