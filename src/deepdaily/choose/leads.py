"""Which page of a story leads it: the maker's before the reports, and what came into another product or a manual after them.

Where only reports tell it, one of their links, or a search's result, may be the maker's page, and the page read there the lead.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from deepdaily.core.actors import PLATFORMS, arrives_elsewhere, by_actor, is_manual, names_owner
from deepdaily.core.lexicon import LABS, MODEL, ROUNDUP
from deepdaily.core.quantities import with_unit
from deepdaily.core.text import CJK, COMMON, names, squeeze
from deepdaily.core.types import NO_STRUCTURE, Document, Offer, Story, Structure
from deepdaily.core.urls import canonical, domain, page_key, site_root, sponsored_link
from deepdaily.memory.launches import launch

_RUN = re.compile(rf"[^\W{CJK}]+|[{CJK}]+")
"""A word, or Chinese without a break: `OpenAI发布` is two."""

MOST_LINKS = 400
"""Links of a report that are looked at."""

LEAST_WORDS, LEAST_FIGURES = 2, 2
"""Words of the report's title that a link's address and words share with it, and figures that two texts of one event share where no
version does: one alone is a name or a year."""

MOST_ASKED = 100
"""Characters of a search's query."""

LOOKED_AT = 8_000
"""Characters of two texts in which figures are compared."""

EVENT_S = 3 * 86_400.0
"""Pages of one event appear within so many seconds."""

LATEST_S = 30 * 86_400.0
"""A dated page that its event's page links to is of the event unless it is so many seconds older: then it is what came before."""


def lead_order(document: Document) -> tuple[bool, bool, int, float, str]:
    """A key by which the lead sorts first.

    Read pages before teasers, reports before round-ups; then the maker's page, reports, pages that tell an arrival elsewhere (those
    of the place itself first), manuals; then the newest, then the URL.
    """
    published = document.published_at.timestamp() if document.published_at else 0.0
    return (document.partial, bool(ROUNDUP.search(document.title)), _part(document), -published, document.url)


def _part(document: Document) -> int:
    if is_manual(document.url):
        return 4
    own = by_actor(document.url, document.title)
    if arrives_elsewhere(document.title):
        return 2 if own else 3
    return 0 if own else 1


def makers_link(story: Story, structures: Mapping[str, Structure], told: Collection[str] = ()) -> str:
    """The link of the story's reports that is most likely the maker's own page of it; empty where none is, or none is needed.

    It is a deep link of a site whose owner the lead's title names, no manual and nothing paid; no page of `told` (page keys).
    """
    if not lacks_maker(story):
        return ""
    seen = {page_key(one.url) for one in story.documents} | set(told)
    wanted, found = _words(story.lead.title), dict[str, tuple[int, int]]()
    for link in (link for one in story.documents for link in structures.get(one.id, NO_STRUCTURE).links[:MOST_LINKS]):
        if _leads_to_maker(link.url, story.lead.title) and page_key(link.url) not in seen:
            path = _words(urlsplit(link.url).path)
            shared = wanted & (_words(link.words) | path)
            if len(shared) >= LEAST_WORDS:
                found.setdefault(canonical(link.url), (len(wanted & path), len(shared)))
    return max(found, key=lambda url: found[url], default="")


def own_link(story: Story, structures: Mapping[str, Structure], told: Collection[str] = ()) -> str:
    """The link of the lead that is most likely another page of its own event (notes, card, paper, manual); empty where none is.

    Its address and words share names with the lead's title, which is the maker's; no page of `told` (page keys), nothing paid, no
    site's first page.
    """
    if lacks_maker(story):
        return ""
    seen = {page_key(one.url) for one in story.documents} | set(told)
    wanted, found = _words(story.lead.title), dict[str, int]()
    for link in structures.get(story.lead.id, NO_STRUCTURE).links[:MOST_LINKS]:
        shared = wanted & (_words(link.words) | _words(urlsplit(link.url).path))
        if len(shared) >= LEAST_WORDS and _is_deep(link.url) and page_key(link.url) not in seen:
            found.setdefault(canonical(link.url), len(shared))
    return max(found, key=lambda url: found[url], default="")


