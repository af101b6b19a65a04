"""Sources that failed: each once, alike failures in one line, and no address with what was asked there."""

from __future__ import annotations

import pytest

from deepdaily.core.failures import failures_told, first_told, trouble
from deepdaily.core.types import SourceHealth, SourceState


def health(name: str, state: SourceState = "unreachable", message: str = "") -> SourceHealth:
    return SourceHealth(name, "feed", state, message=message)


def no_network(name: str) -> SourceHealth:
    return health(name, message=f"https://{name}.example/feed.xml: no name server answered within 4 s; check the network")


def test_without_a_network_there_is_one_line_for_all() -> None:
    lines = failures_told([*map(no_network, "abcdefg"), health("h", message="no answer within 15 s")])

    assert lines == [
        "8 sources: unreachable: no name server answered within 4 s (7), no answer within 15 s (1): a, b, c, d and 4 more"
    ]


def test_few_failures_are_told_one_by_one_and_many_of_a_state_together() -> None:
    lines = failures_told(
        [
            health("a", "refused", "https://a.example/feed: status 403"),
            health("b", "ok"),
            no_network("c"),
            no_network("d"),
            no_network("e"),
            health("f", "no-key"),
        ]
    )

    assert lines == [
        "a: refused: https://a.example/feed: status 403",
        "3 sources: unreachable: no name server answered within 4 s: c, d, e",
    ]
    assert failures_told([health("b", "ok")]) == []
    assert failures_told([health(name) for name in "abc"]) == ["3 sources: unreachable: no reason given: a, b, c"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("https://api.example/search?q=LLM%20news&count=20: status 500", "https://api.example/search: status 500"),
        ("brave: http://api.example/?key=sekrit", "http://api.example/"),
        ("https://a.example/feed: gone", "https://a.example/feed: gone"),
    ],
)
def test_an_address_is_told_without_what_was_asked_there(message: str, said: str) -> None:
    assert trouble(health("brave", message=message)) == f"brave: unreachable: {said}"


def test_the_first_collection_says_how_silent_sources_are_left_out() -> None:
    some = first_told([health("a", "ok"), health("b", "empty"), health("c"), health("d", "no-key")])

    assert some.startswith("first run: 2 of the 3 sources asked answer; ")
    assert 'drop = ["NAME"] in [sources]' in some
    assert first_told([health("a", "ok"), health("d", "no-key")]) == first_told([health("c")]) == ""
