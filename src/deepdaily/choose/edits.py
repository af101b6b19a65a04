"""What of a second reader's word is acted on: code sees a reason for it, no editor says otherwise, and there is little of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from deepdaily.choose import same_event
from deepdaily.choose.group import Grouping
from deepdaily.choose.leads import EVENT_S, LOOKED_AT, figures
from deepdaily.choose.rank import pinned
from deepdaily.choose.traits import EDITION_RARITY, Traits
from deepdaily.core.decisions import EDITS, SECOND_READER, Desk, Pair, said_of, word
from deepdaily.core.types import Decision, DecisionKind, Document, Finding, Story
from deepdaily.core.urls import page_key
from deepdaily.memory.threads import MAKERS, names_it

REFUSALS: tuple[DecisionKind, ...] = ("off_topic", "advertising")

MOST: Mapping[tuple[DecisionKind, ...], int] = {("merge",): 6, ("split",): 6, REFUSALS: 4, ("ours",): 3}
"""Kinds of edits, and how many of them one slot takes."""

TELLING, LEAST_TELLING = EDITION_RARITY - 0.5, 2
"""Rarity of a term, as of one title in 250, and how many such terms in both titles are a bond where no name is: one alone may be a
word of the field."""

LEAST_FIGURES = 3
"""Figures with a unit that are a bond where both texts have them: two are often percentages."""


@dataclass(frozen=True, slots=True)
class Unedited:
    """The stories of a slot before a second reader's word, and what that is held against."""

    grouping: Grouping
    stories: Sequence[Story]
    """That can be told, each with the candidate of its lead first."""
    refused: Sequence[Story]
    """That the gate refused, and that are whole, new and of no banned page."""
    places: int
    """Of the issue: no fewer stories are left."""
    desk: Desk
    """What editors decided."""
    taken_back: Collection[Decision] = ()
    """What a second reader said of this slot, and an editor took back."""


def bounded(said: Sequence[Decision], day: Unedited) -> tuple[list[Decision], list[Finding]]:
    """Those of the decisions that are acted on, in order, each word once; and a note for each reason why others are not."""
    taken: dict[tuple[DecisionKind, Pair], Decision] = {}
    left_out: dict[tuple[DecisionKind, str], list[Decision]] = defaultdict(list)
    merged = _Merged(day)
    for one in said:
        if word(one) in taken:
            continue
        why = _too_many(one, list(taken.values()), day) or _OF[one.kind](one, day, merged)
        if why:
            left_out[one.kind, why].append(one)
            continue
        taken[word(one)] = one
        if one.kind == "merge":
            merged.take(one)
    notes = [
        Finding(SECOND_READER, "note", f"{EDITS[kind]}: {_named(found)}: not acted on: {why}")
        for (kind, why), found in left_out.items()
    ]
    return list(taken.values()), notes


def desk_with(edits: Sequence[Decision], day: Unedited) -> Desk:
    """What editors decided, and the second reader's edits with it.

    A stranger is kept from every page of its story that is none: what told the story stays together.
    """
    joined = frozenset(frozenset((page_key(one.subject), page_key(one.other))) for one in edits if one.kind == "merge")
    strangers = {page_key(one.subject) for one in edits if one.kind == "split"}
    parted = set[Pair]()
    for story in day.stories:
        keys = {page_key(one.url) for one in story.candidates}
        parted |= {frozenset((one, other)) for one in keys & strangers for other in keys - strangers}
    return replace(
        day.desk,
        joined=day.desk.joined | joined,
        parted=day.desk.parted | parted,
        edited=(joined | parted) - day.desk.joined - day.desk.parted,
        refused=frozenset((page_key(one.subject), said_of(one.kind)) for one in edits if one.kind in REFUSALS),
        admitted=frozenset(page_key(one.subject) for one in edits if one.kind == "ours"),
    )


def _named(found: Sequence[Decision]) -> str:
    first = " and ".join(filter(None, (found[0].subject, found[0].other)))
    return first if len(found) == 1 else f"{first} and {len(found) - 1} more"


def _too_many(one: Decision, taken: Sequence[Decision], day: Unedited) -> str:
    if word(one) in {word(other) for other in day.taken_back}:
        return "an editor took it back"
    kinds, most = next((kinds, most) for kinds, most in MOST.items() if one.kind in kinds)
    if sum(other.kind in kinds for other in taken) >= most:
        return f"at most {most} of a day"
    fewer = ("merge", *REFUSALS)
    if one.kind in fewer and len(day.stories) - sum(other.kind in fewer for other in taken) <= day.places:
        return f"fewer than {day.places} stories would be left"
    return ""


