"""What stands around the cited passages of a stored text: short windows, never the whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from deepdaily.core.evidence import stands
from deepdaily.core.to_machines import unspoken
from deepdaily.core.types import Document, Evidence
from deepdaily.render.notes import Note

SIDE_CHARACTERS = 300
"""Most context on each side of a passage: two or three sentences, enough to see whether it was torn out of place."""

CONTEXT_CHARACTERS = 2400
"""Most context a document gives in all, and never more than half of its text: we quote, we do not republish."""

CARD_CHARACTERS = 80
"""Most context on each side where a fact opens to its passage: a day has some sixty, and its page shall stay below 80 KB."""

LEAST_CHARACTERS = 24
"""Less context tells nobody anything."""

STRANGER_CHARACTERS, STRANGERS_PART = 400, 5
"""For readers who are not the owner: most context on each side, and one part in so many of a text that passages and context take
together, unless the passages alone take more."""

_BORDER = re.compile(r"(?<=[。！？\n])|(?<=[.!?;] )")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of text that the same notes rest on; none: context."""

    text: str
    notes: tuple[Note, ...] = ()
    """Outermost first: a longer passage before one within it."""
    begins: frozenset[int] = frozenset()
    """Numbers of the notes whose passage begins here."""
    ends: frozenset[int] = frozenset()


GAP = Stretch("……")
"""Where text was left out."""


def excerpt(document: Document | None, notes: Sequence[Note], *, stranger: bool = False) -> list[Stretch]:
    """The passages of `notes`, which all rest on `document`, with what stands around them, in the order of the text.

    To a stranger no more of the text is shown than STRANGERS_PART allows. Where the document is not at hand, or a passage is no
    longer in its place, the bare quotation follows at the end.
    """
    there = [note for note in notes if document and stands(note.evidence, document)]
    found: list[Stretch] = []
    at = 0
    text = document.text if document else ""
    for window in _windows(text, there, _side(text, there, stranger)):
        found += [GAP] * (window.start > at) + _stretches(text, window, there, [(one.start, one.end) for one in unspoken(text)])
        at = window.stop
    for note in notes:
        if note not in there:
            found += [GAP, Stretch(note.evidence.quote, (note,), frozenset({note.number}), frozenset({note.number}))]
    return [*found, GAP] if at < len(text.rstrip()) else found


def whole(document: Document, notes: Sequence[Note]) -> list[Stretch]:
    """All of the stored text, cut where the passages of `notes` begin and end; for its owner's eyes, not to publish."""
    there = [note for note in notes if stands(note.evidence, document)]
    return _stretches(document.text, slice(0, len(document.text)), there)


def contexts(document: Document, notes: Sequence[Note]) -> dict[Evidence, tuple[str, str]]:
    """What stands before and behind the passage of each of `notes` that is in its place, cut at a word, without what is unspoken.

    All of it is at most one part in STRANGERS_PART of the text; empty where that is too little to tell anything.
    """
    there = [note for note in notes if stands(note.evidence, document)]
    text = document.text
    side = min(CARD_CHARACTERS, len(text) // STRANGERS_PART // (2 * max(1, len(there))))
    if side < LEAST_CHARACTERS:
        return {}
    silent = [(one.start, one.end) for one in unspoken(text)]
    found = {}
    for note in there:
        start, end = _left(text, note.evidence.start, side), _right(text, note.evidence.end, side)
        start = max([start, *(stop for _, stop in silent if stop <= note.evidence.start)])
        end = min([end, *(begin for begin, _ in silent if begin >= note.evidence.end)])
        before, after = text[start : note.evidence.start], text[note.evidence.end : end]
        mended = any(begin < note.evidence.end and note.evidence.start < stop for begin, stop in silent)
        found[note.evidence] = ("", "") if mended else (_cut(before, start > 0, 0), _cut(after, end < len(text.rstrip()), -1))
    return found


def _cut(context: str, cut: bool, at: int) -> str:
    """One line of context, with the ellipsis where the text goes on; empty where there is nothing to show."""
    line = " ".join(context.split())
    if not (line and cut):
        return line
    return f"…{line}" if at == 0 else f"{line}…"


def _side(text: str, notes: Sequence[Note], stranger: bool) -> int:
    """The most context on each side of one of `notes`."""
    share = 2 * max(1, len(notes))
    if not stranger:
        return min(SIDE_CHARACTERS, min(CONTEXT_CHARACTERS, len(text) // 2) // share)
    quoted = sum(note.evidence.end - note.evidence.start for note in notes)
    return min(STRANGER_CHARACTERS, max(0, len(text) // STRANGERS_PART - quoted) // share)


def _windows(text: str, notes: Sequence[Note], side: int) -> list[slice]:
    """One window a passage, overlapping ones merged, each widened to a sentence border within the allowed side."""
    merged: list[slice] = []
    for note in sorted(notes, key=lambda note: note.evidence.start):
        start, end = _left(text, note.evidence.start, side), _right(text, note.evidence.end, side)
        if merged and start <= merged[-1].stop:
            merged[-1] = slice(merged[-1].start, max(end, merged[-1].stop))
        else:
            merged.append(slice(start, end))
    return merged


def _left(text: str, start: int, side: int) -> int:
    low = max(0, start - side)
    border = 0 if low == 0 else next((found.end() for found in _BORDER.finditer(text, low, start)), None)
    return start - len(text[low:start].partition(" ")[2]) if border is None else border


def _right(text: str, end: int, side: int) -> int:
    high = min(len(text), end + side)
    borders = [found.end() for found in _BORDER.finditer(text, end, high) if found.end() > end]
    if high == len(text) or borders:
        return high if high == len(text) else borders[-1]
    return end + len(text[end:high].rpartition(" ")[0])


def _stretches(text: str, window: slice, notes: Sequence[Note], silent: Sequence[tuple[int, int]] = ()) -> list[Stretch]:
    """The text of the window, cut at the borders of notes; of what stands around them, `silent` is left out."""
    within = [note for note in notes if window.start <= note.evidence.start and note.evidence.end <= window.stop]
    within.sort(key=lambda note: (note.evidence.start, -note.evidence.end))
    ends = {at for note in within for at in (note.evidence.start, note.evidence.end)}
    left_out = [one for one in silent if window.start < one[1] and one[0] < window.stop]
    within_window = (min(max(at, window.start), window.stop) for one in left_out for at in one)
    cuts = sorted({window.start, window.stop, *ends, *within_window})
    quoted = [(note.evidence.start, note.evidence.end) for note in within]
    return [
        GAP
        if any(one[0] <= start < one[1] for one in left_out) and not any(one[0] <= start < one[1] for one in quoted)
        else Stretch(
            text[start:end],
            tuple(note for note in within if note.evidence.start <= start and end <= note.evidence.end),
            frozenset(note.number for note in within if note.evidence.start == start),
            frozenset(note.number for note in within if note.evidence.end == end),
        )
        for start, end in pairwise(cuts)
    ]
