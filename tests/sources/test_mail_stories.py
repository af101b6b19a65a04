"""A newsletter is read as its stories: a headline with its link, and what is said below; the rest of the mail is none."""

from __future__ import annotations

import re

import pytest

from deepdaily.core.errors import SourceError
from deepdaily.sources.mail_stories import MAX_TAGS, ReadMail, parse_mail, words_in
from newsletters import ADVERT, COUNTED, HERON, WREN, digest, headline, mail

ONE, TWO = "https://lab.example/one", "https://lab.example/two"


def read(*rows: str, **more: str) -> ReadMail:
    return parse_mail(mail(digest(*rows), **more))


def told(*rows: str) -> list[tuple[str, str, str]]:
    return [(story.link, story.title, story.text) for story in read(*rows).stories]


def test_a_headline_in_bold_with_a_text_below_is_a_story_without_its_minutes() -> None:
    stories = read(HERON, WREN).stories

    assert [story.title for story in stories] == [
        "Heron 1.0 serves long prompts in half the memory",
        "Wren publishes an 8B model with open weights",
    ]
    assert stories[0].text.startswith("The engine keeps prefixes on disk")
    assert (stories[1].link, stories[1].paid) == (COUNTED, False)


@pytest.mark.parametrize(
    "markup",
    [
        f'<h2><a href="{ONE}">Heron 2 is out</a></h2><p>It is twice as fast.</p>',
        f'<p><a href="{ONE}">Heron 2 is out</a></p><p>It is twice as fast.</p>',
        f'<a href="{ONE}" style="font-weight:700">Heron 2 is out</a><p>It is twice as fast.</p>',
        f'<h3>Heron 2 is out</h3><p>It is twice as fast.</p><p><a href="{ONE}">Read more →</a></p>',
        f'<h3>Heron 2 is out</h3><p>It is twice as fast.</p><a href="{ONE}">here</a>',
    ],
)
def test_each_way_of_building_a_story_is_known(markup: str) -> None:
    assert told(markup) == [(ONE, "Heron 2 is out", "It is twice as fast.")]


def test_a_chinese_headline_needs_no_blanks() -> None:
    assert told(f'<p><a href="{ONE}">苍鹭推理引擎发布一点零版</a></p><p>显存减半。</p>') == [
        (ONE, "苍鹭推理引擎发布一点零版", "显存减半。")
    ]
    assert words_in("苍鹭 1.0") == 2


def test_a_link_in_a_sentence_is_told_by_the_sentence() -> None:
    text = f'It was a busy week. Wren <a href="{ONE}">opened the weights of its model</a> on Monday. More to come.'

    assert told(f"<p>{text}</p>") == [
        (ONE, "Wren opened the weights of its model on Monday.", "It was a busy week. Wren opened the weights of its model on Monday. More to come.")
    ]  # fmt: skip


def test_the_first_words_for_a_link_count_and_a_button_below_adds_nothing() -> None:
    button = f'<a href="{ONE}">Read the full story</a>'

    assert told(headline(ONE, "Heron 2 is out", "Fast.") + f"<p>{button}</p>", f'<p>{headline(ONE, "Once more, Heron is out", "Again.")}</p>') == [
        (ONE, "Heron 2 is out", "Fast.")
    ]  # fmt: skip


def test_a_short_link_without_a_headline_is_no_story() -> None:
    assert told(f'<p>By <a href="{ONE}">Ann Lark</a></p>', f'<p><a href="{TWO}">Archive</a></p>', '<p><a href="mailto:a@b.example">Write to us about all this</a></p>') == []  # fmt: skip


def test_head_foot_and_hidden_lines_are_no_part_of_a_story() -> None:
    [story] = read(HERON).stories

    assert (
        story.text
        == "The engine keeps prefixes on disk and reads them back in pages of 16 tokens. Its p99 falls from 210 ms to 95 ms."
    )


@pytest.mark.parametrize(
    ("rows", "paid"),
    [
        ((ADVERT, HERON), [False, False]),  # the title says so itself, which the offer sees
        (("<p>Sponsored</p>" + HERON, WREN), [True, False]),
        (("<p>TOGETHER WITH GULL</p>", HERON, WREN), [True, False]),
        (("<p>赞助</p>", HERON, WREN), [True, False]),
        (("<h4>A message from our sponsor</h4>", HERON + f'<p>Start now and <a href="{TWO}">get a trial for free today</a></p>', WREN), [True, True, False]),
        ((headline(f"{ONE}?utm_medium=affiliate", "Heron 2 is out today", "Fast."),), [True]),
    ],
)  # fmt: skip
def test_what_stands_under_a_sponsors_label_is_paid_for_up_to_the_next_headline(rows: tuple[str, ...], paid: list[bool]) -> None:
    assert [story.paid for story in read(*rows).stories] == paid


def test_a_long_text_with_hardly_a_link_tells_itself() -> None:
    text = (
        "<p>"
        + "</p><p>".join(f"This is paragraph {n} of a long letter about prefixes and how they are kept." for n in range(40))
        + "</p>"
    )
    essay = read(text + f'<p>As <a href="{ONE}">somebody wrote about it before</a>, so it is.</p>')

    assert essay.is_essay
    assert essay.web.startswith("https://letter.example/p/12")
    assert not read(HERON, WREN).is_essay
    assert not read(*(headline(f"{ONE}/{n}", f"A story of number {n}", "word " * 80) for n in range(8))).is_essay


def test_archived_at_names_the_mails_own_page_first() -> None:
    assert read(HERON, Archived_At="<https://letter.example/archive/12>").web == "https://letter.example/archive/12"


def test_a_plain_mail_is_read_by_its_paragraphs() -> None:
    plain = f"Lark Letter\n\nHeron 2 is out\n{ONE}\nIt is twice as fast.\n\nA <b> note: see {TWO}.\n"
    got = parse_mail(mail(plain=plain))

    assert [(story.link, story.title, story.text) for story in got.stories] == [
        (ONE, "Heron 2 is out", "It is twice as fast."),
        (TWO, "A <b> note: see", ""),
    ]
    assert not got.is_html


def test_too_many_tags_and_elements_without_end_are_refused() -> None:
    for markup in ("<br>" * (MAX_TAGS + 1), "<div>" * 40_000):
        with pytest.raises(SourceError, match=re.escape(f"more than {MAX_TAGS} tags")):
            parse_mail(mail(markup))
    assert parse_mail(mail("<p>Short</p>" + "<br>" * (MAX_TAGS - 200))).text == "Short"
