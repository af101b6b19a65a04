"""The evidence check against hand-written claims in both languages: what code alone must catch, and must not."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.lab import evals
from floors import FILE, Floors

pytestmark = pytest.mark.eval


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


OWN = Path(__file__).resolve().parents[2] / "evals"


def judged(folder: Path, predictions: Path) -> list[tuple[dict[str, Any], bool]]:
    """The hand-written claims of a set, each with whether it was judged right."""
    evals.run("groundedness", folder, predictions)
    passed = {row["id"]: row["supported"] for row in rows(predictions)}
    claims = [claim for claim in rows(folder / "claims.jsonl") if claim["provenance"].startswith("hand-written")]
    return [(claim, passed[claim["id"]] == (claim["label"] == "supported")) for claim in claims]


def shares(right: Iterable[tuple[str, bool]]) -> dict[str, float]:
    kinds: dict[str, list[bool]] = defaultdict(list)
    for kind, is_right in right:
        kinds[kind].append(is_right)
    return {kind: sum(found) / len(found) for kind, found in kinds.items()}


def test_the_check_keeps_its_floors_on_hand_written_claims(shared: Path, floors: Floors, tmp_path: Path) -> None:
    found = shares(
        ("true_claims_passed" if claim["label"] == "supported" else claim["kind"], right)
        for claim, right in judged(shared / "eval" / "groundedness", tmp_path / "predictions.jsonl")
    )

    kinds = ("wrong_number", "wrong_unit", "invented_quote", "true_claims_passed")
    floors.hold("groundedness", {kind: found[kind] for kind in kinds})


def test_the_check_keeps_its_floors_on_the_pairs_it_was_tuned_on_and_on_those_held_out(tmp_path: Path) -> None:
    found = judged(OWN / "groundedness", tmp_path / "predictions.jsonl")

    halves = shares((claim["half"], right) for claim, right in found)
    true = shares(("true_claims_passed", right) for claim, right in found if claim["label"] == "supported")
    Floors(FILE, OWN).hold("groundedness of our own", halves | true)


def test_an_unknown_set_and_a_folder_of_another_form_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no set 'taste'"):
        evals.run("taste", tmp_path, tmp_path / "out.jsonl")
    with pytest.raises(SettingsError, match="not laid out"):
        evals.run("feeds", tmp_path, tmp_path / "out.jsonl")
