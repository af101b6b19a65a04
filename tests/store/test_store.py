"""The store is the checkpoint: what is kept once is answered for ever, and a stranger's database is left alone."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from deepdaily.core.errors import StoreError, StoreTooNew
from deepdaily.core.types import NO_STRUCTURE, Harvest, Link, Loss, Offer, Snapshot, SourceHealth, Structure, Table
from deepdaily.store import Place, Store, Validators
from deepdaily.store.opening import open_store
from deepdaily.store.schema import META
from making import NOW, SLOT, document, issue, story
from render import issues

SNAPSHOT = Snapshot("https://a.example/", "sha256:" + "1" * 64, "https://a.example/", NOW, "text/html", 10)


def test_an_issue_comes_back_as_it_was(store: Store) -> None:
    told = issue(story("vLLM v0.9.1 released", "It is faster."))
    store.keep_issue(told)

    assert store.issue("2026-03-12") == told
    assert store.issues() == [told]
    assert store.issues(limit=0) == []


def test_the_first_issue_of_a_slot_stays(store: Store) -> None:
    first, second = issue(story("One run's")), issue(story("Another's"))

    assert store.keep_issue(first) == first
    assert store.keep_issue(second) == first
    assert store.issues() == [first]


def test_what_is_in_a_document_is_kept_beside_it_and_asked_for_by_itself(store: Store) -> None:
    text = document("A title", "A body with the plan.")
    inside = Structure(
        (Link("https://a.example/plan", "the plan", 21, "nofollow"),), (Table((("Node", "Wait"), ("Alder", "")), 1, 9),)
    )
    store.keep_documents([text])
    store.keep_structure(text.id, inside)
    store.keep_structure(text.id, Structure((Link("https://b.example/", "another", 0),)))
    store.keep_structure("bare", NO_STRUCTURE)

    assert store.structures([text.id, "bare", "unknown"]) == {text.id: inside}
    assert store.documents([text.id]) == {text.id: text}


def test_answers_of_an_address_come_back_newest_first_and_equal_ones_once(store: Store) -> None:
    for n, digest in enumerate(("1", "2", "2", "3")):
        slot = f"daily/2026-03-{n + 1:02}T08:00:00+08:00"
        store.keep_snapshot(slot, replace(SNAPSHOT, digest=digest), None, Validators())
    store.keep_snapshot("other/2026-03-09T08:00:00+08:00", replace(SNAPSHOT, digest="9"), None, Validators())

    assert [one.digest for one in store.snapshots_of(SNAPSHOT.url, 7)] == ["3", "2", "1"]
    assert [one.digest for one in store.snapshots_of(SNAPSHOT.url, 2)] == ["3", "2"]
    assert store.snapshots_of("https://other.example/", 2) == []


def test_how_sources_did_is_asked_for_without_what_they_gave(store: Store) -> None:
    text = document("A title", "A body.")
    health = [SourceHealth("b", "feed", "ok", 1, newest=NOW, gap_days=1.5), SourceHealth("a", "search", "refused", message="“403”")]
    for one in health:
        store.keep_harvest("daily/x", Harvest(one, (Offer("https://a.example/1", "b", "T"),), (text,)))

    assert store.health_of("daily/x") == health[::-1]
    assert store.health_of("daily/y") == []


def test_a_harvest_comes_back_with_its_texts_as_first_seen(store: Store) -> None:
    text = document("A title", "A body.")
    health = SourceHealth("feed", "feed", "ok", 1)
    store.keep_harvest("yesterday", Harvest(health, (), (text,)))
    again = replace(text, snapshot="sha256:" + "2" * 64)

    kept = store.keep_harvest("today", Harvest(health, (Offer("https://a.example/", "feed", "A title"),), (again,)))

    assert kept.documents == (text,)
    assert store.harvest_of("today", "feed") == kept
    assert store.harvest_of("today", "other") is None


def test_a_snapshot_is_found_by_slot_and_the_newest_for_a_conditional_request(store: Store) -> None:
    store.keep_snapshot("daily/2026-03-11", SNAPSHOT, Place("a.warc.gz", 0), Validators("e1", ""))
    store.keep_snapshot("daily/2026-03-12", replace(SNAPSHOT, size_bytes=11), None, Validators("e2", ""))

    assert store.snapshot_of("daily/2026-03-11", SNAPSHOT.url) == SNAPSHOT
    assert store.snapshot_of("daily/2026-03-13", SNAPSHOT.url) is None
    latest = store.latest_snapshot(SNAPSHOT.url)
    assert latest is not None
    assert latest[1].etag == "e2"
    assert store.place(SNAPSHOT.digest) == Place("a.warc.gz", 0)


def test_the_first_start_of_a_slot_names_its_calendar(store: Store) -> None:
    later = NOW.replace(hour=9)

    assert store.begin(SLOT.key, NOW) == NOW
    assert store.begin(SLOT.key, later) == NOW


def test_a_restarted_slot_forgets_what_it_tried_and_keeps_what_is_published(store: Store) -> None:
    store.begin(SLOT.key, NOW)
    store.keep_issue(issue(story("A")))
    store.keep_reading(SLOT.key, "https://a.example/", "HTTP 503")
    store.keep_losses(SLOT.key, [Loss("https://a.example/", "read", "HTTP 503")])

    store.restart(SLOT.key, NOW.replace(hour=9))

    assert store.readings(SLOT.key) == {}
    assert store.losses(SLOT.key) == []
    assert store.issue(SLOT.day) is not None
    assert store.begin(SLOT.key, NOW) == NOW.replace(hour=9)


def test_a_restart_does_not_forget_a_spent_quota(store: Store) -> None:
    store.begin(SLOT.key, NOW)
    store.keep_harvest(SLOT.key, Harvest(SourceHealth("brave", "search", "quota-spent")))
    store.keep_harvest(SLOT.key, Harvest(SourceHealth("feed", "feed", "unreachable")))

    store.restart(SLOT.key, NOW.replace(hour=9))

    assert [harvest.health.source for harvest in store.harvests(SLOT.key)] == ["brave"]


def test_a_text_read_again_keeps_its_first_snapshot(store: Store) -> None:
    first = document("A title", "A body.")
    again = replace(first, snapshot="sha256:" + "2" * 64)

    assert store.keep_reading("yesterday", first.url, first) == first
    assert store.keep_reading("today", first.url, again) == first


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path, store_url: str) -> None:
    with open_store(tmp_path, store_url) as store, store._engine.begin() as db:
        db.execute(META.update().values(value="99"))

    with pytest.raises(StoreTooNew, match="newer"):
        open_store(tmp_path, store_url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.db").write_text("not a database, " * 100)

    with pytest.raises(StoreError, match="cannot be used"):
        open_store(tmp_path)


def test_a_file_damaged_in_its_middle_is_a_store_error(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.keep_issue(issue(story("A title")))
    file = tmp_path / "deepdaily.db"
    with closing(sqlite3.connect(file)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'issues'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(content)

    with open_store(tmp_path) as store, pytest.raises(StoreError, match="malformed"):
        store.issue(SLOT.day)


def test_a_mistake_in_a_statement_is_no_store_error(store: Store) -> None:
    with store._engine.connect() as db, pytest.raises(SQLAlchemyError):
        db.execute(META.insert().values(name="secret", value=None))


def test_a_database_is_read_while_another_process_writes_it(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.keep_issue(issue(story("A title")))
    with closing(sqlite3.connect(tmp_path / "deepdaily.db")) as writing:
        writing.execute("BEGIN IMMEDIATE")
        with open_store(tmp_path) as store:
            assert store.issue_days() == [SLOT.day]


def test_a_folder_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    told = issue(story("A title"))
    with open_store(tmp_path) as store:
        store.keep_issue(told)
    tmp_path.chmod(0o555)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everywhere")
        with open_store(tmp_path) as store:
            assert store.issue(SLOT.day) == told
            with pytest.raises(StoreError, match="readonly"):
                store.keep_alert(SLOT.key, "trouble")
    finally:
        tmp_path.chmod(0o755)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot be made"):
        open_store(tmp_path / "file" / "below")


# -- leases -----------------------------------------------------------------------------------------------------------


def test_a_lease_has_one_holder_who_may_renew_it(store: Store) -> None:
    assert store.lease(SLOT.key, "one", 60)
    since = store.lease_of(SLOT.key)

    assert not store.lease(SLOT.key, "two", 60)
    assert store.lease(SLOT.key, "one", 60)
    assert store.lease("another slot", "two", 60)
    assert since is not None
    assert since.holder == "one"
    renewed = store.lease_of(SLOT.key)
    assert renewed is not None
    assert (renewed.holder, renewed.since) == ("one", since.since)
    assert renewed.until >= since.until


def test_an_expired_lease_may_be_taken_over(store: Store) -> None:
    assert store.lease(SLOT.key, "one", 0)
    assert store.lease_of(SLOT.key) is None

    assert store.lease(SLOT.key, "two", 60)
    assert not store.lease(SLOT.key, "one", 60)


def test_only_its_holder_releases_a_lease(store: Store) -> None:
    store.lease(SLOT.key, "one", 60)
    store.release(SLOT.key, "two")
    assert not store.lease(SLOT.key, "two", 60)

    store.release(SLOT.key, "one")
    assert store.lease(SLOT.key, "two", 60)


# -- servers ----------------------------------------------------------------------------------------------------------


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1/news cannot be used") as refused:
        open_store(tmp_path, "postgresql+psycopg://user:s3cret@127.0.0.1:1/news")

    assert "s3cret" not in str(refused.value)
    assert "store.url" in refused.value.remedy


@pytest.mark.parametrize("url", ["nonsense", "oracle+nothing://x"])
def test_an_address_of_no_database_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError):
        open_store(tmp_path, url)


def test_an_issue_in_another_language_stands_beside_it_and_goes_when_it_is_corrected(store: Store) -> None:
    first = issue(story("vLLM v0.9.1 released"))
    english = replace(first, draft=replace(first.draft, language="en", title="Daily"))
    store.keep_issue(first)
    before = store.issues_state()
    store.keep_translation(english)
    again = replace(english, draft=replace(english.draft, title="Daily, told again"))
    store.keep_translation(again)

    assert store.issues_state() != before
    assert store.translations(first.slot.key) == [again]
    assert store.translated("en") == [again]
    assert (store.translated("fr"), store.translations("daily/2026-03-11T08:00:00+08:00")) == ([], [])
    assert store.issues() == [first]
    store.correct_issue(first)
    assert store.translations(first.slot.key) == []


def test_feeds_have_an_id_from_the_first_issue_on_which_nothing_changes(store: Store) -> None:
    assert store.feed_id() == ""
    store.keep_feed_id("tag:blog.example.com,2026:deepdaily")
    assert store.feed_id() == ""
    store.keep_issue(issues.issue())
    first = store.feed_id()
    store.keep_feed_id("tag:blog.example.com,2026:deepdaily")
    store.keep_issue(issues.issue(due=issues.DUE + timedelta(days=1)))

    assert first.startswith("urn:uuid:")
    assert store.feed_id() == first


def test_feeds_of_issues_that_were_there_before_ids_keep_the_one_they_are_given(store: Store) -> None:
    store.keep_issue(issues.issue())
    with store._writing() as db:
        db.execute(META.delete().where(META.c.name.like("feed:%")))
    store.keep_issue(issues.issue(due=issues.DUE + timedelta(days=1)))
    assert store.feed_id() == ""
    store.keep_feed_id("tag:blog.example.com,2026:deepdaily")
    store.keep_feed_id("tag:new.example.com,2026:deepdaily")

    assert store.feed_id() == "tag:blog.example.com,2026:deepdaily"
