"""Stored stories are told again by several models, paid from the day's budget, and nothing is published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import ModelRefused, SettingsError
from deepdaily.core.types import Slot, Story, Usage
from deepdaily.lab.retelling import Past, Rerun, contestants, own_budget, past_stories
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.fallback import Step
from deepdaily.models.pace import Pace
from deepdaily.settings import Settings
from deepdaily.settings.model_tables import Budget
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.write.by_model.facts import NONE_STOOD
from fakes import purpose_of, quoting_reply
from making import NOW, SLOT, document, issue, story
from retold_days import QUIET

TEXT = "\n".join(f"Quillserve 2.4 reads {n}00 pages of its cache from the local disk each second." for n in range(1, 9))
TODAY = NOW.date()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as made:
        yield made


class Quoting:
    """An endpoint that quotes what it reads, or gives what it was told to give first; it notes every purpose it is asked for."""

    def __init__(self, name: str, log: list[str] | None = None, first: Sequence[Exchange] = ()) -> None:
        self.name = self.identity = name
        self.first = list(first)
        self.log: list[str] = [] if log is None else log

    async def send(self, request: Request, wall_s: float) -> Exchange:
        purpose = purpose_of(request.system)
        self.log.append(f"{self.name} {purpose}")
        if self.first:
            return self.first.pop(0)
        return Exchange(json.dumps(quoting_reply(purpose, request.user)), usage=Usage(1000, 0, 200, 0.5, 4.0))


def step_of(endpoint: Any) -> Step:
    return Step(endpoint, Pace(1))


def past(*titles: str) -> list[Past]:
    return [Past("2026-03-10", story(title, TEXT, url=f"https://quill.example/{title[-1]}")) for title in titles]


def trial(store: Store, budget: str = "1M tokens/day", own: Budget | None = None, days: int = 0) -> Rerun:
    settings = Settings.model_validate({"models": {"budget": budget}})
    return Rerun(store, settings, NOW + timedelta(days=days), own, clock=iter(range(1000)).__next__)


# -- which stories ----------------------------------------------------------------------------------------------------


def read_on(store: Store, day: int, *stories: Story) -> Slot:
    slot = replace(SLOT, due=SLOT.due - timedelta(days=day))
    store.begin(slot.key, slot.due)
    for one in stories:
        store.keep_reading(slot.key, one.lead.url, one.lead)
    return slot


def test_stories_that_issues_told_come_first_newest_first_and_then_what_else_was_read(store: Store) -> None:
    names = ("older", "newer", "unprinted")
    older, newer, unprinted = (story(f"A page on {name}", TEXT, url=f"https://a.example/{name}") for name in names)
    for day, one in ((2, older), (1, newer)):
        store.keep_issue(issue(one, slot=read_on(store, day, one, unprinted)))

    found = past_stories(store, TODAY, 9, 60)

    assert [one.story.lead.url.rpartition("/")[2] for one in found] == ["newer", "older", "unprinted"]
    assert [one.day for one in found] == ["2026-03-11", "2026-03-10", "2026-03-11"]
    assert len(past_stories(store, TODAY, 9, 2)) == 2


def test_what_is_older_short_or_a_teaser_is_not_told_again(store: Store) -> None:
    old, short = story("A page of old", TEXT, url="https://a.example/old"), story("Short", "One.", url="https://a.example/short")
    teaser = story("A teaser", TEXT, url="https://a.example/teaser", partial=True)
    read_on(store, 3, short, teaser)
    store.keep_issue(issue(old, slot=read_on(store, 20, old)))

    assert past_stories(store, TODAY, 9, 60) == []
    assert [one.story.lead.title for one in past_stories(store, TODAY, 30, 60)] == ["A page of old"]


def test_every_document_that_an_item_cites_is_given_again(store: Store) -> None:
    one = story("A page on disks", TEXT)
    other = document("Another report", TEXT, url="https://b.example/2")
    store.keep_documents([one.lead, other])
    told = issue(one, slot=read_on(store, 1))
    sources = (*told.items[0].sources, replace(told.items[0].sources[0], document=other.id, url=other.url))
    items = (replace(told.items[0], sources=sources),)
    store.keep_issue(replace(told, draft=replace(told.draft, items=items)))

    (found,) = past_stories(store, TODAY, 9, 60)

    assert found.story.documents == (one.lead, other)
    assert [each.url for each in found.story.candidates] == [one.lead.url, other.url]


# -- telling them -----------------------------------------------------------------------------------------------------


async def test_each_story_is_told_by_every_model_whose_turn_changes(store: Store) -> None:
    log: list[str] = []

    told = await trial(store).told([step_of(Quoting(name, log)) for name in "ab"], past("Page 1", "Page 2"), QUIET)

    asked = [line for line in log if "facts" in line]
    assert asked == ["a facts", "b facts", "b facts", "a facts"]
    assert [len(told.by_model[name]) for name in "ab"] == [2, 2]
    assert told.stopped == ""
    one = told.by_model["a"][0]
    assert one.item is not None
    assert one.stood.at_last >= 6
    assert {call.purpose for call in one.calls} == {"facts", "judgement"}
    assert {call.state for call in one.calls} == {"answered"}
    assert (one.day, one.seconds, one.from_store, one.trouble) == ("2026-03-10", 1, 0, "")


async def test_nothing_is_published_and_no_digest_has_these_calls_among_its_own(store: Store) -> None:
    await trial(store).told([step_of(Quoting(name)) for name in "ab"], past("Page 1"), QUIET)

    calls = store.calls_of_day(NOW.date().isoformat())
    assert len(calls) >= 4
    assert store.calls_since("") == []
    assert store.issues() == []
    assert store.slots() == []


async def test_a_reply_of_the_daily_is_asked_for_again_and_one_of_the_same_day_s_trial_is_said_to_be_from_the_store(
    store: Store,
) -> None:
    log: list[str] = []
    first, second, tomorrow = [
        (await trial(store, days=days).told([step_of(Quoting(name, log)) for name in "ab"], past("Page 1"), QUIET), len(log))
        for days in (0, 0, 1)
    ]

    assert [one[0].by_model["a"][0].from_store for one in (first, second, tomorrow)] == [0, 2, 0]
    assert second[1] == first[1]
    assert tomorrow[1] == 2 * first[1]
    assert second[0].by_model["a"][0].item == first[0].by_model["a"][0].item


async def test_a_model_s_fault_costs_its_story_and_is_told(store: Store) -> None:
    broken = [Exchange("no JSON at all", usage=Usage(1000, 0, 5))] * 2

    told = await trial(store).told([step_of(Quoting("a", first=broken)), step_of(Quoting("b"))], past("Page 1", "Page 2"), QUIET)

    first, second = told.by_model["a"]
    assert first.item is None
    assert first.stood == NONE_STOOD
    assert "JSON" in first.trouble
    assert [call.state for call in first.calls] == ["refused", "refused"]
    assert second.item is not None


async def test_a_model_whose_key_is_refused_ends_the_trial_before_its_story(store: Store) -> None:
    refused = Exchange(error=ModelRefused("401: the key is not taken"), usage=Usage())

    told = await trial(store).told([step_of(Quoting("a")), step_of(Quoting("b", first=[refused]))], past("Page 1", "Page 2"), QUIET)

    assert "b: 401" in told.stopped
    assert told.by_model == {"a": [], "b": []}


async def test_what_the_trial_may_take_binds_and_so_does_the_day(store: Store) -> None:
    pages = past("Page 1", "Page 2", "Page 3", "Page 4")
    steps = [Quoting(name) for name in "ab"]

    own = await trial(store, own=Budget.parsed("20k tokens/day")).told([step_of(one) for one in steps], pages, QUIET)
    day = await trial(store, "20k tokens/day", days=1).told([step_of(one) for one in steps], pages, QUIET)

    assert "trial's budget of 20k tokens/day" in own.stopped
    assert "day's budget of 20k tokens/day" in day.stopped
    assert 0 < len(own.by_model["a"]) == len(own.by_model["b"]) < 4
    spent = store.calls_of_day((NOW.date() + timedelta(days=1)).isoformat())
    assert sum(call.usage.prefill_tokens + call.usage.decode_tokens for call in spent) <= 20_000


# -- which models -----------------------------------------------------------------------------------------------------

HERE = {"endpoint": "http://127.0.0.1:9/v1", "name": "q"}


def chosen(store: Store, *names: str, budget: str = "1M tokens/day", **tables: dict[str, Any]) -> list[Step]:
    settings = Settings.model_validate({"models": {"budget": budget, **tables}})
    return contestants(names, settings, store, NOW)


def test_a_model_need_not_stand_in_the_ladder(store: Store) -> None:
    assert [one.name for one in chosen(store, "a", "b", a=HERE, b=HERE | {"name": "r"})] == ["a", "b"]


@pytest.mark.parametrize(
    ("names", "tables", "said"),
    [
        (["a"], {"a": HERE}, "two different models"),
        (["a", "a"], {"a": HERE}, "two different models"),
        (["a", "b"], {"a": HERE}, "no model 'b'"),
        (["a", "b"], {"a": HERE, "b": HERE}, "a and b are one model"),
        (["a", "b"], {"a": HERE, "b": HERE | {"key_env": "NO_SUCH_KEY"}}, "b: NO_SUCH_KEY is not set"),
        (["a", "b"], {"a": HERE, "b": HERE | {"kind": "sentence-transformers"}}, "writes nothing"),
    ],
)
def test_what_cannot_be_compared_is_said_before_anything_is_asked(
    names: list[str], tables: dict[str, Any], said: str, store: Store
) -> None:
    with pytest.raises(SettingsError, match=said):
        chosen(store, *names, **tables)


def test_a_budget_in_money_needs_the_price_of_each(store: Store) -> None:
    far = {"endpoint": "https://models.example/v1", "name": "r"}

    with pytest.raises(SettingsError, match="needs the price of b"):
        chosen(store, "a", "b", budget="3 CNY/day", a=HERE, b=far)


def test_one_address_with_other_layers_is_another_model(store: Store) -> None:
    before, after = (HERE | {"layers": {"engine": f"vllm 0.{n}"}} for n in (11, 12))

    first, second = chosen(store, "a", "b", a=before, b=after)

    assert first.endpoint.identity != second.endpoint.identity


def test_a_trial_s_own_budget_is_written_like_a_day_s() -> None:
    tokens, money = Budget.parsed("1M tokens/day"), Budget.parsed("3 CNY/day")

    assert own_budget("", money) is None
    assert [one and one.amount for one in (own_budget("200k tokens", tokens), own_budget("0.5 CNY/day", money))] == [200_000, 0.5]
    for wrong, limit in (("a lot", tokens), ("0.5 USD", money), ("0.5 CNY", tokens)):
        with pytest.raises(SettingsError, match="--budget"):
            own_budget(wrong, limit)


def test_the_days_are_those_before_today() -> None:
    assert date(2026, 3, 12) == TODAY
