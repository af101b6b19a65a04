"""A well-formed feed by lxml, eight times as fast as feedparser. It proves what it can; any doubt is left to feedparser.

Proven are: no DOCTYPE, one of the three kinds of root, every item found where it belongs, no element twice that comes once,
no markup where text is read, no base address of its own, no known name in another case, and a title or a link in each entry.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urljoin

from lxml import etree

from deepdaily.sources.feed_words import NOTHING, Manner, Said, Stated

_ATOM, _RSS1 = "{http://www.w3.org/2005/Atom}", "{http://purl.org/rss/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC, _TERMS = "{http://purl.org/dc/elements/1.1/}", "{http://purl.org/dc/terms/}"
_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_MEDIA = ("{http://search.yahoo.com/mrss/}", "{http://search.yahoo.com/mrss}")
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"

_DATES = (
    ("published", ("pubDate", "published", "issued", _TERMS + "issued")),
    ("updated", (_DC + "date", "updated", "modified", "lastBuildDate", _TERMS + "modified")),
    ("created", ("created", _TERMS + "created")),
)
_COMMON = {name: role for role, names in _DATES for name in names}
_COMMON |= {_DC + "creator": "author", _DC + "author": "author", _ITUNES + "author": "author", _DC + "subject": "term"}
_COMMON |= {_DC + "description": "text", _ITUNES + "summary": "text", _DC + "title": "other title"}
_COMMON |= {space + "description": "text" for space in _MEDIA} | {space + "group": "group" for space in _MEDIA}
_COMMON |= {space + "title": "other title" for space in _MEDIA}
_RSS = _COMMON | {name: name for name in ("title", "link", "author")} | {"guid": "id", "category": "term", _ENCODED: "text"}
_RSS |= dict.fromkeys(("description", "content", "summary"), "text")
_RDF_ITEM = _RSS | {_RSS1 + "title": "title", _RSS1 + "link": "link", _RSS1 + "description": "text"}
_ATOM_ENTRY = _COMMON | {_ATOM + name: name for name in ("title", "link", "id", "published", "updated", "author")}
_ATOM_ENTRY |= {_ATOM + "summary": "text", _ATOM + "content": "text", _ATOM + "category": "term"}
"""By the name of an entry's child what it is to us."""

_ORIGINAL = ("{http://rssnamespace.org/feedburner/ext/1.0}origLink", "{http://www.pheedo.com/namespace/pheedo}origLink")
"""Where a redirector leads."""

_RSS |= {"enclosure": "enclosure"} | dict.fromkeys(_ORIGINAL, "original")
_RDF_ITEM |= dict.fromkeys(_ORIGINAL, "original")
_ATOM_ENTRY |= dict.fromkeys(_ORIGINAL, "original")
_LOCAL = {name.rpartition("}")[2].lower() for name in (*_RSS, *_ATOM_ENTRY)} - {"group", "enclosure", "origlink"}
KNOWN_NAMES = _LOCAL | set(
    "rss channel feed item entry image url width height guid enclosure source comments language copyright generator docs ttl"
    " managingeditor webmaster name email uri rights contributor icon logo subtitle textinput cloud skiphours skipdays".split()
)
"""What a feed without a prefix may hold, in small letters."""

_MANNERS: dict[str | None, Manner] = {"html": "loose", "text/html": "loose", None: "loose", "text": "plain", "text/plain": "plain"}
"""By the type of an Atom text. Without one it should be plain, but is HTML nearly as often."""

_WINDOWS = re.compile(rb"\xc2([\x80-\x9f])|&#(?:(1[2-5][0-9])|x([89][0-9a-fA-F]));")

_Parts = defaultdict[str, list[etree._Element]]
_Read = Callable[[etree._Element, _Parts, str], Stated]


class Doubtful(Exception):
    """Not proven: feedparser reads it."""


