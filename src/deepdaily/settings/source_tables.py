"""Settings of the sources."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, ValidationInfo, field_validator, model_validator

from deepdaily.settings.kind_tables import (
    ArxivTable,
    GitHubTable,
    HuggingFaceTable,
    MailSourceTable,
    McpSourceTable,
    TelegramSourceTable,
    WatchedPageTable,
)
from deepdaily.settings.search_tables import BraveTable, SearchTable, web_address
from deepdaily.settings.short_forms import needs_bridge, whole_address
from deepdaily.settings.table import VARIABLE, _Table, _zone, key


def _bridge_address(written: str) -> str:
    return web_address(written) if written else ""


FeedAddress = Annotated[str, AfterValidator(whole_address)]

_HACKERNEWS = "hackernews"

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OF_THE_FETCHER = frozenset(("host", "cookie", "connection", "content-length", "accept-encoding", "transfer-encoding"))


def _headers(named: dict[str, str]) -> dict[str, str]:
    """Raises ValueError unless each is a header that may be set, and names a variable."""
    for header, variable in named.items():
        if not _HEADER.fullmatch(header) or header.lower() in _OF_THE_FETCHER:
            raise ValueError(f"{header!r} is no header that can be set; write one like Authorization")
        if not VARIABLE.fullmatch(variable):
            raise ValueError(f"{header}: name the environment variable that holds its value, like FEED_TOKEN; never the value")
    return named


def _zone_or_none(name: str) -> str:
    return _zone(name) if name else name


class FeedTable(_Table):
    """A feed as you keep it. One whose address is in a pack takes the place of the pack's."""

    url: FeedAddress = key(..., "Its address.", example="https://blog.example.com/feed.xml")
    name: str = key("", "What it is called, unlike every other source; empty: its address.", max_length=200, example="Example Blog")
    weight: float = key(
        1.0,
        "What its word counts when stories are ranked: below 1 less, above it more; a story has its best source's.",
        unit="times",
        ge=0,
        le=2,
    )
    language: Literal["", "zh", "en"] = key("", "Language of entries that are too short to tell; empty: as they look.")
    topic: str = key(
        "", "What it is about: put before titles that do not name it, as with releases.", max_length=80, example="vLLM"
    )
    user_agent: str = key("", "What the fetcher calls itself there; empty: deepdaily.", max_length=300, pattern=r"^[\x20-\x7e]*$")
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = key(
        {}, "Headers sent to that site only, each with the environment variable that holds its value.",
        example={"Authorization": "FEED_TOKEN"}, max_length=10,
    )  # fmt: skip
    timezone: Annotated[str, AfterValidator(_zone_or_none)] = key(
        "", "Zone of dates that name none; empty: UTC, or that of the language they are written in.", example="Asia/Shanghai"
    )
    text_only: bool = key(False, "Whether its own text is all that is read: its pages are not asked.")
    most: int = key(40, "The most it offers a day; of more, those of our field come first.", unit="entries", ge=1, le=500)

    @property
    def called(self) -> str:
        """Its name, unique among the sources of a digest."""
        return self.name or self.url


def _list_place(written: str) -> str:
    if "://" in written:
        return web_address(written)
    if not written.strip():
        raise ValueError("write the path of an OPML file, or its address")
    return written


class OpmlTable(_Table):
    """A list of feeds that is kept elsewhere, as OPML: what it names that day is asked."""

    url: Annotated[str, AfterValidator(_list_place)] = key(
        ..., "The list's file or address; a file stands beside the settings.", example="feeds.opml"
    )
    name: str = key("", "What it is called, unlike every other source; empty: its address.", max_length=200, example="My reader")
    most_feeds: int = key(100, "The most of its feeds that are asked: the first ones.", unit="feeds", ge=1, le=500)

    @property
    def called(self) -> str:
        """Its name, unique among the sources of a digest."""
        return self.name or self.url


def _bare_host(written: str) -> str:
    """A host as links bear it: in small letters, without `www.`; of a site's address its host. Raises ValueError: it is none."""
    name = re.sub(r"^https?://|/$", "", written.strip().lower()).removeprefix("www.")
    try:
        name = name.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]", name):
        raise ValueError(f"{written!r} is no host; write it like noise.example.com, without path and port")
    return name.strip("[]")


