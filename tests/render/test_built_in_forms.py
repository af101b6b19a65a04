"""What only the built-in writer prints - tables, items of one line, machine translations, kinds, original titles -, in every format."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from typing import get_args

import pytest

from deepdaily.core.types import Claim, Issue, Section, StoryKind
from deepdaily.render.digest import briefs
from deepdaily.render.feishu import cards
from deepdaily.render.html import page
from deepdaily.render.mail import message, text
from deepdaily.render.markdown import post
from deepdaily.render.phrases import is_table, lines, original, signed
from deepdaily.render.proofs import evidence_json
from deepdaily.render.slack import slack_messages
from deepdaily.render.syndication import atom, json_feed
from deepdaily.words import of
from render import issues

ZH, EN = of("zh"), of("en")


def in_english(made: Issue) -> Issue:
    return replace(made, draft=replace(made.draft, language="en"))


# -- tables -----------------------------------------------------------------------------------------------------------


def test_a_table_of_a_post_stands_by_itself_between_two_lists_and_its_last_cell_has_the_marks() -> None:
    blocks = post(issues.issue(issues.priced())).split("\n\n")
    at = next(place for place, block in enumerate(blocks) if block.startswith("|"))
    told, table, after = blocks[at - 1 : at + 2]

    assert told.endswith("\n- **价格表**：")
    assert table.split("\n") == [
        "| 型号 | 输入 | 输出 &#124; 每百万 token |",
        "| --- | --- | --- |",
        r"| Large | \$1.20 | \$4.80 &#124; batch[^2] [^4] |",
        r"| Small | \$0.20 | \$0.80[^5] [^4] |",
    ]
    assert after.startswith("- **重要细节**：“Prices are per million tokens.”[^")


def test_a_table_of_judgements_says_whose_they_are_and_one_among_facts_says_so_itself() -> None:
    ours = Claim("Large：先用它", cells=("Large", "先用它", "是"))
    item = issues.priced()
    alone = post(issues.issue(replace(item, sections=(*item.sections[:1], replace(issues.PRICE_LIST, points=(ours,))))))
    mixed = replace(issues.PRICE_LIST, points=(*issues.PRICE_LIST.points, ours))
    among = issues.issue(replace(item, sections=(*item.sections[:1], mixed)))

    assert "- **价格表**（我们的判断）：\n\n|" in alone
    assert "| Large | 先用它 | 是 |" in alone
    assert "| Large | 先用它 | 是（我们的判断） |" in post(among)
    assert '<td><div class="judgement">是 <small>（我们的判断）</small></div></td>' in page(among, issues.DOCUMENTS)


def test_rows_that_do_not_fit_their_columns_are_sentences() -> None:
    odd = replace(issues.PRICE_LIST, points=(*issues.PRICE_LIST.points, Claim("Medium", issues.PRICE_LIST.points[0].evidence)))
    item = issues.priced()
    told = post(issues.issue(replace(item, sections=(odd,))))

    assert not is_table(odd)
    assert is_table(issues.PRICE_LIST)
    assert "\n  - Small：输入 \\$0.20，输出 \\$0.80[^" in told
    assert "| --- |" not in told


def test_a_table_of_a_page_has_named_columns_and_scrolls_by_itself() -> None:
    told = page(issues.issue(issues.priced()), issues.DOCUMENTS)

    assert '<div class="table" role="region" tabindex="0" aria-label="价格表"><table>\n<thead>' in told
    assert '<th scope="col">输出 | 每百万 token</th>' in told
    assert '<tr><td>Small</td><td>$0.20</td><td><details class="fact" id="c4">' in told
    assert "<td>$4.80 | batch<sup>[2]</sup><sup>[4]</sup></td>" in unescape(
        atom([issues.issue(issues.priced())], title="t").decode()
    )


def test_a_table_of_a_mail_brings_its_own_look() -> None:
    mail = message(issues.issue(issues.priced()), sender="a@example.com", recipients=["b@example.com"])
    html = mail.get_body(("html",))

    assert html is not None
    assert '<div class="table" style="overflow-x:auto" role="region"' in html.get_content()
    assert '<table style="border-collapse:collapse' in html.get_content()


def test_a_chat_and_a_plain_mail_print_a_row_as_its_sentence() -> None:
    made = issues.issue(issues.priced())
    sentence = "Large：输入 $1.20，输出 $4.80，可批量"

    assert sentence in [row.text for row in briefs(made)[0].rows]
    assert sentence in text(made)
    assert "&#124;" not in json.dumps(slack_messages(made))


# -- items of one line ------------------------------------------------------------------------------------------------


def test_short_items_of_a_post_stand_below_one_heading_each_on_a_line_with_its_proof() -> None:
    told = post(issues.briefed())

    assert told.count("\n## 简讯\n") == 1
    assert (
        "## 简讯\n\n### 2) quillserve 0.8.3 及以下版本存在路径穿越漏洞 {#s-advisory-42}\n\n"
        "来源：[advisories.example.com/2026/0042](https://advisories.example.com/2026/0042)（标题依据[^7]）"
        " · 安全公告 · 一手来源 · 发布于 2026-02-10 · 原题：Path traversal in quillserve <= 0.8.3（机器译文）\n\n"
        "### 3)（来自候选链接池：只读到摘要，未读到原文）Path traversal in quillserve <= 0.8.3 {#s-advisory-43}\n\n来源："
    ) in told
    assert told.count("原题：Path") == 1


def test_trends_and_questions_link_to_a_short_item_as_to_any() -> None:
    made = issues.briefed()
    trend = replace(made.closing.trends[0], stories=("s-quill-prices", "s-advisory-42"))
    told = replace(made, closing=replace(made.closing, trends=(trend,)))

    assert "（[1](#s-quill-prices)、[2](#s-advisory-42)）" in post(told)
    assert '<a href="#s-advisory-42">2</a>' in page(told, issues.DOCUMENTS)
    assert 'id="s-advisory-42"' in page(told, issues.DOCUMENTS)


def test_an_issue_that_puts_them_elsewhere_is_printed_in_its_order() -> None:
    told = post(issues.issue(issues.short(), issues.priced()))

    assert told.index("## 简讯") < told.index("### 1)") < told.index("## 2) Quill Large")


def test_a_short_item_of_a_page_is_its_title_as_a_link_in_a_section_of_its_own() -> None:
    told = page(issues.briefed(), issues.DOCUMENTS)
    nowhere = page(issues.issue(replace(issues.short(), title=Claim("Nobody says so"), sources=())), issues.DOCUMENTS)

    assert told.count('<section class="in-brief">\n<h2>简讯</h2>\n<article id="s-advisory-42">') == 1
    assert '<h3><span class="number">2</span> <a href="https://advisories.example.com/2026/0042"' in told
    assert " · 安全公告 · 一手来源 · 发布于 2026-02-10 · 原题：Path traversal in quillserve &lt;= 0.8.3（机器译文）</p>" in told
    assert '<li><a href="#s-advisory-42">quillserve 0.8.3 及以下版本存在路径穿越漏洞</a></li>' in told
    assert '<h3><span class="number">1</span> Nobody says so</h3>' in nowhere
    assert "简讯" not in page(issues.issue(), issues.DOCUMENTS)


def test_a_short_item_of_a_chat_is_its_title_and_its_link() -> None:
    made = issues.briefed()
    sent = json.dumps([cards(made), slack_messages(made)], ensure_ascii=False)

    assert briefs(made)[1].rows == ()
    assert "**2. quillserve 0.8.3 及以下版本存在路径穿越漏洞（机器译文）**\\n[advisories.example.com/2026/0042](" in sent
    assert (
        "2. quillserve 0.8.3 及以下版本存在路径穿越漏洞\n   原题：Path traversal in quillserve <= 0.8.3（机器译文）\n"
        "   安全公告 · 一手来源 · 发布于 2026-02-10\n   https://advisories.example.com/2026/0042\n" in text(made)
    )


# -- machine translations ---------------------------------------------------------------------------------------------


def test_a_machine_s_sentence_has_no_quotation_marks_and_says_whose_it_is_and_its_footnote_has_the_original() -> None:
    told = post(issues.issue(issues.priced()))

    assert "- **是什么**（机器译文）：现在所有人都可以订购 Quill Large。[^3]\n" in told
    assert "[^3]: “Quill Large can now be booked by everybody.” — " in told
    assert "** (machine translation)" in post(in_english(issues.issue(issues.priced())))


def test_a_page_opens_a_machine_s_sentence_to_the_original() -> None:
    told = page(issues.issue(issues.priced()), issues.DOCUMENTS)
    at = told.index("订购 Quill Large。")

    assert '<blockquote lang="en">“Quill Large can now be booked by everybody.”</blockquote>' in told[at : at + 400]
    assert (
        "订购 Quill Large。<sup>[3]</sup>"
        in json.loads(json_feed([issues.issue(issues.priced())], title="t"))["items"][0]["content_html"]
    )


def test_a_machine_s_point_is_marked_within_its_bold() -> None:
    said = issues.priced().sections[0].points[0]
    told = post(issues.issue(replace(issues.priced(), sections=(Section("point", (said,)), *issues.priced().sections))))

    assert "**现在所有人都可以订购 Quill Large。（机器译文）**[^3]\n" in told
    assert lines(replace(said, translator=""), ZH) == ("现在所有人都可以订购 Quill Large。",)


def test_the_proofs_name_the_translator_and_have_the_cells() -> None:
    claims = json.loads(evidence_json(issues.issue(issues.priced())))["items"][0]["claims"]

    assert [one.get("translator") for one in claims] == [None, "opus-mt-en-zh", None, None, None]
    assert claims[3]["cells"] == ["Small", "$0.20", "$0.80"]
    assert claims[3]["columns"] == ["型号", "输入", "输出 | 每百万 token"]
    assert "cells" not in claims[1]


# -- kinds and original titles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_every_kind_of_news_has_its_word(words: object) -> None:
    assert words in (ZH, EN)
    for kind in set(get_args(StoryKind)) - {""}:
        assert signed(replace(issues.short(), kind=kind), words).split(" · ")[0] == words.kinds[kind]


def test_a_model_s_item_says_neither_its_kind_nor_its_original_title() -> None:
    by_model = replace(issues.priced(), writer="qwen")

    assert signed(by_model, ZH) == "一手来源 · 发布于 2026-02-10 · 由 qwen 撰写，逐句核对"
    assert original(by_model, ZH) == ""
    assert signed(issues.priced(), ZH) == "公司与商业 · 一手来源 · 发布于 2026-02-10"
    assert original(issues.priced(), ZH) == "原题：Quill Large gets a price list"


def test_an_original_title_stands_once_below_the_sources_and_not_where_it_is_the_title() -> None:
    made = issues.issue(issues.priced())
    own = replace(issues.priced(), title=issues.fact(issues.PRICES.title, issues.PRICES))
    spaced = replace(own, title=replace(own.title, text="Quill  Large gets a price list"))

    assert "）\n\n原题：Quill Large gets a price list\n\n公司与商业 · 一手来源" in post(made)
    assert '<p class="byline">原题：Quill Large gets a price list</p>' in page(made, issues.DOCUMENTS)
    assert "Original title: Quill Large" in post(in_english(made))
    assert original(own, ZH) == original(spaced, ZH) == ""
    assert original(replace(issues.priced(), writer="qwen"), ZH) == ""
