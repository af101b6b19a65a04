"""What calls of models took, added up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import fsum
from statistics import median

from deepdaily.core.types import Call


@dataclass(frozen=True, slots=True)
class Spent:
    """Several calls together. One in flight, or whose run was killed, counts with the most it can take."""

    name: str
    calls: int
    failed: int
    """Of them without a usable reply."""
    prefill_tokens: int
    cached_tokens: int
    decode_tokens: int
    estimated: bool
    """Whether the tokens of some are worked out from bytes."""
    cost: float
    seconds: float
    """Of all calls, one behind the other."""
    first_token_s: float | None
    """The median of those that measured it."""

    def told(self, currency: str) -> str:
        """`24 calls, 2 failed, 37.2k + 2.8k tokens, 0.10 CNY, 151 s`; no cost without a currency."""
        mark = "about " if self.estimated else ""
        parts = [f"{self.calls} calls" if self.calls != 1 else "1 call"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts.append(f"{mark}{self.prefill_tokens / 1000:.1f}k + {self.decode_tokens / 1000:.1f}k tokens")
        parts += [f"{self.cost:.2g} {currency}"] if currency else []
        return ", ".join([*parts, f"{self.seconds:.0f} s"])


def spent(calls: Iterable[Call], by: Callable[[Call], str]) -> list[Spent]:
    """By what `by` says of each call, in the order of the names; empty without calls."""
    groups: dict[str, list[Call]] = {}
    for call in calls:
        groups.setdefault(by(call), []).append(call)
    return [total(name, groups[name]) for name in sorted(groups)]


def total(name: str, calls: Iterable[Call]) -> Spent:
    """All of them together."""
    told = [*calls]
    used = [call.usage for call in told]
    waited = [one.first_token_s for one in used if one.first_token_s is not None]
    return Spent(
        name,
        len(told),
        sum(call.state in ("failed", "refused") for call in told),
        sum(one.prefill_tokens for one in used),
        sum(one.cached_tokens for one in used),
        sum(one.decode_tokens for one in used),
        any(one.estimated for one in used),
        fsum(one.cost for one in used),
        fsum(one.total_s for one in used),
        median(waited) if waited else None,
    )
