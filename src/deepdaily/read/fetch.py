"""URL to snapshot, politely: guarded on every hop, bounded in time and size, a few at a time, each URL once a slot."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

from deepdaily import __version__
from deepdaily.core.errors import AddressRefused, BadStatus, BodyRefused, FetchError, NotConnected, SnapshotDamaged, Unreachable
from deepdaily.core.types import Snapshot
from deepdaily.read import guard
from deepdaily.read.fetch_cookies import FetchCookies
from deepdaily.read.host_pace import HostPace
from deepdaily.read.robots import Robots
from deepdaily.read.toll import Outgoing, Toll, asked_name
from deepdaily.read.web_wire import MAY_ANSWER, Answer, PostWire, Wire
from deepdaily.read.wire_answers import (
    LEADS_ON,
    PERMANENT,
    as_browsers_read,
    conditions,
    is_whole,
    leads,
    moment_asked_for,
    retry_after_s,
    status_remedy,
    validators_of,
)
from deepdaily.store import Store, Validators
from deepdaily.store.snapshots import Snapshots, body_digest

USER_AGENT = f"deepdaily/{__version__} (a daily digest; obeys robots.txt)"

MAX_REDIRECTS = 5

PATIENCE = 2
"""How often an answer that asks for a moment (429 or 503 with a Retry-After) is waited for: it is the same deadline. Who sends
headers of its own is an API's client, and reads such an answer itself."""

TRIES = 2
"""One repeat after a connection that failed or broke: a reset or a slow name server must not cost a source its day. This
is the only retry for fetching; it shares the deadline, and an answer of any status ends it."""

ERROR_BODY_BYTES = 64 * 1024
"""How much of an error's body is kept: APIs say there whether "too fast" or "spent"."""

FRESH_BYTES = 64 * 2**20
"""Most that is kept of bodies until they are read."""


