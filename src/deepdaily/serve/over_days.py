"""What the issues say together: a story told over days, a question followed up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from deepdaily.core.memory import latest_watches
from deepdaily.core.types import Issue, Item, Watch
from deepdaily.render.foreign import anchor

ISSUES_FOLLOWED = 60
"""How far back readers look: twice the days within which a story can be continued."""

WatchState = Literal["open", "moved", "expired"]


def told(story: str, issues: Sequence[Issue]) -> list[tuple[Issue, Item]]:
    """Every appearance of the story's thread in `issues`, both newest first; empty where nobody told it."""
    items = [(issue, item) for issue in reversed(issues) for item in issue.draft.items]
    of_thread = {anchor(story)}
    for _, item in items:  # oldest first: a follow-up names all that came before it
        names = {anchor(item.story), *(anchor(one.story) for one in item.thread)}
        of_thread |= names if names & of_thread else set()
    return [(issue, item) for issue, item in reversed(items) if anchor(item.story) in of_thread]


def followed(issues: Sequence[Issue]) -> list[str]:
    """The anchors of the stories that `issues` (the ISSUES_FOLLOWED newest) told: those that have a page. In order, each once."""
    return list(dict.fromkeys(anchor(item.story) for issue in issues for item in issue.draft.items))


def watched(issues: Sequence[Issue]) -> list[tuple[WatchState, Watch]]:
    """Every question of `issues` (newest first) as it last stood: open ones first, then those that moved, then expired."""
    today = issues[0].draft.slot.due.date() if issues else date.min
    states: tuple[WatchState, ...] = ("open", "moved", "expired")
    rows = [(_state(watch, today), watch) for watch in latest_watches(issues)]
    return sorted(rows, key=lambda row: (states.index(row[0]), row[1].expires_on, row[1].id))


def _state(watch: Watch, today: date) -> WatchState:
    if watch.answered_by:
        return "moved"
    return "expired" if watch.expires_on < today or watch.closed_on else "open"
