"""Seen before? Which thread? What an earlier issue told is not told again, unless something new happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from deepdaily.core.types import Appearance, Document, FollowUp, Issue, Item, Story, Watch
from deepdaily.core.urls import page_key
from deepdaily.memory.launches import launch, same_launch
from deepdaily.memory.threads import continues, says_something_new, subjects

NO_REPEAT_DAYS = 30
"""Within so many days a told story comes back only as a marked follow-up."""

STILL_WARM = timedelta(days=7)
"""A thread without an open question is worth recalling within so many days of its last report: the ladder's widest window."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """An earlier item that a day without enough news may bring back; `watch` is the question it left open, if any."""

    day: str
    item: Item
    watch: Watch | None = None


def without_repeats(stories: Sequence[Story], issues: Sequence[Issue], now: datetime) -> tuple[list[Story], dict[str, str]]:
    """The stories that may be told now, follow-ups with their whole thread and only their new documents.

    Args:
        issues: newest first, of at least NO_REPEAT_DAYS.

    Returns:
        the stories, in order; and by story id the day on which a left-out story was told.
    """
    recent = [issue for issue in issues if (now.date() - issue.slot.due.date()).days <= NO_REPEAT_DAYS]
    told = [(issue, item) for issue in reversed(recent) for item in issue.items if not is_recalled(item)]
    if not told:
        return list(stories), {}
    printed_pages = [{page_key(cited.url) for cited in item.sources} for _, item in told]
    points = subjects([*(item.name for _, item in told), *(story.lead.title for story in stories)])
    launches = [launch(item.name, item.sources[0].url if item.sources else "") for _, item in told]
    kept, repeats = [], {}
    for story, point in zip(stories, points[len(told) :], strict=True):
        pages = {page_key(url) for url in (*(one.url for one in story.documents), *(one.url for one in story.candidates))}
        mine = launch(story.lead.title, story.lead.url)
        hits = [
            (issue, item)
            for (issue, item), its_pages, other, known in zip(told, printed_pages, points, launches, strict=False)
            if pages & its_pages or continues(other, point) or same_launch(known, mine, late=_is_late(story, issue.draft.now))
        ]
        if not hits:
            kept.append(story)
            continue
        names = set[str]().union(*(_names(item) for _, item in hits))
        hits = [(issue, item) for issue, item in told if _names(item) & names]  # also steps this title is unlike
        printed = {page_key(cited.url) for _, item in hits for cited in item.sources}
        thread = _thread(hits)
        fresh = _news_since(story, hits[-1][0].draft.now, printed, [one.title for one in thread])
        if fresh:
            kept.append(replace(story, documents=fresh, thread=thread))
        else:
            repeats[story.id] = hits[-1][0].draft.slot.day
    return kept, repeats


def _is_late(story: Story, then: datetime) -> bool:
    """Whether all that tells the story was published by then."""
    return all(one.published_at is not None and one.published_at <= then for one in story.documents)


def _thread(hits: Sequence[tuple[Issue, Item]]) -> tuple[Appearance, ...]:
    """Every telling of the thread, oldest first, those that the hits themselves continue among them."""
    own = [Appearance(issue.day, item.story, item.name) for issue, item in hits]
    every = [*(earlier for _, item in hits for earlier in item.thread), *own]
    return tuple(sorted(dict.fromkeys(every), key=lambda one: one.day))


def _news_since(story: Story, then: datetime, printed: set[str], told: Sequence[str]) -> tuple[Document, ...]:
    """The story's documents of after `then` that report a step not told; an undated page is no news, nor is a late report."""
    return tuple(
        document
        for document in story.documents
        if page_key(document.url) not in printed
        and document.published_at is not None
        and document.published_at > then
        and says_something_new(document.title, told)
    )


# -- what may be brought back -----------------------------------------------------------------------------------------


def is_recalled(item: Item) -> bool:
    """Whether the item only brings an earlier one back: a follow-up leads with a new document, and so has a new name."""
    return bool(item.thread) and item.thread[-1].story == item.story


def latest_watches(issues: Sequence[Issue]) -> list[Watch]:
    """Every question of `issues` (newest first) as it last stood."""
    latest: dict[str, Watch] = {}
    for issue in issues:
        for watch in (*(one.watch for one in issue.closing.followed), *issue.closing.watchlist):
            latest.setdefault(watch.id, watch)
    return list(latest.values())


def unsettled(issues: Sequence[Issue]) -> list[Watch]:
    """The questions of `issues` (newest first) whose end no issue has told, the one that expires next first."""
    left = [one for one in latest_watches(issues) if not one.answered_by and one.closed_on is None]
    return sorted(left, key=lambda one: (one.expires_on, one.id))


def open_watches(issues: Sequence[Issue], today: date) -> list[Watch]:
    """Those of them that have not expired."""
    return [one for one in unsettled(issues) if one.expires_on >= today]


def recollections(issues: Sequence[Issue], today: date, most: int) -> list[Recollection]:
    """At most `most` earlier items worth bringing back: those with an open question, then threads told lately.

    What was brought back within NO_REPEAT_DAYS is not brought back again.
    """
    recent = [issue for issue in issues if (today - issue.slot.due.date()).days <= NO_REPEAT_DAYS]
    every = [(issue, item) for issue in recent for item in issue.items]
    spent = {item.story for _, item in every if is_recalled(item)}
    told = [Recollection(issue.day, item) for issue, item in every if not is_recalled(item)]
    asked = [
        replace(one, watch=watch)
        for watch in open_watches(recent, today)
        if (one := next((one for one in told if watch.story in _names(one.item)), None))
    ]
    threads = [one for one in told if one.item.thread and today - date.fromisoformat(one.day) <= STILL_WARM]
    found: list[Recollection] = []
    for one in [*asked, *threads]:
        if spent.isdisjoint(_names(one.item)):
            spent |= _names(one.item)
            found.append(one)
    return found[:most]


def still_asking(recalled: Sequence[Recollection], followed: Sequence[FollowUp]) -> tuple[Recollection, ...]:
    """Those without a question, or with one of which today brings nothing new."""
    moved = {one.watch.id for one in followed if one.state != "unchanged"}
    return tuple(one for one in recalled if one.watch is None or one.watch.id not in moved)


def _names(item: Item) -> set[str]:
    """The item's story and those it continues."""
    return {item.story, *(earlier.story for earlier in item.thread)}
