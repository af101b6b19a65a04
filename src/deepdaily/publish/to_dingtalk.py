"""A custom bot of a DingTalk group."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from deepdaily.core.types import Issue
from deepdaily.publish.chats import Acknowledged, Message, Service, by_number
from deepdaily.read.web_wire import Answer
from deepdaily.render.dingtalk import dingtalk_line, dingtalk_messages
from deepdaily.render.limits import LIMITS

BUSY = frozenset({-1, 302, 130101, 130103, 410100, 90002, 90018})
"""The system is busy, or messages come faster than twenty a minute (error codes of custom bots, 2026)."""


@dataclass(frozen=True, slots=True)
class DingtalkBot(Service):
    """Messages of Markdown; where the bot asks for a signature it stands in the address."""

    secret: str = field(default="", repr=False)
    keyword: str = ""

    name = "DingTalk"
    limits = LIMITS["dingtalk"]
    remedies = (
        (r"key ?words?|关键词", "write one of the bot's keywords into `keyword` of the channel"),
        (r"sign|签名", "check that secret_env holds the bot's signing secret (SEC…)"),
        (r"timestamp|时间戳|expired", "check that this machine's clock is right: a signature is good for an hour"),
        (r"whitelist|白名单|\bip\b", "add this machine's address to the bot's list, or take the list away"),
        (
            r"\b(300001|400101|400106|40014|400013)\b|token is not exist|不存在|解散",
            "the bot or its group is gone: renew the webhook",
        ),
        (r"\b400102\b|停用|stopped", "the bot is switched off: switch it on in the group's settings"),
        (r"\b4301\d\d\b", "the service's own filter refuses the content"),
        (r"\b(40035|43004|400105|460101)\b", "the service does not read this message: is it a webhook of a DingTalk bot?"),
    )

    def messages(self, issue: Issue, link: str) -> list[Message]:
        return dingtalk_messages(issue, self.shape, link, self.keyword)

    def line(self, text: str) -> Message:
        return dingtalk_line(text if self.keyword in text else f"{text} · {self.keyword}")

    def request(self, message: Message, now: datetime) -> tuple[str, Mapping[str, str], bytes]:
        """DingTalk signs `timestamp + newline + secret` with the secret as the key; the time in milliseconds."""
        address, headers, body = Service.request(self, message, now)
        if not self.secret:
            return address, headers, body
        stamp = int(now.timestamp() * 1000)
        digest = hmac.new(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), sha256).digest()
        sign = quote(base64.b64encode(digest).decode(), safe="")
        return f"{address}{'&' if '?' in address else '?'}timestamp={stamp}&sign={sign}", headers, body

    def acknowledged(self, answer: Answer) -> Acknowledged:
        return by_number(answer, ("errcode",), ("errmsg",), BUSY)
