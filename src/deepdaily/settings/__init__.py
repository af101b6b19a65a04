"""Everything a run reads, as one checked value."""

from __future__ import annotations

import re
from datetime import time
from ipaddress import ip_network
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from deepdaily.core.types import DAILY, Language, Profile
from deepdaily.settings.channel_tables import Alert, ChannelTable, ChatTable, FeedsTable, HugoTable, MailTable, PageTable
from deepdaily.settings.model_tables import Models
from deepdaily.settings.source_tables import Network, Sources
from deepdaily.settings.table import _Table, _zone, key
from deepdaily.settings.translator_table import TranslatorTable


class Digest(_Table):
    """What is written, for whom, and when."""

    name: str = key(
        DAILY,
        "Tells its issues from those of other digests in the same store: letters, digits, hyphens.",
        pattern=r"^[A-Za-z0-9-]{1,40}$",
    )
    title: str = key("AI 技术深度日报（{date}）", "Title of an issue; {date} is its day.")
    language: Language = key("zh", "Language of headings and of our own sentences; quotations keep theirs.", example="en")
    also: tuple[Language, ...] = key(
        (), "Languages in which a model tells the issue besides, from the same claims.", example=["en"], max_length=5
    )
    at: time = key(time(8, 0), "When an issue is due, in `timezone`.")
    timezone: Annotated[str, AfterValidator(_zone)] = key("Asia/Shanghai", "Names the days.", example="Europe/Berlin")
    items: int = key(7, "The most stories an issue has.", unit="stories", ge=1, le=20)
    least_items: int = key(
        4,
        "With fewer stories of substance a day looks further back, and then into memory; at most `items` counts.",
        unit="stories",
        ge=1,
        le=20,
    )
    profile: Profile = key("engineering", 'Whose taste: "engineering" weighs depth, "consensus" what editors of AI digests run.')
    audience: str = key(
        "",
        "Who reads it, as a model is told; empty: teams of inference, agents, platform.",
        example="a team that trains speech models",
    )
    url: str = key("", "Address of the published blog, for links in feeds; may stay empty.", example="https://blog.example.com")

    @property
    def enough(self) -> int:
        """So many stories make an issue that nobody has to mend."""
        return min(self.least_items, self.items)

    @field_validator("title")
    @classmethod
    def _only_date(cls, title: str) -> str:
        try:
            title.format(date="2026-02-11")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError("only {date} may stand in braces") from error
        return title

    @model_validator(mode="after")
    def _each_language_once(self) -> Digest:
        twice = [one for one in self.also if one == self.language or self.also.count(one) > 1]
        if twice:
            raise ValueError(f"also names {twice[0]}, which is told already: take it out")
        return self

    @field_validator("at", mode="before")
    @classmethod
    def _clock(cls, value: Any) -> Any:
        if isinstance(value, str) and not (len(value) == 5 and value[2] == ":"):
            raise ValueError("write the hour as HH:MM, like 08:00")
        return value


class Database(_Table):
    """Where runs, documents and issues are kept."""

    url: str = key(
        "",
        "Address of a PostgreSQL database; empty: SQLite in the data folder.",
        example="postgresql+psycopg://deepdaily@db.example.com/deepdaily",
    )

    @field_validator("url")
    @classmethod
    def _postgresql(cls, url: str) -> str:
        if url and not url.startswith("postgresql+psycopg://"):
            raise ValueError("write postgresql+psycopg://user@host/name, or leave it empty for SQLite")
        return url


class Schedule(_Table):
    """How `deepdaily schedule` keeps the hour."""

    early_min: int = key(30, "How long before `digest.at` work begins.", unit="minutes", ge=0, le=720)


