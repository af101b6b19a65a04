"""deepdaily.toml and DEEPDAILY_*: one checked value. Unknown keys are errors that name the nearest key."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from email.errors import MessageError
from email.headerregistry import Address
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as EnvironmentRefused

from deepdaily.core.errors import SettingsError
from deepdaily.core.types import Language
from deepdaily.core.weights import Profile

FILE = "deepdaily.toml"
"""The settings file looked for in the current folder."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}; write one like Asia/Shanghai or UTC") from error
    return name


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Digest(_Table):
    """What is written, for whom, and when."""

    title: str = Field("AI 技术深度日报（{date}）", description="Title of an issue; {date} is its day.")
    language: Language = Field(
        "zh", description="Language of headings and of our own sentences; quotations keep theirs."
    )
    at: time = Field(time(8, 0), description="When an issue is due, in `timezone`.")
    timezone: Annotated[str, AfterValidator(_zone)] = Field("Asia/Shanghai", description="Names the days.")
    items: int = Field(7, ge=1, le=20, description="Stories an issue.")
    profile: Profile = Field(
        "engineering",
        description='Whose taste: "engineering" weighs depth, "consensus" what editors of AI digests run.',
    )
    audience: str = Field(
        "", description="Who reads it, as a model is told; empty: teams of inference, agents, platform."
    )
    url: str = Field("", description="Address of the published blog, for links in feeds; may stay empty.")

    @property
    def readers(self) -> str:
        """The audience in words, in the digest's language."""
        if self.audience:
            return self.audience
        if self.language == "zh":
            return "负责 LLM 推理、Agent 与平台的工程团队"
        return "engineering teams responsible for LLM inference, agents and platforms"

    @field_validator("title")
    @classmethod
    def _only_date(cls, title: str) -> str:
        try:
            title.format(date="2026-02-11")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError("only {date} may stand in braces") from error
        return title

    @field_validator("at", mode="before")
    @classmethod
    def _clock(cls, value: Any) -> Any:
        if isinstance(value, str) and not (len(value) == 5 and value[2] == ":"):
            raise ValueError("write the hour as HH:MM, like 08:00")
        return value


class Search(_Table):
    """One web search; without its key it is left out, which is no trouble."""

    provider: Literal["brave"] = "brave"
    key_env: str = Field("BRAVE_API_KEY", description="Name of the environment variable that holds the key.")
    queries: tuple[str, ...] = ("AI LLM agent inference news",)


class Sources(_Table):
    """Where links come from."""

    packs: tuple[str, ...] = Field(("ai-engineering",), description="Bundled lists of feeds.")
    add: tuple[str, ...] = Field((), description="Addresses of further feeds.")
    mute: tuple[str, ...] = Field((), description="Hosts whose links are dropped.")
    hackernews: bool = True
    search: tuple[Search, ...] = (Search(),)


class Network(_Table):
    """How far the fetcher may go."""

    allow_private: tuple[str, ...] = Field((), description="host:port of private addresses that may be fetched.")


def mail_address(written: str) -> Address:
    """`a@b.example` or `Name <a@b.example>`. The address itself is ASCII: few servers take others.

    Raises:
        ValueError: it is neither.
    """
    found = re.fullmatch(r"([^<>]*)<([^<>]+)>|([^<>]+)", written.strip())
    try:
        address = Address((found[1] or "").strip(' "'), addr_spec=found[2] or found[3]) if found else None
    except (ValueError, IndexError, MessageError):  # what the parser raises for "a b@c", "a@" and "@b"
        address = None
    if address is None or not (address.username and address.domain and address.addr_spec.isascii()):
        raise ValueError(f"{written!r} is no mail address; write a@b.example or Name <a@b.example>")
    return address


