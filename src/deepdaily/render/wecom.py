"""An issue as Markdown messages of a WeCom (企业微信) group bot."""

from __future__ import annotations

from typing import Any

from deepdaily.core.types import Issue, Shape
from deepdaily.render.chat_texts import Marks, texts, widened, widened_link
from deepdaily.render.digest import dispatch
from deepdaily.render.foreign import plain
from deepdaily.render.limits import LIMITS

MARKS = Marks(
    escape=widened,  # the bot's Markdown has no escape (message reference of group bots, 2026)
    strong=lambda text: f"**{text}**",
    link=widened_link,
    head=lambda text: f"### {text}",
)


def wecom_messages(issue: Issue, shape: Shape = "full", link: str = "") -> list[dict[str, Any]]:
    """The messages in order; an item is never cut in two."""
    limits = LIMITS["wecom"]
    told = texts(dispatch(issue, shape, link), MARKS, lambda text, _: limits.size(text) <= limits.most)
    return [{"msgtype": "markdown", "markdown": {"content": text}} for text in told]


def wecom_line(text: str) -> dict[str, Any]:
    """A message of one line."""
    return {"msgtype": "text", "text": {"content": plain(text)}}
