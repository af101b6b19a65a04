"""Recorded replies with the calls that missed: replayed in tests, and written on by `tools/record.py`."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from deepdaily import demo
from deepdaily.core.errors import NoModel
from deepdaily.demo.recorded import KEY, reply_key
from deepdaily.models import Model, Prompt, Reply, S

__all__ = ["FOLDER", "KEY", "Cassette"]

FOLDER = Path(demo.__file__).parent / "day"


class Cassette:
    """Answers from a recording; with `inner` what is missing is asked there and recorded."""

    def __init__(self, path: Path, inner: Model | None = None) -> None:
        self._path, self._inner = path, inner
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
        self._replies = {row["key"]: row["reply"] for row in rows}
        self.missed: list[Prompt] = []

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        key = reply_key(prompt)
        if key in self._replies:
            return Reply(shape.model_validate(self._replies[key]), "recorded")
        self.missed.append(prompt)
        if self._inner is None:
            raise NoModel(f"the cassette has no reply to this call for {prompt.purpose}")
        reply = (await self._inner.ask(prompt, shape)).value
        self._replies[key] = reply.model_dump(exclude_defaults=True)
        row = {"purpose": prompt.purpose, "key": key, "reply": self._replies[key]}
        with self._path.open("a", encoding="utf-8") as tape:
            tape.write(json.dumps(row, ensure_ascii=False) + "\n")
        return Reply(reply, "recorded")

    def room(self, prompt: Prompt, shape: type[BaseModel]) -> int | None:
        return None
