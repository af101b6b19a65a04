"""The maker's page leads; what came into another product and manuals come last."""

from __future__ import annotations

import random

import pytest

from deepdaily.choose.leads import lead_order, makers_link, makers_query, makers_result, own_link, with_lead, with_own
from deepdaily.core.types import Link, Offer, Structure
from making import document, story

OWN = "https://www.anthropic.com/news/claude-opus-4-6"


def test_the_maker_leads_then_reports_then_other_products_then_manuals() -> None:
    ordered = [
        document("Introducing Claude Opus 4.6", url="https://www.anthropic.com/news/opus", hours=30),
        document("Anthropic releases Claude Opus 4.6", url="https://press.example/1", hours=5),
        document("Claude Opus 4.6 is now available in Windsurf", url="https://windsurf.com/blog/opus", hours=2),
        document("Day 0 support: Claude Opus 4.6", url="https://docs.litellm.ai/blog/opus", hours=1),
        document("Claude Opus 4.6", url="https://docs.claude.com/docs/models/opus", hours=1),
        document("AI weekly digest: Claude Opus 4.6", url="https://weekly.example/7", hours=1),
        document("Introducing Claude Opus 4.6", url="https://www.anthropic.com/news/opus-teaser", hours=1, partial=True),
    ]
    shuffled = random.Random(7).sample(ordered, len(ordered))

    assert sorted(shuffled, key=lead_order) == ordered


def link_of(title: str, *urls: str) -> str:
    told = story(title, url="https://press.example/1")
    links = tuple(Link(url, "Claude Opus 4.6 announcement", 0) for url in urls)
    return makers_link(told, {told.lead.id: Structure(links)})


def test_the_makers_link_is_deep_of_its_own_site_and_shares_most_words() -> None:
    others = [
        "mailto:press@anthropic.com",
        "https://www.anthropic.com/",
        "https://press.example/claude-opus",
        "https://www.anthropic.com/careers",
    ]

    assert link_of("Anthropic releases Claude Opus 4.6", *others, OWN) == OWN
    assert link_of("Anthropic releases Claude Opus 4.6", *others[:3]) == ""


def test_a_chinese_title_shares_the_names_that_stand_in_it() -> None:
    assert link_of("刚刚，Anthropic发布Claude Opus 4.6模型", OWN) == OWN


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("OpenAI发布GPT-5.3-Codex，编程更快", "OpenAI GPT-5.3-Codex"),
        ("Everything in Sorrel 2 by Quill Labs", "Sorrel Quill Labs"),
        ("Kestrel launches an inference server", "Kestrel launches an inference server"),
        ("智谱开源新一代语音模型", "智谱"),
        ("On the state of things", ""),
    ],
)
def test_a_search_is_asked_for_what_the_title_names(title: str, query: str) -> None:
    assert makers_query(story(title)) == query


def test_of_a_search_the_first_result_on_the_makers_site_that_names_no_other_version_may_lead() -> None:
    told = story("Anthropic releases Claude Opus 4.6", url="https://press.example/1")
    results = [
        Offer("https://press.example/2", "web", "Claude Opus 4.6 is out"),
        Offer("https://www.anthropic.com/news/claude-opus-4-5", "web", "Introducing Claude Opus 4.5"),
        Offer(OWN, "web", "Introducing Claude Opus 4.6"),
    ]

    assert makers_result(told, results) == OWN
    assert makers_result(told, results[:2]) == ""
    assert makers_result(told, results, told={"anthropic.com/news/claude-opus-4-6"}) == ""


def test_a_link_that_shares_one_word_leads_nowhere() -> None:
    told = story("Anthropic changes its prices", url="https://press.example/1")

    assert makers_link(told, {told.lead.id: Structure((Link("https://www.anthropic.com/pricing", "prices", 0),))}) == ""


def test_an_arrival_in_another_product_is_not_its_maker_s_event() -> None:
    assert link_of("Windsurf adds support for Anthropic's Claude Opus 4.6", OWN) == ""


def test_a_page_without_a_date_or_with_another_version_does_not_lead() -> None:
    told = story(
        "Anthropic releases Claude Opus 4.6", "It answers in 20 ms for 5 dollars and 3 GB of memory.", url="https://press.example/1"
    )
    same = document("Introducing Claude Opus 4.6", url=OWN)

    assert with_lead(told, same).lead == same
    assert with_lead(told, document("Introducing Claude Opus 4.6", url=OWN, hours=None)) == told
    assert with_lead(told, document("Claude Opus 4.5", "In 20 ms for 3 GB of memory.", url=OWN)) == told


def test_two_figures_tell_one_event_where_no_version_is_named() -> None:
    told = story("Anthropic measures its caches", "A hit takes 20 ms and saves 3 GB of memory.", url="https://press.example/1")
    same = document("How Claude caches prompts", "Anthropic found that 3 GB are saved and a hit takes 20 ms.", url=OWN)

    assert with_lead(told, same).lead == same
    assert with_lead(told, document("How Claude caches prompts", "Anthropic found that 3 GB are saved.", url=OWN)) == told


NOTES = "https://www.anthropic.com/research/claude-opus-4-6-system-card"


def own_of(*urls: str, words: str = "the system card of Claude Opus", url: str = OWN) -> str:
    told = story("Introducing Claude Opus 4.6", url=url)
    return own_link(
        told, {told.lead.id: Structure(tuple(Link(one, words, 0) for one in urls))}, {"anthropic.com/news/told-claude-opus"}
    )


def test_another_page_of_the_makers_event_is_a_deep_link_that_shares_its_names() -> None:
    assert own_of("https://www.anthropic.com/", "mailto:press@anthropic.com", OWN, NOTES) == NOTES
    assert own_of("https://docs.claude.com/en/opus") == "https://docs.claude.com/en/opus"
    assert own_of("https://www.anthropic.com/careers", words="join us") == ""
    assert own_of("https://www.anthropic.com/news/told-claude-opus") == ""
    assert own_of(NOTES, url="https://press.example/1") == ""


def test_a_page_of_the_event_tells_it_too_unless_it_is_of_another_version_older_or_no_whole_page() -> None:
    told = story("Introducing Claude Opus 4.6", url=OWN)
    card = document("Claude Opus 4.6 system card", "What was tested.", url=NOTES)

    assert with_own(told, card).documents == (told.lead, card)
    assert with_own(told, document("Claude Opus 4.6 system card", url=NOTES, hours=None)).documents[1:] != ()
    for other in (
        document("Claude Opus 4.5 system card", url=NOTES),
        document("Our offices", url=NOTES),
        document("Claude Opus 4.6 system card", url=NOTES, hours=24.0 * 60),
        document("Claude Opus 4.6 system card", url=NOTES, partial=True),
    ):
        assert with_own(told, other) == told
