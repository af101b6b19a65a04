"""The built-in writer's item: what the pages state by their form, and the few sentences of theirs that a reader needs beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date

from deepdaily.attributes import attributes_of, kind_of
from deepdaily.core.quantities import Number, numbers, plain, quantities
from deepdaily.core.text import language_of
from deepdaily.core.types import Attribute, Cited, Claim, Document, Item, Language, Section, Story, cited
from deepdaily.core.urls import host
from deepdaily.words import RuleWords, of
from deepdaily.write.by_rule.cards import card, release_card
from deepdaily.write.by_rule.headline import byline, headline, is_family, version_tail
from deepdaily.write.by_rule.judged import judged, unknowns_of
from deepdaily.write.by_rule.passages import Passage, gives_detail, passages, pick, tells_headline, tells_what

MOST_WHAT, MOST_DETAILS = 2, 5
"""Sentences a section: an item is read in a minute."""

MOST_DOCUMENTS = 4
"""A reader follows no fifth link."""

MOST_FULL = 5
"""Items that are told; the others are a line each."""

MOST_FOREIGN, MOST_LEFT = 2, 1
"""Quotations an item in a language that is not the issue's: without a translator, and of those that one did not carry over."""


class _Brief:
    """What is printed of one item so far: no passage says what a card or another passage says."""

    def __init__(self, story: Story, told: Sequence[Section]) -> None:
        self.passages = [passages(document) for document in story.documents[:MOST_DOCUMENTS]]
        self.chosen: list[Passage] = []
        claims = [claim for section in told for claim in section.points]
        self.spans = {(proof.document, proof.start, proof.end) for claim in claims for proof in claim.evidence}
        self.figures = {one.number for claim in claims for one in quantities(claim.text) if one.number.unit}

    def choose(self, worth: Callable[[Passage], float], most: int, found: Sequence[Passage]) -> list[Passage]:
        chosen = pick([one for one in found if not self._is_told(one)], worth, most, self.chosen)
        self.chosen.extend(chosen)
        self.figures |= {figure for one in chosen for figure in _figures(one)}
        return chosen

    def _is_told(self, passage: Passage) -> bool:
        """Whether it is told: the same stretch of the page in a card, or all its figures, in whatever language."""
        same = (one for one in self.spans if one[0] == passage.document.id)
        if any(start < passage.end and passage.start < end for _, start, end in same):
            return True
        figures = _figures(passage)
        return bool(figures) and figures <= self.figures


def _figures(passage: Passage) -> set[Number]:
    """Its figures with a unit: the same in every language."""
    return {one.number for one in quantities(plain(passage.text)) if one.number.unit}


def write_item(story: Story, language: Language, spent: Collection[str] = ()) -> Item:
    """The item for one story, whole; sections without anything to print are left out, and one that has none is a line.

    `spent` is what was judged and advised before, in this issue or lately: said twice it is filler.
    """
    return judged_item(told_item(story, language), story, language, spent)


def told_item(story: Story, language: Language, *, by_topics: bool = True) -> Item:
    """The facts alone: cards first, then what they leave to quote.

    `by_topics` as `headline` takes it: a translator has the title first.
    """
    documents, kind = story.documents[:MOST_DOCUMENTS], kind_of(story.lead)
    of_family = is_family(story)
    cards = release_card(documents, language) if of_family else card(story.lead, language)
    brief = _Brief(story, cards)
    sections = _together([*_of_version(story), *cards, *_quoted_sections(brief, story, language, bool(cards))])
    printed = {proof.document for section in sections for claim in section.points for proof in claim.evidence}
    title = headline(story, language, printed, by_topics=by_topics)
    used = printed | {proof.document for proof in title.evidence}
    return Item(
        story=story.id,
        title=title,
        sections=tuple(one for one in sections if one.points),
        sources=_sources(story, title, used),
        byline=byline(story, used, language),
        label=_label(story.lead, of(language).by_rule),
        unknowns=unknowns_of(story, title.text, language),
        thread=story.thread,
        kind=kind,
    )


def titled(item: Item, story: Story, language: Language) -> Item:
    """The item under what its title is about, where that is still in another language."""
    if language_of(item.title.text) == language:
        return item
    return replace(item, title=headline(story, language, {proof.document for claim in item.claims() for proof in claim.evidence}))


def judged_item(item: Item, story: Story, language: Language, spent: Collection[str] = (), today: date | None = None) -> Item:
    """The item with what its printed facts let us judge and advise; a line stays one."""
    if item.short:
        return item
    stated = [one for document in story.documents[:MOST_DOCUMENTS] for one in attributes_of(document)]
    said = judged(story, _printed(stated, item.claims()), language, spent, today)
    return replace(item, sections=tuple(_together([*item.sections, *said])))


def _printed(stated: Sequence[Attribute], claims: Sequence[Claim]) -> list[Attribute]:
    """Those that a reader sees: their passages are cited, and an entry's words are there, in its language or another."""
    cited_here = {proof for claim in claims for proof in claim.evidence}
    shown = {proof for claim in claims if claim.translator for proof in claim.evidence}
    text = "\n".join(claim.text for claim in claims)
    return [
        one
        for one in stated
        if cited_here.issuperset(one.evidence) and (one.name != "entry" or one.value in text or shown.intersection(one.evidence))
    ]


def _of_version(story: Story) -> list[Section]:
    """What its maker says of a version in the title itself: `v1.2 - Control which servers are seen`."""
    if is_family(story):
        return []
    tail = version_tail(story.lead)
    return [Section("what", (Claim(tail.quote, (tail,)),))] if tail else []


