"""An issue as Markdown messages of a DingTalk group bot."""

from __future__ import annotations

import json
from typing import Any

from deepdaily.core.types import Issue, Shape
from deepdaily.render.chat_texts import Marks, texts, widened, widened_link
from deepdaily.render.digest import Dispatch, dispatch
from deepdaily.render.foreign import plain
from deepdaily.render.limits import LIMITS

MARKS = Marks(
    escape=widened,  # of escapes the bot's documentation says nothing (message types of custom bots, 2026)
    strong=lambda text: f"**{text}**",
    link=widened_link,
    head=lambda text: f"### {text}",
    newline="  \n",
)

_NOBODY = {"isAtAll": False, "atMobiles": [], "atUserIds": []}
"""Who is called: `@` in the text alone calls nobody."""


def dingtalk_messages(issue: Issue, shape: Shape = "full", link: str = "", keyword: str = "") -> list[dict[str, Any]]:
    """The messages in order; an item is never cut in two."""
    told, limits = dispatch(issue, shape, link, keyword), LIMITS["dingtalk"]

    def fits(text: str, part: int) -> bool:
        return limits.size(json.dumps(_message(told, text, part), ensure_ascii=False)) <= limits.most

    return [_message(told, text, part) for part, text in enumerate(texts(told, MARKS, fits), 1)]


def dingtalk_line(text: str) -> dict[str, Any]:
    """A message of one line."""
    return {"msgtype": "text", "text": {"content": plain(text)}, "at": _NOBODY}


def _message(told: Dispatch, text: str, part: int) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"title": told.numbered(part), "text": text}, "at": _NOBODY}
