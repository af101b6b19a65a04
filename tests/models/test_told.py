"""What a server tells of a model without a call that costs anything; whatever goes wrong, it tells nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from deepdaily.models.abilities import Abilities
from deepdaily.models.reached import Reached
from deepdaily.models.told import NO_TEMPLATE, Told, introduced, listed, row_of, told, told_beside, window_of
from deepdaily.store import Store
from model_server import Answer, RoutedServer, error, http, routing

NAME = "quill-8b"


def said(value: object) -> bytes:
    return http(200, json.dumps(value))


def rows(*given: dict[str, Any]) -> bytes:
    return said({"object": "list", "data": [{"id": NAME, **one} for one in given]})


async def told_behind(routes: Mapping[str, Answer], model: str = NAME) -> tuple[Told, RoutedServer]:
    async with routing(routes) as server:
        return await told(Reached("quill", model, server.url)), server


# -- the list of models -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "window"),
    [
        ({"max_model_len": 8192}, 8192),
        ({"meta": {"n_ctx": 6144, "n_ctx_train": 131072}}, 6144),
        ({"context_length": 65536, "top_provider": {"context_length": 32768}}, 32768),
        ({"context_window": 131072}, 131072),
        ({"max_context_length": 32768, "loaded_context_length": 4096}, 4096),
        ({"max_context_length": 128000}, 128000),
        ({"parameters": {"max_seq_len": 16384}}, 16384),
        ({"meta": {"n_ctx_train": 40960}}, None),
        ({"max_model_len": "8192"}, None),
        ({"max_model_len": True}, None),
        ({"max_model_len": -1, "context_length": 10**12}, None),
        ({"meta": [7]}, None),
    ],
)
def test_a_row_tells_what_is_served_before_what_could_be(row: Mapping[str, Any], window: int | None) -> None:
    assert window_of(row) == window


def test_a_server_of_one_file_answers_whatever_it_is_called_and_one_of_many_only_by_name() -> None:
    file, other = {"id": "/models/quill.gguf"}, {"id": "reed-7b"}

    assert row_of([file], NAME) == file
    assert row_of([file, other], "reed-7b:latest") == other
    assert row_of([file, other], NAME) == {}
    assert row_of(["odd", 7], NAME) == {}


async def test_the_window_of_the_list_is_told() -> None:
    found, server = await told_behind({"/v1/models": rows({"max_model_len": 8192})})

    assert found.window == 8192
    assert all(head.startswith("GET ") for head in server.heads)


async def test_the_key_goes_to_the_server_whose_models_are_asked_for() -> None:
    async with routing({"/v1/models": rows({"max_model_len": 8192})}) as server:
        await listed(Reached("quill", NAME, server.url, "sekrit"))

    assert "authorization: bearer sekrit" in server.heads[0].lower()


async def test_an_address_without_its_v1_is_helped() -> None:
    async with routing({"/v1/models": rows({})}) as server:
        listing = await listed(Reached("quill", NAME, server.url.removesuffix("/v1")))

    assert len(listing.rows) == 1


async def test_an_empty_list_is_a_list_and_a_page_is_none() -> None:
    async with routing({"/v1/models": said({"data": []})}) as server:
        assert (await listed(Reached("quill", NAME, server.url))).lists
    async with routing({"/v1/models": http(200, "<html>", "text/html")}) as server:
        assert not (await listed(Reached("quill", NAME, server.url))).lists


async def test_a_refusal_is_told_in_the_servers_words_and_a_stranger_is_none() -> None:
    async with routing({"/v1/models": error(503, "Loading model")}) as server:
        loading = await listed(Reached("quill", NAME, server.url))
    async with routing({"/v1/models": http(403, "<h1>Forbidden</h1>", "text/html")}) as server:
        stranger = await listed(Reached("quill", NAME, server.url))

    assert loading.refusal
    assert (loading.refusal.status, loading.refusal.words) == (503, "Loading model")
    assert stranger.refusal is None


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"SSH-2.0-x\r\n",
        http(200, "<html>"),
        http(200, "[" * 100_000),
        http(302, "", "text/plain", "Location: /else"),
        error(500),
    ],
)
async def test_whatever_else_comes_tells_nothing(answer: Answer) -> None:
    async with routing({"/v1/models": answer}) as server:
        listing = await listed(Reached("quill", NAME, server.url), wall_s=0.3)

    assert listing.rows == ()


# -- the servers' own places ------------------------------------------------------------------------------------------

CHAT_ML = "{%- for message in messages -%}\n  {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' -}}\n{%- endfor -%}"
"""What llama.cpp shows where a file has no template (seen at its build of October 2026)."""


def props(template: str, end: str = "<eos>", **more: Any) -> Mapping[str, Answer]:
    shown = {"default_generation_settings": {"n_ctx": 2048}, "chat_template": template, "eos_token": end, "total_slots": 2} | more
    return {"/v1/models": rows({"owned_by": "llamacpp", "meta": {"n_ctx": 4096}}), "/props": said(shown)}


async def test_llama_cpp_tells_the_window_of_one_slot_and_how_many_it_has() -> None:
    found, _ = await told_behind(props("{{ bos_token }}{% for message in messages %}<start>{% endfor %}"))

    assert found == Told(2048, at_once=2)


@pytest.mark.parametrize(
    ("template", "end", "missing"),
    [
        ("", "<eos>", True),
        (CHAT_ML, "<eos>", True),
        (CHAT_ML, "<|im_end|>", False),
        ("{% for message in messages %}{{ '<|im_start|>' + message.role }}{% endfor %}", "<eos>", False),
    ],
)
async def test_a_file_without_a_template_is_known_by_the_one_put_in_its_place(template: str, end: str, missing: bool) -> None:
    found, _ = await told_behind(props(template, end))

    assert found.no_template == missing


async def test_a_template_that_can_be_told_not_to_think_is_of_a_model_that_thinks() -> None:
    found, _ = await told_behind(props("{% if enable_thinking %}<think>{% endif %}"))

    assert found.thinks


async def test_ollama_tells_the_window_of_a_model_that_is_loaded() -> None:
    running = said({"models": [{"name": "reed:7b", "context_length": 512}, {"name": "quill-8b:latest", "context_length": 4096}]})
    shown = said({"capabilities": ["completion", "thinking"], "model_info": {"quill.context_length": 40960}})

    found, _ = await told_behind({"/v1/models": rows({"owned_by": "library"}), "/api/ps": running, "/api/show": shown})

    assert found == Told(4096, at_once=1, thinks=True)


async def test_of_one_that_is_not_loaded_ollama_tells_what_its_file_sets_and_never_what_it_was_trained_for() -> None:
    trained = {"model_info": {"quill.context_length": 40960}}
    routes = {"/v1/models": rows({}), "/api/ps": said({"models": []})}

    silent, _ = await told_behind(routes | {"/api/show": said(trained)})
    named, _ = await told_behind(
        routes | {"/api/show": said(trained | {"parameters": 'stop  "x"\nnum_ctx                        16384'})}
    )

    assert (silent.window, named.window) == (None, 16384)


async def test_lm_studio_tells_what_is_loaded() -> None:
    native = said({"data": [{"id": NAME, "max_context_length": 131072, "loaded_context_length": 8192}, {"id": "reed"}]})

    found, _ = await told_behind({"/v1/models": rows({}), "/api/v0/models": native})

    assert found.window == 8192


async def test_what_no_server_of_ours_has_is_not_looked_for_at_a_providers() -> None:
    """A provider on the net is asked for its list, and for nothing that only a server of one's own has."""
    far = Reached("quill", NAME, "https://models.example.com/v1")

    assert await told_beside(far, {"context_length": 65536}) == Told(65536)


