"""What becomes of what reviewers said: lines written again, cut or kept, and a finding for every remark."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from deepdaily.core.numbering import LineAt, numbered
from deepdaily.core.text import shorten
from deepdaily.core.types import Claim, Draft, Finding, Item, Language, Section, Story
from deepdaily.review.agreement import SAID, BuiltIn

RELIABILITY, FORM = "reliability", "form"

MOST_CUTS = 3
"""Lines of one item that the reviewer of form may cut: more is another editor, not a review."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reviewer said of one line of a draft."""

    reviewer: str
    at: LineAt
    cut: bool
    message: str
    of_unknown: bool = False
    """The line counts the item's unknowns, not its claims."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A draft as its reviewers leave it."""

    draft: Draft
    findings: tuple[Finding, ...]
    swapped: int = 0
    """Items whose place the built-in writer's took."""


def form_cuts(draft: Draft, remarks: Sequence[Remark]) -> list[LineAt]:
    """The lines that the reviewer of form cuts, in its order, within its bounds.

    Never a title, the sentence of decision, a fact that something is drawn from, or the first, which reviewers take for the title
    again; at most MOST_CUTS an item.
    """
    cuts: list[LineAt] = []
    for remark in remarks:
        number, line = remark.at
        if remark.reviewer != FORM or not remark.cut or remark.at in cuts or line in _kept_by_form(draft.items[number - 1]):
            continue
        if sum(at[0] == number for at in cuts) < MOST_CUTS:
            cuts.append(remark.at)
    return cuts


def _kept_by_form(item: Item) -> set[int]:
    lines = numbered(item)
    first = next((line for line, _, claim in lines if line > 1 and claim.evidence), 1)
    drawn = {proof for _, _, claim in lines for proof in (claim.basis or (claim.evidence if claim is item.title else ()))}
    founding = {line for line, _, claim in lines if drawn.intersection(claim.evidence)}
    return {1, first, *founding, *(line for line, kind, _ in lines if kind == "point")}


def told_by_model(draft: Draft, told: Collection[str]) -> list[int]:
    """The numbers of the items that a model wrote from one of the stories `told`; others quote, or were printed before."""
    return [number for number, item in enumerate(draft.items, 1) if item.writer and item.story in told]


def to_mend(draft: Draft, remarks: Sequence[Remark], told: Collection[str]) -> dict[LineAt, list[str]]:
    """What was said of each line that should be written again, in the draft's order: of none that form cuts, and of no unknown."""
    cuts, numbers, found = form_cuts(draft, remarks), told_by_model(draft, told), dict[LineAt, list[str]]()
    for remark in sorted(remarks, key=lambda one: one.at):
        only_out = remark.reviewer == FORM and remark.cut  # nothing to write: it goes or stays
        if not (remark.of_unknown or only_out) and remark.at not in cuts and remark.at[0] in numbers:
            found.setdefault(remark.at, []).append(remark.message)
    return found


def mended(
    draft: Draft, remarks: Sequence[Remark], rewritten: Mapping[LineAt, Claim | str], stories: Mapping[str, Story], by_rule: BuiltIn
) -> Reviewed:
    """The draft with the lines that were written again, without those that nobody could mend.

    What reliability refuses is written again or goes; what only form or a note is about stays as it was. Where more than half of an
    item's lines would go, or its last fact, the built-in writer's item takes its place: what is left would be a torso, or unproven.

    Args:
        rewritten: the checked line, or why there is none.
        stories: by id.
    """
    cuts, numbers = form_cuts(draft, remarks), told_by_model(draft, stories)
    items, findings, swapped = list[Item](), list[Finding](), 0
    for number, item in enumerate(draft.items, 1):
        mine = [remark for remark in remarks if remark.at[0] == number]
        bench = _Bench(item, mine, {line: said for (of, line), said in rewritten.items() if of == number})
        if number not in numbers:
            items.append(item)
            findings += [bench.finding(one, "kept", "no model wrote this item today") for one in mine]
            continue
        story = stories[item.story]
        if why := bench.too_many([line for of, line in cuts if of == number]):
            spent = {text for other in draft.items for text in other.advice() if other is not item}
            items.append(replace(by_rule.item(story, draft.language, spent), label=item.label))
            findings += [bench.finding(one, "gone with its item") for one in mine]
            findings.append(Finding(RELIABILITY, "fix", f"the built-in writer wrote it: {why}", item.story))
            swapped += 1
        else:
            items.append(bench.item(story, draft.language, by_rule))
            findings += bench.findings()
    return Reviewed(replace(draft, items=tuple(items)), tuple(findings), swapped)


