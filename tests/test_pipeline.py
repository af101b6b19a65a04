"""A day from the sources to the channels, on the sample day's web: what it leaves behind, and what it does in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
import pytest_asyncio

from deepdaily.archive.verify import published_files, verify
from deepdaily.cli.console import LineMeter
from deepdaily.core.errors import Exit, ModelRefused, NoModel, NothingToPublish, PublishError, Unreachable
from deepdaily.core.evidence import check_claim
from deepdaily.core.failures import trouble
from deepdaily.core.types import Chosen, Decision, Edition, Issue, RunRecord, Slot, Trouble
from deepdaily.core.urls import page_key
from deepdaily.demo import sample_web
from deepdaily.house import House
from deepdaily.keeper import brought, calendar_of, is_finished, run_slot
from deepdaily.mind import ByModel
from deepdaily.models import Model, Prompt, Reply, S
from deepdaily.models.asking import ModelWriter
from deepdaily.pipeline import run_day
from deepdaily.publish import Publication, TakenInPart
from deepdaily.publish.files import Hugo
from deepdaily.read.web_wire import Answer
from deepdaily.run import Errand, Run
from deepdaily.write.by_rule import ByRule
from fakes import FakeModel, FakeTranslator, QuotingModel, SkippingLoop
from making import kept_instead
from planted_translations import SAMPLE_DAY
from running import SETTINGS, SLOT, file_channels, run_of

POST = f"content/posts/{SLOT.day}/index.md"


class CountedWire(sample_web.DemoWire):
    """The sample day's web, and what it was asked for."""

    def __init__(self, broken: sample_web.Broken = "none") -> None:
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

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        raise PublishError("no space left", "free some")


class PickyChannel(FullChannel):
    """A channel that takes the issue, but not for everybody."""

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        issue = publication.issue
        edition = Edition(issue.slot.key, self.channel, "here", "sha256:0", issue.approved_at)
        raise TakenInPart("gone@d.example was refused", "mend it", (edition,))


Whole = tuple[Run, Issue, RunRecord, Path]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """A day on which nothing is broken: its run, issue, record and folder."""
    folder = tmp_path_factory.mktemp("whole")
    with run_of(folder, CountedWire()) as run:
        issue = await run_day(run)
        yield run, issue, run.record.value(), folder


# -- what a day leaves behind -----------------------------------------------------------------------------------------


def test_a_day_is_published_with_its_items_and_a_funnel(whole: Whole) -> None:
    _, issue, record, folder = whole

    assert len(issue.items) == SETTINGS.digest.items
    assert (record.status, record.exit, record.degraded) == ("published", Exit.PUBLISHED, ())
    assert list(record.funnel) == ["offers", "candidates", "documents", "stories", "untold", "items"]
    assert [stage.name for stage in record.stages] == [
        *("collect", "read", "edit", "select", "lead", "write", "review", "close", "publish")
    ]
    assert issue.items[0].title.text in (folder / "out" / POST).read_text("utf-8")


def test_the_store_holds_issue_record_and_editions(whole: Whole) -> None:
    run, issue, record, _ = whole
    store = run.store

    assert store.issue(SLOT.day) == issue
    assert store.record(SLOT.key) == record
    assert store.status(SLOT.key) == "published"
    assert POST in {edition.location for edition in store.editions(SLOT.key)}


async def test_a_run_whose_slot_another_has_told_meanwhile_publishes_that(whole: Whole, tmp_path: Path) -> None:
    other = replace(whole[1], draft=replace(whole[1].draft, title="What the other run tells"))
    with run_of(tmp_path, CountedWire()) as run:
        run.store.keep_issue(other)
        issue = await run_day(run)

        assert issue == run.store.issue(SLOT.day) == other
    assert other.draft.title in (tmp_path / "out" / POST).read_text("utf-8")


