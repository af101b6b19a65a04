"""A quotation is looked for in the bytes it was taken from, and in doubt it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepdaily.archive.proving import unproven
from deepdaily.core.types import Document, Evidence, Snapshot, document_id
from deepdaily.store import Store, Validators
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots, body_digest
from fakes import InlineEngine

NOW = datetime(2026, 3, 12, tzinfo=UTC)
URL = "https://pools.example/p"


@contextmanager
def kept(folder: Path, body: bytes, *texts: str) -> Iterator[tuple[Store, Snapshots, list[Evidence]]]:
    """A store with `body`, and a passage for each of `texts` that is said to stand in it."""
    with open_store(folder) as store, Snapshots(folder / "snapshots") as snapshots:
        digest = body_digest(body)
        place = snapshots.append(URL, digest, NOW, {"content-type": "text/html"}, body)
        store.keep_snapshot("daily/x", Snapshot(URL, digest, URL, NOW, "text/html", len(body)), place, Validators())
        documents = [
            Document(document_id(URL, "", text), URL, digest, "", "", text, "en", "test", NOW) for text in texts
        ]  # fmt: skip
        store.keep_documents(documents)
        yield store, snapshots, [Evidence(one.id, 0, len(one.text), one.text) for one in documents]


async def test_what_the_page_says_is_proven_and_what_it_does_not_is_not(tmp_path: Path) -> None:
    engine: Any = InlineEngine()
    with kept(tmp_path, b"<p>costs <s>$20</s> $15</p>", "costs $15", "costs $20 $15") as (store, snapshots, proofs):
        assert await unproven(proofs, store, snapshots, engine) == {proofs[1]}


async def test_a_passage_of_an_unknown_document_or_of_damaged_bytes_is_not_proven(tmp_path: Path) -> None:
    engine: Any = InlineEngine()
    unknown = Evidence("sha256:none", 0, 3, "one")
    with kept(tmp_path, b"<p>one</p>", "one") as (store, snapshots, [proof]):
        assert await unproven([proof, unknown], store, snapshots, engine) == {unknown}
        place = store.place(body_digest(b"<p>one</p>"))
        assert place is not None
        (tmp_path / "snapshots" / place.file).write_bytes(b"")
        assert await unproven([proof], store, snapshots, engine) == {proof}
