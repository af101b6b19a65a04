"""`make` says at once what this machine lacks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from webs import ROOT, environment

OLD = 'case "$*" in *version_info*) exit 1;; --version) echo "Python 3.10.13";; *) echo "it was asked more: $*" >&2; exit 9;; esac'
NO_VENV = 'case "$*" in *version_info*) exit 0;; *ensurepip*) exit 1;; *) echo "it was asked more: $*" >&2; exit 9;; esac'


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (OLD, "deepdaily needs Python 3.11 or newer; ./python is Python 3.10.13. Name another: make daily PYTHON=python3.12"),
        (NO_VENV, "./python has no venv with pip. On Debian and Ubuntu: sudo apt install python3-venv"),
    ],
)
def test_an_old_python_and_one_without_venv_are_named_before_anything_is_fetched(tmp_path: Path, python: str, said: str) -> None:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "python").write_text(f"#!/bin/sh\n{python}\n")
    (tmp_path / "python").chmod(0o755)

    done = subprocess.run(
        ["make", "daily", "PYTHON=./python"], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == said
    assert "it was asked more" not in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_clean_leaves_issues_and_their_proof(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in (".venv", "deepdaily-out", "deepdaily-data", "deepdaily-demo"):
        (tmp_path / name).mkdir()

    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["Makefile", "deepdaily-data", "deepdaily-out"]
