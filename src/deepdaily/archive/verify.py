"""Whether the proof still holds: an issue checked against its snapshots again, its files against the issue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deepdaily.archive.proving import Sought
from deepdaily.archive.visible import unseen
from deepdaily.core.evidence import check_claim
from deepdaily.core.text import shorten
from deepdaily.core.types import Cited, Claim, Document, Edition, Issue, document_id
from deepdaily.publish import FileChannel, Publication
from deepdaily.publish.standing import recorded
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots, body_digest


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
    forgotten: list[str] = field(default_factory=list)
    """A line for each fact whose source was forgotten on request: its quotation stays and is checked no more."""

    @property
    def green(self) -> bool:
        return self.facts - len(self.forgotten) == self.found == self.supported and not (
            self.missing or self.damaged or self.altered
        )


@dataclass(frozen=True, slots=True)
class Published:
    """A file of an edition, and the bytes the issue gives for it today (None where it is not rendered any more)."""

    edition: Edition
    path: Path
    wanted: bytes | None


def verify(issue: Issue, store: Store, snapshots: Snapshots, files: Sequence[Published]) -> Verdict:
    """Check every fact of `issue`, in each language it was told in, against its snapshot again, and every published file against
    what was published."""
    verdict = Verdict(issue.day)
    told = (issue, *store.translations(issue.slot.key))
    claims = [claim for one in told for claim in one.claims() if claim.evidence]
    documents = store.documents(proof.document for claim in claims for proof in claim.evidence)
    gone = _forgotten(claims, documents, store)
    proofs = (proof for claim in claims for proof in claim.evidence if proof.document not in gone)
    sought = Sought.of(proofs, documents, store, snapshots)
    seen, verdict.damaged = sought.seen(unseen(asked) for asked, _ in sought.asked), sought.damaged
    for claim in claims:
        verdict.facts += 1
        if removed := [proof for proof in claim.evidence if proof.document in gone]:
            quote, day = shorten(removed[0].quote, 80), gone[removed[0].document]
            verdict.forgotten.append(f"“{quote}”: its source was forgotten on request on {day}")
            continue
        missing = [proof for proof in claim.evidence if proof not in seen]
        verdict.missing += [f"“{shorten(proof.quote, 80)}” is not in its snapshot" for proof in missing]
        verdict.found += not missing
        troubles = check_claim(claim, documents)
        verdict.missing += troubles
        verdict.supported += not troubles
    for source in dict.fromkeys(source for one in told for source in one.sources()):
        verdict.missing += [] if source.document in gone else _misnamed(source, documents.get(source.document))
    for file in files:
        verdict.altered += _altered(file)
    if not files:
        verdict.altered.append("no published file was found: is the folder the one it was published to?")
    return verdict


def _forgotten(claims: Sequence[Claim], documents: Mapping[str, Document], store: Store) -> dict[str, str]:
    """The documents of these claims whose text or bytes were forgotten, with the day."""
    names = {proof.document for claim in claims for proof in claim.evidence}
    known = store.forgotten([*names, *(documents[name].snapshot for name in names if name in documents)])
    days = {name: known.get(name) or known.get(documents[name].snapshot if name in documents else "") for name in names}
    return {name: day for name, day in days.items() if day}


def _misnamed(source: Cited, document: Document | None) -> list[str]:
    """What a source line says that its stored document does not."""
    if document is None:
        return []  # a claim that rests on it says so already
    stated = (source.url, source.snapshot, source.title, source.fetched_at)
    if stated != (document.url, document.snapshot, document.title, document.fetched_at):
        return [f"the source line of {document.url} is not what is stored"]
    if document.id != document_id(document.url, document.locator, document.text):
        return [f"the stored text of {document.url} was changed"]
    return []


def _altered(file: Published) -> list[str]:
    """What differs in a published file: where it can be told, its first changed line as published and as proven."""
    edition = file.edition
    try:
        published = file.path.read_bytes()
    except OSError as error:
        return [f"{edition.location} cannot be read: {error.strerror}"]
    if body_digest(published) == edition.digest:
        return []
    ours_now = (file.wanted or b"").decode("utf-8", "replace")  # a picture is no text
    pairs = zip(published.decode("utf-8", "replace").splitlines(), ours_now.splitlines(), strict=False)
    for number, (theirs, ours) in enumerate(pairs, 1):
        if theirs != ours:
            at = next((i for i, (a, b) in enumerate(zip(theirs, ours, strict=False)) if a != b), 0)
            near = slice(max(0, at - 24), at + 24)
            return [f"{edition.location} line {number}: published “…{theirs[near]}…”, proven “…{ours[near]}…”"]
    return [f"{edition.location}: its bytes are not those that were published"]


def published_files(issue: Issue, store: Store, channels: Sequence[tuple[FileChannel, Path]]) -> list[Published]:
    """The recorded files of the issue's editions; those that later issues write again only while this is the newest.

    A place where the channel would not write today is looked at only where there is a file: what was there was moved.
    """
    publication, editions = Publication.of(issue, store), recorded(issue, store)
    found = list[Published]()
    for channel, folder in channels:
        wanted = channel.files(publication)
        own = {edition.location: edition for edition in editions if edition.channel == channel.channel}
        found += [
            Published(edition, folder / place, wanted.get(place))
            for place, edition in own.items()
            if place in wanted or (folder / place).exists()
        ]
    return found
