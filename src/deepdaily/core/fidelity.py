"""What a translation must keep beside figures and names: denial, hedges, direction, order, and that it is whole and one.

Every row of `fidelity.toml` has both languages in one pattern, so that either may be the source. A row is read narrowly where it
asks and widely where it answers: a good translation must not be lost. What is refused stays in the source's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from deepdaily.core.cues import Cue, cue, cues, rows, table
from deepdaily.core.quantities import plain, quantities
from deepdaily.core.text import COMMON, language_of, names, squeeze, width
from deepdaily.core.types import Language


@dataclass(frozen=True, slots=True)
class Kept:
    """What must stand in both texts: where `told` is found in one, `shown` is in the other."""

    name: str
    told: Cue
    shown: Cue
    counted: bool = False
    """Whether it must stand there as often."""

    def compared(self, said: str, passage: str) -> str:
        """`lost` or `added`; empty where it stands in both."""
        mine, theirs = (len(self.told.findall(text)) for text in (said, passage))
        if not (mine or theirs):
            return ""
        here, there = (len(self.shown.findall(text)) for text in (said, passage))
        if not self.counted:
            return "lost" if theirs and not here else "added" if mine and not there else ""
        wide = max(0, min(here - mine, there - theirs))  # what both tell in wider words answers nothing else
        return "lost" if theirs > here - wide else "added" if mine > there - wide else ""


@dataclass(frozen=True, slots=True)
class Opposites:
    """Two sides that are never each other's translation."""

    name: str
    one: Cue
    other: Cue


_TABLE = table(__name__)
_KEPT = (*rows(Kept, _TABLE["kept"]), *(Kept(name, said, said) for name, said in cues(_TABLE["same"]).items()))
_OPPOSITES = rows(Opposites, _TABLE["opposites"])
_SENSES = {name: (cue(told), cue(wrong)) for name, (told, wrong) in _TABLE["senses"].items()}


def turned(said: str, passage: str) -> list[str]:
    """What `said` turns round, leaves out or adds of what its `passage` says, as short notes; empty when nothing."""
    said, passage = (squeeze(one).replace("’", "'") for one in (said, passage))
    notes = [f"{row.name} {how}" for row in _KEPT if (how := row.compared(said, passage))]
    notes += [f"{row.name} turned round" for row in _OPPOSITES if _is_turned(row, said, passage)]
    notes += ["a change turned round" for pair in _changes(said) if pair[::-1] in set(_changes(passage))]
    notes += [f"{one} lost" for one in _marked(passage) if one not in _bare(said)]
    notes += [f"{one} added" for one in _marked(said) if one not in _bare(passage)]
    senses = (name for name, (told, wrong) in _SENSES.items() if told.search(passage) and wrong.search(said))
    return notes + [f"{name} in another sense" for name in senses]


def tells_a_rate(text: str) -> bool:
    """Whether something is said to be for each of another thing, or for a time."""
    return any(row.told.search(text) for row in _KEPT if row.name == "per")


def _is_turned(row: Opposites, said: str, passage: str) -> bool:
    """Whether one side is said and only the other one is shown."""
    mine = bool(row.one.search(said)), bool(row.other.search(said))
    theirs = bool(row.one.search(passage)), bool(row.other.search(passage))
    return mine != theirs and any(mine) and any(theirs) and not all(mine) and not all(theirs)


_ONWARD = Cue(r"[^,.;，。；]{0,12}?(?:\bto\b|到|至|→|->|为)[^,.;，。；]{0,8}")


def _changes(text: str) -> list[tuple[object, object]]:
    """The pairs of numbers that lead from one to the other: 410 to 86."""
    read = plain(text)
    pairs = pairwise(quantities(read))
    return [(one.number.value, other.number.value) for one, other in pairs if _ONWARD.fullmatch(read, one.end, other.start)]


_MARKED = Cue(
    r"`([^`\n]{2,80})`|(?<![\w-])(--[a-z][\w-]+)|(https?://[^\s，。；、）)]+)|(?<![\w/.])((?:~|\.{1,2})?/[\w.-]+(?:/[\w.-]+)+)"
)
_RELEASED = Cue(
    r"(?:^|[.!?。！？：:]\s*)([A-Z][A-Za-z]{2,20}) (?=v?\d+\.\d+(?![\d.]*\s?(?:[%x]|[mb]illion|times|[kmgt]?b\b|[mµn]?s\b)))"
)


