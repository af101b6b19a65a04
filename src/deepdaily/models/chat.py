"""One model behind an OpenAI-compatible or an Anthropic address: exactly one request at a time, every fault a value."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from time import monotonic
from traceback import walk_tb
from typing import Literal
from urllib.parse import urlsplit

import httpx2
from openai import OpenAIError
from pydantic import ValidationError
from pydantic_ai import ModelRequest, ModelResponse, TextPart, ThinkingPart, UserPromptPart
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
)
from pydantic_ai.models import Model as RemoteModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings

from deepdaily.core.errors import ModelBusy, ModelError, ModelRefused, ReplyBroken
from deepdaily.core.types import Usage
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.wire import client

MOST_BYTES = 1 << 20
"""The longest reply."""

MOST_TOKENS = 10**9
"""No call takes more, whatever an endpoint says."""

LONGEST_WAIT_S = 86_400.0

BUSY = (429, 503, 529)

_OF_ANOTHER_FORM: tuple[type[Exception], ...] = (
    ValidationError, ValueError, LookupError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
"""Raised by the library's lines where a body has another form (`choices: []`); by a line of ours it is a bug."""

_FAULTS: tuple[type[Exception], ...] = (
    ModelAPIError, UnexpectedModelBehavior,  # what pydantic-ai makes of a fault
    OpenAIError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError,  # what it lets through
    TimeoutError,  # our wall
    *_OF_ANOTHER_FORM,
)  # fmt: skip
"""All that a request was seen to raise, or can by the sources of pydantic-ai 2.68 and openai 3.54."""


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A model by its address, its name there and its key."""

    name: str
    """In the settings."""
    model: str
    """At the endpoint."""
    endpoint: str
    """Empty for Anthropic's own."""
    key: str = field(default="", repr=False)
    kind: Literal["openai", "anthropic"] = "openai"
    stream: bool = True

    @property
    def identity(self) -> str:
        """Where and what it is; temperature 0 where it takes one."""
        return f"{self.kind} {self.endpoint} {self.model} temperature=0"

    async def send(self, request: Request, wall_s: float) -> Exchange:
        """What exactly one request gives: no retries, no redirects, no tools."""
        started = monotonic()
        try:
            async with asyncio.timeout(wall_s), client(self.endpoint) as web:
                response, first_s = await self._answer(web, request, started)
        except _FAULTS as error:
            if isinstance(error, _OF_ANOTHER_FORM) and _raised_here(error):
                raise
            fault, free = _fault(error, wall_s, self.key)
            return Exchange(error=fault, usage=Usage(total_s=monotonic() - started) if free else None)
        usage = _usage(response, request)
        if usage:
            usage = replace(usage, first_token_s=first_s, total_s=monotonic() - started)
        text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
        text = text.replace("\0", "").encode(errors="replace").decode()  # what a database refuses
        return Exchange(text, _incomplete(response, text), usage, _other(response.model_name, self.model))

    async def _answer(self, web: httpx2.AsyncClient, request: Request, started: float) -> tuple[ModelResponse, float | None]:
        """The whole response, and the seconds to its first token where it was streamed."""
        remote = _anthropic(self, web) if self.kind == "anthropic" else _openai(self, web)
        messages = [ModelRequest(parts=[UserPromptPart(request.user)], instructions=request.system)]
        settings = _model_settings(remote, request)
        if not self.stream:
            return await model_request(remote, messages, model_settings=settings, instrument=False), None
        first_s = None
        async with model_request_stream(remote, messages, model_settings=settings, instrument=False) as stream:
            async for _ in stream:
                first_s = first_s or monotonic() - started
            return stream.get(), first_s


def _openai(chat: ChatModel, web: httpx2.AsyncClient) -> RemoteModel:
    """Without a finish reason a stream was cut; `max_tokens` is the name that every server but OpenAI's own knows."""
    whole = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
    if urlsplit(chat.endpoint).hostname == "api.openai.com":
        own = OpenAIProvider(base_url=chat.endpoint, api_key=chat.key, http_client=web)
        return OpenAIChatModel(chat.model, provider=own, profile=whole)
    whole["openai_chat_supports_max_completion_tokens"] = False
    provider = OpenAICompatibleProvider("model", base_url=chat.endpoint, api_key=chat.key, http_client=web)
    return OpenAIChatModel(chat.model, provider=provider, profile=whole)


def _anthropic(chat: ChatModel, web: httpx2.AsyncClient) -> RemoteModel:
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    provider = AnthropicProvider(api_key=chat.key, base_url=chat.endpoint or None, http_client=web)
    return AnthropicModel(chat.model, provider=provider)


