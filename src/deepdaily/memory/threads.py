"""A story that goes on: which titles are steps of one thread, what is new in a step, and its few words for readers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from deepdaily.core.aliases import MEANING
from deepdaily.core.cues import Cue, cue, rows, table
from deepdaily.core.lexicon import LABS, MODEL
from deepdaily.core.likeness import Vector, cosine, vectors
from deepdaily.core.quantities import numbers
from deepdaily.core.text import CJK, COMMON, names, shorten, squeeze, tokens, versions

SAME_THREAD = 0.5
"""Cosine of whole titles above which a story continues a told one: stricter than SAME_STORY, as days lie between."""

SAME_SUBJECT, SAME_LINE = 0.45, 0.25
"""Cosine of titles without their states and makers; and where both name one version or model. They part all pairs of
`tests/core/test_thread.py`, ours; no collection of threads in two languages is known to us."""

STEP_COLUMNS = 24
"""Widest name of a step: a chain of four fits on two lines of a phone."""


class Titled(Protocol):
    """One telling of a thread: an `Appearance`, or whatever else has a day and a title."""

    @property
    def day(self) -> str: ...
    @property
    def title(self) -> str: ...


@dataclass(frozen=True, slots=True)
class State:
    """What a title says has become of something. One with a `stage` is news only after every earlier stage."""

    name: str
    cue: Cue
    stage: int = 0


_TABLE = table(__name__)
STATES = rows(State, _TABLE["states"])
"""The first that fits names the step: what stopped or went on again says more than that something was released."""

_BACK_AND_FORTH = ({"paused", "resumed"}, {"incident", "fixed"})
_FILLER = cue(_TABLE["filler"])
_ANY_STATE = Cue("|".join(state.cue.pattern for state in STATES), re.I)
MAKERS = frozenset(
    {MEANING.get(word, word) for word in re.findall(r"[a-z]{3,}|[\u4e00-\u9fff]{2,}", LABS.pattern)}
    | {MEANING[word] for word in MEANING if LABS.fullmatch(word)}
)
GENERIC = frozenset(_TABLE["generic"].split())
"""Names of the field itself: they tell no subject from another."""


# -- what a step says -------------------------------------------------------------------------------------------------


def state_of(title: str) -> State | None:
    """What the title says has become of its subject; None for a title that names no state."""
    return next((state for state in STATES if state.cue.search(title)), None)


def says_something_new(title: str, told: Sequence[str]) -> bool:
    """Whether `title` reports a step that none of the titles `told` (oldest first, at least one) reported.

    A state or a version not told before is a step, and so is a pause after a return, unless an earlier title said the same;
    where the title names neither, two words or a figure of its own.
    A stage behind one already told is no news: a late report of the beta after the release.
    """
    if new_versions := versions(title):
        return not new_versions <= {one for earlier in told for one in versions(earlier)}
    state, before = state_of(title), [found for earlier in told if (found := state_of(earlier))]
    if state is not None and before:
        if state.stage:
            return state.stage > max(one.stage for one in before)
        back = {state.name, before[-1].name} in _BACK_AND_FORTH
        return state not in before or (back and not any(_terms(title) <= _terms(earlier) for earlier in told))
    known = {term for earlier in told for term in _terms(earlier)}
    figures = numbers(title) - {one for earlier in told for one in numbers(earlier)}
    return bool(figures) or len(_terms(title) - known) >= 2 or (state is not None and not before)


def _terms(title: str) -> set[str]:
    return set(vectors([title])[0])


def steps(tellings: Sequence[Titled], said: Mapping[str, str]) -> list[str]:
    """What was new in each telling, in a few words, in order: 公测, 上线, 暂停; a version; else what the title alone says.

    `said` has the word for each of STATES by its name.
    """
    titles = [one.title for one in tellings]
    return [_step(title, [other for other in titles if other != title], said) for title in titles]


def _step(title: str, others: Sequence[str], said: Mapping[str, str]) -> str:
    state, found = state_of(title), versions(title)
    if found and (state is None or state.stage or state.name == "fixed"):
        return min(found, key=title.lower().find)  # the newest release stands first
    if state is not None:
        return said[state.name]
    return shorten(_distinct(squeeze(title), others), STEP_COLUMNS)


def _distinct(title: str, others: Sequence[str]) -> str:
    """`title` without the words at its beginning that another title has too; all of it where nothing would be left."""
    known = {word for other in others for word in tokens(other)}
    pieces = list(re.finditer(rf"[A-Za-z0-9][\w.+\-]*|[{CJK}]{{2}}", title))
    start = next((piece.start() for piece in pieces if piece.group().lower() not in known | COMMON), 0)
    return title[start:].strip(" ,;:，；：、-–—")


# -- one thread -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subject:
    """A title as threads compare it."""

    whole: Vector
    bare: Vector
    """Without states and versions' last parts."""
    lines: frozenset[str]
    """Models and versions by their line: `gpt 5.3`; `1.2` for v1.2.1."""


