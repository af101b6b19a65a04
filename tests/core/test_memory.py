"""Never twice, unless something new happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from deepdaily.core.memory import without_repeats
from deepdaily.core.types import Slot
from making import NOW, SLOT, document, issue, story

THREE_DAYS = timedelta(days=3)
TOLD = story("GitHub pauses the Codex rollout", url="https://a.example/1", hours=80)
EARLIER = issue(TOLD, slot=Slot(SLOT.due - THREE_DAYS), now=NOW - THREE_DAYS)


def test_a_told_link_is_not_told_again() -> None:
    kept, repeats = without_repeats([TOLD], [EARLIER], NOW)

    assert kept == []
    assert repeats == {TOLD.id: "2026-03-09"}


def test_the_same_news_under_another_address_is_not_told_again() -> None:
    copy = story("GitHub pauses the Codex rollout", url="https://mirror.example/9", hours=79)

    assert without_repeats([copy], [EARLIER], NOW)[0] == []


def test_news_since_then_comes_back_as_a_follow_up_that_names_the_earlier_day() -> None:
    later = story("GitHub resumes the Codex rollout", url="https://a.example/2", hours=4)

    (kept,), _ = without_repeats([later], [EARLIER], NOW)

    assert [appearance.day for appearance in kept.thread] == ["2026-03-09"]
    assert kept.documents == later.documents


def test_a_follow_up_carries_only_what_is_new() -> None:
    new = document("GitHub resumes the Codex rollout", url="https://a.example/2", hours=4)
    mixed = replace(TOLD, documents=(*TOLD.documents, new))

    (kept,), _ = without_repeats([mixed], [EARLIER], NOW)

    assert kept.documents == (new,)


def test_an_unrelated_story_is_untouched() -> None:
    other = story("A kernel for sparse attention", url="https://c.example/1")

    assert without_repeats([other], [EARLIER], NOW) == ([other], {})


def test_after_thirty_days_a_story_may_be_told_anew() -> None:
    month = timedelta(days=31)
    old = issue(TOLD, slot=Slot(SLOT.due - month), now=NOW - month)

    assert without_repeats([TOLD], [old], NOW)[0] == [TOLD]
