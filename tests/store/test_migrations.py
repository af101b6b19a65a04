"""A store that an earlier version wrote is opened and brought to today's tables, and nothing in it is lost.

`schema_5.sql` is a small store as version 0.1.0 of February wrote it: a failed slot and a published one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, select, text

from deepdaily.archive.verify import Published, verify
from deepdaily.core.errors import StoreTooNew
from deepdaily.core.types import Chosen, Reason, RunRecord, Stage, Trouble, Votes
from deepdaily.store import Place, Reading, Store, fulltext
from deepdaily.store.migrations import MIGRATIONS
from deepdaily.store.opening import open_store
from deepdaily.store.schema import MIGRATED, TABLES
from deepdaily.store.snapshots import Snapshots, body_digest

OLD = Path(__file__).with_name("schema_5.sql")
PAGE = "https://halyard.example/v0-9-0"
BODY = "<h1>引擎 v0.9.0 支持微调</h1><p>7B 模型的微调只需 9 GB 显存。</p>".encode("gb18030")
POST = b"the post\n"


@pytest.fixture
def old(tmp_path: Path, store_url: str) -> Engine:
    """The old store, in the file or on the server that `open_store` is going to open."""
    engine = create_engine(store_url or f"sqlite:///{tmp_path / 'deepdaily.db'}")
    lines = OLD.read_text("utf-8").splitlines()
    with engine.begin() as db:
        for line in lines:
            made = line.replace("VARCHAR", 'TEXT COLLATE "C"').replace("BLOB", "BYTEA") if store_url else line
            db.exec_driver_sql(made)
        fulltext.make(db)
        row = "'2026-03-12T08:00:00+08:00', 's-halyard', '引擎 v0.9.0 支持微调'"
        found = "'''微调'':1A'" if store_url else "'微调'"
        db.exec_driver_sql(f"INSERT INTO printed (slot, story, claims, words) VALUES ({row}, {found})")
    return engine


@pytest.fixture
def migrated(old: Engine, tmp_path: Path, store_url: str) -> Store:
    old.dispose()
    return open_store(tmp_path, store_url)


def shape(engine: Engine) -> dict[str, object]:
    """Columns, keys and indexes of each table."""
    tables = inspect(engine)
    return {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in tables.get_columns(name)],
            tables.get_pk_constraint(name)["constrained_columns"],
            sorted((index["name"], tuple(index["column_names"])) for index in tables.get_indexes(name)),
        )
        for name in tables.get_table_names()
        if not name.startswith("printed")
    }


def counts(engine: Engine) -> dict[str, int]:
    names = [name for name in inspect(engine).get_table_names() if not name.startswith("printed_")]
    with engine.connect() as db:
        return {name: db.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


def test_every_row_of_an_old_store_is_still_there(old: Engine, tmp_path: Path, store_url: str) -> None:
    before = counts(old)
    with open_store(tmp_path, store_url) as store:
        after = counts(store._engine)

    assert after == before | {
        "migrations": len(MIGRATIONS),
        "structures": 0,
        "abilities": 0,
        "earlier_issues": 0,
        "translations": 0,
        "seen": 0,
        "quotas": 0,
        "rests": 0,
        "drawn": 1,
        "forgotten": 0,
    }
    assert after["issues"] == after["printed"] == 1


def test_an_old_store_gets_the_tables_of_a_new_one(migrated: Store, tmp_path: Path, store_url: str) -> None:
    with migrated:
        found = shape(migrated._engine)
        if store_url:
            with migrated._engine.begin() as db:
                db.exec_driver_sql("DROP SCHEMA public CASCADE")
                db.exec_driver_sql("CREATE SCHEMA public")

    with open_store(tmp_path / "new", store_url) as store:
        assert found == shape(store._engine)


def test_an_old_issue_is_shown_and_its_proof_holds(migrated: Store, tmp_path: Path) -> None:
    """Its page is in GB 18030, as only the answer's media type says."""
    (tmp_path / "index.md").write_bytes(POST)
    with migrated as store, Snapshots(tmp_path) as snapshots:
        told = store.issue("2026-03-12")
        assert told is not None
        place = snapshots.append(PAGE, body_digest(BODY), told.draft.now.replace(day=11), {}, BODY)
        files = [Published(one, tmp_path / "index.md", None) for one in store.editions(told.draft.slot.key)[1:]]

        verdict = verify(told, store, snapshots, files)

        assert told.closing.tags == ("AI", "微调")
        assert [followed.state for followed in told.closing.followed] == ["answered"]
        assert store.place(body_digest(BODY)) == place == Place("2026-03-11-1.warc.gz", 0)
        assert verdict.green
        assert verdict.facts == 3
        assert [(printed.slot, printed.story) for printed in store.find("微调", 5)] == [(told.slot.key, "s-halyard")]
        assert [printed.story for printed in store.find("fine-tuning", 5)] == ["s-halyard"]


