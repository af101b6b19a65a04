"""Settings of the models."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, field_validator, model_validator

from deepdaily.settings.table import _Table, key


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


A_MILLION = "of the budget's currency for a million tokens"


class Price(_Table):
    """What a million tokens cost, in the currency of the budget."""

    prefill: float = key(..., "What is sent.", unit=A_MILLION, ge=0, allow_inf_nan=False)
    cached: float | None = key(
        None, "What is sent and found in a cache; not set: as `prefill`.", unit=A_MILLION, ge=0, allow_inf_nan=False
    )
    decode: float = key(..., "What is answered.", unit=A_MILLION, ge=0, allow_inf_nan=False)

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


AGENTS = ("claude", "codex", "gemini", "qwen", "llm", "ollama")
"""Commands that are known by name (`models.presets`)."""

_OF_A_COMMAND = frozenset(("kind", "command", "env", "name", "price", "most_tokens", "window", "at_once", "timeout", "layers"))


def _program(name: str, *arguments: str) -> None:
    """Raises ValueError where a command will not find its program."""
    if "/" in name and not name.startswith("/"):
        raise ValueError("command is started in an empty folder: write its whole path")
    if not arguments and name not in AGENTS and "/" not in name:
        near = difflib.get_close_matches(name, AGENTS, n=1)
        hint = f"did you mean {near[0]}?" if near else "of your own, write its whole path or its arguments too"
        raise ValueError(f"command {name!r} is none of {', '.join(AGENTS)}: {hint}")


class ModelTable(_Table):
    """One model: where it is and what it is called there."""

    endpoint: str = key("", "Address up to /v1; may be left out for kind = anthropic.", example="http://127.0.0.1:8000/v1")
    name: str = key("", "The model's name at the endpoint; of a command it may be left out.", example="qwen3-32b")
    key_env: str = key("", "Environment variable that holds the key; empty: no key.", example="QWEN_KEY")
    kind: Literal["openai", "anthropic", "sentence-transformers", "command"] = key(
        "openai",
        "The protocol it speaks; command: a program of this machine; sentence-transformers: an embedder in the folder `name`.",
    )
    command: tuple[str, ...] = key(
        (),
        "For a command: claude, codex, gemini, qwen, llm, ollama; or all arguments of your own: prompt on stdin, JSON on stdout.",
        example=["claude"],
    )
    env: tuple[str, ...] = key((), "For a command: names of more variables that the program may see.", example=["AWS_PROFILE"])
    languages: tuple[Literal["zh", "en"], ...] = key(("zh", "en"), "Of an embedder: those it was trained on.", min_length=1)
    price: Price | None = key(None, "{prefill, cached, decode} for a million tokens.")
    most_tokens: int | None = key(
        None, "Longest reply with its thoughts; not set: 1,200 to 3,000 by purpose.", unit="tokens", ge=256, le=65536
    )
    stream: bool = key(True, "Ask for tokens as they come: measures time to the first one.")
    params: dict[str, Any] = key(
        {}, "More fields of the request's body; the word null takes one away.", example={"top_p": 0.9, "temperature": "null"}
    )
    headers: dict[str, str] = key(
        {}, "More headers; $NAME stands for a variable of the environment.", example={"api-key": "$AZURE_KEY"}
    )
    query: dict[str, str] = key(
        {}, "What stands behind the ? of its address; $NAME as in headers.", example={"api-version": "2024-10-21"}
    )
    window: int | None = key(
        None, "Prompt and reply together; not set: as it tells, or learnt from its errors.", unit="tokens", ge=2048, le=10**7
    )
    at_once: int | None = key(None, "The most calls in flight to this model; not set: as of all.", unit="calls", ge=1, le=16)
    timeout: float | None = key(
        None,
        "To its first token; not set: 120, on this machine 300. A stream that moves is not cut. A command: to its end, 600.",
        unit="s",
        ge=1,
        le=3600,
    )
    think: bool | None = key(None, "Switch its thinking on or off, in the words of the endpoint; not set: as it does by itself.")
    layers: dict[str, str] = key(
        {}, "What it is made of, in your words, for `models compare`.", example={"weights": "fp8", "engine": "vllm 0.12"}
    )

    @property
    def made_of(self) -> str:
        """Its layers as one text, the same for the same ones; empty where none are named."""
        return json.dumps(self.layers, sort_keys=True, ensure_ascii=False) if self.layers else ""

    @property
    def paid_elsewhere(self) -> bool:
        """On this machine, or by a subscription; what a command tells of its cost is counted."""
        return self.kind == "command" or is_loopback(self.endpoint)

    @field_validator("command", mode="before")
    @classmethod
    def _one_word(cls, given: object) -> object:
        return (given,) if isinstance(given, str) else given

    @field_validator("env")
    @classmethod
    def _are_names(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if odd := [name for name in given if not re.fullmatch(r"[A-Za-z_]\w*", name, re.A)]:
            raise ValueError(f"{odd[0]!r} is no variable's name; values stand in the environment")
        return given

    @model_validator(mode="after")
    def _startable(self) -> ModelTable:
        """Of a command: what is started, and nothing that only a network has."""
        if self.kind != "command":
            if mine := sorted(self.model_fields_set & {"command", "env"}):
                raise ValueError(f'{mine[0]} needs kind = "command"')
            return self
        if odd := sorted(self.model_fields_set - _OF_A_COMMAND):
            raise ValueError(f"{', '.join(odd)} says nothing of a command: arguments stand in command, names of variables in env")
        if not self.command or not self.command[0]:
            raise ValueError('command is missing, like ["claude"], or a list of all arguments of your own')
        if self.command == ("ollama",) and not self.name:
            raise ValueError("name is missing: ollama runs a model by its name")
        _program(*self.command)
        return self

    @property
    def own_name(self) -> str:
        """What readers are told: the model's name, or its program's; of a path on a disk the last part, of `maker/model` both."""
        name = self.name or next(iter(self.command), "")
        on_disk = re.match(r"[/\\~.]|[A-Za-z]:[/\\]", name) or name.lower().endswith(".gguf")
        return re.split(r"[/\\]", name.rstrip("/\\"))[-1] if on_disk else name

    @model_validator(mode="after")
    def _reachable(self) -> ModelTable:
        if self.kind == "command":
            return self
        if not self.name:
            raise ValueError("name is missing: what the model is called there, like qwen3-32b")
        parts = urlsplit(self.endpoint)
        if not self.endpoint and self.kind == "openai":
            raise ValueError("endpoint is missing, like http://127.0.0.1:11434/v1")
        if self.endpoint and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("endpoint is an http(s) address, like http://127.0.0.1:11434/v1")
        if "@" in parts.netloc:
            raise ValueError("a key stands in the environment, not in the address: name its variable by key_env")
        if self.kind == "anthropic" and not self.key_env and not self.headers:
            raise ValueError("key_env is missing, like ANTHROPIC_API_KEY")
        return self


GIVEN = ("reviewer",)
"""Purposes that may be given to a model of their own, each a key of [models]."""


class Models(_Table):
    """Who writes beside the built-in writer, best first; each name of the ladder has a table [models.NAME]."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ModelTable] = Field(init=False)

    ladder: tuple[str, ...] = key((), "Names of models, best first; empty: the built-in writer alone.", example=["qwen"])
    reviewer: str = key(
        "", "The model that reads and mends the draft, before those of the ladder; empty: the ladder.", example="critic"
    )
    embedder: str = key("", "The model that says which titles mean the same; empty: their words alone.", example="bge")
    budget: str = key(
        "1M tokens/day", "What all models may take in a day, in money (CNY, USD, EUR) or tokens; never passed.", example="3 CNY/day"
    )
    at_once: int = key(3, "The most calls in flight to a model that answers.", unit="calls", ge=1, le=16)

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
            self._writes("ladder", name)
        return self

    @model_validator(mode="after")
    def _each_purpose_has_one_that_writes(self) -> Models:
        for purpose, name in self.given.items():
            self._writes(purpose, name)
            if not self.ladder:
                raise ValueError(f"{purpose} needs a ladder: without one nobody writes what it would read")
        return self

    def _writes(self, key: str, name: str) -> None:
        one = self._described(key, name)
        if one.kind == "sentence-transformers":
            raise ValueError(f"{name} writes nothing: name it as embedder, not as {key}")
        if self.limit.currency and not one.price and not one.paid_elsewhere:
            raise ValueError(f"a budget in {self.limit.currency} needs the price of {name}: price = {{...}}")

    @model_validator(mode="after")
    def _the_embedder_embeds(self) -> Models:
        if not self.embedder:
            return self
        if self._described("embedder", self.embedder).kind in ("anthropic", "command"):
            raise ValueError(f'{self.embedder} has no embeddings: kind is "openai" or "sentence-transformers"')
        if self.embedder in (*self.ladder, *self.given.values()):
            raise ValueError(f"{self.embedder} is the embedder: it cannot write, take it out of the ladder")
        return self

    def _described(self, key: str, name: str) -> ModelTable:
        if name not in self.known:
            near = difflib.get_close_matches(name, self.known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"add a table [models.{name}]"
            raise ValueError(f"{key} names {name}, which is not described: {hint}")
        return self.known[name]

    @property
    def known(self) -> dict[str, ModelTable]:
        """Every described model by its name, in the ladder or not."""
        return self.__pydantic_extra__

    @property
    def given(self) -> dict[str, str]:
        """By purpose the model that is asked before those of the ladder; none where the ladder alone is."""
        return {purpose: name for purpose in GIVEN if (name := getattr(self, purpose))}

    @property
    def limit(self) -> Budget:
        return Budget.parsed(self.budget)
