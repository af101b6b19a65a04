"""Titles as vectors: TF-IDF of their terms, cosine, and who is near whom."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from deepdaily.core.aliases import MEANING
from deepdaily.core.cues import Cue
from deepdaily.core.quantities import numbers
from deepdaily.core.text import COMMON, tokens
from deepdaily.core.types import Candidate

COMMON_SHARE = 0.2
"""Terms in more than this share of the titles join nothing: they would make every pair a neighbour."""

MOST_HOLDERS = 100
"""However many titles there are, a term held by more of them joins nothing: pairs grow with its square."""

SMALL_NUMBER = 12
"""Numbers up to a dozen count days, items and versions: two titles that share one share nothing."""

Vector = dict[str, float]

TITLES_KEPT = 10_000
"""Titles whose terms are kept: a day compares each with others at grouping, ranking and choosing."""

_JOINT = re.compile(r"[\-_/]")
_CHINESE_NAME = Cue("|".join(sorted((word for word in MEANING if not word.isascii()), key=lambda word: (-len(word), word))))


def vectors(titles: Sequence[str]) -> list[Vector]:
    """Unit TF-IDF vectors of the titles, in order; a title without terms gives an empty one."""
    counts = [terms_of(title) for title in titles]
    spread = Counter([term for count in counts for term in count])
    rarity = {number: math.log(1 + len(titles) / number) for number in set(spread.values())}
    found = []
    for count in counts:
        weights = {term: n * rarity[spread[term]] for term, n in count.items()}
        norm = math.hypot(*weights.values())
        found.append({term: weight / norm for term, weight in weights.items()} if norm else {})
    return found


@lru_cache(maxsize=TITLES_KEPT)
def terms_of(title: str) -> Mapping[str, float]:
    """How much each term counts, under its name in `aliases`; numbers as values, so that 300 亿 meets $30 billion.

    The parts of a compound share one vote, or GPT-5.3-Codex alone would join two stories. So do the two bigrams that hold
    one Chinese character: at full weight an English title is never near a Chinese one (cross-language recall on
    `eval/selection` 0.17 instead of 0.53).
    """
    counts: dict[str, float] = defaultdict(float)
    named = title if title.isascii() else _CHINESE_NAME.sub(_meaning, unicodedata.normalize("NFKC", title))
    for term in tokens(named, parts=False):
        if term in COMMON:
            continue
        if not term.isascii():
            counts[term] += 0.5
        elif term in MEANING:
            counts[MEANING[term]] += 1
        elif term.isalnum():
            counts[term] += 1
        else:
            parts = [part for part in _JOINT.split(term) if part]
            for part in parts:
                counts[MEANING.get(part, part)] += 1 / len(parts)
    for number in numbers(title):
        if number.value > SMALL_NUMBER and str(number.value) not in counts:
            counts[f"={number.value}"] += 1
    return {term: count if count <= 1 else 1.0 + math.log(count) for term, count in counts.items()}


def _meaning(found: re.Match[str]) -> str:
    return f" {MEANING[found[0]]} "


def cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Cosine of two unit vectors, 0 to 1."""
    if len(left) > len(right):
        left, right = right, left
    return sum([weight * right[term] for term, weight in left.items() if term in right])


def points(candidates: Sequence[Candidate]) -> list[Vector]:
    """A vector for each candidate, of all the titles it was offered under."""
    return vectors([" ".join(dict.fromkeys(offer.title for offer in one.offers)) for one in candidates])


def neighbours(found: Sequence[Vector], least: float) -> list[dict[int, float]]:
    """For each vector, in order, the others by their place with a cosine of at least `least`; never itself.

    Two titles are compared that share a term of at most MOST_HOLDERS titles, so past a few hundred titles the pairs grow
    with the number of terms, which is in proportion to that of the titles.
    """
    spread = Counter([term for point in found for term in point])
    limit = min(MOST_HOLDERS, max(10, COMMON_SHARE * len(found)))
    holders: dict[str, list[tuple[int, float]]] = {term: [] for term, number in spread.items() if 1 < number <= limit}
    near: list[dict[int, float]] = [{} for _ in found]
    commons: list[Vector] = []
    length: list[float] = []
    for at, point in enumerate(found):
        sums, common = dict[int, float](), Vector()
        for term, weight in point.items():
            if (others := holders.get(term)) is not None:
                for other, theirs in others:
                    sums[other] = sums.get(other, 0.0) + weight * theirs
                others.append((at, weight))
            elif spread[term] > limit:
                common[term] = weight
        mine = math.hypot(*common.values())
        for other, rare in sums.items():
            if rare + mine * length[other] >= least:  # the common terms cannot add more
                alike = rare + cosine(common, commons[other])
                if alike >= least:
                    near[at][other] = near[other][at] = alike
        commons.append(common)
        length.append(mine)
    return near
