"""The settings an agent needs, in its own format."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from webs import BIN, deepdaily


@pytest.mark.parametrize(("client", "table"), [("claude", "mcpServers"), ("cursor", "mcpServers"), ("gemini", "mcpServers"), ("vscode", "servers"), ("codex", "mcp_servers")])  # fmt: skip
def test_the_snippet_starts_this_installation_from_any_folder(tmp_path: Path, client: str, table: str) -> None:
    (tmp_path / "deepdaily.toml").write_text('[digest]\nlanguage = "en"\n')
    done = deepdaily("mcp", "config", "--client", client, cwd=tmp_path)
    entry = (tomllib if client == "codex" else json).loads(done.stdout)[table]["deepdaily"]

    assert entry["command"] == str(BIN)
    assert entry["args"] == [
        "mcp", "--settings", str(tmp_path / "deepdaily.toml"), "--data", str(tmp_path / "deepdaily-data"),
    ]  # fmt: skip
    assert "belongs into" in done.stderr


def test_an_unknown_client_is_named_with_the_known_ones(tmp_path: Path) -> None:
    done = deepdaily("mcp", "config", "--client", "emacs", cwd=tmp_path)

    assert done.returncode == 2
    assert "known: claude, codex, cursor, vscode, gemini" in done.stderr