def _model_settings(remote: RemoteModel, request: Request) -> ModelSettings:
    """Temperature 0 only where it is taken: models that reason refuse it, and Anthropic's newer ones do."""
    settings = ModelSettings(max_tokens=request.most_tokens, max_retries=0)
    if isinstance(remote, OpenAIChatModel) and not remote.profile.get("openai_supports_reasoning"):
        settings["temperature"] = 0.0
    return settings


# -- what it says -----------------------------------------------------------------------------------------------------


def _usage(response: ModelResponse, request: Request) -> Usage | None:
    """The tokens the provider counted; where it counted none, as many as there were bytes: never fewer.

    None for an answer that broke off: it was not counted to its end.
    """
    told = response.usage
    if response.finish_reason is None:
        return None
    if told.input_tokens > 0 and told.output_tokens > 0:
        prefill = min(told.input_tokens, MOST_TOKENS)
        cached = max(0, min(told.cache_read_tokens, prefill))
        return Usage(prefill_tokens=prefill, cached_tokens=cached, decode_tokens=min(told.output_tokens, MOST_TOKENS))
    parts = (part.content for part in response.parts if isinstance(part, TextPart | ThinkingPart))
    decoded = len("".join(parts).encode(errors="replace"))
    return Usage(prefill_tokens=request.prefill_bound, decode_tokens=min(decoded, request.most_tokens))


def _incomplete(response: ModelResponse, text: str) -> ModelError | None:
    """Why a response that arrived is no whole reply."""
    if response.finish_reason == "length":
        return ReplyBroken("cut off at its longest length", "raise most_tokens of the model in the settings")
    if response.finish_reason == "content_filter":
        return ReplyBroken("it will not answer this: a content filter")
    if response.finish_reason != "stop":
        return ReplyBroken("the answer broke off")
    if not text.strip():
        return ReplyBroken("an empty answer")
    return ReplyBroken("longer than 1 MB") if len(text.encode()) > MOST_BYTES else None


def _other(answered: str | None, asked: str) -> str:
    """The name of the model that answered, where it is not a longer or shorter form of the one asked."""
    told = _line(answered or "", 80)
    return "" if told.startswith(asked) or asked.startswith(told) else told


def _fault(error: Exception, wall_s: float, key: str) -> tuple[ModelError, bool]:
    """The error of our tree, and whether the call certainly cost nothing."""
    if isinstance(error, TimeoutError):
        return ReplyBroken(f"no whole answer in {wall_s:.3g} s"), False
    if isinstance(error, ModelQuotaExceededError):
        return ModelRefused("its quota is spent", "pay, or take another model"), True
    status = error.status_code if isinstance(error, ModelHTTPError) else 0
    if status in BUSY or isinstance(error, ModelRateLimitError | ModelUnavailableError):
        return _busy(error, status), not (isinstance(error, ModelAPIError) and error.in_stream)
    if isinstance(error, ModelContextWindowExceededError):
        return ReplyBroken("the prompt is longer than its window"), True
    if 400 <= status < 500 and status != 408:
        return _refused(error, status, key), True
    if status:
        return ReplyBroken(f"{status}"), False
    if isinstance(error, ModelConnectionError):
        return ReplyBroken("no connection, or it broke off"), False
    return ReplyBroken("not what the protocol promises"), False


def _raised_here(error: Exception) -> bool:
    """Whether a line of this package raised it."""
    frame, _ = [*walk_tb(error.__traceback__)][-1]
    return str(frame.f_globals.get("__name__", "")).startswith("deepdaily.")


def _busy(error: Exception, status: int) -> ModelBusy:
    told = error.retry_after if isinstance(error, ModelAPIError) else None
    wait_s = min(told, LONGEST_WAIT_S) if told is not None and isfinite(told) and told >= 0 else None
    when = f", asks to come back after {wait_s:.0f} s" if wait_s is not None else ""
    return ModelBusy(f"{status or 'busy'}{when}", "", wait_s)


def _refused(error: Exception, status: int, key: str) -> ModelRefused:
    """With the endpoint's own words, but where they may repeat the key."""
    if status in (401, 403):
        return ModelRefused(f"{status}: the key is not taken", "check the variable that key_env names")
    body = error.body if isinstance(error, ModelAPIError) else None
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        body = body["error"]  # Anthropic's is not unwrapped
    said = body.get("message") if isinstance(body, Mapping) else None
    words = _line(said.replace(key, "***") if key else said, 120) if isinstance(said, str) else ""
    return ModelRefused(f"{status}{f': {words}' if words else ''}", "check endpoint and name of the model")


def _line(text: str, chars: int) -> str:
    """Foreign text as one short line of printable characters."""
    return "".join(one for one in re.sub(r"\s+", " ", text) if one.isprintable())[:chars].strip()
