"""Bytes to readable text. Everything here runs in a worker process on hostile input: bytes in, values out."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import trafilatura
from lxml import etree
from lxml.html import HtmlElement, fromstring, tostring
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

from deepdaily.core.charset import encoding_of
from deepdaily.core.cues import cues, table
from deepdaily.core.errors import NoText
from deepdaily.core.text import clean, language_of, squeeze, width
from deepdaily.core.types import Language
from deepdaily.core.urls import host
from deepdaily.read.paid import is_label, is_slot, marked_class, marked_title

MAX_TAGS = 200_000
"""A table of 300,000 cells did not end in 45 s; the longest page of the extraction set has 8,371 tags."""

LITTLE = 400
"""Columns below which the second extractor is asked too: a headline and a caption, not an article."""

MIN_COLUMNS = 100
"""Columns (a Chinese character counts two) below which a page has no text: about two sentences."""

SHORT = 1500
"""A page up to this many columns may be a login or a challenge; a longer one only speaks of them."""

MAX_TITLE_CHARS = 300
MAX_TEXT_CHARS = 200_000
"""Longer than a long specification; what follows is not read."""

TRAFILATURA = f"trafilatura/{version('trafilatura')}"
RESILIPARSE = f"resiliparse/{version('resiliparse')}"

_NOT_TEXT = re.compile(rb"%PDF-|PK\x03\x04|\x89PNG|GIF8|\xff\xd8\xff|RIFF|\x1f\x8b|ID3|OggS|wOF[F2]|\x7fELF")
_TEXT_TYPES = re.compile(r"(?:text/(?:html|plain|markdown|x-markdown)|application/(?:xhtml\+xml|xml))?", re.IGNORECASE)
_CUES = cues(table(__name__))
_WALL, _HIDING = _CUES["wall"], _CUES["hiding"]
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader(?:-text)?|u-hidden|is-hidden)(?:\s|$)")
_UNREAD_TAGS = frozenset("script style template noscript iframe object svg canvas".split())
_ROOTS = frozenset("html body main article".split())

_SEPARATOR = re.compile(r"\s(?:[|–—·:-]|::)\s|\s?[|｜]\s?|(?<=[^\x00-\x7f])_|_(?=[^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class PageBytes:
    """An answer as fetched; `media_type` may carry a charset."""

    url: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Extracted:
    """`text` is the title on its own line, an empty line, then one block a line; list entries begin with `- `."""

    title: str
    text: str
    language: Language
    author: str
    published_at: datetime | None
    extractor: str
    sponsored: bool


def page(answer: PageBytes) -> Extracted:
    """The readable text of a page: no navigation, comments, scripts or text that readers cannot see.

    A date without a time is midnight UTC; a date without a zone is taken as UTC.

    Raises:
        NoText: not a text, a login or challenge page, or fewer than MIN_COLUMNS columns.
    """
    source = _decoded(answer)
    if "plain" in answer.media_type or "markdown" in answer.media_type:
        return _plain(source)
    if source.count("<") > MAX_TAGS:
        raise NoText(f"more than {MAX_TAGS} tags")
    tree = trafilatura.load_html(source)
    if tree is None:
        raise NoText("no HTML that can be read")
    meta = _Meta.of(tree)
    _sweep(tree)
    found: Any = trafilatura.bare_extraction(tree, url=answer.url, include_comments=False, with_metadata=True)
    body, extractor = _blocks((found and found.text) or ""), TRAFILATURA
    if width(body) < LITTLE:
        second = _blocks(extract_plain_text(tostring(tree, encoding="unicode"), main_content=True, alt_texts=False))
        if width(second) > 2 * width(body):
            body, extractor = second, RESILIPARSE
    title = _headline(tree, meta, (found and found.title) or "", answer.url)
    _refuse_wall(meta.title, body, tree)
    return Extracted(
        title=title,
        text=with_title(title, body),
        language=language_of(body),
        author=squeeze(clean((found and found.author) or ""))[:200],
        published_at=meta.published_at or moment((found and found.date) or ""),
        extractor=extractor,
        sponsored=_is_sponsored(tree, meta, title, body),
    )


def fragment(markup: str) -> str:
    """The text of an entry's HTML (or plain text), one block a line; empty where there is none."""
    if not re.search(r"<[a-zA-Z!/]", markup):
        return _blocks(html.unescape(markup))
    try:
        tree = fromstring(f"<div>{clean(markup)}</div>")
    except (etree.ParserError, ValueError):
        return ""
    _sweep(tree)
    return _blocks(extract_plain_text(tostring(tree, encoding="unicode"), alt_texts=False))


