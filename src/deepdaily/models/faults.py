"""What a fault of an endpoint means, by how far it reaches: the account, this prompt, or this moment.

Told by status, code and the endpoint's own words, as providers share no codes: 400 is a wrong parameter, a filter, a window or
an empty account, depending on whom one asks. The words are always passed on, without the key.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

import httpx2

from deepdaily.core.errors import ModelAway, ModelBusy, ModelError, ModelRefused, PromptRefused, PromptTooLong, ReplyBroken
from deepdaily.models.wire import TooLong, proxy_of

LONGEST_WAIT_S = 86_400.0

WORDS_CHARS = 200

_TOO_LONG = re.compile(
    r"context.{0,12}(?:length|window|size)|exceed_context|maximum context|prompt is too long|input is too long|too many tokens"
    r"|max_model_len|reduce the length|string too long|上下文|超长|长度超过|超过.{0,8}(?:最大|长度)",
    re.I,
)
_FILTERED = re.compile(
    r"content.?(?:filter|management|policy)|data_inspection|safety|moderation|sensitive|inappropriate|prohibited|"
    r"敏感|违规|不安全|审核|安全策略|内容安全",
    re.I,
)
_SPENT = re.compile(
    r"insufficient.?(?:quota|balance|credit|funds)|exceeded.?current.?quota|credit balance|billing|arrear|payment|overdue|"
    r"out of credits|余额|欠费|充值|账户已",
    re.I,
)
_REGION = re.compile(r"country|region|territory|location is not supported|地区|区域", re.I)
_BUSY = re.compile(
    r"rate.?limit|too many requests|overloaded|capacity|try again|loading model|throttl|并发|频率|速率|繁忙|稍后", re.I
)
_UNKNOWN_MODEL = re.compile(
    r"model.{0,80}(?:not (?:found|exist|available)|does not exist|unknown|invalid)|no such model|unknown model|模型.{0,20}不存在",
    re.I | re.S,
)
_WINDOW = re.compile(
    r"(?:maximum context length|context (?:length|window|size)|max_model_len|n_ctx|limit|maximum|最大)\D{0,40}?(\d[\d,]{2,9})", re.I
)
_TOKENS = re.compile(r"(\d[\d,]{2,9})(?: tokens?| 个? ?token)", re.I)
_AGAIN_IN = re.compile(
    r"(?:again|retry|reset)[^.\d]{0,30}(\d+(?:\.\d+)?) ?(ms|milliseconds?|s|sec|seconds?|m|min|minutes?)\b", re.I
)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNIT_S = {"ms": 0.001, "mi": 0.001, "s": 1.0, "se": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is none: its status, the endpoint's words, what else of it may say what to do."""

    status: int
    words: str
    code: str = ""
    param: str = ""
    headers: Mapping[str, str] | None = None
    body: object = None
    by_words: bool = False
    """Whether the status is ours, made of the words."""

    @classmethod
    def of(cls, status: int, body: str, headers: Mapping[str, str], key: str = "") -> Refusal:
        """From the body of an answer; `key` is taken out of the words."""
        try:
            told: object = json.loads(body)
        except (ValueError, RecursionError):
            told = None
        return cls.told(status, told if told is not None else body, headers, key)

    @classmethod
    def told(cls, status: int, told: object, headers: Mapping[str, str], key: str = "") -> Refusal:
        """From what a body says, or a chunk of a stream; a code in it that is a status stands in for 200."""
        inner = told.get("error", told) if isinstance(told, Mapping) else told
        code, param = "", ""
        if isinstance(inner, Mapping):
            code = str(inner.get("code") or inner.get("type") or "")
            param = str(inner.get("param") or "")
        inner_status = int(code) if code.isdecimal() and 400 <= int(code) < 600 else 0
        words = " ".join(_said(told))
        return cls(inner_status or status, line(words.replace(key, "***") if key else words), code, param, headers, told)

    def fault(self) -> ModelError:
        """The error of our tree."""
        said, status = f"{self.code} {self.words}", self.status
        told = self.words if self.by_words else f"{status}{f': {self.words}' if self.words else ''}"
        if status in (400, 413, 422, 500) and _TOO_LONG.search(said):
            return PromptTooLong(told, window=self._window())
        wait_s = wait_asked(self.headers or {}, self.body, self.words)
        if (status == 402 or _SPENT.search(said)) and not (status == 429 and wait_s is not None and "quota" in said.lower()):
            return ModelRefused(f"its quota is spent ({told})", "pay, or take another model")
        if status in (400, 403, 422, 451) and _FILTERED.search(said):
            return PromptRefused(f"it will not answer this: a content filter ({told})")
        if status in (401, 403):
            return self._not_allowed(told)
        if status in (408, 409, 425, 429) or status >= 500 or _BUSY.search(said):
            when = f", asks to come back after {wait_s:.3f}".rstrip("0").rstrip(".") + " s" if wait_s is not None else ""
            return ModelBusy(f"{told}{when}", "", wait_s)
        if status == 404:
            return self._not_there(told)
        if _UNKNOWN_MODEL.search(said):
            return ModelRefused(told, "check the name of the model, and that it is loaded")
        return PromptRefused(told, "what it refuses can be left out or set by params = {...} of the model")

    def _not_allowed(self, told: str) -> ModelRefused:
        if _REGION.search(f"{self.code} {self.words}"):
            return ModelRefused(told, "it does not serve this region: take another endpoint, or a proxy that may be used")
        if self.status == 401:
            return ModelRefused(f"{told}: the key is not taken", "set key_env to the variable that holds the right key")
        return ModelRefused(told, "the key may not use this model, or the endpoint wants another header")

    def _not_there(self, told: str) -> ModelRefused:
        if _UNKNOWN_MODEL.search(self.words):
            return ModelRefused(told, "check the name of the model, and that it is loaded")
        return ModelRefused(told, "check endpoint and name of the model: most addresses end in /v1")

    def _window(self) -> int | None:
        if isinstance(self.body, Mapping) and isinstance(self.body.get("error"), Mapping):
            named = self.body["error"].get("n_ctx")
            if isinstance(named, int) and named > 0:
                return named
        found = _WINDOW.search(self.words)
        if found:
            return int(found[1].replace(",", ""))
        alone = _TOKENS.findall(self.words)
        return int(alone[0].replace(",", "")) if len(alone) == 1 else None


