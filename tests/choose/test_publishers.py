"""A publisher's record: counted, doubted while it is short, and the same whichever page of the domain is asked for."""

from __future__ import annotations

import pytest

from deepdaily.choose.publishers import COLD, DOUBT, Standings, learned, shipped

GOOD, BAD = "https://good.example/1", "https://bad.example/1"


def test_a_domain_picked_more_often_than_others_has_the_better_record() -> None:
    records = learned([(GOOD, True)] * 5 + [(GOOD, False)] * 15 + [(BAD, False)] * 80)

    assert records.of("https://www.good.example/another") > 0 > records.of(BAD)


def test_a_short_record_is_believed_less_than_a_long_one_of_the_same_rate() -> None:
    short, long = (Standings({"good.example": (1, 2)}, 0.01).of(GOOD), Standings({"good.example": (20, 40)}, 0.01).of(GOOD))

    assert 0 < short < long


def test_an_unknown_domain_and_a_few_unpicked_links_say_nothing() -> None:
    few = [(BAD, False)] * (DOUBT - 1)

    assert learned([(GOOD, True), *few]).of(BAD) == 0
    assert learned([(GOOD, True), *few, (BAD, False)]).of(BAD) < 0
    assert learned([]).of(GOOD) == COLD.of(GOOD) == 0


@pytest.mark.parametrize("url", ["https://openai.com/index/x", "https://www.anthropic.com/news/x"])
def test_the_shipped_records_know_the_labs(url: str) -> None:
    assert shipped().of(url) > 1


def test_votes_are_evidence_of_a_domain_and_move_a_long_record_less_than_a_short_one() -> None:
    records = Standings({"good.example": (20, 40)}, 0.01)

    def moved(url: str, vote: int) -> float:
        return records.voted([(url, vote)] * 3).of(url) - records.of(url)

    assert moved(BAD, +1) > moved(GOOD, +1) > 0 > moved(GOOD, -1) > moved(BAD, -1)
    assert moved(BAD, +1) < 2.5
    assert records.voted([]) == records


def test_on_a_platform_the_account_has_the_record_and_not_the_platform() -> None:
    records = learned([("https://github.com/Acme/engine", False)] * 80 + [(GOOD, True)] * 5)

    assert records.of("https://github.com/acme/engine/issues/7") < 0 == records.of("https://github.com/other/tool")
    assert records.of("https://github.com/") == 0
