"""What a candidate's event is known by: its titles' terms and how rare they are, its names and editions, its way of telling."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from deepdaily.choose.bonds import repository
from deepdaily.core import lexicon
from deepdaily.core.actors import is_manual, is_talk
from deepdaily.core.aliases import MEANING
from deepdaily.core.cues import cues, table
from deepdaily.core.likeness import terms_of
from deepdaily.core.text import language_of
from deepdaily.core.types import NO_STRUCTURE, Candidate, Document, Language, Structure
from deepdaily.core.urls import domain, page_key
from deepdaily.memory.threads import GENERIC

COMMON_SHARE = 0.02
"""A term held by more of the titles joins nothing by itself."""

TITLE_CHARS = 600
"""Of all titles of a candidate."""

EDITION_RARITY = 6.0
"""A product with its version is at least as telling as a term of one title in 400."""

MOST_LINKS = 500
"""Links of a page that are looked at."""

_TABLE = table(__name__)
TELLINGS = cues(_TABLE["tellings"])
"""By name the ways of telling that are no report of the thing itself: its arrival elsewhere, thoughts on it, a case about it."""

TALK = "talk"
"""The way of telling of whoever writes beside a project: a fault, a question."""

A_NAME = 0.5
"""How far a term must be a name to be called one."""

KINDS = frozenset(_TABLE["kinds"].split())
"""Words for things that many make: with a version they are one thing only where the maker is one."""

_NO_PRODUCT = frozenset(_TABLE["no_product"].split())
_COUNTED = "|".join(_TABLE["counted"].split())
# A name is tried at its beginning and in full alone: from within it nothing else is found, and each letter would be tried.
_EDITION = re.compile(
    rf"(?<![A-Za-z])([A-Za-z]++(?:-[A-Za-z]++)*+)([\s\-]?)(v?)(\d+(?:\.\d+)*)(?![\d%万亿千个]|[bBkKxX]\b|\s?(?:{_COUNTED}))",
    re.IGNORECASE,
)
_VARIANT = re.compile(rf"\d[\s\-]?\(?({'|'.join(_TABLE['variants'].split())})(?![a-z])", re.IGNORECASE)
_REPOSITORY = re.compile(r"https://github\.com/([^/]+/[^/]+)/?(?:#.*)?")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9\-_.+]*")
_JOINT = re.compile(r"[\-_/]")
_FIGURED, _NUMBER, _SHAPED = re.compile(r"\d"), re.compile(r"v?\d+(?:\.\d+)*"), re.compile(r"[a-z][A-Z]|[A-Z]{2}")
_BETWEEN = re.compile(r"[,;·|•]|\s\+\s")
_LONG_WORD = re.compile(r"[A-Za-z]{4,}")


@dataclass(frozen=True, slots=True)
class Traits:
    """One candidate as others are compared with it."""

    terms: Mapping[str, float]
    """How much each says: its rarity times how much of it the title has."""
    names: Mapping[str, float]
    """By term how far it is a name, 0 to 1."""
    length: float
    """Of the terms as a vector; and of those in Latin letters and figures, in which languages meet."""
    latin_length: float
    named: float
    """What the names among the terms say together."""
    language: Language
    editions: Mapping[str, frozenset[str]]
    """By product the versions that the titles name."""
    tellings: frozenset[str]
    site: str
    repository: str
    """Whose front page or release the page is; empty for any other page."""
    is_manual: bool
    is_digest: bool
    published_at: datetime | None
    variants: frozenset[str]
    """What stands behind a version, `3.5 Flash`: each is brought out by itself."""
    subjects: frozenset[str]
    """Its names but those of the field, of kinds of things and of versions: who and what of whom."""
    links: frozenset[str]
    """Keys of the pages its text links to, those of sites themselves left out."""


@dataclass(frozen=True, slots=True)
class Spread:
    """In how many of so many titles a term stands."""

    titles: int
    held: Mapping[str, float]
    small: frozenset[str]
    """Words that are written small at least as often as with a capital: capitals of a headline make no names of them."""

    def with_titles(self, found: Sequence[Mapping[str, float]]) -> Spread:
        """With the terms of more titles, each as far as it counts there."""
        held = dict[str, float](self.held)
        for terms in found:
            for term, count in terms.items():
                held[term] = held.get(term, 0) + count
        return Spread(self.titles + len(found), held, self.small)

    def rarity(self, term: str) -> float:
        """Minus the log of its share: 3.9 for one title in fifty, 6.2 for one in 500."""
        return -math.log((self.held.get(term, 0) + 0.5) / self.titles)

    def joins(self, term: str) -> bool:
        """Whether two titles that share the term may tell one event."""
        return self.held.get(term, 0) < COMMON_SHARE * self.titles


@cache
def shipped() -> Spread:
    """What `tools/train_events.py` counted, in `spread.toml`."""
    found = tomllib.loads((files(__package__) / "spread.toml").read_text("utf-8"))
    held = {term: int(count) for count, terms in found["held"].items() for term in terms.split()}
    return Spread(found["titles"], held, frozenset(found["small"].split()))


def titles_of(one: Candidate) -> str:
    """The titles under which it was offered, one behind the other."""
    return " ".join(dict.fromkeys(offer.title for offer in one.offers))[:TITLE_CHARS]


def traits_of(
    candidates: Sequence[Candidate], documents: Mapping[str, Document], structures: Mapping[str, Structure]
) -> list[Traits]:
    """Those of each candidate, in order; terms are as rare as in what is shipped and today's titles together.

    Args:
        documents: by candidate URL, where it was read.
        structures: by document id.
    """
    titles = [titles_of(one) for one in candidates]
    counts = [terms_of(title) for title in titles]
    spread = shipped().with_titles(counts)
    found = []
    for one, title, count in zip(candidates, titles, counts, strict=True):
        document = documents.get(one.url)
        structure = structures.get(document.id, NO_STRUCTURE) if document else NO_STRUCTURE
        found.append(_traits(one, title, count, document, structure, spread))
    return found


def _traits(
    one: Candidate, title: str, counts: Mapping[str, float], document: Document | None, structure: Structure, spread: Spread
) -> Traits:
    folded, language = unicodedata.normalize("NFKC", title), language_of(title)
    terms, names = _weighed(folded, counts, language, spread)
    editions: dict[str, set[str]] = defaultdict(set)
    for product, version in editions_of(folded, spread.small):
        editions[product].add(version)
        edition = f"{product} {version}"
        terms[edition], names[edition] = max(EDITION_RARITY, spread.rarity(edition)), 1.0
    return Traits(
        terms,
        names,
        math.hypot(*terms.values()) or 1.0,
        math.hypot(*[weight for term, weight in terms.items() if term.isascii()]) or 1.0,
        sum([weight * names[term] for term, weight in terms.items()]),
        language,
        {product: frozenset(versions) for product, versions in editions.items()},
        frozenset(name for name, cue in TELLINGS.items() if cue.search(title)) | ({TALK} if is_talk(one.url) else frozenset()),
        domain(one.url),
        repository(one.url) or _front_page(one.url),
        is_manual(one.url) or bool(lexicon.REFERENCE.search(title)),
        bool(lexicon.ROUNDUP.search(title)) or is_list(title),
        one.published_at or (document.published_at if document else None),
        frozenset(found[1].lower() for found in _VARIANT.finditer(folded)),
        frozenset(term for term, name in names.items() if name > A_NAME and _is_subject(term)),
        _pages(structure),
    )


def stem(term: str) -> str:
    """Without the s of a plural or of the third person."""
    plural = term[-1] == "s" and len(term) > 4 and term[-2] != "s" and term.isascii() and term.isalpha()
    return term[:-1] if plural else term


def _weighed(
    title: str, counts: Mapping[str, float], language: Language, spread: Spread
) -> tuple[dict[str, float], dict[str, float]]:
    """How much each term of a title says, and how far it is a name."""
    written = _written(title)
    words = _LONG_WORD.findall(title)
    headline = len(words) >= 3 and sum([word[0].isupper() for word in words]) >= 0.8 * len(words)
    terms, names = dict[str, float](), dict[str, float]()
    for term, count in counts.items():
        if term == "s":  # `Acme’s`
            continue
        weight, key = (count if count < 1 else 1.0) * spread.rarity(term), stem(term)
        if weight > terms.get(key, 0.0):
            form, first = written.get(term, _UNWRITTEN)
            terms[key], names[key] = weight, _name(term, form, language, headline or first, spread)
    return terms, names


_UNWRITTEN = "", False


def _written(title: str) -> dict[str, tuple[str, bool]]:
    """By word, and by part of a compound, how it is first written, and whether the title begins with it."""
    found, first = dict[str, tuple[str, bool]](), _WORD.match(title) is not None
    for word in _WORD.findall(title):
        for form in (word,) if word.isalnum() else (word, *_JOINT.split(word)):
            found.setdefault(form.lower(), (form, first))
        first = False
    return found


def _name(term: str, form: str, language: Language, anyway: bool, spread: Spread) -> float:
    """How far a term is a name, by how it is written here; `anyway`: its capital says nothing."""
    if not term.isascii():
        return 0.0
    if _FIGURED.search(term):
        return 0.7 if term[0] == "=" else 0.5 if _NUMBER.fullmatch(term) else 1.0
    if language == "zh":
        return 0.5 if term in spread.small else 1.0
    if not form:
        return 0.5
    if form[:1].islower() and form[1:].islower():
        return 0.1
    if anyway and not _SHAPED.search(form):
        return 0.2 if term in spread.small else 0.6
    return 1.0


def editions_of(title: str, small: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Products with their versions, in order: `GPT-5.3-Codex` names (gpt, 5.3), `Opus 4.6` (opus, 4.6).

    A word of the trade names no product, nor does an ordinary one, one of `small`, that is written small: `scheduler 2.2`.
    """
    found = []
    for match in _EDITION.finditer(title) if _FIGURED.search(title) else ():
        name, joint, marked, version = match[1].lower(), match[2], match[3], match[4]
        last = name.rpartition("-")[2]
        if last == "v" or last in lexicon.TRADE or (last in small and match[1].islower()):
            continue
        bare = "." not in version and not marked and joint != "-" and (joint or len(name) < 2)
        if name in _NO_PRODUCT or last in _NO_PRODUCT or (bare and not lexicon.MODEL.search(match[0])):
            continue
        if len(version) == 4 and version.startswith("20"):
            continue
        product = name if len(last) < 2 else last
        found.append((MEANING.get(product, product), version))
    return found


def _front_page(url: str) -> str:
    found = _REPOSITORY.fullmatch(url)
    return found[1].lower() if found else ""


def _is_subject(term: str) -> bool:
    return not (_FIGURED.search(term) or term in KINDS or term in GENERIC or term in lexicon.TRADE)


def is_list(title: str) -> bool:
    """Whether a headline of Latin letters lists several things: three or more capitalised parts of two words each."""
    if not _BETWEEN.search(title) or language_of(title) == "zh":
        return False
    parts = [part.strip() for part in _BETWEEN.split(title) if len(part.split()) > 1]
    return len(parts) > 1 and (title.lower().endswith("and more") or (len(parts) > 2 and all(part[:1].isupper() for part in parts)))


def _pages(structure: Structure) -> frozenset[str]:
    found = set()
    for link in structure.links[:MOST_LINKS]:
        try:
            key = page_key(link.url)
        except ValueError:
            continue
        if "/" in key.rstrip("/"):
            found.add(key)
    return frozenset(found)
