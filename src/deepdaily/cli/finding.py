"""Writers that are at hand: model servers of this machine, keys in the environment, agents on the command line."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from deepdaily.models.reached import Reached
from deepdaily.models.told import NO_TEMPLATE, Listing, listed, told_beside, window_of
from deepdaily.models.wire import client
from deepdaily.settings.model_tables import AGENTS

PORTS = (11434, 1234, 8000, 8080, 30000, 1337, 3000, 4000, 4891, 5000, 5001, 9997, 12434, 13305, 23333)
"""Where servers listen when nobody says otherwise, by their manuals of 2026: Ollama, LM Studio, vLLM, llama.cpp (LocalAI, mlx),
SGLang, Jan, one-api (new-api, TGI), LiteLLM, GPT4All, text-generation-webui, KoboldCpp, Xinference, Docker Model Runner, Lemonade,
LMDeploy."""

_PATHS = {12434: "/engines/v1", 13305: "/api/v1"}
"""Of those that do not listen at /v1."""

ASK_S = 0.5
"""For the list of models of a port of this machine; somewhere else it may take `told.TELL_S`."""

MOST_NAMES, LONGEST_NAME, MOST_ASKED = 20, 200, 5
"""Models of a server that are offered, characters of a name, and models that a server is asked about one by one."""

LEAST_WINDOW = 4_096
"""Tokens: a prompt of two thousand with its instructions, and a reply."""

LEAST_BILLIONS = 2.0
"""Parameters: smaller ones are made for one narrow task, or to draft for a larger one. Set by hand, not measured."""

USUAL_BILLIONS = 8.0
"""What a name without a size is taken for."""

_WRITES_NOTHING = re.compile(
    r"embed|rerank|whisper|diffusion|moderation|transcri|minilm|mpnet|parakeet|kokoro|cosyvoice|sensevoice|paraformer|wav2vec|colbert"
    r"|siglip|imagen|dall-?e|video|musicgen|tinyllama|smollm|speech|paraphrase|sentence|text2vec|labse|splade|simcse|gritlm|contriever"
)
_PART_WRITES_NOTHING = frozenset(
    "bge gte e5 m3e uae voyage piccolo stella instructor t5 reward guard guard2 guard3 guard4 shieldgemma tts asr stt piper vits"
    " bark audio realtime image images flux sdxl sd3 clip ocr vae sora veo base pt".split()
)
"""Whole parts of a name: embedders, rerankers, filters, speech, pictures, and models that were not taught to follow orders."""

_CLOUD = re.compile(
    r"(?:[:-]cloud$)|^(?:gpt-\d|chatgpt|o[134](?:-|$)|claude|gemini-|grok|qwen-(?:max|plus|turbo)|deepseek-(?:chat|reasoner)|glm-\d[\d.]*$)"
)
"""Names that a gateway or Ollama hands on to somebody who may ask money for it."""

_BILLIONS = re.compile(r"(?<![a-z0-9.])(?:(\d{1,2})x)?e?(\d{1,4}(?:\.\d{1,3})?)(b|m)(?![a-z0-9])")

Kind = Literal["openai", "anthropic", "command"]


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that somebody could let write, as the settings would describe it."""

    endpoint: str = ""
    name: str = ""
    window: int | None = None
    """Tokens, as its server tells; None where it does not."""
    at_once: int | None = None
    think: bool | None = None
    key_env: str = ""
    kind: Kind = "openai"
    command: tuple[str, ...] = ()
    label: str = "local"
    """Its name in the settings."""
    billions: float = USUAL_BILLIONS
    elsewhere: bool = False
    """Whether its server hands on what it is asked."""

    @property
    def paid(self) -> bool:
        """Whether a call may cost money, or a part of a subscription."""
        return bool(self.key_env or self.command) or self.elsewhere

    @property
    def described(self) -> str:
        """One line for the list."""
        if self.command:
            return f"{self.command[0]} (an agent on the command line; its own account pays)"
        if self.key_env:
            return f"{self.name} at {urlsplit(self.endpoint).hostname or 'api.anthropic.com'} (paid, by {self.key_env})"
        more = [f"window {self.window}"] if self.window else []
        more += ["answered elsewhere, perhaps paid"] if self.elsewhere else []
        return f"{self.name} at {self.endpoint}" + (f" ({', '.join(more)})" if more else "")


@dataclass(frozen=True, slots=True)
class AtHand:
    """What there is, best first, and a line for each that cannot be used."""

    models: list[FoundModel] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def free(self) -> FoundModel | None:
        """The best that costs nothing."""
        return next((one for one in self.models if not one.paid), None)


async def at_hand() -> AtHand:
    """Everything: servers first, the most capable of them on top, then keys, then agents."""
    found = await servers(default_endpoints(os.environ))
    remarks = [*found.remarks]
    if shutil.which("ollama") and not any(":11434" in one for one in (*remarks, *(model.endpoint for model in found.models))):
        remarks.append("ollama is installed and does not answer: start it by `ollama serve`, then run init again")
    return AtHand([*found.models, *keyed(os.environ), *agents(shutil.which)], remarks)


