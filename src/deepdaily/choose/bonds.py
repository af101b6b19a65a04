"""Which pages are one story, or never are, whatever their titles say: by the desk's or a second reader's word, or as releases."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deepdaily.core.decisions import SECOND_READER, Desk, Pair, said_of
from deepdaily.core.urls import page_key

SAME = said_of("merge")

_RELEASE = re.compile(r"^https://github\.com/([^/]+/[^/]+)/releases/")


def repository(url: str) -> str:
    """`vllm-project/vllm` for the page of one of its releases; empty for any other page."""
    release = _RELEASE.match(url)
    return release.group(1) if release else ""


@dataclass(frozen=True, slots=True)
class Bonds:
    """What holds pages together or keeps them apart."""

    urls: Sequence[str]
    apart: Sequence[tuple[int, int]]
    """Places of pages that are never one story, also not through a third."""
    home: Sequence[int]
    """By place the place of the first page that it is joined with, in one or more steps; its own where there is none."""
    at_desk: Sequence[int]
    """The same by what an editor joined, without a second reader's word."""
    edited: frozenset[tuple[int, int]] = frozenset()
    """Those of `apart` that a second reader said."""

    @classmethod
    def of(cls, urls: Sequence[str], desk: Desk) -> Bonds:
        """Pages that no decision names cost nothing."""
        named = {key for pair in desk.joined | desk.parted for key in pair}
        at = {key: place for place, url in enumerate(urls) if named and (key := page_key(url)) in named}
        apart = {pair: (at[left], at[right]) for pair in desk.parted for left, right in _sorted([pair]) if pair <= at.keys()}
        home = _homes(desk.joined, desk.parted, at, len(urls))
        at_desk = _homes(desk.joined - desk.edited, desk.parted, at, len(urls)) if desk.edited else home
        edited = frozenset(places for pair, places in apart.items() if pair in desk.edited)
        return cls(urls, sorted(apart.values()), home, at_desk, edited)

    def joined(self, events: Iterable[Iterable[int]]) -> list[set[int]]:
        """The events, those with pages that are joined as one; a page stays behind that is kept apart from one of the others."""
        groups = [set(event) for event in events]
        families = defaultdict[int, set[int]](set)
        for place, first in enumerate(self.home):
            families[first].add(place)
        for family in (one for one in families.values() if len(one) > 1):
            whole = set(family)
            for event in (one for one in groups if one & family):
                for place in sorted(event - family):
                    if not any({place, other} == {*pair} for other in whole for pair in self.apart):
                        whole.add(place)
            groups = [*(left for one in groups if (left := one - whole)), whole]
        return groups

    def with_releases(self, events: Iterable[Iterable[int]]) -> list[set[int]]:
        """The events, those with releases of one repository as one: v2.1.36 and v2.1.37 are told together, as steps of a thread."""
        groups = {at: set(event) for at, event in enumerate(events)}
        home = {place: at for at, event in groups.items() for place in event}
        first: dict[str, int] = {}
        for place, url in enumerate(self.urls):
            if name := repository(url):
                self._unite(groups, home, first.setdefault(name, place), place)
        return list(groups.values())

    def _unite(self, groups: dict[int, set[int]], home: dict[int, int], left: int, right: int) -> None:
        """Put the groups of two places together, unless the desk keeps members of them apart."""
        ours, theirs = home[left], home[right]
        if ours == theirs or any({a, b} & groups[ours] and {a, b} & groups[theirs] for a, b in self.apart):
            return
        home.update(dict.fromkeys(groups[theirs], ours))
        groups[ours] |= groups.pop(theirs)

    def why(self, left: int, right: int) -> str:
        """What holds the two together; empty where nothing but their titles does."""
        if self.at_desk[left] == self.at_desk[right]:
            return "joined at the desk"
        if self.home[left] == self.home[right]:
            return SAME
        name = repository(self.urls[left])
        return f"releases of {name}" if name and name == repository(self.urls[right]) else ""

    def aside(self, place: int, group: Iterable[int]) -> str:
        """In words, from which page outside its group it was parted, and by whom; empty where from none."""
        pair = next((pair for pair in self.apart if place in pair and not {*pair} <= {*group}), None)
        if pair is None:
            return ""
        who = f"by the {SECOND_READER}" if pair in self.edited else "at the desk"
        return f"; kept apart {who} from {self.urls[pair[1] if pair[0] == place else pair[0]]}"


def _sorted(pairs: Iterable[Pair]) -> list[list[str]]:
    """In an order that is always the same; a page and itself is no pair."""
    return sorted(sorted(pair) for pair in pairs if len(pair) == 2)


def _homes(joined: frozenset[Pair], parted: frozenset[Pair], at: Mapping[str, int], places: int) -> list[int]:
    """By place the first place of its family; `at` is the place of each page key."""
    family = _families(joined, parted)
    home, first = list(range(places)), dict[frozenset[str], int]()
    for key, place in at.items():
        home[place] = first.setdefault(family.get(key, frozenset((key,))), place)
    return home


def _families(joined: frozenset[Pair], parted: frozenset[Pair]) -> dict[str, frozenset[str]]:
    """By page key all that it is joined with, in one or more steps; a step that would join what was parted is not taken."""
    family: dict[str, frozenset[str]] = {}
    for left, right in _sorted(joined):
        ours, theirs = (family.get(key, frozenset((key,))) for key in (left, right))
        if not any(frozenset((a, b)) in parted for a in ours for b in theirs):
            family |= dict.fromkeys(ours | theirs, ours | theirs)
    return family
