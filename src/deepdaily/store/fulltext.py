"""Printed items in the database's own full-text index, by our own words: CJK bigrams beside Latin words.

The database only stores and ranks the words. Its own ways of finding them are not used: FTS5 `unicode61` alone misses
most Chinese words and `trigram` finds none of two characters (微调); PostgreSQL's parser knows no Chinese at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection, text

from deepdaily.core.text import CJK, clean, squeeze, tokens
from deepdaily.core.types import Issue

MOST_QUERY_WORDS = 32
"""Words of a query past these are not looked at."""

MOST_WORD_CHARS = 100
"""Longer words are cut, in the index as in a query: PostgreSQL refuses those past 2 KB."""

TITLE_WEIGHT = 4.0
"""A word of the title counts as much as four of the text; PostgreSQL's own A to D is 1.0 to 0.1."""

_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS printed USING fts5(title_words, words, slot UNINDEXED, story UNINDEXED,"
    " claims UNINDEXED, tokenize = \"unicode61 remove_diacritics 0 tokenchars '-._+#/'\")",
)
_POSTGRESQL = (
    'CREATE TABLE IF NOT EXISTS printed (slot text COLLATE "C", story text, claims text, words tsvector)',
    "CREATE INDEX IF NOT EXISTS printed_words ON printed USING gin (words)",
    "CREATE INDEX IF NOT EXISTS printed_slot ON printed (slot)",
)


@dataclass(frozen=True, slots=True)
class Printed:
    """An item as it was printed in a slot's issue: its claims in order, title first."""

    slot: str
    story: str
    claims: tuple[str, ...]


def make(db: Connection) -> None:
    """The index, if there is none."""
    for statement in _SQLITE if _is_sqlite(db) else _POSTGRESQL:
        db.execute(text(statement))


def keep(db: Connection, issue: Issue) -> None:
    """Put the issue's items in place of those of its slot."""
    slot = issue.draft.slot.key
    db.execute(text("DELETE FROM printed WHERE slot = :slot"), {"slot": slot})
    for item in issue.draft.items:
        claims = [squeeze(clean(claim.text)) for claim in item.claims()]  # PostgreSQL takes no U+0000
        row = {"slot": slot, "story": item.story, "claims": "\n".join(claims)}
        title, rest = words(claims[0]), words("\n".join(claims[1:]))
        if _is_sqlite(db):
            row |= {"title_words": " ".join(title), "words": " ".join(rest)}
            values = ":title_words, :words, :slot, :story, :claims"
            db.execute(text(f"INSERT INTO printed (title_words, words, slot, story, claims) VALUES ({values})"), row)
        else:
            row["words"] = _vector(title, rest)
            values = ":slot, :story, :claims, CAST(:words AS tsvector)"
            db.execute(text(f"INSERT INTO printed (slot, story, claims, words) VALUES ({values})"), row)


def find(db: Connection, query: str, digest: str, limit: int) -> list[Printed]:
    """At most `limit` items of the digest that have every word of `query`, the most relevant first, among equals the newest."""
    wanted = [word[:MOST_WORD_CHARS] for word in tokens(query)][:MOST_QUERY_WORDS]
    if not wanted:
        return []
    if _is_sqlite(db):  # a word has no quotation mark, so none of it is read as FTS syntax
        matched = " ".join(f'"{word}"' for word in wanted)
        where, order = "printed MATCH :query", f"bm25(printed, {TITLE_WEIGHT}, 1.0)"
    else:
        matched = " & ".join(f"'{word}'" for word in wanted)
        where = "words @@ CAST(:query AS tsquery)"
        order = "ts_rank(words, CAST(:query AS tsquery), 1) DESC"  # 1: a long item is no better for being long
    ours = "slot > :digest || '/' AND slot < :digest || '0'"
    found = f"SELECT slot, story, claims FROM printed WHERE {where} AND {ours} ORDER BY {order}, slot DESC LIMIT :limit"
    rows = db.execute(text(found), {"query": matched, "limit": limit, "digest": digest})
    return [Printed(slot, story, tuple(claims.split("\n"))) for slot, story, claims in rows]


def words(line: str) -> list[str]:
    """The words of `line` for the index, none with a quotation mark or a backslash.

    Every CJK character also stands alone, so that a query of one character finds it wherever it stands.
    """
    return [word[:MOST_WORD_CHARS] for word in tokens(line)] + _ONE_CJK.findall(line)


_ONE_CJK = re.compile(f"[{CJK}]")


def _vector(title: list[str], rest: list[str]) -> str:
    """The words with their places, as PostgreSQL writes a tsvector; those of the title weigh A."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate([*title, *rest], 1):
        places.setdefault(word, []).append(f"{min(place, 16383)}{'A' if place <= len(title) else ''}")
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def _is_sqlite(db: Connection) -> bool:
    return db.dialect.name == "sqlite"
