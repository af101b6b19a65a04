"""What a page says of itself: its names, headline, author, address; from its head, its JSON-LD and the marks in its body."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from deepdaily.core.cues import Cue, cues, table
from deepdaily.core.text import clean, squeeze
from deepdaily.core.urls import host

MOST_NODES = 80
"""Objects of a page's JSON-LD that are looked at."""

MOST_AROUND = 30
"""Elements around a name that are looked at."""

MOST_SIGNED = 100
"""Characters of a line that may say `作者：…`."""

MAX_TITLE_CHARS = 300
MAX_NAME_CHARS = 60
"""Of an author where markup alone says that it is one."""

_TABLE = table(__name__)
_CUES = cues(_TABLE["cues"])
_AUTHOR_KEYS = _TABLE["keys"]["author"].split()
_AUTHOR_PLACES: str = _TABLE["keys"]["author_places"]
_SEPARATOR = Cue(r"\s(?:[|–—·:•»~>-]|::)\s|\s?[|｜]\s?|(?<=[^\x00-\x7f])_|_(?=[^\x00-\x7f])")
_PARTED = Cue(r"\s*[|–—·•»-]\s+")
_AROUND_JSON = Cue(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*\]\]>|\]\]>|-->)\s*$")
_REFRESH = Cue(r"\s*(\d{1,3})(?:\.\d*)?\s*[;,]?\s*(?:url\s*=)?\s*[\"']?([^\"'\s]{1,2048})", re.IGNORECASE)

Described = dict[str, Any]
"""An object of JSON-LD."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a page's head says, read before anything else."""

    named: Mapping[str, str]
    """By lower-case name, property or itemprop what a `meta` says first."""
    linked: Sequence[Described]
    """The objects of its JSON-LD, articles first."""
    title: str
    language: str
    """Of `html lang`, lower-case; empty where it says none."""
    canonical: str
    refresh: str
    """Where it sends its readers at once; empty where they stay."""

    @property
    def headline(self) -> str:
        return self.named.get("citation_title") or self.named.get("og:title") or self.named.get("twitter:title") or ""

    @property
    def site(self) -> str:
        return self.named.get("og:site_name", "")

    @property
    def is_article(self) -> bool:
        """Whether it calls the page an article."""
        kinds = (str(node.get("@type", "")) for node in self.linked)
        return self.named.get("og:type") == "article" or any(_CUES["text"].search(kind) for kind in kinds)

    @property
    def metered(self) -> bool:
        """Whether it says that not everybody may read all of it."""
        told = [node for node in self.linked if "isAccessibleForFree" in node]
        texts = [node for node in told if _CUES["text"].search(str(node.get("@type", "")))]
        stated = [node.get("isAccessibleForFree") for node in texts or told]
        said = (self.named.get("article:content_tier") or "").lower()
        return any(value is False or str(value).lower() == "false" for value in stated) or said in ("locked", "metered")


def head_of(tree: LexborHTMLParser) -> Head:
    named: dict[str, str] = {}
    refresh = ""
    for tag in tree.css("meta"):
        given = tag.attributes
        name = (given.get("property") or given.get("name") or given.get("itemprop") or "").lower()
        if name:
            said = squeeze(html.unescape(clean((given.get("content") or "")[:2000])))[:500]
            again = name == "citation_author" and named.get(name)
            if not again:
                named.setdefault(name, said)
            elif said not in again.split("; "):  # papers name each author in a tag of its own
                named[name] = f"{again}; {said}"[:200]
        elif (given.get("http-equiv") or "").lower() == "refresh" and not refresh:
            refresh = _refresh(given.get("content") or "")
    title = next((node for node in tree.css("title")[:3] if node.parent is not None and node.parent.tag != "svg"), None)
    root, address = tree.root, tree.css_first("link[rel='canonical']")
    return Head(
        named=named,
        linked=sorted(_linked_data(tree), key=lambda node: not is_article(node)),
        title=squeeze(clean(title.text()))[:1000] if title is not None else "",
        language=((root.attributes.get("lang") if root is not None else "") or "").lower()[:20],
        canonical=((address.attributes.get("href") if address is not None else "") or "").strip()[:2048],
        refresh=refresh,
    )


def _refresh(content: str) -> str:
    """The address of a refresh within ten seconds."""
    found = _REFRESH.match(content[:4096])
    return found[2] if found and int(found[1]) <= 10 else ""


def is_article(node: Described) -> bool:
    return bool(_CUES["article"].search(str(node.get("@type", ""))))


