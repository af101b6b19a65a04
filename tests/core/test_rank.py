"""The seven, with reasons: our field, at most two a host, none twice, and money moves nothing."""

from __future__ import annotations

from dataclasses import replace

from deepdaily.core.rank import rank, relevant, score, select
from deepdaily.core.types import Story
from making import NOW, story

DEEP = (
    "The vLLM team measured LLM inference throughput of 26.2K tokens/s per GPU at 2 ms latency with FP8 quantization. "
    * 8
)
TALK = "AI is changing how people think about the future of work, says the author of a book on AI and society. " * 8


def stories(count: int, hosts: int) -> list[Story]:
    subjects = [
        "kernel",
        "router",
        "cache",
        "tokenizer",
        "scheduler",
        "quantizer",
        "profiler",
        "sandbox",
        "gateway",
        "planner",
    ]
    return [
        story(f"LLM {subjects[n % 10]} {n} released", DEEP, url=f"https://h{n % hosts}.example/{n}")
        for n in range(count)
    ]


def test_engineering_depth_beats_talk() -> None:
    deep, talk = (
        story("LLM inference on new GPUs", DEEP),
        story("Why AI changes everything", TALK, url="https://b.example/2"),
    )

    assert [one.story for one in rank([talk, deep], NOW)] == [deep, talk]


def test_a_score_is_the_sum_of_its_reasons() -> None:
    ranked = score(story("vLLM v0.9.1 released", DEEP), NOW)

    assert abs(ranked.score - sum(reason.value for reason in ranked.reasons)) < 0.01
    assert {"version", "release", "engineering depth"} <= {reason.name for reason in ranked.reasons}


def test_the_mark_of_money_changes_no_score() -> None:
    plain = story("vLLM v0.9.1 released", DEEP)
    offers = tuple(replace(offer, sponsored=True) for offer in plain.candidates[0].offers)
    bought = replace(plain, candidates=(replace(plain.candidates[0], offers=offers),))

    assert score(bought, NOW).score == score(plain, NOW).score


def test_one_host_fills_at_most_two_places() -> None:
    chosen, losses = select(rank(stories(9, 1), NOW), 7)

    assert len(chosen) == 2
    assert any("fills 2 places" in loss.reason for loss in losses)


def test_every_story_is_chosen_or_lost_with_a_reason() -> None:
    every = stories(10, 10)
    chosen, losses = select(rank(every, NOW), 7)

    assert len(chosen) == 7
    assert {one.story.id for one in chosen} | {loss.story for loss in losses} == {one.id for one in every}
    assert all(loss.reason for loss in losses)


def test_off_topic_stories_are_not_chosen() -> None:
    recipe = story(
        "The best soup of the year", "Boil water, add salt, wait an hour and serve it hot to your friends. " * 9
    )

    assert not relevant(recipe)
    assert select(rank([recipe], NOW), 7)[0] == []
    assert relevant(story("vLLM 加速大模型推理", "大模型推理引擎 vLLM 发布新版本，智能体场景吞吐提升 2 倍。" * 5))
