"""A group bot of WeCom (企业微信)."""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.types import Issue
from deepdaily.publish.chats import Acknowledged, Message, Service, by_number
from deepdaily.read.web_wire import Answer
from deepdaily.render.limits import LIMITS
from deepdaily.render.wecom import wecom_line, wecom_messages

BUSY = frozenset({-1, 45009, 45011, 45033, 50001, 6000})
"""The system is busy, or is asked too often or by too many at once (global error codes, 2026)."""


@dataclass(frozen=True, slots=True)
class WecomBot(Service):
    """Messages of Markdown."""

    name = "WeCom"
    limits = LIMITS["wecom"]
    remedies = (
        (
            r"\b(93000|93004|93008|40014)\b|invalid webhook|webhook url",
            "the bot was removed or its key is wrong: renew its webhook",
        ),
        (r"\b(45002|40058|44004)\b", "the service finds the message too long or empty: report it with the number"),
        (r"\b(40008|40035|44001|47001)\b", "the service does not read this message: is it a webhook of a WeCom bot?"),
        (r"\b60020\b", "this machine's address is not allowed: ask an administrator"),
    )

    def messages(self, issue: Issue, link: str) -> list[Message]:
        return wecom_messages(issue, self.shape, link)

    def line(self, text: str) -> Message:
        return wecom_line(text)

    def acknowledged(self, answer: Answer) -> Acknowledged:
        return by_number(answer, ("errcode",), ("errmsg",), BUSY)
