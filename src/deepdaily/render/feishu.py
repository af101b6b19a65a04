"""An issue as Feishu (Lark) cards: interactive messages, split at item borders, counted in bytes of the request."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from deepdaily.core.types import Issue, Shape
from deepdaily.render.chat_texts import Marks, pieces
from deepdaily.render.digest import Dispatch, dispatch, grouped
from deepdaily.render.foreign import plain
from deepdaily.render.limits import LIMITS

MOST_BYTES = LIMITS["feishu"].most

COLOUR = "blue"
"""Of a card's header."""

_SPECIAL = re.compile(
    r"[*`\[\]]|~(?!\d)|(?<=\S)~|(?<!\w)_+|_+(?!\w)|&(?=#?\w+;)|<(?=[A-Za-z/!?@])"
    r"|\\(?=[!-/:-@\[-`{-~]|$)|:(?=\w+:)|^[#>+-]|(?<=^\d)[.)]"
)
"""Marks that can begin something: without a bracket before it a parenthesis is no address, and `!` no picture."""

_WIDE = str.maketrans("<>[]", "＜＞［］")
"""A header is plain text, and clients have drawn mentions in it all the same."""


def escape(text: str) -> str:
    """`text` as it shall be seen in a card's Markdown: no mention, no link, no emphasis comes out of it.

    The Markdown of a card undoes HTML entities (component reference of cards, JSON 2.0, 2026), and has no other escape.
    """
    return _SPECIAL.sub(lambda found: "".join(f"&#{ord(sign)};" for sign in found.group()), plain(text))


MARKS = Marks(escape=escape, strong=lambda text: f"**{text}**", link=lambda label, address: f"[{label}]({address})")


def cards(issue: Issue, shape: Shape = "full", link: str = "", keyword: str = "") -> list[dict[str, Any]]:
    """The messages in order, each below MOST_BYTES as JSON; an item is never cut, and the last leads to the issue at `link`."""
    told, marks = dispatch(issue, shape, "", keyword), MARKS
    button = [_button(told, dispatch(issue, shape, link).link)] if link else []

    def fits(group: Sequence[str], part: int) -> bool:
        small = 2 * len(group) + len(button) <= LIMITS["feishu"].blocks
        return small and size_of(_message(told, group, part, button)) <= MOST_BYTES

    groups = grouped(pieces(told, marks, lambda text: fits([text], 9)), fits) or [[]]
    return [_message(told, group, part, button if part == len(groups) else []) for part, group in enumerate(groups, 1)]


def feishu_line(text: str) -> dict[str, Any]:
    """A message of one line."""
    return {"msg_type": "text", "content": {"text": plain(text).translate(_WIDE)}}


def size_of(message: dict[str, Any]) -> int:
    """Bytes of the request's body."""
    return len(json.dumps(message, ensure_ascii=False).encode())


def _button(told: Dispatch, link: str) -> dict[str, Any]:
    return {
        "tag": "button",
        "text": {"tag": "plain_text", "content": told.words.message["read_on"]},
        "type": "primary",
        "behaviors": [{"type": "open_url", "default_url": link}],
    }


def _message(told: Dispatch, texts: Sequence[str], part: int, button: Sequence[dict[str, Any]]) -> dict[str, Any]:
    elements: list[dict[str, Any]] = []
    for text in texts:
        elements += [{"tag": "hr"}] if elements else []
        elements.append({"tag": "markdown", "content": text})
    title = {"tag": "plain_text", "content": told.numbered(part).translate(_WIDE)}
    return {
        "msg_type": "interactive",
        "card": {"schema": "2.0", "header": {"title": title, "template": COLOUR}, "body": {"elements": [*elements, *button]}},
    }
