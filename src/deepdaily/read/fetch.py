"""URL to snapshot, politely: guarded on every hop, bounded in time and size, a few at a time, each URL once a slot."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

from protego import Protego

from deepdaily import __version__
from deepdaily.core.errors import AddressRefused, BadStatus, BodyRefused, FetchError, NotConnected, SnapshotDamaged, Unreachable
from deepdaily.core.types import Snapshot
from deepdaily.read import guard
from deepdaily.read.fetch_cookies import FetchCookies
from deepdaily.read.pace import Pace
from deepdaily.read.web_wire import MAY_ANSWER, Answer, Wire
from deepdaily.store import Store, Validators
from deepdaily.store.snapshots import Snapshots, body_digest

USER_AGENT = f"deepdaily/{__version__} (a daily digest; obeys robots.txt)"

ROBOTS_NAME = "deepdaily"
"""What a robots.txt calls us."""

ROBOTS_CAP_BYTES = 512 * 1024
"""As much of one is read; RFC 9309 asks for at least 500 KiB."""

MAX_REDIRECTS = 5
TRIES = 2
"""One repeat after a connection that failed or broke: a reset or a slow name server must not cost a source its day. This
is the only retry for fetching; it shares the deadline, and an answer of any status ends it."""

PATIENCE, MAX_WAIT_S = 2, 5.0
"""How often an answer that asks for a moment (429 or 503 with a Retry-After) is waited for, and how long at most: it is the
same deadline. Who sends headers of its own is an API's client, and reads such an answer itself."""

ERROR_BODY_BYTES = 64 * 1024
"""How much of an error's body is kept: APIs say there whether "too fast" or "spent"."""

LEADS_ON = "open it in a browser, and take the address where that ends"

FRESH_BYTES = 64 * 2**20
"""Most that is kept of bodies until they are read."""
REDIRECTS = (300, 301, 302, 303, 307, 308)

_REFRESH = re.compile(r"\s*\d?(?:\.\d{0,9})?\s*[;,]\s*url\s*=\s*(['\"]?)(.{1,8000}?)\1\s*", re.IGNORECASE)
"""A Refresh header that sends its readers on within ten seconds."""

REMEDIES = {
    401: "it wants a login: take another address of it, or leave it out",
    403: "the site refuses programs, or this one: take another address of it, or leave it out",
    404: "look for its new address",
    410: "look for its new address",
    429: "it was asked too often: ask it less often, or later",
}