def read_tree(body: bytes, url: str) -> list[Stated]:
    """The entries of a feed in UTF-8, in its order.

    Raises:
        Doubtful.
    """
    if b"xml:base" in body:
        raise Doubtful("a base address of its own")
    try:
        root = etree.fromstring(_without_c1(body), _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Doubtful("not well-formed") from error
    if root.getroottree().docinfo.doctype:
        raise Doubtful("a document type")
    read, roles, items = _reader(root)
    if len(items) != sum(1 for _ in root.iter("{*}item", "{*}entry")):
        raise Doubtful("entries elsewhere")
    unknown: set[str] = set()
    found = [read(item, _parts(item, roles, unknown), url) for item in items]
    _refuse_strange(unknown)
    return found


def _without_c1(body: bytes) -> bytes:
    """`&#151;` and its like are meant as in HTML: a dash of Windows, no control character."""

    def meant(found: re.Match[bytes]) -> bytes:
        code = found[1][0] if found[1] else int(found[2]) if found[2] else int(found[3], 16)
        return bytes([code]).decode("cp1252", "replace").encode() if 128 <= code < 160 else found.group()

    return _WINDOWS.sub(meant, body) if b"&#1" in body or b"&#x" in body or b"\xc2" in body else body


def _parser() -> etree.XMLParser:
    # Without huge_tree libxml2 refuses more than 256 levels and 10 MB in one text.
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)


def _reader(root: etree._Element) -> tuple[_Read, Mapping[str, str], Sequence[etree._Element]]:
    """How its entries are read, what their children are to us, and the entries."""
    if root.tag == _ATOM + "feed":
        return _of_atom, _ATOM_ENTRY, root.findall(_ATOM + "entry")
    channel = root.find("channel") if root.tag == "rss" else None
    if channel is not None:
        return _of_rss, _RSS, channel.findall("item")
    if root.tag == _RDF + "RDF":
        return _of_rdf, _RDF_ITEM, root.findall(_RSS1 + "item")
    raise Doubtful(f"the root {str(root.tag)[:60]}")


def _parts(item: etree._Element, roles: Mapping[str, str], unknown: set[str]) -> _Parts:
    """The children of an entry by their role; names that have none are added to `unknown`."""
    parts: _Parts = defaultdict(list)
    for child in item:
        tag = child.tag
        if tag in roles:
            parts[roles[tag]].append(child)
        else:
            unknown.add(tag)
    return parts


def _refuse_strange(unknown: Iterable[str]) -> None:
    """Doubt names that feedparser knows and we do not: other cases, Atom in RSS, bodies of XHTML."""
    for name in unknown:
        space, _, local = name.rpartition("}")
        if local.lower() in _LOCAL and space in ("", _ATOM[:-1], _RSS1[:-1]) and name != _ATOM + "link":
            raise Doubtful(f"{name[:60]} for {local[:60].lower()}")
        if local.lower() == "body":
            raise Doubtful("markup beside the texts")


def _text(part: etree._Element) -> str:
    if len(part):
        raise Doubtful(f"markup in {part.tag}")
    return (part.text or "").strip()


def _only(parts: _Parts, role: str) -> str:
    """The text of the one child of that role; empty without one."""
    if role not in parts:
        return ""
    part, *more = parts[role]
    if more:
        raise Doubtful(f"{role} twice")
    return _text(part)


def _texts(parts: _Parts, role: str) -> list[str]:
    return [_text(part) for part in parts[role]] if role in parts else []


def _dates(parts: _Parts) -> tuple[str, ...]:
    """The best first."""
    return (*_texts(parts, "published"), *_texts(parts, "updated"), *_texts(parts, "created"))


def _media(parts: _Parts, name: str) -> list[Said]:
    """What a group of Media RSS adds: the words of a video are nowhere else."""
    if "group" not in parts:
        return []
    named = {space + name for space in _MEDIA}
    return [Said(_text(part)) for group in parts["group"] for part in group if part.tag in named]


