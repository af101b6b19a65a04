"""A draft that was looked over: two readers, one revision, and whose words it is then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from deepdaily.core.types import Draft, Finding
from deepdaily.mind import ByModel
from deepdaily.models import Prompt, Reply, S
from deepdaily.models.asking import ModelWriter
from fakes import FakeModel, SkippingLoop
from review.drafts import FASTER, QUILL, REED, draft_of, item_of, texts

REMARKS = {"remarks": [
    {"line": "1.3", "severity": "cut", "message": "“8 块 GPU 上”原文在别处"},
    {"line": "1.4", "severity": "note", "message": "“计划”丢了主语"},
]}  # fmt: skip
MENDED = {"lines": [{"line": "1.3", "text": "吞吐最高高 31%。", "cites": [3]}]}


class Named(FakeModel):
    """Answers under a name of its own."""

    name = "critic"

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        return Reply((await super().ask(prompt, shape)).value, self.name)


async def looked_over(writer: ModelWriter, draft: Draft | None = None, wall_s: float = 60) -> tuple[Draft, list[Finding]]:
    return await ByModel(writer).look_over(draft or draft_of(), [QUILL, REED], wall_s)


def writer(model: FakeModel, **own: FakeModel) -> ModelWriter:
    return ModelWriter(model, "zh", "工程团队", b"k", own=own)


async def test_remarks_are_asked_for_once_and_each_ends_as_a_finding() -> None:
    model = FakeModel(reliability=REMARKS, form={"remarks": []}, revision=MENDED)

    draft, findings = await looked_over(writer(model))

    assert [one.purpose for one in model.asked] == ["reliability", "form", "revision"]
    assert texts(draft.items[0])[2] == "吞吐最高高 31%。"
    assert [(one.reviewer, one.severity, one.message.partition(" ")[0]) for one in findings] == [
        ("reliability", "fix", "rewritten"),
        ("reliability", "note", "kept"),
    ]


async def test_without_a_remark_nothing_is_asked_again() -> None:
    model = FakeModel(reliability={"remarks": []}, form={"remarks": []})

    assert await looked_over(writer(model)) == (draft_of(), [])
    assert [one.purpose for one in model.asked] == ["reliability", "form"]


async def test_where_the_revision_fails_what_reliability_refused_goes_and_its_notes_stay_and_are_said() -> None:
    draft, findings = await looked_over(writer(FakeModel(reliability=REMARKS, form={"remarks": []})))

    assert FASTER.text not in texts(draft.items[0])
    assert len(texts(draft.items[0])) == len(texts(item_of())) - 1
    assert [one.message.partition(" ")[0] for one in findings] == ["cut", "kept"]
    assert all("it was not written again: nobody answers" in one.message for one in findings)


async def test_the_reviews_and_the_revision_are_asked_of_the_model_that_is_given_for_them_and_its_name_is_signed() -> None:
    ladder, critic = FakeModel(), Named(reliability=REMARKS, form={"remarks": []}, revision=MENDED)

    draft, _ = await looked_over(writer(ladder, reviewer=critic))

    assert ladder.asked == []
    assert len(critic.asked) == 3
    assert [item.writer for item in draft.items] == ["qwen, critic", "qwen"]


async def test_items_that_reviewers_undid_are_told_by_the_rules_and_the_record_says_how_many() -> None:
    every = {"remarks": [{"line": f"1.{line}", "severity": "cut", "message": "错"} for line in range(2, 9)]}

    draft, _ = await looked_over(writer(FakeModel(reliability=every)))

    assert [item.writer for item in draft.items] == ["", "qwen"]
    assert draft.degraded == ("models:1 of 2 items",)


async def test_a_draft_that_no_model_told_is_not_read() -> None:
    model = FakeModel()
    quoted = draft_of(replace(item_of(), writer=""))

    assert await looked_over(writer(model), quoted) == (quoted, [])
    assert model.asked == []


class Hanging(FakeModel):
    """Never answers some purposes."""

    hangs: Sequence[str] = ()

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        if prompt.purpose in self.hangs:
            await asyncio.Event().wait()
        return await super().ask(prompt, shape)


@pytest.mark.parametrize("hangs", [("revision",), ("form",)])
def test_who_is_late_costs_its_own_part_and_no_more_than_the_wall(hangs: tuple[str, ...]) -> None:
    model: Any = Hanging(reliability=REMARKS, form={"remarks": []}, revision=MENDED)
    model.hangs = hangs

    async def told() -> tuple[Draft, list[Finding], float]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        draft, findings = await looked_over(writer(model), wall_s=60)
        return draft, findings, loop.time() - started

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        draft, findings, took_s = runner.run(told())

    assert took_s < 61
    said = [one.message for one in findings]
    if hangs == ("revision",):
        assert FASTER.text not in texts(draft.items[0])
        assert all("it was not written again: the time was up" in one for one in said)
    else:
        assert "吞吐最高高 31%。" in texts(draft.items[0])
        assert said[0] == "did not review: the time was up"