# -- one event --------------------------------------------------------------------------------------------------------


class _Merged:
    """Stories by page, and which of them were put together."""

    def __init__(self, day: Unedited) -> None:
        self.of = {page_key(one.url): story for story in day.stories for one in story.candidates}
        self.places = {one.url: at for at, one in enumerate(day.grouping.candidates)}
        self._together = {story.id: [story] for story in day.stories}

    def together(self, story: Story) -> Sequence[Story]:
        """The story, and those that were put together with it."""
        return self._together[story.id]

    def take(self, one: Decision) -> None:
        """Put the stories of both pages together."""
        left, right = self.of[page_key(one.subject)], self.of[page_key(one.other)]
        whole = [*self._together[left.id], *self._together[right.id]]
        self._together |= {story.id: whole for story in whole}


def _why_two(one: Decision, day: Unedited, merged: _Merged) -> str:
    left, right = (merged.of.get(page_key(url)) for url in (one.subject, one.other))
    if left is None or right is None:
        return "no story of today"
    ours, theirs = merged.together(left), merged.together(right)
    if right in ours:
        return "they are one story already"
    if _kept_apart(ours, theirs, day.desk):
        return "an editor keeps them apart"
    traits = {story.id: day.grouping.traits[merged.places[story.candidates[0].url]] for story in (*ours, *theirs)}
    pairs = ((traits[a.id], traits[b.id]) for a in ours for b in theirs)
    if why := next(filter(None, (same_event.why_apart(a, b) for a, b in pairs)), ""):
        return why
    return _why_strangers(traits[left.id], traits[right.id], left.lead, right.lead)


def _kept_apart(ours: Sequence[Story], theirs: Sequence[Story], desk: Desk) -> bool:
    mine, others = ({page_key(one.url) for story in stories for one in story.candidates} for stories in (ours, theirs))
    return any(pair & mine and pair & others for pair in desk.parted)


def _why_strangers(left: Traits, right: Traits, ours: Document, theirs: Document) -> str:
    """Why code sees no one event in two leads; empty where they are of the same days and name one thing."""
    if left.published_at and right.published_at and abs((left.published_at - right.published_at).total_seconds()) > EVENT_S:
        return "they are of different days"
    bond = _one_title(left, right) or _names_the_other(left, theirs) or _names_the_other(right, ours)
    return "" if bond or len(figures(ours) & figures(theirs)) >= LEAST_FIGURES else "they name nothing in common"


def _one_title(left: Traits, right: Traits) -> bool:
    """Whether both titles have a name but a maker's, one version of one thing, or terms that hardly any title has."""
    if _names(left) & _names(right):
        return True
    common = left.terms.keys() & right.terms.keys() - MAKERS
    return sum(min(left.terms[term], right.terms[term]) >= TELLING for term in common) >= LEAST_TELLING


def _names(one: Traits) -> frozenset[str]:
    editions = frozenset(f"{product} {version}" for product, versions in one.editions.items() for version in versions)
    return (one.subjects - MAKERS) | editions


def _names_the_other(one: Traits, text: Document) -> bool:
    return any(names_it(text.text[:LOOKED_AT], name) for name in _names(one))


# -- the others -------------------------------------------------------------------------------------------------------


def _why_no_stranger(one: Decision, day: Unedited, merged: _Merged) -> str:
    story = merged.of.get(page_key(one.subject))
    if story is None or story is not merged.of.get(page_key(one.other)):
        return "no page of the story"
    lead, bonds = story.candidates[0], day.grouping.bonds
    if page_key(one.subject) == page_key(lead.url):
        return "it leads the story"
    stranger = next(page for page in story.candidates if page_key(page.url) == page_key(one.subject))
    held = bonds.home[merged.places[stranger.url]] == bonds.home[merged.places[lead.url]]
    return "an editor joined them" if held else ""


def _why_told(one: Decision, day: Unedited, merged: _Merged) -> str:
    story = next((story for story in day.stories if page_key(story.lead.url) == page_key(one.subject)), None)
    if story is None:
        return "no story of today"
    return "an editor pinned it" if pinned(story, day.desk) else ""


def _why_kept_out(one: Decision, day: Unedited, merged: _Merged) -> str:
    known = any(page_key(story.lead.url) == page_key(one.subject) for story in day.refused)
    return "" if known else "only what is whole, new, not banned and no round-up can be told"


_OF: Mapping[DecisionKind, Callable[[Decision, Unedited, _Merged], str]] = {
    "merge": _why_two,
    "split": _why_no_stranger,
    "off_topic": _why_told,
    "advertising": _why_told,
    "ours": _why_kept_out,
}
"""By kind why a decision is not acted on; empty where it is."""