async def test_what_was_said_at_the_desk_is_in_the_next_issue_and_not_when_it_is_taken_back(whole: Whole, tmp_path: Path) -> None:
    first, _, record, _ = whole
    below = [loss.url for loss in first.store.losses(SLOT.key) if "below the last chosen" in loss.reason]
    pinned, banned = below[-1], record.chosen[0].url

    async def chosen(folder: Path, taken_back_at: datetime | None = None) -> tuple[Chosen, ...]:
        with run_of(folder, CountedWire(), dry=True) as run:
            for kind, url in (("pin", pinned), ("ban", banned)):
                run.store.keep_decision(Decision(f"d-{kind}", kind, url, sample_web.NOW, taken_back_at=taken_back_at))  # type: ignore[arg-type]
            await run_day(run)
            return run.record.chosen

    decided = await chosen(tmp_path / "decided")

    assert decided[0].url == pinned
    assert "pinned at the desk" in {reason.name for reason in decided[0].reasons}
    assert banned not in {one.url for one in decided}
    assert await chosen(tmp_path / "taken back", sample_web.NOW) == record.chosen


def test_every_offered_link_is_told_or_lost_with_a_reason(whole: Whole) -> None:
    run, issue, _, _ = whole
    offered = {page_key(offer.url) for harvest in run.store.harvests(SLOT.key) for offer in harvest.offers}
    lost = {page_key(loss.url): loss.reason for loss in run.store.losses(SLOT.key)}
    told = {page_key(cited.url) for item in issue.items for cited in item.sources}

    assert offered - told <= lost.keys()
    assert all(lost.values())


def test_what_was_paid_for_is_lost_and_printed_nowhere(whole: Whole) -> None:
    run, _, _, folder = whole
    paid = [loss for loss in run.store.losses(SLOT.key) if loss.reason == "sponsored"]
    post = (folder / "out" / POST).read_text("utf-8")

    assert len(paid) == 2
    assert not [loss.url for loss in paid if loss.url in post]


def test_each_chosen_story_has_its_score_in_parts(whole: Whole) -> None:
    _, issue, record, _ = whole
    rows = {one.story: one for one in record.chosen}

    for item in issue.items:
        assert rows[item.story].reasons


# -- again ------------------------------------------------------------------------------------------------------------


async def test_a_day_run_again_asks_only_sources_that_failed_and_gives_the_same_issue(tmp_path: Path) -> None:
    wire = NoNetwork()
    with run_of(tmp_path, CountedWire(), dry=True) as run:
        first = await run_day(run)
        failed = [one.health.source for one in run.store.harvests(SLOT.key) if trouble(one.health)]
    with run_of(tmp_path, wire) as run:
        again = await run_day(run)

    assert again == first
    assert set(wire.asked) <= set(failed)


async def test_a_dry_run_publishes_nothing_and_keeps_no_issue(tmp_path: Path) -> None:
    with run_of(tmp_path, CountedWire(), dry=True) as run:
        issue = await run_day(run)
        assert issue.items
        assert run.store.issue(SLOT.day) is None
        assert run.store.status(SLOT.key) == "dry"

    assert not (tmp_path / "out").exists()


# -- in trouble -------------------------------------------------------------------------------------------------------

LATER = sample_web.NOW + timedelta(hours=2)


def without_network(folder: Path) -> House:
    return House(SETTINGS, {}, folder / "data", folder / "out", NoNetwork(), sample_web.SEARCH_KEY)


async def test_a_channel_that_fails_costs_only_its_own_edition(tmp_path: Path) -> None:
    channels = [FullChannel(), *file_channels(tmp_path / "out")]
    with run_of(tmp_path, CountedWire(), publishers=channels) as run:
        await run_day(run)

    assert (run.record.status, run.record.exit, run.record.missing) == ("published", 11, ("full",))
    assert run.record.troubles == [Trouble("full", "no space left; free some")]
    assert (tmp_path / "out" / POST).exists()


async def test_a_channel_that_took_the_issue_in_part_is_a_trouble_and_has_it(tmp_path: Path) -> None:
    with run_of(tmp_path, CountedWire(), publishers=[PickyChannel()]) as run:
        await run_day(run)

        assert (run.record.status, run.record.exit) == ("published", 10)
        assert run.record.troubles == [Trouble("full", "gone@d.example was refused; mend it")]
        assert is_finished(run.store, SLOT, ["full"])


