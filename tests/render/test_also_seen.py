"""What an issue did not tell: which links, in which order, and no more than a few."""

from __future__ import annotations

from dataclasses import replace

from deepdaily.choose.rank import select
from deepdaily.core.types import Loss, Ranked
from deepdaily.render.also_seen import MOST_SEEN, also_seen
from making import story
from render import issues

ISSUE = issues.issue()
BELOW = "score {} below the last chosen 3.00"


def test_runner_up_stories_come_by_score_and_reports_of_items_after_them() -> None:
    low = issues.document("https://low.example/a", "A small thing", "It is small.")
    losses = (
        Loss("https://pages.example/digest", "select", "a round-up of others' news", "s-roundup"),
        Loss("https://copy.example/b", "cluster", f"one story with {issues.SERVER.url}", "s-quillserve-09"),
        Loss(low.url, "select", BELOW.format("-0.26"), "s-low"),
        Loss("https://high.example/a", "select", BELOW.format("2.50"), "s-high"),
    )
    seen = also_seen(ISSUE, losses, {low.url: low})

    assert [one.host for one in seen] == ["high.example", "low.example", "pages.example", "copy.example"]
    assert [one.title for one in seen] == ["", "A small thing", "", ""]
    assert [one.item for one in seen] == [0, 0, 0, 1]
    assert [one.scores for one in seen] == [("2.50", "3.00"), ("-0.26", "3.00"), None, None]
    assert [bool(one.reason) for one in seen] == [False, False, True, False]


def test_links_without_a_story_and_those_an_item_prints_are_left_out() -> None:
    losses = (
        Loss("https://old.example/a", "collect", "published before the 24h window"),
        Loss(issues.COVERAGE.url, "cluster", "one story with another", "s-quillserve-09"),
        Loss("https://other.example/a", "cluster", "one story with a story that is not told", "s-untold"),
        Loss("https://told.example/a", "select", BELOW.format("1.00"), "s-quillserve-09"),
    )

    assert also_seen(ISSUE, losses, {}) == []


def test_a_story_is_seen_once_and_the_list_is_short() -> None:
    many = [Loss(f"https://many.example/{n}", "select", BELOW.format(n / 10), f"s-{n}") for n in range(MOST_SEEN + 5)]
    losses = [*many, replace(many[-1], url="https://many.example/again")]
    urls = [one.url for one in also_seen(ISSUE, losses, {})]

    assert len(urls) == MOST_SEEN
    assert urls[1] == f"https://many.example/{MOST_SEEN + 3}"
    assert len({url for url in urls if url in (many[-1].url, "https://many.example/again")}) == 1


def test_the_score_is_read_as_the_selection_says_it() -> None:
    stories = [
        story("vLLM 0.9 serves an LLM faster", "An LLM release for GPU inference.", url="https://one.example/a"),
        story("SGLang adds KV cache offload for LLM inference", "LLM inference.", url="https://two.example/b"),
    ]
    chosen, losses = select([Ranked(stories[0], 2.5, ()), Ranked(stories[1], 0.744, ())], 1)

    assert [one.story for one in chosen] == stories[:1]
    assert [one.scores for one in also_seen(ISSUE, losses, {})] == [("0.74", "2.50")]
