"""Shared fixtures. Data under `../shared` (or DEEPDAILY_SHARED) is used where present and skipped where not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden and show the difference")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measured data beside the checkout."""
    folder = Path(os.environ.get("DEEPDAILY_SHARED") or HERE.parent.parent / "shared")
    if not (folder / "design.md").exists():
        pytest.skip("no shared data beside the checkout (set DEEPDAILY_SHARED)")
    return folder