async def test_a_channel_that_missed_the_issue_gets_that_same_issue_later(tmp_path: Path) -> None:
    with run_of(tmp_path, CountedWire(), publishers=[FullChannel()]) as refused:
        issue = await run_day(refused)
    with run_of(tmp_path, NoNetwork(), now=LATER) as run:
        again = await brought(run, issue)

        assert (refused.record.status, refused.record.exit) == ("failed", 30)
        assert not is_finished(run.store, SLOT, [one.channel for one in refused.publishers])
        assert is_finished(run.store, SLOT, [one.channel for one in run.publishers], file_channels(tmp_path / "out"))
        assert (again, run.record.status) == (issue, "published")


@pytest.mark.parametrize(("broken", "cause"), [("search", "search:brave:quota-spent"), ("all", "search:")])
async def test_what_is_broken_is_said_on_top_and_the_day_is_not_empty(
    tmp_path: Path, broken: sample_web.Broken, cause: str
) -> None:
    with run_of(tmp_path, CountedWire(broken)) as run:
        issue = await run_day(run)

    assert run.record.exit == 10
    assert any(one.startswith(cause) for one in run.record.degraded)
    assert issue.draft.notice in (tmp_path / "out" / POST).read_text("utf-8").replace("\\", "")
    assert len(issue.items) == SETTINGS.digest.items


async def test_without_any_answer_nothing_is_published_and_the_record_says_so(tmp_path: Path) -> None:
    house = without_network(tmp_path)
    with pytest.raises(NothingToPublish):
        await run_slot(house, Errand(SLOT, sample_web.NOW, LineMeter()))
    with house.store() as store:
        record = store.record(SLOT.key)
        states = {harvest.health.state for harvest in store.harvests(SLOT.key)}

    assert (record.status, record.exit) == ("failed", Exit.NOTHING)
    assert states == {"unreachable"}
    assert not (tmp_path / "out").exists()


# -- whose clock ------------------------------------------------------------------------------------------------------


async def test_a_killed_run_goes_on_with_its_own_now(tmp_path: Path) -> None:
    with run_of(tmp_path, CountedWire()) as run:
        assert calendar_of(run.store, SLOT, sample_web.NOW) == sample_web.NOW
        assert calendar_of(run.store, SLOT, LATER) == sample_web.NOW


async def test_a_slot_that_failed_is_tried_afresh(tmp_path: Path) -> None:
    house = without_network(tmp_path)
    with pytest.raises(NothingToPublish):
        await run_slot(house, Errand(SLOT, sample_web.NOW, LineMeter()))
    with house.store() as store:
        moment = calendar_of(store, SLOT, LATER)
    with run_of(tmp_path, CountedWire(), now=moment) as run:
        issue = await run_day(run)

    assert moment == LATER
    assert issue.draft.now == LATER
    assert issue.items


async def test_another_slot_does_not_tell_the_same_stories(tmp_path: Path) -> None:
    with run_of(tmp_path, CountedWire()) as run:
        first = await run_day(run)
    hours = timedelta(hours=10)
    with run_of(tmp_path, CountedWire(), Slot(SLOT.due + hours), sample_web.NOW + hours) as run:
        second = await run_day(run)
    titles = {item.title.text for item in first.items}

    assert [item.title.text for item in second.items if item.title.text in titles and not item.thread] == []


async def test_a_missed_day_written_afterwards_tells_nothing_that_a_newer_issue_told(tmp_path: Path) -> None:
    with run_of(tmp_path, CountedWire()) as run:
        newer = await run_day(run)
    with run_of(tmp_path, CountedWire(), Slot(SLOT.due - timedelta(days=1))) as run:
        older = await run_day(run)

    assert not {item.story for item in newer.items} & {item.story for item in older.items if not item.thread}


# -- with a translator ------------------------------------------------------------------------------------------------


