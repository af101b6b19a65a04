"""The seven, with reasons: our field, at most two a host, none twice, and money moves nothing."""

from __future__ import annotations

from dataclasses import replace

from deepdaily.core.rank import distinct, rank, relevant, select
from deepdaily.core.records import COLD, learned
from deepdaily.core.types import Story
from deepdaily.core.weights import Profile
from making import NOW, candidate, story

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
    (ranked,) = rank([story("vLLM v0.9.1 released", DEEP)], NOW)

    assert abs(ranked.score - sum(reason.value for reason in ranked.reasons)) < 0.01
    assert {"version", "release", "engineering depth"} <= {reason.name for reason in ranked.reasons}


def test_the_mark_of_money_changes_no_score() -> None:
    plain = story("vLLM v0.9.1 released", DEEP)
    offers = tuple(replace(offer, sponsored=True) for offer in plain.candidates[0].offers)
    bought = replace(plain, candidates=(replace(plain.candidates[0], offers=offers),))

    assert rank([bought], NOW)[0].reasons == rank([plain], NOW)[0].reasons


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


def test_who_else_speaks_of_a_story_counts_though_their_pages_were_not_read() -> None:
    told = story("vLLM v0.9.1 released with KV cache offloading", DEEP)
    others = [
        candidate(f"KV cache offloading arrives in vLLM v0.9.1, {word}", f"https://{word}.example/1")
        for word in ("again", "elsewhere")
    ]
    noise = [candidate(f"Topic {word} something else entirely", f"https://n.example/{word}") for word in "abcdefghij"]

    (alone,) = rank([told], NOW, among=noise)
    (seen,) = rank([told], NOW, among=[*others, *noise])

    assert seen.score > alone.score
    assert "independent publishers" in {reason.name for reason in seen.reasons}


def test_depth_weighs_in_the_engineering_profile_only() -> None:
    deep, talk = (
        story("vLLM benchmarks", DEEP, url="https://a.example/1"),
        story("vLLM party", TALK, url="https://b.example/2"),
    )

    def gap(profile: Profile) -> float:
        scores = {one.story.id: one.score for one in rank([deep, talk], NOW, profile=profile)}
        return scores[deep.id] - scores[talk.id]

    assert gap("engineering") > gap("consensus") + 0.5


def test_a_publisher_s_record_is_a_named_term_that_moves_the_order() -> None:
    left, right = (
        story("vLLM router released", DEEP, url="https://a.example/1"),
        story("vLLM gateway released", DEEP, url="https://b.example/2"),
    )
    records = learned([("https://b.example/9", True)] * 9 + [("https://c.example/1", False)] * 91)

    first, _ = rank([left, right], NOW, records=records)

    assert first.story.id == right.id
    assert "publisher's record" in {reason.name for reason in first.reasons}
    assert "publisher's record" not in {r.name for one in rank([left, right], NOW, records=COLD) for r in one.reasons}


def test_the_order_without_places_drops_what_is_too_much_like_a_better_one() -> None:
    same = [story("vLLM v0.9.1 adds KV offloading", DEEP, url=f"https://{name}.example/1") for name in "ab"]
    other = story("Mistral opens Voxtral weights", DEEP, url="https://c.example/1")

    found = distinct(rank([*same, other], NOW), 5)

    assert len(found) == 2
    assert len(distinct(rank([*same, other], NOW), 1)) == 1
