"""One request, whatever comes back; every fault is a value of our own tree."""

from __future__ import annotations

from typing import Any

import pytest

from deepdaily.core.errors import ModelBusy, ModelError, ModelRefused, ReplyBroken
from deepdaily.models.chat import ChatModel
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.wire import MOST_WIRE_BYTES
from model_server import FAULTS, GOOD, Answer, FaultServer, error, http, plain, serving, streamed
from waiting import CEILING_S

REQUEST = Request("Say it in JSON.", "1| Quillserve 2.4 is out.", 500)
KEY = "sekrit-key-123"


async def asked(answer: Answer, *, stream: bool = True, wall_s: float = CEILING_S, key: str = KEY) -> tuple[Exchange, FaultServer]:
    async with serving(answer) as server:
        outcome = await ChatModel("quill", "quill-7b", server.url, key, stream=stream).send(REQUEST, wall_s)
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
        "temperature": 0.0,
    }


async def test_a_bug_of_ours_is_no_fault_of_the_endpoint() -> None:
    no_request: Any = None
    async with serving(streamed()) as server:
        with pytest.raises(AttributeError):
            await ChatModel("quill", "quill-7b", server.url, KEY).send(no_request, 5)


BROKEN = set(FAULTS) - {
    "429 for ever",
    "Retry-After 3600",
    "Retry-After 1",
    "529",
    "401",
    "404",
    "quota",
    "wrong schema",
    "no JSON",
}
KINDS: dict[str, type[ModelError]] = {
    **dict.fromkeys(sorted(BROKEN), ReplyBroken),
    **dict.fromkeys(("429 for ever", "Retry-After 3600", "Retry-After 1", "529"), ModelBusy),
    **dict.fromkeys(("401", "404", "quota"), ModelRefused),
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


async def test_a_call_that_certainly_was_not_made_costs_nothing_and_any_other_may_have() -> None:
    """A cut stream was decoded by somebody."""
    busy, _ = await asked(FAULTS["429 for ever"])
    cut, _ = await asked(FAULTS["a cut stream"])
    long, _ = await asked(FAULTS["truncation"])

    assert busy.usage is not None
    assert busy.usage.prefill_tokens == busy.usage.decode_tokens == 0
    assert cut.usage is None
    assert long.usage is not None
    assert long.usage.decode_tokens == 12


async def test_where_nobody_counts_tokens_there_are_as_many_as_bytes() -> None:
    outcome, _ = await asked(streamed(usage=None))

    assert outcome.usage is not None
    assert outcome.usage.prefill_tokens == REQUEST.prefill_bound
    assert outcome.usage.decode_tokens == len(GOOD)


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


async def test_a_redirect_is_not_followed_to_an_answer() -> None:
    async with serving(streamed()) as elsewhere:
        away, _ = await asked(http(307, "", "text/plain", f"Location: {elsewhere.url}/chat/completions"))

        assert isinstance(away.error, ReplyBroken)
        assert elsewhere.asked == []


async def test_another_model_than_the_one_asked_is_named() -> None:
    other, _ = await asked(streamed(model="tiny-1b\x1b[31m"))
    dated, _ = await asked(streamed(model="quill-7b-2026-02-01"))

    assert other.answered_as == "tiny-1b[31m"
    assert dated.answered_as == ""


async def test_text_that_no_database_takes_is_made_harmless() -> None:
    outcome, _ = await asked(streamed('{"title": "a\0\ud800b"}'))

    assert outcome.text == '{"title": "a?b"}'


async def test_a_dead_address_is_a_broken_reply() -> None:
    async with serving(streamed()) as server:
        gone = server.url

    outcome = await ChatModel("quill", "quill-7b", gone).send(REQUEST, CEILING_S)

    assert isinstance(outcome.error, ReplyBroken)


async def test_the_key_is_sent_and_shown_nowhere() -> None:
    _, server = await asked(streamed())

    assert f"Bearer {KEY}" in server.heads[0]
    assert KEY not in repr(ChatModel("quill", "quill-7b", server.url, KEY))
