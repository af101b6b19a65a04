"""One request, whatever comes back; every fault is a value of our own tree."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from deepdaily.core.errors import (
    ModelAway,
    ModelBusy,
    ModelError,
    ModelRefused,
    PromptRefused,
    PromptTooLong,
    ReplyBroken,
    ReplyCut,
    ReplyUnended,
)
from deepdaily.core.types import Usage
from deepdaily.models.abilities import BYTES_A_TOKEN, Abilities
from deepdaily.models.chat import ChatModel
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.reached import Reached
from deepdaily.models.wire import MOST_WIRE_BYTES
from model_server import FAULTS, GOOD, Answer, FaultServer, error, http, plain, serving, streamed
from waiting import CEILING_S

REQUEST = Request("Say it in JSON.", "1| Quillserve 2.4 is out.", 500)
KEY = "sekrit-key-123"


async def asked(answer: Answer, *, stream: bool = True, wall_s: float = CEILING_S, key: str = KEY) -> tuple[Exchange, FaultServer]:
    async with serving(answer) as server:
        outcome = await ChatModel(Reached("quill", "quill-7b", server.url, key, stream=stream)).send(REQUEST, wall_s)
        return outcome, server


@pytest.mark.parametrize(("stream", "answer"), [(True, streamed()), (False, plain())])
async def test_one_request_brings_the_reply_and_what_it_took(stream: bool, answer: bytes) -> None:
    outcome, server = await asked(answer, stream=stream)

    assert (outcome.text, outcome.error, outcome.answered_as) == (GOOD, None, "")
    assert outcome.usage is not None
    assert (outcome.usage.prefill_tokens, outcome.usage.cached_tokens, outcome.usage.decode_tokens) == (90, 64, 12)
    assert (outcome.usage.first_token_s is not None) == stream
    assert outcome.usage.total_s >= (outcome.usage.first_token_s or 0) >= 0
    assert len(server.asked) == 1


async def test_what_is_stable_is_sent_first_and_there_are_no_tools() -> None:
    _, server = await asked(streamed())

    assert server.asked[0] == {
        "model": "quill-7b",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "system", "content": REQUEST.system}, {"role": "user", "content": REQUEST.user}],
        "max_tokens": 500,
        "temperature": 0,
    }


async def test_a_bug_of_ours_is_no_fault_of_the_endpoint() -> None:
    no_request: Any = None
    async with serving(streamed()) as server:
        with pytest.raises(AttributeError):
            await ChatModel(Reached("quill", "quill-7b", server.url, KEY)).send(no_request, 5)


KINDS: dict[str, type[ModelError]] = {
    **dict.fromkeys(sorted(set(FAULTS) - {"wrong schema", "no JSON"}), ReplyBroken),
    **dict.fromkeys(("429 for ever", "Retry-After 3600", "Retry-After 1", "529", "500"), ModelBusy),
    **dict.fromkeys(("401", "404", "quota", "302"), ModelRefused),
    **dict.fromkeys(("a cut stream", "a cut stream that reads whole"), ReplyUnended),
    "truncation": ReplyCut,
    "content filter": PromptRefused,
}


@pytest.mark.parametrize("name", KINDS)
async def test_every_fault_is_one_request_and_one_error_of_ours(name: str) -> None:
    outcome, server = await asked(FAULTS[name], wall_s=0.2 if name == "a hang" else CEILING_S)

    assert type(outcome.error) is KINDS[name]
    assert len(server.asked) == 1
    assert KEY not in f"{outcome.error} {outcome.error.remedy}"


@pytest.mark.parametrize("answer", [plain(choices=[]), plain(choices=None), http(200, "<html>"), http(200, "7"), plain(usage=3)])
async def test_a_body_of_another_form_is_a_broken_reply_or_a_reply_without_a_count(answer: bytes) -> None:
    outcome, _ = await asked(answer, stream=False)

    assert isinstance(outcome.error, ReplyBroken) or outcome.text == GOOD


async def test_a_busy_model_says_when_to_come_back() -> None:
    said, _ = await asked(error(429, "slow", "Retry-After: 3600"))
    silent, _ = await asked(error(429))
    odd, _ = await asked(error(429, "slow", "Retry-After: nan"))

    waits = [one.error.retry_after_s for one in (said, silent, odd) if isinstance(one.error, ModelBusy)]
    assert waits == [3600, None, None]
    assert "3600" in str(said.error)


async def test_a_call_that_certainly_was_not_made_costs_nothing_and_what_broke_off_is_estimated() -> None:
    """A cut stream was decoded by somebody; of one that hangs nobody knows what it took."""
    busy, _ = await asked(FAULTS["429 for ever"])
    cut, _ = await asked(FAULTS["a cut stream"])
    long, _ = await asked(FAULTS["truncation"])
    hung, _ = await asked(FAULTS["a hang"], wall_s=0.2)

    assert busy.usage == Usage()
    assert cut.usage is not None
    assert cut.usage.estimated
    assert cut.usage.prefill_tokens == round(REQUEST.prompt_bytes / BYTES_A_TOKEN)
    assert long.usage is not None
    assert (long.usage.decode_tokens, long.usage.estimated) == (12, False)
    assert hung.usage is None


@pytest.mark.parametrize("told", [None, {}, {"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": None}, 3])
async def test_where_nobody_counts_tokens_they_are_worked_out_from_bytes_and_marked(told: object) -> None:
    outcome, _ = await asked(streamed(usage=told))

    assert outcome.usage is not None
    assert outcome.usage.estimated
    assert outcome.usage.prefill_tokens == round(REQUEST.prompt_bytes / BYTES_A_TOKEN)
    assert outcome.usage.decode_tokens == round(len(GOOD) / BYTES_A_TOKEN)


async def test_a_reply_longer_than_a_megabyte_is_refused() -> None:
    outcome, _ = await asked(streamed("x" * (1 << 20)))
    longer, _ = await asked(streamed("x" * (1 << 20) + "y"))

    assert outcome.error is None
    assert isinstance(longer.error, ReplyBroken)


async def test_an_answer_that_does_not_end_is_let_go_and_a_patient_one_is_not() -> None:
    """Comments keep a stream alive while a model thinks; they are no reply, and are not endless."""
    good, beat = streamed().partition(b"\r\n\r\n")[2], b": thinking\n\n"
    patient, _ = await asked(http(200, beat * 1000 + good, "text/event-stream"))
    endless, _ = await asked(http(200, beat * (MOST_WIRE_BYTES // len(beat)) + good, "text/event-stream"))

    assert patient.text == GOOD
    assert isinstance(endless.error, ReplyBroken)


async def test_a_redirect_is_followed_once_on_its_host_and_never_to_another() -> None:
    async with serving(streamed()) as there, serving(http(307, "", "text/plain", "Location: http://localhost:9/v1")) as away:
        async with serving(http(308, "", "text/plain", f"Location: {there.url}/chat/completions/")) as moved:
            followed = await ChatModel(Reached("quill", "quill-7b", moved.url, KEY)).send(REQUEST, CEILING_S)
        stayed = await ChatModel(Reached("quill", "quill-7b", away.url, KEY)).send(REQUEST, CEILING_S)

    assert followed.text == GOOD
    assert there.asked == moved.asked
    assert isinstance(stayed.error, ModelRefused)
    assert "http://localhost:9/v1" in str(stayed.error)


async def test_another_model_than_the_one_asked_is_named() -> None:
    other, _ = await asked(streamed(model="tiny-1b\x1b[31m"))
    dated, _ = await asked(streamed(model="quill-7b-2026-02-01"))

    assert other.answered_as == "tiny-1b[31m"
    assert dated.answered_as == ""


async def test_text_that_no_database_takes_is_made_harmless() -> None:
    outcome, _ = await asked(streamed('{"title": "a\0\ud800b"}'))

    assert outcome.text == '{"title": "a?b"}'


async def test_a_dead_address_is_named_and_costs_nothing() -> None:
    async with serving(streamed()) as server:
        gone = server.url

    outcome = await ChatModel(Reached("quill", "quill-7b", gone)).send(REQUEST, CEILING_S)

    assert isinstance(outcome.error, ModelAway)
    assert "connection refused by 127.0.0.1" in str(outcome.error)
    assert outcome.error.remedy == "is the server running?"
    assert outcome.usage == Usage()


async def test_the_key_is_sent_and_shown_nowhere() -> None:
    _, server = await asked(streamed())

    assert f"Bearer {KEY}" in server.heads[0]
    assert KEY not in repr(Reached("quill", "quill-7b", server.url, KEY))


# -- what an endpoint refuses by name ---------------------------------------------------------------------------------

SHAPED = Request(
    "Say it in JSON.", "1| Quillserve 2.4 is out.", 500, {"type": "object", "properties": {"title": {"type": "string"}}}
)


@pytest.mark.parametrize(
    ("status", "words", "learnt"),
    [
        (400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", ("limit", "max_completion_tokens")),
        (400, "invalid temperature: only 1 is allowed", ("left out", "temperature")),
        (422, "stream_options: extra fields not permitted", ("left out", "stream_options")),
        (400, "System role not supported", ("system", "merged")),
        (400, "response_format of type json_schema is not available", ("json", "object")),
        (500, "failed to parse grammar", ("json", "object")),
        (400, "parameter.enable_thinking must be set to false", ("quiet", "yes")),
        (400, "streaming is not supported by this model", ("stream", "no")),
    ],
)
async def test_what_is_refused_by_name_is_left_out_asked_again_at_once_and_remembered(
    status: int, words: str, learnt: tuple[str, str]
) -> None:
    abilities = Abilities()
    async with serving(error(status, words), streamed()) as server:
        model = ChatModel(Reached("quill", "quill-7b", server.url, KEY), abilities)
        outcome = await model.send(SHAPED, CEILING_S)
        await model.send(SHAPED, CEILING_S)

    assert outcome.text == GOOD
    assert abilities.of(learnt[0]) == learnt[1]
    assert len(server.asked) == 3
    assert server.asked[1] == server.asked[2] != server.asked[0]


async def test_what_the_settings_ask_for_is_not_dropped_and_a_null_takes_a_field_away() -> None:
    async with serving(error(400, "top_k is not permitted"), streamed()) as server:
        reached = Reached("quill", "quill-7b", server.url, KEY, params={"top_k": 20, "temperature": "null", "max_tokens": 77})
        outcome = await ChatModel(reached).send(SHAPED, CEILING_S)

    assert isinstance(outcome.error, PromptRefused)
    (asked_for,) = server.asked
    assert asked_for["top_k"] == 20
    assert asked_for["max_tokens"] == 77
    assert "temperature" not in asked_for


async def test_an_address_without_its_version_is_completed() -> None:
    async with serving(http(404, "404 page not found", "text/plain"), streamed()) as server:
        outcome = await ChatModel(Reached("quill", "quill-7b", server.url.removesuffix("/v1"), KEY)).send(REQUEST, CEILING_S)

    assert outcome.text == GOOD
    assert [head.split()[1] for head in server.heads] == ["/chat/completions", "/v1/chat/completions"]


async def test_a_window_that_an_error_names_is_learnt() -> None:
    abilities, words = Abilities(), "This model's maximum context length is 4,096 tokens. However, you requested 5500 tokens."
    async with serving(error(400, words)) as server:
        outcome = await ChatModel(Reached("quill", "quill-7b", server.url, KEY), abilities).send(REQUEST, CEILING_S)

    assert isinstance(outcome.error, PromptTooLong)
    assert abilities.window == 4096


async def test_a_prompt_that_a_server_has_cut_without_a_word_is_noticed() -> None:
    long = Request("Say it in JSON.", "word " * 2000, 500)
    async with serving(streamed(usage={"prompt_tokens": 1024, "completion_tokens": 9})) as server:
        cut = await ChatModel(Reached("quill", "quill-7b", server.url, KEY)).send(long, CEILING_S)
    async with serving(streamed(usage={"prompt_tokens": 2400, "completion_tokens": 9})) as server:
        whole = await ChatModel(Reached("quill", "quill-7b", server.url, KEY)).send(long, CEILING_S)

    assert isinstance(cut.error, PromptTooLong)
    assert "read only 1024 of about" in str(cut.error)
    assert whole.error is None


async def test_a_stream_that_moves_is_not_cut_by_the_wall_of_its_first_token() -> None:
    async with serving(streamed()) as server:
        slow = Reached("quill", "quill-7b", server.url, KEY, timeout_s=CEILING_S)
        assert (await ChatModel(slow).send(REQUEST, CEILING_S)).text == GOOD
    async with serving(None) as server:
        quick = Reached("quill", "quill-7b", server.url, KEY, timeout_s=0.2)
        late = await ChatModel(quick).send(REQUEST, CEILING_S)

    assert isinstance(late.error, ReplyBroken)
    assert "no whole answer in 0.2 s" in str(late.error)


async def test_a_packed_answer_is_unpacked_within_the_same_bound() -> None:
    whole = streamed().partition(b"\r\n\r\n")[2]
    packed = http(200, gzip.compress(whole), "text/event-stream", "Content-Encoding: gzip")
    bomb = http(200, gzip.compress(b"data: " + b"x" * MOST_WIRE_BYTES), "text/event-stream", "Content-Encoding: gzip")

    assert (await asked(packed))[0].text == GOOD
    assert isinstance((await asked(bomb))[0].error, ReplyBroken)
