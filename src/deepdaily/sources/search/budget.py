"""How many questions a key has left: by the second, the day and the month, for every run and process of the store."""

from __future__ import annotations

import asyncio
import json
from calendar import monthrange
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from deepdaily.core.errors import QuotaSpent, RateLimited
from deepdaily.read.page_dates import moment
from deepdaily.sources.offering import json_of

MAX_PAUSE_S = 5.0
"""Longest wait for a turn, or before a second attempt; a provider that names more is asked another day."""

MARGIN = 1.1
"""By how much turns lie further apart than the plan says: what left a second apart may arrive closer together."""

KEPT_BACK, KEPT_PART = 3, 4
"""Of a day's share the queries of the morning leave so many, at most one in KEPT_PART, for makers' pages."""

LONGEST_REST = timedelta(days=31)

Spend = Callable[[str, Callable[[str], str]], str]
"""As `Store.spend`: replaces a state by what the function makes of it, one at a time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a key's plan allows; 0 for what it does not limit."""

    per_month: int = 0
    per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class _Count:
    """The state of a key; moments are ISO texts in UTC, empty where there was none."""

    month: str = ""
    asked: int = 0
    """In the month."""
    day: str = ""
    today: int = 0
    share: int = 0
    """What was the day's when it began."""
    last: str = ""
    """The moment that the last question was given."""
    left: int = 0
    """What the provider said is left, less what was asked since; it holds until `reset`, empty where it said nothing."""
    reset: str = ""
    until: str = ""
    """When there is something again, where the provider said that nothing is."""
    why: str = ""
    said: str = ""
    """The day on which the provider last said what is left: plans change, and a day's first question tries it."""

    @classmethod
    def of(cls, text: str) -> _Count:
        """A state that cannot be read, as another version may have left it, is none: nothing was asked."""
        kept = json_of(text)
        kept = kept if isinstance(kept, dict) else {}
        known = {name: value for name, value in kept.items() if name in _EMPTY and type(value) is type(_EMPTY[name])}
        return cls(**known)

    def at(self, now: datetime, plan: Plan) -> _Count:
        """As it stands on the day of `now`, which has its share of what is left of the month: at least 1 while there is any."""
        today, month = now.date().isoformat(), f"{now:%Y-%m}"
        count = self if self.month == month else replace(self, month=month, asked=0)
        if (reset := moment(count.reset)) and reset <= now:
            count = replace(count, left=0, reset="")
        if count.day == today:
            return count
        left = count.remaining(plan)
        return replace(count, day=today, today=0, share=max(min(1, left), left // _days_left(now.date())))

    def remaining(self, plan: Plan) -> int:
        """Of the month, by our count and the provider's."""
        ours = max(0, plan.per_month - self.asked)
        return min(ours, self.left) if self.reset else ours

    def less_one(self, at: datetime) -> _Count:
        """After one question more."""
        return replace(self, asked=self.asked + 1, today=self.today + 1, left=max(0, self.left - 1), last=at.isoformat())


_EMPTY: Mapping[str, Any] = asdict(_Count())


class KeyBudget:
    """The questions of one key.

    Args:
        name: what the store keeps them under; see `budget_name`.
        clock: says what time it is, aware: the month, and the pace between processes.
    """

    def __init__(
        self,
        name: str,
        plan: Plan,
        spend: Spend,
        clock: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._name, self._plan, self._spend, self._clock, self._pause = name, plan, spend, clock, pause

    async def take(self, *, for_page: bool = False) -> None:
        """One question counted, when its turn has come.

        `for_page`: it looks for a maker's page, for which the others leave something.

        Raises:
            QuotaSpent: nothing is left of the month, or of the day's share of it, or the provider said so before.
            RateLimited: others wait for their turns already, for longer than MAX_PAUSE_S.
        """
        now, wait_s = self._clock().astimezone(UTC), 0.0

        def spent(text: str) -> str:
            nonlocal wait_s
            count = _Count.of(text).at(now, self._plan)
            self._refuse(count, now, for_page)
            at = _turn(count, now, self._plan.per_second)
            wait_s = (at - now).total_seconds()
            if wait_s > MAX_PAUSE_S:
                raise RateLimited("too many others ask with this key now", retry_after_s=wait_s)
            return json.dumps(asdict(count.less_one(at)))

        self._spend(self._name, spent)
        if wait_s > 0:
            await self._pause(wait_s)

    def _refuse(self, count: _Count, now: datetime, for_page: bool) -> None:
        said_today = count.said == now.date().isoformat()
        if (until := moment(count.until)) and until > now and said_today:
            raise QuotaSpent(f"{count.why}; it is not asked before {until:%Y-%m-%d %H:%M} UTC", "", (until - now).total_seconds())
        if not self._plan.per_month:
            return
        left = count.remaining(self._plan)
        if not left and count.asked >= self._plan.per_month:
            remedy = "raise per_month where the plan has more, or put a second search behind it"
            raise QuotaSpent(f"the {self._plan.per_month} queries of this month are used up", remedy, _month_left_s(now))
        if not left and not said_today:
            return
        if not left:
            until = moment(count.reset) or now
            raise QuotaSpent(f"the provider has none left before {until:%Y-%m-%d %H:%M} UTC", "", (until - now).total_seconds())
        kept_back = 0 if for_page else min(KEPT_BACK, count.share // KEPT_PART)
        if count.today + kept_back >= count.share:
            said = f"today's share of {count.share} queries is used up"
            raise QuotaSpent(f"{said} ({left} are left of the month, {kept_back} of today for makers' pages)")

    def told(self, left: int, reset_s: float | None) -> None:
        """Keep what the provider says is left, for so many seconds, until the month's end where it does not say.

        Other programs use the key, too, and its month may begin on another day. The day's share shrinks with it.
        """
        now = self._clock().astimezone(UTC)
        rest = timedelta(seconds=_month_left_s(now) if reset_s is None else reset_s)
        if not self._plan.per_month or left < 0 or rest <= timedelta():
            return
        reset = (now + min(rest, LONGEST_REST)).isoformat()

        def corrected(text: str) -> str:
            count = _Count.of(text).at(now, self._plan)
            count = replace(count, until="", why="") if left else count
            least = min(left, max(0, self._plan.per_month - count.asked))
            share = max(min(1, least), (least + count.today) // _days_left(now.date()))
            share = min(count.share, share) if count.share else share  # none was given while the provider had none
            said = now.date().isoformat()
            return json.dumps(asdict(replace(count, left=left, reset=reset, share=share, said=said)))

        self._spend(self._name, corrected)

    def close(self, why: str, for_s: float | None) -> None:
        """Remember that the provider has nothing left for so many seconds; until the month's end where it does not say."""
        now = self._clock().astimezone(UTC)
        rest = timedelta(seconds=_month_left_s(now) if for_s is None else max(for_s, 0.0))
        until = (now + min(rest, LONGEST_REST)).isoformat()
        said = now.date().isoformat()
        self._spend(self._name, lambda text: json.dumps(asdict(replace(_Count.of(text), until=until, why=why[:200], said=said))))


def _turn(count: _Count, now: datetime, per_second: float) -> datetime:
    """The moment of the next question. Turns are given MAX_PAUSE_S ahead at most: a later one is of a clock that was wrong."""
    last = moment(count.last)
    if not per_second or last is None:
        return now
    gap, late = timedelta(seconds=MARGIN / per_second), now + timedelta(seconds=MAX_PAUSE_S)
    return max(now, (last if last <= late else now) + gap)


def _days_left(day: date) -> int:
    """Of its month, with the day itself."""
    return monthrange(day.year, day.month)[1] - day.day + 1


def _month_left_s(now: datetime) -> float:
    first = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
    return (first - now).total_seconds()


def budget_name(provider: str, key: str) -> str:
    """`search:brave:1f3a9c02`: what a key's budget is kept under, which tells nothing of the key."""
    return f"search:{provider}:{sha256(key.encode()).hexdigest()[:8]}"


def in_memory() -> Spend:
    """A `spend` that forgets: for one run without a store."""
    states: dict[str, str] = {}

    def spend(name: str, spent: Callable[[str], str]) -> str:
        states[name] = spent(states.get(name, ""))
        return states[name]

    return spend
