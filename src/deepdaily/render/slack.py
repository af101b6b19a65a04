"""An issue as messages of Slack (Block Kit), split at item borders.

Foreign text stands in `plain_text`, where Slack reads no emphasis, and escaped, so that no mention and no link comes out of it;
only the label of a link has to stand in `mrkdwn`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from deepdaily.core.text import shorten
from deepdaily.core.types import Issue, Shape
from deepdaily.render.chat_texts import HEADLINE_COLUMNS, widened
from deepdaily.render.digest import LINK_CHARS, Brief, BriefRow, Dispatch, dispatch, grouped
from deepdaily.render.limits import LIMITS

MOST_BLOCKS, MOST_CHARS, MOST_HEADER_CHARS = LIMITS["slack"].blocks, LIMITS["slack"].most, 145
"""The last of 150 characters of a header (Block Kit reference, 2026)."""

SlackBlock = dict[str, Any]


def slack_messages(issue: Issue, shape: Shape = "full", link: str = "") -> list[dict[str, Any]]:
    """The messages in order, each of at most MOST_BLOCKS blocks; an item is never cut in two."""
    told = dispatch(issue, shape, link)
    begun = [_header(told.title), *(_text("section", _fitting(line, MOST_CHARS)) for line in (told.notice, told.summary) if line)]
    on = [[_linked(told.words.message["read_on"], told.link)]] if told.link else []
    if shape == "headline":
        groups = [[*begun, *_headlines(told), *(block for blocks in on for block in blocks)]]
    else:
        lists = [_listed(heading, rows) for heading, rows in told.lists]
        parts = [begun, *map(_item, told.briefs), *lists, *on]
        packed = grouped(parts, lambda group, _: sum(map(len, group)) <= MOST_BLOCKS)
        groups = [[block for blocks in group for block in blocks] for group in packed]
    shown = {"text": _fitting(told.title, MOST_HEADER_CHARS), "unfurl_links": False, "unfurl_media": False}  # by a notification
    return [{**shown, "blocks": blocks} for blocks in groups]


def slack_line(text: str) -> dict[str, Any]:
    """A message of one line."""
    return {"text": _fitting(widened(text), MOST_CHARS)}


def _headlines(told: Dispatch) -> Iterator[SlackBlock]:
    """The titles in as few texts as a section holds, in so many blocks as are left."""
    lines = [_titled(brief) for brief in told.briefs]
    for group in grouped(lines, lambda group, _: len("\n".join(group)) <= MOST_CHARS):
        yield {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(group), "verbatim": True}}


def _titled(brief: Brief) -> str:
    title = _inert(widened(shorten(brief.title, HEADLINE_COLUMNS)))
    linked = 0 < len(brief.address) <= LINK_CHARS
    return f"{brief.number}. " + (f"<{_address(brief.address)}|{title}>" if linked else title)


def _item(brief: Brief) -> list[SlackBlock]:
    blocks = [_header(f"{brief.number}. {brief.title}")]
    blocks += [_text("section", part) for part in _parts(brief.rows)]
    if 0 < len(brief.address) <= MOST_CHARS // 2:
        blocks.append(
            {"type": "context", "elements": [{"type": "mrkdwn", "text": f"<{_address(brief.address)}>", "verbatim": True}]}
        )
    return blocks


def _listed(heading: str, rows: Sequence[BriefRow]) -> list[SlackBlock]:
    return [_header(heading), *(_text("section", part) for part in _parts(rows))]


def _parts(rows: Sequence[BriefRow]) -> list[str]:
    """The lines, a bullet before each where there are several, in as few texts as a section holds."""
    found: list[str] = []
    for row in rows:
        bullet = "" if len(rows) == 1 else "    ◦ " if row.below else "• "
        place = f" {_address(row.address)}" if 0 < len(row.address) <= LINK_CHARS else ""
        said = bullet + _fitting(row.text, MOST_CHARS - len(bullet + place)) + place
        longer = f"{found[-1]}\n{said}" if found else said
        if found and len(longer) <= MOST_CHARS:
            found[-1] = longer
        else:
            found.append(said)
    return found


def _header(text: str) -> SlackBlock:
    return _text("header", _fitting(text, MOST_HEADER_CHARS))


def _linked(label: str, address: str) -> SlackBlock:
    text = {"type": "mrkdwn", "text": f"*<{_address(address)}|{_inert(label)}>*", "verbatim": True}
    return {"type": "section", "text": text}


def _text(kind: str, escaped: str) -> SlackBlock:
    return {"type": kind, "text": {"type": "plain_text", "text": escaped, "emoji": False}}


def _fitting(text: str, most: int) -> str:
    """`text` escaped and cut to at most so many characters; an escape is five at most."""
    columns = most
    while (over := len(escaped := _inert(shorten(text, columns))) - most) > 0:
        columns -= -(-over // 5)
    return escaped


def _inert(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _address(url: str) -> str:
    return _inert(url).replace("|", "%7C")
