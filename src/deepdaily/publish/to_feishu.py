"""A group bot of Feishu or Lark."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from deepdaily.core.types import Issue
from deepdaily.publish.chats import Acknowledged, Message, Service, by_number, in_json
from deepdaily.read.web_wire import Answer
from deepdaily.render.feishu import cards, feishu_line
from deepdaily.render.limits import LIMITS

BUSY = frozenset({11232, 11233, 9499, 2200, 99991400})
"""Sent too often, and errors within the service (guide of custom bots, 2026). 9499 is also the number of a malformed request."""


@dataclass(frozen=True, slots=True)
class FeishuBot(Service):
    """Cards, signed where the bot asks for it."""

    secret: str = field(default="", repr=False)
    keyword: str = ""

    name = "Feishu"
    limits = LIMITS["feishu"]
    remedies = (
        (r"\b19024\b|key ?words?", "write one of the bot's keywords into `keyword` of the channel"),
        (
            r"\b19021\b|sign match fail|timestamp",
            "check that secret_env holds the bot's signing secret and that this machine's clock is right",
        ),
        (r"\b19022\b|\bip not allowed", "add this machine's address to the bot's list, or take the list away"),
        (
            r"\b(19001|19007|19005)\b|token invalid|bot not found|incoming webhook",
            "the bot was removed: add one and renew its webhook",
        ),
        (r"\b19002\b|params error|\b9499\b", "the service does not read this message: is it a webhook of a Feishu bot?"),
        (r"\b(11246|230025|30500|200621)\b|card|too (long|large)", "the message is not as cards are: report it with the number"),
    )

    def messages(self, issue: Issue, link: str) -> list[Message]:
        return cards(issue, self.shape, link, self.keyword)

    def line(self, text: str) -> Message:
        return feishu_line(text if self.keyword in text else f"{text} · {self.keyword}")

    def request(self, message: Message, now: datetime) -> tuple[str, Mapping[str, str], bytes]:
        """Feishu signs the empty message with `timestamp + newline + secret` as the key."""
        address, headers, body = Service.request(self, message, now)
        if not self.secret:
            return address, headers, body
        stamp = str(int(now.timestamp()))
        digest = hmac.new(f"{stamp}\n{self.secret}".encode(), b"", sha256).digest()
        return address, headers, in_json(message | {"timestamp": stamp, "sign": base64.b64encode(digest).decode()})

    def acknowledged(self, answer: Answer) -> Acknowledged:
        said = by_number(answer, ("code", "StatusCode"), ("msg", "StatusMessage"), BUSY)
        malformed = said.code == "9499" and "bad request" in said.words.lower()
        return said._replace(busy=said.busy and not malformed)
