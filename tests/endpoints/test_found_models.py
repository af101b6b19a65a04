"""What `init` makes of the model servers of a machine: found where they listen by default, the right model taken, its window told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deepdaily.cli.finding import PORTS, FoundModel, billions, default_endpoints, ollama_endpoint, servers, writes
from deepdaily.cli.init_answers import Answers
from deepdaily.cli.starting import settings_text
from model_server import FaultServer, error, http, routing, serving
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


@pytest.mark.parametrize("port", [pytest.param(port, id=name) for name, port in BY_DEFAULT.items()])
def test_a_server_is_looked_for_where_it_listens_by_default(port: int) -> None:
    assert any(f":{port}/" in endpoint for endpoint in default_endpoints({}))


def listed(*rows: dict[str, object]) -> bytes:
    return http(200, json.dumps({"object": "list", "data": [{"object": "model"} | row for row in rows]}))


async def found_behind(answer: bytes) -> list[FoundModel]:
    async with serving(answer) as server:
        return (await servers([server.url])).models


async def said_of(routes: Mapping[str, bytes]) -> tuple[list[str], str]:
    """The names that are found behind these, and what is said of the rest."""
    async with routing(routes) as server:
        found = await servers([server.url])
    return [one.name for one in found.models], "\n".join(found.remarks)


@pytest.mark.parametrize("name", ["bge-m3:latest", "gte-qwen2-7b", "multilingual-e5-large", "bge-reranker-v2", "whisper-large-v3"])
async def test_what_cannot_write_is_not_taken_for_the_writer(name: str) -> None:
    found = await found_behind(listed({"id": name}, {"id": "quill-8b"}))

    assert found[0].name == "quill-8b"


async def test_what_calls_itself_an_embedder_is_not_taken_for_the_writer() -> None:
    found = await found_behind(listed({"id": "reed-embed-text"}, {"id": "quill-8b"}))

    assert [one.name for one in found] == ["quill-8b"]


async def test_a_tiny_model_does_not_go_before_a_large_one() -> None:
    found = await found_behind(listed({"id": "quill2.5:0.5b"}, {"id": "quill3:32b"}))

    assert found[0].name == "quill3:32b"


async def test_a_server_that_is_still_loading_is_said(tmp_path: Path) -> None:
    async with on_a_default_port(error(503, "Loading model")):
        done = await asyncio.to_thread(deepdaily, "init", "--yes", cwd=tmp_path)

    assert "loading" in (done.stdout + done.stderr).lower()


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
async def test_the_window_that_a_server_tells_is_written_into_the_settings(row: dict[str, object], window: int) -> None:
    (found,) = await found_behind(listed(row))

    assert f"window = {window}" in settings_text(Answers(model=found))


@pytest.mark.parametrize("key", ["window", "at_once", "think", "most_tokens"])
def test_the_settings_for_a_local_model_name_what_local_models_need(key: str) -> None:
    assert key in settings_text(Answers(model=FoundModel("http://127.0.0.1:11434/v1", "quill3:8b")))


# -- brothers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "bge-large-zh-v1.5", "Qwen/Qwen3-Embedding-8B", "qwen3-reranker:4b", "text-embedding-3-large", "snowflake-arctic-embed2",
        "all-minilm", "mxbai-embed-large:latest", "/models/gte-Qwen2-7B-instruct.gguf", "openai/whisper-large-v3", "kokoro-82m",
        "cosyvoice2", "stable-diffusion-3.5", "FLUX.1-dev", "llama-guard3:8b", "quill-8b-base", "qwen3-tts", "deepseek-ocr",
    ],
)  # fmt: skip
def test_a_name_can_say_that_its_model_writes_nothing(name: str) -> None:
    assert not writes(name)


@pytest.mark.parametrize(
    "name",
    [
        "/srv/embedded/quill-8b.gguf", "C:\\models\\rerank\\quill-8b.gguf", "qwen3:32b", "gpt-oss:20b", "deepseek-v3.2", "llama3.3",
        "gemma3n:e4b", "mixtral-8x7b-instruct", "speechless/quill-7b", "database-quill-7b", "glm-4.7-flash", "bigger-quill-12b",
    ],
)  # fmt: skip
def test_a_folder_or_a_part_of_a_word_says_nothing_against_a_model(name: str) -> None:
    assert writes(name)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("qwen3:32b", 32), ("qwen2.5:0.5b", 0.5), ("gemma-3-270m-it", 0.27), ("mixtral-8x7b-instruct", 56), ("qwen3-30b-a3b", 30),
        ("quill-7b-instruct-1m", 7), ("gemma3n:e4b", 4), ("quill-8b-q4_k_m.gguf", 8), ("quill-4bit", 8), ("llama3.3:latest", 8),
        ("/srv/70b/quill-3b.gguf", 3),
    ],
)  # fmt: skip
def test_the_size_of_a_model_is_read_from_its_name(name: str, size: float) -> None:
    assert billions(name) == pytest.approx(size)


@pytest.mark.parametrize(
    ("host", "endpoint"),
    [
        ("127.0.0.1:8434", "http://127.0.0.1:8434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:9000", "http://127.0.0.1:9000/v1"),
        (":9000", "http://127.0.0.1:9000/v1"),
        ("box.lan", "http://box.lan:11434/v1"),
        ("http://box.lan", "http://box.lan:80/v1"),
        ("https://box.lan/ollama/", "https://box.lan:443/ollama/v1"),
        ("[::1]:9000", "http://[::1]:9000/v1"),
        ("[::]", "http://127.0.0.1:11434/v1"),
    ],
)
def test_ollamas_variable_is_read_as_ollama_reads_it(host: str, endpoint: str) -> None:
    assert ollama_endpoint(host) == [endpoint]


@pytest.mark.parametrize("host", ["", "  ", "ftp://box", "box:port", "http://[", "box:99999"])
def test_what_is_no_address_leads_nowhere(host: str) -> None:
    assert ollama_endpoint(host) == []


async def test_a_tiny_model_alone_is_none() -> None:
    names, said = await said_of({"/v1/models": listed({"id": "quill2.5:0.5b"}, {"id": "reed-embed"})})

    assert names == []
    assert "no model that can write (quill2.5:0.5b, reed-embed)" in said


async def test_the_size_that_a_server_counts_goes_before_the_name() -> None:
    names, _ = await said_of({"/v1/models": listed({"id": "/srv/quill.gguf", "meta": {"n_params": 268_098_176, "n_ctx": 8192}})})

    assert names == []


async def test_a_kind_that_a_server_tells_counts_as_a_name_does() -> None:
    names, _ = await said_of(
        {"/v1/models": listed({"id": "reed", "model_type": "embedding"}, {"id": "quill", "model_type": "LLM"})}
    )

    assert names == ["quill"]


async def test_a_model_in_a_cloud_comes_behind_one_of_this_machine_and_is_not_taken_unasked() -> None:
    async with routing(
        {"/v1/models": listed({"id": "quill3-coder:480b-cloud"}, {"id": "gpt-5-mini"}, {"id": "quill3:8b"})}
    ) as server:
        found = await servers([server.url])

    assert found.models[0].name == "quill3:8b"
    assert [one.paid for one in found.models] == [False, True, True]


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ({"/v1/models": error(503, "Loading model")}, "still loading its model: run init again"),
        ({"/v1/models": error(401, "Invalid API Key")}, "wants a key: describe it by hand, with key_env"),
        ({"/v1/models": http(200, '{"object": "list", "data": []}')}, "has no model yet"),
        ({"/v1/models": listed({"id": "quill-8b", "max_model_len": 2048})}, "its window is 2048 tokens, and 4096 are the least"),
        (
            {
                "/v1/models": listed({"id": "quill-8b", "owned_by": "llamacpp"}),
                "/props": http(200, '{"default_generation_settings": {"n_ctx": 8192}, "chat_template": ""}'),
            },
            "no chat template: take an instruction-tuned one",
        ),
    ],
)
async def test_why_a_server_cannot_be_used_is_said_in_a_line(routes: Mapping[str, bytes], said: str) -> None:
    names, remarks = await said_of(routes)

    assert names == []
    assert said in remarks


@pytest.mark.parametrize(
    "answer",
    [
        http(404, "<h1>Not found</h1>", "text/html"),
        http(403, "", "text/plain"),
        http(200, "<html>a dashboard</html>", "text/html"),
        http(302, "", "text/plain", "Location: /login"),
        http(500, "boom", "text/plain"),
    ],
)
async def test_of_what_is_no_model_server_nothing_is_said(answer: bytes) -> None:
    assert await said_of({"/v1/models": answer}) == ([], "")


async def test_what_a_server_does_side_by_side_and_whether_it_thinks_is_written_too() -> None:
    routes = {
        "/v1/models": listed({"id": "quill3:8b", "owned_by": "library"}),
        "/api/ps": http(200, '{"models": [{"name": "quill3:8b", "context_length": 8192}]}'),
        "/api/show": http(200, '{"capabilities": ["completion", "thinking"]}'),
    }
    async with routing(routes) as server:
        (found,) = (await servers([server.url])).models

    text = settings_text(Answers(model=found))
    assert [line.split("  #")[0] for line in text.splitlines() if line.startswith(("window", "at_once", "think"))] == [
        "window = 8192", "at_once = 1", "think = false",
    ]  # fmt: skip
