"""Chats: an issue in several messages, each sent once, and what an answer of a service means."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from deepdaily.core.errors import AddressRefused, BodyRefused, ChannelBusy, FetchError, PublishError
from deepdaily.core.types import Edition, Issue, Shape
from deepdaily.publish import Publication, edition_of
from deepdaily.read.web_wire import Answer, WebWire
from deepdaily.read.wire_answers import retry_after_s
from deepdaily.render.limits import Limits

SEND_S = 20.0

ANSWER_BYTES = 1 << 20

LATER = "it is asked again; if it lasts, send less often or ask whoever keeps the service"

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[Answer]]
"""Posts bytes to an address with headers and gives the answer, whatever its status; raises PublishError."""

Message = dict[str, Any]


class Acknowledged(NamedTuple):
    """What a service says of a message."""

    taken: bool
    code: str = ""
    """Its own number or word for what happened; empty where it gives none."""
    words: str = ""
    busy: bool = False
    """Not taken for the moment."""
    wait_s: float | None = None
    """How long it asks to wait; None where it does not say."""


@dataclass(frozen=True, slots=True)
class Service:
    """A chat service by one of its addresses, which is a secret."""

    url: str = field(repr=False)
    shape: Shape = "full"

    name: ClassVar[str]
    """As a person calls it."""
    limits: ClassVar[Limits]
    remedies: ClassVar[Sequence[tuple[str, str]]] = ()
    """What to do, by a pattern of `<status> <code> <words>`; the first that is found counts."""

    def messages(self, issue: Issue, link: str) -> list[Message]:
        """The issue in the service's own form; `link` leads to it on the web, empty where that is not known."""
        raise NotImplementedError

    def line(self, text: str) -> Message:
        """One line in the service's own form."""
        raise NotImplementedError

    def request(self, message: Message, now: datetime) -> tuple[str, Mapping[str, str], bytes]:
        """Address, headers and body that send a message at that time."""
        return self.url, {"Content-Type": "application/json; charset=utf-8"}, in_json(message)

    def acknowledged(self, answer: Answer) -> Acknowledged:
        """What an answer means; asked for those of 4xx too."""
        raise NotImplementedError

    def secrets(self) -> Sequence[str]:
        """What no message may show: the address, and its long parts."""
        parts = urlsplit(self.url)
        pieces = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]
        return [self.url, *(piece for piece in pieces if len(piece) >= 8)]


def in_json(message: Message) -> bytes:
    """The body of a request; half of a surrogate pair, which UTF-8 cannot hold, is left to JSON's own spelling."""
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "backslashreplace")


