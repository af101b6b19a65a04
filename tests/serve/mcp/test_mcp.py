"""What an agent gets, by the official client over both transports."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import date, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import TextResourceContents
from starlette.testclient import TestClient

import making
from deepdaily.core.types import Appearance, Claim, Issue, RunRecord, Section, Slot, Trend, Watch
from deepdaily.serve.mcp import BODY_BYTES, FOREIGN, mcp_server, web_app
from deepdaily.serve.way_in import AT_HOME, Reach
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from render import issues
from waiting import CEILING_S, first_line
from webs import BIN, environment, finished

TOOLS = {
    "get_digest", "list_digests", "search_items", "get_story", "get_evidence", "list_watchlist", "get_status",
}  # fmt: skip
TOLD = making.story("Quillserve 2.4 released", "Quillserve 2.4 moves cold KV cache blocks to local disks.")
AGAIN = making.story("Quillserve 2.4.1 mends the restart", "Quillserve 2.4.1 was released.", url="https://blog.example/b")
WATCH = Watch("w-1", "Will Quillserve keep its cache?", ("Quillserve",), TOLD.id, date(2026, 3, 12), date(2026, 3, 26))


def first() -> Issue:
    """The issue of 2026-03-12: one story, one judgement, one question."""
    made = making.issue(TOLD)
    (item,) = made.items
    item = replace(item, sections=(*item.sections, Section("why", (Claim("It saves memory."),))))
    closing = replace(made.closing, watchlist=(WATCH,), summary="One release.")
    return replace(made, draft=replace(made.draft, items=(item,)), closing=closing)


def second() -> Issue:
    """The issue of the day after, which follows the story up."""
    slot = Slot(making.SLOT.due + timedelta(days=1))
    made = making.issue(AGAIN, slot=slot, now=making.NOW + timedelta(days=1))
    (item,) = made.items
    item = replace(item, thread=(Appearance("2026-03-12", TOLD.id, TOLD.lead.title),))
    trends = (Trend("Caches move to disks.", (AGAIN.id, TOLD.id)),)
    return replace(made, draft=replace(made.draft, items=(item,)), closing=replace(made.closing, trends=trends))


def filled(folder: Path) -> Store:
    store = open_store(folder)
    for issue in (first(), second()):
        store.keep_issue(issue)
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(filled(tmp_path)) as opened:
        yield opened


@asynccontextmanager
async def over_http(store: Store) -> AsyncIterator[str]:
    """The server on a free port of loopback; its host and port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        web = uvicorn.Server(uvicorn.Config(web_app(mcp_server(store), "127.0.0.1"), log_level="error"))
        served = asyncio.create_task(web.serve(sockets=[listening]))
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            web.should_exit = True
            await served


