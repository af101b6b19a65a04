"""Sources that fail for days are asked less often, and no day is made poorer by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from deepdaily.core.errors import Unreachable
from deepdaily.core.types import Harvest, Slot, SourceHealth, SourceKind, SourceState, Window
from deepdaily.sources import collect
from deepdaily.sources.resting import resting
from deepdaily.store import Store

TODAY = datetime(2026, 2, 20, 8, tzinfo=UTC)
SLOT = Slot(TODAY)
OLD = "https://old.example/f"


class Place:
    """A source with an address, which answers or does not."""

    stands_in_for: tuple[str, ...] = ()

    def __init__(self, name: str, answers: bool = True, kind: SourceKind = "feed", address: str = OLD) -> None:
        self.name, self.answers, self.kind, self.address, self.asked = name, answers, kind, address, 0

    async def harvest(self, window: Window) -> Harvest:
        self.asked += 1
        if not self.answers:
            raise Unreachable("no connection")
        return Harvest(SourceHealth(self.name, self.kind, "ok", 1))


def kept(
    store: Store, states: Sequence[SourceState | None], others: Sequence[SourceState] = ("ok", "ok"), name: str = "lame"
) -> None:
    """A slot a day up to yesterday; `states` are those of `name`, the newest last, None where it was not there."""
    for days_ago, state in zip(range(len(states), 0, -1), states, strict=True):
        slot = Slot(TODAY - timedelta(days=days_ago))
        store.begin(slot.key, slot.due)
        rows = [SourceHealth(f"other {n}", "feed", told) for n, told in enumerate(others)]
        rows += [SourceHealth(name, "feed", state, address=OLD)] if state else []
        for health in rows:
            store.keep_harvest(slot.key, Harvest(health))


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["unreachable"] * 2, ""),
        (["unreachable"] * 3, "failed 3 days in a row; asked again on 2026-02-21"),
        (["ok", "refused", "not-a-feed", "unreachable"], "failed 3 days in a row; asked again on 2026-02-21"),
        (["unreachable"] * 3 + ["resting"], ""),
        (["unreachable"] * 4, "failed 4 days in a row; asked again on 2026-02-23"),
        (["unreachable"] * 4 + ["resting"] * 3, ""),
        (["unreachable"] * 9, "failed 9 days in a row; asked again on 2026-02-26"),
        (["unreachable"] * 9 + ["resting"] * 5, "failed 9 days in a row; asked again on 2026-02-21"),
        (["unreachable"] * 9 + ["resting"] * 6, ""),
        (["unreachable"] * 9 + ["ok"], ""),
        (["unreachable"] * 9 + ["empty"], ""),
        (["unreachable"] * 9 + [None], ""),
        (["unreachable", "unreachable", "ok", "unreachable"], ""),
        (["quota-spent"] * 9, ""),
        ([], ""),
    ],
)
def test_the_longer_a_source_fails_the_less_often_it_is_asked(states: list[SourceState | None], said: str, store: Store) -> None:
    kept(store, states)

    assert resting([Place("lame"), Place("other 0")], SLOT, store) == ({"lame": said} if said else {})


def test_days_on_which_most_were_silent_say_nothing_of_one(store: Store) -> None:
    kept(store, ["unreachable"] * 9, others=["unreachable", "ok"])

    assert resting([Place("lame")], SLOT, store) == {}


def test_another_address_of_the_same_name_is_another_chance(store: Store) -> None:
    kept(store, ["unreachable"] * 9)

    assert resting([Place("lame", address="https://new.example/f")], SLOT, store) == {}


@pytest.mark.parametrize("kind", ["search", "hackernews"])
def test_a_search_never_rests(kind: SourceKind, store: Store) -> None:
    kept(store, ["unreachable"] * 9)

    assert resting([Place("lame", kind=kind)], SLOT, store) == {}


@pytest.mark.parametrize(("answers", "asked", "state"), [((True, False), 0, "resting"), ((True, False, False), 1, "ok")])
async def test_who_rests_is_asked_all_the_same_where_fewer_than_half_of_the_others_answer(
    answers: Sequence[bool], asked: int, state: SourceState, store: Store
) -> None:
    lame = Place("lame")
    others = [Place(f"other {n}", one) for n, one in enumerate(answers)]
    window = Window(SLOT, TODAY, TODAY - timedelta(days=7))

    found = await collect([lame, *others], window, store, wall_s=9, on_done=lambda _: None, rests={"lame": "failed 5 days"})

    assert (lame.asked, found[0].health.state) == (asked, state)
    assert found[0].health.message == ("failed 5 days" if state == "resting" else "")
    assert found[0].health.fine


async def test_a_search_that_stands_in_for_one_that_rests_is_asked(store: Store) -> None:
    lame, other, second = Place("lame"), Place("other"), Place("second")
    second.stands_in_for = ("lame",)
    window = Window(SLOT, TODAY, TODAY - timedelta(days=7))

    await collect([lame, other, second], window, store, wall_s=9, on_done=lambda _: None, rests={"lame": "failed 5 days"})

    assert (lame.asked, second.asked) == (0, 1)


async def test_a_failure_keeps_the_address_that_failed(store: Store) -> None:
    window = Window(SLOT, TODAY, TODAY - timedelta(days=7))

    await collect([Place("lame", answers=False), Place("sound")], window, store, wall_s=9, on_done=lambda _: None)

    assert [(one.source, one.address) for one in store.health_of(SLOT.key)] == [("lame", OLD), ("sound", "")]
