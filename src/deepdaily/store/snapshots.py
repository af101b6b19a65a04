"""WARC files: append, read back, verify. One process writes one file; any archive tool opens it."""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from uuid import NAMESPACE_URL, uuid5

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException
from warcio.warcwriter import WARCWriter

from deepdaily.core.errors import SnapshotDamaged, StoreError
from deepdaily.store import Place

KEPT_HEADERS = ("content-type", "content-language", "date", "etag", "last-modified")
"""What a later reader needs. Codings and lengths speak of the wire, not of the stored body."""

COMPRESSION = 4
"""Of zlib: on a day's pages two fifths of the time of level 9, for 5% more bytes."""

MAX_BODY_BYTES = 256 * 2**20
"""Far above what the fetcher keeps: a bound for files that somebody else changed."""

DAMAGED_REMEDY = "restore data/snapshots from a backup; the issue itself is not changed"


def body_digest(body: bytes) -> str:
    """The name of a body: `sha256:` and 64 hex digits."""
    return "sha256:" + sha256(body).hexdigest()


class Snapshots:
    """The WARC files below one folder.

    The file to write is opened at the first append and is always new, `<day>-<n>.warc.gz`: nothing is ever written behind
    the cut-off tail of a killed run. One thread at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._out: BinaryIO | None = None
        self._file = ""
        self._unsynced = False

    def __enter__(self) -> Snapshots:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._out is not None:
            self.sync()
            self._out.close()
            self._out = None

    def append(self, url: str, digest: str, fetched_at: datetime, headers: Mapping[str, str], body: bytes) -> Place:
        """Store one answer; it outlives the process when this returns, and the machine after `sync`.

        Args:
            url: where the body came from, redirects followed.
            headers: of the answer, lower-case names; `KEPT_HEADERS` are stored.
            body: after decompression; `digest` names it.

        Raises:
            StoreError: the disk does not take it. Nothing points at what was written of it.
        """
        member = _member(url, digest, fetched_at, headers, body)
        try:
            out = self._out = self._out or self._open(fetched_at)
            place = Place(self._file, out.tell())
            out.write(member)
            out.flush()
        except OSError as error:
            raise self._refused(error) from error
        self._unsynced = True
        return place

    def sync(self) -> None:
        """Bring what was appended to the disk: once for many answers. Raises StoreError as `append` does."""
        if self._out is None or not self._unsynced:
            return
        try:
            os.fsync(self._out.fileno())
        except OSError as error:
            raise self._refused(error) from error
        self._unsynced = False

    def _refused(self, error: OSError) -> StoreError:
        self._abandon()
        return StoreError(f"cannot write below {self._folder}: {error.strerror or error}", "free space, or set --data")

    def read(self, place: Place, digest: str) -> bytes:
        """The stored body, its digest checked.

        Raises:
            SnapshotDamaged: the file or the record is missing or cut off, or the bytes are not those that were stored.
        """
        try:
            body = self._body_at(place)
        except (OSError, EOFError, ValueError, zlib.error, ArchiveLoadFailed, StatusAndHeadersParserException) as error:
            raise SnapshotDamaged(f"no record at {place.file}:{place.offset}: {type(error).__name__}", DAMAGED_REMEDY) from error
        if body_digest(body) != digest:
            raise SnapshotDamaged(f"other bytes at {place.file}:{place.offset} than {digest}", DAMAGED_REMEDY)
        return body

    def forget(self, place: Place, url: str, at: datetime) -> int:
        """Put a record of the same length that says so in the place of the stored one; how many bytes were overwritten.

        Nothing else in the file is touched, so that a run may append to it meanwhile, and all other records stay where they are.

        Raises:
            SnapshotDamaged: there is no such record.
            StoreError: the file cannot be written.
        """
        path = self._folder / place.file
        try:
            length = _length_at(path, place.offset)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise SnapshotDamaged(f"no record at {place.file}:{place.offset}: {type(error).__name__}", DAMAGED_REMEDY) from error
        try:
            with path.open("r+b") as file:
                file.seek(place.offset)
                file.write(_filling(length, url, at))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror or error}", "make it writable, then forget again") from error
        return length

    def _body_at(self, place: Place) -> bytes:
        if Path(place.file).name != place.file:
            raise ValueError(place.file)
        with (self._folder / place.file).open("rb") as file:
            file.seek(place.offset)
            record = next(iter(ArchiveIterator(file)), None)
            if record is None:
                raise EOFError(place.file)
            body, size_bytes = [], 0
            while size_bytes <= MAX_BODY_BYTES and (part := record.raw_stream.read(65536)):
                body.append(part)
                size_bytes += len(part)
        return b"".join(body)

    def _open(self, fetched_at: datetime) -> BinaryIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        day, n = fetched_at.date().isoformat(), 0
        while True:
            n += 1
            self._file = f"{day}-{n}.warc.gz"
            try:
                out = (self._folder / self._file).open("xb")  # O_EXCL: no other process has it
            except FileExistsError:
                continue
            _sync_folder(self._folder)
            return out

    def _abandon(self) -> None:
        """Leave a file whose end is unknown; the next append begins another."""
        out, self._out = self._out, None
        if out is not None:
            with contextlib.suppress(OSError):  # the write that failed fails again at closing; it is reported already
                out.close()


def _member(url: str, digest: str, fetched_at: datetime, headers: Mapping[str, str], body: bytes) -> bytes:
    """One gzip member with one record, of what came by another way than HTTP a `resource`; equal arguments give equal bytes."""
    date = fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    kept = [(name.title(), " ".join(headers[name].split())[:1000]) for name in KEPT_HEADERS if name in headers]
    http = StatusAndHeaders("200 OK", [*kept, ("Content-Length", str(len(body)))], protocol="HTTP/1.1")
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")  # its own gzip is of level 9
    by_http = url.startswith(("http:", "https:"))  # of other addresses readers take no headers out of a record
    record = writer.create_warc_record(
        url,
        "response" if by_http else "resource",
        payload=BytesIO(body),
        length=len(body),
        warc_content_type="" if by_http else " ".join(headers.get("content-type", "").split())[:1000],
        http_headers=http if by_http else None,
        warc_headers_dict={
            "WARC-Date": date,
            "WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{url} {date} {digest}')}>",
            "WARC-Payload-Digest": digest,
        },
    )
    writer.write_record(record)
    return zlib.compress(buffer.getvalue(), COMPRESSION, wbits=zlib.MAX_WBITS | 16)


def _length_at(path: Path, offset: int) -> int:
    """Bytes of the gzip member at `offset`. Raises EOFError: it is cut off."""
    member, length = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16), 0
    with path.open("rb") as file:
        file.seek(offset)
        while not member.eof:
            part = file.read(65536)
            if not part:
                raise EOFError(path.name)
            member.decompress(part)
            length += len(part)
    return length - len(member.unused_data)


def _filling(length: int, url: str, at: datetime) -> bytes:
    """A gzip member of just so many bytes: a record that says what was here, or where that does not fit an empty one."""
    told = f"removed on request, {at.astimezone(UTC):%Y-%m-%d}".encode()
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    kind = {"WARC-Date": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    writer.write_record(
        writer.create_warc_record(
            url, "metadata", payload=BytesIO(told), length=len(told), warc_content_type="text/plain", warc_headers_dict=kind
        )
    )
    for content in (buffer.getvalue(), b""):
        packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
        packed = packer.compress(content) + packer.flush()
        tail = packed + struct.pack("<II", zlib.crc32(content), len(content))
        room = length - len(_COMMENTED) - 1 - len(tail)
        if room >= 0:
            return _COMMENTED + b" " * room + b"\0" + tail  # the comment in a member's head may be of any length
    raise ValueError(length)


_COMMENTED = bytes([0x1F, 0x8B, 8, 0x10, 0, 0, 0, 0, 0, 255])
"""The head of a gzip member that begins with a comment."""


def _sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its content."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
