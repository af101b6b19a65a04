"""Notes of one release, entry by entry: what each does, by its first words and the heading above it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from deepdaily.attributes.lines import FormLine
from deepdaily.core.cues import Cue, cue, cues, table
from deepdaily.core.text import versions, width
from deepdaily.core.to_machines import orders_machine
from deepdaily.core.types import Attribute, Document, Evidence

_TABLE = table(__name__)
_HEADINGS, _VERBS = cues(_TABLE["headings"]), cues({name: rf"^(?:{words})" for name, words in _TABLE["verbs"].items()})
_NOTES, _ASIDE, _DEFAULT = cues(_TABLE["notes"]), cues(_TABLE["aside"]), cues(_TABLE["default"])
_A_FIX = Cue(r"\bfix(?:es)?\b(?! (?:size|set|point))", re.I)
_ENDS = cue(_TABLE["ends"])
_CONDITION = Cue(r"\b(?:if|when|while|whenever)\b", re.I)
"""What is taken away in a case is no feature that is gone."""
ENDED_BY = 80
"""Characters of an entry in which it says that something ends; later that is a reason."""
_SECURITY, _HARMLESS, _HOUSEKEEPING = (cue(_TABLE[name]) for name in ("security", "harmless", "housekeeping"))

SORTS = ("security", "breaking", "default", "removed", "added", "changed", "improved", "fixed")

LONGEST_HEADING, LONGEST_LABEL = 80, 4
"""Columns of a heading; words of an entry that only names what the entries below it are of."""

MOST_ENTRIES, SORTED_BY = 300, 400
"""Entries that are read, and characters of one by which it is sorted."""

_BULLET = "- "
_POINTER = Cue(
    r"[\s,;:(\[–—-]*"
    r"(?:\b(?:PRs?|pull request|pr by|by|in|via|thanks(?: to)?|closes|fixes|see|(?:learn|read|see) more(?: at| in)?)\s)?"
    r"(?:#\d+|@[\w-]+(?:\[bot\])?|https?://\S+|\b(?=[a-f]*\d)[0-9a-f]{7,40})[)\].,!]*$",
    re.I,
)
"""At the end of an entry its pull request, its author, a page, a commit: it says nothing to a reader."""

_POINTER_CHARS = 160

_BEFORE = Cue(r"^(?:[0-9a-f]{7,40}:|\[[^\]]{1,24}\]|[^\w\[\]`\"'(]+|[A-Z][\w .+#/-]{0,24}:|[a-z]+(?:\([\w./ -]{1,40}\))?:)\s*")
"""What stands before the verb: an emoji, an area (`[IDE]`, `VSCode:`), a kind of commit."""


def is_notes(document: Document) -> bool:
    """Whether it is the notes of one release, by its address or its title."""
    return bool(_NOTES["address"].search(document.url) or _NOTES["title"].search(document.title))


def notes_of_release(document: Document, lines: Sequence[FormLine]) -> list[Attribute]:
    """Its version, where the first line of its text names one, and its entries with their sorts.

    Empty for any other page, and for the notes of several releases.
    """
    if not lines or not is_notes(document):
        return []
    version = _version(lines[0])
    headings = [line.text for line in lines[1:] if len(line.text) <= LONGEST_HEADING and not line.text.startswith(_BULLET)]
    if any(_names_another(one, version) for one in headings) or sum(bool(_DAY.fullmatch(one)) for one in headings) > 1:
        return []
    named = [Attribute("version", version, (lines[0].passage(),))] if version else []
    return [*named, *islice(_entries(lines[1:]), MOST_ENTRIES)]


_WRITTEN = Cue(r"v?\d+(?:\.\d+){1,3}[\w.-]*", re.I)


def _version(first: FormLine) -> str:
    """As the first line writes it; empty where it names none or several."""
    known = versions(first.text)
    said = [found[0].rstrip(".-") for found in _WRITTEN.finditer(first.text) if versions(found[0])]
    return said[0] if len(known) == 1 and said else ""


_VERSION_HEADING = Cue(r"^\W*(?:version |release |版本 ?)?\[?v?\d+\.\d+[\w.\-]*\]?(?:\W.{0,40})?$", re.I)


_DAY = Cue(
    r"\W*(?:20\d\d[-/.]\d{1,2}[-/.]\d{1,2}|20\d\d ?年 ?\d.{1,8}日"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2},? 20\d\d|\d{1,2} [A-Z][a-z]{2,8} 20\d\d)\W*"
)
"""A heading that is a day: a page with two is the log of several releases."""


def _names_another(line: str, version: str) -> bool:
    """Whether it is the heading of another release's notes."""
    if "..." in line or not _VERSION_HEADING.match(line):
        return False
    return bool(versions(line)) and not versions(line) & versions(version)


