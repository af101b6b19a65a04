"""What a second reader says is acted on where code sees a reason for it, no editor says otherwise, and there is little of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from deepdaily.choose.edits import MOST, REFUSALS, Unedited, bounded, desk_with
from deepdaily.choose.group import Grouping
from deepdaily.core.decisions import NO_DESK, Desk, edit
from deepdaily.core.types import Decision, DecisionKind, Story
from deepdaily.core.urls import page_key
from making import NOW, SLOT, story

NAMES = "Alder Birch Cedar Dogwood Elmtree Firtree Hazel Juniper Kapok Larch Maple Nutmeg".split()


def page(n: int | str) -> str:
    return f"https://site{n}.example/{n}"


def told(n: int | str, title: str, text: str = "", hours: float | None = 5.0, partial: bool = False) -> Story:
    return replace(story(title, text, url=page(n), hours=hours, partial=partial), id=f"s-{n}")


def stories(many: int) -> list[Story]:
    """Each about another thing, but for the name Kestrel, which all have."""
    return [told(n, f"Kestrel {NAMES[n]}works grows {NAMES[n]}ness", f"Text of {NAMES[n]}.") for n in range(many)]


def with_page(one: Story, other: Story) -> Story:
    """One story of both, led by the first."""
    return replace(one, candidates=(*one.candidates, *other.candidates), documents=(*one.documents, *other.documents))


def day(
    told_today: Sequence[Story],
    refused: Sequence[Story] = (),
    places: int = 1,
    desk: Desk = NO_DESK,
    taken_back: Sequence[Decision] = (),
) -> Unedited:
    every = [*told_today, *refused]
    texts = {document.url: document for one in every for document in one.documents}
    found = [candidate for one in every for candidate in one.candidates]
    return Unedited(Grouping.of(found, desk, documents=texts), told_today, refused, places, desk, taken_back)


def says(kind: DecisionKind, n: int | str, other: int | str = "") -> Decision:
    return edit(kind, page(n), NOW, SLOT.key, page(other) if other != "" else "")


def acted_on(day: Unedited, *said: Decision) -> tuple[list[Decision], list[str]]:
    taken, notes = bounded(said, day)
    return taken, [one.message for one in notes]


def pair(left: int | str, right: int | str) -> frozenset[str]:
    return frozenset((page_key(page(left)), page_key(page(right))))


# -- how many ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kinds", MOST)
def test_of_each_kind_a_slot_takes_only_so_many_and_says_so_once(kinds: tuple[DecisionKind, ...]) -> None:
    many = stories(12)
    whole = with_page(many[0], many[0])
    strangers = [told(f"x{n}", f"Stranger {NAMES[n]}") for n in range(11)]
    for one in strangers:
        whole = with_page(whole, one)
    said = {
        "merge": [says("merge", n, 0) for n in range(1, 12)],
        "split": [says("split", f"x{n}", 0) for n in range(11)],
        "off_topic": [says(kind, n) for n in range(6) for kind in REFUSALS],
        "ours": [says("ours", f"r{n}") for n in range(11)],
    }[kinds[0]]
    refused = [told(f"r{n}", f"Refused {NAMES[n]}") for n in range(11)]

    taken, notes = acted_on(day([whole, *many[1:]], refused), *said)

    assert len(taken) == MOST[kinds]
    assert len(notes) == len({one.kind for one in said})
    assert all(f"at most {MOST[kinds]} of a day" in note for note in notes)
    assert " more: " in notes[0]


def test_no_fewer_stories_are_left_than_the_issue_has_places() -> None:
    said = [says("merge", 1, 0), says("advertising", 2), says("off_topic", 3)]

    assert len(acted_on(day(stories(7), places=4), *said)[0]) == 3
    taken, (note,) = acted_on(day(stories(6), places=4), *said)
    assert taken == said[:2]
    assert note.endswith("fewer than 4 stories would be left")


def test_one_word_said_twice_is_one_word() -> None:
    taken, notes = acted_on(
        day(stories(5)), says("merge", 1, 0), says("merge", 0, 1), says("advertising", 2), says("advertising", 2)
    )

    assert [one.kind for one in taken] == ["merge", "advertising"]
    assert notes == []


def test_what_an_editor_took_back_is_not_acted_on_again_and_another_word_is() -> None:
    back = [replace(says("advertising", 1), taken_back_at=NOW)]

    taken, (note,) = acted_on(day(stories(5), taken_back=back), says("advertising", 1), says("off_topic", 1))

    assert [one.kind for one in taken] == ["off_topic"]
    assert note.endswith("an editor took it back")


# -- one event --------------------------------------------------------------------------------------------------------

GOLD = "Kestrel 2.1 released with a golden cache"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("The Kestrel cache in practice", ""),  # a name
        ("A cache of gold", "What Kestrel 2.1 brings."),  # its name in the other's text
        ("Quokkas sleep on caches", "The release took 412 ms and 77 GB on 3 GPUs; see also bees."),  # figures
        ("A zygomorphic pollinator", ""),  # rare words
    ],
)
def test_two_stories_that_name_one_thing_become_one(title: str, text: str) -> None:
    left = told("a", GOLD + (" and zygomorphic pollinators" if "zygo" in title else ""), "It took 412 ms, 77 GB, 3 GPUs.")
    right = told("b", title, text)

    assert [one.kind for one in acted_on(day([left, right, *stories(3)]), says("merge", "b", "a"))[0]] == ["merge"]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (told("b", "Trams run late on Sunday"), "they name nothing in common"),
        (told("b", "OpenAI opens an office", "A building of 412 ms and 77 GB."), "they name nothing in common"),
        (told("b", "A zygomorphic office"), "they name nothing in common"),
        (told("b", "Kestrel 2.2 released"), "two editions of one product"),
        (told("b", "Kestrel at work", hours=24 * 4), "they are of different days"),
        (told("z", "Kestrel at work"), "no story of today"),
    ],
)
def test_stories_without_a_bond_of_other_days_or_versions_stay_apart(other: Story, why: str) -> None:
    every = [told("a", GOLD + " by OpenAI, a zygomorphic one", "412 ms and 77 GB."), other, *stories(3)]

    taken, (note,) = acted_on(day(every), says("merge", "b", "a"))

    assert taken == []
    assert why in note


def test_two_versions_do_not_become_one_story_through_a_third() -> None:
    every = [told("a", "Kestrel 2.1 released"), told("b", "Kestrel for everybody"), told("c", "Kestrel 2.2 released"), *stories(3)]

    taken, (note,) = acted_on(day(every), says("merge", "b", "a"), says("merge", "c", "b"))

    assert len(taken) == 1
    assert "two editions" in note


def test_what_is_one_story_already_is_not_merged_again() -> None:
    every = stories(6)

    taken, (note,) = acted_on(day(every), says("merge", 1, 0), says("merge", 2, 1), says("merge", 2, 0))

    assert len(taken) == 2
    assert "one story already" in note


def test_an_editor_s_parting_of_any_of_their_pages_holds() -> None:
    whole = with_page(stories(1)[0], told("x", "Another report"))
    desk = Desk(parted=frozenset({pair("x", 1)}))

    taken, (note,) = acted_on(day([whole, *stories(5)[1:]], desk=desk), says("merge", 1, 0), says("merge", 2, 0))

    assert [one.subject for one in taken] == [page(2)]
    assert "an editor keeps them apart" in note


# -- the others -------------------------------------------------------------------------------------------------------


def test_a_stranger_is_a_page_of_the_story_that_does_not_lead_it_and_that_no_editor_joined() -> None:
    whole = with_page(with_page(stories(1)[0], told("x", "Strange")), told("y", "Joined"))
    desk = Desk(joined=frozenset({pair("y", 0)}))
    said = [says("split", "x", 0), says("split", "y", 0), says("split", 0, 0), says("split", 1, 0), says("split", "z", 0)]

    taken, notes = acted_on(day([whole, *stories(3)[1:]], desk=desk), *said)

    assert taken == said[:1]
    assert [note.rpartition(": ")[2] for note in notes] == ["an editor joined them", "it leads the story", "no page of the story"]


def test_a_pinned_story_is_told_whatever_the_second_reader_calls_it() -> None:
    desk = Desk(pinned=frozenset({page_key(page(0))}))

    taken, notes = acted_on(day(stories(5), desk=desk), says("advertising", 0), says("off_topic", 1), says("off_topic", "z"))

    assert taken == [says("off_topic", 1)]
    assert [note.rpartition(": ")[2] for note in notes] == ["an editor pinned it", "no story of today"]


def test_only_what_the_gate_alone_refused_is_admitted() -> None:
    taken, (note,) = acted_on(day(stories(3), [told("r", "Refused")]), says("ours", "r"), says("ours", "banned"))

    assert taken == [says("ours", "r")]
    assert "whole, new, not banned and no round-up" in note


# -- what it comes to -------------------------------------------------------------------------------------------------


def test_edits_stand_in_the_desk_beside_what_editors_decided() -> None:
    whole = with_page(with_page(stories(1)[0], told("x", "Strange")), told("y", "Report"))
    editors = Desk(pinned=frozenset({page_key(page(3))}), joined=frozenset({pair(3, 4)}))
    edits = [says("merge", 1, 0), says("split", "x", 0), says("advertising", 2), says("ours", "r")]

    desk = desk_with(edits, day([whole, *stories(5)[1:]], [told("r", "Refused")], desk=editors))

    assert desk.pinned == editors.pinned
    assert desk.joined == {pair(3, 4), pair(0, 1)}
    assert desk.parted == {pair("x", 0), pair("x", "y")}
    assert desk.edited == {pair(0, 1), pair("x", 0), pair("x", "y")}
    assert desk.why_refused(page(2)) == "the second reader: advertising"
    assert desk.why_refused(page(1)) == ""
    assert (desk.admits(page("r")), desk.admits(page(1))) == (True, False)
