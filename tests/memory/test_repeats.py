"""Never twice, unless something new happened."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from deepdaily.core.types import Appearance, Closing, FollowUp, Issue, Slot, Watch
from deepdaily.memory.repeats import (
    Recollection,
    is_recalled,
    latest_watches,
    open_watches,
    recollections,
    still_asking,
    unsettled,
    without_repeats,
)
from deepdaily.store.opening import open_store
from making import NOW, SLOT, document, issue, story

THREE_DAYS = timedelta(days=3)
TOLD = story("GitHub pauses the Codex rollout", url="https://a.example/1", hours=80)
EARLIER = issue(TOLD, slot=Slot(SLOT.due - THREE_DAYS), now=NOW - THREE_DAYS)


def test_a_told_link_is_not_told_again() -> None:
    kept, repeats = without_repeats([TOLD], [EARLIER], NOW)

    assert kept == []
    assert repeats == {TOLD.id: "2026-03-09"}


def test_a_told_link_that_leads_elsewhere_today_is_not_told_again() -> None:
    moved = document("Rollout is on hold", url="https://moved.example/z", hours=80)
    again = replace(TOLD, id="s-again", documents=(moved,))

    assert without_repeats([again], [EARLIER], NOW)[0] == []


def test_the_same_news_under_another_address_is_not_told_again() -> None:
    copy = story("GitHub pauses the Codex rollout", url="https://mirror.example/9", hours=79)

    assert without_repeats([copy], [EARLIER], NOW)[0] == []


def test_a_launch_told_before_is_not_told_again_under_another_address_and_title() -> None:
    """2026-02-11: the page beside a change log's entry of 02-04 was told three days after the entry."""
    told = story("Heron and Codex are now available in public preview on Forge", url="https://forge.example/log/1", hours=160)
    earlier = issue(told, slot=Slot(SLOT.due - THREE_DAYS), now=NOW - THREE_DAYS)
    beside = story("Pick your agent: use Heron and Codex in one place", url="https://forge.example/news/2", hours=160)
    chinese = story("Forge 上线 Heron 与 Codex 公测", url="https://zh.example/3", hours=20)
    another = story("Heron and Codex: what two agents cost", url="https://zh.example/4", hours=20)

    kept, repeats = without_repeats([beside, chinese, another], [earlier], NOW)

    assert kept == [another]
    assert repeats == {beside.id: "2026-03-09", chinese.id: "2026-03-09"}


def test_news_since_then_comes_back_as_a_follow_up_that_names_the_earlier_day() -> None:
    later = story("GitHub resumes the Codex rollout", url="https://a.example/2", hours=4)

    (kept,), _ = without_repeats([later], [EARLIER], NOW)

    assert [appearance.day for appearance in kept.thread] == ["2026-03-09"]
    assert kept.documents == later.documents


def test_a_later_report_of_a_told_step_is_no_news() -> None:
    late = story("Codex rollout paused, says GitHub", url="https://late.example/2", hours=4)

    assert without_repeats([late], [EARLIER], NOW) == ([], {late.id: "2026-03-09"})


def test_a_thread_has_the_steps_that_today_is_unlike_too() -> None:
    """The step between is told in another language, in other words."""
    between = replace(
        issue(story("编码代理重新开放，覆盖全部套餐", url="https://b.example/2")).items[0],
        thread=(Appearance("2026-03-09", TOLD.id, TOLD.lead.title),),
    )
    made = issue(slot=Slot(SLOT.due - timedelta(days=1)), now=NOW - timedelta(days=1))
    second = replace(made, draft=replace(made.draft, items=(between,)))
    later = story("GitHub withdraws the Codex rollout", url="https://a.example/3", hours=4)

    (kept,), _ = without_repeats([later], [second, EARLIER], NOW)

    assert [one.day for one in kept.thread] == ["2026-03-09", "2026-03-11"]


