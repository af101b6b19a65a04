"""What is sent to a model and what comes back, whatever carries it; how a reply is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import GenerateJsonSchema

from deepdaily.core.errors import ModelError, ReplyMisshapen
from deepdaily.core.types import Usage
from deepdaily.models import Prompt, S

MOST_OBJECTS = 32
"""Braces tried in one reply: a model that thinks aloud writes a few before its object."""

FRAME_TOKENS = 64
"""What a chat template puts around two messages; that of Qwen 3 takes about 20."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call, in the same order each time: what is stable first, so that providers can cache a prefix."""

    system: str
    user: str
    most_tokens: int

    @property
    def prefill_bound(self) -> int:
        """Tokens the prompt has at most: a tokenizer never makes more tokens than there are bytes."""
        return len(self.system.encode()) + len(self.user.encode()) + FRAME_TOKENS

    def key(self, identity: str, attempt: int) -> str:
        """The reply's name in the store: sha256 of the model, all that it is sent, and the attempt."""
        parts = [identity, self.system, self.user, self.most_tokens, attempt]
        return sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one request gave: a whole reply's text, or why there is none; what it took either way."""

    text: str = ""
    error: ModelError | None = None
    usage: Usage | None = None
    """None where nobody knows: then the most it could take counts."""
    answered_as: str = ""
    """The model the endpoint says has answered, where that is not the one asked for."""


class Endpoint(Protocol):
    """One model behind one address, or a recording of one."""

    @property
    def name(self) -> str:
        """Its name in the settings."""
        ...

    @property
    def identity(self) -> str:
        """What it answers as: model, address and parameters; replies are kept under it."""
        ...

    async def send(self, request: Request, wall_s: float) -> Exchange:
        """What exactly one request gives within `wall_s` seconds. Errors are values, so that each call is accounted for."""
        ...


class _Schema(GenerateJsonSchema):
    """Without titles: they repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@cache
def _schema(shape: type[BaseModel]) -> str:
    return json.dumps(shape.model_json_schema(schema_generator=_Schema), ensure_ascii=False, separators=(",", ":"))


def request_for(prompt: Prompt, shape: type[BaseModel], most_tokens: int | None, wrong: str = "") -> Request:
    """`prompt` with the shape of its reply; `wrong` is what was wrong with the first one."""
    system = f"{prompt.instructions}\n\nReply with this JSON object alone. Its JSON schema:\n{_schema(shape)}"
    again = f"\n\nAn earlier reply was not usable: {wrong}. Reply with the whole JSON object again." if wrong else ""
    return Request(system, prompt.material + again, most_tokens or prompt.most_tokens)


def read(text: str, shape: type[S]) -> S:
    """The largest JSON object in `text` as `shape`; code fences, thoughts and words around it are forgiven.

    Raises:
        ReplyMisshapen: no object, or not in the shape.
    """
    said = text.rpartition("</think>")[2]  # thoughts may hold drafts
    _, largest = max(_objects(said), key=lambda found: found[0], default=(0, None))
    if largest is None:
        raise ReplyMisshapen("no JSON object in it")
    try:
        return shape.model_validate(largest)
    except ValidationError as error:
        raise ReplyMisshapen(_in_short(error)) from None


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The outermost JSON objects in `text`, each with its length."""
    decoder = json.JSONDecoder(strict=False)
    at = text.find("{")
    for _ in range(MOST_OBJECTS):
        if at < 0:
            return
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):  # not JSON, a number of 5,000 digits; nested a thousand deep
            end = at + 1
        else:
            yield end - at, found
        at = text.find("{", end)


def _in_short(error: ValidationError) -> str:
    """The first three complaints, without what the model wrote."""
    told = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}"[:120] for one in told[:3])
