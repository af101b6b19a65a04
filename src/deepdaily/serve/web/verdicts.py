"""A reader's word on an item, and how what was decided is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from deepdaily.core.decisions import decision_id
from deepdaily.core.types import Decision, Item
from deepdaily.core.urls import page_key

Word = Literal["useful", "useless"]
WORDS_GIVEN: tuple[Word, ...] = ("useful", "useless")


def words_in_force(decisions: Iterable[Decision]) -> Mapping[str, str]:
    """The word on each page, by its key, of `decisions` in force."""
    return {page_key(one.subject): one.kind for one in decisions if one.kind in WORDS_GIVEN}


def word_on(source: str, words: Mapping[str, str]) -> str:
    """The word in force on the item whose first source that address is; empty where none was given."""
    return words.get(page_key(source), "") if words and source else ""


def given(item: Item, word: Word, decisions: Iterable[Decision], now: datetime) -> list[Decision]:
    """What is to be kept when `word` is given on an item with a source: the same word again takes itself back.

    The other word, if it holds, is taken back too: else it would hold again as soon as this one is taken back.
    """
    subject = item.sources[0].url
    held = [
        one
        for one in decisions
        if one.kind in WORDS_GIVEN and one.taken_back_at is None and page_key(one.subject) == page_key(subject)
    ]
    changed = [replace(one, taken_back_at=now) for one in held]
    if held and max(held, key=lambda one: (one.at, one.id)).kind == word:
        return changed
    said = Decision(decision_id(word, subject, "", now), word, subject, now, title=item.name)
    return [*changed, said]
