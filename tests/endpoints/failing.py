"""Shapes of trouble: refusals, limits, filters, cut and slow streams, what stands between."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

from endpoints.scripted import MODEL, Asked, listing
from endpoints.shapes import CALLS, EITHER, ITEMS, Outcome, Told, refused, shape
from model_server import DONE, chunk, error, http, plain, streamed

PATIENT = Outcome(calls=(CALLS, 3 * CALLS))
"""Refused calls cost nothing but their number."""

KEY = {"QUILL_KEY": "sk-of-a-test"}
WITH_KEY = 'key_env = "QUILL_KEY"'


@shape("d01", refused("free allowance", unsaid=("protocol promises",), calls=CALLS))
def error_with_200(asked: Asked) -> Told:
    """A limit told with status 200 and an error of code 429 (OpenRouter)."""
    told = {"message": "Rate limit: the free allowance of the day is used up", "code": 429, "metadata": {"headers": {}}}
    return http(200, json.dumps({"error": told, "user_id": "u1"}))


@shape("d03", Outcome(calls=(CALLS, 2 * CALLS), share=(1.0, 4.0)), model="stream = false")
def error_as_reason_to_finish(asked: Asked) -> Told:
    """For its first two seconds every fifth prompt ends with the reason `error` and an error within the choice (OpenRouter)."""
    if asked.place % 5 != 1 or asked.waited_s >= 2:
        return asked.well()
    choice = {"index": 0, "finish_reason": "error", "error": {"code": 502, "message": "upstream is idle"}}
    return plain("", choices=[choice | {"message": {"role": "assistant", "content": ""}}], usage=None)


@shape("d04", refused("quota|balance", r"\bpay\b|top up"))
def balance_is_spent(asked: Asked) -> Told:
    """The balance of the account is spent: 402."""
    return error(402, "Insufficient Balance", type="unknown_error", code="invalid_request_error")


@shape("d05", refused("key_env|QUILL_KEY", unsaid=("sk-of-a-test",)), model=WITH_KEY, environment=KEY)
def key_is_wrong(asked: Asked) -> Told:
    """The key is wrong; the refusal repeats it."""
    return error(401, "Authentication fails: sk-of-a-test is no key of ours", type="authentication_error")


@shape("d06", refused("region|country|territory", unsaid=("key is not taken",)), model=WITH_KEY, environment=KEY)
def not_served_here(asked: Asked) -> Told:
    """The region is not served: 403."""
    return error(403, "This country, region or territory is not supported", code="unsupported_country_region_territory")


@shape("d08", refused("quill-7b.*not found"))
def model_not_there(asked: Asked) -> Told:
    """The model has not been pulled (Ollama): 404."""
    return error(404, f'model "{MODEL}" not found, pull it first', type="api_error")


def _refused_for(asked: Asked, seconds: float, every: int, refusal: bytes) -> Told:
    """Each `every`-th prompt is refused until so long after it came first: what the order of calls is does not matter."""
    return refusal if asked.place % every == 1 and asked.waited_s < seconds - 0.01 else asked.well()


@shape("d09", PATIENT)
def asks_to_wait_for_milliseconds(asked: Asked) -> Told:
    """Every fourth prompt is asked to come back after 300 ms, in the header of Azure."""
    return _refused_for(asked, 0.3, 4, error(429, "too many calls a minute", "retry-after-ms: 300"))


@shape("d10", PATIENT)
def tells_when_its_limit_ends(asked: Asked) -> Told:
    """Every third prompt is refused for a second without Retry-After; the headers of the limit and the words say 1 s (OpenAI, Groq)."""
    headers = ("x-ratelimit-reset-requests: 1s", "x-ratelimit-reset-tokens: 1s")
    return _refused_for(asked, 1, 3, error(429, "Tokens per minute: limit 6000, used 5900. Please try again in 1s.", *headers))


@shape("d11", PATIENT)
def one_at_a_time(asked: Asked) -> Told:
    """One call at a time; a second one is refused at once, in Chinese, without a header (Zhipu)."""
    if asked.others:
        return error(429, "您的账户并发数已满，请降低并发。", code="1302")
    return _after(asked, 0.25)


async def _after(asked: Asked, seconds: float) -> AsyncIterator[bytes]:
    await asyncio.sleep(seconds)
    found = asked.well()
    assert isinstance(found, bytes)
    yield found


LOADING = error(503, "Loading model", type="unavailable_error", code=503)


@shape("d14", PATIENT, listing=lambda at_s: LOADING if at_s < 4 else listing()(at_s))
def still_loading(asked: Asked) -> Told:
    """Loads its model for the first 4 s: 503 (llama.cpp after a boot)."""
    return LOADING if asked.at_s < 4 else asked.well()


@shape("d15")
def slow_to_begin(asked: Asked) -> Told:
    """Says nothing for 6 s before each answer."""
    return _after(asked, 6)


FLAGGED = "files-bridge"
"""In the day's story on a malicious package, and in no other."""

