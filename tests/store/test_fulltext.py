"""What was printed is found again: Chinese words of two characters, Latin names, on both databases, and no syntax leaks."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepdaily.archive.lookup import Hit, search
from deepdaily.core.types import Slot
from deepdaily.store import Store
from deepdaily.store.fulltext import MOST_IN_PART, words
from deepdaily.store.opening import open_store
from making import SLOT, issue, kept_instead, story
from render import issues
from webs import deepdaily

YESTERDAY = Slot(SLOT.due - timedelta(days=1))


def kept(store: Store) -> None:
    store.keep_issue(issue(story("vLLM 支持低秩微调"), story("GPT-5.3-Codex is out"), slot=YESTERDAY))
    store.keep_issue(issue(story("推理服务的调度"), story("微调 in production: vLLM and LoRA")))


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("fine-tune", {"vLLM 支持低秩微调", "微调 in production: vLLM and LoRA"}),
        ("微调", {"vLLM 支持低秩微调", "微调 in production: vLLM and LoRA"}),
        ("低秩微调", {"vLLM 支持低秩微调", "微调 in production: vLLM and LoRA"}),
        ("低秩", {"vLLM 支持低秩微调"}),
        ("调", {"vLLM 支持低秩微调", "微调 in production: vLLM and LoRA", "推理服务的调度"}),
        ("微调 LORA", {"vLLM 支持低秩微调", "微调 in production: vLLM and LoRA"}),
        ("production LORA", {"微调 in production: vLLM and LoRA"}),
        ("gpt 5.3", {"GPT-5.3-Codex is out"}),
        ("GPT-5.3-Codex", {"GPT-5.3-Codex is out"}),
        ("微度", set()),
        ("mamba", set()),
        ("", set()),
        ("“”！*", set()),
    ],
)
def test_items_with_every_word_are_found(store: Store, query: str, titles: set[str]) -> None:
    kept(store)

    assert {hit.title for hit in search(store, query) if hit.whole} == titles


def test_words_come_before_what_they_mean_a_title_before_a_text_and_parts_of_a_query_last(store: Store) -> None:
    store.keep_issue(
        issue(
            story("A day in the office"),
            story("Gateways", "quantization"),
            story("INT4 weights are out"),
            story("About weights", "INT4"),
            story("量化 in practice"),
        )
    )
    hits = search(store, "量化 out")

    assert [hit.title for hit in search(store, "量化")] == ["量化 in practice", "INT4 weights are out"]
    assert [(hit.title, hit.whole) for hit in hits] == [("INT4 weights are out", True), ("量化 in practice", False)]
    assert [hit.title for hit in search(store, "int4")] == ["INT4 weights are out"]
    assert search(store, "量化 out", limit=1) == hits[:1]


def test_an_item_is_found_by_its_source_s_title_its_host_its_kind_and_what_a_machine_translated(store: Store) -> None:
    store.keep_issue(issues.briefed())

    def found(query: str) -> list[str]:
        return [hit.story for hit in search(store, query) if hit.whole]

    assert found("gets a list") == ["s-quill-prices"]
    assert found("prices.example.com") == found("booked") == found("公司与商业") == ["s-quill-prices"]
    assert sorted(found("advisories")) == sorted(found("traversal")) == ["s-advisory-42", "s-advisory-43"]
    assert sorted(found("security advisory")) == sorted(found("漏洞")) == ["s-advisory-42", "s-advisory-43"]
    assert found("mamba") == []


def test_items_with_a_part_of_the_query_are_few_and_those_with_most_of_it_come_first(store: Store) -> None:
    titles = [f"Mamba {number}" for number in range(MOST_IN_PART + 5)]
    store.keep_issue(issue(*map(story, titles), story("Mamba jumps far")))
    hits = search(store, "mamba jumps high", limit=100)

    assert hits[0].title == "Mamba jumps far"
    assert len(hits) == MOST_IN_PART
    assert not any(hit.whole for hit in hits)


def test_a_hit_shows_the_sentence_that_means_what_was_asked_for(store: Store) -> None:
    store.keep_issue(issues.briefed())
    (hit,) = [one for one in search(store, "费用") if one.whole]

    assert hit.snippet == "Prices are per million tokens."


def test_a_hit_names_its_day_and_story_and_shows_a_printed_sentence(store: Store) -> None:
    told = story("GPT-5.3-Codex is out")
    store.keep_issue(issue(told))

    assert search(store, "codex") == [Hit("2026-03-12", told.id, "GPT-5.3-Codex is out", "GPT-5.3-Codex is out")]


def test_among_equals_the_newest_comes_first_and_the_limit_holds(store: Store) -> None:
    for ago in range(5):
        store.keep_issue(issue(story("Same title"), slot=Slot(SLOT.due - timedelta(days=ago))))

    assert [hit.day for hit in search(store, "title", limit=3)] == ["2026-03-12", "2026-03-11", "2026-03-10"]


def test_a_slot_is_found_by_the_words_of_the_issue_that_stays(store: Store) -> None:
    store.keep_issue(issue(story("Before")))
    store.keep_issue(issue(story("After")))

    assert [hit.title for hit in search(store, "before")] == ["Before"]
    assert search(store, "after") == []


@pytest.mark.parametrize("query", ['"', "'", "a AND", "NEAR(a b)", "title_words:vllm", "v*", "-", "a' | 'b", "\\", "\0", "^a"])
def test_no_query_is_read_as_syntax(store: Store, query: str) -> None:
    kept(store)

    assert isinstance(search(store, query), list)
    assert {hit.title for hit in search(store, f"codex {query}") if hit.whole} <= {"GPT-5.3-Codex is out"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_may_be_asked_for_and_printed(store: Store, anything: str) -> None:
    kept_instead(store, issue(story("Anchor " + anything.replace("\n", " "))))

    assert isinstance(search(store, anything), list)
    assert len(search(store, "anchor")) == 1


def test_a_word_longer_than_the_index_takes_is_cut_alike_on_both_sides(store: Store) -> None:
    store.keep_issue(issue(story("x" * 5000)))

    assert len(search(store, "x" * 5000)) == 1


@given(st.text())
def test_no_word_can_end_a_quotation(line: str) -> None:
    assert not {"'", '"', "\\", " "} & set("".join(words(line)))


def test_the_command_prints_hits_and_says_when_there_are_none(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store:
        store.keep_issue(issue(story("vLLM 支持低秩微调")))
    found = deepdaily("search", "微调", "vllm", "--data", str(tmp_path), "--json")
    none, some = (deepdaily("search", *asked, "--data", str(tmp_path)) for asked in (["mamba"], ["mamba", "finetune"]))

    assert [hit["title"] for hit in json.loads(found.stdout)] == ["vLLM 支持低秩微调"]
    assert none.stdout == "nothing printed has all of these words\n"
    assert some.stdout.startswith(
        "nothing printed has all of these words\nsome of these words alone:\n2026-03-12  vLLM 支持低秩微调  ["
    )
    assert (found.returncode, none.returncode) == (0, 0)
