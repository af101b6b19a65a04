"""What a worker loads to read an answer: the reading, and nothing that fetches, stores or configures."""

from __future__ import annotations

import sys

import pytest

from webs import environment, finished

FETCHING = {"aiohttp", "sqlalchemy", "pydantic", "warcio", "httpx", "rich", "typer", "deepdaily.store", "deepdaily.settings"}


@pytest.mark.parametrize(
    "module",
    [
        "deepdaily.archive.visible",
        "deepdaily.read.extract",
        "deepdaily.sources.arxiv",
        "deepdaily.sources.feed_harvest",
        "deepdaily.sources.github_answers",
        "deepdaily.sources.hackernews",
        "deepdaily.sources.huggingface",
        "deepdaily.sources.page_links",
        "deepdaily.sources.search.brave",
        "deepdaily.sources.search.searxng",
        "deepdaily.sources.telegram_channels",
    ],
)
def test_a_worker_that_reads_an_answer_loads_nothing_that_fetches_or_stores(module: str) -> None:
    asked = f"import sys, deepdaily.engine.worker, {module}; print(*sys.modules)"
    loaded = set(finished([sys.executable, "-c", asked], env=environment()).stdout.split())

    assert module in loaded
    assert FETCHING & loaded == set()
