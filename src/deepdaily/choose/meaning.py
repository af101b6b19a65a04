"""What embeddings add to the chance that titles tell one event: pairs that mean the same in other words.

Without them nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import mul

UNRELATED = 0.5
"""Cosine of embeddings up to which two titles of our field merely speak of our field."""

SHARE = 0.6
"""What each tenth above UNRELATED adds is 0.06: alone, only a cosine above 0.92
makes one story of two titles without a common word. Best of eleven combinations on `eval/selection` (docs/ranking.md)."""

FAR = 0.38
"""Share of coordinates with different signs above which two vectors are not compared: every pair of 6,000 titles with a cosine
of 0.6 lies below, and six of seven pairs above."""

MOST_NEAR = 50
"""Pairs a title: a flood of like titles costs no more than its size times this."""

Embedded = Mapping[str, Sequence[float]]
"""By URL a unit vector of the title; pages without one are as without embeddings."""

NOT_EMBEDDED: Embedded = {}


def meaning(left: Sequence[float] | None, right: Sequence[float] | None) -> float:
    """How far two titles mean the same, 0 to 0.3; 0 where one has no vector."""
    if left is None or right is None:
        return 0.0
    cosine: float = sum(map(mul, left, right))
    return max(0.0, SHARE * (min(1.0, cosine) - UNRELATED))


def pairs(vectors: Mapping[int, Sequence[float]]) -> dict[tuple[int, int], float]:
    """Each pair of places, the smaller first, of titles that mean something alike, with how much.

    By the signs of the coordinates first: that costs 0.1 microseconds a pair, the cosine a hundred times more.
    """
    signs = {at: _signs(vector) for at, vector in vectors.items()}
    found: dict[tuple[int, int], float] = {}
    for at, mine in signs.items():
        most = FAR * len(vectors[at])
        near = sorted((apart, other) for other, theirs in signs.items() if (apart := (mine ^ theirs).bit_count()) <= most)
        for _, other in near[: MOST_NEAR + 1]:
            pair = (min(at, other), max(at, other))
            if at != other and pair not in found:
                found[pair] = meaning(vectors[at], vectors[other])
    return {pair: value for pair, value in found.items() if value > 0}


def _signs(vector: Sequence[float]) -> int:
    return int("".join("1" if value > 0 else "0" for value in vector) or "0", 2)
