"""Two ways of doing one thing, tried on the same cases: their difference, how sure it is, and the word for it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import atan, ceil, cos, pi, sin, sqrt
from statistics import NormalDist, pstdev
from typing import Literal

DRAWS, SEED = 10_000, 20_260_211
"""Of the bootstrap. The seed is any: the same cases give the same interval."""

LEAST_DAYS = 5
"""From so many days on, days are drawn with all their cases: what one morning was full of moves its cases together."""

LEVEL = 0.05
"""Of error of an interval."""

LEVEL_OF_WORDS = 0.02
"""Of error of all gates together: at 0.05 a model beside itself was called better or worse 6 times of 100 (docs/benchmarks.md), as
few days are no normal sample; a real loss of a quarter of the claims is sure to one in ten thousand."""

SURER = 1.43
"""How much wider an interval is that one gate of four needs for a word: 2.81 deviations for 1.96."""

LEAST_CASES = 20
"""No word below: where none of 20 stories differs, 3 of 20 still may (the rule of three), and one of nine claims
in each of those is 1.7 points, just under the margin."""

Part = tuple[float, float]
"""What a case adds to a share or a mean: so much, of so many."""


@dataclass(frozen=True, slots=True)
class PairedCase:
    """One case by both ways."""

    day: str
    left: Part
    right: Part


@dataclass(frozen=True, slots=True)
class Difference:
    """What the right way gives beside the left one, over the same cases."""

    left: float
    right: float
    low: float
    """Of `gain`, as `high`: the interval that holds the true one 95 times of 100."""
    high: float
    p: float
    """Two-sided, before any correction: how often chance alone would part two equal ways as far."""
    cases: int

    @property
    def gain(self) -> float:
        return self.right - self.left


Statistic = Callable[[Sequence[Sequence[Part]]], Callable[[Sequence[int]], float]]
"""Of groups of cases: a function from the groups drawn, by place, to the figure."""


def mean(groups: Sequence[Sequence[Part]]) -> Callable[[Sequence[int]], float]:
    """All that was added, of all there were: a case with more claims weighs more."""
    totals = [sum(total for total, _ in group) for group in groups]
    counts = [sum(count for _, count in group) for group in groups]
    return lambda drawn: sum(map(totals.__getitem__, drawn)) / sum(map(counts.__getitem__, drawn))


def p95(groups: Sequence[Sequence[Part]]) -> Callable[[Sequence[int]], float]:
    """The smallest that 95 of 100 cases do not pass."""
    values = [[total / count for total, count in group] for group in groups]

    def of(drawn: Sequence[int]) -> float:
        ordered = sorted(value for place in drawn for value in values[place])
        return ordered[ceil(0.95 * len(ordered)) - 1]

    return of


def difference(pairs: Sequence[PairedCase], statistic: Statistic = mean, *, draws: int = DRAWS) -> Difference | None:
    """The difference over the cases that both ways measured; None where there are fewer than two.

    A percentile bootstrap over cases, over days where there are LEAST_DAYS, widened for few of them as by Hesterberg, What Teachers
    Should Know About the Bootstrap (2015), 4.3: unwidened, the interval over seven days holds the truth nine times of ten.
    """
    measured = [pair for pair in pairs if pair.left[1] and pair.right[1]]
    groups = _groups(measured)
    if len(groups) < 2:
        return None
    left = statistic([[pair.left for pair in group] for group in groups])
    right = statistic([[pair.right for pair in group] for group in groups])
    every = range(len(groups))
    found = sorted(right(drawn) - left(drawn) for drawn in _drawings(len(groups), draws))
    low, high = _interval(found, len(groups))
    gain = right(every) - left(every)
    return Difference(left(every), right(every), low, high, _chance(gain, pstdev(found), len(groups)), len(measured))


@lru_cache(maxsize=2)
def _drawings(groups: int, draws: int) -> list[list[int]]:
    """The groups of every drawing, by place; the same for every measure."""
    chance = random.Random(SEED)
    return [chance.choices(range(groups), k=groups) for _ in range(draws)]


def _groups(pairs: Sequence[PairedCase]) -> list[list[PairedCase]]:
    """By day where there are enough days, else each case alone."""
    days: dict[str, list[PairedCase]] = {}
    for pair in pairs:
        days.setdefault(pair.day, []).append(pair)
    return list(days.values()) if len(days) >= LEAST_DAYS else [[pair] for pair in pairs]


_NORMAL = NormalDist()


def _interval(found: Sequence[float], groups: int) -> tuple[float, float]:
    wide = sqrt(groups / (groups - 1)) * _t_bound(LEVEL / 2, groups - 1)
    place = int(_NORMAL.cdf(-wide) * len(found))
    return found[place], found[-1 - place]


def _chance(gain: float, deviation: float, groups: int) -> float:
    """Two-sided, by the bootstrap's deviation and Student's t: drawings alone cannot say less than one of so many."""
    if deviation <= 1e-12 * max(1.0, abs(gain)):  # all cases alike
        return 0.0 if abs(gain) > 1e-12 else 1.0
    return 2 * _t_tail(abs(gain) / deviation * sqrt((groups - 1) / groups), groups - 1)


def _t_tail(t: float, freedom: int) -> float:
    """How often Student's t is above `t` >= 0; a finite sum for whole degrees (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    angle = atan(t / sqrt(freedom))
    odd, square = freedom % 2, cos(angle) ** 2
    term, total = (cos(angle), 0.0) if odd else (1.0, 0.0)
    for step in range(2 - (not odd), freedom, 2):
        total += term
        term *= square * (step / (step + 1))
    inside = 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
    return (1 - inside) / 2


