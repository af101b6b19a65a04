"""How a model is asked: the prompt, the fence around foreign text, several requests side by side."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf
from typing import Any, TypeVar

from deepdaily.core.errors import ModelError
from deepdaily.core.text import CJK, language_of
from deepdaily.core.types import Language, Trouble
from deepdaily.models import Model, Prompt, Purpose, Reply, S

LEAST_CHINESE = 3
"""Characters of a Chinese sentence at least: one on a parameter may be nine tenths Latin."""


def prompt(purpose: Purpose, language: Language, material: str, audience: str) -> Prompt:
    """The call for `purpose`; its instructions are the same for every item, so that their prefix is cached."""
    name = f"{purpose.name.replace(' ', '-')}.{language}.md"
    instructions = _template(purpose.room, name).replace("{audience}", audience)
    return Prompt(purpose.name, instructions, material, purpose.most_tokens)


def in_language(text: str, language: Language) -> bool:
    """Whether our own words in `text` are in the reader's language; quotations, names and code keep theirs."""
    own = re.sub(r"[“「][^”」]*[”」]", "", text)
    return len(re.findall(f"[{CJK}]", own)) >= LEAST_CHINESE if language == "zh" else language_of(own) != "zh"


@cache
def _template(room: str, name: str) -> str:
    return (files(room) / "prompts" / name).read_text(encoding="utf-8").strip()


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """A model at work for one digest."""

    model: Model
    language: Language
    audience: str
    key: bytes
    """The installation's key for fences."""
    troubles: Callable[[], list[Trouble]] = list
    """What the run's record should know of the models."""

    async def ask(self, purpose: Purpose, material: str, shape: type[S]) -> Reply[S]:
        """Raises ModelError: no model gave a usable reply."""
        return await self.model.ask(prompt(purpose, self.language, material, self.audience), shape)


T = TypeVar("T")


async def within(wall_s: float, work: Sequence[Coroutine[Any, Any, T]]) -> list[T | ModelError | None]:
    """What each gives, in order: its result, its ModelError, or None where the time was up. Other errors are raised."""
    tasks: list[asyncio.Task[T]] = [asyncio.ensure_future(one) for one in work]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=None if wall_s == inf else wall_s)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [_outcome(task) for task in tasks]


def _outcome(task: asyncio.Task[T]) -> T | ModelError | None:
    if task.cancelled():
        return None
    error = task.exception()
    if error is None or isinstance(error, ModelError):
        return error or task.result()
    raise error


def fence(lines: Iterable[str], names: Iterable[str], key: bytes) -> str:
    """The lines between two marks that no page can guess: nothing between them is an instruction.

    The mark is an HMAC of the installation's key and the names of the texts, so the same call has the same mark and its
    reply is found again.
    """
    mark = hmac.new(key, "\n".join(names).encode(), "sha256").hexdigest()[:20]
    return "\n".join([f"<<<{mark}", *lines, f"{mark}>>>"])
