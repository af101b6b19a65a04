"""Many days of one installation, with what goes wrong in operation: the keeper, its runs, the channels and the alarms are the real ones.

The clock passes in the keeper's sleeps alone; the web, the chat service and the mail server are scripted. Names are made up by us.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import smtplib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from deepdaily import keeper
from deepdaily.cli.console import LineMeter
from deepdaily.core.errors import DeepdailyError, Exit, PublishError
from deepdaily.core.types import Slot
from deepdaily.house import House
from deepdaily.keeper import service
from deepdaily.keeper.alerts import DEGRADED, NOTHING
from deepdaily.memory import Memory
from deepdaily.memory.repeats import NO_REPEAT_DAYS
from deepdaily.publish import Publisher
from deepdaily.publish.chats import Chat
from deepdaily.publish.to_mail import Mail
from deepdaily.publish.to_slack import SlackHook
from deepdaily.read.fetch import Fetcher
from deepdaily.read.web_wire import Answer
from deepdaily.run import Errand, Record, Run
from deepdaily.settings import Settings
from deepdaily.sources.kinds import sources
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots
from fakes import InlineEngine, SkippingLoop
from making import SHANGHAI
from small_feeds import HOSTS, feed_of

FIRST = datetime(2026, 1, 1, 8, 0, tzinfo=SHANGHAI)
FAULTS = (
    "none", "files are lost", "the post is emptied", "the chat is limited", "the chat is away for an hour",
    "mail is greylisted", "mail is away for an hour", "no space for the post for a while", "no source answers before eight",
    "the run dies while it reads", "the run dies before it sends", "the run dies after it sent", "the run is ended by SIGTERM",
    "the keeper starts late", "the clock jumps forward",
)  # fmt: skip


class PatientLoop(SkippingLoop):
    """Waits so long for a thread that writes a file or speaks to the mail server before it lets time pass."""

    patience_s = 0.1


class Died(BaseException):
    """A run that was killed."""


class Ended(BaseException):
    """The last day is over."""


@dataclass
class Clock:
    """Passes as the loop counts; where no run is under way the keeper's sleeps take no time."""

    base: datetime
    end: datetime
    at: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    """What happens, and when, in order."""
    running: bool = False
    idle: bool = False
    """Nothing is to be done until something happens."""
    counted: Callable[[], float] = lambda: 0.0
    """The loop's seconds."""

    def now(self) -> datetime:
        return self.base + timedelta(seconds=self.counted())

    async def sleep(self, seconds: float) -> None:
        if self.running:
            await asyncio.sleep(seconds)
        else:
            self.pass_(max(seconds, self._quiet_s()) if self.idle else seconds)
        while self.at and self.at[0][0] <= self.now():
            self.at.pop(0)[1]()
        if self.now() >= self.end:
            raise Ended

    def _quiet_s(self) -> float:
        """Until something happens, or work begins."""
        local = self.now().astimezone(SHANGHAI)
        begins = local.replace(hour=7, minute=30, second=0, microsecond=0)
        begins += timedelta(days=begins <= local)
        return (min([begins, self.end, *(at for at, _ in self.at[:1])]) - local).total_seconds()

    def pass_(self, seconds: float) -> None:
        self.base += timedelta(seconds=seconds)


