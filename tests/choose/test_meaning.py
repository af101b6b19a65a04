"""Titles that mean the same in other words join; without vectors, and for titles that mean something else, nothing changes."""

from __future__ import annotations

import re

from deepdaily.choose.group import Grouping, cluster
from deepdaily.choose.meaning import MOST_NEAR, SHARE, UNRELATED, meaning, pairs
from fakes import direction
from making import candidate, document

NOISE = [candidate(f"Topic {word} something else entirely", f"https://n.example/{word}") for word in "abcdefghij"]
LEFT = candidate("Trams run late on Sunday", "https://a.example/1")
RIGHT = candidate("Night service of streetcars extended", "https://b.example/1")
BOTH = [LEFT.url, RIGHT.url]


def test_two_titles_without_a_common_word_join_where_they_mean_the_same() -> None:
    same = dict.fromkeys(BOTH, direction("trams"))
    apart = {LEFT.url: direction("trams"), RIGHT.url: direction("soup")}
    every = [LEFT, RIGHT, *NOISE]

    assert BOTH in [[one.url for one in group] for group in cluster(every, embedded=same)]
    assert cluster(every, embedded=apart) == cluster(every)
    assert cluster(every, embedded={LEFT.url: direction("trams")}) == cluster(every)


def test_the_reason_of_such_a_merge_is_its_meaning() -> None:
    texts = {one.url: document(one.title, one.title, url=one.url) for one in (LEFT, RIGHT)}
    same = dict.fromkeys(BOTH, direction("trams"))
    (found,) = Grouping.of([LEFT, RIGHT, *NOISE], embedded=same).stories(texts)

    assert list(found.why) == [RIGHT.url]
    assert re.fullmatch(rf"one story with {LEFT.url}: alike 0\.\d\d \(by meaning \+\d\.\d\)", found.why[RIGHT.url])
    assert len(found.story.documents) == 2


def test_meaning_is_within_its_bounds() -> None:
    one, other = direction("trams"), direction("soup")

    assert meaning(one, None) == meaning(one, other) == 0
    assert abs(meaning(one, one) - SHARE * (1 - UNRELATED)) < 1e-6


def test_a_flood_of_like_titles_has_bounded_pairs() -> None:
    flood = {at: direction("trams") for at in range(4 * MOST_NEAR)}

    assert 0 < len(pairs(flood)) <= len(flood) * (MOST_NEAR + 1)
    assert pairs({0: direction("trams"), 1: direction("soup")}) == {}
