"""The reader over 365 days, asked by 8 clients at once on loopback, as a Markdown table.

The days are copies of the sample day under other dates, each with the same stories, so that a story's page follows as
many issues as one ever does. On SQLite, and on a private PostgreSQL where that is installed.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import quantiles
from subprocess import DEVNULL, PIPE, Popen, run
from time import monotonic
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from databases import cluster, database  # noqa: E402 - the tests' own private server
from deepdaily.core.types import Issue, RunRecord, Slot  # noqa: E402
from deepdaily.render.notes import notes_of  # noqa: E402
from deepdaily.store import Store  # noqa: E402
from deepdaily.store.opening import open_store  # noqa: E402
from webs import BIN, environment  # noqa: E402

DAYS, CLIENTS, REQUESTS, LIMIT_S = 365, 8, 50, 60
"""Requests are a client's; no answer may take longer than the limit."""

BARS_MS = {"day": 50, "search": 80, "story": 80, "board": 80}


def fill(folder: Path, url: str) -> list[Issue]:
    """A year of issues below `folder`, or in the database at `url`; newest first."""
    run([str(BIN), "demo"], cwd=folder, env=environment(), check=True, stdout=DEVNULL, stderr=DEVNULL, timeout=LIMIT_S)
    sample = open_store(folder / "deepdaily-demo" / "data")
    (whole,) = sample.issues(limit=1)
    store = open_store(folder / "deepdaily-demo" / "data", url) if url else sample
    store.keep_documents(sample.documents(note.evidence.document for note in notes_of(whole).values()).values())
    slot = whole.slot.key
    issues = [_on_day(whole, back) for back in range(DAYS)]
    for issue in issues:
        _keep(store, issue, sample.record(slot))
    for harvest in sample.harvests(slot):
        store.keep_harvest(slot, harvest)
    store.close()
    sample.close()
    return issues


def _on_day(issue: Issue, back: int) -> Issue:
    due = issue.slot.due - timedelta(days=back)
    return replace(issue, draft=replace(issue.draft, slot=Slot(due)))


def _keep(store: Store, issue: Issue, record: RunRecord) -> None:
    slot = issue.slot.key
    store.begin(slot, issue.draft.now)
    store.keep_issue(issue)
    store.keep_record(slot, record)


def asked(port: int, paths: Sequence[str]) -> list[tuple[float, int]]:
    """Milliseconds and bytes of each answer; one client, its connection kept.

    Raises:
        RuntimeError: a page is refused: a figure of it would say nothing.
    """
    connection, took = HTTPConnection("127.0.0.1", port, timeout=LIMIT_S), []
    for path in paths:
        started = monotonic()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        took.append(((monotonic() - started) * 1000, len(body)))
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()
    return took


def measured(port: int, kind: str, issues: Sequence[Issue], rng: Random) -> str:
    """A row of the table: every client asks for pages of one kind."""
    stories = [item.story for item in issues[0].items]
    paths = {
        "day": [f"/d/{issue.day}" for issue in issues],
        "search": [f"/search?q={quote(word)}" for word in ("模型", "inference", "agent", "微调 推理", "cache")],
        "story": [f"/s/{story}" for story in stories],
        "board": ["/board"],
    }[kind]
    turns = [[rng.choice(paths) for _ in range(REQUESTS)] for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        took = [one for answers in clients.map(lambda turn: asked(port, turn), turns) for one in answers]
    drawn = len({path for turn in turns for path in turn})
    return row(f"{kind}, {drawn} addresses", took, f"{BARS_MS[kind]} ms")


def row(what: str, took: Sequence[tuple[float, int]], bar: str) -> str:
    """A row of the table, without the store's name."""
    p95 = quantiles([ms for ms, _ in took], n=20)[-1]
    p50 = quantiles([ms for ms, _ in took], n=2)[0]
    return f"{what} | {p50:.1f} ms | {p95:.1f} ms | {bar} | {max(size for _, size in took) / 1000:.0f} KB"


def drawing(port: int, issues: Sequence[Issue]) -> list[str]:
    """Rows of one client alone: days that nobody asked for in this language yet, and the same days again."""
    paths = [f"/d/{issue.day}?lang=en" for issue in issues[:REQUESTS]]
    return [row(f"day, one client, {turn}", asked(port, paths), "–") for turn in ("drawn first", "again")]


def rows(name: str, url: str) -> list[str]:
    """Every kind of page, one after another, of one server process."""
    with tempfile.TemporaryDirectory() as scratch:
        issues = fill(Path(scratch), url)
        command = [str(BIN), "serve", "--data", str(Path(scratch) / "deepdaily-demo" / "data"), "--port", "0"]
        env = environment(**({"DEEPDAILY_STORE__URL": url} if url else {}))
        with Popen(command, cwd=scratch, env=env, stdout=PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                port = int(server.stdout.readline().split()[2].rstrip("/").rpartition(":")[2])
                rng = Random(0)
                found = [measured(port, kind, issues, rng) for kind in BARS_MS]
                return [f"| {name} | {one} |" for one in [*found, *drawing(port, issues)]]
            finally:
                server.terminate()


def main() -> None:
    """Measure and print the table."""
    table = rows("SQLite", "")
    with suppress(pytest.skip.Exception), ExitStack() as stack:  # none where it is not installed
        session = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(database(stack.enter_context(cluster(Path(session)))))
        table += rows("PostgreSQL", url)
    print(f"{DAYS} days, {CLIENTS} clients, {os.cpu_count()} cores, Python {platform.python_version()}\n")  # noqa: T201
    print("| store | page | p50 | p95 | bar | largest |\n|---|---|---|---|---|---|")  # noqa: T201
    print("\n".join(table))  # noqa: T201


if __name__ == "__main__":
    main()
