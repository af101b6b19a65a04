"""What the store remembers of places that are asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from deepdaily.core.types import Slot
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from making import issue

NOW = datetime(2026, 3, 12, 0, 30, tzinfo=UTC)
DAY = timedelta(days=1)


A, B = "https://lab.example/a", "https://lab.example/b"
FIRST, SECOND, THIRD = (Slot(NOW + days * DAY) for days in range(3))


def test_what_a_slot_saw_is_known_to_others_as_soon_as_there_is_an_issue_of_it(store: Store) -> None:
    store.keep_seen("lab", [A, B], FIRST.key)
    store.keep_seen("lab", [A], FIRST.key)
    before = store.seen("lab", SECOND.key)
    store.keep_issue(issue(slot=FIRST))

    assert before == store.seen("lab", FIRST.key) == store.seen("another", SECOND.key) == set()
    assert store.seen("lab", SECOND.key) == {A, B}


def test_what_an_issue_that_was_taken_back_or_corrected_saw_stays_known(store: Store) -> None:
    for slot, url in ((FIRST, A), (SECOND, B)):
        store.keep_seen("lab", [url], slot.key)
        store.keep_issue(issue(slot=slot))
    store.retract(FIRST.key)
    store.correct_issue(issue(slot=SECOND))

    assert store.seen("lab", THIRD.key) == {A, B}


def test_a_link_is_known_where_one_of_the_slots_that_saw_it_has_an_issue(store: Store) -> None:
    for slot in (FIRST, SECOND):
        store.keep_seen("lab", [A], slot.key)
    store.keep_issue(issue(slot=FIRST))

    assert store.seen("lab", THIRD.key) == store.seen("lab", SECOND.key) == {A}
    assert store.seen("lab", FIRST.key) == set()


def test_a_slot_that_begins_anew_has_seen_nothing(store: Store) -> None:
    store.begin(FIRST.key, NOW)
    store.keep_seen("lab", [A], FIRST.key)
    store.restart(FIRST.key, NOW)
    store.keep_issue(issue(slot=FIRST))

    assert store.seen("lab", SECOND.key) == set()


def test_two_digests_of_one_store_know_nothing_of_each_other_s_lists(tmp_path: Path, store_url: str) -> None:
    with open_store(tmp_path, store_url) as daily, open_store(tmp_path, store_url, "weekly") as weekly:
        daily.keep_seen("lab", [A], FIRST.key)
        weekly.keep_seen("lab", [B], Slot(NOW, "weekly").key)
        daily.keep_issue(issue(slot=FIRST))

        assert weekly.seen("lab", Slot(NOW + DAY, "weekly").key) == set()
        weekly.keep_issue(issue(slot=Slot(NOW, "weekly")))
        assert weekly.seen("lab", Slot(NOW + DAY, "weekly").key) == {B}
        assert daily.seen("lab", SECOND.key) == {A}


def test_a_quota_is_spent_one_after_the_other(store: Store) -> None:
    def one_more(state: str) -> str:
        return str(int(state or 0) + 1)

    assert [store.spend("brave", one_more) for _ in range(3)] == ["1", "2", "3"]
    assert store.spend("tavily", one_more) == "1"


def test_a_host_rests_until_its_moment(store: Store) -> None:
    store.rest("slow.example", NOW + DAY, "HTTP 429")

    assert store.rests(NOW) == {"slow.example": (NOW + DAY, "HTTP 429")}
    assert store.rests(NOW + DAY) == {}
