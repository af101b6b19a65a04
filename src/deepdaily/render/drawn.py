"""A day as the reader draws it: made once with the issue and kept beside it, so that a page only adds what lies around the day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from deepdaily.core.types import Document, Issue, Item, Loss
from deepdaily.render.also_seen import Seen, also_seen
from deepdaily.render.body import body
from deepdaily.render.foreign import anchor
from deepdaily.render.html import Masthead, Proofs, masthead_of
from deepdaily.words import Words

_PLACE = re.compile(r"<!--(?:beside (\d+)-->\n?|(\w+)-->)")
"""Where the reader's own lines of an item stand, and its own words; foreign text is escaped and cannot say it."""

_PASSAGE = re.compile(r'(<a href="/e/[\d-]+/\d+)(#e\d+">)')


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """What the reader's own lines of an item are made from."""

    story: str
    """The anchor of its story."""
    source: str
    """The address of its first source; empty where it has none."""


@dataclass(frozen=True, slots=True)
class DrawnDay:
    """The parts of a day's page that are the issue's alone, as HTML but for the title."""

    day: str
    above: Masthead
    told: str
    """HTML with marks where the reader's own lines and words belong."""
    items: tuple[DrawnItem, ...]
    seen: tuple[Seen, ...]
    """What the issue did not tell."""

    def body(self, words: Words, beside: Callable[[DrawnItem], str], query: str = "") -> str:
        """Items, trends and questions as HTML.

        Args:
            words: of the page around them.
            beside: gives the HTML of the reader's own lines of an item.
            query: goes with each link to a passage.
        """
        said = {**words.page, "fetched": words.fetched}

        def put(found: re.Match[str]) -> str:
            if found[2]:
                return said[found[2]]
            line = beside(self.items[int(found[1])])
            return f"{line}\n" if line else ""

        return _PLACE.sub(put, _PASSAGE.sub(rf"\1{query}\2", self.told) if query else self.told)


def drawn_day(issue: Issue, texts: Mapping[str, Document], losses: Iterable[Loss], found: Mapping[str, Document]) -> DrawnDay:
    """The day's parts.

    Args:
        texts: the cited documents by id; one that is missing gives its bare quotation.
        losses: of the issue's slot.
        found: the slot's documents by the address they were found at, for the titles of what was not told.
    """
    proofs = Proofs(issue, lambda note: f"/e/{issue.day}/{note.number}#e{note.number}", texts=texts)
    numbers = {id(item): number for number, item in enumerate(issue.items)}

    def place(item: Item) -> str:
        return f"<!--beside {numbers[id(item)]}-->"

    items = (DrawnItem(anchor(one.story), one.sources[0].url if one.sources else "") for one in issue.items)
    return DrawnDay(
        day=issue.day,
        above=masthead_of(issue, texts),
        told="\n".join(filter(None, body(issue, proofs.tell, place))),
        items=tuple(items),
        seen=tuple(also_seen(issue, losses, found)),
    )


@cache
def drawing_version() -> str:
    """Names the code and the words that draw: what another version drew is drawn again."""
    digest = sha256()
    for room, ending in (("deepdaily.render", ".py"), ("deepdaily.words", ".toml"), ("deepdaily.core", "evidence.py")):
        for file in sorted(files(room).iterdir(), key=lambda one: one.name):
            if file.name.endswith(ending):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