def with_title(title: str, body: str) -> str:
    """A document's text: title, empty line, blocks; a first block that only repeats the title is left out."""
    first, _, rest = body.partition("\n")
    if title and _folded(first) == _folded(title):
        body = rest
    return f"{title}\n\n{body}".strip()


def moment(written: str) -> datetime | None:
    """An ISO 8601 date or time, aware; None where it is none or lies outside 1995 to 2100."""
    try:
        found = datetime.fromisoformat(written.strip())
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 1995 <= found.year <= 2100 else None


@dataclass(frozen=True, slots=True)
class _Meta:
    """What a page's head says of it; read before anything is taken out of the tree."""

    title: str
    headline: str
    site: str
    published_at: datetime | None
    section: str
    paid: bool

    @classmethod
    def of(cls, tree: HtmlElement) -> _Meta:
        named: dict[str, str] = {}
        for tag in tree.iter("meta"):
            name = (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower()
            named.setdefault(name, squeeze(html.unescape(clean(tag.get("content") or "")))[:500])
        linked = list(_linked_data(tree))
        own = [one for name in ("html", "body", "article") if (one := next(tree.iter(name), None)) is not None]
        dates = (named.get(key, "") for key in ("article:published_time", "og:published_time", "datepublished"))
        stated = (str(node.get("datePublished", "")) for node in linked)
        title = tree.find(".//title")
        return cls(
            title=squeeze(clean(title.text_content())) if title is not None else "",
            headline=named.get("citation_title") or named.get("og:title") or named.get("twitter:title") or "",
            site=named.get("og:site_name", ""),
            published_at=next((when for date in (*dates, *stated) if (when := moment(date))), None),
            section=named.get("article:section", ""),
            paid=any("AdvertiserContentArticle" in str(node.get("@type", "")) for node in linked)
            or any(marked_class(one.get("class") or "") for one in own),
        )


def _linked_data(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """The objects of a page's JSON-LD, at most the first 50; what cannot be read is nobody's word."""
    nodes: list[Any] = []
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            nodes.append(json.loads(script.text or ""))
        except (ValueError, RecursionError):
            continue
    for place in range(50):
        if place >= len(nodes):
            return
        node = nodes[place]
        if isinstance(node, list):
            nodes[place + 1 : place + 1] = [None, *node][1:]
        elif isinstance(node, dict):
            nodes.extend(node["@graph"] if isinstance(node.get("@graph"), list) else [])
            yield node


def _decoded(answer: PageBytes) -> str:
    """The body as text: byte order mark, then charset of the answer, then the page's own word, then a guess (WHATWG)."""
    kind = answer.media_type.partition(";")[0].strip()
    if not _TEXT_TYPES.fullmatch(kind):
        raise NoText(f"not a page but {kind[:80]}")
    if _NOT_TEXT.match(answer.body) or (b"\0" in answer.body[:1024] and answer.body[:2] not in (b"\xff\xfe", b"\xfe\xff")):
        raise NoText("binary, whatever its type says")
    encoding = encoding_of(answer.body, answer.media_type) or str(detect_encoding(answer.body, from_html_meta=True))
    return str(bytes_to_str(answer.body, encoding, errors="replace", fallback_encodings=("utf-8", "gb18030", "windows-1252")))


def _plain(source: str) -> Extracted:
    body = _blocks(source)
    if width(body) < MIN_COLUMNS:
        raise NoText("hardly any text")
    title = body.partition("\n")[0].lstrip("# ")[:MAX_TITLE_CHARS]
    return Extracted(title, with_title(title, body), language_of(body), "", None, "text/1", sponsored=False)


def _sweep(tree: HtmlElement) -> None:
    """Take out what readers do not see, and the line breaks of the source, which mean nothing outside `pre`."""
    for element in list(tree.iter()):
        if element is tree or element.getparent() is None:
            continue
        if element.get("type") == "application/ld+json":  # no text, but the extractor reads author and title there
            continue
        if not isinstance(element.tag, str) or element.tag in _UNREAD_TAGS or _is_hidden(element):
            element.drop_tree()
    for element in tree.iter():
        if element.tag not in ("pre", "code") and not any(True for _ in element.iterancestors("pre")):
            element.text = element.text and re.sub(r"\s+", " ", element.text)
        if not any(True for _ in element.iterancestors("pre")):
            element.tail = element.tail and re.sub(r"\s+", " ", element.tail)


def _is_hidden(element: HtmlElement) -> bool:
    if element.tag in _ROOTS:  # faded in by a script: the page itself
        return False
    style = re.sub(r"\s", "", element.get("style") or "")
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    return hidden or bool(style and _HIDING.search(style)) or bool(_HIDDEN_CLASS.search(element.get("class") or ""))


def _blocks(text: str) -> str:
    """`text` with one block a line: no empty lines, rules or immediate repeats, one kind of bullet."""
    kept: list[str] = []
    for line in clean(text).split("\n"):
        line = squeeze(re.sub(r"\t+", " | ", line.strip()))
        line = re.sub(r"^[•◦▪‣·●○■*–—-]\s+", "- ", line)
        if line.startswith("|") and line.endswith("|"):  # a table's row
            line = line.strip("| ")
        if re.search(r"\w", line) and (not kept or kept[-1] != line):
            kept.append(line)
    text = "\n".join(kept)
    if len(text) <= MAX_TEXT_CHARS:
        return text
    return text[:MAX_TEXT_CHARS].rpartition("\n")[0] or text[:MAX_TEXT_CHARS]


def _headline(tree: HtmlElement, meta: _Meta, guess: str, url: str) -> str:
    """The page's own headline, without the name of its site."""
    tops = [squeeze(clean(top.text_content())) for top in tree.iter("h1")]
    tops = [top for top in tops if 4 <= len(top) <= MAX_TITLE_CHARS]
    for stated in (meta.headline, meta.title):
        for top in tops:
            if _folded(stated).startswith(_folded(top)):
                return top
    for stated in (meta.headline, meta.title, squeeze(clean(guess))):
        if stated:
            return _without_site(stated[:MAX_TITLE_CHARS].strip(), meta.site, url)
    return tops[0] if tops else ""


def _without_site(title: str, site: str, url: str) -> str:
    """`title` without ` | Site`, ` - Site`, `_站点` at its end, as often as they come."""
    labels = [label.replace("-", "") for label in host(url).split(".")[:-1] if len(label) > 2]
    while cuts := list(_SEPARATOR.finditer(title)):
        before, tail = title[: cuts[-1].start()].strip(), title[cuts[-1].end() :].strip()
        named = _folded(tail) == _folded(site) or any(label in _folded(tail) for label in labels)
        loose = cuts[-1].group().strip() in ("|", "_", "｜") and len(tail) < len(before) / 2
        if not before or not (named or loose):
            break
        title = before
    return title


def _refuse_wall(title: str, body: str, tree: HtmlElement) -> None:
    columns = width(body)
    asks_to_log_in = tree.find(".//input[@type='password']") is not None
    if (columns <= SHORT and _WALL.match(title)) or (columns <= LITTLE and (_WALL.search(body) or asks_to_log_in)):
        raise NoText(f"a login or challenge page: {(title or body)[:80]}")
    if columns < MIN_COLUMNS:
        raise NoText("hardly any text: perhaps a page that scripts fill in")


def _is_sponsored(tree: HtmlElement, meta: _Meta, title: str, body: str) -> bool:
    """Paid for: said by the head's marks, by a label right at the headline, or by most links of the text.

    A lone paid link, or an article about advertising, is neither. `Advertisement` alone mostly labels a slot beside the
    text: it counts only where it touches the headline.
    """
    if meta.paid or is_label(meta.section) or marked_title(title) or marked_title(meta.title):
        return True
    if any(map(is_label, body.split("\n")[:3])):
        return True
    top = next((one for one in tree.iter("h1") if _folded(one.text_content()) == _folded(title)), None)
    if top is not None:
        before, after = _texts(top, "preceding")[-3:], _texts(top, "following")[:6]
        touching = before[-1:] + after[:1]
        if any(map(is_label, before + after)) or any(map(is_slot, touching)):
            return True
    article = next(tree.iter("article", "main"), tree)
    outward = [link for link in article.iter("a") if (link.get("href") or "").startswith("http")]
    paid = [link for link in outward if "sponsored" in (link.get("rel") or "").lower().split()]
    return len(paid) >= 2 and 2 * len(paid) >= len(outward)


def _texts(element: HtmlElement, side: str) -> list[str]:
    """The texts before or after an element, in page order, those of menus left out."""
    found = element.xpath(f"{side}::text()[normalize-space() and not(ancestor::nav)]")
    return [squeeze(str(text)) for text in found]


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()
