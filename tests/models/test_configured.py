"""The ladder as the settings describe it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import pytest
from pydantic import BaseModel

from deepdaily.core.errors import NoModel
from deepdaily.core.types import Trouble
from deepdaily.house import House
from deepdaily.models import Prompt
from deepdaily.models.configured import model_writer
from deepdaily.store.opening import open_store
from model_server import http, routing, serving, streamed

NOW = datetime(2026, 2, 10, 23, 30, tzinfo=UTC)
"""Half past seven on the 11th in Shanghai."""


class Note(BaseModel):
    title: str


PROMPT = Prompt("facts", "Extract facts.", "1| Quillserve 2.4 is out.", 900)


def house_of(folder: Path, text: str) -> House:
    (folder / "deepdaily.toml").write_text(text, encoding="utf-8")
    return House.of(folder / "deepdaily.toml", None, None)


@contextmanager
def variable(name: str, value: str) -> Iterator[None]:
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


@pytest.mark.parametrize("text", ["", "[models]\n", '[models.quill]\nname = "q"\nendpoint = "http://127.0.0.1:1/v1"\n'])
def test_without_a_ladder_there_is_no_model(tmp_path: Path, text: str) -> None:
    house = house_of(tmp_path, text)
    store = open_store(tmp_path)

    assert model_writer(house.settings, store, house.slot(None, NOW), NOW, lambda: inf) is None
    store.close()


async def test_the_first_model_of_the_ladder_answers_with_its_key_and_is_paid_from_the_day_of_the_digest(tmp_path: Path) -> None:
    async with serving(streamed()) as server:
        tables = "".join(
            f'[models.{name}]\nname = "quill-7b"\nendpoint = "{server.url}"\nkey_env = "DD_TEST_{name}"\n'
            for name in ("fable", "quill")
        )
        house = house_of(tmp_path, f'[models]\nladder = ["fable", "quill"]\n{tables}')
        store = open_store(tmp_path)
        with variable("DD_TEST_quill", "sekrit"):
            writer = model_writer(house.settings, store, house.slot(None, NOW), NOW, lambda: inf)
        assert writer is not None

        reply = await writer.model.ask(PROMPT, Note)

        assert reply.value.title == "Quillserve 2.4"
        assert reply.model == "quill-7b"
        assert "Bearer sekrit" in server.heads[0]
        assert writer.troubles() == [Trouble("fable", "DD_TEST_fable is not set")]
        assert [call.model for call in store.calls_of_day("2026-02-11")] == ["quill"]
        store.close()


async def test_a_purpose_that_is_given_to_a_model_is_asked_of_it_first_and_then_of_the_ladder(tmp_path: Path) -> None:
    async with serving(streamed(), streamed(), streamed(), http(401, "no"), streamed()) as server:
        tables = "".join(
            f'[models.{name}]\nname = "quill-7b"\nendpoint = "{server.url}"\nwindow = 8192\n' for name in ("quill", "critic")
        )
        text = f'[models]\nladder = ["quill"]\nreviewer = "critic"\n{tables}[models.critic.headers]\nx-key = "$DD_TEST_CRITIC"\n'
        house = house_of(tmp_path, text)

        async def models(purpose: str) -> tuple[list[str], list[Trouble]]:
            with open_store(tmp_path) as store:
                writer = model_writer(house.settings, store, house.slot(None, NOW), NOW, lambda: inf)
                assert writer is not None
                before = len(store.calls_of_day("2026-02-11"))
                await writer.given(purpose).model.ask(replace(PROMPT, material=f"{purpose} {before}"), Note)
                return [call.model for call in store.calls_of_day("2026-02-11")][before:], writer.troubles()

        with variable("DD_TEST_CRITIC", "k"):
            assert await models("reviewer") == (["critic"], [])
            assert await models("anything else") == (["quill"], [])
        assert await models("reviewer") == (["quill"], [Trouble("critic", "DD_TEST_CRITIC is not set")])
        with variable("DD_TEST_CRITIC", "k"):
            asked, troubles = await models("reviewer")
        assert sorted(asked) == ["critic", "quill"]
        assert [one.part for one in troubles] == ["critic"]


async def test_a_ladder_of_which_no_key_is_set_asks_nobody_and_says_why(tmp_path: Path) -> None:
    text = '[models]\nladder = ["quill"]\n[models.quill]\nname = "q"\nendpoint = "https://api.example/v1"\nkey_env = "DD_UNSET"\n'
    house = house_of(tmp_path, text)
    store = open_store(tmp_path)
    writer = model_writer(house.settings, store, house.slot(None, NOW), NOW, lambda: inf)
    assert writer is not None

    with pytest.raises(NoModel):
        await writer.model.ask(PROMPT, Note)

    assert writer.troubles() == [Trouble("quill", "DD_UNSET is not set")]
    store.close()


async def test_a_command_of_the_settings_writes_two_at_once_at_most_and_sees_what_it_may(tmp_path: Path) -> None:
    program = tmp_path / "quill"
    program.write_text('#!/bin/sh\ncat >/dev/null\necho "{\\"title\\": \\"$DD_TEST_seen $DD_TEST_hidden\\"}"\n', encoding="utf-8")
    program.chmod(0o755)
    table = f'[models.quill]\nkind = "command"\ncommand = ["{program}"]\nenv = ["DD_TEST_seen"]\n'
    house = house_of(tmp_path, f'[models]\nladder = ["quill"]\nbudget = "1 USD/day"\n{table}')
    store = open_store(tmp_path)
    with variable("DD_TEST_seen", "seen"), variable("DD_TEST_hidden", "hidden"):
        writer = model_writer(house.settings, store, house.slot(None, NOW), NOW, lambda: inf)
        assert writer is not None
        note = (await writer.model.ask(PROMPT, Note)).value

    assert note.title == "seen "
    assert writer.troubles() == []
    assert [(call.model, call.state, call.usage.estimated) for call in store.calls_of_day("2026-02-11")] == [
        ("quill", "answered", True)
    ]
    store.close()


async def test_a_command_that_is_not_there_is_left_out_and_said(tmp_path: Path) -> None:
    table = f'[models.quill]\nkind = "command"\ncommand = ["{tmp_path}/nowhere", "-x"]\n'
    house = house_of(tmp_path, f'[models]\nladder = ["quill"]\n{table}')
    store = open_store(tmp_path)
    writer = model_writer(house.settings, store, house.slot(None, NOW), NOW, lambda: inf)
    assert writer is not None

    for _ in range(2):
        with pytest.raises(NoModel):
            await writer.model.ask(PROMPT, Note)

    (trouble,) = writer.troubles()
    assert "there is no program" in trouble.message
    assert "left out for this run" in trouble.message
    assert len(store.calls_of_day("2026-02-11")) == 1
    store.close()


@pytest.mark.parametrize(("more", "asked"), [("", 3), ("window = 8192\n", 0)])
async def test_a_window_of_the_settings_is_not_asked_for(tmp_path: Path, more: str, asked: int) -> None:
    """Without one: the list of models, and what llama.cpp, Ollama and LM Studio would tell beside it, before the first call."""
    routes = {"/v1/chat/completions": streamed(), "/v1/models": http(200, '{"data": [{"id": "quill-7b", "max_model_len": 4096}]}')}
    async with routing(routes) as server:
        table = f'[models]\nladder = ["quill"]\n[models.quill]\nname = "quill-7b"\nendpoint = "{server.url}"\n{more}'
        house = house_of(tmp_path, table)
        with house.store() as store:
            writer = model_writer(house.settings, store, house.slot(None, NOW), NOW, lambda: inf)
            assert writer is not None
            await writer.model.ask(PROMPT, Note)
            await writer.model.ask(replace(PROMPT, material="2| Another."), Note)

    assert server.asked.count("/v1/models") == bool(asked)
    assert len([path for path in server.asked if "/v1/" not in path]) == asked
    assert server.asked[-2:] == ["/v1/chat/completions"] * 2
