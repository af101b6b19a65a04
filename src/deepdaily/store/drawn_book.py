"""Days as the reader draws them, kept with their issues so that nobody waits for a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select

from deepdaily.core.types import Issue, Language
from deepdaily.render.drawn import DrawnDay, drawing_version, drawn_day
from deepdaily.store.codec import from_json, to_json
from deepdaily.store.run_book import RunBook
from deepdaily.store.schema import DRAWN, ISSUES, TRANSLATIONS
from deepdaily.store.web_book import WebBook


@dataclass(frozen=True, slots=True)
class DayLine:
    """What a list of days says of one. Foreign text, unescaped."""

    day: str
    title: str
    summary: str


class DrawnBook(RunBook, WebBook):
    """One row a slot and language. It is made of other books' rows and says nothing that they do not: any row may be dropped."""

    def __init__(self, engine: Engine, digest: str) -> None:
        super().__init__(engine, digest)
        of_day = self._ours(ISSUES.c.slot), ISSUES.c.day == bindparam("day")
        self._newest_of = select(ISSUES.c.slot).where(*of_day).order_by(ISSUES.c.slot.desc()).limit(1)
        newest = self._newest_of.scalar_subquery()
        told = select(TRANSLATIONS.c.language).where(TRANSLATIONS.c.slot == newest, TRANSLATIONS.c.language == bindparam("told_in"))
        """The asked-for language where the issue was told in it."""
        row = select(DRAWN.c.day).where(DRAWN.c.slot == newest, DRAWN.c.version == bindparam("version"))
        self._drawn = row.where(DRAWN.c.language == "")
        self._drawn_in = row.where(DRAWN.c.language == bindparam("told_in")), told

    def drawn(self, day: str, language: Language | None = None) -> DrawnDay | None:
        """The newest issue of a day as this version draws it, in another language where it was told in that one.

        None: the day has no issue, or was not drawn by this version.
        """
        given = {"day": day, "version": drawing_version()}
        if language is not None:
            asked = given | {"told_in": language}
            drawn, told = self._drawn_in
            line = self._one(drawn, **asked)
            if line or self._one(told, day=day, told_in=language):
                return from_json(DrawnDay, line) if line else None
        line = self._one(self._drawn, **given)
        return from_json(DrawnDay, line) if line else None

    def told_stories(self, *, limit: int) -> frozenset[str]:
        """Anchors of the stories that the digest's newest `limit` issues told."""
        query = select(DRAWN.c.stories).where(self._ours(DRAWN.c.slot), DRAWN.c.language == "")
        return frozenset(" ".join(self._all(query.order_by(DRAWN.c.slot.desc()).limit(limit))).split())

    def day_lines(self, language: Language | None = None) -> list[DayLine]:
        """A line for each day that has an issue, newest first; in another language where it was told in that one."""
        told = DRAWN.c.language.in_(("", language or ""))
        query = select(ISSUES.c.day, DRAWN.c.title, DRAWN.c.summary).join(DRAWN, DRAWN.c.slot == ISSUES.c.slot)
        rows = self._rows(query.where(self._ours(ISSUES.c.slot), told).order_by(ISSUES.c.slot, DRAWN.c.language))
        lines = {day: DayLine(day, title, summary) for day, title, summary in rows}  # the last of a day stays: of its newest issue
        return [*lines.values()][::-1]

    def keep_drawn(self, issue: Issue, drawn: DrawnDay) -> None:
        """Keep what `draw` gave for an issue that was kept before drawings were, or drawn by another version."""
        own = self._one(select(ISSUES.c.issue).where(ISSUES.c.slot == issue.slot.key)) == to_json(issue)
        with self._writing() as db:
            self._put_drawn(db, issue, "" if own else issue.draft.language, drawn)

    def draw(self, issue: Issue) -> DrawnDay:
        """The parts of the issue's page, from what is kept of its day."""
        slot = issue.slot.key
        losses = self.losses(slot)
        found = self.texts(slot) if any(loss.story for loss in losses) else {}
        return drawn_day(issue, self.documents(issue.proofs()), losses, found)

    def _put_drawn(self, db: Connection, issue: Issue, language: str, drawn: DrawnDay) -> None:
        row: dict[str, Any] = {"slot": issue.slot.key, "language": language}
        row |= {"version": drawing_version(), "title": drawn.above.title, "summary": drawn.above.summary}
        row |= {"stories": " ".join(one.story for one in drawn.items), "day": to_json(drawn)}
        db.execute(self._put(DRAWN, row), row)
