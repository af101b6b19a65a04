"""The settings an agent needs, in its own format."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from deepdaily.serve.mcp.clients import GIVE_IT, Agent, own_variables, snippet
from webs import BIN, deepdaily, environment

JSON_TABLES = {
    "claude": "mcpServers", "cursor": "mcpServers", "gemini": "mcpServers", "qwen": "mcpServers", "cherry": "mcpServers",
    "cline": "mcpServers", "copilot": "mcpServers", "lmstudio": "mcpServers", "roo": "mcpServers", "windsurf": "mcpServers",
    "vscode": "servers", "zed": "context_servers",
}  # fmt: skip
COMMAND = ["/opt/daily/bin/deepdaily", "mcp", "--data", '/srv/日报 "a"']


@pytest.mark.parametrize(("client", "table"), [("claude", "mcpServers"), ("vscode", "servers"), ("codex", "mcp_servers")])
def test_the_snippet_starts_this_installation_from_any_folder(tmp_path: Path, client: str, table: str) -> None:
    (tmp_path / "deepdaily.toml").write_text('[digest]\nlanguage = "en"\n')
    done = deepdaily("mcp", "config", "--client", client, cwd=tmp_path)
    entry = (tomllib if client == "codex" else json).loads(done.stdout)[table]["deepdaily"]

    assert entry["command"] == str(BIN)
    assert entry["args"] == [
        "mcp", "--settings", str(tmp_path / "deepdaily.toml"), "--data", str(tmp_path / "deepdaily-data"),
    ]  # fmt: skip
    assert "belongs into" in done.stderr


@pytest.mark.parametrize(("client", "table"), JSON_TABLES.items())
def test_each_client_has_its_own_table_with_command_arguments_and_variables(client: str, table: str) -> None:
    entry = json.loads(snippet(Agent(client), COMMAND, {"DEEPDAILY_DIGEST__NAME": "news"}))[table]["deepdaily"]

    assert (entry["command"], entry["args"], entry["env"]) == (COMMAND[0], COMMAND[1:], {"DEEPDAILY_DIGEST__NAME": "news"})


def test_opencode_takes_the_command_as_one_list() -> None:
    entry = json.loads(snippet(Agent.OPENCODE, COMMAND, {"A": "b"}))["mcp"]["deepdaily"]

    assert (entry["type"], entry["command"], entry["environment"]) == ("local", COMMAND, {"A": "b"})


def of_yaml(text: str) -> list[str]:
    """The lines of block YAML without their indent; its strings are JSON's."""
    return [line.strip() for line in text.splitlines()]


def test_continue_and_goose_read_yaml_whose_strings_are_quoted() -> None:
    quoted: Any = json.dumps(COMMAND[3], ensure_ascii=False)
    for client, named, variables in (("continue", "command", "env:"), ("goose", "cmd", "envs:")):
        lines = of_yaml(snippet(Agent(client), COMMAND, {"A": "b: c"}))
        assert f'{named}: "{COMMAND[0]}"' in lines
        assert f"- {quoted}" in lines
        assert lines[lines.index(variables) + 1] == 'A: "b: c"'
        assert variables not in of_yaml(snippet(Agent(client), COMMAND))


def test_settings_of_the_environment_go_with_it_and_secrets_by_their_names_alone(tmp_path: Path) -> None:
    given = {
        "DEEPDAILY_STORE__URL": "postgresql+psycopg://me:hidden@db.example.com/news",
        "DEEPDAILY_SEARCH__KEY": "hidden",
        "DEEPDAILY_DIGEST__NAME": "news",
    }
    done = deepdaily("mcp", "config", "--client", "claude", cwd=tmp_path, env=environment(**given))
    env = json.loads(done.stdout)["mcpServers"]["deepdaily"]["env"]

    assert env["DEEPDAILY_STORE__URL"] == f"postgresql+psycopg://me:{GIVE_IT}@db.example.com/news"
    assert (env["DEEPDAILY_SEARCH__KEY"], env["DEEPDAILY_DIGEST__NAME"]) == (GIVE_IT, "news")
    assert "hidden" not in done.stdout + done.stderr
    assert "DEEPDAILY_SEARCH__KEY, DEEPDAILY_STORE__URL" in done.stderr


def test_an_address_without_a_password_is_no_secret() -> None:
    url = "postgresql+psycopg://me@db.example.com/news"

    assert own_variables({"DEEPDAILY_STORE__URL": url, "HOME": "/root"}) == ({"DEEPDAILY_STORE__URL": url}, [])


def test_an_unknown_client_is_named_with_the_known_ones(tmp_path: Path) -> None:
    done = deepdaily("mcp", "config", "--client", "emacs", cwd=tmp_path)

    assert done.returncode == 2
    assert "known: claude, codex, cursor, vscode, gemini" in done.stderr
