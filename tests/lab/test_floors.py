"""A floor belongs to the corpus it was set on, and is raised, never lowered."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from floors import FILE, Floors, digest_of


@pytest.fixture
def floors(tmp_path: Path) -> Floors:
    """A set `taste` with one floor, over a corpus of two files."""
    corpus = tmp_path / "shared/eval/taste"
    corpus.mkdir(parents=True)
    (corpus / "a.jsonl").write_text("sweet")
    (corpus / "b.jsonl").write_text("sour")
    told = {"taste": {"corpus": ["eval/taste"], "sha256": digest_of([corpus]), "floors": {"share": 0.5}}}
    (tmp_path / "floors.json").write_text(json.dumps(told))
    return Floors(tmp_path / "floors.json", tmp_path / "shared")


def known(floors: Floors) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(floors.file.read_text("utf-8"))["taste"]
    return told


def test_a_figure_that_reaches_its_floor_holds_and_a_lower_one_is_named(floors: Floors) -> None:
    floors.hold("taste", {"share": 0.5})

    with pytest.raises(pytest.fail.Exception, match=r"taste\.share is 0\.49, below its floor 0\.5"):
        floors.hold("taste", {"share": 0.49})


def test_a_figure_without_a_floor_holds_nothing(floors: Floors) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"taste\.depth has no floor"):
        floors.hold("taste", {"depth": 1.0})


@pytest.mark.parametrize("change", ["bytes", "name", "more"])
def test_another_corpus_is_said_whatever_the_figure(floors: Floors, change: str) -> None:
    first = floors.shared / "eval/taste/a.jsonl"
    if change == "bytes":
        first.write_text("salty")
    elif change == "name":
        first.rename(first.with_name("c.jsonl"))
    else:
        first.with_name("c.jsonl").write_text("")

    with pytest.raises(pytest.fail.Exception, match="eval/taste is another corpus than"):
        floors.hold("taste", {"share": 1.0})


def test_an_update_takes_the_corpus_raises_a_floor_and_adds_a_new_one(floors: Floors) -> None:
    (floors.shared / "eval/taste/c.jsonl").write_text("bitter")

    replace(floors, update=True).hold("taste", {"share": 0.617, "days": 3})

    assert known(floors)["floors"] == {"share": 0.61, "days": 3}
    floors.hold("taste", {"share": 0.617, "days": 3})


def test_an_update_lowers_no_floor_and_changes_nothing_then(floors: Floors) -> None:
    before = known(floors)

    with pytest.raises(pytest.fail.Exception, match=r"lowered by hand, with a line in CHANGELOG\.md"):
        replace(floors, update=True).hold("taste", {"share": 0.49})

    assert known(floors) == before


def test_every_set_names_its_corpus_and_digest() -> None:
    for name, one in json.loads(FILE.read_text("utf-8")).items():
        assert one["corpus"], name
        assert len(one["sha256"]) == 64, name
        assert one["floors"], name
