"""A draft's lines and passages bear the numbers that a model names them by."""

from __future__ import annotations

from dataclasses import replace

from deepdaily.core.evidence import passage
from deepdaily.core.numbering import citing, numbered, passages_of, shown
from deepdaily.core.types import Claim, Section
from making import issue, story

ONE = story("Quillserve 2.4", "It is 31% faster. It costs nothing.", url="https://a.example/1")
TWO = story("Reedserve 3.0", "It is out.", url="https://b.example/2")
TITLE, FASTER = passage(ONE.lead, 0, len(ONE.lead.title)), passage(ONE.lead, 16, 33)


def test_lines_are_numbered_from_the_title_on_with_what_they_are() -> None:
    (item,) = issue(ONE).draft.items
    item = replace(item, sections=(*item.sections, Section("why", (Claim("买得少。", basis=(TITLE,)),))))

    assert [(line, kind) for line, kind, _ in numbered(item)] == [(1, "title"), (2, "what"), (3, "why")]


def test_each_passage_of_an_item_has_one_number_through_the_draft() -> None:
    draft = issue(ONE, TWO).draft
    first = replace(draft.items[0], sections=(Section("what", (Claim("快。", (FASTER,)), Claim("快了。", (TITLE, FASTER)))),))

    ours, theirs = passages_of(replace(draft, items=(first, draft.items[1])))

    assert list(ours.items()) == [(TITLE, 1), (FASTER, 2)]
    assert list(theirs.values()) == [3]
    assert shown(ours.items(), 12) == ["p1| Quillserve…", "p2| It is 31%…"]
    assert citing("1.3", "what", Claim("快了。", (TITLE, FASTER)), ours) == "1.3 [what] 快了。 ← p1 p2"
    assert citing("1.4", "why", Claim("买得少。"), ours) == "1.4 [why] 买得少。"
