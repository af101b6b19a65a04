"""The tables as they are today. A change of one that exists belongs into `migrations` too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.types import TypeEngine

TABLES = MetaData()

_TEXT = String().with_variant(Text(collation="C"), "postgresql")
"""Ordered by code point, as SQLite does: the newest slot is the greatest string on every server."""


def _table(name: str, keys: str, *columns: str, **types: TypeEngine[Any]) -> Table:
    """A table of text columns, but for those in `types`; the first ones, named in `keys`, are its primary key."""
    key_columns = [Column(key, _TEXT, primary_key=True) for key in keys.split()]
    others = [Column(column, types.get(column, _TEXT), nullable=False) for column in columns]
    return Table(name, TABLES, *key_columns, *others)


# One row holds one value of core.types as JSON, beside the keys and what is searched by.
META = _table("meta", "name", "value")


MIGRATED = _table("migrations", "name")


RUNS = _table("runs", "slot", "now", "status", "record")


HARVESTS = _table("harvests", "slot source", "harvest")


SNAPSHOTS = _table("snapshots", "digest", "file", "offset", "media_type", offset=Integer())


FETCHES = _table("fetches", "slot url", "snapshot", "etag", "last_modified")
FETCHES_OF_URL = Index("fetches_of_url", FETCHES.c.url, FETCHES.c.slot)


READINGS = _table("readings", "slot url", "document", "reason")


DOCUMENTS = _table("documents", "id", "document")


STRUCTURES = _table("structures", "document", "structure")
"""Links and tables of documents: far larger than most who ask for a document need."""


FORGOTTEN = _table("forgotten", "name", "url", "at")
"""Documents and snapshots, by id and by digest, whose text and bytes were removed on request, with the address they were of."""


ISSUES = _table("issues", "slot", "day", "issue")


EARLIER = _table("earlier_issues", "slot approved_at", "issue")
"""Issues that a correction took the place of."""


TRANSLATIONS = _table("translations", "slot language", "issue")
"""A slot's issue in other languages than the digest's."""


DRAWN = _table("drawn", "slot language", "version", "title", "summary", "stories", "day")
"""What the reader's page of a day is made of, by what drew it, and what a list of days says of it.

The language is that of a translation, empty for the issue itself; `stories` are the anchors of its stories, with blanks between."""


EDITIONS = _table("editions", "slot channel location", "edition")


LOSSES = _table("losses", "slot url stage", "loss")


CALLS = _table("calls", "id", "slot", "day", "call")


REPLIES = _table("replies", "key", "reply")


ABILITIES = _table("abilities", "model name", "value", "seen_on")
"""What was learnt of a model behind its address."""


ALERTS = _table("alerts", "slot trouble")


DECISIONS = _table("decisions", "id", "decision")


EMBEDDINGS = _table("embeddings", "key", "vector", vector=LargeBinary())


LEASES = _table("leases", "slot", "holder", "since", "until", since=BigInteger(), until=BigInteger())
"""Times are seconds since 1970, by the database's clock."""


SEEN = _table("seen", "digest source url slot")
"""What a source without dates listed, and in which slots it was new."""


QUOTAS = _table("quotas", "name", "state")
"""What was asked of a provider by a key, by the name of both; the key itself stands nowhere."""


RESTS = _table("rests", "host", "until", "why")
"""Hosts, and addresses without scheme at hosts of many, that asked not to be asked before a moment (UTC)."""
