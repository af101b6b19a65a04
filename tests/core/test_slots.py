"""Slots are named in the digest's zone; the ladder asks for enough stories from enough hosts."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from math import inf
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.slots import AGAIN, GIVEN_UP, LEAST_S, begun, left_s, next_try, share_s, slot_at, slot_of
from deepdaily.ladder import LADDER, suffices
from making import SHANGHAI, SLOT, story

EIGHT = time(8, 0)


def test_midnight_in_utc_is_already_morning_in_shanghai() -> None:
    assert slot_at(datetime(2026, 2, 10, 23, 59, tzinfo=UTC), EIGHT, SHANGHAI).key == "daily/2026-02-11T08:00:00+08:00"


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)))
def test_a_slot_is_on_the_local_day_of_the_run(now: datetime) -> None:
    assert slot_at(now, EIGHT, SHANGHAI).due.date() == now.astimezone(SHANGHAI).date()


@pytest.mark.parametrize(
    ("at", "started", "day"),
    [
        (time(0, 10), "2026-02-10T23:30", "2026-02-10"),  # before work begins
        (time(0, 10), "2026-02-10T23:40", "2026-02-11"),
        (time(0, 10), "2026-02-11T00:05", "2026-02-11"),
        (time(0, 10), "2026-02-11T09:00", "2026-02-11"),
        (time(23, 50), "2026-02-10T23:20", "2026-02-10"),
        (time(23, 50), "2026-02-11T00:00", "2026-02-10"),
        (time(23, 50), "2026-02-11T01:50", "2026-02-10"),
        (time(23, 50), "2026-02-11T01:51", "2026-02-11"),  # given up
        (time(8), "2026-02-11T00:00", "2026-02-11"),
        (time(8), "2026-02-11T23:59", "2026-02-11"),
    ],
)
@pytest.mark.parametrize("zone", [SHANGHAI, ZoneInfo("America/Los_Angeles")])
def test_an_hour_near_midnight_is_kept_from_the_other_side_of_it(at: time, started: str, day: str, zone: ZoneInfo) -> None:
    now = datetime.fromisoformat(started).replace(tzinfo=zone)

    assert slot_at(now.astimezone(UTC), at, zone, early=timedelta(minutes=30)).day == day


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.sampled_from(["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/Berlin"]),
)
def test_whatever_starts_a_run_it_works_for_the_slot_that_the_keeper_would_try(moment: datetime, at: time, name: str) -> None:
    now, zone, early = moment.replace(tzinfo=UTC), ZoneInfo(name), timedelta(minutes=30)
    slot, _ = begun(now, at, zone, early)
    until_given_up = now - slot.due.astimezone(UTC) <= GIVEN_UP

    assert not until_given_up or slot_at(now, at, zone, early=early) == slot


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


# -- the hour ---------------------------------------------------------------------------------------------------------

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("clock", "deadline", "seconds"),
    [
        (time(7, 30), None, 28 * 60),
        (time(7, 30), time(7, 50), 20 * 60),
        (time(7, 56), None, 120),
        (time(7, 57), None, inf),  # too late for haste
        (time(9, 0), None, inf),
    ],
)
def test_a_run_has_the_time_to_its_deadline_unless_it_is_late_anyway(clock: time, deadline: time | None, seconds: float) -> None:
    assert left_s(SLOT, datetime.combine(SLOT.due.date(), clock, SHANGHAI), deadline) == seconds


def test_the_time_left_is_real_time_when_the_wall_clock_jumps() -> None:
    slot = slot_of(datetime(2026, 3, 29).date(), time(3, 30), BERLIN)  # 02:00 to 03:00 is left out that night

    assert left_s(slot, datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN), None) == 58 * 60


def test_a_share_is_a_part_of_what_remains_within_bounds() -> None:
    assert share_s(60, 0.25, inf) == 60
    assert share_s(60, 0.25, 100) == 25
    assert share_s(60, 0.25, -5) == LEAST_S


@given(
    st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)),
    st.times(),
    st.integers(min_value=0, max_value=720),
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Apia")]),
)
def test_one_slot_has_begun_and_the_next_one_has_not(now: datetime, hour: time, early_min: int, zone: ZoneInfo) -> None:
    early = timedelta(minutes=early_min)
    slot, following = begun(now, hour.replace(second=0, microsecond=0), zone, early)

    assert slot.due.astimezone(UTC) - early <= now < following
    assert following - (slot.due.astimezone(UTC) - early) <= timedelta(hours=50)


def test_work_begins_so_long_before_a_slot_is_due() -> None:
    early = timedelta(minutes=30)
    begins = SLOT.due - early

    assert begun(begins, EIGHT, SHANGHAI, early) == (SLOT, begins + timedelta(days=1))
    before, following = begun(begins - timedelta(seconds=1), EIGHT, SHANGHAI, early)
    assert (before.day, following) == ("2026-03-11", begins)


def test_a_try_is_now_later_or_never_again() -> None:
    due = SLOT.due.astimezone(UTC)
    following = due + timedelta(hours=23, minutes=30)

    assert next_try(SLOT, due, None, following) == due
    assert next_try(SLOT, due, due + timedelta(minutes=30), following) == due  # the clock was set back
    assert next_try(SLOT, due + AGAIN / 2, due, following) == due + AGAIN
    late = due + GIVEN_UP + AGAIN
    assert next_try(SLOT, late, due, following) == following
    assert next_try(SLOT, late, None, following) == late