async def told(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured content of an answer."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    content: dict[str, Any] | None = result.structured_content
    assert content is not None
    return content


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """The words of an answer that is an error."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(result.content[0].text)  # type: ignore[union-attr]


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


async def looked_around(client: Client) -> None:
    """What every transport must carry: all tools, all resources, a structured answer and a readable error."""
    assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
    assert {one.uri for one in (await client.list_resources()).resources} == {
        "deepdaily://health", "deepdaily://capabilities", "deepdaily://digest/latest",
    }  # fmt: skip
    templates = (await client.list_resource_templates()).resource_templates
    assert {one.uri_template for one in templates} == {"deepdaily://digest/{date}", "deepdaily://story/{id}"}
    assert (await told(client, "get_digest"))["day"] == "2026-03-13"
    assert "the newest is of 2026-03-13" in await refused(client, "get_digest", day="2026-01-01")


# -- transports -------------------------------------------------------------------------------------------------------


async def test_over_stdin_and_stdout_the_command_answers_the_official_client(tmp_path: Path) -> None:
    filled(tmp_path).close()
    command = StdioServerParameters(command=str(BIN), args=["mcp", "--data", str(tmp_path)])

    async with Client(command) as client:
        await looked_around(client)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_over_http_the_server_answers_the_official_client(store: Store, mode: str) -> None:
    async with over_http(store) as place, Client(f"http://{place}/mcp", mode=mode) as client:
        await looked_around(client)


def test_on_stdout_there_is_nothing_but_the_protocol(tmp_path: Path) -> None:
    """TrendRadar issue 292: a banner on stdout broke every client."""
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }  # fmt: skip
    line = json.dumps(hello)
    command = ["sh", "-c", 'printf "%s\\n" "$1" | "$2" mcp --data "$3"', "_", line, str(BIN), str(tmp_path)]
    done = finished(command, env=environment())

    assert [json.loads(said)["id"] for said in done.stdout.splitlines()] == [1]
    assert done.returncode == 0, done.stderr


async def test_an_address_with_a_query_is_refused_for_a_key_in_it_would_stand_in_logs(store: Store) -> None:
    async with over_http(store) as place:

        def asked() -> int:
            with closing(http.client.HTTPConnection(place)) as connection:
                connection.request("POST", "/mcp?key=k", b"{}", {"Content-Type": "application/json"})
                return connection.getresponse().status

        assert await asyncio.to_thread(asked) == 403


def test_the_command_says_on_stderr_where_it_listens_and_a_taken_port_is_bad_usage(tmp_path: Path) -> None:
    command = [str(BIN), "mcp", "--http", "--data", str(tmp_path), "--port"]
    with subprocess.Popen([*command, "0"], env=environment(), stderr=subprocess.PIPE, text=True) as serving:
        address = first_line(serving, serving.stderr).split()[2]
        port = address.removeprefix("http://127.0.0.1:").removesuffix("/mcp")
        probed = finished([str(BIN), "mcp", "probe", address, "--deadline", str(CEILING_S)], env=environment())
        taken = finished([*command, port], env=environment())
        serving.terminate()

    assert probed.stdout == "ok: 7 tools, 3 resources, 2 templates\n"
    assert taken.returncode == 2
    assert "choose another --port" in taken.stderr


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Host", "127.0.0.1:{port}", 200),
        ("Host", "localhost:{port}", 200),
        ("Host", "evil.example:{port}", 421),
        ("Host", "127.0.0.1.evil.example", 421),
        ("Origin", "http://localhost:{port}", 200),
        ("Origin", "http://evil.example", 403),
        ("Content-Type", "text/plain", 400),
        ("Content-Length", str(BODY_BYTES + 1), 413),
        ("Mcp-Session-Id", "11111111-2222", 404),
    ],
)
async def test_a_page_of_another_site_reaches_nothing(store: Store, header: str, value: str, status: int) -> None:
    """DNS rebinding: the browser sends the attacker's name in Host or Origin, and no JSON without asking first."""
    question = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).encode()

    async with over_http(store) as place:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            header: value.format(port=place.partition(":")[2]),
        }

        def asked() -> int:
            with closing(http.client.HTTPConnection(place)) as connection:
                connection.request("POST", "/mcp", question, headers)
                return connection.getresponse().status

        assert await asyncio.to_thread(asked) == status


# -- answers ----------------------------------------------------------------------------------------------------------


async def test_every_tool_is_read_only_has_a_schema_and_says_that_texts_are_data(store: Store) -> None:
    async with Client(mcp_server(store)) as client:
        for tool in (await client.list_tools()).tools:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
            assert tool.output_schema is not None
            assert tool.output_schema["properties"]
            assert FOREIGN in (tool.description or "")


async def test_a_digest_marks_what_is_ours(store: Store) -> None:
    async with Client(mcp_server(store)) as client:
        digest = await told(client, "get_digest", day="2026-03-12")
    (item,) = digest["items"]

    assert (digest["title"], digest["summary"], item["number"], item["story"]) == ("日报", "One release.", 1, TOLD.id)
    assert [(one["section"], one["judgement"]) for one in item["sentences"]] == [("what", False), ("why", True)]
    assert item["sources"] == ["https://blog.example/a"]


