"""The evidence check against hand-written claims in both languages: what code alone must catch, and must not."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.lab import evals
from floors import Floors

pytestmark = pytest.mark.eval


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_check_keeps_its_floors_on_hand_written_claims(shared: Path, floors: Floors, tmp_path: Path) -> None:
    folder = shared / "eval" / "groundedness"
    evals.run("groundedness", folder, tmp_path / "predictions.jsonl")
    passed = {row["id"]: row["supported"] for row in rows(tmp_path / "predictions.jsonl")}
    right: dict[str, list[bool]] = defaultdict(list)
    for claim in rows(folder / "claims.jsonl"):
        if claim["provenance"].startswith("hand-written"):
            true = claim["label"] == "supported"
            right["true_claims_passed" if true else claim["kind"]].append(passed[claim["id"]] == true)

    shares = {kind: sum(found) / len(found) for kind, found in right.items()}

    judged = ("wrong_number", "wrong_unit", "invented_quote", "true_claims_passed")
    floors.hold("groundedness", {kind: shares[kind] for kind in judged})


def test_an_unknown_set_and_a_folder_of_another_form_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no set 'taste'"):
        evals.run("taste", tmp_path, tmp_path / "out.jsonl")
    with pytest.raises(SettingsError, match="not laid out"):
        evals.run("feeds", tmp_path, tmp_path / "out.jsonl")