# -- once -------------------------------------------------------------------------------------------------------------


async def test_a_server_is_asked_once_and_what_it_told_is_kept(store: Store) -> None:
    day = date(2026, 2, 11)
    async with routing({"/v1/models": rows({"max_model_len": 8192})}) as server:
        reached = Reached("quill", NAME, server.url)
        first = await introduced(reached, Abilities.kept(store, reached.identity, day))
        asked = len(server.asked)
        known = Abilities.kept(store, reached.identity, day)
        again = await introduced(reached, known)

        assert (first, again, known.window) == ("", "", 8192)
        assert len(server.asked) == asked


async def test_a_server_that_tells_nothing_is_not_asked_again_and_one_that_is_loading_is() -> None:
    silent, loading = Abilities(), Abilities()
    async with routing({}) as server:
        await introduced(Reached("quill", NAME, server.url), silent)
    async with routing({"/v1/models": error(503, "Loading model")}) as server:
        await introduced(Reached("quill", NAME, server.url), loading)
    await introduced(Reached("quill", NAME, "http://127.0.0.1:1/v1"), loading)

    assert (silent.of("asked"), loading.of("asked")) == ("yes", "")


async def test_that_a_model_has_no_template_is_said_in_every_run() -> None:
    known = Abilities()
    async with routing(props("")) as server:
        first = await introduced(Reached("quill", NAME, server.url), known)
    later = await introduced(Reached("quill", NAME, "http://127.0.0.1:1/v1"), known)

    assert (first, later) == (NO_TEMPLATE, NO_TEMPLATE)
