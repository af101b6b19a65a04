"""A whole day from a mailbox: what a newsletter links to ends in items with proof, read from a real server and left as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from deepdaily.archive.proving import unproven
from deepdaily.demo import sample_web
from deepdaily.demo.site import beside
from deepdaily.pipeline import collect, run_day
from deepdaily.read.web_wire import Answer
from deepdaily.settings import Settings
from mail_boxes import PASSWORD, Dovecot, dovecot
from newsletters import COUNTED, KEY, READER, digest, headline, mail
from running import run_of

LAB, ROUTERS = (page for page in beside() if page.feeds[0] in ("fern-lab", "r/LocalLark"))
GONE = "https://gone.example/notes/kv-cache"
TOLD_OF_IT = (
    "Wren's serving engine now keeps the KV cache of 4,096 sessions in 38 GB instead of 71 GB, by storing keys in 8 bits. "
    "The p99 of the first token stays at 240 ms on one H200, says its author."
)


class CountingWire(sample_web.DemoWire):
    """The sample day's web, with the sender's server that counts clicks."""

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        if url == COUNTED:
            return Answer(302, {"location": f"{ROUTERS.url}?utm_source=letter"}, b"")
        return await super().get(url, headers, cap_bytes=cap_bytes)


@pytest.fixture(scope="module")
def box() -> Iterator[Dovecot]:
    with dovecot(("lark",)) as running:
        yield running


async def test_a_newsletter_ends_in_items_whose_proofs_stand_in_the_stored_bytes(
    box: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("DEEPDAILY_IMAP_USER", "lark"),
        ("DEEPDAILY_IMAP_PASSWORD", PASSWORD),
        ("SSL_CERT_FILE", str(box.certificate)),
    ):
        monkeypatch.setenv(name, value)
    stories = (
        headline(f"{LAB.url}?email={READER}", LAB.title, LAB.teaser),
        headline(COUNTED, ROUTERS.title, "Somebody measured routers."),
        headline(GONE, "Wren keeps the KV cache of 4,096 sessions in half the memory", TOLD_OF_IT),
    )
    box.put("lark", mail(digest(*stories)), sample_web.NOW - timedelta(hours=3), "1")
    place = f"127.0.0.1:{box.tls_port}"
    chosen = Settings.model_validate(
        {
            "sources": {"packs": [], "hackernews": False, "search": [], "mail": [{"host": "127.0.0.1", "port": box.tls_port}]},
            "network": {"allow_private": [place]},
            "digest": {"language": "en", "least_items": 1},
        }
    )

    with run_of(tmp_path, CountingWire(), settings=chosen) as run:
        issue = await run_day(run)

        told = {source.url: source for item in issue.items for source in item.sources}
        assert set(told) == {LAB.url, ROUTERS.url, GONE}
        assert {url: source.carried for url, source in told.items()} == {LAB.url: False, ROUTERS.url: False, GONE: True}
        proofs = [proof for claim in issue.claims() for proof in claim.evidence]
        assert len(proofs) > len(issue.items)
        assert await unproven(proofs, run.store, run.snapshots, run.engine) == frozenset()
        [harvest] = await collect(run)
        assert (harvest.health.source, harvest.health.kind, harvest.health.state) == ("mail", "mail", "ok")

    published = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert published
    assert not any(KEY.encode() in text or READER.encode() in text for text in published)
    assert [row.partition(b"(FLAGS")[2] for row in box.flags("lark").values()] == [b" (\\Recent))"]
