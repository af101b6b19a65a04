"""Source texts as numbered units: what a model reads, and what its citations point back to.

A unit is a sentence, a heading, a list entry or a table row beside its column names, as 5 of 23 claims of a trial lacked a
citation that stood in a heading or a table's first line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepdaily.core.evidence import passage
from deepdaily.core.lexicon import BOILERPLATE, CODE, FOLLOWS
from deepdaily.core.quantities import numbers
from deepdaily.core.text import squeeze
from deepdaily.core.to_machines import spoken
from deepdaily.core.types import Document, Evidence, Story
from deepdaily.core.urls import host
from deepdaily.models.asking import fence
from deepdaily.write.by_rule.passages import rows

MOST_UNITS, MOST_TOKENS = 160, 4_000
"""Of the lead: leaves 81 to 85 % of 123 posts whole (median 49 units, 1.1k tokens)."""

MOST_OTHER_TOKENS = 1_500
"""Of each further report: it adds or contradicts, it does not tell the story again."""

MOST_DOCUMENTS = 3

LINE_TOKENS = 3
"""Of the number before a unit."""

LONGEST_UNIT = 1_200
"""Characters; a longer line is no sentence."""

LONGEST_FURNITURE = 80
"""Characters of a line that is no part of the text."""

_LEAD_UNITS, _LAST_UNITS = 12, 5


@dataclass(frozen=True, slots=True)
class Unit:
    """A citable stretch of a document, as the model sees it."""

    number: int
    """From 1, over all documents of a story."""
    text: str
    evidence: tuple[Evidence, ...]
    document: Document
    heading: int = 0
    """The number of the heading it stands under; 0 for none."""
    is_heading: bool = False


FRAME_BYTES = 300
"""Of the fence and the lines that name the documents."""


def units_of(story: Story, room: int | None = None) -> list[Unit]:
    """The story's documents as units, lead first, numbered through; long ones without their least telling parts.

    Args:
        room: bytes that they may take together, in the fence; the lead takes of it first.
    """
    found: list[Unit] = []
    first, left = 1, None if room is None else max(0, room - FRAME_BYTES) // 4
    for place, document in enumerate(story.documents[:MOST_DOCUMENTS]):
        units, most = _units(document, first), MOST_TOKENS if place == 0 else MOST_OTHER_TOKENS
        first += len(units)
        fitting = _fitting(units, most if left is None else min(most, left))
        if left is not None:
            left -= sum(tokens_in(unit.text) + LINE_TOKENS for unit in fitting)
        found += fitting
    return found


def _units(document: Document, first: int) -> list[Unit]:
    """Every unit of one document; the title line first."""
    tabled = {row.row[0]: row for row in rows(document)}
    every = spoken(document.text)
    alone = Counter(one.block for one in every)
    found: list[Unit] = []
    heading, seen = 0, set[str]()  # code samples repeat their lines: each is read once
    for sentence in every:
        number, row = first + len(found), tabled.get(sentence.start)
        if row is not None:
            proofs = tuple(passage(document, *span) for span in (row.header, row.row))
            found.append(Unit(number, row.text, proofs, document, heading))
            continue
        if len(sentence.text) > LONGEST_UNIT or _is_furniture(sentence.text) or sentence.text in seen:
            continue
        seen.add(sentence.text)
        headed = bool(found) and alone[sentence.block] == 1 and _is_heading(sentence.text)
        bullet = 2 * sentence.text.startswith("- ")  # the mark of a list entry is the extractor's, not the page's
        proof = passage(document, sentence.start + bullet, sentence.end)
        found.append(Unit(number, sentence.text, (proof,), document, 0 if headed else heading, headed))
        heading = number if headed else heading
    return found


def _is_furniture(line: str) -> bool:
    """A short line of the page's own (share, subscribe, cookies); a long one with such a word may be news about it."""
    return len(line) <= LONGEST_FURNITURE and bool(BOILERPLATE.search(line))


def _is_heading(line: str) -> bool:
    ended = line.rstrip("”\"'）)]").endswith((".", "!", "?", "。", "！", "？", "；", "…", ":", "："))
    return len(line) <= 100 and not ended and not line.startswith("- ") and " | " not in line


def tokens_in(text: str) -> int:
    """About how many tokens: a CJK character is about one in three bytes, a Latin word one in five."""
    return max(1, len(text.encode()) // 4)


def _fitting(units: Sequence[Unit], most_tokens: int) -> list[Unit]:
    """Those that fit: first title, lead and ending, then what has figures or names limits, then the rest, code last; in order."""

    def worth(pair: tuple[int, Unit]) -> int:
        place, unit = pair
        if CODE.search(unit.text):
            return 3
        if place < _LEAD_UNITS or unit.is_heading:
            return 0
        if numbers(unit.text) or FOLLOWS.search(unit.text):
            return 1
        return 2 if place < len(units) - _LAST_UNITS else 1

    kept, left = set[int](), most_tokens
    for _, unit in sorted(enumerate(units), key=worth):
        left -= tokens_in(unit.text) + LINE_TOKENS
        if left < 0 or len(kept) == MOST_UNITS:
            break
        kept.add(unit.number)
    return [unit for unit in units if unit.number in kept]


def fenced(units: Iterable[Unit], key: bytes, before: Sequence[str] = ()) -> str:
    """The units, numbered, in their fence; `before` are lines that come first inside it."""
    named: list[str] = []
    lines = list(before)
    for unit in units:
        if unit.document.id not in named:
            named.append(unit.document.id)
            published = unit.document.published_at
            dated = f", {published.date().isoformat()}" if published else ""
            lines.append(f"[{host(unit.document.url)}{dated}]")
        lines.append(f"{unit.number}{' #' if unit.is_heading else '|'} {squeeze(unit.text)}")
    return fence(lines, named, key)
