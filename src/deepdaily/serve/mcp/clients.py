"""What an agent's own settings need to start this installation's MCP server."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import tomli_w

from deepdaily.core.errors import SettingsError


class Agent(StrEnum):
    """The agents whose settings we know how to write."""

    CLAUDE = "claude"
    CODEX = "codex"
    CURSOR = "cursor"
    VSCODE = "vscode"
    GEMINI = "gemini"


PLACES = {
    Agent.CLAUDE: ".mcp.json in the project, or claude_desktop_config.json",
    Agent.CODEX: "~/.codex/config.toml",
    Agent.CURSOR: "~/.cursor/mcp.json, or .cursor/mcp.json in the project",
    Agent.VSCODE: ".vscode/mcp.json in the project",
    Agent.GEMINI: "~/.gemini/settings.json",
}
"""Where each agent reads it."""


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


def snippet(agent: Agent, command: Sequence[str]) -> str:
    """The settings that start `command`, in the agent's own format, without a final newline."""
    starts = {"command": command[0], "args": list(command[1:])}
    if agent is Agent.CODEX:
        return tomli_w.dumps({"mcp_servers": {"deepdaily": starts}}).rstrip()
    if agent is Agent.VSCODE:
        return json.dumps({"servers": {"deepdaily": {"type": "stdio", **starts}}}, ensure_ascii=False, indent=2)
    return json.dumps({"mcpServers": {"deepdaily": starts}}, ensure_ascii=False, indent=2)
