"""How models are asked, through one protocol; what they are asked stands with those who ask."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a model is asked for. Its prompts are `NAME.LANGUAGE.md` below `prompts/` of the room that asks."""

    name: str
    room: str
    """The package that asks."""
    most_tokens: int
    """Room for half as much again as the longest honest reply of a trial."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked. It has no tools, and decides nothing: it fills the text fields of a shape."""

    purpose: str
    instructions: str
    """The same for every call of a purpose, and sent first: providers cache a common prefix."""
    material: str
    """What varies; foreign text stands in its fence."""
    most_tokens: int = 4000
    """The longest reply."""
    ends_at: float = inf
    """When its stage ends, as the running loop counts: until then it may wait for its turn."""


@dataclass(frozen=True, slots=True)
class Reply(Generic[S]):
    """What a model filled in, and whose words they are."""

    value: S
    model: str
    """Its own name: what an item's readers are told."""


class Model(Protocol):
    """One model, or several that stand in for each other."""

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        """The reply as `shape`.

        Raises:
            ModelError: no usable reply; from a ladder `NoModel`.
        """
        ...

    def room(self, prompt: Prompt, shape: type[BaseModel]) -> int | None:
        """Bytes that the material of such a prompt may have; None where no window is known. It shrinks when one is learnt."""
        ...
