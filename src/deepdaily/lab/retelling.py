"""Stored stories told again by several models, side by side; nothing is published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import fsum, inf
from secrets import token_hex
from time import monotonic

from pydantic import BaseModel

from deepdaily.core.errors import ModelRefused, SettingsError
from deepdaily.core.types import Call, Candidate, Document, Item, Offer, Slot, Story, Usage
from deepdaily.models import Model, Prompt, Reply, S
from deepdaily.models.asking import ModelWriter, within
from deepdaily.models.configured import step_of
from deepdaily.models.exchange import Endpoint, Exchange, Request
from deepdaily.models.fallback import CALL_S, Fallback, Step
from deepdaily.models.ledger import Ledger
from deepdaily.models.pace import Pace
from deepdaily.run import Meter
from deepdaily.settings import Settings
from deepdaily.settings.model_tables import Budget, Models
from deepdaily.store import Store
from deepdaily.words import of
from deepdaily.write.by_model.facts import Stood, tellable
from deepdaily.write.by_model.item import ToldItem, told_item
from deepdaily.write.by_model.numbered import units_of

TRIAL = "trial"
"""Before the slot of a trial's calls: no digest has a colon in its name, so a trial's calls are no day's of any digest."""


# -- the stories ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Past:
    """A story of an earlier day, as its documents were read then."""

    day: str
    story: Story


def past_stories(store: Store, today: date, days: int, most: int) -> list[Past]:
    """Stories of the last `days` days, at most `most`: those that issues told, newest first, then other pages that were read.

    Each page once; only those that a model can tell: whole, and long enough. Empty where nothing was read.
    """
    since, seen = today - timedelta(days=days), set[str]()
    found = list[Past]()
    for one in (*_printed(store, since), *_read(store, since)):
        if len(found) == most:
            break
        if one.story.lead.url not in seen and tellable(one.story, units_of(one.story)):
            seen.add(one.story.lead.url)
            found.append(one)
    return found


def _printed(store: Store, since: date) -> Iterator[Past]:
    for issue in store.issues_since(since):
        documents = store.documents(source.document for item in issue.items for source in item.sources)
        for item in issue.items:
            texts = [documents[source.document] for source in item.sources if source.document in documents]
            if texts:
                yield Past(issue.day, _story(item.story, texts))


def _read(store: Store, since: date) -> Iterator[Past]:
    for slot in store.slots():
        day = Slot.of_key(slot).day
        if day < since.isoformat():
            return
        for document in store.texts(slot).values():
            yield Past(day, _story(f"s-{document.id.removeprefix('sha256:')[:12]}", [document]))


def _story(name: str, texts: Sequence[Document]) -> Story:
    candidates = tuple(Candidate(one.url, (Offer(one.url, "store", one.title),)) for one in texts)
    return Story(name, candidates, tuple(texts))


# -- telling them -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retold:
    """What came of one story by one model."""

    day: str
    stood: Stood
    item: Item | None
    calls: tuple[Call, ...]
    seconds: float
    from_store: int
    """Replies that an earlier trial of this day had got: what they took is not known any more."""
    trouble: str = ""
    """Why no facts came; empty where some did."""


@dataclass(frozen=True, slots=True)
class _Purse(Ledger):
    """The day's budget, and in it the trial's own."""

    trial: str = ""
    """How the slots of its calls begin."""
    own: Budget | None = None
    refused: list[str] = field(default_factory=list)

    def reserve(self, model: str, purpose: str, most: Usage) -> Call | None:
        if self.own and _in(self.own, [*self._taken(), most]) > self.own.amount:
            self.refused.append(f"the trial's budget of {self.own} is spent")
            return None
        call = Ledger.reserve(self, model, purpose, most)
        if call is None:
            self.refused.append(f"the day's budget of {self.budget} is spent")
        return call

    def _taken(self) -> list[Usage]:
        return [call.usage for call in self.store.calls_of_day(self.day) if call.slot.startswith(self.trial)]


def _in(budget: Budget, usages: Sequence[Usage]) -> float:
    return fsum(one.cost if budget.currency else one.prefill_tokens + one.decode_tokens for one in usages)


@dataclass(frozen=True, slots=True)
class _OnTrial:
    """An endpoint whose replies are kept apart from the daily's, which would cost this trial nothing, and for a day only."""

    endpoint: Endpoint
    day: str

    @property
    def name(self) -> str:
        return self.endpoint.name

    @property
    def identity(self) -> str:
        return f"{TRIAL} of {self.day} {self.endpoint.identity}"

    async def send(self, request: Request, wall_s: float) -> Exchange:
        return await self.endpoint.send(request, wall_s)


@dataclass(slots=True)
class _Counting:
    """A model, and how often it has replied: a reply without an answered call came from the store."""

    model: Model
    replies: int = 0

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        reply = await self.model.ask(prompt, shape)
        self.replies += 1
        return reply

    def room(self, prompt: Prompt, shape: type[BaseModel]) -> int | None:
        return self.model.room(prompt, shape)


