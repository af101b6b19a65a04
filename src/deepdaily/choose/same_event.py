"""How likely two candidates tell one event: log-odds that are a sum of named terms, each of which explains itself."""

from __future__ import annotations

import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from importlib.resources import files
from itertools import combinations

from deepdaily.choose import traits as known
from deepdaily.choose.logistic import Lesson, fitted
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


def pairs(traits: Sequence[Traits], least: float = LEAST_SHARED) -> Iterator[tuple[int, int]]:
    """The places of candidates that may tell one event, the smaller first, each pair once: those that share rare terms or links.

    Args:
        least: of the shorter title, as lengths of vectors, that must be shared.
    """
    spread = known.shipped()
    holders: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(traits):
        for term in one.terms:
            if spread.joins(term):
                holders[term].append(at)
    found = set(_by_terms(traits, {term: held for term, held in holders.items() if 1 < len(held) <= MOST_HOLDERS}, least))
    yield from sorted(found | set(_by_links(traits)))


def _by_terms(traits: Sequence[Traits], holders: Mapping[str, Sequence[int]], least: float) -> Iterator[tuple[int, int]]:
    for at, one in enumerate(traits):
        shared: dict[int, float] = defaultdict(float)
        for term, weight in one.terms.items():
            for other in holders.get(term, ()):
                if other >= at:
                    break
                shared[other] += weight * traits[other].terms[term]
        for other, value in shared.items():
            if value >= (least * _shorter(one, traits[other])) ** 2:
                yield other, at


def _shorter(left: Traits, right: Traits) -> float:
    """The length of the shorter title, of what two languages can share where there are two."""
    if left.language != right.language:
        return min(left.latin_length, right.latin_length)
    return min(left.length, right.length)


def _by_links(traits: Sequence[Traits]) -> Iterator[tuple[int, int]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(traits):
        for page in one.links:
            holders[page].append(at)
    shared = Counter(pair for held in holders.values() if len(held) <= MOST_LINKING for pair in combinations(held, 2))
    yield from (pair for pair, number in shared.items() if number >= ONE_DOCUMENT)


def shown(left: Traits, right: Traits) -> dict[str, float]:
    """What two candidates show of being one event, by name; empty where they share no term and no document."""
    common = left.terms.keys() & right.terms.keys()
    found = {ONE_TEXT: 1.0} if one_document(left, right) else {}
    if not common:
        return found
    across = left.language != right.language
    shared, names, in_names, name, word = 0.0, 0, 0.0, 0.0, 0.0
    for term in common:
        ours, theirs = left.terms[term], right.terms[term]
        shared += ours * theirs
        weight, is_name = min(ours, theirs), _both(left.names[term], right.names[term])
        in_names += weight * is_name
        name, word = max(name, weight * is_name), max(word, weight * (1 - is_name))
        names += is_name > A_NAME
    covered, named = min(1.0, math.sqrt(shared) / _shorter(left, right)), min(left.named, right.named)
    found |= {
        ALWAYS: 1.0,
        "shared of the shorter title": covered,
        "the same across languages": covered * across,
        "rarest shared name": name / 10,
        "rarest shared word": word / 10,
        "shared of the names": min(1.0, in_names / named) if named else 0.0,
        "days between": _days(left, right) / 3,
    }
    told = left.tellings ^ right.tellings
    found |= dict.fromkeys(told, 1.0)
    if any(left.editions[one] & right.editions[one] for one in left.editions.keys() & right.editions.keys()):
        found["one edition"] = 1.0
    if left.is_manual or right.is_manual:
        found["a page of a manual"] = 1.0
    figures = sum(map(_is_figure, common))
    if figures and names > figures:
        found[ONE_FIGURE] = 1.0
    if names < 2:
        found["one shared name" if names else "no shared name"] = 1.0
    return found


def _is_figure(term: str) -> bool:
    """Whether it is a number as large as only one thing has, `=3E+10`: a sum, no share, age, day or year."""
    return term[0] == "=" and float(term[1:]) >= LARGE


def _both(left: float, right: float) -> float:
    """How far a shared term is a name: one that either writes as a name is one, unless the other writes it small."""
    return max(left, right) if min(left, right) > 0.15 else min(left, right)


def _days(left: Traits, right: Traits) -> float:
    if left.published_at is None or right.published_at is None:
        return 0.0
    return min(FAR_DAYS, abs((left.published_at - right.published_at).total_seconds()) / 86400)


def one_document(left: Traits, right: Traits) -> bool:
    """Whether both link to the same pages, and to enough of them; pages of one site in one language do anyway."""
    if left.site == right.site and left.language == right.language:
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
