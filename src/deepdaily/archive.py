"""The reading side: what an issue says, what became of a link, and whether the proof still holds."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deepdaily.core.errors import SnapshotDamaged
from deepdaily.core.evidence import check_claim
from deepdaily.core.text import clean, shorten
from deepdaily.core.types import Document, Edition, Evidence, Issue, Item, Loss
from deepdaily.publish import FileChannel
from deepdaily.snapshots import Snapshots
from deepdaily.store import Store


@dataclass(slots=True)
class Verdict:
    """What checking one issue again found. Two things are counted apart: the quotation is there; the claim says no more."""

    day: str
    facts: int = 0
    found: int = 0
    supported: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)

    @property
    def green(self) -> bool:
        return self.facts == self.found == self.supported and not (self.missing or self.damaged or self.altered)


def verify(
    issue: Issue, store: Store, snapshots: Snapshots, editions: Sequence[tuple[Edition, Path, bytes]]
) -> Verdict:
    """Check every fact of `issue` against its snapshot again, and every published file against the issue.

    Args:
        editions: each recorded edition with the file it was written to and the bytes the issue gives today.
    """
    verdict = Verdict(issue.draft.slot.day)
    claims = [claim for item in issue.draft.items for claim in item.claims() if claim.evidence]
    documents = store.documents(proof.document for claim in claims for proof in claim.evidence)
    bodies = _bodies(documents.values(), store, snapshots, verdict)
    for claim in claims:
        verdict.facts += 1
        lacking = [proof for proof in claim.evidence if not _in_snapshot(proof, documents, bodies)]
        verdict.missing += [f"“{shorten(proof.quote, 80)}” is not in its snapshot" for proof in lacking]
        verdict.found += not lacking
        troubles = check_claim(claim, documents)
        verdict.missing += troubles
        verdict.supported += not troubles
    for edition, path, wanted in editions:
        verdict.altered += _altered(edition, path, wanted)
    return verdict


def _bodies(documents: Iterable[Document], store: Store, snapshots: Snapshots, verdict: Verdict) -> dict[str, str]:
    """The visible text of each snapshot by digest; damaged ones are noted and left out."""
    found: dict[str, str] = {}
    for document in documents:
        if document.snapshot in found:
            continue
        place = store.place(document.snapshot)
        try:
            if place is None:
                raise SnapshotDamaged(f"{document.snapshot} was never stored")
            found[document.snapshot] = bare(snapshots.read(place, document.snapshot))
        except SnapshotDamaged as error:
            verdict.damaged.append(f"{document.url}: {error}")
    return found


def _in_snapshot(proof: Evidence, documents: dict[str, Document], bodies: dict[str, str]) -> bool:
    document = documents.get(proof.document)
    return document is not None and _joined(proof.quote) in bodies.get(document.snapshot, "")


_TAGS = re.compile(r"<!--.*?-->|<!\[CDATA\[|\]\]>|<(script|style)\b.*?</\1\s*>|<[^<>]+>", re.S | re.I)
_CHARSET = re.compile(rb"(?:charset|encoding)=[\"']?([\w-]+)", re.I)


def bare(body: bytes) -> str:
    """The visible text of an answer without any white space: what a quotation must be part of.

    Independent of the extractors on purpose: it only takes marks away, so an extractor's mistake shows. Entries of
    feeds are marked up twice, so what is left after one and after two rounds stands on two lines; JSON strings are
    unfolded first.
    """
    declared = _CHARSET.search(body[:2048])
    try:
        text = body.decode(declared.group(1).decode() if declared else "utf-8", "replace")
    except (LookupError, UnicodeError):  # no such encoding, or one like `idna` that is none for pages
        text = body.decode("utf-8", "replace")
    if text.lstrip("\ufeff \n\r\t").startswith(("{", "[")):
        with suppress(ValueError, RecursionError):  # a text may begin with a bracket, too
            text = "\n".join(_strings(json.loads(text)))
    once = html.unescape(_TAGS.sub("", text))
    twice = html.unescape(_TAGS.sub("", once))
    return _joined(clean(once)) + "\n" + _joined(clean(twice))


def _joined(text: str) -> str:
    """`text` without white space, and without the bars that the extractors put between the cells of a table."""
    return "".join(text.split()).replace("|", "")


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inner for text in _strings(part)]


def _altered(edition: Edition, path: Path, wanted: bytes) -> list[str]:
    """What differs in a published file: its first changed line, as published and as proven."""
    try:
        published = path.read_bytes()
    except OSError as error:
        return [f"{edition.location} cannot be read: {error.strerror}"]
    if published == wanted:
        return []
    pairs = zip(published.decode("utf-8", "replace").splitlines(), wanted.decode().splitlines(), strict=False)
    for number, (theirs, ours) in enumerate(pairs, 1):
        if theirs != ours:
            at = next((i for i, (a, b) in enumerate(zip(theirs, ours, strict=False)) if a != b), 0)
            near = slice(max(0, at - 24), at + 24)
            return [f"{edition.location} line {number}: published “…{theirs[near]}…”, proven “…{ours[near]}…”"]
    return [f"{edition.location}: lines were added or taken away at the end"]


def published_files(
    issue: Issue, store: Store, channels: Sequence[tuple[FileChannel, Path]]
) -> list[tuple[Edition, Path, bytes]]:
    """Each recorded edition of the issue whose file belongs to this day alone, with its path and the bytes it should have."""
    slot = issue.draft.slot.key
    recent = [issue, *store.issues(before=slot)]
    documents = store.documents(
        proof.document for item in issue.draft.items for claim in item.claims() for proof in claim.evidence
    )
    recorded = {(edition.channel, edition.location): edition for edition in store.editions(slot)}
    return [
        (recorded[publisher.channel, location], folder / location, wanted)
        for publisher, folder in channels
        for location, wanted in publisher.files(issue, recent=recent, documents=documents).items()
        if issue.draft.slot.day in location and (publisher.channel, location) in recorded
    ]


def item_of(issue: Issue, number: int) -> Item | None:
    """Item `number` of the issue, from 1."""
    return issue.draft.items[number - 1] if 1 <= number <= len(issue.draft.items) else None


def fate(url: str, store: Store) -> list[tuple[str, Loss | Item]]:
    """What became of a link, by slot, newest first: the item that told it, or why it was lost."""
    found: list[tuple[str, Loss | Item]] = []
    for issue in store.issues():
        slot = issue.draft.slot
        told = [(slot.day, item) for item in issue.draft.items if any(cited.url == url for cited in item.sources)]
        found += told or [(slot.day, loss) for loss in store.losses(slot.key) if loss.url == url]
    return found
