"""A feed as a person keeps it: what its table changes, what is told of what it lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.core.types import Harvest, Slot, Window
from deepdaily.settings.loading import load
from deepdaily.settings.missing import unset_of
from deepdaily.settings.source_tables import FeedTable, Sources
from deepdaily.sources import load_pack
from deepdaily.sources.feed_entries import MAX_ENTRIES
from deepdaily.sources.feeds import Feed
from deepdaily.sources.kinds import feeds, weights
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
URL = "https://blog.example.com/feed.xml"
FRESH = "<pubDate>Tue, 10 Feb 2026 09:30:00 GMT</pubDate>"


def _item(name: str = "1", inside: str = FRESH, title: str = "") -> str:
    return f"<item><title>{title or f'Post {name}'}</title><link>/posts/{name}</link>{inside}</item>"


def _rss(*items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>F</title>{"".join(items)}</channel></rss>'.encode()


async def _harvest(body: bytes, fetcher: FakeFetcher | None = None, url: str = URL, **kept: Any) -> Harvest:
    fetcher = fetcher or FakeFetcher({url: body})
    feed = Feed(FeedTable(url=url, **kept), fetcher, InlineEngine(), lambda title, _: "engine" in title)  # type: ignore[arg-type]
    return await feed.harvest(WINDOW)


# -- its table ------------------------------------------------------------------------------------------------------------


async def test_a_feed_is_called_by_its_name_and_else_by_its_address() -> None:
    assert (await _harvest(_rss(_item()))).health.source == URL
    assert (await _harvest(_rss(_item()), name="Blog")).offers[0].source == "Blog"


async def test_dates_without_a_zone_are_read_in_the_one_that_is_said() -> None:
    items = [
        _item("a", "<pubDate>2026-02-10 08:00:00</pubDate>"),
        _item("b", "<pubDate>2026年2月10日 08:00</pubDate>"),
        _item("c", "<pubDate>2026-02-10T08:00:00Z</pubDate>"),
    ]

    said = {one.title: one.published_at for one in (await _harvest(_rss(*items), timezone="America/New_York")).offers}
    unsaid = {one.title: one.published_at for one in (await _harvest(_rss(*items))).offers}

    day = datetime(2026, 2, 10, tzinfo=UTC)
    assert said == {"Post a": day.replace(hour=13), "Post b": day.replace(hour=13), "Post c": day.replace(hour=8)}
    assert unsaid == {"Post a": day.replace(hour=8), "Post b": day, "Post c": day.replace(hour=8)}


async def test_a_topic_stands_before_titles_that_do_not_name_it() -> None:
    text = "<description>Prefill is twice as fast.</description>"
    items = [_item("a", title="v0.9 is out"), _item("b", title="vLLM at scale"), f"<item><link>/c</link>{FRESH}{text}</item>"]

    found = await _harvest(_rss(*items), topic="vLLM")

    assert [one.title for one in found.offers] == ["vLLM v0.9 is out", "vLLM at scale", "vLLM Prefill is twice as fast."]


async def test_where_only_its_own_text_is_read_the_shortest_is_whole_and_speaks_the_language_that_is_said() -> None:
    items = [_item("a", f"{FRESH}<description>v0.9 ok</description>"), _item("b")]

    kept = (await _harvest(_rss(*items), text_only=True, language="zh")).documents
    other = (await _harvest(_rss(*items))).documents

    assert [(one.text, one.partial, one.language) for one in kept] == [("Post a\n\nv0.9 ok", False, "zh"), ("Post b", False, "zh")]
    assert other == ()


async def test_it_is_asked_with_its_headers_whose_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher = FakeFetcher({URL: _rss(_item())})
    kept: dict[str, Any] = {"headers": {"Authorization": "FEED_TOKEN"}, "user_agent": "reader/1"}

    lacking = await _harvest(b"", fetcher, **kept)
    monkeypatch.setenv("FEED_TOKEN", "Bearer s3cret\n")
    found = await _harvest(b"", fetcher, **kept)

    assert (lacking.health.state, lacking.health.message) == ("no-key", "FEED_TOKEN is not in the environment")
    assert fetcher.headers == [{"Authorization": "Bearer s3cret", "User-Agent": "reader/1"}]
    assert "s3cret" not in repr(found)


def test_a_header_s_variable_that_is_not_set_is_told_with_the_other_secrets(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(
        f'[[sources.feed]]\nurl = "{URL}"\nname = "Blog"\nheaders = {{ Authorization = "NO_SUCH_FEED_TOKEN" }}\n'
    )

    assert ("Blog", "NO_SUCH_FEED_TOKEN") in unset_of(load(tmp_path / "deepdaily.toml")[0])


async def test_a_page_that_leads_to_another_site_s_feed_carries_no_key_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_TOKEN", "s3cret")
    page = b'<html><head><meta http-equiv="refresh" content="0; url=https://other.example/new.xml"></head></html>'
    fetcher = FakeFetcher({URL: page, "https://other.example/new.xml": _rss(_item())})

    await _harvest(b"", fetcher, headers={"X-Token": "FEED_TOKEN"})

    assert fetcher.headers == [{"X-Token": "s3cret"}, {}]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('url = "blog.example.com"', "whole address"),
        ('url = "https://a.example/f"\nweight = 2.1', "less than or equal to 2"),
        ('url = "https://a.example/f"\ntimezone = "Mars/Base"', "no time zone"),
        ('url = "https://a.example/f"\nheaders = { Host = "X" }', "no header that can be set"),
        ('url = "https://a.example/f"\nheaders = { Authorization = "Bearer abc" }', "never the value"),
        ('url = "https://a.example/f"\nname = "hackernews"', "two sources are called hackernews"),
        ('url = "https://a.example/f"\nmost = 0', "greater than or equal to 1"),
        ('name = "X"', "needs url"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused_in_words(written: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(f"[[sources.feed]]\n{written}\n")

    with pytest.raises(SettingsError, match=said):
        load(tmp_path / "deepdaily.toml")


def test_a_table_takes_the_place_of_a_pack_s_feed_and_what_is_dropped_is_not_asked() -> None:
    first, second, third, *_ = load_pack("ai-engineering")
    chosen = Sources(
        feed=(FeedTable(url=second.url, weight=1.5), FeedTable(url=URL, name=third.name)), drop=(first.name, "no such"), add=("https://b.example/f",)
    )  # fmt: skip

    made = feeds(chosen)

    assert [table.called for table in made[:2]] == [second.name, third.url]
    assert [table.called for table in made[-2:]] == ["https://b.example/f", third.name]
    assert first.url not in {table.url for table in made}
    assert len({table.called for table in made}) == len({table.url for table in made}) == len(load_pack("ai-engineering")) + 1
    assert weights(chosen) == {second.name: 1.5}


# -- nothing vanishes -----------------------------------------------------------------------------------------------------


async def test_of_more_than_it_may_offer_those_of_our_field_come_first_and_the_cut_is_told() -> None:
    items = [_item(str(n), f"<pubDate>2026-02-10T{n // 60:02}:{n % 60:02}:00Z</pubDate>") for n in range(1, 121)]
    items[0] = _item("0", "<pubDate>2026-02-10T00:00:00Z</pubDate>", title="A new engine")  # the oldest

    found = await _harvest(_rss(*items))
    whole = await _harvest(_rss(*items[:40]))

    assert len(found.offers) == 40
    assert found.offers[-1].title == "A new engine"
    assert [one.title for one in found.offers[:2]] == ["Post 120", "Post 119"]
    assert found.health.message == "80 entries are not offered: 40 a day are the most, those of our field first"
    assert len(found.losses) == 80
    assert (len(whole.offers), whole.health.message) == (40, "")


@pytest.mark.parametrize("turned", [False, True])
async def test_of_a_feed_that_is_too_long_the_newest_entries_are_read_whichever_end_they_stand_at(turned: bool) -> None:
    days = [NOW - timedelta(hours=6 * n + 1) for n in range(MAX_ENTRIES + 200)]
    items = [_item(str(n), f"<pubDate>{day.isoformat()}</pubDate>") for n, day in enumerate(days)]

    found = await _harvest(_rss(*(reversed(items) if turned else items)))

    assert found.offers[0].title == "Post 0"
    assert found.health.newest == days[0]
    assert "; 200 of 2,200 entries are not read: 2,000 are the most" in f"; {found.health.message}"
    assert "could not be read" not in found.health.message
    assert len(found.losses) == MAX_ENTRIES + 200 - len(found.offers)
    assert [loss.reason for loss in found.losses].count("200 of 2,200 entries are not read: 2,000 are the most") == 200


async def test_entries_of_one_page_are_one_offer_with_the_words_of_all_and_each_other_one_is_told() -> None:
    def part(n: int, words: str = "") -> str:
        inside = (
            f"<pubDate>2026-02-10T0{n}:00:00Z</pubDate><description>{words or f'Change {n} makes it faster. ' * 12}</description>"
        )
        return f"<item><title>Change {n}</title><link>/changelog#c{n}</link>{inside}</item>"

    found = await _harvest(_rss(part(1), part(2), part(3), part(4)))
    [document] = found.documents

    assert [one.url for one in found.offers] == ["https://blog.example.com/changelog"]
    assert document.title == "Change 4"
    assert [document.text.index(f"Change {n}\n\nChange {n} makes") for n in (4, 3, 2, 1)] == sorted(
        document.text.index(f"Change {n}\n\nChange {n} makes") for n in (4, 3, 2, 1)
    )
    assert [(loss.url.rpartition("#")[2], loss.reason) for loss in found.losses] == [
        (f"c{n}", f"told with a newer entry of its page: Change {n}") for n in (3, 2, 1)
    ]


async def test_an_entry_of_before_the_window_adds_nothing_to_its_page() -> None:
    words = f"<description>{'Old words of it. ' * 20}</description>"
    items = [
        f"<item><title>New</title><link>/log#b</link>{FRESH}</item>",
        f"<item><title>Old</title><link>/log#a</link><pubDate>2026-01-10T00:00:00Z</pubDate>{words}</item>",
    ]

    found = await _harvest(_rss(*items), text_only=True)

    assert [one.text for one in found.documents] == ["New"]
    assert [loss.reason for loss in found.losses] == ["outside the window, dated 2026-01-10"]


@pytest.mark.parametrize(
    "body",
    [
        _rss(f'<item><title>Talk</title><enclosure url="https://cdn.example/talk.mp3" type="audio/mpeg"/>{FRESH}</item>'),
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><title>Talk</title><id>urn:x:1</id>'
        b'<link rel="enclosure" href="https://cdn.example/talk.mp3"/><updated>2026-02-10T09:30:00Z</updated></entry></feed>',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Talk", "date_published": '
        b'"2026-02-10T09:30:00Z", "attachments": [{"url": "https://cdn.example/talk.mp3", "mime_type": "audio/mpeg"}]}]}',
    ],
    ids=["rss", "atom", "json"],
)
async def test_an_entry_without_a_page_is_offered_with_what_it_encloses(body: bytes) -> None:
    assert [one.url for one in (await _harvest(body)).offers] == ["https://cdn.example/talk.mp3"]


async def test_entries_that_lead_nowhere_are_counted() -> None:
    found = await _harvest(_rss(f"<item><title>Nowhere</title>{FRESH}</item>", _item()))

    assert found.health.message == "1 entries have no link, so that there is nothing to offer"


async def test_its_health_says_where_it_moved_how_new_and_how_frequent_it_is() -> None:
    class Moved(FakeFetcher):
        async def get(self, url: str, **more: Any) -> Any:
            return replace(await super().get(url, **more), moved_to="https://new.example/feed.xml")

    items = [_item(str(day), f"<pubDate>2026-02-{day:02}T00:00:00Z</pubDate>") for day in (10, 8, 4)]

    health = (await _harvest(b"", Moved({URL: _rss(*items)}))).health

    assert health.moved_to == "https://new.example/feed.xml"
    assert health.message == "moved for good to https://new.example/feed.xml"
    assert (health.newest, health.gap_days) == (datetime(2026, 2, 10, tzinfo=UTC), 3.0)
    assert (await _harvest(_rss(*items[:2]))).health.gap_days is None
