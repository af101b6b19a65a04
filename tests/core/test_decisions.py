"""What was decided at the desk holds until it is taken back, and the last word counts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from deepdaily.core.decisions import decision_id, desk_of, edit, in_force, in_words, word
from deepdaily.core.types import Decision, DecisionKind

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)
PAGE, OTHER = "https://a.example/post", "https://b.example/post"


def said(kind: DecisionKind, subject: str, other: str = "", *, hours: int = 0) -> Decision:
    return Decision(f"d-{kind}-{hours}", kind, subject, NOON + timedelta(hours=hours), other)


def test_a_pinned_page_is_known_under_its_other_spellings() -> None:
    desk = desk_of([said("pin", PAGE)])

    assert desk.pins("https://www.a.example/post/?utm_source=x")
    assert not desk.pins(OTHER)


def test_a_ban_names_a_page_a_site_with_its_subdomains_or_every_word_of_a_topic() -> None:
    desk = desk_of([said("ban", PAGE), said("ban", "noise.example", hours=1), said("ban", "topic:硬件 传闻", hours=2)])

    assert desk.why_banned(PAGE, "") == "banned at the desk"
    assert "noise.example" in desk.why_banned("https://blog.noise.example/x", "")
    assert "topic" in desk.why_banned(OTHER, "新硬件的传闻")
    assert desk.why_banned("https://notnoise.example/x", "新硬件发布") == ""


def test_the_last_word_on_a_page_or_a_pair_counts() -> None:
    desk = desk_of([said("ban", PAGE, hours=2), said("pin", PAGE), said("merge", PAGE, OTHER), said("split", OTHER, PAGE, hours=1)])

    assert not desk.pins(PAGE)
    assert desk.joined == frozenset()
    assert len(desk.parted) == 1


def test_what_is_taken_back_is_as_if_never_said_and_the_word_before_it_counts_again() -> None:
    ban = said("ban", PAGE, hours=2)
    taken_back = replace(ban, taken_back_at=NOON + timedelta(hours=3))

    assert [one.kind for one in in_force([said("pin", PAGE), ban])] == ["ban"]
    assert [one.kind for one in in_force([said("pin", PAGE), taken_back])] == ["pin"]


def test_a_page_has_one_vote() -> None:
    desk = desk_of([said("useful", PAGE), said("useless", PAGE, hours=1)])

    assert [vote for _, _, vote in desk.votes] == [-1]


def test_a_decision_is_named_by_what_was_said_and_when() -> None:
    name = decision_id("merge", PAGE, OTHER, NOON)

    assert re.fullmatch(r"d-[0-9a-f]{8}", name)
    assert decision_id("merge", PAGE, OTHER, NOON) == name
    assert len({name, decision_id("split", PAGE, OTHER, NOON), decision_id("merge", OTHER, PAGE, NOON)}) == 3
    assert decision_id("merge", PAGE, OTHER, NOON + timedelta(seconds=1)) != name


SLOT = "daily/2026-02-11T08:00:00+08:00"


def test_a_second_reader_s_word_is_for_its_slot_alone_and_takes_the_place_of_no_editor_s() -> None:
    said_there = edit("split", PAGE, NOON + timedelta(hours=1), SLOT, OTHER)
    every = [said("merge", PAGE, OTHER), said_there, edit("ours", PAGE, NOON, SLOT)]

    assert in_force(every) == sorted(every, key=lambda one: (one.at, one.id))
    assert desk_of(every) == desk_of(every[:1])
    assert (said_there.by, said_there.slot) == ("second reader", SLOT)
    assert said_there.id != decision_id("split", PAGE, OTHER, said_there.at)


def test_of_two_words_of_one_slot_on_a_story_the_later_one_counts() -> None:
    both = [edit("off_topic", PAGE, NOON, SLOT), edit("advertising", PAGE, NOON + timedelta(hours=1), SLOT)]

    assert in_force(both) == both[1:]


def test_a_second_reader_s_word_is_a_sentence() -> None:
    one = edit("merge", PAGE, NOON, SLOT, OTHER)

    assert in_words(one) == f"the second reader: same event: {PAGE} and {OTHER}"
    assert in_words(replace(edit("advertising", PAGE, NOON, SLOT), taken_back_at=NOON)).endswith(
        "advertising: " + PAGE + " (taken back)"
    )
    assert word(one) == word(edit("merge", OTHER + "/", NOON, "", PAGE))
