"""What a server tells of a model without being asked for a reply: its window, and whether it knows how a chat is written.

Servers tell it in their own places: a row of GET /v1/models, llama.cpp in /props, Ollama in /api/ps and /api/show, LM Studio in
/api/v0/models. Nothing of this costs anything, and whatever goes wrong means that it tells nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from deepdaily.core.errors import ModelError
from deepdaily.models.abilities import Abilities
from deepdaily.models.faults import Refusal, of_connection
from deepdaily.models.openai_form import OpenAiForm
from deepdaily.models.reached import Reached
from deepdaily.models.wire import FAULTS, REDIRECTS, client, sent
from deepdaily.settings.model_tables import is_loopback

TELL_S = 2.0
"""For one question; a server that is up answers these in milliseconds."""

MOST_TOLD_BYTES = 4 << 20
"""Of one answer: the longest list of models, of a broker of hundreds, was 1 MB in 2026."""

MOST_ROWS = 2_000

LEAST_WINDOW, MOST_WINDOW = 256, 10**8
"""Tokens that can be a window; others are another count, or nonsense."""

OLLAMA_AT_ONCE = 1
"""What OLLAMA_NUM_PARALLEL is where nobody sets it; no address tells it."""

MOST_AT_ONCE = 16
"""As in the settings."""

NO_TEMPLATE = "this model has no chat template: take an instruction-tuned one"

_SERVED = ("loaded_context_length", "n_ctx", "max_model_len", "max_seq_len")
"""What is served now."""

_POSSIBLE = ("context_length", "context_window", "max_context_length", "context_size", "max_input_tokens", "input_token_limit")
"""What a model could have; a provider serves the whole of it."""

_WITHIN = ("meta", "top_provider", "limits", "parameters", "model_info")
"""Where a row keeps more of it."""

_FALLBACK = "{%-formessageinmessages-%}{{-'<|im_start|>'+message.role+'"
"""How llama.cpp begins the template that it puts in the place of a missing one (common/chat.cpp), without white space."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a server tells of one of its models; as created: nothing."""

    window: int | None = None
    """Tokens of prompt and reply together."""
    no_template: bool = False
    at_once: int | None = None
    """Calls that it answers side by side; more of them wait."""
    thinks: bool = False
    """Whether it can think before it replies, and does where nobody says otherwise."""
    answered: bool = True
    """Whether there was an answer, of whatever kind: a server that is loading may tell more tomorrow."""


NOTHING = Told()


@dataclass(frozen=True, slots=True)
class Listing:
    """The answer to GET /v1/models."""

    rows: tuple[Mapping[str, Any], ...] = ()
    """Each with an `id`."""
    refusal: Refusal | None = None
    """Why there are none, in the server's words; None where it listed some, or does not speak the protocol."""
    fault: ModelError | None = None
    """Why there was no answer at all."""
    lists: bool = False
    """Whether it answered with a list, be it empty."""


async def listed(reached: Reached, wall_s: float = TELL_S) -> Listing:
    """What the server says it has."""
    form = OpenAiForm(reached, Abilities())
    base = form.address.partition("?")[0].removesuffix("/chat/completions")
    status, body, fault = await _got(base + "/models", form.headers, wall_s)
    if fault:
        return Listing(fault=fault)
    if status == 404 and not urlsplit(base).path.strip("/"):  # an address without its /v1
        status, body, fault = await _got(base + "/v1/models", form.headers, wall_s)
    told = _json(body)
    if status == 200:
        rows = told.get("data") if isinstance(told, Mapping) else None
        if not isinstance(rows, list):
            return Listing()
        named = (row for row in rows[:MOST_ROWS] if isinstance(row, Mapping) and isinstance(row.get("id"), str))
        return Listing(tuple(named), lists=True)
    if isinstance(told, Mapping) and told.keys() & {"error", "detail"}:
        return Listing(refusal=Refusal.of(status, body, {}, reached.key))
    return Listing()


async def told(reached: Reached) -> Told:
    """What the server of a model tells of it."""
    listing = await listed(reached)
    if listing.fault or (listing.refusal and listing.refusal.status >= 500):
        return Told(answered=False)
    return await told_beside(reached, row_of(listing.rows, reached.model))


async def introduced(reached: Reached, abilities: Abilities) -> str:
    """Learn what the server of a model tells, where nothing is known and it was not asked before; what a person should know."""
    if not (abilities.window or abilities.of("asked")):
        found = await told(reached)
        if found.answered:
            abilities.learn("asked", "yes")
        if found.window:
            abilities.learn_window(found.window)
        if found.no_template:
            abilities.learn("template", "none")
    return NO_TEMPLATE if abilities.of("template") else ""


