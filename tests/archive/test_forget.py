"""What is stored of an address is removed for good, and nothing else with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from warcio.archiveiterator import ArchiveIterator

from deepdaily.archive.forget import forget
from deepdaily.archive.verify import verify
from deepdaily.core.errors import SettingsError, SnapshotDamaged
from deepdaily.serve.web import Shelf, site_app
from deepdaily.store import Place, Store
from deepdaily.store.snapshots import Snapshots, body_digest
from making import NOW
from render import issues
from serve import shelves
from webs import deepdaily

SECRET = "微调 7B 模型只需 9 GB 显存"
SHOP = "https://other.example/a"


def filled(store: Store, folder: Path) -> Shelf:
    """Two days; the first one's page and another are stored under the digests of their bytes."""
    shelf = shelves.shelf(store, folder)
    return shelf


def stored(snapshots: Snapshots, url: str, body: bytes) -> tuple[Place, str]:
    digest = body_digest(body)
    return snapshots.append(url, digest, NOW, {"content-type": "text/plain"}, body), digest


@pytest.mark.parametrize("body", [b"x", SECRET.encode(), b"long " * 5000])
def test_a_record_is_overwritten_in_its_place_and_the_others_stay(tmp_path: Path, body: bytes) -> None:
    with Snapshots(tmp_path) as snapshots:
        first, (place, digest), last = (
            stored(snapshots, SHOP, b"before"), stored(snapshots, "https://gone.example/", body), stored(snapshots, SHOP, b"behind"),
        )  # fmt: skip
        before = (tmp_path / place.file).read_bytes()
        length = snapshots.forget(place, "https://gone.example/", NOW)
        after = (tmp_path / place.file).read_bytes()

        assert len(after) == len(before)
        assert after[: place.offset] == before[: place.offset]
        assert after[place.offset + length :] == before[place.offset + length :]
        assert [snapshots.read(*one) for one in (first, last)] == [b"before", b"behind"]
        with pytest.raises(SnapshotDamaged):
            snapshots.read(place, digest)
    with (tmp_path / place.file).open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    assert kinds == ["response", "metadata", "response"]


def test_a_record_that_is_not_there_cannot_be_forgotten(tmp_path: Path) -> None:
    with Snapshots(tmp_path) as snapshots, pytest.raises(SnapshotDamaged):
        snapshots.forget(Place("2026-01-01-1.warc.gz", 0), SHOP, NOW)


def test_text_and_bytes_are_gone_and_the_issue_keeps_its_quotation(store: Store, tmp_path: Path) -> None:
    shelf = filled(store, tmp_path)
    gone = forget(shelves.TUNING.url, store, shelf.snapshots, NOW)
    near = TestClient(site_app(shelf, "127.0.0.1"), base_url="http://127.0.0.1", client=("127.0.0.1", 1))
    number = 1
    page = near.get(f"/e/{shelves.FIRST.day}/{number}").text

    assert (gone.texts, gone.snapshots, gone.others, gone.carried) == (1, 1, (), ())
    assert store.documents([shelves.TUNING.id]) == {}
    assert store.place(shelves.TUNING.snapshot) is None
    assert near.get(f"/raw/{shelves.TUNING.snapshot}").status_code == 404
    assert "已应要求删除" in page
    assert "其余用法不变" not in page
    assert SECRET in near.get(f"/d/{shelves.FIRST.day}").text.replace('<b class="figure">', "").replace("</b>", "")


def test_verify_says_forgotten_and_does_not_turn_red_for_it(store: Store, tmp_path: Path) -> None:
    shelf = filled(store, tmp_path)
    forget(shelves.TUNING.url, store, shelf.snapshots, NOW)
    whole = shelves.first_issue()
    verdict = verify(replace(whole, closing=replace(whole.closing, followed=())), store, shelf.snapshots, [])

    assert len(verdict.forgotten) == verdict.facts == 2
    assert "forgotten on request on 2026-03-12" in verdict.forgotten[0]
    assert (verdict.missing, verdict.damaged, verdict.found) == ([], [], 0)
    assert replace(verdict, altered=[]).green


def test_another_spelling_of_the_address_is_the_same_page_and_another_page_is_not(store: Store, tmp_path: Path) -> None:
    shelf = filled(store, tmp_path)
    forget(shelves.TUNING.url + "/#part", store, shelf.snapshots, NOW)

    assert store.documents([shelves.TUNING_AGAIN.id])
    assert store.documents([shelves.TUNING.id]) == {}


@pytest.mark.parametrize("address", ["not an address", "https://nobody.example/"])
def test_what_is_not_stored_is_said(store: Store, tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError):
        forget(address, store, filled(store, tmp_path).snapshots, NOW)


def test_bytes_that_others_rest_on_and_those_that_carried_it_are_named(store: Store, tmp_path: Path) -> None:
    shelf = filled(store, tmp_path)
    beside = replace(issues.document(SHOP, "Beside", "Another text of the same bytes."), snapshot=shelves.TUNING.snapshot)
    store.keep_documents([beside])

    assert forget(shelves.TUNING.url, store, shelf.snapshots, NOW).others == (SHOP,)
    carried = replace(issues.document("https://feed.example/one", "One", "A text of a feed."), snapshot="sha256:" + "7" * 64)
    feed = replace(shelves.TUNING, url="https://feed.example/atom", snapshot="sha256:" + "7" * 64)
    store.keep_documents([carried])
    shelves.keep_bytes(store, shelf.snapshots, feed, b"<feed/>", "application/atom+xml")
    assert forget("https://feed.example/one", store, shelf.snapshots, NOW).carried == ("https://feed.example/atom",)


def test_the_command_says_what_is_gone_and_how_it_stays_away(tmp_path: Path) -> None:
    from deepdaily.store.opening import open_store

    with open_store(tmp_path / "deepdaily-data") as store:
        shelves.shelf(store, tmp_path / "deepdaily-data").snapshots.close()
    done = deepdaily("archive", "forget", shelves.TUNING.url, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "forgotten: https://tuning.example.com/1-0 (1 texts, 1 snapshots" in done.stdout
    assert "deepdaily desk ban" in done.stdout
