"""Newsletters in a mailbox: what they link to, with what they say of it. The mailbox is only read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from deepdaily.core.errors import FetchError, Unreachable
from deepdaily.core.types import Harvest, SourceHealth, SourceKind, Window
from deepdaily.sources.listed_rows import ListedRow, ListPlace, PartFound, as_one, found
from deepdaily.sources.mail_box import MAIL_BYTES, Mailbox, MailServer
from deepdaily.sources.mail_links import judged
from deepdaily.sources.mail_parts import MailHead, parse_heads
from deepdaily.sources.mail_stories import ReadMail, parse_mail
from deepdaily.sources.offering import parsed

if TYPE_CHECKING:
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

BOX_S, FOLLOW_S = 30.0, 20.0
"""For the mailbox, and for asking where links lead: together less than a source has."""

MOST_HOPS, MOST_FOLLOWED = 3, 120
"""Of one link from tracker to tracker, and links of one visit that are asked."""

LIMITS = (20.0, 512)
"""Seconds and megabytes for reading one mail."""


@dataclass(frozen=True, slots=True)
class MailsWanted:
    """Which mails are newsletters, and what is done with them."""

    senders: tuple[str, ...] = ()
    """Addresses or domains, in small letters; empty: what is sent to many at once and can be left."""
    most: int = 20
    """Newest newsletters that are read."""
    follow: bool = True
    """Whether links that only count a click are asked where they lead."""

    def takes(self, head: MailHead) -> bool:
        if not self.senders:
            return head.listed
        domain = head.sender.rpartition("@")[2]
        return any(head.sender == one or domain == one or ("@" not in one and domain.endswith(f".{one}")) for one in self.senders)


class Newsletters:
    """One folder of a mailbox as one source; a mail that cannot be read costs only itself.

    Args:
        mailbox: opens it anew; called once a harvest.
        box_s: for all that is asked of the mailbox together.
    """

    kind: SourceKind = "mail"
    stands_in_for: tuple[str, ...] = ()

    def __init__(
        self,
        name: str,
        server: MailServer,
        wanted: MailsWanted,
        mailbox: Callable[[], Mailbox],
        fetcher: Fetcher,
        engine: Engine,
        box_s: float = BOX_S,
    ) -> None:
        self.name, self._server, self._wanted, self._mailbox, self._box_s = name, server, wanted, mailbox, box_s
        self._fetcher, self._engine = fetcher, engine
        self._place = ListPlace(name, self.kind, "", "newsletter/1")

    async def harvest(self, window: Window) -> Harvest:
        """The pages that newsletters of the window link to, mail by mail from the newest; each with what is said of it as a part.

        Raises:
            SourceError, FetchError: the mailbox cannot be read, or none of its newsletters.
        """
        if not self._server.user or not (self._server.password or self._server.token):
            unset = "no name or password for the mailbox; set the variables that user_env and password_env name"
            return Harvest(SourceHealth(self.name, self.kind, "no-key", message=unset))
        mails, notes = await self._mails(window)
        opened = _Opened(self._fetcher, self._wanted.follow, asyncio.get_running_loop().time() + FOLLOW_S)
        parts = {_named(head): partial(self._one, head, raw, opened, window) for head, raw in mails}
        harvest = await as_one(self.name, self.kind, parts, empty="" if notes else "no newsletter in the window")
        message = "; ".join(filter(None, [*notes, harvest.health.message]))
        return replace(harvest, health=replace(harvest.health, message=message))

    async def _mails(self, window: Window) -> tuple[list[tuple[MailHead, bytes]], list[str]]:
        """The newsletters of the window, newest first, and what is to be told of others."""
        box = self._mailbox()
        try:
            async with asyncio.timeout(self._box_s):
                await asyncio.to_thread(box.open)
                rows = await asyncio.to_thread(box.listed, (window.since - timedelta(days=1)).date())
                heads = await parsed(self._engine, parse_heads, rows)
                inside = [head for head in heads if window.since <= head.at <= window.now + timedelta(hours=1)]
                news = [head for head in inside if self._wanted.takes(head)]
                small = [head for head in news if head.size_bytes <= MAIL_BYTES]
                raws = [(head, await asyncio.to_thread(box.whole, head.uid)) for head in small[: self._wanted.most]]
                await asyncio.to_thread(box.close)
        except TimeoutError:
            raise Unreachable(
                f"{self._server.host} did not give its mails within {self._box_s:g} s", "check host and port"
            ) from None
        finally:
            box.cut()
        whole = [(head, raw) for head, raw in raws if 0 < len(raw) <= MAIL_BYTES]
        large = len(news) - len(small) + len(raws) - len(whole)
        notes = [f"left out: {large} larger than {MAIL_BYTES >> 20} MB"] if large else []
        return whole, notes

    async def _one(self, head: MailHead, raw: bytes, opened: _Opened, window: Window) -> PartFound:
        mail = await parsed(self._engine, parse_mail, raw, limits=LIMITS)
        name = mail.name or f"uid-{head.uid}-{sha256(raw).hexdigest()[:16]}"
        kind = "text/html" if mail.is_html else "text/plain"
        shown = mail.shown.encode("utf-8", "replace")
        snapshot = self._fetcher.received(f"mid:{quote(name, safe='@.!$+=_-')}", f"{kind}; charset=utf-8", shown)
        readers = (*mail.readers, self._server.user)
        if mail.is_essay:
            row, note = await self._essay(head, mail, name, readers, opened)
            return replace(found([row] if row else [], self._place, window, snapshot, 1), note=note, newest=head.at)
        pages = await asyncio.gather(*(opened.page_of(story.link, readers) for story in mail.stories))
        rows = [
            ListedRow(url, story.title, head.at, story.text, f"{name} {number}", teaser=story.text, partial=True)
            for number, (story, (url, _)) in enumerate(zip(mail.stories, pages, strict=True), 1)
            if url
        ]
        why = Counter(reason for url, reason in pages if not url)
        part = found(rows, self._place, window, snapshot, len(rows))
        paid = {url for story, (url, _) in zip(mail.stories, pages, strict=True) if story.paid}
        offers = tuple(replace(made, sponsored=made.sponsored or made.url in paid) for made in part.offers)
        told = tuple(text for text in part.documents if text.url not in paid)
        return replace(part, offers=offers, documents=told, note=_left_out(mail.subject, why), newest=head.at)

    async def _essay(
        self, head: MailHead, mail: ReadMail, name: str, readers: Sequence[str], opened: _Opened
    ) -> tuple[ListedRow | None, str]:
        """A mail that tells something itself, at its own page; or nothing, and why, where a reader could open none."""
        url, reason = await opened.page_of(mail.web, readers) if mail.web else ("", "it names no page of its own")
        if not url:
            return None, f"“{mail.subject[:60]}” tells itself and is not offered: {reason}"
        return ListedRow(url, mail.subject, head.at, mail.text, name, partial=True), ""


@dataclass(slots=True)
class _Opened:
    """Where links lead, each asked once a visit; none after `until`, in the loop's time."""

    fetcher: Fetcher
    follow: bool
    until: float
    asked: int = 0
    known: dict[str, asyncio.Task[tuple[str, str]]] = field(default_factory=dict)

    async def page_of(self, link: str, readers: Sequence[str]) -> tuple[str, str]:
        """The address of the page that a link means, fit to be printed; or an empty one and why."""
        for _ in range(MOST_HOPS + 1):
            told = judged(link, readers)
            if told.state == "page":
                return told.url, ""
            if told.state != "asks":
                return "", "its address names the reader" if told.state == "names the reader" else "it is no story's page"
            link, reason = await self._led(told.url)
            if not link:
                return "", reason
        return "", "it leads from tracker to tracker"

    async def _led(self, link: str) -> tuple[str, str]:
        if link not in self.known:
            self.known[link] = asyncio.ensure_future(self._ask(link))
        return await self.known[link]

    async def _ask(self, link: str) -> tuple[str, str]:
        if not self.follow:
            return "", "only its sender's server knows where it leads, and `follow` is off"
        if self.asked >= MOST_FOLLOWED:
            return "", f"more than {MOST_FOLLOWED} links would have to be asked where they lead"
        self.asked += 1
        try:
            async with asyncio.timeout_at(self.until):
                led = await self.fetcher.leads_to(link)
        except TimeoutError:
            return "", "it was not told in time where it leads"
        except FetchError:
            return "", "its sender's server did not say where it leads"
        return led, "its address may name the reader, and leads nowhere else"


def _named(head: MailHead) -> str:
    """A mail as its part of the source is told; two may have one subject."""
    return f"“{head.subject[:60]}” ({head.uid})"


def _left_out(subject: str, why: Counter[str]) -> str:
    told = ", ".join(f"{count} ({reason})" for reason, count in why.most_common())
    return f"“{subject[:60]}”: left out {told}" if told else ""
