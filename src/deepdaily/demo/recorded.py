"""Replies that a model once gave on the sample day, replayed: the whole product without a network and without a key.

A recording is JSON lines {purpose, key, reply}. The key covers purpose and material, not the instructions: rewording a prompt does
not make an honest reply to the same sources worthless, another text does. To record: `tools/record.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from pydantic import BaseModel

from deepdaily.core.errors import NoModel
from deepdaily.core.types import Language
from deepdaily.models import Prompt, Reply, S
from deepdaily.models.asking import ModelWriter
from deepdaily.words import of

KEY = b"the key of recorded fences"
"""Fences of recorded calls: the same on every machine."""


def reply_key(prompt: Prompt) -> str:
    """The name of a reply in a recording."""
    return sha256(f"{prompt.purpose}\0{prompt.material}".encode()).hexdigest()


@cache
def replies_of_day(language: Language) -> Mapping[str, Any]:
    """By key, those to the sample day in one language."""
    text = (files(__package__) / "day" / f"replies.{language}.jsonl").read_text("utf-8")
    return {row["key"]: row["reply"] for row in map(json.loads, text.splitlines())}


class RecordedModel:
    """Answers what it was asked when it was recorded, and nothing else."""

    def __init__(self, replies: Mapping[str, Any], name: str) -> None:
        self._replies, self._name = replies, name

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        """Raises NoModel: this call was not recorded."""
        told = self._replies.get(reply_key(prompt))
        if told is None:
            raise NoModel(f"no reply to this call for {prompt.purpose} was recorded")
        return Reply(shape.model_validate(told), self._name)

    def room(self, prompt: Prompt, shape: type[BaseModel]) -> int | None:
        return None


def recorded_writer(language: Language) -> ModelWriter:
    """Writes the sample day as it was recorded, and says so on every item."""
    words = of(language)
    return ModelWriter(RecordedModel(replies_of_day(language), words.recorded), language, words.audience, KEY)
