"""Shared fixtures. Data under `../shared` (or DEEPDAILY_SHARED) is used where present and skipped where not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import cluster, database
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from floors import FILE as FLOORS
from floors import Floors
from once import session_folder

HERE = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden and show the difference")
    parser.addoption("--update-floors", action="store_true", help="write corpora and figures of evals/floors.json; lowers none")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measured data beside the checkout."""
    folder = Path(os.environ.get("DEEPDAILY_SHARED") or HERE.parent.parent / "shared")
    if not (folder / "design.md").exists():
        pytest.skip("no shared data beside the checkout (set DEEPDAILY_SHARED)")
    return folder


@pytest.fixture(scope="session")
def floors(shared: Path, pytestconfig: pytest.Config) -> Floors:
    """The floors of the open data sets below `shared`."""
    return Floors(FLOORS, shared, update=pytestconfig.getoption("--update-floors"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the session's private PostgreSQL cluster."""
    with cluster(session_folder(tmp_path_factory)) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The `store.url` of a new database: once SQLite, once PostgreSQL where it is installed."""
    if request.param == "sqlite":
        yield ""
    else:
        with database(request.getfixturevalue("postgres")) as url:
            yield url


@pytest.fixture
def store(tmp_path: Path, store_url: str) -> Iterator[Store]:
    """A new store, on each database."""
    with open_store(tmp_path, store_url) as opened:
        yield opened
