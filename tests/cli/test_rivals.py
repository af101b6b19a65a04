"""`models compare`: stored stories told again behind real addresses, and what a person and a program read of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from deepdaily.core.slots import slot_of
from deepdaily.core.types import Slot
from deepdaily.settings import Settings
from deepdaily.store.opening import open_store
from fakes import purpose_of, quoting_reply
from making import story
from model_server import answer_one, streamed
from webs import Done, deepdaily

TEXT = "\n".join(f"Quillserve 2.4 reads {n}00 pages of its cache from the local disk each second." for n in range(1, 9))
ZONE = Settings().zone


def replied(head: str, body: dict[str, Any]) -> bytes:
    """Quotations of what is read; the model `liar` adds to each what no page says."""
    system, user = (message["content"] for message in body["messages"])
    purpose = purpose_of(system)
    told = quoting_reply(purpose, user)
    if body["model"] == "liar" and purpose == "facts":
        for claim in told["claims"]:
            claim["text"] += "，快了 4711 倍"
    text = json.dumps(told, ensure_ascii=False)
    usage = {"prompt_tokens": len((system + user).encode()) // 4, "completion_tokens": len(text.encode()) // 4}
    return streamed(text, usage=usage, model=body["model"])


@contextmanager
def serving_models() -> Iterator[int]:
    """The port of a server of every model."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        asyncio.start_server(lambda reader, writer: answer_one(reader, writer, replied), "127.0.0.1", 0)
    )
    running = Thread(target=loop.run_forever)
    running.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        running.join()
        server.close()
        loop.close()


def read_days(folder: Path, stories: int) -> None:
    """A store of so many pages, read over the last three days."""
    today = datetime.now(UTC).astimezone(ZONE).date()
    with open_store(folder) as store:
        for place in range(stories):
            slot: Slot = slot_of(today - timedelta(days=1 + place % 3), time(8), ZONE)
            store.begin(slot.key, slot.due)
            one = story(f"Quillserve page {place}", TEXT, url=f"https://quill.example/{place}")
            store.keep_reading(slot.key, one.lead.url, one.lead)


def settings(folder: Path, port: int, **names: str) -> Path:
    """A model a name: what it is called there, and its weights."""
    tables = [
        f'[models.{name}]\nendpoint = "http://127.0.0.1:{port}/v1"\nname = "{model}"\nlayers = {{ weights = "{name}" }}'
        for name, model in names.items()
    ]
    file = folder / "deepdaily.toml"
    file.write_text("\n".join(tables), "utf-8")
    return file


def compare(folder: Path, *arguments: str) -> Done:
    return deepdaily("models", "compare", *arguments, "--settings", str(folder / "deepdaily.toml"), "--data", str(folder / "data"))


def test_a_model_that_adds_what_no_page_says_is_worse_in_words_in_json_and_by_exit_status(tmp_path: Path) -> None:
    read_days(tmp_path / "data", 22)
    with serving_models() as port:
        settings(tmp_path, port, plain="honest", small="liar")
        told = compare(tmp_path, "plain", "small", "--layers")
        again = compare(tmp_path, "plain", "small", "--json")

    assert told.returncode == again.returncode == 1
    assert "plain -> small: 22 stories of 3 days; weights: plain -> small" in told.stdout
    assert "small is worse than plain: claims standing" in told.stdout
    assert "22 stories (" in told.stderr
    (one,) = json.loads(again.stdout)["comparisons"]
    assert one["ruling"]["word"] == "worse"
    assert next(row["gain"] for row in one["rows"] if row["name"] == "claims standing") < -0.8
    assert one["changed"] == "weights: plain -> small"
    assert one["from_store"] >= 60
    assert "retries" in one["unmeasured"]


def test_three_in_a_row_are_told_pair_by_pair(tmp_path: Path) -> None:
    read_days(tmp_path / "data", 3)
    with serving_models() as port:
        settings(tmp_path, port, a="honest", b="honest", c="honest")
        done = compare(tmp_path, "a", "b", "c", "--stories", "2")

    assert done.returncode == 0
    assert "a -> b: 2 stories of 2 days; weights: a -> b" in done.stdout
    assert "b -> c: 2 stories" in done.stdout
    assert "b is not decided: 18 more stories" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a", "x"), "no model 'x' is described"),
        (("a",), "two different models"),
        (("a", "b", "--budget", "much"), "is none"),
        (("a", "b"), "0 stories since"),
    ],
)
def test_what_cannot_be_compared_ends_in_one_line(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    settings(tmp_path, 9, a="one", b="two")

    done = compare(tmp_path, *arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_trial_that_ends_early_says_why_and_compares_what_it_has(tmp_path: Path) -> None:
    read_days(tmp_path / "data", 8)
    with serving_models() as port:
        settings(tmp_path, port, a="honest", b="honest")
        done = compare(tmp_path, "a", "b", "--budget", "10k tokens")

    assert done.returncode == 0
    assert "ended early: the trial's budget of 10k tokens/day is spent" in done.stdout
