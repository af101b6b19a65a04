"""What a text of the event or another item says is not unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepdaily.core.types import Draft, Section
from deepdaily.review.answered import MOST_CANDIDATES, candidates, without_answered
from making import story
from review.drafts import QUILL, REED, REED_ITEM, STORIES, draft_of, fact, item_of


def draft_with(*unknowns: str) -> Draft:
    return draft_of(replace(item_of(), unknowns=unknowns), REED_ITEM)


def left(draft: Draft, **stories: object) -> tuple[str, ...]:
    return without_answered(draft, STORIES)[0].items[0].unknowns


@pytest.mark.parametrize("unknown", ["没有给出时延。", "没有给出磁盘型号", "没有说价格会不会涨", "没有给出 Reedserve 的许可证"])
def test_what_no_text_answers_or_only_a_reader_could_tell_stays_unknown(unknown: str) -> None:
    assert left(draft_with(unknown)) == (unknown,)


def test_what_a_text_of_the_event_says_is_no_unknown_and_the_finding_says_where() -> None:
    own = replace(QUILL, documents=(story("Quillserve 2.4", "Its price is 3 USD a month.", url="https://q.example/a").lead,))
    draft = draft_with("没有给出价格。", "没有给出价格和时延。")

    mended, (finding,) = without_answered(draft, {QUILL.id: own})

    assert mended.items[0].unknowns == ("没有给出价格和时延。",)
    assert finding.message == "dropped '没有给出价格。': q.example says 'Its price is 3 USD a month.'"
    assert (finding.severity, finding.item) == ("fix", QUILL.id)


def test_an_answer_of_another_product_is_none() -> None:
    both = "Reedserve Cloud is sold at a price of 5 USD a month.\nQuillserve Cloud has no price yet."
    own = replace(QUILL, documents=(story("Two servers", both).lead,))

    def kept(unknown: str) -> bool:
        return bool(without_answered(draft_with(unknown), {QUILL.id: own})[0].items[0].unknowns)

    assert kept("没有给出 Quillserve Cloud 的价格")
    assert not kept("没有给出 Reedserve Cloud 的价格")


def test_another_item_answers_only_what_names_its_subject() -> None:
    price = fact("Reedserve 3.0 价格为每月 5 美元。", "Its price is 5 USD a month.", of=REED)
    other = replace(REED_ITEM, sections=(*REED_ITEM.sections, Section("detail", (price,))))

    def kept(unknown: str) -> tuple[str, ...]:
        return without_answered(draft_of(replace(item_of(), unknowns=(unknown,)), other), STORIES)[0].items[0].unknowns

    assert kept("没有给出 Reedserve 的价格") == ()
    assert kept("没有给出价格") == ("没有给出价格",)


def test_an_item_of_memory_keeps_what_it_asks() -> None:
    draft = draft_of(replace(item_of(), unknowns=("没有给出价格。",), story="s-old"))

    assert without_answered(draft, STORIES) == (draft, [])


def test_a_reviewer_is_shown_the_likeliest_lines_that_the_item_does_not_quote() -> None:
    body = """Quillserve 2.4 moves cold KV cache blocks to local disks.
It is said that a licence for TurboMode is sold by Quill Inc.
TurboMode doubles the speed on some days.
Nothing else is worth a line of this page, but here it is.
Other words that nobody asked for.
TurboMode can be switched on by hand, says the manual."""
    own = replace(QUILL, documents=(story("Quillserve 2.4", body).lead,))
    draft = draft_with("没有说 TurboMode 的许可证怎么卖")

    found = candidates(draft, 1, own, draft.items[0].unknowns[0])

    assert len(found) == MOST_CANDIDATES
    assert "licence" in found[0].text
    assert all("TurboMode" in one.text for one in found)
    assert candidates(draft, 1, own, "没有说何时支持别的语言") == []


def test_of_other_items_a_reviewer_is_shown_what_names_the_same() -> None:
    price = fact("价格：Reedserve 3.0 比 TurboMode 便宜，每月 5 美元。", "Its price is 5 USD a month.", of=REED)
    other = replace(REED_ITEM, sections=(Section("detail", (price,)),))

    found = candidates(draft_of(item_of(), other), 1, QUILL, "没有说 TurboMode 的价格是否含税")

    assert found[0].name == "2.2"
