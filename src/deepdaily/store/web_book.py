"""What the web gave: harvests of sources, fetched answers, what was read of them, and the documents taken from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from sqlalchemy import bindparam, select

from deepdaily.core.types import Document, Harvest, Snapshot
from deepdaily.store.book import Book
from deepdaily.store.codec import from_json, to_json
from deepdaily.store.schema import DOCUMENTS, FETCHES, HARVESTS, READINGS, SNAPSHOTS

_MEDIA_TYPE = select(SNAPSHOTS.c.media_type).where(SNAPSHOTS.c.digest == bindparam("digest"))
"""Made once: `verify` asks it for every snapshot, and making it takes longer than asking."""


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
    """Harvests, fetches and readings by slot; places of bytes and documents by the digest of what they hold."""

    # -- collecting ---------------------------------------------------------------------------------------------------

    def harvest_of(self, slot: str, source: str) -> Harvest | None:
        """What `source` gave in this slot, with its documents."""
        query = select(HARVESTS.c.harvest).where(HARVESTS.c.slot == slot, HARVESTS.c.source == source)
        harvest = self._value(Harvest, query)
        return self._with_texts(harvest) if harvest else None

    def harvests(self, slot: str) -> list[Harvest]:
        """Every source's harvest of the slot, by source name, without documents."""
        return [replace(harvest, documents=()) for harvest in self._harvests(slot)]

    def _harvests(self, slot: str) -> list[Harvest]:
        """As they are kept: with documents that have no text."""
        query = select(HARVESTS.c.harvest).where(HARVESTS.c.slot == slot)
        return self._values(Harvest, query.order_by(HARVESTS.c.source))

    def keep_harvest(self, slot: str, harvest: Harvest) -> Harvest:
        """Keep it, and return it as kept: a text seen on an earlier day keeps its first snapshot and fetch time."""
        self.keep_documents(harvest.documents)
        ids = tuple(replace(document, text="") for document in harvest.documents)
        self._keep(HARVESTS, slot=slot, source=harvest.health.source, harvest=to_json(replace(harvest, documents=ids)))
        return self._with_texts(harvest)

    def _with_texts(self, harvest: Harvest) -> Harvest:
        known = self.documents(document.id for document in harvest.documents)
        return replace(harvest, documents=tuple(known[document.id] for document in harvest.documents))

    # -- fetching -----------------------------------------------------------------------------------------------------

    def snapshot_of(self, slot: str, url: str) -> Snapshot | None:
        """The answer fetched from `url` in this slot."""
        query = select(FETCHES.c.snapshot).where(FETCHES.c.slot == slot, FETCHES.c.url == url)
        return self._value(Snapshot, query)

    def latest_snapshot(self, url: str) -> tuple[Snapshot, Validators] | None:
        """The newest answer of any of the digest's slots, for a conditional request."""
        query = select(FETCHES.c.snapshot, FETCHES.c.etag, FETCHES.c.last_modified)
        ours = FETCHES.c.url == url, self._ours(FETCHES.c.slot)
        row = self._row(query.where(*ours).order_by(FETCHES.c.slot.desc()).limit(1))
        return (from_json(Snapshot, row[0]), Validators(row[1], row[2])) if row else None

    def keep_snapshot(self, slot: str, snapshot: Snapshot, place: Place | None, validators: Validators) -> None:
        """Keep the fetch; `place` is None when the same bytes are stored already."""
        if place is not None:
            self._keep(SNAPSHOTS, digest=snapshot.digest, media_type=snapshot.media_type, **asdict(place))
        self._keep(FETCHES, slot=slot, url=snapshot.url, snapshot=to_json(snapshot), **asdict(validators))

    def media_type(self, digest: str) -> str:
        """What the server that first gave the bytes called them, with their charset; empty when they are not stored."""
        return self._one(_MEDIA_TYPE, digest=digest) or ""

    def place(self, digest: str) -> Place | None:
        row = self._row(select(SNAPSHOTS.c.file, SNAPSHOTS.c.offset).where(SNAPSHOTS.c.digest == digest))
        return Place(row[0], row[1]) if row else None

    # -- reading ------------------------------------------------------------------------------------------------------

    def reading(self, slot: str, url: str) -> Reading | None:
        query = select(READINGS.c.document, READINGS.c.reason)
        row = self._row(query.where(READINGS.c.slot == slot, READINGS.c.url == url))
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
        self._keep_new(DOCUMENTS, [{"id": document.id, "document": to_json(document)} for document in documents])
