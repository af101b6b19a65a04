"""What a run remembers: what was told, asked and advised, seen from its own slot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from deepdaily.core.types import Claim, Issue, Section, Slot, Watch
from deepdaily.memory import ADVICE_ISSUES, Memory
from making import NOW, SLOT, issue, story

TOLD = story("GitHub pauses the Codex rollout", url="https://a.example/1")
WATCH = Watch("w-1", "Will the rollout go on?", ("Codex",), TOLD.id, date(2026, 3, 9), date(2026, 3, 20))


def of_day(days: int, *watches: Watch, advice: str = "") -> Issue:
    """The issue of so many days ago; a negative number is of a day to come."""
    then = timedelta(days=days)
    made = issue(TOLD, slot=Slot(SLOT.due - then), now=NOW - then)
    (item,) = made.items
    advised = (Section("advice", (Claim(advice),)),) if advice else ()
    draft = replace(made.draft, items=(replace(item, sections=(*item.sections, *advised)),))
    return replace(made, draft=draft, closing=replace(made.closing, watchlist=watches))


def test_a_run_s_own_issue_is_no_repeat_and_one_of_a_later_day_is() -> None:
    """A missed day is written afterwards."""
    tomorrow, today, yesterday = (of_day(days) for days in (-1, 0, 1))
    memory = Memory(SLOT, (tomorrow, today, yesterday))

    assert memory.told == [tomorrow, yesterday]
    assert memory.earlier == [yesterday]


def test_only_what_was_asked_before_can_be_answered_today() -> None:
    over = replace(WATCH, id="w-2", question="Over?", expires_on=date(2026, 3, 11))
    later = replace(WATCH, id="w-3", question="Asked tomorrow?")
    memory = Memory(SLOT, (of_day(-1, later), of_day(2, WATCH, over)))

    assert memory.asked == [WATCH, over]
    assert memory.open == [WATCH]


def test_advice_is_remembered_for_so_many_issues_and_then_may_be_given_again() -> None:
    memory = Memory(SLOT, tuple(of_day(days, advice=f"advice {days}") for days in range(1, ADVICE_ISSUES + 3)))

    assert memory.advised == {f"advice {days}" for days in range(1, ADVICE_ISSUES + 1)}
