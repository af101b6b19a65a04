"""The hostile set: our own small one shows what is measured, the open one holds the floor."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import errands
from deepdaily.lab import evals
from floors import Floors

SERVER = """
import json, socket
listening = socket.create_server(("127.0.0.1", 0))
print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
log = []
FEED = "<rss version='2.0'><channel><item><title>Kept</title><link>https://news.example/1</link></item>"
while True:
    asked, _ = listening.accept()
    head = asked.recv(65536).decode("latin-1")
    path = head.split(" ")[1]
    said = "\\n".join(map(json.dumps, log)) if path == "/__log" else FEED + ("<item><title>Sec" if "cut" in path else "</channel></rss>")
    if path != "/__log":
        log.append({"path": path, "head": head})
    asked.sendall(f"HTTP/1.1 200 OK\\r\\nContent-Length: {len(said)}\\r\\nConnection: close\\r\\n\\r\\n{said}".encode())
    asked.close()
"""
"""A set's server: a feed for every case, and what it was asked."""


def found(folder: Path, cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows for cases of ours, without what was expected of them."""
    rows = [{"id": f"c-{place}", "expected": {}, **case} for place, case in enumerate(cases)]
    (folder / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "server.py").write_text(SERVER)
    evals.run("hostile", folder, folder / "found.jsonl")
    return [json.loads(line) for line in (folder / "found.jsonl").read_text().splitlines()]


def test_addresses_and_names_are_judged_by_the_guard_and_nothing_leaves_the_machine(tmp_path: Path) -> None:
    urls = ["ftp://news.example/", "http://10.1.2.3/", "https://news.example:0/", "http://news.example:25/", "http://news.example/"]
    names: list[dict[str, Any]] = [
        {"inside.example": [["192.168.7.7"]]},
        {"turns.example": [["8.8.8.8"], ["10.0.0.7"]]},
        {"late.example": ["SERVFAIL", ["8.8.8.8"]]},
        {"never.example": ["NXDOMAIN"]},
    ]
    cases: list[dict[str, Any]] = [{"kind": "url", "input": {"url": url}} for url in urls]
    cases += [{"kind": "dns", "input": {"url": f"http://{next(iter(one))}/", "resolver": one}} for one in names]

    rows = found(tmp_path, cases)

    refused, told = rows[:4], rows[4:]
    assert [row["error"] for row in refused] == ["bad_scheme", "blocked_address", "bad_url", "blocked_port"]
    assert {row["outcome"] for row in refused} == {"refused"}
    assert [(row["outcome"], row["error"]) for row in told] == [
        ("ok", ""), ("refused", "blocked_address"), ("ok", ""), ("ok", ""), ("error", "dns"),
    ]  # fmt: skip
    assert [row["connected"] for row in told] == [[], [], ["8.8.8.8:80"], ["8.8.8.8:80"], []]
    assert all(row["seconds"] >= 0 and row["rss_growth_mb"] >= 0 for row in rows)


def test_answers_are_read_as_a_source_reads_them_and_each_request_is_counted(tmp_path: Path) -> None:
    cases = [{"id": name, "kind": kind, "input": {}} for name, kind in (("whole", "feed"), ("cut", "feed"), ("robots", "http"))]
    cases.append({"id": "poll", "kind": "feed", "input": {"body": {"text": "{RANDOM}"}}})

    whole, cut, robots, poll = found(tmp_path, cases)

    assert (whole["outcome"], whole["titles"], whole["connected"]) == ("ok", ["Kept"], ["/whole/"])
    assert (cut["outcome"], cut["titles"]) == ("partial", ["Kept"])
    assert robots["connected"] == ["/robots/robots.txt", "/robots/"]
    assert "GET /robots/" in robots["sent"]
    assert (poll["requests"], poll["titles"]) == (5, ["Kept"])


def test_requests_reach_our_own_pages_at_our_own_places(tmp_path: Path) -> None:
    hello = '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'
    asked: list[dict[str, Any]] = [
        {"method": "GET", "path": "/snapshots/{HOSTILE_SNAPSHOT}"},
        {"method": "POST", "path": "/items/1/delete", "body": "x=1"},
        {"method": "POST", "path": "/mcp", "body": hello, "headers": {"Content-Type": "application/json", "Host": "evil.example"}},
        {"method": "POST", "path": "/mcp", "body": {"repeat": ["[", 1 << 22]}, "headers": {"Content-Type": "application/json"}},
    ]

    page, write, rebound, large = found(tmp_path, [{"kind": "serve", "input": {"request": one}} for one in asked])

    assert (page["status"], page["outcome"]) == (200, "ok")
    assert "sandbox" in page["headers"]["content-security-policy"]
    assert (write["status"], write["outcome"]) == (403, "refused")
    assert rebound["status"] in (403, 421)
    assert large["status"] == 413


def test_what_a_parser_writes_and_whom_it_asks_is_told(tmp_path: Path) -> None:
    import asyncio

    from deepdaily.lab.watched import WatchedEngine

    async def touched() -> WatchedEngine:
        async with WatchedEngine() as engine:
            assert await engine.map(errands.misled, [str(tmp_path / "written")], wall_s=20, memory_mb=512) == [None]
            return engine

    engine = asyncio.run(touched())

    assert engine.touched.wrote == [str(tmp_path / "written")]
    assert engine.touched.connected == ["127.0.0.1", "127.0.0.1:9"]


@pytest.mark.eval
def test_the_open_hostile_set_holds(shared: Path, floors: Floors, tmp_path: Path) -> None:
    """One is no fault: a page of 28 characters is no article (http-058). A bomb that the set itself is slow to build may be late."""
    folder = shared / "eval/hostile"
    evals.run("hostile", folder, tmp_path / "found.jsonl")
    scored = subprocess.run(
        [sys.executable, str(folder / "score.py"), str(tmp_path / "found.jsonl")], capture_output=True, text=True, check=False
    )
    told = json.loads(scored.stdout.splitlines()[-1])

    assert "unmeasured" not in told
    floors.hold("hostile", {kind: one.get("pass", 0) for kind, one in told["by_kind"].items()})
