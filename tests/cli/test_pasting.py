"""What a person is told to type can be typed as it stands: every printed command is run through a shell."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from deepdaily.cli.pasting import given, hint, pasteable
from webs import BIN, Done, deepdaily, environment

WITHOUT = {"PATH": "/usr/bin:/bin"}
"""Where `deepdaily` is not found."""

SAMPLE = environment(DEEPDAILY_WEB="sample", **WITHOUT)
NOW = ("--now", "2026-03-12T07:30:00+08:00")


def commands_of(done: Done) -> list[str]:
    """Every command of ours that was printed: behind a colon or in backticks."""
    told = done.stdout + done.stderr
    return [*re.findall(r"^\w+: +(\S*deepdaily .*)$", told, re.M), *re.findall(r"`(\S*deepdaily [^`]*)`", told)]


def typed(command: str, cwd: Path) -> int:
    """Its exit status from a shell. `init` asks on a terminal alone; what fetches a model is left out."""
    if "translate pull" in command:
        return 0
    more = " --yes" if " init" in command else ""
    return subprocess.run(["sh", "-c", command + more], cwd=cwd, env=SAMPLE, capture_output=True, check=False).returncode


def test_every_command_that_the_sample_day_prints_can_be_pasted(tmp_path: Path) -> None:
    done = deepdaily("demo", cwd=tmp_path, env=SAMPLE)
    printed = [one for one in commands_of(done) if " run" not in one]  # of the clock's day, which no sample web has

    assert done.returncode == 0
    assert len(printed) >= 3
    assert [(one, typed(one, tmp_path)) for one in printed] == [(one, 0) for one in printed]


def test_every_command_that_a_run_prints_can_be_pasted_whatever_its_places(tmp_path: Path) -> None:
    (tmp_path / "my own.toml").write_text('[digest]\nlanguage = "en"\n')
    places = ["--settings", "my own.toml", "--data", "the data", "--out=the out"]
    done = deepdaily("run", *places, *NOW, cwd=tmp_path, env=SAMPLE)
    again = deepdaily("run", *places, *NOW, cwd=tmp_path, env=SAMPLE)
    printed = [*commands_of(done), *commands_of(again)]

    assert done.returncode in (0, 10), done.stderr
    assert len(printed) >= 4
    assert all(str(BIN) in one for one in printed)
    assert any("--data 'the data' --out 'the out'" in one for one in printed)
    asked = [one.replace("init --again", "init --again --language en") for one in printed]
    assert [(one, typed(one, tmp_path)) for one in asked] == [(one, 0) for one in asked]


@pytest.mark.parametrize(
    ("argv", "places"),
    [
        (["deepdaily", "run", "--data", "d", "--out=o"], {"--data": "d", "--out": "o"}),
        (["deepdaily", "run", "--data"], {}),
        (["deepdaily", "export", "--out", "copy", "--data", "d"], {"--data": "d"}),
    ],
)
def test_the_places_of_a_command_are_read_from_its_line(argv: list[str], places: dict[str, str]) -> None:
    assert given(argv) == places


def test_a_hint_has_only_options_that_its_command_knows() -> None:
    places = {"--settings": "s.toml", "--data": "my data", "--out": "o"}

    assert hint("verify 2026-02-11", places).endswith(" verify 2026-02-11 --settings s.toml --data 'my data' --out o")
    assert hint("init --again", places).endswith(" init --again --settings s.toml")
    assert hint("schedule install", places).endswith(" schedule install --settings s.toml --data 'my data'")
    assert hint("verify --data mine", {"--data": "d"}).endswith(" verify --data mine")
    assert pasteable("see `hugo` and `deepdaily.toml`") == "see `hugo` and `deepdaily.toml`"
