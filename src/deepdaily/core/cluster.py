"""Candidates to stories: average link over the titles' TF-IDF, within what `bonds` says; each merge can say why.

Titles only: in the trial of `eval/selection`, summaries added nothing (B-cubed F 0.890 with and without).
"""

from __future__ import annotations

import heapq
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from deepdaily.core.aliases import MEANING
from deepdaily.core.bonds import Bonds
from deepdaily.core.desk import NO_DESK, Desk
from deepdaily.core.lexicon import ROUNDUP, first_hand
from deepdaily.core.meaning import NOT_EMBEDDED, Embedded, joint, meaning, pairs
from deepdaily.core.text import COMMON, numbers, squeeze, tokens
from deepdaily.core.types import Candidate, Document, Story

SAME_STORY = 0.25
"""Mean cosine of titles above which two groups are one story: B-cubed precision 0.97 on `eval/selection` (0.96 at 0.20)."""

SOME_LIKENESS = 0.08
"""A smaller cosine counts as none: three of four pairs, without which `eval/selection` gives the same groups (0.12: F -0.003)."""

EVENT_DAYS = 3
"""Reports of one event appear within so many days; like titles farther apart are two steps of a thread."""

COMMON_SHARE = 0.2
"""Terms in more than this share of the titles join nothing: they would make every pair a neighbour."""

MOST_HOLDERS = 100
"""However many titles there are, a term held by more of them joins nothing: pairs grow with its square."""

SMALL_NUMBER = 12
"""Numbers up to a dozen count days, items and versions: two titles that share one share nothing."""

TERMS_TOLD = 3
"""Shared terms named as the reason of a merge: the first three carry most of a likeness."""

Vector = dict[str, float]

_CHINESE_NAME = re.compile(
    "|".join(sorted((word for word in MEANING if not word.isascii()), key=lambda word: (-len(word), word)))
)


def vectors(titles: Sequence[str]) -> list[Vector]:
    """Unit TF-IDF vectors of the titles, in order; a title without terms gives an empty one."""
    counts = [_terms(title) for title in titles]
    spread = Counter(term for count in counts for term in count)
    total = len(titles)
    found = []
    for count in counts:
        weights = {term: n * math.log(1 + total / spread[term]) for term, n in count.items()}
        norm = math.sqrt(sum(weight * weight for weight in weights.values()))
        found.append({term: weight / norm for term, weight in weights.items()} if norm else {})
    return found


def _terms(title: str) -> dict[str, float]:
    """How much each term counts, under its name in `aliases`; numbers as values, so that 300 亿 meets $30 billion.

    The parts of a compound share one vote, or GPT-5.3-Codex alone would join two stories. So do the two bigrams that hold
    one Chinese character: at full weight an English title is never near a Chinese one (cross-language recall on
    `eval/selection` 0.17 instead of 0.53).
    """
    counts: dict[str, float] = defaultdict(float)
    named = _CHINESE_NAME.sub(lambda found: f" {MEANING[found[0]]} ", unicodedata.normalize("NFKC", title))
    for term in tokens(named, parts=False):
        if term in COMMON:
            continue
        if not term.isascii():
            counts[term] += 0.5
        elif term in MEANING:
            counts[MEANING[term]] += 1
        else:
            parts = [part for part in re.split(r"[\-_/]", term) if part]
            for part in parts:
                counts[MEANING.get(part, part)] += 1 / len(parts)
    for number in numbers(title):
        if number.value > SMALL_NUMBER and str(number.value) not in counts:
            counts[f"={number.value}"] += 1
    return {term: min(count, 1.0 + math.log(max(count, 1.0))) for term, count in counts.items()}


def cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Cosine of two unit vectors, 0 to 1."""
    if len(left) > len(right):
        left, right = right, left
    return sum(weight * right.get(term, 0.0) for term, weight in left.items())


@dataclass(frozen=True, slots=True)
class Grouping:
    """The candidates of a day, ready to be put into groups that tell one story each."""

    candidates: Sequence[Candidate]
    points: Sequence[Vector]
    """Of the candidates, in their order."""
    bonds: Bonds
    meant: Mapping[int, Sequence[float]]
    """By place the embedding of the title, where there is one."""

    @classmethod
    def of(cls, candidates: Sequence[Candidate], desk: Desk = NO_DESK, embedded: Embedded = NOT_EMBEDDED) -> Grouping:
        """Without more, by the words of titles and by repositories alone."""
        urls = [one.url for one in candidates]
        meant = {at: embedded[url] for at, url in enumerate(urls) if url in embedded}
        return cls(candidates, points(candidates), Bonds.of(urls, desk), meant)

    def groups(self) -> list[list[int]]:
        """The place of every candidate once, the groups in the order of their first members."""
        links = neighbours(self.points, SOME_LIKENESS)
        for (left, right), value in pairs(self.meant).items():
            links[left][right] = links[right][left] = joint(links[left].get(right, 0.0), value)
        merged = _average_link(self.bonds.groups(), links, self.bonds.apart)
        return sorted(sorted(group) for group in merged)

    def stories(self, documents: Mapping[str, Document]) -> list[Grouped]:
        """The groups of which at least one candidate has a document (by candidate URL)."""
        found = []
        for group in self.groups():
            read = {at: documents[url] for at in group if (url := self.candidates[at].url) in documents}
            if read:
                ordered = sorted(read, key=lambda at: _lead_order(read[at]))
                told = self._told(ordered, read)
                story = Story(story_id(told[0]), tuple(self.candidates[at] for at in group), told)
                found.append(Grouped(story, self._why_merged(ordered, group)))
        return found

    def _told(self, ordered: Sequence[int], read: Mapping[int, Document]) -> tuple[Document, ...]:
        """The lead and the reports that are like it by themselves: an average link may chain two events through a third.

        A mirror's same words are no second report.
        """
        first, *others = ordered
        lead = read[first]
        kept = {_body(lead): lead}
        for at in others:
            near = self.alike(first, at) >= SAME_STORY and _days_apart(lead, read[at]) <= EVENT_DAYS
            if near or self.bonds.why(first, at):
                kept.setdefault(_body(read[at]), read[at])
        return tuple(kept.values())

    def alike(self, left: int, right: int) -> float:
        """The likeness of two candidates, 0 to 1."""
        return joint(cosine(self.points[left], self.points[right]), self._meaning(left, right))

    def _meaning(self, left: int, right: int) -> float:
        return meaning(self.meant.get(left), self.meant.get(right))

    def _why_merged(self, ordered: Sequence[int], group: Sequence[int]) -> dict[str, str]:
        """By URL of each read page but the lead, in words, why it is in the group."""
        first, *others = ordered
        return {self.candidates[at].url: self._why(at, first, group) for at in others}

    def _why(self, at: int, first: int, group: Sequence[int]) -> str:
        lead = self.candidates[first].url
        parted = [self.candidates[other].url for other in self.bonds.kept_from(at) if other not in group]
        aside = f"; kept apart at the desk from {parted[0]}" if parted else ""
        if bond := self.bonds.why(at, first):
            return f"one story with {lead}: {bond}{aside}"
        nearest = max((other for other in group if other != at), key=lambda other: (self.alike(at, other), -other))
        near = first if self.alike(at, first) >= SAME_STORY else nearest
        through = "" if near == first else f" through {self.candidates[near].url}"
        held = self.bonds.why(at, near) or self._likeness(at, near)
        return f"one story with {lead}{through}: {held}{aside}"

    def _likeness(self, left: int, right: int) -> str:
        """`alike 0.41 (codex, copilot, 25)`: the terms that carry most of it."""
        ours, theirs = self.points[left], self.points[right]
        shares = sorted(((ours[term] * theirs[term], term) for term in ours if term in theirs), reverse=True)
        terms = [term.lstrip("=") for _, term in shares[:TERMS_TOLD]]
        by_meaning = self._meaning(left, right)
        told = [*terms, f"{by_meaning:.2f} by meaning"] if by_meaning else terms
        return f"alike {self.alike(left, right):.2f} ({', '.join(told)})"


@dataclass(frozen=True, slots=True)
class Grouped:
    """A story, and by URL of each read page that does not lead it a sentence why it is in it."""

    story: Story
    why: Mapping[str, str]


def cluster(
    candidates: Sequence[Candidate], desk: Desk = NO_DESK, embedded: Embedded = NOT_EMBEDDED
) -> list[list[Candidate]]:
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


def _lead_order(document: Document) -> tuple[bool, bool, bool, float, str]:
    """Read pages before teasers, makers before reporters, reports before round-ups; then the newest, then the URL."""
    published = document.published_at.timestamp() if document.published_at else 0.0
    roundup = bool(ROUNDUP.search(document.title))
    return (document.partial, roundup, not first_hand(document.url, document.title), -published, document.url)


def story_id(lead: Document) -> str:
    """`s-vllm-gb200-wideep-3f2a91c0`: up to four Latin words of the title and eight digits of the URL's hash."""
    words = re.findall(r"[a-z0-9]+", lead.title.lower())[:4]
    return "-".join(["s", *words, sha256(lead.url.encode()).hexdigest()[:8]])