async def told_beside(reached: Reached, row: Mapping[str, Any]) -> Told:
    """What the server of a model tells of it, whose row of the list is known; an empty one where there is none."""
    known = Told(window_of(row))
    if not (_near(reached.endpoint) or row.get("owned_by") in ("llamacpp", "library")):
        return known
    root = reached.endpoint.rstrip("/").removesuffix("/chat/completions").removesuffix("/v1")
    found = await asyncio.gather(_of_llama_cpp(root, reached), _of_ollama(root, reached), _of_lm_studio(root, reached))
    windows = [one.window for one in (known, *found) if one.window]
    hands = [one.at_once for one in found if one.at_once]
    without, thinks = any(one.no_template for one in found), any(one.thinks for one in found)
    return Told(min(windows, default=None), without, min(hands, default=None), thinks)


async def _of_llama_cpp(root: str, reached: Reached) -> Told:
    props = await _asked(root + "/props", reached)
    settings, template = props.get("default_generation_settings"), props.get("chat_template")
    if not isinstance(settings, Mapping) or not isinstance(template, str):
        return NOTHING
    plain, end = re.sub(r"\s+", "", template[:2_000]), str(props.get("eos_token") or "")
    without = not plain or (plain.startswith(_FALLBACK) and bool(end) and end != "<|im_end|>")
    return Told(_tokens(settings.get("n_ctx")), without, _hands(props.get("total_slots")), "enable_thinking" in template)


async def _of_ollama(root: str, reached: Reached) -> Told:
    """The window of a loaded model; of one that is not, that of its own file where that names one."""
    running = (await _asked(root + "/api/ps", reached)).get("models")
    if not isinstance(running, list):
        return NOTHING
    shown = await _asked(root + "/api/show", reached, {"model": reached.model})
    capable = shown.get("capabilities")
    thinks = isinstance(capable, list) and "thinking" in capable
    for one in running[:MOST_ROWS]:
        if isinstance(one, Mapping) and reached.model.removesuffix(":latest") in _ollama_names(one):
            return Told(_tokens(one.get("context_length")), at_once=OLLAMA_AT_ONCE, thinks=thinks)
    set_by_file = re.search(r"(?m)^num_ctx[ \t]+(\d{3,9})", str(shown.get("parameters") or "")[:10_000])
    return Told(_tokens(int(set_by_file[1])) if set_by_file else None, at_once=OLLAMA_AT_ONCE, thinks=thinks)


def _ollama_names(one: Mapping[str, Any]) -> list[str]:
    return [str(one.get(key) or "").removesuffix(":latest") for key in ("name", "model")]


async def _of_lm_studio(root: str, reached: Reached) -> Told:
    rows = (await _asked(root + "/api/v0/models", reached)).get("data")
    return Told(window_of(row_of(rows[:MOST_ROWS], reached.model), _SERVED)) if isinstance(rows, list) else NOTHING


def _hands(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_AT_ONCE else None


# -- one row of a list ------------------------------------------------------------------------------------------------


def row_of(rows: Iterable[object], model: str) -> Mapping[str, Any]:
    """The row of a model: of its name, else the only one there is, as a server of one file answers whatever it is called."""
    fit = [row for row in rows if isinstance(row, Mapping)]
    named = [row for row in fit if str(row.get("id") or "").removesuffix(":latest") == model.removesuffix(":latest")]
    return named[0] if named else fit[0] if len(fit) == 1 else {}


def window_of(row: Mapping[str, Any], served: Sequence[str] = (*_SERVED, *_POSSIBLE)) -> int | None:
    """Tokens of the window that a row tells: the served one, else the smallest it names; None where it names none."""
    for names in ([one for one in served if one in _SERVED], [one for one in served if one in _POSSIBLE]):
        if windows := [window for name in names for window in _named(row, name)]:
            return min(windows)
    return None


def _named(row: Mapping[str, Any], name: str) -> Iterator[int]:
    for part in (row, *(row.get(within) for within in _WITHIN)):
        if isinstance(part, Mapping) and (window := _tokens(part.get(name))):
            yield window


def _tokens(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and LEAST_WINDOW <= value <= MOST_WINDOW else None


def _near(endpoint: str) -> bool:
    """Whether a server stands on this machine or in its network: others are not asked for what they are not."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return is_loopback(endpoint) or ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".home", ".home.arpa"))


# -- asking -----------------------------------------------------------------------------------------------------------


async def _asked(address: str, reached: Reached, body: object = None) -> Mapping[str, Any]:
    """The JSON object at an address; an empty one where there is none."""
    status, text, _ = await _got(address, OpenAiForm(reached, Abilities()).headers, TELL_S, body)
    told = _json(text) if status == 200 else None
    return told if isinstance(told, Mapping) else {}


async def _got(address: str, headers: Mapping[str, str], wall_s: float, body: object = None) -> tuple[int, str, ModelError | None]:
    """Status and text of an answer; 0 and why where there is none."""
    try:
        async with asyncio.timeout(wall_s), client(address) as web, sent(web, address, body, headers) as answer:
            words = "" if answer.status in REDIRECTS else await answer.words(MOST_TOLD_BYTES)
            return answer.status, words, None
    except TimeoutError:
        return 0, "", ModelError(f"no answer in {wall_s:g} s")
    except FAULTS as error:
        return 0, "", of_connection(error, address)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