_BY_WORDS = ((_TOO_LONG, 400), (_SPENT, 402), (_FILTERED, 400), (_UNKNOWN_MODEL, 404), (_BUSY, 429))


def of_words(words: str, status: int = 0) -> ModelError:
    """What words mean that stand alone, with or without a status; ReplyBroken where neither says anything."""
    meant = status or next((number for pattern, number in _BY_WORDS if pattern.search(words)), 0)
    return Refusal(meant, words, by_words=not status).fault() if meant else ReplyBroken(words)


def line(text: str, chars: int = WORDS_CHARS) -> str:
    """Foreign text as one short line of printable characters."""
    return "".join(one for one in re.sub(r"\s+", " ", text) if one.isprintable())[:chars].strip()


def _said(told: object, depth: int = 0) -> Iterator[str]:
    """The words of a refusal, wherever they stand: `message`, a string as `error`, `detail[].msg` with its place, a title."""
    if depth > 4:
        return
    if isinstance(told, str):
        title = re.search(r"<title[^>]*>([^<]{1,200})", told, re.I)
        yield f"a web page: {title[1]}" if title else "a web page" if told.lstrip()[:1] == "<" else told[:2000]
    elif isinstance(told, Mapping):
        if isinstance(told.get("loc"), list):
            yield ".".join(map(str, told["loc"]))
        for name in ("error", "message", "msg", "detail", "errors", "error_msg", "reason"):
            yield from _said(told.get(name), depth + 1)
    elif isinstance(told, list):
        for one in told[:3]:
            yield from _said(one, depth + 1)


# -- when to come back ------------------------------------------------------------------------------------------------