def _sources(story: Story, title: Claim, used: Collection[str]) -> tuple[Cited, ...]:
    """The page that the title tells of first, then the others that are cited, and the lead."""
    first = title.evidence[0].document if title.evidence else ""
    documents = sorted(story.documents, key=lambda one: one.id != first)
    return tuple(cited(one) for one in documents if one.id in used or one is story.lead)


def _label(lead: Document, words: RuleWords) -> str:
    """Why an item claims little: its page was not read, or not all of it."""
    if not lead.partial:
        return ""
    return words.unread if lead.locator else words.in_part


def _quoted_sections(brief: _Brief, story: Story, language: Language, has_card: bool) -> list[Section]:
    """The headline's news first, then the lead's figures; of each other report at most one sentence, with its host, and before the
    lead's where it alone is in the issue's language.

    Where no sentence tells the headline's news, in a page of another language, and no card does, nothing is quoted: it is a line.
    """
    if is_family(story):
        return []
    lead, *others = brief.passages
    sentences = [one for one in lead if not one.listed]
    news = brief.choose(tells_headline, 1, sentences)
    if not news and story.lead.language == language:  # a reader reads on: the first of what it is will do
        news = brief.choose(tells_what, 1, sentences[:12])
    if not (news or has_card):
        return []
    what = news + brief.choose(tells_what, MOST_WHAT - len(news), sentences[:12] if news else [])
    measured = [list(filter(_measured, report)) for report in others]
    native = [one for one in measured if one and one[0].document.language == language != story.lead.language]
    attributed = [_attributed(one, language) for report in native for one in brief.choose(gives_detail, 1, report)]
    found = brief.choose(gives_detail, MOST_DETAILS, lead)
    found.sort(key=lambda one: (not _measured(one), -gives_detail(one)))  # where one alone is left it is the main figure
    details = [*attributed, *map(_quoted, found)]
    for report in (one for one in measured if one not in native):
        details += [_attributed(one, language) for one in brief.choose(gives_detail, 1, report)]
    return [Section("what", tuple(map(_quoted, what))), Section("detail", tuple(details))]


def _measured(passage: Passage) -> bool:
    return any(number.unit for number in numbers(passage.text))


def _together(sections: Sequence[Section]) -> list[Section]:
    """Sections of one kind without a heading or columns of their own as one, in the order of a page."""
    merged: dict[tuple[str, str, str], Section] = {}
    apart: list[Section] = []
    for one in sections:
        if one.heading or one.columns:
            apart.append(one)
            continue
        name = (one.kind, one.label, one.heading)
        merged[name] = replace(one, points=(*merged[name].points, *one.points)) if name in merged else one
    order = ("what", "detail", "why", "impact", "advice")
    return sorted([*merged.values(), *apart], key=lambda one: order.index(one.kind))


def _quoted(passage: Passage) -> Claim:
    return Claim(passage.text, (passage.proof,))


def _attributed(passage: Passage, language: Language) -> Claim:
    said = of(language).by_rule.attributed.format(host=host(passage.document.url), quote=passage.text)
    return Claim(said, (passage.proof,))


# -- how much of an issue is told -------------------------------------------------------------------------------------


def bounded(items: Sequence[Item], language: Language, *, translated: bool) -> tuple[Item, ...]:
    """The items with few foreign quotations each, the first MOST_FULL that say something told whole, the others a line each.

    `translated`: a translator was asked; what is foreign still is what it could not carry over.
    """
    told = [_within(item, language, MOST_LEFT if translated else MOST_FOREIGN) for item in items]
    full = [item for item in told if not item.short][:MOST_FULL]
    return (*full, *(as_line(item) for item in told if item not in full))


def as_line(item: Item) -> Item:
    """Its title, with the page that proves it."""
    proven = {proof.document for proof in item.title.evidence}
    return replace(item, sections=(), unknowns=(), sources=tuple(one for one in item.sources if one.document in proven))


def _within(item: Item, language: Language, most: int) -> Item:
    """At most one foreign quotation of what it is, and `most` in all; one that says nothing else is a line."""
    left, sections = most, list[Section]()
    for section in item.sections:
        kept: list[Claim] = []
        room = min(left, 1) if section.kind == "what" else left
        for claim in section.points:
            foreign = is_foreign(claim, language)
            if not foreign or room:
                kept.append(claim)
                room, left = room - foreign, left - foreign
        sections.append(replace(section, points=tuple(kept)))
    told = tuple(_in_order(one) for one in sections if one.points)
    enough = ("what", "detail") if item.kind == "release" else ("what",)
    facts = [claim for one in told for claim in one.points]
    alone = len(facts) == 1 and facts[0].verbatim and is_foreign(facts[0], language)  # its headline says as much
    return replace(item, sections=told) if any(one.kind in enough for one in told) and not alone else as_line(item)


def _in_order(section: Section) -> Section:
    """What is quoted of what it is, in the order of the page: what is charged stands before who is meant."""
    quoted = section.kind == "what" and all(len(claim.evidence) == 1 for claim in section.points)
    ordered = sorted(section.points, key=lambda claim: claim.evidence[0].start) if quoted else section.points
    return replace(section, points=tuple(ordered))


FOREIGN_WORDS = 5
"""Words of a quotation that is a sentence of another language; fewer are a name."""


def is_foreign(claim: Claim, language: Language) -> bool:
    """Whether the claim quotes a sentence of another language."""
    if claim.translator or claim.cells or claim.judgement:
        return False
    quoted = [proof.quote for proof in claim.evidence if proof.quote in claim.text]
    return any(language_of(quote) != language and len(quote.split()) >= FOREIGN_WORDS for quote in quoted)
