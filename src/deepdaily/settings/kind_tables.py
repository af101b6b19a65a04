"""Settings of sources that are no feeds and no searches."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
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


def _sender(written: str) -> str:
    if not re.fullmatch(r"(?:[^@\s]+@)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", written.strip()):
        raise ValueError(f"{written!r} is no sender; write an address like news@letter.example, or a domain like letter.example")
    return written.strip().lower()


def _mail_host(written: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:]{2,45}", written):
        raise ValueError(f"{written!r} is no host; write it like imap.example.com, without imaps:// and port")
    return written


_VARIABLE = r"^([A-Za-z_][A-Za-z0-9_]{0,99})?$"


class MailSourceTable(_Table):
    """Newsletters in a mailbox, which is only read (IMAP): their links are offered, with what they say of each."""

    name: str = key("mail", "What it is called; two need two names.", min_length=1)
    host: Annotated[str, AfterValidator(_mail_host)] = key(..., "The server.", example="imap.example.com")
    port: int = key(993, "Its port; 143 for STARTTLS.", ge=1, le=65535)
    security: Literal["tls", "starttls", "plain"] = key(
        "tls", "How the connection is closed to others; `plain` only where [network] allow_private names the server."
    )
    user_env: str = key("DEEPDAILY_IMAP_USER", "Variable with the name to log in by.", pattern=_VARIABLE)
    password_env: str = key(
        "DEEPDAILY_IMAP_PASSWORD", "Variable with the password; many providers want an app password.", pattern=_VARIABLE
    )
    token_env: str = key("", "Variable with a token of OAuth (XOAUTH2), instead of a password.", pattern=_VARIABLE)
    folder: str = key("INBOX", "The folder that is read.", min_length=1, max_length=200)
    senders: tuple[Annotated[str, AfterValidator(_sender)], ...] = key(
        (),
        "Whose mails are newsletters, addresses or domains; empty: those sent to many at once that can be left.",
        example=["letter.example", "news@lab.example"],
    )
    follow: bool = key(
        True, "Whether links that only count a click are asked where they lead, which the sender counts; else they are left out."
    )
    most: int = key(20, "How many of the newest newsletters are read.", unit="mails", ge=1, le=100)


def _variables_of_headers(named: dict[str, str]) -> dict[str, str]:
    for header, variable in named.items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", header) or not re.fullmatch(
            r"[A-Za-z_][A-Za-z0-9_]{0,99}", variable
        ):
            raise ValueError(
                f'{header!r}: write a header with the variable that holds its value, like Authorization = "NEWS_TOKEN"'
            )
    return named


class McpSourceTable(_Table):
    """An MCP server: the links that a resource of it lists, or that a tool of it finds."""

    name: str = key(..., "What it is called.", min_length=1, max_length=60, example="house-news")
    command: tuple[Annotated[str, Field(min_length=1)], ...] = key(
        (), "The program that is the server, with its words.", example=["news-mcp", "--stdio"]
    )
    url: str = key(
        "", "Its address, where it is asked over HTTP.", pattern=r"^(https?://[^\s@]+)?$", example="https://news.example.com/mcp"
    )
    resource: str = key(
        "",
        "The resource that is read; {date} is the day of the issue, {since} the first day that is looked at.",
        example="news://{date}",
    )
    tool: str = key("", "The tool that is called.", example="search_news")
    arguments: dict[str, Any] = key({}, "Its arguments; {date} and {since} as above.", example={"query": "LLM", "from": "{since}"})
    headers_env: Annotated[dict[str, str], AfterValidator(_variables_of_headers)] = key(
        {},
        "Headers over HTTP, each with the variable that holds its value.",
        example={"Authorization": "NEWS_TOKEN"},
        max_length=10,
    )
    environment: tuple[Annotated[str, Field(pattern=_VARIABLE, min_length=1)], ...] = key(
        (), "Variables that the program may see, beside PATH, HOME, USER and language.", example=["NEWS_API_KEY"], max_length=20
    )
    most: int = key(30, "How many links are offered.", unit="links", ge=1, le=200)

    @model_validator(mode="after")
    def _one_question(self) -> McpSourceTable:
        if bool(self.command) == bool(self.url):
            raise ValueError('write either command = ["news-mcp"] or url = "https://…/mcp"')
        if bool(self.resource) == bool(self.tool):
            raise ValueError('write either resource = "news://today" or tool = "search_news"')
        if (self.arguments and not self.tool) or (self.headers_env and not self.url) or (self.environment and not self.command):
            raise ValueError("arguments go with a tool, headers_env with a url, environment with a command")
        return self
