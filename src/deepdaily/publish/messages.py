"""Channels that are messages: mail and chat. What was sent once is not sent again."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import smtplib
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Edition
from deepdaily.publish import Publication, TakenInPart, edition_of
from deepdaily.render.feishu import cards
from deepdaily.render.mail import message
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
        issue, found = publication.issue, list[Edition]()
        for part, card in enumerate(cards(issue), 1):
            location = f"message-{part}"
            edition = edition_of(issue, f"{self.channel}:part", location, json.dumps(card, sort_keys=True).encode())
            if location not in self.sent:
                await self._send(card)
                self.keep(edition)
                await asyncio.sleep(self.pause_s)
            found.append(edition)
        whole = "".join(one.digest for one in found).encode()
        return (edition_of(issue, self.channel, f"{len(found)} messages", whole),)

    async def _send(self, card: dict[str, Any]) -> None:
        signed = card | _signature(self.secret, self.stamp()) if self.secret else card
        answer = await self.post(self.url, json.dumps(signed, ensure_ascii=False).encode())
        if answer.get("code", answer.get("StatusCode", -1)) != 0:
            said = str(answer.get("msg", answer.get("StatusMessage", "")))[:200]
            raise PublishError(f"Feishu refused the message: {said}", "check the webhook and the bot's keyword or signature")


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
