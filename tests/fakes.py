"""The few fakes. Hand-written, no patching."""

from __future__ import annotations

from collections.abc import Mapping

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
