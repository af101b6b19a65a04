"""How a database that an earlier version wrote gets today's tables: named steps in order, each applied once.

A new step is a function at the end of MIGRATIONS, which stays there under its name for ever. It may rest on what the steps
before it did, and on a table being in today's shape already: one that an old database lacked was made by the first step.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Connection, bindparam, inspect, literal, select, text, update
from sqlalchemy.schema import CreateColumn

from deepdaily.core.errors import StoreTooNew
from deepdaily.core.text import clean, squeeze
from deepdaily.core.types import DAILY, Snapshot
from deepdaily.render.foreign import anchor
from deepdaily.store import fulltext
from deepdaily.store.codec import from_json
from deepdaily.store.dialects import insert, named
from deepdaily.store.schema import (
    ABILITIES,
    DRAWN,
    EARLIER,
    FETCHES,
    FETCHES_OF_URL,
    FORGOTTEN,
    HARVESTS,
    ISSUES,
    META,
    MIGRATED,
    QUOTAS,
    RESTS,
    RUNS,
    SEEN,
    SNAPSHOTS,
    STRUCTURES,
    TABLES,
    TRANSLATIONS,
)

Json = dict[str, Any]

LAST_NUMBER = 6
"""Versions before the named steps counted to 5, and refuse what says more."""


def migrate(db: Connection) -> None:
    """Bring the database to today's shape, inside the caller's turn and transaction; an empty one gets it at once."""
    steps = missing(db)
    if inspect(db).has_table(META.name):
        for step in steps:
            step(db)
    else:
        TABLES.create_all(db)
        fulltext.make(db)
    for step in steps:  # none where another process was quicker
        db.execute(MIGRATED.insert().values(name=step.__name__))
    number = insert(db.dialect.name)(META).values(name="schema", value=str(LAST_NUMBER))
    db.execute(number.on_conflict_do_update(index_elements=["name"], set_={"value": str(LAST_NUMBER)}))


def missing(db: Connection) -> list[Callable[[Connection], None]]:
    """The steps that the database has not had, in order. Raises StoreTooNew: it had one that is not known here."""
    tables = inspect(db).get_table_names()
    had = set(db.scalars(select(MIGRATED.c.name))) if MIGRATED.name in tables else set()
    number = db.scalar(select(META.c.value).where(META.c.name == "schema")) if META.name in tables else None
    if had - {step.__name__ for step in MIGRATIONS} or int(number or 0) > LAST_NUMBER:
        raise StoreTooNew(
            f"the database {named(db.engine)} was written by a newer deepdaily",
            "upgrade deepdaily, or name another folder with --data",
        )
    return [step for step in MIGRATIONS if step.__name__ not in had]


# -- the steps --------------------------------------------------------------------------------------------------------


def tables_up_to_five(db: Connection) -> None:
    """The tables that an old database lacks. What was printed is in the index since the second."""
    TABLES.create_all(db)
    fulltext.make(db)


def media_type_beside_place(db: Connection) -> None:
    """Found in one look through the fetches; the first fetch of the bytes names them."""
    column = CreateColumn(SNAPSHOTS.c.media_type).compile(dialect=db.dialect)
    db.execute(text(f"ALTER TABLE snapshots ADD COLUMN {column} DEFAULT ''"))
    types: dict[str, str] = {}
    for row in db.scalars(select(FETCHES.c.snapshot).order_by(FETCHES.c.slot)):
        fetched = from_json(Snapshot, row)
        types.setdefault(fetched.digest, fetched.media_type)
    if types:
        typed = SNAPSHOTS.update().where(SNAPSHOTS.c.digest == bindparam("of")).values(media_type=bindparam("given"))
        db.execute(typed, [{"of": digest, "given": given} for digest, given in types.items()])


def fetches_by_url(db: Connection) -> None:
    FETCHES_OF_URL.create(db, checkfirst=True)


def closing_beside_draft(db: Connection) -> None:
    """What ends an issue was part of its draft."""

    def apart(issue: Json) -> Json:
        draft = issue["draft"]
        closing = {name: draft.pop(name) for name in ("summary", "tags", "trends", "watchlist", "followed")}
        return issue | {"closing": closing}

    _rewrite(db, apart, ISSUES.c.issue)


def records_as_values(db: Connection) -> None:
    """A rung was the end of its stage's name, a trouble a line that began with its part, reasons stood by name."""

    def stage(row: Json) -> Json:
        name, _, rung = row.pop("stage").partition(" ")
        return row | {"name": name, "rung": rung, "line": row.pop("told")}

    def trouble(line: str) -> Json:
        part, _, message = line.partition(": ")
        return {"part": part, "message": message}

    def chosen(row: Json) -> Json:
        return row | {"reasons": [{"name": name, "value": value} for name, value in row["reasons"].items()]}

    def value(record: Json, status: str) -> Json:
        rows: dict[str, Callable[[Any], Json]] = {"stages": stage, "troubles": trouble, "chosen": chosen}
        kept = {name: record[name] for name in ("rung", "degraded", "funnel") if name in record}
        return kept | {"status": status} | {name: [*map(of, record.get(name, ()))] for name, of in rows.items()}

    _rewrite(db, value, RUNS.c.record, RUNS.c.status)