async def test_a_table_a_machine_s_words_and_a_short_item_are_told_as_such(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as opened:
        opened.keep_issue(issues.briefed())
        async with Client(mcp_server(opened)) as client:
            priced, short, _ = (await told(client, "get_digest"))["items"]
            claims = (await told(client, "get_evidence", item=2))["claims"]

    assert (priced["kind"], priced["original_title"]) == ("business", "Quill Large gets a price list")
    assert [one["translator"] for one in priced["sentences"]] == ["opus-mt-en-zh", "", "", ""]
    assert priced["sentences"][2]["cells"] == ["Small", "$0.20", "$0.80"]
    assert priced["sentences"][2]["columns"] == ["型号", "输入", "输出 | 每百万 token"]
    assert short["sentences"] == []
    assert [(one["section"], one["translator"]) for one in claims] == [("title", "opus-mt-en-zh")]


async def test_what_a_person_cannot_see_no_agent_reads(tmp_path: Path) -> None:
    made = first()
    hidden = replace(made.draft, title="Daily\u200b\u202e\U000e0041 of\x1b[2J\nMarch")
    with closing(open_store(tmp_path)) as opened:
        opened.keep_issue(replace(made, draft=hidden))
        async with Client(mcp_server(opened)) as client:
            digest = await told(client, "get_digest")

    assert digest["title"] == "Daily of[2J March"


async def test_evidence_is_the_quote_with_address_snapshot_and_fetch_time(store: Store) -> None:
    async with Client(mcp_server(store)) as client:
        told_by = await told(client, "get_evidence", day="2026-03-12", item=1)
        missing = await refused(client, "get_evidence", day="2026-03-12", item=2)
    (proof,) = told_by["claims"][0]["evidence"]

    assert (proof["quote"], proof["url"]) == (TOLD.lead.title, TOLD.lead.url)
    assert (proof["snapshot"], proof["fetched_at"]) == (TOLD.lead.snapshot, "2026-03-11T23:30:00Z")
    ours = {
        "section": "why",
        "heading": "",
        "text": "It saves memory.",
        "lines": [],
        "columns": [],
        "cells": [],
        "translator": "",
        "judgement": True,
        "evidence": [],
        "basis": [],
    }
    assert told_by["claims"][-1] == ours
    assert "has no item 2; it has 1 to 1" in missing


async def test_a_story_is_told_over_days_whichever_of_its_names_is_asked(store: Store) -> None:
    async with Client(mcp_server(store)) as client:
        for name in (TOLD.id, AGAIN.id):
            days = (await told(client, "get_story", story=name))["days"]
            assert [(one["day"], one["story"]) for one in days] == [("2026-03-13", AGAIN.id), ("2026-03-12", TOLD.id)]
        assert "get_digest and search_items give story ids" in await refused(client, "get_story", story="s-none")


async def test_search_finds_printed_items_and_lists_are_bounded(store: Store) -> None:
    async with Client(mcp_server(store)) as client:
        hits = (await told(client, "search_items", words="Quillserve restart"))["hits"]
        newest = (await told(client, "list_digests", limit=1))["digests"]
        assert "limit" in await refused(client, "list_digests", limit=1000)
        assert "words" in await refused(client, "search_items", words="")

    assert [(hit["day"], hit["story"], hit["whole"]) for hit in hits] == [
        ("2026-03-13", AGAIN.id, True),
        ("2026-03-12", TOLD.id, False),
    ]
    assert [one["day"] for one in newest] == ["2026-03-13"]


async def test_the_watchlist_has_the_questions_of_earlier_days(store: Store) -> None:
    async with Client(mcp_server(store)) as client:
        (watch,) = (await told(client, "list_watchlist"))["watches"]

    assert (watch["id"], watch["state"], watch["expires_on"]) == ("w-1", "open", "2026-03-26")


async def test_an_expired_question_is_not_open(tmp_path: Path) -> None:
    made = first()
    old = replace(WATCH, expires_on=date(2026, 3, 11))
    with closing(open_store(tmp_path)) as opened:
        opened.keep_issue(replace(made, closing=replace(made.closing, watchlist=(old,))))
        async with Client(mcp_server(opened)) as client:
            (watch,) = (await told(client, "list_watchlist"))["watches"]

    assert watch["state"] == "expired"


async def test_status_is_that_of_the_newest_run_with_or_without_an_issue(store: Store) -> None:
    slot = "2026-03-14T08:00:00+08:00"
    store.begin(f"daily/{slot}", making.NOW)
    store.keep_record(f"daily/{slot}", RunRecord("failed", degraded=("search:brave:rate-limited",), funnel={"offers": 3}))
    async with Client(mcp_server(store)) as client:
        status = await told(client, "get_status")

    assert (status["run"], status["slot"], status["newest_digest"]) == ("failed", slot, "2026-03-13")
    assert (status["degraded"], status["funnel"]) == (["search:brave:rate-limited"], {"offers": 3})


async def test_resources_are_the_issue_as_markdown_and_the_rest_as_json(store: Store) -> None:
    async with Client(mcp_server(store)) as client:
        latest, by_day = (await read(client, "deepdaily://digest/latest"), await read(client, "deepdaily://digest/2026-03-13"))
        story = json.loads(await read(client, f"deepdaily://story/{TOLD.id}"))
        health = json.loads(await read(client, "deepdaily://health"))
        offered = json.loads(await read(client, "deepdaily://capabilities"))

    assert latest == by_day
    assert AGAIN.lead.title in latest
    assert len(story["days"]) == 2
    assert health["newest_digest"] == "2026-03-13"
    assert set(offered["tools"]) == TOOLS
    assert not offered["writes"]


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("deepdaily://digest/2026-01-01", "no issue of 2026-01-01"),
        ("deepdaily://digest/yesterday", "is no day"),
        ("deepdaily://story/s-none", "no story"),
    ],
)
async def test_a_resource_that_is_not_there_says_what_is_missing(store: Store, uri: str, said: str) -> None:
    async with Client(mcp_server(store)) as client:
        with pytest.raises(MCPError, match=said):
            await client.read_resource(uri)


