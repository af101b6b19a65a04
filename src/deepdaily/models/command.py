"""One model behind a program on the command line: the prompt on its stdin, the reply on its stdout, every fault a value.

It runs in an empty folder, without tools, sees only named variables of the environment, and is ended with all it has started.
"""

from __future__ import annotations

import errno
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from deepdaily.core.errors import (
    ModelAway,
    ModelBusy,
    ModelError,
    ModelRefused,
    PromptRefused,
    PromptTooLong,
    ReplyBroken,
    ReplyCut,
)
from deepdaily.core.types import Usage
from deepdaily.models.abilities import BYTES_A_TOKEN
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.faults import line, of_words
from deepdaily.models.heard import counted, other_model
from deepdaily.models.outputs import MOST_OF_A_FAULT, Output, last_words
from deepdaily.models.presets import FOLDER, SYSTEM_FILE, Preset
from deepdaily.models.spawned import MOST_STDOUT, Spawned, spawned

WHOLE_S = 600.0
"""The longest answer where the settings say nothing: an agent starts for some seconds, and thinks."""

MOST_REPLY = 1 << 20
"""Bytes of a reply, as of one over the network."""

LEAST_KEY = 8
"""Characters: a shorter value is a word, and no key."""

_GIVEN = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "SSL_CERT_FILE")
_PROXIES = tuple(name for base in ("http_proxy", "https_proxy", "all_proxy", "no_proxy") for name in (base, base.upper()))

_NOT_LOGGED_IN = re.compile(
    r"not logged in|/login|log ?in\b|logged out|sign ?in\b|auth(?:entication)? (?:method|type)|authenticat|unauthorized|api.?key"
    r"|no key found|oauth|credentials|token (?:has )?expired|未登录|请.{0,4}登录",
    re.I,
)
_LIMIT = re.compile(
    r"(?:usage|session|weekly|daily|plan|5.hour|hourly)[ -]limit|hit your (?:\w+ )?limit|out of (?:extra )?usage|upgrade to"
    r"|daily.{0,20}quota|额度|用量.{0,6}上限",
    re.I,
)
_UNCONNECTED = re.compile(
    r"connection (?:failed|refused|error)|could(?: ?n.t| not) connect|unable to connect|failed to (?:lookup|connect)|fetch failed"
    r"|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|name does not resolve|network is unreachable",
    re.I,
)
_UNKNOWN_FLAG = re.compile(
    r"^.{0,40}(?:unknown|unexpected|unrecognized|no such) (?:arguments?|option|flag|feature).{0,80}", re.I | re.M
)
_STATUS = re.compile(r"(?:status|error|code)\W{0,3}(?:code\W{0,3})?([45]\d\d)\b|\(([45]\d\d)\)", re.I)
_SAID_AS_ANSWER = re.compile(r"not logged in|run /login|hit your (?:\w+ )?limit|(?:usage|session|weekly) limit", re.I)


