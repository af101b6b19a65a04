"""arXiv: what its categories announce on a day, or what a query finds, each paper with its abstract.

The listing is https://info.arxiv.org/help/rss_specifications.html, the search https://info.arxiv.org/help/api/user-manual.html.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from lxml import etree

from deepdaily.core.errors import BadStatus, FetchError, RateLimited, SourceError
from deepdaily.core.types import Harvest, Snapshot, SourceHealth, SourceKind, Window
from deepdaily.sources.feed_body import refuse_traps
from deepdaily.sources.listed_rows import ListedRow, ListPlace, PartFound, found, line, moved_for_good, when
from deepdaily.sources.offering import parsed

if TYPE_CHECKING:  # a worker that reads an answer passes here
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

LISTING, SEARCH = "https://rss.arxiv.org/atom/", "https://export.arxiv.org/api/query?"
MOST_PAPERS, PER_REQUEST = 2_000, 200
"""A listing ends at 2,000; a search is asked for so many at a time, until they are older than the window."""

AUTHOR_CHARS, ABSTRACT_CHARS = 200, 20_000

Announced = Literal["new", "cross", "replace", "replace-cross"]

_ATOM, _DC, _OURS = "{http://www.w3.org/2005/Atom}", "{http://purl.org/dc/elements/1.1/}", "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_LEAD = re.compile(r"arXiv:\S{1,40}\s+Announce Type:\s+(\S{1,20})\s+Abstract:\s*", re.IGNORECASE)
_NUMBER = re.compile(r"(?:/abs/|oai:arXiv\.org:)([^\s?#]{5,60}?)(v\d{1,3})?$")


@dataclass(frozen=True, slots=True)
class Paper:
    """One entry: `announced` is how, and empty in an answer of the search."""

    row: ListedRow
    announced: str


@dataclass(frozen=True, slots=True)
class Papers:
    """One answer, in its order; `total` is how many a search has in all."""

    papers: tuple[Paper, ...]
    total: int


def parse_arxiv(body: bytes) -> Papers:
    """The papers of a listing or of an answer of the search, at most MOST_PAPERS; runs in a worker.

    One without title, number or date is left out; an entry of the listing without a date has that of the listing.

    Raises:
        SourceError: no Atom, or what the search says of a query that it does not understand.
    """
    refuse_traps(body)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError("the answer is no well-formed Atom") from error
    if root.tag != f"{_ATOM}feed":
        raise SourceError("the answer is no Atom feed")
    entries = root.findall(f"{_ATOM}entry")[:MOST_PAPERS]
    for entry in entries:
        if "/api/errors" in _text(entry, "id"):
            raise SourceError(f"arXiv says: {line(_text(entry, 'summary'))}", "mend `query`")
    updated = when(_text(root, "updated"))
    total = root.findtext(_TOTAL, "0").strip()
    papers = [paper for entry in entries if (paper := _paper(entry, updated))]
    return Papers(tuple(papers), int(total) if total.isdecimal() and len(total) < 10 else 0)


def _text(part: etree._Element, name: str) -> str:
    return str(part.findtext(f"{_ATOM}{name}", "") or "")


def _paper(entry: etree._Element, updated: datetime | None) -> Paper | None:
    named = next(filter(None, (_NUMBER.search(said.strip()) for said in _addresses(entry))), None)
    title, summary = line(_text(entry, "title")), line(_text(entry, "summary"), ABSTRACT_CHARS)
    at = when(_text(entry, "published")) or when(_text(entry, "updated")) or updated
    if named is None or not title or at is None:
        return None
    lead = _LEAD.match(summary)
    announced = line(entry.findtext(f"{_OURS}announce_type", "")) or (lead[1] if lead else "")
    names = [line(part.findtext(f"{_ATOM}name", "")) for part in entry.findall(f"{_ATOM}author")]
    names += [line(part.text) for part in entry.findall(f"{_DC}creator")]
    abstract = summary[lead.end() :] if lead else summary
    link = f"https://arxiv.org/abs/{named[1]}"
    author = ", ".join(filter(None, names))[:AUTHOR_CHARS]
    return Paper(ListedRow(link, title, at, abstract, named[1] + (named[2] or ""), author=author), announced.lower())


def _addresses(entry: etree._Element) -> list[str]:
    links = [str(part.get("href") or "") for part in entry.findall(f"{_ATOM}link")]
    return [_text(entry, "id"), *links]


@dataclass(frozen=True, slots=True)
class PapersWanted:
    """What is asked of arXiv: the listing of `categories`, or, with `by_search`, their papers that `query` finds."""

    categories: tuple[str, ...]
    query: str = ""
    by_search: bool = False
    announce: tuple[Announced, ...] = ("new",)
    """Of the listing."""
    most: int = 100


class Arxiv:
    """Papers as one source. The pace that arXiv asks for is the fetcher's (`read/host_pace`)."""

    kind: SourceKind = "arxiv"
    stands_in_for: tuple[str, ...] = ()

    def __init__(self, name: str, wanted: PapersWanted, fetcher: Fetcher, engine: Engine) -> None:
        self.name, self._wanted = name, wanted
        self._fetcher, self._engine = fetcher, engine
        self._place = ListPlace(name, self.kind, "", "arxiv/1")

    async def harvest(self, window: Window) -> Harvest:
        """Each paper's page at arXiv with its abstract: in the order of the listing, of a search the newest first.

        An empty listing is no failure: nothing is announced at weekends.

        Raises:
            RateLimited, SourceError, FetchError.
        """
        part = await (self._searched(window) if self._wanted.by_search else self._announced(window))
        state: Literal["ok", "empty"] = "ok" if part.offers else "empty"
        note = "; ".join(filter(None, (part.note, part.moved_to and moved_for_good(part.moved_to))))
        health = SourceHealth(self.name, self.kind, state, len(part.offers), note, moved_to=part.moved_to, newest=part.newest)
        return Harvest(health, part.offers, part.documents, part.losses)

    async def _announced(self, window: Window) -> PartFound:
        snapshot, papers = await self._asked(LISTING + "+".join(self._wanted.categories), conditional=True)
        rows = [paper.row for paper in papers.papers if paper.announced in self._wanted.announce]
        part = found(rows, self._place, window, snapshot, self._wanted.most)
        if part.offers:
            return part
        announced, wanted = len(papers.papers), ", ".join(self._wanted.announce)
        note = f"{announced} papers, none of them announced as {wanted}" if announced and not rows else ""
        note = note or "nothing in the window" * bool(announced)
        return replace(part, note=note or "an empty listing: arXiv announces nothing on Saturdays, Sundays and its holidays")

    async def _searched(self, window: Window) -> PartFound:
        """Page by page until one is older than the window, or there are enough."""
        parts: list[PartFound] = []
        most = self._wanted.most
        for start in range(0, most, PER_REQUEST):
            snapshot, papers = await self._asked(_search(self._wanted, start, min(PER_REQUEST, most - start)))
            if papers.total > start and not papers.papers:
                raise SourceError(f"arXiv says that it has {papers.total} papers, and gives none", "it may be well next time")
            rows = [paper.row for paper in papers.papers]
            parts.append(found(rows, self._place, window, snapshot, most))
            if len(rows) < PER_REQUEST or any(row.at and row.at < window.since for row in rows):
                break
        offers = {made.url: made for part in parts for made in part.offers}
        texts = {text.url: text for part in parts for text in part.documents}
        newest = max((part.newest for part in parts if part.newest), default=None)
        losses = tuple(loss for part in parts for loss in part.losses)
        note = "" if offers else "nothing in the window"
        moved_to = next((part.moved_to for part in parts if part.moved_to), "")
        return PartFound(tuple(offers.values()), tuple(texts.values()), losses, note, newest, moved_to)

    async def _asked(self, url: str, *, conditional: bool = False) -> tuple[Snapshot, Papers]:
        try:
            snapshot = await self._fetcher.get(url, conditional=conditional)
        except BadStatus as error:
            raise _refusal(error) from error
        return snapshot, await parsed(self._engine, parse_arxiv, self._fetcher.body(snapshot))


def _search(wanted: PapersWanted, start: int, most: int) -> str:
    among = " OR ".join(f"cat:{one}" for one in wanted.categories)
    both = [f"({one})" for one in (among, wanted.query) if one]
    asked = f"search_query={quote(' AND '.join(both), safe='')}&sortBy=submittedDate&sortOrder=descending"
    return f"{SEARCH}{asked}&start={start}&max_results={most}"


def _refusal(error: BadStatus) -> FetchError | SourceError:
    """What arXiv means: it answers 429 and 503 to haste, and 400 with words to a query that it does not understand."""
    if error.status in (429, 503):
        return RateLimited("arXiv asks to be asked more slowly", "it is asked again at the next run", error.retry_after_s)
    said = re.search(rb"<summary[^>]{0,80}>([^<]{1,300})", error.body)
    if error.status == 400 and said:
        return SourceError(f"arXiv says: {line(said[1].decode('utf-8', 'replace'))}", "mend `query`")
    return error


def listed_as(wanted: PapersWanted) -> str:
    """What is asked, for a person."""
    words: Sequence[str] = [*wanted.categories, *([wanted.query] if wanted.query else [])]
    return ", ".join(words)
