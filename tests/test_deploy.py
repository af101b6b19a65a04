"""The ready-made files and their how-to say only what the commands and settings know."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from typer.main import get_command

from deepdaily import cli  # noqa: F401 - the commands are there once it is imported
from deepdaily.cli.options import app
from deepdaily.settings import Settings
from deepdaily.settings.loading import described

HERE = Path(__file__).resolve().parent.parent
FILES = sorted((HERE / "deploy").iterdir())
GUIDE = (HERE / "docs/operate.md").read_text("utf-8")

CALL = re.compile(r"(?:\bdeepdaily |^ *command: \[\"(?:deepdaily\", \")?)((?:schedule )?[a-z][a-z-]*)(.*)", re.MULTILINE)


def calls(text: str) -> list[tuple[str, list[str]]]:
    """Every command of ours in `text`, with its options."""
    return [(name, re.findall(r"--[a-z-]+", rest.split("`")[0])) for name, rest in CALL.findall(text)]


@pytest.mark.parametrize("text", [*(file.read_text("utf-8") for file in FILES), GUIDE], ids=[*(f.name for f in FILES), "guide"])
def test_every_command_and_option_named_exists(text: str) -> None:
    for name, options in calls(text):
        command: Any = get_command(app)
        for word in name.split():
            assert word in command.commands
            command = command.commands[word]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(options) <= known, name


def test_an_unknown_command_or_option_would_be_seen() -> None:
    assert calls("then `deepdaily frobnicate` it") == [("frobnicate", [])]
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


def test_no_file_runs_a_trial_that_sends_and_tells_nothing() -> None:
    assert [file.name for file in FILES if "--out" in file.read_text("utf-8")] == []


def test_a_store_that_is_briefly_away_is_tried_again() -> None:
    unit = (HERE / "deploy/deepdaily.service").read_text("utf-8")

    assert "RestartPreventExitStatus" not in unit  # 2 is that too
    assert "StartLimitBurst=" in unit


def test_the_workflow_keeps_what_was_told_also_after_a_run_that_failed() -> None:
    steps = (HERE / "deploy/github-actions.yaml").read_text("utf-8").split("\n      - ")
    (saving,) = [step for step in steps if "actions/cache/save@" in step]
    (asked,) = [step for step in steps if "actions/cache/restore@" in step]

    assert "if: always()" in saving
    assert re.findall("(?:path|  key): .*", saving) == re.findall("(?:path|  key): .*", asked)


def step_of(workflow: str, told_by: str) -> str:
    """The shell lines of the workflow's step that has `told_by` in it."""
    (step,) = [one for one in workflow.split("\n      - ") if told_by in one]
    return dedent(re.split(r"\n        env:", step.split("run: |\n")[1])[0])


@pytest.mark.parametrize(
    ("ends", "tries", "status"), [([0], 1, 0), ([11, 0], 2, 0), ([11, 11, 11], 3, 0), ([30], 1, 1), ([11, 30], 2, 1)]
)
def test_the_workflow_tries_a_missing_channel_again_and_publishes_all_the_same(
    tmp_path: Path, ends: list[int], tries: int, status: int
) -> None:
    step = step_of((HERE / "deploy/github-actions.yaml").read_text("utf-8"), "--degraded-ok")
    for name, does in {"sleep": "exit 0", "deepdaily": 'echo x >> asked; exit $(sed -n "$(wc -l < asked)p" ends)'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "ends").write_text("".join(f"{one}\n" for one in ends))
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_OUTPUT": "told"}
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", step], cwd=tmp_path, env=env, check=False)

    assert done.returncode == status
    assert (tmp_path / "asked").read_text().count("x") == tries
    assert (tmp_path / "told").read_text() == f"status={ends[-1]}\n"


def test_every_file_that_runs_one_issue_tells_a_missing_channel_from_a_degraded_issue() -> None:
    texts = {file.name: file.read_text("utf-8") for file in FILES}

    assert "SuccessExitStatus=10\n" in texts["deepdaily.service"]
    assert "Restart=on-failure" in texts["deepdaily.service"]
    assert '"--degraded-ok"]' in texts["cronjob.yaml"]
    assert "/bin/sh" not in texts["cronjob.yaml"]  # a shell keeps SIGTERM to itself


@pytest.mark.parametrize("ignored", ["", "/deepdaily-data/\n"])
def test_the_workflow_adds_the_editions_wherever_they_are_and_not_the_store(tmp_path: Path, ignored: str) -> None:
    add = "".join(re.findall(r"^ +(?:echo /|git add ).*\n", (HERE / "deploy/github-actions.yaml").read_text("utf-8"), re.M))
    (tmp_path / ".gitignore").write_text(ignored, "utf-8")
    for name in ("content/posts/a.md", "deepdaily-data/deepdaily.db"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("x", "utf-8")
    script = f"git init -q\n{add}git diff --cached --name-only"
    done = subprocess.run(["bash", "-ec", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == (".gitignore\ncontent/posts/a.md\n", "")


def test_the_image_is_built_from_what_the_package_needs_and_nothing_else() -> None:
    lines = (HERE / ".dockerignore").read_text("utf-8").splitlines()
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    let_in = {line[1:] for line in lines if line.startswith("!")}

    assert "*" in lines
    assert let_in == {"src", "pyproject.toml", "deploy/requirements.lock", project["readme"], *project["license-files"]}
