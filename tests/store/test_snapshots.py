from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from deepdaily.core.errors import SnapshotDamaged, StoreError
from deepdaily.store import Place
from deepdaily.store.snapshots import Snapshots, body_digest

NOW = datetime(2026, 2, 11, 7, 30, tzinfo=UTC)
URL = "https://news.example/a"
HEADERS = {"content-type": "text/html; charset=utf-8", "content-encoding": "gzip", "set-cookie": "secret=1"}


def append(snapshots: Snapshots, body: bytes) -> tuple[Place, str]:
    digest = body_digest(body)
    return snapshots.append(URL, digest, NOW, HEADERS, body), digest


def test_every_body_is_read_back_from_its_own_place(tmp_path: Path) -> None:
    with Snapshots(tmp_path) as snapshots:
        kept = {body: append(snapshots, body) for body in (b"one", b"", b"three\r\n\r\nHTTP/1.1", b"\x1f\x8b" * 50_000)}

        assert all(snapshots.read(*where) == body for body, where in kept.items())
    assert {place.file for place, _ in kept.values()} == {"2026-02-11-1.warc.gz"}
    assert all(Snapshots(tmp_path).read(*where) == body for body, where in kept.items())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=4))
def test_any_bytes_survive(tmp_path: Path, bodies: list[bytes]) -> None:
    with Snapshots(tmp_path) as snapshots:
        places = [append(snapshots, body) for body in bodies]

        assert [snapshots.read(*place) for place in places] == bodies


def test_an_archive_tool_finds_whole_records_without_cookies(tmp_path: Path) -> None:
    with Snapshots(tmp_path) as snapshots:
        place, digest = append(snapshots, b"<p>text")

    with (tmp_path / place.file).open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            assert record.rec_headers.get_header("WARC-Target-URI") == URL
            assert record.rec_headers.get_header("WARC-Date") == "2026-02-11T07:30:00Z"
            assert record.rec_headers.get_header("WARC-Payload-Digest") == digest
            assert record.rec_headers.get_header("WARC-Block-Digest")
            assert record.http_headers.get_statuscode() == "200"
            assert record.http_headers.headers == [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "7")]
            assert record.content_stream().read() == b"<p>text"


def test_what_came_by_another_way_than_http_is_a_resource_and_read_back_whole(tmp_path: Path) -> None:
    body = b"HTTP/1.1 200 OK\r\n\r\n<p>text"
    digest = body_digest(body)
    with Snapshots(tmp_path) as snapshots:
        place = snapshots.append("mid:12.lark@letter.example", digest, NOW, HEADERS, body)

        assert snapshots.read(place, digest) == body
    with (tmp_path / place.file).open("rb") as file:
        [record] = [
            (one.rec_type, one.content_type, one.content_stream().read()) for one in ArchiveIterator(file, check_digests="raise")
        ]
    assert record == ("resource", "text/html; charset=utf-8", body)


def test_equal_answers_give_equal_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        with Snapshots(tmp_path / folder) as snapshots:
            append(snapshots, b"text")

    assert (tmp_path / "a/2026-02-11-1.warc.gz").read_bytes() == (tmp_path / "b/2026-02-11-1.warc.gz").read_bytes()


def test_nothing_is_written_behind_the_cut_off_tail_of_a_killed_run(tmp_path: Path) -> None:
    with Snapshots(tmp_path) as killed:
        place, digest = append(killed, b"whole")
        cut = append(killed, b"cut" * 1000)
    old = tmp_path / place.file
    old.write_bytes(old.read_bytes()[:-20])
    with Snapshots(tmp_path) as snapshots:
        later, _ = append(snapshots, b"later")

        assert later.file == "2026-02-11-2.warc.gz"
        assert snapshots.read(place, digest) == b"whole"
        with pytest.raises(SnapshotDamaged):
            snapshots.read(*cut)


def test_one_changed_byte_is_noticed(tmp_path: Path) -> None:
    with Snapshots(tmp_path) as snapshots:
        place, digest = append(snapshots, b"seven stories")
        file = tmp_path / place.file
        file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()).replace(b"seven", b"eight")))

        with pytest.raises(SnapshotDamaged, match="other bytes"):
            snapshots.read(place, digest)


@pytest.mark.parametrize(
    "place",
    [
        Place("2026-02-11-9.warc.gz", 0),
        Place("2026-02-11-1.warc.gz", 7),
        Place("2026-02-11-1.warc.gz", 10**9),
        Place("2026-02-11-1.warc.gz", -1),
        Place("../2026-02-11-1.warc.gz", 0),
    ],
)
def test_a_place_where_nothing_is_stored_is_damage(tmp_path: Path, place: Place) -> None:
    with Snapshots(tmp_path / "snapshots") as snapshots:
        _, digest = append(snapshots, b"text")

        with pytest.raises(SnapshotDamaged):
            snapshots.read(place, digest)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_bytes(b"a file where the folder should be")

    with pytest.raises(StoreError, match="cannot write"):
        append(Snapshots(tmp_path / "snapshots"), b"text")


def test_reading_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(SnapshotDamaged):
        Snapshots(tmp_path / "snapshots").read(Place("2026-02-11-1.warc.gz", 0), body_digest(b""))

    assert not list(tmp_path.iterdir())
