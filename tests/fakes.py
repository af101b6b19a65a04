"""The few fakes. Hand-written, no patching."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from deepdaily.core.errors import DeepdailyError, FetchError, Unreachable
from deepdaily.core.types import Snapshot
from deepdaily.fetch import Answer
from deepdaily.store import Place, Validators


class FakeStore:
    """The snapshot calls of the store, in memory."""

    def __init__(self) -> None:
        self.fetches: dict[tuple[str, str], tuple[Snapshot, Validators]] = {}
        self.places: dict[str, Place] = {}

    def snapshot_of(self, slot: str, url: str) -> Snapshot | None:
        kept = self.fetches.get((slot, url))
        return kept[0] if kept else None

    def latest_snapshot(self, url: str) -> tuple[Snapshot, Validators] | None:
        slots = sorted(slot for slot, kept in self.fetches if kept == url)
        return self.fetches[slots[-1], url] if slots else None

    def keep_snapshot(self, slot: str, snapshot: Snapshot, place: Place | None, validators: Validators) -> None:
        if place is not None:
            self.places.setdefault(snapshot.digest, place)
        self.fetches[slot, snapshot.url] = (snapshot, validators)

    def place(self, digest: str) -> Place | None:
        return self.places.get(digest)


class FakeWire:
    """Answers by URL: an answer, an error to raise, or a list of these, one for each request. Others get 404."""

    def __init__(self, answers: Mapping[str, Answer | Exception | list[Answer | Exception]]) -> None:
        self.answers = {url: list(told) if isinstance(told, list) else told for url, told in answers.items()}
        self.requests: list[tuple[str, dict[str, str]]] = []

    @property
    def asked(self) -> list[str]:
        return [url for url, _ in self.requests]

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        self.requests.append((url, dict(headers)))
        told = self.answers.get(url, Answer(404, {}, b""))
        if isinstance(told, list):
            told = told.pop(0)
        if isinstance(told, Exception):
            raise told
        return told


class FakeFetcher:
    """Snapshots by URL: a body, an error to raise, or a list of these, one for each request. Others are unreachable."""

    def __init__(
        self, answers: Mapping[str, bytes | FetchError | list[bytes | FetchError]], media_type: str = ""
    ) -> None:
        self.answers = {url: list(told) if isinstance(told, list) else told for url, told in answers.items()}
        self.media_type = media_type
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._bodies: dict[str, bytes] = {}

    async def get(
        self, url: str, *, headers: Mapping[str, str] = {}, conditional: bool = False, robots: bool = False
    ) -> Snapshot:
        self.asked.append(url)
        self.headers.append(dict(headers))
        told = self.answers.get(url, Unreachable(f"{url}: no such name"))
        if isinstance(told, list):
            told = told.pop(0)
        if isinstance(told, FetchError):
            raise told
        digest = "sha256:" + sha256(told).hexdigest()
        self._bodies[digest] = told
        return Snapshot(url, digest, url, datetime(2026, 2, 11, tzinfo=UTC), self.media_type, len(told))

    def body(self, snapshot: Snapshot) -> bytes:
        return self._bodies[snapshot.digest]


class InlineEngine:
    """Calls in this process; `outcome` stands for what a worker died of."""

    def __init__(self, outcome: DeepdailyError | None = None) -> None:
        self.outcome = outcome

    async def map(
        self, function: Callable[[Any], Any], items: Sequence[Any], *, wall_s: float, memory_mb: int
    ) -> list[Any]:
        return [self.outcome or self._one(function, item) for item in items]

    def _one(self, function: Callable[[Any], Any], item: object) -> Any:
        try:
            return function(item)
        except DeepdailyError as error:
            return error
