"""The open half of the output-injection set, rendered by the product and judged by the set's own checker."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from deepdaily.core.types import Claim, Issue, Item, Section
from deepdaily.render.html import page
from deepdaily.render.markdown import post
from deepdaily.render.syndication import atom
from render import issues


def issue_with(field: str, value: str) -> Issue:
    """One item whose title, text, link, tag or source name is the attack."""
    source = replace(
        issues.document("https://good.example/plain", "Plain title", "Plain summary"), url="https://good.example/plain"
    )
    proof = issues.proof(source, "Plain")
    item = Item(
        story="s-plain",
        title=Claim(value if field == "title" else "Plain title", (proof,)),
        sections=(Section("what", (Claim(value if field == "summary" else "Plain summary", (proof,)),)),),
        sources=(
            replace(
                issues.cited(source),
                url=value if field == "link" else source.url,
                host=value if field == "author" else "good.example",
            ),
        ),
        byline=value if field == "author" else "",
    )
    made = issues.issue(item)
    draft = replace(made.draft, title=value if field == "title" else "Plain title")
    closing = replace(
        made.closing,
        summary=value if field == "summary" else "Plain summary",
        tags=(value,) if field == "tag" else ("AI",),
        trends=(),
        watchlist=(),
    )
    return replace(made, draft=draft, closing=closing)


def test_every_open_attack_is_inert_in_every_format(shared: Path, tmp_path: Path) -> None:
    checker = shared / "eval" / "output-injection" / "score.py"
    if not checker.exists():
        pytest.skip("no output-injection set")
    (tmp_path / "baseline.html").write_text(page(issue_with("", ""), {}))
    for line in (checker.parent / "cases.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        made = issue_with(case["field"], case["value"])
        (tmp_path / f"{case['id']}.hugo").write_text(post(made), "utf-8")
        (tmp_path / f"{case['id']}.toml").write_text("+++\n" + post(made).split("+++\n")[1] + "+++\n", "utf-8")
        (tmp_path / f"{case['id']}.atom").write_bytes(atom([made], title="t"))
        (tmp_path / f"{case['id']}.html").write_text(page(made, {}), "utf-8")

    command = [sys.executable, str(checker), str(tmp_path), "--targets", "hugo,toml,atom,html"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
