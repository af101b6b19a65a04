"""What `init` makes of the model servers of a machine: found where they listen by default, the right model taken, its window told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deepdaily.cli.starting import PORTS, Answers, LocalModel, found_models, settings_text
from model_server import FaultServer, error, http, serving
from webs import deepdaily, environment

BY_DEFAULT = {
    "Ollama": 11434,
    "vLLM": 8000,
    "llama.cpp, LocalAI, mlx": 8080,
    "SGLang": 30000,
    "LM Studio": 1234,
    "Jan": 1337,
    "one-api, new-api, TGI": 3000,
    "LiteLLM": 4000,
    "GPT4All": 4891,
    "text-generation-webui": 5000,
    "KoboldCpp": 5001,
    "Xinference": 9997,
    "Docker Model Runner": 12434,
    "Lemonade": 13305,
    "LMDeploy": 23333,
}
"""Where a server listens when nobody says otherwise, by their manuals of 2026."""

FOUND_TODAY = {"Ollama", "vLLM", "llama.cpp, LocalAI, mlx", "SGLang"}


def _missing(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)


def _listening(name: str) -> object:
    marks = [] if name in FOUND_TODAY else [_missing("more default ports")]
    return pytest.param(BY_DEFAULT[name], id=name, marks=marks)


@pytest.mark.parametrize("port", [_listening(name) for name in BY_DEFAULT])
def test_a_server_is_looked_for_where_it_listens_by_default(port: int) -> None:
    assert port in PORTS


def listed(*rows: dict[str, object]) -> bytes:
    return http(200, json.dumps({"object": "list", "data": [{"object": "model"} | row for row in rows]}))


async def found_behind(answer: bytes) -> list[LocalModel]:
    async with serving(answer) as server:
        return await found_models([server.port])


@pytest.mark.parametrize("name", ["bge-m3:latest", "gte-qwen2-7b", "multilingual-e5-large", "bge-reranker-v2", "whisper-large-v3"])
@_missing("what writes nothing is known by more names")
async def test_what_cannot_write_is_not_taken_for_the_writer(name: str) -> None:
    found = await found_behind(listed({"id": name}, {"id": "quill-8b"}))

    assert found[0].name == "quill-8b"


async def test_what_calls_itself_an_embedder_is_not_taken_for_the_writer() -> None:
    found = await found_behind(listed({"id": "reed-embed-text"}, {"id": "quill-8b"}))

    assert [one.name for one in found] == ["quill-8b"]


@_missing("of several models the largest is taken")
async def test_a_tiny_model_does_not_go_before_a_large_one() -> None:
    found = await found_behind(listed({"id": "quill2.5:0.5b"}, {"id": "quill3:32b"}))

    assert found[0].name == "quill3:32b"


@_missing("a server that is loading is said")
async def test_a_server_that_is_still_loading_is_said(tmp_path: Path) -> None:
    async with on_a_default_port(error(503, "Loading model")):
        done = await asyncio.to_thread(deepdaily, "init", "--yes", cwd=tmp_path)

    assert "loading" in (done.stdout + done.stderr).lower()


@_missing("OLLAMA_HOST is read")
async def test_ollama_is_found_where_its_own_variable_says(tmp_path: Path) -> None:
    async with serving(listed({"id": "quill3:8b"})) as server:
        env = environment(OLLAMA_HOST=f"127.0.0.1:{server.port}")
        await asyncio.to_thread(deepdaily, "init", "--yes", cwd=tmp_path, env=env)

    assert f"127.0.0.1:{server.port}" in (tmp_path / "deepdaily.toml").read_text("utf-8")


@asynccontextmanager
async def on_a_default_port(answer: bytes) -> AsyncIterator[None]:
    """A server where `init` looks; skipped where something listens on each of these ports already."""
    made = FaultServer([answer])
    for port in PORTS:
        try:
            server = await asyncio.start_server(made.serve, "127.0.0.1", port)
        except OSError:
            continue
        async with server:
            yield
        return
    pytest.skip("every default port is taken on this machine")


GGUF = "/models/Quill-8B-Q4_K_M.gguf"


async def test_the_path_of_a_gguf_is_a_name() -> None:
    (found,) = await found_behind(listed({"id": GGUF, "meta": {"n_ctx": 8192, "n_ctx_train": 40960}}))

    assert found.name == GGUF


@pytest.mark.parametrize(
    ("row", "window"),
    [
        pytest.param({"id": GGUF, "meta": {"n_ctx": 8192, "n_ctx_train": 40960}}, 8192, id="llama.cpp"),
        pytest.param({"id": "quill-8b", "max_model_len": 4096}, 4096, id="vLLM"),
    ],
)
@_missing("the window that a server tells")
async def test_the_window_that_a_server_tells_is_written_into_the_settings(row: dict[str, object], window: int) -> None:
    (found,) = await found_behind(listed(row))

    assert f"window = {window}" in settings_text(Answers(model=found))


@pytest.mark.parametrize("key", ["window", "at_once", "think", "most_tokens"])
@_missing("the settings written for a local model name what it needs")
def test_the_settings_for_a_local_model_name_what_local_models_need(key: str) -> None:
    assert key in settings_text(Answers(model=LocalModel("http://127.0.0.1:11434/v1", "quill3:8b")))
