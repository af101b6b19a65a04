"""Candidates to documents: the page itself where it can be read, else what its feed carried."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from deepdaily.core.errors import DeepdailyError, FetchError, Forwarded
from deepdaily.core.text import COMMON, shorten, squeeze, tokens
from deepdaily.core.types import Candidate, Document, Loss, Snapshot, Window, document_id
from deepdaily.core.urls import canonical, host, page_key, site_root
from deepdaily.engine import Engine
from deepdaily.read.composed import absolute
from deepdaily.read.drawing import Drawer
from deepdaily.read.extract import Extracted, PageBytes, page
from deepdaily.read.fetch import Fetcher
from deepdaily.read.twins import READERS, twins_of
from deepdaily.read.walls import SCRIPTED
from deepdaily.store import Reading, Store

PAGE_WALL_S, PAGE_MEMORY_MB = 15.0, 1024
"""What one page may cost its worker; a 300,000-cell table did not end in 45 s."""

MOST_PAGES = 400
"""Pages read a rung, most promising first: at two a host and 16 at once, about two minutes of the real web."""

SPONSORED = "sponsored"
"""The reason of a page that was paid for: its teaser is not printed either."""

DATE_SLACK = timedelta(days=2)
"""A page's own date is often only a day, and often a guess."""

_GATE = re.compile(
    r"(?:^|[/.?=&_-])(?:consent|log-?in|sign-?in|sso|auth|oauth2?|gdpr|cookies?|captcha|verify|passport|paywall)(?:$|[/.?=&_-])",
    re.I,
)
_OWN_GATE = re.compile(
    r"/(?:consent|log-?in|sign-?in|sso|auth|captcha|verify|passport|unhuman|40[34]|not-?found|page-?gone|error)(?:\.\w{2,5})?/?",
    re.I,
)
"""The whole path, or its end: at its own site an article may be called so in part."""


