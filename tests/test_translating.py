"""A day in two languages: kept beside the issue, published beside it, proven like it; and what is in the way of it costs only it."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deepdaily.archive.verify import Verdict, published_files, verify
from deepdaily.core.errors import Exit, ModelError, NoModel
from deepdaily.core.evidence import check_claim
from deepdaily.core.types import Issue
from deepdaily.demo import sample_web
from deepdaily.keeper import brought, is_finished
from deepdaily.mind import ByModel
from deepdaily.models import Prompt, Reply, S
from deepdaily.models.asking import ModelWriter
from deepdaily.pipeline import run_day
from deepdaily.publish.files import Hugo
from deepdaily.run import Run
from fakes import TranslatingModel, in_english
from running import SETTINGS, SLOT, file_channels, run_of
from webs import deepdaily

TWO = SETTINGS.model_copy(update={"digest": SETTINGS.digest.model_copy(update={"also": ("en",)})})
BUNDLE = f"content/posts/{SLOT.day}"


def by(model: Any) -> ByModel:
    return ByModel(ModelWriter(model, "zh", "工程团队", b"key"))


async def told(folder: Path, model: Any, **more: Any) -> tuple[Issue, list[Issue], Run]:
    """A day by the model: its issue, that in other languages, and the run."""
    more |= {"writing": by(model)} if model else {}
    with run_of(folder, sample_web.DemoWire(), settings=TWO, **more) as run:
        issue = await run_day(run)
        return issue, run.store.translations(SLOT.key), run


def verdict_on(folder: Path) -> Verdict:
    with run_of(folder, sample_web.DemoWire()) as run:
        issue = run.store.issue(SLOT.day)
        assert issue is not None
        channels = [(channel, folder / "out") for channel in file_channels(folder / "out")]
        return verify(issue, run.store, run.snapshots, published_files(issue, run.store, channels))


def line(run: Run) -> str:
    return next(stage.line for stage in run.record.stages if stage.name == "translate")


async def test_a_day_is_told_in_both_languages_from_the_same_passages_and_both_are_proven(tmp_path: Path) -> None:
    issue, (english,), run = await told(tmp_path, TranslatingModel())

    assert (english.draft.language, english.slot, english.approved_at) == ("en", issue.slot, issue.approved_at)
    assert [item.story for item in english.items] == [item.story for item in issue.items]
    assert english.proofs() == issue.proofs()
    assert (line(run), run.record.exit) == (f"en: {len(issue.items)} of {len(issue.items)} items", Exit.PUBLISHED)
    with run_of(tmp_path, sample_web.DemoWire()) as again:
        documents = again.store.documents(issue.proofs())
    facts = [claim for claim in english.claims() if claim.evidence]
    assert len(facts) == len([claim for claim in issue.claims() if claim.evidence])
    assert [trouble for claim in facts for trouble in check_claim(claim, documents)] == []
    verdict = verdict_on(tmp_path)
    assert verdict.green
    assert verdict.facts == 2 * len(facts)


async def test_each_channel_of_files_has_both_and_memory_has_one(tmp_path: Path) -> None:
    issue, (english,), _ = await told(tmp_path, TranslatingModel())
    places = {edition.location for edition in _editions(tmp_path)}

    assert {f"{BUNDLE}/index.md", f"{BUNDLE}/index.en.md", f"{BUNDLE}/evidence.en.json"} <= places
    assert {"feeds/atom.en.xml", "feeds/feed.en.json", f"page/{SLOT.day}.en.html", "page/index.en.html"} <= places
    post = (tmp_path / "out" / BUNDLE / "index.en.md").read_text("utf-8")
    assert f'title = "AI Engineering Daily ({SLOT.day})"' in post
    proof = json.loads((tmp_path / "out" / BUNDLE / "evidence.en.json").read_text("utf-8"))
    assert [item["story"] for item in proof["items"]] == [item.story for item in english.items]
    feed = json.loads((tmp_path / "out/feeds/feed.en.json").read_text("utf-8"))
    assert (feed["language"], feed["title"], len(feed["items"])) == ("en", "AI Engineering Daily", 1)
    with run_of(tmp_path, sample_web.DemoWire()) as again:
        assert again.store.issues() == [issue]
        assert again.store.issue_days() == [SLOT.day]


def _editions(folder: Path) -> list[Any]:
    with run_of(folder, sample_web.DemoWire()) as run:
        return run.store.editions(SLOT.key)


@pytest.mark.parametrize("location", ["index.md", "index.en.md", "evidence.en.json"])
async def test_a_changed_digit_of_either_is_found(tmp_path: Path, location: str) -> None:
    await told(tmp_path, TranslatingModel())
    path = tmp_path / "out" / BUNDLE / location
    text = path.read_text("utf-8")
    at = next(found.start() for found in re.finditer(r"\d(?=\s?(?:%|ms|GB))", text))
    path.write_text(f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}", "utf-8")

    (altered,) = verdict_on(tmp_path).altered
    assert location in altered


async def test_nothing_is_asked_where_no_other_language_is_wanted(tmp_path: Path) -> None:
    model = TranslatingModel()
    with run_of(tmp_path, sample_web.DemoWire(), writing=by(model)) as run:
        await run_day(run)

    assert model.translated == []
    assert "translate" not in {stage.name for stage in run.record.stages}
    assert not (tmp_path / "out" / BUNDLE / "index.en.md").exists()


async def test_without_a_model_the_day_is_in_its_own_language_and_none_the_poorer(tmp_path: Path) -> None:
    _, others, run = await told(tmp_path, None)

    assert others == []
    assert (line(run), run.record.exit) == ("en: no model to tell it", Exit.PUBLISHED)
    assert verdict_on(tmp_path).green


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (lambda _: NoModel("the budget of the day is spent"), "the budget of the day is spent"),
        (lambda text: text, "not in the reader's language"),
        (lambda text: f"{in_english(text)} in 4,213 cases", "number"),
        (lambda _: "", "it was not told"),
    ],
)
async def test_where_too_little_can_be_told_there_is_no_such_issue_and_the_record_says_why(
    tmp_path: Path, says: Any, why: str
) -> None:
    issue, others, run = await told(tmp_path, TranslatingModel(says))

    assert (others, line(run)) == ([], "en: none")
    (trouble,) = run.record.troubles
    assert trouble.part == "translation en"
    assert why in trouble.message
    assert run.record.exit == Exit.DEGRADED
    assert (tmp_path / "out" / BUNDLE / "index.md").exists()
    assert not (tmp_path / "out" / BUNDLE / "index.en.md").exists()
    assert len(issue.items) == SETTINGS.digest.items


async def test_less_than_half_of_the_items_are_no_issue_and_half_of_them_are(tmp_path: Path) -> None:
    def first(count: int) -> Any:
        kept: list[str] = []

        def say(text: str) -> str:
            if text.startswith("新消息：") and text not in kept:
                kept.append(text)
            return "" if text in kept[count:] else in_english(text)

        return TranslatingModel(say)

    _, too_few, run = await told(tmp_path / "few", first(3))
    issue, (english,), _ = await told(tmp_path / "enough", first(4))

    assert too_few == []
    assert "left out" in run.record.troubles[0].message or "cut" in run.record.troubles[0].message
    assert (len(english.items), len(issue.items)) == (4, 7)
    left = {item.story for item in english.items}
    assert all(set(trend.stories) <= left for trend in english.closing.trends)
    assert {watch.story for watch in english.closing.watchlist} <= left


async def test_a_fault_of_ours_costs_the_other_language_alone(tmp_path: Path) -> None:
    class Broken(TranslatingModel):
        async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
            if prompt.purpose == "translation":
                raise ZeroDivisionError
            return await super().ask(prompt, shape)

    _, others, run = await told(tmp_path, Broken())

    assert others == []
    assert any("please report it" in str(one) for one in run.record.troubles)
    assert (tmp_path / "out" / BUNDLE / "index.md").exists()


async def test_a_writing_that_cannot_even_try_is_a_trouble(tmp_path: Path) -> None:
    class Unable(ByModel):
        async def translate(self, *_: Any) -> Any:
            raise ModelError("cannot")

    with run_of(tmp_path, sample_web.DemoWire(), settings=TWO, writing=Unable(by(TranslatingModel()).writer)) as run:
        await run_day(run)

    assert [str(one) for one in run.record.troubles] == ["translation en: there is no issue in it: cannot"]


class Killed(BaseException):
    """The process ends here."""


async def test_a_run_that_was_killed_on_the_way_tells_what_is_missing_and_publishes_both(tmp_path: Path) -> None:
    class Dead(ByModel):
        async def translate(self, *_: Any) -> Any:
            raise Killed

    with run_of(tmp_path, sample_web.DemoWire(), settings=TWO, writing=Dead(by(TranslatingModel()).writer)) as run:
        with pytest.raises(Killed):
            await run_day(run)
        channels = {channel.channel for channel in file_channels(tmp_path)}
        assert not is_finished(run.store, SLOT, channels)
    model = TranslatingModel()
    with run_of(tmp_path, sample_web.DemoWire(), settings=TWO, writing=by(model)) as run:
        issue = run.store.issue(SLOT.day)
        assert issue is not None
        await brought(run, issue)
        asked = len(model.translated)
        await brought(run, issue)
        assert is_finished(run.store, SLOT, channels)
        (english,) = run.store.translations(SLOT.key)

    assert asked == len(model.translated) > 20
    assert len(english.items) == len(issue.items)
    assert verdict_on(tmp_path).green


async def test_a_correction_is_told_anew_in_both(tmp_path: Path) -> None:
    hugo = Hugo(tmp_path / "out")
    _, (before,), _ = await told(tmp_path, TranslatingModel(), publishers=[hugo])
    with run_of(tmp_path, sample_web.DemoWire(), settings=TWO, writing=by(TranslatingModel()), publishers=[hugo]) as run:
        run.corrects_at = SLOT.due + timedelta(hours=3)
        issue = await run_day(run)
        (after,) = run.store.translations(SLOT.key)

    assert before.draft.notice == ""
    assert after.draft.notice.startswith("Corrected: this issue was written again at 2026-03-12 11:00")
    assert after.approved_at == issue.approved_at


async def test_a_correction_without_a_model_leaves_no_translation_of_what_it_corrects(tmp_path: Path) -> None:
    await told(tmp_path, TranslatingModel())
    with run_of(tmp_path, sample_web.DemoWire(), settings=TWO) as run:
        run.corrects_at = SLOT.due + timedelta(hours=3)
        await run_day(run)

        assert run.store.translations(SLOT.key) == []


async def test_a_dry_run_translates_nothing(tmp_path: Path) -> None:
    model = TranslatingModel()
    with run_of(tmp_path, sample_web.DemoWire(), settings=TWO, writing=by(model)) as run:
        run.dry = True
        await run_day(run)

    assert model.translated == []


async def test_the_day_after_calls_its_stories_what_they_were_called(tmp_path: Path) -> None:
    _, (first,), _ = await told(tmp_path, TranslatingModel())
    with run_of(tmp_path, sample_web.DemoWire()) as run:
        later = replace(first.slot, due=first.slot.due + timedelta(days=1))
        tomorrow = replace(first, draft=replace(first.draft, slot=later))
        run.store.keep_issue(tomorrow)
        run.store.keep_translation(tomorrow)

        assert [one.day for one in run.store.translated("en")] == [later.day, first.day]
        assert run.store.translated("fr") == []


def test_an_issue_is_shown_as_it_was_told_in_another_language(tmp_path: Path) -> None:
    asyncio.run(told(tmp_path, TranslatingModel()))
    data = ("--data", str(tmp_path / "data"))
    own, english = (deepdaily("show", *more, *data, cwd=tmp_path) for more in ((SLOT.day,), (SLOT.day, "--language", "en")))
    item = deepdaily("show", f"{SLOT.day}#1", "--language", "en", "--json", *data, cwd=tmp_path)
    missing = deepdaily("show", SLOT.day, "--language", "fr", *data, cwd=tmp_path)

    assert "also     en: 7 items" in own.stdout
    assert english.stdout.startswith(f"AI Engineering Daily ({SLOT.day})")
    assert "also " not in english.stdout
    assert json.loads(item.stdout)["item"]["title"]["text"].startswith("The ")
    assert missing.returncode == 2
    assert "it is there in zh, en" in missing.stderr
