"""The built-in writer: needs no key and invents nothing. A brief made of the sources' own sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from deepdaily.core import evidence
from deepdaily.core.lexicon import ACTION, LABS, first_hand
from deepdaily.core.text import numbers, sentences, shorten, squeeze, versions
from deepdaily.core.types import Cited, Claim, Document, Evidence, Item, Language, Section, Story
from deepdaily.core.urls import domain, host
from deepdaily.models.builtin.advice import advice_for, unknowns_of
from deepdaily.models.builtin.passages import (
    Passage,
    Row,
    gives_detail,
    passages,
    pick,
    rows,
    says_what_follows,
    says_why,
    tells_what,
)
from deepdaily.models.builtin.rules import STATUSES, Words

MOST_WHAT, MOST_DETAILS, MOST_ROWS, MOST_WHY, MOST_FOLLOWS = 2, 5, 2, 1, 2
"""Sentences a section: an item is read in a minute."""

MOST_DOCUMENTS = 4
"""A reader follows no fifth link."""

_SOURCE_SAYS: Words = {"zh": "原文所述", "en": "in the source's words"}
_MUST_ACT: Words = {"zh": "原文所述，需要动作", "en": "in the source's words: needs action"}
_PLANNED: Words = {"zh": "原文所述的后续计划", "en": "in the source's words: planned"}
_PROPOSAL: Words = {"zh": "规则给出的建议，非来源所言", "en": "our rule-made proposal, not the source's"}
_UNREAD: Words = {
    "zh": "来自候选链接池：只读到摘要，未读到原文",
    "en": "from the pool of candidates: only a teaser was read",
}


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
    brief = _Brief(story)
    family = _is_family(story)
    sections = [*(_release_sections(brief, language) if family else _report_sections(brief, story, language))]
    quotes = [proof.quote for section in sections for claim in section.points for proof in claim.evidence]
    title = headline(story, language, {passage.document.id for passage in brief.printed})
    status = len(title.evidence) > 1 and not family
    advice = advice_for(story, quotes, language, spent, adopting=not status)
    sections.append(Section("advice", advice, _PROPOSAL[language]))
    used = {
        proof.document for claim in (title, *(p for one in sections for p in one.points)) for proof in claim.evidence
    }
    return Item(
        story=story.id,
        title=title,
        sections=tuple(one for one in sections if one.points),
        sources=tuple(cited(one) for one in story.documents if one.id in used or one is story.lead),
        byline=byline(story, used, language),
        label=_UNREAD[language] if story.lead.partial else "",
        unknowns=unknowns_of(story, title.text, language),
        thread=story.thread,
    )


def _is_family(story: Story) -> bool:
    """A row of releases of one repository, told together."""
    return len(story.documents) > 1 and all("/releases/" in document.url for document in story.documents)


def _report_sections(brief: _Brief, story: Story, language: Language) -> list[Section]:
    """The lead's sentences; of each other report at most one, with its host."""
    lead, *others = brief.told
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
        Section("why", tuple(_quoted(one) for one in why), _SOURCE_SAYS[language]),
        Section("impact", tuple(_quoted(one) for one in follows if ACTION.search(one.text)), _MUST_ACT[language]),
        Section("impact", tuple(_quoted(one) for one in follows if not ACTION.search(one.text)), _PLANNED[language]),
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
    proof = evidence.passage(passage.document, passage.start, passage.end)
    return Claim(proof.quote, (proof,))


def _attributed(passage: Passage, language: Language) -> Claim:
    proof = evidence.passage(passage.document, passage.start, passage.end)
    says = f"据 {host(passage.document.url)}：" if language == "zh" else f"{host(passage.document.url)}: "
    return Claim(f"{says}“{proof.quote}”", (proof,))


def _versioned(passage: Passage, language: Language) -> Claim:
    proof = evidence.passage(passage.document, passage.start, passage.end)
    found = versions(passage.document.title)
    if not found:
        return Claim(proof.quote, (proof,))
    colon = "：" if language == "zh" else ": "
    return Claim(f"v{min(found)}{colon}“{proof.quote}”", (_title_evidence(passage.document), proof))