def test_many_issues_a_day_do_not_push_a_story_out_of_memory(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        store.keep_issue(EARLIER)
        for hour in range(40):
            store.keep_issue(issue(slot=Slot(SLOT.due - timedelta(hours=hour)), now=NOW - timedelta(hours=hour)))
        remembered = store.issues_since(TODAY - timedelta(days=30))

        assert len(store.issues()) == 30
        assert EARLIER not in store.issues()
        assert without_repeats([TOLD], remembered, NOW)[0] == []
        assert store.issues_since(TODAY + timedelta(days=1)) == []


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


# -- what may be brought back -----------------------------------------------------------------------------------------

TODAY = SLOT.due.date()
WATCH = Watch("w-1", "Will the rollout go on?", ("Codex",), TOLD.id, date(2026, 3, 9), date(2026, 3, 20))


def asking(*watches: Watch, earlier: Issue = EARLIER) -> Issue:
    return replace(earlier, closing=replace(earlier.closing, watchlist=watches))


def again(earlier: Issue, days: int) -> Issue:
    """An issue, `days` before today, that brings the first item of `earlier` back."""
    (item, *_), then = earlier.items, timedelta(days=days)
    marked = replace(item, thread=(*item.thread, Appearance(earlier.day, item.story, item.title.text)))
    draft = replace(earlier.draft, slot=Slot(SLOT.due - then), now=NOW - then, items=(marked,))
    return Issue(draft, Closing(), (), NOW - then)


def test_an_open_question_brings_its_item_back() -> None:
    (found,) = recollections([asking(WATCH)], TODAY, 3)

    assert (found.day, found.item.story, found.watch) == ("2026-03-09", TOLD.id, WATCH)


def test_an_answered_closed_or_expired_question_brings_nothing_back() -> None:
    answered = replace(WATCH, answered_by="s-2")
    closed = replace(WATCH, closed_on=TODAY)
    expired = replace(WATCH, expires_on=TODAY - timedelta(days=1))

    for watch in (answered, closed, expired):
        assert recollections([asking(watch)], TODAY, 3) == []
    assert recollections([asking(replace(WATCH, expires_on=TODAY))], TODAY, 3)


def test_a_question_counts_as_it_last_stood() -> None:
    later = again(EARLIER, 1)
    answered = replace(later, closing=replace(later.closing, watchlist=(replace(WATCH, answered_by="s-2"),)))

    assert open_watches([answered, asking(WATCH)], TODAY) == []
    assert open_watches([asking(WATCH)], TODAY) == [WATCH]
    assert latest_watches([answered, asking(WATCH)]) == list(answered.closing.watchlist)


def test_an_outcome_that_a_later_issue_told_is_how_a_question_stands() -> None:
    for ended in (replace(WATCH, answered_by="s-2"), replace(WATCH, closed_on=TODAY)):
        later = again(EARLIER, 1)
        told = replace(later, closing=replace(later.closing, followed=(FollowUp(ended, "answered"),)))

        assert latest_watches([told, asking(WATCH)]) == [ended]
        assert unsettled([told, asking(WATCH)]) == []
    assert unsettled([asking(WATCH)]) == [WATCH]


def test_what_was_brought_back_is_not_brought_back_again() -> None:
    assert recollections([again(EARLIER, 1), asking(WATCH)], TODAY, 3) == []


def test_a_running_thread_comes_back_for_a_week_after_the_questions() -> None:
    before = (Appearance("2026-03-01", "s-0", "The rollout begins"),)
    followed = replace(EARLIER.items[0], thread=before)
    running = replace(EARLIER, draft=replace(EARLIER.draft, items=(followed,)))
    other = story("A kernel for sparse attention", url="https://c.example/1")
    question = replace(WATCH, story=other.id)
    asked = asking(question, earlier=issue(other, slot=Slot(SLOT.due - THREE_DAYS), now=NOW - THREE_DAYS))

    assert [one.watch for one in recollections([running, asked], TODAY, 3)] == [question, None]
    assert len(recollections([running, asked], TODAY, 1)) == 1
    assert recollections([running], TODAY + timedelta(days=5), 3) == []
    assert recollections([EARLIER], TODAY, 3) == []  # told once and nothing asked


def test_a_recalled_item_is_no_telling() -> None:
    """The news between the telling and the day it was recalled is still news."""
    later = story("GitHub resumes the Codex rollout", url="https://a.example/2", hours=30)
    recalled = again(EARLIER, 1)

    assert is_recalled(recalled.items[0])
    assert [one.lead.url for one in without_repeats([later], [recalled, EARLIER], NOW)[0]] == [later.lead.url]


def test_only_what_today_brings_nothing_new_about_is_still_asked() -> None:
    asked = Recollection(EARLIER.day, EARLIER.items[0], WATCH)
    unasked = replace(asked, watch=None)

    assert still_asking([asked, unasked], [FollowUp(WATCH, "unchanged")]) == (asked, unasked)
    assert still_asking([asked, unasked], []) == (asked, unasked)
    assert still_asking([asked, unasked], [FollowUp(WATCH, "moved")]) == (unasked,)
