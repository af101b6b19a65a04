"""What a program on the command line tells by its output: a reply, what it took, or its own words for why there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from deepdaily.models.faults import line
from deepdaily.models.heard import MOST_RAW

MOST_OF_A_FAULT = 600
"""Characters of an answer without an object that can still be an error told as an answer."""

_ERROR_SAID = re.compile(r"error|fail|denied|limit|cannot|could not|unable|not (?:found|logged)|no key|refused", re.I)
_PLACE = re.compile(r"at .*:\d+\)?\W*$|File \"|status: ", re.I)
"""A line of a stack trace, in JavaScript and Python."""
_ERROR_AS_TEXT = re.compile(r"\s*\[?(?:API )?Error\b", re.I)
_RECONNECTING = re.compile(r"Reconnecting\.\.\. \d+/\d+ \((.*)\)\s*$", re.S)
_LLM_USAGE = re.compile(r"^Token usage: ([\d,]+) input, ([\d,]+) output(?:, (\{.*\}))?\s*$", re.M)


@dataclass(frozen=True, slots=True)
class Output:
    """What was told. Without a fault and without text nothing was."""

    text: str = ""
    fault: str = ""
    """Its own words for what went wrong; empty where nothing did."""
    status: int = 0
    """Of the address behind it, where it tells that; else 0."""
    usage: Mapping[str, Any] = field(default_factory=dict)
    """In the words of `heard.counted`."""
    raw: str = ""
    """Its usage as told, as JSON."""
    cost_usd: float = 0.0
    model: str = ""
    ended: str = ""
    """Why its model stopped, as it says; empty where it does not."""
    structured: bool = False
    """Whether it spoke in its own form, and not in mere text."""


def of_result(stdout: str, stderr: str) -> Output:
    """claude and qwen: the last object with `type: result`, alone or in a list of events."""
    told = next((one for one in reversed([*_objects(stdout)]) if one.get("type") == "result"), None)
    if told is None:
        return of_text(stdout, stderr)
    usage, result, stats = _mapping(told.get("usage")), told.get("result"), _mapping(told.get("stats"))
    found = Output(
        usage=_cached_inside(usage),
        raw=_raw(usage),
        cost_usd=_number(told.get("total_cost_usd")),
        model=_busiest(told.get("modelUsage"), "outputTokens") or _busiest(stats.get("models"), "tokens", "total"),
        ended=str(told.get("stop_reason") or ""),
        status=int(_number(told.get("api_error_status"))),
        structured=True,
    )
    error = _mapping(told.get("error")).get("message")
    if told.get("is_error") or error:
        words = result or error or told.get("subtype") or "an error without words"
        return replace(found, fault=line(str(words), MOST_OF_A_FAULT))
    return _or_fault(replace(found, text=str(result or "")))


def _cached_inside(usage: dict[str, Any]) -> dict[str, Any]:
    """qwen, which tells a total, counts as OpenAI does: what was cached is among the rest, not beside it."""
    if "total_tokens" not in usage:
        return usage
    counts = {name: usage.get(name) for name in ("input_tokens", "output_tokens")}
    return counts | {"cached_tokens": usage.get("cache_read_input_tokens")}


def of_codex(stdout: str, stderr: str) -> Output:
    """codex: a line an event. Its last message is the reply; its last error counts where the turn was not completed."""
    text, fault, usage, completed, any_told = "", "", dict[str, Any](), False, False
    for one in _objects(stdout):
        kind, item = one.get("type"), _mapping(one.get("item"))
        any_told = any_told or kind == "thread.started"
        if kind == "item.completed" and item.get("type") == "agent_message":
            text = str(item.get("text") or "")
        elif kind == "turn.completed":
            completed, usage = True, _mapping(one.get("usage"))
        elif kind in ("error", "turn.failed"):
            fault = str(one.get("message") or _mapping(one.get("error")).get("message") or fault)
    if not any_told:
        return of_text(stdout, stderr)
    if inner := _RECONNECTING.match(fault):
        fault = inner[1]
    fault = "" if completed and text else line(fault, MOST_OF_A_FAULT)
    counts = usage | {"cached_tokens": usage.get("cached_input_tokens", 0)}
    return Output(text if completed else "", fault, usage=counts if usage else {}, raw=_raw(usage), structured=True)


def of_gemini(stdout: str, stderr: str) -> Output:
    """gemini: one object with `response`, or with `error`, which stands on stderr."""
    found = [one for one in (*_objects(stderr), *_objects(stdout)) if one.keys() & {"response", "error"}]
    if not found:
        return of_text(stdout, stderr)
    told = found[-1]
    models = _mapping(_mapping(told.get("stats")).get("models"))
    tokens = [_mapping(_mapping(one).get("tokens")) for one in models.values()]
    sums = {name: int(sum(_number(one.get(name)) for one in tokens)) for name in ("prompt", "candidates", "thoughts", "cached")}
    usage = {
        "input_tokens": sums["prompt"], "output_tokens": sums["candidates"] + sums["thoughts"], "cached_tokens": sums["cached"],
    }  # fmt: skip
    error = _mapping(told.get("error"))
    code = int(_number(error.get("code")))
    return Output(
        str(told.get("response") or ""),
        line(_inner(str(error.get("message") or error.get("type") or "an error without words")), MOST_OF_A_FAULT) if error else "",
        code if 400 <= code < 600 else 0,
        usage if models else {},
        _raw(models),
        model=_busiest(models, "tokens", "total"),
        structured=True,
    )


def of_text(stdout: str, stderr: str) -> Output:
    """llm, ollama and whatever prints its reply: the text. llm tells its usage on stderr."""
    usage = dict[str, Any]()
    if counts := _LLM_USAGE.search(stderr):
        usage = {"input_tokens": int(counts[1].replace(",", "")), "output_tokens": int(counts[2].replace(",", ""))}
        usage |= next(_objects(counts[3] or ""), {})
    return _or_fault(Output(stdout, usage=usage, raw=_raw(usage)))


def of_any(stdout: str, stderr: str) -> Output:
    """A command of one's own: one of the forms above where it speaks it, else text."""
    for one in _objects(stdout):
        if one.get("type") == "result":
            return of_result(stdout, stderr)
        if one.get("type") == "thread.started":
            return of_codex(stdout, stderr)
        if "session_id" in one and one.keys() & {"response", "error"}:
            return of_gemini(stdout, stderr)
    return of_text(stdout, stderr)