ONE_LOST = Outcome((ITEMS - 1, ITEMS), EITHER, (CALLS - 4, CALLS + 8))
"""One item at most is by the built-in writer, the rest is as ever."""


def _is_flagged(asked: Asked) -> bool:
    return asked.purpose == "facts" and FLAGGED in asked.material


@shape("d16", ONE_LOST)
def refuses_one_text(asked: Asked) -> Told:
    """A filter refuses the prompt of one story (Azure, DashScope): 400."""
    if _is_flagged(asked):
        return error(400, "The prompt triggered the content management policy.", code="content_filter")
    return asked.well()


@shape("d17", ONE_LOST)
def stops_at_one_text(asked: Asked) -> Told:
    """A filter stops the reply on one story: reason `content_filter`."""
    return asked.well("", finish="content_filter") if _is_flagged(asked) else asked.well()


@shape("d18")
def never_says_why_it_ended(asked: Asked) -> Told:
    """No chunk has a reason to finish; [DONE] comes."""
    return asked.well(finish=None)


@shape("d20", model="stream = false")
def packs_unasked(asked: Asked) -> Told:
    """Packs its answer though it was asked not to (a proxy's default)."""
    found = asked.well()
    assert isinstance(found, bytes)
    return http(200, gzip.compress(found.partition(b"\r\n\r\n")[2], mtime=0), "application/json", "Content-Encoding: gzip")


@shape("d21", Outcome(calls=(0, 3 * CALLS), or_said="redirect|308"))
def wants_a_slash(asked: Asked) -> Told:
    """Redirects to the same path with a slash: 308."""
    if asked.path.endswith("/"):
        return asked.well()
    return http(308, "", "text/plain", f"Location: {asked.head.split(' ', 2)[1]}/")


@shape("d22", model="stream = false")
def keeps_alive_by_lines(asked: Asked) -> Told:
    """Blank lines before the body while it queues (DeepSeek)."""
    found = asked.well()
    assert isinstance(found, bytes)
    return http(200, b"\n\n\n\n" + found.partition(b"\r\n\r\n")[2])


def _after_events(asked: Asked, before: str) -> Told:
    found = asked.well()
    assert isinstance(found, bytes)
    return http(200, before.encode() + found.partition(b"\r\n\r\n")[2], "text/event-stream")


@shape("d23")
def keeps_alive_by_comments(asked: Asked) -> Told:
    """Comments in the stream while it queues (DeepSeek, OpenRouter)."""
    return _after_events(asked, ": keep-alive\n\n: STILL PROCESSING\n\n" * 20)


@shape("d24")
def begins_with_no_choice(asked: Asked) -> Told:
    """The first chunk has no choices, but the filter's results for the prompt (Azure)."""
    return _after_events(asked, chunk(id="", model="", choices=[], prompt_filter_results=[{"prompt_index": 0}]))


@shape("d25", Outcome(calls=(CALLS, 2 * CALLS), share=(1.0, 2.5)))
def gateway_fails_now_and_then(asked: Asked) -> Told:
    """Every fifth prompt meets the gateway's own page, once: 502."""
    bad = asked.place % 5 == 1 and not asked.before
    return http(502, "<html><h1>502 Bad Gateway</h1></html>", "text/html") if bad else asked.well()


@shape("d26", Outcome(calls=(CALLS, CALLS + 3), share=(1.0, 1.5)))
def one_stream_stalls(asked: Asked) -> Told:
    """The fourth stream begins and then stands still for ever."""
    return _stalling(asked.over) if asked.number == 4 else asked.well()


async def _stalling(over: asyncio.Event) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + chunk('{"title": "x').encode()
    await over.wait()


@shape(
    "d27",
    refused("no such (name|host)|name is not known|not known|resol|DNS", unsaid=("it broke off",), calls=0),
    address="http://model-gateway.invalid/v1",
)
def no_such_host(asked: Asked) -> Told:
    """Nobody knows the name of the host."""
    return asked.well()


@shape(
    "d28",
    refused("refused|is the server running|nothing listens", unsaid=("it broke off",), calls=0),
    address="http://127.0.0.1:9/v1",
)
def nobody_listens(asked: Asked) -> Told:
    """Nothing listens there: the server is off."""
    return asked.well()


@shape("d30", address="https://localhost:{tls_port}/{id}/v1", environment={"SSL_CERT_FILE": "{certificate}"}, alone=True)
def certificate_of_its_own(asked: Asked) -> Told:
    """Has a certificate of its own, which SSL_CERT_FILE names."""
    return asked.well()


@shape(
    "d31", refused("socks|proxy", calls=0), address="https://api.example/v1", environment={"HTTPS_PROXY": "socks5://127.0.0.1:9"}
)
def behind_socks(asked: Asked) -> Told:
    """The environment names a SOCKS proxy where nothing listens; the package for it may be missing too."""
    return asked.well()


