"""What the nouns say of themselves: names of slots, dates of candidates, proofs of issues, and how a run ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from deepdaily.core.errors import Exit
from deepdaily.core.types import (
    Candidate,
    Evidence,
    FollowUp,
    Offer,
    RunRecord,
    RunStatus,
    Slot,
    SourceHealth,
    SourceState,
    Stage,
    Trouble,
    Watch,
)
from making import NOW, SLOT, candidate, document, issue, story


@pytest.mark.parametrize("slot", [SLOT, replace(SLOT, digest="chips")])
def test_a_slot_is_found_again_by_its_key(slot: Slot) -> None:
    assert Slot.of_key(slot.key) == slot


def test_only_another_digest_than_the_daily_is_named_in_the_stamp() -> None:
    assert SLOT.stamp == "2026-03-12T08:00:00+08:00"
    assert replace(SLOT, digest="chips").stamp == "chips/2026-03-12T08:00:00+08:00"


def test_a_candidate_is_as_old_as_its_earliest_offer() -> None:
    first, again = (
        Offer("https://a.example/1", name, "Title", published_at=NOW - timedelta(hours=hours))
        for name, hours in (("feed", 9), ("aggregator", 2))
    )
    undated = replace(first, published_at=None)

    assert Candidate(first.url, (undated, again, first)).published_at == first.published_at
    assert candidate("Title", hours=None).published_at is None


def test_an_issue_rests_on_what_its_items_and_its_answers_rest_on_and_its_draft_on_the_items_alone() -> None:
    told = story("vLLM v0.9.1 released")
    answer = document("The rollout has resumed", url="https://b.example/2")
    proof = replace(issue(told).items[0].title, evidence=(Evidence(answer.id, 0, 3, answer.text[:3]),))
    asked = Watch("w-1", "When?", (), told.id, SLOT.due.date(), SLOT.due.date())
    made = issue(told)
    made = replace(
        made, closing=replace(made.closing, followed=(FollowUp(asked, "answered", "s-2", proof), FollowUp(asked, "closed")))
    )

    assert made.draft.proofs() == {told.lead.id}
    assert made.proofs() == {told.lead.id, answer.id}


def test_a_stage_is_named_with_its_rung_where_it_has_one() -> None:
    assert Stage("read", "24h").label == "read 24h"
    assert Stage("select").label == "select"


TROUBLE = Trouble("brave", "429 too many requests")


@pytest.mark.parametrize(
    ("status", "degraded", "troubles", "exit_status"),
    [
        ("published", (), (), Exit.PUBLISHED),
        ("published", ("rung:72h",), (), Exit.DEGRADED),
        ("published", (), (TROUBLE,), Exit.DEGRADED),
        ("failed", (), (), Exit.NOTHING),
        ("running", (), (TROUBLE,), Exit.NOTHING),
    ],
)
def test_a_run_ends_well_only_if_it_published_without_a_trouble(
    status: RunStatus, degraded: tuple[str, ...], troubles: tuple[Trouble, ...], exit_status: Exit
) -> None:
    assert RunRecord(status=status, degraded=degraded, troubles=troubles).exit is exit_status


def test_the_causes_of_a_poor_day_name_the_part_that_failed() -> None:
    assert RunRecord(degraded=("rung:72h",), troubles=(TROUBLE,)).causes == ("rung:72h", "brave: 429 too many requests")


@pytest.mark.parametrize(
    ("state", "asked", "answered", "fine"),
    [
        ("ok", True, True, True),
        ("empty", True, True, True),
        ("no-key", False, False, True),
        ("not-needed", False, False, True),
        ("rate-limited", True, False, False),
    ],
)
def test_a_source_that_was_asked_and_gave_no_answer_is_to_be_mended(
    state: SourceState, asked: bool, answered: bool, fine: bool
) -> None:
    health = SourceHealth("brave", "search", state)

    assert (health.asked, health.answered, health.fine) == (asked, answered, fine)


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (RunRecord(), Exit.NOTHING),
        (RunRecord("failed", missing=("hugo",)), Exit.NOTHING),
        (RunRecord("published", degraded=("x",), missing=("mail",)), Exit.INCOMPLETE),
        (RunRecord("retracted", missing=("feeds",)), Exit.INCOMPLETE),
        (RunRecord("published", degraded=("x",)), Exit.DEGRADED),
        (RunRecord("published"), Exit.PUBLISHED),
    ],
)
def test_a_record_tells_a_missing_channel_from_a_poor_day_and_from_none(record: RunRecord, status: Exit) -> None:
    assert record.exit is status