def votes_say_whose(db: Connection) -> None:
    """Points were those of Hacker News."""

    def voted(harvest: Json) -> Json:
        for offer in harvest["offers"]:
            if points := offer.pop("points", 0):
                offer["votes"] = {"site": "hackernews", "n": points}
        return harvest

    _rewrite(db, voted, HARVESTS.c.harvest)


def digest_in_slots(db: Connection) -> None:
    """A slot's key began with its day; digests had no names, and there was one."""
    keyed = "runs harvests fetches readings issues editions losses calls alerts leases printed"
    for table in keyed.split():
        db.execute(text(f"UPDATE {table} SET slot = :digest || slot"), {"digest": f"{DAILY}/"})
    for table, value in (("editions", "edition"), ("calls", "call")):  # a quotation mark inside a string is escaped
        db.execute(text(f"""UPDATE {table} SET {value} = replace({value}, '"slot":"', '"slot":"{DAILY}/')"""))


def harvests_tell_losses(db: Connection) -> None:
    """What a source listed and did not offer was not kept."""
    _rewrite(db, lambda harvest: harvest | {"losses": []}, HARVESTS.c.harvest)


def structures_beside_documents(db: Connection) -> None:
    """Links and tables of documents were not kept."""
    STRUCTURES.create(db, checkfirst=True)


def abilities_and_corrections(db: Connection) -> None:
    """What was learnt of models was not kept, and no issue was ever corrected."""
    ABILITIES.create(db, checkfirst=True)
    EARLIER.create(db, checkfirst=True)


def translations_beside_issues(db: Connection) -> None:
    """An issue was told in one language alone."""
    TRANSLATIONS.create(db, checkfirst=True)


def printed_with_concepts(db: Connection) -> None:
    """Printed items were found by their words alone. What is read here of an issue's JSON has been there from the first day."""
    fulltext.drop(db)
    fulltext.make(db)
    for slot in db.scalars(select(ISSUES.c.slot)).all():
        issue = json.loads(db.execute(select(ISSUES.c.issue).where(ISSUES.c.slot == slot)).scalar_one())
        fulltext.keep(db, slot, map(_findable, issue["draft"]["items"]))


def drawn_beside_issues(db: Connection) -> None:
    """A day's page was drawn whenever it was asked for first; older days still are, once. Lists of days read each issue."""
    DRAWN.create(db, checkfirst=True)
    for of, language in ((ISSUES.c.issue, literal("")), (TRANSLATIONS.c.issue, TRANSLATIONS.c.language)):
        keys = select(of.table.c.slot, language).where(of.table.c.slot != "")
        for slot, told_in in db.execute(keys).all():
            this = [of.table.c.slot == slot, *([TRANSLATIONS.c.language == told_in] if told_in else [])]
            issue = json.loads(db.execute(select(of).where(*this)).scalar_one())
            stories = " ".join(anchor(item["story"]) for item in issue["draft"]["items"])
            row = {"slot": slot, "language": told_in, "version": "", "day": "", "stories": stories}
            db.execute(DRAWN.insert().values(row | {"title": issue["draft"]["title"], "summary": issue["closing"]["summary"]}))


def printed_slots_apart(db: Connection) -> None:
    """To order what a search finds, all of each row was read."""
    fulltext.make(db)
    if db.dialect.name == "sqlite":
        db.execute(text("INSERT OR IGNORE INTO printed_slots (id, slot) SELECT rowid, slot FROM printed"))
    else:
        db.execute(text("UPDATE printed SET words = words || CAST('' AS tsvector)"))  # stored anew, and not packed


def forgotten_on_request(db: Connection) -> None:
    """Nothing was ever removed."""
    FORGOTTEN.create(db, checkfirst=True)


def sources_remembered(db: Connection) -> None:
    for table in (SEEN, QUOTAS, RESTS):
        table.create(db, checkfirst=True)


def _findable(item: Json) -> fulltext.FindableItem:
    claims = [item["title"], *(point for section in item["sections"] for point in section["points"])]
    original = next((proof["quote"] for proof in claims[0]["evidence"] if proof["quote"] not in claims[0]["text"]), "")
    hosts = tuple(source["host"] for source in item["sources"])
    return fulltext.FindableItem(item["story"], tuple(squeeze(clean(claim["text"])) for claim in claims), original, hosts)


def _rewrite(db: Connection, change: Callable[..., Json], column: Column[str], *beside: Column[str]) -> None:
    """Each value of a JSON column anew, row by row; `change` is given the columns beside it, too."""
    keys = [*column.table.primary_key]
    for row in db.execute(select(*keys)).all():
        this = [key == value for key, value in zip(keys, row, strict=True)]
        value, *more = db.execute(select(column, *beside).where(*this)).one()
        changed = json.dumps(change(json.loads(value), *more), ensure_ascii=False, separators=(",", ":"))
        db.execute(update(column.table).where(*this).values({column: changed}))


MIGRATIONS = (
    tables_up_to_five,
    media_type_beside_place,
    fetches_by_url,
    closing_beside_draft,
    records_as_values,
    votes_say_whose,
    digest_in_slots,
    harvests_tell_losses,
    structures_beside_documents,
    abilities_and_corrections,
    translations_beside_issues,
    printed_with_concepts,
    drawn_beside_issues,
    printed_slots_apart,
    forgotten_on_request,
    sources_remembered,
)
