"""A model that writes: it orders the ranking again, tells the items, looks over them and ends the issue, over the rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from deepdaily.choose.second_opinion import second_opinion
from deepdaily.core.decisions import Desk
from deepdaily.core.errors import ModelError
from deepdaily.core.types import Closing, Draft, Finding, Item, Ranked, Story, Trouble, Watch
from deepdaily.models.asking import ModelWriter, within
from deepdaily.review.reviewers import looked_over
from deepdaily.write.by_model.ending import ending
from deepdaily.write.by_model.item import told_item
from deepdaily.write.by_rule import ByRule
from deepdaily.write.notice import without_model


@dataclass(frozen=True, slots=True)
class ByModel:
    """The rules write first; whatever the model delivers in time takes the place of what they wrote."""

    writer: ModelWriter
    rules: ByRule = field(default_factory=ByRule)

    async def order(self, ranked: Sequence[Ranked], places: int, desk: Desk, wall_s: float) -> tuple[list[Ranked], list[Finding]]:
        """The ranking with its best moved by the model's order."""
        writer = self.writer.for_stage(wall_s)
        (outcome,) = await within(inf, [second_opinion(ranked, places, writer, wall_s, desk)])
        if isinstance(outcome, ModelError | None):
            return list(ranked), [Finding("second opinion", "note", f"the code's order stands: {outcome}")]
        return outcome

    async def write(
        self, draft: Draft, stories: Sequence[Story], advised: Collection[str], wall_s: float
    ) -> tuple[Draft, list[Finding]]:
        """What no model told is said in `degraded`, and where that is every item in the notice: a reader sees that today quotes."""
        draft, _ = await self.rules.write(draft, stories, advised, wall_s)
        writer = self.writer.for_stage(wall_s)
        outcomes = await within(wall_s, [told_item(story, writer) for story in stories])
        told, findings, failed = dict[str, Item](), list[Finding](), 0
        for story, outcome in zip(stories, outcomes, strict=True):
            if isinstance(outcome, ModelError | None):
                failed += 1
                why = str(outcome) if outcome else "the time for writing was up"
                findings.append(Finding("models", "note", f"the built-in writer wrote it: {why}", story.id))
                continue
            findings += outcome.findings
            failed += outcome.item is None and bool(outcome.findings)  # too little of it stood; a short text has no findings
            if outcome.item is not None:
                told[story.id] = outcome.item
        draft = replace(draft, items=tuple(told.get(item.story, item) for item in draft.items))
        return without_model(draft, failed, len(stories)), findings

    async def look_over(self, draft: Draft, stories: Sequence[Story], wall_s: float) -> tuple[Draft, list[Finding]]:
        """Three reviewers, where there is something of a model's to look over."""
        if not any(item.writer for item in draft.items):
            return draft, []
        (outcome,) = await within(inf, [looked_over(draft, self.writer.for_stage(wall_s), wall_s)])
        if isinstance(outcome, ModelError | None):
            return draft, [Finding("models", "note", f"nobody reviewed: {outcome}")]
        return outcome

    async def close(
        self, draft: Draft, stories: Sequence[Story], asked: Sequence[Watch], wall_s: float
    ) -> tuple[Closing, list[Finding]]:
        """The trends and questions of the model where it gives any, else those by rule."""
        closing, _ = await self.rules.close(draft, stories, asked, wall_s)
        by_id = {story.id: story for story in stories}
        of_today = replace(draft, items=tuple(item for item in draft.items if item.story in by_id))
        if not draft.items:
            return closing, []
        told = [by_id[item.story] for item in of_today.items]
        (outcome,) = await within(wall_s, [ending(of_today, told, asked, self.writer.for_stage(wall_s))])
        if isinstance(outcome, ModelError | None):
            why = str(outcome) if outcome else "the time was up"
            return closing, [Finding("models", "note", f"trends and questions are by rule: {why}")]
        trends, watches, findings = outcome
        return replace(closing, trends=trends or closing.trends, watchlist=watches or closing.watchlist), findings

    def troubles(self) -> list[Trouble]:
        """What the ladder of models noted."""
        return self.writer.troubles()