async def test_what_a_translator_tells_well_is_printed_proven_and_verified_and_the_rest_is_quoted(tmp_path: Path) -> None:
    translator = FakeTranslator(dict(SAMPLE_DAY))
    with run_of(tmp_path, CountedWire(), writing=ByRule(translator)) as run:
        issue = await run_day(run)
        files = published_files(issue, run.store, [(one, tmp_path / "out") for one in file_channels(tmp_path / "out")])
        verdict = verify(issue, run.store, run.snapshots, files)

    facts = [claim for item in issue.items for claim in item.claims() if claim.evidence]
    told = {claim.text for claim in facts if claim.translator == "fake-mt"}
    assert len(told & {true for _, true in SAMPLE_DAY}) >= 8
    titled = [item for item in issue.items if item.title.translator]
    assert titled
    assert all(item.title.text == dict(SAMPLE_DAY)[item.original] for item in titled)
    assert any(claim.verbatim and claim.text.isascii() for claim in facts)
    assert len(translator.asked) == 1
    assert (run.record.exit, verdict.green, verdict.facts) == (0, True, len(facts))
    assert issue == run.store.issue(SLOT.day)


async def test_a_translation_that_was_changed_in_the_store_is_seen_by_verify(tmp_path: Path) -> None:
    with run_of(tmp_path, CountedWire(), writing=ByRule(FakeTranslator(dict(SAMPLE_DAY)))) as run:
        issue = await run_day(run)
        item = next(one for one in issue.items if one.title.translator)
        title = replace(item.title, text=f"并非{item.title.text}")
        items = tuple(replace(one, title=title) if one is item else one for one in issue.items)
        kept_instead(run.store, replace(issue, draft=replace(issue.draft, items=items)))
        verdict = verify(run.store.issue(SLOT.day) or issue, run.store, run.snapshots, [])

    assert "denial added" in verdict.missing


async def test_a_translator_that_is_away_is_a_trouble_of_the_day_and_the_issue_is_whole(tmp_path: Path) -> None:
    away = ByRule(FakeTranslator({}, ModelRefused("no translation model en-zh", "`deepdaily translate pull en-zh`")))
    with run_of(tmp_path, CountedWire(), writing=away) as run:
        issue = await run_day(run)

    assert len(issue.items) == SETTINGS.digest.items
    assert run.record.troubles == [Trouble("translator", "no translation model en-zh; `deepdaily translate pull en-zh`")]
    assert run.record.exit == Exit.DEGRADED


async def test_a_model_s_items_are_its_own_and_what_it_leaves_is_translated(tmp_path: Path) -> None:
    translator = FakeTranslator(dict(SAMPLE_DAY))
    nobody = ByModel(ModelWriter(FakeModel(), "zh", "工程团队", b"key"), ByRule(translator))
    somebody = ByModel(
        ModelWriter(QuotingModel(), "zh", "工程团队", b"key"), ByRule(FakeTranslator({}, ModelRefused("never asked")))
    )
    with run_of(tmp_path / "nobody", CountedWire(), writing=nobody) as run:
        quoted = await run_day(run)
    with run_of(tmp_path / "somebody", CountedWire(), writing=somebody) as run:
        told = await run_day(run)
        troubles = run.record.troubles

    assert any(claim.translator for item in quoted.items for claim in item.claims())
    assert {item.writer for item in told.items} == {"qwen"}
    assert troubles == []


# -- with a model -----------------------------------------------------------------------------------------------------


def by(model: Model) -> ByModel:
    return ByModel(ModelWriter(model, "zh", "工程团队", b"key"))


async def test_a_model_tells_the_items_and_every_sentence_of_them_is_proven(tmp_path: Path) -> None:
    model = QuotingModel()
    with run_of(tmp_path, CountedWire(), writing=by(model)) as run:
        issue = await run_day(run)
        documents = run.store.documents(issue.proofs())

    assert {item.writer for item in issue.items} == {"qwen"}
    assert (run.record.exit, issue.draft.notice) == (0, "")
    facts = [claim for item in issue.items for claim in item.claims() if claim.evidence]
    assert len(facts) > 20
    assert [trouble for claim in facts for trouble in check_claim(claim, documents)] == []
    assert "这件事何时有下一步？" in {watch.question for watch in issue.closing.watchlist}
    assert {prompt.purpose for prompt in model.asked} >= {"facts", "judgement", "closing", "reliability", "form"}