@shape("d34", environment={"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"})
def dead_proxy(asked: Asked) -> Told:
    """The environment names a proxy that is dead; the model is on this machine."""
    return asked.well()


@shape("d35", refused("quota|balance|billing", calls=2))
def quota_by_another_name(asked: Asked) -> Told:
    """The quota is spent: 429 with a type of its own (Moonshot)."""
    return error(429, "The account is suspended, see its plan and its billing", type="exceeded_current_quota_error")


@shape("d37")
def empty_reasons(asked: Asked) -> Told:
    """Each middle chunk has an empty reason to finish (older Ollama, SGLang)."""
    text = asked.reply()
    parts = [chunk(text[at : at + 200], finish="") for at in range(0, len(text), 200)]
    return http(200, "".join([*parts, chunk(finish="stop"), chunk(choices=[], usage=asked.took(text)), DONE]), "text/event-stream")


@shape("d38")
def cut_within_a_character(asked: Asked) -> Told:
    """Chunked transfer whose pieces end in the middle of Chinese characters."""
    body = streamed(asked.reply(), usage=asked.took(asked.reply())).partition(b"\r\n\r\n")[2]
    return _in_pieces(_unescaped(body), 97)


def _unescaped(body: bytes) -> bytes:
    """The events with their characters as they are."""
    events = [event.removeprefix("data: ") for event in body.decode().split("\n\n") if event]
    told = [event if event == "[DONE]" else json.dumps(json.loads(event), ensure_ascii=False) for event in events]
    return "".join(f"data: {one}\n\n" for one in told).encode()


async def _in_pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    head = ("HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked", "Connection: close")
    yield "\r\n".join([*head, "", ""]).encode()
    for at in range(0, len(body), size):
        piece = body[at : at + size]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


SECOND = '[models.second]\nendpoint = "http://127.0.0.1:{port}/{id}/v1"\nname = "hedge-9b"\n'


@shape("d39", Outcome(exits=EITHER), models='ladder = ["quill", "second"]', tables=SECOND, model=WITH_KEY, environment=KEY)
def first_of_two_has_a_bad_key(asked: Asked) -> Told:
    """The first model of two refuses the key, the second answers well."""
    return error(401, "no such key") if asked.body["model"] == MODEL else asked.well(model="hedge-9b")


@shape("d41", ONE_LOST)
def one_text_is_too_long(asked: Asked) -> Told:
    """The prompt of one story is over the window: `context_length_exceeded`."""
    if _is_flagged(asked):
        return error(400, "This model has room for 8192 tokens.", code="context_length_exceeded")
    return asked.well()


@shape("d42", Outcome(calls=(CALLS, 2 * CALLS), exits=EITHER))
def review_is_too_long(asked: Asked) -> Told:
    """The prompt of the reliability review alone is over the window (llama.cpp)."""
    if asked.purpose == "reliability" and asked.tokens > 2_500:
        words = {"type": "exceed_context_size_error", "n_prompt_tokens": asked.tokens, "n_ctx": 2_500}
        return error(400, "the request exceeds the available context size", code=400, **words)
    return asked.well()


@shape("d43", PATIENT)
def asks_to_wait_often(asked: Asked) -> Told:
    """Every third prompt is asked to come back after 5 s, and after these once more (a free tier)."""
    return _refused_for(asked, 8, 3, error(429, "slow down", "Retry-After: 5"))


LENGTHS = {"editing": 60, "ranking": 80, "facts": 1_200, "repair": 300, "judgement": 700, "closing": 500}
"""Tokens of replies as they were recorded of a capable model; a review 300."""

TOKENS_A_SECOND = 5
STEP_S = 20


def _slowly(asked: Asked) -> Told:
    text = asked.reply()
    asked.took(text)
    steps = LENGTHS.get(asked.purpose, 300) // TOKENS_A_SECOND // STEP_S
    return _moving(text, steps, asked)


async def _moving(text: str, steps: int, asked: Asked) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    size = -(-len(text) // max(1, steps))
    for at in range(0, len(text), size):
        yield chunk(text[at : at + size]).encode()
        await asyncio.sleep(STEP_S)
    wrote = len(text.encode()) // 4
    usage = {"prompt_tokens": asked.tokens, "completion_tokens": wrote, "total_tokens": asked.tokens + wrote}
    yield (chunk(finish="stop") + chunk(choices=[], usage=usage) + DONE).encode()


SLOW = Outcome((4, ITEMS), EITHER, (10, CALLS + 4), (0.6, 2.5), unsaid=("in 120 s",), purposes=frozenset({"facts", "judgement"}))


@shape("e01", SLOW)
def slow_stream(asked: Asked) -> Told:
    """Five tokens a second in each stream, all the time (a model on a CPU); the facts take 240 s."""
    return _slowly(asked)


@shape("e01-timeout", SLOW, model="timeout = 600")
def slow_stream_that_has_its_time(asked: Asked) -> Told:
    """The same; `timeout = 600` stands in the settings."""
    return _slowly(asked)