def _other_title(parts: _Parts) -> Said:
    others = [*map(Said, _texts(parts, "other title")), *_media(parts, "title")]
    return others[0] if others else NOTHING


def _proven(stated: Stated) -> Stated:
    if not stated.title.text and not stated.link and not stated.id.startswith("http"):
        raise Doubtful("an entry with neither title nor link")
    return stated


def _of_rss(item: etree._Element, parts: _Parts, url: str) -> Stated:
    name, link = _only(parts, "id"), _only(parts, "link") or next((part.get("href", "") for part in parts["link"]), "")
    if name and parts["id"][0].get("isPermaLink", "true") == "true":
        name = name if name.startswith(("http://", "https://")) and name[-1] != "#" else urljoin(url, name)
        link = link or name
    if not link and item.find(_ATOM + "link") is not None:
        raise Doubtful("a link of Atom in RSS")
    enclosed = () if link else (part.get("url", "") for part in parts["enclosure"])
    return _stated(parts, url, name, link or next(iter(enclosed), ""))


def _of_rdf(item: etree._Element, parts: _Parts, url: str) -> Stated:
    return _stated(parts, url, item.get(_RDF + "about", ""), _only(parts, "link"))


def _stated(parts: _Parts, url: str, name: str, link: str) -> Stated:
    title = _only(parts, "title")
    texts = [*map(Said, _texts(parts, "text")), *_media(parts, "description")]
    authors = _texts(parts, "author")
    return _proven(
        Stated(
            url,
            Said(title) if title else _other_title(parts),
            name,
            _original(parts) or link,
            _dates(parts),
            tuple(texts),
            authors[-1] if authors else "",
            tuple(_texts(parts, "term")),
        )
    )


def _of_atom(item: etree._Element, parts: _Parts, url: str) -> Stated:
    titles = parts["title"]
    if len(titles) > 1:
        raise Doubtful("two titles")
    texts = [_words(part) for part in parts["text"]]
    return _proven(
        Stated(
            url,
            _words(titles[0]) if titles else _other_title(parts),
            _only(parts, "id"),
            _original(parts) or _atom_link(parts) or _enclosed(parts),
            _dates(parts),
            (*texts, *_media(parts, "description")),
            _atom_author(parts),
            tuple(part.get("term") or _text(part) for part in parts["term"]),
        )
    )


def _words(part: etree._Element) -> Said:
    manner = _MANNERS.get(part.get("type"))
    if manner is None:
        raise Doubtful(f"a text of type {part.get('type')}")
    return Said(_text(part), manner)


def _original(parts: _Parts) -> str:
    return _only(parts, "original")


def _enclosed(parts: _Parts) -> str:
    """What an entry without a page offers instead; an id that is an address is a page."""
    if _only(parts, "id").startswith(("http://", "https://")):
        return ""
    return next((part.get("href", "") for part in parts["link"] if part.get("rel", "").rpartition("/")[2] == "enclosure"), "")


def _atom_link(parts: _Parts) -> str:
    links = [part for part in parts["link"] if part.get("rel", "alternate").rpartition("/")[2] == "alternate"]
    pages = [part for part in links if part.get("type", "text/html") in ("text/html", "application/xhtml+xml", "html", "xhtml")]
    in_other_languages = len({part.get("hreflang") for part in pages}) == len(pages)  # the first is the feed's own
    if (len(pages) > 1 and not in_other_languages) or len(pages) != len(links):
        raise Doubtful("more than one page")
    return pages[0].get("href", "") if pages else ""


def _atom_author(parts: _Parts) -> str:
    """The last that is named, as feedparser writes it."""
    if not parts["author"]:
        return ""
    last = parts["author"][-1]
    if not last.tag.startswith(_ATOM):
        return _text(last)
    name, mail = (last.findtext(_ATOM + part, "").strip() for part in ("name", "email"))
    return f"{name} ({mail})" if name and mail else name or mail
