"""How likely two candidates tell one event: log-odds that are a sum of named terms, each of which explains itself."""

from __future__ import annotations

import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from operator import mul

from deepdaily.choose import traits as known
from deepdaily.choose.logistic import Lesson, chance, fitted
from deepdaily.choose.traits import A_NAME, KINDS, Traits
from deepdaily.core import lexicon

MOST_HOLDERS = 60
"""A term held by more of today's titles leads to no pair: pairs grow with its square."""

LEAST_SHARED, LEAST_TAUGHT = 0.45, 0.3
"""Of the shorter title, as lengths of vectors, that a pair must share to be looked at, and to teach: strangers teach too."""

ONE_DOCUMENT = 4
"""Pages that two texts both link to, most of the shorter list, from which they are one document in two languages."""

MOST_LINKING = 10
"""A page that more of today's texts link to says nothing of two of them."""

FAR_DAYS = 10.0
"""Days between two reports after which more days say no more."""

LARGE = 5_000
"""A smaller number is a year, or stands in the titles of a day for many things."""

PULL = 3.0
"""How much it counts that a weight were nothing, in pairs."""

ALWAYS = "any two"
"""What every pair has: its weight says how rarely two titles with a common term tell one event."""

ARRIVAL = "arrival"
ONE_TEXT, BY_MEANING, ONE_FIGURE = "one document in two places", "by meaning", "one figure"

SHARED = (
    ALWAYS,
    "shared of the shorter title",
    "the same across languages",
    "rarest shared name",
    "rarest shared word",
    "shared of the names",
    "one edition",
    ONE_FIGURE,
    "one shared name",
    "no shared name",
)
"""Signs of what two titles share, in the order of `shared`."""

TELLINGS = (*known.TELLINGS, known.TALK)
"""Ways of telling that one of the two has alone."""

BESIDE = ("days between", *TELLINGS, "a page of a manual", ONE_TEXT, BY_MEANING)
"""All other signs, in the order of `beside`."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign weighs."""

    named: Mapping[str, float]
    """By sign; one that is not among them weighs nothing."""
    shared: Sequence[float]
    """Of SHARED."""
    beside: Sequence[float]
    """Of BESIDE."""
    most: float
    """What the signs beside add at most, links and meaning left out."""

    @classmethod
    def of(cls, named: Mapping[str, float]) -> Weights:
        beside = [named.get(name, 0.0) for name in BESIDE]
        days, *others = beside[:-2]
        most = sum(max(0.0, one) for one in (days * FAR_DAYS / 3, *others))
        return cls(named, [named.get(name, 0.0) for name in SHARED], beside, most)

    def chance(self, left: Traits, right: Traits, meant: float = 0.0, least: float = -math.inf) -> float:
        """The chance that two candidates tell one event; 0 where they show nothing, or log-odds that are surely less than `least`.

        Args:
            meant: how far the titles mean the same, where an embedder said it.
            least: most pairs of a large day are far below it, and what they share tells that alone.
        """
        found = shared(left, right, meant)
        odds = sum(map(mul, found, self.shared))
        if odds + self.most < least and not (meant or (left.links and right.links)):
            return 0.0
        more = beside(left, right, meant)
        return chance(odds + sum(map(mul, more, self.beside))) if found[0] or any(more) else 0.0


def pairs(traits: Sequence[Traits], least: float = LEAST_SHARED) -> Iterator[tuple[int, int]]:
    """The places of candidates that may tell one event, the smaller first, each pair once: those that share rare terms or links.

    Args:
        least: of the shorter title, as lengths of vectors, that must be shared.
    """
    yield from sorted({*_by_terms(traits, least), *_by_links(traits)})


def _by_terms(traits: Sequence[Traits], least: float) -> Iterator[tuple[int, int]]:
    spread = known.shipped()
    held = Counter([term for one in traits for term in one.terms])
    holders: dict[str, list[tuple[int, float]]] = {
        term: [] for term, number in held.items() if 1 < number <= MOST_HOLDERS and spread.joins(term)
    }
    tongues = [one.language for one in traits]
    whole = [(least * one.length) ** 2 for one in traits]
    latin = [(least * one.latin_length) ** 2 for one in traits]  # what two languages can share
    for at, (one, mine) in enumerate(zip(traits, tongues, strict=True)):
        shared: dict[int, float] = {}
        for term, weight in one.terms.items():
            if (others := holders.get(term)) is not None:
                for other, theirs in others:
                    shared[other] = shared.get(other, 0.0) + weight * theirs
                others.append((at, weight))
        for other, value in shared.items():
            bars = whole if tongues[other] == mine else latin
            if value >= bars[other] or value >= bars[at]:
                yield other, at


