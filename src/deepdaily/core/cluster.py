"""Candidates to stories: average link over the titles' TF-IDF, releases of one repository together.

Titles only: in the trial of `eval/selection`, summaries added nothing (B-cubed F 0.890 with and without).
"""

from __future__ import annotations

import heapq
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256

from deepdaily.core.aliases import MEANING
from deepdaily.core.lexicon import ROUNDUP, first_hand
from deepdaily.core.text import COMMON, numbers, squeeze, tokens
from deepdaily.core.types import Candidate, Document, Story

SAME_STORY = 0.25
"""Mean cosine of titles above which two groups are one story: B-cubed precision 0.97 on `eval/selection` (0.96 at 0.20)."""

EVENT_DAYS = 3
"""Reports of one event appear within so many days; like titles farther apart are two steps of a thread."""

COMMON_SHARE = 0.2
"""Terms in more than this share of the titles join nothing: they would make every pair a neighbour."""

MOST_HOLDERS = 100
"""However many titles there are, a term held by more of them joins nothing: pairs grow with its square."""

SMALL_NUMBER = 12
"""Numbers up to a dozen count days, items and versions: two titles that share one share nothing."""

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


def cluster(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Groups of candidates that tell one story, in the order of their first members."""
    return _grouped(candidates, points(candidates))


def _grouped(candidates: Sequence[Candidate], placed: Sequence[Vector]) -> list[list[Candidate]]:
    merged = _average_link(_start_groups(candidates), neighbours(placed, 0.0))
    return [[candidates[i] for i in sorted(group)] for group in sorted(merged, key=min)]


def stories(candidates: Sequence[Candidate], documents: Mapping[str, Document]) -> list[Story]:
    """The groups of candidates of which at least one has a document (by candidate URL), as stories."""
    found_at = points(candidates)
    placed = dict(zip((one.url for one in candidates), found_at, strict=True))
    found = []
    for group in _grouped(candidates, found_at):
        read = [(documents[one.url], placed[one.url]) for one in group if one.url in documents]
        if read:
            told = _told(sorted(read, key=lambda pair: _lead_order(pair[0])))
            found.append(Story(story_id(told[0]), tuple(group), told))
    return found


def _told(ordered: Sequence[tuple[Document, Vector]]) -> tuple[Document, ...]:
    """The lead and the reports that are like it by themselves: an average link may chain two events through a third.

    A mirror's same words are no second report.
    """
    (lead, point), *others = ordered
    family = _RELEASE.match(lead.url)
    kept = {_body(lead): lead}
    for document, other in others:
        alike = cosine(point, other) >= SAME_STORY and _days_apart(lead, document) <= EVENT_DAYS
        if alike or (family and document.url.startswith(family.group())):
            kept.setdefault(_body(document), document)
    return tuple(kept.values())


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


_RELEASE = re.compile(r"^https://github\.com/([^/]+/[^/]+)/releases/")


def _start_groups(candidates: Sequence[Candidate]) -> list[set[int]]:
    """One group a candidate, but releases of one repository start as one: v2.1.36 and v2.1.37 are one story."""
    families: dict[str, set[int]] = defaultdict(set)
    for i, candidate in enumerate(candidates):
        release = _RELEASE.match(candidate.url)
        families[release.group(1) if release else candidate.url].add(i)
    return list(families.values())


def neighbours(found: Sequence[Vector], least: float) -> list[dict[int, float]]:
    """For each vector, in order, the others by their place with a cosine of at least `least`; never itself.

    Two titles are compared that share a term of at most MOST_HOLDERS titles, so past a few hundred titles the pairs grow
    with the number of terms, which is in proportion to that of the titles.
    """
    spread = Counter(term for point in found for term in point)
    limit = min(MOST_HOLDERS, max(10, COMMON_SHARE * len(found)))
    holders: dict[str, list[int]] = defaultdict(list)
    near: list[dict[int, float]] = [{} for _ in found]
    for at, point in enumerate(found):
        rare = [term for term in point if spread[term] <= limit]
        for other in sorted({earlier for term in rare for earlier in holders[term]}):
            alike = cosine(point, found[other])
            if alike >= least:
                near[at][other] = near[other][at] = alike
        for term in rare:
            holders[term].append(at)
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


def _average_link(groups: list[set[int]], links: Sequence[Mapping[int, float]]) -> list[set[int]]:
    """Merge the two most alike groups while the mean of their members' cosines is at least SAME_STORY."""
    alive = dict(enumerate(groups))
    sums = _sums(groups, links)

    def mean(a: int, b: int) -> float:
        return sums[a][b] / (len(alive[a]) * len(alive[b]))

    # Pairs below the threshold can only become candidates by a merge, which queues them anew: they are most of all pairs.
    queue = [(-alike, a, b) for a in sums for b in sums[a] if a < b and (alike := mean(a, b)) >= SAME_STORY]
    heapq.heapify(queue)
    while queue:
        score, a, b = heapq.heappop(queue)
        if a not in alive or b not in alive or -score != mean(a, b):
            continue
        alive[a] = alive[a] | alive.pop(b)
        for c, value in sums.pop(b).items():
            sums[c].pop(b, None)
            if c != a:
                sums[a][c] += value
                sums[c][a] += value
        for c in sums[a]:
            if (alike := mean(a, c)) >= SAME_STORY:
                heapq.heappush(queue, (-alike, min(a, c), max(a, c)))
    return list(alive.values())
