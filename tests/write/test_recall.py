"""Days on which the web gives nothing: told from memory, marked as such, never the same twice, and never empty."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from html import unescape
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio
from mcp.client import Client
from starlette.testclient import TestClient

from deepdaily.archive import verify
from deepdaily.cli import show
from deepdaily.core.errors import NothingToPublish, Unreachable
from deepdaily.core.types import Issue, RunRecord, Slot, Watch
from deepdaily.core.urls import page_key
from deepdaily.demo import sample_web
from deepdaily.ladder import LAST_CALL_S
from deepdaily.memory.repeats import is_recalled
from deepdaily.pipeline import run_day
from deepdaily.publish.files import Hugo, Page
from deepdaily.read.web_wire import Answer
from deepdaily.render.feishu import MOST_BYTES, cards, size_of
from deepdaily.render.mail import message
from deepdaily.run import Run
from deepdaily.serve.mcp import mcp_server
from deepdaily.serve.web import Shelf, site_app
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from making import kept_instead
from running import SETTINGS, SLOT, run_of

LOST_DAYS = 15
"""Enough for memory to run out: what was read lasts five days, the questions of those days seven more."""


class TooFast:
    """Every address answers 429, and names an hour nobody waits for."""

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        return Answer(429, {"retry-after": "3600", "content-type": "text/plain"}, b"too fast")


class OffTopic(sample_web.DemoWire):
    """Feeds answer, without an entry of these days."""

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        feed = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Trams</title></channel></rss>'
        return Answer(200, {"content-type": "application/rss+xml"}, feed) if "feed" in url else Answer(503, {}, b"")


def later(days: int) -> Slot:
    return Slot(SLOT.due + timedelta(days=days))


def run_after(folder: Path, wire: Any, days: int, **more: Any) -> AbstractContextManager[Run]:
    """The sample day's run `days` later."""
    return run_of(folder, wire, later(days), sample_web.NOW + timedelta(days=days), **more)


async def told(folder: Path, wire: Any, days: int) -> tuple[Issue, RunRecord]:
    with run_after(folder, wire, days) as run:
        return await run_day(run), run.record.value()


@dataclass(frozen=True)
class Days:
    """A good day, then LOST_DAYS on which everything answers 429."""

    folder: Path
    issues: list[Issue]
    records: list[RunRecord]

    def open(self) -> Store:
        return open_store(self.folder / "data")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    folder = tmp_path_factory.mktemp("days")
    every = [await told(folder, sample_web.DemoWire() if n == 0 else TooFast(), n) for n in range(LOST_DAYS + 1)]
    return Days(folder, [issue for issue, _ in every], [record for _, record in every])


# -- the rung ---------------------------------------------------------------------------------------------------------


def test_a_day_on_which_everything_answers_429_is_told_from_memory_and_says_so(days: Days) -> None:
    """2026-02-08, but with nothing else left either."""
    issue, record = days.issues[1], days.records[1]
    draft = issue.draft

    assert (draft.rung, record.rung, record.status, record.exit) == ("memory", "memory", "published", 10)
    assert "rung:memory" in draft.degraded
    assert "来自记忆" in draft.notice
    assert "被对方限流" in draft.notice
    assert "其余来源补足" not in draft.notice
    assert issue.items
    assert issue.closing.summary


def test_every_item_of_such_a_day_is_labelled(days: Days) -> None:
    assert all(item.label.startswith("来自记忆：") for item in days.issues[1].items)


def test_what_was_read_and_not_told_is_used_first(days: Days) -> None:
    first, second = days.issues[:2]
    printed = {page_key(cited.url) for item in first.items for cited in item.sources}

    assert len(second.items) == SETTINGS.digest.items
    assert not any(is_recalled(item) for item in second.items)
    assert printed.isdisjoint(page_key(cited.url) for item in second.items for cited in item.sources)


