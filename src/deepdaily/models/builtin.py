"""The built-in writer: needs no key and invents nothing. A brief made of the sources' own sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from deepdaily.core import evidence
from deepdaily.core.lexicon import LABS, first_hand
from deepdaily.core.text import shorten, squeeze, versions
from deepdaily.core.types import Cited, Claim, Document, Evidence, Item, Language, Section, Story
from deepdaily.core.urls import domain, host
from deepdaily.models.passages import (
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
from deepdaily.models.rules import PLAYBOOKS, SILENCES, Playbook, Words

MOST_WHAT, MOST_DETAILS, MOST_ROWS, MOST_WHY, MOST_FOLLOWS = 2, 5, 2, 1, 2
"""Sentences a section: an item is read in a minute."""

_VOICES: Words = {"zh": "原文所述", "en": "in the source's words"}
_PROPOSAL: Words = {"zh": "按规则给出的建议，不是来源的话", "en": "our rule-made proposal, not the source's"}
_UNREAD: Words = {
    "zh": "来自候选链接池：只读到摘要，未读到原文",
    "en": "from the pool of candidates: only a teaser was read",
}
_SILENT: Words = {"zh": "原文没有提到{what}。", "en": "The source does not mention {what}."}


def write_item(story: Story, language: Language, playbooks: Sequence[Playbook] = PLAYBOOKS) -> Item:
    """The item for one story; sections without source text are left out.

    `playbooks` are those still unused in this issue: advice given twice is filler.
    """
    told = _told(story)
    printed: list[Passage] = []

    def section(worth: Callable[[Passage], float], most: int, found: Sequence[Passage]) -> tuple[Claim, ...]:
        chosen = pick(found, worth, most, printed)
        printed.extend(chosen)
        return tuple(_quoted(passage) for passage in chosen)

    family = story.lead.url.startswith("https://github.com/")  # a row of releases is one text; a second report is not
    lead = told[0]
    whole = [passage for found in told for passage in found] if family else lead
    measured = tuple(_tabled(row) for row in rows(story.lead)[:MOST_ROWS])
    sections = (
        Section("what", section(tells_what, MOST_WHAT, [one for one in lead if not one.listed][:12])),
        Section("detail", section(gives_detail, MOST_DETAILS - len(measured), whole) + measured),
        Section("why", section(says_why, MOST_WHY, whole), _VOICES[language]),
        Section("impact", section(says_what_follows, MOST_FOLLOWS, whole), _VOICES[language]),
        Section("advice", _advice(story, playbooks, language), _PROPOSAL[language]),
    )
    return Item(
        story=story.id,
        title=headline(story, language),
        sections=tuple(one for one in sections if one.points),
        sources=tuple(cited(document) for document in _documents(story)),
        byline=_byline(story, language),
        label=_UNREAD[language] if story.lead.partial else "",
        unknowns=_unknowns(story, language),
        thread=story.thread,
    )


def _documents(story: Story) -> tuple[Document, ...]:
    """The lead and at most three more: a reader follows no fifth link."""
    return story.documents[:4]


def _told(story: Story) -> list[list[Passage]]:
    """The printable passages of each document, lead first."""
    return [passages(document) for document in _documents(story)]


def _quoted(passage: Passage) -> Claim:
    proof = evidence.passage(passage.document, passage.start, passage.end)
    return Claim(proof.quote, (proof,))


def _tabled(row: Row) -> Claim:
    return Claim(row.text, tuple(evidence.passage(row.document, start, end) for start, end in (row.header, row.row)))


_TRACKER = re.compile(r"\s·\s(?:Issue|Pull Request|Discussion) #\d+.*$")


def headline(story: Story, language: Language) -> Claim:
    """The lead's own title; a family of releases names the versions it takes together."""
    lead = _title_evidence(story.lead)
    others = [
        document for document in _documents(story)[1:] if versions(document.title) and document.url != story.lead.url
    ]
    if not versions(story.lead.title) or not others or host(story.lead.url) != "github.com":
        return Claim(squeeze(lead.quote), (lead,))
    earlier = "、" if language == "zh" else ", "
    listed = earlier.join(f"v{min(versions(document.title))}" for document in others)
    text = (
        f"{squeeze(story.lead.title)}（连同 {listed}）"
        if language == "zh"
        else f"{squeeze(story.lead.title)} (with {listed})"
    )
    return Claim(text, (lead, *(_title_evidence(document) for document in others)))


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
    )


def _byline(story: Story, language: Language) -> str:
    """First-hand or not, when published, how many independent publishers."""
    publishers = len({domain(document.url) for document in story.documents})
    published = min((document.published_at for document in _documents(story) if document.published_at), default=None)
    day = published.date().isoformat() if published else ""
    own = first_hand(story.lead.url, story.lead.title)
    if language == "zh":
        parts = ["一手来源" if own else "媒体或社区来源", f"发布于 {day}" if day else ""]
        parts.append(f"{publishers} 个独立来源" if publishers > 1 else "")
    else:
        parts = [
            "first-hand" if own else "press or community",
            f"published {day}" if day else "",
        ]
        parts.append(f"{publishers} independent publishers" if publishers > 1 else "")
    return " · ".join(part for part in parts if part)


def fitting(story: Story, playbooks: Sequence[Playbook]) -> Playbook | None:
    """The first playbook that fits both the title and the text of a story whose page was read."""
    if story.lead.partial:
        return None
    for playbook in playbooks:
        title = story.lead.title
        if playbook.title.search(title) and not playbook.unless.search(title) and playbook.text.search(story.lead.text):
            return playbook
    return None


def _advice(story: Story, playbooks: Sequence[Playbook], language: Language) -> tuple[Claim, ...]:
    playbook = fitting(story, playbooks)
    return tuple(Claim(words[language]) for words in playbook.advice) if playbook else ()


def _unknowns(story: Story, language: Language) -> tuple[str, ...]:
    """What a reader would ask and no document has a word of; nothing where the page was not read whole."""
    if story.lead.partial:
        return ()
    texts = "\n".join(document.text for document in story.documents)
    silent = [
        one.name[language] for one in SILENCES if one.title.search(story.lead.title) and not one.missing.search(texts)
    ]
    joined = ("、" if language == "zh" else " or ").join(silent)
    return (_SILENT[language].format(what=joined),) if silent else ()


_DISTINCT = re.compile(r"[A-Za-z][\w.+-]*(?:\d|[a-z][A-Z]|[A-Z]{2})[\w.+-]*|v\d[\w.]*")


def subject(story: Story) -> str:
    """What the story is about in a few words: up to three names of the title that look like names, else the title."""
    title = squeeze(story.lead.title)
    known = [*_DISTINCT.findall(title), *(found.group() for found in LABS.finditer(title))]
    ordered = sorted(dict.fromkeys(name.strip(".-") for name in known), key=title.find)
    if len(ordered) >= 2:
        return " ".join(ordered[:3])
    return f"「{shorten(title, 44)}」"
