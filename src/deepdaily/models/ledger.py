"""The ledger: what every call took, and a day's budget that is never passed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from math import fsum
from secrets import token_hex

from deepdaily.core.types import Call, CallState, Usage
from deepdaily.settings.model_tables import Budget, Price
from deepdaily.store import Store

MESSAGE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Ledger:
    """The calls of one run, paid from the budget of the day of `now`.

    A call in flight stands in it with the most it can take, so a killed run has not spent more than it says.
    """

    store: Store
    slot: str
    now: datetime
    """In the digest's zone: it names the day."""
    budget: Budget

    @property
    def day(self) -> str:
        return self.now.date().isoformat()

    def spent(self) -> float:
        """What the day has taken, by whatever slot's calls, in the budget's unit."""
        return self._sum(self.store.calls_of_day(self.day))

    def reserve(self, model: str, purpose: str, most: Usage) -> Call | None:
        """A row for a call that is about to start; None where it could pass the budget, and must not."""
        call = Call(token_hex(16), self.slot, model, purpose, "asked", self.now, most)
        kept = self.store.reserve_call(call, self.day, lambda others: self._sum([*others, call]) <= self.budget.amount)
        return call if kept else None

    def _sum(self, calls: Iterable[Call]) -> float:
        return fsum(self._counted(call.usage) for call in calls)

    def settle(self, call: Call, state: CallState, usage: Usage | None, message: str = "", told: str = "") -> None:
        """What the call did take; where nobody knows, it stays at the most it could."""
        short = re.sub(r"\s+", " ", message)[:MESSAGE_CHARS]
        self.store.keep_call(replace(call, state=state, usage=usage or call.usage, message=short, told=told), self.day)

    def _counted(self, usage: Usage) -> float:
        return usage.cost if self.budget.currency else usage.prefill_tokens + usage.decode_tokens


def priced(usage: Usage, price: Price | None) -> Usage:
    """`usage` with its cost; nothing where the model has no price."""
    if price is None:
        return usage
    fresh = usage.prefill_tokens - usage.cached_tokens
    parts = (fresh * price.prefill, usage.cached_tokens * price.cached_or_full, usage.decode_tokens * price.decode)
    return replace(usage, cost=fsum(parts) / 1e6)


def most_it_takes(prefill_tokens: int, decode_tokens: int, price: Price | None) -> Usage:
    """The dearest a call can become: nothing cached (or all, where that costs more), and the longest reply."""
    fresh = Usage(prefill_tokens=prefill_tokens, decode_tokens=decode_tokens)
    cached = replace(fresh, cached_tokens=prefill_tokens)
    return max(priced(fresh, price), priced(cached, price), key=lambda usage: usage.cost)


def scaled(usage: Usage, factor: float) -> Usage:
    """So many times as much."""
    if factor == 1:
        return usage
    tokens = (math.ceil(usage.prefill_tokens * factor), math.ceil(usage.decode_tokens * factor))
    return replace(usage, prefill_tokens=tokens[0], decode_tokens=tokens[1], cost=usage.cost * factor)


def exceeds(usage: Usage, most: Usage) -> float:
    """How many times more than its call could take an endpoint counts; 1 where it does not."""
    tokens = (usage.prefill_tokens + usage.decode_tokens) / max(1, most.prefill_tokens + most.decode_tokens)
    cost = usage.cost / most.cost if most.cost else 1.0
    worst = max(tokens, cost)
    return worst if worst > 1 + 1e-9 else 1.0  # the margin is that of floating point
