"""Which pages are one story, or never are, whatever their titles say: by the desk's word, or as releases of one repository."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepdaily.core.decisions import Desk, Pair
from deepdaily.core.urls import page_key

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
    """By place the place of the first page that the desk joins it with, in one or more steps; its own where there is none."""

    @classmethod
    def of(cls, urls: Sequence[str], desk: Desk) -> Bonds:
        """Pages that no decision names cost nothing."""
        named = {key for pair in desk.joined | desk.parted for key in pair}
        at = {key: place for place, url in enumerate(urls) if named and (key := page_key(url)) in named}
        family = _families(desk)
        home, first = list(range(len(urls))), dict[frozenset[str], int]()
        for key, place in at.items():
            home[place] = first.setdefault(family.get(key, frozenset((key,))), place)
        apart = [(at[left], at[right]) for left, right in _sorted(desk.parted) if left in at and right in at]
        return cls(urls, apart, home)

    def groups(self) -> list[set[int]]:
        """Every place once, pages joined at the desk together."""
        groups: dict[int, set[int]] = defaultdict(set)
        for place, first in enumerate(self.home):
            groups[first].add(place)
        return list(groups.values())

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
        if self.home[left] == self.home[right]:
            return "joined at the desk"
        name = repository(self.urls[left])
        return f"releases of {name}" if name and name == repository(self.urls[right]) else ""

    def kept_from(self, place: int) -> list[int]:
        """The pages that the desk parted it from."""
        return [b if a == place else a for a, b in self.apart if place in (a, b)]


def _sorted(pairs: frozenset[Pair]) -> list[list[str]]:
    """In an order that is always the same; a page and itself is no pair."""
    return sorted(sorted(pair) for pair in pairs if len(pair) == 2)


def _families(desk: Desk) -> dict[str, frozenset[str]]:
    """By page key all that it is joined with, in one or more steps; a step that would join what was parted is not taken."""
    family: dict[str, frozenset[str]] = {}
    for left, right in _sorted(desk.joined):
        ours, theirs = (family.get(key, frozenset((key,))) for key in (left, right))
        if not any(frozenset((a, b)) in desk.parted for a in ours for b in theirs):
            family |= dict.fromkeys(ours | theirs, ours | theirs)
    return family
