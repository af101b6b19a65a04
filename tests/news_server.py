"""A little MCP server of news, over stdio or, with a port, over HTTP; what it does is the tool that is called."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, ResourceLink, TextContent

ENTRY = {
    "url": "https://lab.example/one",
    "title": "Heron 2 is out",
    "published_at": "2026-02-10",
    "summary": "It is twice as fast.",
}

server: MCPServer[Any] = MCPServer("news")


@server.resource("news://today")
def today() -> str:
    return json.dumps([ENTRY])


@server.resource("news://{day}/all")
def of_day(day: str) -> str:
    return f"# {day}\n\n- [Heron 2 is out](https://lab.example/one): It is twice as fast."


@server.tool()
def listed(since: str = "") -> dict[str, Any]:
    return {"results": [ENTRY | {"title": f"Heron 2 is out since {since}"} if since else ENTRY]}


@server.tool()
def written() -> str:
    return "- [Heron 2 is out](https://lab.example/one): It is twice as fast."


@server.tool()
def pointing() -> CallToolResult:
    link = ResourceLink(uri="https://lab.example/one", name="one", title="Heron 2 is out", description="It is twice as fast.")
    return CallToolResult(content=[TextContent(text="It was a quiet day."), link])


@server.tool()
def seen() -> dict[str, Any]:
    return {"results": [ENTRY | {"title": " ".join(sorted(os.environ))}]}


@server.tool()
def nothing() -> dict[str, Any]:
    return {"results": []}


@server.tool()
def silent() -> CallToolResult:
    return CallToolResult(content=[])


@server.tool()
def chatting() -> str:
    return "It was a quiet day."


@server.tool()
def hurried() -> str:
    raise ToolError("HTTP 429: too many requests")


@server.tool()
def locked() -> str:
    raise ToolError(f"401 unauthorized, the key is {os.environ.get('NEWS_API_KEY', '')}")


@server.tool()
def failing() -> str:
    raise ToolError("the archive is being mended")


@server.tool()
def huge() -> str:
    return "x" * 30_000_000


@server.tool()
async def hanging() -> str:
    import anyio

    await anyio.sleep_forever()
    return ""


@server.tool()
def dying() -> str:
    os.write(2, b"the disk is gone\n")
    os._exit(3)


@server.tool()
def leaving(place: str) -> dict[str, Any]:
    """Start something that would outlive the server, and say what."""
    left = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(place, "w") as file:
        file.write(str(left.pid))
    return {"results": [ENTRY]}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
    else:
        server.run("stdio")
