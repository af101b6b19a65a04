"""An issue as messages of Slack (Block Kit), split at item borders.

Foreign text stands in `plain_text`, where Slack reads no emphasis, and escaped, so that no mention and no link comes out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from deepdaily.core.text import shorten
from deepdaily.core.types import Issue
from deepdaily.render.digest import Brief, BriefRow, briefs, questions
from deepdaily.render.foreign import plain
from deepdaily.words import of

MOST_BLOCKS, MOST_CHARS, MOST_HEADER_CHARS = 45, 2_900, 145
"""Of a message 50 blocks, of a section's text 3,000 characters and of a header 150 (Block Kit reference, 2026)."""

SlackBlock = dict[str, Any]


def slack_messages(issue: Issue) -> list[dict[str, Any]]:
    """The messages in order, each of at most MOST_BLOCKS blocks; an item is never cut in two."""
    words = of(issue.draft.language)
    title = plain(issue.draft.title) or issue.day
    groups = [[_header(title)]]
    if issue.draft.notice:
        groups[0].append(_text("section", _fitting(f"{words.notice}{words.colon}{plain(issue.draft.notice)}", MOST_CHARS)))
    told = [*map(_item, briefs(issue)), *_questions(issue, words.watchlist)]
    for blocks in told:
        if len(groups[-1]) + len(blocks) > MOST_BLOCKS:
            groups.append([])
        groups[-1].extend(blocks)
    shown = {"text": _fitting(title, MOST_HEADER_CHARS), "unfurl_links": False, "unfurl_media": False}  # by a notification
    return [{**shown, "blocks": blocks} for blocks in groups]


def _item(brief: Brief) -> list[SlackBlock]:
    blocks = [_header(f"{brief.number}. {brief.title}")]
    blocks += [_text("section", part) for part in _parts(brief.rows)]
    if brief.address:
        blocks.append(
            {"type": "context", "elements": [{"type": "mrkdwn", "text": f"<{_address(brief.address)}>", "verbatim": True}]}
        )
    return blocks


def _questions(issue: Issue, heading: str) -> Iterator[list[SlackBlock]]:
    rows = [BriefRow(line) for line in questions(issue)]
    if rows:
        yield [_header(heading), *(_text("section", part) for part in _parts(rows))]


def _parts(rows: Sequence[BriefRow]) -> list[str]:
    """The lines, a bullet before each, in as few texts as a section holds."""
    found: list[str] = []
    for row in rows:
        bullet = "    ◦ " if row.below else "• "
        said = bullet + _fitting(row.text, MOST_CHARS - len(bullet))
        longer = f"{found[-1]}\n{said}" if found else said
        if found and len(longer) <= MOST_CHARS:
            found[-1] = longer
        else:
            found.append(said)
    return found


def _header(text: str) -> SlackBlock:
    return _text("header", _fitting(text, MOST_HEADER_CHARS))


def _text(kind: str, escaped: str) -> SlackBlock:
    return {"type": kind, "text": {"type": "plain_text", "text": escaped, "emoji": False}}


def _fitting(text: str, most: int) -> str:
    """`text` escaped and cut to at most so many characters; an escape is five at most."""
    escaped = _inert(shorten(text, most))
    return escaped if len(escaped) <= most else _inert(shorten(text, most // 5))


def _inert(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _address(url: str) -> str:
    return _inert(url).replace("|", "%7C")