class Fetcher:
    """URL to snapshot, for one slot.

    Args:
        now: the time every snapshot of this run bears.
        per_host, at_once: requests in flight, to one host and in all.
        deadline_s: for connect, headers, body and redirects of one URL together; waiting for its turn is not counted.
        cap_bytes: largest body, before and after decompression.
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
    ) -> None:
        self._wire, self._store, self._snapshots = wire, store, snapshots
        self._slot_key, self._now, self._allow_private = slot_key, now, allow_private
        self._deadline_s, self._cap_bytes, self._user_agent = deadline_s, cap_bytes, user_agent
        self._all = asyncio.Semaphore(at_once)
        self._pace = Pace(store, now)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(partial(asyncio.Semaphore, per_host))
        self._urls: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._origins: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._robots: dict[str, Protego | None] = {}
        self._fresh: dict[str, bytes] = {}
        """Bodies that were just stored, by digest, until they are asked for: reading them back costs more than keeping them."""

    async def get(self, url: str, *, headers: Mapping[str, str] = {}, conditional: bool = False, robots: bool = False) -> Snapshot:
        """The snapshot of `url`: from the store where this slot has it already, else fetched and stored.

        Args:
            headers: sent to this origin only, not to where it redirects; never stored.
            conditional: let the server answer "not modified": the earlier bytes then count as fetched now.
            robots: ask robots.txt of every host on the way first.

        Raises:
            AddressRefused: an address on the way is not visited, or robots.txt says no.
            Unreachable: no name, connection, certificate or HTTP, or the deadline passed.
            BadStatus: another answer than 200, or too many redirects.
            BodyRefused: too large, or not in a coding we open.
        """
        async with self._urls[url]:  # who asks for the same URL meanwhile finds it in the store
            kept = self._store.snapshot_of(self._slot_key, url)
            return kept or await self._fetch(url, headers, conditional, robots)

    async def leads_to(self, url: str) -> str:
        """Where `url` sends whoever opens it; that place itself is not asked. Empty where it sends nobody on.

        Raises: as `get`.
        """
        guard.check_url(url, self._allow_private)
        self._pace.check(url, of_an_api=False)
        answer, _ = await self._ask(url, {"User-Agent": self._user_agent, "Accept": "*/*"}, self._deadline_s, self._cap_bytes)
        if answer.status >= 400:
            raise self._bad_status(url, answer)
        return _absolute(url, led) if (led := _leads(answer)) else ""

    def received(self, url: str, media_type: str, body: bytes) -> Snapshot:
        """The snapshot of bytes that came by another way than HTTP (a mail's text, an answer of MCP), stored like a page.

        Args:
            url: what names them, of whatever scheme; the same one in this slot replaces nothing but its own fetch.

        Raises:
            BodyRefused: larger than the cap.
        """
        if len(body) > self._cap_bytes:
            raise BodyRefused(f"{guard.shown(url)}: {len(body)} bytes, and {self._cap_bytes} are the most")
        return self._keep(url, url, Answer(200, {"content-type": media_type}, body))

    def body(self, snapshot: Snapshot) -> bytes:
        """The stored bytes of `snapshot`.

        Raises:
            SnapshotDamaged: they are gone, or are not those that were fetched.
        """
        if (fresh := self._fresh.pop(snapshot.digest, None)) is not None:
            return fresh
        place = self._store.place(snapshot.digest)
        if place is None:
            raise SnapshotDamaged(f"no bytes are stored for {guard.shown(snapshot.url)}")
        return self._snapshots.read(place, snapshot.digest)

    def _is_readable(self, snapshot: Snapshot) -> bool:
        """Whether its bytes are stored and whole; a lost WARC file costs one more fetch, not the day."""
        try:
            self.body(snapshot)
        except SnapshotDamaged:
            return False
        return True

    async def _fetch(self, url: str, headers: Mapping[str, str], conditional: bool, robots: bool) -> Snapshot:
        earlier = self._store.latest_snapshot(url) if conditional else None
        if earlier and not self._is_readable(earlier[0]):
            earlier = None
        try:
            final_url, answer = await self._follow(url, headers, earlier, robots, self._cap_bytes)
        except NotConnected:
            plain = _without_tls(url)
            if headers or not plain:  # a key is never sent in the clear
                raise
            final_url, answer = await self._follow(plain, {}, earlier, robots, self._cap_bytes)
        if answer.status == 304 and earlier and final_url == earlier[0].final_url:
            snapshot, validators = earlier
            snapshot = replace(snapshot, fetched_at=self._now)
            self._store.keep_snapshot(self._slot_key, snapshot, None, _validators(answer, validators))
            return snapshot
        if not _is_whole(answer):
            wait_s = retry_after_s(answer.headers.get("retry-after", ""), self._now)
            self._pace.rest(final_url, answer.status, wait_s, of_an_api=bool(headers))
            raise self._bad_status(final_url, answer)
        return self._keep(url, final_url, answer)

    async def _follow(
        self, url: str, headers: Mapping[str, str], earlier: tuple[Snapshot, Validators] | None, robots: bool, cap_bytes: int
    ) -> tuple[str, Answer]:
        """The first answer that is no redirect, and the URL that gave it."""
        target, left_s, cookies = url, self._deadline_s, FetchCookies(self._now)
        for _ in range(MAX_REDIRECTS + 1):
            guard.check_url(target, self._allow_private)
            if _origin(target) != _origin(url):  # an API key is not carried to another host, nor back from it
                headers = {}
            self._pace.check(target, of_an_api=bool(headers))
            if robots:
                await self._obey_robots(target)
            sent = {"User-Agent": self._user_agent, "Accept": "*/*", **headers}
            if earlier and target == earlier[0].final_url:
                sent |= _conditions(earlier[1])
            sent["Accept-Encoding"] = "gzip, deflate"
            if crumbs := cookies.for_url(target):
                sent["Cookie"] = crumbs
            answer, left_s = await self._answer(target, sent, left_s, cap_bytes, 0 if headers else PATIENCE)
            if not guard.is_opened(answer.body, answer.headers.get("content-encoding", "")):
                answer, left_s = await self._ask(target, sent | {"Accept-Encoding": "identity"}, left_s, cap_bytes)
            led = _leads(answer)
            if not led:
                return target, answer
            cookies.keep(target, answer.cookies or (answer.headers.get("set-cookie", ""),))
            led = _absolute(target, led)
            if answer.status == 200 and led == target:  # a page that shows itself anew now and then
                return target, answer
            target = led
        raise BadStatus(f"{guard.shown(url)}: more than {MAX_REDIRECTS} redirects", LEADS_ON, status=answer.status)

    async def _answer(
        self, url: str, headers: Mapping[str, str], left_s: float, cap_bytes: int, patience: int
    ) -> tuple[Answer, float]:
        """An answer, up to `patience` times after the moment that it asks for, and how many seconds are left then."""
        answer, left_s = await self._ask(url, headers, left_s, cap_bytes)
        for _ in range(patience):
            wait_s = _moment_asked_for(answer, self._now)
            if wait_s is None or wait_s >= left_s:
                break
            await asyncio.sleep(wait_s)
            answer, left_s = await self._ask(url, headers, left_s - wait_s, cap_bytes)
        return answer, left_s

    async def _ask(self, url: str, headers: Mapping[str, str], left_s: float, cap_bytes: int) -> tuple[Answer, float]:
        """One answer when its turn has come, and how many seconds are left then."""
        loop = asyncio.get_running_loop()
        await self._pace.turn(url)
        async with self._hosts[urlsplit(url).netloc.lower()], self._all:
            ends_at = loop.time() + left_s
            for tries_left in reversed(range(TRIES)):
                try:
                    async with asyncio.timeout_at(ends_at):
                        answer = await self._wire.get(url, headers, cap_bytes=cap_bytes)
                    return answer, ends_at - loop.time()
                except TimeoutError:
                    raise Unreachable(f"{guard.shown(url)}: no whole answer in {self._deadline_s:g} s", MAY_ANSWER) from None
                except Unreachable:
                    if not tries_left:
                        raise
        raise AssertionError("TRIES is at least 1")

    async def _obey_robots(self, url: str) -> None:
        origin = _origin(url)
        async with self._origins[origin]:
            if origin not in self._robots:
                self._robots[origin] = await self._read_robots(f"{origin}/robots.txt")
        rules = self._robots[origin]
        if rules is not None and not rules.can_fetch(url, ROBOTS_NAME):
            raise AddressRefused(f"robots.txt of {urlsplit(url).hostname} asks not to visit {guard.shown(url)}")

    async def _read_robots(self, url: str) -> Protego | None:
        """The rules at `url`. None, which allows all, where there are none or they cannot be read."""
        try:
            _, answer = await self._follow(url, {}, None, False, self._cap_bytes)
            if not _is_whole(answer):
                return None
            text = guard.decode_body(answer.body, answer.headers.get("content-encoding", ""), self._cap_bytes)
        except FetchError:
            return None
        if len(text) > ROBOTS_CAP_BYTES:  # half a line could forbid more than the whole one
            text = text[:ROBOTS_CAP_BYTES].rpartition(b"\n")[0]
        return Protego.parse(_few_agents(text.decode("utf-8-sig", "replace")))

    def _keep(self, url: str, final_url: str, answer: Answer) -> Snapshot:
        try:
            body = guard.decode_body(answer.body, answer.headers.get("content-encoding", ""), self._cap_bytes)
        except BodyRefused as error:
            raise BodyRefused(f"{guard.shown(url)}: {error}", error.remedy) from error
        media_type = " ".join(answer.headers.get("content-type", "").split())[:200]
        snapshot = Snapshot(url, body_digest(body), final_url, self._now, media_type, len(body))
        place = None
        if not self._is_readable(snapshot):
            place = self._snapshots.append(final_url, snapshot.digest, self._now, answer.headers, body)
            if sum(map(len, self._fresh.values())) + len(body) <= FRESH_BYTES:
                self._fresh[snapshot.digest] = body
        self._store.keep_snapshot(self._slot_key, snapshot, place, _validators(answer, Validators("", "")))
        return snapshot

    def _bad_status(self, url: str, answer: Answer) -> BadStatus:
        try:
            body = guard.decode_body(answer.body, answer.headers.get("content-encoding", ""), self._cap_bytes)
        except BodyRefused:  # the status is the news
            body = b""
        return BadStatus(
            f"{guard.shown(url)}: HTTP {answer.status}",
            _status_remedy(answer.status),
            status=answer.status,
            retry_after_s=retry_after_s(answer.headers.get("retry-after", ""), self._now),
            body=body[:ERROR_BODY_BYTES],
            headers=answer.headers,
        )


def _status_remedy(status: int) -> str:
    if status in REMEDIES:
        return REMEDIES[status]
    if status >= 500:
        return "the site fails: it may be well next time"
    return LEADS_ON if status in REDIRECTS else ""


def _is_whole(answer: Answer) -> bool:
    """Whether it is the page: 200, 203 (a proxy changed its form), or a "part" that is all of it."""
    if answer.status == 206:
        part = re.fullmatch(r"bytes 0-(\d{1,18})/(\d{1,18})", answer.headers.get("content-range", "").strip().lower())
        return part is not None and int(part[1]) + 1 == int(part[2]) == len(answer.body)
    return answer.status in (200, 203)


def _leads(answer: Answer) -> str:
    """Where an answer sends its readers on to, as written; empty where it does not."""
    if answer.status in REDIRECTS:
        return answer.headers.get("location", "")
    refresh = _REFRESH.fullmatch(answer.headers.get("refresh", "")) if answer.status == 200 else None
    return refresh[2] if refresh else ""


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds from `now` that a Retry-After header asks for, 0 if it lies in the past; None if it says nothing readable."""
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value.strip()):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _without_tls(url: str) -> str:
    """The same address over http; empty where it names a port or is no https address."""
    parts = urlsplit(url)
    return parts._replace(scheme="http").geturl() if parts.scheme == "https" and parts.port is None else ""