async def test_before_the_first_issue_everything_answers(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as empty:
        async with Client(mcp_server(empty)) as client:
            assert "no issue yet" in await refused(client, "get_digest")
            assert (await told(client, "list_digests"))["digests"] == []
            assert (await told(client, "list_watchlist"))["watches"] == []
            assert (await told(client, "get_status"))["run"] == ""
            assert json.loads(await read(client, "deepdaily://health"))["newest_digest"] == ""


async def test_a_database_that_fails_is_named_with_what_to_do(tmp_path: Path) -> None:
    with closing(filled(tmp_path)) as opened:
        with closing(sqlite3.connect(tmp_path / "deepdaily.db")) as db, db:
            db.execute("drop table issues")
        async with Client(mcp_server(opened)) as client:
            said = await refused(client, "get_digest")

    assert "deepdaily.db" in said
    assert "run the same command again" in said


async def test_the_watchlist_says_what_is_known_of_a_question_and_from_where(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as opened:
        opened.keep_issue(issues.issue())
        async with Client(mcp_server(opened)) as client:
            lines = (await told(client, "list_watchlist"))["watches"]
            digest = await told(client, "get_digest")

    assert [one["state"] for one in lines] == ["open", "open", "moved", "answered", "closed", "expired"]
    assert (lines[2]["known"], lines[2]["known_from"]) == ("vLLM 双池进入评审", "https://news.example.net/vllm-pools")
    assert [one["state"] for one in digest["followed"]] == ["answered", "moved", "unchanged", "closed", "expired"]
    assert digest["followed"][1]["known_from"] == "https://news.example.net/vllm-pools"


async def test_a_digest_and_its_evidence_are_given_in_a_language_it_was_told_in(store: Store) -> None:
    made = first()
    (item,) = made.items
    english = replace(item, title=replace(item.title, text="Told in English"))
    store.keep_translation(replace(made, draft=replace(made.draft, language="en", items=(english,))))
    async with Client(mcp_server(store)) as client:
        digest = await told(client, "get_digest", day="2026-03-12", language="en")
        own = await told(client, "get_digest", day="2026-03-12", language="zh")
        evidence = await told(client, "get_evidence", day="2026-03-12", item=1, language="en")
        missing = await refused(client, "get_digest", language="en")

    assert (digest["language"], digest["items"][0]["title"]) == ("en", "Told in English")
    assert own["language"] == "zh"
    assert evidence["claims"][0]["text"] == "Told in English"
    assert "was not told in 'en'; it is there in zh" in missing


# -- what clients do --------------------------------------------------------------------------------------------------


async def test_null_for_an_argument_is_as_if_it_were_left_out(store: Store) -> None:
    async with Client(mcp_server(store)) as client:
        assert (await told(client, "get_digest", day=None, language=None))["day"] == "2026-03-13"
        assert len((await told(client, "search_items", words="Quillserve", limit=None))["hits"]) == 2
        assert "words" in await refused(client, "search_items", words=None)


def test_a_byte_order_mark_before_the_first_line_is_skipped(tmp_path: Path) -> None:
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "日报", "version": "1"}},
    }  # fmt: skip
    line = "\ufeff" + json.dumps(hello, ensure_ascii=False)
    command = ["sh", "-c", 'printf "%s\\n" "$1" | "$2" mcp --data "$3"', "_", line, str(BIN), str(tmp_path)]
    done = finished(command, env=environment())

    assert [json.loads(said)["id"] for said in done.stdout.splitlines()] == [1]


LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}  # fmt: skip
SPOKEN = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


def web(store: Store, reach: Reach = AT_HOME, base_url: str = "http://127.0.0.1:8766") -> TestClient:
    return TestClient(web_app(mcp_server(store), "127.0.0.1", reach=reach), base_url=base_url, follow_redirects=False)


def test_both_spellings_of_the_address_are_served(store: Store) -> None:
    with web(store) as client:
        assert [client.post(path, json=LIST, headers=SPOKEN).status_code for path in ("/mcp", "/mcp/")] == [200, 200]


def test_behind_a_named_proxy_the_name_it_says_is_answered(store: Store) -> None:
    reach = Reach(("news.example.com",), "/daily", (ip_network("127.0.0.1"),))
    behind = TestClient(web_app(mcp_server(store), "127.0.0.1", reach=reach), base_url="http://inside", client=("127.0.0.1", 1))
    with behind as client:
        named = SPOKEN | {"X-Forwarded-Host": "news.example.com", "X-Forwarded-Proto": "https"}
        assert client.post("/daily/mcp/", json=LIST, headers=named).status_code == 200
        assert client.post("/daily/mcp", json=LIST, headers=SPOKEN).status_code == 421


def test_health_is_answered_by_any_name_and_nothing_else(store: Store) -> None:
    with web(store, base_url="http://10.2.3.4:8766") as client:
        assert client.get("/healthz").json()["status"] == "ok"
        assert client.post("/mcp", json=LIST, headers=SPOKEN).status_code == 421


@pytest.mark.parametrize(
    ("asked", "headers", "status"),
    [
        (HELLO, {}, 200),
        (LIST, {"MCP-Protocol-Version": "2025-06-18"}, 200),
        (LIST, {}, 404),
        ([], {}, 404),
        ("x" * (1 << 15), {}, 404),
    ],
)
def test_a_session_of_elsewhere_is_none_here(store: Store, asked: Any, headers: dict[str, str], status: int) -> None:
    with web(store) as client:
        answer = client.post("/mcp", json=asked, headers=SPOKEN | {"Mcp-Session-Id": "11111111-2222"} | headers)

    assert answer.status_code == status


def test_what_is_no_json_begins_no_session(store: Store) -> None:
    with web(store) as client:
        assert client.post("/mcp", content=b"{", headers=SPOKEN | {"Mcp-Session-Id": "1"}).status_code == 404


def test_a_browser_of_a_named_origin_may_ask_and_of_another_may_not(store: Store) -> None:
    reach = Reach(origins=("https://inspector.example.com",))
    ahead = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type, mcp-protocol-version"}
    with web(store, reach) as client:
        for origin, allowed in (("https://inspector.example.com", True), ("https://evil.example", False)):
            asked = client.options("/mcp", headers=ahead | {"Origin": origin})
            answer = client.post("/mcp", json=LIST, headers=SPOKEN | {"Origin": origin})
            assert (asked.status_code == 200) == allowed
            assert answer.status_code == (200 if allowed else 403)
            assert ("access-control-allow-origin" in answer.headers) == allowed
    with web(store) as client:
        asked = client.options("/mcp", headers=ahead | {"Origin": "https://inspector.example.com"})
        assert "access-control-allow-origin" not in asked.headers