@dataclass(slots=True)
class Readings:
    """Documents by candidate URL, and why the other candidates have none."""

    documents: dict[str, Document] = field(default_factory=dict)
    losses: dict[str, Loss] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pages:
    """Reads candidates; what it read in this slot before is answered from the store."""

    store: Store
    fetcher: Fetcher
    engine: Engine
    carried: Mapping[str, Document]
    """Texts that feeds carried, by page key."""
    drawer: Drawer | None = None
    """Draws what scripts fill in; None: nothing is drawn."""
    feeds: Collection[str] = ()
    """Names of the sources that are feeds: what they offer may be drawn, and nothing else."""

    async def read(
        self, candidates: Sequence[Candidate], window: Window, *, wall_s: float, on_done: Callable[[], None]
    ) -> Readings:
        """Read the first MOST_PAGES candidates; when the time is up, what is read is handed over."""
        readings, before = Readings(), self.store.readings(window.slot.key)

        async def one(candidate: Candidate) -> None:
            await self._one(candidate, window, readings, before.get(candidate.url))
            on_done()

        with suppress(TimeoutError):
            async with asyncio.timeout(wall_s), asyncio.TaskGroup() as group:
                for candidate in candidates[:MOST_PAGES]:
                    group.create_task(one(candidate))
        self.store.flush()
        for place, candidate in enumerate(candidates):
            if candidate.url not in readings.documents:
                reason = "time was up" if place < MOST_PAGES else "past the most promising pages of the run"
                readings.losses.setdefault(candidate.url, Loss(candidate.url, "read", f"not read: {reason}"))
        return readings

    async def _one(self, candidate: Candidate, window: Window, readings: Readings, before: Reading | None) -> None:
        carried = self.carried.get(page_key(candidate.url))
        if carried is not None and not carried.partial:
            readings.documents[candidate.url] = carried
            return
        found = await self._page(candidate, window.slot.key, before)
        if isinstance(found, Document) and _stale(found, candidate, window):
            day = found.published_at.date() if found.published_at else ""
            readings.losses[candidate.url] = Loss(candidate.url, "read", f"the page is dated {day}, before the window")
        elif isinstance(found, Document):
            readings.documents[candidate.url] = found
        elif carried is not None and found != SPONSORED:
            readings.documents[candidate.url] = carried
            readings.losses[candidate.url] = Loss(candidate.url, "read", f"only its teaser: {found}")
        else:
            readings.losses[candidate.url] = Loss(candidate.url, "read", found)

    async def _page(self, candidate: Candidate, slot: str, before: Reading | None) -> Document | str:
        """The page's document, or in a sentence why there is none; `before` is how it was read in this slot already."""
        if before is not None:
            return self.store.documents([before.document])[before.document] if before.document else before.reason
        found = await self._told(candidate, candidate.url)
        for twin in twins_of(candidate.url) if isinstance(found, str) and found != SPONSORED else ():
            other = await self._told(candidate, twin)
            if isinstance(other, Document):
                found = other
                break
        if isinstance(found, str) and found.startswith(SCRIPTED) and self._may_be_drawn(candidate):
            found = await self._drawn(candidate, found)
        return self.store.keep_reading(slot, candidate.url, found)

    def _may_be_drawn(self, candidate: Candidate) -> bool:
        return self.drawer is not None and any(offer.source in self.feeds for offer in candidate.offers)

    async def _drawn(self, candidate: Candidate, unread: str) -> Document | str:
        """The page as its scripts fill it in; where it cannot be drawn, why it was not read and not drawn."""
        assert self.drawer is not None
        try:
            body = await self.drawer.drawn(candidate.url)
            snapshot = self.fetcher.received(candidate.url, "text/html; charset=utf-8", body)
        except FetchError as error:
            return f"{unread}; {error.advised}"
        outcome = await self._extracted(snapshot)
        if isinstance(outcome, DeepdailyError):
            return f"{outcome} (drawn)"
        found = _document(candidate, snapshot, outcome, is_twin=False)
        return replace(found, extractor=f"{found.extractor} drawn") if isinstance(found, Document) else found

    async def _told(self, candidate: Candidate, url: str) -> Document | str:
        """What is said at `url`, or in a sentence why nothing is."""
        try:
            return await self._fetched(candidate, url)
        except (FetchError, Forwarded) as error:
            return str(error)

    async def _fetched(self, candidate: Candidate, url: str) -> Document | str:
        """What the page, or its twin at `url`, says; where it only sends its readers elsewhere, what is said there, once.

        Raises:
            FetchError, or Forwarded a second time.
        """
        snapshot = await self.fetcher.get(url, robots=host(url) not in READERS)
        outcome = await self._extracted(snapshot)
        if isinstance(outcome, Forwarded) and (there := absolute(outcome.to, snapshot.final_url)):
            snapshot = await self.fetcher.get(there, robots=True)
            outcome = await self._extracted(snapshot)
        if isinstance(outcome, Extracted) and outcome.whole_at:
            snapshot, outcome = await self._whole(snapshot, outcome)
        if isinstance(outcome, DeepdailyError):
            return str(outcome)
        found = _document(candidate, snapshot, outcome, is_twin=url != candidate.url)
        if isinstance(found, Document):
            self.store.keep_structure(found.id, outcome.structure)
        return found

    async def _whole(self, snapshot: Snapshot, part: Extracted) -> tuple[Snapshot, Extracted]:
        """All of a page that is cut into parts, where that can be read and is longer; else the part."""
        with suppress(FetchError):  # the part stands, and says that it is one
            whole = await self.fetcher.get(part.whole_at, robots=True)
            outcome = await self._extracted(whole)
            if isinstance(outcome, Extracted) and len(outcome.text) > len(part.text):
                return whole, outcome
        return snapshot, part

    async def _extracted(self, snapshot: Snapshot) -> Extracted | DeepdailyError:
        body = self.fetcher.body(snapshot)
        given = PageBytes(snapshot.final_url, snapshot.media_type, body)
        (outcome,) = await self.engine.map(page, [given], wall_s=PAGE_WALL_S, memory_mb=PAGE_MEMORY_MB)
        return outcome


