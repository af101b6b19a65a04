"""A day from the sources to the channels, on the sample day's web: what it leaves behind, and what it does in trouble."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import pytest_asyncio

from deepdaily import wiring
from deepdaily.console import LineMeter
from deepdaily.core.errors import NoModel, NothingToPublish, PublishError, Unreachable
from deepdaily.core.evidence import check_claim
from deepdaily.core.schedule import slot_at
from deepdaily.core.types import Decision, Document, Edition, Issue, Slot
from deepdaily.core.urls import page_key
from deepdaily.demo import web
from deepdaily.fetch import Answer, Fetcher
from deepdaily.keeper import calendar_of, is_finished, keep
from deepdaily.models import Model, Prompt, S
from deepdaily.models.writing.writer import ModelWriter
from deepdaily.pipeline import House, run_day
from deepdaily.publish import TakenInPart
from deepdaily.publish.files import Hugo
from deepdaily.record import trouble
from deepdaily.snapshots import Snapshots
from deepdaily.store import open_store
from fakes import InlineEngine, QuotingModel, SkippingLoop

SETTINGS = web.settings()
SLOT = slot_at(web.NOW, SETTINGS.digest.at, SETTINGS.zone)
POST = f"content/posts/{SLOT.day}/index.md"


class CountedWire(web.DemoWire):
    """The sample day's web, and what it was asked for."""

    def __init__(self, broken: web.Broken = "none") -> None:
        super().__init__(broken)
        self.asked: list[str] = []

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        self.asked.append(url)
        return await super().get(url, headers, cap_bytes=cap_bytes)


class NoNetwork(CountedWire):
    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        self.asked.append(url)
        raise Unreachable(f"{url}: no route")


class FullChannel:
    """A channel that takes nothing."""

    channel: ClassVar[str] = "full"

    async def publish(
        self, issue: Issue, *, recent: Sequence[Issue], documents: Mapping[str, Document]
    ) -> tuple[Edition, ...]:
        raise PublishError("no space left", "free some")


class PickyChannel(FullChannel):
    """A channel that takes the issue, but not for everybody."""

    async def publish(
        self, issue: Issue, *, recent: Sequence[Issue], documents: Mapping[str, Document]
    ) -> tuple[Edition, ...]:
        edition = Edition(issue.draft.slot.key, self.channel, "here", "sha256:0", issue.approved_at)
        raise TakenInPart("gone@d.example was refused", "mend it", (edition,))


@asynccontextmanager
async def house(folder: Path, wire: CountedWire | None = None, now: datetime = web.NOW) -> AsyncIterator[House]:
    """The sample day's house, without worker processes and with the Hugo post as its one channel."""
    store = open_store(folder / "data")
    store.begin(SLOT.key, now)
    with Snapshots(folder / "data/snapshots") as snapshots:
        fetcher = Fetcher(wire or CountedWire(), store, snapshots, SLOT.key, now)
        sources = wiring.sources(SETTINGS, fetcher, InlineEngine(), web.SEARCH_KEY)  # type: ignore[arg-type]
        publishers = [Hugo(folder / "out")]
        yield House(SETTINGS, store, fetcher, InlineEngine(), sources, publishers, LineMeter())  # type: ignore[arg-type]
    store.close()


Whole = tuple[House, Issue, dict[str, Any], Path]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """A day on which nothing is broken: its house, issue, record and folder."""
    folder = tmp_path_factory.mktemp("whole")
    async with house(folder) as opened:
        issue, record = await run_day(opened, SLOT, web.NOW)
        yield opened, issue, record.value(), folder


# -- what a day leaves behind -----------------------------------------------------------------------------------------


def test_a_day_is_published_with_its_items_and_a_funnel(whole: Whole) -> None:
    _, issue, record, folder = whole

    assert len(issue.draft.items) == SETTINGS.digest.items
    assert (record["status"], record["exit"], record["degraded"]) == ("published", 0, [])
    assert list(record["funnel"]) == ["offers", "candidates", "documents", "stories", "untold", "items"]
    assert [row["stage"].split()[0] for row in record["stages"]] == [
        *("collect", "read", "select", "write", "review", "close", "publish")
    ]
    assert issue.draft.items[0].title.text in (folder / "out" / POST).read_text("utf-8")


