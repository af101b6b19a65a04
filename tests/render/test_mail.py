"""A mail: both parts whole, small enough for every program, with a way out, and nobody named but who it is for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from deepdaily.core.types import Claim, Issue, Section, Shape
from deepdaily.render.mail import MOST_HTML_BYTES, message, text
from render import issues

LINK = "https://blog.example.com/posts/2026-02-11/"


def mail(issue: Issue, shape: Shape = "full", **how: Any) -> Any:
    return message(issue, sender="daily@b.example", recipients=["c@d.example"], shape=shape, **how)


def html(issue: Issue, shape: Shape = "full", **how: Any) -> str:
    return str(mail(issue, shape, **how).get_body(("html",)).get_content())


def anchors(page: str) -> tuple[list[str], set[str]]:
    """Where links within the page lead, and what there is."""
    return re.findall(r'href="#([^"]+)"', page), set(re.findall(r' id="([^"]+)"', page))


@pytest.mark.parametrize("made", [issues.issue(), issues.briefed(), issues.hostile()])
def test_every_link_within_the_page_leads_somewhere_in_it(made: Issue) -> None:
    led, there = anchors(html(made))

    assert len(led) > len(made.items)
    assert set(led) <= there


def test_the_contents_name_every_item_and_lead_to_it() -> None:
    page = html(issues.issue())
    contents = page.partition("<nav")[2].partition("</nav>")[0]

    assert re.findall(r'href="#([^"]+)"', contents) == [item.story for item in issues.issue().items]
    assert issues.serving().title.text in contents
    assert "<nav" not in html(replace(issues.issue(), draft=replace(issues.issue().draft, items=())))


def test_a_page_says_that_it_can_be_dark_and_has_each_style_in_the_element_too() -> None:
    page = html(issues.issue())

    assert '<meta name="color-scheme" content="light dark">' in page
    assert "prefers-color-scheme: dark" in page
    assert '<p class="point" style="' in page
    assert '<h3 style="' in page
    assert '<html lang="zh-CN">' in page


def test_the_web_is_named_where_it_is_known() -> None:
    made = issues.issue()

    for shape in ("headline", "brief", "full"):
        sent = mail(made, shape, link=LINK)
        assert f'href="{LINK}"' in sent.get_body(("html",)).get_content()
        assert LINK in sent.get_body(("plain",)).get_content()
        assert "blog.example.com" not in str(mail(made, shape))


def test_a_list_names_itself_and_offers_a_way_out() -> None:
    made = issues.issue()
    alone, by_web = mail(made), mail(made, unsubscribe="https://lists.example.com/leave?u=1&l=2")
    by_mail = mail(made, unsubscribe="mailto:leave@b.example")

    assert alone["List-Id"] == "<daily.b.example>"
    assert alone["List-Unsubscribe"] == "<mailto:daily@b.example?subject=unsubscribe>"
    assert by_mail["List-Unsubscribe"] == "<mailto:leave@b.example>"
    assert by_web["List-Unsubscribe"] == "<https://lists.example.com/leave?u=1&l=2>"
    assert by_web["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [one["List-Unsubscribe-Post"] for one in (alone, by_mail)] == [None, None]
    assert 'href="https://lists.example.com/leave?u=1&amp;l=2"' in by_web.get_body(("html",)).get_content()
    assert "退订" in html(made)


def test_the_plain_part_says_all_that_an_item_says() -> None:
    made = issues.issue(issues.serving(), issues.protocol(), issues.priced())
    told = text(made, LINK)

    for item in made.items:
        for claim in item.claims():
            if not claim.lines:
                assert claim.text in told
        for source in item.sources:
            assert source.host.encode("idna").decode() in told
    for unknown in issues.serving().unknowns:
        assert f"- {unknown}" in told
    assert "第 3 次报道" in told
    assert "过渡期够一个季度的发版，不够两个。（我们的判断）" in told
    assert "落地建议（我们的建议）：先在一个副本上打开拆分\n     看：首个 token 的 p95\n" in told
    assert told.endswith(f"阅读全文：{LINK}\n")


def test_a_mail_can_be_short_or_titles_alone() -> None:
    made = issues.issue()
    brief, headline = mail(made, "brief"), mail(made, "headline")

    for sent in (brief, headline):
        for part in ("plain", "html"):
            told = sent.get_body((part,)).get_content()
            assert made.closing.summary in told
            assert issues.serving().title.text in told
            assert ("长提示多的服务现在就试拆分" in told) is (sent is brief)
            assert "今日趋势" not in told
    assert issues.SERVER.url in brief.get_body(("plain",)).get_content()
    refused = issues.issue(replace(issues.adverts(), sources=(replace(issues.adverts().sources[0], url="javascript:x"),)))
    assert "javascript" not in str(mail(refused, "brief")) + str(mail(refused, "headline"))


def longer(characters: int) -> Issue:
    """An issue with so much more in one item."""
    made = issues.issue()
    item = replace(made.items[0], unknowns=("没有给出价格" * (characters // 6),))
    return replace(made, draft=replace(made.draft, items=(item, *made.items[1:])))


def test_a_page_that_would_be_clipped_is_the_whole_text_without_proofs_and_one_longer_still_the_short_form() -> None:
    many = issues.issue(*(replace(issues.serving(), story=f"s-{number}") for number in range(30)))
    proven, plain, short = html(issues.issue()), html(many), html(longer(MOST_HTML_BYTES))

    assert [len(one.encode()) <= MOST_HTML_BYTES for one in (proven, plain, short)] == [True] * 3
    assert ["sha256" in one for one in (proven, plain, short)] == [True, False, False]
    assert ["尚不清楚" in one for one in (proven, plain, short)] == [True, True, False]
    assert "长提示多的服务现在就试拆分" in short
    assert f'href="{issues.SERVER.url}"' in plain


def test_no_page_is_sent_where_even_the_short_form_would_be_clipped_and_the_text_is_whole() -> None:
    item = issues.serving()
    point = Section("point", (Claim("没有给出价格" * MOST_HTML_BYTES),))
    sent = mail(issues.issue(replace(item, sections=(point,))))

    assert [part.get_content_type() for part in sent.walk()] == ["text/plain"]
    assert point.points[0].text in sent.get_content().replace("\n", "")


def test_nothing_foreign_comes_to_life() -> None:
    for shape in ("headline", "brief", "full"):
        page = html(issues.hostile(), shape)
        assert "<script" not in page
        assert "<img" not in page
        assert not re.findall(r'href="(?!https?://|#|mailto:daily@b\.example)', page)
    assert "<script" not in html(longer(MOST_HTML_BYTES))


def test_an_issue_without_a_proof_has_no_list_of_them() -> None:
    item = replace(issues.serving(), title=Claim("A title"), sections=(Section("why", (Claim("Ours"),)),), sources=())
    made = issues.issue(item)
    made = replace(made, closing=replace(made.closing, followed=()), draft=replace(made.draft, notice=""))

    assert "依据" not in html(made)
    assert "<blockquote" not in html(made)


def test_a_line_of_an_empty_section_heading_and_a_nameless_item_are_told() -> None:
    made = issues.issue(replace(issues.serving(), title=Claim(""), sections=()))

    assert "1. 2026-02-11\n" in text(made)
    assert "2026-02-11" in html(made).partition("<nav")[2].partition("</nav>")[0]