def _t_bound(tail: float, freedom: int) -> float:
    """What Student's t passes so often; within 1e-9."""
    low, high = 0.0, 1e3
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_tail(middle, freedom) > tail else (low, middle)
    return high


def holm(chances: Mapping[str, float]) -> dict[str, float]:
    """The chances as they stand where all are looked at together (Holm 1979); each at most 1."""
    adjusted, least = dict[str, float](), 0.0
    for place, name in enumerate(sorted(chances, key=lambda name: chances[name])):
        least = max(least, min(1.0, chances[name] * (len(chances) - place)))
        adjusted[name] = least
    return adjusted


@dataclass(frozen=True, slots=True)
class Gate:
    """A measure that decides."""

    name: str
    difference: Difference | None
    """None where it was not measured: then it decides nothing."""
    more_is_better: bool
    margin: float | None = None
    """So much less is no loss; only such a gate can show that nothing is lost."""

    @property
    def cases(self) -> int:
        return self.difference.cases if self.difference else 0

    @property
    def gain(self) -> float:
        """For the better."""
        found = self.difference
        return 0.0 if found is None else found.gain if self.more_is_better else -found.gain

    @property
    def surely(self) -> float:
        """The least gain of the interval; below zero a loss that may be."""
        found = self.difference
        return 0.0 if found is None else found.low if self.more_is_better else -found.high

    @property
    def safe(self) -> bool:
        """Whether no loss beyond the margin may be."""
        return self.difference is not None and self.margin is not None and self.surely >= -self.margin


@dataclass(frozen=True, slots=True)
class Ruling:
    """The word on the right way, and by which gates."""

    word: Literal["better", "not worse", "worse", "not decided"]
    by: tuple[str, ...] = ()
    more: int = 0
    """Where it is not decided: cases that would decide it, by what these vary."""


def ruling(gates: Sequence[Gate]) -> Ruling:
    """Worse by any gate, Holm's correction made; better by any, where none is worse and no margin can be passed; not worse where no
    margin can be; else, and over fewer than LEAST_CASES, not decided.
    """
    sure = holm({gate.name: gate.difference.p for gate in gates if gate.difference})
    told = [gate for gate in gates if gate.cases >= LEAST_CASES and sure[gate.name] < LEVEL_OF_WORDS]
    if worse := [gate.name for gate in told if gate.gain < 0 and not gate.safe]:
        return Ruling("worse", tuple(worse))
    if more := max([_more(gate) for gate in gates if gate.margin is not None], default=LEAST_CASES):
        return Ruling("not decided", more=more)
    better = [gate.name for gate in told if gate.gain > 0]
    return Ruling("better", tuple(better)) if better else Ruling("not worse")


def _more(gate: Gate) -> int:
    """Cases beside these until the interval, which shrinks with their root, leaves out either the loss or none."""
    found = gate.difference
    if found is None or gate.cases < LEAST_CASES:
        return LEAST_CASES - gate.cases
    if gate.safe or gate.margin is None:
        return 0
    gap = max(gate.gain + gate.margin, -gate.gain / SURER)
    wide = (found.high - found.low) / 2
    return max(1, ceil(found.cases * (wide / gap) ** 2) - found.cases)
