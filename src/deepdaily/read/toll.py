"""What a question is beside its address, and who counts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol


class Toll(Protocol):
    """What counts the questions to an API: its plan allows so many."""

    async def pay(self) -> None:
        """Called before each question goes out, a repeated one too, and not where the store has the answer. It may wait; an error
        that it raises is that of `get`."""
        ...

    def told(self, headers: Mapping[str, str]) -> None:
        """Called with the headers of each answer, whatever its status."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a question is beside its address."""

    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    toll: Toll | None = None


def asked_name(url: str, body: bytes) -> str:
    """What the store calls an answer by: its address, with a mark of what was sent there."""
    return f"{url}#{sha256(body).hexdigest()[:16]}" if body else url
