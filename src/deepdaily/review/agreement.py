"""What is left of a draft agrees with itself: a title, a judgement and a source line stand on facts that are printed.

Reviewers and the evidence check take lines out; what was drawn from a line that is gone goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import hypot
from typing import Protocol

from deepdaily.core.evidence import unfounded, unsupported, worked_lines
from deepdaily.core.likeness import cosine, terms_of
from deepdaily.core.text import names, shorten, versions
from deepdaily.core.types import Claim, Draft, Evidence, Finding, Item, Language, Section, SectionKind, Story, cited
from deepdaily.words import of

SAID = 120
"""Columns of a line that a finding names."""

SAME_ADVICE = 0.8
"""Cosine of the words of two pieces of advice from which they are one: of our examples those with another object in the same frame
reach 0.78, rewordings of one 0.81 to 0.91. One told twice is better than one that is lost."""


class BuiltIn(Protocol):
    """What the built-in writer puts in the place of what does not stand."""

    def headline(self, story: Story, language: Language, quoted: Collection[str]) -> Claim:
        """The source's own title; `quoted` are the documents that the item prints from."""
        ...

    def byline(self, story: Story, used: Collection[str], language: Language) -> str:
        """Whose word it is, by the documents that are used."""
        ...

    def advice(self, story: Story, quotes: Sequence[str], language: Language, spent: Collection[str]) -> tuple[Claim, ...]:
        """Advice that fits, and is not `spent`; mostly none."""
        ...

    def item(self, story: Story, language: Language, spent: Collection[str]) -> Item:
        """The story in its source's own sentences."""
        ...


def agreeing(
    draft: Draft, stories: Mapping[str, Story], by_rule: BuiltIn, lacking: Collection[Evidence] = frozenset()
) -> tuple[Draft, list[Finding]]:
    """The draft without what rests on lines that are not printed, and a finding for each thing that went.

    A basis is narrowed to printed passages, sources and byline to what is cited. Idempotent.

    Args:
        stories: by id; an item of memory has none: it keeps its title and byline.
        lacking: passages that may not be printed.
    """
    items, findings = list[Item](), list[Finding]()
    for item in draft.items:
        spent = {text for other in (*items, *draft.items) for text in other.advice() if other.story != item.story}
        agreed, found = _agreed(item, stories.get(item.story), draft.language, by_rule, lacking, spent)
        items.append(agreed)
        findings += found
    once, doubled = _advised_once(replace(draft, items=tuple(items)))
    return once, [*findings, *doubled]


def _agreed(
    item: Item, story: Story | None, language: Language, by_rule: BuiltIn, lacking: Collection[Evidence], spent: Collection[str]
) -> tuple[Item, list[Finding]]:
    facts = [claim for section in item.sections for claim in section.points if claim.evidence]
    title, findings = item.title, list[Finding]()
    if story and facts and item.writer and (troubles := _unprinted(title, item, facts)):
        title = _other_title(story, facts, language, by_rule, lacking)
        if title.text != item.title.text:
            findings.append(_gone("title", item.title, "; ".join(troubles), item, f"{title.text!r} instead"))
    event = [document.text for document in story.documents] if story else []
    sections, dropped = _founded(item, (title, *facts), event, language)
    findings += dropped
    if story and any(one.message.startswith("advice") for one in dropped) and not _advises(sections):
        given = by_rule.advice(story, [proof.quote for fact in facts for proof in fact.evidence], language, spent)
        sections.append(Section("advice", given, of(language).by_rule.proposal))
    left = replace(item, title=title, sections=tuple(one for one in sections if one.points))
    return _resourced(left, story, language, by_rule), findings


def _gone(what: str, claim: Claim, why: str, item: Item, instead: str = "") -> Finding:
    said = f"{what} {shorten(claim.text, SAID)!r} rests on what is not printed: {why}"
    return Finding("agreement", "fix", f"{said}; {instead}" if instead else said, item.story)


def _lines(claims: Sequence[Claim]) -> list[str]:
    return [line for claim in claims for line in (claim.text, *(proof.quote for proof in claim.evidence))]


# -- titles -----------------------------------------------------------------------------------------------------------

_TITLED = ("number", "name", "version", "date")
"""What a title may say only where a printed fact does."""


def _unprinted(title: Claim, item: Item, facts: Sequence[Claim]) -> list[str]:
    """What a title of ours says that no printed fact has; its sources' titles and addresses are printed too, for names."""
    if title.verbatim:
        return []
    told = [text for source in item.sources for text in (source.title, source.host)]
    ids = {f"number {digits}" for source in item.sources for digits in re.findall(r"\d{3,}", source.url)}  # of an issue: #11264
    return [note for note in unsupported(title.text, _lines(facts), told) if note.startswith(_TITLED) and note not in ids]


