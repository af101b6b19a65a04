"""Where SQLite and PostgreSQL differ in a statement."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, Connection, Engine, func, text
from sqlalchemy import cast as as_type


def insert(dialect: str) -> Any:
    """The dialect's INSERT, which can say what to do with a known key."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert  # the other one would cost every start


def clock(dialect: str) -> ColumnElement[int]:
    """Seconds since 1970 by the database's clock."""
    if dialect == "sqlite":
        return as_type(func.strftime("%s", "now"), BigInteger)
    return as_type(func.floor(func.extract("epoch", func.clock_timestamp())), BigInteger)


def holds(dialect: str) -> Any:
    """The dialect's word for where a text stands in another, 0 where it does not."""
    return func.instr if dialect == "sqlite" else func.strpos


def part_of(dialect: str, json: ColumnElement[str], name: str) -> ColumnElement[str]:
    """The text of one member of a JSON object."""
    if dialect == "sqlite":
        return func.json_extract(json, f"$.{name}")
    return func.json_extract_path_text(as_type(json, JSON), name)


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