def test_a_model_that_hangs_costs_no_more_than_its_time_and_the_issue_is_whole(tmp_path: Path) -> None:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(_a_day_with_a_model_that_hangs(tmp_path))


async def _a_day_with_a_model_that_hangs(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop)
    hangs = by(QuotingModel(hangs=True))
    with run_of(tmp_path, CountedWire(), writing=hangs, deadline=loop.deadline(3600)) as run:
        issue = await run_day(run)
        assert run.remaining_s > 0

    assert len(issue.items) == SETTINGS.digest.items
    assert {item.writer for item in issue.items} == {""}
    assert run.record.exit == 10
    assert "models:7 of 7 items" in issue.draft.degraded
    assert "没有写作模型应答" in issue.draft.notice


async def test_a_model_that_falls_out_in_mid_issue_leaves_the_rest_to_the_builtin_writer(tmp_path: Path) -> None:
    class Tiring(QuotingModel):
        async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
            if len(self.asked) >= 6:
                raise NoModel("the budget of the day is spent")
            return await super().ask(prompt, shape)

    with run_of(tmp_path, CountedWire(), writing=by(Tiring())) as run:
        issue = await run_day(run)

    writers = [item.writer for item in issue.items]
    assert set(writers) == {"", "qwen"}
    assert len(writers) == SETTINGS.digest.items
    assert run.record.exit == 10
    assert issue.draft.notice == ""
    assert any("budget" in finding.message for finding in issue.findings)


async def test_a_model_of_whose_words_nothing_stands_is_said_as_one_that_does_not_answer(tmp_path: Path) -> None:
    class Inventing(QuotingModel):
        async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
            if prompt.purpose != "facts":
                raise NoModel("nobody")
            claims = [{"section": "what", "text": "营收增长 4,213%。", "cites": [2]}]
            return Reply(shape.model_validate({"title": "x", "claims": claims}), "qwen")

    with run_of(tmp_path, CountedWire(), writing=by(Inventing())) as run:
        issue = await run_day(run)

    assert {item.writer for item in issue.items} == {""}
    assert run.record.exit == 10
    assert any(cause.startswith("models:") for cause in issue.draft.degraded)


@pytest.mark.parametrize("window", [7_000, 14_000, 40_000])
async def test_in_a_small_window_every_item_is_told_and_reviewed_and_no_prompt_is_longer(tmp_path: Path, window: int) -> None:
    model = QuotingModel(window=window)
    with run_of(tmp_path, CountedWire(), writing=by(model)) as run:
        issue = await run_day(run)

    assert {item.writer for item in issue.items} == {"qwen"}
    sizes = [len((prompt.instructions + prompt.material).encode()) for prompt in model.asked]
    assert max(sizes) <= window
    reviewed = "".join(prompt.material for prompt in model.asked if prompt.purpose == "reliability")
    assert all(f"\n{number}.1 [title]" in reviewed for number in range(1, 8))
    assert not [one for one in run.findings if "did not review" in one.message]


# -- again ------------------------------------------------------------------------------------------------------------


async def test_an_issue_written_again_is_marked_takes_the_place_of_the_first_and_the_first_is_kept(tmp_path: Path) -> None:
    later, hugo = SLOT.due + timedelta(hours=3), Hugo(tmp_path / "site")
    with run_of(tmp_path, CountedWire(), publishers=[hugo]) as run:
        first = await run_day(run)
    with run_of(tmp_path, CountedWire(), publishers=[hugo], writing=by(QuotingModel())) as run:
        run.corrects_at = later
        second = await run_day(run)
        kept, earlier = run.store.issue(SLOT.day), run.store.earlier_issues(SLOT.key)

    assert {item.writer for item in first.items} == {""}
    assert {item.writer for item in second.items} == {"qwen"}
    assert [item.story for item in second.items] == [item.story for item in first.items]
    assert (kept, earlier) == (second, [first])
    assert second.draft.notice.startswith("更正版：本期于 2026-03-12 11:00 重新写过")
    post = (tmp_path / "site" / "content" / "posts" / SLOT.day / "index.md").read_text("utf-8")
    assert "更正版" in post
    assert "qwen" in post
