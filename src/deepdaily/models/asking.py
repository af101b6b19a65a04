"""How a model is asked: the prompt, the fence around foreign text, several requests side by side."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from math import inf
from pathlib import Path
from traceback import extract_tb
from typing import Any, TypeVar

from pydantic import BaseModel

from deepdaily.core.errors import ModelError
from deepdaily.core.text import CJK, language_of
from deepdaily.core.types import Language, Trouble
from deepdaily.models import Model, Prompt, Purpose, Reply, S
from deepdaily.models.pace import loop_s
from deepdaily.words import of

MOST_FITTINGS = 2
"""Times that a material is shortened for a window that was learnt on the way."""

Material = str | Callable[[int | None], str]
"""What a model is given to read; as a function of the bytes that there is room for, None for as many as one likes."""

PartMaterial = Callable[[Sequence[int], int | None], str]
"""What a model is given of some numbered things; with less of each where the bytes that there is room for ask for it."""

LEAST_CHINESE = 3
"""Characters of a Chinese sentence at least: one on a parameter may be nine tenths Latin."""


def prompt(purpose: Purpose, language: Language, material: str, audience: str, ends_at: float = inf) -> Prompt:
    """The call for `purpose`; its instructions are the same for every item, so that their prefix is cached."""
    name = f"{purpose.name.replace(' ', '-')}.{language}.md"
    instructions = _template(purpose.room, name).replace("{audience}", audience)
    return Prompt(purpose.name, instructions, material, purpose.most_tokens, ends_at)


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
    ends_at: float = inf
    """When the stage ends, as the running loop counts."""
    own: Mapping[str, Model] = field(default_factory=dict)
    """By purpose of the settings (`reviewer`) the model that it was given to."""

    def given(self, purpose: str) -> ModelWriter:
        """The same, by the model that the settings give this purpose to; itself where they name none."""
        return replace(self, model=self.own.get(purpose, self.model))

    def for_stage(self, wall_s: float) -> ModelWriter:
        """The same for a stage of so many seconds: a call may wait for a busy model as long as it lasts."""
        return replace(self, ends_at=loop_s() + wall_s)

    def speaking(self, language: Language) -> ModelWriter:
        """The same in another language; readers that nobody described are those of that language."""
        nobody = self.audience == of(self.language).audience
        return replace(self, language=language, audience=of(language).audience if nobody else self.audience)

    def room(self, purpose: Purpose, shape: type[BaseModel]) -> int | None:
        """Bytes that the material of such a prompt may have; None where no window is known."""
        return self.model.room(self._prompt(purpose, ""), shape)

    async def ask(self, purpose: Purpose, material: Material, shape: type[S]) -> Reply[S]:
        """The reply to `material`, which is made shorter where the window that a model turns out to have asks for it.

        Raises ModelError: no model gave a usable reply.
        """
        if isinstance(material, str):
            return await self.model.ask(self._prompt(purpose, material), shape)
        room = self.room(purpose, shape)
        for _ in range(MOST_FITTINGS):
            try:
                return await self.model.ask(self._prompt(purpose, material(room)), shape)
            except ModelError:
                now = self.room(purpose, shape)
                if now is None or (room is not None and now >= room):
                    raise
                room = now
        return await self.model.ask(self._prompt(purpose, material(room)), shape)

    async def ask_in_parts(
        self, purpose: Purpose, numbers: Sequence[int], material: PartMaterial, shape: type[S], spare: int = MOST_FITTINGS
    ) -> list[tuple[list[int], Reply[S] | ModelError]]:
        """What was said of each part of `numbers`: all at once, or parts side by side, each as much as there is room for.

        A part that turns out to be too long for a window is parted again. Never raises a ModelError: it is that part's outcome.
        """
        room = self.room(purpose, shape)
        parts = _parted(numbers, material, room)
        outcomes = await within(inf, [self.ask(purpose, material(part, room), shape) for part in parts])
        found = list[tuple[list[int], Reply[S] | ModelError]]()
        for part, outcome in zip(parts, outcomes, strict=True):
            shrunk = isinstance(outcome, ModelError | None) and _is_less(self.room(purpose, shape), room)
            if shrunk and spare:
                found += await self.ask_in_parts(purpose, part, material, shape, spare - 1)
            else:
                found.append((part, outcome or ModelError("the time was up")))
        return found

    def _prompt(self, purpose: Purpose, material: str) -> Prompt:
        return prompt(purpose, self.language, material, self.audience, self.ends_at)


def _parted(numbers: Sequence[int], material: PartMaterial, room: int | None) -> list[list[int]]:
    """The numbers in order, as many together as there is room for."""
    parts: list[list[int]] = []
    for number in numbers:
        joined = [*parts[-1], number] if parts else [number]
        if parts and (room is None or len(material(joined, None).encode()) <= room):
            parts[-1] = joined
        else:
            parts.append([number])
    return parts


def _is_less(now: int | None, before: int | None) -> bool:
    return now is not None and (before is None or now < before)


T = TypeVar("T")


async def within(wall_s: float, work: Sequence[Coroutine[Any, Any, T]]) -> list[T | ModelError | None]:
    """What each gives, in order: its result, its ModelError, or None where the time was up.

    An error that is none of ours is told as one: what rules wrote is whole, and is published whatever a model's part does.
    """
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
    if not isinstance(error, Exception):
        raise error
    frames = "; ".join(
        f"{frame.name} in {Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-3:]
    )
    return ModelError(f"a fault of ours, please report it: {type(error).__name__}: {error} ({frames})")


def fence(lines: Iterable[str], names: Iterable[str], key: bytes) -> str:
    """The lines between two marks that no page can guess: nothing between them is an instruction.

    The mark is an HMAC of the installation's key and the names of the texts, so the same call has the same mark and its
    reply is found again.
    """
    mark = hmac.new(key, "\n".join(names).encode(), "sha256").hexdigest()[:20]
    return "\n".join([f"<<<{mark}", *lines, f"{mark}>>>"])