@dataclass
class World:
    """What surrounds the installation on one day after the other."""

    folder: Path
    clock: Clock
    plan: Mapping[str, str]
    """The fault of each day."""
    chat: Counter[str] = field(default_factory=Counter)
    """By day and message how often the chat took it."""
    mail: Counter[str] = field(default_factory=Counter)
    told: list[tuple[str, str]] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    """Alarms that were not true."""
    tries: Counter[str] = field(default_factory=Counter)

    @property
    def today(self) -> str:
        return self.clock.now().astimezone(SHANGHAI).date().isoformat()

    @property
    def fault(self) -> str:
        return self.plan.get(self.today, "none")

    def before(self, hour: int, minute: int = 0) -> bool:
        local = self.clock.now().astimezone(SHANGHAI)
        return (local.hour, local.minute) < (hour, minute)

    def first(self, what: str, times: int = 1) -> bool:
        """Whether this is one of the first times today that this is asked."""
        self.tries[f"{self.today} {what}"] += 1
        return self.tries[f"{self.today} {what}"] <= times

    # -- the web, the chat and the mail server ------------------------------------------------------------------------

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        if self.fault == "no source answers before eight" and self.before(7, 58):
            return Answer(503, {}, b"")
        if self.fault == "the run dies while it reads" and self.first("reading"):
            raise Died
        day = (datetime.fromisoformat(self.today).date() - FIRST.date()).days
        body = feed_of(day, url.split("/")[2], FIRST + timedelta(days=day)) if url.endswith("/feed") else b""
        return Answer(200 if body else 404, {"content-type": "application/rss+xml"}, body)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if self.fault == "the run dies before it sends" and self.first("sending"):
            raise Died
        if self.fault == "the chat is limited" and self.first("chat", 3):
            return Answer(429, {"retry-after": "30"}, b"rate_limited")
        if self.fault == "the chat is away for an hour" and self.before(8, 31):
            return Answer(503, {}, b"no")
        self.chat[f"{self.today} {json.loads(body)}"] += 1
        return Answer(200, {}, b"ok")

    def smtp(self, *_: Any, **__: Any) -> Any:
        world = self
        if self.fault == "mail is away for an hour" and self.before(8, 31):
            raise ConnectionRefusedError(111, "Connection refused")

        class Server:
            def ehlo(self) -> None: ...
            def quit(self) -> None: ...
            def close(self) -> None: ...
            def has_extn(self, _: str) -> bool:
                return False

            def send_message(self, mail: Any, *_: Any, **__: Any) -> dict[str, Any]:
                if world.fault == "mail is greylisted" and world.first("mail", 2):
                    raise smtplib.SMTPRecipientsRefused({str(mail["To"]): (451, b"4.7.1 greylisted")})
                world.mail[f"{world.today} {mail['Message-ID']}"] += 1
                return {}

        return Server()

    # -- what a person would see --------------------------------------------------------------------------------------

    async def tell(self, house: House, slot: Slot, trouble: str) -> bool:
        with house.store() as store:
            if trouble in store.alerts(slot.key):
                return True
            store.keep_alert(slot.key, trouble)
            self.told.append((slot.day, trouble))
            issue, record = store.issue(slot.day), store.record(slot.key)
        late = self.clock.now() >= slot.due.astimezone(UTC) + service.OVERDUE
        true = {DEGRADED: issue is not None and bool(record.causes), NOTHING: issue is None and late}.get(
            trouble, issue is not None and bool(record.missing) and late
        )
        self.false += [] if true else [f"{slot.day}: {trouble}"]
        return True


class Narrow:
    """A folder that has no space for a while."""

    def __init__(self, channel: Any, world: World) -> None:
        self._channel, self._world = channel, world
        self.channel, self.dir, self.files = channel.channel, channel.dir, channel.files

    async def publish(self, publication: Any) -> Any:
        if self._world.fault == "no space for the post for a while" and self._world.before(7, 45):
            raise PublishError("no space left on device", "make room")
        return await self._channel.publish(publication)


@dataclass(frozen=True, slots=True)
class SimulatedHouse(House):
    """The installation, its runs with a scripted web and scripted services."""

    world: World = None  # type: ignore[assignment]

    @asynccontextmanager
    async def run(self, store: Store, errand: Errand, now: datetime, left_s: float = inf) -> AsyncIterator[Run]:
        slot, engine, wire = errand.slot, InlineEngine(), self.world
        memory = Memory(slot, tuple(store.issues_since(slot.due.date() - timedelta(days=NO_REPEAT_DAYS))))
        with Snapshots(self.snapshots) as snapshots:
            fetcher = Fetcher(wire, store, snapshots, slot.key, now)
            yield Run(
                slot=slot, now=now, settings=self.settings, store=store, snapshots=snapshots, fetcher=fetcher,
                engine=engine, sources=sources(self.settings, fetcher, engine, None, memory.open),  # type: ignore[arg-type]
                publishers=self.publishers(store, slot), record=Record(LineMeter()), memory=memory,
                deadline=asyncio.get_running_loop().time() + min(left_s, 3600), by_keeper=True,
            )  # fmt: skip

    def publishers(self, store: Store, slot: Slot) -> list[Publisher]:
        def sent(name: str) -> set[str]:
            return {one.location for one in store.editions(slot.key) if one.channel == f"{name}:part"}

        def keep(one: Any) -> None:
            store.keep_editions([one])

        hook, table = SlackHook("https://hooks.slack.example/services/T/B/x", "brief"), self.settings.mail
        assert table is not None
        files: list[Publisher] = [Narrow(channel, self.world) for channel, _ in self.channels()]
        chat = Chat(hook, self.world.post, "slack", sent("slack"), keep)
        return [*files, chat, Mail(table, sent("mail"), keep, plain_smtp=self.world.smtp)]


SETTINGS: dict[str, Any] = {
    "digest": {"items": 4, "least_items": 2},
    "sources": {"packs": (), "add": tuple(f"https://{host}/feed" for host in HOSTS), "hackernews": False, "search": ()},
}


