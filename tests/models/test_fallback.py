"""The ladder holds: an answer or `NoModel`, few wasted calls, nothing asked twice, nothing past the budget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from deepdaily.core.errors import ModelBusy, ModelError, ModelRefused, NoModel, PromptRefused, PromptTooLong, ReplyBroken, ReplyCut
from deepdaily.core.types import Call, Trouble, Usage
from deepdaily.models import Prompt, Purpose
from deepdaily.models.abilities import BYTES_A_TOKEN, Abilities
from deepdaily.models.asking import ModelWriter
from deepdaily.models.chat import ChatModel
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.fallback import CALL_S, LEAST_S, THOUGHTS, Fallback, Step
from deepdaily.models.ledger import Ledger, most_it_takes
from deepdaily.models.pace import HALF_OPEN_S, MOST_BUSY, MOST_WASTED, Pace
from deepdaily.models.reached import Reached
from deepdaily.settings.model_tables import Budget, Price
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from model_server import FAULTS, FaultServer, error, serving, streamed


class Note(BaseModel):
    title: str
    cites: list[int] = []


GOOD = '{"title": "Quillserve 2.4", "cites": [1, 2]}'
WRONG = '{"headline": "Quillserve"}'
NOW = datetime(2026, 2, 11, 7, 30, tzinfo=timezone(timedelta(hours=8)))
SLOT = "daily/2026-02-11T08:00:00+08:00"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def prompt(number: int = 1) -> Prompt:
    return Prompt("facts", "Extract facts.", f"1| Fact {number}.", 900)


Said = str | ModelError | None
"""A reply's text, an error, or a hang."""


class Scripted:
    """An endpoint that says the next of `said`, the last one for ever; each answer comes when `turn` lets it."""

    def __init__(self, *said: Said, name: str = "quill", usage: Usage | None = None) -> None:
        self.name = self.identity = name
        self.said, self.usage = said, usage
        self.requests: list[Request] = []
        self.walls: list[float] = []
        self.in_flight = self.most_in_flight = 0
        self.turn: Callable[[], asyncio.Future[None]] | None = None

    async def send(self, request: Request, wall_s: float) -> Exchange:
        self.requests.append(request)
        self.walls.append(wall_s)
        said = self.said[min(len(self.requests), len(self.said)) - 1]
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await (self.turn() if self.turn else asyncio.sleep(0))
            if said is None:
                await asyncio.Event().wait()
        finally:
            self.in_flight -= 1
        if isinstance(said, ModelError):
            return Exchange(error=said, usage=self.usage)
        return Exchange(said or "", usage=self.usage)


