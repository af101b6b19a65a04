"""A feed's bytes before they are read: opened, searched for traps, their encoding told, small faults mended."""

from __future__ import annotations

import re
import zlib
from html.entities import html5

from resiliparse.parse.encoding import detect_encoding

from deepdaily.core.charset import encoding_of
from deepdaily.core.errors import NotAFeed
from deepdaily.sources.feed_tree import KNOWN_NAMES

MAX_BYTES = 10 * 2**20


MAX_TAG_WORDS = 2_000
"""White-space separated pieces of one tag: 100,000 attributes kept feedparser busy for 97 s."""


TWO_BYTES = frozenset(("gbk", "gb18030", "big5", "euc-jp", "euc-kr", "shift_jis"))


FEW_LETTERS = 4
"""So many letters in an encoding of two bytes may be UTF-8 by chance: 联通 is, in GBK."""


_DAMAGED = 10
"""A text with fewer damaged letters than one in so many that are not ASCII is UTF-8 after all."""


_PROLOGUE = re.compile(rb"<(?:!--|\?|!DOCTYPE\b|[A-Za-z_:])", re.IGNORECASE)


_SUBSET = re.compile(rb"[^\[>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^\[>\"']*+)*+\[")


_IN_SUBSET = re.compile(rb"<!--|[\"'\]]")


_LONG_TAG = re.compile(rb"<[A-Za-z][^<>]{%d,}+" % (2 * MAX_TAG_WORDS))


_CDATA_OR_AMPERSAND = re.compile(
    rb"<!\[CDATA\[(?s:(?:.*?\]\]>|.*))|&(?:#\d{1,7};|#x[0-9a-fA-F]{1,6};|([A-Za-z][A-Za-z0-9]{1,31};))?"
)


_CDATA_OR_TAG = re.compile(rb"<!\[CDATA\[(?s:(?:.*?\]\]>|.*))|<([A-Za-z][\w.:-]*)[^<>]*>?")


_START_TAG = re.compile(rb"<([A-Za-z][\w.:-]*)")


_END_TAG = re.compile(rb"</([A-Za-z][\w.:-]*)")


_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))


def unzipped(body: bytes) -> bytes:
    """`body`, decompressed where the file itself is a .gz; too long is refused either way."""
    if body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES + 1)
        except zlib.error as error:
            raise NotAFeed("a damaged .gz file") from error
    if len(body) > MAX_BYTES:
        raise NotAFeed(f"larger than {MAX_BYTES} bytes", "name a feed of fewer entries, or leave it out")
    return body


def refuse_traps(body: bytes) -> None:
    if not body.strip():
        raise NotAFeed("an empty answer")
    if _declares_entities(body.replace(b"\0", b"") if b"\0" in body[:200] else body):
        raise NotAFeed("it declares XML entities, which feeds have no use for")
    if any(len(tag.group().split()) > MAX_TAG_WORDS for tag in _LONG_TAG.finditer(body)):
        raise NotAFeed(f"an element with more than {MAX_TAG_WORDS} attributes")


def _declares_entities(body: bytes) -> bool:
    """Whether the DOCTYPE before the first element does, in its brackets: anywhere else the words are a text's."""
    at = 0
    while found := _PROLOGUE.search(body, at):
        closing = {b"!--": b"-->", b"?": b"?>"}.get(found.group()[1:])
        if closing is None:
            break
        at = body.find(closing, found.end())
        if at < 0:
            return False
    if not found or found.group()[1:2] != b"!":
        return False
    opening = _SUBSET.match(body, found.end())
    return opening is not None and b"<!entity" in _subset(body, opening.end()).lower()


def _subset(body: bytes, start: int) -> bytes:
    """What follows up to the bracket that closes it; up to the end where none does: it may hide anything."""
    at = start
    while found := _IN_SUBSET.search(body, at):
        if found.group() == b"]":
            return body[start : found.start()]
        at = body.find(b"-->" if found.group() == b"<!--" else found.group(), found.end()) + 1
        if not at:
            break
    return body[start:]


def encoding_told(body: bytes, media_type: str) -> str:
    """Its encoding where that can be told; empty where the header, the file and the bytes contradict each other.

    Bytes that are UTF-8 are so whatever anyone says: servers add their default, and generators declare what they copied.
    """
    said = body[:200].partition(b"?>")[0].decode("latin-1") if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") else ""
    declared, served = encoding_of(b"", said), encoding_of(b"", media_type)
    marked = encoding_of(body, "")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        named = {marked or declared, marked or served} - {""}
        return _of_others(body, marked, declared, served) or (named.pop() if len(named) == 1 else "")
    if marked != "utf-8" and (b"\0" in body[:200] or b"\x1b" in body):
        return ""
    pairs = len(body) - len(text)  # of bytes, where no letter has more than two
    said_so = marked or declared or served
    if said_so in TWO_BYTES and 0 < pairs < FEW_LETTERS and pairs == sum(char > "\x7f" for char in text):
        return said_so
    return "utf-8"


def _of_others(body: bytes, marked: str, declared: str, served: str) -> str:
    """The encoding of bytes that are not UTF-8 and say so, or say what servers say of all: the first named one that they
    are whole in, else the one they look like; UTF-8 with a few damaged letters is UTF-8. Empty where there is no such one."""
    text = body.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if marked:
        return ""
    if sum(char > "\x7f" for char in text) > _DAMAGED * damaged:
        return "utf-8"
    for name in dict.fromkeys((declared, served, detect_encoding(body) or "")):
        if name in TWO_BYTES and _is_whole(body, name):
            return name
    return ""


def _is_whole(body: bytes, encoding: str) -> bool:
    try:
        body.decode("gb18030" if encoding == "gbk" else encoding)
    except UnicodeError:
        return False
    return True


def repaired(body: bytes) -> bytes:
    """`body` with its references mended, and without tags that are text."""
    return _without_open_ends(with_references(body))


def with_references(body: bytes) -> bytes:
    """`body` without control characters, each `&` outside CDATA part of a reference that XML knows."""

    def known(found: re.Match[bytes]) -> bytes:
        whole, name = found.group(), found[1]
        if whole == b"&" or (name and name.decode() not in html5):
            return b"&amp;" + whole[1:]
        if not name or name in (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;"):
            return whole
        return "".join(f"&#{ord(char)};" for char in html5[name.decode()]).encode()

    body = body.translate(None, _CONTROLS)
    return _CDATA_OR_AMPERSAND.sub(known, body)


def _without_open_ends(body: bytes) -> bytes:
    """`body` with each `<name>` escaped of which nothing is ever closed: `Vec<T>` is text. Names of feeds stay: a feed is cut."""
    open_ended = {name.lower() for name in set(_START_TAG.findall(body))} - {name.lower() for name in set(_END_TAG.findall(body))}
    lone = {name for name in open_ended if b":" not in name and name.decode() not in KNOWN_NAMES}
    if not lone:
        return body

    def kept(tag: re.Match[bytes]) -> bytes:
        is_text = tag[1] and tag[1].lower() in lone and not tag.group().endswith(b"/>")
        return b"&lt;" + tag.group()[1:] if is_text else tag.group()

    return _CDATA_OR_TAG.sub(kept, body)