def _document(candidate: Candidate, snapshot: Snapshot, extracted: Extracted, *, is_twin: bool) -> Document | str:
    if extracted.sponsored:
        return SPONSORED
    if not extracted.title:
        return "the page has no headline"
    if not is_twin and (stranger := not_the_article(candidate, snapshot.final_url, extracted)):
        return stranger
    url = candidate.url if is_twin else _address(candidate.url, snapshot.final_url, extracted.canonical)
    return Document(
        id=document_id(url, "", extracted.text),
        url=url,
        snapshot=snapshot.digest,
        locator="",
        title=squeeze(extracted.title),
        text=extracted.text,
        language=extracted.language,
        extractor=extracted.extractor,
        fetched_at=snapshot.fetched_at,
        partial=extracted.partial,
        author=extracted.author,
        published_at=candidate.published_at or extracted.published_at,
        pages=extracted.pages,
    )


def _address(asked: str, answered: str, named: str) -> str:
    """Where the page is, canonical: where its answer came from; behind a redirector what the page calls itself."""
    try:
        final = canonical(answered)
        if page_key(final) == page_key(asked):
            return asked
        return canonical(named) if named and host(final) != host(asked) else final
    except ValueError:
        return asked


def not_the_article(candidate: Candidate, answered: str, extracted: Extracted) -> str:
    """Why a page is not the one that was offered, by two of three signs; empty where it may be.

    A title alone may have been changed, a front page may be what was offered, and an article may be about cookies.
    """
    signs = []
    listing = _led_up(candidate.url, answered)
    if listing or _led_astray(candidate.url, answered):
        signs.append(f"the answer came from {answered[:100]}")
    if not _akin(extracted.title, candidate, closely=listing):
        signs.append(f"its title “{shorten(squeeze(extracted.title), 60)}” shares no word with what was offered")
    if extracted.notice:
        signs.append("most of it speaks of consent, or of a text that is gone")
    return f"not the article: {'; '.join(signs)}" if len(signs) > 1 else ""


def _led_up(asked: str, answered: str) -> bool:
    """Whether a link to a page ended at a site's front page, or at the list that it stood in."""
    if site_root(asked):
        return False
    ours, theirs = urlsplit(asked).path.rstrip("/"), urlsplit(answered).path.rstrip("/")
    up = host(asked) == host(answered) and ours != theirs and ours.startswith(f"{theirs}/")
    return site_root(answered) or up


def _led_astray(asked: str, answered: str) -> bool:
    """Whether a link to a page ended at somebody's login or consent, or at a page that says there is none."""
    if host(asked) != host(answered):
        return bool(_GATE.search(answered.partition("://")[2]))
    place = urlsplit(answered).path
    return place != urlsplit(asked).path and bool(_OWN_GATE.fullmatch(place[place.rstrip("/").rfind("/") :]))


def _akin(title: str, candidate: Candidate, *, closely: bool) -> bool:
    """Whether a title has a word of content in common with one of the offers', `closely` half of that one's; where one of them has
    none, nobody knows."""
    ours = _content(title)
    theirs = [content for offer in candidate.offers if (content := _content(offer.title))]
    if not ours or not theirs:
        return True
    return any(2 * len(ours & one) >= len(one) if closely else ours & one for one in theirs)


def _content(title: str) -> set[str]:
    return {token for token in tokens(title) if token not in COMMON}


def _stale(document: Document, candidate: Candidate, window: Window) -> bool:
    """An undated candidate (a search hit, a link on a front page) whose page is dated before the window."""
    return candidate.published_at is None and older(document.published_at, window.since - DATE_SLACK)


def older(published_at: datetime | None, than: datetime) -> bool:
    return published_at is not None and published_at < than
