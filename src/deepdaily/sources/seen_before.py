"""What a list had last time, for places that say of nothing when it came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from deepdaily.core.types import Harvest


class Remembered(Protocol):
    """What the store has of it: `store.source_book`."""

    def seen(self, source: str) -> dict[str, datetime]: ...
    def keep_seen(self, source: str, urls: Iterable[str], at: datetime) -> None: ...
    def harvest_before(self, slot: str, source: str) -> Harvest | None: ...


class _NothingSeen:
    """Remembers nothing: every visit is the first one."""

    def seen(self, source: str) -> dict[str, datetime]:
        return {}

    def keep_seen(self, source: str, urls: Iterable[str], at: datetime) -> None:
        return

    def harvest_before(self, slot: str, source: str) -> Harvest | None:
        return None


NOTHING_SEEN: Remembered = _NothingSeen()


def new_since(book: Remembered, source: str, urls: Iterable[str], now: datetime) -> tuple[set[str], bool]:
    """Those of `urls` that were not listed before `now`, and whether nothing was: the place is asked for the first time.

    All are remembered with `now`. A run keeps its `now` when it is killed and begun again, so what it remembered itself is
    still new to it, and no link is lost between remembering it and keeping what was offered.
    """
    listed = list(dict.fromkeys(urls))
    before = {url for url, at in book.seen(source).items() if at < now}
    fresh = {url for url in listed if url not in before}
    book.keep_seen(source, [url for url in listed if url in fresh], now)
    return fresh, not before
