"""What is dear to make is made once a session, by whichever worker of pytest-xdist needs it first."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, TextIO

import pytest


def session_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole session; each worker's own lies below it."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def locked(path: Path) -> Iterator[TextIO]:
    """The open file, locked: who comes second waits until the first is done or dead."""
    with path.open("a+") as held:
        flock(held, LOCK_EX)
        yield held


@dataclass(frozen=True)
class Once:
    """A folder of the session with what was made in it: to be looked at, not to be changed."""

    folder: Path

    @property
    def is_new(self) -> bool:
        """Whether it is ours to make: nobody has, or whoever began has failed."""
        return not self._value.exists()

    def keep(self, value: object = None) -> None:
        """All is made, and `value` is to be handed to everybody."""
        self._value.write_bytes(pickle.dumps(value))

    @property
    def value(self) -> Any:
        return pickle.loads(self._value.read_bytes())

    @property
    def _value(self) -> Path:
        return self.folder.with_suffix(".pickle")


@contextmanager
def once(factory: pytest.TempPathFactory, name: str) -> Iterator[Once]:
    """What the session knows by `name`. Whoever finds it new makes and keeps it; the others wait meanwhile."""
    made = Once(session_folder(factory) / "once" / name)
    made.folder.parent.mkdir(exist_ok=True)
    with locked(made.folder.with_suffix(".lock")):
        if made.is_new:
            shutil.rmtree(made.folder, ignore_errors=True)  # of one who began and failed
            made.folder.mkdir()
        yield made
