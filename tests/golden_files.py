"""Whole texts as they were agreed on: a change of one is seen in the difference, and wanted."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent / "golden"


def is_as_agreed(name: str, text: str, request: pytest.FixtureRequest) -> bool:
    """Whether the text is the one kept under that name; with `--update-golden -s` it is kept, and the difference shown."""
    golden = FOLDER / name
    before = golden.read_text("utf-8") if golden.exists() else ""
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8")
        print("".join(difflib.unified_diff(before.splitlines(True), text.splitlines(True), name, name)))  # noqa: T201
        return True
    return text == before