class Publish(_Table):
    """One channel. Files go below `dir`; a message channel names its address and its secrets by environment variables."""

    to: Literal["hugo", "feeds", "page", "mail", "feishu"]
    dir: Path = Path("deepdaily-out")
    url_env: str = Field("", description="feishu: environment variable that holds the bot's webhook.")
    secret_env: str = Field("", description="feishu: environment variable that holds the signing secret, if any.")
    host: str = Field("", description="mail: SMTP server.")
    port: int = Field(587, ge=1, le=65535, description="mail: SMTP port; TLS by STARTTLS.")
    sender: str = Field("", description="mail: the address it comes from.")
    recipients: tuple[str, ...] = Field((), max_length=50, description="mail: a few addresses, or that of a list.")
    user_env: str = Field("", description="mail: environment variable that holds the user name, if any.")
    password_env: str = Field("", description="mail: environment variable that holds the password, if any.")

    @model_validator(mode="after")
    def _complete(self) -> Publish:
        needed = {"mail": ("host", "sender", "recipients"), "feishu": ("url_env",)}.get(self.to, ())
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"{self.to} needs {', '.join(missing)}")
        for written in (self.sender, *self.recipients) if self.to == "mail" else ():
            mail_address(written)
        return self

    @property
    def is_file(self) -> bool:
        return self.to in ("hugo", "feeds", "page")


class Database(_Table):
    """Where runs, documents and issues are kept."""

    url: str = Field("", description="postgresql+psycopg://user@host/name; empty: SQLite in the data folder.")

    @field_validator("url")
    @classmethod
    def _postgresql(cls, url: str) -> str:
        if url and not url.startswith("postgresql+psycopg://"):
            raise ValueError("write postgresql+psycopg://user@host/name, or leave it empty for SQLite")
        return url


class Schedule(_Table):
    """How `deepdaily schedule` keeps the hour."""

    early_min: int = Field(30, ge=0, le=720, description="Minutes before `digest.at` at which work begins.")


@dataclass(frozen=True, slots=True)
class Budget:
    """What the models' calls of one day may take together."""

    amount: float
    currency: str
    """Empty: the amount is tokens, prefill and decode."""
    text: str

    @classmethod
    def parsed(cls, text: str) -> Budget:
        """Raises ValueError where `text` is no budget."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(?:(CNY|USD|EUR)|([kM]?) ?tokens)/day", text.strip())
        if found is None:
            raise ValueError('write it like "3 CNY/day" (or USD, EUR), "200k tokens/day" or "2M tokens/day"')
        factor = {"k": 1e3, "M": 1e6}.get(found[3] or "", 1.0)
        return cls(float(found[1]) * factor, found[2] or "", text.strip())

    def __str__(self) -> str:
        return self.text


class Price(_Table):
    """What a million tokens cost, in the currency of the budget."""

    prefill: float = Field(ge=0, allow_inf_nan=False)
    cached: float | None = Field(None, ge=0, allow_inf_nan=False, description="Prefill from a cache; not set: in full.")
    decode: float = Field(ge=0, allow_inf_nan=False)

    @property
    def cached_or_full(self) -> float:
        return self.prefill if self.cached is None else self.cached


def is_loopback(endpoint: str) -> bool:
    """Whether the address is this machine's own."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Endpoint(_Table):
    """One model: where it is and what it is called there."""

    endpoint: str = Field("", description="Address up to /v1; may be left out for kind = anthropic.")
    name: str = Field(min_length=1, description="The model's name at the endpoint.")
    key_env: str = Field("", description="Environment variable that holds the key; empty: no key.")
    kind: Literal["openai", "anthropic", "sentence-transformers"] = Field(
        "openai", description="The protocol it speaks; sentence-transformers: an embedder in the folder `name`."
    )
    languages: tuple[Language, ...] = Field(
        ("zh", "en"), min_length=1, description="Of an embedder: those it was trained on."
    )
    price: Price | None = Field(None, description="{prefill, cached, decode} for a million tokens.")
    most_tokens: int | None = Field(
        None, ge=256, le=65536, description="Longest reply with its thoughts; not set: 1,200 to 3,000 by purpose."
    )
    stream: bool = Field(True, description="Ask for tokens as they come: measures time to the first one.")

    @model_validator(mode="after")
    def _reachable(self) -> Endpoint:
        parts = urlsplit(self.endpoint)
        if not self.endpoint and self.kind == "openai":
            raise ValueError("endpoint is missing, like http://127.0.0.1:11434/v1")
        if self.endpoint and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("endpoint is an http(s) address, like http://127.0.0.1:11434/v1")
        if "@" in parts.netloc:
            raise ValueError("a key stands in the environment, not in the address: name its variable by key_env")
        if self.kind == "anthropic" and not self.key_env:
            raise ValueError("key_env is missing, like ANTHROPIC_API_KEY")
        return self

    @property
    def is_local(self) -> bool:
        return is_loopback(self.endpoint)


