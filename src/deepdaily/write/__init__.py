"""Chosen stories to a draft, and after review its closing: by rule, or by a model over the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from deepdaily.core.decisions import Desk
from deepdaily.core.types import (
    Closing,
    Decision,
    Document,
    Draft,
    Finding,
    Issue,
    Language,
    Ranked,
    Rung,
    Slot,
    SourceHealth,
    Story,
    Trouble,
    Watch,
)
from deepdaily.settings import Digest
from deepdaily.write.notice import notice_of

Findings = list[Finding]


@dataclass(frozen=True, slots=True)
class Translated:
    """An issue's draft and closing in another language, without what could not be told, and every cut as a finding."""

    draft: Draft
    closing: Closing
    findings: tuple[Finding, ...]


class Writing(Protocol):
    """Whoever reads the stories and their ranking again, writes the items, looks over them and ends the issue.

    Each step returns with what it has when its wall (seconds) is reached; what it could not do is a finding, and stays as
    the rules made it.
    """

    async def edit(
        self, stories: Sequence[Story], refused: Sequence[Story], slot: Slot, now: datetime, wall_s: float
    ) -> tuple[list[Decision], Findings]:
        """What is wrong with the slot's stories, and with what the gate refused, as decisions that are proposed.

        Both best first, each story with the candidate of its lead first.
        """
        ...

    async def order(self, ranked: Sequence[Ranked], places: int, desk: Desk, wall_s: float) -> tuple[list[Ranked], Findings]:
        """The ranking, best first; `places` is what the issue has."""
        ...

    async def write(
        self, draft: Draft, stories: Sequence[Story], advised: Collection[str], wall_s: float
    ) -> tuple[Draft, Findings]:
        """The draft with an item for each story, in their order; advice that is in `advised` is not given again."""
        ...

    async def look_over(self, draft: Draft, stories: Sequence[Story], wall_s: float) -> tuple[Draft, Findings]:
        """The draft as reviewers leave it; `stories` are those it was written from."""
        ...

    async def close(
        self, draft: Draft, stories: Sequence[Story], asked: Sequence[Watch], wall_s: float
    ) -> tuple[Closing, Findings]:
        """Summary, tags, trends and questions of the items that tell one of `stories`; none asks what was `asked`."""
        ...

    async def translate(
        self, issue: Issue, language: Language, documents: Mapping[str, Document], earlier: Sequence[Issue], wall_s: float
    ) -> Translated | None:
        """The issue in another language; None where there is nobody to tell it.

        Args:
            documents: what its facts rest on, by id.
            earlier: issues in that language, newest first: stories and questions keep the names they have there.

        Raises:
            ModelError: a fault of ours was in the way.
        """
        ...

    def troubles(self) -> list[Trouble]:
        """What the run's record should know of the models, a line each."""
        ...


def begun(slot: Slot, now: datetime, rung: Rung, digest: Digest, health: Sequence[SourceHealth]) -> Draft:
    """A draft without items: its title, and the notice on top."""
    notice, degraded = notice_of(health, rung, digest.language)
    title = digest.title.format(date=slot.day)
    return Draft(slot, now, rung, digest.language, title, notice=notice, degraded=degraded)
