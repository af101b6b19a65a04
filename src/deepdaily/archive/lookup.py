"""What was printed: items found by words, and what became of a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from deepdaily.core.concepts import Wanted, concepts_in, wanted
from deepdaily.core.types import Issue, Item, Loss, Slot
from deepdaily.core.urls import page_key
from deepdaily.store import Store
from deepdaily.store.fulltext import Printed


@dataclass(frozen=True, slots=True)
class Hit:
    """A printed item that has what was looked for; `snippet` is the printed sentence that has most of it."""

    day: str
    story: str
    title: str
    snippet: str
    whole: bool = True
    """It has all that was looked for, and not only a part."""


def search(store: Store, words: str, limit: int = 20) -> list[Hit]:
    """Printed items with every one of `words`, the most relevant first, and behind them a few with some of them.

    Words are Latin ones and Chinese ones of one character or more; a term of the field finds what it means in both languages.
    """
    asked = wanted(words)
    return [_hit(printed, asked) for printed in store.find(words, limit)]


def _hit(printed: Printed, asked: Sequence[Wanted]) -> Hit:
    title, *sentences = printed.claims
    told = {word for one in asked for word in one.words}
    lowered = [sentence.lower() for sentence in sentences]  # their words again would cost ten times the query
    counts = [sum(word in sentence for word in told) for sentence in lowered]
    if sentences and not any(counts):
        meant = {concept for one in asked for concept in one.concepts}
        counts = [len(meant.intersection(_told_of(sentence))) for sentence in sentences]
    best = sentences[counts.index(max(counts))] if sentences else title
    return Hit(Slot.of_key(printed.slot).day, printed.story, title, best, printed.whole)


@lru_cache(maxsize=8192)
def _told_of(sentence: str) -> tuple[str, ...]:
    """The sentence's concepts, found once: what is found by one query is found by the next, too."""
    return tuple(concepts_in(sentence))


def item_of(issue: Issue, number: int) -> Item | None:
    """Item `number` of the issue, from 1."""
    return issue.items[number - 1] if 1 <= number <= len(issue.items) else None


def fate(url: str, store: Store) -> list[tuple[str, Loss | Item]]:
    """What became of a link, by slot, newest first: the item that told it, or why it was lost.

    A link that led elsewhere is found by its own address and by where it led, whether it was told or lost.
    """
    wanted = page_key(url)
    there = {document.id for document in store.documents_at(url)}
    found: list[tuple[str, Loss | Item]] = []
    for slot in store.slots():
        day = Slot.of_key(slot).day
        issue = store.issue(day)
        items = issue.items if issue else ()
        asked = {link: one.document for link, one in store.readings(slot).items() if one.document}
        read = {document for link, document in asked.items() if page_key(link) == wanted}
        told = [
            (day, item) for item in items if any(cited.document in read or page_key(cited.url) == wanted for cited in item.sources)
        ]
        keys = {wanted, *(page_key(document.url) for document in store.documents(read).values())}
        keys |= {page_key(link) for link, document in asked.items() if document in there}
        found += told or [(day, loss) for loss in store.losses(slot) if page_key(loss.url) in keys]
    return found