class Sources(_Table):
    """Where links come from."""

    packs: tuple[str, ...] = key(("ai-engineering",), "Bundled lists of feeds: ai-engineering, core, wide, chinese.")
    rsshub: Annotated[str, AfterValidator(_bridge_address)] = key(
        "", "Address of your own instance of RSSHub, for feeds written `rsshub:/route`.", example="https://rsshub.example.com"
    )
    add: tuple[FeedAddress, ...] = key(
        (),
        "Addresses of further feeds, or short ones; the short form of [[sources.feed]].",
        example=["https://blog.example.com/feed.xml", "reddit:r/LocalLLaMA"],
    )
    feed: tuple[FeedTable, ...] = ()
    opml: tuple[OpmlTable, ...] = ()
    drop: tuple[str, ...] = key((), "Feeds of the lists that are not asked, by name or address.", example=["Example Blog"])
    mute: tuple[Annotated[str, AfterValidator(_bare_host)], ...] = key(
        (), "Hosts whose links are dropped.", example=["noise.example.com"]
    )
    hackernews: bool = key(True, "Whether Hacker News is asked.")
    follow: tuple[str, ...] = key(
        (),
        "Names that the first search is asked for each day, before its own queries.",
        example=["vLLM", "Claude Code"],
        max_length=50,
    )
    search: tuple[SearchTable, ...] = (BraveTable(),)
    page: tuple[WatchedPageTable, ...] = ()
    arxiv: tuple[ArxivTable, ...] = ()
    huggingface: tuple[HuggingFaceTable, ...] = ()
    github: tuple[GitHubTable, ...] = ()
    telegram: tuple[TelegramSourceTable, ...] = ()
    mail: tuple[MailSourceTable, ...] = ()
    mcp: tuple[McpSourceTable, ...] = ()

    @field_validator("add", "feed")
    @classmethod
    def _bridge_is_named(cls, listed: tuple[str | FeedTable, ...], info: ValidationInfo) -> tuple[str | FeedTable, ...]:
        addresses = [one.url if isinstance(one, FeedTable) else one for one in listed]
        if any(map(needs_bridge, addresses)) and not info.data.get("rsshub", "-"):
            raise ValueError('feeds written rsshub:/… need your instance: [sources] rsshub = "https://rsshub.example.com"')
        return listed

    @field_validator("search")
    @classmethod
    def _named_apart(cls, tables: tuple[SearchTable, ...]) -> tuple[SearchTable, ...]:
        names = [table.name for table in tables]
        if len(set(names)) < len(names):
            raise ValueError("two searches of one provider need names of their own: name = ...")
        return tables

    @model_validator(mode="after")
    def _named_unlike_each_other(self) -> Sources:
        taken = [_HACKERNEWS, *(table.name for table in self.search)]
        kept: list[FeedTable | OpmlTable] = [*self.feed, *self.opml]
        names = [table.called for table in kept] + [table.name or table.url for table in self.page]
        names += [table.name for table in self.arxiv] + [table.name for table in self.huggingface]
        names += [table.name for table in self.github] + [table.name for table in self.telegram]
        names += [table.name for table in self.mail] + [table.name for table in self.mcp]
        for name in names:
            if name in taken:
                raise ValueError(f'two sources are called {name}: give one a name of its own, like name = "{name}-2"')
            taken.append(name)
        return self


def _private_place(written: str) -> str:
    """Raises ValueError unless it is a host, a host with a port, or a network."""
    host = written.rpartition(":")[0] if re.fullmatch(r"(\[.*\]|[^:/]+):\d+", written) else written
    bare = host.strip("[]")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", bare):
        try:
            ip_network(bare, strict=False)
        except ValueError as error:
            raise ValueError(
                f"{written!r} is no host, host:port or network; write it like 10.0.0.7:8888, nas.lan or 192.168.0.0/24"
            ) from error
    return written


class Network(_Table):
    """How far the fetcher and the channels may go. Proxies are those of HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY."""

    allow_private: tuple[Annotated[str, AfterValidator(_private_place)], ...] = key(
        (),
        "Private addresses that may be asked: host:port, a host with all its ports, or a network.",
        example=["127.0.0.1:8888", "nas.lan", "192.168.0.0/24"],
    )
    renderer: tuple[str, ...] = key(
        (),
        "A Chromium of the system, with what it needs, that draws pages of feeds which scripts fill in; empty: none.",
        example=["chromium"],
    )
