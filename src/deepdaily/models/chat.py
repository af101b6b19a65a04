"""One model behind an OpenAI-compatible or an Anthropic address: one question at a time, every fault a value.

A question is one request, or up to MOST_STEPS more where the endpoint refuses a field by name: such a refusal costs nothing, is
answered by leaving the field out, and is remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Any, Protocol

from deepdaily.core.errors import (
    ModelBusy,
    ModelError,
    ModelRefused,
    PromptRefused,
    PromptTooLong,
    ReplyBroken,
    ReplyCut,
    ReplyUnended,
)
from deepdaily.core.types import Usage
from deepdaily.models.abilities import Abilities
from deepdaily.models.anthropic_form import AnthropicForm
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.faults import NEVER_SENT, Refusal, line, of_connection
from deepdaily.models.heard import Heard, about, counted, other_model
from deepdaily.models.openai_form import OpenAiForm
from deepdaily.models.reached import Reached
from deepdaily.models.wire import FAULTS, ServerAnswer, client, sent

MOST_BYTES = 1 << 20
"""The longest reply."""

MOST_STEPS = 5
"""Refused fields that are left out in one question."""

LEAST_DOUBTED = 2_000
"""Bytes of a prompt that can be told to have been cut."""

_USUAL_WINDOWS = frozenset(2**n for n in range(11, 18))

_TEMPLATE_MARKS = ("<|im_end|>", "<|im_start|>", "<|eot_id|>", "<end_of_turn>")


class Form(Protocol):
    """A protocol as one endpoint speaks it."""

    @property
    def address(self) -> str: ...
    @property
    def headers(self) -> dict[str, str]: ...
    def body(self, request: Request) -> dict[str, Any]: ...
    def take(self, heard: Heard, told: Mapping[str, Any]) -> None: ...
    def refused(self, refusal: Refusal, body: Mapping[str, Any]) -> bool: ...


class ChatModel:
    """A model that is asked over the network."""

    def __init__(self, reached: Reached, abilities: Abilities | None = None) -> None:
        self.reached, self.abilities = reached, abilities or Abilities()
        self.name, self.identity = reached.name, reached.identity
        forms: dict[str, type[OpenAiForm | AnthropicForm]] = {"openai": OpenAiForm, "anthropic": AnthropicForm}
        self._form: Form = forms[reached.kind](reached, self.abilities)

    async def send(self, request: Request, wall_s: float) -> Exchange:
        """What one question gives."""
        for _ in range(MOST_STEPS):
            body = self._form.body(request)
            exchange, refusal = await self._once(request, body, wall_s)
            if refusal is None or not self._form.refused(refusal, body):
                break
        if isinstance(exchange.error, PromptTooLong) and exchange.error.window:
            self.abilities.learn_window(exchange.error.window)
        return exchange

    async def _once(self, request: Request, body: Mapping[str, Any], wall_s: float) -> tuple[Exchange, Refusal | None]:
        """What exactly one request gives, and the refusal where it is one."""
        started, heard, address = monotonic(), Heard(self._form.take), self._form.address
        first_s = None
        try:
            async with asyncio.timeout(min(wall_s, self.reached.first_s)) as wall, client(address) as web:
                async with sent(web, address, body, self._form.headers) as answer:
                    if answer.status != 200:
                        return await self._none(answer)
                    async for one in answer.lines():
                        heard.line(one)
                        if heard.moving:
                            first_s = first_s or monotonic() - started
                            left_s = wall_s - (monotonic() - started)
                            wall.reschedule(asyncio.get_running_loop().time() + min(left_s, self.reached.next_s))
                heard.end()
        except TimeoutError:
            return self._late(request, heard, started, wall_s), None
        except FAULTS as error:
            free = isinstance(error, (*NEVER_SENT, ImportError, UnicodeError))
            fault = of_connection(error, address)
            return Exchange(error=fault, usage=Usage() if free else self._of(request, heard, started), told=heard.raw), None
        if heard.refusal:
            return self._refusal(heard.refusal, request, heard, started)
        text, usage = self._text(heard), self._of(request, heard, started)
        usage = usage and replace(usage, first_token_s=first_s if self.reached.stream else None)
        wrong = self._incomplete(heard, text, request)
        other = other_model(heard.model, self.reached.model)
        return Exchange(text, wrong, usage, other, heard.raw, _thought(heard, text)), None

    async def _none(self, answer: ServerAnswer) -> tuple[Exchange, Refusal | None]:
        """An answer of another status than 200: nothing was told, and nothing is owed."""
        if answer.leads_to:
            fault: ModelError = ModelRefused(
                f"{answer.status}: it sends on to {line(answer.leads_to)}", "write that address, up to /v1"
            )
            return Exchange(error=fault, usage=Usage()), None
        refusal = Refusal.of(answer.status, await answer.words(), answer.headers, self.reached.key)
        fault = refusal.fault()
        if answer.status == 401 and not self.reached.key:
            fault = ModelRefused(
                f"{refusal.words or 401}: it wants a key", "set key_env of the model to the variable that holds one"
            )
        return Exchange(error=fault, usage=Usage() if answer.status < 500 or isinstance(fault, ModelBusy) else None), refusal

    def _refusal(self, refusal: Refusal, request: Request, heard: Heard, started: float) -> tuple[Exchange, Refusal | None]:
        """An error inside a 200: free where nothing had been said yet."""
        fault = replace(refusal, words=refusal.words.replace(self.reached.key or "\0", "***")).fault()
        if isinstance(fault, PromptRefused) and refusal.status == 200 and not isinstance(fault, PromptTooLong):
            fault = ReplyBroken(refusal.words or "an error in the stream")
        usage = self._of(request, heard, started) if heard.moving else Usage()
        return Exchange(error=fault, usage=usage, told=heard.raw), None if heard.moving else refusal

    def _late(self, request: Request, heard: Heard, started: float, wall_s: float) -> Exchange:
        took_s = monotonic() - started
        if heard.moving and took_s < wall_s:
            why = f"the stream stood still for {self.reached.next_s:.0f} s"
        else:
            why = f"no whole answer in {min(wall_s, self.reached.first_s):.3g} s"
        fault = ReplyBroken(why, "raise timeout of the model, or take a faster one")
        return Exchange(error=fault, usage=self._of(request, heard, started) if heard.moving else None, told=heard.raw)

    def _text(self, heard: Heard) -> str:
        text = "".join(heard.text)
        if not text.strip() and heard.finish in ("stop", "") and heard.done:
            text = "".join(heard.thoughts)  # servers whose parser takes the whole answer for thoughts
        return text.replace("\0", "").encode(errors="replace").decode()  # what a database refuses

    def _of(self, request: Request, heard: Heard, started: float) -> Usage | None:
        """What a request took that was heard; None where nothing was: then nobody knows."""
        if not (heard.moving or heard.usage):
            return None
        said = len("".join([*heard.text, *heard.thoughts]).encode(errors="replace"))
        usage = counted(heard.usage, request.prompt_bytes, min(said, 8 * request.most_tokens), self.abilities.bytes_a_token)
        if not usage.estimated and not _doubted(request, usage):
            self.abilities.learn_bytes_a_token(request.prompt_bytes, usage.prefill_tokens)
        return replace(usage, total_s=monotonic() - started)

    def _incomplete(self, heard: Heard, text: str, request: Request) -> ModelError | None:
        """Why a response that arrived is no whole reply."""
        if heard.usage and (read := _doubted(request, counted(heard.usage, request.prompt_bytes, 0, 1.0))):
            self.abilities.learn_window(read)
            meant = about(request.prompt_bytes, self.abilities.bytes_a_token)
            return PromptTooLong(f"the server read only {read} of about {meant} tokens", _RAISE, window=read)
        if heard.finish == "length":
            return self._cut(heard, text)
        if heard.finish == "content_filter":
            return PromptRefused("it will not answer this: a content filter")
        if heard.odd and not text:
            return ReplyBroken(f"not what the protocol promises: {heard.odd}", "check the endpoint: most addresses end in /v1")
        if not text.strip():
            return ReplyBroken("an empty answer" if heard.done else "the answer broke off")
        if len(text.encode()) > MOST_BYTES:
            return ReplyBroken("longer than 1 MB")
        if heard.finish in ("error", "abort", "cancelled"):
            return ReplyBroken("the answer broke off")
        return None if heard.finish or heard.done else ReplyUnended("the answer broke off")

    def _cut(self, heard: Heard, text: str) -> ReplyCut:
        if self.abilities.of("template") or any(mark in text for mark in _TEMPLATE_MARKS):
            return ReplyCut("it does not stop: this model has no chat template", "take an instruction-tuned model")
        thought = _thought(heard, text) and "</think>" not in text
        if thought:
            self.abilities.learn("thinks", "yes")
        return ReplyCut("cut off at its longest length", "raise most_tokens of the model, or set think = false", thought)


_RAISE = "raise its context (Ollama: OLLAMA_CONTEXT_LENGTH), or set window of the model"


def _doubted(request: Request, usage: Usage) -> int:
    """Tokens that a server read of a prompt it has cut without a word; 0 where it read all.

    No tokenizer makes fewer than one token of six bytes; a count that is a power of two and too small as well is a window.
    """
    read, size = usage.prefill_tokens, request.prompt_bytes
    if size < LEAST_DOUBTED or not read or usage.estimated:
        return 0
    return read if read < size / 6 or (read in _USUAL_WINDOWS and read < size / 4.6) else 0


def _thought(heard: Heard, text: str) -> bool:
    """Whether there were thoughts: in a field of their own, in the text, or as a count alone."""
    details = heard.usage.get("completion_tokens_details")
    reasoned = details.get("reasoning_tokens") if isinstance(details, Mapping) else 0
    return bool(heard.thoughts or reasoned or "</think>" in text or "<think>" in text)
