"""What came back of one request, put together from lines: a stream of events or one JSON body, whichever was asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deepdaily.core.types import Usage
from deepdaily.models.faults import Refusal, line

MOST_TOKENS = 10**9
"""No call takes more, whatever an endpoint says."""

LEAST_WINDOW = 256
"""Tokens: no model has a smaller one."""

MOST_RAW = 2_000
"""Characters of what an endpoint says of its usage."""

EVENT_FIELDS = ("data:", ":", "event:", "id:", "retry:")


@dataclass(slots=True)
class Heard:
    """An answer while it comes. `take` is given each JSON object of it."""

    take: Callable[[Heard, Mapping[str, Any]], None]
    text: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    finish: str = ""
    """Why it ended, as the endpoint says it; empty while it has not."""
    done: bool = False
    """It said that it is whole, by an end mark or by being one JSON body."""
    usage: dict[str, Any] = field(default_factory=dict)
    """As it was last told: where every chunk tells it, it is what there was until then."""
    model: str = ""
    refusal: Refusal | None = None
    odd: str = ""
    """The beginning of what is no part of the protocol."""
    _data: list[str] = field(default_factory=list)
    _body: list[str] | None = None
    """Lines of a body that is no stream; None until the first line."""
    _events: bool = False

    @property
    def moving(self) -> bool:
        return bool(self.text or self.thoughts)

    def line(self, given: str) -> None:
        """The next line of the answer."""
        if not self._events and self._body is None:
            if not given.strip():
                return  # blank lines keep a connection alive
            self._events = given.startswith(EVENT_FIELDS)
            self._body = [] if not self._events else None
        if self._body is not None:
            self._body.append(given)
        elif given.startswith("data:"):
            self._data.append(given[5:].removeprefix(" "))
        elif not given.strip():
            self._event()

    def end(self) -> None:
        """The answer has ended."""
        if self._body is not None:
            text = "\n".join(self._body)
            self.done = True
            self._object(text)
        else:
            self._event()

    def _event(self) -> None:
        text, self._data = "\n".join(self._data), []
        if text.strip() == "[DONE]":
            self.done = True
        elif text.strip():
            self._object(text)

    def _object(self, text: str) -> None:
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            self.odd = self.odd or line(Refusal.told(0, text, {}).words or text) or "nothing"
            return
        if told.get("error"):
            self.refusal = Refusal.told(200, told, {})
            return
        try:
            self.take(self, told)
        except (LookupError, TypeError, AttributeError, ValueError):
            self.odd = self.odd or line(text)

    def tell(self, usage: object) -> None:
        """Counts as the endpoint tells them; what it leaves out or calls null stays as it was."""
        if isinstance(usage, dict):
            self.usage |= {name: value for name, value in usage.items() if value is not None}

    @property
    def raw(self) -> str:
        return json.dumps(self.usage, ensure_ascii=False)[:MOST_RAW] if self.usage else ""


def texts(content: object) -> tuple[str, str]:
    """The text and the thoughts of a content: a string, or a list of parts."""
    if isinstance(content, str):
        return content, ""
    said, thought = list[str](), list[str]()
    for part in content if isinstance(content, list) else ():
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, Mapping):
            into = said if part.get("type", "text") in ("text", "output_text") else thought
            into.append(str(part.get("text") or part.get("thinking") or ""))
    return "".join(said), "".join(thought)


def counted(told: Mapping[str, Any], prompt_bytes: int, reply_bytes: int, bytes_a_token: float) -> Usage:
    """The tokens a provider counted; what it did not count is worked out from bytes, and marked.

    Cached tokens stand under three names; Anthropic counts them beside the prompt's others. Where the whole is more than its two
    parts, the rest are thoughts, which are paid as decoded.
    """
    details = told.get("prompt_tokens_details")
    beside = _count(told.get("cache_read_input_tokens")) + _count(told.get("cache_creation_input_tokens"))
    prefill = _count(told.get("prompt_tokens")) or (_count(told.get("input_tokens")) + beside if told.get("input_tokens") else 0)
    if prefill < LEAST_WINDOW and prompt_bytes > 10 * LEAST_WINDOW:
        prefill = 0  # it is no count: no window is as small, no token as long
    decode = _count(told.get("completion_tokens")) or _count(told.get("output_tokens"))
    if prefill and decode:
        decode = max(decode, _count(told.get("total_tokens")) - prefill)
    cached = max(
        _count(details.get("cached_tokens")) if isinstance(details, Mapping) else 0,
        _count(told.get("prompt_cache_hit_tokens")),
        _count(told.get("cached_tokens")),
        _count(told.get("cache_read_input_tokens")),
    )
    estimated = not (prefill and decode)
    prefill = prefill or about(prompt_bytes, bytes_a_token)
    decode = decode or about(reply_bytes, bytes_a_token)
    return Usage(prefill_tokens=prefill, cached_tokens=min(cached, prefill), decode_tokens=decode, estimated=estimated)


def about(size: int, bytes_a_token: float) -> int:
    """About how many tokens so many bytes are."""
    return max(1, round(size / bytes_a_token)) if size else 0


def _count(value: object) -> int:
    return (
        max(0, min(int(value), MOST_TOKENS))
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value
        else 0
    )


def other_model(answered: str, asked: str, *, within: bool = False) -> str:
    """The name of the model that answered, where it is not a form of the one asked; of a path its last part alone.

    Args:
        within: whether the name asked may stand anywhere in the other, as an alias does.
    """
    told = line(answered, 300).rpartition("/")[2]
    ours, theirs = (_plain(asked), _plain(told))
    same = theirs.startswith(ours) or ours.startswith(theirs) or (within and ours in theirs)
    return "" if not theirs or same or told.lower().endswith(".gguf") else told[:80]


def _plain(name: str) -> str:
    return re.sub(r"[-_.:\s]", "", name.rpartition("/")[2].lower().removesuffix(".gguf"))