class Waits:
    """A sleep that takes no time and is remembered."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


def ladder(
    store: Store,
    *endpoints: Scripted | ChatModel,
    budget: str = "1M tokens/day",
    price: Price | None = None,
    remaining_s: float = inf,
    at_once: int = 3,
    waits: Waits | None = None,
    now: datetime = NOW,
) -> Fallback:
    rungs = [Step(one, Pace(at_once, sleep=waits or Waits(), jitter=lambda: 0.0), price) for one in endpoints]
    ledger = Ledger(store, SLOT, now, Budget.parsed(budget))
    return Fallback(rungs, ledger, lambda: remaining_s)


async def asked_side_by_side(model: Fallback, count: int) -> list[Note | ModelError]:
    async def one(number: int) -> Note | ModelError:
        try:
            return (await model.ask(prompt(number), Note)).value
        except ModelError as error:
            return error

    return list(await asyncio.gather(*(one(number) for number in range(count))))


# -- faults, over a wire ----------------------------------------------------------------------------------------------


def chat(server: FaultServer, name: str = "quill") -> ChatModel:
    return ChatModel(Reached(name, f"{name}-7b", server.url, "sekrit"))


WIRED = sorted(set(FAULTS) - {"a hang"})  # a hang is a wall's matter, and walls are long: see below


READ_WHOLE = {"a cut stream that reads whole"}
OWN_PROMPT = {"content filter"}
BUSY = {"429 for ever", "Retry-After 1", "529", "500"}


@pytest.mark.parametrize("name", sorted(set(WIRED) - READ_WHOLE - OWN_PROMPT - BUSY))
async def test_whatever_a_model_does_for_ever_wastes_three_calls_at_most(store: Store, name: str) -> None:
    async with serving(FAULTS[name]) as server:
        model = ladder(store, chat(server), remaining_s=600)

        replies = await asked_side_by_side(model, 8)

        assert all(isinstance(reply, NoModel) for reply in replies)
        assert 1 <= len(server.asked) <= MOST_WASTED
        (trouble,) = model.troubles()
        assert trouble.part == "quill"
        assert "; left out" in trouble.message


@pytest.mark.parametrize("name", sorted(BUSY))
async def test_a_model_that_is_always_busy_is_waited_for_as_the_stage_has_time_and_not_for_ever(store: Store, name: str) -> None:
    waits = Waits()
    async with serving(FAULTS[name]) as server:
        replies = await asked_side_by_side(ladder(store, chat(server), remaining_s=600, waits=waits), 8)

    assert all(isinstance(reply, NoModel) for reply in replies)
    assert MOST_BUSY <= len(server.asked) <= MOST_BUSY + MOST_WASTED
    if name == "429 for ever":
        assert sorted(set(waits.slept)) == [1, 2, 4, 8, 16, 30]


async def test_a_refused_article_costs_its_own_item_and_no_other(store: Store) -> None:
    quill = Scripted(PromptRefused("a content filter"), PromptRefused("a content filter"), PromptRefused("a content filter"), GOOD)

    replies = await asked_side_by_side(ladder(store, quill, at_once=1), 5)

    assert [isinstance(one, Note) for one in replies] == [False, False, False, True, True]


async def test_a_purpose_that_fails_does_not_speak_for_another(store: Store) -> None:
    quill = Scripted(*[ReplyBroken("cut")] * 3, GOOD)
    model = ladder(store, quill, at_once=1)
    for _ in range(2):
        with pytest.raises(NoModel):
            await model.ask(Prompt("ranking", "Order.", "1| a", 400), Note)

    assert await model.ask(prompt(), Note)
    assert model.troubles() == [Trouble("quill", "ranking: cut; left out")]


async def test_a_model_that_fell_out_is_tried_once_after_a_minute(store: Store) -> None:
    now = 0.0
    quill = Scripted(*[ReplyBroken("cut")] * 3, GOOD)
    rung = Step(quill, Pace(1, sleep=Waits(), clock=lambda: now, jitter=lambda: 0.0))
    model = Fallback([rung], Ledger(store, SLOT, NOW, Budget.parsed("1M tokens/day")), lambda: inf)
    await asked_side_by_side(model, 3)
    assert len(quill.requests) == MOST_WASTED

    now = HALF_OPEN_S
    replies = await asked_side_by_side(model, 1)

    assert isinstance(replies[0], Note)
    assert model.troubles() == []


async def test_too_many_at_once_is_answered_by_fewer(store: Store) -> None:
    class OneAtATime(Scripted):
        async def send(self, request: Request, wall_s: float) -> Exchange:
            if self.in_flight:
                return Exchange(error=ModelBusy("429: one at a time"), usage=Usage())
            return await super().send(request, wall_s)

    quill = OneAtATime(GOOD)

    assert all(isinstance(one, Note) for one in await asked_side_by_side(ladder(store, quill, at_once=4), 12))


# -- room -------------------------------------------------------------------------------------------------------------


async def test_a_reply_that_was_cut_gets_more_room_and_thoughts_a_room_of_their_own(store: Store) -> None:
    plain, thinker = Scripted(ReplyCut("cut"), GOOD), Scripted(ReplyCut("cut", thought=True), GOOD, name="fable")
    learnt = Abilities({"thinks": "yes"})
    await ladder(store, plain).ask(prompt(1), Note)
    steps = [Step(thinker, Pace(1), abilities=learnt)]
    await Fallback(steps, Ledger(store, SLOT, NOW, Budget.parsed("1M tokens/day")), lambda: inf).ask(prompt(2), Note)

    assert [one.most_tokens for one in plain.requests] == [900, 1800]
    assert [one.most_tokens for one in thinker.requests] == [900 + THOUGHTS, 900 + 2 * THOUGHTS] or learnt.of("thoughts")


async def test_what_the_settings_allow_a_reply_is_not_passed(store: Store) -> None:
    quill = Scripted(ReplyCut("cut"))
    steps = [Step(quill, Pace(1), most_tokens=500)]

    with pytest.raises(NoModel):
        await Fallback(steps, Ledger(store, SLOT, NOW, Budget.parsed("1M tokens/day")), lambda: inf).ask(prompt(), Note)

    assert [one.most_tokens for one in quill.requests] == [500]


async def test_a_reply_is_fitted_into_the_window_and_what_cannot_fit_is_not_sent(store: Store) -> None:
    quill = Scripted(GOOD)
    steps = [Step(quill, Pace(1), window=2048)]
    model = Fallback(steps, Ledger(store, SLOT, NOW, Budget.parsed("1M tokens/day")), lambda: inf)
    await model.ask(Prompt("facts", "Extract facts.", "word " * 800, 3000), Note)
    with pytest.raises(NoModel, match="do not fit in its window of 2048"):
        await model.ask(Prompt("facts", "Extract facts.", "word " * 4000, 3000), Note)

    (sent,) = quill.requests
    assert sent.most_tokens + sent.prompt_bytes / BYTES_A_TOKEN < 2048
    room = model.room(Prompt("facts", "Extract facts.", "", 3000), Note)
    assert room is not None
    assert await model.ask(Prompt("facts", "Extract facts.", "w" * room, 3000), Note)


async def test_a_server_is_asked_for_its_window_once_before_the_first_calls_and_what_does_not_fit_is_refitted(store: Store) -> None:
    quill, learnt, meetings = Scripted(GOOD), Abilities(), list[str]()

    async def meet() -> str:
        meetings.append("met")
        await asyncio.sleep(0)
        learnt.learn_window(2048)
        return ""

    steps = [Step(quill, Pace(3), abilities=learnt, meet=meet)]
    model = Fallback(steps, Ledger(store, SLOT, NOW, Budget.parsed("1M tokens/day")), lambda: inf)
    writer = ModelWriter(model, "en", "engineers", b"key")
    shown = list[int | None]()

    def material(room: int | None) -> str:
        shown.append(room)
        return "w" * (room or 20_000)

    purpose = Purpose("closing", "deepdaily.write.by_model", 1_500)
    await asyncio.gather(writer.ask(purpose, material, Note), writer.ask(purpose, lambda room: "one line", Note))

    first, second = shown
    assert meetings == ["met"]
    assert first is None
    assert second is not None
    assert all(one.prompt_bytes / BYTES_A_TOKEN < 2048 for one in quill.requests)
    assert len(quill.requests) == len(store.calls_of(SLOT)) == 2
    assert model.troubles() == []


async def test_what_a_server_tells_for_a_person_is_in_the_record_once(store: Store) -> None:
    async def meet() -> str:
        return "this model has no chat template"

    quill = Step(Scripted(GOOD), Pace(3), meet=meet)
    model = Fallback([quill], Ledger(store, SLOT, NOW, Budget.parsed("1M tokens/day")), lambda: inf)
    await asked_side_by_side(model, 3)

    assert model.troubles() == [Trouble("quill", "this model has no chat template")]


async def test_a_window_that_is_learnt_on_the_way_shortens_the_reply_of_the_same_call(store: Store) -> None:
    quill = Scripted(PromptTooLong("too long", window=2048), GOOD)
    learnt = Abilities()

    class Learning(Scripted):
        async def send(self, request: Request, wall_s: float) -> Exchange:
            outcome = await quill.send(request, wall_s)
            if isinstance(outcome.error, PromptTooLong):
                learnt.learn_window(2048)
            return outcome

    steps = [Step(Learning(), Pace(1), abilities=learnt)]
    model = Fallback(steps, Ledger(store, SLOT, NOW, Budget.parsed("1M tokens/day")), lambda: inf)

    assert await model.ask(Prompt("facts", "Extract facts.", "word " * 300, 3000), Note)
    assert [one.most_tokens < 2048 for one in quill.requests] == [False, True]


@pytest.mark.parametrize("name", sorted(set(WIRED) - READ_WHOLE - OWN_PROMPT))
async def test_the_next_model_answers_everything_and_a_rerun_asks_nobody(store: Store, name: str) -> None:
    async with serving(FAULTS[name]) as broken, serving(streamed(model="fable-7b")) as good:
        first = await asked_side_by_side(ladder(store, chat(broken), chat(good, "fable")), 6)
        calls = len(broken.asked), len(good.asked)
        again = await asked_side_by_side(ladder(store, chat(broken), chat(good, "fable")), 6)

        assert first == again == [Note(title="Quillserve 2.4", cites=[1, 2])] * 6
        assert calls[0] <= (MOST_BUSY + MOST_WASTED if name in BUSY else MOST_WASTED)
        assert calls[1] == 6
        assert (len(broken.asked), len(good.asked)) == calls


async def test_a_model_that_hangs_is_left_out_though_only_the_caller_gives_up(store: Store) -> None:
    """Each stage has its wall and cancels what hangs: the next stage does not start over."""
    hanging, good = Scripted(None, None, None, GOOD), Scripted(GOOD, name="fable")
    model = ladder(store, hanging, good)
    waiting = [asyncio.create_task(model.ask(prompt(number), Note)) for number in range(5)]
    while len(hanging.requests) < MOST_WASTED:  # noqa: ASYNC110
        await asyncio.sleep(0)

    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert (await model.ask(prompt(9), Note)).value == Note(title="Quillserve 2.4", cites=[1, 2])
    assert len(hanging.requests) == MOST_WASTED
    assert model.troubles() == [Trouble("quill", "facts: no answer in the time it had; left out")]
    rows = [call for call in store.calls_since(SLOT) if call.model == "quill"]
    assert [call.state for call in rows] == ["asked"] * 3
    assert all(call.usage.decode_tokens == 900 for call in rows)


async def test_a_model_that_answers_is_not_blamed_when_a_callers_time_is_up(store: Store) -> None:
    quill = Scripted(GOOD, None, None, None, GOOD)
    model = ladder(store, quill)
    await model.ask(prompt(0), Note)
    waiting = [asyncio.create_task(model.ask(prompt(number), Note)) for number in (1, 2, 3)]
    while len(quill.requests) < 4:  # noqa: ASYNC110
        await asyncio.sleep(0)

    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert await model.ask(prompt(4), Note)
    assert model.troubles() == []


# -- attempts ---------------------------------------------------------------------------------------------------------


async def test_a_misshapen_reply_is_asked_for_once_more_with_what_was_wrong(store: Store) -> None:
    quill = Scripted(WRONG, GOOD)

    note = (await ladder(store, quill).ask(prompt(), Note)).value

    assert note.title == "Quillserve 2.4"
    assert "title: Field required" in quill.requests[1].user
    assert quill.requests[0].system == quill.requests[1].system
    assert [call.state for call in store.calls_since(SLOT)].count("refused") == 1


async def test_two_misshapen_replies_are_the_next_models_turn_and_a_rerun_walks_the_same_way(store: Store) -> None:
    quill, fable = Scripted(WRONG), Scripted(ReplyBroken("cut"), name="fable")
    with pytest.raises(NoModel):
        await ladder(store, quill, fable).ask(prompt(), Note)
    with pytest.raises(NoModel):
        await ladder(store, quill, fable).ask(prompt(), Note)

    assert len(quill.requests) == 2
    assert len(fable.requests) == 4, "a broken reply is not kept"


async def test_a_broken_reply_is_asked_for_once_more(store: Store) -> None:
    quill = Scripted(ReplyBroken("cut"), GOOD)

    assert await ladder(store, quill).ask(prompt(), Note)
    assert quill.requests[0] == quill.requests[1]


async def test_a_model_that_refuses_is_not_asked_again(store: Store) -> None:
    quill = Scripted(ModelRefused("401"))
    model = ladder(store, quill)

    for number in range(3):
        with pytest.raises(NoModel):
            await model.ask(prompt(number), Note)

    assert len(quill.requests) == 1


@pytest.mark.parametrize(
    ("retry_after_s", "remaining_s", "others", "slept"),
    [(5, 600, False, [5]), (300, 600, False, [300]), (599, 600, False, []), (20, 600, True, [20]), (21, 600, True, []), (6, 100, True, []),
     (None, 600, False, [1])],
)  # fmt: skip
async def test_a_busy_model_is_waited_for_while_there_is_time_and_nobody_else_to_ask(
    store: Store, retry_after_s: float | None, remaining_s: float, others: bool, slept: list[float]
) -> None:
    waits, quill, fable = Waits(), Scripted(ModelBusy("429", "", retry_after_s), GOOD), Scripted(GOOD, name="fable")
    model = ladder(store, quill, *([fable] if others else []), waits=waits, remaining_s=remaining_s)

    replies = await asked_side_by_side(model, 1)

    assert waits.slept == slept
    assert isinstance(replies[0], Note) == bool(slept or others)
    assert bool(fable.requests) == (others and not slept)


async def test_the_record_says_which_model_fell_out_and_why(store: Store) -> None:
    async with serving(error(429, "slow", "Retry-After: 3600")) as server:
        model = ladder(store, chat(server), remaining_s=600)
        await asked_side_by_side(model, 2)

    assert model.troubles() == [Trouble("quill", "429: slow, asks to come back after 3600 s; left out")]


async def test_no_ladder_and_no_rung_is_no_model(store: Store) -> None:
    with pytest.raises(NoModel):
        await ladder(store).ask(prompt(), Note)


# -- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("remaining_s", "walls"), [(inf, [CALL_S]), (30, [30]), (LEAST_S, [LEAST_S]), (LEAST_S - 0.1, [])])
async def test_a_call_has_the_time_that_is_left_and_none_starts_in_the_last_seconds(
    store: Store, remaining_s: float, walls: list[float]
) -> None:
    quill = Scripted(GOOD)

    await asked_side_by_side(ladder(store, quill, remaining_s=remaining_s), 1)

    assert quill.walls == walls


# -- the reply cache --------------------------------------------------------------------------------------------------


async def test_what_was_answered_is_there_without_budget_time_or_model(store: Store) -> None:
    await ladder(store, Scripted(GOOD)).ask(prompt(), Note)
    silent = Scripted(ModelRefused("401"))

    shut = ladder(store, silent, budget="0 tokens/day", remaining_s=0)

    assert (await shut.ask(prompt(), Note)).value.title == "Quillserve 2.4"
    assert silent.requests == []
    with pytest.raises(NoModel):
        await shut.ask(prompt(2), Note)


async def test_a_reply_of_another_shape_or_model_is_not_taken_for_this_one(store: Store) -> None:
    class Other(BaseModel):
        title: str

    await ladder(store, Scripted(GOOD)).ask(prompt(), Note)
    same, other = Scripted(GOOD), Scripted(GOOD, name="fable")

    await ladder(store, same).ask(prompt(), Other)
    await ladder(store, other).ask(prompt(), Note)

    assert len(same.requests) == len(other.requests) == 1


# -- the breaker's law ------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    fates=st.lists(st.sampled_from(["good", "good", "wrong", "broken"]), min_size=1, max_size=40),
    at_once=st.integers(1, 6),
    asked=st.integers(1, 14),
    order=st.randoms(use_true_random=False),
)
async def test_no_model_wastes_more_than_three_calls_in_a_row(
    fates: list[str], at_once: int, asked: int, order: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Where more than three may be in flight to a model that answers, these can be lost when it falls over."""
    ended: list[bool] = []
    said: dict[str, Said] = {"good": GOOD, "wrong": WRONG, "broken": ReplyBroken("cut")}

    class Shuffled(Scripted):
        """Answers in an order that is drawn, each as fate has it."""

        async def send(self, request: Request, wall_s: float) -> Exchange:
            outcome = await super().send(request, wall_s)
            ended.append(outcome.text == GOOD)
            return outcome

    endpoint = Shuffled(*(said[fate] for fate in fates))
    pending: list[asyncio.Future[None]] = []

    def turn() -> asyncio.Future[None]:
        pending.append(asyncio.get_running_loop().create_future())
        return pending[-1]

    endpoint.turn = turn
    store = open_store(tmp_path_factory.mktemp("law"))
    asking = asyncio.ensure_future(asked_side_by_side(ladder(store, endpoint, at_once=at_once), asked))
    while not asking.done():
        await asyncio.sleep(0)
        if pending:
            pending.pop(order.randrange(len(pending))).set_result(None)  # type: ignore[attr-defined]
    store.close()

    assert longest_run_of_waste(ended) <= max(MOST_WASTED, at_once)
    assert endpoint.most_in_flight <= at_once
    first_success = ended.index(True) if True in ended else len(ended)
    assert first_success <= MOST_WASTED


