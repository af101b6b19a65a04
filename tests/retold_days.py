"""The sample day's stories told again many times by recorded replies that code makes worse: real sentences through the real check."""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from deepdaily.core.errors import ModelError, ReplyBroken
from deepdaily.core.types import Language, Story, Usage
from deepdaily.demo import sample_web
from deepdaily.demo.recorded import KEY, RecordedModel, replies_of_day
from deepdaily.lab.comparing import GATES, Comparison, comparison
from deepdaily.lab.retelling import Past, Rerun, Retold
from deepdaily.ladder import gather
from deepdaily.mind import ByModel
from deepdaily.models import Prompt, Reply, S
from deepdaily.models.asking import ModelWriter, fence
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.fallback import Step
from deepdaily.models.pace import Pace
from deepdaily.pipeline import collect, edit, lead, select
from deepdaily.run import Meter
from deepdaily.settings import Settings
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.words import of
from deepdaily.write.by_model.item import told_item
from deepdaily.write.by_model.numbered import fenced, units_of
from fakes import purpose_of
from running import run_of

UNSUPPORTED = {"zh": "，快了 {} 倍", "en": ", {} times as fast"}
"""What no page of the sample day says."""

NO_JUDGEMENT: dict[str, Any] = {"judgement": {"why": []}}
"""For what looks at facts alone: two thirds of the check's work are judgement."""

FIRST_S, LATER_S = 0.4, 9.0


class SilentMeter:
    """Says nothing."""

    def stage(self, name: str, total: int) -> None: ...
    def step(self, note: str = "") -> None: ...
    def done(self, note: str) -> None: ...
    def stop(self) -> None: ...


QUIET: Meter = SilentMeter()


@dataclass(frozen=True)
class RecordedStory:
    """A story of the sample day, and what a model once said of it by purpose."""

    story: Story
    replies: Mapping[str, Any]


class _Overheard:
    """A recorded model, and what it said to each fence."""

    def __init__(self, language: Language) -> None:
        self._model = RecordedModel(replies_of_day(language), "recorded")
        self.said: dict[tuple[str, str], Any] = {}

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        reply = await self._model.ask(prompt, shape)
        self.said[prompt.purpose, mark_of(prompt.material)] = reply.value.model_dump()
        return reply

    def room(self, prompt: Prompt, shape: type[BaseModel]) -> int | None:
        return None


def mark_of(material: str) -> str:
    """The first line of the fence: it is the installation's own name for the texts."""
    return next(line for line in material.splitlines() if line.startswith("<<<"))


def settings_in(language: Language) -> Settings:
    settings = sample_web.settings()
    return settings.model_copy(update={"digest": settings.digest.model_copy(update={"language": language})})


def recorded_stories(folder: Path, language: Language) -> list[RecordedStory]:
    """The stories that a model told on the sample day, as it was read into the store below `folder`."""
    heard = _Overheard(language)
    writer = ModelWriter(heard, language, of(language).audience, KEY)

    async def chosen() -> list[Story]:
        with run_of(folder, sample_web.DemoWire(), settings=settings_in(language), writing=ByModel(writer)) as day:
            stories = await lead(day, await select(day, await edit(day, await gather(day, await collect(day)))))
            for one in stories:
                await told_item(one, writer)
        return stories

    with redirect_stderr(io.StringIO()):
        stories = asyncio.run(chosen())
    return [RecordedStory(one, replies) for one in stories if (replies := _replies(one, heard.said))]