def test_the_store_holds_issue_record_and_editions(whole: Whole) -> None:
    opened, issue, record, _ = whole
    store = opened.store

    assert store.issue(SLOT.day) == issue
    assert json.loads(store.record(SLOT.key)) == record
    assert store.status(SLOT.key) == "published"
    assert POST in {edition.location for edition in store.editions(SLOT.key)}


async def test_a_run_whose_slot_another_has_told_meanwhile_publishes_that(whole: Whole, tmp_path: Path) -> None:
    other = replace(whole[1], draft=replace(whole[1].draft, title="What the other run tells"))
    async with house(tmp_path) as opened:
        opened.store.keep_issue(other)
        issue, _ = await run_day(opened, SLOT, web.NOW)

        assert issue == opened.store.issue(SLOT.day) == other
    assert other.draft.title in (tmp_path / "out" / POST).read_text("utf-8")


async def test_what_was_said_at_the_desk_is_in_the_next_issue_and_not_when_it_is_taken_back(
    whole: Whole, tmp_path: Path
) -> None:
    first, _, record, _ = whole
    below = [loss.url for loss in first.store.losses(SLOT.key) if "below the last chosen" in loss.reason]
    pinned, banned = below[-1], record["chosen"][0]["url"]

    async def chosen(folder: Path, taken_back_at: datetime | None = None) -> list[dict[str, Any]]:
        async with house(folder) as opened:
            for kind, url in (("pin", pinned), ("ban", banned)):
                opened.store.keep_decision(Decision(f"d-{kind}", kind, url, web.NOW, taken_back_at=taken_back_at))  # type: ignore[arg-type]
            _, record = await run_day(opened, SLOT, web.NOW, dry=True)
            return record.chosen

    decided = await chosen(tmp_path / "decided")

    assert decided[0]["url"] == pinned
    assert "pinned at the desk" in decided[0]["reasons"]
    assert banned not in {one["url"] for one in decided}
    assert await chosen(tmp_path / "taken back", web.NOW) == record["chosen"]


def test_every_offered_link_is_told_or_lost_with_a_reason(whole: Whole) -> None:
    opened, issue, _, _ = whole
    offered = {page_key(offer.url) for harvest in opened.store.harvests(SLOT.key) for offer in harvest.offers}
    lost = {page_key(loss.url): loss.reason for loss in opened.store.losses(SLOT.key)}
    told = {page_key(cited.url) for item in issue.draft.items for cited in item.sources}

    assert offered - told <= lost.keys()
    assert all(lost.values())


def test_what_was_paid_for_is_lost_and_printed_nowhere(whole: Whole) -> None:
    opened, _, _, folder = whole
    paid = [loss for loss in opened.store.losses(SLOT.key) if loss.reason == "sponsored"]
    post = (folder / "out" / POST).read_text("utf-8")

    assert len(paid) == 2
    assert not [loss.url for loss in paid if loss.url in post]


def test_each_chosen_story_has_its_score_in_parts(whole: Whole) -> None:
    _, issue, record, _ = whole
    rows = {row["story"]: row for row in record["chosen"]}

    for item in issue.draft.items:
        assert rows[item.story]["reasons"]


# -- again ------------------------------------------------------------------------------------------------------------


async def test_a_day_run_again_asks_only_sources_that_failed_and_gives_the_same_issue(tmp_path: Path) -> None:
    wire = NoNetwork()
    async with house(tmp_path) as opened:
        first, _ = await run_day(opened, SLOT, web.NOW, dry=True)
        failed = [one.health.source for one in opened.store.harvests(SLOT.key) if trouble(one.health)]
    async with house(tmp_path, wire) as opened:
        again, _ = await run_day(opened, SLOT, web.NOW)

    assert again == first
    assert set(wire.asked) <= set(failed)


