"""No link that is offered says who reads; links about the mail itself lead to no story."""

from __future__ import annotations

from hashlib import md5, sha256

import pytest

from deepdaily.sources.mail_links import MailLink, is_story_link, is_web_version, judged
from newsletters import COUNTED, KEY, READER, packed

ACCOUNT = packed('{"user":4711,"post":3}')
HELD = packed('{"e":"https://lab.example/notes/one","p":3,"u":4711}')
HELD_WITHIN = packed(r'{"s":"x","p":{"url":"https:\/\/lab.example\/notes\/one"}}')
PAGE = "https://lab.example/notes/one"
NAMES_READER = MailLink("names the reader")


@pytest.mark.parametrize(
    "query",
    [
        f"email={READER}",
        f"to={READER.replace('@', '%40')}",
        f"to={READER.replace('@', '%2540')}",
        f"who={packed(READER)}",
        f"who={READER.encode().hex()}",
        f"who={md5(READER.encode()).hexdigest()}",
        f"who={sha256(READER.encode()).hexdigest().upper()}",
        f"token={KEY}",
        "subscriber_id=4711",
        "ck_subscriber_id=4711",
        "mc_eid=a1b2c3d4e5",
        "uid=a1b2c3d4e5",
        f"jwt={ACCOUNT}.x",
        f"next={ACCOUNT}",
    ],
)
def test_a_parameter_that_names_the_reader_is_taken_off(query: str) -> None:
    assert judged(f"{PAGE}?{query}", [READER.upper()]) == MailLink("page", PAGE)
    assert judged(f"{PAGE}?{query}&page=2", [READER]) == MailLink("page", f"{PAGE}?page=2")


@pytest.mark.parametrize("piece", [READER, packed(READER), READER.encode().hex(), md5(READER.encode()).hexdigest(), ACCOUNT])
def test_a_path_that_names_the_reader_is_not_offered(piece: str) -> None:
    assert judged(f"https://lab.example/for/{piece}/one", [READER]) == NAMES_READER


@pytest.mark.parametrize(
    "link",
    [
        "https://github.com/lark/heron/commit/0123456789abcdef0123456789abcdef01234567",
        "https://x.com/lark/status/2021234567890123456",
        "https://medium.com/@lark/a-long-title-about-serving-prompts-0a1b2c3d4e5f",
        "https://social.example/@lark@instance.example/1123",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://lab.example/2026/02/10/a-title-of-many-words-that-goes-on-and-on-for-ever-and-a-day",
        "https://lab.example/notes?page=2&lang=en&p=14&id=a1b2c3d4e5",
    ],
)
def test_an_ordinary_address_stays_whole(link: str) -> None:
    told = judged(link, [READER])

    assert told.state == "page"
    assert told.url.partition("?")[0] == link.partition("?")[0]
    assert sorted(told.url.partition("?")[2].split("&")) == sorted(link.partition("?")[2].split("&"))


@pytest.mark.parametrize(
    "link",
    [
        COUNTED,
        f"https://letter.us4.list-manage.com/track/click?u={KEY}&id=12ab&e={KEY}",
        f"https://substack.com/redirect/1f3a77c2-1111-4222-8333-0a1b2c3d4e5f?j={ACCOUNT}",
        f"https://u123.ct.sendgrid.net/ls/click?upn={KEY}",
        f"https://click.convertkit-mail2.com/{KEY}/abc/def",
        f"https://anything.example/{KEY}",
        f"https://anything.example/one?x={KEY}",
    ],
)
def test_a_link_that_only_its_sender_can_open_is_a_question_and_no_address(link: str) -> None:
    assert judged(link, [READER]) == MailLink("asks", link)


@pytest.mark.parametrize(
    "link",
    [
        f"https://tracking.tldrnewsletter.com/CL0/https:%2F%2Flab.example%2Fnotes%2Fone%3Futm_source=letter/1/{KEY}/x",
        f"https://substack.com/redirect/2/{HELD}.{KEY}?",
        f"https://mandrillapp.com/track/click/30/lab.example?p={HELD_WITHIN}",
    ],
)
def test_a_counted_link_that_holds_its_page_need_not_be_asked(link: str) -> None:
    assert judged(link, [READER]) == MailLink("page", PAGE)


@pytest.mark.parametrize(
    "link",
    [
        "mailto:news@letter.example",
        "ftp://lab.example/one",
        "https://letter.example/unsubscribe?id=1",
        "https://twitter.com/intent/tweet?url=x",
        "https://letter.example/logo.png",
        "https://letter.substack.com/subscribe?x=1",
        "https://[broken",
        "",
        "https://lab.example/" + "a" * 3000,
    ],
)
def test_what_is_no_story_has_no_address(link: str) -> None:
    assert judged(link) == MailLink("no page")


@pytest.mark.parametrize("words", ["Unsubscribe", "manage your preferences", "View in browser", "Tweet this", "Forward to a friend", "No longer want these emails?", "Advertise with us", "点此退订", "Subscribe now →"])  # fmt: skip
def test_words_about_the_mail_are_no_storys(words: str) -> None:
    assert not is_story_link(words)


@pytest.mark.parametrize("words", ["Why we stopped sharing state between agents", "Wren opens its weights", "Open weights in the browser: Wren runs on WebGPU", "如何订阅模型更新流", "Share memory between processes without copying"])  # fmt: skip
def test_words_of_a_story_are_kept(words: str) -> None:
    assert is_story_link(words)


def test_the_mails_own_page_is_known_by_its_link() -> None:
    assert [is_web_version(words) for words in ("View this email in your browser", "在浏览器中查看", "Read the paper")] == [
        True,
        True,
        False,
    ]
