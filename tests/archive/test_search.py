"""Questions in Chinese find items that were printed in English, and the other way round.

`tests/search_fixture` has thirty made-up issues and the questions, written before the table of concepts was; `held.txt` has
questions that nothing was chosen by.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from deepdaily.archive.lookup import search
from deepdaily.core.types import Cited, Claim, Closing, Draft, Evidence, Issue, Item, Section, Slot
from deepdaily.store import Store
from making import NOW, SHANGHAI

FIXTURE = Path(__file__).resolve().parent.parent / "search_fixture"
FIRST = 3
"""Hits that a reader looks at."""

BAR, HELD_BAR = 36, 32


def rows(name: str) -> Iterator[list[str]]:
    for line in (FIXTURE / name).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield [part.strip() for part in line.split("|")]


def item(story: str, kind: str, host: str, title: str, said: str) -> Item:
    """An item of the built-in writer: title and sentences are the page's own."""
    document = "sha256:" + sha256(story.encode()).hexdigest()
    told, *sentences = [
        Claim(text, (Evidence(document, 0, len(text), text),)) for text in (title, *filter(None, said.split(" / ")))
    ]
    source = Cited(document, document, f"https://{host}/{story}", host, title, NOW, "test/1")
    sections = (Section("what", tuple(sentences), "原文所述"),) if sentences else ()
    return Item(story, told, sections, (source,), kind=kind)  # type: ignore[arg-type]


def printed() -> Iterator[Issue]:
    days: dict[str, list[Item]] = {}
    for day, *parts in rows("items.txt"):
        days.setdefault(day, []).append(item(*parts))
    for day, items in days.items():
        slot = Slot(datetime.fromisoformat(f"2026-{day}T08:00").replace(tzinfo=SHANGHAI))
        yield Issue(Draft(slot, NOW, "24h", "zh", "日报", tuple(items)), Closing(), (), NOW)


@pytest.fixture
def archive(store: Store) -> Store:
    for issue in printed():
        store.keep_issue(issue)
    return store


def misses(store: Store, name: str) -> list[str]:
    """The questions whose right item is not among the first hits, each with what is there instead."""
    found = []
    for question, right in rows(name):
        stories = [hit.story for hit in search(store, question, FIRST)]
        found += [f"{question}: {' '.join(stories)}"] if not set(right.split()) & set(stories) else []
    return found


def test_the_right_item_is_among_the_first_three_for_nine_questions_in_ten(archive: Store) -> None:
    assert len([*printed()]) == 30
    assert len([*rows("questions.txt")]) - len(found := misses(archive, "questions.txt")) >= BAR, found


def test_questions_that_nothing_was_chosen_by_find_theirs_four_times_in_five(archive: Store) -> None:
    assert len([*rows("held.txt")]) - len(found := misses(archive, "held.txt")) >= HELD_BAR, found
