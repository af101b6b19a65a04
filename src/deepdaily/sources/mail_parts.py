"""Bytes of mails to headers and texts, in a worker. Nothing of Python's own readers of structured headers is used on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import Any

from deepdaily.core.charset import decoded
from deepdaily.core.errors import SourceError
from deepdaily.core.text import clean, squeeze
from deepdaily.sources.mail_box import RawMail

MOST_HEADERS, HEAD_BYTES, LINE_CHARS = 500, 256 * 1024, 4_000
"""Of a mail: fields, bytes of them, and characters of one that are read. Delivery adds some dozens."""

MOST_PARTS, MOST_CONTAINERS = 200, 20
"""Of a mail: parts, and parts that hold others. A newsletter has two and one."""

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_SAID = re.compile(rb'INTERNALDATE "\s?(\d{1,2})-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.IGNORECASE)
_MONTHS = [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"]
_PART = re.compile(rb"^content-type[ \t]*:", re.IGNORECASE | re.MULTILINE)
_CONTAINER = re.compile(rb"^content-type[ \t]*:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_WEB = re.compile(r"<\s*(https?://[^<>\s]{4,2000})\s*>")
_NAMED = re.compile(r"<([^<>\s]{1,200})>")


@dataclass(frozen=True, slots=True)
class MailHead:
    """What a mail's header says of it."""

    uid: int
    at: datetime
    """When it came, as the server has it."""
    size_bytes: int
    sender: str
    """Its address, in small letters; empty where it names none."""
    subject: str
    listed: bool
    """Sent to many at once: it says how to be left out, and nobody is asked to answer."""


@dataclass(frozen=True, slots=True)
class MailText:
    """What a mail shows, and whom it was sent to."""

    name: str
    """Its Message-ID without brackets; empty where it has none."""
    subject: str
    text: str
    is_html: bool
    readers: tuple[str, ...]
    """Addresses that it was sent or delivered to, in small letters."""
    web: str
    """Where it says that it stands on the web; empty where it does not."""


def parse_heads(rows: Sequence[RawMail]) -> list[MailHead]:
    """The mails that a server listed, the newest first; one without number, day or size is left out."""
    found = [head for said, fields in rows if (head := _head(said, fields))]
    return sorted(found, key=lambda head: (head.at, head.uid), reverse=True)


def _head(said: bytes, fields: bytes) -> MailHead | None:
    uid, size, at = re.search(rb"\bUID (\d{1,10})", said), re.search(rb"\bRFC822\.SIZE (\d{1,12})", said), _moment(said)
    if not (uid and size and at):
        return None
    header = _fields(fields)
    sender = _ADDRESS.findall(_field(header, "From").rpartition("<")[2]) or _ADDRESS.findall(_field(header, "From"))
    return MailHead(
        int(uid[1]), at, int(size[1]), sender[-1].lower() if sender else "", _field(header, "Subject"), _is_listed(header)
    )


def _is_listed(header: Mapping[str, str]) -> bool:
    """A list where people write, an answer, or what a machine reports is no newsletter, though it may be left in the same way."""
    post = header.get("list-post", "").strip().lower()
    written = post not in ("", "no") or not header.keys().isdisjoint(("in-reply-to", "references", "x-github-reason"))
    machine = header.get("auto-submitted", "").strip().lower() not in ("", "no")
    return not header.keys().isdisjoint(("list-id", "list-unsubscribe")) and not written and not machine


def _moment(said: bytes) -> datetime | None:
    found = _SAID.search(said)
    if found is None or found[2].lower() not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(found[at]) for at in (1, 3, 4, 5, 6))
    ahead = timedelta(hours=int(found[8]), minutes=int(found[9]))
    try:
        zone = timezone(-ahead if found[7] == b"-" else ahead)
        return datetime(year, _MONTHS.index(found[2].lower()) + 1, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def mail_text(raw: bytes) -> MailText:
    """What a mail shows: its part in HTML, else the plain one; attachments and mails within it are not looked at.

    Raises:
        SourceError: too many fields or parts, or nothing to read.
    """
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    if len(head) > HEAD_BYTES or head.count(b"\n") > 4 * MOST_HEADERS:
        raise SourceError("its header is longer than any mail's")
    if len(_CONTAINER.findall(raw)) > MOST_CONTAINERS or len(_PART.findall(raw)) > MOST_PARTS:
        raise SourceError(f"it has more than {MOST_PARTS} parts, or {MOST_CONTAINERS} that hold others")
    header = _fields(head)
    message = message_from_bytes(raw, policy=policy.compat32)
    if len(message) > MOST_HEADERS:
        raise SourceError(f"its header has more than {MOST_HEADERS} fields")
    texts = {part.get_content_type(): part for part in reversed(list(_shown(message)))}
    part = texts.get("text/html") or texts.get("text/plain")
    text = _text(part) if part is not None else ""
    if part is None or not text.strip():
        raise SourceError("it has no text")
    named = _NAMED.search(_field(header, "Message-ID"))
    readers = " ".join(_field(header, name) for name in ("To", "Delivered-To", "X-Original-To", "Cc"))
    web = _WEB.search(_field(header, "Archived-At"))
    return MailText(
        name=named[1] if named else "",
        subject=_field(header, "Subject"),
        text=text,
        is_html=part.get_content_type() == "text/html",
        readers=tuple(dict.fromkeys(one.lower() for one in _ADDRESS.findall(readers)))[:20],
        web=web[1] if web else "",
    )


def _shown(message: Message[str, Any]) -> Iterator[Message[str, Any]]:
    """The parts with a text that a mail program shows, in order."""
    if message.get_content_type().startswith("multipart/"):
        for part in message.get_payload() if message.is_multipart() else ():
            if isinstance(part, Message):
                yield from _shown(part)
        return
    shown = message.get_content_type() in ("text/html", "text/plain") and message.get_content_disposition() != "attachment"
    if shown and str(message.get_payload() or "").strip():
        yield message


def _text(part: Message[str, Any]) -> str:
    """A part's text; what it says of its encoding is believed as far as it can be."""
    body = part.get_payload(decode=True)
    said = squeeze(str(part.get("Content-Type", ""))[:1000])
    return decoded(body if isinstance(body, bytes) else b"", said)


def _fields(head: bytes) -> dict[str, str]:
    """The fields of a header by name in small letters, of each name the first; bytes that are no UTF-8 as half letters."""
    unfolded = re.sub(r"\r?\n[ \t]+", " ", head[:HEAD_BYTES].decode("utf-8", "surrogateescape"))
    pairs = (line.partition(":") for line in reversed(unfolded.splitlines()[: 4 * MOST_HEADERS]))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _field(header: Mapping[str, str], name: str) -> str:
    """A header field on one line, its coded words read; empty where there is none."""
    written = header.get(name.lower(), "")[:LINE_CHARS]
    try:
        pieces = decode_header(written)
    except (HeaderParseError, ValueError):
        pieces = [(written, None)]
    told = (_piece(piece, charset) for piece, charset in pieces)
    return squeeze(clean("".join(told)))


def _piece(piece: Any, charset: str | None) -> str:
    if isinstance(piece, str):
        return decoded(piece.encode("utf-8", "surrogateescape"), "") if not piece.isascii() else piece
    return decoded(piece, f"charset={charset}" if charset else "")
