"""What a list had last time, for places that say of nothing when it came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from deepdaily.core.types import Harvest


class Remembered(Protocol):
    """What the store has of it: `store.source_book`."""

    def seen(self, source: str, slot: str) -> set[str]: ...
    def keep_seen(self, source: str, urls: Iterable[str], slot: str) -> None: ...
    def harvest_before(self, slot: str, source: str) -> Harvest | None: ...


class _NothingSeen:
    """Remembers nothing: every visit is the first one."""

    def seen(self, source: str, slot: str) -> set[str]:
        return set()

    def keep_seen(self, source: str, urls: Iterable[str], slot: str) -> None:
        return

    def harvest_before(self, slot: str, source: str) -> Harvest | None:
        return None


KNOWN_AT_FIRST = "known from the first visit, without a day"
"""Why a link of a first visit is not offered."""

NOTHING_SEEN: Remembered = _NothingSeen()


def new_in(book: Remembered, source: str, urls: Iterable[str], slot: str) -> tuple[dict[str, None], bool]:
    """Those of `urls` that no other slot with an issue knew, in their order, and whether there is none: it is a first visit.

    They are to be remembered for the slot with `book.keep_seen` when nothing can go wrong any more. A slot is no other one to
    itself: what a run saw that was dry, was killed or found nothing to publish is still new to the run after it, and to every
    slot until one is published; a correction finds new what was new to the issue it corrects.
    """
    before = book.seen(source, slot)
    return {url: None for url in urls if url not in before}, not before
