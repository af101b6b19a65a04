"""A page or sitemap to the links it lists, in a worker."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from deepdaily.core.charset import decoded
from deepdaily.core.cues import cues, table
from deepdaily.core.errors import NotAFeed, SourceError
from deepdaily.core.text import CJK, clean, squeeze
from deepdaily.core.urls import canonical, domain, page_key, site_root
from deepdaily.read.blocks import depth_of, tree_of
from deepdaily.read.page_dates import dates_in, stated
from deepdaily.sources.feed_body import refuse_traps
from deepdaily.sources.listed_rows import MAX_TITLE_CHARS

MAX_UNZIPPED = 50 * 2**20
"""As large as a sitemap may be (sitemaps.org)."""

MOST_ADDRESSES = 50_000
"""As many as a sitemap may have."""

MOST_LINKS = 3_000
"""Of a page that are looked at."""

MAX_TAGS, FEW_TAGS, MAX_STEPS = 100_000, 8_000, 200_000_000
"""As for pages that are read: elements in elements keep a parser busy."""

LEAST_WORDS, LEAST_CJK = 3, 6
"""Of a link that is a title by itself."""

COMMON_TITLE = 3
"""So many pages of one title: it is a button."""

MOST_AROUND, CARD_CHARS = 6, 1_500
"""Elements around a link that may be its card, and how much of a card is looked through for a date."""

BUILD_LINKS = 20
"""So many links of one day in a sitemap, and half of all: the day on which the site was built, not theirs."""

_TABLE = table(__name__)
_APART, _CARDS, _ENDS = (frozenset(_TABLE["words"][name].split()) for name in ("apart", "cards", "ends"))
_CUES = cues(_TABLE["cues"])
_CJK_RUN = re.compile(f"[{CJK}]")
_HEADINGS = "h1,h2,h3,h4,h5,h6"
_SITEMAP = re.compile(rb"(?:<\?[^>]{0,300}>\s*|<!--.{0,2000}?-->\s*)*<(?:\w{1,20}:)?(urlset|sitemapindex)\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ListingBytes:
    """An answer as fetched, and what a person said of its links."""

    url: str
    """Where it came from in the end: the base of its links."""
    media_type: str
    body: bytes
    selector: str = ""
    match: str = ""


@dataclass(frozen=True, slots=True)
class ListedLink:
    """One link: canonical, with what it is called and the day that stands with it."""

    url: str
    title: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkListing:
    """The links of an answer in its order, each page once; `children` are the sitemaps of an index, newest first."""

    links: tuple[ListedLink, ...] = ()
    children: tuple[str, ...] = ()
    cut: bool = False
    """It has more than are read."""


def parse_listing(answer: ListingBytes) -> LinkListing:
    """The links of a page, of a sitemap or of an index of sitemaps; runs in a worker.

    Raises:
        NotAFeed: none of these, or a page on which nothing is listed.
        SourceError: a selector that is none, or that matches nothing.
    """
    body = _unzipped(answer.body)
    kind = _SITEMAP.match(body.removeprefix(b"\xef\xbb\xbf").lstrip()[:5_000])
    if kind:
        refuse_traps(body)
        return _of_sitemap(body, answer)
    return _of_page(replace(answer, body=body))


def _unzipped(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        opened = zlib.decompressobj(wbits=31).decompress(body, MAX_UNZIPPED + 1)
    except zlib.error as error:
        raise NotAFeed("a damaged .gz file") from error
    if len(opened) > MAX_UNZIPPED:
        raise NotAFeed(f"larger than {MAX_UNZIPPED} bytes")
    return opened


# -- sitemaps -------------------------------------------------------------------------------------------------------------


def _of_sitemap(body: bytes, answer: ListingBytes) -> LinkListing:
    """What it says up to where it is damaged; damaged before its first address it is none."""
    links: dict[str, ListedLink] = {}
    children: list[tuple[str, datetime | None]] = []
    cut = False
    try:
        for number, (kind, told) in enumerate(_addresses(body)):
            if number >= MOST_ADDRESSES:
                cut = True
                break
            at = stated(told.get("publication_date") or told.get("lastmod"))
            if kind == "sitemap" and (url := _on_site(told.get("loc", ""), answer.url, exact=True)):
                children.append((url, at))
            elif kind == "url" and (url := _on_site(told.get("loc", ""), answer.url)) and answer.match in urlsplit(url).path:
                links.setdefault(url, ListedLink(url, told.get("title") or _slug(url), at))
    except etree.XMLSyntaxError as error:
        if not links and not children:
            raise NotAFeed("a damaged sitemap") from error
        cut = True
    newest_first = sorted(children, key=lambda child: child[1].timestamp() if child[1] else 0.0, reverse=True)
    return LinkListing(_without_build_days(list(links.values())), tuple(url for url, _ in newest_first), cut)


def _addresses(body: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Each `url` or `sitemap` with its texts by name; what is read is dropped, so that the tree stays small."""
    events = etree.iterparse(BytesIO(body), events=("end",), resolve_entities=False, no_network=True, huge_tree=False)
    for _, element in events:
        kind = _local(element)
        if kind not in ("url", "sitemap"):
            continue
        yield kind, {_local(part): squeeze(clean(part.text[:4_000])) for part in element.iter() if part.text and part.text.strip()}
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _without_build_days(links: list[ListedLink]) -> tuple[ListedLink, ...]:
    days = Counter(link.at.date() for link in links if link.at)
    built = {day for day, number in days.items() if number >= BUILD_LINKS and 2 * number >= len(links)}
    return tuple(replace(link, at=None) if link.at and link.at.date() in built else link for link in links)


