"""A channel of Discord, by a webhook."""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.types import Issue
from deepdaily.publish.chats import Acknowledged, Message, Service, json_of, text_of
from deepdaily.read.web_wire import Answer
from deepdaily.render.discord import discord_line, discord_messages
from deepdaily.render.limits import LIMITS


@dataclass(frozen=True, slots=True)
class DiscordHook(Service):
    """Messages of one embed; every answer of 2xx is a yes, mostly 204 without a word."""

    name = "Discord"
    limits = LIMITS["discord"]
    remedies = (
        (r"\b(10015|50027)\b|unknown webhook|\bHTTP 404\b", "the webhook is gone: make a new one"),
        (r"\b10003\b|unknown channel", "the channel is gone: make a webhook for another"),
        (r"\b(50001|50013)\b|missing (access|permissions)", "give the webhook's owner the right to post there"),
        (r"\b(200000|240000)\b", "the server's own filter refuses the content"),
        (r"\b(50035|50006|50109)\b", "the service does not read this message: is it a webhook of Discord?"),
    )

    def messages(self, issue: Issue, link: str) -> list[Message]:
        return discord_messages(issue, self.shape, link)

    def line(self, text: str) -> Message:
        return discord_line(text)

    def acknowledged(self, answer: Answer) -> Acknowledged:
        said = json_of(answer)
        wait_s = said.get("retry_after")
        code = "" if "code" not in said else str(said["code"])
        words = str(said.get("message", "")) or text_of(answer)
        return Acknowledged(True, code, words, wait_s=float(wait_s) if isinstance(wait_s, int | float) else None)
