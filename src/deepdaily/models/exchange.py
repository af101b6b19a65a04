"""What is sent to a model and what comes back, whatever carries it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, Protocol

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from deepdaily.core.errors import ModelError
from deepdaily.core.types import Usage
from deepdaily.models import Prompt

FRAME_TOKENS = 64
"""What a chat template puts around two messages; that of Qwen 3 takes about 20."""

_PLAIN = frozenset(("type", "properties", "required", "items", "maxItems", "maxLength", "enum", "$defs", "$ref", "anyOf", "const"))
"""Words of JSON Schema that every server's grammar knows; patterns slow some down, and are checked here. Lists and texts have an
end: a model that nothing has taught to stop writes on until its limit."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call, in the same order each time: what is stable first, so that providers can cache a prefix."""

    system: str
    user: str
    most_tokens: int
    schema: dict[str, Any] = field(default_factory=dict, hash=False)
    """Of the reply, in plain words of JSON Schema; empty where none is asked for."""

    @property
    def prompt_bytes(self) -> int:
        return len(self.system.encode()) + len(self.user.encode())

    @property
    def prefill_bound(self) -> int:
        """Tokens the prompt has at most: a tokenizer never makes more tokens than there are bytes."""
        return self.prompt_bytes + FRAME_TOKENS

    def key(self, identity: str, attempt: int) -> str:
        """The reply's name in the store: sha256 of the model, its prompt, the schema, and the attempt."""
        return sha256(json.dumps([identity, self.system, self.user, self.schema, attempt]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one request gave: a whole reply's text, or why there is none; what it took either way."""

    text: str = ""
    error: ModelError | None = None
    usage: Usage | None = None
    """None where nobody knows: then the most it could take counts."""
    answered_as: str = ""
    """The model the endpoint says has answered, where that is not the one asked for."""
    told: str = ""
    """Its usage as the endpoint tells it, as JSON."""
    thought: bool = False
    """Whether it thought before it replied, as far as that can be heard."""


class Endpoint(Protocol):
    """One model behind one address or command, or a recording of one."""

    @property
    def name(self) -> str:
        """Its name in the settings."""
        ...

    @property
    def identity(self) -> str:
        """What it answers as: model, address and parameters; replies are kept under it."""
        ...

    async def send(self, request: Request, wall_s: float) -> Exchange:
        """What one question gives within `wall_s` seconds. Errors are values, so that each call is accounted for."""
        ...


class _Schema(GenerateJsonSchema):
    """Without titles: they repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@cache
def _schema(shape: type[BaseModel]) -> dict[str, Any]:
    return shape.model_json_schema(schema_generator=_Schema)


def _plain(schema: Any, *, names: bool = False) -> Any:
    """The schema in the words that every grammar knows; below `properties` and `$defs` the words are names."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        word: _plain(told, names=not names and word in ("properties", "$defs"))
        for word, told in schema.items()
        if names or word in _PLAIN
    }
    return kept | ({"additionalProperties": False} if not names and "properties" in kept else {})


def request_for(prompt: Prompt, shape: type[BaseModel], most_tokens: int | None, wrong: str = "") -> Request:
    """`prompt` with the schema of its reply, whose instructions show one; `wrong` is what was wrong with the first one."""
    again = f"\n\nAn earlier reply was not usable: {wrong}. Reply with the whole JSON object again." if wrong else ""
    return Request(prompt.instructions, prompt.material + again, most_tokens or prompt.most_tokens, _plain(_schema(shape)))
