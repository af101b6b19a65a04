"""What a model's writing needs beside the story: the model, the reader, the fence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deepdaily.core.types import Language
from deepdaily.models import Model, Purpose, S
from deepdaily.models.writing.prompts import prompt


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """A model at work for one digest."""

    model: Model
    language: Language
    audience: str
    key: bytes
    """The installation's key for fences."""
    troubles: Callable[[], list[str]] = list
    """What the run's record should know of the models, a line each."""

    async def ask(self, purpose: Purpose, material: str, shape: type[S]) -> S:
        """Raises ModelError: no model gave a usable reply."""
        return await self.model.ask(prompt(purpose, self.language, material, self.audience), shape)
