"""Channels that are messages: mail and chat. What was sent once is not sent again."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import smtplib
import ssl
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from typing import Any, Protocol

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Edition, Issue
from deepdaily.publish import Publication, TakenInPart, edition_of
from deepdaily.render.feishu import cards
from deepdaily.render.mail import message
from deepdaily.render.slack import slack_messages
from deepdaily.settings.channel_tables import mail_address

Post = Callable[[str, bytes], Any]
"""Posts JSON bytes to an address and gives the answer's JSON: `async (url, body) -> dict`; raises PublishError."""

SEND_S = 20.0


@dataclass(frozen=True, slots=True)
class Unset:
    """A channel whose secret is not in the environment: its trouble, not the day's."""

    channel: str
    missing: str

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        raise PublishError(f"the environment has no {self.missing}", "set it, or take the channel out of [[publish]]")


@dataclass(frozen=True, slots=True)
class Feishu:
    """A group bot of Feishu or Lark: interactive cards."""

    url: str
    post: Post
    sent: Collection[str]
    """Locations that an earlier, killed run had sent already."""
    keep: Callable[[Edition], None]
    """Called as soon as one message is accepted."""
    stamp: Callable[[], datetime]
    """The wall clock: a signature is good for an hour, whatever calendar the run has."""
    secret: str = ""
    pause_s: float = 0.3
    """Between messages: a bot may send five a second."""
    channel: str = "feishu"

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        return await _in_parts(self, publication.issue, cards(publication.issue))

    async def send(self, message: dict[str, Any]) -> None:
        signed = message | _signature(self.secret, self.stamp()) if self.secret else message
        answer = await self.post(self.url, json.dumps(signed, ensure_ascii=False).encode())
        if answer.get("code", answer.get("StatusCode", -1)) != 0:
            said = str(answer.get("msg", answer.get("StatusMessage", "")))[:200]
            raise PublishError(f"Feishu refused the message: {said}", "check the webhook and the bot's keyword or signature")


class _Chat(Protocol):
    """A channel of several messages; one that was sent is not sent again."""

    @property
    def channel(self) -> str: ...
    @property
    def sent(self) -> Collection[str]: ...
    @property
    def keep(self) -> Callable[[Edition], None]: ...
    @property
    def pause_s(self) -> float: ...
    async def send(self, message: dict[str, Any]) -> None: ...


async def _in_parts(chat: _Chat, issue: Issue, messages: Sequence[dict[str, Any]]) -> tuple[Edition, ...]:
    found = list[Edition]()
    for part, one in enumerate(messages, 1):
        location = f"message-{part}"
        edition = edition_of(issue, f"{chat.channel}:part", location, json.dumps(one, sort_keys=True).encode())
        if location not in chat.sent:
            await chat.send(one)
            chat.keep(edition)
            await asyncio.sleep(chat.pause_s)
        found.append(edition)
    whole = "".join(one.digest for one in found).encode()
    return (edition_of(issue, chat.channel, f"{len(found)} messages", whole),)


@dataclass(frozen=True, slots=True)
class Slack:
    """A channel of Slack, by an incoming webhook: messages of Block Kit."""

    url: str
    post: Callable[[str, bytes], Any]
    """Posts JSON bytes to an address and gives the answer's text; raises PublishError."""
    sent: Collection[str]
    """Locations that an earlier, killed run had sent already."""
    keep: Callable[[Edition], None]
    """Called as soon as one message is accepted."""
    pause_s: float = 1.1
    """Between messages: a webhook may send one a second."""
    channel: str = "slack"

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        return await _in_parts(self, publication.issue, slack_messages(publication.issue))

    async def send(self, message: dict[str, Any]) -> None:
        answer = await self.post(self.url, json.dumps(message, ensure_ascii=False).encode())
        if answer.strip() != "ok":
            raise PublishError(f"Slack refused the message: {answer[:200]}", "check the webhook and its channel")


def _signature(secret: str, now: datetime) -> dict[str, str]:
    """Feishu signs the empty message with `timestamp + newline + secret` as the key."""
    stamp = str(int(now.timestamp()))
    digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to a few recipients over SMTP with TLS; a longer list is a list server's business."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    open_smtp: Callable[..., smtplib.SMTP] = smtplib.SMTP
    channel: str = "mail"

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        try:
            sender, *to = (mail_address(one) for one in (self.sender, *self.recipients))
        except ValueError as error:
            raise PublishError(str(error), "mend sender and recipients in the settings") from error
        issue = publication.issue
        mail = message(issue, sender=sender.addr_spec, recipients=[one.addr_spec for one in to])
        mail.replace_header("From", sender)
        refused = await self.send(mail)
        edition = edition_of(issue, self.channel, str(mail["Message-ID"]), mail.as_bytes())
        if refused:
            raise TakenInPart(f"{self.host} refused {', '.join(refused)}", "mend these recipients", (edition,))
        return (edition,)

    async def send(self, mail: EmailMessage) -> list[str]:
        """Hand one mail to the server; the recipients it refused, where it took others.

        Raises:
            PublishError: the server did not take it.
        """
        try:
            return await asyncio.to_thread(self._send, mail)
        except (OSError, smtplib.SMTPException) as error:
            raise PublishError(f"{self.host} did not take the mail: {error}", "check host, port, user and password") from error

    def _send(self, mail: EmailMessage) -> list[str]:
        with self.open_smtp(self.host, self.port, timeout=SEND_S) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            elif self.user:
                raise smtplib.SMTPException("the server offers no TLS, and a password is not sent in the open")
            if self.user:
                server.login(self.user, self.password)
            return list(server.send_message(mail))