# -- servers ----------------------------------------------------------------------------------------------------------


def default_endpoints(environment: Mapping[str, str]) -> list[str]:
    """Where servers of this machine may be; where Ollama's own variable says first."""
    usual = [f"http://127.0.0.1:{port}{path}" for port in PORTS for path in ("/v1", _PATHS.get(port, "/v1"))]
    return list(dict.fromkeys([*ollama_endpoint(environment.get("OLLAMA_HOST", "")), *usual]))


def ollama_endpoint(host: str) -> list[str]:
    """The address that OLLAMA_HOST means, as Ollama reads it; none where it is not set, or is none."""
    said = host.strip().strip("\"'")
    if not said:
        return []
    scheme, _, rest = said.rpartition("://") if "://" in said else ("http", "", said)
    port = {"http": 80, "https": 443}.get(scheme, 0) if "://" in said else 11434
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        name, chosen = parts.hostname or "127.0.0.1", parts.port or port
    except ValueError:
        return []
    name = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}.get(name, f"[{name}]" if ":" in name else name)
    return [f"{scheme}://{name}:{chosen}{parts.path.rstrip('/')}/v1"] if scheme in ("http", "https") and chosen else []


async def servers(endpoints: Iterable[str]) -> AtHand:
    """The models of the servers at these addresses, the most capable first; equal ones in the order of the addresses."""
    await client("").aclose()  # the first one reads certificates, which is not the servers' time
    offers = await asyncio.gather(*(_offered(endpoint) for endpoint in endpoints))
    models, remarks = list[FoundModel](), list[str]()
    for offer in offers:
        models += [one for one in offer.models if (one.name, _place(one)) not in {(known.name, _place(known)) for known in models}]
        remarks += offer.remarks
    models.sort(key=lambda one: (one.elsewhere, -one.billions))
    return AtHand(models, list(dict.fromkeys(remarks)))


def _place(one: FoundModel) -> str:
    return urlsplit(one.endpoint).netloc


async def _offered(endpoint: str) -> AtHand:
    """What the server of one address offers; nothing where it does not speak the protocol."""
    listing = await listed(Reached("", "", endpoint), ASK_S if _ours(endpoint) else 4 * ASK_S)
    if not listing.rows:
        return AtHand(remarks=_why_none(endpoint, listing))
    writers = [row for row in listing.rows if _can_write(row)]
    if not writers:
        names = ", ".join(_last(str(row["id"]))[:40] for row in listing.rows[:3])
        return AtHand(
            remarks=[f"{endpoint} has no model that can write ({names}): load one of 4B or more, taught to follow instructions"]
        )
    models = sorted((_found(endpoint, row) for row in writers), key=lambda one: (one.elsewhere, -one.billions))[:MOST_NAMES]
    rows = {str(row["id"]): row for row in writers}
    asked = await asyncio.gather(*(_asked(one, rows[one.name]) for one in models[:MOST_ASKED]))
    usable = [one for one, why in asked if not why]
    remarks = [f"{one.name} at {endpoint} cannot be used: {why}" for one, why in asked if why]
    return AtHand([*usable, *(one for one in models[MOST_ASKED:] if not _too_narrow(one))], remarks)


def _ours(endpoint: str) -> bool:
    return urlsplit(endpoint).hostname == "127.0.0.1"


def _why_none(endpoint: str, listing: Listing) -> list[str]:
    """Why a server lists nothing, where it is a model server."""
    if refusal := listing.refusal:
        if refusal.status in (401, 403):
            return [f"{endpoint} wants a key: describe it by hand, with key_env (docs/models.md)"]
        if "loading" in refusal.words.lower():
            return [f"{endpoint} is still loading its model: run init again in a minute"]
        return (
            [f"{endpoint} does not tell its models: {refusal.status}: {refusal.words}"]
            if refusal.status in (429, 500, 502, 503)
            else []
        )
    if listing.lists:
        return [f"{endpoint} has no model yet: load one of 4B or more (Ollama: ollama pull qwen3:8b)"]
    return []


async def _asked(one: FoundModel, row: Mapping[str, Any]) -> tuple[FoundModel, str]:
    """The model with what its server tells of it, and why it cannot be used; empty where it can."""
    told = await told_beside(Reached("", one.name, one.endpoint), row)
    known = replace(one, window=told.window, at_once=told.at_once, think=False if told.thinks else None)
    return known, NO_TEMPLATE if told.no_template else _too_narrow(known)


def _too_narrow(one: FoundModel) -> str:
    if one.window is None or one.window >= LEAST_WINDOW:
        return ""
    return f"its window is {one.window} tokens, and {LEAST_WINDOW} are the least: start it with a longer context"


def _found(endpoint: str, row: Mapping[str, Any]) -> FoundModel:
    name = str(row["id"])
    return FoundModel(endpoint, name, window_of(row), billions=_size(row), elsewhere=bool(_CLOUD.search(_last(name).lower())))


