"""The sample day behind each endpoint: who wrote it, what a person is told, what the ledger says against the endpoint's own count."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deepdaily.core.types import Usage
from endpoints.shapes import WELL, Outcome, Shape, refused
from endpoints.trial import TABLE, Seen, complaints, prepared, tried
from fakes import purpose_of
from once import once


@pytest.fixture(scope="session")
def prepared_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sample day is collected and read."""
    with once(tmp_path_factory, "a day before its models") as made:
        if made.is_new:
            prepared(made.folder)
            made.keep()
    return made.folder


@pytest.mark.parametrize("shape", [pytest.param(shape, id=shape.id) for shape in TABLE.values()])
def test_behind_every_endpoint_comes_out_what_must(shape: Shape, prepared_day: Path, tmp_path: Path) -> None:
    assert complaints(shape.must, tried(shape, prepared_day, tmp_path / "day")) == [], shape.does


# -- the measure itself -----------------------------------------------------------------------------------------------

WORKED = Usage(prefill_tokens=900, decode_tokens=100, cost=0.5)
FINE = Seen(
    0,
    "",
    items=7,
    told=7,
    calls=24,
    purposes=frozenset({"facts", "judgement", "closing", "reliability"}),
    ledger=WORKED,
    truth=WORKED,
)


def test_a_run_without_fault_has_no_complaints() -> None:
    assert complaints(WELL, FINE) == []


@pytest.mark.parametrize(
    ("seen", "complaint"),
    [
        (replace(FINE, told=6), "6 items by the model, not 7 to 7"),
        (replace(FINE, exit=10), "exit 10, not 0"),
        (replace(FINE, calls=28), "28 calls, not 23 to 27"),
        (replace(FINE, purposes=FINE.purposes - {"closing"}), "no answer on closing"),
        (replace(FINE, ledger=replace(WORKED, decode_tokens=150)), "ledger of 1050 tokens where 1000 are true"),
        (replace(FINE, ledger=replace(WORKED, cost=0.4)), "cost of 0.400 where 0.500 is true"),
    ],
)
def test_each_thing_that_went_wrong_is_a_complaint(seen: Seen, complaint: str) -> None:
    assert complaints(WELL, seen) == [complaint]


def test_words_that_must_or_must_not_be_there_are_looked_for() -> None:
    must = refused("quota", unsaid=("sk-1",))
    seen = Seen(10, "! quill: 429 with sk-1", calls=2)

    assert complaints(must, seen) == ["not said: quota", "said: sk-1"]
    assert complaints(must, replace(seen, words="! quill: its Quota is spent")) == []


def test_a_remedy_in_words_is_as_good_as_items_where_a_case_says_so_but_a_crash_is_not() -> None:
    must = Outcome(or_said="add /v1")

    assert complaints(must, Seen(10, "404: add /v1 to it", calls=2)) == []
    assert complaints(must, Seen(1, "404: add /v1 to it", calls=2)) == ["exit 1"]


def test_work_that_was_never_done_may_not_stand_in_the_ledger() -> None:
    must = refused("no such host", calls=0)
    seen = Seen(10, "no such host", ledger=Usage(prefill_tokens=5, decode_tokens=5))

    assert complaints(must, seen) == ["ledger of 10 tokens where 0 are true"]


@pytest.mark.parametrize(
    ("instructions", "purpose"),
    [("你是一份中文技术日报的选题编辑，读者是运维。", "ranking"), ("You review the structure of an English technical daily.", "")],
)
def test_a_purpose_is_known_by_the_whole_beginning_of_its_instructions(instructions: str, purpose: str) -> None:
    assert purpose_of(f"Be brief.\n{instructions} Inside") == purpose
