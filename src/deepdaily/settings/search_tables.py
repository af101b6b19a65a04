"""Settings of the searches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from deepdaily.settings.table import _Table, key

QUERIES: tuple[str, ...] = ("AI LLM agent inference news",)
"""What is asked where no table says."""


def web_address(written: str) -> str:
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("write an http(s) address without a name or password, like http://127.0.0.1:8888")
    return written


SourceName = Annotated[str, Field(min_length=1, description="What the source is called; two of one provider need two names.")]
Queries = Annotated[
    tuple[str, ...],
    Field(
        description=f"What is asked. Left out: in the first table {QUERIES[0]!r}; in a later one those of the table before,"
        " and only where that one gave no answer.",
        examples=[["LLM inference engine release"]],
    ),
]

PerMonth = Annotated[
    int,
    Field(
        ge=0,
        description="The most that is asked of the key in a month, by every digest of the store; 0: no limit. A day has its share"
        " of what is left.",
        json_schema_extra={"unit": "queries"},
    ),
]
PerSecond = Annotated[
    float,
    Field(
        ge=0,
        description="How many are asked in a second, by every run of the store; 0: no limit.",
        json_schema_extra={"unit": "queries"},
    ),
]


class BraveTable(_Table):
    """Brave Search; without its key it is left out, which is no trouble."""

    provider: Literal["brave"] = "brave"
    name: SourceName = "brave"
    queries: Queries = ()
    key_env: str = key("BRAVE_API_KEY", "Environment variable that holds the key.")
    vertical: Literal["web", "news", "both"] = key(
        "web", 'What is asked: "web", whose answers bring some news; "news"; "both", where the web\'s answer brought no news.'
    )
    per_month: PerMonth = 2_000
    per_second: PerSecond = 1.0


class TavilyTable(_Table):
    """Tavily; without its key it is left out, which is no trouble. A query is one credit."""

    provider: Literal["tavily"] = "tavily"
    name: SourceName = "tavily"
    queries: Queries = ()
    key_env: str = key("TAVILY_API_KEY", "Environment variable that holds the key.")
    topic: Literal["news", "general"] = key("news", 'What is asked; only "news" has dates.')
    per_month: PerMonth = 1_000
    per_second: PerSecond = 1.0


class ExaTable(_Table):
    """Exa; without its key it is left out, which is no trouble."""

    provider: Literal["exa"] = "exa"
    name: SourceName = "exa"
    queries: Queries = ()
    key_env: str = key("EXA_API_KEY", "Environment variable that holds the key.")
    per_month: PerMonth = 1_000
    per_second: PerSecond = 1.0


class SearxngTable(_Table):
    """An instance of SearXNG that gives JSON (`search.formats` in its settings.yml)."""

    provider: Literal["searxng"] = "searxng"
    name: SourceName = "searxng"
    queries: Queries = ()
    endpoint: Annotated[str, AfterValidator(web_address)] = key(
        ..., "Its address; a private one stands in [network] allow_private, too.", example="http://127.0.0.1:8888"
    )
    categories: tuple[str, ...] = key((), "Which of its tabs are asked; empty: its default.", example=["general", "news"])


KeyTable = BraveTable | TavilyTable | ExaTable
"""Those that are asked with a key, and are left out without it."""

SearchTable = Annotated[BraveTable | SearxngTable | TavilyTable | ExaTable, Field(discriminator="provider")]


def searches(tables: Sequence[SearchTable]) -> Iterator[tuple[SearchTable, tuple[str, ...], tuple[str, ...]]]:
    """Each table with its queries, and with the names of the searches that it stands in for.

    A table with queries of its own is always asked. One without takes over those of the table before, where that one, and
    whoever stands in for it already, gave no answer.
    """
    queries, before = QUERIES, list[str]()
    for table in tables:
        if table.queries:
            queries, before = table.queries, []
        yield table, queries, tuple(before)
        before.append(table.name)
