"""The post: its form, and what hostile text may not do in it."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.types import Claim, Section
from deepdaily.render.markdown import escape, escape_line, link, post
from deepdaily.render.proofs import evidence_json
from golden_files import is_as_agreed
from render import issues


def front_matter(text: str) -> dict[str, object]:
    return tomllib.loads(text.split("+++\n")[1])


@pytest.mark.parametrize(("name", "text"), [("index.md", post(issues.issue())), ("evidence.json", evidence_json(issues.issue()))])
def test_a_whole_issue_is_written_as_agreed(name: str, text: str, request: pytest.FixtureRequest) -> None:
    """After a wanted change: `pytest tests/render/test_markdown.py --update-golden -s` rewrites and shows the difference."""
    assert is_as_agreed(name, text, request)


@pytest.mark.parametrize(
    "text",
    [
        "vLLM 0.11.2 (MIT) is 3–5x faster, at 26.2K tokens/s",
        "list_mcp_resources returns [] twice".replace("[] ", ""),
        "GPT-5.3-Codex & C++ a < b",
        "用 --flag 之外的 ~3B 模型：约 50% 的成本".replace("--flag ", ""),
        "2.5 GPUs, then 3) more",
    ],
)
def test_readable_text_stays_as_it_is(text: str) -> None:
    assert escape(text) == text
    assert escape_line(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{{< x >}} {{% y %}}", r"\{\{< x >}} \{\{% y %}}"),
        ("<!--more--> <b>", r"&lt;!\-\-more\-\-> &lt;b>"),
        ("see https://a.example www.b.example c@d.example", r"see https\://a.example www\.b.example c\@d.example"),
        ("&lt; and C:\\*", r"&amp;lt; and C:\\\*"),
        ("__x__ a_b _y", r"\_\_x\_\_ a_b \_y"),
        ("--tensor-parallel", r"\-\-tensor-parallel"),
        ("vllm[cuda] for $5", r"vllm&#91;cuda&#93; for \$5"),
        (":smile: at 12:30:45", r":smile\: at 12:30:45"),
        ('"a" isn\'t...', r"\"a\" isn\'t\.\.\."),
        ("C:\\new \\ x", r"C:\new \\ x"),
        ("a >> b > c", r"a \>\> b > c"),
        ("two\nlines\x00 and\u202e more", "two lines and more"),
        ("Wow!", r"Wow\!"),
    ],
)
def test_markup_becomes_text(text: str, written: str) -> None:
    assert escape(text) == written


@pytest.mark.parametrize("text", ["# a", "1. a", "12) a", "- a", "+ a", "> a", ": a", "+++"])
def test_a_line_starts_no_block(text: str) -> None:
    assert escape_line(text) != text
    assert escape_line(text).replace("\\", "") == text


@given(st.text())
def test_no_text_leaves_its_line_or_keeps_an_active_character(text: str) -> None:
    written = escape(text)

    assert "\n" not in written
    assert not re.search(r"\{\{[<%]|<[A-Za-z/!?]", written)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*\[\]{]", written)
    written.encode()


def test_a_link_is_never_bare_and_never_leads_elsewhere() -> None:
    assert link("https://a.example/b_(c)?x=1&copy=2") == r"[a.example/b\_(c)](https://a.example/b_%28c%29?x=1&copy=2)"
    assert link("javascript:alert(1)") == "alert(1)"


def test_a_post_is_dated_when_it_was_made_and_never_later() -> None:
    """H2: Hugo silently leaves out a post of the future."""
    early, late = issues.NOW, issues.DUE + timedelta(hours=3)

    assert front_matter(post(issues.issue(now=early)))["date"] == early
    assert front_matter(post(issues.issue(now=late)))["date"] == issues.DUE
    assert front_matter(post(issues.issue(now=late)))["lastmod"] == late
    assert re.search(r"^date = 2026-02-11T07:58:12\+08:00$", post(issues.issue()), re.M)


def test_hostile_front_matter_adds_no_key() -> None:
    plain, hostile = front_matter(post(issues.issue())), front_matter(post(issues.hostile()))

    assert plain.keys() == hostile.keys()
    assert plain["deepdaily"].keys() == hostile["deepdaily"].keys()  # type: ignore[attr-defined]
    assert hostile["draft"] is False


def test_a_passage_has_one_footnote_in_the_whole_post() -> None:
    twice = issues.issue(issues.protocol(), replace(issues.protocol(), story="s-again"))

    assert post(twice).count("\n[^1]:") == 1
    assert len(re.findall(r"^\[\^\d+\]:", post(twice), re.M)) == len(
        re.findall(r"^\[\^\d+\]:", post(issues.issue(issues.protocol())), re.M)
    )


def test_footnotes_are_numbered_as_readers_meet_them() -> None:
    text, _, notes = post(issues.issue()).partition("\n[^1]:")
    met = [int(number) for number in re.findall(r"\[\^(\d+)\]", text)]

    assert list(dict.fromkeys(met)) == sorted(set(met))
    assert [int(n) for n in re.findall(r"^\[\^(\d+)\]:", "[^1]:" + notes, re.M)] == sorted(set(met))


def test_a_sentence_of_the_source_stands_in_quotation_marks_and_is_not_quoted_again() -> None:
    text = post(issues.issue())

    assert "“Speculative decoding is not supported in split mode yet.”[^" in text
    assert text.count("Speculative decoding is not supported") == 1
    assert "「客户端必须以 tools/list" in text


def test_a_judgement_has_no_footnote_and_is_called_ours() -> None:
    text = post(issues.issue())

    assert "- **为什么重要**（我们的判断）：瓶颈" in text
    assert "- **落地建议**（我们的建议）：" in text
    assert "过渡期够一个季度的发版，不够两个。（我们的判断）\n" in text


def test_an_unread_page_is_labelled_before_its_title() -> None:
    assert "## 3)（来自候选链接池：只读到摘要，未读到原文）据称" in post(issues.issue())


def test_an_english_issue_has_english_words_only() -> None:
    made = issues.issue(issues.adverts())
    text = post(replace(made, draft=replace(made.draft, language="en")))

    assert "- **What it is**: “The vendor" in text
    assert "Sources: [pool.example.com/tip/9]" in text
    assert "isCJKLanguage" not in text


def test_an_issue_of_a_quiet_day_is_a_post_without_empty_headings() -> None:
    made = issues.issue(issues.adverts())
    quiet = replace(
        made,
        draft=replace(made.draft, items=(), notice="今日无新事。"),
        closing=replace(made.closing, trends=(), watchlist=(), followed=()),
    )

    assert "##" not in post(quiet)
    assert "> 说明：今日无新事。" in post(quiet)


def test_a_good_day_s_post_has_no_notice_and_begins_with_its_first_item() -> None:
    made = issues.issue()
    good = post(replace(made, draft=replace(made.draft, notice="")))

    assert "\n> " not in good
    assert good.split("+++\n")[2].lstrip().startswith("## 1)")


def test_questions_are_asked_where_none_was_open_and_an_item_may_have_its_sources_alone() -> None:
    made = issues.issue(replace(issues.adverts(), sections=()))
    text = post(replace(made, closing=replace(made.closing, followed=())))

    assert "\n- **" not in text
    assert "来源：[pool.example.com/tip/9]" in text
    assert "- 拆分模式何时默认开启？" in text
    assert "未决问题" not in text
    assert "未决问题" in post(made)


def test_the_proofs_say_what_a_judgement_is_drawn_from_and_leave_out_questions_where_there_are_none() -> None:
    item = issues.protocol()
    fact = item.sections[1].points[0]
    drawn = replace(item, sections=(*item.sections, Section("why", (Claim("要改的是探活。", basis=fact.evidence),))))
    made = issues.issue(drawn)
    told = json.loads(evidence_json(made))
    *facts, ours = told["items"][0]["claims"]

    assert ours["judgement"]
    assert ours["basis"] == [{"document": one.document, "start": one.start, "end": one.end} for one in fact.evidence]
    assert not any("basis" in one for one in facts)
    assert len(told["followed"]) == 5
    assert "followed" not in json.loads(evidence_json(replace(made, closing=replace(made.closing, followed=()))))


def test_times_are_printed_in_the_zone_of_the_digest() -> None:
    made = issues.issue(due=datetime.fromisoformat("2026-02-11T00:00:00+00:00"))

    assert "抓取 2026-02-10 23:12" in post(made)
    assert "抓取 2026-02-11 07:12" in post(issues.issue())


def told_with(*sections: Section) -> str:
    """The post of one item that has these sections."""
    return post(issues.issue(replace(issues.protocol(), sections=sections)))


@pytest.mark.parametrize("text", ["现在就换。", "别用 `auto`", "**粗体** 与 __init__", "(a) [b](c)", "涨 9%", "ends with \\"])
def test_the_point_is_the_bold_sentence_under_the_byline_and_is_called_ours_once(text: str) -> None:
    item = issues.protocol()
    blocks = told_with(Section("point", (Claim(text),)), *item.sections).split("\n\n")
    at = next(place for place, block in enumerate(blocks) if block.startswith("**"))

    assert blocks[at] == f"**{escape(text)}**（我们的判断）"
    assert blocks[at - 1] == item.byline
    assert blocks[at + 1].startswith("- **是什么**")


def test_a_point_that_is_a_fact_has_its_passages_and_no_voice_of_ours() -> None:
    fact = issues.protocol().sections[1].points[0]

    assert f"**{fact.text}**[^2]\n" in told_with(Section("point", (fact,)), Section("detail", (fact,)))


def test_a_section_is_called_by_its_own_heading_and_else_by_its_kind() -> None:
    first, _ = issues.protocol().sections[1].points
    text = told_with(
        Section("detail", (first,), heading="性能信号 *"),
        Section("detail", (first,), heading=" \u202e"),
        Section("detail", (first,)),
    )

    assert f"- **性能信号 \\***：{first.text}" in text
    assert text.count(f"- **重要细节**：{first.text}") == 2


def test_an_advice_of_several_lines_is_a_short_list_below_its_first() -> None:
    one, other = issues.ADVICE, Claim("留下旧版；看：错误率", lines=("留下旧版", "# 看：错误率"))

    assert "- **落地建议**（我们的建议）：先在一个副本上打开拆分\n  - 看：首个 token 的 p95\n  - 线" in told_with(
        Section("advice", (one,))
    )
    both = told_with(Section("advice", (one, other)))
    assert "（我们的建议）\n  - 先在一个副本上打开拆分\n    - 看：首个" in both
    assert "\n  - 留下旧版\n    - \\# 看：错误率\n" in both
    assert one.text not in both


def test_a_question_is_printed_with_the_last_day_it_is_followed() -> None:
    made = issues.issue()
    english = post(replace(made, draft=replace(made.draft, language="en")))
    elsewhere = replace(made, closing=replace(made.closing, watchlist=(replace(made.closing.watchlist[0], story="s-else"),)))

    assert "- 拆分模式何时默认开启？（至 2026-03-11，[1](#s-quillserve-09)）" in post(made)
    assert "- 拆分模式何时默认开启？ (until 2026-03-11, [1](#s-quillserve-09))" in english
    assert "- 拆分模式何时默认开启？（至 2026-03-11）\n" in post(elsewhere)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("vllm[cuda] 与 list[int]：a_b、_x、C++、2^10、1 * 2", "vllm[cuda] 与 list[int]：a_b、_x、C++、2^10、1 * 2"),
        ("Wow! {x} #", "Wow! {x} #"),
        ("__init__", r"\_\_init\_\_"),
        ("[a](b) ![c](d)", r"&#91;a&#93;(b) !&#91;c&#93;(d)"),
        ("[Bug]: it fails", r"&#91;Bug&#93;: it fails"),
        ("$5", "$5"),
        ("$5 to $2", r"\$5 to \$2"),
        ("{.x}", r"\{.x}"),
        ("a {.x}", "a {.x}"),
        ("use `a` and *b*", r"use \`a\` and \*b\*"),
        (r"C:\+x", r"C:\\+x"),
        ("# a", r"\# a"),
    ],
)
def test_a_summary_has_only_the_marks_without_which_it_would_be_markup(text: str, written: str) -> None:
    """Some themes print it as it is written."""
    made = issues.issue()

    assert front_matter(post(replace(made, closing=replace(made.closing, summary=text))))["summary"] == written