class Models(_Table):
    """Who writes beside the built-in writer, best first; each name of the ladder has a table [models.NAME]."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Endpoint] = Field(init=False)

    ladder: tuple[str, ...] = Field((), description="Best first; empty: the built-in writer alone.")
    embedder: str = Field("", description="The model that says which titles mean the same; empty: their words alone.")
    budget: str = Field("1M tokens/day", description='"3 CNY/day" (USD, EUR), "200k tokens/day"; never passed.')
    at_once: int = Field(3, ge=1, le=16, description="Calls in flight to a model that answers.")

    @field_validator("budget")
    @classmethod
    def _is_a_budget(cls, text: str) -> str:
        Budget.parsed(text)
        return text

    @model_validator(mode="after")
    def _each_rung_can_stand(self) -> Models:
        if len(set(self.ladder)) < len(self.ladder):
            raise ValueError("each model may stand in the ladder once")
        for name in self.ladder:
            self._described("ladder", name)
            if self.known[name].kind == "sentence-transformers":
                raise ValueError(f"{name} writes nothing: name it as embedder, not in the ladder")
            if self.limit.currency and not self.known[name].price and not self.known[name].is_local:
                raise ValueError(f"a budget in {self.limit.currency} needs the price of {name}: price = {{...}}")
        return self

    @model_validator(mode="after")
    def _the_embedder_embeds(self) -> Models:
        if not self.embedder:
            return self
        self._described("embedder", self.embedder)
        if self.known[self.embedder].kind == "anthropic":
            raise ValueError(f'{self.embedder} has no embeddings: kind is "openai" or "sentence-transformers"')
        if self.embedder in self.ladder:
            raise ValueError(f"{self.embedder} is the embedder: it cannot write, take it out of the ladder")
        return self

    def _described(self, key: str, name: str) -> None:
        if name not in self.known:
            near = difflib.get_close_matches(name, self.known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"add a table [models.{name}]"
            raise ValueError(f"{key} names {name}, which is not described: {hint}")

    @property
    def known(self) -> dict[str, Endpoint]:
        """Every described model by its name, in the ladder or not."""
        return self.__pydantic_extra__

    @property
    def limit(self) -> Budget:
        return Budget.parsed(self.budget)


class Serve(_Table):
    """Who may ask `deepdaily serve` and `deepdaily mcp --http`."""

    names: tuple[str, ...] = Field(
        (), max_length=50, description="Host names they are asked by, beside this machine's own: news.example.com."
    )

    @field_validator("names")
    @classmethod
    def _bare(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]+", name):
                raise ValueError(f"{name!r} is no host name; write it like news.example.com, without http:// and port")
        return names


class Review(_Table):
    """The last look before publishing."""

    deadline: time | None = Field(
        None, description="What has passed review by then is published; not set: 2 minutes before `digest.at`."
    )


class Alert(_Table):
    """Where trouble is told."""

    url_env: str = Field("", description="Environment variable that holds the address of a webhook; it gets JSON.")
    mail: bool = Field(False, description="Tell it by mail too, through the server of the [[publish]] mail channel.")
    recipients: tuple[str, ...] = Field(
        (), max_length=50, description="Who gets that mail; empty: the channel's readers."
    )


_EVERYWHERE = (Publish(to="hugo"), Publish(to="feeds"), Publish(to="page"))


class Settings(BaseSettings):
    """Everything a run reads. Every key has a default: no file, no key and no account is needed."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="DEEPDAILY_",
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    digest: Digest = Digest()
    sources: Sources = Sources()
    network: Network = Network()
    publish: tuple[Publish, ...] = _EVERYWHERE
    store: Database = Database()
    schedule: Schedule = Schedule()
    models: Models = Models()
    serve: Serve = Serve()
    review: Review = Review()
    alert: Alert = Alert()

    @field_validator("publish")
    @classmethod
    def _each_once(cls, channels: tuple[Publish, ...]) -> tuple[Publish, ...]:
        names = [channel.to for channel in channels]
        if len(set(names)) < len(names):
            raise ValueError("each channel may stand once")
        return channels

    @model_validator(mode="after")
    def _deadline_before_the_hour(self) -> Settings:
        if self.review.deadline and self.review.deadline > self.digest.at:
            raise ValueError("review.deadline must not be after digest.at")
        return self

    @model_validator(mode="after")
    def _alerts_have_a_server(self) -> Settings:
        if self.alert.mail and not any(channel.to == "mail" for channel in self.publish):
            raise ValueError("alert.mail needs a [[publish]] channel of kind mail, whose server it uses")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.digest.timezone)