class Fetcher:
    """URL to snapshot, for one slot.

    Args:
        now: the time every snapshot of this run bears.
        per_host, at_once: requests in flight, to one host and in all.
        deadline_s: for connect, headers, body and redirects of one URL together; waiting for its turn is not counted.
        cap_bytes: largest body, before and after decompression.
        bridges: hosts, with their port, that make many publishers' feeds: when one is to be asked again is no word about another.
    """

    def __init__(
        self,
        wire: Wire,
        store: Store,
        snapshots: Snapshots,
        slot_key: str,
        now: datetime,
        *,
        allow_private: tuple[str, ...] = (),
        per_host: int = 2,
        at_once: int = 32,
        deadline_s: float = 20.0,
        cap_bytes: int = 10 * 2**20,
        user_agent: str = USER_AGENT,
        bridges: tuple[str, ...] = (),
    ) -> None:
        self._wire, self._store, self._snapshots = wire, store, snapshots
        self._slot_key, self._now, self._allow_private = slot_key, now, allow_private
        self._deadline_s, self._cap_bytes, self._user_agent = deadline_s, cap_bytes, user_agent
        self._all = asyncio.Semaphore(at_once)
        self._pace = HostPace(store, now, bridges=bridges)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(partial(asyncio.Semaphore, per_host))
        self._urls: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._robots = Robots(self._robots_txt)
        self._fresh_bytes = 0
        self._fresh: dict[str, bytes] = {}
        """Bodies that were just stored, by digest, until they are asked for: reading them back costs more than keeping them."""

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = {},
        conditional: bool = False,
        robots: bool = False,
        body: bytes = b"",
        toll: Toll | None = None,
    ) -> Snapshot:
        """The snapshot of `url`: from the store where this slot has it already, else fetched and stored.

        Args:
            headers: sent to this origin only, not to where it redirects; never stored.
            body: sent by POST, where there is one. Then no redirect is followed, and each body has a snapshot of its own.
            toll: counts what goes out to this origin.
            conditional: let the server answer "not modified": the earlier bytes then count as fetched now.
            robots: ask robots.txt of every host on the way first.

        Raises:
            AddressRefused: an address on the way is not visited, or robots.txt says no.
            Unreachable: no name, connection, certificate or HTTP, or the deadline passed.
            BadStatus: another answer than 200, or too many redirects.
            BodyRefused: too large, or not in a coding we open.
        """
        name = asked_name(url, body)
        async with self._urls[name]:  # who asks for the same meanwhile finds it in the store
            kept = self._store.snapshot_of(self._slot_key, name)
            return kept or await self._fetch(url, Outgoing(headers, body, toll), conditional, robots)

    async def leads_to(self, url: str) -> str:
        """Where `url` sends whoever opens it; that place itself is not asked. Empty where it sends nobody on.

        Raises: as `get`.
        """
        guard.check_url(url, self._allow_private)
        self._pace.check(url, of_an_api=False)
        asked = Outgoing({"User-Agent": self._user_agent, "Accept": "*/*"})
        answer, _ = await self._ask(url, asked, self._deadline_s, self._cap_bytes)
        if answer.status >= 400:
            raise self._bad_status(url, answer)
        return _absolute(url, led) if (led := leads(answer)) else ""

    def received(self, url: str, media_type: str, body: bytes) -> Snapshot:
        """The snapshot of bytes that came by another way than HTTP (a mail's text, an answer of MCP), stored like a page.

        Args:
            url: what names them, of whatever scheme; the same one in this slot replaces nothing but its own fetch.

        Raises:
            BodyRefused: larger than the cap.
        """
        if len(body) > self._cap_bytes:
            raise BodyRefused(f"{guard.shown(url)}: {len(body)} bytes, and {self._cap_bytes} are the most", guard.TOO_LARGE)
        return self._keep(url, url, Answer(200, {"content-type": media_type}, body))

    def earlier(self, url: str, most: int) -> list[Snapshot]:
        """The newest answers of `url` that are kept, of this slot and those before, the newest first, at most `most`; bytes that
        came twice stand once."""
        return self._store.snapshots_of(url, most)

    def body(self, snapshot: Snapshot) -> bytes:
        """The stored bytes of `snapshot`.

        Raises:
            SnapshotDamaged: they are gone, or are not those that were fetched.
        """
        if (fresh := self._fresh.pop(snapshot.digest, None)) is not None:
            self._fresh_bytes -= len(fresh)
            return fresh
        place = self._store.place(snapshot.digest)
        if place is None:
            raise SnapshotDamaged(f"no bytes are stored for {guard.shown(snapshot.url)}")
        return self._snapshots.read(place, snapshot.digest)

    def _is_readable(self, snapshot: Snapshot) -> bool:
        """Whether its bytes are stored and whole; a lost WARC file costs one more fetch, not the day."""
        try:
            body = self.body(snapshot)
        except SnapshotDamaged:
            return False
        self._keep_fresh(snapshot.digest, body)  # who asks whether it is there asks for it next
        return True

    def _keep_fresh(self, digest: str, body: bytes) -> None:
        if digest not in self._fresh and self._fresh_bytes + len(body) <= FRESH_BYTES:
            self._fresh[digest] = body
            self._fresh_bytes += len(body)

    async def _fetch(self, url: str, asked: Outgoing, conditional: bool, robots: bool) -> Snapshot:
        earlier = self._store.latest_snapshot(url) if conditional else None
        if earlier and not self._is_readable(earlier[0]):
            earlier = None
        try:
            final_url, answer, moved_to = await self._follow(url, asked, earlier, robots, self._cap_bytes)
        except NotConnected:
            plain = _without_tls(url)
            if not plain or asked.body or not _plain(asked.headers):  # a key is never sent in the clear
                raise
            final_url, answer, _ = await self._follow(plain, asked, earlier, robots, self._cap_bytes)
            moved_to = ""
        if answer.status == 304 and earlier and final_url == earlier[0].final_url:
            snapshot, validators = earlier
            snapshot = replace(snapshot, fetched_at=self._now, moved_to=moved_to)
            self._store.keep_snapshot(self._slot_key, snapshot, None, validators_of(answer, validators))
            return snapshot
        if not is_whole(answer):
            wait_s = retry_after_s(answer.headers.get("retry-after", ""), self._now)
            self._pace.rest(final_url, answer.status, wait_s, of_an_api=not _plain(asked.headers))
            raise self._bad_status(final_url, answer)
        return self._keep(asked_name(url, asked.body), final_url, answer, moved_to)

    async def _follow(
        self, url: str, asked: Outgoing, earlier: tuple[Snapshot, Validators] | None, robots: bool, cap_bytes: int
    ) -> tuple[str, Answer, str]:
        """The first answer that is no redirect, the URL that gave it, and where `url` leads for good, if it does.

        For good is as far as one permanent redirect (RFC 9110: 301, 308) follows the other from the beginning.
        """
        target, left_s, cookies = url, self._deadline_s, FetchCookies(self._now)
        moved_to, for_good = "", True
        for _ in range(MAX_REDIRECTS + 1):
            guard.check_url(target, self._allow_private)
            if _origin(target) != _origin(url):  # an API key is not carried to another host, nor back from it
                asked = Outgoing()
            self._pace.check(target, of_an_api=not _plain(asked.headers))
            if robots:
                await self._robots.obey(target)
            sent = {"User-Agent": self._user_agent, "Accept": "*/*", **asked.headers}
            if earlier and target == earlier[0].final_url:
                sent |= conditions(earlier[1])
            sent["Accept-Encoding"] = "gzip, deflate"
            if crumbs := cookies.for_url(target):
                sent["Cookie"] = crumbs
            patience = PATIENCE if _plain(asked.headers) else 0
            answer, left_s = await self._answer(target, replace(asked, headers=sent), left_s, cap_bytes, patience)
            if not guard.is_opened(answer.body, answer.headers.get("content-encoding", "")):
                plain = sent | {"Accept-Encoding": "identity"}
                answer, left_s = await self._ask(target, replace(asked, headers=plain), left_s, cap_bytes)
            led = "" if asked.body else leads(answer)
            if not led:
                return target, answer, moved_to
            cookies.keep(target, answer.cookies or (answer.headers.get("set-cookie", ""),))
            led = _absolute(target, led)
            if answer.status == 200 and led == target:  # a page that shows itself anew now and then
                return target, answer, moved_to
            for_good = for_good and answer.status in PERMANENT
            target, moved_to = led, led if for_good else moved_to
        raise BadStatus(f"{guard.shown(url)}: more than {MAX_REDIRECTS} redirects", LEADS_ON, status=answer.status)

    async def _answer(self, url: str, asked: Outgoing, left_s: float, cap_bytes: int, patience: int) -> tuple[Answer, float]:
        """An answer, up to `patience` times after the moment that it asks for, and how many seconds are left then."""
        answer, left_s = await self._ask(url, asked, left_s, cap_bytes)
        for _ in range(patience):
            wait_s = moment_asked_for(answer, self._now)
            if wait_s is None or wait_s >= left_s:
                break
            await asyncio.sleep(wait_s)
            answer, left_s = await self._ask(url, asked, left_s - wait_s, cap_bytes)
        return answer, left_s

    async def _ask(self, url: str, asked: Outgoing, left_s: float, cap_bytes: int) -> tuple[Answer, float]:
        """One answer when its turn has come, and how many seconds are left then."""
        loop = asyncio.get_running_loop()
        await self._pace.turn(url)
        async with self._hosts[urlsplit(url).netloc.lower()], self._all:
            ends_at = loop.time() + left_s
            for tries_left in reversed(range(TRIES)):
                if asked.toll:
                    began = loop.time()
                    await asked.toll.pay()
                    ends_at += loop.time() - began
                try:
                    async with asyncio.timeout_at(ends_at):
                        answer = await self._sent(url, asked, cap_bytes)
                    if asked.toll:
                        asked.toll.told(answer.headers)
                    return answer, ends_at - loop.time()
                except TimeoutError:
                    raise Unreachable(f"{guard.shown(url)}: no whole answer in {self._deadline_s:g} s", MAY_ANSWER) from None
                except Unreachable:
                    if not tries_left:
                        raise
        raise AssertionError("TRIES is at least 1")

    async def _sent(self, url: str, asked: Outgoing, cap_bytes: int) -> Answer:
        if not asked.body:
            return await self._wire.get(url, asked.headers, cap_bytes=cap_bytes)
        if not isinstance(self._wire, PostWire):
            raise AddressRefused(f"{guard.shown(url)}: this web takes no questions by POST")
        return await self._wire.post(url, asked.headers, asked.body, cap_bytes=cap_bytes)

    async def _robots_txt(self, url: str) -> bytes | None:
        """The bytes of a robots.txt; None where there is none, or it cannot be read."""
        try:
            _, answer, _ = await self._follow(url, Outgoing(), None, False, self._cap_bytes)
            if not is_whole(answer):
                return None
            return guard.decode_body(answer.body, answer.headers.get("content-encoding", ""), self._cap_bytes)
        except FetchError:
            return None

    def _keep(self, url: str, final_url: str, answer: Answer, moved_to: str = "") -> Snapshot:
        try:
            body = guard.decode_body(answer.body, answer.headers.get("content-encoding", ""), self._cap_bytes)
        except BodyRefused as error:
            raise BodyRefused(f"{guard.shown(url)}: {error}", error.remedy) from error
        media_type = " ".join(answer.headers.get("content-type", "").split())[:200]
        snapshot = Snapshot(url, body_digest(body), final_url, self._now, media_type, len(body), moved_to)
        place = None
        if not self._is_readable(snapshot):
            place = self._snapshots.append(final_url, snapshot.digest, self._now, answer.headers, body)
            self._keep_fresh(snapshot.digest, body)
        self._store.keep_snapshot(self._slot_key, snapshot, place, validators_of(answer, Validators("", "")))
        return snapshot

    def _bad_status(self, url: str, answer: Answer) -> BadStatus:
        try:
            body = guard.decode_body(answer.body, answer.headers.get("content-encoding", ""), self._cap_bytes)
        except BodyRefused:  # the status is the news
            body = b""
        return BadStatus(
            f"{guard.shown(url)}: HTTP {answer.status}",
            status_remedy(answer.status),
            status=answer.status,
            retry_after_s=retry_after_s(answer.headers.get("retry-after", ""), self._now),
            body=body[:ERROR_BODY_BYTES],
            headers=answer.headers,
        )


def _without_tls(url: str) -> str:
    """The same address over http; empty where it names a port or is no https address."""
    parts = urlsplit(url)
    return parts._replace(scheme="http").geturl() if parts.scheme == "https" and parts.port is None else ""


def _absolute(url: str, led: str) -> str:
    try:
        return urljoin(url, as_browsers_read(led)).partition("#")[0]
    except ValueError:
        raise AddressRefused(f"malformed address: redirect of {guard.shown(url)}") from None


def _plain(headers: Mapping[str, str]) -> bool:
    """Whether they say nothing but who asks."""
    return all(name.lower() == "user-agent" for name in headers)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"
