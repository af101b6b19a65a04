"""Candidates that tell one event are one story; others are not."""

from __future__ import annotations

from deepdaily.choose.group import cluster, stories
from deepdaily.core.likeness import neighbours, vectors
from deepdaily.core.types import Candidate
from making import candidate, document

NOISE = [candidate(f"Topic {word} something else entirely", f"https://n.example/{word}") for word in "abcdefghij"]


def groups(*candidates: Candidate) -> list[list[str]]:
    return [[one.url for one in group] for group in cluster([*candidates, *NOISE])][: len(candidates)]


def test_two_reports_of_one_event_are_one_story() -> None:
    left = candidate("GitHub pauses rollout of GPT-5.3-Codex in Copilot", "https://a.example/1")
    right = candidate("GPT-5.3-Codex rollout paused by GitHub for Copilot users", "https://b.example/2")

    assert [left.url, right.url] in groups(left, right)


def test_two_products_of_one_maker_are_two_stories() -> None:
    left = candidate("NVIDIA releases TensorRT-LLM with NVFP4 kernels", "https://a.example/1")
    right = candidate("NVIDIA opens a research office in Taipei", "https://b.example/2")

    assert [left.url] in groups(left, right)


def test_releases_of_one_repository_are_one_story_and_of_another_are_not() -> None:
    base = "https://github.com/acme/engine/releases/tag/"
    first, second = candidate("engine v1.0.1", base + "v1.0.1"), candidate("engine v1.0.2", base + "v1.0.2")
    other = candidate("router v1.0.2", "https://github.com/acme/router/releases/tag/v1.0.2")

    found = groups(first, second, other)

    assert [first.url, second.url] in found
    assert [other.url] in found


def test_the_lead_is_the_read_page_of_the_maker() -> None:
    titles = "OpenAI ships a new Codex agent for terminals"
    teaser = document(titles, url="https://openai.com/x", partial=True)
    press = document(titles, "As reported.", url="https://press.example/x")
    maker = document(titles, "As made.", url="https://github.blog/x")
    candidates = [candidate(titles, one.url) for one in (teaser, press, maker)]

    (found,) = stories(candidates, {one.url: one for one in (teaser, press, maker)})

    assert [one.url for one in found.documents] == [maker.url, press.url, teaser.url]


def test_a_group_without_any_text_is_no_story() -> None:
    assert stories([candidate("Something")], {}) == []


def test_a_copy_of_the_same_words_is_no_second_report() -> None:
    title = "OpenAI ships a new Codex agent for terminals"
    first = document(title, "The agent runs in a sandbox.", url="https://press.example/x")
    mirror = document(title, "The agent  runs in a sandbox.", url="https://mirror.example/x")
    second = document(title, "We tried the agent.", url="https://other.example/x")
    candidates = [candidate(title, one.url) for one in (first, mirror, second)]

    (found,) = stories(candidates, {one.url: one for one in (first, mirror, second)})

    assert len(found.documents) == 2


def test_a_chinese_and_an_english_report_of_one_event_are_one_story() -> None:
    english = candidate("Anthropic acquires Stainless for $300 million", "https://a.example/1")
    chinese = candidate("Anthropic 收购 Stainless，金额 3 亿美元", "https://b.example/2")

    assert [english.url, chinese.url] in groups(english, chinese)


def test_a_shared_maker_alone_joins_no_chinese_and_english_titles() -> None:
    english = candidate("Google unveils a quantum chip for chemistry", "https://a.example/1")
    chinese = candidate("谷歌浏览器暂停对旧版安卓手机的支持计划", "https://b.example/2")

    assert [english.url] in groups(english, chinese)


def test_neighbours_are_mutual_and_nothing_is_its_own() -> None:
    near = neighbours(vectors(["vLLM adds KV cache offloading", "KV cache offloading in vLLM", "A soup recipe"]), 0.2)

    assert [sorted(found) for found in near] == [[1], [0], []]
    assert near[0][1] == near[1][0]


def test_common_words_can_make_likeness_but_do_not_where_each_title_has_its_own() -> None:
    first = {"rare": 0.5, "agent": 0.866}
    alike, unlike = dict(first), {"rare": 0.5, "model": 0.866}
    spread = [{"agent": 1.0}] * 11 + [{"model": 1.0}] * 11

    assert sorted(neighbours([first, alike, *spread], 0.5)[0]) == [1]
    assert sorted(neighbours([first, unlike, *spread], 0.5)[0]) == []
    assert sorted(neighbours([first, unlike, *spread], 0.2)[0]) == [1]


def test_a_like_report_of_another_week_is_not_told_with_the_lead_and_an_undated_one_is() -> None:
    title = "OpenAI ships a new Codex agent for terminals"
    lead = document(title, "As made.", url="https://openai.com/x", hours=5)

    def told(hours: float | None) -> int:
        report = document(title, "As reported.", url="https://press.example/x", hours=hours)
        read = {one.url: one for one in (lead, report)}
        (found,) = stories([candidate(title, url) for url in read], read)
        return len(found.documents)

    assert told(hours=29) == 2
    assert told(hours=24 * 7) == 1
    assert told(hours=None) == 2
