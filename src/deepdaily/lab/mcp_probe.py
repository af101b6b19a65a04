"""Is an MCP server alive? Its tools decide; resources are judged apart, for most servers have none.

Clients took a missing `resources/list` for an outage (openai/codex issue 11264); it is none.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import anyio
import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from mcp_types import METHOD_NOT_FOUND

from deepdaily.core.errors import SettingsError

Availability = Literal["ok", "ok: tools only", "resources failing", "unavailable"]


@dataclass(slots=True)
class Probed:
    """What one server answered. None: it did not answer that."""

    target: str
    server: str = ""
    protocol: str = ""
    tools: int | None = None
    """On the first page, as are the others."""
    resources: int | None = None
    templates: int | None = None
    trouble: str = ""
    """Why the verdict is not `ok`; empty where it is."""

    @property
    def verdict(self) -> Availability:
        if self.tools is None:
            return "unavailable"
        if self.trouble:
            return "resources failing"
        return "ok" if self.resources or self.templates else "ok: tools only"

    @property
    def available(self) -> bool:
        return self.tools is not None


async def probe(target: str, deadline_s: float) -> Probed:
    """Ask the server at `target`, an http(s) address or a command line, for its tools, then for its resources.

    A command gets this process's environment, and up to 7 s beyond the deadline to end before it is killed.

    Raises:
        SettingsError: `target` is neither.
    """
    probed = Probed(target)
    server, trouble = _transport(target), ""
    try:
        with anyio.fail_after(deadline_s):
            async with Client(server, cache=None) as client:
                await _asked(client, probed)
    except* TimeoutError:
        trouble = f"no answer within {deadline_s:g} s"
    except* (MCPError, OSError, ValueError, httpx2.HTTPError, httpx2.InvalidURL) as group:
        trouble = _said(group)
    if probed.resources is None:  # else it only ended badly: everything was answered
        probed.trouble = probed.trouble or trouble
    return probed


def _transport(target: str) -> Any:
    if target.startswith(("http://", "https://")):
        return target
    try:
        words = shlex.split(target)
    except ValueError as error:
        raise SettingsError(f"{target!r} is no command line: {error}", "close its quotation marks") from error
    if not words:
        raise SettingsError("there is nothing to probe", "name an http(s) address, or a command line in quotes")
    started = StdioServerParameters(command=words[0], args=words[1:], env=dict(os.environ))
    return stdio_client(started, errlog=sys.stderr)


async def _asked(client: Client, probed: Probed) -> None:
    """Fill in `probed`; what is not answered stays None."""
    named = client.server_info
    probed.server = f"{named.name} {named.version}".strip() if named else ""
    probed.protocol = client.protocol_version
    probed.tools = len((await client.list_tools()).tools)
    if client.server_capabilities.resources is None:
        probed.resources = probed.templates = 0
        return
    try:
        listed = await _unless_unknown(client.list_resources())
        templates = await _unless_unknown(client.list_resource_templates())
        if listed and listed.resources:  # a list that cannot be read is no use to anyone
            await client.read_resource(listed.resources[0].uri)
    except MCPError as error:
        probed.trouble = f"resources: {error}"
        return
    probed.resources = len(listed.resources) if listed else 0
    probed.templates = len(templates.resource_templates) if templates else 0


T = TypeVar("T")


async def _unless_unknown(question: Awaitable[T]) -> T | None:
    """Its answer; None from a server that does not know the method."""
    try:
        return await question
    except MCPError as error:
        if error.code == METHOD_NOT_FOUND:
            return None
        raise


def _said(group: BaseExceptionGroup[BaseException]) -> str:
    """The first thing that went wrong, in words."""
    first = group.exceptions[0]
    if isinstance(first, BaseExceptionGroup):
        return _said(first)
    return str(first) or type(first).__name__
