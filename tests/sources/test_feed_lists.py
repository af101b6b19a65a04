"""A list of feeds that is kept elsewhere: it costs only itself, and its last good copy stands in for it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import BadStatus, FetchError, SettingsError, SourceError, Unreachable
from deepdaily.core.types import Harvest, Slot, Window
from deepdaily.settings.loading import load
from deepdaily.settings.source_tables import OpmlTable
from deepdaily.sources.feed_lists import FEEDS_S, NAMED, FeedsOfList
from deepdaily.sources.kinds import listed, sources
from fakes import FakeFetcher, InlineEngine, SkippingLoop

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
LIST = "https://lists.example/mine.opml"

Answers = dict[str, bytes | FetchError | list[bytes | FetchError]]


def _opml(*names: str) -> bytes:
    rows = "".join(f'<outline text="{name}" xmlUrl="https://{name}.example/f"/>' for name in names)
    return f'<opml version="2.0"><body>{rows}</body></opml>'.encode()


def _rss(name: str) -> bytes:
    item = f"<item><title>Of {name}</title><link>https://{name}.example/1</link><pubDate>2026-02-10T00:00:00Z</pubDate></item>"
    return f"<rss version='2.0'><channel>{item}</channel></rss>".encode()


def _web(*names: str, **more: Any) -> Answers:
    """Feeds that answer, and the list, under `listed`."""
    return {f"https://{name}.example/f": _rss(name) for name in names} | {LIST: more["listed"]}


async def _harvest(fetcher: FakeFetcher, known: Collection[str] = (), url: str = LIST, **more: Any) -> Harvest:
    made = FeedsOfList(OpmlTable(url=url, name="mine", **more), fetcher, InlineEngine(), known=known)  # type: ignore[arg-type]
    return await made.harvest(WINDOW)


async def test_its_feeds_are_asked_and_their_offers_bear_their_names() -> None:
    found = await _harvest(FakeFetcher(_web("a", "b", listed=_opml("a", "b"))))

    assert [(one.source, one.title) for one in found.offers] == [("a", "Of a"), ("b", "Of b")]
    assert (found.health.source, found.health.state, found.health.offers, found.health.message) == ("mine", "ok", 2, "")


async def test_a_feed_that_fails_costs_only_itself_and_is_told() -> None:
    answers = _web("a", listed=_opml("dead", "a", "page")) | {"https://page.example/f": b"<html></html>"}

    found = await _harvest(FakeFetcher(answers))

    assert [one.source for one in found.offers] == ["a"]
    assert found.health.message.startswith(
        "2 of 3 feeds gave nothing: dead: https://dead.example/f: no such name; page: a web page"
    )


async def test_where_many_fail_the_first_are_named() -> None:
    names = [f"d{n}" for n in range(NAMED + 3)]

    found = await _harvest(FakeFetcher(_web("a", listed=_opml("a", *names))))

    assert found.health.message.endswith(f"d{NAMED - 1}.example/f: no such name and 3 more")


async def test_where_none_answers_it_is_a_failure_of_the_list() -> None:
    with pytest.raises(SourceError, match="none of its 2 feeds answers: a: "):
        await _harvest(FakeFetcher(_web(listed=_opml("a", "b"))))


@pytest.mark.parametrize("today", [Unreachable("no such name"), BadStatus("HTTP 429", status=429), b"<html>Log in</html>", b""])
async def test_the_last_good_copy_stands_in_for_a_list_that_cannot_be_read(today: bytes | FetchError) -> None:
    fetcher = FakeFetcher(_web("a", listed=[_opml("a"), today, today]))

    await _harvest(fetcher)
    found = [await _harvest(fetcher) for _ in range(2)]

    assert [len(one.offers) for one in found] == [1, 1]
    assert all("the list cannot be read (" in one.health.message for one in found)
    assert all("its copy of 2026-02-11 is used" in one.health.message for one in found)


async def test_without_any_copy_it_fails_as_it_failed() -> None:
    with pytest.raises(Unreachable):
        await _harvest(FakeFetcher(_web(listed=Unreachable("no such name"))))
    with pytest.raises(SourceError, match="no OPML"):
        await _harvest(FakeFetcher(_web(listed=b"<html></html>")))


async def test_a_file_is_read_and_when_it_is_gone_its_last_copy(tmp_path: Path) -> None:
    path, fetcher = tmp_path / "mine.opml", FakeFetcher(_web("a", listed=b""))
    path.write_bytes(_opml("a"))

    first = await _harvest(fetcher, url=str(path))
    path.unlink()
    second = await _harvest(fetcher, url=str(path))

    assert (first.health.message, len(first.offers), len(second.offers)) == ("", 1, 1)
    assert "cannot be read" in second.health.message


async def test_no_more_feeds_are_asked_than_may_be_and_none_twice() -> None:
    fetcher = FakeFetcher(_web("a", "b", "c", "d", listed=_opml("a", "b", "c", "d")))

    found = await _harvest(fetcher, known=["https://a.example/f"], most_feeds=2)

    assert [one.source for one in found.offers] == ["b", "c"]
    assert found.health.message == "1 of its feeds are not asked: most_feeds is 2"
    assert (await _harvest(fetcher, most_feeds=4)).health.message == ""


def test_feeds_that_hang_cost_only_themselves() -> None:
    class Hanging(FakeFetcher):
        async def get(self, url: str, **more: Any) -> Any:
            if "hangs" in url:
                await asyncio.Event().wait()
            return await super().get(url, **more)

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        found = runner.run(_harvest(Hanging(_web("a", listed=_opml("hangs", "a")))))

    assert [one.source for one in found.offers] == ["a"]
    assert found.health.message == f"1 of 2 feeds gave nothing: hangs: no answer in {FEEDS_S:g} s"


def test_a_list_of_the_settings_stands_beside_them_and_is_a_source(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(
        '[sources]\npacks = []\nhackernews = false\nsearch = []\n[[sources.opml]]\nurl = "feeds.opml"\n'
        f'[[sources.opml]]\nurl = "{LIST}"\nname = "mine"\n'
    )
    settings, _ = load(tmp_path / "deepdaily.toml")

    assert listed(settings) == [("feed", "feeds.opml", str(tmp_path / "feeds.opml")), ("feed", "mine", LIST)]
    assert [one.name for one in sources(settings, FakeFetcher({}), InlineEngine())] == ["feeds.opml", "mine"]  # type: ignore[arg-type]


def test_a_list_that_bears_the_name_of_a_feed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(
        f'[[sources.feed]]\nurl = "https://a.example/f"\nname = "mine"\n[[sources.opml]]\nurl = "{LIST}"\nname = "mine"\n'
    )

    with pytest.raises(SettingsError, match="two sources are called mine"):
        load(tmp_path / "deepdaily.toml")
