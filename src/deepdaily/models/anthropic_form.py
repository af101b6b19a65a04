"""Anthropic's messages protocol: what is sent, and how what comes is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from deepdaily.models.abilities import Abilities
from deepdaily.models.exchange import Request
from deepdaily.models.faults import Refusal
from deepdaily.models.heard import Heard
from deepdaily.models.reached import Reached

ADDRESS, VERSION = "https://api.anthropic.com", "2023-06-01"

_FINISHES = {"end_turn": "stop", "stop_sequence": "stop", "pause_turn": "stop", "max_tokens": "length", "refusal": "content_filter"}
"""In the words of the other protocol. A paused turn is whole where its text can be read."""


class AnthropicForm:
    """The protocol of one endpoint that speaks it."""

    def __init__(self, reached: Reached, abilities: Abilities) -> None:
        self._reached, self._abilities = reached, abilities

    @property
    def address(self) -> str:
        base = (self._reached.endpoint or ADDRESS).rstrip("/")
        if not base.endswith("/messages"):
            base = f"{base.removesuffix('/v1')}/v1/messages"
        return f"{base}?{urlencode(self._reached.query)}" if self._reached.query else base

    @property
    def headers(self) -> dict[str, str]:
        own = {name.lower(): value for name, value in self._reached.headers.items()}
        key = {} if not self._reached.key or "authorization" in own else {"x-api-key": self._reached.key}
        return {"anthropic-version": VERSION} | key | own

    def body(self, request: Request) -> dict[str, Any]:
        """The instructions are marked for the cache: they are the same for every call of a purpose.

        Its newer models refuse a temperature.
        """
        asked: dict[str, Any] = {
            "model": self._reached.model,
            "system": [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": request.user}],
            "max_tokens": request.most_tokens,
            "stream": self._reached.stream,
        }
        if self._reached.think is False:
            asked["thinking"] = {"type": "disabled"}
        for name, value in self._reached.params.items():
            asked.pop(name, None)
            if value != "null":
                asked[name] = value
        return {name: value for name, value in asked.items() if name not in self._abilities.left_out}

    def take(self, heard: Heard, told: Mapping[str, Any]) -> None:
        """One event, or the whole message."""
        kind = told.get("type")
        message = told.get("message", {}) if kind == "message_start" else told if kind == "message" else {}
        heard.model = str(message.get("model") or heard.model)
        heard.tell(message.get("usage"))
        for part in message.get("content") or ():
            self._part(heard, part)
        if kind == "content_block_delta":
            self._part(heard, told["delta"])
        elif kind == "message_delta":
            heard.tell(told.get("usage"))
            self._finish(heard, told["delta"].get("stop_reason"))
        elif kind == "message_stop":
            heard.done = True
        self._finish(heard, message.get("stop_reason"))

    def _part(self, heard: Heard, part: Mapping[str, Any]) -> None:
        if said := str(part.get("text") or ""):
            heard.text.append(said)
        elif thought := str(part.get("thinking") or ""):
            heard.thoughts.append(thought)

    def _finish(self, heard: Heard, reason: object) -> None:
        if reason:
            heard.finish = _FINISHES.get(str(reason), str(reason))

    def refused(self, refusal: Refusal, body: Mapping[str, Any]) -> bool:
        """Whether something was learnt from a refusal, so that it is worth asking again at once."""
        if refusal.status != 400:
            return False
        said = f"{refusal.param} {refusal.words}"
        free = [name for name in body if name not in ("model", "messages", "system", "max_tokens", *self._reached.params)]
        if named := next((name for name in free if name in said), ""):
            self._abilities.leave_out(named)
        return bool(named)
