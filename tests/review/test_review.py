"""A draft is not an issue: what cannot be proven is cut, and what is left must stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepdaily.core.errors import NothingToPublish
from deepdaily.core.types import Claim, Closing, Draft, Evidence, Item, Section, Trend
from deepdaily.review import approve, proven
from deepdaily.review.stylebook import LONGEST_TITLE, check
from making import NOW, issue, story

ONE = story("vLLM v0.9.1 released", "It serves 26.2K tokens per second.", url="https://a.example/1")
TWO = story("SGLang adds a router", "It routes by cache.", url="https://b.example/2")
DOCUMENTS = {one.lead.id: one.lead for one in (ONE, TWO)}


def draft_with(*points: Claim, kind: str = "detail") -> Draft:
    """A draft of ONE and TWO whose first item has `points` in a section more."""
    draft = issue(ONE, TWO).draft
    first = draft.items[0]
    more = Section(kind, points)  # type: ignore[arg-type]
    changed: Item = replace(first, sections=(*first.sections, more))
    return replace(draft, items=(changed, *draft.items[1:]))


def fact(text: str, quote: str) -> Claim:
    start = ONE.lead.text.index(quote)
    return Claim(text, (Evidence(ONE.lead.id, start, start + len(quote), quote),))


def printed(draft: Draft) -> list[str]:
    return [claim.text for claim in draft.items[0].claims()]


def test_a_supported_claim_stays() -> None:
    claim = fact("每秒 2.62 万 token。", "26.2K tokens per second")

    assert claim.text in printed(proven(draft_with(claim), DOCUMENTS)[0])


def test_a_wrong_number_is_cut_and_said() -> None:
    claim = fact("每秒 2.63 万 token。", "26.2K tokens per second")

    mended, findings = proven(draft_with(claim), DOCUMENTS)

    assert claim.text not in printed(mended)
    assert any("number 2.63E+4token" in finding.message for finding in findings)


def test_a_fact_is_cut_and_an_item_blocked_by_its_title_where_a_reader_of_the_page_does_not_see_the_passage() -> None:
    claim = fact("每秒 2.62 万 token。", "26.2K tokens per second")
    draft = draft_with(claim)

    mended, findings = proven(draft, DOCUMENTS, set(claim.evidence))
    assert claim.text not in printed(mended)
    assert any("not what a reader of its page sees" in finding.message for finding in findings)

    blocked = draft.items[0]
    mended, _ = proven(draft, DOCUMENTS, set(blocked.title.evidence))
    assert blocked.story not in {item.story for item in mended.items}


def test_a_fact_without_a_passage_is_cut_and_a_judgement_is_not() -> None:
    assert "It is slow." not in printed(proven(draft_with(Claim("It is slow.")), DOCUMENTS)[0])
    assert "It is slow." in printed(proven(draft_with(Claim("It is slow."), kind="why"), DOCUMENTS)[0])


def test_a_judgement_may_not_bring_a_number_but_advice_may_propose_one() -> None:
    claim = Claim("回退线 2 个百分点（我们的建议值）。")

    assert claim.text not in printed(proven(draft_with(claim, kind="impact"), DOCUMENTS)[0])
    assert claim.text in printed(proven(draft_with(claim, kind="advice"), DOCUMENTS)[0])


def test_an_item_that_says_nothing_is_taken_out_with_what_rests_on_it() -> None:
    draft = issue(ONE, TWO).draft
    empty = replace(draft.items[0], sections=(Section("advice", (Claim("Try it."),)),))
    hollow = replace(draft, items=(empty, draft.items[1]))
    mended, findings = proven(hollow, DOCUMENTS)

    approved = approve(mended, Closing(trends=(Trend("Both", (ONE.id, TWO.id)),)), findings, NOW)

    assert [item.story for item in approved.items] == [TWO.id]
    assert approved.closing.trends == ()


def test_an_item_that_is_its_proven_title_stands_behind_those_told_in_full() -> None:
    draft = issue(ONE, TWO).draft
    short = replace(draft.items[0], sections=())
    mended, findings = proven(replace(draft, items=(short, draft.items[1])), DOCUMENTS)

    assert [item.story for item in approve(mended, Closing(), findings, NOW).items] == [TWO.id, ONE.id]
    nowhere = replace(short, sources=())
    assert ("block", "no source", ONE.id) in said_of(replace(draft, items=(nowhere,)))


def test_a_title_that_its_source_does_not_carry_blocks_the_item() -> None:
    draft = issue(ONE, TWO).draft
    boast = replace(draft.items[0], title=Claim("vLLM v0.9.2 released", draft.items[0].title.evidence))
    mended, findings = proven(replace(draft, items=(boast, draft.items[1])), DOCUMENTS)

    assert [item.story for item in approve(mended, Closing(), findings, NOW).items] == [TWO.id]


def test_when_nothing_stands_there_is_no_issue() -> None:
    draft = issue(ONE).draft
    mended, findings = proven(replace(draft, items=(replace(draft.items[0], title=Claim("It is said")),)), DOCUMENTS)

    with pytest.raises(NothingToPublish):
        approve(mended, Closing(), findings, NOW)


def test_a_sentence_is_printed_once() -> None:
    claim = fact("每秒 2.62 万 token。", "26.2K tokens per second")

    mended, findings = proven(draft_with(claim, claim), DOCUMENTS)

    assert printed(mended).count(claim.text) == 1
    assert any("printed before" in finding.message for finding in findings)


# -- the stylebook ----------------------------------------------------------------------------------------------------


def said_of(draft: Draft) -> list[tuple[str, str, str]]:
    return [(finding.severity, finding.message, finding.item) for finding in check(draft)]


def test_a_plain_draft_breaks_no_rule() -> None:
    assert said_of(issue(ONE, TWO).draft) == []


def test_an_item_without_a_source_is_taken_out() -> None:
    draft = issue(ONE, TWO).draft
    bare = replace(draft, items=(replace(draft.items[0], sources=()), draft.items[1]))

    assert ("block", "no source", ONE.id) in said_of(bare)


def test_a_title_of_more_than_two_lines_is_noted() -> None:
    draft = issue(ONE, TWO).draft

    def with_title(title: str) -> Draft:
        return replace(draft, items=(replace(draft.items[0], title=Claim(title)), draft.items[1]))

    assert said_of(with_title("a" * LONGEST_TITLE)) == []
    assert said_of(with_title("标" * (LONGEST_TITLE // 2 + 1))) == [("note", "the title is longer than two lines", ONE.id)]


def test_filler_is_found_in_our_own_words_and_left_in_those_of_a_source() -> None:
    ours, quoted = Claim("It remains to be seen."), fact("It remains to be seen.", "26.2K")

    assert said_of(draft_with(ours, kind="why")) == [("fix", "filler: It remains to be seen.", ONE.id)]
    assert said_of(draft_with(quoted, kind="why")) == []


def test_items_led_by_a_few_hosts_are_noted() -> None:
    same = story("SGLang adds a router", "It routes by cache.", url="https://a.example/2")

    assert [message for _, message, _ in said_of(issue(ONE, same).draft)] == ["fewer than five hosts lead the items"]
