"""Slots are named in the digest's zone; the ladder asks for enough stories from enough hosts."""

from __future__ import annotations

from datetime import UTC, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.schedule import LADDER, slot_at, suffices
from making import SHANGHAI, story

EIGHT = time(8, 0)


def test_midnight_in_utc_is_already_morning_in_shanghai() -> None:
    assert slot_at(datetime(2026, 2, 10, 23, 59, tzinfo=UTC), EIGHT, SHANGHAI).key == "2026-02-11T08:00:00+08:00"


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)))
def test_a_slot_is_on_the_local_day_of_the_run(now: datetime) -> None:
    assert slot_at(now, EIGHT, SHANGHAI).due.date() == now.astimezone(SHANGHAI).date()


def test_rungs_look_back_ever_farther() -> None:
    spans = [span for _, span in LADDER]

    assert spans == sorted(spans)
    assert len(set(spans)) == 3


def test_a_rung_needs_twice_the_items_from_five_hosts() -> None:
    stories = [story(f"Story {n}", url=f"https://h{n % 5}.example/{n}") for n in range(14)]

    assert suffices(stories, 7)
    assert not suffices(stories[:13], 7)
    assert not suffices([story(f"Story {n}", url=f"https://h{n % 4}.example/{n}") for n in range(14)], 7)


def test_a_teaser_does_not_count_as_read() -> None:
    stories = [story(f"Story {n}", url=f"https://h{n % 5}.example/{n}", partial=n == 0) for n in range(14)]

    assert not suffices(stories, 7)
