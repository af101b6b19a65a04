"""The lines of a text with their places: what a form is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deepdaily.core import evidence
from deepdaily.core.cues import Cue
from deepdaily.core.types import Document, Evidence

NOTHING = Cue(r"\W*(?:none|n/?a|nil|null|tbd|unknown|not (?:available|applicable)|无|暂无|没有)?\W*", re.I)
"""A value that says that there is none."""

LONGEST = 2_000
"""Characters of a line of a form; longer ones are prose, and no pattern is tried on them."""


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line of a document, without outer white space."""

    document: Document
    start: int
    text: str

    def passage(self, start: int = 0, end: int | None = None) -> Evidence:
        """The evidence that `text[start:end]` is."""
        return evidence.passage(self.document, self.start + start, self.start + (len(self.text) if end is None else end))


def form_lines(document: Document) -> list[FormLine]:
    """The lines of its text in order, without empty and with cut ones for those longer than LONGEST."""
    found, at = [], 0
    for line in document.text.split("\n"):
        text = line[:LONGEST].strip()
        if text:
            found.append(FormLine(document, at + line.index(text[0]), text))
        at += len(line) + 1
    return found
