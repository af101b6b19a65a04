"""What chats get: within each service's limits, split between items, with every escape undone by the service and nothing alive."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from chat_forms import CHATS, LINK, narrowed, troubles
from deepdaily.core.types import Claim, Section, Shape
from deepdaily.lab.rendered import issue_with
from deepdaily.render.chat_texts import widened
from deepdaily.render.digest import LINK_CHARS, dispatch, grouped, own_link
from deepdaily.render.dingtalk import dingtalk_line, dingtalk_messages
from deepdaily.render.discord import discord_line
from deepdaily.render.feishu import cards, feishu_line
from deepdaily.render.foreign import plain
from deepdaily.render.limits import LIMITS, Limits
from deepdaily.render.slack import slack_line, slack_messages
from deepdaily.render.telegram import telegram_line
from deepdaily.render.webhook import webhook_line, webhook_message
from deepdaily.render.wecom import wecom_line
from render import issues

SHAPES: tuple[Shape, ...] = ("headline", "brief", "full")


@pytest.mark.parametrize("shape", SHAPES)
def test_an_issue_of_any_length_stays_within_every_service_s_limits_and_no_link_is_cut(shape: Shape) -> None:
    assert list(troubles(issues.issue(), shape)) == []
    assert list(troubles(issues.twenty(), shape)) == []
    assert list(troubles(issues.hostile(), shape)) == []


def test_what_is_wrong_would_be_seen() -> None:
    long = replace(issues.serving(), sources=(replace(issues.serving().sources[0], url="https://a.example/" + "a" * 9_000),))

    assert {"wecom: a link is missing", "slack: a link is missing"} <= set(troubles(issues.issue(long), "full"))


@pytest.mark.parametrize("name", CHATS)
@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_reader_sees_is_what_the_sources_said(name: str, shape: Shape) -> None:
    """Each service undoes its escapes, and every title and sentence stands there sign by sign."""
    chat, made = CHATS[name], issues.hostile()
    seen = "\n".join(chat.seen(one).text for one in chat.messages(made, shape, LINK))

    for brief in dispatch(made, shape).briefs:
        title = brief.title if shape != "headline" and name != "slack" else brief.title[:40]
        assert squeezed(f"{brief.number}. {title}") in squeezed(seen)
        for row in brief.rows[:2] if shape != "headline" else ():
            assert squeezed(row.text) in squeezed(seen)


def squeezed(text: str) -> str:
    """Without blanks, and with signs that are drawn wide as they were."""
    return narrowed(re.sub(r"\s", "", plain(text)))


@pytest.mark.parametrize("name", CHATS)
def test_the_items_stand_there_in_order_each_once_and_in_one_message(name: str) -> None:
    chat = CHATS[name]
    seen = [chat.seen(one).text for one in chat.messages(issues.twenty(), "full", LINK)]
    places = [[part for part, text in enumerate(seen) if f"\n{number}. 第 " in f"\n{text}"] for number in range(1, 21)]

    assert [len(one) for one in places] == [1] * 20
    assert places == sorted(places)
    for number, (part,) in enumerate(places, 1):
        own = seen[part].partition(f"{number}. 第 ")[2].partition(f"{number + 1}. 第 ")[0]
        assert "回退：退回合并模式" in own


def test_each_shape_tells_more_than_the_one_before() -> None:
    sizes = {
        name: [sum(len(json.dumps(one)) for one in chat.messages(issues.twenty(), shape)) for shape in SHAPES]
        for name, chat in CHATS.items()
    }

    assert all(sorted(found) == found for found in sizes.values())
    headline, brief, full = (dispatch(issues.issue(), shape) for shape in SHAPES)
    assert (headline.lists, brief.lists) == ((), ())
    assert [len(one.rows) for one in brief.briefs] == [1, 1, 1]
    assert brief.summary == issues.issue().closing.summary
    assert full.summary == ""
    assert [heading for heading, _ in full.lists] == ["今日趋势", "我接下来会关注什么"]


def test_titles_that_do_not_fit_are_counted() -> None:
    (message,) = CHATS["wecom"].messages(issues.twenty(), "headline", LINK)

    shown = message["markdown"]["content"]
    assert re.search(r"^另有 \d+ 条$", shown, re.M)
    assert shown.endswith(f"**[阅读全文]({LINK})**")


def test_a_link_too_long_for_a_message_is_left_out_whole() -> None:
    item = issues.serving()
    address = "https://a.example/" + "b" * LINK_CHARS
    long = issues.issue(replace(item, sources=(replace(item.sources[0], url=address),), sections=()))
    huge = issues.issue(replace(item, sources=(replace(item.sources[0], url=address * 5),)))

    for name in ("wecom", "discord", "slack"):
        assert "bbb" in json.dumps(CHATS[name].messages(long, "full")), name
        assert "bbb" not in json.dumps(CHATS[name].messages(long, "headline")), name
        for shape in SHAPES:
            assert "bbb" not in json.dumps(CHATS[name].messages(huge, shape)), name


def test_a_question_s_long_link_is_left_out_whole() -> None:
    made = issues.issue()
    far = replace(issues.cited(issues.NEWS), url="https://a.example/" + "b" * LINK_CHARS)
    followed = tuple(replace(one, source=far) if one.proof else one for one in made.closing.followed)
    told = replace(made, closing=replace(made.closing, followed=followed))

    assert all("bbb" not in json.dumps(chat.messages(told, "full")) for chat in CHATS.values())


def test_an_issue_without_items_is_a_message_all_the_same() -> None:
    made = issues.issue()
    closing = replace(made.closing, trends=(), watchlist=(), followed=(), summary="")
    quiet = replace(made, draft=replace(made.draft, items=(), notice=""), closing=closing)

    for shape in SHAPES:
        for chat in CHATS.values():
            (message,) = chat.messages(quiet, shape)
            assert made.draft.title in json.dumps(message, ensure_ascii=False)


def test_english_is_told_in_english() -> None:
    made = replace(issues.issue(), draft=replace(issues.issue().draft, language="en"))

    for chat in CHATS.values():
        assert "Read the whole issue" in json.dumps(chat.messages(made, "brief", LINK))


# -- nothing comes to life --------------------------------------------------------------------------------------------

MENTIONS = "@everyone @here <@123> <!here> <@U1> <at id=all></at> @somebody <#C1> @所有人"


def test_nobody_is_called() -> None:
    made = issue_with({"title": MENTIONS, "summary": MENTIONS})
    sent = {name: chat.messages(made, "full") for name, chat in CHATS.items()}
    told = {name: json.dumps(found, ensure_ascii=False) for name, found in sent.items()}

    assert "@everyone" not in told["discord"]
    assert "@here" not in told["discord"]
    assert "<@" not in told["discord"].replace("\\\\<@", "")
    assert all(one["allowed_mentions"] == {"parse": []} for one in sent["discord"])
    assert all(one["at"] == {"isAtAll": False, "atMobiles": [], "atUserIds": []} for one in sent["dingtalk"])
    for name in ("wecom", "slack", "feishu"):
        assert "<@" not in told[name]
        assert "<!" not in told[name]
        assert "<at" not in told[name]
    assert "@somebody" not in told["telegram"]


@pytest.mark.parametrize("name", ["wecom", "dingtalk"])
def test_markdown_without_an_escape_gets_wide_signs_where_it_could_be_markup_and_nowhere_else(name: str) -> None:
    assert (
        widened("list_tools(a)[0] #1 C:\\x 3 < 4 a@b.example AT&T -1 ~3B 1. x")
        == "list_tools(a)[0] #1 C:\\x 3 < 4 a@b.example AT&T -1 ~3B 1. x"
    )
    assert widened("# a [b](c) **d** __e__ `f` <g> &lt;") == "＃ a [b]（c) ＊＊d＊＊ ＿＿e＿＿ ｀f｀ ＜g> ＆lt;"
    (message,) = CHATS[name].messages(issue_with({"title": "[x](https://bad.example) ![y](https://bad.example/p.png)"}), "headline")
    assert [link for link in CHATS[name].seen(message).links if "bad" in link] == []


def test_a_bracket_in_a_label_ends_no_link() -> None:
    made = issue_with({"title": "a] b](https://bad.example) [c"})

    for name, chat in CHATS.items():
        links = [link for one in chat.messages(made, "headline") for link in chat.seen(one).links]
        assert links == ["https://good.example/plain"], name


# -- what else a service wants ----------------------------------------------------------------------------------------


def test_a_keyword_stands_in_every_message_where_it_is_not_there_already() -> None:
    for messages in (cards, dingtalk_messages):
        sent = messages(issues.twenty(), "full", "", "日报")
        asked = messages(issues.twenty(), "full", "", "暗号")
        assert len(asked) > 1
        assert all("暗号" in json.dumps(one, ensure_ascii=False) for one in asked)
        assert "· 日报" not in json.dumps(sent, ensure_ascii=False)


def test_a_card_has_a_coloured_header_and_ends_with_a_button_that_leads_to_the_issue() -> None:
    *before, last = cards(issues.twenty(), "full", LINK)

    assert all(one["card"]["header"]["template"] == "blue" for one in (*before, last))
    assert last["card"]["body"]["elements"][-1]["behaviors"] == [{"type": "open_url", "default_url": LINK}]
    assert before
    assert "behaviors" not in json.dumps(before)
    assert "button" not in json.dumps(cards(issues.twenty(), "full"))


def test_a_link_of_the_keeper_may_be_private_and_breaks_no_format() -> None:
    assert own_link("http://blog.internal:8080/a_b/?x=1&y=2") == "http://blog.internal:8080/a_b/?x=1&y=2"
    assert own_link('https://b.example/a)](x <y>|"é') == "https://b.example/a%29%5D%28x%20%3Cy%3E%7C%22é"
    assert [own_link(one) for one in ("", "javascript:alert(1)", "blog.example", "https://")] == [""] * 4


def test_a_program_gets_the_issue_by_its_parts_and_as_one_text() -> None:
    told = webhook_message(issues.issue(), "full", LINK)

    assert told["day"] == "2026-02-11"
    assert told["url"] == LINK
    assert [one["number"] for one in told["items"]] == [1, 2, 3]
    assert told["items"][0]["url"] == issues.SERVER.url
    assert told["lists"][0]["heading"] == "今日趋势"
    assert told["deepdaily"]["slot"] == issues.issue().slot.stamp
    assert told["items"][2]["title"] in told["text"]
    assert told["text"].endswith(LINK)
    assert "https://news.example.net/vllm-pools" in json.dumps(told["lists"])
    assert webhook_message(issues.issue(), "brief")["lists"] == []


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (feishu_line, ("content", "text")),
        (slack_line, ("text",)),
        (wecom_line, ("text", "content")),
        (dingtalk_line, ("text", "content")),
        (telegram_line, ("text",)),
        (discord_line, ("content",)),
        (webhook_line, ("text",)),
    ],
)
def test_a_line_is_a_message_of_its_own(line: Any, place: tuple[str, ...]) -> None:
    told: Any = line("deepdaily 2026-02-11: degraded;\nsee `deepdaily show`")
    for key in place:
        told = told[key]

    assert told.startswith("deepdaily 2026-02-11: degraded; see")


def test_pieces_are_grouped_in_order_and_one_alone_always_goes() -> None:
    def fits(group: Any, part: int) -> bool:
        return bool(sum(group) <= 10 - part)

    assert grouped([4, 5, 1, 99, 2, 2], fits) == [[4, 5], [1], [99], [2, 2]]
    assert grouped([], fits) == []


@pytest.mark.parametrize(("counted", "size"), [("bytes", 8), ("characters", 3), ("utf-16", 4)])
def test_each_service_counts_in_its_own_way(counted: Any, size: int) -> None:
    assert Limits(counted, 10, 20).size("a中😀") == size
    assert Limits(counted, 10, 20).pause_s == 3


def test_every_chat_has_its_row_of_limits() -> None:
    assert LIMITS.keys() == CHATS.keys()


def test_a_long_notice_is_cut_and_an_issue_without_a_link_has_none() -> None:
    made = issues.issue()
    long = replace(made, draft=replace(made.draft, notice="限流" * 9_000))

    for chat in CHATS.values():
        assert all(chat.within(one) for one in chat.messages(long, "brief"))
    assert "阅读全文" not in json.dumps(slack_messages(made, "brief"), ensure_ascii=False)
    assert "阅读全文" in json.dumps(slack_messages(made, "brief", LINK), ensure_ascii=False)


def test_an_item_too_long_for_any_message_keeps_title_sentence_and_link_each_cut() -> None:
    item = issues.serving()
    point = Section("point", (Claim("长" * 9_000),))
    huge = issues.issue(replace(item, title=Claim("题" * 9_000, item.title.evidence), sections=(point,)))

    for name, chat in CHATS.items():
        sent = chat.messages(huge, "full")
        text = "".join(chat.seen(one).text for one in sent)
        assert all(chat.within(one) for one in sent), name
        assert "题题" in text
        assert "长长" in text
        assert issues.SERVER.url in [link for one in sent for link in chat.seen(one).links]
