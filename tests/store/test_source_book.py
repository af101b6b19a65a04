"""What the store remembers of places that are asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deepdaily.store import Store

NOW = datetime(2026, 3, 12, 0, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_link_that_was_seen_keeps_its_first_moment(store: Store) -> None:
    store.keep_seen("lab", ["https://lab.example/a"], NOW - DAY)
    store.keep_seen("lab", ["https://lab.example/a", "https://lab.example/b"], NOW)

    assert store.seen("lab") == {"https://lab.example/a": NOW - DAY, "https://lab.example/b": NOW}
    assert store.seen("another") == {}


def test_a_quota_is_spent_one_after_the_other(store: Store) -> None:
    def one_more(state: str) -> str:
        return str(int(state or 0) + 1)

    assert [store.spend("brave", one_more) for _ in range(3)] == ["1", "2", "3"]
    assert store.spend("tavily", one_more) == "1"


def test_a_host_rests_until_its_moment(store: Store) -> None:
    store.rest("slow.example", NOW + DAY, "HTTP 429")

    assert store.rests(NOW) == {"slow.example": (NOW + DAY, "HTTP 429")}
    assert store.rests(NOW + DAY) == {}
