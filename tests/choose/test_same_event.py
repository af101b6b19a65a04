"""Two titles tell one event by what only that event has: names with versions, figures, rare words, links."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

import pytest

from deepdaily.choose import same_event
from deepdaily.choose.group import Grouping
from deepdaily.choose.logistic import Lesson, chance
from deepdaily.choose.traits import editions_of
from deepdaily.core.decisions import Desk
from deepdaily.core.types import Candidate, Link, Structure
from deepdaily.core.urls import page_key
from making import candidate, document

A, B = "https://lab.example/blog/one", "https://paper.example/two"
NOISE = [candidate(f"Topic {word} something else entirely", f"https://n.example/{word}") for word in "abcdefghij"]


def joined(left: str, right: str, urls: Sequence[str] = (A, B), more: Sequence[Candidate] = ()) -> bool:
    """Whether the two titles come out as one event."""
    every = [candidate(left, urls[0]), candidate(right, urls[1]), *more, *NOISE]
    return any({0, 1} <= set(event) for event in Grouping.of(every).events())


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Introducing Marmot 3.1", "Burrow Labs releases Marmot 3.1 with longer memory"),
        ("Burrow Labs releases Marmot 3.1 with longer memory", "Marmot 3.1 发布：上下文更长，价格不变"),
        ("Anthropic acquires Stainless for $300 million", "Anthropic 收购 Stainless，金额 3 亿美元"),
        ("GitHub pauses rollout of GPT-5.3-Codex in Copilot", "GPT-5.3-Codex rollout paused by GitHub for Copilot users"),
        ("百度开源文心 9.1 模型", "百度正式开源文心大模型 9.1，性能大涨"),
        ("Marmot 3.1 is now available in Quillcode", "Quillcode users: Marmot 3.1 available in the editor today"),
        ("Burrow Labs ships its LLM router 2.3", "LLM router 2.3: what Burrow Labs changes for teams"),
        ("Tundra spends $140 billion on compute", "Tundra’s $140 Billion Compute Plan Raises Doubts"),
        ("Tundra 计划投入 1400 亿美元建设算力", "Tundra's $140 billion compute plan"),
        ("Introducing Marmot 3.1 Flash", "Marmot 3.1 Flash发布，价格减半"),
    ],
)
def test_reports_of_one_event_meet_in_either_language(left: str, right: str) -> None:
    assert joined(left, right)
    assert joined(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Burrow Labs releases Marmot 3.1", "Burrow Labs releases Marmot 3.2"),
        ("Introducing Marmot 3.1", "Marmot 3.1 is now available in Quillcode"),
        ("Introducing Marmot 3.1", "Thoughts on Marmot 3.1"),
        ("Day 0 support: Marmot 3.1", "Marmot 3.1 is now available in Quillcode"),
        ("Introducing Marmot 3.1", "Lawsuit over the training data of Marmot 3.1"),
        ("Agent memory in production at scale", "Agents that evaluate themselves in production"),
        ("How we serve large language models", "How to evaluate large language models"),
        ("智能体开发实践", "智能体评测方法"),
        ("Burrow Labs raises money", "Tundra raises money"),
        ("Marmot 3.1, a new Quillcode plugin, Tundra's chips, and more", "Introducing Marmot 3.1"),
        ("Introducing Marmot 3.1 Flash", "Introducing Marmot 3.1 Pro"),
        ("马尔默 Marmot 3.1 Flash发布", "Marmot 3.1 Mini 发布，端侧可用"),
        ("Now available: Marmot 3.1 on Tundra's cloud", "Introducing Marmot 3.1"),
        ("Burrow Labs ships its LLM router 2.3", "Tundra speeds up its LLM router 2.3"),
    ],
)
def test_two_events_of_one_subject_stay_apart(left: str, right: str) -> None:
    assert not joined(left, right)


def test_a_word_of_the_field_joins_nothing_however_often_it_is_shared() -> None:
    assert not joined("AI agents for coding", "AI models for agents")


def test_two_pages_of_manuals_are_two_things_and_a_page_of_a_manual_needs_more_than_a_word() -> None:
    manuals = "https://docs.tool.example/docs/skills", "https://docs.other.example/docs/skills"

    assert not joined("Quillcode skills", "Quillcode skills", manuals)
    assert not joined("Quillcode rules", "Quillcode 4 released", (manuals[0], B))
    assert joined("Quillcode fast mode for long sessions", "Quillcode: fast mode for long sessions", (manuals[0], B))


def test_two_repositories_are_two_things_and_a_fault_told_beside_one_is_no_report_of_it() -> None:
    ports = "https://github.com/ada/marmot.rs", "https://github.com/ben/marmot.c"
    talk = "https://github.com/burrow/quillcode/issues/7"

    assert not joined("Marmot 3.1 in the browser", "Marmot 3.1 in the browser", ports)
    assert joined("Marmot 3.1 in the browser", "Marmot 3.1 in the browser", (ports[0], B))
    told = [
        candidate(title, url)
        for title, url in (("Inside the Quillcode", A), ("Quillcode loses its tools", B), ("Quillcode loses its tools", talk))
    ]
    likely = Grouping.of([*told, *NOISE])
    assert likely.alike(0, 2) < likely.alike(0, 1) / 2


def test_texts_that_link_to_the_same_pages_are_one_document() -> None:
    read = {url: document("标题" if url == B else "Notes", url, url=url) for url in (A, B)}
    pulls = tuple(Link(f"https://github.com/acme/engine/pull/{n}", "fix", n) for n in range(same_event.ONE_DOCUMENT))
    every = [candidate("Notes", A), candidate("标题", B), *NOISE]

    def events(links: tuple[Link, ...]) -> list[list[int]]:
        return Grouping.of(every, documents=read, structures={one.id: Structure(links) for one in read.values()}).events()

    assert [0, 1] in events(pulls)
    assert [0, 1] not in events(pulls[:-1])
    assert [0, 1] not in events(tuple(Link(f"https://site{n}.example/", "home", n) for n in range(9)))


def test_pages_of_one_site_link_to_the_same_pages_anyway_and_a_translation_there_is_one_document() -> None:
    one, other, translated = (f"https://lab.example/blog/{name}" for name in ("one", "other", "yi"))
    titles = {one: "Notes on kites", other: "A field of barley", translated: "风筝笔记"}
    read = {url: document(title, url, url=url) for url, title in titles.items()}
    menu = Structure(tuple(Link(f"https://lab.example/menu/{n}", "menu", n) for n in range(9)))
    every = [*(candidate(title, url) for url, title in titles.items()), *NOISE]
    events = Grouping.of(every, documents=read, structures={text.id: menu for text in read.values()})

    assert events.alike(0, 1) < 0.1
    assert events.alike(0, 2) > 0.5


def test_texts_that_share_a_small_part_of_their_links_and_no_word_are_two_events() -> None:
    read = {url: document("标题" if url == B else "Notes", url, url=url) for url in (A, B)}
    own = {url: [Link(f"{url}/{n}", "more", n) for n in range(9)] for url in (A, B)}
    shared = [Link(f"https://github.com/acme/engine/pull/{n}", "fix", n) for n in range(same_event.ONE_DOCUMENT)]
    links = {read[url].id: Structure((*own[url], *shared)) for url in (A, B)}

    assert [0, 1] not in Grouping.of(
        [candidate("Notes", A), candidate("标题", B), *NOISE], documents=read, structures=links
    ).events()


def test_days_between_two_reports_speak_against_one_event() -> None:
    def alike(hours: float) -> float:
        return Grouping.of([candidate("Marmot goes to sea", A, hours=1), candidate("Marmot sails", B, hours=hours), *NOISE]).alike(
            0, 1
        )

    assert alike(2) > alike(50) > alike(260)
    assert alike(260) == alike(timedelta(days=90) / timedelta(hours=1))


def test_every_sign_has_a_weight_and_every_weight_a_sign() -> None:
    learned = set(same_event.weights()) - set(same_event.by_hand())

    assert same_event.ALWAYS in learned
    assert {same_event.BY_MEANING, same_event.ONE_TEXT, "arrival", "about", "case", "port"} <= set(same_event.by_hand())


def test_a_version_of_an_ordinary_word_is_no_edition_of_a_product() -> None:
    assert editions_of("Burrow ships scheduler 2.2", frozenset({"scheduler"})) == []
    assert editions_of("Burrow ships Marmot 2.2 and marmot-lite v3", frozenset({"scheduler"})) == [("marmot", "2.2"), ("lite", "3")]
    assert editions_of("v2.2 of 3 models in 2026, 5 days after May 7") == []
    assert editions_of("Opus4.6 与 GPT-5.3-Codex") == [("opus", "4.6"), ("gpt", "5.3")]


def test_years_dates_and_counts_are_no_editions_and_links_that_are_none_are_left_out() -> None:
    assert editions_of("Marmot 2026 and Marmot v2026") == []
    assert editions_of("Marmot-2026 in brief") == []
    read = {A: document("Notes", A, url=A)}
    broken = Structure((Link("https://not a host/x", "here", 0), Link("https://fine.example/x", "there", 5)))
    found = Grouping.of([candidate("Notes", A)], documents=read, structures={read[A].id: broken})

    assert found.traits[0].links == {"fine.example/x"}


def test_a_term_written_in_two_ways_counts_as_the_more_telling_one() -> None:
    (found, *_) = Grouping.of([candidate("Marmots meet the other marmot", A), candidate("marmot", B)]).traits

    assert {"marmot"} <= set(found.terms)
    assert "marmots" not in found.terms


def test_weights_are_learned_beside_those_set_by_hand() -> None:
    shown = {same_event.ALWAYS: 1.0, "rarest shared name": 1.0}
    lessons = [Lesson(shown | {"arrival": 1.0}, so=False), *(Lesson(shown, so=True) for _ in range(9))]
    weights = same_event.learned(lessons)

    assert weights["rarest shared name"] > 0
    assert "arrival" not in weights


def test_pages_that_are_apart_have_no_chance_at_all() -> None:
    assert Grouping.of([candidate("Introducing Marmot 3.1", A), candidate("Introducing Marmot 3.2", B)]).alike(0, 1) == 0


def test_an_undated_page_is_of_any_day() -> None:
    def alike(hours: float | None) -> float:
        return Grouping.of([candidate("Marmot goes to sea", A, hours=1), candidate("Marmot sails", B, hours=hours)]).alike(0, 1)

    assert alike(None) == alike(1) > alike(100)


def test_pages_joined_at_the_desk_are_one_event_however_alike_they_are() -> None:
    desk = Desk(joined=frozenset({frozenset((page_key(A), page_key(B)))}))
    every = [candidate("Introducing Marmot 3.1", A), candidate("Introducing Marmot 3.1", B), *NOISE]

    assert [0, 1] in Grouping.of(every, desk).events()


TOLD = (
    "Introducing Marmot 3.1",
    "Burrow Labs releases Marmot 3.1 with longer memory",
    "Marmot 3.1 发布：上下文更长，价格不变",
    "Marmot is now available in Quillcode",
    "Quillcode 4 is out",
    "Thoughts on Quillcode",
    "Tundra raises money for Quillcode",
    "",
)


def test_a_pair_that_is_surely_below_what_is_asked_for_has_no_chance_and_any_other_has_its_own() -> None:
    traits = Grouping.of([candidate(title, f"https://s{at}.example/") for at, title in enumerate(TOLD)]).traits
    weights = same_event.Weights.of(same_event.weights())
    pairs = [(left, right) for left in traits for right in traits]
    whole, part = ([weights.chance(*pair, least=least) for pair in pairs] for least in (-math.inf, 1.0))

    assert all(some in (every, 0.0) for every, some in zip(whole, part, strict=True))
    assert all(some == every for every, some in zip(whole, part, strict=True) if every >= chance(1.0))
    assert 0 < sum(map(bool, part)) < sum(map(bool, whole))


def test_a_sign_that_speaks_for_one_event_is_never_left_out_of_what_a_pair_may_come_to() -> None:
    left, right = Grouping.of([candidate("Marmot goes to sea", A), candidate("Thoughts on Marmot", B)]).traits
    weights = same_event.Weights.of({same_event.ALWAYS: -4.0, "about": 3.0})

    assert weights.chance(left, right, least=-2.0) == pytest.approx(chance(-1.0))
    assert weights.chance(left, right, least=0.0) == 0


def test_what_two_candidates_show_is_told_by_name_and_what_they_mean_beside_it() -> None:
    left, right, other = Grouping.of([candidate(title, A) for title in ("Marmot goes to sea", "Marmot sails", "土拨鼠出海")]).traits

    assert same_event.shown(left, right)[same_event.ALWAYS] == 1
    assert same_event.shown(left, other) == {}
    assert same_event.shown(left, other, 0.2) == {same_event.ALWAYS: 1, same_event.BY_MEANING: 0.2}