class Serve(_Table):
    """Who may ask `deepdaily serve` and `deepdaily mcp --http`."""

    names: tuple[str, ...] = key(
        (), "Host names they are asked by, beside this machine's own.", example=["news.example.com"], max_length=50
    )
    base_path: str = key("", "Path below which they stand behind a proxy; empty: at the root of the name.", example="/daily")
    proxies: tuple[str, ...] = key(
        (),
        "Addresses or networks of proxies whose X-Forwarded-For, -Proto, -Host and -Prefix are believed; of nobody else.",
        example=["127.0.0.1"],
        max_length=50,
    )
    token_env: str = key(
        "",
        "Variable with a token: who sends it as a bearer, or once as ?token=, sees stored pages whole; others see excerpts, "
        "but for a browser on this machine.",
        example="DEEPDAILY_READER_TOKEN",
    )
    origins: tuple[str, ...] = key(
        (),
        "Other sites whose pages may ask `deepdaily mcp --http` in a browser.",
        example=["https://inspector.example.com"],
        max_length=50,
    )

    @field_validator("names")
    @classmethod
    def _bare(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]+", name):
                raise ValueError(f"{name!r} is no host name; write it like news.example.com, without http:// and port")
        return names

    @field_validator("base_path")
    @classmethod
    def _path(cls, path: str) -> str:
        if not re.fullmatch(r"(?:/[A-Za-z0-9._~-]+)*/?", path):
            raise ValueError(f"{path!r} is no path; write it like /daily")
        return path.rstrip("/")

    @field_validator("proxies")
    @classmethod
    def _addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ip_network(proxy, strict=False)
            except ValueError as error:
                raise ValueError(f"{proxy!r} is no address; write it like 127.0.0.1 or 10.0.0.0/8") from error
        return proxies

    @field_validator("origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not re.fullmatch(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?", origin):
                raise ValueError(f"{origin!r} is no origin; write it like https://inspector.example.com, without a path")
        return tuple(origin.lower() for origin in origins)


class Review(_Table):
    """The last look before publishing."""

    deadline: time | None = key(
        None, "What has passed review by then is published; not set: 2 minutes before `digest.at`.", example="07:58"
    )


class Settings(BaseSettings):
    """Everything a run reads. Every key has a default: no file, no key and no account is needed."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="DEEPDAILY_", env_nested_delimiter="__", nested_model_default_partial_update=True
    )

    digest: Digest = Digest()
    sources: Sources = Sources()
    network: Network = Network()
    publish: tuple[ChannelTable, ...] = (HugoTable(), FeedsTable(), PageTable())
    store: Database = Database()
    schedule: Schedule = Schedule()
    models: Models = Models()
    translator: TranslatorTable = TranslatorTable()
    serve: Serve = Serve()
    review: Review = Review()
    alert: Alert = Alert()

    @field_validator("publish")
    @classmethod
    def _named_apart(cls, channels: tuple[ChannelTable, ...]) -> tuple[ChannelTable, ...]:
        names = [channel.name for channel in channels]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f'two channels are called {name}: give one a name of its own, like name = "{name}-2"')
        return channels

    @model_validator(mode="after")
    def _deadline_before_the_hour(self) -> Settings:
        if self.review.deadline and self.review.deadline > self.digest.at:
            raise ValueError("review.deadline must not be after digest.at")
        return self

    @model_validator(mode="after")
    def _alerts_have_a_server(self) -> Settings:
        if self.alert.mail and not self.mail:
            raise ValueError("alert.mail needs a [[publish]] channel of kind mail, whose server it uses")
        return self

    @model_validator(mode="after")
    def _alerts_name_chats(self) -> Settings:
        chats = [one.name for one in self.publish if isinstance(one, ChatTable)]
        for name in self.alert.channels:
            if name not in chats:
                raise ValueError(
                    f"alert.channels names {name}, which is no chat of [[publish]]; there are {', '.join(chats) or 'none'}"
                )
        return self

    @property
    def mail(self) -> MailTable | None:
        """The first mail channel, whose server alerts use, too."""
        return next((channel for channel in self.publish if isinstance(channel, MailTable)), None)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.digest.timezone)


def name_of(settings: Settings) -> str:
    """The daily's name: its title without the day."""
    return without_day(settings.digest.title)


def without_day(title: str) -> str:
    """A title of issues (`… ({date})`) as the name of what they are issues of."""
    return title.format(date="").strip("（）() ·-|｜")
