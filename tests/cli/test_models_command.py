"""`models list` and `models test`: what a person and a program are told, and how the command ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from deepdaily.cli.console import models_told
from deepdaily.core.types import Call, Usage
from deepdaily.models.abilities import Abilities
from deepdaily.models.reached import Reached
from deepdaily.store.opening import open_store
from making import NOW, SLOT, issue, story
from model_server import error, streamed
from webs import deepdaily, environment

FIT = '{"title": "Build 1001", "cites": [1, 2]}'


@contextmanager
def model_at(saying: Callable[[dict[str, Any]], bytes]) -> Iterator[str]:
    """A model server in a thread; its address. It tells a window of 8,192."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listing = b'{"object": "list", "data": [{"id": "quill-7b", "max_model_len": 8192}]}'
            self.wfile.write(b"HTTP/1.1 200 Said\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(listing) + listing)

        def do_POST(self) -> None:
            self.wfile.write(saying(json.loads(self.rfile.read(int(self.headers["Content-Length"])))))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            thread.join()


def good(body: dict[str, Any]) -> bytes:
    prompt = "".join(one["content"] for one in body["messages"])
    usage = {"prompt_tokens": len(prompt.encode()) // 4, "completion_tokens": 50, "total_tokens": 0}
    return streamed(FIT if "response_format" in body else "1\n2\n3", usage=usage)


def settings(folder: Path, endpoint: str, more: str = "") -> None:
    text = f'[models]\nladder = ["quill"]\n[models.quill]\nname = "quill-7b"\nendpoint = "{endpoint}"\n{more}'
    (folder / "deepdaily.toml").write_text(text, "utf-8")


def test_a_model_that_can_write_a_daily_ends_with_0_and_is_known_afterwards(tmp_path: Path) -> None:
    with model_at(good) as endpoint:
        settings(tmp_path, endpoint)
        done = deepdaily("models", "test", cwd=tmp_path)
        listed = deepdaily("models", "list", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "quill: a daily can be written" in done.stdout
    assert "8192 tokens" in done.stdout
    assert "spent      5 calls" in done.stdout
    assert "window 8192" in listed.stdout
    assert "100 %" in listed.stdout


def test_a_program_is_told_the_same(tmp_path: Path) -> None:
    with model_at(good) as endpoint:
        settings(tmp_path, endpoint)
        (told,) = json.loads(deepdaily("models", "test", "quill", "--json", cwd=tmp_path).stdout)
        (row,) = json.loads(deepdaily("models", "list", "--json", cwd=tmp_path).stdout)

    assert (told["name"], told["can_write"], told["json"], told["window"]) == ("quill", True, "by schema", 8192)
    assert (row["model"], row["place"], row["calls"]) == ("quill", "1", 5)


def test_one_that_cannot_ends_with_1_and_says_why_and_what_to_do(tmp_path: Path) -> None:
    with model_at(lambda body: error(401, "Incorrect API key")) as endpoint:
        settings(tmp_path, endpoint)
        done = deepdaily("models", "test", cwd=tmp_path)

    assert done.returncode == 1
    assert "quill: cannot write a daily: Incorrect API key: it wants a key" in done.stdout
    assert "remedy     set key_env" in done.stdout


def test_a_key_that_is_not_set_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    settings(tmp_path, "http://127.0.0.1:1/v1", 'key_env = "DD_NO_SUCH_KEY"\n')
    done = deepdaily("models", "test", cwd=tmp_path)
    listed = deepdaily("models", "list", cwd=tmp_path)

    assert done.returncode == 1
    assert "DD_NO_SUCH_KEY is not set" in done.stdout
    assert "DD_NO_SUCH_KEY is not set" in listed.stdout


@pytest.mark.parametrize(
    ("text", "arguments", "said"), [("", ["test"], "the ladder is empty"), ("", ["test", "reed"], "no model reed in the settings")]
)
def test_where_there_is_nothing_to_try_the_next_step_is_named(text: str, arguments: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(text, "utf-8")

    done = deepdaily("models", *arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr
    assert "deepdaily init" in done.stderr


def test_what_was_learnt_before_is_learnt_anew(tmp_path: Path) -> None:
    """A server that was restarted takes what it refused a week ago."""
    with model_at(good) as endpoint:
        settings(tmp_path, endpoint)
        with open_store(tmp_path / "deepdaily-data") as store:
            known = Abilities.kept(store, Reached("quill", "quill-7b", endpoint).identity, datetime.now(UTC).date())
            known.leave_out("temperature")
            known.learn_window(2_048)
        (told,) = json.loads(deepdaily("models", "test", "--json", cwd=tmp_path).stdout)

    assert (told["left_out"], told["window"]) == ([], 8192)


def test_the_ladder_stands_in_its_order_and_others_behind_it(tmp_path: Path) -> None:
    tables = "".join(
        f'[models.{name}]\nname = "{name}-7b"\nendpoint = "http://127.0.0.1:1/v1"\n' for name in ("aspen", "birch", "cedar")
    )
    (tmp_path / "deepdaily.toml").write_text(f'[models]\nladder = ["cedar", "aspen"]\nembedder = "birch"\n{tables}', "utf-8")
    with open_store(tmp_path / "deepdaily-data") as store:
        now = datetime.now(UTC)
        call = Call("1", "daily/x", "aspen", "facts", "failed", now, Usage(), "429: slow down")
        store.keep_call(call, now.date().isoformat())

    rows = json.loads(deepdaily("models", "list", "--json", cwd=tmp_path).stdout)

    assert [(row["model"], row["place"]) for row in rows] == [("cedar", "1"), ("aspen", "2"), ("birch", "embedder")]
    assert rows[1]["last trouble"].endswith("429: slow down")
    assert rows[0]["calls"] == 0


def test_a_run_without_a_model_says_in_one_line_how_to_get_one(tmp_path: Path) -> None:
    done = deepdaily(
        "run", "--out", "out", "--now", "2026-02-11T07:30:00+08:00", cwd=tmp_path, env=environment(DEEPDAILY_WEB="sample")
    )

    assert done.stdout.count("deepdaily init") == 1


def test_a_run_says_of_each_model_of_the_settings_how_many_items_bear_its_own_name() -> None:
    made = issue(story("First"), story("Second", url="https://blog.example/b"), story("Third", url="https://blog.example/c"))
    writers = ("deepseek-chat", "deepseek-chat, tiny-1b", "")
    items = tuple(replace(item, writer=writer) for item, writer in zip(made.items, writers, strict=True))
    told = replace(made, draft=replace(made.draft, items=items))

    def call(model: str, message: str = "") -> Call:
        return Call(f"{model}{message}", SLOT.key, model, "facts", "answered", NOW, Usage(), message)

    lines = models_told(told, [call("main"), call("other", "tiny-1b")], "USD", {"main": "deepseek-chat", "other": "large-1t"})

    assert [line.partition(": ")[0] for line in lines] == ["model main", "model other"]
    assert [line.rpartition("; ")[2] for line in lines] == ["wrote 2 of 3 items", "wrote 1 of 3 items"]