def last_words(stderr: str) -> str:
    """The last line that speaks of an error, else the last one; the places in its code are left out."""
    lines = [line(row, 300) for row in stderr.splitlines()[-400:]]
    lines = [one for one in lines if any(map(str.isalpha, one)) and not _PLACE.match(one)]
    return next((one for one in reversed(lines) if _ERROR_SAID.search(one)), lines[-1] if lines else "")


def _or_fault(told: Output) -> Output:
    """An error that is told as an answer, with the exit status of success, is no answer."""
    if len(told.text) > MOST_OF_A_FAULT or "{" in told.text or not _ERROR_AS_TEXT.match(told.text):
        return told
    return replace(told, text="", fault=line(told.text, MOST_OF_A_FAULT).strip("[]"))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects of an output: it is one, a list of them, one a line, or one behind lines of something else."""
    whole = _loaded(text)
    if whole is None:
        rows = [row for row in map(_loaded, text.splitlines()) if isinstance(row, dict | list)]
        begin = re.search(r"^[{\[][ \t]*$", text, re.M)
        whole = rows or (_loaded(text[begin.start() :]) if begin else None)
    for one in whole if isinstance(whole, list) else [whole]:
        yield from (inner for inner in (one if isinstance(one, list) else [one]) if isinstance(inner, dict))


def _loaded(text: str) -> Any:
    """Of JSON; None where it is none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _inner(words: str) -> str:
    """The message inside a message that is JSON itself."""
    told = _loaded(words)
    inner = _mapping(told.get("error")).get("message") if isinstance(told, dict) else None
    return inner if isinstance(inner, str) else words


def _busiest(models: object, *path: str) -> str:
    """Of models by their names the one with the largest count at `path`; empty without any."""

    def count(name: str) -> float:
        found: object = _mapping(models)[name]
        for step in path:
            found = _mapping(found).get(step)
        return _number(found)

    return max(_mapping(models), key=count, default="")


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
    return float(value) if good else 0.0  # type: ignore[arg-type]


def _raw(usage: Mapping[str, Any]) -> str:
    return json.dumps(usage, ensure_ascii=False)[:MOST_RAW] if usage else ""