def _tabled(row: Row) -> Claim:
    return Claim(row.text, tuple(evidence.passage(row.document, start, end) for start, end in (row.header, row.row)))


_TRACKER = re.compile(r"\s·\s(?:Issue|Pull Request|Discussion) #\d+.*$")
_BARE_VERSION = re.compile(r"v?\d+(?:\.\d+)+\b")


def headline(story: Story, language: Language, quoted: Collection[str] = ()) -> Claim:
    """The lead's own title, with what a reader needs beside it.

    A row of releases names the quoted versions; a bare version gets its site's name; a source that corrects itself at the
    top ("Update: … pausing") has its status said.
    """
    told = [document for document in story.documents if document.id in quoted] if _is_family(story) else []
    lead = _title_evidence(told[0] if told else story.lead)
    title = squeeze(lead.quote)
    if _BARE_VERSION.match(title):
        title = f"{domain(story.lead.url).partition('.')[0]} {title}"
    others = [document for document in told[1:] if versions(document.title)]
    if others:
        listed = ("、" if language == "zh" else ", ").join(f"v{min(versions(document.title))}" for document in others)
        said = f"（连同 {listed}）" if language == "zh" else f" (with {listed})"
        return Claim(title + said, (lead, *(_title_evidence(document) for document in others)))
    status = _status(story.lead, language)
    if status:
        words, proof = status
        return Claim(f"{title}（{words}）" if language == "zh" else f"{title} ({words})", (lead, proof))
    return Claim(title, (lead,))


_UPDATE = re.compile(r"^\W*(?:update|updated|correction|edit|editor's note|更新|更正|勘误)\b", re.I)


def _status(document: Document, language: Language) -> tuple[str, Evidence] | None:
    """What the source's own update at its top says of the state of things."""
    for sentence in sentences(document.text)[:6]:
        if _UPDATE.search(sentence.text):
            for status in STATUSES:
                if status.cue.search(sentence.text):
                    return status.name[language], evidence.passage(document, sentence.start, sentence.end)
    return None


def _title_evidence(document: Document) -> Evidence:
    """The title where the text begins with it, without an issue tracker's tail."""
    return evidence.locate(_TRACKER.sub("", document.title), document)


def cited(document: Document) -> Cited:
    return Cited(
        document=document.id,
        snapshot=document.snapshot,
        url=document.url,
        host=host(document.url),
        title=document.title,
        fetched_at=document.fetched_at,
        extractor=document.extractor,
        carried=bool(document.locator),
    )


_THREAD = re.compile(r"/(?:issues|discussions)/\d+")


def byline(story: Story, used: Collection[str], language: Language) -> str:
    """Whose word it is, when published, how many independent publishers are quoted."""
    told = [document for document in story.documents if document.id in used]
    publishers = len({domain(document.url) for document in told})
    published = min((document.published_at for document in told if document.published_at), default=None)
    if _THREAD.search(story.lead.url):
        voice = {"zh": "用户报告，未经维护者确认", "en": "a user's report, not confirmed by the maintainers"}
    elif first_hand(story.lead.url, story.lead.title):
        voice = {"zh": "一手来源", "en": "first-hand"}
    else:
        voice = {"zh": "媒体或社区来源", "en": "press or community"}
    parts = [voice[language]]
    if published:
        day = published.date().isoformat()
        parts.append(f"发布于 {day}" if language == "zh" else f"published {day}")
    if publishers > 1:
        parts.append(f"{publishers} 个独立来源" if language == "zh" else f"{publishers} independent publishers")
    return " · ".join(parts)


_DISTINCT = r"(?:[A-Za-z][\w.+-]*(?:\d|[a-z][A-Z]|[A-Z]{2})[\w.+-]*|v\d[\w.]*)"
_RUN = re.compile(rf"{_DISTINCT}(?: {_DISTINCT})*")


def subject(story: Story) -> str:
    """What the story is about, as a stretch of its title: the first run of distinctive names, else the shortened title."""
    title = _TRACKER.sub("", squeeze(story.lead.title))
    for run in _RUN.finditer(title):
        name = run.group().strip(".-")
        if not LABS.fullmatch(name) and len(name) >= 5:
            return shorten(name, 44)
    return f"「{shorten(title, 44)}」"