def _by_links(traits: Sequence[Traits]) -> Iterator[tuple[int, int]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(traits):
        for page in one.links:
            holders[page].append(at)
    shared = Counter(pair for held in holders.values() if len(held) <= MOST_LINKING for pair in combinations(held, 2))
    yield from (pair for pair, number in shared.items() if number >= ONE_DOCUMENT)


def shown(left: Traits, right: Traits, meant: float = 0.0) -> dict[str, float]:
    """What two candidates show of being one event, by name; empty where they share and mean nothing."""
    found = zip((*SHARED, *BESIDE), (*shared(left, right, meant), *beside(left, right, meant)), strict=True)
    return {name: value for name, value in found if value}


def shared(left: Traits, right: Traits, meant: float = 0.0) -> list[float]:
    """How far the titles show each sign of SHARED; 0 for all of them where they share no term."""
    common = left.terms.keys() & right.terms.keys()
    if not common:
        return [float(meant > 0), *_NOTHING]
    product, names, in_names, name, word = 0.0, 0, 0.0, 0.0, 0.0
    for term in common:
        ours, theirs = left.terms[term], right.terms[term]
        product += ours * theirs
        is_name = _both(left.names[term], right.names[term])
        less = ours if ours < theirs else theirs
        as_name = less * is_name
        in_names += as_name
        if as_name > name:
            name = as_name
        if less - as_name > word:
            word = less - as_name
        names += is_name > A_NAME
    across = left.language != right.language
    shorter = min(left.latin_length, right.latin_length) if across else min(left.length, right.length)
    covered, named = min(1.0, math.sqrt(product) / shorter), min(left.named, right.named)
    of_names = min(1.0, in_names / named) if named else 0.0
    edition = not left.editions.keys().isdisjoint(right.editions) and _one_edition(left, right)
    figures = sum(map(_is_figure, common))
    figure = bool(figures) and names > figures
    return [1.0, covered, covered * across, name / 10, word / 10, of_names, edition, figure, names == 1, names == 0]


_NOTHING = [0.0] * (len(SHARED) - 1)


def _is_figure(term: str) -> bool:
    """Whether it is a number as large as only one thing has, `=3E+10`: a sum, no share, age, day or year."""
    return term[0] == "=" and float(term[1:]) >= LARGE


def _both(left: float, right: float) -> float:
    """How far a shared term is a name: one that either writes as a name is one, unless the other writes it small."""
    low, high = (left, right) if left < right else (right, left)
    return high if low > 0.15 else low


def _one_edition(left: Traits, right: Traits) -> bool:
    both = left.editions.keys() & right.editions.keys()
    return any(left.editions[one] & right.editions[one] for one in both)


def beside(left: Traits, right: Traits, meant: float = 0.0) -> list[float]:
    """How far two candidates show each sign of BESIDE; of two titles that share no term only links and meaning say anything."""
    one_text = float(one_document(left, right))
    if left.terms.keys().isdisjoint(right.terms):
        return [*[0.0] * (len(BESIDE) - 2), one_text, meant]
    told = left.tellings ^ right.tellings
    manual = left.is_manual or right.is_manual
    return [_days(left, right) / 3, *[float(name in told) for name in TELLINGS], float(manual), one_text, meant]


def _days(left: Traits, right: Traits) -> float:
    if left.published_at is None or right.published_at is None:
        return 0.0
    return min(FAR_DAYS, abs((left.published_at - right.published_at).total_seconds()) / 86400)


def one_document(left: Traits, right: Traits) -> bool:
    """Whether both link to the same pages, and to enough of them; pages of one site in one language do anyway."""
    if not (left.links and right.links) or (left.site == right.site and left.language == right.language):
        return False
    shared = len(left.links & right.links)
    return shared >= ONE_DOCUMENT and 2 * shared > min(len(left.links), len(right.links))


def why_apart(left: Traits, right: Traits) -> str:
    """Why the two can never tell one event; empty where they may."""
    if left.is_digest or right.is_digest:
        return "a digest tells no event of its own"
    if left.is_manual and right.is_manual:
        return "two pages of manuals"
    if left.repository and right.repository and left.repository != right.repository:
        return "pages of two repositories"
    shared = left.editions.keys() & right.editions.keys()
    if shared and not any(left.editions[product] & right.editions[product] for product in shared):
        return "two editions of one product"
    if shared and left.variants and right.variants and not left.variants & right.variants:
        return "two variants of one edition"
    if shared and shared <= KINDS and left.subjects and right.subjects and not left.subjects & right.subjects:
        return "things of one kind by two makers"
    if shared and ARRIVAL in left.tellings & right.tellings and not _one_place(left, right, shared):
        return "one edition that arrives at two places"
    if shared and left.tellings != right.tellings:
        return f"of one edition, but {' and '.join(sorted(left.tellings ^ right.tellings))} in one title alone"
    return ""


@cache
def _table() -> dict[str, dict[str, float]]:
    return tomllib.loads((files(__package__) / "same_event.toml").read_text("utf-8"))


@cache
def weights() -> Mapping[str, float]:
    """What `tools/train_events.py` learned, and what was set by hand, in `same_event.toml`."""
    return {**_table()["learned"], **by_hand()}


def _one_place(left: Traits, right: Traits, products: Set[str]) -> bool:
    """Whether two titles of an arrival name something in common beside the products that arrive, and their makers."""
    common = (term for term in left.terms.keys() & right.terms.keys() if _both(left.names[term], right.names[term]) > A_NAME)
    arriving = {part for one in (left, right) for product in products for part in (product, *one.editions[product])}
    return any(
        not set(term.split()) <= arriving and not (lexicon.LABS.fullmatch(term) or lexicon.PRODUCTS.fullmatch(term))
        for term in common
    )


def by_hand() -> Mapping[str, float]:
    """The weights that were set by hand."""
    return _table()["by_hand"]


def learned(lessons: Sequence[Lesson]) -> dict[str, float]:
    """The weights that labelled pairs teach beside those set by hand."""
    return fitted(lessons, {}, PULL, ALWAYS, by_hand())