def test_a_recalled_item_says_what_was_asked_and_when_in_sentences_proven_then(days: Days) -> None:
    at = next(at for at, issue in enumerate(days.issues) if any(map(is_recalled, issue.items)))
    issue, before = days.issues[at], days.issues[:at]
    asked = {watch.story: watch for earlier in before for watch in earlier.closing.watchlist}
    items = [item for item in issue.items if is_recalled(item)]

    assert 1 <= len(items) <= 3
    for item in items:
        origin = next(one for earlier in before for one in earlier.items if one.story == item.story)
        assert item.unknowns == (asked[item.story].question,)
        assert f"{asked[item.story].opened_on} 提出的问题" in item.label
        assert set(item.claims()) <= set(origin.claims())
        assert all(claim.evidence for claim in item.claims())
        assert item.thread[-1].day == str(asked[item.story].opened_on)
        assert asked[item.story] in issue.closing.watchlist


def test_days_in_a_row_print_no_story_twice_but_once_more_with_its_mark_and_end_in_quiet_notes(days: Days) -> None:
    items = [item for issue in days.issues for item in issue.items]
    plain = [item.story for item in items if not is_recalled(item)]
    marked = [item.story for item in items if is_recalled(item)]
    rungs = [issue.draft.rung for issue in days.issues]

    assert len(plain) == len(set(plain))
    assert len(marked) == len(set(marked))
    assert list(dict.fromkeys(rungs)) == ["24h", "memory", "quiet"]


def test_a_quiet_day_says_what_was_asked_and_what_is_still_open(days: Days) -> None:
    issue = next(issue for issue in days.issues if issue.draft.rung == "quiet")
    quiet = issue.draft
    asked = len(SETTINGS.sources.add) + 2  # Hacker News and the search

    assert quiet.items == ()
    assert f"问了 {asked} 个来源，0 个正常应答" in quiet.notice
    assert "rung:quiet" in quiet.degraded
    assert issue.closing.watchlist
    assert quiet.notice.endswith("仍未回答的问题列在下面。")
    assert all(watch.expires_on >= quiet.slot.due.date() for watch in issue.closing.watchlist)


async def test_news_after_such_days_is_told_as_ever(days: Days, tmp_path: Path) -> None:
    """A recalled item neither counts as a telling nor hides what is new."""
    await told(tmp_path, sample_web.DemoWire(), 0)
    await told(tmp_path, TooFast(), 1)
    issue, _ = await told(tmp_path, sample_web.DemoWire(), 2)
    again = {page_key(cited.url) for item in days.issues[0].items for cited in item.sources}

    fresh = [item for item in issue.items if not is_recalled(item)]
    assert again.isdisjoint(page_key(cited.url) for item in fresh for cited in item.sources)


# -- the first day ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", [TooFast(), OffTopic()])
async def test_a_first_day_whose_sources_answer_without_news_is_a_quiet_note(tmp_path: Path, wire: Any) -> None:
    issue, record = await told(tmp_path, wire, 0)

    assert (issue.draft.rung, issue.items, record.exit) == ("quiet", (), 10)
    assert "仍未回答" not in issue.draft.notice


class NoNetwork:
    """Nothing answers."""

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        raise Unreachable(f"{url}: no route")


async def test_memory_is_not_used_while_a_network_that_is_down_can_still_come_back(tmp_path: Path) -> None:
    """Half an hour before the hour, on a machine that is tried again; with ten minutes left it is."""
    await told(tmp_path, sample_web.DemoWire(), 0)
    last_call = monotonic() + LAST_CALL_S
    kept = partial(run_after, tmp_path, NoNetwork(), 1, by_keeper=True)
    with kept(deadline=last_call + 60) as patient, pytest.raises(NothingToPublish, match="no source answers yet"):
        await run_day(patient)
    with kept(deadline=last_call - 60) as last:
        issue = await run_day(last)

    assert issue.draft.rung == "memory"


# -- every channel ----------------------------------------------------------------------------------------------------


@pytest.fixture(params=["kept", "recalled", "quiet"])
def poor(request: pytest.FixtureRequest, days: Days) -> Issue:
    """An issue of stories kept from earlier days, one of recalled items, and a quiet day's note."""
    kept = days.issues[1]
    recalled = next(issue for issue in days.issues if any(map(is_recalled, issue.items)))
    return {"kept": kept, "recalled": recalled, "quiet": days.issues[-1]}[request.param]


