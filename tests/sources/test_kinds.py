"""What the settings name is what is asked, each by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deepdaily.core.errors import FetchError, SettingsError
from deepdaily.core.types import Slot, Window
from deepdaily.settings.loading import load
from deepdaily.sources.kinds import listed, sources
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
TWO = """
[sources]
packs = []
hackernews = false
[[sources.search]]
key_env = "KEY_A"
queries = ["x"]
[[sources.search]]
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

    made = sources(settings, fetcher, InlineEngine())
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
