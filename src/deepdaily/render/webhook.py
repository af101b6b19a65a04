"""An issue as JSON for any program that takes a webhook."""

from __future__ import annotations

from typing import Any

from deepdaily.core.types import Issue, Shape
from deepdaily.render.chat_texts import Marks, texts
from deepdaily.render.digest import BriefRow, dispatch
from deepdaily.render.foreign import plain
from deepdaily.render.proofs import for_machines

_PLAIN = Marks(
    escape=plain,
    strong=lambda text: text,
    link=lambda label, address: address if label.rstrip("…") in address else f"{label} {address}",
    head=plain,
)


def webhook_message(issue: Issue, shape: Shape = "full", link: str = "") -> dict[str, Any]:
    """The one message: the issue by its parts, and the same as `text`; texts are unescaped, empty where there is nothing."""
    told = dispatch(issue, shape, link)
    return {
        "text": "\n\n".join(texts(told, _PLAIN, lambda *_: True)),
        "title": told.title,
        "day": issue.day,
        "language": told.words.tag,
        "url": told.link,
        "notice": told.notice,
        "summary": plain(issue.closing.summary),
        "items": [
            {"number": one.number, "title": one.title, "lines": [row.text for row in one.rows], "url": one.address}
            for one in told.briefs
        ],
        "lists": [{"heading": heading, "lines": [*map(_line, rows)]} for heading, rows in told.lists],
        "deepdaily": for_machines(issue),
    }


def webhook_line(text: str) -> dict[str, Any]:
    """A message of one line."""
    return {"text": plain(text)}


def _line(row: BriefRow) -> str:
    return f"{row.text} {row.address}".rstrip()
