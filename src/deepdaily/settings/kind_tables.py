"""Settings of sources that are no feeds and no searches."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from deepdaily.settings.table import _Table, key


def _page_address(written: str) -> str:
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the whole address of a page or sitemap, like https://lab.example.com/blog")
    return written


def _repository(written: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,100}/[\w.-]{1,100}", written):
        raise ValueError(f"{written!r} is no repository; write owner/name, like vllm-project/vllm")
    return written


def _category(written: str) -> str:
    if not re.fullmatch(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?", written):
        raise ValueError(f"{written!r} is no category of arXiv; write one like cs.LG")
    return written


def _channel(written: str) -> str:
    """A channel's name, without what people write before it."""
    name = re.sub(r"^(?:https?://)?(?:t\.me/(?:s/)?|@)", "", written.strip()).rstrip("/")
    if not re.fullmatch(r"[A-Za-z]\w{3,31}", name):
        raise ValueError(f"{written!r} is no public channel; write its name, like durov, or https://t.me/durov")
    return name


def _organisation(written: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,96}", written):
        raise ValueError(f"{written!r} is no name at Hugging Face; write the one in its address, like Qwen")
    return written


def _page_file(written: str) -> str:
    if written.startswith("/") or ".." in written.split("/") or not written.strip():
        raise ValueError("write the file's path in the repository, like CHANGELOG.md or docs/changes.md")
    return written


def _selector(written: str) -> str:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        if written:
            LexborHTMLParser("<p>").css(written)
    except SelectolaxError:
        raise ValueError("it is no CSS selector; write one like `main article` or `.post-list`") from None
    return written


class WatchedPageTable(_Table):
    """A page that lists articles, or a sitemap: what is new on it since last time is offered."""

    url: Annotated[str, AfterValidator(_page_address)] = key(
        ..., "Its address; a sitemap.xml may be an index of others or a .gz.", example="https://lab.example.com/blog"
    )
    name: str = key("", "What it is called; empty for its address.")
    selector: Annotated[str, AfterValidator(_selector)] = key(
        "", "CSS selector: only links inside what matches count, other sites' too.", example="main .post-list"
    )
    match: str = key("", "What the path of a link must hold.", example="/blog/")
    most: int = key(40, "How many links of a day are offered.", unit="links", ge=1, le=500)


class ArxivTable(_Table):
    """arXiv: what its categories announce, or what a search finds."""

    name: str = key("arxiv", "What it is called; two need two names.", min_length=1)
    categories: tuple[Annotated[str, AfterValidator(_category)], ...] = key((), "Which categories.", example=["cs.LG", "cs.CL"])
    by: Literal["listing", "search"] = key("listing", "Whether the day's announcements are read, or its search is asked.")
    query: str = key("", "What the search looks for, in arXiv's words; empty for all of the categories.", example='abs:"KV cache"')
    announce: tuple[Literal["new", "cross", "replace", "replace-cross"], ...] = key(
        ("new",), "Of the listing: first versions, those listed elsewhere first, new versions, or both at once."
    )
    most: int = key(100, "How many papers are offered at most.", unit="papers", ge=1, le=2000)

    @model_validator(mode="after")
    def _askable(self) -> ArxivTable:
        if self.query and self.by == "listing":
            raise ValueError('`query` is a word of the search: write by = "search", too')
        if not self.categories and not self.query:
            raise ValueError('name categories, like categories = ["cs.LG"], or a query with by = "search"')
        return self


class HuggingFaceTable(_Table):
    """Hugging Face: the papers of its daily list, and new models of those you name."""

    name: str = key("huggingface", "What it is called; two need two names.", min_length=1)
    what: tuple[Literal["papers", "models"], ...] = key(("papers",), "Which of them.", min_length=1)
    authors: tuple[Annotated[str, AfterValidator(_organisation)], ...] = key(
        (), "Organisations or persons whose new models are offered.", example=["Qwen", "mistralai"]
    )
    most: int = key(30, "How many of one day's list, or of one organisation, are offered.", unit="links", ge=1, le=200)

    @model_validator(mode="after")
    def _models_have_authors(self) -> HuggingFaceTable:
        if ("models" in self.what) != bool(self.authors):
            raise ValueError('models are those of somebody: write what = ["models"] and authors = ["Qwen"] together')
        return self


class GitHubTable(_Table):
    """GitHub: releases, changelogs and issues of repositories, and what trends."""

    name: str = key("github", "What it is called; two need two names.", min_length=1)
    repositories: tuple[Annotated[str, AfterValidator(_repository)], ...] = key(
        (), "Which repositories.", example=["vllm-project/vllm", "ggml-org/llama.cpp"]
    )
    what: tuple[Literal["releases", "changelog", "issues", "trending"], ...] = key(
        ("releases",), "What of them; `trending` is the site's page of that name and needs none.", min_length=1
    )
    prereleases: bool = key(False, "Whether pre-releases are offered, too.")
    changelog: Annotated[str, AfterValidator(_page_file)] = key("CHANGELOG.md", "The changelog's path in each repository.")
    labels: tuple[Annotated[str, Field(min_length=1)], ...] = key(
        (), "Issues with one of these labels; empty for those with most reactions.", example=["security"]
    )
    reactions: int = key(10, "Fewest reactions of an issue, where no labels are named.", unit="reactions", ge=0)
    languages: tuple[str, ...] = key(("",), "Languages whose trending repositories are offered; an empty one for all.")
    token_env: str = key("GITHUB_TOKEN", "Environment variable with a token; without one GitHub allows sixty requests an hour.")
    most: int = key(30, "How many of one list are offered.", unit="links", ge=1, le=100)

    @model_validator(mode="after")
    def _somebody_is_followed(self) -> GitHubTable:
        if not self.repositories and set(self.what) != {"trending"}:
            raise ValueError('name repositories, like repositories = ["vllm-project/vllm"]')
        return self


class TelegramSourceTable(_Table):
    """Public channels of Telegram, by the pages that show them in a browser."""

    name: str = key("telegram", "What it is called; two need two names.", min_length=1)
    channels: tuple[Annotated[str, AfterValidator(_channel)], ...] = key(
        ..., "Names of channels, or their addresses.", example=["somechannel"], min_length=1
    )
    most: int = key(20, "How many messages of one channel are offered.", unit="links", ge=1, le=100)