async def test_a_dry_run_publishes_nothing_and_keeps_no_issue(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        issue, _ = await run_day(opened, SLOT, web.NOW, dry=True)
        assert issue.draft.items
        assert opened.store.issue(SLOT.day) is None
        assert opened.store.status(SLOT.key) == "dry"

    assert not (tmp_path / "out").exists()


# -- in trouble -------------------------------------------------------------------------------------------------------


async def test_a_channel_that_fails_costs_only_its_own_edition(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        both = replace(opened, publishers=[FullChannel(), *opened.publishers])
        _, record = await run_day(both, SLOT, web.NOW)

    assert (record.status, record.exit) == ("published", 10)
    assert record.troubles == ["full: no space left; free some"]
    assert (tmp_path / "out" / POST).exists()


async def test_a_channel_that_took_the_issue_in_part_is_a_trouble_and_has_it(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        _, record = await run_day(replace(opened, publishers=[PickyChannel()]), SLOT, web.NOW)

        assert (record.status, record.exit) == ("published", 10)
        assert record.troubles == ["full: gone@d.example was refused; mend it"]
        assert is_finished(opened.store, SLOT, ["full"])


async def test_a_channel_that_missed_the_issue_gets_that_same_issue_later(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        alone = replace(opened, publishers=[FullChannel()])
        issue, refused = await keep(alone, SLOT, web.NOW)
        later = web.NOW + timedelta(hours=3)
        again, record = await keep(opened, SLOT, later)

        assert (refused.status, refused.exit) == ("failed", 30)
        assert not is_finished(opened.store, SLOT, [one.channel for one in alone.publishers])
        assert is_finished(opened.store, SLOT, [one.channel for one in opened.publishers])
        assert (again, record.status) == (issue, "published")


@pytest.mark.parametrize(("broken", "cause"), [("search", "search:brave:quota-spent"), ("all", "rung:")])
async def test_what_is_broken_is_said_on_top_and_the_day_is_not_empty(
    tmp_path: Path, broken: web.Broken, cause: str
) -> None:
    async with house(tmp_path, CountedWire(broken)) as opened:
        issue, record = await run_day(opened, SLOT, web.NOW)

    assert record.exit == 10
    assert any(one.startswith(cause) for one in record.degraded)
    assert issue.draft.notice in (tmp_path / "out" / POST).read_text("utf-8").replace("\\", "")
    assert len(issue.draft.items) == SETTINGS.digest.items


async def test_without_any_answer_nothing_is_published_and_the_record_says_so(tmp_path: Path) -> None:
    async with house(tmp_path, NoNetwork()) as opened:
        with pytest.raises(NothingToPublish):
            await run_day(opened, SLOT, web.NOW)
        record = json.loads(opened.store.record(SLOT.key))
        states = {harvest.health.state for harvest in opened.store.harvests(SLOT.key)}

    assert (record["status"], record["exit"]) == ("failed", 30)
    assert states == {"unreachable"}
    assert not (tmp_path / "out").exists()


# -- whose clock ------------------------------------------------------------------------------------------------------

LATER = web.NOW + timedelta(hours=2)


async def test_a_killed_run_goes_on_with_its_own_now(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        assert calendar_of(opened.store, SLOT, web.NOW) == web.NOW
        assert calendar_of(opened.store, SLOT, LATER) == web.NOW


async def test_a_slot_that_failed_is_tried_afresh(tmp_path: Path) -> None:
    async with house(tmp_path, NoNetwork()) as opened:
        calendar_of(opened.store, SLOT, web.NOW)
        with pytest.raises(NothingToPublish):
            await keep(opened, SLOT, web.NOW)
        moment = calendar_of(opened.store, SLOT, LATER)
    async with house(tmp_path, now=moment) as opened:
        issue, _ = await keep(opened, SLOT, moment)

    assert moment == LATER
    assert issue.draft.now == LATER
    assert issue.draft.items


async def test_another_slot_does_not_tell_the_same_stories(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        first, _ = await run_day(opened, SLOT, web.NOW)
    evening = Slot(SLOT.due + timedelta(hours=10))
    async with house(tmp_path) as opened:
        second, _ = await run_day(opened, evening, web.NOW + timedelta(hours=10))
    titles = {item.title.text for item in first.draft.items}

    assert [item.title.text for item in second.draft.items if item.title.text in titles and not item.thread] == []


async def test_a_missed_day_written_afterwards_tells_nothing_that_a_newer_issue_told(tmp_path: Path) -> None:
    async with house(tmp_path) as opened:
        newer, _ = await run_day(opened, SLOT, web.NOW)
        missed = Slot(SLOT.due - timedelta(days=1))
        opened.store.begin(missed.key, web.NOW)
        older, _ = await run_day(opened, missed, web.NOW)

    assert not {item.story for item in newer.draft.items} & {
        item.story for item in older.draft.items if not item.thread
    }


# -- with a model -----------------------------------------------------------------------------------------------------


def writer(model: Model) -> ModelWriter:
    return ModelWriter(model, "zh", "工程团队", b"key")


async def test_a_model_tells_the_items_and_every_sentence_of_them_is_proven(tmp_path: Path) -> None:
    model = QuotingModel()
    async with house(tmp_path) as opened:
        issue, record = await run_day(replace(opened, writer=writer(model)), SLOT, web.NOW)
        documents = opened.store.documents(
            proof.document for item in issue.draft.items for claim in item.claims() for proof in claim.evidence
        )

    assert {item.writer for item in issue.draft.items} == {"qwen"}
    assert (record.exit, issue.draft.notice) == (0, "")
    facts = [claim for item in issue.draft.items for claim in item.claims() if claim.evidence]
    assert len(facts) > 20
    assert [trouble for claim in facts for trouble in check_claim(claim, documents)] == []
    assert "这件事何时有下一步？" in {watch.question for watch in issue.draft.watchlist}
    assert {prompt.purpose for prompt in model.asked} >= {
        "facts",
        "judgement",
        "closing",
        "structure",
        "reliability",
        "least change",
    }


def test_a_model_that_hangs_costs_no_more_than_its_time_and_the_issue_is_whole(tmp_path: Path) -> None:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(_a_day_with_a_model_that_hangs(tmp_path))


async def _a_day_with_a_model_that_hangs(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop)
    async with house(tmp_path) as opened:
        hanging = replace(opened, writer=writer(QuotingModel(hangs=True)), deadline=loop.deadline(3600))
        issue, record = await run_day(hanging, SLOT, web.NOW)
        assert hanging.remaining_s > 0

    assert len(issue.draft.items) == SETTINGS.digest.items
    assert {item.writer for item in issue.draft.items} == {""}
    assert record.exit == 10
    assert "models:7 of 7 items" in issue.draft.degraded
    assert "没有写作模型应答" in issue.draft.notice


async def test_a_model_that_falls_out_in_mid_issue_leaves_the_rest_to_the_builtin_writer(tmp_path: Path) -> None:
    class Tiring(QuotingModel):
        async def ask(self, prompt: Prompt, shape: type[S]) -> S:
            if len(self.asked) >= 6:
                raise NoModel("the budget of the day is spent")
            return await super().ask(prompt, shape)

    async with house(tmp_path) as opened:
        issue, record = await run_day(replace(opened, writer=writer(Tiring())), SLOT, web.NOW)

    writers = [item.writer for item in issue.draft.items]
    assert set(writers) == {"", "qwen"}
    assert len(writers) == SETTINGS.digest.items
    assert record.exit == 10
    assert issue.draft.notice == ""
    assert any("budget" in finding.message for finding in issue.findings)


async def test_a_model_of_whose_words_nothing_stands_is_said_as_one_that_does_not_answer(tmp_path: Path) -> None:
    class Inventing(QuotingModel):
        async def ask(self, prompt: Prompt, shape: type[S]) -> S:
            if prompt.purpose != "facts":
                raise NoModel("nobody")
            claims = [{"section": "what", "text": "营收增长 4,213%。", "cites": [2]}]
            return shape.model_validate({"title": "x", "claims": claims})

    async with house(tmp_path) as opened:
        issue, record = await run_day(replace(opened, writer=writer(Inventing())), SLOT, web.NOW)

    assert {item.writer for item in issue.draft.items} == {""}
    assert record.exit == 10
    assert any(cause.startswith("models:") for cause in issue.draft.degraded)
