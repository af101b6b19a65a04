"""Every remark of a reviewer comes to something, and what reliability refuses is never printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepdaily.core.numbering import LineAt
from deepdaily.core.types import Claim, Draft, Item, Section
from deepdaily.review.mending import FORM, MOST_CUTS, RELIABILITY, Remark, Reviewed, form_cuts, mended, to_mend
from deepdaily.write.by_rule import ByRule
from making import story
from review.drafts import FASTER, MOVES, PLANNED, QUILL, REED_ITEM, STORIES, TITLE, draft_of, drawn, fact, item_of, texts


def refused(line: int, message: str = "“8 块 GPU 上”原文在别处", item: int = 1) -> Remark:
    return Remark(RELIABILITY, (item, line), True, message)


def noted(line: int, message: str = "可以更短", reviewer: str = FORM) -> Remark:
    return Remark(reviewer, (1, line), False, message)


def spared(line: int) -> Remark:
    return Remark(FORM, (1, line), True, "重复")


def reviewed(remarks: list[Remark], rewritten: dict[LineAt, Claim | str] | None = None, draft: Draft | None = None) -> Reviewed:
    return mended(draft or draft_of(), remarks, rewritten or {}, STORIES, ByRule())


def first(given: Reviewed) -> list[str]:
    return texts(given.draft.items[0])


SHORTER = fact("吞吐最高高 31%。", "On 8 GPUs it reached up to 31% higher throughput than Quillserve 2.3.")


@pytest.mark.parametrize("remark", [refused(3), noted(3), noted(3, reviewer=RELIABILITY)])
def test_a_line_that_was_written_again_takes_the_place_of_the_old_one(remark: Remark) -> None:
    given = reviewed([remark], {(1, 3): SHORTER})

    assert SHORTER.text in first(given)
    assert FASTER.text not in first(given)
    (finding,) = given.findings
    assert finding.message == f"rewritten {FASTER.text!r}: {remark.message} (now {SHORTER.text!r})"
    assert (finding.reviewer, finding.severity, finding.item) == (remark.reviewer, "fix", QUILL.id)


@pytest.mark.parametrize("why", [{}, {(1, 3): "written again it did not stand: number 37%"}])
def test_what_nobody_could_mend_goes_where_reliability_refused_it_and_stays_where_it_was_only_noted(
    why: dict[LineAt, Claim | str],
) -> None:
    cut, kept = reviewed([refused(3)], why), reviewed([noted(3), noted(3, reviewer=RELIABILITY)], why)

    assert FASTER.text not in first(cut)
    assert first(kept) == texts(draft_of().items[0])
    said = why.get((1, 3), "it was not written again")
    assert [one.message for one in cut.findings] == [f"cut {FASTER.text!r}: “8 块 GPU 上”原文在别处 ({said})"]
    assert [(one.severity, one.reviewer) for one in kept.findings] == [("note", FORM), ("note", RELIABILITY)]
    assert all(f"({said})" in one.message for one in kept.findings)


@pytest.mark.parametrize(
    ("message", "stands"),
    [
        ("“吞吐”原文没有", False),
        ("吞吐原文没有", True),
        ("“8 块 GPU”原文没有", True),  # they went
        ("“吞吐”应写“吞吐最高”", True),  # what was asked for came
        ("“吞吐”应写“时延”", False),
    ],
)
def test_a_line_written_again_that_still_says_what_reliability_named_goes(message: str, stands: bool) -> None:
    given = reviewed([refused(3, message)], {(1, 3): SHORTER}, draft_of(item_of(sections=_with("8 块 GPU 上吞吐提高 31%。"))))

    assert (SHORTER.text in first(given)) is stands
    assert not any("8 块 GPU" in text for text in first(given))
    if not stands:
        assert "written again it still says '吞吐'" in given.findings[0].message


def _with(text: str) -> list:  # type: ignore[type-arg]
    return [("what", [MOVES]), ("detail", [fact(text, "On 8 GPUs it reached up to 31% higher throughput")]), *_REST]


_REST = [(section.kind, section.points) for section in item_of().sections[2:]]


# -- form -------------------------------------------------------------------------------------------------------------


def test_form_cuts_at_most_its_share_and_what_is_beyond_is_kept_and_said() -> None:
    remarks = [spared(line) for line in (4, 5, 6, 7, 8)]

    given = reviewed(remarks)

    assert MOST_CUTS == 3
    assert len(first(given)) == 8 - MOST_CUTS
    assert [one.message.partition(" ")[0] for one in given.findings] == ["cut"] * 3 + ["kept"] * 2
    assert [one.message.partition("(")[2] for one in given.findings[3:]] == ["form cuts no more of an item)"] * 2
    assert to_mend(draft_of(), remarks, STORIES) == {}


def test_a_line_that_something_stands_on_is_kept_and_the_finding_says_so() -> None:
    given = reviewed([spared(3)])

    assert FASTER.text in first(given)
    assert "(something stands on it)" in given.findings[0].message


def test_form_cuts_neither_title_nor_point_nor_a_fact_that_is_first_or_that_a_judgement_is_drawn_from() -> None:
    point = Section("point", (drawn("先别买卡。", "It costs nothing, whatever one runs on it."),))
    item = item_of()
    item = replace(item, sections=(point, *item.sections))
    remarks = [spared(line) for line in (1, 2, 3, 4, 5, 5)]

    assert form_cuts(draft_of(item), remarks) == [(1, 5)]


def test_form_never_takes_the_last_fact_that_reliability_left() -> None:
    item = item_of(sections=[("what", [MOVES]), ("detail", [PLANNED]), *_REST])

    given = reviewed([refused(2), spared(3)], draft=draft_of(item))

    assert first(given)[1] == PLANNED.text
    assert [one.message.partition(" ")[0] for one in given.findings] == ["cut", "kept"]
    assert "it is the last fact" in given.findings[1].message


def test_a_line_that_both_would_cut_is_cut_once() -> None:
    given = reviewed([spared(4), refused(4), refused(4)])

    assert len(first(given)) == 7
    assert [one.message.partition(" ")[0] for one in given.findings] == ["cut"] * 3


def test_a_line_that_form_cuts_is_not_asked_for_again() -> None:
    remarks = [spared(4), noted(4, reviewer=RELIABILITY), noted(3), refused(3)]

    assert to_mend(draft_of(), remarks, STORIES) == {(1, 3): ["可以更短", "“8 块 GPU 上”原文在别处"]}
    assert "计划 5 月支持远程磁盘。" not in first(reviewed(remarks))


# -- titles, last facts, whole items ----------------------------------------------------------------------------------


def test_a_title_that_is_refused_gives_way_to_the_mended_one_or_to_the_source_s_own() -> None:
    new = replace(TITLE, text="Quillserve 2.4 把冷的 KV cache 移到磁盘")

    assert first(reviewed([refused(1)], {(1, 1): new}))[0] == new.text
    plain = reviewed([refused(1)])
    assert first(plain)[0] == QUILL.lead.title
    assert plain.findings[0].message.startswith("the source's own title instead of 'Quillserve 2.4")
    assert first(reviewed([noted(1)]))[0] == TITLE.text


def test_where_reliability_refuses_more_than_half_of_an_item_or_its_last_fact_the_built_in_writer_s_takes_its_place() -> None:
    half = reviewed([refused(line) for line in (3, 4, 5)])
    most = reviewed([refused(line) for line in (3, 4, 5, 6)])
    alone = item_of(sections=[("what", [MOVES]), *_REST])
    last = reviewed([refused(2)], draft=draft_of(alone))

    assert (half.swapped, half.draft.items[0].writer) == (0, "qwen")
    for given, why in ((most, "4 of its 7 lines would go, and that is another editor"), (last, "none of its facts was left")):
        item = given.draft.items[0]
        assert (given.swapped, item.writer) == (1, "")
        assert all(claim.verbatim for claim in item.claims() if claim.evidence)
        assert given.findings[-1].message == f"the built-in writer wrote it: {why}"
        assert all(one.message.startswith("gone with its item ") for one in given.findings[:-1])


def test_advice_that_another_item_gives_is_not_given_by_the_built_in_writer_s_item() -> None:
    launched = "Quillserve 3 is available to every customer since Tuesday."
    paused = story("Quillserve 3 is now generally available", f"Update: We are pausing the rollout.\n\n{launched}")
    told = item_of(
        fact("Quillserve 3 正式可用", paused.lead.title, of=paused), [("what", [fact("周二起可用。", launched, of=paused)])], paused
    )
    (advice,) = ByRule().item(paused, "zh", ()).advice()
    other = replace(REED_ITEM, sections=(*REED_ITEM.sections, Section("advice", (Claim(advice),))))

    def left(*items: Item) -> Item:
        stories = {**STORIES, paused.id: paused}
        return mended(draft_of(*items), [refused(2)], {}, stories, ByRule()).draft.items[0]

    assert left(told).advice() == (advice,)
    assert left(told, other).advice() == ()


def test_items_that_no_model_told_today_stay_as_they_are_and_what_was_said_of_them_is_kept() -> None:
    quoted, remembered = replace(item_of(), writer=""), replace(item_of(), story="s-old")
    for item in (quoted, remembered):
        draft = draft_of(item)
        given = reviewed([refused(3), spared(4)], {(1, 3): SHORTER}, draft)

        assert given.draft == draft
        assert [one.severity for one in given.findings] == ["note", "note"]
        assert to_mend(draft, [refused(3)], STORIES) == {}


# -- unknowns ---------------------------------------------------------------------------------------------------------


def test_an_unknown_that_is_answered_is_dropped_and_one_that_is_only_spoken_of_stays() -> None:
    draft = draft_of(replace(item_of(), unknowns=("没有给出价格。", "没有给出时延。")))
    remarks = [
        Remark(RELIABILITY, (1, 1), True, "原文：It costs nothing.", of_unknown=True),
        Remark(RELIABILITY, (1, 2), False, "问得太宽", of_unknown=True),
    ]

    given = reviewed(remarks, draft=draft)

    assert given.draft.items[0].unknowns == ("没有给出时延。",)
    assert texts(given.draft.items[0]) == texts(item_of())
    assert [one.message for one in given.findings] == [
        "dropped '没有给出价格。': 原文：It costs nothing.",
        "kept '没有给出时延。': 问得太宽",
    ]
    assert to_mend(draft, remarks, STORIES) == {}
