"""Prints as a table what comes out of the sample day behind each shape of a model endpoint, for docs/benchmarks.md.

python tools/bench_endpoints.py [ID ...]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from endpoints.shapes import Shape
from endpoints.trial import TABLE, Seen, complaints, prepared, tried


def main(names: list[str]) -> None:
    wanted = [TABLE[name] for name in names] or list(TABLE.values())
    passed = 0
    print("| id | the endpoint | seen | verdict |\n|---|---|---|---|")  # noqa: T201
    with tempfile.TemporaryDirectory() as place:
        day = Path(place) / "prepared"
        prepared(day)
        for shape in wanted:
            seen = tried(shape, day, Path(place) / shape.id)
            wrong = complaints(shape.must, seen)
            passed += not wrong
            print(row(shape, seen, wrong), flush=True)  # noqa: T201
    print(f"\n{passed} of {len(wanted)} pass.")  # noqa: T201


def row(shape: Shape, seen: Seen, wrong: list[str]) -> str:
    """One shape as a row of the table."""
    told, true = (f"{one.prefill_tokens / 1000:.1f}k+{one.decode_tokens / 1000:.1f}k" for one in (seen.ledger, seen.truth))
    worked = "" if told == true else f" (true {true})"
    saw = f"exit {seen.exit}, {seen.told} of {seen.items}, {seen.calls} calls, ledger {told}{worked}. {seen.line[:160]}".rstrip()
    verdict = "pass" if not wrong else "; ".join(wrong)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (shape.id, shape.does, saw, verdict)) + " |"


if __name__ == "__main__":
    main(sys.argv[1:])