def test_all_that_an_old_run_left_can_be_read(migrated: Store) -> None:
    with migrated as store:
        newest, failed = store.slots()
        (page, gone) = "https://halyard.example/v0-9-0", "https://gone.example/"

        assert (newest, failed) == ("daily/2026-03-12T08:00:00+08:00", "daily/2026-03-11T08:00:00+08:00")
        assert store.issues()[0].slot.key == newest
        assert [one.health.state for one in store.harvests(newest) + store.harvests(failed)] == ["ok", "unreachable"]
        assert [offer.votes for offer in store.harvests(newest)[0].offers] == [Votes("hackernews", 3), None]
        assert set(store.texts(newest)) == {page, "https://feed.example/1"}
        assert store.readings(newest)[gone] == Reading(reason="HTTP 404")
        assert store.snapshot_of(newest, page) is not None
        assert [loss.url for loss in store.losses(newest)] == [gone]
        assert [one.slot for one in store.editions(newest)] == [newest, newest]
        assert [one.slot for one in store.calls_of_day("2026-03-12")] == [newest]
        assert [one.message for one in store.calls_since(newest)] == ['it said "slot":"x"']
        assert [decision.kind for decision in store.decisions()] == ["pin"]
        assert store.alerts(newest) == {"degraded"}
        assert store.reply("sha256:" + "3" * 64) == '{"text":"ja"}'


def test_all_of_an_old_store_is_of_the_daily(migrated: Store) -> None:
    keyed = [table for table in TABLES.sorted_tables if "slot" in table.c]
    with migrated as store, store._engine.connect() as db:
        slots = {slot for table in keyed for slot in db.scalars(select(table.c.slot))}

    assert slots == {"daily/2026-03-11T08:00:00+08:00", "daily/2026-03-12T08:00:00+08:00"}


def test_an_old_record_is_a_value(migrated: Store) -> None:
    with migrated as store:
        (_, newest), (_, failed) = store.runs(5)

    assert failed == RunRecord("failed", troubles=(Trouble("embedder", "HTTP 503"),))
    assert newest == RunRecord(
        "published",
        "72h",
        ("rung:72h",),
        {"offers": 3, "candidates": 2, "items": 1},
        (
            Stage("collect", "", 3, 3, 0, 1.5, "3 of 3"),
            Stage("read", "24h", 2, 2, 0, 2.5, "2 of 2"),
            Stage("read", "72h", 2, 2, 0, 3.5, "2 of 2"),
            Stage("select", "", 1, 1, 0, 4.5, "1 of 1"),
        ),
        (Chosen("s-halyard", PAGE, 3.5, (Reason("fresh", 1.5), Reason("field", 2.0))),),
        (Trouble("mail", "the server refuses it: 550; see the settings"),),
    )


def test_the_first_fetch_of_old_bytes_names_their_type(migrated: Store) -> None:
    with migrated as store:
        assert store.media_type(body_digest(BODY)) == "text/html; charset=gb18030"
        assert store.media_type("sha256:" + "1" * 64) == "application/rss+xml"
        assert store.media_type("sha256:" + "2" * 64) == ""
        latest = store.latest_snapshot(PAGE)
        assert latest is not None
        assert latest[1].etag == '"e-2"'


def test_a_step_that_fails_leaves_the_old_store_as_it_was(old: Engine, tmp_path: Path, store_url: str) -> None:
    with old.begin() as db:
        db.execute(text("UPDATE fetches SET snapshot = 'cut off'"))
    before = shape(old)

    with pytest.raises(ValueError, match="Invalid JSON"):
        open_store(tmp_path, store_url)

    assert shape(old) == before


def test_a_step_that_is_not_known_here_is_a_newer_version_s(tmp_path: Path, store_url: str) -> None:
    with open_store(tmp_path, store_url) as store, store._engine.begin() as db:
        db.execute(MIGRATED.insert().values(name="offers_by_the_hour"))

    with pytest.raises(StoreTooNew, match="newer"):
        open_store(tmp_path, store_url)
