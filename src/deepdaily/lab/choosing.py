"""What is grouped and what is chosen, over open sets: titles into stories, the ranking of a day's pool."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time
from itertools import zip_longest
from pathlib import Path

from deepdaily.choose import field, rank, same_event
from deepdaily.choose.group import cluster, stories
from deepdaily.choose.logistic import Lesson
from deepdaily.choose.publishers import COLD, Standings, learned, shipped
from deepdaily.choose.traits import traits_of
from deepdaily.core.text import language_of
from deepdaily.core.types import Candidate, Document, Offer, Profile, Story, Votes, document_id
from deepdaily.lab.rows import Row, rows_of


async def clustering(folder: Path) -> list[Row]:
    """The grouping of titles into stories, over every gold file of the folder; they have no addresses and no days."""
    found = []
    for file in _gold_files(folder):
        rows = rows_of(file)
        candidates = [Candidate(row["id"], (Offer(row["id"], "", row["text"]),)) for row in rows]
        for number, group in enumerate(cluster(candidates)):
            found += [{"id": one.url, "cluster": f"{file.name}:{number}"} for one in group]
    return found


def _gold_files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.jsonl.gz"))
    if not files:
        raise ValueError("no *.jsonl.gz")
    return files


EMBARGO_DAYS = 3
"""Votes are counted over neighbouring days, so a day is judged by what was learned at least so far from it."""

RANKED = 30
"""How many of a day's stories are written down: the scorer looks at ten."""


def selection(folder: Path, folds: Path | None, cold: bool, profile: Profile) -> list[Row]:
    """The ranking of what passes the gate of each day's pool, titles and teasers only.

    Args:
        folds: days to learn publishers' records from, for each day those EMBARGO_DAYS away; without it the shipped records.
        cold: nothing learned at all.
    """
    days = day_folders(folder)
    outcomes = {day: outcomes_of(path) for day, path in day_folders(folds).items()} if folds else {}
    found = []
    for day, path in days.items():
        standings = COLD if cold else shipped()
        if folds and not cold:
            far = [other for other in outcomes if abs((other - day).days) >= EMBARGO_DAYS]
            standings = learned(row for other in far for row in outcomes[other])
        found.append({"day": day.isoformat(), "ranking": _ranking(path, day, profile, standings)})
    return found


def day_folders(folder: Path) -> dict[date, Path]:
    """The folders of a selection set by their day, in order."""
    found = {date.fromisoformat(path.name): path for path in sorted(folder.glob("20??-??-??"))}
    if not found:
        raise ValueError("no folder of a day")
    return found


def outcomes_of(day: Path) -> list[tuple[str, bool]]:
    """Each link of a day's pool with whether two editors ran its story; those run on a neighbouring day only are left out."""
    ran: set[str] = set()
    neutral: set[str] = set()
    for story in rows_of(day / "gold.jsonl.gz"):
        if story["votes"] >= 2:
            (ran if story["timing"] == "today" else neutral).update(one["id"] for one in story["candidates"])
    rows = rows_of(day / "pool.jsonl.gz")
    return [(row["url"], row["id"] in ran) for row in rows if row["id"] not in neutral]


def picks_of(day: Path) -> list[Lesson]:
    """What the candidates of a day show whose story two editors ran, on that day or beside it: all of our field."""
    ran = {one["id"] for story in rows_of(day / "gold.jsonl.gz") if story["votes"] >= 2 for one in story["candidates"]}
    found = []
    for row in rows_of(day / "pool.jsonl.gz"):
        if row["id"] in ran:
            one = candidate_of(row)
            told = Story(row["id"], (one,), (_teaser(one, datetime.combine(date.fromisoformat(day.name), time(), UTC)),))
            found.append(Lesson(field.shown(*field.spoken(told)), so=True))
    return found


def _ranking(path: Path, day: date, profile: Profile, standings: Standings) -> list[str]:
    """Ids of one candidate a story, best first, no two that would fill one place."""
    rows = rows_of(path / "pool.jsonl.gz")
    names, candidates = {row["url"]: row["id"] for row in rows}, [candidate_of(row) for row in rows]
    now = datetime.combine(day, time(), UTC)
    teasers = {one.url: _teaser(one, now) for one in candidates}
    told = [story for story in stories(candidates, teasers) if not rank.why_untold(story)]
    ranked = rank.rank(told, now, profile=profile, standings=standings)
    return [names[one.url] for one in rank.distinct(ranked, RANKED)]


NOT_LISTED, LONG_LIST = 0.3, 3
"""What a pair counts of which one was in no list: it may tell the event all the same. Pairs of a story with more candidates than
LONG_LIST count less, so that one flood does not teach everything."""


def pairs_of(day: Path) -> list[Lesson]:
    """The pairs of a day's pool of which an editor ran one: so, where both were run as one story.

    Editors put a launch and its arrival elsewhere together: what part the two is set by hand, and no part of these lessons.
    """
    pool = {row["url"]: row for row in rows_of(day / "pool.jsonl.gz")}
    ran = {one["id"]: story["story_id"] for story in rows_of(day / "gold.jsonl.gz") for one in story["candidates"]}
    stories_of, size = [ran.get(row["id"]) for row in pool.values()], Counter(ran.values())
    traits = traits_of([candidate_of(row) for row in pool.values()], {}, {})
    found = list[Lesson]()
    for left, right in same_event.pairs(traits, same_event.LEAST_TAUGHT):
        ours, theirs = stories_of[left], stories_of[right]
        if (ours or theirs) and not same_event.why_apart(traits[left], traits[right]):
            same = ours == theirs
            weight = min(1.0, LONG_LIST / size[ours]) if same else 1.0 if ours and theirs else NOT_LISTED
            shown = same_event.shown(traits[left], traits[right])
            looser = {name: value for name, value in shown.items() if name not in same_event.by_hand()}
            found.append(Lesson(looser, same, weight))
    return found


def candidate_of(row: Row) -> Candidate:
    """A row of a pool."""
    titles, sources = [row["title"], *row["alt_titles"]], row["sources"] or [row["source"]]
    published = datetime.fromisoformat(row["published_at"]) if row["published_at"] else None
    site = "hackernews" if row["points_kind"] == "hn" else row["points_kind"] or ""
    votes = Votes(site, row["points"] or 0)
    pairs = zip_longest(titles, sources)
    return Candidate(
        row["url"],
        tuple(
            Offer(row["url"], source or sources[-1], title or titles[0], row["summary"] or "", votes, published)
            for title, source in pairs
        ),
    )


def _teaser(one: Candidate, now: datetime) -> Document:
    """What a pool knows of a page."""
    first = one.offers[0]
    text = f"{first.title}\n{first.teaser}"
    name = document_id(one.url, "", text)
    language = language_of(text)
    return Document(name, one.url, "", "", first.title, text, language, "pool", now, True, published_at=one.published_at)
