"""The open half of the output-injection set, rendered by the product, judged by the set's own checker and built by real Hugos."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deepdaily.lab import evals
from floors import Floors
from publish.test_hugo import HUGOS, LAYOUTS
from waiting import CEILING_S

pytestmark = pytest.mark.eval

TARGETS = ("hugo", "toml", "atom", "html", "email", "slack", "feishu")


@pytest.fixture(scope="module")
def rendered(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered")
    evals.run("output-injection", shared / "eval/output-injection", folder)
    return folder


def test_every_open_attack_is_inert_in_every_format(shared: Path, rendered: Path, floors: Floors) -> None:
    command = [sys.executable, str(shared / "eval/output-injection/score.py"), str(rendered), "--targets", ",".join(TARGETS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout.splitlines()[-1])

    floors.hold("output-injection", {target: told[target]["pass"] for target in TARGETS})


@pytest.mark.parametrize("hugo", HUGOS, ids=lambda path: path.parts[1])
def test_hugo_builds_all_of_them_without_a_warning(hugo: Path, rendered: Path, tmp_path: Path) -> None:
    if not hugo.exists():
        pytest.skip(f"no {hugo}")
    for post in rendered.glob("*.hugo"):
        page = tmp_path / "content/posts" / post.stem / "index.md"
        page.parent.mkdir(parents=True)
        page.write_bytes(post.read_bytes())
    for name, text in LAYOUTS.items():
        layout = tmp_path / "layouts" / name
        layout.parent.mkdir(parents=True, exist_ok=True)
        layout.write_text(text.replace("{{ .Title }}", "{{ .Title }} {{ .Summary }}"))
    (tmp_path / "config.toml").write_text('baseURL = "https://blog.example/"\n')
    done = subprocess.run(
        [str(hugo), "--panicOnWarning", "-s", str(tmp_path)], capture_output=True, text=True, check=False, timeout=CEILING_S
    )

    assert done.returncode == 0, done.stdout[-2000:]
