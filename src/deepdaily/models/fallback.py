"""The ladder: models best first, one attempt policy, nothing asked twice and nothing past the budget.

The policy, here and nowhere else: what any model of the ladder has answered to this very call is the answer. Else each model in
turn is asked; a broken or misshapen reply is asked for once more, a short "come back later" is waited for once; then the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from deepdaily.core.errors import ModelBusy, ModelError, ModelRefused, NoModel, ReplyBroken, ReplyMisshapen
from deepdaily.core.types import Call, Trouble
from deepdaily.models import Prompt, Reply, S
from deepdaily.models.breaker import Breaker
from deepdaily.models.exchange import Endpoint, Exchange, Request, read, request_for
from deepdaily.models.ledger import Ledger, exceeds, most_it_takes, priced
from deepdaily.settings.model_tables import Price

CALL_S = 120.0
"""Wall of one call: a slow local model decodes 4,000 tokens at 40 a second in 100 s."""

LEAST_S = 2.0
"""With less time than this no call starts."""

WAIT_S, WAIT_PART = 20.0, 0.05
"""A model that asks to come back is waited for up to so many seconds, and up to this part of the time left."""

Sleep = Callable[[float], Awaitable[None]]


class _NotNow(ModelError):
    """Not asked: no time, no budget, or left out. The next model's turn; nobody is at fault."""


@dataclass(slots=True)
class Step:
    """One model of the ladder, with its record in this run."""

    endpoint: Endpoint
    breaker: Breaker
    price: Price | None = None
    most_tokens: int | None = None
    """The longest reply, thoughts included; None: what each prompt allows."""
    notes: list[str] = field(default_factory=list)
    """What a person should know of it beside its being left out, each once."""

    @property
    def name(self) -> str:
        return self.endpoint.name

    def note(self, line: str) -> None:
        if line not in self.notes:
            self.notes.append(line)


class Fallback:
    """A model made of models, best first.

    Args:
        rungs: may be empty; then nothing is asked.
        remaining_s: seconds to the deadline of the run, asked anew before each call.
        unusable: models of the settings that cannot be asked.
        sleep: waits; a test's own does not.
    """

    def __init__(
        self,
        rungs: Sequence[Step],
        ledger: Ledger,
        remaining_s: Callable[[], float],
        *,
        unusable: Sequence[Trouble] = (),
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._rungs, self._ledger, self._remaining_s = rungs, ledger, remaining_s
        self._unusable, self._sleep = tuple(unusable), sleep

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        """The first usable reply.

        Raises:
            NoModel: every model failed, is left out, or may not be asked.
        """
        for rung in self._rungs:
            kept = self._kept(rung, prompt, shape)
            if kept is not None:
                return Reply(kept, rung.name)
        reasons = []
        for rung in self._rungs:
            try:
                return Reply(await self._asked(rung, prompt, shape), rung.name)
            except ModelError as error:
                reasons.append(f"{rung.name}: {error}")
        raise NoModel("; ".join(reasons) or "no model may be asked")

    def troubles(self) -> list[Trouble]:
        """For the run record: each model that fell out and why, what else a person should know; empty on a good day."""
        found = list(self._unusable)
        for rung in self._rungs:
            left_out = [f"{rung.breaker.why}; left out for this run"] if rung.breaker.why else []
            found += [Trouble(rung.name, message) for message in (*rung.notes, *left_out)]
        return found

    def _request(self, rung: Step, prompt: Prompt, shape: type[S], wrong: str) -> tuple[Request, str]:
        """One attempt's request and its reply's key; the second attempt says what was wrong with the first reply."""
        request = request_for(prompt, shape, rung.most_tokens, wrong)
        return request, request.key(rung.endpoint.identity, attempt=2 if wrong else 1)

    def _kept(self, rung: Step, prompt: Prompt, shape: type[S], wrong: str = "") -> S | None:
        """The usable reply that is in the store, of whichever attempt."""
        _, key = self._request(rung, prompt, shape, wrong)
        text = self._ledger.store.reply(key)
        if text is None:
            return None
        try:
            return read(text, shape)
        except ReplyMisshapen as error:
            return None if wrong else self._kept(rung, prompt, shape, str(error))

    async def _asked(self, rung: Step, prompt: Prompt, shape: type[S]) -> S:
        """A usable reply of one model, in at most two attempts."""
        wrong = ""
        try:
            return await self._attempt(rung, prompt, shape, wrong)
        except ReplyBroken:
            pass
        except ReplyMisshapen as error:
            wrong = str(error)
        return await self._attempt(rung, prompt, shape, wrong)

    async def _attempt(self, rung: Step, prompt: Prompt, shape: type[S], wrong: str) -> S:
        """The reply to one request, from the store or from the model; one that asks to come back soon is asked again once."""
        request, key = self._request(rung, prompt, shape, wrong)
        kept = self._ledger.store.reply(key)
        if kept is not None:  # a misshapen one: a rerun walks the same way as the first run, at nobody's fault now
            return read(kept, shape)
        try:
            return await self._call(rung, request, key, prompt.purpose, shape)
        except ModelBusy as busy:
            if busy.retry_after_s is None:
                raise
            if busy.retry_after_s > min(WAIT_S, WAIT_PART * self._remaining_s()):
                rung.breaker.open(str(busy))
                raise
            await self._sleep(busy.retry_after_s)
        return await self._call(rung, request, key, prompt.purpose, shape)

    async def _call(self, rung: Step, request: Request, key: str, purpose: str, shape: type[S]) -> S:
        """One request with its row in the ledger; its reply is kept if it is whole."""
        if not await rung.breaker.enter():
            raise _NotNow(rung.breaker.why)
        try:
            wall_s = min(CALL_S, self._remaining_s())
            if wall_s < LEAST_S:
                raise _NotNow("no time left")
            call = self._reserved(rung, request, purpose)
            try:
                outcome = await rung.endpoint.send(request, wall_s)
            except asyncio.CancelledError:
                rung.breaker.cut_short()  # its row stays at the most it could take
                raise
            return self._settled(rung, call, outcome, key, shape)
        finally:
            rung.breaker.leave()

    def _reserved(self, rung: Step, request: Request, purpose: str) -> Call:
        most = most_it_takes(request.prefill_bound, request.most_tokens, rung.price)
        call = self._ledger.reserve(rung.name, purpose, most)
        if call is None:
            rung.note(f"what is left of {self._ledger.budget} is too little for a call")
            raise _NotNow("the budget is spent")
        return call

    def _settled(self, rung: Step, call: Call, outcome: Exchange, key: str, shape: type[S]) -> S:
        """The reply as the shape, everything written down on the way."""
        usage = outcome.usage and priced(outcome.usage, rung.price)
        breaker, error = rung.breaker, outcome.error
        if usage and exceeds(usage, call.usage):
            breaker.open("took more than it was allowed")
        if error is None:
            self._ledger.store.keep_reply(key, outcome.text)
            try:
                reply = read(outcome.text, shape)
            except ReplyMisshapen as misshapen:
                breaker.failed(f"not in the shape asked for: {misshapen}")
                self._ledger.settle(call, "refused", usage, str(misshapen))
                raise
            breaker.succeeded()
            self._ledger.settle(call, "answered", usage, outcome.answered_as)
            return reply
        self._ledger.settle(call, "failed", usage, str(error))
        if isinstance(error, ModelRefused):
            breaker.open(error.advised)
        else:
            breaker.failed(str(error))
        raise error