def json_of(answer: Answer) -> dict[str, Any]:
    """The JSON object that an answer is; empty where it is none."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def by_number(answer: Answer, codes: Sequence[str], words: Sequence[str], busy: frozenset[int]) -> Acknowledged:
    """What a service says that has a number of its own, 0 for well: the first of those keys, and the first of those words."""
    said = json_of(answer)
    code = next((said[key] for key in codes if key in said), None)
    told = str(next((said[key] for key in words if said.get(key)), "")) or text_of(answer)
    return Acknowledged(code == 0 and code is not False, "" if code is None else str(code), told, code in busy)


def text_of(answer: Answer) -> str:
    """The beginning of an answer."""
    return answer.body[:400].decode("utf-8", "replace")


def judge(service: Service, answer: Answer) -> None:
    """Return where the service took the message.

    Raises:
        ChannelBusy: not for the moment: HTTP 408, 425, 429 and 5xx, and what the service itself calls so.
        PublishError: it refused it.
    """
    said = service.acknowledged(answer)
    code = "" if said.code == str(answer.status) else said.code
    told = masked(" ".join(filter(None, (f"HTTP {answer.status}", code, said.words))), service.secrets())
    if said.busy or answer.status in (408, 425, 429) or answer.status >= 500:
        wait_s = said.wait_s if said.wait_s is not None else retry_after_s(answer.headers.get("retry-after", ""), datetime.now(UTC))
        raise ChannelBusy(f"{service.name} takes no message at the moment: {told}", LATER, wait_s)
    if 300 <= answer.status < 400:
        raise PublishError(f"{service.name} is not at this address: {told}", "take the address it leads to, whole")
    if not (200 <= answer.status < 300 and said.taken):
        known = (remedy for pattern, remedy in service.remedies if re.search(pattern, told, re.IGNORECASE))
        raise PublishError(
            f"{service.name} refused the message: {told}", next(known, "check the webhook and what its service says")
        )


def masked(text: str, secrets: Sequence[str]) -> str:
    """`text` on one line, bounded, without any of the secrets."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:300]


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of the settings; what was sent once is not sent again."""

    service: Service
    post: Post
    channel: str
    sent: set[str]
    """Locations that were sent already, by this run or an earlier, killed one."""
    keep: Callable[[Edition], None]
    """Called as soon as one message is accepted."""
    link: Callable[[Issue], str] = lambda _: ""
    """Where an issue is on the web; empty where that is not known."""
    stamp: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The wall clock: a signature is good for an hour, whatever calendar the run has."""
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        issue, found, first = publication.issue, list[Edition](), True
        for part, message in enumerate(self.service.messages(issue, self.link(issue)), 1):
            location = f"message-{part}"
            content = json.dumps(message, sort_keys=True).encode()
            edition = edition_of(issue, f"{self.channel}:part", location, content)
            if location not in self.sent:
                if not first:
                    await self.pause(self.service.limits.pause_s)
                first = False
                await self.send(message)
                self.keep(edition)
                self.sent.add(location)
            found.append(edition)
        whole = "".join(one.digest for one in found).encode()
        return (edition_of(issue, self.channel, f"{len(found)} messages", whole),)

    async def send(self, message: Message) -> None:
        """Send one message now. Raises ChannelBusy, PublishError."""
        judge(self.service, await self.post(*self.service.request(message, self.stamp())))

    async def say(self, line: str) -> None:
        """Send one line now. Raises ChannelBusy, PublishError."""
        await self.send(self.service.line(line))


@dataclass(frozen=True, slots=True)
class Unset:
    """A channel whose secrets are not in the environment: its trouble, not the day's."""

    channel: str
    missing: Sequence[str]

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        raise self.error

    @property
    def error(self) -> PublishError:
        return PublishError(f"the environment has no {', '.join(self.missing)}", "set it, or take the channel out of [[publish]]")


def posting(wire: WebWire) -> Post:
    """Posts by the wire; the address is a secret and is never printed."""

    async def post(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            async with asyncio.timeout(SEND_S):
                return await wire.post(url, headers, body, cap_bytes=ANSWER_BYTES)
        except TimeoutError:
            raise ChannelBusy(f"the webhook did not answer within {SEND_S:g} s", LATER) from None
        except FetchError as error:
            raise _unanswered(url, error) from None

    return post


def _unanswered(url: str, error: FetchError) -> PublishError:
    """What an address that gave no answer means. The error's own words may have the address."""
    match error:
        case AddressRefused() if str(error).startswith(("address", "port")):
            place = _authority(url)
            return PublishError(
                f"our own guard refuses the webhook: {place} is no public address with a usual port",
                f'where it is meant, write allow_private = ["{place}"] in [network]',
            )
        case AddressRefused():
            return PublishError("the webhook's address is none", "write it whole into its variable, with https://")
        case BodyRefused():
            return PublishError("the webhook answered with a page", "check that the address is that of a webhook")
    cause = str(error).rpartition(": ")[2]
    if "certificate" in cause:
        return PublishError(
            f"the webhook's certificate is not valid: {cause}", "check the address, or SSL_CERT_FILE behind a proxy"
        )
    return ChannelBusy(f"the webhook did not answer: {cause}", error.remedy or "check the address and the network")


def _authority(url: str) -> str:
    """`host:port`, as `[network] allow_private` has it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
