"""When a host may be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deepdaily.core.errors import BadStatus
from deepdaily.read.fetch import Fetcher
from deepdaily.read.host_pace import GAPS_S, LONGEST_REST, HostPace
from deepdaily.read.web_wire import Answer
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots
from fakes import FakeStore, FakeWire, SkippingLoop

NOW = datetime(2026, 3, 12, 0, 30, tzinfo=UTC)
A, B = "https://busy.example/a.xml", "https://busy.example/b.xml"
ELSEWHERE = "https://calm.example/c.xml"
FINE = Answer(200, {"content-type": "text/plain"}, b"a text")


def refused(after: str, status: int = 429) -> Answer:
    return Answer(status, {"retry-after": after}, b"")


@pytest.fixture
def make(store: Store, tmp_path: Path) -> Callable[[FakeWire, datetime, str], Fetcher]:
    def make(wire: FakeWire, now: datetime, slot: str = "daily/1") -> Fetcher:
        return Fetcher(wire, store, Snapshots(tmp_path / "snapshots"), slot, now)

    return make


async def test_a_host_that_names_when_to_come_again_is_not_asked_before_by_this_run_or_the_next(
    make: Callable[..., Fetcher],
) -> None:
    wire = FakeWire({A: refused("3600"), B: FINE, ELSEWHERE: FINE})
    first = make(wire, NOW)

    with pytest.raises(BadStatus):
        await first.get(A)
    with pytest.raises(BadStatus, match="not asked: it answered HTTP 429, and asked not to be asked before 2026-03-12 01:30"):
        await first.get(B)
    await first.get(ELSEWHERE)
    with pytest.raises(BadStatus) as told:
        await make(wire, NOW + timedelta(minutes=59), "daily/2").get(B)
    await make(wire, NOW + timedelta(minutes=60), "daily/3").get(B)

    assert (told.value.status, told.value.retry_after_s) == (429, 60.0)
    assert wire.asked == [A, ELSEWHERE, B]


@pytest.mark.parametrize(
    ("place", "bridges"),
    [
        *(
            (host, ())
            for host in ("raw.githubusercontent.com", "www.youtube.com", "feeds.feedburner.com", "github.com", "medium.com")
        ),
        ("rss.example:1200", ("rss.example:1200",)),
        ("127.0.0.1:1200", ("127.0.0.1:1200",)),
    ],
)
async def test_where_many_publishers_have_their_feeds_only_the_address_rests_that_named_a_moment(
    place: str, bridges: tuple[str, ...], store: Store, tmp_path: Path
) -> None:
    """Each by its query, too: YouTube has all channels on one path."""
    one, other, third = (f"https://{place}/{rest}" for rest in ("feed?id=1", "feed?id=2", "a/feed"))
    wire = FakeWire({one: [refused("3600"), FINE], other: FINE, third: FINE})

    def make(now: datetime, slot: str) -> Fetcher:
        allowed = ("127.0.0.1:1200", "rss.example:1200")
        return Fetcher(wire, store, Snapshots(tmp_path / "snapshots"), slot, now, allow_private=allowed, bridges=bridges)

    first, soon = make(NOW, "daily/1"), make(NOW + timedelta(minutes=59), "daily/2")
    for fetcher in (first, first, soon):
        with pytest.raises(BadStatus):
            await fetcher.get(one)
    await first.get(other)
    await soon.get(third)
    await make(NOW + timedelta(minutes=60), "daily/3").get(one)

    assert wire.asked == [one, other, third, one]


@pytest.mark.parametrize("place", ["rss.example:1200", "notgithub.com", "name.substack.com"])
async def test_a_host_of_one_publisher_rests_as_a_whole(place: str, store: Store, tmp_path: Path) -> None:
    """A bridge is one by its port, too."""
    wire = FakeWire({f"https://{place}/a": refused("3600")})
    fetcher = Fetcher(
        wire,
        store,
        Snapshots(tmp_path / "snapshots"),
        "daily/1",
        NOW,
        allow_private=("rss.example:1200",),
        bridges=("rss.example", ""),
    )
    for path in "ab":
        with pytest.raises(BadStatus):
            await fetcher.get(f"https://{place}/{path}")

    assert wire.asked == [f"https://{place}/a"]


async def test_a_rest_ends_after_some_hours_whatever_the_host_names(make: Callable[..., Fetcher]) -> None:
    wire = FakeWire({A: refused("864000", 503), B: FINE})
    with pytest.raises(BadStatus):
        await make(wire, NOW).get(A)

    with pytest.raises(BadStatus, match="HTTP 503"):
        await make(wire, NOW + LONGEST_REST - timedelta(seconds=1), "daily/2").get(B)
    await make(wire, NOW + LONGEST_REST, "daily/3").get(B)


async def test_a_refusal_that_names_no_time_and_one_of_an_api_s_key_ask_for_no_rest(make: Callable[..., Fetcher]) -> None:
    wire = FakeWire({A: [Answer(429, {}, b""), refused("3600")], B: FINE})
    fetcher = make(wire, NOW)
    for headers in ({}, {"Authorization": "secret"}):
        with pytest.raises(BadStatus):
            await fetcher.get(A, headers=headers)

    await fetcher.get(B)


def asked_at(urls: list[str], pace: HostPace) -> dict[str, float]:
    """By URL after how many seconds its turn came, all having asked at once."""
    found: dict[str, float] = {}

    async def one(url: str) -> None:
        await pace.turn(url)
        found[url] = round(asyncio.get_running_loop().time() - started[0], 1)

    async def all_of_them() -> None:
        started.append(asyncio.get_running_loop().time())
        await asyncio.gather(*map(one, urls))

    started: list[float] = []
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(all_of_them())
    return found


def test_questions_to_a_host_that_asks_for_a_pace_keep_it_and_hold_up_nobody_else() -> None:
    slow = [f"https://{name}slow.example/{at}" for at, name in enumerate(["", "www.", ""])]
    others = ["https://calm.example/1", "https://calm.example/2"]

    found = asked_at([*slow, *others], HostPace(FakeStore(), NOW, {"slow.example": 2.0}))

    assert sorted(found[url] for url in slow) == [0.0, 2.0, 4.0]
    assert [found[url] for url in others] == [0.0, 0.0]


def test_a_host_has_its_own_pace_before_that_of_its_domain() -> None:
    api, pages = "https://export.arxiv.org/api/query?a", "https://arxiv.org/abs/2603.00001"

    found = asked_at([api, api + "b", pages, pages + "v2"], HostPace(FakeStore(), NOW))

    assert found[api + "b"] == GAPS_S["export.arxiv.org"]
    assert found[pages + "v2"] == GAPS_S["arxiv.org"]