# -- what a name says -------------------------------------------------------------------------------------------------


def _can_write(row: Mapping[str, Any]) -> bool:
    name = str(row["id"])
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        return False
    kinds = [row.get(key) for key in ("type", "model_type", "task")]
    return all(writes(one) for one in (name, *kinds) if isinstance(one, str)) and _size(row) >= LEAST_BILLIONS


def writes(name: str) -> bool:
    """Whether a model of that name can be a writer; of a path the last part alone speaks."""
    last = _last(name).lower()
    return not (_WRITES_NOTHING.search(last) or _PART_WRITES_NOTHING & set(re.split(r"[^a-z0-9]+", last)))


def billions(name: str) -> float:
    """Parameters by a model's name: 32 of `qwen3:32b`, 56 of `8x7b`, 0.27 of `270m`; USUAL_BILLIONS where it names none."""
    sizes = [
        (int(times or 1) * float(count)) * (1 if unit == "b" else 0.001)
        for times, count, unit in _BILLIONS.findall(_last(name).lower())
    ]
    return max(sizes, default=USUAL_BILLIONS)


def _size(row: Mapping[str, Any]) -> float:
    """As the server counts them, else by the name."""
    meta = row.get("meta")
    counted = meta.get("n_params") if isinstance(meta, Mapping) else None
    return counted / 1e9 if isinstance(counted, int) and not isinstance(counted, bool) and counted > 0 else billions(str(row["id"]))


def _last(name: str) -> str:
    return re.split(r"[/\\]", name[:LONGEST_NAME].rstrip("/\\"))[-1].removesuffix(".gguf")


# -- keys and agents --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Provider:
    """Who takes a key of that name, and a model of theirs that writes well for its price."""

    label: str
    key_env: str
    endpoint: str
    model: str
    kind: Kind = "openai"


PROVIDERS = (
    _Provider("deepseek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/v1", "deepseek-chat"),
    _Provider("qwen", "DASHSCOPE_API_KEY", "https://dashscope.aliyuncs.com/compatible-mode/v1", "qwen-plus"),
    _Provider("kimi", "MOONSHOT_API_KEY", "https://api.moonshot.cn/v1", "kimi-latest"),
    _Provider("glm", "ZHIPUAI_API_KEY", "https://open.bigmodel.cn/api/paas/v4", "glm-4.6"),
    _Provider("glm", "ZAI_API_KEY", "https://api.z.ai/api/paas/v4", "glm-4.6"),
    _Provider("doubao", "ARK_API_KEY", "https://ark.cn-beijing.volces.com/api/v3", "doubao-seed-1-6-251015"),
    _Provider("siliconflow", "SILICONFLOW_API_KEY", "https://api.siliconflow.cn/v1", "deepseek-ai/DeepSeek-V3.2"),
    _Provider("claude", "ANTHROPIC_API_KEY", "", "claude-sonnet-5", "anthropic"),
    _Provider("gpt", "OPENAI_API_KEY", "https://api.openai.com/v1", "gpt-5-mini"),
    _Provider("gemini", "GEMINI_API_KEY", "https://generativelanguage.googleapis.com/v1beta/openai", "gemini-flash-latest"),
    _Provider("openrouter", "OPENROUTER_API_KEY", "https://openrouter.ai/api/v1", "openrouter/auto"),
    _Provider("mistral", "MISTRAL_API_KEY", "https://api.mistral.ai/v1", "mistral-medium-latest"),
    _Provider("groq", "GROQ_API_KEY", "https://api.groq.com/openai/v1", "openai/gpt-oss-120b"),
)
"""By the names that their own manuals give the variables; the models' names of November 2026 are a proposal, and are asked."""

_OTHER_ADDRESSES = {"OPENAI_API_KEY": ("OPENAI_BASE_URL", "OPENAI_API_BASE"), "ANTHROPIC_API_KEY": ("ANTHROPIC_BASE_URL",)}
"""Variables by which their own libraries are sent to another address."""


def keyed(environment: Mapping[str, str]) -> list[FoundModel]:
    """A model for each key that the environment holds under its usual name. Nobody is asked for anything."""
    return [
        FoundModel(_address(one, environment), one.model, key_env=one.key_env, kind=one.kind, label=one.label)
        for one in PROVIDERS
        if environment.get(one.key_env, "").strip()
    ]


def _address(one: _Provider, environment: Mapping[str, str]) -> str:
    given = (environment.get(name, "").strip() for name in _OTHER_ADDRESSES.get(one.key_env, ()))
    return next((address for address in given if address.startswith(("http://", "https://"))), one.endpoint)


def agents(which: Callable[[str], str | None]) -> list[FoundModel]:
    """The agents of the settings that `which` finds. Ollama is no agent here: its server is asked."""
    names = [name for name in AGENTS if name != "ollama" and which(name)]
    return [FoundModel(kind="command", command=(name,), label=name) for name in names]
