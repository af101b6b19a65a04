"""Quotations and titles of the sources in the issue's language, as a translator tells them; what fails the check stays as it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from deepdaily.core.cues import Cue
from deepdaily.core.evidence import FRAMED, unfaithful
from deepdaily.core.text import CJK, clean, language_of, shorten, squeeze
from deepdaily.core.types import Claim, Draft, Finding, Item, Language

TIME_PART = 0.8
"""Of the time that is left for writing."""


class Translator(Protocol):
    """Something that puts sentences into another language and is believed in nothing."""

    @property
    def name(self) -> str:
        """What a reader is told of it."""
        ...

    async def translate(self, lines: Sequence[str], source: Language, target: Language, wall_s: float) -> list[str]:
        """One text for each line, in order; an empty one where it gives none, as for a line that is late.

        Raises:
            ModelError: it gave nothing at all.
        """
        ...


async def translated_by(translator: Translator, draft: Draft, wall_s: float) -> tuple[Draft, list[Finding]]:
    """The draft with its quotations in its language, each as a claim that names its translator, and a finding for each that stayed.

    Raises:
        ModelError: the translator gave nothing; the draft is as good as it was.
    """
    wanted = defaultdict[Language, list[str]](list)
    for item in draft.items:
        for quote in filter(None, (_foreign(claim, draft.language) for claim in item.claims())):
            wanted[language_of(quote)].append(squeeze(quote))
    told = dict[str, str]()
    for source, quotes in wanted.items():
        lines = list(dict.fromkeys(quotes))
        said = await translator.translate(lines, source, draft.language, TIME_PART * wall_s)
        told |= {line: _set(text, line, draft.language) for line, text in zip(lines, said, strict=True)}
    findings = list[Finding]()
    items = tuple(_item(item, draft.language, told, translator.name, findings) for item in draft.items)
    return replace(draft, items=items), findings


def _foreign(claim: Claim, language: Language) -> str:
    """The quotation of another language that the claim is, or has between marks in a frame of ours; empty where there is none."""
    if claim.translator or not claim.evidence:
        return ""
    quote, framed = claim.evidence[-1].quote, FRAMED.fullmatch(claim.text)
    own = claim.verbatim or bool(framed and framed[3] == quote)
    return quote if own and language_of(quote) != language else ""


_HALF, _WIDE = ",:;!?", "，：；！？"
_BETWEEN = Cue(f"(?<=[{CJK}，。：；])[ ](?=[{CJK}])")
_MARK = Cue(f"(?<=[{CJK}])([{_HALF}])(?!//)[ ]?")
_STOP = Cue(f"(?<=[{CJK}])\\.(?=$|[ {CJK}])[ ]?")
_ENDED = Cue(r"[.!?。！？…][\"'”’)\]]*$")


def _set(text: str, line: str, language: Language) -> str:
    """The text on one line, in the marks of its language; ended as its source is."""
    said = squeeze(clean(text))
    if language == "zh":  # general translators set Chinese in English marks
        said = _MARK.sub(lambda found: _WIDE[_HALF.index(found[1])], _BETWEEN.sub("", said))
        said = _STOP.sub("。", said)
    return said if _ENDED.search(line) else re.sub(r"[.。]$", "", said)


def _item(item: Item, language: Language, told: Mapping[str, str], translator: str, findings: list[Finding]) -> Item:
    """The item with what stands its check; `findings` get a note for what does not."""

    def claims(given: Sequence[Claim]) -> Iterator[Claim]:
        for claim in given:
            quote = _foreign(claim, language)
            said = told.get(squeeze(quote), "")
            troubles = unfaithful(said, quote) if quote else []
            if troubles:
                why = f"{shorten(said, 80)!r}: {'; '.join(troubles[:3])}" if said else "it was not told"
                findings.append(Finding("translator", "note", f"{shorten(quote, 60)!r} stays as it is: {why}", item.story))
            framed = None if claim.verbatim else FRAMED.fullmatch(claim.text)
            text = f"{framed[1]}{framed[2]}{said}{framed[4]}" if framed else said
            yield replace(claim, text=text, translator=translator) if quote and not troubles else claim

    (title,) = claims([item.title])
    sections = tuple(replace(one, points=tuple(claims(one.points))) for one in item.sections)
    return replace(item, title=title, sections=sections)