def subjects(titles: Sequence[str]) -> list[Subject]:
    """The titles, in order, weighed among each other."""
    whole, bare = vectors(titles), vectors([_bare(title) for title in titles])
    return [Subject(*one) for one in zip(whole, bare, map(lines, titles), strict=True)]


def continues(earlier: Subject, later: Subject) -> bool:
    """Whether the two titles are steps of one thread.

    Whole titles alike, or the same subject in another state: without states, makers' names and words of the field, something
    is left that both name. Two versions or models of different lines are two stories, however alike their titles are.
    """
    if earlier.lines and later.lines and not earlier.lines & later.lines:
        return False
    if cosine(earlier.whole, later.whole) >= SAME_THREAD:
        return True
    shared = {one for one in earlier.bare.keys() & later.bare.keys() if not _VERSION.fullmatch(one)}
    if earlier.lines & later.lines:  # of one project: vLLM v0.12.0 and v0.12.1
        return bool(shared) and cosine(earlier.bare, later.bare) >= SAME_LINE
    if earlier.lines or later.lines:  # two products told at once are not a later version of one of them
        plain = later if earlier.lines else earlier
        if any(one.isascii() and one not in shared | MAKERS for one in plain.bare):
            return False
    return bool(shared - MAKERS) and cosine(earlier.bare, later.bare) >= SAME_SUBJECT


def stateless(title: str) -> str:
    """The title without the words that say what has become of its subject."""
    return _FILLER.sub(" ", _ANY_STATE.sub(" ", title))


def _bare(title: str) -> str:
    """What the title is about: no state, no maker beside another name, versions by their line (v1.2.1 is 1.2)."""
    text = stateless(title)
    text = re.sub(r"\bv?(\d+\.\d+)(?:\.\d+)+\S*", r"\1", text, flags=re.I)
    text = re.sub(r"\bv(\d+\.\d+)", r"\1", text, flags=re.I)
    nameless = LABS.sub(" ", text)
    return nameless if distinctive(nameless) else text


def lines(title: str) -> frozenset[str]:
    """Its models and versions by their line: `gpt 5.3`; `1.2` for v1.2.1."""
    found = {".".join(one.split(".")[:2]) for one in versions(title)}
    found |= {re.sub(r"[\s-]+v?", " ", one.lower()) for one in _models(title)}
    return frozenset(found | {one.lower() for one in distinctive(title) if re.search(r" \d", one)})


def _models(title: str) -> list[str]:
    return [one.group() for one in MODEL.finditer(title) if not _VERSION.fullmatch(one.group())]


def distinctive(title: str) -> tuple[str, ...]:
    """At most three names that tell this subject from others, the most telling first; makers only where nothing else is named.

    Models, Latin names, and in a Chinese title a short run that is left without states and makers; may be empty.
    """
    title = squeeze(title)
    text = LABS.sub(" · ", _FILLER.sub(" · ", _ANY_STATE.sub(" · ", title)))
    latin = [run.group() for run in _NAMED.finditer(text)] or names(text)
    latin = [one for one in latin if one.lower() not in GENERIC | COMMON and not _VERSION.fullmatch(one)]
    latin.sort(key=lambda one: not re.search(r"\d|[a-z][A-Z]|[A-Z]{2}", one))
    chinese = [run.group() for run in _CHINESE.finditer(text)] if not latin else []
    models = [one for one in _models(title) if not any(one in name for name in latin)]
    makers = [one.group() for one in LABS.finditer(title)]
    return tuple(dict.fromkeys([*models, *latin, *chinese] or makers))[:3]


_VERSION = Cue(r"v?\d[\d.]*", re.I)
_NAMED = Cue(r"(?<![\w.-])[A-Z][\w+.-]*\w(?: (?:[A-Z][\w+.-]*\w|\d+(?:\.\d+)*))*(?![\w-])")
_CHINESE = Cue(rf"(?<![{CJK}])[{CJK}]{{2,6}}(?: ?\d+(?:\.\d+)*)?(?![{CJK}])")


def names_it(text: str, entity: str) -> bool:
    """Whether `text` names the entity: all of its words stand in it, as words."""
    folded = text.casefold()
    return all(_stands(word, folded) for word in entity.casefold().split())


def _stands(word: str, folded: str) -> bool:
    at = folded.find(word)
    while at >= 0:
        before, after = folded[max(0, at - 1) : at], folded[at + len(word) : at + len(word) + 1]
        if not (_latin(before) and _latin(word[0])) and not (_latin(after) and _latin(word[-1])):
            return True
        at = folded.find(word, at + 1)
    return False


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
