"""An issue as messages of a Discord webhook: one embed each, in Discord's Markdown."""

from __future__ import annotations

import re
from typing import Any

from deepdaily.core.text import shorten
from deepdaily.core.types import Issue, Shape
from deepdaily.render.chat_texts import Marks, texts
from deepdaily.render.digest import Dispatch, dispatch
from deepdaily.render.foreign import plain
from deepdaily.render.limits import LIMITS

TITLE_COLUMNS = 120
"""Of 256 characters of an embed's title (channel resource, 2026): each may need a backslash."""

COLOUR = 0x0B5A55

_SPECIAL = re.compile(r"[\\*_~`|\[\]<>]|^[#+-]|:(?=\w+:)|(?<=^\d)[.)]")

_NOBODY: dict[str, list[str]] = {"parse": []}
"""Nobody is called, whatever the text says."""


def backslashed(text: str) -> str:
    """`text` as it shall be seen in Discord: no markup, no masked link, and nobody is named.

    A backslash does not help before `@everyone`: a zero width space behind the sign does.
    """
    escaped = _SPECIAL.sub(lambda found: "\\" + found.group(), plain(text))
    return re.sub(r"(?i)@(?=everyone|here)", "@\u200b", escaped)


MARKS = Marks(escape=backslashed, strong=lambda text: f"**{text}**", link=lambda label, address: f"[{label}]({address})")


def discord_messages(issue: Issue, shape: Shape = "full", link: str = "") -> list[dict[str, Any]]:
    """The messages in order; an item is never cut in two."""
    told, limits = dispatch(issue, shape, link), LIMITS["discord"]
    found = texts(told, MARKS, lambda text, _: limits.size(text) <= limits.most)
    return [_message(told, text, part) for part, text in enumerate(found, 1)]


def discord_line(text: str) -> dict[str, Any]:
    """A message of one line."""
    return {"content": backslashed(text), "allowed_mentions": _NOBODY}


def _message(told: Dispatch, text: str, part: int) -> dict[str, Any]:
    title = backslashed(shorten(told.numbered(part), TITLE_COLUMNS))
    embed = {"title": title, **({"url": told.link} if told.link else {}), "description": text, "color": COLOUR}
    return {"embeds": [embed], "allowed_mentions": _NOBODY}