@dataclass(frozen=True, slots=True)
class Retellings:
    """Every model's stories, all in one order."""

    by_model: dict[str, list[Retold]]
    stopped: str = ""
    """Why there are fewer than were wanted; empty where there are not."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """Where stories are told again; one at a time, so that no model waits for another."""

    store: Store
    settings: Settings
    now: datetime
    """In the digest's zone: it names the day whose budget pays."""
    own: Budget | None = None
    """What the trial may take of it."""
    clock: Callable[[], float] = monotonic
    mark: str = field(default_factory=lambda: f"{TRIAL}:{token_hex(6)}/")
    """How the slots of its calls begin: no other trial's do."""

    async def told(self, steps: Sequence[Step], past: Sequence[Past], meter: Meter) -> Retellings:
        """Each story by every model, whose turn changes from story to story; it ends early where a model or the budget does."""
        for one in steps:
            one.endpoint = _OnTrial(one.endpoint, self.now.date().isoformat())
        found: dict[str, list[Retold]] = {one.name: [] for one in steps}
        meter.stage("compare", len(past))
        for place, story in enumerate(past):
            turn = place % len(steps)
            row = dict[str, Retold]()
            for one in (*steps[turn:], *steps[:turn]):
                row[one.name], stopped = await self._one(one, story)
                if stopped:
                    meter.done(f"{place} stories; {stopped}")
                    return Retellings(found, stopped)
            for name, retold in row.items():
                found[name].append(retold)
            meter.step()
        meter.done(f"{len(past)} stories")
        return Retellings(found)

    async def _one(self, one: Step, past: Past) -> tuple[Retold, str]:
        """One story by one model, and why there is no more to come of it."""
        one.pace = Pace(at_once=1)  # a story has no faults of the one before it
        slot, digest = f"{self.mark}{one.name}/{past.story.id}", self.settings.digest
        purse = _Purse(self.store, slot, self.now, self.settings.models.limit, self.mark, self.own)
        model = _Counting(Fallback([one], purse, lambda: inf))
        audience = digest.audience or of(digest.language).audience
        writer = ModelWriter(model, digest.language, audience, self.store.secret()).for_stage(CALL_S)
        started = self.clock()
        (outcome,) = await within(CALL_S, [told_item(past.story, writer)])
        seconds = self.clock() - started
        telling, trouble = (outcome, "") if isinstance(outcome, ToldItem) else (ToldItem(None), str(outcome or "no end in time"))
        calls = tuple(sorted(self.store.calls_of(slot), key=lambda call: call.asked_at))
        from_store = model.replies - sum(call.state == "answered" for call in calls)
        stopped = next(iter(purse.refused), "") or (one.pace.why and f"{one.name}: {one.pace.why}")
        return Retold(past.day, telling.stood, telling.item, calls, seconds, from_store, trouble), stopped


# -- the models -------------------------------------------------------------------------------------------------------


def contestants(names: Sequence[str], settings: Settings, store: Store, today: datetime) -> list[Step]:
    """The described models of those names, in the ladder or not.

    Raises SettingsError: fewer than two, one twice, one that is not described, cannot be asked or has no price.
    """
    models = settings.models
    if len(names) < 2 or len(set(names)) < len(names):
        raise SettingsError("name two different models or more", "each by its table [models.NAME]")
    for name in names:
        _described(name, models)
    found = list[Step]()
    for name in names:
        try:
            found.append(step_of(name, models.known[name], models, store, today))
        except ModelRefused as error:
            raise SettingsError(f"{name}: {error}") from error
    seen: dict[str, str] = {}
    for one in found:
        if other := seen.get(one.endpoint.identity):
            told = f"{other} and {one.name} are one model: the second would be given the first one's replies"
            raise SettingsError(told, "say in `layers` of each what it is made of")
        seen[one.endpoint.identity] = one.name
    return found


def _described(name: str, models: Models) -> None:
    if name not in models.known:
        raise SettingsError(f"no model {name!r} is described", f"add a table [models.{name}]")
    one = models.known[name]
    if models.limit.currency and not one.price and not one.paid_elsewhere:
        raise SettingsError(f"a budget in {models.limit.currency} needs the price of {name}", "add price = {...} to its table")


def own_budget(text: str, limit: Budget) -> Budget | None:
    """What a trial may take, like `200k tokens` or `0.5 CNY`; None for an empty text: as much as the day's `limit` has left.

    Raises SettingsError: no budget, or in a currency that the settings give no prices in.
    """
    if not text.strip():
        return None
    try:
        found = Budget.parsed(text if "/" in text else f"{text.strip()}/day")
    except ValueError as error:
        raise SettingsError(f"--budget {text!r} is none", 'write it like "200k tokens", "0.5 CNY"') from error
    if found.currency and found.currency != limit.currency:
        raise SettingsError(f"--budget is in {found.currency}, the prices are in {limit.currency or 'tokens'}", "use one for both")
    return found
