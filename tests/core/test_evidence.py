"""A claim stands on its passage: what code can decide, it decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.errors import QuoteNotFound
from deepdaily.core.evidence import check_claim, locate, passage, unsupported
from deepdaily.core.types import Claim, Evidence
from making import document

SOURCE = "On 9 February the team served 26.2K tokens per GPU second with vLLM 0.9.1, 25% more than before. It says “stable enough”."


def test_a_quotation_is_found_across_other_white_space() -> None:
    text = document("Title", "the rollout\n  is paused today")

    assert locate("rollout is paused", text).quote == "rollout\n  is paused"


def test_words_in_another_order_are_no_quotation() -> None:
    with pytest.raises(QuoteNotFound):
        locate("paused is rollout", document("Title", "the rollout is paused"))


@given(st.integers(0, 60), st.integers(1, 40))
def test_a_passage_stands_where_it_was_taken(start: int, length: int) -> None:
    text = document("Title", SOURCE)
    taken = passage(text, start, start + length)

    assert check_claim(Claim(taken.quote, (taken,)), {text.id: text}) == []


@pytest.mark.parametrize(
    "claim",
    [
        "2 月 9 日，每 GPU 每秒 2.62 万 token，多 25%。",
        "vLLM 0.9.1 的团队称其“stable enough”。",
        "A quarter more: 25 percent.",
    ],
)
def test_what_the_passage_says_is_supported(claim: str) -> None:
    assert unsupported(claim, [SOURCE]) == []


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("每 GPU 每秒 2.63 万 token。", "number"),
        ("多 25 倍。", "number"),
        ("2 月 10 日发布。", "date"),
        ("SGLang 也一样。", "name"),
        ("vLLM v0.9.2 发布。", "version"),
        ("团队称其“very stable”。", "quotation"),
        ("这是全球首个。", "superlative"),
    ],
)
def test_what_the_passage_does_not_say_is_named(claim: str, missing: str) -> None:
    assert any(note.startswith(missing) for note in unsupported(claim, [SOURCE]))


def test_a_changed_character_in_the_store_is_noticed() -> None:
    text = document("Title", SOURCE)
    moved = Evidence(text.id, 3, 12, text.text[4:13])

    assert check_claim(Claim(moved.quote, (moved,)), {text.id: text})
