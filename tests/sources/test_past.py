"""How sources did over thirty days, and what that proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from deepdaily.core.types import Harvest, Offer, Slot, SourceHealth, SourceKind, SourceState
from deepdaily.sources.past import DAYS, Proposal, TrackRecord, pasts, proposals
from deepdaily.store import Store
from making import NOW, issue, story

URL = "https://a.example/feed.xml"


def day(store: Store, days_ago: int, *harvests: Harvest, told: str = "") -> None:
    slot = Slot(NOW - timedelta(days=days_ago))
    store.begin(slot.key, slot.due)
    for harvest in harvests:
        store.keep_harvest(slot.key, harvest)
    if told:
        store.keep_issue(issue(story(f"Told {days_ago} days ago", url=told), slot=slot, now=slot.due))


def harvest(
    state: SourceState, *urls: str, name: str = "a", kind: SourceKind = "feed", newest: int | None = None, **more: object
) -> Harvest:
    offers = tuple(Offer(url, name, "T") for url in urls)
    at = None if newest is None else NOW - timedelta(days=newest)
    health = SourceHealth(name, kind, state, len(offers), newest=at, **more)  # type: ignore[arg-type]
    return Harvest(health, offers)


def test_a_source_is_counted_by_day_and_by_what_was_printed_of_it(store: Store) -> None:
    day(store, DAYS + 1, harvest("ok", "https://a.example/old"))
    day(
        store,
        4,
        harvest("ok", "https://a.example/1", "https://a.example/2", newest=4, gap_days=2.0),
        told="https://www.a.example/1/",
    )
    day(store, 3, harvest("empty", newest=4), told="https://other.example/x")
    day(store, 2, harvest("resting"))
    day(store, 1, harvest("unreachable", message="no connection"))
    day(store, 0, harvest("refused", message="HTTP 403"))

    past = pasts(store, NOW)["a"]

    assert (past.ok, past.empty, past.failed, past.idle, past.asked) == (1, 1, 2, 1, 4)
    assert (past.offers, past.printed, past.newest, past.gap_days) == (2, 1, NOW - timedelta(days=4), 2.0)
    assert (past.failing_since, past.message) == ((NOW - timedelta(days=1)).date(), "refused: HTTP 403")


def test_a_store_without_days_knows_nothing(store: Store) -> None:
    assert pasts(store, NOW) == {}
    assert proposals({}, {"a": URL}, (), store, NOW) == []


def _after(rows: Sequence[SourceHealth], first: datetime) -> TrackRecord:
    past = TrackRecord("a", "feed")
    for n, health in enumerate(rows):
        past.add(health, (first + timedelta(days=n)).date())
    return past


def _condition(rows: Sequence[SourceHealth], printed: int = 1) -> tuple[str, str]:
    past = _after(rows, NOW - timedelta(days=len(rows) - 1))
    past.printed = printed
    return past.condition(NOW.date())


FAILED, EMPTY = SourceHealth("a", "feed", "unreachable", message="no connection"), SourceHealth("a", "feed", "empty")


def newest(days: int, gap: float | None, state: SourceState = "empty") -> SourceHealth:
    return replace(EMPTY, state=state, newest=NOW - timedelta(days=days), gap_days=gap)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([FAILED] * 15, ("dead", "no answer since 2026-02-26: unreachable: no connection")),
        ([FAILED] * 14, ("well", "")),
        ([*[FAILED] * 20, newest(0, 1.0)], ("well", "")),
        ([newest(31, 2.0)], ("quiet", "its newest entry is 31 days old")),
        ([newest(31, None)], ("quiet", "its newest entry is 31 days old")),
        ([newest(30, 2.0)], ("well", "")),
        ([newest(31, 10.0)], ("well", "")),
        ([newest(41, 10.0)], ("quiet", "its newest entry is 41 days old")),
        ([EMPTY] * 20, ("quiet", "it had nothing on 20 days")),
        ([EMPTY] * 19, ("well", "")),
        ([*[newest(3, 1.0, "ok")] * 5, *[EMPTY] * 2] * 4, ("well", "")),
    ],
    ids=["dead", "failing", "well again", "quiet", "no gap", "a month", "rare", "rarer", "always empty", "new", "weekends"],
)
def test_a_source_is_dead_after_two_weeks_and_quiet_by_its_own_measure(rows: list[SourceHealth], said: tuple[str, str]) -> None:
    assert _condition(rows) == said


@pytest.mark.parametrize(("days", "printed", "said"), [(20, 0, "unused"), (19, 0, "well"), (20, 1, "well")])
def test_what_is_never_printed_is_said_after_enough_days(days: int, printed: int, said: str) -> None:
    assert _condition([newest(1, 1.0, "ok")] * days, printed)[0] == said


def test_what_moved_is_told_with_the_line_that_follows_it_and_of_a_list_without(store: Store) -> None:
    day(
        store,
        0,
        harvest("ok", newest=0, moved_to="https://new.example/f"),
        harvest("ok", name="b", newest=0, moved_to="https://new.example/g"),
    )

    found = proposals(pasts(store, NOW), {"a": URL, "b": "https://b.example/f"}, {"https://b.example/f"}, store, NOW)

    assert [(one.verb, one.subject, one.line) for one in found] == [
        ("move", "a", f'write "https://new.example/f" in place of "{URL}" below [sources]'),
        ("move", "b", ""),
    ]


def test_a_page_that_moved_is_written_anew_and_the_address_of_a_service_is_in_no_settings(store: Store) -> None:
    moved = "https://new.example/x"
    page, api = harvest("empty", kind="page", newest=0, moved_to=moved), harvest("ok", name="b", kind="github", moved_to=moved)
    day(store, 0, page, api)

    found = proposals(pasts(store, NOW), {"a": URL, "b": "releases, lark/heron"}, (), store, NOW)

    assert [(one.verb, one.subject) for one in found] == [("move", "a")]


def test_a_source_that_is_asked_no_more_proposes_nothing(store: Store) -> None:
    day(store, 0, harvest("empty", newest=90))

    assert [one.verb for one in proposals(pasts(store, NOW), {"a": URL}, (), store, NOW)] == ["drop"]
    assert proposals(pasts(store, NOW), {"b": URL}, (), store, NOW) == []


def test_hosts_that_were_printed_twice_and_that_no_feed_is_of_are_proposed(store: Store) -> None:
    mirror = harvest("ok", *(f"https://lab.example/{n}" for n in range(3)), "https://else.example/1", name="mirror")
    for n, url in enumerate(
        (
            "https://twice.example/1", "https://twice.example/2", "https://once.example/1", "https://blog.a.example/1",
            "https://blog.a.example/2", "http://127.0.0.24:18777/x/1", "http://127.0.0.24:18777/x/2", "https://lab.example/1", "https://lab.example/2", "https://github.com/x/y", "https://github.com/x/z",
        )
    ):  # fmt: skip
        day(store, n, mirror, harvest("ok", url, name="hn", kind="hackernews", newest=0), told=url)
    listed = {"mirror": "https://raw.mirror.example/f", "a": URL, "hn": "https://hn.algolia.com/"}

    found = proposals(pasts(store, NOW), listed, (), store, NOW)

    assert [one for one in found if one.verb == "add"] == [
        Proposal("add", "127.0.0.24", "2 items of it were printed, the last on 2026-03-07", "http://127.0.0.24:18777/"),
        Proposal("add", "twice.example", "2 items of it were printed, the last on 2026-03-12", "https://twice.example/"),
    ]
