"""Settings of the sources."""

from __future__ import annotations

import os
from typing import Literal

from pydantic import Field, field_validator

from deepdaily.settings.table import _Table


class Search(_Table):
    """One web search; without its key it is left out, which is no trouble."""

    provider: Literal["brave"] = "brave"
    name: str = Field(
        "brave", min_length=1, description="What the source is called; two of one provider need two names."
    )
    key_env: str = Field("BRAVE_API_KEY", description="Name of the environment variable that holds the key.")
    queries: tuple[str, ...] = ("AI LLM agent inference news",)


class Sources(_Table):
    """Where links come from."""

    packs: tuple[str, ...] = Field(("ai-engineering",), description="Bundled lists of feeds.")
    add: tuple[str, ...] = Field((), description="Addresses of further feeds.")
    mute: tuple[str, ...] = Field((), description="Hosts whose links are dropped.")
    hackernews: bool = True
    search: tuple[Search, ...] = (Search(),)

    @field_validator("search")
    @classmethod
    def _named_apart(cls, tables: tuple[Search, ...]) -> tuple[Search, ...]:
        names = [table.name for table in tables]
        if len(set(names)) < len(names):
            raise ValueError("two searches of one provider need names of their own: name = ...")
        return tables


class Network(_Table):
    """How far the fetcher may go."""

    allow_private: tuple[str, ...] = Field((), description="host:port of private addresses that may be fetched.")


def key_of(search: Search) -> str:
    """The search's key from the environment; empty when there is none."""
    return os.environ.get(search.key_env, "")
