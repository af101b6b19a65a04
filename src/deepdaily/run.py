"""What one run works with, and its record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from math import inf
from time import monotonic
from typing import Any, Protocol

from deepdaily.core.errors import Exit
from deepdaily.core.slots import share_s
from deepdaily.core.types import Finding, Issue, Ranked, Slot, SourceHealth
from deepdaily.engine import Engine
from deepdaily.memory import Memory
from deepdaily.models.embedding import Embedder
from deepdaily.publish import Publisher
from deepdaily.read.fetch import Fetcher
from deepdaily.settings import Settings
from deepdaily.sources import Source
from deepdaily.store import RunStatus, Store
from deepdaily.write import Writing
from deepdaily.write.by_rule import ByRule


class Meter(Protocol):
    """Shows a person how a run goes."""

    def stage(self, name: str, total: int) -> None: ...
    def step(self, note: str = "") -> None: ...
    def done(self, note: str) -> None: ...
    def stop(self) -> None: ...


@dataclass(slots=True)
class Stage:
    """One stage's numbers; `told` is its line for a person."""

    stage: str
    came_in: int = 0
    went_out: int = 0
    failed: int = 0
    took_s: float = 0.0
    told: str = ""


@dataclass(slots=True)
class Record:
    """What `show --audit` prints of a run, beside what the store knows by itself."""

    slot: str
    meter: Meter
    status: RunStatus = "failed"
    rung: str = ""
    degraded: tuple[str, ...] = ()
    funnel: dict[str, int] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    chosen: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def exit(self) -> Exit:
        if self.status == "failed":
            return Exit.NOTHING
        return Exit.DEGRADED if self.degraded or self.troubles else Exit.PUBLISHED

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Stage]:
        """Time a stage and tell the meter; a stage that raises leaves no row."""
        started, stage = monotonic(), Stage(name, came_in=total)
        self.meter.stage(name, total)
        try:
            yield stage
        except BaseException:
            self.meter.stop()
            raise
        stage.took_s = round(monotonic() - started, 2)
        self.stages.append(stage)
        self.meter.done(stage.told)

    @classmethod
    def resumed(cls, slot: str, meter: Meter, text: str) -> Record:
        """The record of a run that was killed while it published."""
        kept = json.loads(text or "{}")
        stages = [Stage(**stage) for stage in kept.get("stages", [])]
        known = {name: kept[name] for name in ("rung", "funnel", "chosen") if name in kept}
        return cls(slot, meter, stages=stages, degraded=tuple(kept.get("degraded", ())), **known)

    def keep_scores(self, chosen: list[Ranked]) -> None:
        """The chosen stories with each term of their score."""
        self.chosen = [
            {
                "story": one.story.id,
                "url": one.story.lead.url,
                "score": one.score,
                "reasons": {reason.name: reason.value for reason in one.reasons},
            }
            for one in chosen
        ]

    def value(self) -> dict[str, Any]:
        """The record as JSON prints it."""
        return {
            "slot": self.slot,
            "status": self.status,
            "exit": self.exit,
            "rung": self.rung,
            "degraded": list(self.degraded),
            "funnel": self.funnel,
            "stages": [asdict(stage) for stage in self.stages],
            "chosen": self.chosen,
            "troubles": self.troubles,
        }

    def text(self) -> str:
        return json.dumps(self.value(), ensure_ascii=False)


def trouble(health: SourceHealth) -> str:
    """A line for a source that failed; empty for one that did not."""
    if health.fine:
        return ""
    return f"{health.source}: {health.state}: {health.message.removeprefix(f'{health.source}: ')}"


@dataclass(slots=True)
class Run:
    """What the run of one slot works with, from stage to stage."""

    slot: Slot
    now: datetime
    """The calendar of the run: that of its first start, where it was killed on the way."""
    settings: Settings
    store: Store
    fetcher: Fetcher
    engine: Engine
    sources: Sequence[Source]
    publishers: Sequence[Publisher]
    record: Record
    memory: Memory
    writing: Writing = field(default_factory=ByRule)
    embedder: Embedder | None = None
    """Says which titles mean the same; None where none is configured."""
    deadline: float = inf
    """When publishing begins, as `time.monotonic` counts; infinite for a run that is late anyway."""
    by_keeper: bool = False
    """The keeper started it, and tries the slot again if nothing is published now."""
    dry: bool = False
    """Everything but publishing."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def remaining_s(self) -> float:
        return self.deadline - monotonic()

    def wall(self, most_s: float, part: float) -> float:
        """Seconds for a piece of work: `part` of the time that remains, at most `most_s`."""
        return share_s(most_s, part, self.remaining_s)

    def stage(self, name: str, total: int) -> AbstractContextManager[Stage]:
        """A stage's numbers, timed and told to the meter; one that raises leaves no row."""
        return self.record.stage(name, total)

    def met(self, health: SourceHealth) -> None:
        """A source has answered, or failed."""
        self.record.meter.step(trouble(health))

    def kept(self, issue: Issue) -> Issue:
        """The slot's issue: this one, or that of another run where this one lost its lease on the way."""
        self.record.rung, self.record.degraded = issue.draft.rung, issue.draft.degraded
        self.record.troubles += self.writing.troubles()
        if self.dry:
            self.ended("dry")
            return issue
        issue = self.store.keep_issue(issue)
        self.ended("running")
        return issue

    def ended(self, status: RunStatus) -> None:
        """Keep the record, and how the run stands."""
        if status == "published":
            self.record.status = status
        self.store.keep_record(self.slot.key, self.record.text(), status)
