"""Writers: the built-in one needs no key; models are asked through one protocol."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel

Purpose = Literal["ranking", "facts", "repair", "judgement", "closing", "structure", "reliability", "least change"]

S = TypeVar("S", bound=BaseModel)

answered_by: ContextVar[str] = ContextVar("answered_by", default="")
"""The name, in the settings, of the model whose reply the current task got last: what an item's readers are told."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked. It has no tools, and decides nothing: it fills the text fields of a shape."""

    purpose: Purpose
    instructions: str
    """The same for every call of a purpose, and sent first: providers cache a common prefix."""
    material: str
    """What varies; foreign text stands in its fence."""
    most_tokens: int = 4000
    """The longest reply."""


class Model(Protocol):
    """One model, or several that stand in for each other."""

    async def ask(self, prompt: Prompt, shape: type[S]) -> S:
        """The reply as `shape`.

        Raises:
            ModelError: no usable reply; from a ladder `NoModel`.
        """
        ...
