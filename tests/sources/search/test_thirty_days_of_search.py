"""Thirty days on three keys of 2,000 queries a month and one a second, each refusing in the ways that it documents, five digests a day.

Never over a quota, never a day without search while one of the three lives, every refusal told.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from deepdaily.core.errors import BadStatus, QuotaSpent
from deepdaily.core.types import Harvest, Slot, Snapshot, Window
from deepdaily.settings import Settings
from deepdaily.sources import collect
from deepdaily.sources.kinds import sources
from deepdaily.sources.search import DAY, Span
from deepdaily.sources.search.budget import in_memory
from deepdaily.sources.search.web_search import WebSearch
from deepdaily.write.notice import notice_of
from fakes import FakeFetcher, InlineEngine, SkippingLoop
from sources.test_collect import Shelf

FIRST, DAYS, DIGESTS = datetime(2026, 6, 1, tzinfo=UTC), 30, 5
PLAN = {"per_month": 2_000, "per_second": 1}
SETTINGS = Settings.model_validate(
    {
        "sources": {
            "packs": (),
            "hackernews": False,
            "follow": [f"name {n}" for n in range(20)],
            "search": [
                {"provider": "brave", "queries": [f"query {n}" for n in range(20)], **PLAN},
                {"provider": "tavily", **PLAN},
                {"provider": "exa", **PLAN},
            ],
        }
    }
)
HOSTS = {"api.search.brave.com": "brave", "api.tavily.com": "tavily", "api.exa.ai": "exa"}

FAULTS: Mapping[int, Mapping[str, str]] = {
    3: {"brave": "5xx"},
    5: {"brave": "silent"},
    7: {"brave": "key"},
    9: {"brave": "others are fast"},
    11: {"brave": "others spent it"},  # until its month begins anew, on the 15th
    13: {"tavily": "silent"},
    14: {"tavily": "5xx", "exa": "others are fast"},
    18: {"brave": "silent", "tavily": "key"},
    20: {"brave": "key", "tavily": "others spent it"},  # for the rest of the month
    22: {"brave": "5xx", "exa": "others are fast"},
    24: {"brave": "silent", "exa": "key"},  # nobody lives
    27: {"brave": "others are fast"},
}
DEAD = 24
SPENT = {"brave": range(11, 15), "tavily": range(20, 30)}
STATUS = {"brave": 429, "tavily": 432, "exa": 402}


class StillLoop(SkippingLoop):
    """Time passes on it only where everybody waits."""

    def time(self) -> float:
        return self.skipped_s


@dataclass
class Keys(FakeFetcher):
    """The three providers, who count for themselves."""

    loop: asyncio.AbstractEventLoop
    day: int = 0
    began: float = 0.0
    counted: Counter[str] = field(default_factory=Counter)
    last: dict[str, datetime] = field(default_factory=dict)
    too_fast: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__({})

    def now(self) -> datetime:
        return FIRST + timedelta(days=self.day, seconds=self.loop.time() - self.began)

    async def get(self, url: str, *, toll: Any = None, body: bytes = b"", **_: Any) -> Snapshot:
        await toll.pay()
        who = HOSTS[str(urlsplit(url).hostname)]
        fault = FAULTS.get(self.day, {}).get(who, "")
        status = self.status(who, fault)
        if fault == "silent":
            await asyncio.Event().wait()
        headers = self.headers_of(who)
        if status != 200:
            toll.told(headers)
            raise BadStatus(
                f"{url.partition('?')[0]}: HTTP {status}", status=status, headers=headers, body=self.body_of(who, status)
            )
        toll.told(headers)
        query = f"{self.day} {who} {self.counted[who]}"
        row = {"url": f"https://example.com/{query.replace(' ', '/')}", "title": f"About {query}"}
        self.answers[url] = json.dumps({"type": "search", "web": {"results": [row]}, "results": [row]}).encode()
        return await super().get(url)

    def status(self, who: str, fault: str) -> int:
        at, last = self.now(), self.last.get(who, FIRST - DAY)
        self.last[who] = at
        self.counted[who] += 1
        if self.day in SPENT.get(who, ()):
            return STATUS[who]
        if at - last < timedelta(seconds=1):
            self.too_fast.append(f"{self.day} {who}")
            return 429
        return {"5xx": 503, "key": 401, "others are fast": 429 if self.counted[who] % 2 else 200}.get(fault, 200)

    def headers_of(self, who: str) -> dict[str, str]:
        if who != "brave":
            return {}
        left = 0 if self.day in SPENT[who] else 2_000 - self.counted[who]
        reset = (FIRST + timedelta(days=15) - self.now()).total_seconds()
        return {
            "x-ratelimit-limit": "1, 2000",
            "x-ratelimit-remaining": f"0, {left}",
            "x-ratelimit-reset": f"1, {max(1, round(reset))}",
        }

    def body_of(self, who: str, status: int) -> bytes:
        said = {"error": {"code": "RATE_LIMITED"}} if who == "brave" else {"detail": {"error": "no"}, "tag": "NO_MORE_CREDITS"}
        return json.dumps(said).encode()


@dataclass
class Month:
    harvests: dict[tuple[int, int], list[Harvest]] = field(default_factory=dict)
    pages: Counter[int] = field(default_factory=Counter)
    """By day how many makers' pages could be looked for."""
    counted: Counter[str] = field(default_factory=Counter)
    too_fast: list[str] = field(default_factory=list)

    def said(self, day: int, who: str) -> str:
        return " ".join(
            f"{one.health.state} {one.health.message}"
            for d in range(DIGESTS)
            for one in self.harvests[day, d]
            if one.health.source == who
        )


