"""The short shapes: chat cards and mail, split and bounded, with everything foreign inert."""

from __future__ import annotations

import email
import email.policy
import html
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from deepdaily.core.types import Claim, Issue, Section
from deepdaily.lab.rendered import issue_with
from deepdaily.render.digest import MOST_DETAILS, briefs, questions
from deepdaily.render.feishu import MOST_BYTES, cards, escape, size_of
from deepdaily.render.mail import message, note, text
from deepdaily.render.slack import slack_messages
from render import issues


def card_texts(issue: Issue) -> list[str]:
    return [element.get("content", "") for card in cards(issue) for element in card["card"]["body"]["elements"]]


def test_every_item_is_in_the_cards_once_and_in_order() -> None:
    made = issues.issue()
    texts = "\n".join(card_texts(made))

    places = [texts.find(f"**{number}. ") for number in range(1, len(made.items) + 1)]
    assert all(place >= 0 for place in places)
    assert places == sorted(places)


def test_a_long_issue_is_split_between_items_and_each_message_fits() -> None:
    made = issues.issue()
    long = replace(made.items[0], title=Claim("很长的标题" * 200, made.items[0].title.evidence))
    many = replace(made, draft=replace(made.draft, items=(long,) * 12))
    found = cards(many)

    assert len(found) > 1
    assert all(size_of(card) <= MOST_BYTES for card in found)
    assert "\n".join(card_texts(many)).count("**") == 2 * (12 + 2)  # twelve items, the trends and the questions


def first_item(issue: Issue) -> str:
    return next(told for told in card_texts(issue) if told.startswith("**1. "))


def test_an_item_too_long_for_a_message_keeps_its_title_its_first_line_and_its_link() -> None:
    item = issues.serving()
    advice = Section("advice", (Claim("在一个副本上先试。" * 3000),))
    long = first_item(issues.issue(replace(item, sections=(item.sections[0], advice))))

    assert long == first_item(issues.issue(replace(item, sections=item.sections[:1])))
    assert item.sections[0].points[0].text in long
    assert issues.SERVER.url in long


def test_a_link_that_may_not_be_given_is_left_out_of_the_card() -> None:
    item = issues.adverts()
    refused = replace(item, sources=(replace(item.sources[0], url="javascript:alert(1)"),))
    given, bare = first_item(issues.issue(item)), first_item(issues.issue(refused))

    assert issues.ADVERTS.url in given
    assert given.startswith(bare)
    assert "javascript" not in bare


def test_a_mail_has_both_parts_and_the_same_message_id_each_time() -> None:
    made = issues.issue()
    first, again = (message(made, sender="a@b.example", recipients=["c@d.example"]) for _ in range(2))

    assert {part.get_content_type() for part in first.walk()} >= {"text/plain", "text/html"}
    assert first["Message-ID"] == again["Message-ID"]
    assert made.items[0].title.text in text(made)


def test_an_encoded_word_in_a_title_makes_no_header() -> None:
    """On 3.11.7 such a subject wrote a real Bcc line."""
    made = issue_with({"title": "=?utf-8?B?aGkKQmNjOiBldmlsQGV2aWwuZXhhbXBsZQ==?="})
    raw = message(made, sender="a@b.example", recipients=["c@d.example"]).as_bytes()

    assert email.message_from_bytes(raw, policy=email.policy.default)["Bcc"] is None


def test_a_wrong_address_is_refused() -> None:
    for nobody in ("nobody", '""@d.example', "c@d.example>"):
        with pytest.raises(ValueError, match=r"addr|domain|part"):
            message(issues.issue(), sender=nobody, recipients=["c@d.example"])
        with pytest.raises(ValueError, match=r"addr|domain|part"):
            note("The run failed", sender="a@b.example", recipients=[nobody], now=issues.NOW)


def test_a_note_to_the_keepers_is_its_subject_and_asks_for_no_answer() -> None:
    line = "deepdaily: no issue on 2026-02-11\nBcc: evil@evil.example"
    mail = note(line, sender="a@b.example", recipients=["c@d.example", "e@f.example"], now=issues.NOW)
    read = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)

    assert read["Subject"] == "deepdaily: no issue on 2026-02-11 Bcc: evil@evil.example"
    assert read["To"] == "c@d.example, e@f.example"
    assert read["Bcc"] is None
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"].datetime == issues.NOW.replace(microsecond=0)
    assert read.get_content().split() == line.split()
    again = note(line, sender="a@b.example", recipients=["c@d.example"], now=issues.NOW + timedelta(hours=1))
    assert again["Message-ID"] == mail["Message-ID"]


