"""Printed items in the database's own full-text index, by our own words - Latin ones and CJK bigrams - and their concepts.

The database only stores and ranks the words. Its own ways of finding them are not used: FTS5 `unicode61` alone misses
most Chinese words and `trigram` finds none of two characters (微调); PostgreSQL's parser knows no Chinese at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, text

from deepdaily.core.concepts import MARK, Wanted, concept_of_kind, concepts_in, wanted
from deepdaily.core.text import CJK, clean, squeeze, tokens
from deepdaily.core.types import Item

MOST_QUERY_WORDS = 32
"""Words of a query past these are not looked at."""

MOST_WORD_CHARS = 100
"""Longer words are cut, in the index as in a query: PostgreSQL refuses those past 2 KB."""

WEIGHTS = (4.0, 2.0, 1.0, 0.5)
"""What a word of the title counts, a concept of it, a word of the text, a concept of it; PostgreSQL's own A to D are 1.0 to 0.1."""

MOST_IN_PART = 10
"""Items that have some of the words alone, behind those that have all."""

_COLUMNS = ("title_words", "title_concepts", "words", "concepts")
_SQLITE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS printed USING fts5({', '.join(_COLUMNS)}, slot UNINDEXED, story UNINDEXED,"
    f" claims UNINDEXED, tokenize = \"unicode61 remove_diacritics 0 tokenchars '{MARK}-._+#/'\")",
    "CREATE TABLE IF NOT EXISTS printed_slots (id INTEGER PRIMARY KEY, slot TEXT)",
    "CREATE INDEX IF NOT EXISTS printed_slots_of ON printed_slots (slot)",
)
"""Slots stand once more in a narrow table: to order what matches, the index' own rows, with all their words, would be read."""


_POSTGRESQL = (
    'CREATE TABLE IF NOT EXISTS printed (slot text COLLATE "C", story text, claims text, words tsvector)',
    "ALTER TABLE printed ALTER COLUMN words SET STORAGE EXTERNAL",  # ranking reads each one: unpacking them took half of the time
    "CREATE INDEX IF NOT EXISTS printed_words ON printed USING gin (words)",
    "CREATE INDEX IF NOT EXISTS printed_slot ON printed (slot)",
)


@dataclass(frozen=True, slots=True)
class Printed:
    """An item as it was printed in a slot's issue: its claims in order, title first."""

    slot: str
    story: str
    claims: tuple[str, ...]
    whole: bool = True
    """It has all that was asked for."""


@dataclass(frozen=True, slots=True)
class FindableItem:
    """What an item is found by."""

    story: str
    claims: tuple[str, ...]
    """As printed, title first."""
    original: str = ""
    """The source's own title, where another is printed."""
    beside: tuple[str, ...] = ()
    """Hosts of its sources, and what a machine translated."""
    kind: str = ""

    @classmethod
    def of(cls, item: Item) -> FindableItem:
        translated = (proof.quote for claim in item.claims() if claim.translator for proof in claim.evidence)
        hosts = (source.host for source in item.sources)
        printed = tuple(squeeze(clean(claim.text)) for claim in item.claims())  # PostgreSQL takes no U+0000
        return cls(item.story, printed, item.original, (*translated, *hosts), item.kind)

    def columns(self) -> list[list[str]]:
        """Its words and concepts, as WEIGHTS counts them."""
        title, text = f"{self.claims[0]}\n{self.original}", "\n".join((*self.claims[1:], *self.beside))
        hosts = [part for one in self.beside for part in tokens(one.replace(".", " "))]
        own = [one for one in concept_of_kind(self.kind) if one not in concepts_in(title)]
        return [words(title), concepts_in(title), words(text) + hosts, [*concepts_in(text), *own]]


def make(db: Connection) -> None:
    """The index, if there is none."""
    for statement in _SQLITE if _is_sqlite(db) else _POSTGRESQL:
        db.execute(text(statement))


def drop(db: Connection) -> None:
    """The index is gone, with all that is in it."""
    for table in ("printed", "printed_slots"):
        db.execute(text(f"DROP TABLE IF EXISTS {table}"))


def keep(db: Connection, slot: str, entries: Iterable[FindableItem]) -> None:
    """Put the items of a slot's issue in place of those that the index has of it."""
    if _is_sqlite(db):
        db.execute(text("DELETE FROM printed WHERE rowid IN (SELECT id FROM printed_slots WHERE slot = :slot)"), {"slot": slot})
        db.execute(text("DELETE FROM printed_slots WHERE slot = :slot"), {"slot": slot})
    else:
        db.execute(text("DELETE FROM printed WHERE slot = :slot"), {"slot": slot})
    for entry in entries:
        row = {"slot": slot, "story": entry.story, "claims": "\n".join(entry.claims)}
        if _is_sqlite(db):
            row |= dict(zip(_COLUMNS, map(" ".join, entry.columns()), strict=True))
        else:
            row["words"] = _vector(entry.columns())
        values = ", ".join("CAST(:words AS tsvector)" if name == "words" and not _is_sqlite(db) else f":{name}" for name in row)
        db.execute(text(f"INSERT INTO printed ({', '.join(row)}) VALUES ({values})"), row)
        if _is_sqlite(db):
            db.execute(text("INSERT INTO printed_slots (id, slot) VALUES (last_insert_rowid(), :slot)"), {"slot": slot})


