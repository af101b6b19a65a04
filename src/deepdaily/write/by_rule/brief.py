"""The built-in writer: needs no key and invents nothing. A brief made of the sources' own sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from deepdaily.core import evidence
from deepdaily.core.lexicon import ACTION
from deepdaily.core.quantities import numbers
from deepdaily.core.text import versions
from deepdaily.core.types import Claim, Document, Item, Language, Section, Story, cited
from deepdaily.core.urls import host
from deepdaily.words import RuleWords, of
from deepdaily.write.by_rule.advice import advice_for, unknowns_of
from deepdaily.write.by_rule.passages import (
    Passage,
    TableRow,
    gives_detail,
    passages,
    pick,
    rows,
    says_what_follows,
    says_why,
    tells_what,
)
from deepdaily.write.headline import _is_family, _title_evidence, byline, headline, says_status

MOST_WHAT, MOST_DETAILS, MOST_ROWS, MOST_WHY, MOST_FOLLOWS = 2, 5, 2, 1, 2
"""Sentences a section: an item is read in a minute."""

MOST_DOCUMENTS = 4
"""A reader follows no fifth link."""


class _Brief:
    """The passages chosen for one item so far: none says what another says."""

    def __init__(self, story: Story) -> None:
        self.told = [passages(document) for document in story.documents[:MOST_DOCUMENTS]]
        self.printed: list[Passage] = []

    def choose(self, worth: Callable[[Passage], float], most: int, found: Sequence[Passage]) -> list[Passage]:
        chosen = pick(found, worth, most, self.printed)
        self.printed.extend(chosen)
        return chosen


def write_item(story: Story, language: Language, spent: Collection[str] = ()) -> Item:
    """The item for one story; sections without source text are left out.

    `spent` is advice printed before, in this issue or lately: said twice it is filler.
    """
    brief, words = _Brief(story), of(language).by_rule
    family = _is_family(story)
    sections = [*(_release_sections(brief, language) if family else _report_sections(brief, story, language))]
    quotes = [proof.quote for section in sections for claim in section.points for proof in claim.evidence]
    title = headline(story, language, {passage.document.id for passage in brief.printed})
    advice = advice_for(story, quotes, language, spent, adopting=not says_status(story))
    sections.append(Section("advice", advice, words.proposal))
    used = {proof.document for claim in (title, *(p for one in sections for p in one.points)) for proof in claim.evidence}
    return Item(
        story=story.id,
        title=title,
        sections=tuple(one for one in sections if one.points),
        sources=tuple(cited(one) for one in story.documents if one.id in used or one is story.lead),
        byline=byline(story, used, language),
        label=_label(story.lead, words),
        unknowns=unknowns_of(story, title.text, language),
        thread=story.thread,
    )


def _label(lead: Document, words: RuleWords) -> str:
    """Why an item claims little: its page was not read, or not all of it."""
    if not lead.partial:
        return ""
    return words.unread if lead.locator else words.in_part


def _report_sections(brief: _Brief, story: Story, language: Language) -> list[Section]:
    """The lead's sentences; of each other report at most one, with its host."""
    lead, *others = brief.told
    words = of(language).by_rule
    what = brief.choose(tells_what, MOST_WHAT, [one for one in lead if not one.listed][:12])
    measured = rows(story.lead)[:MOST_ROWS]
    found = brief.choose(gives_detail, MOST_DETAILS - len(measured), lead)
    if found:  # the main figure first, then as in the text
        best = max(found, key=gives_detail)
        found.sort(key=lambda one: one is not best)
    details = [_quoted(one) for one in found]
    details += [_tabled(row) for row in measured]
    for report in others:
        figures = [one for one in report if any(number.unit for number in numbers(one.text))]
        details += [_attributed(one, language) for one in brief.choose(gives_detail, 1, figures)]
    why = brief.choose(says_why, MOST_WHY, lead)
    follows = brief.choose(says_what_follows, MOST_FOLLOWS, lead)
    return [
        Section("what", tuple(_quoted(one) for one in what)),
        Section("detail", tuple(details)),
        Section("why", tuple(_quoted(one) for one in why), words.source_says),
        Section("impact", tuple(_quoted(one) for one in follows if ACTION.search(one.text)), words.must_act),
        Section("impact", tuple(_quoted(one) for one in follows if not ACTION.search(one.text)), words.planned),
    ]


def _release_sections(brief: _Brief, language: Language) -> list[Section]:
    """Entries of the release notes, newest release first, each with its version."""

    def worth(passage: Passage) -> float:
        return gives_detail(passage) + 1.0  # a short line of release notes is a detail too

    newest, *earlier = brief.told
    chosen = brief.choose(worth, 3, newest)
    chosen += brief.choose(worth, MOST_DETAILS - len(chosen), [one for notes in earlier for one in notes])
    return [Section("detail", tuple(_versioned(one, language) for one in chosen))]


def _quoted(passage: Passage) -> Claim:
    return Claim(passage.text, (passage.proof,))


def _attributed(passage: Passage, language: Language) -> Claim:
    said = of(language).by_rule.attributed.format(host=host(passage.document.url), quote=passage.text)
    return Claim(said, (passage.proof,))


def _versioned(passage: Passage, language: Language) -> Claim:
    found = versions(passage.document.title)
    if not found:
        return _quoted(passage)
    said = f"v{min(found)}{of(language).colon}“{passage.text}”"
    return Claim(said, (_title_evidence(passage.document), passage.proof))


def _tabled(row: TableRow) -> Claim:
    return Claim(row.text, tuple(evidence.passage(row.document, start, end) for start, end in (row.header, row.row)))
