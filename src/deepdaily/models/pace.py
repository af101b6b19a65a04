"""How many calls a model has in flight, when it is left alone, and when it is left out."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from deepdaily.core.errors import ModelBusy

MOST_WASTED = 3
"""Calls that one purpose wastes in a row before the model is left out of it."""

MOST_BUSY = 8
"""Times in a row that it may ask to come back before it is left out: with the waits below about two minutes."""

MOST_AWAY = 4
"""The same where there is no connection at all."""

LONGEST_STEP_S = 30.0
"""Of the waits 1, 2, 4, 8 … where no time is named."""

HALF_OPEN_S = 60.0
"""After so long one call may try a model that was left out for the moment."""

SLOW_GROWTH = 8
"""Answers after which one call more is tried, once it has been too many."""

Sleep = Callable[[float], Awaitable[None]]


def loop_s() -> float:
    """Seconds as the running loop counts them, which its sleeps and walls go by."""
    return asyncio.get_running_loop().time()


class Pace:
    """One model's record in a run.

    In flight are at most `at_once`, halved each time it says that it is too many, one more after every SLOW_GROWTH answers. A
    purpose that has never answered, or has just failed, starts only as many calls as it may waste. What is refused to the account
    leaves the model out for the run; what fails in a moment, for HALF_OPEN_S, of that purpose or of all.
    """

    def __init__(
        self,
        at_once: int,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = loop_s,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._at_once, self._limit, self._answers = at_once, at_once, 0
        self._sleep, self._clock, self._jitter = sleep, clock, jitter
        self._in_flight, self._failures = Counter[str](), Counter[str]()
        self._good = set[str]()
        self._resting = 0
        self._out: dict[str, tuple[str, float]] = {}
        """By purpose, or for all under "", why and until when."""
        self._trying = False
        self._changed = asyncio.Event()
        self.busy = 0
        """Times in a row that it has asked to come back."""
        self.why = ""
        """Why it is left out of the whole run; empty while it is not."""

    def left_out(self, purpose: str) -> str:
        """Why it is not asked for this now; empty where it is."""
        if self.why:
            return self.why
        for name in ("", purpose):
            why, until = self._out.get(name, ("", 0.0))
            if why and (self._trying or self._clock() < until):
                return why
        return ""

    async def enter(self, purpose: str) -> str:
        """Wait for a place in flight: why there will be none; empty where there is. Each empty one is followed by one `leave`."""
        while not (why := self.left_out(purpose)) and (self._resting or not self._free(purpose)):
            await self._changed.wait()
        if not why:
            self._trying = bool(self._out.keys() & {"", purpose})
            self._in_flight[purpose] += 1
        return why

    def leave(self, purpose: str) -> None:
        self._in_flight[purpose] -= 1
        self._trying = False
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()  # who waits again waits for the next change

    def _free(self, purpose: str) -> bool:
        if sum(self._in_flight.values()) >= self._limit:
            return False
        proven = purpose in self._good and not self._failures[purpose]
        return proven or self._failures[purpose] + self._in_flight[purpose] < MOST_WASTED or not self._in_flight[purpose]

    def answered(self, purpose: str) -> None:
        """A usable reply."""
        self._failures[purpose] = self.busy = 0
        self._good.add(purpose)
        self._out.pop("", None)
        self._out.pop(purpose, None)
        self._answers += 1
        if self._limit < self._at_once and self._answers % SLOW_GROWTH == 0:
            self._limit += 1

    def failed(self, purpose: str, why: str) -> None:
        """One call wasted."""
        self._failures[purpose] += 1
        if self._failures[purpose] >= MOST_WASTED:
            self._leave_out(purpose, why)
        if not self._good and self._failures.total() >= 2 * MOST_WASTED:
            self._leave_out("", why)

    def cut_short(self, purpose: str) -> None:
        """The caller's time was up: a waste where the model has never answered, else nobody's fault."""
        if not self._good:
            self.failed(purpose, "no answer in the time it had")

    def open(self, why: str) -> None:
        """Leave the model out of this run; the first reason stays."""
        self.why = self.why or why
        self._tell()

    def _leave_out(self, purpose: str, why: str, seconds: float = HALF_OPEN_S) -> None:
        self._out[purpose] = (why, self._clock() + seconds)
        self._tell()

    def leave_alone(self, why: str, seconds: float) -> None:
        """Another model is asked meanwhile."""
        self._leave_out("", why, max(seconds, HALF_OPEN_S))

    def wait_for(self, busy: ModelBusy) -> float | None:
        """Seconds to wait after it said that it is busy: what it asks for, else 1, 2, 4, 8 … of which a quarter is chance.

        None where it has said so too often: then it is left out for the moment.
        """
        if not self._resting:  # those that were refused beside each other are one refusal
            self.busy += 1
            self._limit, self._answers = max(1, min(self._limit, sum(self._in_flight.values()) + 1) // 2), 0
        if self.busy >= (MOST_BUSY if busy.sent else MOST_AWAY):
            self._leave_out("", str(busy))
            return None
        if busy.retry_after_s is not None:
            return busy.retry_after_s
        return min(2.0 ** (self.busy - 1), LONGEST_STEP_S) * (1 - self._jitter() / 4)

    async def rest(self, seconds: float) -> None:
        """Nobody asks it meanwhile."""
        self._resting += 1
        try:
            await self._sleep(seconds)
        finally:
            self._resting -= 1
            self._tell()

    @property
    def complaints(self) -> list[str]:
        """For a person: why it is left out, as a whole or of a purpose; empty on a good day."""
        if self.why:
            return [f"{self.why}; left out for this run"]
        return [f"{purpose + ': ' if purpose else ''}{why}; left out" for purpose, (why, _) in self._out.items()]
