"""Which links of a mail may be shown to everybody: none that says who reads.

A link that is offered is printed. So what names the reader (an address, a key that stands for it) is taken off; where that is the
path itself, the link is not offered; and one that only counts a click is a question where it leads, and no address.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import md5, sha1, sha256
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from deepdaily.core.cues import cues, table
from deepdaily.core.urls import MAX_URL_CHARS, canonical

_TABLE = table(__name__)
_READER, _PERHAPS = (frozenset(_TABLE["words"][name].split()) for name in ("reader", "perhaps"))
_CUES = cues(_TABLE["cues"])

LONG_KEY = 40
"""Characters of a piece that is no word: whoever gets a link of his own is told by fewer."""

SHORT_KEY = 8
"""The same of a parameter that may name a reader."""

_ADDRESS = re.compile(r"(?<![\w@/])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PIECE = re.compile(r"[A-Za-z0-9_+=-]{8,}")
_INNER = re.compile(r"https?:(?:\\?/){2}(?:\\/|[^\s\"'\\<>{}]){4,1500}")

LinkState = Literal["page", "asks", "names the reader", "no page"]


@dataclass(frozen=True, slots=True)
class MailLink:
    """What becomes of a link: of a `page` its address, of one that `asks` where it leads the link itself, else nothing."""

    state: LinkState
    url: str = ""


def judged(link: str, readers: Collection[str] = ()) -> MailLink:
    """What a link of a mail is worth, by itself.

    Args:
        readers: addresses that the mail was sent to; what is made of them (Base64, hexadecimal, a digest) is known, too.
    """
    try:
        url = canonical(_within(link) or link)
        parts = urlsplit(url)
    except ValueError:
        return MailLink("no page")
    if is_no_page(url):
        return MailLink("no page")
    if _CUES["tracker"].match(_place(parts)):
        return MailLink("asks", link.strip())
    known = _known(readers)
    if any(_names(piece, known) for piece in (parts.hostname or "", *parts.path.split("/"))):
        return MailLink("names the reader")
    kept = [pair for pair in parts.query.split("&") if pair and not _tells(pair, known)]
    bare = parts._replace(query="&".join(kept)).geturl()
    return MailLink("asks", link.strip()) if any(map(_is_key, _pieces(urlsplit(bare)))) else MailLink("page", bare)


def is_story_link(words: str) -> bool:
    """Whether the words of a link may be those of a story, not of what is done with the mail itself."""
    return not _CUES["no_story"].fullmatch(words.strip())


def is_web_version(words: str) -> bool:
    return bool(_CUES["web_version"].fullmatch(words.strip()))


def is_no_page(url: str) -> bool:
    """Whether an address is that of a page about the subscription, of a button to share, or of a picture."""
    return bool(_CUES["no_page"].search(_place(urlsplit(url))))


def _place(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.hostname or ''}{parts.path}{query}"


def _within(link: str) -> str:
    """The address that a tracker's link holds in Base64; empty where it holds none that can be read."""
    try:
        parts = urlsplit(link.strip())
        place = _place(parts)
    except ValueError:
        return ""
    if len(link) > 4 * MAX_URL_CHARS or not _CUES["tracker"].match(place):
        return ""
    for piece in re.split(r"[/.?&=]", unquote(place)):
        if found := _INNER.search(_opened(piece)):
            return found[0].replace("\\/", "/")
    return ""


_REVISION = re.compile(r"(/(?:commit|tree|blob|raw|resolve)/)[0-9a-f]{40}(?=/|$)")


def _pieces(parts: SplitResult) -> Iterator[str]:
    yield from _REVISION.sub(r"\1", parts.path).split("/")
    for pair in parts.query.split("&"):
        yield pair.partition("=")[2]


def _is_key(piece: str, shortest: int = LONG_KEY) -> bool:
    """Whether a piece of an address is a key rather than words, a number or a date."""
    piece = unquote(piece)
    if len(piece) < shortest or not re.fullmatch(r"[\w.~%+=-]+", piece):
        return False
    runs = re.split(r"[-_.~+=%]", piece)
    longest = max(runs, key=len)
    mixed = bool(re.search(r"\d", longest)) and bool(re.search(r"[A-Za-z]", longest))
    return mixed and 2 * len(longest) > len(piece) and len(longest) >= min(shortest, 24)


def _tells(pair: str, known: Collection[str]) -> bool:
    """Whether a parameter says who reads."""
    key, _, value = pair.partition("=")
    name = unquote(key).lower()
    return name in _READER or (name in _PERHAPS and _is_key(value, SHORT_KEY)) or _names(value, known)


def _known(readers: Collection[str]) -> set[str]:
    """What stands for a reader: the address, and its digests in hexadecimal."""
    found: set[str] = set()
    for reader in (one.strip().lower() for one in readers if one):
        raw = reader.encode()
        found |= {reader, raw.hex(), *(digest(raw, usedforsecurity=False).hexdigest() for digest in (md5, sha1, sha256))}
    return found


def _names(piece: str, known: Collection[str]) -> bool:
    """Whether a piece of an address holds a reader, as it is or packed."""
    said = unquote(unquote(piece))
    if _ADDRESS.search(said) or any(one in said.lower() for one in known):
        return True
    opened = (_opened(token) for token in _PIECE.findall(said))
    return any(_ADDRESS.search(text) or text.startswith('{"') for text in opened if text)


def _opened(piece: str) -> str:
    """What a piece says in Base64; empty where that is no text."""
    bare = piece.rstrip("=").replace("-", "+").replace("_", "/")
    if len(bare) < 8 or not re.fullmatch(r"[A-Za-z0-9+/]+", bare):
        return ""
    try:
        text = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text if text.isprintable() else ""
