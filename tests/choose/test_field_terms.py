"""Terms are met whole, the longest first, in both languages; sites are known by the most of their address."""

from __future__ import annotations

from deepdaily.choose.field_terms import families, kind_of, kinds, terms


def met(text: str) -> set[tuple[str, str]]:
    return set(terms(text))


def test_a_term_is_met_in_any_spelling_of_what_parts_its_words() -> None:
    assert met("KV cache") == met("kv-cache") == met("KV_Cache") == met("ＫＶ cache") == {("inference and serving", "kv cache")}


def test_a_plural_is_known_by_its_singular_and_a_word_by_its_beginning() -> None:
    assert ("agents", "agents") in met("Agents")
    assert ("inference and serving", "quantised") in met("quantised")
    assert ("models by name", "qwen3") in met("Qwen3")


def test_the_name_of_a_model_counts_with_its_number_where_the_name_alone_is_a_plain_word() -> None:
    assert ("models by name", "opus 4") in met("Opus 4.6")
    assert not met("a magnum opus")


def test_a_longer_term_lifts_a_false_friend_out() -> None:
    assert {family for family, _ in met("a power transformer")} == {"space and earth"}
    assert {family for family, _ in met("real estate agent")} == {"social media and apps for all"}
    assert {family for family, _ in met("the Linux kernel")} == {"systems, languages and the web"}


def test_a_term_is_no_part_of_another_word() -> None:
    assert not met("The rain in Spain: ragged maintained email")


def test_chinese_terms_are_found_within_a_sentence_the_longest_first() -> None:
    assert met("他们把提示词注入写进简历") == {("safety and law of AI", "提 示 词 注 入")}
    assert {family for family, _ in met("量化交易")} == {"markets and money"}


def test_each_term_is_counted_as_often_as_it_is_met() -> None:
    assert terms("GPU, GPUs and a GPU")["chips and kernels for AI", "gpu"] == 2
    assert terms("") == {}


def test_a_site_is_known_by_its_host_what_it_is_below_and_of_a_shared_one_by_its_path() -> None:
    assert kind_of("https://docs.cursor.com/agent/modes") == "a tool of AI"
    assert kind_of("https://github.com/vllm-project/vllm/releases/tag/v1") == "a tool of AI"
    assert kind_of("https://github.com/carpenter/saw") == ""
    assert kind_of("https://www.nytimes.com/2025/a") == "general and business press"
    assert kind_of("https://nobody.example/a") == kind_of("") == ""


def test_no_family_and_no_kind_of_site_bears_the_name_of_another() -> None:
    assert not set(families()) & set(kinds())


def test_a_word_that_is_known_by_several_keys_is_followed_by_what_may_follow_any_of_them() -> None:
    assert ("agents", "agent framework") in met("agent framework")
    assert ("agents", "agents md") in met("an AGENTS.md")
    assert ("agents", "agents framework") in met("agents framework")