def points(candidates: Sequence[Candidate]) -> list[Vector]:
    """A vector for each candidate, of all the titles it was offered under."""
    return vectors([" ".join(dict.fromkeys(offer.title for offer in one.offers)) for one in candidates])


def neighbours(found: Sequence[Vector], least: float) -> list[dict[int, float]]:
    """For each vector, in order, the others by their place with a cosine of at least `least`; never itself.

    Two titles are compared that share a term of at most MOST_HOLDERS titles, so past a few hundred titles the pairs grow
    with the number of terms, which is in proportion to that of the titles.
    """
    spread = Counter(term for point in found for term in point)
    limit = min(MOST_HOLDERS, max(10, COMMON_SHARE * len(found)))
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    near: list[dict[int, float]] = [{} for _ in found]
    length: list[float] = []
    for at, point in enumerate(found):
        sums: dict[int, float] = defaultdict(float)
        for term, weight in point.items():
            if spread[term] <= limit:
                for other, theirs in holders[term]:
                    sums[other] += weight * theirs
                holders[term].append((at, weight))
        common = {term: weight for term, weight in point.items() if spread[term] > limit}
        length.append(math.sqrt(sum(weight * weight for weight in common.values())))
        for other, rare in sums.items():
            if rare + length[at] * length[other] >= least:  # the common terms cannot add more
                alike = rare + cosine(common, found[other]) if common else rare
                if alike >= least:
                    near[at][other] = near[other][at] = alike
    return near


def _sums(groups: Sequence[set[int]], links: Sequence[Mapping[int, float]]) -> dict[int, dict[int, float]]:
    """By two groups the sum of their members' cosines, each pair of groups both ways."""
    home = {member: at for at, group in enumerate(groups) for member in group}
    sums: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for left, near in enumerate(links):
        for right, value in near.items():
            if home[left] != home[right]:
                sums[home[left]][home[right]] += value
    return sums


def _foes(groups: Sequence[set[int]], apart: Sequence[tuple[int, int]]) -> dict[int, set[int]]:
    """By group those it must never meet, both ways."""
    named = {place for pair in apart for place in pair}
    home = {member: at for at, group in enumerate(groups) for member in group & named}
    foes: dict[int, set[int]] = defaultdict(set)
    for left, right in apart:
        foes[home[left]].add(home[right])
        foes[home[right]].add(home[left])
    return foes


def _average_link(
    groups: list[set[int]], links: Sequence[Mapping[int, float]], apart: Sequence[tuple[int, int]]
) -> list[set[int]]:
    """Merge the two most alike groups while the mean of their members' cosines is at least SAME_STORY; none `apart` meet."""
    alive = dict(enumerate(groups))
    sums = _sums(groups, links)
    foes = _foes(groups, apart)

    def mean(a: int, b: int) -> float:
        return 0.0 if b in foes.get(a, ()) else sums[a][b] / (len(alive[a]) * len(alive[b]))

    # Pairs below the threshold can only become candidates by a merge, which queues them anew: they are most of all pairs.
    queue = [(-alike, a, b) for a in sums for b in sums[a] if a < b and (alike := mean(a, b)) >= SAME_STORY]
    heapq.heapify(queue)
    while queue:
        score, a, b = heapq.heappop(queue)
        if a not in alive or b not in alive or -score != mean(a, b):
            continue
        alive[a] = alive[a] | alive.pop(b)
        for c in foes.pop(b, set()):
            foes.setdefault(a, set()).add(c)
            foes[c].add(a)
        for c, value in sums.pop(b).items():
            sums[c].pop(b, None)
            if c != a:
                sums[a][c] += value
                sums[c][a] += value
        for c in sums[a]:
            if (alike := mean(a, c)) >= SAME_STORY:
                heapq.heappush(queue, (-alike, min(a, c), max(a, c)))
    return list(alive.values())
