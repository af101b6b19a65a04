"""Shapes of what an endpoint takes: parameters, address, key, window."""

from __future__ import annotations

import json

from endpoints.scripted import Asked, listing
from endpoints.shapes import CALLS, EITHER, Outcome, Told, refused, shape
from model_server import chunk, error, http, streamed

ONE_STEP = Outcome(calls=(CALLS, CALLS + 2))
"""One refused request more, or one for each of two parameters."""


@shape("base")
def plain_stream(asked: Asked) -> Told:
    """An ordinary OpenAI-compatible stream that counts its tokens."""
    return asked.well()


@shape("base-nostream", model="stream = false")
def plain_body(asked: Asked) -> Told:
    """The same without a stream."""
    return asked.well()


@shape("a01", ONE_STEP)
def wants_the_newer_name(asked: Asked) -> Told:
    """A gateway before a newer OpenAI model refuses `max_tokens` and names `max_completion_tokens`."""
    if "max_tokens" in asked.body:
        words = "Unsupported parameter: 'max_tokens' does not go with this model; send 'max_completion_tokens' instead."
        return error(400, words, code="unsupported_parameter", param="max_tokens")
    return asked.well()


@shape("a03", ONE_STEP)
def one_temperature(asked: Asked) -> Told:
    """A model that takes no temperature but 1 (Kimi K2.5 and later)."""
    if asked.body.get("temperature", 1) != 1:
        return error(400, "invalid temperature: this model allows 1 and nothing else")
    return asked.well()


def _thoughts_need_a_stream(asked: Asked) -> Told:
    if not asked.streams and asked.thinks:
        return error(400, "parameter.enable_thinking has to be false where stream is false", code="invalid_parameter_error")
    return asked.well()


@shape("a04", model="stream = false\nparams = { enable_thinking = false }")
def thinks_only_in_streams(asked: Asked) -> Told:
    """A thinking model that must be told not to think where it does not stream (DashScope); a parameter says so."""
    return _thoughts_need_a_stream(asked)


@shape("a04-think", model="stream = false\nthink = false")
def thinks_only_in_streams_and_is_told_not_to(asked: Asked) -> Told:
    """The same; `think = false` says so."""
    return _thoughts_need_a_stream(asked)


THOUGHTS = 3_500
"""Tokens."""


def _thinking(asked: Asked) -> Told:
    """Thoughts before each reply, as long as nobody switches them off."""
    if not asked.thinks:
        return asked.well()
    text, wants = asked.reply(), THOUGHTS + len(asked.reply().encode()) // 4
    cut = asked.room < wants
    used = min(asked.room, wants)
    usage = asked.took("", decode=used) | {"completion_tokens_details": {"reasoning_tokens": min(used, THOUGHTS)}}
    thoughts = chunk(
        choices=[{"index": 0, "delta": {"role": "assistant", "reasoning_content": "Hm. " * 200}, "finish_reason": None}]
    )
    body = streamed("" if cut else text, "length" if cut else "stop", usage).partition(b"\r\n\r\n")[2]
    return http(200, thoughts.encode() + body, "text/event-stream")


@shape("a05", Outcome(calls=(CALLS, 2 * CALLS + 2), share=(0.9, 1.1)))
def thoughts_eat_the_room(asked: Asked) -> Told:
    """A model that thinks 3,500 tokens before it answers: the room asked for is gone before the first word."""
    return _thinking(asked)


@shape("a05-think", model="think = false")
def thoughts_switched_off(asked: Asked) -> Told:
    """The same; `think = false` stands in the settings."""
    return _thinking(asked)


@shape("a07", ONE_STEP)
def no_system_message(asked: Asked) -> Told:
    """A chat template without a system message (Gemma)."""
    if any(one["role"] != "user" for one in asked.body["messages"]):
        return http(
            400, json.dumps({"object": "error", "message": "System role is not supported", "type": "BadRequestError", "code": 400})
        )
    return asked.well()


WINDOW = 4_096


