"""Names a claim may use: those of the source, however it spells, joins, shortens or translates them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from deepdaily.core.aliases import MEANING, NAMED
from deepdaily.core.cues import Cue
from deepdaily.core.lexicon import LABS, PRODUCTS, TRADE
from deepdaily.core.quantities import is_unit
from deepdaily.core.text import names

_SAME: dict[str, list[str]] = defaultdict(list)
for _spelling, _meaning in (*MEANING.items(), *NAMED.items()):
    _SAME[_meaning].append(_spelling)

_CODE = Cue(r"(?<![A-Za-z0-9_])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![A-Za-z0-9_])")
"""A name of code, as `head_dim`."""

_TAIL = Cue(r"(?:-[a-z]{2,})+$")
"""What a name may be joined with: `Hopper-class`, `CUDA-enabled`."""

_SHORT = 3
"""Up to so many letters a name must stand as a word: CI is not in `specific`."""

_NO_MAKER = frozenset({"seed", "字节", "step"})
"""Words of the lists of makers that are words of the trade as well."""


def unknown_names(text: str, known: str) -> list[str]:
    """The names of `text` that `known` has in no form, in order, each once.

    Latin names, and makers in either language. `GPT 5.3` is GPT-5.3, `GANs` are GAN, YoY is year-over-year, 英伟达 is Nvidia;
    units and words of the trade (`lexicon`) need no source.
    """
    said = dict.fromkeys([*names(text), *_makers(text), *_CODE.findall(text)])
    if not said:
        return []
    folded = known.casefold()
    squeezed = re.sub(r"[\s_-]+", "", folded)
    unknown = [name for name in said if not _is_known(name, folded, squeezed)]
    return [name for name in unknown if not _is_short_for(name, known)] if unknown else []


def _makers(text: str) -> list[str]:
    found = (mark[0] for cue in (LABS, PRODUCTS) for mark in cue.finditer(text))
    return [one for one in found if (one[0].isupper() or not one.isascii()) and one.casefold() not in _NO_MAKER]


def _is_known(name: str, folded: str, squeezed: str) -> bool:
    word = name.casefold()
    if word in TRADE or is_unit(word):
        return True
    for form in dict.fromkeys((word, _TAIL.sub("", name).casefold(), word.removesuffix("s"), word.removesuffix("es"))):
        if form in folded if len(form) > _SHORT else re.search(rf"(?<![a-z]){re.escape(form)}s?(?![a-z])", folded):
            return True
        if _stands(re.sub(r"[\s_-]+", "", form), squeezed):
            return True
        meaning = MEANING.get(form) or NAMED.get(form)
        if meaning and any(_is_written(other, folded) for other in _SAME[meaning]):
            return True
    return False


def _stands(form: str, squeezed: str) -> bool:
    """Whether the name stands there joined, and no longer number begins with its own: gpt5 is not in gpt53."""
    at = squeezed.find(form) if len(form) > 2 else -1
    after = squeezed[at + len(form) :][:1] if at >= 0 else ""
    return at >= 0 and not (form[-1].isdigit() and after.isdigit())


def _is_written(word: str, folded: str) -> bool:
    return word in folded if not word.isascii() else bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", folded))


_LOOSE = 4
"""Letters of an acronym from which its words may stand in small letters: fewer are found by chance in any long text."""


def is_spelled_out(name: str, texts: Sequence[str]) -> bool:
    """Whether one of the whole texts has the words that a name in capitals stands for, next to each other: TTFT, SFT.

    Words of a short name must have capitals; or the text has the name in brackets, as one does that explains it: `filesystem (FS)`.
    """
    if not _is_acronym(name):
        return False
    letters = name.removesuffix("s")
    words = r"[\s\-/]+".join(f"{letter}[A-Za-z]*" for letter in letters)
    any_case = rf"(?i:\b{words}\b)"
    said = any_case if len(letters) >= _LOOSE else rf"\b{words}\b"
    return any(re.search(rf"{said}|[(（]{letters}s?[)）]", text) for text in texts)


def _is_acronym(name: str) -> bool:
    letters = name.removesuffix("s")
    return 2 <= len(letters) <= 6 and letters.isalpha() and letters[0].isupper() and letters[-1].isupper()


def _is_short_for(name: str, known: str) -> bool:
    """Whether the letters of a short name begin words that follow each other: GAN, TTFT; two letters begin two capitals."""
    letters = name.removesuffix("s")
    if not _is_acronym(name):
        return False
    words = [word for word in re.split(r"[^A-Za-z]+", known) if word]
    begun = "".join(word[0] for word in words)
    return letters in begun if len(letters) == 2 else letters.casefold() in begun.casefold()