def test_mail_and_cards_tell_what_became_of_earlier_questions() -> None:
    made = issues.issue()
    plain_part = text(made)
    shown = json.dumps(cards(made), ensure_ascii=False)

    for told in (plain_part, html.unescape(shown)):
        assert "未决问题 5 条：1 有答案 · 1 有进展 · 1 未变 · 1 已关闭 · 1 已到期" in told
        assert "2.1 草案何时发布？（已有答案）：「工作组发布了 2.1 草案。」" in told
        assert "https://news.example.net/vllm-pools" in told
        assert "编辑已关闭：QuillServe 何时支持 AMD？" in told


def test_questions_all_of_yesterday_are_called_so() -> None:
    made = issues.issue()
    of_yesterday = tuple(
        replace(one, watch=replace(one.watch, opened_on=issues.DUE.date() - timedelta(days=1)))
        for one in made.closing.followed[1:3]
    )
    lines = {
        language: questions(
            replace(made, draft=replace(made.draft, language=language), closing=replace(made.closing, followed=of_yesterday))
        )[0]
        for language in ("zh", "en")
    }

    assert {language: row.text for language, row in lines.items()} == {
        "zh": "昨日 2 条：1 有进展 · 1 未变",
        "en": "Yesterday's 2 questions: 1 moved · 1 unchanged",
    }


def test_a_long_list_of_questions_is_split_between_lines() -> None:
    made = issues.issue()
    (watch, *_), words = made.closing.watchlist, "何时默认开启？" * 80
    many = tuple(replace(watch, question=f"{number} {words}") for number in range(30))
    found = cards(replace(made, closing=replace(made.closing, watchlist=many)))

    assert all(size_of(card) <= MOST_BYTES for card in found)
    assert all(any(f"- {number} 何时" in one for one in map(str, found)) for number in range(30))


def test_what_an_item_comes_to_stands_in_the_place_of_what_it_is_and_advice_is_told_line_by_line() -> None:
    first, second, _ = briefs(issues.issue())
    rows = [(row.text, row.below) for row in first.rows]

    assert rows[0] == ("长提示多的服务现在就试拆分，短提示为主的不必跟进。（我们的判断）", False)
    assert not any(text.startswith("是什么") for text, _ in rows)
    assert len(rows) == 1 + MOST_DETAILS + 1 + 4
    assert rows[1 + MOST_DETAILS][0].startswith("为什么重要（我们的判断）：瓶颈")
    assert rows[-4:] == [
        ("落地建议（我们的建议）：先在一个副本上打开拆分", False),
        ("看：首个 token 的 p95", True),
        ("线（我们的建议值）：比现在高 15%", True),
        ("回退：退回合并模式", True),
    ]
    assert second.rows[0].text.startswith("是什么（规则判断）：")


def test_a_point_that_is_a_fact_is_not_called_ours() -> None:
    item = issues.protocol()
    (brief,) = briefs(issues.issue(replace(item, sections=(Section("point", item.sections[0].points), *item.sections))))

    assert brief.rows[0].text == "「客户端必须以 tools/list 的回答判断服务是否可用，空的资源列表不再视为离线。」"


def test_every_channel_sets_the_lines_of_an_advice_below_each_other_and_says_till_when_a_question_is_followed() -> None:
    made = issues.issue()
    card = "\n".join(card_texts(made))
    slack = "\n".join(one["text"]["text"] for one in slack_messages(made)[0]["blocks"] if "text" in one)

    assert (
        "   落地建议（我们的建议）：先在一个副本上打开拆分\n     看：首个 token 的 p95\n     线（我们的建议值）：比现在高 15%\n"
        in text(made)
    )
    assert "- 落地建议（我们的建议）：先在一个副本上打开拆分\n    - 看：首个 token 的 p95\n" in card
    assert "• 落地建议（我们的建议）：先在一个副本上打开拆分\n    ◦ 看：首个 token 的 p95\n" in slack
    for told in (text(made), card, slack):
        assert "拆分模式何时默认开启？（至 2026-03-11）" in told


def test_a_card_escapes_what_could_be_markup_and_nothing_else() -> None:
    assert escape("list_tools(a) #1 | b! C:\\x AT&T 3 < 4 ~3B") == "list_tools(a) #1 | b! C:\\x AT&T 3 < 4 ~3B"
    assert escape("_all_ a~~b~~ &lt; \\* :OK:") == "&#95;all&#95; a&#126;&#126;b&#126;&#126; &#38;lt; &#92;&#42; &#58;OK:"
    assert escape("1. one") == "1&#46; one"
    assert escape("# a [b](c) *d* <at id=all>") == "&#35; a &#91;b&#93;(c) &#42;d&#42; &#60;at id=all>"
