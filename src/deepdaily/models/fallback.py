"""The ladder: models best first, one policy of attempts, nothing asked twice and nothing past the budget.

The policy, here and nowhere else. What any model of the ladder has answered to this very call is the answer. Else each model in
turn is asked. A fault is judged by how far it reaches: the account leaves the model out; this prompt costs its own call; this
moment is waited for, as long as the stage has time, or handed to the next model where there is one. A reply that is broken or not
in the shape is asked for once more; one that was cut gets more room, one that does not fit in the window less.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from deepdaily.core.errors import (
    ModelBusy,
    ModelError,
    ModelRefused,
    NoModel,
    PromptRefused,
    PromptTooLong,
    ReplyBroken,
    ReplyCut,
    ReplyMisshapen,
    ReplyUnended,
)
from deepdaily.core.types import Call, Trouble
from deepdaily.models import Prompt, Reply, S
from deepdaily.models.abilities import Abilities
from deepdaily.models.exchange import FRAME_TOKENS, Endpoint, Exchange, Request, request_for
from deepdaily.models.ledger import Ledger, exceeds, most_it_takes, priced, scaled
from deepdaily.models.lenient import read
from deepdaily.models.pace import MOST_WASTED, Pace, loop_s
from deepdaily.settings.model_tables import Price

CALL_S = 900.0
"""The longest a call may take, however it moves: a whole stage."""

LEAST_S = 2.0
"""With less time than this no call starts."""

WAIT_S, WAIT_PART = 20.0, 0.05
"""A model is waited for up to so many seconds, and up to this part of the time left, where another one could be asked instead."""

THOUGHTS, MOST_THOUGHTS = 4_000, 32_000
"""Tokens beside the reply for a model that thinks: at first, and at most."""

LONGEST_REPLY = 8_000
"""Tokens of a reply that was cut twice."""

LEAST_REPLY = 400
"""Tokens: a shorter reply is none."""

REPLY_PART = 1 / 3
"""Of a small window that is kept for the reply: recorded ones are at most a third of their prompts."""

SAFE = 0.85
"""Of the bytes that a window is thought to hold."""

MOST_TURNS = 24
"""Times that one call may be sent, all reasons together."""


class _NotNow(ModelError):
    """Not asked: no time, no budget, or left out. The next model's turn; nobody is at fault."""


