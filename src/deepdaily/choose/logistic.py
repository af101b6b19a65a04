"""Logistic regression over named terms: small, without a library, the same weights on every machine."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SWEEPS, STILL = 40, 0.01
"""Passes over the weights, fewer where none moves by more than STILL."""

LONGEST_STEP, FLATTEST = 1.0, 0.02
"""A step is at most so long, and the curve is taken as no flatter than that: without them a first step may leap away."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an example showed, by name, whether it was so, and for how many examples it counts."""

    shown: Mapping[str, float]
    so: bool
    weight: float = 1.0


def odds(shown: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The sum of what is shown, each by its weight; what has no weight counts nothing."""
    return sum(value * weights.get(name, 0.0) for name, value in shown.items())


def chance(odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def fitted(
    lessons: Sequence[Lesson], priors: Mapping[str, float], pull: float, free: str, fixed: Mapping[str, float] | None = None
) -> dict[str, float]:
    """The most probable weights: Newton's step on one after another (Genkin, Lewis, Madigan 2007), until none moves.

    Args:
        priors: where a weight is drawn to; 0 for a name that is not among them.
        pull: how much a prior counts, in examples.
        free: the name whose weight is drawn nowhere.
        fixed: weights that stand; they are not among the result.
    """
    fixed = fixed or {}
    weights = {**priors, free: 0.0}
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, lesson in enumerate(lessons):
        for name in lesson.shown.keys() - fixed.keys():
            holders[name].append((at, lesson.shown[name]))
    scores = [odds(lesson.shown, {**weights, **fixed}) for lesson in lessons]
    for _ in range(SWEEPS):
        most = 0.0
        for name in sorted(holders):
            weight = weights.get(name, 0.0)
            step = _step(holders[name], lessons, scores, pull * (name != free), priors.get(name, 0.0) - weight)
            weights[name] = weight + step
            most = max(most, abs(step))
            for at, value in holders[name]:
                scores[at] += step * value
        if most < STILL:
            break
    return weights


def _step(
    holders: Sequence[tuple[int, float]], lessons: Sequence[Lesson], scores: Sequence[float], pull: float, off: float
) -> float:
    """How far one weight moves; `off` is how far it is from its prior."""
    slope, bend = pull * off, pull + 1e-6
    for at, value in holders:
        probable = chance(scores[at])
        slope += lessons[at].weight * value * (lessons[at].so - probable)
        bend += lessons[at].weight * value * value * max(probable * (1 - probable), FLATTEST)
    return max(-LONGEST_STEP, min(LONGEST_STEP, slope / bend))
