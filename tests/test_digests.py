"""Several digests in one store: each has its own days and its own memory; pages, budget and desk belong to all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Call, Decision, Slot, Snapshot, Usage
from deepdaily.demo.sample_web import DemoWire
from deepdaily.pipeline import run_day
from deepdaily.publish import Publication
from deepdaily.publish.files import Hugo
from deepdaily.store import Place, Store, Validators
from deepdaily.store.opening import open_store
from making import NOW, SLOT, issue, story
from running import SETTINGS, file_channels, run_of
from running import SLOT as SAMPLE_SLOT

WEEKLY = replace(SLOT, digest="weekly")


@pytest.fixture
def weekly(tmp_path: Path, store_url: str, store: Store) -> Iterator[Store]:
    """The database of `store` as another digest sees it."""
    with open_store(tmp_path, store_url, "weekly") as opened:
        yield opened


def test_a_key_names_its_digest_and_the_newest_of_a_digest_is_the_greatest() -> None:
    later = replace(SLOT, due=SLOT.due.replace(month=11))

    assert SLOT.key == "daily/2026-03-12T08:00:00+08:00"
    assert Slot.of_key(SLOT.key) == SLOT
    assert Slot.of_key(WEEKLY.key).digest == "weekly"
    assert SLOT.key < later.key
    assert (SLOT.stamp, WEEKLY.stamp) == ("2026-03-12T08:00:00+08:00", WEEKLY.key)


def test_each_digest_has_its_own_issue_of_a_day(store: Store, weekly: Store) -> None:
    ours, theirs = issue(story("A daily matter")), issue(story("A weekly matter"), slot=WEEKLY)
    for kept, book in ((ours, store), (theirs, weekly)):
        book.begin(kept.slot.key, NOW)
        book.keep_issue(kept)

    for kept, book in ((ours, store), (theirs, weekly)):
        assert book.issue(SLOT.day) == kept
        assert book.issues() == book.issues_since(SLOT.due.date()) == [kept]
        assert book.slots() == [slot for slot, _ in book.runs(5)] == [kept.slot.key]
        assert [printed.slot for printed in book.find("matter", 5)] == [kept.slot.key]


def test_a_day_that_another_digest_alone_has_is_no_day_of_ours(store: Store, weekly: Store) -> None:
    weekly.keep_issue(issue(story("A weekly matter"), slot=WEEKLY))

    assert store.issue(SLOT.day) is None
    assert (store.issue_days(), weekly.issue_days()) == ([], [SLOT.day])


def test_a_digest_whose_name_begins_like_ours_is_another(tmp_path: Path, store: Store, store_url: str) -> None:
    for name in ("daily-en", "dail", "daily2", "Daily"):
        with open_store(tmp_path, store_url, name) as other:
            other.begin(replace(SLOT, digest=name).key, NOW)

    assert store.slots() == []


def test_what_a_digest_fetched_last_is_asked_for_again_by_that_digest(store: Store, weekly: Store) -> None:
    page = Snapshot("https://a.example/", "sha256:" + "1" * 64, "https://a.example/", NOW, "text/html", 10)
    store.keep_snapshot(SLOT.key, page, Place("a.warc.gz", 0), Validators("e1"))
    store.flush()

    assert weekly.latest_snapshot(page.url) is None
    assert weekly.place(page.digest) == Place("a.warc.gz", 0)


def test_the_budget_of_a_day_and_the_desk_belong_to_all_digests(store: Store, weekly: Store) -> None:
    calls = [Call(slot.digest, slot.key, "quill", "facts", "answered", NOW, Usage(10)) for slot in (SLOT, WEEKLY)]
    for call in calls:
        store.keep_call(call, SLOT.day)
    decision = Decision("d-1", "ban", "spam.example", NOW)
    store.keep_decision(decision)

    assert sorted(call.id for call in weekly.calls_of_day(SLOT.day)) == ["daily", "weekly"]
    assert [call.id for call in weekly.calls_since(WEEKLY.key)] == ["weekly"]
    assert weekly.decisions() == [decision]


async def test_what_one_digest_told_another_tells_too(tmp_path: Path) -> None:
    with run_of(tmp_path, DemoWire()) as run:
        ours = await run_day(run)
    channels = file_channels(tmp_path / "weekly")
    with run_of(tmp_path, DemoWire(), replace(SAMPLE_SLOT, digest="weekly"), publishers=channels) as run:
        theirs = await run_day(run)

        assert run.store.issues() == [theirs]
    assert len(ours.items) == SETTINGS.digest.items
    assert [item.story for item in theirs.items] == [item.story for item in ours.items]


async def test_a_post_of_another_digest_is_not_written_over(tmp_path: Path) -> None:
    await Hugo(tmp_path).publish(Publication(issue(story("A daily matter")), [], {}))

    with pytest.raises(PublishError, match="not written for the slot weekly/"):
        await Hugo(tmp_path).publish(Publication(issue(story("A weekly matter"), slot=WEEKLY), [], {}))
