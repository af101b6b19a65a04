"""The tables."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table
from sqlalchemy.dialects import postgresql

SCHEMA = 5
"""Raised with every change of a table; an older program refuses a newer database. 2: full text, leases. 3: calls, replies.
4: alerts. 5: decisions, embeddings."""

_schema = MetaData()

_TEXT = String().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Ordered by code point, as SQLite does: the newest slot is the greatest string on every server."""


def _table(name: str, keys: str, *columns: str) -> Table:
    """A table of text columns; the first ones, named in `keys`, are its primary key."""
    key_columns = [Column(key, _TEXT, primary_key=True) for key in keys.split()]
    return Table(name, _schema, *key_columns, *(Column(column, _TEXT, nullable=False) for column in columns))


# One row holds one value of core.types as JSON, beside the keys and what is searched by.
META = _table("meta", "name", "value")


RUNS = _table("runs", "slot", "now", "status", "record")


HARVESTS = _table("harvests", "slot source", "harvest")


SNAPSHOTS = Table(
    "snapshots",
    _schema,
    Column("digest", _TEXT, primary_key=True),
    Column("file", _TEXT, nullable=False),
    Column("offset", Integer, nullable=False),
)


FETCHES = _table("fetches", "slot url", "snapshot", "etag", "last_modified")


READINGS = _table("readings", "slot url", "document", "reason")


DOCUMENTS = _table("documents", "id", "document")


ISSUES = _table("issues", "slot", "day", "issue")


EDITIONS = _table("editions", "slot channel location", "edition")


LOSSES = _table("losses", "slot url stage", "loss")


CALLS = _table("calls", "id", "slot", "day", "call")


REPLIES = _table("replies", "key", "reply")


ALERTS = _table("alerts", "slot trouble")


DECISIONS = _table("decisions", "id", "decision")


EMBEDDINGS = Table(
    "embeddings",
    _schema,
    Column("key", _TEXT, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)


LEASES = Table(
    "leases",
    _schema,
    Column("slot", _TEXT, primary_key=True),
    Column("holder", _TEXT, nullable=False),
    Column("since", BigInteger, nullable=False),  # seconds since 1970, by the database's clock
    Column("until", BigInteger, nullable=False),
)
