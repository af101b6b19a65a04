"""The proofs of an issue, numbered once for every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from deepdaily.core.types import Cited, Evidence, Issue


@dataclass(frozen=True, slots=True)
class Note:
    """One distinct passage of an issue."""

    number: int
    """Its place among the passages, from 1: the page's anchors."""
    footnote: int
    """Its number for readers. Passages that are printed as they stand share one footnote a document: it names the source."""
    evidence: Evidence
    cited: Cited
    quoted: bool
    """Some claim resting on it is not itself the quotation, so the note has to show it."""
    same_document: bool
    """The footnote before rests on the same document: 同上."""

    @property
    def short_digest(self) -> str:
        """`9b1c4e…`: enough to recognise the snapshot; the whole is in evidence.json and on the page."""
        return self.cited.snapshot.removeprefix("sha256:")[:6] + "…"


def minute(time: datetime, issue: Issue) -> str:
    """`2026-02-11 07:12` in the digest's zone."""
    return f"{time.astimezone(issue.slot.due.tzinfo):%Y-%m-%d %H:%M}"


def notes_of(issue: Issue) -> Mapping[Evidence, Note]:
    """A note for each passage, in the order in which readers meet them.

    Raises:
        KeyError: a claim rests on a document that no item or follow-up names as a source: a fault of the writer's code.
    """
    cited = {source.document: source for source in issue.sources()}
    quoted: dict[Evidence, bool] = {}
    for claim in issue.claims():
        for evidence in claim.evidence:
            quoted[evidence] = quoted.get(evidence, False) or not claim.verbatim
    found: dict[Evidence, Note] = {}
    footnotes: dict[Evidence | str, int] = {}
    before = ""
    for number, (evidence, needed) in enumerate(quoted.items(), start=1):
        key = evidence if needed else evidence.document
        same = key not in footnotes and evidence.document == before
        footnote = footnotes.setdefault(key, len(footnotes) + 1)
        found[evidence] = Note(number, footnote, evidence, cited[evidence.document], needed, same)
        before = evidence.document if footnote == len(footnotes) else before
    return found


def footnotes_of(issue: Issue) -> list[Note]:
    """The first note of each footnote, in order."""
    first: dict[int, Note] = {}
    for note in notes_of(issue).values():
        first.setdefault(note.footnote, note)
    return list(first.values())
