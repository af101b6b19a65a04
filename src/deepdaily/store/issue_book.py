"""Issues: what was approved, in other languages too, as each channel published it, and the index of what was printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from uuid import uuid4

from sqlalchemy import ColumnElement, Engine, Select, or_, select

from deepdaily.core.types import Edition, Issue, Language
from deepdaily.store import fulltext
from deepdaily.store.codec import from_json, to_json
from deepdaily.store.drawn_book import DrawnBook
from deepdaily.store.schema import DRAWN, EARLIER, EDITIONS, ISSUES, META, TRANSLATIONS

READINGS_KEPT = 4
"""Lists of issues held in memory, each up to the 60 issues that the reader follows, of some 100 KB each."""

_READING_STATE = select(META.c.value).where(or_(META.c.name == "issues", META.c.name == "decisions")).order_by(META.c.name)
"""Made once: every page asked for asks it."""


class IssueBook(DrawnBook):
    """One issue a slot, its editions, its items in the full-text index, and the page that a reader sees of it."""

    def __init__(self, engine: Engine, digest: str) -> None:
        super().__init__(engine, digest)
        self._issues_at = lru_cache(maxsize=READINGS_KEPT)(self._read_issues)

    def issue(self, day: str) -> Issue | None:
        """The issue of a day, as `2026-02-11`."""
        return self._value(Issue, self._newest_first(ISSUES.c.day == day).limit(1))

    def issues(self, *, limit: int = 30) -> list[Issue]:
        """The digest's newest issues, newest first."""
        return list(self._issues_at(self.issues_state(), limit))

    def issues_since(self, day: date) -> list[Issue]:
        """Every issue of `day` and later, newest first, however many a day has."""
        return self._values(Issue, self._newest_first(ISSUES.c.day >= day.isoformat()))

    def _read_issues(self, _state: str, limit: int) -> tuple[Issue, ...]:
        return tuple(self._values(Issue, self._newest_first().limit(limit)))

    def _newest_first(self, *where: ColumnElement[bool]) -> Select[tuple[str]]:
        return select(ISSUES.c.issue).where(self._ours(ISSUES.c.slot), *where).order_by(ISSUES.c.slot.desc())

    def issues_state(self) -> str:
        """Another text whenever an issue was kept, by whatever process: what was made from the issues may be kept by it."""
        return self._one(select(META.c.value).where(META.c.name == "issues")) or ""

    def reading_state(self) -> str:
        """Another text whenever an issue or a decision was kept: all that a reader's page is made from may be kept by it."""
        return " ".join(self._all(_READING_STATE))

    def feed_id(self) -> str:
        """What the digest's feeds are called for good; empty where issues were published before feeds had an id of their own, until
        `keep_feed_id`, and where there is no issue."""
        return self._one(select(META.c.value).where(META.c.name == f"feed:{self._digest}")) or ""

    def keep_feed_id(self, feed_id: str) -> None:
        """Call the feeds of earlier issues so for good; nothing where they have an id or there is no issue."""
        if not self.feed_id() and self.issue_days():
            self._keep(META, replacing=False, name=f"feed:{self._digest}", value=feed_id)

    def issue_days(self) -> list[str]:
        """The days that have an issue, newest first."""
        return self._all(select(ISSUES.c.day).where(self._ours(ISSUES.c.slot)).distinct().order_by(ISSUES.c.day.desc()))

    def keep_issue(self, issue: Issue) -> Issue:
        """The slot's issue: `issue`, kept with its page and its items in the full-text index, unless the slot has one."""
        slot = issue.draft.slot
        drawn = self.draw(issue)
        row = {"slot": slot.key, "day": slot.day, "issue": to_json(issue)}
        put = self._put(ISSUES, row, replacing=False).returning(ISSUES.c.slot)
        with self._writing() as db:
            if db.execute(select(ISSUES.c.slot).where(self._ours(ISSUES.c.slot)).limit(1)).first() is None:
                named = {"name": f"feed:{self._digest}", "value": uuid4().urn}
                db.execute(self._put(META, named, replacing=False), named)
            if db.execute(put, row).first() is None:
                earlier = select(ISSUES.c.issue).where(ISSUES.c.slot == slot.key)
                return from_json(Issue, db.execute(earlier).scalar_one())
            self._put_state(db, "issues")
            self._put_drawn(db, issue, "", drawn)
            fulltext.keep(db, slot.key, map(fulltext.FindableItem.of, issue.items))
        return issue

    def correct_issue(self, issue: Issue) -> Issue:
        """Keep `issue` in place of its slot's, which is kept beside it."""
        slot = issue.draft.slot
        drawn = self.draw(issue)
        with self._writing() as db:
            before = db.execute(select(ISSUES.c.issue).where(ISSUES.c.slot == slot.key)).scalar()
            if before is not None:
                old = {"slot": slot.key, "approved_at": from_json(Issue, before).approved_at.isoformat(), "issue": before}
                db.execute(self._put(EARLIER, old, replacing=False), old)
            row = {"slot": slot.key, "day": slot.day, "issue": to_json(issue)}
            db.execute(self._put(ISSUES, row), row)
            db.execute(TRANSLATIONS.delete().where(TRANSLATIONS.c.slot == slot.key))  # they told the one before
            db.execute(DRAWN.delete().where(DRAWN.c.slot == slot.key))
            self._put_drawn(db, issue, "", drawn)
            self._put_state(db, "issues")
            fulltext.keep(db, slot.key, map(fulltext.FindableItem.of, issue.items))
        return issue

    def retract(self, slot: str) -> None:
        """Take the slot's issue out of the issues; it is kept beside them, with its translations."""
        with self._writing() as db:
            issue = db.execute(select(ISSUES.c.issue).where(ISSUES.c.slot == slot)).scalar_one()
            old = {"slot": slot, "approved_at": from_json(Issue, issue).approved_at.isoformat(), "issue": issue}
            db.execute(self._put(EARLIER, old, replacing=False), old)
            db.execute(ISSUES.delete().where(ISSUES.c.slot == slot))
            self._put_state(db, "issues")
            fulltext.keep(db, slot, ())

    def restore(self, slot: str) -> None:
        """Put the issue back that was retracted; nothing happens to a slot that never had one, or has one."""
        earlier = self.earlier_issues(slot)
        if earlier and self.keep_issue(earlier[-1]) == earlier[-1]:
            its_row = EARLIER.c.slot == slot, EARLIER.c.approved_at == earlier[-1].approved_at.isoformat()
            with self._writing() as db:
                db.execute(EARLIER.delete().where(*its_row))

    def keep_translation(self, issue: Issue) -> None:
        """Keep the slot's issue in another language than the digest's, in place of what was kept in that language."""
        row = {"slot": issue.slot.key, "language": issue.draft.language, "issue": to_json(issue)}
        drawn = self.draw(issue)
        with self._writing() as db:
            db.execute(self._put(TRANSLATIONS, row), row)
            self._put_drawn(db, issue, issue.draft.language, drawn)
            self._put_state(db, "issues")

    def translations(self, slot: str) -> list[Issue]:
        """The slot's issue in each other language it was told in, by the language's name; mostly none."""
        query = select(TRANSLATIONS.c.issue).where(TRANSLATIONS.c.slot == slot)
        return self._values(Issue, query.order_by(TRANSLATIONS.c.language))

    def translated(self, language: Language, *, limit: int = 30) -> list[Issue]:
        """The digest's newest issues in another language than its own, newest first."""
        standing = TRANSLATIONS.c.slot == ISSUES.c.slot  # one that was retracted is in no list
        query = select(TRANSLATIONS.c.issue).where(self._ours(TRANSLATIONS.c.slot), TRANSLATIONS.c.language == language, standing)
        return self._values(Issue, query.order_by(TRANSLATIONS.c.slot.desc()).limit(limit))

    def earlier_issues(self, slot: str) -> list[Issue]:
        """Those of a slot that a correction took the place of, the first one first; mostly none."""
        return self._values(Issue, select(EARLIER.c.issue).where(EARLIER.c.slot == slot).order_by(EARLIER.c.approved_at))

    def find(self, words: str, limit: int) -> list[fulltext.Printed]:
        """At most `limit` of the digest's printed items that have what the words ask for, the best first: `fulltext.find`."""
        with self._asking() as db:
            return fulltext.find(db, words, self._digest, limit)

    def editions(self, slot: str) -> list[Edition]:
        query = select(EDITIONS.c.edition).where(EDITIONS.c.slot == slot)
        return self._values(Edition, query.order_by(EDITIONS.c.channel, EDITIONS.c.location))

    def forget_editions(self, slot: str, channels: Collection[str]) -> None:
        """As if these channels had never had the slot's issue, nor parts of it."""
        names = [*channels, *(f"{name}:part" for name in channels)]
        with self._writing() as db:
            db.execute(EDITIONS.delete().where(EDITIONS.c.slot == slot, EDITIONS.c.channel.in_(names)))

    def keep_editions(self, editions: Iterable[Edition]) -> None:
        for edition in editions:
            row = to_json(edition)
            self._keep(EDITIONS, slot=edition.slot, channel=edition.channel, location=edition.location, edition=row)
