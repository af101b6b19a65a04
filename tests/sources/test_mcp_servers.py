"""MCP servers as sources, asked over stdio and over HTTP: what they list is offered, and what they do on a bad day costs only them."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.types import Harvest, Offer, Slot, SourceHealth, SourceKind, Window
from deepdaily.read.fetch import Fetcher
from deepdaily.settings.source_tables import Sources
from deepdaily.sources import collect
from deepdaily.sources.mcp_answers import McpQuestion
from deepdaily.sources.mcp_servers import McpServer
from deepdaily.sources.more_kinds import further, further_listed
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from fakes import FakeWire, InlineEngine
from waiting import CEILING_S

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
SERVER = Path(__file__).resolve().parent.parent / "news_server.py"
COMMAND = (sys.executable, str(SERVER))
PLENTY_S = 60.0


class Steady:
    name, stands_in_for = "steady", tuple[str, ...]()
    kind: SourceKind = "feed"

    async def harvest(self, window: Window) -> Harvest:
        return Harvest(SourceHealth("steady", "feed", "ok", 1), (Offer("https://steady.example/a", "steady", "A"),))


def harvest_of(folder: Path, question: McpQuestion, wall_s: float = PLENTY_S, most: int = 30) -> Harvest:
    """What a server gives beside a source that is well, which stays so; what it carries stands in the stored bytes."""

    async def both() -> Harvest:
        with open_store(folder) as store, Snapshots(folder / "snapshots") as snapshots:
            fetcher = Fetcher(FakeWire({}), store, snapshots, WINDOW.slot.key, NOW)
            engine: Any = InlineEngine()
            source = McpServer("news", question, most, fetcher, engine, wall_s)
            harvest, steady = await collect([source, Steady()], WINDOW, store, wall_s=2 * PLENTY_S, on_done=lambda _: None)
            assert steady.health.state == "ok"
            called = question.of_day(WINDOW).what
            kept = [store.snapshot_of(WINDOW.slot.key, f"mcp:news/{called}{mark}") for mark in ("", "#2")]
            for text in harvest.documents:
                [snapshot] = [one for one in kept if one and one.digest == text.snapshot]
                quotes = tuple(filter(None, text.text.split("\n")))
                assert unseen(Asked(fetcher.body(snapshot), snapshot.media_type, quotes)) == []
            return harvest

    return asyncio.run(both())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the server of the tests answers over HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        found = int(free.getsockname()[1])
    process = subprocess.Popen([*COMMAND, str(found)], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        while "running on" not in (line := process.stderr.readline()):
            assert line, "the server ended"
        yield found
    finally:
        process.terminate()
        process.communicate(timeout=CEILING_S)


def over_http(port: int, **asked: Any) -> McpQuestion:
    return McpQuestion(url=f"http://127.0.0.1:{port}/mcp", allow_private=(f"127.0.0.1:{port}",), **asked)


def lives(process: int) -> bool:
    """Whether it has not ended; one whose end nobody has asked for yet has."""
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def told(harvest: Harvest) -> list[tuple[str, str]]:
    return [(made.url, made.title) for made in harvest.offers]


ONE = [("https://lab.example/one", "Heron 2 is out")]


@pytest.mark.parametrize(
    "asked", [{"resource": "news://today"}, {"tool": "listed"}, {"tool": "written"}],
)  # fmt: skip
def test_a_resource_and_a_tool_are_asked_over_stdio_and_over_http(tmp_path: Path, port: int, asked: dict[str, Any]) -> None:
    for place, question in (("stdio", McpQuestion(COMMAND, **asked)), ("http", over_http(port, **asked))):
        harvest = harvest_of(tmp_path / place, question)
        assert told(harvest) == ONE
        assert (harvest.health.kind, harvest.health.state) == ("mcp", "ok")
        assert [(text.url, text.partial, text.text) for text in harvest.documents] == [
            (ONE[0][0], True, "Heron 2 is out\n\nIt is twice as fast.")
        ]


def test_links_to_resources_are_offered_and_words_beside_them_are_told(tmp_path: Path) -> None:
    harvest = harvest_of(tmp_path, McpQuestion(COMMAND, tool="pointing"))

    assert told(harvest) == ONE
    assert "piece 1: its answer lists no links; it begins: 'It was a quiet day.'" in harvest.health.message


def test_the_day_is_filled_in(tmp_path: Path, port: int) -> None:
    by_tool = harvest_of(tmp_path / "tool", over_http(port, tool="listed", arguments={"since": "{since}"}))
    by_name = harvest_of(tmp_path / "name", McpQuestion(COMMAND, resource="news://2026-02-11/all"))

    assert told(by_tool) == [(ONE[0][0], "Heron 2 is out since 2026-02-04")]
    assert told(by_name) == ONE


def test_a_program_sees_nothing_of_the_environment_but_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAVE_API_KEY", "a secret of another")
    monkeypatch.setenv("NEWS_API_KEY", "a secret of its own")

    [(_, names)] = told(harvest_of(tmp_path, McpQuestion(COMMAND, tool="seen", seen=("NEWS_API_KEY",))))

    assert {"PATH", "NEWS_API_KEY"} <= set(names.split())
    assert "BRAVE_API_KEY" not in names


def test_what_a_program_leaves_behind_has_ended_with_it(tmp_path: Path) -> None:
    place = tmp_path / "left"

    assert told(harvest_of(tmp_path, McpQuestion(COMMAND, tool="leaving", arguments={"place": str(place)}))) == ONE

    assert not lives(int(place.read_text()))


@pytest.mark.parametrize(
    ("tool", "state", "says", "how"),
    [
        ("nothing", "empty", "nothing in the window", ""),
        ("silent", "unreachable", "an empty answer", "ask the server by hand"),
        ("chatting", "unreachable", "lists no links; it begins: 'It was a quiet day.'", "docs/sources.md"),
        ("hurried", "rate-limited", "asks for a pause: ", "later run"),
        ("locked", "unreachable", "refuses: ", "`environment`"),
        ("failing", "unreachable", "the archive is being mended", "`tool` and `arguments`"),
        ("unknown", "unreachable", "it has no tool unknown", "take one of: listed"),
        ("dying", "unreachable", "said last: the disk is gone", ""),
        ("huge", "unreachable", "it says more than 5 MB", "ask it for less"),
    ],
)
def test_what_a_program_does_on_a_bad_day_is_told_with_what_to_do(
    tmp_path: Path, tool: str, state: str, says: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_API_KEY", "a-secret-of-its-own")

    harvest = harvest_of(tmp_path, McpQuestion(COMMAND, tool=tool, seen=("NEWS_API_KEY",)))

    assert (harvest.health.state, harvest.offers) == (state, ())
    assert says in harvest.health.message
    assert how in harvest.health.message
    assert "a-secret-of-its-own" not in harvest.health.message


def test_an_unknown_resource_is_told(tmp_path: Path) -> None:
    harvest = harvest_of(tmp_path, McpQuestion(COMMAND, resource="news://never"))

    assert "the server says: " in harvest.health.message
    assert "check `resource`" in harvest.health.message


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("/no/such/program",), "/no/such/program cannot be started: No such file or directory"),
        (("sh", "-c", "echo no licence >&2; exit 1"), "it ended, and said last: no licence"),
        (("false",), "false ended without a word"),
        (("sh", "-c", "echo this is no protocol"), "sh does not speak MCP; it says: 'this is no protocol'"),
        (("sh", "-c", "head -c 9000000 /dev/zero; cat"), "it says more than 5 MB"),
        (("sh", "-c", "yes x"), "sh does not speak MCP; it says: 'x'"),
    ],
)
def test_a_program_that_is_no_server_is_told(tmp_path: Path, command: tuple[str, ...], says: str) -> None:
    assert says in harvest_of(tmp_path, McpQuestion(command, tool="x")).health.message


@pytest.mark.parametrize("ignores", ["", "trap '' TERM; "])
def test_a_program_that_says_nothing_is_ended_at_the_deadline(tmp_path: Path, ignores: str) -> None:
    place = tmp_path / "pid"
    command = ("sh", "-c", f"{ignores}echo $$ > {place}; while :; do sleep 1000; done")

    harvest = harvest_of(tmp_path, McpQuestion(command, tool="x"), wall_s=0.5)

    assert (harvest.health.state, harvest.health.message.partition(";")[0]) == ("unreachable", "no answer within 0.5 s")
    assert not lives(int(place.read_text()))


class Answering(BaseHTTPRequestHandler):
    said: tuple[int, dict[str, str], bytes] = (200, {}, b"")

    def do_POST(self) -> None:
        status, headers, body = self.said
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.mark.parametrize(
    ("said", "state", "says", "retry_after_s"),
    [
        ((200, {"content-type": "text/html"}, b"<html>Please wait</html>"), "unreachable", "the server says: ", None),
        ((200, {"content-type": "application/json"}, b""), "unreachable", "the server says: ", None),
        ((200, {"content-type": "application/json"}, b'{"jsonrpc": "2.0", "id'), "unreachable", "the server says: ", None),
        ((200, {"content-type": "application/json"}, b"[" * 9_000), "unreachable", "the server says: ", None),
        ((200, {"content-type": "text/event-stream"}, b"data: {\n\n"), "unreachable", "the server says: ", None),
        ((200, {"content-type": "application/json"}, b" " * 6_000_000), "refused", "announces 6000000 bytes", None),
        ((401, {}, b""), "refused", "HTTP 401; it wants a key: name its header in headers_env", None),
        ((403, {}, b"no"), "refused", "HTTP 403; check the key", None),
        ((404, {}, b""), "unreachable", "HTTP 404; check its `url`", None),
        ((429, {}, b""), "rate-limited", "HTTP 429; it was asked too often", None),
        ((429, {"retry-after": "900"}, b""), "rate-limited", "HTTP 429; it was asked too often", 900.0),
        ((500, {}, b""), "unreachable", "HTTP 500", None),
        ((301, {"location": "https://new.example/mcp"}, b""), "unreachable", "has moved to https://new.example/mcp; write its new `url`", None),
        ((308, {"location": "https://new.example/mcp"}, b""), "unreachable", "has moved to https://new.example/mcp; write its new `url`", None),
    ],
)  # fmt: skip
def test_what_a_server_does_over_http_on_a_bad_day_is_told_with_what_to_do(
    tmp_path: Path, said: tuple[int, dict[str, str], bytes], state: str, says: str, retry_after_s: float | None
) -> None:
    with HTTPServer(("127.0.0.1", 0), type("Saying", (Answering,), {"said": said})) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            harvest = harvest_of(tmp_path, over_http(server.server_port, tool="x"))
        finally:
            server.shutdown()
            thread.join()

    assert (harvest.health.state, harvest.offers, harvest.health.retry_after_s) == (state, (), retry_after_s)
    assert says in harvest.health.message


def test_a_server_over_http_that_says_nothing_nobody_there_and_a_private_place_are_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        silent = harvest_of(tmp_path / "1", over_http(port, tool="x"), wall_s=0.5)
    nobody = harvest_of(tmp_path / "2", over_http(port, tool="x"))
    private = harvest_of(tmp_path / "3", McpQuestion(url=f"http://127.0.0.1:{port}/mcp", tool="x"))

    assert silent.health.message.startswith("no answer within 0.5 s")
    assert (nobody.health.state, private.health.state) == ("unreachable", "refused")
    assert "address not public" in private.health.message


def test_a_table_makes_and_lists_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWS_TOKEN", "Bearer x")
    chosen = Sources.model_validate(
        {
            "mcp": [
                {"name": "a", "command": ["news-mcp"], "resource": "news://{date}"},
                {"name": "b", "url": "https://news.example.com/mcp", "tool": "find", "arguments": {"n": 3}, "headers_env": {"Authorization": "NEWS_TOKEN"}},
            ]
        }
    )  # fmt: skip
    nobody: Any = None

    made = list(further(chosen, nobody, nobody, nobody))

    assert [(one.kind, one.name) for one in made] == [("mcp", "a"), ("mcp", "b")]
    assert list(further_listed(chosen)) == [
        ("mcp", "a", "news://{date} of news-mcp"),
        ("mcp", "b", "find of https://news.example.com/mcp"),
    ]


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"command": ["x"]},
        {"command": ["x"], "url": "https://a.example", "tool": "t"},
        {"command": ["x"], "tool": "t", "resource": "r"},
        {"command": ["x"], "resource": "r", "arguments": {"a": 1}},
        {"url": "https://a.example", "tool": "t", "environment": ["A"]},
        {"command": ["x"], "tool": "t", "headers_env": {"A": "B"}},
        {"url": "https://a.example", "tool": "t", "headers_env": {"Authorization": "Bearer x"}},
        {"url": "ftp://a.example", "tool": "t"},
    ],
)
def test_a_table_that_cannot_be_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="mcp"):
        Sources.model_validate({"mcp": [{"name": "news", **table}]})