def _marked(text: str) -> list[str]:
    """What is written to be copied - code, flags, addresses, paths -, and names that only their version gives away; `_bare`."""
    found = [_bare(next(filter(None, one.groups()))) for one in _MARKED.finditer(text)]
    return found + [name.casefold() for name in _RELEASED.findall(text) if name.casefold() not in COMMON]


def _bare(text: str) -> str:
    """As it is compared: marks and blanks do not count."""
    return re.sub(r"[\s`]", "", text).casefold().rstrip(".,")


# -- whole, and in its language ---------------------------------------------------------------------------------------

_LEAST, _MOST = {"zh": 0.3, "en": 0.7}, {"zh": 1.7, "en": 3.2}
"""Columns of a translation for each of its source, by its language: Chinese takes 0.6 to 0.9 of English, which takes 1.1 to 1.6."""

_SLACK = 16
"""Columns that a short line may be longer: a name may stay as it is."""

_AGAIN = Cue(r"([^\s\d=*_.-].{1,30}?)\1{2,}")
"""What a small model falls into: the same piece three times."""

_UNREAD = Cue(r"⁇|<unk>|</?s>|▁|\ufffd")
_ENGLISH_RUN = Cue(r"(?:(?<![\w`./-])[a-z]+[,;]? ){4}[a-z]+")


def unwhole(said: str, passage: str, language: Language) -> list[str]:
    """Why `said` is no whole translation of `passage` into `language`; empty where it may be one."""
    columns, of = width(said), width(squeeze(passage))
    if not said.strip():
        return ["empty"]
    notes = ["not translated"] if squeeze(said) == squeeze(passage) or not _is_in(said, language) else []
    notes += ["too short"] if columns < _LEAST.get(language, 0.0) * of - _SLACK else []
    notes += ["too long"] if columns > _MOST.get(language, 4.0) * of + _SLACK else []
    notes += ["a sign that the model does not know"] if _UNREAD.search(said) else []
    notes += ["it repeats itself"] if _AGAIN.search(said) and not _AGAIN.search(passage) else []
    return notes


def _is_in(text: str, language: Language) -> bool:
    return language_of(text) == language and not (language == "zh" and _ENGLISH_RUN.search(text))


# -- names of a heading -----------------------------------------------------------------------------------------------

_WORD = Cue(r"[A-Za-z][\w'’-]*")
_LONG_WORD, _MOSTLY = 4, 0.6


_FIRST = Cue(r"[A-Z][a-z]+(?:-[A-Z]?[a-z]+)*\b")
_PARTS = Cue(r"\s[-–—|]\s|[:：]\s")


def plain_words(passage: str) -> set[str]:
    """What looks like a name and may well be none: words with a capital in a heading, or before a colon or a dash, that gives one
    to most of its words, and the first word behind such a mark."""
    parts = _PARTS.split(passage)
    headed = {name for part in parts if _is_headed(part, alone=len(parts) == 1) for name in _capitals(part)}
    return headed | {found[0] for part in parts[1:] if (found := _FIRST.match(part))}


_COUNTRIES = {
    "美国": ("United", "States"),
    "英国": ("United", "Kingdom"),
    "欧盟": ("European", "Union"),
    "阿联酋": ("United", "Emirates"),
}


def countries(text: str) -> set[str]:
    """The words of the English names of countries whose Chinese name stands in a text."""
    return {word for chinese, words in _COUNTRIES.items() if chinese in text for word in words}


def _is_headed(part: str, *, alone: bool) -> bool:
    words = [word for word in _WORD.findall(part) if len(word) >= _LONG_WORD]
    return len(words) > alone and sum(word[0].isupper() for word in words) >= _MOSTLY * len(words)


def _capitals(passage: str) -> Iterator[str]:
    return (name for name in names(passage) if all(part[1:].islower() for part in name.split("-") if part))
