"""A day drawn once: its parts, and what a page puts between them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepdaily.core.types import Loss
from deepdaily.render.drawn import DrawnItem, drawing_version, drawn_day
from deepdaily.render.excerpts import CARD_CHARACTERS, GAP, contexts, excerpt
from deepdaily.render.html import masthead
from deepdaily.render.notes import Note
from deepdaily.words import of
from render import issues

ISSUE = issues.issue()
DRAWN = drawn_day(ISSUE, issues.DOCUMENTS, [], {})
PLAIN = of("zh")


def nothing(_: DrawnItem) -> str:
    return ""


def test_the_lines_of_a_reader_stand_at_their_item() -> None:
    told = DRAWN.body(PLAIN, lambda item: f"<p>{item.story} {item.source}</p>")

    for item in DRAWN.items:
        assert f"<p>{item.story} {item.source}</p>\n" in told[told.index(f'<article id="{item.story}"') :]
    assert "<!--" not in told
    assert "<!--" not in DRAWN.body(PLAIN, nothing)


def test_an_item_without_a_source_has_no_address() -> None:
    bare = replace(issues.issue().items[0], sources=(), sections=(), title=replace(issues.issue().items[0].title, evidence=()))

    assert drawn_day(issues.issue(bare), {}, [], {}).items[0].source == ""


def test_links_to_passages_ask_for_the_language_of_the_page_and_our_words_are_in_it() -> None:
    chinese, english = DRAWN.body(PLAIN, nothing), DRAWN.body(of("en"), nothing, "?lang=en")

    assert f'<a href="/e/{ISSUE.day}/1#e1">看快照摘录</a>' in chinese
    assert f'<a href="/e/{ISSUE.day}/1?lang=en#e1">see it in the snapshot</a>' in english
    assert "打开原文" not in english


def test_what_stands_above_is_in_the_language_of_the_page() -> None:
    chinese, english = masthead(DRAWN.above, PLAIN), masthead(DRAWN.above, of("en"))

    assert "3 条" in chinese
    assert "lang=" not in chinese
    assert '<ul class="figures" lang="en"><li>3 items</li>' in english
    assert "facts checked" in english


def test_every_fact_opens_to_its_passage_also_one_that_is_its_passage() -> None:
    told = DRAWN.body(PLAIN, nothing)
    facts = told.split('<details class="fact"')[1:]

    assert facts
    assert all("<blockquote" in fact[: fact.index("</details>")] for fact in facts)


def test_what_was_not_told_is_kept_with_it() -> None:
    loss = Loss("https://near.example/a", "select", "score 2.50 below the last chosen 3.00", "s-near")

    assert [one.url for one in drawn_day(ISSUE, {}, [loss], {}).seen] == [loss.url]


def test_the_version_is_of_what_draws() -> None:
    assert drawing_version() == drawing_version()
    assert len(drawing_version()) == 16


def around(text: str, quote: str, *others: str) -> tuple[str, str] | None:
    """What stands before and behind a quotation."""
    document = issues.document("https://long.example/a", "Long", text)
    proofs = [issues.proof(document, one) for one in (quote, *others)]
    notes = [Note(number, number, proof, issues.cited(document), True, False) for number, proof in enumerate(proofs, 1)]
    return contexts(document, notes).get(proofs[0])


LONG = "".join(f"Sentence {n} of a page stands here. " for n in range(100))


def test_a_passage_has_what_stands_around_it_cut_at_words_with_the_ellipsis() -> None:
    before, after = around(LONG, "Sentence 50 of a page stands here.") or ("", "")

    assert before.startswith("…Sentence 4")
    assert before.endswith("Sentence 49 of a page stands here.")
    assert after.startswith("Sentence 51 of a page stands here.")
    assert after.endswith("…")
    assert max(len(before), len(after)) <= CARD_CHARACTERS + 2


def test_at_an_end_of_the_text_there_is_no_ellipsis() -> None:
    first = around(LONG, "Sentence 0 of a page stands here.")
    last = around(LONG, "Sentence 99 of a page stands here.")

    assert first is not None
    assert last is not None
    assert not first[0].startswith("…")
    assert last[1] == ""


@pytest.mark.parametrize("text", ["A short page. It says little.", ""])
def test_a_short_text_gives_no_context(text: str) -> None:
    document = issues.document("https://short.example/a", "Short", text)

    assert contexts(document, []) == {}


def test_a_card_marks_the_passage_among_its_context() -> None:
    document = issues.document("https://long.example/a", "Long", LONG)
    item = replace(issues.adverts(), title=issues.fact("Sentence 50 of a page stands here.", document), sections=())
    whole = issues.issue(replace(item, sources=(issues.cited(document),)))
    told = drawn_day(whole, {document.id: document}, [], {}).body(PLAIN, nothing)

    assert "<mark>Sentence 50 of a page stands here.</mark> Sentence 51" in told


def test_a_long_text_gives_a_stranger_context_and_at_most_a_fifth() -> None:
    text = "".join(f"Sentence number {n} of a long page stands here. " for n in range(400))
    document = issues.document("https://long.example/a", "Long", text)
    proof = issues.proof(document, "Sentence number 200 of a long page stands here.")
    note = Note(1, 1, proof, issues.cited(document), True, False)
    shown = [one.text for one in excerpt(document, [note], stranger=True) if one is not GAP]

    assert 400 < sum(map(len, shown)) <= len(text) // 5
