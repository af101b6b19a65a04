"""What an item says above its sections, whoever writes it: headline, byline, what it is about."""

from __future__ import annotations

import re
from collections.abc import Collection

from deepdaily.attributes import kind_of
from deepdaily.core import evidence
from deepdaily.core.actors import by_actor
from deepdaily.core.lexicon import LABS
from deepdaily.core.text import language_of, shorten, squeeze, versions
from deepdaily.core.to_machines import spoken
from deepdaily.core.types import Claim, Document, Evidence, Language, Story
from deepdaily.core.urls import domain
from deepdaily.words import of
from deepdaily.write.by_rule.rules import STATUSES
from deepdaily.write.by_rule.titles import title_in_chinese, topics_in_chinese


def is_family(story: Story) -> bool:
    """A row of releases of one repository, told together."""
    return len(story.documents) > 1 and all("/releases/" in document.url for document in story.documents)


_TRACKER = re.compile(r"\s·\s(?:Issue|Pull Request|Discussion) #\d+.*$")


_BARE_VERSION = re.compile(r"v?\d+(?:\.\d+)+\b")


def headline(story: Story, language: Language, quoted: Collection[str] = (), *, by_topics: bool = True) -> Claim:
    """The lead's title with what a reader needs beside it: in the reader's language where a form covers it, or what it is about.

    A row of releases names the quoted versions; a bare version gets its site's name; a source that corrects itself at the
    top ("Update: … pausing") has its status said. `by_topics`: what no form covers is named by what it is about.
    """
    words = of(language)
    told = [document for document in story.documents if document.id in quoted] if is_family(story) else []
    lead = _title_evidence(told[0] if told else story.lead)
    title = squeeze(lead.quote)
    if story.lead.title.endswith(f" {title}") and not told:  # a release feed's title got its repository's name
        title = story.lead.title
    title = _SERIES.sub("", title)
    if _BARE_VERSION.match(title):
        title = f"{domain(story.lead.url).partition('.')[0]} {title}"
    title = _in_language(title, story, language, by_topics=by_topics) or title
    others = [document for document in told[1:] if versions(document.title)]
    if others:
        listed = words.list_comma.join(f"v{min(versions(document.title))}" for document in others)
        beside = words.in_brackets(words.by_rule.with_versions.format(listed))
        return Claim(title + beside, (lead, *(_title_evidence(document) for document in others)))
    status = status_of(story.lead)
    if status:
        name, proof = status
        return Claim(title + words.in_brackets(words.by_rule.statuses[name]), (lead, proof))
    return Claim(title, (lead,))


_SERIES = re.compile(r"^\[[^\]]{1,30}\]\s*(?=v?\d)")
"""What stands in brackets before a bare version: `[Preview] v1.2`."""

_CALLS = re.compile(r"^(?:announcing|introducing|releasing)\s+", re.I)

_RELEASED = re.compile(
    r"(?P<name>[^:：]{2,60}? v?\d+(?:\.\d+)+[\w.-]*)(?: (?:is )?(?:now )?(?:released|out|available))?"
    r"(?:\s?[-–—:：]\s(?P<tail>.+))?"
)
"""A version of something, and what its maker says of it."""


def version_tail(document: Document) -> Evidence | None:
    """What a version's title says behind the version, as a passage of the title; None where it says no sentence."""
    found = _RELEASED.fullmatch(f"its {_title_evidence(document).quote}")
    return evidence.locate(found["tail"], document) if found and found["tail"] and " " in found["tail"] else None


def _in_language(title: str, story: Story, language: Language, *, by_topics: bool) -> str:
    """An English title in Chinese; empty for any other, and where neither a form nor the glossary has it."""
    if language != "zh" or language_of(title) == language:
        return ""
    words, body, kind = of(language), story.lead.text.partition("\n")[2], kind_of(story.lead)
    bare = _TRACKER.sub("", title)
    version = _RELEASED.fullmatch(_CALLS.sub("", bare)) if kind in ("release", "") else None
    if version and not re.search(r" (?:and|vs\.?) ", version["name"]):
        return words.by_rule.released.format(version["name"])
    head = words.kinds[kind] if kind == "paper" else ""
    said = title_in_chinese(bare, body, words)
    topics = topics_in_chinese(title, words, head) if by_topics and not said else ""
    return said or (title + words.in_brackets(topics) if topics else "")


_UPDATE = re.compile(r"^\W*(?:update|updated|correction|edit|editor's note|更新|更正|勘误)\b", re.I)


def status_of(document: Document) -> tuple[str, Evidence] | None:
    """What the source's own update at its top says of the state of things: its name among STATUSES, and where."""
    for sentence in spoken(document.text)[:6]:
        if _UPDATE.search(sentence.text):
            for name, cue in STATUSES.items():
                if cue.search(sentence.text):
                    return name, evidence.passage(document, sentence.start, sentence.end)
    return None


def _title_evidence(document: Document) -> Evidence:
    """The title where the text begins with it (or with the end of it that its source wrote), without an issue tracker's tail."""
    first = document.text.partition("\n")[0]
    said = first if document.title.endswith(f" {first}") else document.title
    return evidence.locate(_TRACKER.sub("", said), document)


_THREAD = re.compile(r"/(?:issues|discussions)/\d+")


def byline(story: Story, used: Collection[str], language: Language) -> str:
    """Whose word it is, when published, how many independent publishers are quoted."""
    told = [document for document in story.documents if document.id in used]
    publishers = len({domain(document.url) for document in told})
    published = min((document.published_at for document in told if document.published_at), default=None)
    words = of(language).by_rule
    if _THREAD.search(story.lead.url):
        parts = [words.user_report]
    else:
        parts = [words.first_hand if by_actor(story.lead.url, story.lead.title) else words.press]
    if published:
        parts.append(words.published.format(published.date().isoformat()))
    if publishers > 1:
        parts.append(words.publishers.format(publishers))
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
