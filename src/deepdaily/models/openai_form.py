"""The OpenAI chat protocol as servers speak it in 2026: what is sent, and how what comes is taken.

No two of them take the same fields: what one refuses by name is left out or said otherwise, and remembered (`refused`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from deepdaily.models.abilities import Abilities
from deepdaily.models.exchange import Request
from deepdaily.models.faults import Refusal
from deepdaily.models.heard import Heard, texts
from deepdaily.models.reached import Reached

AZURE_VERSION = "2024-10-21"
"""Of a classic Azure address that names none: the last general one."""

_LIMITS = "max_completion_tokens"
_JSON = re.compile(r"response_format|json_schema|json_object|json mode|grammar|structured.?output|guided|schema", re.I)
_NO_SYSTEM = re.compile(
    r"system.{0,20}(?:role|message|prompt|instruction)s?.{0,30}not|developer instruction is not"
    r"|only user and assistant roles|roles must alternate",
    re.I,
)
_NO_STREAM = re.compile(r"stream(?:ing)?.{0,30}not (?:supported|allowed|available)", re.I)


class OpenAiForm:
    """One endpoint's form of the protocol."""

    def __init__(self, reached: Reached, abilities: Abilities) -> None:
        self._reached, self._abilities = reached, abilities

    @property
    def address(self) -> str:
        """Where to post: the address up to /v1, or the whole one; of classic Azure with its deployment and version."""
        base = self._reached.endpoint.rstrip("/")
        query = dict(self._reached.query)
        if self._azure:
            if "/openai/" not in urlsplit(base).path:
                base = f"{base}/openai/deployments/{self._reached.model}"
            query.setdefault("api-version", AZURE_VERSION)
        if not base.endswith("/chat/completions"):
            base = f"{base}{self._abilities.of('path')}/chat/completions"
        return f"{base}?{urlencode(query)}" if query else base

    @property
    def _azure(self) -> bool:
        parts = urlsplit(self._reached.endpoint)
        classic = (parts.hostname or "").endswith((".openai.azure.com", ".cognitiveservices.azure.com"))
        return classic and "/v1" not in parts.path

    @property
    def headers(self) -> dict[str, str]:
        key, own = self._reached.key, {name.lower(): value for name, value in self._reached.headers.items()}
        if not key or own.keys() & {"authorization", "api-key"}:
            return own
        return own | ({"api-key": key} if self._azure else {"authorization": f"Bearer {key}"})

    def body(self, request: Request) -> dict[str, Any]:
        """In the same order each time; the parameters of the settings last, where `null` takes a field away."""
        known = self._abilities
        if known.of("system") == "merged":
            messages = [{"role": "user", "content": f"{request.system}\n\n{request.user}"}]
        else:
            messages = [{"role": "system", "content": request.system}, {"role": "user", "content": request.user}]
        streamed = self._reached.stream and known.of("stream") != "no"
        asked: dict[str, Any] = {
            "model": self._reached.model,
            "messages": messages,
            self._limit_name: request.most_tokens,
            "temperature": 0,
            "stream": streamed,
        }
        if streamed:
            asked["stream_options"] = {"include_usage": True}
        if form := self._json(request):
            asked["response_format"] = form
        asked |= self._quiet()
        for name, value in self._reached.params.items():
            asked.pop(_LIMITS if name == "max_tokens" and _LIMITS in asked else name, None)
            if value != "null":
                asked[name] = value
        return {name: value for name, value in asked.items() if name not in known.left_out}

    @property
    def _limit_name(self) -> str:
        if said := self._abilities.of("limit"):
            return said
        return _LIMITS if urlsplit(self._reached.endpoint).hostname == "api.openai.com" else "max_tokens"

    def _json(self, request: Request) -> dict[str, Any]:
        taken = (self._abilities.of("json") or "schema") if request.schema else "prose"
        if taken == "schema":
            return {"type": "json_schema", "json_schema": {"name": "reply", "schema": request.schema}}
        return {"type": "json_object"} if taken == "object" else {}

    def _quiet(self) -> dict[str, Any]:
        """What switches thinking off or on, in the words of the endpoint; nothing where the settings say nothing of it."""
        think = self._reached.think
        if self._abilities.of("quiet") and think is None:
            think = False
        if think is None:
            return {}
        host = urlsplit(self._reached.endpoint).hostname or ""
        if host.endswith(("openai.com", "openrouter.ai", "azure.com")):
            return {} if think else {"reasoning_effort": "low"}
        if host.endswith(("bigmodel.cn", "z.ai", "deepseek.com", "moonshot.cn", "moonshot.ai", "volces.com")):
            return {"thinking": {"type": "enabled" if think else "disabled"}}
        return {"enable_thinking": think, "chat_template_kwargs": {"enable_thinking": think}}

    def take(self, heard: Heard, told: Mapping[str, Any]) -> None:
        """One chunk, or the whole body."""
        heard.tell(told.get("usage"))
        heard.model = str(told.get("model") or heard.model)
        for choice in told.get("choices") or ():
            if choice.get("error"):
                heard.refusal = Refusal.told(200, choice, {})
                return
            part = choice.get("delta") or choice.get("message") or {}
            said, thought = texts(part.get("content"))
            heard.text += [said] if said else []
            thought += texts(part.get("reasoning_content") or part.get("reasoning"))[0]
            heard.thoughts += [thought] if thought else []
            heard.tell(choice.get("usage"))
            heard.finish = str(choice.get("finish_reason") or heard.finish)

    def refused(self, refusal: Refusal, body: Mapping[str, Any]) -> bool:
        """Whether something was learnt from a refusal, so that it is worth asking again at once."""
        if refusal.status == 404:
            return self._learnt_path()
        said = f"{refusal.param} {refusal.code} {refusal.words}"
        if "response_format" in body and refusal.status in (400, 422, 500, 501) and _JSON.search(said):
            self._abilities.learn("json", "object" if body["response_format"]["type"] == "json_schema" else "prose")
            return True
        return refusal.status in (400, 422) and self._learnt(said, body)

    def _learnt_path(self) -> bool:
        """An address without a path may lack its /v1."""
        bare = not urlsplit(self._reached.endpoint).path.strip("/") and not self._abilities.of("path") and not self._azure
        if bare:
            self._abilities.learn("path", "/v1")
        return bare

    def _learnt(self, said: str, body: Mapping[str, Any]) -> bool:
        known = self._abilities
        if "max_tokens" in body and _LIMITS in said:
            known.learn("limit", _LIMITS)
        elif _NO_SYSTEM.search(said) and len(body["messages"]) > 1:
            known.learn("system", "merged")
        elif "enable_thinking" in said and "false" in said.lower() and body.get("enable_thinking") is not False:
            known.learn("quiet", "yes")
        elif body.get("stream") and _NO_STREAM.search(said):
            known.learn("stream", "no")
        elif named := self._named(said, body):
            known.leave_out(named)
        else:
            return False
        return True

    def _named(self, said: str, body: Mapping[str, Any]) -> str:
        """The field that a refusal names, of those that can be left out; what the settings ask for is not ours to drop."""
        free = [name for name in body if name not in ("model", "messages", self._limit_name, "stream", *self._reached.params)]
        return next((name for name in sorted(free, key=len, reverse=True) if name in said), "")
