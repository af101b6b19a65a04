"""An issue as messages of a Telegram bot: HTML of a few tags."""

from __future__ import annotations

import re
from html import escape as escape_html
from html import unescape
from typing import Any

from deepdaily.core.types import Issue, Shape
from deepdaily.render.chat_texts import Marks, texts
from deepdaily.render.digest import dispatch
from deepdaily.render.foreign import plain
from deepdaily.render.limits import LIMITS


def inert(text: str) -> str:
    """`text` as it shall be seen in Telegram's HTML; a word joiner after `@` keeps it from calling a stranger."""
    return escape_html(re.sub(r"(?<!\w)@(?=\w)", "@\u2060", plain(text)), quote=False)


MARKS = Marks(
    escape=inert,
    strong=lambda text: f"<b>{text}</b>",
    link=lambda label, address: f'<a href="{escape_html(address)}">{label}</a>',
    head=lambda text: f"<b>{text}</b>",
    bullets=("• ", "    ◦ "),
)


def telegram_messages(issue: Issue, shape: Shape = "full", link: str = "") -> list[dict[str, Any]]:
    """The messages in order, the chat not yet named; an item is never cut in two."""
    limits = LIMITS["telegram"]
    told = texts(dispatch(issue, shape, link), MARKS, lambda text, _: limits.size(parsed(text)) <= limits.most)
    return [_message(text) for text in told]


def telegram_line(text: str) -> dict[str, Any]:
    """A message of one line."""
    return _message(inert(text))


def parsed(text: str) -> str:
    """What is seen of a message's HTML: Telegram counts that."""
    return unescape(re.sub(r"<[^<>]*>", "", text))


def _message(text: str) -> dict[str, Any]:
    return {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
