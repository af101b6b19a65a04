"""docs/seeds.md names only commands and tests that exist, and hides nothing that is open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from deepdaily import cli  # noqa: F401 - the commands are there once it is imported
from deepdaily.cli.options import app

ROOT = Path(__file__).resolve().parent.parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "docs" / "seeds.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| the seeds")
]


def test_every_row_has_its_four_cells_and_a_state() -> None:
    assert len(ROWS) > 35
    assert all(len(row) == 4 and re.match(r"done|thin|open", row[3].strip("| ")) for row in ROWS)


@pytest.mark.parametrize("named", sorted({name for row in ROWS for name in re.findall(r"`deepdaily ([^`]+)`", row[1])}))
def test_every_command_named_exists_with_its_options(named: str) -> None:
    command = typer.main.get_command(app)
    words = named.split()
    while words and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]  # type: ignore[attr-defined]

    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("named", sorted({row[2] for row in ROWS if "::" in row[2]}))
def test_every_test_named_exists(named: str) -> None:
    path, _, name = named.partition("::")

    assert re.search(rf"^(?:async )?def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)


def test_what_is_done_names_its_proof() -> None:
    assert all("::" in row[2] for row in ROWS if row[3].startswith("done"))
