"""What is left of a draft agrees with itself: nothing rests on a line that is not printed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdaily.core.evidence import unfounded
from deepdaily.core.types import Claim, Document, Draft, Evidence, Item, Language, Section, Story, cited
from deepdaily.review import proven
from deepdaily.review.agreement import agreeing, done_by, is_same_advice
from deepdaily.write.by_rule import ByRule
from making import story
from review.drafts import (
    ADVICE,
    FASTER,
    IMPACT,
    MOVES,
    OFF,
    PLANNED,
    QUILL,
    REED,
    REED_ITEM,
    SECTIONS,
    STORIES,
    TITLE,
    WHY,
    draft_of,
    drawn,
    fact,
    item_of,
    texts,
)


class Silent(ByRule):
    """A built-in writer without advice."""

    def advice(self, story: Story, quotes: Sequence[str], language: Language, spent: Collection[str]) -> tuple[Claim, ...]:
        return ()


class Advising(ByRule):
    """A built-in writer with a piece of advice for everything, once."""

    def advice(self, story: Story, quotes: Sequence[str], language: Language, spent: Collection[str]) -> tuple[Claim, ...]:
        return () if "先等一等。" in spent else (Claim("先等一等。"),)


def agreed(*items: Item, **more: Any) -> tuple[Draft, list[str]]:
    draft, findings = agreeing(draft_of(*items), STORIES, more.pop("by_rule", ByRule()), **more)
    return draft, [finding.message for finding in findings]


def with_advice(*advice: Claim, of: Item | None = None) -> Item:
    item = of or item_of(sections=SECTIONS[:-1])
    return replace(item, sections=(*item.sections, Section("advice", advice)))


def test_a_draft_that_agrees_is_left_as_it_is_but_for_its_byline() -> None:
    draft, findings = agreed()

    assert findings == []
    assert [texts(item) for item in draft.items] == [texts(item_of()), texts(REED_ITEM)]
    assert draft.items[0].byline.startswith("一手来源") or draft.items[0].byline.startswith("媒体或社区来源")


def test_a_judgement_goes_with_the_last_line_it_was_drawn_from_and_its_basis_is_narrowed_to_what_is_left() -> None:
    kept = [MOVES, OFF]
    draft, findings = agreed(item_of(sections=[("what", kept), ("impact", [IMPACT]), ("advice", [ADVICE])]))

    assert [section.kind for section in draft.items[0].sections] == ["what", "advice"]
    (advice,) = draft.items[0].sections[-1].points
    assert advice.basis == MOVES.evidence
    assert findings == [f"impact {IMPACT.text!r} rests on what is not printed: none of its passages"]


def test_the_title_s_own_passages_are_printed_as_long_as_it_stands() -> None:
    from_title = drawn("这改变选型。", "Quillserve 2.4 moves the KV cache to disk")

    assert from_title.text in texts(agreed(item_of(sections=[("what", [OFF]), ("why", [from_title])]))[0].items[0])


@pytest.mark.parametrize("text", ["在 Reedbox 上也能省显存。", "吞吐最高高 31%，可以少买卡。"])
def test_a_judgement_that_says_what_no_printed_line_says_any_more_goes(text: str) -> None:
    judgement = drawn(text, "Quillserve 2.4 moves cold KV cache blocks to local disks.")
    draft, findings = agreed(item_of(sections=[("what", [MOVES]), ("why", [judgement])]))

    assert text not in texts(draft.items[0])
    assert findings[0].startswith(f"why {text!r} rests on what is not printed: n")


def test_advice_keeps_figures_of_ours_and_what_it_presumes_but_names_nothing_that_is_gone() -> None:
    fine = replace(ADVICE, text=ADVICE.text.rstrip("。") + "；前提（资料未证实）：Reedbox 可用。")
    wrong = replace(ADVICE, text="先看 Reedbox 的账单；看：差 5%。")

    assert fine.text in texts(agreed(with_advice(fine))[0].items[0])
    assert wrong.text not in texts(agreed(with_advice(wrong))[0].items[0])


def test_where_the_last_advice_goes_the_rules_own_takes_its_place_if_one_fits() -> None:
    gone = drawn("看远程磁盘；看：时延。", "It costs nothing, whatever one runs on it.")

    assert agreed(with_advice(gone), by_rule=Silent())[0].items[0].advice() == ()
    draft, _ = agreed(with_advice(gone), by_rule=Advising())
    assert draft.items[0].advice() == ("先等一等。",)
    assert draft.items[0].sections[-1].label == "规则给出的建议，非来源所言"
    spent = with_advice(Claim("先等一等。"), of=REED_ITEM)
    assert agreed(with_advice(gone), spent, by_rule=Advising())[0].items[0].advice() == ()
    assert agreed(with_advice(gone, ADVICE), by_rule=Advising())[0].items[0].advice() == (ADVICE.text,)


def test_what_never_had_a_basis_is_the_rules_own_and_stays() -> None:
    ours = Claim("先在 Reedbox 上试。")

    assert ours.text in texts(agreed(with_advice(ours))[0].items[0])


# -- titles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Quillserve 2.4 吞吐最高高 31%", "Quillserve 2.4 接入 Reedbox"])
def test_a_title_that_says_what_no_printed_fact_says_gives_way_to_the_source_s_own(text: str) -> None:
    title = replace(TITLE, text=text)
    draft, findings = agreed(item_of(title, [("what", [MOVES])]))

    assert draft.items[0].title.text == QUILL.lead.title
    assert findings[0].startswith(f"title {text!r} rests on what is not printed: n")
    assert findings[0].endswith(f"; {QUILL.lead.title!r} instead")
    if "31" in text:
        assert agreed(item_of(title, [("what", [MOVES, FASTER])]))[1] == []


def test_a_title_may_name_its_source_and_the_number_of_its_address() -> None:
    told = story(
        "Crash on start · Issue #4211 · quill/serve", "The server crashes on start.", url="https://quill.example/issues/4211"
    )
    title = fact("quill/serve Issue #4211：启动时崩溃", "Crash on start · Issue #4211 · quill/serve", of=told)
    line = fact("服务器启动时崩溃。", "The server crashes on start.", of=told)
    draft = draft_of(item_of(title, [("what", [line])], told))

    left, findings = agreeing(draft, {told.id: told}, ByRule())

    assert findings == []
    assert left.items[0].title == title


def test_where_a_reader_does_not_see_the_source_s_title_the_first_fact_is_the_title() -> None:
    title = replace(TITLE, text="Quillserve 2.4 接入 Reedbox")
    own = ByRule().headline(QUILL, "zh", ())

    draft, _ = agreed(item_of(title, [("what", [MOVES])]), lacking=set(own.evidence))

    assert draft.items[0].title == MOVES


def test_a_title_in_the_source_s_words_or_of_an_item_that_quotes_is_left_alone() -> None:
    own = ByRule().headline(QUILL, "zh", ())
    quoted = replace(item_of(replace(TITLE, text="Quillserve 接入 Reedbox"), [("what", [OFF])]), writer="")

    assert agreed(item_of(own, [("what", [OFF])]))[1] == []
    assert agreed(quoted)[1] == []


def test_a_title_that_the_rules_made_of_the_source_s_own_stays_though_no_fact_repeats_it() -> None:
    bare = story("v2.5.1", "The cache is off by default now.", url="https://quillserve.example/releases")
    own = ByRule().headline(bare, "zh", ())
    draft = draft_of(item_of(own, [("what", [fact("缓存默认关闭。", "The cache is off by default now.", of=bare)])], bare))

    left, findings = agreeing(draft, {bare.id: bare}, ByRule())

    assert own.text == "quillserve v2.5.1 发布"
    assert (left.items[0].title, findings) == (own, [])


# -- sources ----------------------------------------------------------------------------------------------------------


def report(url: str) -> Document:
    return story("A report on Quillserve", "Others saw it too on Monday.", url=url).lead


def test_sources_and_byline_are_those_of_what_is_still_cited_and_the_lead_stays_first() -> None:
    other = report("https://news.example/q")
    both = replace(QUILL, documents=(QUILL.lead, other))
    seen = Claim("别处也看到了。", (Evidence(other.id, 0, 8, other.text[:8]),))
    item = replace(item_of(sections=[("what", [MOVES, seen])]), sources=(cited(QUILL.lead), cited(other)))
    fewer = replace(item, sections=(Section("what", (MOVES,)),))
    only_report = replace(item, title=Claim("别处看到了。", seen.evidence), sections=(Section("what", (seen,)),))

    def left(one: Item) -> Item:
        return agreeing(draft_of(one), {both.id: both}, ByRule())[0].items[0]

    assert [one.host for one in left(item).sources] == ["quill.example", "news.example"]
    assert "2 个独立来源" in left(item).byline
    assert [one.host for one in left(fewer).sources] == ["quill.example"]
    assert "独立来源" not in left(fewer).byline
    assert [one.host for one in left(only_report).sources] == ["quill.example", "news.example"]


def test_an_item_of_memory_keeps_its_title_and_its_byline() -> None:
    other = report("https://news.example/q")
    old = replace(item_of(replace(TITLE, text="Quillserve 接入 Reedbox")), story="s-old", byline="2 月 3 日的旧闻")
    old = replace(old, sources=(*old.sources, cited(other)))
    hollow = replace(old, title=Claim("旧闻"), sections=(), sources=(cited(other),))

    draft, findings = agreed(old, hollow)

    assert [(item.title.text, item.byline) for item in draft.items] == [
        ("Quillserve 接入 Reedbox", "2 月 3 日的旧闻"),
        ("旧闻", "2 月 3 日的旧闻"),
    ]
    assert [[one.host for one in item.sources] for item in draft.items] == [["quill.example"], ["news.example"]]
    assert findings == []


# -- advice that is given twice ---------------------------------------------------------------------------------------

SAME = [
    ("在一台机器上灰度 Quillserve 2.4，保留旧版本", "先在一台机器上灰度 Quillserve 2.4，并保留旧版本实例"),
    ("固定依赖版本，升级前先跑回归", "升级前先跑回归，依赖版本固定下来"),
    ("用自己的评测集对比精度后再启用 NVFP4", "启用 NVFP4 之前，用自己的评测集对比精度"),
    (
        "Canary Quillserve 2.4 on one machine and keep the old build",
        "Try Quillserve 2.4 as a canary on one machine, keeping the old build",
    ),
]
ALIKE = [
    ("在一台机器上灰度 Quillserve 2.4，保留旧版本", "在一台机器上灰度 Reedserve 3.0，保留旧版本"),
    ("升级前备份数据库，按最小权限补齐账号", "升级前备份配置文件，按最小权限补齐账号"),
    ("审计代理的权限，按最小权限删减", "审计令牌的权限，按最小权限删减"),
    ("Canary Quillserve 2.4 on one machine and keep the old build", "Canary Reedserve 3.0 on one machine and keep the old build"),
    ("", "先等一等"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_advice_in_other_words_is_known(one: str, other: str) -> None:
    assert is_same_advice(one, other)
    assert is_same_advice(other, one)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_advice_that_only_looks_alike_is_of_another_object(one: str, other: str) -> None:
    assert not is_same_advice(one, other)


def test_of_two_items_with_the_same_advice_the_later_one_goes_without() -> None:
    again = Claim("先在一台机器上灰度 Quillserve 2.4；看：时延；回退：换回旧版。")
    alike = Claim("在一台机器上灰度 Reedserve 3.0；看：首 token p99。")

    draft, findings = agreed(with_advice(ADVICE), with_advice(again, alike, of=REED_ITEM))

    assert [item.advice() for item in draft.items] == [(ADVICE.text,), (alike.text,)]
    assert findings == [f"dropped {again.text!r}: the same advice as item 1"]


def test_what_advice_says_to_do_is_its_first_line_or_what_stands_before_the_measure() -> None:
    assert done_by(ADVICE, "zh") == "在一台机器上灰度 Quillserve 2.4"
    assert done_by(Claim("先审计；再删减；线：0（我们的建议值）。"), "zh") == "先审计；再删减"
    assert done_by(Claim("先等一等。"), "zh") == "先等一等。"
    assert done_by(replace(ADVICE, lines=("灰度", "看：时延")), "zh") == "灰度"


# -- bars -------------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.sets(st.sampled_from([MOVES, FASTER, PLANNED, OFF]), min_size=1))
def test_whatever_facts_are_left_nothing_rests_on_one_that_is_not_printed_and_a_second_look_finds_nothing(left: set[Claim]) -> None:
    sections = [(kind, [one for one in points if one.judgement or one in left]) for kind, points in SECTIONS]
    title = replace(TITLE, text="Quillserve 2.4 吞吐最高高 31%", evidence=(*TITLE.evidence, *FASTER.evidence))
    draft, _ = agreed(item_of(title, sections), with_advice(Claim("看 Reedserve。"), of=REED_ITEM))

    (item, _) = draft.items
    facts = [claim for claim in item.claims()[1:] if claim.evidence]
    passages = [line for claim in (item.title, *facts) for line in (claim.text, *(proof.quote for proof in claim.evidence))]
    printed = {proof for claim in (item.title, *facts) for proof in claim.evidence}
    for claim in item.claims():
        assert set(claim.basis) <= printed
        assert not claim.judgement or claim.basis or claim.text not in {WHY.text, IMPACT.text, ADVICE.text}
        assert not claim.judgement or "31" not in claim.text or FASTER in left
    assert unfounded(item.title.text, passages[2:], "") == [] or item.title.text == QUILL.lead.title
    assert set(left) == set(facts)
    assert agreeing(draft, STORIES, ByRule()) == (draft, [])
    assert WHY.text not in texts(item) or MOVES in left
    assert REED.id == draft.items[1].story


def test_an_acronym_of_a_judgement_that_the_event_spells_out_stands_and_an_invented_one_goes() -> None:
    told = story(
        "Quillserve 2.4 moves the KV cache to disk",
        "Quillserve 2.4 moves cold KV cache blocks to local disks.\nThe Quick Write Log stays in memory.",
        url="https://quill.example/2.4",
    )
    moves = fact(
        "Quillserve 2.4 把冷的 KV cache 块移到本地磁盘。", "Quillserve 2.4 moves cold KV cache blocks to local disks.", of=told
    )
    for name, stands in (("QWL", True), ("QWX", False)):
        why = drawn(f"{name} 仍占内存。", "Quillserve 2.4 moves cold KV cache blocks to local disks.", of=told)
        title = fact("Quillserve 2.4 把 KV cache 移到磁盘", "Quillserve 2.4 moves the KV cache to disk", of=told)
        draft = draft_of(item_of(title, [("what", [moves]), ("why", [why])], told))

        agreed, _ = agreeing(draft, {told.id: told}, ByRule())
        mended, _ = proven(agreed, {told.lead.id: told.lead})

        assert (why.text in texts(mended.items[0])) is stands