def _narrow(asked: Asked) -> Told:
    if asked.tokens + asked.room > WINDOW:
        words = (
            f"This model's maximum context length is {WINDOW} tokens. However, you requested {asked.tokens + asked.room} tokens "
            f"({asked.tokens} in the messages, {asked.room} in the completion). Please reduce the length of either."
        )
        return http(400, json.dumps({"object": "error", "message": words, "type": "BadRequestError", "param": None, "code": 400}))
    return asked.well()


FITTED = Outcome((6, 7), EITHER, (CALLS, 3 * CALLS), (0.9, 1.1))


@shape("a08", FITTED, listing=listing(max_model_len=WINDOW))
def narrow_window(asked: Asked) -> Told:
    """A window of 4,096 tokens (vLLM): prompt and longest reply together are over it, the prompt alone is not."""
    return _narrow(asked)


@shape("a08-window", FITTED, model="window = 4096")
def narrow_window_that_is_known(asked: Asked) -> Told:
    """The same; the window stands in the settings."""
    return _narrow(asked)


READ = 2_048


@shape("a10", Outcome(exits=EITHER, calls=(1, 3 * CALLS), share=(0.9, 1.5), unsaid=("no JSON object",), or_said="2,?048"))
def cuts_the_front(asked: Asked) -> Told:
    """Cuts the front of a prompt that is over its 2,048 tokens and says nothing (Ollama); the instructions go first."""
    if asked.tokens > READ:
        text = "The text speaks of several releases and ends with their limits."
        return asked.well(text, usage=asked.took(text, prefill=READ))
    return asked.well()


@shape("a12", model='headers = { "api-key" = "a-key-of-ours" }')
def key_in_another_header(asked: Asked) -> Told:
    """Takes its key in `api-key` alone (Azure behind an API management)."""
    return asked.well() if asked.header("api-key") == "a-key-of-ours" else error(401, "Access denied: no subscription key.")


@shape("a12-query", model='query = { "api-version" = "2026-01-01" }')
def version_in_the_query(asked: Asked) -> Told:
    """Wants a version in the query of its address (Azure)."""
    return asked.well() if asked.query == "api-version=2026-01-01" else error(404, "Resource not found")


def _only_below_v1(asked: Asked) -> Told:
    return asked.well() if asked.path == "/v1/chat/completions" else http(404, '{"detail":"Not Found"}')


HOST = "http://127.0.0.1:{port}/{id}"


@shape(
    "a13",
    Outcome(calls=(0, CALLS + 2), or_said="leave .*chat/completions|without /chat/completions|take .*chat/completions"),
    address=HOST + "/v1/chat/completions",
)
def whole_address_of_a_call(asked: Asked) -> Told:
    """The settings name the address with /chat/completions at its end."""
    return _only_below_v1(asked)


@shape("a14", Outcome(calls=(0, CALLS + 2), or_said=r"(add|ends? in|with|up to) /v1"), address=HOST)
def address_of_the_host(asked: Asked) -> Told:
    """The settings name the address without /v1: a 404 of plain text."""
    return asked.well() if asked.path == "/v1/chat/completions" else http(404, "404 page not found", "text/plain")


@shape("a16", address=HOST + "/v1/")
def slash_at_the_end(asked: Asked) -> Told:
    """The settings name the address with a slash at its end."""
    return _only_below_v1(asked)


@shape("a18", refused("key_env", unsaid=("that key_env names",)))
def wants_a_key(asked: Asked) -> Told:
    """Wants a key (vLLM with --api-key), and the settings name none."""
    return http(401, '{"error": "Unauthorized"}') if not asked.header("Authorization").startswith("Bearer sk-") else asked.well()


@shape("a19", Outcome(share=(0.9, 1.1)), model="most_tokens = 8000")
def room_for_thoughts(asked: Asked) -> Told:
    """Thinks 3,500 tokens before it answers, and the settings leave room for that."""
    return _thinking(asked)


@shape("a20", Outcome(exits=EITHER, calls=(CALLS - 2, CALLS + 6), share=(0.9, 1.1)))
def only_the_order_is_cut(asked: Asked) -> Told:
    """Every reply on the order of the stories is cut off at its longest length; all else is answered well."""
    if asked.purpose == "ranking":
        return asked.well("", finish="length", usage=asked.took("", decode=asked.room))
    return asked.well()