def _linked_data(tree: LexborHTMLParser) -> Iterator[Described]:
    """The objects of a page's JSON-LD, at most MOST_NODES; what cannot be read is nobody's word."""
    nodes: list[Any] = []
    for script in tree.css("script[type='application/ld+json']")[:MOST_NODES]:
        try:
            nodes.append(json.loads(_AROUND_JSON.sub("", script.text() or "").strip(), strict=False))
        except (ValueError, RecursionError):
            continue
    for place in range(MOST_NODES):
        if place >= len(nodes):
            return
        node = nodes[place]
        if isinstance(node, list):
            nodes.extend(node[:MOST_NODES])
        elif isinstance(node, dict):
            graph = node.get("@graph")
            nodes.extend(graph[:MOST_NODES] if isinstance(graph, list) else [])
            nodes.extend(node[key] for key in ("mainEntity", "mainEntityOfPage") if isinstance(node.get(key), dict))
            yield node


# -- headline ---------------------------------------------------------------------------------------------------------


def headline_of(head: Head, tops: Sequence[str], url: str) -> str:
    """The page's own headline, without the name of its site.

    Args:
        tops: the texts of its `h1`.
    """
    tops = [top for top in tops if 4 <= len(top) <= MAX_TITLE_CHARS or (len(top) >= 2 and not top.isascii())]
    for stated in (head.headline, head.title):
        for top in tops:
            if folded(stated).startswith(folded(top)):
                return top
    for stated in (head.headline, head.title):
        if stated:
            return _without_site(stated[:MAX_TITLE_CHARS].strip(), head.site, url)
    return tops[0] if tops else ""


def _without_site(title: str, site: str, url: str) -> str:
    """`title` without ` | Site`, ` - Site`, `_站点` at its end, as often as they come."""
    title = _CUES["number"].sub("", title)
    if site and title.startswith(site) and (parted := _PARTED.match(title, len(site))):
        title = title[parted.end() :].strip() or title
    labels = [label.replace("-", "") for label in host(url).split(".")[:-1] if len(label) > 2]
    while cuts := list(_SEPARATOR.finditer(title)):
        if (bare := _CUES["site_name"].sub("", title)) and bare != title:
            title = bare
            continue
        before, tail = title[: cuts[-1].start()].strip(), title[cuts[-1].end() :].strip()
        named = folded(tail) == folded(site) or any(label in folded(tail) for label in labels)
        loose = cuts[-1].group().strip() in ("|", "_", "｜") and len(tail) < len(before) / 2
        if not before or not (named or loose):
            break
        title = before
    return _CUES["site_name"].sub("", title) or title


def folded(text: str) -> str:
    """What two spellings of a title have in common: its letters and digits."""
    return re.sub(r"\W+", "", text).lower()


# -- author -----------------------------------------------------------------------------------------------------------


def author_of(head: Head, tree: LexborHTMLParser, lines: Iterable[str] = ()) -> str:
    """Who wrote it: as JSON-LD says, then the head, the marks of its body, a line; several parted by `; `. Empty for nobody.

    Args:
        lines: the first of its text.
    """
    for node in head.linked:
        if is_article(node) and (names := _names_of(node.get("author"))):
            return "; ".join(names)[:200]
    for key in _AUTHOR_KEYS:
        if name := _person(head.named.get(key, ""), 200):
            return name
    for place in _AUTHOR_PLACES.strip().split("\n"):
        for element in tree.css(place)[:3]:
            if not _among_comments(element) and (name := _person(element.text(deep=True)[:500], MAX_NAME_CHARS)):
                return name
    signed = (_CUES["signed"].search(line) for line in lines if len(line) <= MOST_SIGNED)
    return next((name for found in signed if found and (name := _person(found["name"], MAX_NAME_CHARS))), "")


def _among_comments(element: LexborNode) -> bool:
    """Whether it stands in the comments on a page, told by names around it that do not hold the headline."""
    above = element.parent
    for _ in range(MOST_AROUND):
        if above is None or above.tag in ("body", "html"):
            return False
        names = f"{above.attributes.get('class') or ''} {above.attributes.get('id') or ''}"[:400]
        if _CUES["comments"].search(names):
            return above.css_first("h1") is None
        above = above.parent
    return False


def _names_of(stated: Any) -> list[str]:
    """The names in JSON-LD's `author`: a text, an object, or several."""
    found: list[str] = []
    for one in (stated if isinstance(stated, list) else [stated])[:20]:
        name = one.get("name") if isinstance(one, dict) else one
        name = name[0] if isinstance(name, list) and name else name
        if isinstance(name, str) and (person := _person(name, 200)) and person not in found:
            found.append(person)
    return found


def _person(text: str, longest: int) -> str:
    """A name without what stands around it; empty where it is an address, an account or a sentence."""
    name = squeeze(clean(html.unescape(text)))
    name = _CUES["before_name"].sub("", name)
    name = _CUES["behind_name"].split(name, maxsplit=1)[0].strip(" ,;:|·•-–—/")
    wrong = (
        name.startswith(("http", "@", "/", "www.")) or not re.search(r"[^\W\d_]{2}", name) or bool(_CUES["no_name"].fullmatch(name))
    )
    return "" if wrong or len(name) > longest else name
