"""What one model can do for a daily, measured by some six short calls that are paid from the day's budget."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Literal

from deepdaily.choose.second_opinion import RANKING
from deepdaily.choose.second_reader import EDITING
from deepdaily.core.errors import ModelAway, ModelBusy, ModelError, PromptTooLong, ReplyCut, ReplyMisshapen
from deepdaily.core.types import Language, Usage
from deepdaily.models import Prompt, Purpose
from deepdaily.models.asking import prompt
from deepdaily.models.exchange import FRAME_TOKENS, Exchange, Request, request_for
from deepdaily.models.fallback import LEAST_REPLY, Step
from deepdaily.models.ledger import Ledger, most_it_takes, priced
from deepdaily.models.lenient import read
from deepdaily.models.replies import Line, Numbers, _Shape
from deepdaily.review.reviewers import PURPOSES
from deepdaily.write.by_model.ending import CLOSING
from deepdaily.write.by_model.facts import FACTS
from deepdaily.write.by_model.judgement import JUDGEMENT

TEST = "test"
"""The purpose of its calls in the ledger."""

MOST_TOKENS = 200
"""Of a reply."""

WITH_THOUGHTS = 2_000
"""Of the one reply that is asked for with its thoughts, where they cannot be switched off."""

AT_ONCE = 3
"""Calls side by side: what the settings allow a model that says nothing."""

CALL_S = 300.0
"""The longest that one call may take."""

PATIENCE, LONGEST_WAIT_S = 4, 20.0
"""Times that a model which is loading or busy is asked again, and the longest wait before."""

ISSUE = Usage(prefill_tokens=73_000, decode_tokens=12_600)
"""What a recorded Chinese issue took in 22 calls (docs/models.md)."""

LEAST_MATERIAL = 600
"""Tokens of an item: some ten sentences of a source, or the facts that stood."""

SLOWEST_S = 120.0
"""To the first token, where the settings name no time."""

WRITERS: Sequence[Purpose] = (EDITING, RANKING, FACTS, JUDGEMENT, *PURPOSES.values(), CLOSING)
"""What a model is asked for."""

_Json = Literal["", "by schema", "as an object", "in words"]

_ABOUT: dict[Language, str] = {
    "zh": "第 {n} 号构建在 {m} 毫秒内完成，用去 {k} MB 内存，比上一版多处理了 {m} 个请求。",
    "en": "Build {n} took {m} ms and {k} MB of memory, and served {m} more requests than the one before it.",
}
_ASKED: dict[Language, tuple[str, str]] = {
    "zh": (
        '你从带编号的句子里取出一个标题和它所依据的句子编号。只回一个 JSON 对象：{"title": "…", "cites": [编号]}',
        "从 1 起依次写出整数，每个一行，写到 200 为止。只写数字。",
    ),
    "en": (
        "You take a title and the numbers of its sentences from numbered sentences. "
        'Reply with one JSON object alone: {"title": "…", "cites": [numbers]}',
        "Write the whole numbers from 1 to 200, one a line. Only numbers.",
    ),
}
_ENDS: dict[Language, str] = {
    "zh": "材料的第一行和最后一行各有一个代号。只回答这两个代号，用空格隔开。",
    "en": "The first and the last line of the material each hold a code word. Reply with these two words alone.",
}
_MARKS = ("LARK-4172", "PINE-8306")


class _Reply(_Shape):
    """The reply that is asked for."""

    title: Line
    cites: Numbers


@dataclass(frozen=True, slots=True)
class Ends:
    """Which ends of a prompt of that size a model has read."""

    tokens: int
    """As it counted them, else as they were meant."""
    first: bool
    last: bool
    refused: str = ""
    """Why it took none of it, in its words."""


@dataclass(slots=True)
class Trial:
    """What was measured of one model; empty or None where it was not."""

    name: str
    trouble: str = ""
    """Why it cannot write; empty where it can."""
    remedy: str = ""
    answered_as: str = ""
    """Another model that answered in its place."""
    taken: dict[str, str] = field(default_factory=dict)
    """What it wants said otherwise: field or part of the request, and how."""
    left_out: tuple[str, ...] = ()
    """Fields that it refuses."""
    json: _Json = ""
    mended: bool = False
    """Whether its JSON had to be repaired, or looked for between words."""
    thinks: bool = False
    quiet: bool | None = None
    """Whether `think = false` ends its thoughts; None where it has none, or was told so already."""
    counts: bool = False
    """Whether it counts its tokens itself."""
    cached_tokens: int = 0
    """Of a prompt sent a second time."""
    window: int | None = None
    """As it tells, or as the settings say."""
    ends: Ends | None = None
    remark: str = ""
    """What its server tells that a person should know."""
    first_token_s: float | None = None
    prefill_a_second: float | None = None
    decode_a_second: float | None = None
    """Alone."""
    decode_together: float | None = None
    """Of AT_ONCE side by side, all together."""
    at_once: int | None = None
    """Calls that were answered side by side; None where that was not tried."""
    calls: int = 0
    spent: Usage = field(default_factory=Usage)
    issue_minutes: float | None = None
    issue_cost: float = 0.0
    """0 without a price."""
    currency: str = ""
    """Of the budget; empty where that is in tokens."""
    too_narrow: tuple[str, ...] = ()
    """Purposes whose shortest prompt has no room in its window."""

    @property
    def can_write(self) -> bool:
        return not self.trouble


async def tried(
    step_of: Callable[[bool | None], Step],
    ledger: Ledger,
    language: Language,
    think: bool | None = None,
    window: int | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Trial:
    """What a model does when it is asked.

    Args:
        step_of: the model with its thinking switched on or off, or as it does by itself; nothing is known of it yet.
        think: as the settings have it.
        window: tokens of one more prompt with a mark at each end; None: it is not sent.
    """
    bench = _Trying(step_of(think), ledger, language, sleep)
    try:
        await bench.introduced()
        await bench.shape(step_of, think)
        await bench.speed()
        await bench.together()
        if window:
            await bench.both_ends(window)
    except ModelError as error:
        bench.trial.trouble, bench.trial.remedy = str(error), error.remedy
    return bench.concluded()


@dataclass(slots=True)
class _Trying:
    step: Step
    ledger: Ledger
    language: Language
    sleep: Callable[[float], Awaitable[None]]
    trial: Trial = field(init=False)
    _fresh: list[Usage] = field(default_factory=list)
    """Of prompts that no cache knows."""

    def __post_init__(self) -> None:
        self.trial = Trial(self.step.name, currency=self.ledger.budget.currency)

    async def introduced(self) -> None:
        """What its server tells."""
        if self.step.meet:
            self.trial.remark = await self.step.meet()
        self.trial.window = self.step.known_window

    async def shape(self, step_of: Callable[[bool | None], Step], think: bool | None) -> None:
        """A reply in the shape asked for, with thoughts and without. Raises ModelError: there is none."""
        came = await self._asked(self._request(0))
        self.trial.thinks = came.thought or (isinstance(came.error, ReplyCut) and came.error.thought)
        if self.trial.thinks and think is None:
            thinking, self.step = self.step, step_of(False)
            silent = await self._asked(self._request(0))
            still = silent.thought or (isinstance(silent.error, ReplyCut) and silent.error.thought)
            self.trial.quiet = not still and not silent.error
            came = silent if self.trial.quiet else came
            self.step = self.step if self.trial.quiet else thinking
        if isinstance(came.error, ReplyCut) and came.error.thought:
            came = await self._asked(replace(self._request(0), most_tokens=WITH_THOUGHTS))
        if came.error:
            raise came.error
        self._keep(came)

    def _keep(self, came: Exchange) -> None:
        known = self.step.abilities
        self.trial.answered_as, self._fresh = came.answered_as, [came.usage] if came.usage else []
        self.trial.counts = bool(came.usage and not came.usage.estimated)
        try:
            read(came.text, _Reply)
        except ReplyMisshapen as error:
            raise ReplyMisshapen(
                f"its reply is not in the shape asked for: {error}", "take a larger model, or one that takes a JSON schema"
            ) from error
        asked: dict[str, _Json] = {"object": "as an object", "prose": "in words"}
        self.trial.json = asked.get(known.of("json"), "by schema")
        self.trial.mended = not _is_json(came.text)

    async def speed(self) -> None:
        """Tokens a second alone, and what of a prompt sent a second time is found in a cache."""
        first = self._request(0)
        came = await self._asked(Request(first.system, f"{first.user}\n\n{_ASKED[self.language][1]}", MOST_TOKENS))
        if came.error and not isinstance(came.error, ReplyCut):
            raise came.error
        if came.usage:
            self.trial.cached_tokens = came.usage.cached_tokens
            self.trial.first_token_s = came.usage.first_token_s
            self.trial.decode_a_second = _rate(came.usage)

    async def together(self) -> None:
        """Several at once: how many are answered, and how fast all together."""
        asked = [
            Request(self._request(n).system, f"{self._material(n)}\n\n{_ASKED[self.language][1]}", MOST_TOKENS)
            for n in range(1, AT_ONCE + 1)
        ]
        began = monotonic()
        came = await asyncio.gather(*(self._sent(one) for one in asked))
        took_s = monotonic() - began
        answered = [one.usage for one in came if one.usage and (not one.error or isinstance(one.error, ReplyCut))]
        if not any(isinstance(one.error, ModelBusy) for one in came) and len(answered) < AT_ONCE:
            return  # another fault says nothing of how many it takes
        self.trial.at_once = max(1, len(answered))
        if len(answered) == AT_ONCE:
            self.trial.decode_together = sum(one.decode_tokens for one in answered) / max(took_s, 1e-3)
            self._fresh += answered

    async def both_ends(self, tokens: int) -> None:
        """Whether a prompt of that size is read from one end to the other."""
        known, sentence = self.step.abilities.bytes_a_token, _ABOUT[self.language]
        lines, size, most = (
            [_MARKS[0]],
            0,
            int((tokens - FRAME_TOKENS - MOST_TOKENS) * known) - 2 * len(_ENDS[self.language].encode()),
        )
        while size < most:
            lines.append(f"{len(lines)}| {sentence.format(n=len(lines), m=len(lines) % 89 + 11, k=len(lines) % 53 + 40)}")
            size += len(lines[-1].encode()) + 1
        came = await self._asked(
            Request(_ENDS[self.language], "\n".join([*lines, _MARKS[1], "", _ENDS[self.language]]), MOST_TOKENS)
        )
        read_tokens = came.usage.prefill_tokens if came.usage and not came.usage.estimated else tokens
        if isinstance(came.error, PromptTooLong):
            read_tokens = came.error.window or read_tokens
        refused = str(came.error) if came.error and not isinstance(came.error, ReplyCut) else ""
        self.trial.ends = Ends(read_tokens, _MARKS[0] in came.text, _MARKS[1] in came.text, refused)

    # -- one call ------------------------------------------------------------------------------------------------------

    def _material(self, number: int) -> str:
        """Numbered sentences of about a thousand tokens; those of another number begin otherwise, so that no cache knows them."""
        sentence = _ABOUT[self.language]
        lines = (
            sentence.format(n=1_000 * (number + 1) + n, m=(37 * n + 11 * number) % 89 + 11, k=(n * 13) % 53 + 40)
            for n in range(1, 33)
        )
        return "\n".join(f"{n}| {one}" for n, one in enumerate(lines, 1))

    def _request(self, number: int) -> Request:
        return request_for(Prompt(TEST, _ASKED[self.language][0], self._material(number), MOST_TOKENS), _Reply, MOST_TOKENS)

    async def _asked(self, request: Request) -> Exchange:
        """What comes of it; a model that is loading or busy is asked again some times. Raises ModelError: it does not answer."""
        came = await self._sent(request)
        for time in range(PATIENCE):
            if not isinstance(came.error, ModelBusy) or isinstance(came.error, ModelAway):
                break
            await self.sleep(min(came.error.retry_after_s or 2.0 ** (time + 1), LONGEST_WAIT_S))
            came = await self._sent(request)
        return came

    async def _sent(self, request: Request) -> Exchange:
        """What one call gives; it is in the ledger before and after. Raises ModelError: the budget has no room for it."""
        price = self.step.price
        call = self.ledger.reserve(self.step.name, TEST, most_it_takes(request.prefill_bound, request.most_tokens, price))
        if call is None:
            raise ModelError(f"what is left of {self.ledger.budget} is too little for a call", "raise the budget, or try tomorrow")
        came = await self.step.endpoint.send(request, CALL_S)
        usage = came.usage and priced(came.usage, price)
        whole = not came.error or isinstance(came.error, ReplyCut)  # two hundred tokens are all that is asked for
        self.ledger.settle(call, "answered" if whole else "failed", usage, str(came.error or came.answered_as), came.told)
        self._add(usage or call.usage)
        return came

    def _add(self, usage: Usage) -> None:
        so_far, self.trial.calls = self.trial.spent, self.trial.calls + 1
        self.trial.spent = Usage(
            so_far.prefill_tokens + usage.prefill_tokens,
            so_far.cached_tokens + usage.cached_tokens,
            so_far.decode_tokens + usage.decode_tokens,
            total_s=so_far.total_s + usage.total_s,
            cost=so_far.cost + usage.cost,
            estimated=so_far.estimated or usage.estimated,
        )

    # -- what follows --------------------------------------------------------------------------------------------------

    def concluded(self) -> Trial:
        """The trial with what was learnt on the way, and what it means for an issue."""
        made, known = self.trial, self.step.abilities
        made.left_out = tuple(sorted(known.left_out))
        made.taken = {name: known.of(name) for name in ("limit", "system", "stream", "path") if known.of(name)}
        made.window = self.step.known_window or made.window
        rates = [one.prefill_tokens / one.first_token_s for one in self._fresh if one.first_token_s]
        made.prefill_a_second = max(rates, default=None)
        made.issue_cost = priced(ISSUE, self.step.price).cost
        if decode := made.decode_together or made.decode_a_second:
            reading_s = ISSUE.prefill_tokens / made.prefill_a_second if made.prefill_a_second else 0.0  # within the reply's time
            made.issue_minutes = (reading_s + ISSUE.decode_tokens / decode) / 60
        if made.window:
            made.too_narrow = too_narrow(made.window, self.language, known.bytes_a_token)
        if made.can_write and len(made.too_narrow) > len(WRITERS) / 2:
            made.trouble = f"its window of {made.window} tokens has no room for {', '.join(made.too_narrow)}"
            made.remedy = "start it with a longer context (Ollama: OLLAMA_CONTEXT_LENGTH), or set window where it tells too little"
        return made


def too_narrow(window: int, language: Language, bytes_a_token: float) -> tuple[str, ...]:
    """The purposes whose instructions, the shortest material and the shortest reply are more than a window."""
    found = []
    for purpose in WRITERS:
        instructions = len(prompt(purpose, language, "", "").instructions.encode()) / bytes_a_token
        if instructions + FRAME_TOKENS + LEAST_MATERIAL + LEAST_REPLY > window:
            found.append(purpose.name)
    return tuple(found)


def lines_to_paste(trial: Trial, think: bool | None, at_once: int, window: int | None, timeout_s: float | None) -> list[str]:
    """What of [models.NAME] should be set otherwise than it is; empty where all is well.

    Args:
        think, at_once, window, timeout_s: as the settings have them.
    """
    lines, ends = [], trial.ends
    if ends and not ends.refused and not (ends.first and ends.last) and (window is None or ends.tokens < window):
        lines.append(f"window = {ends.tokens}")
    if trial.at_once and trial.at_once < min(AT_ONCE, at_once):
        lines.append(f"at_once = {trial.at_once}")
    if trial.quiet and think is None:
        lines.append("think = false")
    if (first_s := trial.first_token_s) and 2 * first_s > (timeout_s or SLOWEST_S):
        lines.append(f"timeout = {math.ceil(4 * first_s / 10) * 10}")
    return [f"[models.{trial.name}]", *lines] if lines else []


def _rate(usage: Usage) -> float | None:
    """Tokens of a reply a second, from its first one on where that is known."""
    took_s = usage.total_s - (usage.first_token_s or 0.0)
    return usage.decode_tokens / took_s if took_s > 0 and usage.decode_tokens > 1 else None


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
