"""Of our field or not, and which tell one event: the product's judgement of candidates whose pages lie in WARC files.

The set is a folder with `labels.jsonl`, a candidate a line: `url`, `title`, and `day`, of the pool it was in, or `both`.
A candidate whose page is in none of the files is judged by its title.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from deepdaily.choose import same_event
from deepdaily.choose.field import learned, shipped, shown, spoken
from deepdaily.choose.group import Grouping
from deepdaily.choose.logistic import Lesson
from deepdaily.choose.rank import relevant
from deepdaily.core.errors import DeepdailyError
from deepdaily.core.text import language_of, squeeze
from deepdaily.core.types import NO_STRUCTURE, Candidate, Document, Offer, Story, Structure, document_id
from deepdaily.core.urls import page_key
from deepdaily.engine import Engine
from deepdaily.lab.choosing import EMBARGO_DAYS, day_folders, picks_of
from deepdaily.lab.rows import Row, rows_of
from deepdaily.read.extract import Extracted, PageBytes, page
from deepdaily.read.pages import PAGE_MEMORY_MB, PAGE_WALL_S


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A candidate of the set with what its page says."""

    row: Row
    candidate: Candidate
    document: Document | None
    structure: Structure = NO_STRUCTURE

    @property
    def day(self) -> str:
        """The day of the pool it was in, or BOTH."""
        return str(self.row["day"])


BOTH = "both"
"""The day of a candidate that was in both pools."""


async def events(folder: Path, webs: Sequence[Path], folds: Path | None = None, days: Path | None = None) -> list[Row]:
    """By candidate, in the set's order, whether it is of our field (`field`) and which others tell the same event (`group`).

    Args:
        folds: labels to learn the field from, for each day those of other days; without it the shipped weights.
        days: with `folds`, days of the selection set whose picks are learned from too, more than EMBARGO_DAYS away.
    """
    found = await candidates_of(folder, webs)
    taught = found if folds == folder else await candidates_of(folds, webs) if folds else []
    weights = {day: learned(far_lessons(taught, found, day, days)) if folds else shipped() for day in {one.day for one in found}}
    home = {at: number for number, event in enumerate(grouping_of(found).events()) for at in event}
    return [
        {
            "url": one.row["url"],
            "field": relevant(story_of(one), weights[one.day]),
            "group": home[at],
            "read": one.document is not None,
        }
        for at, one in enumerate(found)
    ]


def far_lessons(taught: Sequence[LabelledPage], scored: Sequence[LabelledPage], day: str, days: Path | None = None) -> list[Lesson]:
    """What may teach a judge of that day's candidates: labels of other days, and picks of days more than EMBARGO_DAYS away.

    Neither what stands on both days nor another report of an event of that day teaches.
    """
    told = {one.row.get("event") for one in scored if one.day in (day, BOTH)} - {None}
    rows = [one for one in taught if one.day not in (day, BOTH) and one.row.get("event") not in told]
    picks = day_folders(days) if days else {}
    far = [path for other, path in picks.items() if day == BOTH or abs((other - date.fromisoformat(day)).days) > EMBARGO_DAYS]
    return [*lessons_of(rows), *(lesson for path in far for lesson in picks_of(path))]


def lessons_of(found: Sequence[LabelledPage]) -> list[Lesson]:
    """What labelled candidates show of the field, edges left out; one with a page teaches by it and by its title, half each."""
    taught = []
    for one in found:
        views = [one, replace(one, document=None)] if one.document else [one]
        if one.row["field"] in ("yes", "no"):
            taught += [Lesson(shown(*spoken(story_of(view))), one.row["field"] == "yes", 1 / len(views)) for view in views]
    return taught


def grouping_of(found: Sequence[LabelledPage], weights: Mapping[str, float] | None = None) -> Grouping:
    """The candidates as the product groups them."""
    texts = {one.candidate.url: one.document for one in found if one.document}
    structures = {one.document.id: one.structure for one in found if one.document}
    return Grouping.of([one.candidate for one in found], documents=texts, structures=structures, weights=weights)


LABELLED = 4.0
"""What a labelled pair counts against one of an editor's list: there are few, and a reader looked at each."""


def pairs_labelled(found: Sequence[LabelledPage]) -> list[Lesson]:
    """The pairs of which one tells an event, with whether both tell the same; steps of one thread teach neither."""
    grouping = grouping_of(found)
    rows, traits, lessons = [one.row for one in found], grouping.traits, list[Lesson]()
    for left, right in same_event.pairs(traits, same_event.LEAST_TAUGHT):
        same = same_event_of(rows[left], rows[right])
        if same is not None and not same_event.why_apart(traits[left], traits[right]):
            lessons.append(Lesson(same_event.shown(traits[left], traits[right]), same, LABELLED))
    return lessons


def same_event_of(left: Row, right: Row) -> bool | None:
    """Whether two rows tell one event; None where the labels leave that open."""
    if not (left["event"] or right["event"]):
        return None
    if left["event"] == right["event"]:
        return True
    told = [{row["event"], *row.get("also", ())} - {None} for row in (left, right)]
    loose = any(left.get(kind) and left.get(kind) == right.get(kind) for kind in ("thread", "same_doc"))
    return None if told[0] & told[1] or loose else False


async def candidates_of(folder: Path, webs: Sequence[Path]) -> list[LabelledPage]:
    """Every candidate of the set, read by the product's own reader where a file has its page."""
    rows = rows_of(folder / "labels.jsonl")
    wanted = {row["url"].partition("#")[0] for row in rows}
    pages = {answer.url: answer for path in webs for answer in _answers(path, wanted)}
    async with Engine(preload=("deepdaily.read.extract",)) as engine:
        outcomes = await engine.map(page, list(pages.values()), wall_s=PAGE_WALL_S, memory_mb=PAGE_MEMORY_MB)
    read = {url: outcome for url, outcome in zip(pages, outcomes, strict=True) if not isinstance(outcome, DeepdailyError)}
    return [_judged(row, read) for row in rows]


def _answers(path: Path, wanted: set[str]) -> Iterator[PageBytes]:
    """The pages among `wanted` that a file holds."""
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type == "response" and url in wanted and record.http_headers.get_statuscode() == "200":
                media_type = record.http_headers.get_header("Content-Type") or ""
                yield PageBytes(url, media_type, record.content_stream().read())


def _judged(row: Row, read: Mapping[str, Extracted]) -> LabelledPage:
    found = read.get(row["url"].partition("#")[0])
    offer = Offer(row["url"], "labels", row["title"], published_at=found.published_at if found else None)
    candidate = Candidate(row["url"], (offer,))
    if found is None or not found.title:
        return LabelledPage(row, candidate, None)
    document = Document(
        id=document_id(row["url"], "", found.text),
        url=row["url"],
        snapshot="",
        locator="",
        title=squeeze(found.title),
        text=found.text,
        language=found.language,
        extractor=found.extractor,
        fetched_at=_NEVER,
        partial=found.partial,
        author=found.author,
        published_at=found.published_at,
    )
    return LabelledPage(row, candidate, document, found.structure)


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def story_of(one: LabelledPage) -> Story:
    """The candidate as a story of its own; where it has no page its title is all there is."""
    url, title = one.candidate.url, one.candidate.title
    alone = Document(document_id(url, "", title), url, "", "", title, title, language_of(title), "title", _NEVER, partial=True)
    return Story(page_key(url), (one.candidate,), (one.document or alone,))
