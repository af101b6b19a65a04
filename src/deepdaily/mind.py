"""A model that writes: it reads the stories, orders them, tells the items, looks over them and ends the issue, over the rules."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf

from deepdaily.choose.rank import SECOND_OPINION
from deepdaily.choose.second_opinion import second_opinion
from deepdaily.choose.second_reader import read_over
from deepdaily.core.decisions import SECOND_READER, Desk
from deepdaily.core.errors import ModelError
from deepdaily.core.types import (
    Closing,
    Decision,
    Document,
    Draft,
    Finding,
    Issue,
    Item,
    Language,
    Ranked,
    Slot,
    Story,
    Trouble,
    Watch,
)
from deepdaily.models.asking import ModelWriter, within
from deepdaily.models.pace import loop_s
from deepdaily.review.mending import mended, to_mend, told_by_model
from deepdaily.review.reviewers import looked_over
from deepdaily.write import Translated
from deepdaily.write.by_model.ending import ending
from deepdaily.write.by_model.facts import Checked
from deepdaily.write.by_model.item import ToldItem, begun_item, enough, gist, judged_item
from deepdaily.write.by_model.revision import Revised, revised
from deepdaily.write.by_rule import ByRule
from deepdaily.write.notice import without_model
from deepdaily.write.translation import translated

FACTS_PART = 0.5
"""Of the time for writing, in which a judgement waits for the facts of the other stories: then it does without the late ones."""

LAST_PART = 0.98
"""Of the time for writing, until a judgement must be there: without one the facts are printed alone."""

READ_PART = 0.6
"""Of the time for the review until the readers are done; the rest is for the revision."""


def _signed(item: Item, model: str) -> Item:
    """The item with the model that mended it among its writers; what the built-in writer wrote instead has none."""
    names = [*item.writer.split(", "), model] if item.writer else []
    return replace(item, writer=", ".join(dict.fromkeys(filter(None, names))))


@dataclass(frozen=True, slots=True)
class ByModel:
    """The model writes; what it does not deliver in time the rules do."""

    writer: ModelWriter
    rules: ByRule = field(default_factory=ByRule)

    async def edit(
        self, stories: Sequence[Story], refused: Sequence[Story], slot: Slot, now: datetime, wall_s: float
    ) -> tuple[list[Decision], list[Finding]]:
        """What the model holds for wrong."""
        if not (stories or refused):
            return [], []
        (outcome,) = await within(wall_s, [read_over(stories, refused, self.writer.for_stage(wall_s), slot, now)])
        if isinstance(outcome, ModelError | None):
            return [], [Finding(SECOND_READER, "note", f"the stories stand as code made them: {outcome or 'the time was up'}")]
        return outcome, []

    async def order(self, ranked: Sequence[Ranked], places: int, desk: Desk, wall_s: float) -> tuple[list[Ranked], list[Finding]]:
        """The ranking with its best moved by the model's order."""
        writer = self.writer.for_stage(wall_s)
        (outcome,) = await within(inf, [second_opinion(ranked, places, writer, wall_s, desk)])
        if isinstance(outcome, ModelError | None):
            return list(ranked), [Finding(SECOND_OPINION, "note", f"the code's order stands: {outcome}")]
        return outcome

    async def write(
        self, draft: Draft, stories: Sequence[Story], advised: Collection[str], wall_s: float
    ) -> tuple[Draft, list[Finding]]:
        """What no model told is said in `degraded`, and where that is every item in the notice: a reader sees that today quotes."""
        started = loop_s()
        told, findings, failed = dict[str, Item](), list[Finding](), 0
        for story, outcome in zip(stories, await self._told(stories, wall_s), strict=True):
            if isinstance(outcome, ModelError | None):
                failed += 1
                why = str(outcome) if outcome else "the time for writing was up"
                findings.append(Finding("models", "note", f"the built-in writer wrote it: {why}", story.id))
                continue
            findings += outcome.findings
            failed += outcome.item is None and bool(outcome.findings)  # too little of it stood; a short text has no findings
            if outcome.item is not None:
                told[story.id] = outcome.item
        left = [story for story in stories if story.id not in told]
        advised = {*advised, *(text for item in told.values() for text in item.advice())}
        draft, notes = await self.rules.write(draft, left, advised, max(0.0, started + wall_s - loop_s()))
        by_id = {item.story: item for item in draft.items} | told
        items = sorted((by_id[story.id] for story in stories), key=lambda item: item.short)  # what is a line stands behind the rest
        return without_model(replace(draft, items=tuple(items)), failed, len(stories)), findings + notes

    async def _told(self, stories: Sequence[Story], wall_s: float) -> list[ToldItem | ModelError | None]:
        """Each story's item, in order: its facts, and when all have theirs its judgement beside the gist of the others."""
        writer, started = self.writer.for_stage(wall_s), loop_s()
        gists, left, all_begun = dict[str, str](), [story.id for story in stories], asyncio.Event()

        async def begun(story: Story) -> Checked | ToldItem:
            try:
                found = await begun_item(story, writer)
                if isinstance(found, Checked) and enough(found):
                    gists[story.id] = gist(story, found, writer)
                return found
            finally:
                left.remove(story.id)
                if not left:
                    all_begun.set()

        async def told(story: Story) -> ToldItem:
            found = await begun(story)
            if isinstance(found, ToldItem):
                return found
            with suppress(TimeoutError):
                async with asyncio.timeout_at(started + FACTS_PART * wall_s):
                    await all_begun.wait()
            others = [gists[one.id] for one in stories if one.id in gists and one.id != story.id]
            return await judged_item(story, found, writer, others, started + LAST_PART * wall_s)

        return await within(wall_s, [told(story) for story in stories])

    async def look_over(self, draft: Draft, stories: Sequence[Story], wall_s: float) -> tuple[Draft, list[Finding]]:
        """Two reviewers read what a model told, what they remark is written again once, and what nobody could mend goes."""
        by_id = {story.id: story for story in stories}
        if not told_by_model(draft, by_id):
            return draft, []
        reviewer = self.writer.given("reviewer").for_stage(wall_s)
        (read,) = await within(inf, [looked_over(draft, by_id, reviewer, READ_PART * wall_s)])
        if isinstance(read, ModelError | None):
            return draft, [Finding("models", "note", f"nobody reviewed: {read}")]
        remarks, notes = read
        asked = to_mend(draft, remarks, by_id)
        (revision,) = await within(max(0.0, reviewer.ends_at - loop_s()), [revised(draft, by_id, asked, reviewer)])
        if isinstance(revision, ModelError | None):
            why = f"it was not written again: {revision or 'the time was up'}"
            revision = Revised(dict.fromkeys(asked, why), {})
        left = mended(draft, remarks, revision.lines, by_id, self.rules)
        signed = [_signed(item, revision.models.get(number, "")) for number, item in enumerate(left.draft.items, 1)]
        draft = without_model(replace(left.draft, items=tuple(signed)), left.swapped, len(stories))
        return draft, [*notes, *left.findings]

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
        lead, trends, watches, findings = outcome
        of_model = replace(closing, trends=trends or closing.trends, watchlist=watches or closing.watchlist)
        return replace(of_model, summary=lead or closing.summary), findings

    async def translate(
        self, issue: Issue, language: Language, documents: Mapping[str, Document], earlier: Sequence[Issue], wall_s: float
    ) -> Translated:
        """The issue as the model tells it in that language, which may be little of it."""
        writer = self.writer.speaking(language).for_stage(wall_s)
        (outcome,) = await within(inf, [translated(issue, documents, earlier, writer, wall_s)])
        if isinstance(outcome, ModelError | None):
            raise outcome or ModelError("the time was up")
        return outcome

    def troubles(self) -> list[Trouble]:
        """What the ladder of models noted, and the translator of what none told."""
        return [*self.writer.troubles(), *self.rules.troubles()]