def wait_asked(headers: Mapping[str, str], body: object, words: str) -> float | None:
    """Seconds that an endpoint asks to wait; None where it names no time. Headers first, then its body, then its words."""
    found = _of_headers(headers)
    if found is None and isinstance(body, Mapping):
        found = _of_body(body)
    if found is None and (said := _AGAIN_IN.search(words)):
        found = float(said[1]) * _UNIT_S[said[2][:2].lower() if said[2][:2].lower() in _UNIT_S else said[2][:1].lower()]
    return min(found, LONGEST_WAIT_S) if found is not None and isfinite(found) and found >= 0 else None


def _of_headers(headers: Mapping[str, str]) -> float | None:
    if milliseconds := _number(headers.get("retry-after-ms")):
        return milliseconds / 1000
    if told := headers.get("retry-after"):
        return _number(told) if _number(told) is not None else _until(told, headers.get("date", ""))
    resets = [
        _seconds(value) for name, value in headers.items() if name.startswith(("x-ratelimit-reset", "anthropic-ratelimit-reset"))
    ]
    known = [one for one in resets if one is not None]
    return max(known) if known else None


def _of_body(body: Mapping[str, Any]) -> float | None:
    """`retryDelay: "30s"` of Google's errors; headers told again in OpenRouter's."""
    inner = body.get("error", body)
    for one in (inner.get("details") or []) if isinstance(inner, Mapping) else []:
        if isinstance(one, Mapping) and isinstance(one.get("retryDelay"), str):
            return _seconds(one["retryDelay"])
    return None


def _seconds(text: str) -> float | None:
    """`1s`, `6m0s`, `20ms`, `0.5`; a larger number is a moment and says nothing without a clock."""
    if parts := _DURATION.findall(text):
        return sum(float(value) * _UNIT_S[unit] for value, unit in parts)
    number = _number(text)
    return number if number is not None and number < LONGEST_WAIT_S else None


def _until(moment: str, now: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(moment) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):
        return None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


# -- no answer at all -------------------------------------------------------------------------------------------------

NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol, httpx2.InvalidURL)
"""Before these nothing has left this machine."""


_CAUSES: tuple[tuple[type[BaseException], str, str], ...] = (
    (ssl.SSLCertVerificationError, "the certificate of {host} is not trusted", "name your authority's file by SSL_CERT_FILE"),
    (socket.gaierror, "the name {host} is not known (DNS)", "check the endpoint"),
    (ConnectionRefusedError, "connection refused by {host}", "is the server running?"),
)

_OURS = (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, ValueError)
"""What is wrong with the address or a header, before anything is sent."""


def of_connection(error: Exception, address: str) -> ModelError:
    """What a broken connection to `address` means, by the cause that the exception holds."""
    causes, host = [*_causes(error)], urlsplit(address).netloc
    if proxy := proxy_of(address):
        host = f"{host} through the proxy {urlsplit(proxy).scheme}://{urlsplit(proxy).netloc.rpartition('@')[2]}"
    if isinstance(error, TooLong):
        return ReplyBroken("the answer does not end")
    if isinstance(error, ImportError):
        return ModelRefused(f"the proxy of the environment cannot be used: {line(str(error))}", "pip install socksio")
    for kind, told, remedy in _CAUSES:
        if any(isinstance(one, kind) for one in causes):
            return ModelAway(told.format(host=host), remedy)
    if isinstance(error, _OURS):
        said = "" if isinstance(error, UnicodeError) else f": {line(str(error))}"  # which would repeat the key
        return ModelRefused(f"its address or a header cannot be sent{said}", "check endpoint, headers and key_env")
    if isinstance(error, httpx2.DecodingError):
        return ReplyBroken(f"the answer of {host} cannot be unpacked: {line(str(error))}")
    if isinstance(error, NEVER_SENT):
        return ModelAway(f"no connection to {host}: {line(str(causes[-1]))}")
    return ReplyBroken(f"the connection to {host} broke off")


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(8):
        if found is None:
            return
        yield found
        if isinstance(found, BaseExceptionGroup):
            yield from found.exceptions
        found = found.__cause__ or found.__context__
