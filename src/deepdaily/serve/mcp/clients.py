"""What an agent's own settings need to start this installation's MCP server."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import tomli_w

from deepdaily.core.errors import SettingsError

PREFIX = "DEEPDAILY_"
"""What the names of variables that stand for settings begin with; a table and its key stand behind it, with `__` between."""

GIVE_IT = "TO-BE-GIVEN"
"""Stands where a secret belongs, which no settings file of ours writes down."""

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|WEBHOOK|CREDENTIAL|AUTH", re.IGNORECASE)
_WITH_PASSWORD = re.compile(r"(://[^/@]*?:).*(@)", re.DOTALL)


class Agent(StrEnum):
    """The agents whose settings we know how to write."""

    CLAUDE = "claude"
    CODEX = "codex"
    CURSOR = "cursor"
    VSCODE = "vscode"
    GEMINI = "gemini"
    QWEN = "qwen"
    CHERRY = "cherry"
    CLINE = "cline"
    CONTINUE = "continue"
    COPILOT = "copilot"
    GOOSE = "goose"
    LMSTUDIO = "lmstudio"
    OPENCODE = "opencode"
    ROO = "roo"
    WINDSURF = "windsurf"
    ZED = "zed"


@dataclass(frozen=True, slots=True)
class Started:
    """How an agent starts the server."""

    command: str
    args: tuple[str, ...]
    env: Mapping[str, str]

    def entry(self, **more: Any) -> dict[str, Any]:
        """As most agents write it."""
        return {**more, "command": self.command, "args": list(self.args)} | ({"env": dict(self.env)} if self.env else {})


def _as_json(table: str, **more: Any) -> Callable[[Started], str]:
    def written(one: Started) -> str:
        return json.dumps({table: {"deepdaily": one.entry(**more)}}, ensure_ascii=False, indent=2)

    return written


def _codex(one: Started) -> str:
    return tomli_w.dumps({"mcp_servers": {"deepdaily": one.entry()}}).rstrip()


def _opencode(one: Started) -> str:
    entry = {"type": "local", "command": [one.command, *one.args], "enabled": True}
    entry |= {"environment": dict(one.env)} if one.env else {}
    return json.dumps({"mcp": {"deepdaily": entry}}, ensure_ascii=False, indent=2)


def _continue(one: Started) -> str:
    head = ["name: deepdaily", "version: 0.0.1", "schema: v1", "mcpServers:", "  - name: deepdaily"]
    return "\n".join([*head, *_yaml({"command": one.command, "args": one.args, "env": one.env}, "    ")])


def _goose(one: Started) -> str:
    entry = {"name": "deepdaily", "type": "stdio", "enabled": True, "cmd": one.command, "args": one.args, "envs": one.env}
    return "\n".join(["extensions:", "  deepdaily:", *_yaml({**entry, "timeout": 300}, "    ")])


def _yaml(table: Mapping[str, Any], indent: str) -> list[str]:
    """Block YAML; a JSON string is a YAML string."""
    lines = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{name}:", *_yaml(value, indent + "  ")] if value else []
        elif isinstance(value, tuple):
            lines += [f"{indent}{name}:", *(f"{indent}  - {json.dumps(one, ensure_ascii=False)}" for one in value)]
        else:
            lines.append(f"{indent}{name}: {json.dumps(value, ensure_ascii=False)}")
    return lines


_USUAL = _as_json("mcpServers")

FORMS: Mapping[Agent, tuple[Callable[[Started], str], str]] = {
    Agent.CLAUDE: (_USUAL, ".mcp.json in the project, or claude_desktop_config.json"),
    Agent.CODEX: (_codex, "~/.codex/config.toml"),
    Agent.CURSOR: (_USUAL, "~/.cursor/mcp.json, or .cursor/mcp.json in the project"),
    Agent.VSCODE: (_as_json("servers", type="stdio"), ".vscode/mcp.json in the project"),
    Agent.GEMINI: (_USUAL, "~/.gemini/settings.json"),
    Agent.QWEN: (_USUAL, "~/.qwen/settings.json"),
    Agent.CHERRY: (_as_json("mcpServers", name="deepdaily", type="stdio"), "Settings, MCP Servers, Import from JSON"),
    Agent.CLINE: (_USUAL, "cline_mcp_settings.json (MCP Servers, Configure)"),
    Agent.CONTINUE: (_continue, ".continue/mcpServers/deepdaily.yaml in the project"),
    Agent.COPILOT: (_as_json("mcpServers", type="local", tools=["*"]), "~/.copilot/mcp-config.json"),
    Agent.GOOSE: (_goose, "~/.config/goose/config.yaml"),
    Agent.LMSTUDIO: (_USUAL, "~/.lmstudio/mcp.json (Program, Install, Edit mcp.json)"),
    Agent.OPENCODE: (_opencode, "opencode.json in the project, or ~/.config/opencode/opencode.json"),
    Agent.ROO: (_USUAL, ".roo/mcp.json in the project"),
    Agent.WINDSURF: (_USUAL, "~/.codeium/windsurf/mcp_config.json"),
    Agent.ZED: (_as_json("context_servers", source="custom"), "~/.config/zed/settings.json"),
}
"""How each agent writes it, and where it reads it."""


def agent_named(name: str) -> Agent:
    """Raises SettingsError for one whose settings we do not know."""
    try:
        return Agent(name)
    except ValueError:
        raise SettingsError(f"unknown client {name!r}", f"known: {', '.join(Agent)}") from None


def own_command() -> list[str]:
    """The absolute command of this installation: agents start it from folders and with paths of their own."""
    beside = Path(sys.executable).with_name("deepdaily")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "deepdaily"]


def own_variables(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The settings among the variables, for an agent starts programs with few of them; and the names of those to be given by hand.

    In the place of a secret, and of a password in an address, stands GIVE_IT.
    """
    found, secret = {}, []
    for name, value in sorted(environ.items()):
        if not (name.startswith(PREFIX) and "__" in name):
            continue
        hidden = GIVE_IT if _SECRET.search(name) else _WITH_PASSWORD.sub(rf"\g<1>{GIVE_IT}\g<2>", value)
        found[name] = hidden
        secret += [name] if hidden != value else []
    return found, secret


def snippet(agent: Agent, command: Sequence[str], env: Mapping[str, str] | None = None) -> str:
    """The settings that start `command` with `env`, in the agent's own format, without a final newline."""
    return FORMS[agent][0](Started(command[0], tuple(command[1:]), env or {}))
