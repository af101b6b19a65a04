"""What one run works with, and its record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from math import inf
from time import monotonic
from typing import Any, Protocol

from deepdaily.core.types import Ranked, SourceHealth
from deepdaily.engine import Engine
from deepdaily.models.asking import ModelWriter
from deepdaily.models.embedding import Embedder
from deepdaily.publish import Publisher
from deepdaily.read.fetch import Fetcher
from deepdaily.settings import Settings
from deepdaily.sources import Source
from deepdaily.store import RunStatus, Store


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
    def exit(self) -> int:
        """0 published, 10 published but degraded, 30 nothing published."""
        return 30 if self.status == "failed" else 10 if self.degraded or self.troubles else 0

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
    if health.state in ("ok", "empty", "no-key"):
        return ""
    return f"{health.source}: {health.state}: {health.message.removeprefix(f'{health.source}: ')}"


@dataclass(frozen=True, slots=True)
class House:
    """What a run works with; the command line puts it together."""

    settings: Settings
    store: Store
    fetcher: Fetcher
    engine: Engine
    sources: Sequence[Source]
    publishers: Sequence[Publisher]
    meter: Meter
    writer: ModelWriter | None = None
    """The model writer; None where no model is configured."""
    deadline: float = inf
    """When publishing begins, as `time.monotonic` counts; infinite for a run that is late anyway."""

    again: bool = False
    """Whether this slot is tried again if nothing is published now."""

    embedder: Embedder | None = None
    """Says which titles mean the same; None where none is configured."""

    @property
    def remaining_s(self) -> float:
        return self.deadline - monotonic()
