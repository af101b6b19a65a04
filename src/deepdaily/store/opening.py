"""A database opened: in the data folder or on a server."""

from __future__ import annotations

import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from deepdaily.core.errors import StoreError
from deepdaily.core.types import DAILY
from deepdaily.store import Store
from deepdaily.store.dialects import named, wait_for_turn
from deepdaily.store.migrations import migrate, missing

LOCK_WAIT_S = 30
"""How long a statement waits for another writer."""

CONNECT_WAIT_S = 10
"""How long a database server may take to answer."""


def open_store(folder: Path, url: str = "", digest: str = DAILY) -> Store:
    """The database of `url`, or without one `deepdaily.db` in `folder`, as `digest` sees it; its tables are made if there are none.

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
        raise StoreError(f"the database {named(engine)} cannot be used: {_line(error.orig)}", remedy) from error
    event.listen(engine, "handle_error", _refused)
    return Store(engine, digest)


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


def _line(error: BaseException | None) -> str:
    """What the driver says, on one line."""
    return " ".join(str(error).split())


def _refused(context: ExceptionContext) -> None:
    """A full disk, a lock held too long, a damaged file, a server gone: foreseen, unlike a mistake in a statement."""
    error = context.sqlalchemy_exception
    if isinstance(error, OperationalError) or type(error) is DatabaseError:  # SQLite's word for a damaged file
        raise StoreError(
            f"the database {named(context.engine) if context.engine else ''} failed: {_line(context.original_exception)}",
            "make room, end the other program or start the server, then run the same command again: it goes on where it stopped",
        ) from context.original_exception


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _prepare(engine: Engine) -> None:
    """Bring the tables to today's shape. A database that has it is only read: no lock is taken, none is waited for."""
    with engine.connect() as db:
        if missing(db):
            wait_for_turn(db)
            migrate(db)
            db.commit()
