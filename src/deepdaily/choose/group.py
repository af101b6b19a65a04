"""Candidates to stories: average link over the chances that two tell one event, within what `bonds` says.

Each merge can say why.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice

from deepdaily.choose import same_event
from deepdaily.choose.bonds import SAME, Bonds
from deepdaily.choose.leads import lead_order
from deepdaily.choose.meaning import NOT_EMBEDDED, Embedded, meaning
from deepdaily.choose.meaning import pairs as pairs_by_meaning
from deepdaily.choose.same_event import Weights
from deepdaily.choose.traits import Traits, traits_of
from deepdaily.core.decisions import NO_DESK, Desk
from deepdaily.core.text import squeeze
from deepdaily.core.types import Candidate, Document, Story, Structure

SAME_EVENT = 0.15
"""Mean chance above which two groups tell one event. The chances are low, as editors' lists leave many true pairs
out; docs/ranking.md has what it gives."""

STRONG = 0.35
"""Chance above which a report is counted and quoted beside the lead."""

SOME_CHANCE = 0.03
"""A smaller chance counts as none."""

SOME_ODDS = math.log(SOME_CHANCE / (1 - SOME_CHANCE)) - 1e-9
"""Log-odds no larger than those of SOME_CHANCE."""

EVENT_DAYS = 3
"""Reports of one event appear within so many days; like titles farther apart are two steps of a thread."""

_LATIN_WORD = re.compile("[a-z0-9]+")

TERMS_TOLD = 3
"""Shared terms named as the reason of a merge: the first three carry most of a likeness."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """The candidates of a day, ready to be put into groups that tell one story each."""

    candidates: Sequence[Candidate]
    traits: Sequence[Traits]
    """Of the candidates, in their order."""
    bonds: Bonds
    meant: Mapping[int, Sequence[float]]
    """By place the embedding of the title, where there is one."""
    weights: Weights
    """Of the signs of one event."""

    @classmethod
    def of(
        cls,
        candidates: Sequence[Candidate],
        desk: Desk = NO_DESK,
        embedded: Embedded = NOT_EMBEDDED,
        documents: Mapping[str, Document] | None = None,
        structures: Mapping[str, Structure] | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> Grouping:
        """Without more, by titles alone.

        Args:
            documents: by candidate URL, of those that were read.
            structures: by document id, their links.
            weights: None for those that are shipped.
        """
        urls = [one.url for one in candidates]
        meant = {at: embedded[url] for at, url in enumerate(urls) if url in embedded}
        traits = traits_of(candidates, documents or {}, structures or {})
        return cls(candidates, traits, Bonds.of(urls, desk), meant, Weights.of(weights or same_event.weights()))

    def under(self, desk: Desk) -> Grouping:
        """The same candidates, held together and kept apart as `desk` says."""
        return replace(self, bonds=Bonds.of([one.url for one in self.candidates], desk))

    def events(self) -> list[list[int]]:
        """The place of every candidate once, those that tell one event together, the groups in the order of their first members."""
        links: list[dict[int, float]] = [{} for _ in self.candidates]
        apart = list(self.bonds.apart)
        for left, right in self._pairs():
            if same_event.why_apart(self.traits[left], self.traits[right]):
                apart.append((left, right))
            elif (likely := self._likely(left, right, SOME_ODDS)) >= SOME_CHANCE:
                links[left][right] = links[right][left] = likely
        merged = _average_link(links, apart)
        return sorted(sorted(group) for group in self.bonds.joined(merged))

    def groups(self) -> list[list[int]]:
        """The events, those that are releases of one repository put together."""
        return sorted(sorted(group) for group in self.bonds.with_releases(self.events()))

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Every pair of places that may tell one event, once."""
        by_meaning = pairs_by_meaning(self.meant) if self.meant else {}
        for pair in same_event.pairs(self.traits):
            by_meaning.pop(pair, None)
            yield pair
        yield from by_meaning

    def stories(self, documents: Mapping[str, Document]) -> list[Grouped]:
        """The groups of which at least one candidate has a document (by candidate URL)."""
        found = []
        for group in self.groups():
            read = {at: documents[url] for at in group if (url := self.candidates[at].url) in documents}
            if read:
                ordered = sorted(read, key=lambda at: lead_order(read[at])) if len(read) > 1 else list(read)
                told = self._told(ordered, read)
                story = Story(story_id(told[0]), tuple(self.candidates[at] for at in group), told)
                found.append(Grouped(story, self._why_merged(ordered, group)))
        return found

    def _told(self, ordered: Sequence[int], read: Mapping[int, Document]) -> tuple[Document, ...]:
        """The lead and the reports that are like it or a page joined with it: an average link may chain two events through a third.

        A mirror's same words are no second report.
        """
        first, *others = ordered
        lead = read[first]
        if not others:
            return (lead,)
        kept = {_body(lead): lead}
        heads = [first, *(at for at in others if self.bonds.home[at] == self.bonds.home[first])]
        for at in others:
            near = any(self.alike(head, at) >= STRONG and _days_apart(read[head], read[at]) <= EVENT_DAYS for head in heads)
            if near or self.bonds.why(first, at):
                kept.setdefault(_body(read[at]), read[at])
        return tuple(kept.values())

    def alike(self, left: int, right: int) -> float:
        """The chance that two candidates tell one event, 0 to 1; 0 where they share nothing or can never tell one."""
        return 0.0 if same_event.why_apart(self.traits[left], self.traits[right]) else self._likely(left, right)

    def _likely(self, left: int, right: int, least: float = -math.inf) -> float:
        """The chance by what the two show; 0 where they show nothing, or log-odds that are surely less than `least`."""
        return self.weights.chance(self.traits[left], self.traits[right], self._meant(left, right), least)

    def _meant(self, left: int, right: int) -> float:
        return meaning(self.meant.get(left), self.meant.get(right)) if self.meant else 0.0

    def _why_merged(self, ordered: Sequence[int], group: Sequence[int]) -> dict[str, str]:
        """By URL of each read page but the lead, in words, why it is in the group."""
        first, *others = ordered
        return {self.candidates[at].url: self._why(at, first, group) for at in others}

    def _why(self, at: int, first: int, group: Sequence[int]) -> str:
        lead = self.candidates[first].url
        aside = self.bonds.aside(at, group)
        bond = self.bonds.why(at, first)
        if bond == SAME:
            return f"{bond} as {lead}{aside}"
        if bond:
            return f"one story with {lead}: {bond}{aside}"
        nearest = max((other for other in group if other != at), key=lambda other: (self.alike(at, other), -other))
        near = first if self.alike(at, first) >= SAME_EVENT else nearest
        through = "" if near == first else f" through {self.candidates[near].url}"
        held = self.bonds.why(at, near) or self._likeness(at, near)
        return f"one story with {lead}{through}: {held}{aside}"

    def _likeness(self, left: int, right: int) -> str:
        """`alike 0.41 (codex, copilot, rarest shared name +1.9, arrival -2.8)`: the terms and the signs that carry most of it."""
        ours, theirs = self.traits[left].terms, self.traits[right].terms
        shares = sorted(((ours[term] * theirs[term], term) for term in ours if term in theirs), reverse=True)
        terms = [term.lstrip("=") for _, term in shares[:TERMS_TOLD]]
        shown = same_event.shown(self.traits[left], self.traits[right], self._meant(left, right))
        signs = [(value * self.weights.named.get(name, 0.0), name) for name, value in shown.items()]
        signs = sorted(((value, name) for value, name in signs if name != same_event.ALWAYS), key=lambda one: -abs(one[0]))
        told = ", ".join([*terms, *(f"{name} {value:+.1f}" for value, name in signs[:TERMS_TOLD])])
        return f"alike {self.alike(left, right):.2f} ({told})"


