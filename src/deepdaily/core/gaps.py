"""What a reader asks of a story and its texts may leave open: price, licence, latency, and where an answer to each stands."""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.cues import Cue, cue, rows, table
from deepdaily.core.naming import unknown_names
from deepdaily.core.text import CJK, names

NEAR = 80
"""Characters between the word for what is asked and the value that answers it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that readers ask."""

    name: str
    asked: Cue
    """In a sentence that says it is not known."""
    said: Cue
    """Where a text speaks of it."""
    value: Cue
    """What an answer holds."""

    def answered_in(self, line: str) -> bool:
        """Whether the line has a value of it near a word for it."""
        spoken = [found.span() for found in self.said.finditer(line)]
        values = [found.span() for found in self.value.finditer(line)]
        return any(start - NEAR <= end_of and begin <= end + NEAR for start, end in spoken for begin, end_of in values)


_TABLE = table(__name__)

GAPS = rows(Gap, _TABLE["gaps"])

BY_NAME = {gap.name: gap for gap in GAPS}

_FRAME, _OTHER = cue(_TABLE["frame"]), Cue(rf"[^{CJK}A-Za-z]")


def asks(unknown: str) -> tuple[Gap, ...]:
    """What an unknown asks for plainly: its every word is one of the frame, a name, or one for a gap.

    Empty where it asks more than the table knows, as `by how much`, `in which languages`: then only a reader can tell whether it is
    answered.
    """
    found = tuple(gap for gap in GAPS if gap.asked.search(unknown))
    rest = unknown
    for gap in found:
        rest = gap.asked.sub(" ", rest)
    for name in names(unknown):
        rest = rest.replace(name, " ")
    return found if found and not _OTHER.sub("", _FRAME.sub("", rest)) else ()


def is_of(unknown: str, told: str, elsewhere: bool = False) -> bool:
    """Whether `told` names everything that the unknown names.

    What names nothing is of whatever its story is of; `elsewhere`, in another story, then nothing is of it.
    """
    return not unknown_names(unknown, told) and not (elsewhere and not unknown_names(unknown, ""))
