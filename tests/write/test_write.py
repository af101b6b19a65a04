"""The draft around its items: the notice on top, trends that are shared, questions that are open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from deepdaily.core.decisions import NO_DESK
from deepdaily.core.text import width
from deepdaily.core.types import Closing, Draft, Ranked, SourceHealth, SourceKind, SourceState, Story, Watch
from deepdaily.settings import Digest
from deepdaily.words import of
from deepdaily.write import begun
from deepdaily.write.by_rule import ByRule
from deepdaily.write.by_rule.trends import SUMMARY_COLUMNS, trends
from deepdaily.write.by_rule.trends import summary as summed
from deepdaily.write.notice import notice_of
from making import NOW, SLOT, story

CACHE = story(
    "Quillserve 2.4 released with KV cache offload for LLM inference",
    "Quillserve 2.4 keeps the KV cache of LLM inference on local disks and reached 31% higher throughput on 8 GPUs.",
    url="https://a.example/1",
)
DRAFTED = story(
    "Kernwerk 3 preview moves the KV cache between GPU nodes",
    "Kernwerk 3 is a preview that moves KV cache blocks between nodes with 12 GB/s and was announced on Tuesday.",
    url="https://b.example/2",
)
PAUSED = story(
    "Larkspur pauses the rollout of its coding agent",
    "Larkspur pauses the rollout of its coding agent after 3 of 40 customers lost the permission settings of a sandbox.",
    url="https://c.example/3",
)
STORIES = CACHE, DRAFTED, PAUSED


BY_RULE = ByRule()
DIGEST = Digest(title="日报（{date}）")


async def draft(*stories: Story, health: tuple[SourceHealth, ...] = (), advised: Collection[str] = ()) -> Draft:
    made, findings = await BY_RULE.write(begun(SLOT, NOW, "24h", DIGEST, health), stories, advised, 1)
    assert findings == []
    return made


async def closing(*stories: Story, asked: Sequence[Watch] = (), of: Draft | None = None) -> Closing:
    """What ends the draft of `stories`, or `of`: that draft as review left it."""
    made, findings = await BY_RULE.close(of or await draft(*stories), stories, asked, 1)
    assert findings == []
    return made


def health(kind: SourceKind, state: SourceState, offers: int = 0, source: str = "") -> SourceHealth:
    return SourceHealth(source or kind, kind, state, offers)


GOOD = health("feed", "ok", 12), health("hackernews", "ok", 40), health("search", "ok", 9)


# -- the notice -------------------------------------------------------------------------------------------------------


def test_a_good_day_has_no_notice() -> None:
    assert notice_of(GOOD, "24h", "zh") == ("", ())


@pytest.mark.parametrize(
    ("state", "said"), [("rate-limited", "limit"), ("quota-spent", "quota"), ("unreachable", "answer"), ("refused", "answer")]
)
def test_a_whole_kind_of_source_that_gave_nothing_is_named(state: SourceState, said: str) -> None:
    """2026-02-08: one search API answered 429 and the day had no candidates."""
    for language, name in (("zh", "搜索"), ("en", "search")):
        notice, causes = notice_of((*GOOD[:2], health("search", state, source="brave")), "24h", language)
        assert name in notice
        assert language == "zh" or said in notice
        assert "429" not in notice
        assert causes == (f"search:brave:{state}",)


@pytest.mark.parametrize("kind", get_args(SourceKind))
def test_every_kind_that_can_be_configured_is_named_when_all_of_it_is_dead(kind: SourceKind) -> None:
    others = [one for one in GOOD if one.kind != kind]
    for language in ("zh", "en"):
        notice, causes = notice_of((*others, health(kind, "unreachable", source="one")), "24h", language)
        assert of(language).trouble.kinds[kind].strip() in notice
        assert causes == (f"{kind}:one:unreachable",)


@pytest.mark.parametrize(
    "others",
    [
        (health("feed", "unreachable", source="one"), health("feed", "ok", 3, "two")),
        (health("feed", "not-a-feed", source="one"), health("feed", "ok", 1, "two")),
    ],
)
def test_one_failing_source_among_others_of_its_kind_is_no_notice(others: tuple[SourceHealth, ...]) -> None:
    assert notice_of((*others, *GOOD[1:]), "24h", "zh") == ("", ())


@pytest.mark.parametrize("kind", get_args(SourceKind))
def test_one_that_has_nothing_new_is_an_answer_of_its_kind_beside_others_that_fail(kind: SourceKind) -> None:
    """Pages without a new link, arXiv at a weekend, a mailbox without mail: a usual day."""
    others = [one for one in GOOD if one.kind != kind]
    failed = [health(kind, "unreachable", source="one"), health(kind, "refused", source="two")]
    for language in ("zh", "en"):
        assert notice_of((*others, failed[0], health(kind, "empty", source="quiet")), "24h", language) == ("", ())
        notice, causes = notice_of((*others, *failed), "24h", language)
        assert notice
        assert causes == (f"{kind}:one:unreachable",)


def test_one_that_rests_is_no_answer_of_its_kind() -> None:
    failed, rests = health("page", "unreachable", source="one"), health("page", "resting", source="two")

    assert notice_of((*GOOD, failed, rests), "24h", "en")[1] == ("page:one:unreachable",)
    assert notice_of((*GOOD, rests), "24h", "en") == ("", ())


@pytest.mark.parametrize("state", ["no-key", "empty", "ok"])
def test_a_search_without_a_key_or_without_a_hit_is_no_trouble(state: SourceState) -> None:
    assert notice_of((*GOOD[:2], health("search", state)), "24h", "zh") == ("", ())


@pytest.mark.parametrize(("rung", "said"), [("72h", "72"), ("7d", "7")])
def test_a_wider_window_is_said_to_readers_and_is_no_trouble(rung: str, said: str) -> None:
    for language in ("zh", "en"):
        notice, causes = notice_of(GOOD, rung, language)  # type: ignore[arg-type]
        assert said in notice
        assert causes == ()


def test_two_causes_stand_in_one_notice() -> None:
    notice, causes = notice_of((*GOOD[:2], health("search", "quota-spent", source="brave")), "memory", "zh")

    assert causes == ("search:brave:quota-spent", "rung:memory")
    assert "额度" in notice
    assert "记忆" in notice


async def test_the_draft_carries_notice_and_causes() -> None:
    made = await draft(*STORIES, health=(*GOOD[:2], health("search", "quota-spent", source="brave")))

    assert made.notice
    assert made.degraded == ("search:brave:quota-spent",)


# -- around the items -------------------------------------------------------------------------------------------------


async def test_title_items_and_summary_are_of_this_day_and_in_order() -> None:
    made = await draft(*STORIES)
    summary = (await closing(*STORIES)).summary

    assert made.title == "日报（2026-03-12）"
    assert [item.story for item in made.items] == [one.id for one in STORIES]
    assert summary in ("；".join(item.title.text for item in made.items[:2]), made.items[0].title.text)
    assert width(summary) <= SUMMARY_COLUMNS


async def test_two_items_that_only_share_a_subject_make_no_trend() -> None:
    assert (await closing(*STORIES)).trends == ()
    assert trends([], [], "zh") == ()


def released(n: int, entry: str) -> Story:
    url = f"https://github.com/kern/werk{n}/releases/tag/v3.4.{n}"
    return story(f"Kernwerk {n} v3.4.{n}", f"- {entry}\n- Added a colour picker for the dashboard of {n}", url=url)


async def test_two_projects_that_repair_security_are_a_trend_and_one_is_none() -> None:
    hole = "Fixed a bypass of the sandbox where excluded commands ran without permission in {}"
    first, second, other = released(1, hole.format(1)), released(2, hole.format(2)), released(3, "Fixed the crash of the store")

    (trend,) = (await closing(first, second, other)).trends

    assert set(trend.stories) == {first.id, second.id}
    assert (await closing(first, other)).trends == ()


async def test_what_was_judged_on_the_last_days_is_not_said_again() -> None:
    gone = story(
        "Quillserve 3 is now generally available",
        "Update: We are pausing the rollout.\n\nQuillserve 3 is generally available to every customer since Tuesday.",
    )
    (first,) = (await draft(gone)).items
    (later,) = (await draft(gone, advised=first.judged())).items

    assert first.judged()
    assert later.judged() == ()


async def test_the_built_in_writer_changes_no_order_and_no_draft_and_has_no_trouble() -> None:
    ranked = [Ranked(one, score, ()) for one, score in zip(STORIES, (1.0, 3.0, 2.0), strict=True)]
    made = await draft(*STORIES)

    assert await BY_RULE.edit(STORIES, [], SLOT, NOW, 1) == ([], [])
    assert await BY_RULE.order(ranked, 2, NO_DESK, 1) == (ranked, [])
    assert await BY_RULE.look_over(made, [], 1) == (made, [])
    assert BY_RULE.troubles() == []


async def test_trends_and_questions_are_only_of_items_that_review_left() -> None:
    made = await draft(*STORIES)
    left = await closing(*STORIES, of=replace(made, items=made.items[:-1]))
    gone = made.items[-1].story

    assert gone in {watch.story for watch in (await closing(*STORIES)).watchlist}
    assert gone not in {watch.story for watch in left.watchlist}
    assert made.items[-1].title.text not in left.summary


# -- what will be followed --------------------------------------------------------------------------------------------


async def test_a_question_is_asked_of_a_state_and_not_of_a_figure_or_a_passing_word() -> None:
    figures = story("Kernwerk 3 moves the KV cache", "Kernwerk 3 moves the KV cache 2x faster, and a preview of 4 will follow.")

    assert [watch.story for watch in (await closing(PAUSED)).watchlist] == [PAUSED.id]
    assert (await closing(figures)).watchlist == ()


async def test_an_open_question_is_not_asked_again() -> None:
    first = (await closing(*STORIES)).watchlist
    second = (await closing(*STORIES, asked=first)).watchlist

    assert first
    assert not {watch.question for watch in first} & {watch.question for watch in second}


async def test_one_question_a_story_and_at_most_three_an_issue() -> None:
    more = [
        story(f"Larkspur {n} pauses the rollout of agent {n}", PAUSED.lead.text, url=f"https://h{n}.example/") for n in range(5)
    ]
    asked = (await closing(*more)).watchlist

    assert len(asked) == 3
    assert len({watch.story for watch in asked}) == 3
    assert len({watch.id for watch in asked}) == 3


async def test_a_question_is_opened_today_and_has_an_end() -> None:
    for watch in (await closing(*STORIES)).watchlist:
        assert watch.opened_on == SLOT.due.date()
        assert watch.opened_on < watch.expires_on <= watch.opened_on + timedelta(days=31)


def test_an_issue_without_items_has_no_summary() -> None:
    assert summed((), "zh") == ""


async def test_two_days_on_which_something_ends_are_a_trend() -> None:
    def ending(n: int) -> Story:
        table = f"Model | Retirement date | Replacement\nkw-{n}1 | 2026-05-0{n} | kw-{n}8\nkw-{n}2 | 2026-06-0{n} | kw-{n}9"
        body = f"Kernwerk {n} retires two models of its gateway this year.\n\nModels\n{table}"
        return story(f"Kernwerk {n} retires models", body, url=f"https://k{n}.example/deprecations")

    (trend,) = (await closing(ending(1), ending(2))).trends

    assert "kw-11 2026-05-01" in trend.text
    assert "kw-21 2026-05-02" in trend.text
