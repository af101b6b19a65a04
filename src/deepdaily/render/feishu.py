"""An issue as Feishu (Lark) cards: interactive messages, split at item borders, counted in bytes of the request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from deepdaily.core.types import Issue
from deepdaily.render.digest import Brief, briefs, questions
from deepdaily.render.foreign import plain, shown
from deepdaily.words import Words, of

MOST_BYTES = 18_000
"""A bot's request may hold about 20 KB (open platform documentation, 2026); the rest is for the wrapping and signature."""

_SPECIAL = re.compile(r"[&<>*_~`\[\]\\]|^#")
"""Marks that can begin something: without a bracket before it a parenthesis is no address, and `!` no picture."""

_WIDE = str.maketrans("<>[]", "＜＞［］")
"""A header is plain text, and clients have drawn mentions in it all the same."""


def escape(text: str) -> str:
    """`text` as it shall be seen in a card's Markdown: no mention, no link, no emphasis comes out of it."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", plain(text))


def cards(issue: Issue) -> list[dict[str, Any]]:
    """The messages in order, each below MOST_BYTES as JSON; an item is never cut."""
    messages: list[dict[str, Any]] = []
    words = of(issue.draft.language)
    waiting = [f"{words.notice}{words.colon}{escape(issue.draft.notice)}"] if issue.draft.notice else []
    for element in [*_items(issue), *_questions(issue, words)]:
        if waiting and size_of(_message(issue, [*waiting, element], len(messages) + 1)) > MOST_BYTES:
            messages.append(_message(issue, waiting, len(messages) + 1))
            waiting = []
        waiting.append(element)
    return [*messages, _message(issue, waiting, len(messages) + 1)] if waiting else messages


def size_of(message: dict[str, Any]) -> int:
    """Bytes of the request's body."""
    return len(json.dumps(message, ensure_ascii=False).encode())


def _items(issue: Issue) -> Iterator[str]:
    """Each item; one that is too long for a whole message in its shortest form."""
    for brief in briefs(issue):
        element = _element(brief)
        fits = size_of(_message(issue, [element], 1)) <= MOST_BYTES
        yield element if fits else _element(brief.shortest())


def _questions(issue: Issue, words: Words) -> list[str]:
    """What was and will be followed, in as few elements as fit; none where nothing is."""
    found: list[str] = []
    for line in (f"- {escape(line)}" for line in questions(issue)):
        longer = "\n".join([*(found[-1:] or [f"**{words.watchlist}**"]), line])
        if found and size_of(_message(issue, [longer], 1)) > MOST_BYTES:
            found.append(line)
        else:
            found[-1:] = [longer]
    return found


def _element(brief: Brief) -> str:
    rows = (f"{'    - ' if row.below else '- '}{escape(row.text)}" for row in brief.rows)
    lines = [f"**{brief.number}. {escape(brief.title)}**", *rows]
    if brief.address:
        lines.append(f"[{escape(shown(brief.address))}]({brief.address})")
    return "\n".join(lines)


def _message(issue: Issue, texts: list[str], part: int) -> dict[str, Any]:
    title = plain(issue.draft.title).translate(_WIDE) or issue.day
    elements: list[dict[str, str]] = []
    for text in texts:
        elements += [{"tag": "hr"}] if elements else []
        elements.append({"tag": "markdown", "content": text})
    return {
        "msg_type": "interactive",
        "card": {
            "schema": "2.0",
            "header": {"title": {"tag": "plain_text", "content": f"{title} ({part})" if part > 1 else title}},
            "body": {"elements": elements},
        },
    }
