"""The floors of the open data sets: what was reached once, on which corpus, and is not to be lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import floor
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).resolve().parent.parent / "evals" / "floors.json"


def digest_of(folders: Sequence[Path]) -> str:
    """The sha256 of all files below the folders, in the order of their paths: of each its path, its size and its bytes."""
    told = sha256()
    for folder in folders:
        for path in sorted(one for one in folder.rglob("*") if one.is_file() and "__pycache__" not in one.parts):
            body = path.read_bytes()
            told.update(f"{folder.name}/{path.relative_to(folder).as_posix()}\0{len(body)}\0".encode() + body)
    return told.hexdigest()


@dataclass(frozen=True)
class Floors:
    """The floors of `file` over the corpora below `shared`; with `update` the file learns, but no floor is ever lowered."""

    file: Path
    shared: Path
    update: bool = False

    def hold(self, name: str, figures: Mapping[str, float]) -> None:
        """Every one of the set's figures reaches its floor, on the corpus for which the floor was set."""
        print(name, {figure: round(reached, 4) for figure, reached in figures.items()})  # noqa: T201
        every: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
        known, found = every[name], digest_of([self.shared / folder for folder in every[name]["corpus"]])
        troubles = [*self._below(name, figures, known["floors"])]
        if not self.update and found != known["sha256"]:
            corpus = " with ".join(known["corpus"])
            troubles.insert(0, f"{corpus} is another corpus than the floors of {name} were set on; see `make eval-update`")
        if troubles:
            pytest.fail("; ".join(troubles), pytrace=False)
        if self.update:
            raised = {figure: max(known["floors"].get(figure, 0), _down(reached)) for figure, reached in figures.items()}
            every[name] = known | {"sha256": found, "floors": known["floors"] | raised}
            self.file.write_text(json.dumps(every, indent=2, ensure_ascii=False) + "\n", "utf-8")

    def _below(self, name: str, figures: Mapping[str, float], floors: Mapping[str, float]) -> Iterator[str]:
        for figure, reached in figures.items():
            if figure not in floors and not self.update:
                yield f"{name}.{figure} has no floor; see `make eval-update`"
            elif reached < floors.get(figure, 0):
                yield f"{name}.{figure} is {reached:.4g}, below its floor {floors[figure]}" + (
                    ": a floor is lowered by hand, with a line in CHANGELOG.md" if self.update else ""
                )


def _down(figure: float) -> float:
    """A whole number as it is, any other down to two digits."""
    return figure if isinstance(figure, int) else floor(figure * 100) / 100
