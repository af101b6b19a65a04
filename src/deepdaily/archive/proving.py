"""Which quotations are not in the bytes they were taken from: asked before an issue is printed, and again by `verify`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.errors import DeepdailyError, SnapshotDamaged
from deepdaily.core.types import Document, Evidence
from deepdaily.engine import Engine
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots

WALL_S, MEMORY_MB = 15.0, 512
"""For one answer in its worker."""


@dataclass(slots=True)
class Sought:
    """Passages by the stored answer that they were taken from."""

    asked: list[tuple[Asked, list[Evidence]]] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    """A line for each answer whose bytes are lost or not those that were stored."""

    @classmethod
    def of(cls, proofs: Iterable[Evidence], documents: Mapping[str, Document], store: Store, snapshots: Snapshots) -> Sought:
        by_digest: dict[str, list[Evidence]] = defaultdict(list)
        for proof in dict.fromkeys(proofs):
            if proof.document in documents:
                by_digest[documents[proof.document].snapshot].append(proof)
        found = cls()
        for digest, mine in by_digest.items():
            place = store.place(digest)
            try:
                if place is None:
                    raise SnapshotDamaged(f"{digest} was never stored")
                quotes = tuple(proof.quote for proof in mine)
                found.asked.append((Asked(snapshots.read(place, digest), store.media_type(digest), quotes), mine))
            except SnapshotDamaged as error:
                found.damaged.append(f"{documents[mine[0].document].url}: {error}")
        return found

    def seen(self, outcomes: Iterable[list[str] | DeepdailyError]) -> set[Evidence]:
        """The passages that are there, by the answers of `unseen` in the order of `asked`; in doubt they are not."""
        told = [(set(missing), mine) for missing, (_, mine) in zip(outcomes, self.asked, strict=True) if isinstance(missing, list)]
        return {proof for missing, mine in told for proof in mine if proof.quote not in missing}


async def unproven(proofs: Iterable[Evidence], store: Store, snapshots: Snapshots, engine: Engine) -> frozenset[Evidence]:
    """Those of `proofs` whose quotation a reader of the stored bytes does not see."""
    wanted = frozenset(proofs)
    sought = Sought.of(wanted, store.documents(proof.document for proof in wanted), store, snapshots)
    outcomes = await engine.map(unseen, [asked for asked, _ in sought.asked], wall_s=WALL_S, memory_mb=MEMORY_MB)
    return wanted - sought.seen(outcomes)