def _as_browsers_read(location: str) -> str:
    """A Location as WHATWG reads it; what comes out is checked as any address.

    Blanks inside are escaped, those at the ends and line breaks left out, and backslashes before the query are slashes.
    """
    written = re.sub(r"[\t\r\n]", "", location.strip()).replace(" ", "%20")
    path = re.split(r"[?#]", written, maxsplit=1)[0]
    return path.replace("\\", "/") + written[len(path) :]


def _absolute(url: str, led: str) -> str:
    try:
        return urljoin(url, _as_browsers_read(led)).partition("#")[0]
    except ValueError:
        raise AddressRefused(f"malformed address: redirect of {guard.shown(url)}") from None


def _moment_asked_for(answer: Answer, now: datetime) -> float | None:
    """Seconds to wait for another try; None where it is no such answer, or names no time that is worth it."""
    wait_s = retry_after_s(answer.headers.get("retry-after", ""), now) if answer.status in (429, 503) else None
    return wait_s if wait_s is not None and wait_s <= MAX_WAIT_S else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"


def _conditions(validators: Validators) -> dict[str, str]:
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _validators(answer: Answer, otherwise: Validators) -> Validators:
    """What to send next time; only what can be sent back whole in one short header line."""

    def sendable(name: str, fallback: str) -> str:
        value = answer.headers.get(name, "")
        return value if re.fullmatch(r"[\x20-\x7e]{1,500}", value) else fallback

    return Validators(sendable("etag", otherwise.etag), sendable("last-modified", otherwise.last_modified))


def _few_agents(text: str) -> str:
    """A robots.txt with every agent but us and `*` under one name, and without monstrous lines.

    Protego copies each rule for each agent of a group: 10,000 agents with 20,000 rules, 400 KB, kept it busy for minutes.
    """
    lines = []
    for line in text.splitlines():
        agent = re.match(r"\s*user[- ]?agent\b[\s:]*([^\s#]*)", line, re.IGNORECASE)
        if agent:
            name = agent[1].lower()
            lines.append("User-agent: " + (name if name in ("*", ROBOTS_NAME) else "other"))
        elif len(line) <= 2000:
            lines.append(line)
    return "\n".join(lines)
