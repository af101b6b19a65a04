"""Where SQLite and PostgreSQL differ in a statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, func, text
from sqlalchemy import cast as as_type
from sqlalchemy.dialects import postgresql, sqlite


def insert(dialect: str) -> Any:
    """The dialect's INSERT, which can say what to do with a known key."""
    return sqlite.insert if dialect == "sqlite" else postgresql.insert


def clock(dialect: str) -> ColumnElement[int]:
    """Seconds since 1970 by the database's clock."""
    if dialect == "sqlite":
        return as_type(func.strftime("%s", "now"), BigInteger)
    return as_type(func.floor(func.extract("epoch", func.clock_timestamp())), BigInteger)


def wait_for_turn(db: Connection) -> None:
    """One process at a time: two may open a new database at once, or reserve from one budget."""
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        db.execute(text("SELECT pg_advisory_xact_lock(7210)"))  # any number that is always the same


def named(engine: Engine) -> str:
    """The file, or the server's address without its password."""
    url = engine.url
    return str(url.database) if engine.dialect.name == "sqlite" else f"{url.host or 'local'}/{url.database}"
