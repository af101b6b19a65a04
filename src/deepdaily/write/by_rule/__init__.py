"""The built-in writer: needs no key; tells what pages state by their form, quotes little, and judges only what that fills.

A translator, where there is one, puts what it quotes into the issue's language.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from deepdaily.core.decisions import Desk
from deepdaily.core.errors import ModelError
from deepdaily.core.types import (
    Claim,
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
from deepdaily.write.by_rule.brief import bounded, judged_item, titled, told_item, write_item
from deepdaily.write.by_rule.headline import byline, headline
from deepdaily.write.by_rule.translated import Translator, translated_by
from deepdaily.write.by_rule.trends import summary, tags, trends, watchlist


@dataclass(frozen=True, slots=True)
class ByRule:
    """The writing that is always there. But for a translator it takes no time worth a wall, and has nothing to report."""

    translator: Translator | None = None
    _troubles: list[Trouble] = field(default_factory=list, init=False, repr=False, compare=False)

    async def edit(
        self, stories: Sequence[Story], refused: Sequence[Story], slot: Slot, now: datetime, wall_s: float
    ) -> tuple[list[Decision], list[Finding]]:
        """Nothing: what rules can say of stories is said where they are grouped."""
        return [], []

    async def order(self, ranked: Sequence[Ranked], places: int, desk: Desk, wall_s: float) -> tuple[list[Ranked], list[Finding]]:
        """The ranking as it is."""
        return list(ranked), []

    async def write(
        self, draft: Draft, stories: Sequence[Story], advised: Collection[str], wall_s: float
    ) -> tuple[Draft, list[Finding]]:
        """The draft with a brief of each story: the first that say something whole, the others a line each, after them."""
        told = tuple(told_item(story, draft.language, by_topics=self.translator is None) for story in stories)
        draft, findings = await self._translated(replace(draft, items=told), wall_s)
        by_id, items, spent = {story.id: story for story in stories}, list[Item](), set(advised)
        named = [titled(item, by_id[item.story], draft.language) for item in draft.items]
        for item in bounded(named, draft.language, translated=self.translator is not None):
            items.append(judged_item(item, by_id[item.story], draft.language, spent, draft.slot.due.date()))
            spent.update(items[-1].judged())
        return replace(draft, items=tuple(items)), findings

    async def _translated(self, draft: Draft, wall_s: float) -> tuple[Draft, list[Finding]]:
        """The draft with what it quotes in its own language, as far as the translator tells it and the check lets it stand."""
        if self.translator is None or not draft.items:
            return draft, []
        try:
            return await translated_by(self.translator, draft, wall_s)
        except ModelError as error:
            self._troubles.append(Trouble("translator", error.advised))
            return draft, [Finding("translator", "note", f"quotations stay as they are: {error}")]

    async def look_over(self, draft: Draft, stories: Sequence[Story], wall_s: float) -> tuple[Draft, list[Finding]]:
        """The draft as it is."""
        return draft, []

    def headline(self, story: Story, language: Language, quoted: Collection[str]) -> Claim:
        """The source's own title, as `headline` of the house."""
        return headline(story, language, quoted)

    def byline(self, story: Story, used: Collection[str], language: Language) -> str:
        """Whose word it is, by the documents that are used."""
        return byline(story, used, language)

    def advice(self, story: Story, quotes: Sequence[str], language: Language, spent: Collection[str]) -> tuple[Claim, ...]:
        """What it would advise of the story and has not yet; mostly nothing."""
        given = (point for one in write_item(story, language, spent).sections if one.kind == "advice" for point in one.points)
        return tuple(given)

    def item(self, story: Story, language: Language, spent: Collection[str]) -> Item:
        """A brief of the story: its attributes in lines, and its own sentences where they stand alone."""
        return write_item(story, language, spent)

    async def close(
        self, draft: Draft, stories: Sequence[Story], asked: Sequence[Watch], wall_s: float
    ) -> tuple[Closing, list[Finding]]:
        """Relations between what the pages state, and the questions that a state leaves open."""
        left = {item.story: item for item in draft.items}
        told = [story for story in stories if story.id in left]
        items = [left[story.id] for story in told]
        questions = watchlist(told, items, draft.slot, draft.language, asked)
        return Closing(summary(items, draft.language), tags(items), trends(told, items, draft.language), questions), []

    async def translate(
        self, issue: Issue, language: Language, documents: Mapping[str, Document], earlier: Sequence[Issue], wall_s: float
    ) -> None:
        """Nothing: rules translate no sentence."""

    def troubles(self) -> list[Trouble]:
        """Why its translator told nothing; none without one."""
        return list(self._troubles)
