"""The reader of pages and the reading of a proof share no code, and say the same."""

from __future__ import annotations

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.text import sentences
from deepdaily.read.extract import PageBytes, page
from read.test_every_word import Maker

HTML = "text/html; charset=utf-8"


def test_every_sentence_that_is_read_of_a_generated_page_is_seen_in_its_bytes_again() -> None:
    for seed in range(100):
        markup, _ = Maker(seed).page()
        text = page(PageBytes("https://blog.example/p", HTML, markup.encode())).text
        quotes = tuple(one.text.removeprefix("- ") for one in sentences(text))

        assert len(quotes) > 1
        assert unseen(Asked(markup.encode(), HTML, quotes)) == [], seed


def test_a_sentence_whose_words_were_joined_is_not() -> None:
    markup = "<p>The model scores 92.4<sup><a href='#n1'>1</a></sup> and costs <del>$20</del> $15.</p>"

    assert unseen(Asked(markup.encode(), HTML, ("The model scores 92.41", "costs $20 $15"))) == [
        "The model scores 92.41",
        "costs $20 $15",
    ]
