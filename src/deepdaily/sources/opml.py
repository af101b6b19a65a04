"""Lists of feeds as readers exchange them: OPML 1.0 and 2.0 to addresses and back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from lxml import etree

from deepdaily.core.errors import NotAFeed, SourceError
from deepdaily.core.text import clean, squeeze
from deepdaily.sources.feed_body import encoding_told, refuse_traps, with_references

MAX_BYTES = 5 * 2**20

MAX_OUTLINES = 2_000
"""Feeds of a list that are taken; what follows is told."""


_ODD_BYTES = re.compile(rb"[\x80-\xff]+")
_DECLARATION = re.compile(r"<\?xml\b[^<>]{0,200}\?>")


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """One feed of a list; `name` may be empty."""

    url: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class FeedList:
    """The feeds of a list in its order, each address once, and what was wrong with it in words."""

    feeds: tuple[ListedFeed, ...]
    remarks: tuple[str, ...] = ()


async def read_file(path: str) -> bytes:
    """The bytes of a list on this machine, up to one more than MAX_BYTES.

    Raises:
        SourceError: it cannot be read.
    """

    def read() -> bytes:
        with Path(path).expanduser().open("rb") as file:
            return file.read(MAX_BYTES + 1)

    try:
        return await asyncio.to_thread(read)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", "name a file that is there, or an address") from error


def parse_opml(body: bytes) -> FeedList:
    """The feeds of a list, nested or not; runs in a worker. A list cut off in the middle gives those that it has.

    Raises:
        SourceError: no OPML, an empty one, too long, or something that would keep the parser busy.
    """
    if len(body) > MAX_BYTES:
        raise SourceError(f"larger than {MAX_BYTES >> 20} MB", "divide it into several lists")
    try:
        refuse_traps(body)
    except NotAFeed as error:
        raise SourceError(str(error), "export the list again from your reader") from error
    root = _root(body)
    if root is None or _name(root) != "opml":
        raise SourceError("no OPML: it does not begin with <opml>", "give the file that a feed reader exports")
    found: dict[str, ListedFeed] = {}
    lost = 0
    for outline in _outlines(root):
        one = _listed(outline)
        if one is None:
            lost += 1
        elif len(found) < MAX_OUTLINES or one.url in found:
            found.setdefault(one.url, one)
        else:
            return FeedList(tuple(found.values()), (*_lost(lost), f"more than {MAX_OUTLINES} feeds are not read"))
    if not found:
        raise SourceError("a list without feeds", "its outlines need xmlUrl, the address of a feed")
    return FeedList(tuple(found.values()), _lost(lost))


def _lost(count: int) -> tuple[str, ...]:
    return (f"{count} of its outlines name no address of the web",) if count else ()


def _root(body: bytes) -> etree._Element | None:
    encoding = encoding_told(body, "")
    if encoding or b"\0" not in body[:200]:
        text = _text(body, encoding).lstrip("\ufeff \t\r\n")
        body = with_references(_DECLARATION.sub("", text).encode())
        encoding = "utf-8"
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False, encoding=encoding or None)
    try:
        return etree.fromstring(body.strip(), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None


def _text(body: bytes, encoding: str) -> str:
    """In the encoding told; what is not in that is GB 18030 where it fits and the odd bytes come in pairs, whatever it says of
    itself, and else UTF-8 with damaged letters."""
    with suppress(UnicodeDecodeError):
        return body.decode(encoding or "utf-8")
    mended = body.decode(encoding or "utf-8", "replace")
    runs, damaged = _ODD_BYTES.findall(body), mended.count("\ufffd")
    in_pairs = 2 * sum(len(run) % 2 == 0 for run in runs) > len(runs)
    if in_pairs and sum(char > "\x7f" for char in mended) <= 10 * damaged:
        with suppress(UnicodeDecodeError):
            return body.decode("gb18030")
    return mended


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _outlines(root: etree._Element) -> Iterator[dict[str, str]]:
    """The attributes, by lower-case name, of each outline that is to be a feed."""
    for element in root.iter():
        if _name(element) == "outline":
            told = {str(name).lower(): str(value) for name, value in element.attrib.items()}
            if "xmlurl" in told or (told.get("type", "").lower() in ("rss", "atom") and "url" in told):
                yield told


def _listed(outline: dict[str, str]) -> ListedFeed | None:
    url = clean(outline.get("xmlurl") or outline.get("url") or "").strip()
    if url.startswith("feed://"):
        url = "http" + url.removeprefix("feed")
    url = url.removeprefix("feed:")
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable() or len(url) > 2_000:
        return None
    name = squeeze(clean(outline.get("title") or outline.get("text") or ""))[:200]
    return ListedFeed(url, "" if "\ufffd" in name else name)  # its address is a better name than a damaged one


def written(feeds: Iterable[ListedFeed], title: str) -> str:
    """OPML 2.0 of the feeds, in their order."""
    rows = "".join(
        f'    <outline type="rss" text={quoteattr(one.name or one.url)} title={quoteattr(one.name or one.url)}'
        f" xmlUrl={quoteattr(one.url)}/>\n"
        for one in feeds
    )
    head = f"  <head>\n    <title>{quoteattr(title)[1:-1]}</title>\n  </head>\n"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n{head}  <body>\n{rows}  </body>\n</opml>\n'
