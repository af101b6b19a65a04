"""Articles that a page states in its JSON-LD and does not show."""

from __future__ import annotations

import json

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.errors import NoText
from deepdaily.read.extract import OWN, STATED, PageBytes, page

BODY = "\n".join(
    [
        "The engine now keeps prefill and decode in pools of their own, so that a long prompt holds up nobody.",
        "The wait for the first token fell by 38 % on eight cards, and the throughput stayed within 3 % of the old scheduler.",
        "Operators turn it on by a flag, and watch the queue of each pool before they raise the size of a batch.",
    ]
)
MENU = "<nav><a href='/'>Home</a> <a href='/blog'>Blog</a></nav>"


def shell(shown: str = "<div id='root'></div>", **stated: object) -> bytes:
    told = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Pools of their own",
        "articleBody": BODY,
    } | stated
    head = f"<title>Pools of their own</title><script type='application/ld+json'>{json.dumps(told)}</script>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{MENU}{shown}</body></html>".encode()


def read(body: bytes):  # type: ignore[no-untyped-def]
    return page(PageBytes("https://lab.example/pools", "text/html; charset=utf-8", body))


def test_an_article_that_scripts_fill_in_is_read_as_its_page_states_it() -> None:
    found = read(shell())

    assert (found.title, found.extractor) == ("Pools of their own", STATED)
    assert found.text == f"Pools of their own\n\n{BODY}"
    assert unseen(Asked(shell(), "text/html", tuple(BODY.split("\n")))) == []


def test_markup_in_a_stated_article_is_read_as_such() -> None:
    marked = "".join(f"<p>{line}</p>" for line in BODY.split("\n"))

    found = read(shell(articleBody=marked))

    assert found.text == f"Pools of their own\n\n{BODY}"
    assert unseen(Asked(shell(articleBody=marked), "text/html", tuple(BODY.split("\n")))) == []


def test_a_page_that_shows_its_article_is_read_as_shown_whatever_it_states() -> None:
    shown = "".join(f"<p>{line.replace('38', '12')}</p>" for line in BODY.split("\n")) * 2
    told = shell(f"<article><h1>Pools of their own</h1>{shown}</article>")

    found = read(told)

    assert found.extractor == OWN
    assert "38 %" not in found.text
    assert unseen(Asked(told, "text/html", ("fell by 38 % on eight cards",))) == ["fell by 38 % on eight cards"]


def test_what_is_stated_for_those_who_pay_is_not_read() -> None:
    with pytest.raises(NoText):
        read(shell(isAccessibleForFree=False))
