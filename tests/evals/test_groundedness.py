"""The evidence check against hand-written claims in both languages: what code alone must catch, and must not."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from deepdaily.core.evidence import unsupported

pytestmark = pytest.mark.eval

ROOT = Path(__file__).resolve().parent.parent.parent


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_check_keeps_its_floors_on_hand_written_claims(shared: Path) -> None:
    folder = shared / "eval" / "groundedness"
    floors = json.loads((ROOT / "evals" / "floors.json").read_text("utf-8"))
    texts = {row["id"]: row["text"] for row in rows(folder / "docs.jsonl")}
    right: dict[str, list[bool]] = defaultdict(list)
    for claim in rows(folder / "claims.jsonl"):
        if claim["provenance"].startswith("hand-written"):
            passed = not unsupported(claim["claim"], [texts[claim["doc"]]])
            true = claim["label"] == "supported"
            right["true_claims_passed" if true else claim["kind"]].append(passed is true)

    shares = {kind: sum(found) / len(found) for kind, found in right.items()}

    print({kind: round(share, 3) for kind, share in sorted(shares.items())})  # noqa: T201
    for kind in ("wrong_number", "wrong_unit", "invented_quote", "true_claims_passed"):
        assert shares[kind] >= floors[f"groundedness.{kind}"], kind
