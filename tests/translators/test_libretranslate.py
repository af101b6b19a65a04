"""A server of LibreTranslate's protocol: lines in, as many lines out, and every fault named."""

from __future__ import annotations

import json

import pytest

from deepdaily.core.errors import ModelAway, ModelBusy, ModelRefused, ReplyBroken
from deepdaily.settings.translator_table import TranslatorTable
from deepdaily.translators import Unready, translator_of
from deepdaily.translators.libretranslate import MOST_AT_ONCE, LibreTranslate
from model_server import Answer, FaultServer, http, serving

LINES = ["The cache is full.", "It is emptied."]


def told(*lines: object) -> bytes:
    return http(200, json.dumps({"translatedText": list(lines)}))


def at(server: FaultServer, key: str = "") -> LibreTranslate:
    return LibreTranslate(server.url.removesuffix("/v1") + "/", key)


async def test_the_lines_are_asked_together_and_answered_in_order() -> None:
    async with serving(told("缓存已满。", "它被清空。")) as server:
        said = await at(server, "k-1").translate(LINES, "en", "zh", 30)

    assert said == ["缓存已满。", "它被清空。"]
    assert server.asked == [{"q": LINES, "source": "en", "target": "zh", "format": "text", "api_key": "k-1"}]
    assert server.heads[0].startswith("POST /translate ")


async def test_without_a_key_none_is_sent() -> None:
    async with serving(told("缓存已满。", "它被清空。")) as server:
        translator = at(server)
        await translator.translate(LINES, "en", "zh", 30)

    assert "api_key" not in server.asked[0]
    assert translator.name == "LibreTranslate (127.0.0.1)"


async def test_many_lines_are_asked_in_parts_and_a_later_fault_keeps_what_came() -> None:
    lines = [f"Line {n}." for n in range(MOST_AT_ONCE + 1)]
    async with serving(told(*("好" for _ in range(MOST_AT_ONCE))), http(500, "{}")) as server:
        said = await at(server).translate(lines, "en", "zh", 30)

    assert said == ["好"] * MOST_AT_ONCE + [""]
    assert [len(one["q"]) for one in server.asked] == [MOST_AT_ONCE, 1]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (http(403, '{"error": "Invalid API key: k-1"}'), ModelRefused, r"Invalid API key: \*\*\*"),
        (http(429, '{"error": "Slowdown"}'), ModelBusy, "429"),
        (http(200, "<html>"), ReplyBroken, "protocol"),
        (http(200, '{"translatedText": "one"}'), ReplyBroken, "not as many"),
        (told("缓存已满。"), ReplyBroken, "not as many"),
        (told("缓存已满。", 7), ReplyBroken, "not as many"),
        (http(200, "[]"), ReplyBroken, "protocol"),
        (b"HTTP/1.1 200 Said\r\nContent-Length: 90\r\n\r\n{", ReplyBroken, "broke off"),
    ],
)
async def test_a_fault_is_named_and_holds_no_key(answer: Answer, error: type[Exception], words: str) -> None:
    async with serving(answer) as server:
        with pytest.raises(error, match=words) as caught:
            await at(server, "k-1").translate(LINES, "en", "zh", 30)

    assert "k-1" not in str(caught.value)


async def test_an_answer_that_does_not_end_is_cut() -> None:
    async with serving(http(200, b'{"translatedText": ["' + b"x" * (17 << 20))) as server:
        with pytest.raises(ReplyBroken, match="does not end"):
            await at(server).translate(LINES, "en", "zh", 30)


async def test_nobody_there_is_no_connection() -> None:
    with pytest.raises(ModelAway):
        await LibreTranslate("http://127.0.0.1:1").translate(LINES, "en", "zh", 30)


async def test_a_server_that_hangs_is_left_at_the_wall() -> None:
    async with serving(None) as server:
        with pytest.raises(ModelBusy, match="no answer"):
            await at(server).translate(LINES, "en", "zh", 0.2)


async def test_a_key_that_is_not_set_is_said_when_it_is_asked(tmp_path: object) -> None:
    table = TranslatorTable(provider="libretranslate", url="https://mt.example", key_env="DEEPDAILY_NO_SUCH_KEY")
    translator = translator_of(table, tmp_path)  # type: ignore[arg-type]

    assert isinstance(translator, Unready)
    with pytest.raises(ModelRefused, match="DEEPDAILY_NO_SUCH_KEY is not set"):
        await translator.translate(LINES, "en", "zh", 30)
    assert isinstance(translator_of(table.model_copy(update={"key_env": ""}), tmp_path), LibreTranslate)  # type: ignore[arg-type]
