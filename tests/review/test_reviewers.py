"""Two reviewers read a draft; what they are shown, and which of their words are remarks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from deepdaily.core.errors import ModelError
from deepdaily.models import Prompt, S
from deepdaily.models.asking import ModelWriter
from deepdaily.review.mending import FORM, RELIABILITY, Remark
from deepdaily.review.reviewers import looked_over
from fakes import FakeModel
from review.drafts import REED_ITEM, STORIES, draft_of, item_of

DRAFT = draft_of(replace(item_of(), unknowns=("没有说价格会不会变",)), REED_ITEM)


class Narrow(FakeModel):
    """Has room for so many bytes of material."""

    bytes = 0

    def room(self, prompt: Prompt, shape: type[S]) -> int | None:
        return self.bytes


def writer(model: FakeModel) -> ModelWriter:
    return ModelWriter(model, "zh", "工程团队", b"k" * 32)


def said(*remarks: tuple[str, str]) -> dict[str, Any]:
    return {"remarks": [{"line": line, "severity": severity, "message": "否定丢了"} for line, severity in remarks]}


async def shown(draft: Any = DRAFT, model: FakeModel | None = None) -> dict[str, list[str]]:
    model = model or FakeModel()
    await looked_over(draft, STORIES, writer(model), 10)
    found: dict[str, list[str]] = {}
    for one in model.asked:
        found.setdefault(one.purpose, []).append(one.material)
    return found


async def test_reliability_reads_each_passage_once_and_lines_name_theirs() -> None:
    (material,) = (await shown())[RELIABILITY]

    quoted = re.findall(r"^p\d+\| (.+)$", material, re.M)
    assert len(quoted) == len(set(quoted)) == 7
    assert "1.3 [detail] 8 块 GPU 上吞吐最高高 31%。 ← p3" in material.splitlines()
    assert "1.8 [advice]" in material
    assert re.search(r"^1\.8 .+ ← p2 p3$", material, re.M)
    assert re.search(r"^2\.2 .+ ← p7$", material, re.M)


async def test_reliability_reads_unknowns_with_what_may_answer_them_and_form_only_lines() -> None:
    material = await shown()

    assert re.search(
        r"^1\.u1 \[unknown\] 没有说价格会不会变\n\? quill\.example: It costs nothing, whatever one runs on it\.",
        material[RELIABILITY][0],
        re.M,
    )
    (form,) = material[FORM]
    assert "p1|" not in form
    assert "unknown" not in form
    assert re.search(r"^1\.8 \[advice\] .+。$", form, re.M)


async def test_form_reads_every_item_and_reliability_those_that_a_model_told_of_today_s_stories() -> None:
    quoted, old = replace(item_of(), writer=""), replace(REED_ITEM, story="s-old")
    material = await shown(draft_of(quoted, REED_ITEM, old))

    assert {line[:2] for line in material[RELIABILITY][0].splitlines() if re.match(r"\d\.", line)} == {"2."}
    assert {line[:2] for line in material[FORM][0].splitlines() if re.match(r"\d\.", line)} == {"1.", "2.", "3."}


async def test_remarks_name_lines_and_unknowns_and_a_word_on_what_is_no_line_is_said_and_moves_nothing() -> None:
    model = FakeModel(
        reliability=said(("1.3", "cut"), ("1.u1", "cut"), ("2.2", "fix")),
        form=said(*((line, "cut") for line in ("1.2", "1.0", "1.9", "3.1", "x", "1.u2", "1.u1x"))),
    )

    remarks, findings = await looked_over(DRAFT, STORIES, writer(model), 10)

    assert remarks == [
        Remark(RELIABILITY, (1, 3), True, "否定丢了"),
        Remark(RELIABILITY, (1, 1), True, "否定丢了", of_unknown=True),
        Remark(RELIABILITY, (2, 2), False, "否定丢了"),
        Remark(FORM, (1, 2), True, "否定丢了"),
    ]
    assert [one.message for one in findings] == [
        f"spoke of {line!r}, which is no line: 否定丢了" for line in ("1.0", "1.9", "3.1", "x", "1.u2", "1.u1x")
    ]


async def test_a_reviewer_that_fails_is_a_note_and_the_other_s_remarks_count() -> None:
    model = FakeModel(form=said(("1.4", "cut")))

    remarks, findings = await looked_over(DRAFT, STORIES, writer(model), 10)

    assert [one.reviewer for one in remarks] == [FORM]
    assert [(one.reviewer, one.message) for one in findings] == [(RELIABILITY, "did not review: nobody answers")]


async def test_where_the_window_is_narrow_the_draft_is_read_in_parts_and_long_passages_are_cut() -> None:
    model = Narrow(reliability=[said(("1.3", "cut")), ModelError("late")], form=[said(), said(("2.1", "note"))])
    Narrow.bytes = 500

    remarks, findings = await looked_over(DRAFT, STORIES, writer(model), 10)

    assert [one.purpose for one in model.asked] == [RELIABILITY, RELIABILITY, FORM, FORM]
    assert [one.at for one in remarks] == [(1, 3), (2, 1)]
    assert [one.message for one in findings] == ["did not review items 2 to 2: late"]
