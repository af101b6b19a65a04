"""The built-in writer: needs no key; quotes the sources sentence by sentence, and advises, sums up and asks by rule."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from deepdaily.core.decisions import Desk
from deepdaily.core.types import Closing, Draft, Finding, Item, Ranked, Story, Trouble, Watch
from deepdaily.write.by_rule.brief import write_item
from deepdaily.write.by_rule.trends import summary, tags, trends, watchlist


class ByRule:
    """The writing that is always there. It takes no time worth a wall, and has nothing to report."""

    async def order(self, ranked: Sequence[Ranked], places: int, desk: Desk, wall_s: float) -> tuple[list[Ranked], list[Finding]]:
        """The ranking as it is."""
        return list(ranked), []

    async def write(
        self, draft: Draft, stories: Sequence[Story], advised: Collection[str], wall_s: float
    ) -> tuple[Draft, list[Finding]]:
        """The draft with a brief of the sources' own sentences for each story."""
        items, spent = list[Item](), set(advised)
        for story in stories:
            items.append(write_item(story, draft.language, spent))
            spent.update(items[-1].advice())
        return replace(draft, items=tuple(items)), []

    async def look_over(self, draft: Draft, stories: Sequence[Story], wall_s: float) -> tuple[Draft, list[Finding]]:
        """The draft as it is."""
        return draft, []

    async def close(
        self, draft: Draft, stories: Sequence[Story], asked: Sequence[Watch], wall_s: float
    ) -> tuple[Closing, list[Finding]]:
        """What the items share and leave open, read off their printed sentences."""
        left = {item.story: item for item in draft.items}
        told = [story for story in stories if story.id in left]
        items = [left[story.id] for story in told]
        questions = watchlist(told, items, draft.slot, draft.language, asked)
        return Closing(summary(items), tags(items), trends(items, draft.language), questions), []

    def troubles(self) -> list[Trouble]:
        """None."""
        return []