def _slug(url: str) -> str:
    """The last part of an address as words: a sitemap gives no titles."""
    last = next((part for part in reversed(unquote(urlsplit(url).path).split("/")) if part), "")
    return squeeze(re.sub(r"[-_+]+", " ", re.sub(r"\.(?:html?|php|aspx?|md)$", "", last)))[:MAX_TITLE_CHARS]


def _on_site(written: str, base: str, *, exact: bool = False, anywhere: bool = False) -> str:
    """The canonical address of a link to another page of the site; empty for others. `exact` keeps it as it is written."""
    try:
        absolute = urljoin(base, written.strip().replace(" ", "%20"))
        found = canonical(absolute)
        if (not anywhere and domain(found) != domain(base)) or page_key(found) == page_key(base):
            return ""
    except ValueError:
        return ""
    return absolute if exact else found


# -- pages ----------------------------------------------------------------------------------------------------------------


def _of_page(answer: ListingBytes) -> LinkListing:
    source = decoded(answer.body, answer.media_type)
    tags = source.count("<")
    if tags > MAX_TAGS or (tags > FEW_TAGS and tags * depth_of(source) > MAX_STEPS):
        raise NotAFeed("a page of too many elements")
    tree = tree_of(source)
    anchors = _anchors(tree, answer.selector)
    base = _base(tree, answer.url)
    found: dict[str, ListedLink] = {}
    sure: set[str] = set()
    for anchor in anchors[:MOST_LINKS]:
        url = _on_site(anchor.attributes.get("href") or "", base, anywhere=bool(answer.selector))
        if not url or site_root(url) or answer.match not in urlsplit(url).path or (not answer.selector and _stands_apart(anchor)):
            continue
        title, named = _title(anchor, base, bool(answer.selector))
        if title and (url not in found or (named and url not in sure)):
            before = found.get(url)
            found[url] = ListedLink(url, title, _day(anchor, base) or (before.at if before else None))
            sure |= {url} if named else set()
    borne = Counter(link.title for link in found.values())
    found = {url: link for url, link in found.items() if borne[link.title] < COMMON_TITLE}
    if not found:
        raise NotAFeed("a page on which nothing is listed: its links may be made by a script", _REMEDY)
    return LinkListing(tuple(found.values()), cut=len(anchors) > MOST_LINKS)


_REMEDY = "name what holds them in `selector`, take another `match`, or watch the site's sitemap.xml"


