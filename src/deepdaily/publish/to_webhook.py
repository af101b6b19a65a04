"""Any program that takes JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deepdaily.core.types import Issue
from deepdaily.publish.chats import Acknowledged, Message, Service, json_of, text_of
from deepdaily.read.web_wire import Answer
from deepdaily.render.limits import Limits
from deepdaily.render.webhook import webhook_line, webhook_message


@dataclass(frozen=True, slots=True)
class Webhook(Service):
    """The issue in one message; every answer of 2xx is a yes."""

    token: str = field(default="", repr=False)

    name = "the webhook"
    limits = Limits("bytes", 0, 60)
    remedies = ((r"\bHTTP (401|403)\b", "check the token in token_env"), (r"\bHTTP 404\b", "check the address in url_env"))

    def messages(self, issue: Issue, link: str) -> list[Message]:
        return [webhook_message(issue, self.shape, link)]

    def line(self, text: str) -> Message:
        return webhook_line(text)

    def request(self, message: Message, now: datetime) -> tuple[str, Mapping[str, str], bytes]:
        address, headers, body = Service.request(self, message, now)
        return address, {**headers, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}, body

    def acknowledged(self, answer: Answer) -> Acknowledged:
        return Acknowledged(True, "", text_of(answer))

    def secrets(self) -> Sequence[str]:
        return [*Service.secrets(self), *([self.token] if self.token else [])]


@dataclass(frozen=True, slots=True)
class UnknownHook(Webhook):
    """An address that may be anybody's: an answer that says no in the way of a chat service is a no, whatever its status."""

    def acknowledged(self, answer: Answer) -> Acknowledged:
        said = json_of(answer)
        numbers = [said[key] for key in ("errcode", "code", "StatusCode") if type(said.get(key)) is int]
        refused = said.get("ok") is False or any(number != 0 and not 200 <= number < 300 for number in numbers)
        return Acknowledged(not refused, "", text_of(answer))
