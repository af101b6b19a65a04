"""The picture of an issue: its lines, and what hostile text may not do in it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.text import width
from deepdaily.core.types import Issue
from deepdaily.render.card import broken, card
from render import issues


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def titled(*titles: str, summary: str = "") -> Issue:
    """An issue of items with these titles alone."""
    made = issues.issue()
    one = made.items[0]
    items = tuple(replace(one, title=replace(one.title, text=title), label="") for title in titles)
    return replace(made, draft=replace(made.draft, items=items), closing=replace(made.closing, summary=summary))


def test_a_card_tells_the_daily_its_first_titles_and_how_many_facts_are_proven() -> None:
    first, *lines, last = texts(card(issues.issue()))

    assert first == "AI 技术深度日报（2026-02-11）"
    assert lines[0] == "QuillServe 0.9 把 prefill 与 decode 拆到不同的池"
    assert last == "3 条新闻 · 13 处事实有原文可查"
    assert len([line for line in texts(card(titled(*"abcdefg"))) if len(line) == 1]) == 4


@pytest.mark.parametrize(("length", "size"), [(20, 48), (24, 42), (50, 36), (60, 30), (300, 30)])
def test_long_titles_are_set_smaller_and_at_last_cut_to_two_lines(length: int, size: int) -> None:
    svg = card(titled(*["字" * length] * 3))

    assert f'font-size="{size}"' in svg
    assert all(
        int(one.get("y", 0)) <= 560
        for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
        if one.get("fill") == "#f0f4f8"
    )
    assert ("…" in svg) is (length > 100)


def test_hostile_text_is_text_and_without_titles_the_summary_or_the_title_stands() -> None:
    svg = card(issues.hostile())

    assert {one.tag.rpartition("}")[2] for one in ET.fromstring(svg).iter()} == {"svg", "rect", "g", "text"}
    assert texts(card(titled(summary="<b>&")))[1] == "<b>&"
    assert texts(card(titled()))[1] == "AI 技术深度日报（2026-02-11）"
    bare = titled(summary="x")
    assert texts(card(replace(bare, draft=replace(bare.draft, title=""))))[0] == "2026-02-11"


def test_a_line_begins_with_no_closing_sign_ends_with_no_opening_one_and_cuts_no_word() -> None:
    assert broken("甲乙丙丁，戊己。", 8) == ["甲乙丙", "丁，戊", "己。"]
    assert broken("甲乙丙（丁戊）", 8) == ["甲乙丙", "（丁戊）"]
    assert broken("甲乙丙（丁戊）", 7) == ["甲乙丙", "（丁", "戊）"]
    assert broken("serving with vLLM now", 12) == ["serving with", "vLLM now"]
    assert broken("supercalifragilistic", 8) == ["supercal", "ifragili", "stic"]
    assert broken("", 8) == [""]


@given(st.text(alphabet="ab（）。，“” 中文9-"), st.integers(min_value=6, max_value=20))
def test_no_line_is_wider_than_it_may_be_and_nothing_is_lost(text: str, columns: int) -> None:
    lines = broken(text, columns)

    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
