"""What stands before an article or in its place: logins, challenges, consent, notices that it is gone, calls to pay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser

from deepdaily.core.cues import cues, table
from deepdaily.core.errors import NoText
from deepdaily.core.text import sentences, width
from deepdaily.read.blocks import Block

SCRIPTED = "hardly any text"
"""How the reason begins of a page that scripts may fill in."""

LITTLE = 400
"""Columns below which a page is a headline and a caption, not an article."""

MIN_COLUMNS = 100
"""Columns (a Chinese character counts two) of title and text below which a page has none: about two sentences. Half are text."""

NOTE_COLUMNS = 24
"""The same of a page that calls itself an article: release notes are as short as `Fixed the drawing of messages`."""

SHORT = 1500
"""A page up to this many columns may be a login or a challenge; a longer one only speaks of them."""

NOTICE_CHARS = 6_000
"""Of a text that are looked at for a notice: the longest consent walls have four thousand."""

SENTENCE_COLUMNS = 16
"""Columns below which a line is the name of something."""

CALL_LINES = 8
"""Lines before the end of an article, and behind it, among which the call stands."""

CALL_CHARS = 240
"""Of a line that may be a call to pay; a longer one is prose about subscriptions."""

_CUES = cues(table(__name__))
_SITE = re.compile(r"\s[|–—·-]\s")


def refuse_wall(title: str, body: str, tree: LexborHTMLParser, paywalled: bool, article: bool) -> None:
    """Raises NoText: a login, a challenge, an error page, a call to pay with nothing before it, or hardly any text.

    Args:
        paywalled: it calls to pay.
        article: its head calls it an article.
    """
    columns = width(body[: SHORT + 1])
    asks_to_log_in = columns <= LITTLE and tree.css_first("input[type='password']") is not None
    told = columns > LITTLE and article
    titled = columns <= SHORT and not told and (_CUES["wall"].match(title) or _CUES["gone"].match(title) or _is_error(title))
    if titled or (columns <= LITTLE and (_only_a_wall(body) or asks_to_log_in)):
        raise NoText(f"a login or challenge page: {(title or body)[:80]}")
    least = 2 * MIN_COLUMNS if paywalled else NOTE_COLUMNS if article else MIN_COLUMNS - min(width(title), MIN_COLUMNS // 2)
    if columns < least:
        raise NoText(f"{SCRIPTED}: perhaps a page that scripts fill in")


def _is_error(title: str) -> bool:
    """Whether a title, but for the name of its site, is that of an error page."""
    return any(_CUES["error"].fullmatch(part.strip(" .!…")) for part in (title, _SITE.split(title, maxsplit=1)[0]))


def _only_a_wall(body: str) -> bool:
    """Whether lines of a login or a challenge are there, and hardly anything beside them."""
    rest = [line for line in body.split("\n") if not _CUES["wall"].search(line)]
    return "\n".join(rest) != body and width("\n".join(rest)) < 2 * MIN_COLUMNS


def is_notice(text: str) -> bool:
    """Whether most sentences speak of cookies, partners and consent, or of a text that is not there any more."""
    said = [one for one in sentences(text[:NOTICE_CHARS]) if width(one.text) >= SENTENCE_COLUMNS]
    others = 0
    for one in said:
        others += not _CUES["notice"].search(one.text)
        if 2 * others >= len(said):
            return False
    return bool(said)


def calls_to_pay(seen: Sequence[Block], article: Sequence[Block]) -> bool:
    """Whether a line at the end of the article, or right behind it, says that the rest is for those who pay."""
    last = next((at for at, block in enumerate(seen) if article and block is article[-1]), len(seen) - 1)
    near = [*article[-CALL_LINES:], *seen[last + 1 : last + 1 + CALL_LINES]]
    return any(block.tag != "pre" and len(block.raw) <= CALL_CHARS and bool(_CUES["pay"].search(block.text())) for block in near)