def test_verify_is_green(poor: Issue, days: Days) -> None:
    store, out = days.open(), days.folder / "out"
    channels = [(channel, out) for channel in (Hugo(out), Page(out))]
    with Snapshots(days.folder / "data/snapshots") as snapshots:
        verdict = verify.verify(poor, store, snapshots, verify.published_files(poor, store, channels))
    store.close()

    assert verdict.green, verdict
    assert bool(verdict.facts) == bool(poor.items)


def test_post_feeds_and_page_have_the_notice_and_each_label(poor: Issue, days: Days) -> None:
    out, day = days.folder / "out", poor.day
    post = (out / f"content/posts/{day}/index.md").read_text("utf-8").replace("\\", "")
    feed = json.loads((out / "feeds/feed.json").read_text("utf-8"))
    entry = next(one for one in feed["items"] if one["_deepdaily"]["slot"] == poor.slot.stamp)
    page = (out / f"page/{day}.html").read_text("utf-8")

    for text in map(unescape, (post, entry["content_html"], page)):
        assert poor.draft.notice in text
        assert all(item.label in text for item in poor.items)
        assert all(watch.question in text for watch in poor.closing.watchlist)


def test_mail_and_chat_take_it(poor: Issue) -> None:
    mail = message(poor, sender="a@b.example", recipients=["c@d.example"])
    body = mail.get_body(("plain",))
    sent = cards(poor)

    assert body is not None
    assert poor.draft.notice in body.get_content()
    assert sent
    assert all(size_of(card) <= MOST_BYTES for card in sent)
    assert "今天" in json.dumps(sent, ensure_ascii=False) or "今日" in json.dumps(sent, ensure_ascii=False)


def test_show_tells_the_day_and_each_item(poor: Issue, days: Days) -> None:
    store = days.open()
    shown = show.issue(poor, store, audit=True)
    items = [show.item(poor, str(n), store) for n in range(1, len(poor.items) + 1)]
    store.close()

    assert poor.draft.notice in shown.lines
    assert all(len(item.lines) > 2 for item in items)


def test_the_reader_shows_the_day_its_stories_the_questions_and_the_board(poor: Issue, days: Days) -> None:
    store, day = days.open(), poor.day
    with Snapshots(days.folder / "data/snapshots") as snapshots:
        shelf = Shelf(store, snapshots, "日报", "zh", lambda: sample_web.NOW)
        with TestClient(site_app(shelf, "127.0.0.1"), base_url="http://127.0.0.1:8765") as client:
            places = ["/", f"/d/{day}", "/watch", "/board", *(f"/s/{item.story}" for item in poor.items)]
            answers = {place: client.get(place) for place in places}
    store.close()

    assert {place: answer.status_code for place, answer in answers.items() if answer.status_code != 200} == {}
    assert poor.draft.notice in answers[f"/d/{day}"].text


async def test_agents_get_it(poor: Issue, days: Days) -> None:
    store = days.open()
    async with Client(mcp_server(store)) as client:
        answer = await client.call_tool("get_digest", {"day": poor.day})
    store.close()

    assert not answer.is_error
    assert answer.structured_content is not None
    assert answer.structured_content["rung"] == poor.draft.rung


async def test_a_day_all_of_whose_items_are_refused_in_review_is_a_quiet_note(tmp_path: Path) -> None:
    """Here: what memory brings back is not in the store any more."""
    with run_after(tmp_path, sample_web.DemoWire(), 0) as run:
        issue = await run_day(run)
        item = replace(issue.items[0], title=replace(issue.items[0].title, text="9,999 % faster"))
        day = issue.slot.due.date()
        watch = Watch("w-1", "何时恢复？", ("Copse",), item.story, day, day + timedelta(days=14))
        draft, closing = replace(issue.draft, items=(item,)), replace(issue.closing, watchlist=(watch,), trends=())
        kept_instead(run.store, replace(issue, draft=draft, closing=closing))
    elsewhere = tmp_path / "data/deepdaily.db"
    with open_store(elsewhere.parent)._engine.begin() as db:
        for table in ("harvests", "readings"):
            db.exec_driver_sql(f"DELETE FROM {table}")
    again, record = await told(tmp_path, TooFast(), 1)

    assert (again.draft.rung, again.items) == ("quiet", ())
    assert record.rung == "quiet"
    assert any(finding.severity == "block" for finding in again.findings)