def _replies(story: Story, said: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    marks = {"facts": _mark(story, KEY), "repair": _mark(story, KEY), "judgement": mark_of(fence([], [story.id], KEY))}
    found = {purpose: said[purpose, mark] for purpose, mark in marks.items() if (purpose, mark) in said}
    return found if "facts" in found else {}


def _mark(story: Story, key: bytes) -> str:
    return mark_of(fenced(units_of(story), key))


@dataclass
class Worsened:
    """An endpoint that says what was recorded, some of it made worse by chance.

    `unsupported`: of the claims, that say what no page does, when asked again too; `broken`: of the replies, that break off.
    """

    name: str
    language: Language
    chance: random.Random
    unsupported: float = 0.0
    broken: float = 0.0
    said: Mapping[tuple[str, str], Any] | None = None

    @property
    def identity(self) -> str:
        return self.name

    async def send(self, request: Request, wall_s: float) -> Exchange:
        purpose = purpose_of(request.system)
        told = deepcopy((self.said or {}).get((purpose, mark_of(request.user)), {"claims": []}))
        if purpose == "facts":
            for claim in told["claims"]:
                if self.chance.random() < self.unsupported:
                    claim["text"] = claim["text"].rstrip("。.") + UNSUPPORTED[self.language].format(
                        self.chance.randrange(4000, 9000)
                    )
        text = json.dumps(told, ensure_ascii=False)
        error: ModelError | None = ReplyBroken("the answer broke off") if self.chance.random() < self.broken else None
        first_s = self.chance.uniform(0.5, 1.5) * FIRST_S
        usage = Usage(
            request.prompt_bytes // 4, 0, len(text.encode()) // 4, first_s, first_s + self.chance.uniform(0.5, 1.5) * LATER_S
        )
        return Exchange("" if error else text, error, usage)


def tellings(
    folder: Path, recorded: Sequence[RecordedStory], language: Language, days: int, **models: Mapping[str, float]
) -> dict[str, list[Retold]]:
    """Every story on each of so many days by every model, named with how much worse it is than the recording."""
    chance = random.Random(11)
    with open_store(folder / "trials") as store:
        said = _by_mark(recorded, store)
        steps = [Step(Worsened(name, language, chance, **worse, said=said), Pace(1)) for name, worse in models.items()]
        found: dict[str, list[Retold]] = {name: [] for name in models}
        for day in range(days):
            now = sample_web.NOW + timedelta(days=day)
            past = [Past(now.date().isoformat(), one.story) for one in recorded]
            fresh = [replace(step) for step in steps]
            told = asyncio.run(Rerun(store, settings_in(language), now, clock=_Ticking()).told(fresh, past, QUIET))
            assert not told.stopped
            for name, some in told.by_model.items():
                found[name] += some
    return found


class _Ticking:
    """A clock that goes on by a little each time it is looked at."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 20.0
        return self._now


def _by_mark(recorded: Sequence[RecordedStory], store: Store) -> dict[tuple[str, str], Any]:
    key, found = store.secret(), dict[tuple[str, str], Any]()
    for one in recorded:
        marks = {"facts": _mark(one.story, key), "repair": _mark(one.story, key)}
        marks["judgement"] = mark_of(fence([], [one.story.id], key))
        found |= {(purpose, marks[purpose]): reply for purpose, reply in one.replies.items()}
    return found


def drawn(
    pool: Mapping[str, Sequence[Retold]], left: str, right: str, stories: int, days: int, seed: int
) -> tuple[list[Retold], list[Retold]]:
    """So many stories of the pool, drawn with repetition, by `left` and by `right`; each day is full of few of them.

    Where both are one model, each side has a telling of its own of the same story.
    """
    chance = random.Random(seed)
    by_story: dict[str, list[int]] = {}
    for place, one in enumerate(pool[left]):
        by_story.setdefault(_of(one), []).append(place)
    found: tuple[list[Retold], list[Retold]] = ([], [])
    for day in range(days):
        today = chance.sample(sorted(by_story), k=max(2, len(by_story) // 2))
        label = (date(2026, 3, 1) + timedelta(days=day)).isoformat()
        for _ in range(stories // days + (day < stories % days)):
            first, second = chance.sample(by_story[chance.choice(today)], k=2)
            found[0].append(replace(pool[left][first], day=label))
            found[1].append(replace(pool[right][second], day=label))
    return found


def _of(one: Retold) -> str:
    return one.calls[0].slot.rpartition("/")[2]


def compared(
    pool: Mapping[str, Sequence[Retold]], left: str, right: str, *, stories: int = 60, days: int = 9, seed: int, draws: int
) -> Comparison:
    """`right` beside `left` by the gates alone, over stories drawn from the pool."""
    return comparison(left, right, *drawn(pool, left, right, stories, days, seed), measures=GATES, draws=draws)