@pytest.fixture(scope="module")
def month() -> Month:
    seen = Month()
    with asyncio.Runner(loop_factory=StillLoop) as runner, pytest.MonkeyPatch.context() as environment:
        for name in ("BRAVE", "TAVILY", "EXA"):
            environment.setenv(f"{name}_API_KEY", f"key of {name}")
        keys, spend = Keys(runner.get_loop()), in_memory()
        for keys.day in range(DAYS):
            keys.began = keys.loop.time()
            for digest in range(DIGESTS):
                runner.run(morning(seen, keys, spend, digest))
        seen.counted, seen.too_fast = keys.counted, keys.too_fast
    return seen


async def morning(seen: Month, keys: Any, spend: Any, digest: int) -> None:
    now = keys.now()
    window = Window(Slot(now, f"d{digest}"), now, now - timedelta(days=7))
    asked: Any = sources(SETTINGS, keys, InlineEngine(), spend=spend, clock=keys.now)  # type: ignore[arg-type]
    harvests = await collect(asked, window, Shelf(), wall_s=60, on_done=lambda _: None)
    seen.harvests[keys.day, digest] = harvests
    for search, harvest in zip(asked, harvests, strict=True):
        if harvest.health.answered and digest == 0:
            seen.pages[keys.day] = await pages(search, Span(now - 3 * DAY, now, now))


async def pages(search: WebSearch, span: Span) -> int:
    for number in range(3):
        try:
            await search.ask(f"maker {number}", span, for_page=True)
        except (QuotaSpent, BadStatus):
            return number
    return 3


def test_no_key_is_asked_more_than_its_month_or_faster_than_its_second(month: Month) -> None:
    assert all(count <= 2_000 for count in month.counted.values()), month.counted
    assert month.counted["brave"] > 1_000
    assert month.too_fast == []


def test_no_day_is_without_search_while_one_provider_lives(month: Month) -> None:
    found = {day: any(one.offers for one in month.harvests[day, 0]) for day in range(DAYS)}

    assert [day for day, any_offer in found.items() if not any_offer] == [DEAD]


def test_every_refusal_is_told_by_whom_it_came_from(month: Month) -> None:
    words = {
        "5xx": "HTTP 503", "silent": "no answer within 10 s", "key": "the key is refused (HTTP 401", "others are fast": "asked too fast",
        "others spent it": "quota-spent",
    }  # fmt: skip
    untold = [
        (day, who, fault)
        for day, faults in FAULTS.items()
        for who, fault in faults.items()
        if words[fault] not in (said := month.said(day, who)) and "not-needed" not in said and "today's share" not in said
    ]

    assert untold == []
    assert sum(words[fault] in month.said(day, who) for day, faults in FAULTS.items() for who, fault in faults.items()) >= 14


def test_a_key_that_was_spent_rests_until_its_reset_and_no_question_goes_out(month: Month) -> None:
    assert "it is not asked before 2026-06-16" in month.said(12, "brave")
    assert "ok" in month.said(15, "brave") or "ok" in month.said(16, "brave")
    assert "it is not asked before 2026-07-01" in month.said(22, "tavily")


def test_the_notice_speaks_of_search_only_where_nobody_lives(month: Month) -> None:
    for day in range(DAYS):
        notice, causes = notice_of([one.health for one in month.harvests[day, 0]], "24h", "en")
        assert bool(notice) == (day == DEAD), (day, notice)
        assert causes == () or causes[0].startswith("search:")


def test_makers_pages_have_their_part_on_each_day_that_has_a_search(month: Month) -> None:
    assert [day for day in range(DAYS) if not month.pages[day]] == [DEAD]


def test_what_a_small_share_left_unasked_is_named(month: Month) -> None:
    unasked = [month.said(day, "brave") for day in range(DAYS) if "today's share" in month.said(day, "brave")]

    assert unasked
    assert all("not asked: " in said for said in unasked)