class _Bench:
    """What becomes of each line of one item."""

    def __init__(self, item: Item, remarks: Sequence[Remark], rewritten: Mapping[int, Claim | str]) -> None:
        self._item, self._remarks, self._rewritten = item, remarks, rewritten
        self._claims = item.claims()
        self._new: dict[int, Claim] = {}
        self._fates: dict[int, tuple[str, str]] = {}
        self._gone: set[int] = set()

    def too_many(self, by_form: Collection[int]) -> str:
        """Decide the fate of each line that was spoken of; why the item cannot stand then, empty where it can.

        First comes what reliability refuses, then what form can spare.
        """
        lines = dict.fromkeys(remark.at[1] for remark in self._remarks if not remark.of_unknown)
        refused = {one.at[1] for one in self._remarks if one.reviewer == RELIABILITY and one.cut and not one.of_unknown}
        for line in lines:
            if line in refused or line not in by_form:
                self._mend(line, line in refused)
        gone, below = len(self._gone - {1}), len(self._claims) - 1
        if 2 * gone > below:
            return f"{gone} of its {below} lines would go, and that is another editor"
        if not self._facts():
            return "none of its facts was left"
        for line in by_form:
            if line not in self._gone:
                self._spare(line)
        return ""

    def _mend(self, line: int, refused: bool) -> None:
        spared = all(one.reviewer == FORM and one.cut for one in self._remarks if one.at[1] == line and not one.of_unknown)
        kept = "something stands on it" if line in _kept_by_form(self._item) else "form cuts no more of an item"
        said = self._rewritten.get(line, kept if spared else "it was not written again")
        if isinstance(said, Claim) and refused and (words := self._still(line, said.text)):
            said = f"written again it still says {words!r}"
        if isinstance(said, Claim):
            self._new[line] = said
            self._fates[line] = ("rewritten", f"now {shorten(said.text, SAID)!r}")
        elif refused:
            self._gone.add(line)
            self._fates[line] = ("cut", said) if line > 1 else ("the source's own title instead of", said)
        else:
            self._fates[line] = ("kept", said)

    def _spare(self, line: int) -> None:
        if self._claims[line - 1].evidence and self._facts() < 2:
            self._fates[line] = ("kept", "it is the last fact")
        else:
            self._gone.add(line)
            self._fates[line] = ("cut", "")

    def _still(self, line: int, new: str) -> str:
        """The words that reliability named as wrong, where none of them went and nothing that it asked for came."""
        told = [one.message for one in self._remarks if one.at[1] == line and one.cut and one.reviewer == RELIABILITY]
        named = [words for message in told for words in _NAMED.findall(message)]
        wrong = [words for words in named if words in self._claims[line - 1].text]
        asked = [words for words in named if words not in self._claims[line - 1].text]
        return wrong[0] if wrong and all(words in new for words in wrong) and not any(words in new for words in asked) else ""

    def _facts(self) -> int:
        """How many facts below the title are left."""
        return sum(bool(claim.evidence) and line not in self._gone for line, claim in enumerate(self._claims, 1) if line > 1)

    def item(self, story: Story, language: Language, by_rule: BuiltIn) -> Item:
        title = self._new.get(1, self._item.title)
        sections, line = list[Section](), 1
        for section in self._item.sections:
            kept = list[Claim]()
            for claim in section.points:
                line += 1
                kept += [] if line in self._gone else [self._new.get(line, claim)]
            sections.append(replace(section, points=tuple(kept)))
        if 1 in self._gone:
            quoted = {proof.document for section in sections for claim in section.points for proof in claim.evidence}
            title = by_rule.headline(story, language, quoted)
        dropped = {one.at[1] for one in self._remarks if one.of_unknown and one.cut}
        unknowns = tuple(text for place, text in enumerate(self._item.unknowns, 1) if place not in dropped)
        return replace(self._item, title=title, sections=tuple(one for one in sections if one.points), unknowns=unknowns)

    def findings(self) -> list[Finding]:
        """One for each remark, in their order."""
        found = []
        for remark in self._remarks:
            fate, why = self._fates[remark.at[1]] if not remark.of_unknown else ("dropped" if remark.cut else "kept", "")
            found.append(self.finding(remark, fate, why))
        return found

    def finding(self, remark: Remark, fate: str, why: str = "") -> Finding:
        of = self._item.unknowns[remark.at[1] - 1] if remark.of_unknown else self._claims[remark.at[1] - 1].text
        said = f"{fate} {shorten(of, SAID)!r}: {remark.message}"
        return Finding(remark.reviewer, "note" if fate == "kept" else "fix", f"{said} ({why})" if why else said, self._item.story)


_NAMED = re.compile(r"[“「\"]([^“”「」\"\n]{1,60})[”」\"]")
"""What a remark quotes."""
