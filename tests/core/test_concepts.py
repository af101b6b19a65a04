"""Terms of the field as concepts: both languages, short forms, and nothing that is only near."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.concepts import MARK, Wanted, concept_of_kind, concepts_in, wanted
from deepdaily.core.types import StoryKind
from deepdaily.words import languages, of


def means(query: str, text: str) -> bool:
    """Whether everything that the query asks for by a concept is told of in the text."""
    asked = [one for one in wanted(query) if one.concepts]
    return bool(asked) and all(set(one.concepts) & set(concepts_in(text)) for one in asked)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("微调", "We finetuned it with LoRA"),
        ("微调", "Fine-tuning on one card"),
        ("微調", "supervised fine tuning"),
        ("推理", "Serving at scale"),
        ("推理", "A reasoning model"),
        ("漏洞", "CVE-2026-1 in a loader"),
        ("涨价", "New pricing from March"),
        ("下线", "The API will be retired"),
        ("量化", "NVFP4 weights"),
        ("评测", "It tops the leaderboard"),
        ("宕机", "Incident with logins"),
        ("智能体", "Agents in production"),
        ("KV缓存卸载", "Offloading the key-value cache"),
        ("谷歌", "Google ships it"),
        ("许可证", "Under the MIT licence"),
        ("prices", "涨价 20%"),
        ("retirement", "旧接口下周下线"),
        ("speculative decoding", "支持投机解码"),
        ("显存带宽", "Memory bandwidth doubles"),
    ],
)
def test_a_term_finds_what_it_means_in_the_other_language(query: str, text: str) -> None:
    assert means(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("LoRA", "Fine-tuning on one card"),
        ("NVFP4", "Quantization for beginners"),
        ("投机解码", "Decoding is slow"),
        ("提示注入", "A prompt library"),
        ("语音合成", "Speech recognition in 19 languages"),
        ("前缀缓存", "KV cache on disk"),
    ],
)
def test_what_is_wider_or_only_near_is_not_found(query: str, text: str) -> None:
    assert wanted(query)
    assert not means(query, text)


def test_a_query_is_taken_apart_at_its_longest_terms_and_keeps_its_other_words() -> None:
    assert wanted("vLLM 投机解码") == [Wanted(("vllm",)), Wanted(("投机", "机解", "解码"), ("~speculative_decoding",))]
    assert wanted("GPT-5.3-Codex") == [Wanted((word,)) for word in ("gpt-5.3-codex", "gpt", "5.3", "codex")]
    assert [one.words for one in wanted("低秩的微调")] == [("低秩",), ("秩的",), ("微调",)]
    assert wanted("微调 finetune 微调") == [Wanted(("微调",), ("~fine-tuning",)), Wanted(("finetune",), ("~fine-tuning",))]


def test_a_single_character_is_asked_for_only_where_nothing_else_is() -> None:
    assert wanted("调") == [Wanted(("调",))]
    assert [one.words for one in wanted("新微调")] == [("微调",)]
    assert [one.words for one in wanted("R 微调")] == [("r",), ("微调",)]
    assert wanted("“”！*") == wanted("") == []


def test_a_text_tells_of_a_term_within_a_longer_one_too() -> None:
    assert {"~speculative_decoding", "~decode"} <= set(concepts_in("投机解码"))
    assert concepts_in("") == concepts_in("a b c") == []


@pytest.mark.parametrize("language", languages())
def test_each_kind_of_news_is_a_concept_that_its_word_asks_for(language: str) -> None:
    for kind in set(get_args(StoryKind)) - {""}:
        (concept,) = concept_of_kind(kind)
        assert concept in {name for one in wanted(of(language).kinds[kind]) for name in one.concepts}, kind
    assert concept_of_kind("") == concept_of_kind("other") == []


@given(st.text())
def test_any_text_has_concepts_of_one_word_that_no_word_of_a_text_is(text: str) -> None:
    for name in concepts_in(text):
        assert name.startswith(MARK)
        assert not set("'\"\\ ") & set(name)
    assert all(one.words for one in wanted(text))
