"""What the ledger says of one model's last days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, fsum

from deepdaily.core.types import Call
from deepdaily.lab.model_trial import TEST

LEAST_TIMED = 20
"""Tokens of a reply that tells how fast they came: those of a shorter one arrive in one piece."""


@dataclass(frozen=True, slots=True)
class Week:
    """A model's calls of some days; None where there was nothing to measure."""

    calls: int
    answered_percent: float | None
    """With a usable reply, of those that have ended."""
    first_token_p50_s: float | None
    first_token_p95_s: float | None
    decode_a_second: float | None
    """The median of the longer replies."""
    cost_an_issue: float | None
    trouble: str
    """The newest call that failed: its day and why; empty where none did."""


def week(calls: Iterable[Call]) -> Week:
    """Of all calls; trials count, but for the cost of an issue."""
    told = sorted(calls, key=lambda call: call.asked_at)
    ended = [call for call in told if call.state != "asked"]
    answered = [call for call in ended if call.state == "answered"]
    failed = [call for call in ended if call.state != "answered" and call.message]
    waits = sorted(call.usage.first_token_s for call in answered if call.usage.first_token_s is not None)
    rates = sorted(rate for call in answered if (rate := _rate(call)) is not None)
    issues = [call for call in told if call.purpose != TEST]
    slots = {call.slot for call in issues}
    return Week(
        len(told),
        100 * len(answered) / len(ended) if ended else None,
        percentile(waits, 0.5),
        percentile(waits, 0.95),
        percentile(rates, 0.5),
        fsum(call.usage.cost for call in issues) / len(slots) if slots else None,
        f"{failed[-1].asked_at.date()}: {failed[-1].message}" if failed else "",
    )


def percentile(ordered: Sequence[float], part: float) -> float | None:
    """The smallest value that at least `part` of them do not exceed (nearest rank); None of none."""
    return ordered[max(0, ceil(part * len(ordered)) - 1)] if ordered else None


def _rate(call: Call) -> float | None:
    used = call.usage
    took_s = used.total_s - (used.first_token_s or 0.0)
    return used.decode_tokens / took_s if used.decode_tokens >= LEAST_TIMED and took_s > 0 and not used.estimated else None