def _entries(lines: Sequence[FormLine]) -> Iterator[Attribute]:
    sort, heading, aside = "", None, False
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        if not line.text.startswith(_BULLET):
            if width(line.text) <= LONGEST_HEADING and not line.text.endswith((".", "。", ":", "：")) and line.text[0] not in "$>`":
                sort, heading, aside = _of_heading(line.text), line, bool(_ASIDE["heading"].search(line.text))
            continue
        text = _told(line.text.removeprefix(_BULLET))
        start = line.text.index(text) if text else 0
        listed = following is not None and following.text.startswith(_BULLET)
        if aside or _is_none(text) or orders_machine(text[:SORTED_BY]) or (listed and _is_label(text)):
            continue
        own = sort_of(text[:SORTED_BY])
        proof: tuple[Evidence, ...] = (line.passage(start, start + len(text)),)
        if sort == "other":
            own = ""
        elif heading is not None and sort and _goes_before(sort, own):
            own, proof = sort, (*proof, heading.passage())
        yield Attribute("entry", text, proof, sort=own)


def _is_none(text: str) -> bool:
    """Whether it is no entry that tells something: a single word, a thank-you."""
    return not text or (text.isascii() and " " not in text) or bool(_ASIDE["entry"].search(text))


def _goes_before(heading: str, own: str) -> bool:
    """Whether what a heading says of its entries goes before what an entry's first words say."""
    if heading == "fixed":
        return own not in ("security", "breaking")
    if heading == "improved" and own == "removed":
        return True
    return not own or heading == "breaking" or (heading == "security" and own != "added")


def _told(entry: str) -> str:
    """An entry without what it points to at its end."""
    told = entry.strip()
    while found := _POINTER.search(told, max(0, len(told) - _POINTER_CHARS)):
        told = told[: found.start()].rstrip()
    return told


def _of_heading(text: str) -> str:
    return next((name for name, found in _HEADINGS.items() if found.search(text)), "")


def _is_label(text: str) -> bool:
    """Whether an entry only names what those below it are of: `- AWS Bedrock`."""
    return len(text.split()) <= LONGEST_LABEL and not re.search(r"[\d:：。]", text) and not sort_of(text)


def _verb_of(leads: Sequence[str]) -> str:
    """The sort of an entry's first verb: `feat: remove …` removes, `fix: add …` fixes."""
    found = [next((name for name, verb in _VERBS.items() if verb.match(lead)), "") for lead in leads]
    return found[0] if found[0] in ("breaking", "fixed") else next(filter(None, reversed(found)), "")


def sort_of(entry: str) -> str:
    """What an entry does, by its own words; empty where its first words do not tell."""
    leads = [entry]
    while (rest := _BEFORE.sub("", leads[-1])) != leads[-1] and len(leads) < 4:
        leads.append(rest)
    verb = _verb_of(leads)
    if verb == "breaking":
        return verb
    if verb != "added" and any(map(_SECURITY.search, leads)) and not _HARMLESS.search(entry):
        return "security"
    if any(_HOUSEKEEPING.match(lead) for lead in leads):
        return ""
    if verb in ("", "added") and _ENDS.search(entry[:ENDED_BY]):
        return "removed"
    if verb == "removed" and _CONDITION.search(entry):
        return "changed"
    if not verb and _A_FIX.search(entry):
        return "fixed"
    changes = _DEFAULT["now"].search(entry) or (_DEFAULT["verb"].match(leads[-1]) and _DEFAULT["said"].search(entry))
    return "default" if verb not in ("fixed", "removed") and changes and not _DEFAULT["never"].search(entry) else verb