class CommandModel:
    """A model that is asked through a program.

    Args:
        model: its name for the program; empty for the one the program takes by itself.
        more: names of further variables that the program may see.
        currency: of the budget: where it is USD, the cost that a program tells is counted.
        layers: what it is made of, a part of what it answers as.
    """

    def __init__(
        self,
        name: str,
        preset: Preset,
        model: str = "",
        *,
        more: tuple[str, ...] = (),
        timeout_s: float = WHOLE_S,
        currency: str = "",
        layers: str = "",
    ) -> None:
        self.name, self._preset, self._model, self._more = name, preset, model, more
        self._timeout_s, self._currency = timeout_s, currency
        told = json.dumps(preset.arguments, ensure_ascii=False) if not preset.install else preset.program
        self.identity = " ".join(filter(None, ("command", told, model, layers)))

    async def send(self, request: Request, wall_s: float) -> Exchange:
        """What one question gives."""
        started = monotonic()
        try:
            run = await self._run(_sendable(request.system), _sendable(request.user), min(wall_s, self._timeout_s))
        except OSError as error:
            return Exchange(error=self._unstarted(error), usage=Usage())
        return self.taken(request, run, monotonic() - started)

    async def _run(self, system: str, user: str, wall_s: float) -> Spawned:
        """Raises OSError: no folder, no program, no process."""
        with _folder() as empty, _folder() as beside:
            environment = self._environment(beside)
            for name, text in {**self._preset.files, SYSTEM_FILE: system}.items():
                (Path(beside) / name).write_text(text, encoding="utf-8")
            words = self._preset.words(self._model, system, beside, environment)
            prompt = user if self._preset.takes_system else f"{system}\n\n{user}"
            return await spawned(words, prompt.encode(), empty, environment, wall_s)

    def taken(self, request: Request, run: Spawned, took_s: float) -> Exchange:
        """What a run that has ended gives."""
        told = self._told(run)
        if words := _as_answer(told.text):
            told = replace(told, text="", fault=words)
        text = _sendable(told.text)
        fault = self._fault(run, replace(told, text=text), took_s)
        return Exchange(text, fault, self._usage(request, told, fault, took_s), self._other(told), told.raw)

    def _environment(self, beside: str) -> dict[str, str]:
        """What the program sees. Its passing files go beside the empty folder: some write their prompts into them."""
        named = (*_GIVEN, *_PROXIES, *self._preset.seen, *self._more)
        found = {name: os.environ[name] for name in named if name in os.environ}
        ours = {name: value.replace(FOLDER, beside) for name, value in self._preset.also.items()}
        return found | {"TMPDIR": beside} | {name: value for name, value in ours.items() if name not in self._more}

    def _told(self, run: Spawned) -> Output:
        return self._preset.heard(bytes(run.stdout).decode(errors="replace"), bytes(run.stderr).decode(errors="replace"))

    def _unstarted(self, error: OSError) -> ModelError:
        program = line(self._preset.program, 80)
        if error.errno == errno.E2BIG:
            return PromptTooLong(f"its instructions are longer than {program} can be given")
        if isinstance(error, FileNotFoundError) and error.filename == self._preset.program:
            return ModelRefused(f"there is no program {program}", self._preset.install or "check command of the model, and PATH")
        if isinstance(error, BlockingIOError):
            return ModelBusy(f"{program} cannot be started: {line(str(error))}")
        return ModelRefused(f"{program} cannot be started: {line(str(error))}", "check command of the model")

    def _fault(self, run: Spawned, told: Output, took_s: float) -> ModelError | None:
        """Why there is no whole reply."""
        stderr = bytes(run.stderr).decode(errors="replace")
        if run.endless:
            return ReplyBroken(f"its answer does not end within {MOST_STDOUT >> 20} MiB")
        if run.late:
            words = self._clean(told.fault or last_words(stderr))
            why = f"no whole answer in {took_s:.3g} s{'; its last words: ' if words else ''}{words}"
            return ReplyBroken(why, "raise timeout of the model, or take a faster one")
        words = told.fault
        if not words and run.status and (flag := _UNKNOWN_FLAG.search(stderr)):
            how = f"another version is needed: {self._preset.install}" if self._preset.install else "check command of the model"
            return ModelRefused(self._clean(flag[0]), how)
        if not words and run.status and not (told.structured and told.text):
            words = last_words(stderr) or last_words(told.text) or f"it ended with status {run.status}"
        if not words and not told.text.strip():
            words = last_words(stderr)
            return self._of_words(words, told.status) if words else ReplyBroken("an empty answer")
        return self._of_words(words, told.status) if words else _unusable(told)

    def _of_words(self, words: str, status: int) -> ModelError:
        """The error of our tree that a program's own words mean."""
        found = _STATUS.search(words)
        status = status or (int(found[1] or found[2]) if found else 0)
        said = self._clean(words)
        if _LIMIT.search(words):
            return ModelRefused(said, "wait until it is reset, or name another model behind it in the ladder")
        if status == 401 or (status in (0, 41, 400, 403) and _NOT_LOGGED_IN.search(words)):
            return ModelRefused(said if said.lower().startswith("not logged in") else f"not logged in: {said}", self._preset.log_in)
        if not status and _UNCONNECTED.search(words):
            return ModelAway(said, "is there a network, and the server running?")
        fault = of_words(said, status)
        if isinstance(fault, PromptTooLong):
            return PromptTooLong(str(fault), "take a model with a larger window")  # learnt from what was sent: an agent adds to it
        return PromptRefused(str(fault), _BY_HAND if fault.remedy else "") if type(fault) is PromptRefused else fault

    def _clean(self, words: str) -> str:
        """One line, without the value of any variable that may be a key."""
        for name in (*self._preset.seen, *self._more):
            if re.search(r"KEY|TOKEN|SECRET|PASSWORD", name) and len(value := os.environ.get(name, "")) >= LEAST_KEY:
                words = words.replace(value, "***")
        return line(words)

    def _usage(self, request: Request, told: Output, fault: ModelError | None, took_s: float) -> Usage | None:
        """What the call took; None where nobody knows."""
        free = isinstance(fault, (ModelRefused, ModelBusy, PromptTooLong))
        if not (told.text or any(value for value in told.usage.values() if isinstance(value, int))):
            return Usage() if free else None
        usage = counted(told.usage, request.prompt_bytes, len(told.text.encode(errors="replace")), BYTES_A_TOKEN)
        return replace(usage, total_s=took_s, cost=told.cost_usd if self._currency == "USD" else 0.0)

    def _other(self, told: Output) -> str:
        """The model that answered, where another one was asked for; a short name stands in a long one."""
        return other_model(told.model, self._model, within=True) if self._model else ""


_BY_HAND = "run the command by hand to see more"


def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="deepdaily-", ignore_cleanup_errors=True)  # what is locked in it is not ours


def _sendable(text: str) -> str:
    """What every program and database takes."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _as_answer(text: str) -> str:
    """An answer that is none: a program that tells its account's fault as if its model had said it."""
    short = len(text) <= MOST_OF_A_FAULT and "{" not in text
    return line(text) if short and _SAID_AS_ANSWER.search(text) else ""


def _unusable(told: Output) -> ModelError | None:
    """Why a text that arrived is no whole reply."""
    if told.ended == "refusal":
        return PromptRefused("it will not answer this")
    if told.ended == "max_tokens":
        return ReplyCut("cut off at its longest length", "take a model with longer replies")
    return ReplyBroken("longer than 1 MB") if len(told.text.encode()) > MOST_REPLY else None