@dataclass(frozen=True)
class Report:
    """What came of the days."""

    days: list[str]
    published: int
    """Days whose post lies in the blog and whose issue is in the store."""
    lost: list[str]
    doubled: list[str]
    """Messages that came twice."""
    missed: list[str]
    """Days whose chat or mail did not come."""
    false_alarms: list[str]
    told: list[tuple[str, str]]
    faults: Counter[str]


def drawn(count: int, seed: int) -> list[str]:
    """So many faults; every sixth day or so has none."""
    dice = random.Random(seed)
    return [dice.choice([*FAULTS, "none", "none"]) for _ in range(count)]


def simulated(folder: Path, faults: Sequence[str], *, spoil: bool = False) -> Report:
    """A day for each fault, from FIRST on; `spoil`: at the end the first is told too early, sent twice and lost."""
    slots = [Slot(FIRST + timedelta(days=day)) for day in range(len(faults))]
    plan = {slot.day: fault for slot, fault in zip(slots, faults, strict=True)}
    clock = Clock(FIRST - timedelta(minutes=40), slots[-1].due + timedelta(hours=6))
    world = World(folder, clock, plan)
    blog = folder / "blog"
    channels = [{"to": kind, "dir": blog} for kind in ("hugo", "feeds", "page")]
    messages = [
        {"to": "slack", "url_env": "HOOK"},
        {"to": "mail", "host": "smtp.example", "sender": "daily@a.example", "recipients": ("team@a.example",)},
    ]
    settings = Settings.model_validate(SETTINGS | {"publish": (*channels, *messages)})
    house = SimulatedHouse(settings, {}, folder / "data", world=world)
    for slot in slots:
        if plan[slot.day] == "the keeper starts late":  # its machine was off
            clock.at.append((slot.due - timedelta(minutes=40), partial(clock.pass_, 84 * 60)))
        clock.at.append((slot.due + timedelta(hours=1), partial(_lose, world, slot.day, blog)))
    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        runner.run(_kept(house, world, clock))
        if spoil:
            clock.pass_((FIRST - timedelta(minutes=5) - clock.now()).total_seconds())
            with house.store() as store:
                store.retract(slots[0].key)
            runner.run(world.tell(house, slots[0], NOTHING))
            world.mail[next(iter(world.mail))] += 1
    return _report(house, world, slots, plan, blog)


def _lose(world: World, day: str, blog: Path) -> None:
    if world.plan[day] == "files are lost":
        shutil.rmtree(blog)
    post = blog / f"content/posts/{day}/index.md"
    if world.plan[day] == "the post is emptied" and post.exists():
        post.write_bytes(b"")


async def _kept(house: SimulatedHouse, world: World, clock: Clock) -> None:
    """The keeper, until the last day is over."""
    loop, started = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    clock.counted = lambda: loop.time() - started
    tell = partial(world.tell, house)

    def lacks(slot: Slot) -> str:
        found = service.lacks(house, slot)
        clock.idle = not found
        return found

    with suppress(Ended):
        await service.keep_hours(house.settings, clock, lacks, partial(_attempt, house, world), tell)


async def _attempt(house: SimulatedHouse, world: World, slot: Slot) -> int:
    """One run, as `deepdaily run` ends; a few minutes pass."""
    if world.fault == "the clock jumps forward" and world.first("jump"):
        world.clock.pass_(1500)
    world.clock.running = True
    errand = Errand(slot, world.clock.now().astimezone(SHANGHAI), LineMeter(), by_keeper=True)
    try:
        if world.fault == "the run is ended by SIGTERM" and world.first("term"):
            run = asyncio.ensure_future(keeper.run_slot(house, errand))
            for _ in range(3):
                await asyncio.sleep(0)
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
            return 143
        outcome = await keeper.run_slot(house, errand)
        if world.fault == "the run dies after it sent" and world.first("after"):
            return -9
        return int(outcome.exit)
    except (Died, BaseExceptionGroup):  # the second where it died among tasks side by side
        return -9
    except DeepdailyError:
        return int(Exit.NOTHING)
    finally:
        world.clock.running = False


def _report(house: House, world: World, slots: list[Slot], plan: Mapping[str, str], blog: Path) -> Report:
    days = [slot.day for slot in slots]
    with house.store() as store:
        kept = set(store.issue_days())
    posts = {path.parent.name for path in blog.glob("content/posts/*/index.md") if path.stat().st_size}
    after_loss = max((day for day in days if plan[day] == "files are lost"), default="")
    there = {day for day in days if day in kept and (day in posts or day < after_loss)}
    doubled = [what[:60] for what, times in (world.chat | world.mail).items() if times > 1]
    missed = [day for day in days for sent in (world.chat, world.mail) if not any(what.startswith(day) for what in sent)]
    lost = [day for day in days if day not in there]
    return Report(days, len(there), lost, doubled, missed, world.false, world.told, Counter(plan.values()))
