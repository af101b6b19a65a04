"""What was printed: items found by words, and what became of a link."""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.text import tokens
from deepdaily.core.types import Issue, Item, Loss, Slot
from deepdaily.core.urls import page_key
from deepdaily.store import Store


@dataclass(frozen=True, slots=True)
class Hit:
    """A printed item that has the words looked for; `snippet` is the printed sentence that has most of them."""

    day: str
    story: str
    title: str
    snippet: str


def search(store: Store, words: str, limit: int = 20) -> list[Hit]:
    """Printed items with every one of `words` (Latin words, Chinese of one character or more), the most relevant first."""
    wanted = set(tokens(words))
    hits = []
    for printed in store.find(words, limit):
        title, *sentences = printed.claims
        lowered = [sentence.lower() for sentence in sentences]  # their words again would cost ten times the query
        counts = [sum(word in sentence for word in wanted) for sentence in lowered]
        best = sentences[counts.index(max(counts))] if sentences else title
        hits.append(Hit(Slot.of_key(printed.slot).day, printed.story, title, best))
    return hits


def item_of(issue: Issue, number: int) -> Item | None:
    """Item `number` of the issue, from 1."""
    return issue.items[number - 1] if 1 <= number <= len(issue.items) else None


def fate(url: str, store: Store) -> list[tuple[str, Loss | Item]]:
    """What became of a link, by slot, newest first: the item that told it, or why it was lost.

    A link that led elsewhere is found by its own address, too.
    """
    wanted = page_key(url)
    found: list[tuple[str, Loss | Item]] = []
    for slot in store.slots():
        day = Slot.of_key(slot).day
        issue = store.issue(day)
        items = issue.items if issue else ()
        read = {one.document for asked, one in store.readings(slot).items() if page_key(asked) == wanted and one.document}
        told = [
            (day, item) for item in items if any(cited.document in read or page_key(cited.url) == wanted for cited in item.sources)
        ]
        found += told or [(day, loss) for loss in store.losses(slot) if page_key(loss.url) == wanted]
    return found