def _other_title(
    story: Story, facts: Sequence[Claim], language: Language, by_rule: BuiltIn, lacking: Collection[Evidence]
) -> Claim:
    """The source's own title; where a reader does not see that one on the page, the first fact."""
    own = by_rule.headline(story, language, {proof.document for fact in facts for proof in fact.evidence})
    return facts[0] if any(proof in lacking for proof in own.evidence) else own


# -- judgements -------------------------------------------------------------------------------------------------------


def _advises(sections: Sequence[Section]) -> bool:
    return any(section.kind == "advice" and section.points for section in sections)


def _founded(item: Item, printed: Sequence[Claim], event: Sequence[str], language: Language) -> tuple[list[Section], list[Finding]]:
    """The sections with what still rests on printed lines; what never had a basis is the rules' own."""
    proofs, passages = {proof for claim in printed for proof in claim.evidence}, _lines(printed)
    ours = (claim.text for section in item.sections for claim in section.points if claim.judgement)
    passages += worked_lines(ours, passages, of(language).by_model.worked_out)
    sections, findings = list[Section](), list[Finding]()
    for section in item.sections:
        kept = list[Claim]()
        for claim in section.points:
            basis = tuple(proof for proof in claim.basis if proof in proofs)
            why = _unfounded(claim, basis, section.kind, passages, event, language)
            if why:
                findings.append(_gone(section.kind, claim, why, item))
            else:
                kept.append(replace(claim, basis=basis))
        sections.append(replace(section, points=tuple(kept)))
    return sections, findings


def _unfounded(
    claim: Claim, basis: Sequence[Evidence], kind: SectionKind, passages: Sequence[str], event: Sequence[str], language: Language
) -> str:
    if not claim.basis:
        return ""
    if not basis:
        return "none of its passages"
    words = of(language).by_model
    if kind != "advice":
        return "; ".join(unfounded(claim.text, passages, words.worked_out, event=event))
    own = claim.text.partition(words.presumes.partition("{")[0])[0]  # what it presumes is said to be unproven
    notes = unfounded(own, passages, words.worked_out, proposal=True, event=event)
    return "; ".join(note for note in notes if note.startswith(("name", "version")))  # its figures are ours


# -- sources ----------------------------------------------------------------------------------------------------------


def _resourced(item: Item, story: Story | None, language: Language, by_rule: BuiltIn) -> Item:
    """The item with the sources that it still cites, the lead first whether it is cited or not."""
    used = {proof.document for claim in item.claims() for proof in claim.evidence}
    if story is None:
        return replace(item, sources=tuple(one for one in item.sources if one.document in used) or item.sources[:1])
    sources = tuple(cited(one) for one in story.documents if one.id in used or one is story.lead)
    return replace(item, sources=sources, byline=by_rule.byline(story, used, language))


# -- advice that is given twice ---------------------------------------------------------------------------------------


def _advised_once(draft: Draft) -> tuple[Draft, list[Finding]]:
    """The draft without advice that an earlier item gives in other words."""
    items, findings = list[Item](), list[Finding]()
    given: list[tuple[int, str]] = []
    for number, item in enumerate(draft.items, 1):
        sections = list[Section]()
        for section in item.sections:
            kept = list[Claim]()
            for claim in section.points:
                todo = done_by(claim, draft.language) if section.kind == "advice" else ""
                same = next((earlier for earlier, other in given if todo and is_same_advice(todo, other)), None)
                if same is None:
                    kept.append(claim)
                    given += [(number, todo)] if todo else []
                else:
                    said = f"dropped {shorten(claim.text, SAID)!r}: the same advice as item {same}"
                    findings.append(Finding("agreement", "fix", said, item.story))
            sections.append(replace(section, points=tuple(kept)))
        items.append(replace(item, sections=tuple(one for one in sections if one.points)))
    return replace(draft, items=tuple(items)), findings


def done_by(advice: Claim, language: Language) -> str:
    """What the advice says to do, without what to measure, the threshold and the way back."""
    if advice.lines:
        return advice.lines[0]
    words = of(language)
    framed = (words.by_model.measure, words.by_model.threshold, words.by_model.way_back, words.by_model.presumes)
    ends = [advice.text.find(words.semicolon + frame.partition("{")[0]) for frame in framed]
    return advice.text[: min((end for end in ends if end >= 0), default=len(advice.text))]


def is_same_advice(one: str, other: str) -> bool:
    """Whether two texts say to do nearly the same to the same thing: where each names what the other does not, it is another."""
    mine, theirs = ({name.casefold() for name in (*names(text), *versions(text))} for text in (one, other))
    if mine - theirs and theirs - mine:
        return False
    return cosine(_weighed(one), _weighed(other)) >= SAME_ADVICE


def _weighed(text: str) -> dict[str, float]:
    terms = terms_of(text)
    norm = hypot(*terms.values()) or 1.0
    return {term: weight / norm for term, weight in terms.items()}