def find(db: Connection, query: str, digest: str, limit: int) -> list[Printed]:
    """At most `limit` items of the digest, the most relevant first, among equals the newest.

    First those that have all that `query` asks for, by its words or by what they mean; then at most MOST_IN_PART that have some.
    """
    asked = [replace(one, words=tuple(word[:MOST_WORD_CHARS] for word in one.words)) for one in wanted(query)][:MOST_QUERY_WORDS]
    if not asked:
        return []
    whole = _matching(db, asked, digest, limit, whole=True)
    room = min(limit - len(whole), MOST_IN_PART)
    if len(asked) < 2 or room <= 0:
        return whole
    known = {(one.slot, one.story) for one in whole}
    some = _matching(db, asked, digest, len(whole) + room, whole=False)
    return whole + [one for one in some if (one.slot, one.story) not in known][:room]


def _matching(db: Connection, asked: Sequence[Wanted], digest: str, limit: int, *, whole: bool) -> list[Printed]:
    if _is_sqlite(db):  # a word has no quotation mark, so none of it is read as FTS syntax
        mark, every, some, slot = '"', " AND ", " OR ", "of.slot"
        where, has = "printed MATCH :query", "(printed.rowid IN (SELECT rowid FROM printed WHERE printed MATCH :{}))"
        order = f"bm25(printed, {', '.join(map(str, WEIGHTS))})"
    else:
        mark, every, some, slot = "'", " & ", " | ", "(slot || '')"  # not by the slots' own index, which holds all
        where, has = "words @@ CAST(:query AS tsquery)", "CAST(words @@ CAST(:{} AS tsquery) AS int)"
        order = "ts_rank(words, CAST(:query AS tsquery), 1) DESC"  # 1: a long item is no better for being long
    each = {f"asked{n}": _alternatives(one, mark, every, some) for n, one in enumerate(asked)}
    if not whole:
        order = f"{' + '.join(map(has.format, each))} DESC, {order}"
    ours = f"{slot} > :digest || '/' AND {slot} < :digest || '0'"
    best = f"WHERE {where} AND {ours} ORDER BY {order}, {slot} DESC LIMIT :limit"
    query = (every if whole else some).join(each.values())
    rows = _rows(db, best, {"query": query, "limit": limit, "digest": digest} | ({} if whole else each))
    return [Printed(slot, story, tuple(claims.split("\n")), whole) for slot, story, claims in rows]


def _rows(db: Connection, best: str, asking: Mapping[str, object]) -> Sequence[Any]:
    """Slot, story and claims of the `best`, in order; SQLite is asked for which they are first, and then for these alone."""
    if not _is_sqlite(db):
        return db.execute(text(f"SELECT slot, story, claims FROM printed {best}"), asking).all()
    joined = f"SELECT of.id FROM printed CROSS JOIN printed_slots AS of ON of.id = printed.rowid {best}"
    whole = text("SELECT slot, story, claims FROM printed WHERE rowid = :row")
    return [db.execute(whole, {"row": row}).one() for row in db.scalars(text(joined), asking).all()]


def _alternatives(one: Wanted, mark: str, every: str, some: str) -> str:
    """One thing that is asked for as the database's own query: its words together, or what they mean."""
    words = every.join(f"{mark}{word}{mark}" for word in one.words)
    return f"({some.join([f'({words})', *(f'{mark}{concept}{mark}' for concept in one.concepts)])})"


def words(line: str) -> list[str]:
    """The words of `line` for the index, none with a quotation mark or a backslash.

    Every CJK character also stands alone, so that a query of one character finds it wherever it stands.
    """
    return [word[:MOST_WORD_CHARS] for word in tokens(line)] + _ONE_CJK.findall(line)


_ONE_CJK = re.compile(f"[{CJK}]")


def _vector(columns: Sequence[Sequence[str]]) -> str:
    """The words with their places, as PostgreSQL writes a tsvector; those of the first column weigh A, of the last D."""
    places: dict[str, list[str]] = {}
    weighed = ((word, weight) for weight, column in zip("ABCD", columns, strict=True) for word in column)
    for place, (word, weight) in enumerate(weighed, 1):
        places.setdefault(word, []).append(f"{min(place, 16383)}{weight}")
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def _is_sqlite(db: Connection) -> bool:
    return db.dialect.name == "sqlite"
