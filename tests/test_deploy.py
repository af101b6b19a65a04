"""The ready-made files and their how-to say only what the commands and settings know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from deepdaily.cli import app
from deepdaily.settings import Settings, described

HERE = Path(__file__).resolve().parent.parent
FILES = sorted((HERE / "deploy").iterdir())
GUIDE = (HERE / "docs/operate.md").read_text("utf-8")

CALL = re.compile(r"(?:\bdeepdaily |command: \[\")(run|schedule|search|verify|show|config|serve|mcp)\b(.*)")


def calls(text: str) -> list[tuple[str, list[str]]]:
    """Every command of ours in `text`, with its options."""
    return [(name, re.findall(r"--[a-z-]+", rest.split("`")[0])) for name, rest in CALL.findall(text)]


@pytest.mark.parametrize(
    "text", [*(file.read_text("utf-8") for file in FILES), GUIDE], ids=[*(f.name for f in FILES), "guide"]
)
def test_every_command_and_option_named_exists(text: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for name, options in calls(text):
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(options) <= known, name


def test_an_unknown_option_would_be_seen() -> None:
    assert calls("ExecStart=/bin/deepdaily run --nonsense x") == [("run", ["--nonsense"])]
    assert calls('command: ["schedule", "--data", "/data"]') == [("schedule", ["--data"])]


def test_every_file_is_named_in_the_guide() -> None:
    assert FILES
    assert [file.name for file in FILES if f"deploy/{file.name}" not in GUIDE] == []


def test_every_setting_named_in_the_guide_exists() -> None:
    known = {name for name, _, _ in described(Settings(), {})}
    named = set(re.findall(r"`((?:digest|schedule|review|store|alert)\.[a-z_]+)`", GUIDE))

    assert named
    assert named <= known
