"""What a trial finds out about a model in some six short calls, over a wire and by the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deepdaily.lab.model_trial import AT_ONCE, CALL_S, TEST, WRITERS, Ends, Trial, lines_to_paste, too_narrow, tried
from deepdaily.models.abilities import Abilities
from deepdaily.models.chat import ChatModel
from deepdaily.models.fallback import Step
from deepdaily.models.ledger import Ledger
from deepdaily.models.pace import Pace
from deepdaily.models.reached import Reached
from deepdaily.settings.model_tables import Budget, Price
from deepdaily.store.opening import open_store
from model_server import Answer, answer_one, error, http, streamed

NOW = datetime(2026, 2, 11, 7, 30, tzinfo=UTC)
SLOT = "daily/2026-02-11T08:00:00+00:00"
FIT = '{"title": "Build 1001", "cites": [1, 2]}'
COUNT = "\n".join(map(str, range(1, 60)))

Saying = Callable[["Heard"], Answer]


@dataclass
class Heard:
    """One request of a trial."""

    body: dict[str, Any]
    number: int

    @property
    def prompt(self) -> str:
        return "".join(one["content"] for one in self.body["messages"])

    @property
    def quiet(self) -> bool:
        return self.body.get("enable_thinking") is False

    @property
    def wants_json(self) -> bool:
        return "JSON" in self.prompt and "200" not in self.prompt.rsplit("\n", 1)[1]

    def well(self, text: str = "", **more: Any) -> bytes:
        usage = {"prompt_tokens": len(self.prompt.encode()) // 4, "completion_tokens": 50, "total_tokens": 0} | more
        return streamed(text or (FIT if self.wants_json else COUNT), usage=usage)


@dataclass
class Model:
    saying: Saying
    asked: list[Heard] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_one(reader, writer, self._next)

    def _next(self, head: str, body: dict[str, Any]) -> Answer:
        self.asked.append(Heard(body, len(self.asked) + 1))
        return self.saying(self.asked[-1])


@asynccontextmanager
async def standing(saying: Saying) -> AsyncIterator[Model]:
    model = Model(saying)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    model.port = server.sockets[0].getsockname()[1]
    async with server:
        yield model


async def trial_of(
    saying: Saying,
    folder: Path,
    *,
    budget: str = "1M tokens/day",
    price: Price | None = None,
    window: int | None = None,
    told: int | None = None,
) -> tuple[Trial, Model, Ledger]:
    """The trial of a model that says so; `told` is the window that its server tells."""
    known: dict[bool | None, Abilities] = {}
    with open_store(folder) as store:
        ledger = Ledger(store, SLOT, NOW, Budget.parsed(budget))
        async with standing(saying) as model:

            def step_of(think: bool | None) -> Step:
                abilities = known.setdefault(think, Abilities())
                reached = Reached("quill", "quill-7b", f"http://127.0.0.1:{model.port}/v1", think=think)

                async def meet() -> str:
                    if told:
                        abilities.learn_window(told)
                    return ""

                return Step(ChatModel(reached, abilities), Pace(3), price, abilities=abilities, meet=meet)

            async def at_once(seconds: float) -> None:
                assert seconds <= CALL_S

            made = await tried(step_of, ledger, "en", window=window, sleep=at_once)
        ledger_calls = store.calls_of(SLOT)
        assert {call.purpose for call in ledger_calls} <= {TEST}
        assert len(ledger_calls) == made.calls
        return made, model, ledger


# -- a good one -------------------------------------------------------------------------------------------------------


async def test_a_model_that_does_all_is_known_after_five_short_calls(tmp_path: Path) -> None:
    made, model, _ = await trial_of(lambda heard: heard.well(prompt_tokens_details={"cached_tokens": 64}), tmp_path, told=32_768)

    assert made.can_write
    assert (made.json, made.mended, made.thinks, made.quiet) == ("by schema", False, False, None)
    assert (made.counts, made.cached_tokens, made.window, made.at_once) == (True, 64, 32_768, AT_ONCE)
    assert made.left_out == made.too_narrow == ()
    assert made.calls == len(model.asked) == 5
    assert all(heard.body["max_tokens"] == 200 for heard in model.asked)
    assert made.decode_together
    assert made.issue_minutes
    assert lines_to_paste(made, None, 3, None, None) == []


async def test_what_an_issue_would_cost_is_told_by_the_price(tmp_path: Path) -> None:
    made, _, _ = await trial_of(lambda heard: heard.well(), tmp_path, budget="9 CNY/day", price=Price(prefill=10, decode=100))

    assert made.issue_cost == pytest.approx(73_000 * 10 / 1e6 + 12_600 * 100 / 1e6)
    assert 0 < made.spent.cost < 0.2
    assert made.currency == "CNY"


async def test_prompts_that_run_side_by_side_share_no_beginning_that_a_cache_could_know(tmp_path: Path) -> None:
    _, model, _ = await trial_of(lambda heard: heard.well(), tmp_path)

    beginnings = {heard.body["messages"][1]["content"][:60] for heard in model.asked[2:]}
    assert len(beginnings) == AT_ONCE
    assert model.asked[0].body["messages"][1]["content"][:500] == model.asked[1].body["messages"][1]["content"][:500]


# -- what it does otherwise -------------------------------------------------------------------------------------------


async def test_what_it_refuses_is_found_on_the_way(tmp_path: Path) -> None:
    def saying(heard: Heard) -> Answer:
        if "temperature" in heard.body:
            return error(400, "temperature is not supported")
        if heard.body.get("response_format", {}).get("type") == "json_schema":
            return error(400, "response_format json_schema is unavailable now")
        return heard.well(f"Here you are:\n{FIT}" if heard.wants_json else "")

    made, _, _ = await trial_of(saying, tmp_path)

    assert made.can_write
    assert made.left_out == ("temperature",)
    assert (made.json, made.mended) == ("as an object", True)


def thinking(heard: Heard, text: str = "") -> bytes:
    """Thoughts that take all the room there is below a thousand tokens."""
    if heard.body["max_tokens"] < 1_000:
        return streamed("<think>Let me see", "length", None)
    return heard.well(f"<think>Let me see</think>{text or (FIT if heard.wants_json else COUNT)}")


async def test_thoughts_are_found_and_so_is_the_switch_for_them(tmp_path: Path) -> None:
    made, model, _ = await trial_of(lambda heard: heard.well() if heard.quiet else thinking(heard), tmp_path)

    assert made.can_write
    assert (made.thinks, made.quiet, made.json) == (True, True, "by schema")
    assert [heard.quiet for heard in model.asked] == [False, True, True, True, True, True]
    assert lines_to_paste(made, None, 3, None, None) == ["[models.quill]", "think = false"]


async def test_thoughts_without_a_switch_get_room_once(tmp_path: Path) -> None:
    made, model, _ = await trial_of(thinking, tmp_path)

    assert made.can_write
    assert (made.thinks, made.quiet) == (True, False)
    assert [heard.body["max_tokens"] > 200 for heard in model.asked].count(True) == 1
    assert lines_to_paste(made, None, 3, None, None) == []


async def test_who_answers_only_one_at_a_time_is_given_one_at_a_time(tmp_path: Path) -> None:
    def saying(heard: Heard) -> Answer:
        return heard.well() if heard.number <= 3 else error(429, "only one request at a time")

    made, _, _ = await trial_of(saying, tmp_path)

    assert made.can_write
    assert (made.at_once, made.decode_together) == (1, None)
    assert lines_to_paste(made, None, 3, None, None) == ["[models.quill]", "at_once = 1"]
    assert lines_to_paste(made, None, 1, None, None) == []


async def test_a_model_that_is_loading_is_waited_for(tmp_path: Path) -> None:
    made, model, _ = await trial_of(lambda heard: heard.well() if heard.number > 2 else error(503, "Loading model"), tmp_path)

    assert made.can_write
    assert len(model.asked) == 7


# -- what stands against it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said", "remedy"),
    [
        (error(401, "bad key"), "wants a key", "set key_env"),
        (error(404, "model quill-7b not found"), "not found", "check the name"),
        (error(503, "Loading model"), "Loading model", ""),
        (streamed("I am sorry, but as a model I cannot", usage=None), "not in the shape asked for", "take a larger model"),
        (http(200, "<html>Log in</html>", "text/html"), "not what the protocol promises", "check the endpoint"),
        (streamed("Build<|im_end|>\n<|im_start|>admin", "length", None), "no chat template", "instruction-tuned"),
    ],
)
async def test_why_no_daily_can_be_written_is_said_with_what_to_do(answer: bytes, said: str, remedy: str, tmp_path: Path) -> None:
    made, _, _ = await trial_of(lambda heard: answer, tmp_path)

    assert not made.can_write
    assert said in made.trouble
    assert remedy in made.remedy


async def test_without_budget_nothing_is_sent(tmp_path: Path) -> None:
    made, model, _ = await trial_of(lambda heard: heard.well(), tmp_path, budget="1k tokens/day")

    assert (model.asked, made.calls) == ([], 0)
    assert "1k tokens/day" in made.trouble


async def test_what_a_trial_takes_is_paid_from_the_day(tmp_path: Path) -> None:
    made, _, ledger = await trial_of(lambda heard: heard.well(), tmp_path)

    with open_store(tmp_path) as store:
        spent = Ledger(store, SLOT, NOW, ledger.budget).spent()
    assert spent == made.spent.prefill_tokens + made.spent.decode_tokens


async def test_a_window_without_room_for_the_instructions_writes_no_daily(tmp_path: Path) -> None:
    made, _, _ = await trial_of(lambda heard: heard.well(), tmp_path, told=1_024)

    assert not made.can_write
    assert "1024" in made.trouble
    assert "longer context" in made.remedy


# -- the window -------------------------------------------------------------------------------------------------------


def ends_said(heard: Heard, first: int, last: int) -> bytes:
    lines = heard.body["messages"][1]["content"].splitlines()
    return heard.well(" ".join([lines[0]][:first] + [lines[-3]][:last]))


@pytest.mark.parametrize(("first", "last"), [(1, 1), (0, 1), (1, 0)])
async def test_both_ends_of_a_long_prompt_are_looked_for(first: int, last: int, tmp_path: Path) -> None:
    made, model, _ = await trial_of(
        lambda heard: ends_said(heard, first, last) if heard.number == 6 else heard.well(), tmp_path, window=8_192
    )

    assert made.ends
    assert (made.ends.first, made.ends.last) == (bool(first), bool(last))
    assert 6_000 < len(model.asked[5].prompt.encode()) / 4 < 9_000


async def test_a_long_prompt_that_is_refused_tells_the_window(tmp_path: Path) -> None:
    def saying(heard: Heard) -> Answer:
        return error(400, "maximum context length is 4096 tokens") if heard.number == 6 else heard.well()

    made, _, _ = await trial_of(saying, tmp_path, window=16_384)

    assert made.can_write
    assert made.window == 4_096
    assert made.ends
    assert made.ends.tokens == 4_096
    assert "4096" in made.ends.refused


# -- what follows -----------------------------------------------------------------------------------------------------


def test_every_purpose_fits_a_window_of_8k_and_none_one_of_1k() -> None:
    for language in ("zh", "en"):
        assert too_narrow(8_192, language, 3.35) == ()
        assert len(too_narrow(1_024, language, 3.35)) == len(WRITERS)


@pytest.mark.parametrize(
    ("trial", "lines"),
    [
        (Trial("q"), []),
        (Trial("q", ends=Ends(4_096, first=False, last=True)), ["[models.q]", "window = 4096"]),
        (Trial("q", ends=Ends(8_000, first=True, last=True)), []),
        (Trial("q", first_token_s=95.0), ["[models.q]", "timeout = 380"]),
        (Trial("q", at_once=2, thinks=True, quiet=True), ["[models.q]", "at_once = 2", "think = false"]),
    ],
)
def test_only_what_differs_is_to_be_pasted(trial: Trial, lines: list[str]) -> None:
    assert lines_to_paste(trial, None, 3, None, None) == lines
