"""How many calls a model may have in flight, and when it is left out."""

from __future__ import annotations

import asyncio

MOST_WASTED = 3
"""Failures in a row after which a model is left out of the run."""


class Breaker:
    """One model's record in a run.

    The law: a model wastes at most MOST_WASTED calls in a row. A call starts only while the failure of all in flight would keep
    that. A model that has answered, and has not failed since, may have `at_once` in flight: where that is more, so many can be
    lost when it falls over. It is left out after MOST_WASTED failures in a row, or when it refuses; then for the whole run.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._failures, self._in_flight, self._answered = 0, 0, False
        self._changed = asyncio.Event()
        self.why = ""
        """Why it is left out; empty while it is not."""

    async def enter(self) -> bool:
        """Wait for a place in flight; False where the model is left out. Each True is followed by one `leave`."""
        while not self.why and not self._free:
            await self._changed.wait()
        if self.why:
            return False
        self._in_flight += 1
        return True

    def leave(self) -> None:
        self._in_flight -= 1
        self._changed.set()
        self._changed = asyncio.Event()  # who waits again waits for the next change

    @property
    def _free(self) -> bool:
        if self._answered and not self._failures:
            return self._in_flight < self._at_once
        return self._failures + self._in_flight < min(MOST_WASTED, self._at_once + self._failures)

    def succeeded(self) -> None:
        self._failures, self._answered = 0, True

    def failed(self, why: str) -> None:
        """One call wasted."""
        self._failures += 1
        if self._failures >= MOST_WASTED:
            self.open(why)

    def cut_short(self) -> None:
        """The caller's time was up: a waste where the model has never answered, else nobody's fault."""
        if not self._answered:
            self.failed("no answer in the time it had")

    def open(self, why: str) -> None:
        """Leave the model out of this run; the first reason stays."""
        self.why = self.why or why
