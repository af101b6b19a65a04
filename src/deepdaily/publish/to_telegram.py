"""A bot of Telegram."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from deepdaily.core.types import Issue
from deepdaily.publish.chats import Acknowledged, Message, Service, json_of, text_of
from deepdaily.read.web_wire import Answer
from deepdaily.render.limits import LIMITS
from deepdaily.render.telegram import telegram_line, telegram_messages


@dataclass(frozen=True, slots=True)
class TelegramBot(Service):
    """Messages of HTML to one chat; `url` is `https://api.telegram.org/bot<token>/sendMessage`."""

    chat: str = ""
    """Its number, or @name of a public channel; empty where the address has a `chat_id`."""

    name = "Telegram"
    limits = LIMITS["telegram"]
    remedies = (
        (r"migrate|upgraded to a supergroup", "the group has a new number: write it into `chat` of the channel"),
        (r"chat not found|chat_id is empty|PEER_ID_INVALID", "check `chat`, and that the bot is in that chat"),
        (r"kicked|blocked|not a member|deactivated|\bHTTP 403\b", "the bot may not write there: add it to the chat again"),
        (r"not enough rights|need administrator|CHAT_WRITE_FORBIDDEN", "make the bot an administrator who may post"),
        (r"\bHTTP (401|404)\b|unauthorized", "check that token_env holds the whole token of the bot"),
        (r"can't parse entities|too long|text is empty", "the service does not read this message: report it with these words"),
    )

    def messages(self, issue: Issue, link: str) -> list[Message]:
        return [self._to_the_chat(one) for one in telegram_messages(issue, self.shape, link)]

    def line(self, text: str) -> Message:
        return self._to_the_chat(telegram_line(text))

    def _to_the_chat(self, message: Message) -> Message:
        named = self.chat or next(iter(parse_qs(urlsplit(self.url).query).get("chat_id", [])), "")
        return {"chat_id": named, **message}

    def acknowledged(self, answer: Answer) -> Acknowledged:
        said = json_of(answer)
        beside = said.get("parameters")
        beside = beside if isinstance(beside, dict) else {}
        code, wait_s = said.get("error_code"), beside.get("retry_after")
        moved = f" (migrate to {beside['migrate_to_chat_id']})" if "migrate_to_chat_id" in beside else ""
        return Acknowledged(
            said.get("ok") is True,
            "" if code is None else str(code),
            str(said.get("description", "")) + moved or text_of(answer),
            code == 429 or (isinstance(code, int) and code >= 500),
            float(wait_s) if isinstance(wait_s, int | float) else None,
        )