def _anchors(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    if not selector:
        return tree.css("a[href]")
    try:
        places = tree.css(selector)
    except SelectolaxError as error:
        raise SourceError(f"{selector!r} is no CSS selector", "write one like `main article` or `.post-list`") from error
    if not places:
        raise SourceError(f"nothing on the page matches {selector!r}", "look at the page's source again: it may have been rebuilt")
    found = [anchor for place in places for anchor in ([place] if place.tag == "a" else place.css("a[href]"))]
    return [anchor for anchor in found if anchor.attributes.get("href")]


def _base(tree: LexborHTMLParser, url: str) -> str:
    named = tree.css_first("base[href]")
    return urljoin(url, (named.attributes.get("href") or "") if named else "")


def _stands_apart(anchor: LexborNode) -> bool:
    """Whether a link stands in a menu, or in the header or footer of the page rather than of a card."""
    above, header = anchor.parent, False
    while above is not None and above.tag not in ("body", "html"):
        if above.tag in _CARDS and above.tag != "section":
            return above.tag == "li" and _stands_apart(above)
        if above.tag in _APART or _is_named_apart(above):
            return True
        header = header or above.tag == "header"
        above = above.parent
    return header


def _is_named_apart(place: LexborNode) -> bool:
    told = place.attributes
    named = f"{(told.get('class') or '')[:300]} {(told.get('id') or '')[:100]}"
    return (told.get("role") or "") in ("navigation", "banner", "contentinfo") or bool(_CUES["apart_name"].search(named))


def _title(anchor: LexborNode, base: str, chosen: bool) -> tuple[str, bool]:
    """What a link's page is called, and whether a heading says so; empty where nothing does."""
    if headed := _heading(anchor):
        return headed, True
    own = _said(anchor)
    if not own or _CUES["generic"].fullmatch(own) or _is_only_a_day(own):
        for card in _cards(anchor, base):
            if headed := _heading(card):
                return headed, True
        return "", False
    parent = anchor.parent
    if parent is not None and parent.tag in _HEADINGS.split(","):
        return own, True
    if _is_long(own) or (chosen and len(own) > 1):
        return own, False
    return "", False


def _heading(place: LexborNode) -> str:
    """The one heading in a place, or what its class calls a title."""
    if heading := place.css_first(_HEADINGS):
        return _said(heading)
    for inside in place.css("[class]")[:40]:
        if _CUES["title_class"].search(inside.attributes.get("class") or "") and (said := _said(inside)):
            return said
    return ""


def _is_only_a_day(words: str) -> bool:
    """Whether hardly anything stands beside a date."""
    return len(words) <= 40 and bool(dates_in(words)) and len(re.findall(r"[^\W\d_]{3,}", words)) <= 3


def _is_long(words: str) -> bool:
    return len(words.split()) >= LEAST_WORDS or len(_CJK_RUN.findall(words)) >= LEAST_CJK


def _said(node: LexborNode) -> str:
    return squeeze(clean(node.text(deep=True, separator=" ")[: 4 * MAX_TITLE_CHARS]))[:MAX_TITLE_CHARS]


def _cards(anchor: LexborNode, base: str) -> Iterator[LexborNode]:
    """The elements around a link that speak of its page alone, the smallest first."""
    here = _on_site(anchor.attributes.get("href") or "", base, anywhere=True)
    above = anchor.parent
    for _ in range(MOST_AROUND):
        if above is None or above.tag in _ENDS or len(above.css(_HEADINGS)) > 1:
            return
        others = (
            link for link in above.css("a[href]")[:40] if len(_said(link).split()) >= LEAST_WORDS or link.css_first(_HEADINGS)
        )
        if {_on_site(link.attributes.get("href") or "", base, anywhere=True) for link in others} - {here, ""}:
            return
        yield above
        above = above.parent


def _day(anchor: LexborNode, base: str) -> datetime | None:
    """The day in a link or in its card: of a `time`, else in words."""
    for place in (anchor, *_cards(anchor, base)):
        marked = place.css_first("time[datetime]")
        if marked and (at := stated(marked.attributes.get("datetime"))):
            return at
        text = squeeze(place.text(deep=True, separator=" ")[:CARD_CHARS])
        if found := dates_in(text):
            return found[0].at
    return None
