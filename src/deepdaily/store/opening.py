"""A database opened: in the data folder or on a server."""

from __future__ import annotations

import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from deepdaily.core.errors import StoreError, StoreTooNew
from deepdaily.core.types import Issue
from deepdaily.store import Store, fulltext
from deepdaily.store.codec import from_json
from deepdaily.store.dialects import insert, wait_for_turn
from deepdaily.store.schema import ISSUES, META, SCHEMA, _schema

LOCK_WAIT_S = 30
"""How long a statement waits for another writer."""

CONNECT_WAIT_S = 10
"""How long a database server may take to answer."""


def open_store(folder: Path, url: str = "") -> Store:
    """The database of `url`, or without one `deepdaily.db` in `folder`; its tables are made if there are none.

    Raises:
        StoreTooNew: a newer version wrote it.
        StoreError: the folder cannot be read or written, the file is no database, or the server is not to be reached.
            Nothing was changed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the data folder {folder} cannot be made: {error.strerror}", _OTHER_FOLDER) from error
    engine, remedy = (_server(url), _MEND_SERVER) if url else (_file(folder / "deepdaily.db"), _OTHER_FOLDER)
    try:
        _prepare(engine)
    except DatabaseError as error:
        engine.dispose()
        raise StoreError(f"the database {_named(engine)} cannot be used: {_line(error.orig)}", remedy) from error
    event.listen(engine, "handle_error", _refused)
    return Store(engine)


_OTHER_FOLDER = "make the folder writable, or name another with --data"
_MEND_SERVER = "start the server, or mend store.url in the settings (DEEPDAILY_STORE__URL)"


def _file(path: Path) -> Engine:
    if path.exists() and not os.access(path.parent, os.W_OK):
        return create_engine(f"sqlite:///{path}", creator=partial(_reading, path), poolclass=NullPool)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": LOCK_WAIT_S})
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _reading(path: Path) -> sqlite3.Connection:
    """A connection to a file in a folder that cannot be written; each is made anew, for one query.

    SQLite would make its log beside the file even to read. Where there is none nobody is writing, and it is told so.
    """
    log = path.with_name(f"{path.name}-wal")
    how = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=LOCK_WAIT_S, check_same_thread=False)


def _server(url: str) -> Engine:
    given = {"connect_timeout": CONNECT_WAIT_S, "options": f"-c lock_timeout={LOCK_WAIT_S}s"}
    try:
        return create_engine(url, connect_args=given, pool_pre_ping=True)
    except ArgumentError as error:
        raise StoreError("store.url is no database address", "write postgresql+psycopg://user@host/name") from error
    except ModuleNotFoundError as error:
        raise StoreError(f"{error.name} is not installed", "install deepdaily[postgres]") from error


def _named(engine: Engine) -> str:
    """The file, or the server's address without its password."""
    url = engine.url
    return str(url.database) if engine.dialect.name == "sqlite" else f"{url.host or 'local'}/{url.database}"


def _line(error: BaseException | None) -> str:
    """What the driver says, on one line."""
    return " ".join(str(error).split())


def _refused(context: ExceptionContext) -> None:
    """A full disk, a lock held too long, a damaged file, a server gone: foreseen, unlike a mistake in a statement."""
    error = context.sqlalchemy_exception
    if isinstance(error, OperationalError) or type(error) is DatabaseError:  # SQLite's word for a damaged file
        raise StoreError(
            f"the database {_named(context.engine) if context.engine else ''} failed: {_line(context.original_exception)}",
            "make room, end the other program or start the server, then run the same command again:"
            " it goes on where it stopped",
        ) from context.original_exception


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _prepare(engine: Engine) -> None:
    """Make the tables that are missing. A database that has them is only read: no lock is taken, none is waited for."""
    with engine.connect() as db:
        if _found_schema(db) == SCHEMA:
            return
        wait_for_turn(db)
        if _found_schema(db) < SCHEMA:  # another process may have made them in the meantime
            _schema.create_all(db)
            fulltext.make(db)
            for row in db.execute(select(ISSUES.c.issue)).scalars().all():  # those that schema 1 did not index
                fulltext.keep(db, from_json(Issue, row))
            statement = insert(engine.dialect.name)(META).values(name="schema", value=str(SCHEMA))
            db.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": str(SCHEMA)}))
        db.commit()


def _found_schema(db: Connection) -> int:
    """The number the database was written with; 0 for an empty one. Raises StoreTooNew."""
    if not inspect(db).has_table(META.name):
        return 0
    found = int(db.execute(select(META.c.value).where(META.c.name == "schema")).scalar() or 0)
    if found > SCHEMA:
        raise StoreTooNew(
            f"the database {_named(db.engine)} was written by a newer deepdaily (schema {found}, this one knows {SCHEMA})",
            "upgrade deepdaily, or name another folder with --data",
        )
    return found
