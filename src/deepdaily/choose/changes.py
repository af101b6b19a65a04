"""What release notes change, line by line: a version is no news, what it closes, breaks or brings is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from deepdaily.core.cues import Cue, cue, cues, table
from deepdaily.core.lexicon import MODEL
from deepdaily.core.types import Document, Story

_TABLE = table(__name__)
_ADDRESS, _BARE = cue(_TABLE["address"]), cue(_TABLE["bare"])
_LINES, _HEADINGS = cues(_TABLE["lines"]), cues(_TABLE["headings"])

MOST_LINES, LONGEST = 400, 400
"""So many lines of one page are looked at, and so many characters of each: the notes of a large release have about 300 lines."""

SHORT = 48
"""A heading has at most so many characters."""

CAPABILITIES = 3
"""A release brings something new in full with so many lines that say so: one may be a spinner."""

_GRAVE = "grave fault"
_NAMES = {"grave": _GRAVE, "breaking": "breaking change", "behaviour": "changed behaviour", "gain": "measured gain"}

SMALL = "small changes only"


def is_notes(document: Document) -> bool:
    """Whether the page lists the changes of a release: by its address, or by a title that is a name and a build."""
    bare = _BARE.search(document.title) and not MODEL.search(document.title)
    return bool(_ADDRESS.search(document.url) or bare)


def changes_signals(story: Story) -> dict[str, float]:
    """What a story's release notes change, each from 0 to 1; of another story only whether its title names a grave fault.

    `small changes only` is what is left of 1: 1 for notes of repairs and chores, however many they are. Of notes that were read
    in part nothing is said.
    """
    if not is_notes(story.lead):
        return {_GRAVE: 1.0} if _LINES["grave"].search(story.lead.title) else {}
    notes = [one for one in story.documents if is_notes(one) and not one.partial]
    if not notes:
        return {}
    told = Counter(kind for one in notes for kind in _kinds(one))
    found = {name: 1.0 for kind, name in _NAMES.items() if told[kind]}
    if told["capability"]:
        found["new capability"] = min(1.0, told["capability"] / CAPABILITIES)
    small = 1.0 - min(1.0, sum(found.values()))
    return found | ({SMALL: round(small, 3)} if small else {})


def _kinds(document: Document) -> Iterator[str]:
    """What each line of the notes is, by its own words or by the heading it stands under."""
    under = "other"
    for line in document.text.removeprefix(document.title).split("\n", MOST_LINES)[:MOST_LINES]:
        line = line[:LONGEST].strip()
        if len(line) <= SHORT and (heading := _first(_HEADINGS, line)) and not _is_entry(line):
            under = heading
        elif line:
            own = _first(_LINES, line) or under
            yield under if under in ("fix", "chore") and own in ("capability", "behaviour") else own


def _is_entry(line: str) -> bool:
    return line.startswith(("-", "*", "•", "+")) or bool(re.match(r"\d+[.)、]", line))


def _first(patterns: dict[str, Cue], line: str) -> str:
    return next((name for name, pattern in patterns.items() if pattern.search(line)), "")
