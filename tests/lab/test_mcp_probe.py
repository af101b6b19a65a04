"""Verdicts on servers with, with empty, without and with failing resources, and on dead ones."""

from __future__ import annotations

import json
import shlex
import socket
import sys
from pathlib import Path

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.lab.mcp_probe import probe
from waiting import CEILING_S
from webs import BIN, deepdaily

PLENTY_S = CEILING_S

SERVER = """
import os, sys
import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR, ListResourcesResult, ListToolsResult, ReadResourceResult, Resource, TextResourceContents, Tool,
)

kind = sys.argv[1]

async def tools(context, params):
    if kind == "toolless":
        raise MCPError(INTERNAL_ERROR, "no tools today")
    return ListToolsResult(tools=[Tool(name="look", input_schema={"type": "object"})])

async def resources(context, params):
    if kind == "failing":
        raise MCPError(INTERNAL_ERROR, "the disk is gone")
    if kind == "dying":
        os._exit(3)
    listed = [] if kind == "empty" else [Resource(uri="x://a", name="a")]
    return ListResourcesResult(resources=listed)

async def read(context, params):
    if kind == "unreadable":
        raise MCPError(INTERNAL_ERROR, "cannot be read")
    return ReadResourceResult(contents=[TextResourceContents(uri="x://a", text="a")])

more = {} if kind == "without" else {"on_list_resources": resources, "on_read_resource": read}
server = Server(name="small", version="1", on_list_tools=tools, **more)

async def main():
    async with stdio_server() as (receiving, sending):
        await server.run(receiving, sending, server.create_initialization_options())

anyio.run(main)
"""


def small_server(folder: Path, kind: str) -> str:
    script = folder / "server.py"
    script.write_text(SERVER)
    return shlex.join([sys.executable, str(script), kind])


@pytest.mark.parametrize(
    ("kind", "verdict", "trouble"),
    [
        ("with", "ok", ""),
        ("empty", "ok: tools only", ""),
        ("without", "ok: tools only", ""),
        ("failing", "resources failing", "the disk is gone"),
        ("unreadable", "resources failing", "cannot be read"),
        ("dying", "resources failing", "Connection closed"),
    ],
)
async def test_a_server_whose_tools_answer_is_available(tmp_path: Path, kind: str, verdict: str, trouble: str) -> None:
    """openai/codex issue 11264: an empty or missing list of resources was taken for an outage."""
    probed = await probe(small_server(tmp_path, kind), PLENTY_S)

    assert (probed.verdict, probed.available, probed.tools) == (verdict, True, 1)
    assert trouble in probed.trouble
    assert bool(trouble) == bool(probed.trouble)


async def test_a_server_without_tools_list_is_unavailable(tmp_path: Path) -> None:
    probed = await probe(small_server(tmp_path, "toolless"), PLENTY_S)

    assert (probed.verdict, probed.available) == ("unavailable", False)
    assert "no tools today" in probed.trouble


@pytest.mark.parametrize("command", ["/no/such/command", "false", "cat"])
async def test_a_command_that_is_no_server_is_unavailable(command: str) -> None:
    probed = await probe(command, PLENTY_S)

    assert probed.verdict == "unavailable"
    assert probed.trouble


async def test_a_port_where_nobody_listens_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    probed = await probe(f"http://127.0.0.1:{port}/mcp", PLENTY_S)

    assert probed.verdict == "unavailable"
    assert probed.trouble


async def test_a_server_that_says_nothing_is_given_up_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:  # takes connections, answers none
        probed = await probe(f"http://127.0.0.1:{listening.getsockname()[1]}/mcp", 0.2)

    assert (probed.verdict, probed.trouble) == ("unavailable", "no answer within 0.2 s")


@pytest.mark.parametrize("target", ["", "server 'unclosed"])
async def test_what_is_no_target_is_bad_usage(target: str) -> None:
    with pytest.raises(SettingsError):
        await probe(target, PLENTY_S)


def test_the_command_probes_our_own_server_and_its_exit_status_tells(tmp_path: Path) -> None:
    server = shlex.join([str(BIN), "mcp", "--data", str(tmp_path)])
    well = deepdaily("mcp", "probe", server, "--json", "--deadline", str(PLENTY_S), cwd=tmp_path)
    dead = deepdaily("mcp", "probe", "false", cwd=tmp_path)
    told = json.loads(well.stdout)

    assert (well.returncode, told["verdict"], told["tools"], told["available"]) == (0, "ok", 7, True)
    assert (dead.returncode, dead.stdout.startswith("unavailable: ")) == (1, True)
