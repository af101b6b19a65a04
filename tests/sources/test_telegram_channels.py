"""Public channels of Telegram, by the page that shows their last messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.errors import NotAFeed, Unreachable
from deepdaily.core.types import Harvest, Slot, Window
from deepdaily.sources.telegram_channels import MAX_TAGS, MOST_MESSAGES, ChannelPage, TelegramChannels, parse_channel
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
URL = "https://t.me/s/larknews"
TEXT = "The decoder of Heron 2 is out.<br/>It needs <b>half</b> the memory of the first one."


def _message(number: int, text: str = TEXT, day: str = "2026-02-10T09:00:00+00:00", more: str = "") -> str:
    said = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>' if text else ""
    return (
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="larknews/{number}">{more}{said}'
        f'<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">4.1K</span>'
        f'<a class="tgme_widget_message_date" href="https://t.me/larknews/{number}"><time datetime="{day}">09:00</time></a></div></div></div>'
    )


def _page(*messages: str) -> bytes:
    return f"<!doctype html><html><head><meta charset=utf-8></head><body>{''.join(messages)}</body></html>".encode()


async def _harvest(answers: Any, channels: tuple[str, ...] = ("larknews",)) -> Harvest:
    fetcher: Any = FakeFetcher(answers, "text/html; charset=utf-8")
    return await TelegramChannels("telegram", channels, 20, fetcher, InlineEngine()).harvest(WINDOW)  # type: ignore[arg-type]


async def test_a_message_that_leads_nowhere_is_offered_itself_with_its_text() -> None:
    body = _page(_message(41))

    found = await _harvest({URL: body})

    [made], [text] = found.offers, found.documents
    assert (made.url, made.title, made.votes) == ("https://t.me/larknews/41", "The decoder of Heron 2 is out.", None)
    assert text.text == "The decoder of Heron 2 is out.\n\nIt needs half the memory of the first one."
    assert (text.partial, text.locator) == (False, "larknews/41")
    assert unseen(Asked(body, "text/html", tuple(text.text.split("\n\n")))) == []


@pytest.mark.parametrize(
    ("link", "offered"),
    [
        ('<a href="https://lab.example/heron?utm_source=tg">here</a>', "https://lab.example/heron"),
        ('<a href="https://t.me/other/3">a friend</a> <a href="https://lab.example/b">b</a>', "https://lab.example/b"),
        ('<a href="?q=%23llm">#llm</a> <a href="tg://resolve?x">x</a>', "https://t.me/larknews/41"),
        ('<a href="https://telegra.ph/Heron-02-10">long read</a>', "https://telegra.ph/Heron-02-10"),
        ('<a href="http://[bad">x</a>', "https://t.me/larknews/41"),
    ],
)
async def test_the_first_link_out_of_telegram_is_what_is_offered(link: str, offered: str) -> None:
    found = await _harvest({URL: _page(_message(41, f"{TEXT} {link}"))})

    assert [made.url for made in found.offers] == [offered]
    assert len(found.documents) == offered.startswith("https://t.me")
    assert found.offers[0].teaser.startswith("The decoder of Heron 2 is out. It needs half")


async def test_a_longer_message_is_a_part_of_the_page_that_it_links_to() -> None:
    text = f'Heron 2 is out.<br/>{"It needs half the memory of the first one. " * 6}<a href="https://lab.example/heron">more</a>'

    [told] = (await _harvest({URL: _page(_message(41, text))})).documents

    assert (told.url, told.partial) == ("https://lab.example/heron", True)
    assert told.text.startswith("Heron 2 is out.\n\nIt needs half")


async def test_a_link_that_only_its_preview_shows_counts() -> None:
    preview = '<a class="tgme_widget_message_link_preview" href="https://lab.example/heron"><div>Heron</div></a>'

    assert [made.url for made in (await _harvest({URL: _page(_message(41, more=preview))})).offers] == ["https://lab.example/heron"]


async def test_what_is_answered_is_not_what_is_said() -> None:
    answered = '<a class="tgme_widget_message_reply"><div class="tgme_widget_message_text">What did you say of Egret?</div></a>'

    assert (await _harvest({URL: _page(_message(41, more=answered))})).offers[0].title == "The decoder of Heron 2 is out."


async def test_messages_are_offered_newest_first_and_old_or_silent_ones_not() -> None:
    page = _page(_message(1, day="2025-01-01T00:00:00+00:00"), _message(2), _message(3, ""), _message(4, day="soon"), _message(5))

    found = await _harvest({URL: page})

    assert [made.url[-1] for made in found.offers] == ["5", "2"]
    assert [loss.reason for loss in found.losses] == ["outside the window, dated 2025-01-01"]
    assert found.health.newest == datetime(2026, 2, 10, 9, tzinfo=UTC)


async def test_a_long_first_line_gives_its_first_sentence_as_title() -> None:
    text = "Heron 2 is out. " + "It needs half the memory of the first one, as we found on four cards. " * 4

    found = await _harvest({URL: _page(_message(41, text))})

    assert found.offers[0].title == "Heron 2 is out."
    assert found.documents[0].text.startswith("Heron 2 is out.\n\nIt needs half")


async def test_a_private_channel_costs_only_itself_and_is_told() -> None:
    found = await _harvest({URL: _page(_message(41)), "https://t.me/s/closed": _page()}, ("larknews", "closed"))

    assert (found.health.state, len(found.offers)) == ("ok", 1)
    assert found.health.message.startswith("@closed: no message is shown: the channel is private")
    with pytest.raises(NotAFeed):
        await _harvest({"https://t.me/s/closed": _page()}, ("closed",))
    with pytest.raises(Unreachable):
        await _harvest({}, ("absent",))


def test_a_page_is_bounded() -> None:
    page = _page(*(_message(number) for number in range(MOST_MESSAGES + 1)))

    assert len(parse_channel(ChannelPage(page, "text/html"))) == MOST_MESSAGES
    with pytest.raises(NotAFeed, match="tags"):
        parse_channel(ChannelPage(page + b"<i>" * MAX_TAGS, "text/html"))
