"""What one run works with, and its record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Literal, Protocol

from deepdaily.core.decisions import NO_DESK, Desk
from deepdaily.core.errors import Exit
from deepdaily.core.failures import failures_told, first_told
from deepdaily.core.slots import share_s
from deepdaily.core.types import (
    Chosen,
    Finding,
    Harvest,
    Issue,
    Ranked,
    Rung,
    RunRecord,
    RunStatus,
    Slot,
    SourceHealth,
    Stage,
    Trouble,
)
from deepdaily.engine import Engine
from deepdaily.memory import Memory
from deepdaily.publish import Publisher
from deepdaily.publish.rounds import Rounds
from deepdaily.read.fetch import Fetcher
from deepdaily.settings import Settings
from deepdaily.sources import Source
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots
from deepdaily.write import Writing
from deepdaily.write.by_rule import ByRule
from deepdaily.write.notice import corrected

if TYPE_CHECKING:
    from deepdaily.models.embedding import Embedder


class Meter(Protocol):
    """Shows a person how a run goes."""

    def stage(self, name: str, total: int) -> None: ...
    def step(self, note: str = "") -> None: ...
    def done(self, note: str) -> None: ...
    def stop(self) -> None: ...


@dataclass(slots=True)
class Counted:
    """What a stage that is running says of itself at its end; `line` is for a person."""

    came_in: int
    went_out: int = 0
    failed: int = 0
    line: str = ""


@dataclass(slots=True)
class Record:
    """A run's record while it is written."""

    meter: Meter
    status: RunStatus = "running"
    rung: Rung | Literal[""] = ""
    degraded: tuple[str, ...] = ()
    funnel: dict[str, int] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    chosen: tuple[Chosen, ...] = ()
    troubles: list[Trouble] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    said: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, total: int, rung: Rung | Literal[""] = "") -> Iterator[Counted]:
        """Time a stage and tell the meter; a stage that raises leaves no row."""
        started, counted = monotonic(), Counted(total)
        self.meter.stage(Stage(name, rung).label, total)
        try:
            yield counted
        except BaseException:
            self.meter.stop()
            raise
        took_s = round(monotonic() - started, 2)
        self.stages.append(Stage(name, rung, counted.came_in, counted.went_out, counted.failed, took_s, counted.line))
        self.meter.done(counted.line)

    @classmethod
    def resumed(cls, meter: Meter, kept: RunRecord) -> Record:
        """The record of a run that was killed while it published; what was in its way then may be mended."""
        return cls(
            meter, "running", kept.rung, kept.degraded, dict(kept.funnel), list(kept.stages), kept.chosen, said=dict(kept.said)
        )

    @property
    def exit(self) -> Exit:
        return self.value().exit

    def value(self) -> RunRecord:
        """As it stands now."""
        parts = dict(self.funnel), tuple(self.stages), self.chosen, tuple(self.troubles)
        return RunRecord(self.status, self.rung, self.degraded, *parts, self.missing, self.said)

    def keep_scores(self, chosen: Iterable[Ranked]) -> None:
        """The chosen stories with each term of their score."""
        self.chosen = tuple(Chosen(one.story.id, one.story.lead.url, one.score, one.reasons) for one in chosen)


Task = Literal["write", "correct", "publish", "send", "retract"]
"""What is done for a slot: its issue written and brought to the channels that miss it; written anew as a marked correction; brought
out again, files written whatever is there; sent again to channels that had it, too; taken back."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a command asks for a slot."""

    slot: Slot
    moment: datetime
    """Now, or what replaces it."""
    meter: Meter
    dry: bool = False
    """Everything but publishing."""
    by_keeper: bool = False
    """The keeper started it, and tries the slot again if nothing is published now."""
    task: Task = "write"
    channels: Collection[str] = ()
    """Of `publish`: to which of the channels; empty for all."""


@dataclass(slots=True)
class Run:
    """What the run of one slot works with, from stage to stage."""

    slot: Slot
    now: datetime
    """The calendar of the run: that of its first start, where it was killed on the way."""
    settings: Settings
    store: Store
    snapshots: Snapshots
    fetcher: Fetcher
    engine: Engine
    sources: Sequence[Source]
    publishers: Sequence[Publisher]
    record: Record
    memory: Memory
    writing: Writing = field(default_factory=ByRule)
    embedder: Embedder | None = None
    """Says which titles mean the same; None where none is configured."""
    trust: Mapping[str, float] = field(default_factory=dict)
    """What the word of each source counts, by its name; 1 where nothing is said."""
    desk: Desk = NO_DESK
    """What was decided when the candidates were gathered: one word for the whole run."""
    deadline: float = inf
    """When publishing begins, as `time.monotonic` counts; infinite for a run that is late anyway."""
    by_keeper: bool = False
    """The keeper started it, and tries the slot again if nothing is published now."""
    dry: bool = False
    """Everything but publishing."""
    anew: Collection[str] = ()
    """Channels that are asked whatever they have."""
    corrects_at: datetime | None = None
    """When the slot's issue is written anew, as a marked correction."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def remaining_s(self) -> float:
        return self.deadline - monotonic()

    def wall(self, most_s: float, part: float) -> float:
        """Seconds for a piece of work: `part` of the time that remains, at most `most_s`."""
        return share_s(most_s, part, self.remaining_s)

    def stage(self, name: str, total: int, rung: Rung | Literal[""] = "") -> AbstractContextManager[Counted]:
        """A stage's numbers, timed and told to the meter; one that raises leaves no row."""
        return self.record.stage(name, total, rung)

    def met(self, health: SourceHealth) -> None:
        """A source has answered, or failed."""
        self.record.meter.step()

    def told(self, harvests: Sequence[Harvest]) -> None:
        """Say which sources failed; on the first day of an installation also how such are left out."""
        health = [harvest.health for harvest in harvests]
        lines = failures_told(health)
        lines += [first_told(health)] if not self.store.issues(limit=1) else []
        for line in filter(None, lines):
            self.record.meter.step(line)

    def kept(self, issue: Issue) -> Issue:
        """The slot's issue: this one, or that of another run where this one lost its lease on the way."""
        self.record.rung, self.record.degraded = issue.draft.rung, issue.draft.degraded
        self.record.troubles += self.writing.troubles()
        if self.dry:
            self.ended("dry")
            return issue
        issue = self.store.correct_issue(corrected(issue, self.corrects_at)) if self.corrects_at else self.store.keep_issue(issue)
        self.ended("running")
        return issue

    def reached(self, rounds: Rounds) -> None:
        """Keep which channels have the issue so far, and what is in the way of the others."""
        troubles = [one for one in self.record.troubles if one.part not in {publisher.channel for publisher in self.publishers}]
        self.record.troubles = [*troubles, *rounds.troubles.values()]
        self.record.missing = tuple(rounds.missing)
        self.record.said |= rounds.said
        nowhere = rounds.missing and not (rounds.taken or rounds.wrote)
        self.ended("failed" if nowhere else "published")

    def ended(self, status: RunStatus) -> None:
        """Keep the record, and how the run stands."""
        self.record.status = status
        self.store.keep_record(self.slot.key, self.record.value())
