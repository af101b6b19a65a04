"""What the issues say together: a story told over days, a question followed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from deepdaily.core.types import FollowUp, Issue, Item, Watch
from deepdaily.memory.repeats import latest_watches
from deepdaily.render.foreign import anchor
from deepdaily.render.notes import notes_of
from deepdaily.words import of

ISSUES_FOLLOWED = 60
"""How far back readers look: twice the days within which a story can be continued."""

WatchState = Literal["open", "moved", "answered", "closed", "expired"]
"""In the order they are shown; `moved` is open still: there was news of it, but no answer."""

FACTS_SHOWN = 6
"""New facts that one appearance of a story lists: its first section or two; the day's page has them all."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One appearance of a story, with what was new in it. Foreign text, unescaped."""

    day: str
    title: str
    anchor: str
    byline: str
    language: str
    facts: Sequence[tuple[str, int]]
    """Each with the number of the note that shows its passage."""


def told(story: str, issues: Sequence[Issue]) -> list[tuple[Issue, Item]]:
    """Every appearance of the story's thread in `issues`, both newest first; empty where nobody told it."""
    items = [(issue, item) for issue in reversed(issues) for item in issue.items]
    of_thread = {anchor(story)}
    for _, item in items:  # oldest first: a follow-up names all that came before it
        names = {anchor(item.story), *(anchor(one.story) for one in item.thread)}
        of_thread |= names if names & of_thread else set()
    return [(issue, item) for issue, item in reversed(items) if anchor(item.story) in of_thread]


def timeline(story: str, issues: Sequence[Issue]) -> list[Chapter]:
    """Every appearance of the story, newest first, each with the facts that no earlier one gave."""
    known: set[str] = set()
    found = []
    for issue, item in reversed(told(story, issues)):
        found.append(_appearance(issue, item, known))
        known |= {claim.text for claim in item.claims()}
    return found[::-1]


def _appearance(issue: Issue, item: Item, known: set[str]) -> Chapter:
    day, notes = issue.day, notes_of(issue)
    news = [claim for claim in item.claims()[1:] if claim.evidence and claim.text not in known][:FACTS_SHOWN]
    facts = [(claim.text, notes[claim.evidence[0]].number) for claim in news]
    language = of(issue.draft.language).tag
    return Chapter(day, item.title.text or day, anchor(item.story), item.byline, language, facts)


def watched(issues: Sequence[Issue], today: date | None = None) -> list[tuple[WatchState, Watch, FollowUp | None]]:
    """Every question of `issues` (newest first) as it stands today, with the last that is known of it: open ones first.

    Without `today` as they stood on the day of the newest issue.
    """
    today = today or (issues[0].draft.slot.due.date() if issues else date.min)
    rows = [(*_state(watch, issues, today), watch) for watch in latest_watches(issues)]
    rows.sort(key=lambda row: (get_args(WatchState).index(row[0]), row[2].expires_on, row[2].id))
    return [(state, watch, known) for state, known, watch in rows]


def _state(watch: Watch, issues: Sequence[Issue], today: date) -> tuple[WatchState, FollowUp | None]:
    """Its state and the follow-up that tells what is known. A question asked anew begins anew."""
    told = [one for issue in issues for one in issue.closing.followed if one.watch.id == watch.id]
    told = [one for one in told if one.watch.opened_on == watch.opened_on]
    known = next((one for one in told if one.proof), None)
    if watch.answered_by:
        return "answered", known
    if watch.closed_on:
        return "closed" if told and told[0].state == "closed" else "expired", known
    if watch.expires_on < today:
        return "expired", known
    return "moved" if known else "open", known