def longest_run_of_waste(ended: Sequence[bool]) -> int:
    longest = run = 0
    for good in ended:
        run = 0 if good else run + 1
        longest = max(longest, run)
    return longest


async def test_a_model_that_answers_may_have_more_in_flight_than_one_that_has_not(store: Store) -> None:
    quill = Scripted(GOOD)
    model = ladder(store, quill, at_once=6)
    await asked_side_by_side(model, 12)

    assert quill.most_in_flight == 6


async def test_a_success_between_forgives(store: Store) -> None:
    quill = Scripted(*(ReplyBroken("cut"), ReplyBroken("cut"), GOOD) * 3)
    model = ladder(store, quill, at_once=1)

    replies = await asked_side_by_side(model, 6)

    assert sum(isinstance(reply, Note) for reply in replies) == 3
    assert model.troubles() == []


# -- the budget -------------------------------------------------------------------------------------------------------

PRICE = Price(prefill=2.0, cached=0.5, decode=8.0)


@settings(max_examples=40, deadline=None)
@given(
    amount=st.integers(0, 40),
    took=st.lists(st.tuples(st.integers(0, 150), st.integers(0, 900)), min_size=1, max_size=12),
    fails=st.sampled_from([GOOD, WRONG, ReplyBroken("cut")]),
    in_money=st.booleans(),
)
async def test_spend_never_passes_the_budget(
    amount: int, took: list[tuple[int, int]], fails: Said, in_money: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    class Metered(Scripted):
        async def send(self, request: Request, wall_s: float) -> Exchange:
            outcome = await super().send(request, wall_s)
            prefill, decode = took[len(self.requests) % len(took)]
            usage = Usage(prefill_tokens=prefill, cached_tokens=prefill // 2, decode_tokens=decode) if decode else None
            return Exchange(outcome.text, outcome.error, usage)

    store = open_store(tmp_path_factory.mktemp("budget"))
    budget = f"{amount / 1000} CNY/day" if in_money else f"{amount * 100} tokens/day"
    endpoints = [Metered(fails, GOOD, GOOD), Metered(GOOD, name="fable")]
    model = ladder(store, *endpoints, budget=budget, price=PRICE, at_once=6)
    high = 0.0
    asking = asyncio.ensure_future(asked_side_by_side(model, 10))
    while not asking.done():
        await asyncio.sleep(0)
        high = max(high, Ledger(store, SLOT, NOW, Budget.parsed(budget)).spent())
    calls = len(store.calls_since(SLOT))
    store.close()

    assert high <= Budget.parsed(budget).amount
    assert calls == sum(len(one.requests) for one in endpoints)


async def test_a_budget_that_is_spent_in_the_middle_leaves_the_rest_to_others_and_says_so(store: Store) -> None:
    usage = Usage(prefill_tokens=100, decode_tokens=100)
    quill = Scripted(GOOD, usage=usage)
    model = ladder(store, quill, budget="2k tokens/day", at_once=1)

    replies = await asked_side_by_side(model, 10)

    assert 0 < sum(isinstance(reply, Note) for reply in replies) < 10
    assert Ledger(store, SLOT, NOW, Budget.parsed("2k tokens/day")).spent() <= 2000
    assert model.troubles() == [Trouble("quill", "what is left of 2k tokens/day is too little for a call")]


async def test_a_killed_run_has_not_spent_more_than_it_says(store: Store) -> None:
    hanging = Scripted(None)
    task = asyncio.create_task(ladder(store, hanging, price=PRICE, budget="3 CNY/day").ask(prompt(), Note))
    while not hanging.requests:  # noqa: ASYNC110
        await asyncio.sleep(0)
    during = store.calls_since(SLOT)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    most = most_it_takes(hanging.requests[0].prefill_bound, 900, PRICE)
    assert [(call.state, call.usage) for call in during] == [("asked", most)]
    assert store.calls_since(SLOT) == during


async def test_a_call_that_nobody_counted_stays_at_the_most_it_could_take(store: Store) -> None:
    quill = Scripted(ReplyBroken("cut"), GOOD)
    await ladder(store, quill).ask(prompt(), Note)

    failed = next(call for call in store.calls_since(SLOT) if call.state == "failed")
    assert failed.usage == most_it_takes(quill.requests[0].prefill_bound, 900, None)
    assert failed.message == "cut"


async def test_the_budget_is_the_days_whatever_slot_spends_it(store: Store) -> None:
    usage = Usage(prefill_tokens=100, decode_tokens=900)
    await ladder(store, Scripted(GOOD, usage=usage), budget="2k tokens/day").ask(prompt(1), Note)
    with pytest.raises(NoModel):
        await ladder(store, Scripted(GOOD), budget="1900 tokens/day").ask(prompt(2), Note)

    tomorrow = ladder(store, Scripted(GOOD), budget="1900 tokens/day", now=NOW + timedelta(days=1))

    assert await tomorrow.ask(prompt(2), Note)


async def test_a_model_without_a_price_is_not_stopped_by_money(store: Store) -> None:
    quill = Scripted(GOOD, usage=Usage(prefill_tokens=10**6, decode_tokens=900))

    replies = await asked_side_by_side(ladder(store, quill, budget="0 CNY/day"), 1)

    assert isinstance(replies[0], Note)


async def test_for_a_model_that_counts_more_than_its_call_could_take_more_is_kept_in_reserve(store: Store) -> None:
    quill = Scripted(GOOD, usage=Usage(prefill_tokens=90, decode_tokens=50_000))
    model = ladder(store, quill, budget="90k tokens/day")

    assert await model.ask(prompt(1), Note)
    with pytest.raises(NoModel):
        await model.ask(prompt(2), Note)

    said = [one.message for one in model.troubles()]
    assert [one.split(":")[0].split(" is too")[0] for one in said] == [
        "counted more tokens than its call could have",
        "what is left of 90k tokens/day",
    ]
    assert len(quill.requests) == 1


async def test_the_ledger_tells_tokens_times_and_cost_of_each_call(store: Store) -> None:
    usage = Usage(prefill_tokens=100, cached_tokens=40, decode_tokens=10, first_token_s=0.2, total_s=1.5)
    await ladder(store, Scripted(GOOD, usage=usage), price=PRICE, budget="3 CNY/day").ask(prompt(), Note)

    (call,) = store.calls_since(SLOT)
    assert (call.model, call.purpose, call.state, call.asked_at) == ("quill", "facts", "answered", NOW.astimezone(UTC))
    assert call.usage.first_token_s == 0.2
    assert call.usage.cost == pytest.approx((60 * 2.0 + 40 * 0.5 + 10 * 8.0) / 1e6)


def test_several_processes_reserve_from_one_budget_one_after_another(tmp_path: Path) -> None:
    def reserved(number: int) -> bool:
        store = open_store(tmp_path)
        call = Call(f"c{number}", SLOT, "qwen", "facts", "asked", NOW, Usage(prefill_tokens=40))
        kept = store.reserve_call(call, "2026-03-12", lambda others: 40 * (len(others) + 1) <= 100)
        store.close()
        return kept

    with ThreadPoolExecutor(8) as several:
        assert sum(several.map(reserved, range(16))) == 2


async def test_a_reply_is_signed_with_the_model_s_own_name_or_that_of_the_one_that_answered_in_its_place(store: Store) -> None:
    """A reply from the store is signed as it was at first."""
    ledger = Ledger(store, SLOT, NOW, Budget.parsed("1M tokens/day"))

    def asked_by(server: FaultServer, model: str = "") -> Fallback:
        abilities = Abilities.kept(store, server.url, NOW.date())
        return Fallback([Step(chat(server), Pace(1), abilities=abilities, model=model)], ledger, lambda: inf)

    async with serving(streamed()) as server:
        assert (await asked_by(server).ask(prompt(1), Note)).model == "quill"
        assert (await asked_by(server, "quill-7b").ask(prompt(2), Note)).model == "quill-7b"
    async with serving(streamed(model="tiny-1b")) as server:
        first = await asked_by(server, "quill-7b").ask(prompt(3), Note)
        again = await asked_by(server, "quill-7b").ask(prompt(3), Note)

    assert (first.model, again.model) == ("tiny-1b", "tiny-1b")
    assert len(server.asked) == 1
    assert {call.model for call in store.calls_of(SLOT)} == {"quill"}