def with_own(story: Story, page: Document) -> Story:
    """The story with `page` behind what tells it, if that is of the same thing; else the story as it is.

    It shares names with the lead's title, is of no other version, and is not older than LATEST_S before it.
    """
    mine, theirs = launch(story.lead.title), launch(page.title)
    named = _words(story.lead.title) & _words(page.title)
    other = mine.lines and theirs.lines and not mine.lines & theirs.lines
    first, last = page.published_at, story.lead.published_at
    old = first is not None and last is not None and (last - first).total_seconds() > LATEST_S
    fits = not page.partial and len(named) >= LEAST_WORDS and not other and not old
    return replace(story, documents=(*story.documents, page)) if fits else story


def lacks_maker(story: Story) -> bool:
    """Whether only reports tell it; an arrival elsewhere is not its maker's event."""
    return not (by_actor(story.lead.url, story.lead.title) or arrives_elsewhere(story.lead.title))


def makers_query(story: Story) -> str:
    """What a search is asked for the maker's page of a story: the makers, names and models of its title, each word once.

    A title without any is asked as it is where it tells that something came out; else empty.
    """
    title = story.lead.title
    named = [*(one.group() for one in LABS.finditer(title)), *names(title), *(one.group() for one in MODEL.finditer(title))]
    if not named:
        return squeeze(title)[:MOST_ASKED] if launch(title).act == "out" else ""
    words = dict.fromkeys(" ".join(named)[:MOST_ASKED].split())
    return " ".join(word for word in words if not any(word != other and word in other for other in words))


def makers_result(story: Story, results: Sequence[Offer], told: Collection[str] = ()) -> str:
    """The first of a search's results, best first, that may be the maker's page like a link of `makers_link`; empty where none may.

    One that names other versions only is another event's.
    """
    title, seen = story.lead.title, {page_key(one.url) for one in story.documents} | set(told)
    mine = launch(title).lines
    for one in results:
        theirs = launch(one.title).lines
        if _leads_to_maker(one.url, title) and page_key(one.url) not in seen and not (mine and theirs and not mine & theirs):
            return one.url
    return ""


def _leads_to_maker(url: str, title: str) -> bool:
    return _is_deep(url) and not is_manual(url) and domain(url) not in PLATFORMS and names_owner(url, title)


def _is_deep(url: str) -> bool:
    """Whether it is the address of a page of its own that nobody paid for."""
    try:
        canonical(url)
    except ValueError:  # a report may link to anything
        return False
    return not (site_root(url) or sponsored_link(url))


def _words(text: str) -> set[str]:
    return {word for word in _RUN.findall(text.casefold()) if len(word) > 1 and word not in COMMON}


def with_lead(story: Story, page: Document) -> Story:
    """The story led by `page`, if that is its maker's page of the same event; else the story as it is."""
    same = by_actor(page.url, page.title) and not page.partial and _one_event(story.documents, page)
    return replace(story, documents=(page, *story.documents)) if same else story


def _one_event(reports: Sequence[Document], page: Document) -> bool:
    """Whether one of the reports shares names with the page, and a version or figures, and both are of the same days."""
    theirs = launch(page.title)
    shown = figures(page)
    for one in reports:
        mine = launch(one.title)
        named = names_owner(page.url, one.title) or bool(
            mine.names & (theirs.names | theirs.perhaps | _words(page.text[:LOOKED_AT]))
        )
        versions = mine.lines & theirs.lines
        if named and _same_days(one, page) and (versions or len(figures(one) & shown) >= LEAST_FIGURES):
            return not (mine.lines and theirs.lines and not versions)
    return False


def figures(document: Document) -> set[tuple[str, str]]:
    """Figures with a unit in the beginning of a text, each with it."""
    return {(str(one.value), one.unit) for one in with_unit(document.text[:LOOKED_AT])}


def _same_days(left: Document, right: Document) -> bool:
    if left.published_at is None or right.published_at is None:
        return False
    return abs((left.published_at - right.published_at).total_seconds()) <= EVENT_S
