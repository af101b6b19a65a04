"""Lines that reviewers remarked on are written again once, and pass the check they passed at first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from deepdaily.core.evidence import check_claim
from deepdaily.core.numbering import LineAt
from deepdaily.core.types import Claim, Section
from deepdaily.models.asking import ModelWriter
from deepdaily.write.by_model.revision import LONGEST_HEADLINE, Revised, revised
from fakes import FakeModel
from review.drafts import ADVICE, DOCUMENTS, FASTER, IMPACT, REED_ITEM, STORIES, WHY, draft_of, drawn, item_of

Asked = dict[LineAt, Sequence[str]]


async def mended(line: str, asked: Asked | None = None, **given: Any) -> Claim | str:
    """What became of the one line of `given`."""
    at = tuple(int(part) for part in line.split("."))
    found = await revision({"lines": [{"line": line, **given}]}, asked or {at: ["过宽"]})  # type: ignore[dict-item]
    return found.lines[at]  # type: ignore[index]


async def revision(reply: Any, asked: Asked, model: FakeModel | None = None) -> Revised:
    model = model or FakeModel(revision=reply)
    return await revised(draft_of(), STORIES, asked, ModelWriter(model, "zh", "工程团队", b"k" * 32))


# -- facts ------------------------------------------------------------------------------------------------------------


async def test_a_fact_is_written_again_from_the_passages_it_cites() -> None:
    claim = await mended("1.3", text="比 Quillserve 2.3 吞吐最高高 31%（8 块 GPU）", cites=[3])

    assert isinstance(claim, Claim)
    assert (claim.text, claim.evidence) == ("比 Quillserve 2.3 吞吐最高高 31%（8 块 GPU）。", FASTER.evidence)
    assert check_claim(claim, DOCUMENTS) == []


async def test_a_line_that_cites_nothing_that_was_shown_is_held_to_its_old_passages_and_ends_as_the_old_one() -> None:
    for cites in ([], [99], [2]):
        claim = await mended("1.3", text="吞吐最高高 31%", cites=cites)
        assert isinstance(claim, Claim)
        assert claim.evidence == FASTER.evidence
        assert claim.text == "吞吐最高高 31%。"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"text": "吞吐最高高 38%。", "cites": [3]}, "written again it did not stand: number 38%"),
        ({"text": "It is up to 31% faster.", "cites": [3]}, "written again it did not stand: not in the reader's language"),
        ({"text": "快" * 121, "cites": [3]}, "written again it did not stand: longer than 240 columns"),
        ({"text": "8 块 GPU 上吞吐最高高 31%。", "cites": [3]}, "written again it is the same"),
        ({"text": "", "cites": [3]}, "it was not written again"),
    ],
)
async def test_a_fact_that_does_not_stand_is_not_taken_and_it_is_said_why(given: dict[str, Any], why: str) -> None:
    assert await mended("1.3", **given) == why


async def test_a_title_has_two_lines_of_a_phone() -> None:
    fits = "Quillserve 2.4 把 KV cache 移到磁盘" + "快" * 60

    assert isinstance(await mended("1.1", text="Quillserve 2.4 把冷 KV cache 移到磁盘", cites=[1]), Claim)
    assert isinstance(await mended("1.1", text=fits, cites=[1]), Claim)
    assert await mended("1.1", text=fits + "快" * 20, cites=[1]) == (
        f"written again it did not stand: longer than {LONGEST_HEADLINE} columns"
    )


async def test_a_line_that_was_not_given_and_one_that_was_not_asked_for_change_nothing() -> None:
    reply = {"lines": [{"line": "1.2", "text": "没有问这一行。", "cites": [2]}, {"line": "x", "text": "?"}]}

    found = await revision(reply, {(1, 3): ["过宽"]})

    assert found == Revised({(1, 3): "it was not written again"}, {})


# -- judgements -------------------------------------------------------------------------------------------------------


async def test_a_judgement_is_checked_on_the_printed_facts_and_keeps_its_basis() -> None:
    claim = await mended("1.7", text="吞吐最高高 31% 时可以少买卡")

    assert isinstance(claim, Claim)
    assert (claim.text, claim.evidence, claim.basis) == ("吞吐最高高 31% 时可以少买卡。", (), IMPACT.basis)
    assert await mended("1.6", text="用 Reedbox 也会跟进。") == "written again it did not stand: name Reedbox"
    assert await mended("1.6", text="可以少买 40% 的卡。") == "written again it did not stand: number 4E+1%"
    assert await mended("1.6", text=WHY.text) == "written again it is the same"


async def test_advice_comes_in_its_parts_and_is_composed_as_the_writer_s() -> None:
    parts: dict[str, Any] = {
        "do": "在一台机器上灰度 Quillserve 2.4",
        "measure": "吞吐",
        "threshold": "低于 20% 就停",
        "rollback": "关掉缓存",
    }

    claim = await mended("1.8", **parts)

    assert isinstance(claim, Claim)
    assert claim.text == "在一台机器上灰度 Quillserve 2.4；看：吞吐；线：低于 20% 就停（我们的建议值）；回退：关掉缓存。"
    assert claim.basis == ADVICE.basis
    wrong = await mended("1.8", **parts | {"do": "打开 ENABLE_TURBO"})
    assert wrong == "written again it did not stand: name ENABLE_TURBO"
    assert await mended("1.8", text="先等一等。") == "it was not written again"


# -- what is shown ----------------------------------------------------------------------------------------------------


async def shown(asked: Asked) -> str:
    model = FakeModel()
    await revision(None, asked, model)
    (prompt,) = model.asked
    return prompt.material


async def test_all_remarked_lines_are_asked_for_in_one_call_with_their_passages_once() -> None:
    material = await shown({(1, 3): ["可靠性：过宽", "形式：太长"], (1, 4): ["太短"], (2, 2): ["太短"]})

    lines = material.splitlines()
    quoted = [line for line in lines if line.startswith("p")]
    assert [line.partition("|")[0] for line in quoted] == ["p3", "p4", "p7"]
    at = lines.index("1.3 [detail] 8 块 GPU 上吞吐最高高 31%。 ← p3")
    assert lines[at + 1 : at + 3] == ["! 可靠性：过宽", "! 形式：太长"]
    assert not any(line.startswith("1.2") for line in lines)


async def test_a_judgement_comes_with_the_facts_that_it_may_use() -> None:
    lines = (await shown({(1, 8): ["过宽"]})).splitlines()

    assert [line[:3] for line in lines if re.match(r"\d\.", line)] == ["1.1", "1.2", "1.3", "1.4", "1.5", "1.8"]
    assert lines[-2] == "! 过宽"


async def test_a_call_that_fails_leaves_every_line_with_its_reason_and_nothing_is_asked_where_nothing_was_remarked() -> None:
    model = FakeModel()

    assert (await revision(None, {(1, 3): ["过宽"]}, model)).lines == {(1, 3): "it was not written again: nobody answers"}
    assert await revision(None, {}, model) == Revised({}, {})
    assert len(model.asked) == 1


async def test_whose_words_mended_an_item_is_known() -> None:
    reply = {
        "lines": [{"line": "1.3", "text": "吞吐最高高 31%。", "cites": [3]}, {"line": "2.2", "text": "快 38%。", "cites": [7]}]
    }

    assert (await revision(reply, {(1, 3): ["过宽"], (2, 2): ["过宽"]})).models == {1: "qwen"}


async def test_a_point_is_a_judgement() -> None:
    point = Section("point", (drawn("先试一台。", "It costs nothing, whatever one runs on it."),))
    draft = draft_of(replace(item_of(), sections=(point, *item_of().sections)), REED_ITEM)
    model = FakeModel(revision={"lines": [{"line": "1.2", "text": "先在一台机器上试"}]})

    found = await revised(draft, STORIES, {(1, 2): ["太短"]}, ModelWriter(model, "zh", "工程团队", b"k"))

    assert found.lines[1, 2] == Claim("先在一台机器上试。", basis=point.points[0].basis)
