"""What the desk joins is one story and what it parts never is, whatever the titles say."""

from __future__ import annotations

from deepdaily.choose.bonds import Bonds
from deepdaily.choose.group import Grouping, cluster
from deepdaily.core.decisions import Desk
from deepdaily.core.types import Candidate
from deepdaily.core.urls import page_key
from making import candidate, document

NOISE = [candidate(f"Topic {word} something else entirely", f"https://n.example/{word}") for word in "abcdefghij"]
A, B, C = (f"https://{name}.example/1" for name in "abc")
SAME = "GitHub pauses rollout of GPT-5.3-Codex in Copilot"


def pair(left: str, right: str) -> frozenset[str]:
    return frozenset((page_key(left), page_key(right)))


def groups(*candidates: Candidate, desk: Desk) -> set[frozenset[str]]:
    every = cluster([*candidates, *NOISE], desk)
    return {frozenset(one.url for one in group) for group in every if group[0] not in NOISE}


def why(*candidates: Candidate, desk: Desk | None = None) -> dict[str, str]:
    found = [*candidates, *NOISE]
    texts = {one.url: document(one.title, f"Text at {one.url}.", url=one.url) for one in candidates}
    return {url: told for one in Grouping.of(found, desk or Desk()).stories(texts) for url, told in one.why.items()}


def test_pages_joined_at_the_desk_are_one_story_and_both_tell_it() -> None:
    left, right = candidate("A soup recipe", A), candidate("Trams run late on Sunday", B)
    desk = Desk(joined=frozenset({pair("https://www.a.example/1?utm_source=x", B)}))
    texts = {one.url: document(one.title, one.title, url=one.url, hours=hours) for one, hours in ((left, 5), (right, 999))}

    assert groups(left, right, desk=Desk()) == {frozenset({A}), frozenset({B})}
    assert groups(left, right, desk=desk) == {frozenset({A, B})}
    assert len(Grouping.of([left, right, *NOISE], desk).stories(texts)[0].story.documents) == 2


def test_pages_parted_at_the_desk_are_never_one_story_also_not_through_a_third() -> None:
    every = [candidate(SAME, A), candidate(SAME + " today", B), candidate("Copilot: " + SAME, C)]
    desk = Desk(parted=frozenset({pair(A, B)}))

    assert groups(*every, desk=Desk()) == {frozenset({A, B, C})}
    found = groups(*every, desk=desk)
    assert len(found) == 2
    assert not any({A, B} <= group for group in found)


def test_a_parting_wins_over_a_join_through_a_third_and_over_a_repository() -> None:
    through = Desk(joined=frozenset({pair(A, B), pair(B, C)}), parted=frozenset({pair(A, C)}))
    base = "https://github.com/acme/engine/releases/tag/v1."
    releases = [candidate(f"engine v1.{n}", base + str(n)) for n in range(3)]
    desk = Desk(parted=frozenset({pair(base + "0", base + "2")}))

    assert groups(candidate("One", A), candidate("Two", B), candidate("Three", C), desk=through) == {
        frozenset({A, B}),
        frozenset({C}),
    }
    assert groups(*releases, desk=desk) == {frozenset({base + "0", base + "1"}), frozenset({base + "2"})}


def test_a_join_through_a_page_that_nobody_offers_today_holds() -> None:
    bonds = Bonds.of([A, C], Desk(joined=frozenset({pair(A, B), pair(B, C)})))

    assert bonds.joined([{0}, {1}]) == [{0, 1}]
    assert bonds.why(0, 1) == "joined at the desk"


def test_a_merge_says_how_alike_and_by_which_terms() -> None:
    (told,) = why(candidate(SAME, A), candidate("GPT-5.3-Codex rollout paused by GitHub for Copilot users", B)).values()

    assert told.startswith(f"one story with {A}: alike ")
    assert "rollout" in told


def test_a_merge_through_a_third_names_it() -> None:
    titles = ["alpha beta gamma delta", "alpha beta gamma delta epsilon zeta eta theta", "epsilon zeta eta theta"]
    found = why(*(candidate(title, url) for title, url in zip(titles, (A, B, C), strict=True)))

    assert found[B].startswith(f"one story with {A}: alike 0.")
    assert found[C].startswith(f"one story with {A} through {B}: alike 0.")


def test_releases_and_the_desk_s_word_are_named_as_the_reason() -> None:
    base = "https://github.com/acme/engine/releases/tag/"
    releases = why(candidate("engine v1.0.1", base + "v1.0.1"), candidate("engine v1.0.2", base + "v1.0.2"))
    desk = Desk(joined=frozenset({pair(A, B)}))
    parted = Desk(parted=frozenset({pair(B, C)}))
    three = [candidate(SAME, A), candidate(SAME + " today", B), candidate("Copilot: " + SAME, C)]

    assert list(releases.values()) == [f"one story with {base}v1.0.1: releases of acme/engine"]
    assert why(candidate("Soup", A), candidate("Trams", B), desk=desk) == {B: f"one story with {A}: joined at the desk"}
    assert any(told.endswith(("from " + B, "from " + C)) for told in why(*three, desk=parted).values())


def test_a_join_takes_both_stories_whole_but_for_what_is_kept_apart_from_the_other() -> None:
    left = [candidate(SAME, A), candidate(SAME + " today", B)]
    right = [candidate("Trams run late on Sunday in Bern", C), candidate("In Bern trams run late on Sunday", "https://d.example/1")]
    joined = frozenset({pair(A, C)})

    assert Grouping.of([*left, *right]).under(Desk(joined=joined)).groups() == [[0, 1, 2, 3]]
    assert groups(*left, *right, desk=Desk(joined=joined)) == {frozenset({A, B, C, "https://d.example/1"})}
    apart = Desk(joined=joined, parted=frozenset({pair(B, "https://d.example/1"), pair(B, C)}))
    assert groups(*left, *right, desk=apart) == {frozenset({A, C, "https://d.example/1"}), frozenset({B})}


def test_a_joined_page_brings_the_reports_that_are_like_it() -> None:
    found = [candidate("Soup", A), candidate(SAME, B), candidate(SAME + " today", C), *NOISE]
    texts = {
        one.url: document(one.title, f"Text at {one.url}.", url=one.url, hours=h) for one, h in zip(found, (1, 2, 3), strict=False)
    }

    (grouped,) = Grouping.of(found, Desk(joined=frozenset({pair(A, B)}))).stories(texts)

    assert [one.url for one in grouped.story.documents] == [A, B, C]


def test_a_second_reader_s_words_are_told_from_an_editor_s() -> None:
    three = [candidate("Soup", A), candidate("Trams", B), candidate("Bees", C)]
    both = Desk(joined=frozenset({pair(A, B), pair(B, C)}), edited=frozenset({pair(B, C)}))
    parted = Desk(parted=frozenset({pair(B, C)}), edited=frozenset({pair(B, C)}))
    like = [candidate(SAME, A), candidate(SAME + " today", B), candidate("Copilot: " + SAME, C)]

    assert why(*three, desk=both) == {B: f"one story with {A}: joined at the desk", C: f"the second reader: same event as {A}"}
    assert any("; kept apart by the second reader from https://" in told for told in why(*like, desk=parted).values())
