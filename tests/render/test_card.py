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


def summed(summary: str) -> Issue:
    made = issues.issue()
    return replace(made, closing=replace(made.closing, summary=summary))


def test_a_card_tells_the_daily_what_is_in_it_and_how_many_facts_are_proven() -> None:
    first, *lines, last = texts(card(issues.issue()))

    assert first == "AI 技术深度日报（2026-02-11）"
    assert "".join(lines).startswith("QuillServe 0.9 拆开 prefill 与 decode；")
    assert last == "3 条新闻 · 13 处事实有原文可查"


@pytest.mark.parametrize(("length", "size"), [(60, 48), (150, 40), (200, 34), (2000, 34)])
def test_a_long_summary_is_set_smaller_and_at_last_cut(length: int, size: int) -> None:
    svg = card(summed("字" * length))

    assert f'font-size="{size}"' in svg
    assert len(texts(svg)) <= 10
    assert ("…" in svg) is (length > 1000)


def test_hostile_text_is_text_and_no_summary_is_the_title() -> None:
    svg = card(issues.hostile())

    assert {one.tag.rpartition("}")[2] for one in ET.fromstring(svg).iter()} == {"svg", "rect", "g", "text"}
    assert texts(card(summed("")))[1] == "AI 技术深度日报（2026-02-11）"
    assert texts(card(replace(summed("<b>&"), draft=replace(summed("").draft, title=""))))[:2] == ["2026-02-11", "<b>&"]


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