def load(path: Path | None) -> tuple[Settings, dict[str, str]]:
    """The settings, and where each key that is not a default comes from.

    `path` None means `deepdaily.toml` here if there is one. Relative folders are relative to the file.

    Raises:
        SettingsError: names the file, the key and what to write instead.
    """
    chosen = path or (Path(FILE) if Path(FILE).exists() else None)
    from_file = _read(chosen) if chosen else {}
    try:
        given = EnvSettingsSource(Settings, env_prefix="DEEPDAILY_", env_nested_delimiter="__")()
    except EnvironmentRefused as error:
        raise SettingsError(f"the environment: {error}", "lists and tables are written as JSON") from error
    from_environment = {key: value for key, value in given.items() if value}
    merged = _merge(from_file, from_environment)
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise _explained(error, chosen) from error
    base = chosen.resolve().parent if chosen else Path.cwd()
    channels = tuple(channel.model_copy(update={"dir": base / channel.dir}) for channel in settings.publish)
    origins = dict.fromkeys(_leaves(from_file), str(chosen)) | {
        key: "DEEPDAILY_" + key.upper().replace(".", "__") for key in _leaves(from_environment)
    }
    return settings.model_copy(update={"publish": channels}), origins


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}", "name the file with --settings") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} is not valid TOML: {error}", "mend that line; strings stand in double quotes"
        ) from error


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def _explained(error: ValidationError, path: Path | None) -> SettingsError:
    """The first complaint, in words: file, key, and the nearest key or what was wrong with the value."""
    first = error.errors()[0]
    places = [str(part) for part in first["loc"]]
    key, where = ".".join(places), path or "the environment"
    misplaced = first["type"].startswith("model_") and places[:-1] == [
        "models"
    ]  # a key where a model's table may stand
    if first["type"] == "extra_forbidden" or misplaced:
        near = difflib.get_close_matches(places[-1], _keys_beside(places[:-1]), n=1, cutoff=0.5)
        known = ", ".join(_keys_beside(places[:-1]))
        return SettingsError(
            f"{where}: unknown key {key}", f"did you mean {near[0]}?" if near else f"known here: {known}"
        )
    said = first["msg"].removeprefix("Value error, ")
    if not key:  # two keys that do not go together: the input is the whole file
        return SettingsError(f"{where}: {said}", "`deepdaily config` shows every key with its value")
    shown = "" if isinstance(first["input"], Mapping) else f" = {_masked(repr(first['input']))}"
    return SettingsError(f"{where}: {key}{shown}: {said}", "`deepdaily config` shows every key with its value")


def _keys_beside(places: list[str]) -> list[str]:
    """The keys known in the table at `places`."""
    table: Any = Settings
    for place in places:
        if place.isdigit():
            continue
        named = place in table.model_fields
        table = _TABLES.get(place) if named else Endpoint if table is Models else None
        if table is None:
            return []
    return list(table.model_fields)


_TABLES: dict[str, type[BaseModel]] = {
    "digest": Digest, "sources": Sources, "search": Search, "network": Network, "publish": Publish,
    "store": Database, "schedule": Schedule, "models": Models, "serve": Serve, "review": Review, "alert": Alert, "price": Price,
}  # fmt: skip


def described(settings: Settings, origins: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Every key with its effective value and where it comes from, in the order of the file."""
    return list(_rows(settings.model_dump(mode="json"), origins))


def _rows(tree: Mapping[str, Any], origins: Mapping[str, str], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _rows(value, origins, f"{prefix}{key}.")
        else:
            yield prefix + key, _masked(str(value)), origins.get(prefix + key, "default")


def _masked(value: str) -> str:
    """`value` without the password of an address."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", value)


def key_of(search: Search) -> str:
    """The search's key from the environment; empty when there is none."""
    return os.environ.get(search.key_env, "")
