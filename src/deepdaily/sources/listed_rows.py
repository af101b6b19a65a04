"""What lists of an API or a page have in common: rows to offers and carried texts, and several requests as one source."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deepdaily.core.errors import FetchError, QuotaSpent, RateLimited, SourceError
from deepdaily.core.text import clean, language_of, sentences, squeeze
from deepdaily.core.types import (
    Document,
    Harvest,
    Loss,
    Offer,
    Snapshot,
    SourceHealth,
    SourceKind,
    SourceState,
    Votes,
    Window,
    document_id,
)
from deepdaily.core.urls import canonical
from deepdaily.read.extract import with_title
from deepdaily.sources.offering import offer

AT_ONCE = 2
"""Requests of one source in flight: as many as the fetcher sends to one host."""

MOST_LOSSES = 2_000
"""As many as of a feed."""

MAX_TITLE_CHARS, MAX_TEXT_CHARS = 300, 200_000


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One thing that an answer lists, in the answer's words."""

    link: str
    title: str
    at: datetime | None = None
    text: str = ""
    """All that it says itself, one block a line, without its title; empty where it is only a link."""
    id: str = ""
    """Its name in the answer; needed where it has a text."""
    named: str = ""
    """What it is offered as, where the title alone does not say; empty for the title."""
    teaser: str = ""
    author: str = ""
    votes: int | None = None
    written_at: datetime | None = None
    """When its text was written, where that is earlier than `at`."""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class PartFound:
    """What one request of a source gave; `note` is for its health."""

    offers: tuple[Offer, ...] = ()
    documents: tuple[Document, ...] = ()
    losses: tuple[Loss, ...] = ()
    note: str = ""
    newest: datetime | None = None
    moved_to: str = ""
    """Where its address leads for good; empty where it stays."""


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A source as its rows need it."""

    source: str
    kind: SourceKind
    site: str
    """Whose votes they are; empty where it counts none."""
    reader: str
    """The extractor of its texts."""


def found(rows: Sequence[ListedRow], place: ListPlace, window: Window, snapshot: Snapshot, most: int) -> PartFound:
    """The first `most` rows that can be offered, in their order, and the texts they carry; what else has an address is a loss."""
    offers: dict[str, Offer] = {}
    documents: list[Document] = []
    losses: list[Loss] = []
    for row in rows:
        made = _offered(row, place, window)
        reason = _why_not(row, made, offers, window, most)
        if made and not reason:
            offers[made.url] = made
            documents += [carried(made, row, place, snapshot)] if row.text else []
        elif url := made.url if made else address(row.link):
            losses.append(Loss(url, "collect", reason))
    newest = max((row.at for row in rows if row.at and row.at <= window.now), default=None)
    moved_to = snapshot.moved_to
    return PartFound(tuple(offers.values()), tuple(documents), tuple(losses[:MOST_LOSSES]), newest=newest, moved_to=moved_to)


def moved_for_good(address: str) -> str:
    """What a person is told of a place that has moved."""
    return f"moved for good to {address[:200]}"


def _offered(row: ListedRow, place: ListPlace, window: Window) -> Offer | None:
    votes = Votes(place.site, row.votes) if place.site and row.votes is not None else None
    teaser = row.teaser or row.text
    return offer(place.source, row.link, row.named or row.title, window, published_at=row.at, teaser=teaser, votes=votes)


def _why_not(row: ListedRow, made: Offer | None, taken: Mapping[str, Offer], window: Window, most: int) -> str:
    """Why a row is not offered, for a person; empty where it is."""
    if row.at and row.at < window.since:
        return f"outside the window, dated {row.at:%Y-%m-%d}"
    if made is None:
        return "its source gives it no title"
    if made.url in taken:
        return "another row of its source leads to the same page"
    return f"after the first {most} of its source" if len(taken) >= most else ""


def address(link: str) -> str:
    """The canonical address; empty where it is none."""
    try:
        return canonical(link) if link else ""
    except ValueError:
        return ""


def carried(made: Offer, row: ListedRow, place: ListPlace, snapshot: Snapshot) -> Document:
    """The text of a row, under its title as the answer has it."""
    text = with_title(row.title, row.text)
    return Document(
        id=document_id(made.url, row.id, text),
        url=made.url,
        snapshot=snapshot.digest,
        locator=row.id or made.url,
        title=made.title,
        text=text,
        language=language_of(text),
        extractor=place.reader,
        fetched_at=snapshot.fetched_at,
        partial=row.partial,
        author=row.author,
        published_at=row.written_at or made.published_at,
    )


def line(value: Any, longest: int = MAX_TITLE_CHARS) -> str:
    """A value of an answer as one line; empty where it is no text."""
    return squeeze(clean(value[: 4 * longest]))[:longest] if isinstance(value, str) else ""


def count(value: Any) -> int | None:
    """A value of an answer as a number of votes, at least 0; None where it is none."""
    return max(value, 0) if isinstance(value, int) and not isinstance(value, bool) else None


def when(value: Any) -> datetime | None:
    """A moment of an answer, as ISO 8601 with its zone (UTC where it has none); None where it is none."""
    try:
        told = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        at = (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC) if told else None
    except (ValueError, OverflowError):
        return None
    return at if at and 1995 <= at.year <= 2100 else None


def titled(text: str) -> tuple[str, str]:
    """The title of a post that has none, and the rest: its first line, of a long one the first sentence. Not a word is changed."""
    first, _, rest = text.strip().partition("\n")
    if len(first) <= MAX_TITLE_CHARS // 2:
        return first, rest
    head = next((one.text for one in sentences(first)), first)
    if len(head) > MAX_TITLE_CHARS:
        head = head[:MAX_TITLE_CHARS].rpartition(" ")[0] or head[:MAX_TITLE_CHARS]
    behind = first[len(head) :].strip() if first.startswith(head) else first
    return head, "\n".join(filter(None, (behind, rest)))


async def as_one(
    source: str, kind: SourceKind, parts: Mapping[str, Callable[[], Awaitable[PartFound]]], *, empty: str = ""
) -> Harvest:
    """Several requests as one source, AT_ONCE at a time. One that fails costs only itself, and is told.

    After a refusal for want of quota or for haste nobody else is asked. `empty` is said where nothing is offered.

    Raises:
        SourceError, FetchError: every part failed; the error is the first one's.
    """
    gate, stopped = asyncio.Semaphore(AT_ONCE), list[SourceError]()

    async def one(part: Callable[[], Awaitable[PartFound]]) -> PartFound | SourceError | FetchError:
        async with gate:
            if stopped:
                return stopped[0]
            try:
                return await part()
            except (SourceError, FetchError) as error:
                stopped.extend([error] if isinstance(error, QuotaSpent | RateLimited) else [])
                return error

    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(one(part)) for name, part in parts.items()}
    results = {name: task.result() for name, task in tasks.items()}
    failed = {name: result for name, result in results.items() if not isinstance(result, PartFound)}
    if results and len(failed) == len(results):
        raise stopped[0] if stopped else next(iter(failed.values()))
    return _joined(source, kind, [one for one in results.values() if isinstance(one, PartFound)], _told(failed), empty)


def _told(failed: Mapping[str, SourceError | FetchError]) -> list[str]:
    """What failed, parts that failed alike in one."""
    alike: dict[str, list[str]] = {}
    for name, error in failed.items():
        alike.setdefault(error.advised, []).append(name)
    return [f"{', '.join(names[:3])}{f' and {len(names) - 3} more' * (len(names) > 3)}: {said}" for said, names in alike.items()]


def _joined(source: str, kind: SourceKind, given: Sequence[PartFound], told: Sequence[str], empty: str) -> Harvest:
    offers: dict[str, Offer] = {}
    for made in (made for part in given for made in part.offers):
        known = offers.get(made.url)
        if known is None or (made.votes and (not known.votes or made.votes.n > known.votes.n)):
            offers[made.url] = made
    texts = {text.url: text for part in reversed(given) for text in part.documents}
    moved = [part.moved_to for part in given if part.moved_to]
    told = [*told, *(part.note for part in given), *map(moved_for_good, moved)]
    notes = dict.fromkeys(filter(None, [*told, "" if offers else empty]))
    newest = max((part.newest for part in given if part.newest), default=None)
    state: SourceState = "ok" if offers else "empty"
    moved_to = moved[0] if moved else ""
    health = SourceHealth(source, kind, state, len(offers), "; ".join(notes), moved_to=moved_to, newest=newest)
    losses = [loss for part in given for loss in part.losses if loss.url not in offers]
    return Harvest(health, tuple(offers.values()), tuple(texts.values()), tuple(losses[:MOST_LOSSES]))
