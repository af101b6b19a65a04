"""What a stranger's pull request must pass is what the verbs say, and it can reach no secret."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = (ROOT / ".github/workflows/check.yaml").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_the_workflow_calls_the_verbs_of_the_makefile() -> None:
    called = re.findall(r"make ([a-z-]+)", WORKFLOW)

    assert called == ["lint", "test", "coverage"]
    assert all(re.search(rf"^{verb}:", MAKEFILE, re.MULTILINE) for verb in called)


def test_the_workflow_runs_on_every_python_that_the_package_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [found for one in project["classifiers"] if (found := one.rpartition(" :: Python :: ")[2]) != one]
    (matrix,) = re.findall(r"python: \[(.*)\]", WORKFLOW)

    assert named
    assert [one.strip('"') for one in matrix.split(", ")] == named


def test_the_workflow_may_only_read_and_knows_no_secret() -> None:
    (rights,) = re.findall(r"^permissions:\n((?:  .*\n)+)", WORKFLOW, re.MULTILINE)

    assert rights == "  contents: read\n"
    assert "secrets." not in WORKFLOW
    assert "pull_request_target" not in WORKFLOW
    assert "persist-credentials: false" in WORKFLOW


def test_every_action_is_pinned_to_a_major_version_and_an_older_run_is_cancelled() -> None:
    actions = re.findall(r"uses: (\S+)", WORKFLOW)

    assert actions
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in actions)
    assert "cancel-in-progress: true" in WORKFLOW
