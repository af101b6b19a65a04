"""Whether the proof still holds: an issue checked against its snapshots again, its files against the issue."""

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
from deepdaily.core.types import Cited, Document, Edition, Evidence, Issue, document_id
from deepdaily.publish import FileChannel, Publication
from deepdaily.store import Store
from deepdaily.store.charset import decoded
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

    @property
    def green(self) -> bool:
        return self.facts == self.found == self.supported and not (self.missing or self.damaged or self.altered)


@dataclass(frozen=True, slots=True)
class Published:
    """A file of an edition, and the bytes the issue gives for it today (None where it is not rendered any more)."""

    edition: Edition
    path: Path
    wanted: bytes | None


def verify(issue: Issue, store: Store, snapshots: Snapshots, files: Sequence[Published]) -> Verdict:
    """Check every fact of `issue` against its snapshot again, and every published file against what was published."""
    verdict = Verdict(issue.day)
    claims = [claim for claim in issue.claims() if claim.evidence]
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
    for source in issue.sources():
        verdict.missing += _misnamed(source, documents.get(source.document))
    for file in files:
        verdict.altered += _altered(file)
    if not files:
        verdict.altered.append("no published file was found: is the folder the one it was published to?")
    return verdict


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
            body = snapshots.read(place, document.snapshot)
        except SnapshotDamaged as error:
            verdict.damaged.append(f"{document.url}: {error}")
        else:
            found[document.snapshot] = bare(body, store.media_type(document.snapshot))
    return found


def _in_snapshot(proof: Evidence, documents: dict[str, Document], bodies: dict[str, str]) -> bool:
    document = documents.get(proof.document)
    return document is not None and _joined(proof.quote) in bodies.get(document.snapshot, "")


_HIDDEN = [
    re.compile(rf"(?ais){begin}.*?(?:{end}|\Z)")
    for begin, end in (("<!(?=--)", "-->"), ("<script", "</script>"), ("<style", "</style>"))
]
"""One after the other; an unclosed one reaches to the end of the text, so that the search is linear. `<!-->` is a whole comment."""

_TAG = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]+>")


def bare(body: bytes, media_type: str = "") -> str:
    """The visible text of an answer without any white space: what a quotation must be part of.

    Independent of the extractors on purpose: it only takes marks away, so an extractor's mistake shows. Entries of
    feeds are marked up twice, so what is left after one and after two rounds stands on two lines; JSON strings are
    unfolded first.
    """
    text = decoded(body, media_type)
    if text.lstrip("\ufeff \n\r\t").startswith(("{", "[")):
        with suppress(ValueError, RecursionError):  # a text may begin with a bracket, too
            text = "\n".join(_strings(json.loads(text)))
    once = _unmarked(text)
    return _joined(clean(once)) + "\n" + _joined(clean(_unmarked(once)))


def _unmarked(text: str) -> str:
    """`text` without comments, scripts, styles and tags, and with its entities resolved."""
    for hidden in _HIDDEN:
        text = hidden.sub("", text)
    return html.unescape(_TAG.sub("", text))


def _joined(text: str) -> str:
    """`text` without white space, and without the bars that the extractors put between the cells of a table."""
    return "".join(text.split()).replace("|", "")


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inner for text in _strings(part)]


def _altered(file: Published) -> list[str]:
    """What differs in a published file: where it can be told, its first changed line as published and as proven."""
    edition = file.edition
    try:
        published = file.path.read_bytes()
    except OSError as error:
        return [f"{edition.location} cannot be read: {error.strerror}"]
    if body_digest(published) == edition.digest:
        return []
    ours_now = (file.wanted or b"").decode()
    pairs = zip(published.decode("utf-8", "replace").splitlines(), ours_now.splitlines(), strict=False)
    for number, (theirs, ours) in enumerate(pairs, 1):
        if theirs != ours:
            at = next((i for i, (a, b) in enumerate(zip(theirs, ours, strict=False)) if a != b), 0)
            near = slice(max(0, at - 24), at + 24)
            return [f"{edition.location} line {number}: published “…{theirs[near]}…”, proven “…{ours[near]}…”"]
    return [f"{edition.location}: its bytes are not those that were published"]


def published_files(issue: Issue, store: Store, channels: Sequence[tuple[FileChannel, Path]]) -> list[Published]:
    """The recorded files of the issue's editions; those that later issues write again only while this is the newest."""
    slot = issue.slot.key
    publication = Publication.of(issue, store)
    newest = not publication.recent or publication.recent[0].slot.key == slot
    found = []
    for channel, folder in channels:
        wanted = channel.files(publication)
        for edition in store.editions(slot):
            own = edition.channel == channel.channel
            if own and (newest or issue.day in edition.location):
                found.append(Published(edition, folder / edition.location, wanted.get(edition.location)))
    return found
