"""What the settings name is what is asked, each by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from deepdaily.core.errors import FetchError, SettingsError
from deepdaily.core.types import Slot, Watch, Window
from deepdaily.settings.loading import load
from deepdaily.settings.source_tables import Sources
from deepdaily.sources.kinds import listed, remarks, sources
from deepdaily.sources.search.budget import budget_name
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
TWO = """
[sources]
packs = []
hackernews = false
[[sources.search]]
provider = "brave"
key_env = "KEY_A"
per_second = 0
queries = ["x"]
[[sources.search]]
provider = "brave"
name = "second"
key_env = "KEY_B"
queries = ["y"]
"""


async def test_two_searches_are_two_sources_each_with_its_own_key_and_queries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_A", "a")
    monkeypatch.setenv("KEY_B", "b")
    (tmp_path / "deepdaily.toml").write_text(TWO)
    settings, _ = load(tmp_path / "deepdaily.toml")
    fetcher = FakeFetcher({})

    made = sources(settings, fetcher, InlineEngine())  # type: ignore[arg-type]
    for one in made:
        with pytest.raises(FetchError):
            await one.harvest(WINDOW)

    assert [(one.kind, one.name) for one in made] == [("search", "brave"), ("search", "second")]
    assert [row[:2] for row in listed(settings)] == [("search", "brave"), ("search", "second")]
    assert [headers["X-Subscription-Token"] for headers in fetcher.headers] == ["a", "b"]
    assert [url.partition("?q=")[2][0] for url in fetcher.asked] == ["x", "y"]


def test_two_searches_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(TWO.replace('name = "second"\n', ""))

    with pytest.raises(SettingsError, match="names of their own"):
        load(tmp_path / "deepdaily.toml")


CHAIN = """
[sources]
packs = []
hackernews = false
[[sources.search]]
provider = "brave"
per_second = 0
queries = ["x", "y"]
[[sources.search]]
provider = "searxng"
endpoint = "http://127.0.0.1:8888"
[[sources.search]]
provider = "searxng"
name = "other"
endpoint = "https://search.example"
queries = ["z"]
"""


async def test_a_search_without_queries_stands_in_for_the_one_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAVE_API_KEY", "k")
    (tmp_path / "deepdaily.toml").write_text(CHAIN)
    settings, _ = load(tmp_path / "deepdaily.toml")
    watch = Watch("w", "When does Nimbus resume?", ("Nimbus",), "s", date(2026, 2, 1), date(2026, 3, 1))
    fetcher = FakeFetcher({})

    made = sources(settings, fetcher, InlineEngine(), watches=[watch])  # type: ignore[arg-type]
    for one in made:
        with pytest.raises(FetchError):
            await one.harvest(WINDOW)

    assert [(one.name, one.stands_in_for) for one in made] == [("brave", ()), ("searxng", ("brave",)), ("other", ())]
    asked = [parse_qs(urlsplit(url).query)["q"][0] for url in fetcher.asked]
    assert asked == ["Nimbus", "x", "y", "Nimbus", "x", "y", "z"]
    assert [row[2] for row in listed(settings)] == ["x, y", "x, y (where brave gives no answer)", "z"]


def test_without_a_word_about_queries_there_is_one_to_ask(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text('[[sources.search]]\nprovider = "searxng"\nendpoint = "http://127.0.0.1:8888"\n')

    assert listed(load(tmp_path / "deepdaily.toml")[0])[-1] == ("search", "searxng", "AI LLM agent inference news")


FOLLOWING = """
[sources]
packs = []
hackernews = false
follow = ["vLLM"]
[[sources.search]]
provider = "tavily"
queries = ["x"]
per_second = 0
[[sources.search]]
provider = "exa"
per_second = 0
"""


async def test_open_questions_come_first_then_names_that_are_followed_then_the_queries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAVILY_API_KEY", "t")
    monkeypatch.setenv("EXA_API_KEY", "e")
    (tmp_path / "deepdaily.toml").write_text(FOLLOWING)
    settings, _ = load(tmp_path / "deepdaily.toml")
    watch = Watch("w", "When does Nimbus resume?", ("Nimbus",), "s", date(2026, 2, 1), date(2026, 3, 1))
    fetcher = FakeFetcher({})

    made = sources(settings, fetcher, InlineEngine(), watches=[watch])  # type: ignore[arg-type]
    for one in made:
        with pytest.raises(FetchError):
            await one.harvest(WINDOW)

    asked = [(urlsplit(url).hostname, json.loads(body)["query"]) for url, _, body in (one.partition(" ") for one in fetcher.asked)]
    assert asked == [(host, query) for host in ("api.tavily.com", "api.exa.ai") for query in ("Nimbus", "vLLM", "x")]


async def test_what_a_key_has_left_is_counted_in_the_store_and_its_name_there_tells_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAVILY_API_KEY", "tvly-very-secret")
    (tmp_path / "deepdaily.toml").write_text(FOLLOWING)
    settings, _ = load(tmp_path / "deepdaily.toml")
    named = list[str]()

    def spend(name: str, spent: Callable[[str], str]) -> str:
        named.append(name)
        return spent("")

    tavily, _ = sources(settings, FakeFetcher({}), InlineEngine(), spend=spend, clock=lambda: NOW)  # type: ignore[arg-type]
    with pytest.raises(FetchError):
        await tavily.harvest(WINDOW)

    assert set(named) == {budget_name("tavily", "tvly-very-secret")}
    assert named[0].startswith("search:tavily:")
    assert "secret" not in named[0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"drop": ["No Such Feed"]}, "drop: no feed of your lists is called 'No Such Feed'; one of your own is taken out by"),
        ({"drop": ["wired: ai"]}, "called 'wired: ai'; did you mean 'WIRED: AI'?"),
        ({"drop": ["https://www.wired.com/feed/tag/ai/latest/rs"]}, "did you mean 'https://www.wired.com/feed/tag/ai/latest/rss'?"),
        (
            {"add": ["https://a.example/f", "https://a.example/f"]},
            "https://a.example/f is named more than once; the last one counts",
        ),
        (
            {"add": ["github:a/b", "https://github.com/a/b/releases.atom"]},
            "https://github.com/a/b/releases.atom is named more than once",
        ),
        (
            {"add": ["lobsters:ai"], "feed": [{"url": "https://lobste.rs/t/ai.rss"}]},
            "https://lobste.rs/t/ai.rss is named more than",
        ),
        ({"feed": [{"url": "https://a.example/f", "name": n} for n in "ab"]}, "https://a.example/f is named more than once"),
    ],
)
def test_what_the_settings_say_without_effect_is_told(given: dict[str, object], said: str) -> None:
    [told] = remarks(Sources.model_validate(given))

    assert said in told


def test_of_settings_that_mean_what_they_say_nothing_is_told() -> None:
    given = {
        "drop": ["WIRED: AI"],
        "add": ["https://a.example/f"],
        "feed": [{"url": "https://www.wired.com/feed/tag/ai/latest/rss"}],
    }

    assert remarks(Sources.model_validate(given)) == []