@dataclass(frozen=True, slots=True)
class Grouped:
    """A story, and by URL of each read page that does not lead it a sentence why it is in it."""

    story: Story
    why: Mapping[str, str]


def cluster(candidates: Sequence[Candidate], desk: Desk = NO_DESK, embedded: Embedded = NOT_EMBEDDED) -> list[list[Candidate]]:
    """Groups of candidates that tell one story, in the order of their first members."""
    return [[candidates[at] for at in group] for group in Grouping.of(candidates, desk, embedded).groups()]


def stories(candidates: Sequence[Candidate], documents: Mapping[str, Document]) -> list[Story]:
    """The groups of candidates of which at least one has a document (by candidate URL), as stories."""
    return [one.story for one in Grouping.of(candidates).stories(documents)]


def _body(document: Document) -> str:
    return squeeze(document.text.removeprefix(document.title))


def _days_apart(left: Document, right: Document) -> float:
    """Days between the two publications; 0 where one has no date."""
    if left.published_at is None or right.published_at is None:
        return 0.0
    return abs((left.published_at - right.published_at).total_seconds()) / 86400


def story_id(lead: Document) -> str:
    """`s-vllm-gb200-wideep-3f2a91c0`: up to four Latin words of the title and eight digits of the URL's hash."""
    words = [found[0] for found in islice(_LATIN_WORD.finditer(lead.title.lower()), 4)]
    return "-".join(["s", *words, sha256(lead.url.encode()).hexdigest()[:8]])


def _average_link(links: Sequence[Mapping[int, float]], apart: Sequence[tuple[int, int]]) -> list[set[int]]:
    """Merge the two most alike groups while the mean of their members' chances is at least SAME_EVENT; none `apart` meet."""
    alive = {at: {at} for at in range(len(links))}
    sums = {at: defaultdict(float, near) for at, near in enumerate(links)}
    size = [1] * len(links)
    foes: dict[int, set[int]] = defaultdict(set)
    for left, right in apart:
        foes[left].add(right)
        foes[right].add(left)

    def mean(a: int, b: int) -> float:
        return 0.0 if b in foes.get(a, ()) else sums[a][b] / (size[a] * size[b])

    # Pairs below the threshold can only become candidates by a merge, which queues them anew: they are most of all pairs.
    likely = ((a, b) for a, near in sums.items() for b, sum_ in near.items() if a < b and sum_ >= SAME_EVENT * size[a] * size[b])
    queue = [(-alike, a, b) for a, b in likely if (alike := mean(a, b)) >= SAME_EVENT]
    heapq.heapify(queue)
    while queue:
        score, a, b = heapq.heappop(queue)
        if a not in alive or b not in alive or -score != mean(a, b):
            continue
        alive[a] = alive[a] | alive.pop(b)
        size[a] += size[b]
        for c in foes.pop(b, set()):
            foes.setdefault(a, set()).add(c)
            foes[c].add(a)
        for c, value in sums.pop(b).items():
            sums[c].pop(b, None)
            if c != a:
                sums[a][c] += value
                sums[c][a] += value
        for c, sum_ in sums[a].items():
            if sum_ >= SAME_EVENT * size[a] * size[c] and (alike := mean(a, c)) >= SAME_EVENT:
                heapq.heappush(queue, (-alike, min(a, c), max(a, c)))
    return list(alive.values())