@dataclass(slots=True)
class Step:
    """One model of the ladder, with its record in this run."""

    endpoint: Endpoint
    pace: Pace
    price: Price | None = None
    most_tokens: int | None = None
    """The longest reply, thoughts included; None: what each prompt allows, and more where it is cut."""
    window: int | None = None
    """Tokens of prompt and reply, by the settings; None: as its abilities know."""
    abilities: Abilities = field(default_factory=Abilities)
    notes: list[str] = field(default_factory=list)
    """What a person should know of it beside its being left out, each once."""
    overrun: float = 1.0
    """How many times more it counted than its call could take."""
    longer: dict[str, int] = field(default_factory=dict)
    """By purpose the room for a reply, where a first one was cut."""
    meet: Callable[[], Awaitable[str]] | None = None
    """Asks its server what that tells of it, and gives what a person should know of that; None once it is done."""
    model: str = ""
    """Its own name, as readers are told it; empty: its name in the settings."""
    _meeting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def name(self) -> str:
        return self.endpoint.name

    @property
    def signature(self) -> str:
        """Whose words its replies are, those from the store too: the model that last answered in its place, else its own."""
        return self.abilities.of("answers as") or self.model or self.name

    @property
    def known_window(self) -> int | None:
        return self.window or self.abilities.window

    async def met(self) -> None:
        """Its server was asked once: the first call of a run waits for that, and those beside it."""
        async with self._meeting:
            if self.meet and (remark := await self.meet()):
                self.note(remark)
            self.meet = None

    def note(self, line: str) -> None:
        if line not in self.notes:
            self.notes.append(line)

    def reply_tokens(self, prompt: Prompt) -> int:
        """The longest reply to ask for, where the window does not matter."""
        if self.most_tokens:
            return self.most_tokens
        thoughts = int(self.abilities.number("thoughts") or THOUGHTS) if self.abilities.of("thinks") else 0
        return self.longer.get(prompt.purpose, prompt.most_tokens) + thoughts

    def about(self, request: Request) -> int:
        """Tokens of its prompt, rather too many."""
        return int(request.prompt_bytes / (SAFE * self.abilities.bytes_a_token)) + FRAME_TOKENS

    def fitted(self, prompt: Prompt, shape: type[BaseModel], wrong: str) -> Request:
        """The request, its reply as long as the window lets it. Raises PromptTooLong where that is too little."""
        most = self.reply_tokens(prompt)
        request = request_for(prompt, shape, most, wrong)
        if self.known_window is None:
            return request
        left = self.known_window - self.about(request)
        if left < LEAST_REPLY:
            told = f"about {self.about(request)} tokens do not fit in its window of {self.known_window}"
            raise PromptTooLong(told, "take a model with a larger window", self.known_window)
        return request_for(prompt, shape, min(most, left), wrong)

    def more_room(self, prompt: Prompt, cut: ReplyCut) -> bool:
        """Whether a reply that was cut gets a longer one."""
        if self.most_tokens:
            return False
        if cut.thought:
            thoughts = int(self.abilities.number("thoughts") or THOUGHTS // 2) * 2
            self.abilities.learn("thoughts", str(min(thoughts, MOST_THOUGHTS)))
            return thoughts <= MOST_THOUGHTS
        now = self.longer.get(prompt.purpose, prompt.most_tokens)
        self.longer[prompt.purpose] = min(2 * now, LONGEST_REPLY)
        return now < LONGEST_REPLY


class Fallback:
    """A model made of models, best first.

    Args:
        rungs: may be empty; then nothing is asked.
        remaining_s: seconds to the deadline of the run, asked anew before each call.
        unusable: models of the settings that cannot be asked.
    """

    def __init__(
        self,
        rungs: Sequence[Step],
        ledger: Ledger,
        remaining_s: Callable[[], float],
        *,
        unusable: Sequence[Trouble] = (),
        clock: Callable[[], float] = loop_s,
    ) -> None:
        self._rungs, self._ledger, self._remaining_s = rungs, ledger, remaining_s
        self._unusable, self._clock = tuple(unusable), clock

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        """The first usable reply.

        Raises:
            NoModel: every model failed, is left out, or may not be asked.
        """
        for rung in self._rungs:
            kept = self._kept(rung, prompt, shape)
            if kept is not None:
                return Reply(kept, rung.signature)
        reasons = []
        for at, rung in enumerate(self._rungs):
            others = any(not other.pace.left_out(prompt.purpose) for other in self._rungs[at + 1 :])
            try:
                return await self._asked(rung, prompt, shape, others)
            except ModelError as error:
                reasons.append(f"{rung.name}: {error}")
        raise NoModel("; ".join(reasons) or "no model may be asked")

    def room(self, prompt: Prompt, shape: type[BaseModel]) -> int | None:
        """By the window of the first model that is not left out."""
        usable = [rung for rung in self._rungs if not rung.pace.left_out(prompt.purpose)]
        if not usable or (window := usable[0].known_window) is None:
            return None
        rung, frame = usable[0], request_for(prompt, shape, None)
        reply = min(rung.reply_tokens(prompt), max(LEAST_REPLY, int(window * REPLY_PART)))
        return max(0, int((window - reply - FRAME_TOKENS) * SAFE * rung.abilities.bytes_a_token) - frame.prompt_bytes)

    def troubles(self) -> list[Trouble]:
        """For the run record: each model that fell out and why, what else a person should know; empty on a good day."""
        found = list(self._unusable)
        for rung in self._rungs:
            found += [Trouble(rung.name, message) for message in (*rung.notes, *rung.pace.complaints)]
        return found

    def _kept(self, rung: Step, prompt: Prompt, shape: type[S], wrong: str = "") -> S | None:
        """The usable reply that is in the store, of whichever attempt."""
        text = self._ledger.store.reply(_key(rung, request_for(prompt, shape, None, wrong), wrong))
        if text is None:
            return None
        try:
            return read(text, shape)
        except ReplyMisshapen as error:
            return None if wrong else self._kept(rung, prompt, shape, str(error))

    async def _asked(self, rung: Step, prompt: Prompt, shape: type[S], others: bool) -> Reply[S]:
        """A usable reply of one model."""
        if not rung.pace.left_out(prompt.purpose):
            await rung.met()
        wrong, spare = "", {ReplyBroken: 1, ReplyMisshapen: 1, ReplyCut: 2, PromptTooLong: 1}
        for _ in range(MOST_TURNS):
            try:
                return await self._attempt(rung, prompt, shape, wrong)
            except ModelBusy as busy:
                await self._waited(rung, prompt, busy, others)
            except (ReplyBroken, ReplyMisshapen, PromptTooLong) as error:
                kind = next(one for one in (ReplyCut, ReplyBroken, ReplyMisshapen, PromptTooLong) if isinstance(error, one))
                spare[kind] -= 1
                if spare[kind] < 0 or not self._mended(rung, prompt, shape, error):
                    raise
                wrong = str(error) if isinstance(error, ReplyMisshapen) else wrong
        raise _NotNow("asked too often")

    def _mended(self, rung: Step, prompt: Prompt, shape: type[BaseModel], error: ModelError) -> bool:
        """Whether another attempt is another one."""
        if isinstance(error, ReplyCut):
            return rung.more_room(prompt, error)
        if not isinstance(error, PromptTooLong):
            return True
        if error.window is None and rung.window is None:  # it names no figure: so much was too much
            rung.abilities.learn_window(int(0.75 * (rung.about(request_for(prompt, shape, None)) + rung.reply_tokens(prompt))))
        if _too_dense(rung, rung.about(request_for(prompt, shape, None))):
            rung.abilities.shorten_tokens()
        try:
            rung.fitted(prompt, shape, "")
        except PromptTooLong:
            return False  # its writer shortens it
        return True

    async def _waited(self, rung: Step, prompt: Prompt, busy: ModelBusy, others: bool) -> None:
        """Rest until it may be asked again. Raises `busy` where there is no time for that, or where another model is at hand."""
        wait_s = rung.pace.wait_for(busy)
        left_s = min(self._remaining_s(), prompt.ends_at - self._clock())
        if wait_s is None:
            raise busy
        patient = not others or (wait_s <= min(WAIT_S, WAIT_PART * left_s) and rung.pace.busy < MOST_WASTED)
        if wait_s > left_s - LEAST_S or not patient:
            rung.pace.leave_alone(str(busy), wait_s)
            raise busy
        await rung.pace.rest(wait_s)

    async def _attempt(self, rung: Step, prompt: Prompt, shape: type[S], wrong: str) -> Reply[S]:
        """The reply to one request, from the store or from the model."""
        request = rung.fitted(prompt, shape, wrong)
        key = _key(rung, request, wrong)
        kept = self._ledger.store.reply(key)
        if kept is not None:  # a misshapen one: a rerun walks the same way as the first run, at nobody's fault now
            return Reply(read(kept, shape), rung.signature)
        if why := await rung.pace.enter(prompt.purpose):
            raise _NotNow(why)
        try:
            wall_s = min(CALL_S, self._remaining_s())
            if wall_s < LEAST_S:
                raise _NotNow("no time left")
            call = self._reserved(rung, request, prompt.purpose)
            try:
                outcome = await rung.endpoint.send(request, wall_s)
            except asyncio.CancelledError:
                rung.pace.cut_short(prompt.purpose)  # its row stays at the most it could take
                raise
            return self._settled(rung, call, outcome, key, shape)
        finally:
            rung.pace.leave(prompt.purpose)

    def _reserved(self, rung: Step, request: Request, purpose: str) -> Call:
        most = most_it_takes(request.prefill_bound, request.most_tokens, rung.price)
        call = self._ledger.reserve(rung.name, purpose, scaled(most, rung.overrun))
        if call is None:
            rung.note(f"what is left of {self._ledger.budget} is too little for a call")
            raise _NotNow("the budget is spent")
        return call

    def _settled(self, rung: Step, call: Call, outcome: Exchange, key: str, shape: type[S]) -> Reply[S]:
        """The reply as the shape, everything written down on the way."""
        usage = outcome.usage and priced(outcome.usage, rung.price)
        if usage and (factor := exceeds(usage, call.usage)) > 1:
            rung.overrun *= factor
            rung.note("counted more tokens than its call could have: more is kept in reserve for the next ones")
        error = outcome.error
        if error is None or isinstance(error, ReplyUnended):
            try:
                reply = read(outcome.text, shape, repaired=error is None)
            except ReplyMisshapen as misshapen:
                if error is None:
                    self._ledger.store.keep_reply(key, outcome.text)
                    error = misshapen
            else:
                self._ledger.store.keep_reply(key, outcome.text)
                rung.pace.answered(call.purpose)
                self._ledger.settle(call, "answered", usage, outcome.answered_as, outcome.told)
                return Reply(reply, self._signed(rung, outcome.answered_as))
        self._ledger.settle(call, "refused" if isinstance(error, ReplyMisshapen) else "failed", usage, str(error), outcome.told)
        self._fell(rung, call.purpose, error)
        raise error

    def _signed(self, rung: Step, answered_as: str) -> str:
        """Whose words they are; that another model answered is said to the operator as well."""
        rung.abilities.learn("answers as", answered_as)
        if answered_as:
            rung.note(f"{answered_as} answered in its place")
        return rung.signature

    def _fell(self, rung: Step, purpose: str, error: ModelError) -> None:
        """Who is left out for a failed call: the account's fault is the run's, a prompt's nobody's, a reply's the purpose's."""
        if isinstance(error, ModelRefused):
            rung.pace.open(error.advised)
        elif isinstance(error, PromptTooLong):
            rung.note(error.advised)
        elif isinstance(error, ReplyMisshapen):
            rung.pace.failed(purpose, f"not in the shape asked for: {error}")
        elif isinstance(error, ReplyBroken) or (isinstance(error, PromptRefused) and error.remedy):
            rung.pace.failed(purpose, error.advised)


def _too_dense(rung: Step, size: int) -> bool:
    """Whether a prompt of about so many tokens was refused though it should have fitted closely: they are more than thought."""
    window = rung.known_window
    return window is not None and window / 2 <= size <= window - LEAST_REPLY


def _key(rung: Step, request: Request, wrong: str) -> str:
    """The reply's name in the store; the second attempt says what was wrong with the first."""
    return request.key(rung.endpoint.identity, attempt=2 if wrong else 1)
