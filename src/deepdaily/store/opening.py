"""A database opened: in the data folder or on a server."""

from __future__ import annotations

import os
import re
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from deepdaily.core.errors import StoreError
from deepdaily.core.types import DAILY
from deepdaily.store import Store
from deepdaily.store.book import IN_TRANSACTIONS
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
    engine, remedy = (server(url), _MEND_SERVER) if url else (_file(folder / "deepdaily.db"), _OTHER_FOLDER)
    try:
        try:
            _prepare(engine)
        except OperationalError as error:
            if not (url and _NO_OPTIONS in str(error.orig)):
                raise
            engine.dispose()
            engine = pooled_server(url)
            _prepare(engine)
    except DatabaseError as error:
        engine.dispose()
        raise StoreError(f"the database {named(engine)} cannot be used: {_line(error.orig)}", remedy) from error
    except StoreError:
        engine.dispose()
        raise
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


_NO_OPTIONS = "unsupported startup parameter"
"""What pgbouncer says of options that it was not told to let through."""

_OPTION = re.compile(r"(?:-c\s*|--)([A-Za-z_][\w.-]*)=((?:\\.|\S)*)")


def server(url: str) -> Engine:
    """The database server at `url`, its own options beside ours; nothing is asked of it yet. Raises StoreError."""
    address = _address(url)
    ours = f"-c lock_timeout={LOCK_WAIT_S}s"
    return _engine(address, {"options": " ".join([ours, *_options_of(address)])})


def pooled_server(url: str) -> Engine:
    """The server behind a pool that refuses options (pgbouncer): what they say is said in each transaction.

    A pool lends a connection for a transaction alone: nothing may be prepared on one, and where the address has options there are
    no readings without a transaction.
    """
    address = _address(url)
    options = _options_of(address)
    settings = [("lock_timeout", f"{LOCK_WAIT_S}s"), *_OPTION.findall(" ".join(options))]
    engine = _engine(address.difference_update_query(["options"]), {"prepare_threshold": None})

    def say(db: Connection) -> None:
        for name, value in settings:
            db.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": re.sub(r"\\(.)", r"\1", value)})

    event.listen(engine, "begin", say)
    return engine.execution_options(**{IN_TRANSACTIONS: bool(options)})


def _engine(address: URL, given: dict[str, Any]) -> Engine:
    if "connect_timeout" not in address.query:
        given |= {"connect_timeout": CONNECT_WAIT_S}
    try:
        return create_engine(address, connect_args=given | {"client_encoding": "utf8"}, pool_pre_ping=True)
    except ArgumentError as error:
        raise StoreError("store.url is no database address", "write postgresql+psycopg://user@host/name") from error
    except ModuleNotFoundError as error:
        raise StoreError(f"{error.name} is not installed", "install deepdaily[postgres]") from error


def _address(url: str) -> URL:
    """The address in its parts. Raises StoreError, which names none of them: where it is torn, any may be of the password."""
    behind, mark, query = url.partition("://")[2].partition("@")[2].partition("?")
    torn = "@" in behind or (mark and not all("=" in one for one in query.split("&")))
    try:
        if torn:
            raise ValueError
        return make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(
            "store.url is no database address",
            "write postgresql+psycopg://user:password@host/name, the password percent-encoded: %40 for @, %3A for :, %2F for /,"
            " %23 for #, %25 for %",
        ) from None


def _options_of(address: URL) -> list[str]:
    found = address.query.get("options", ())
    return [found] if isinstance(found, str) else list(found)


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
        _see_encoding(db)
        if missing(db):
            wait_for_turn(db)
            migrate(db)
            db.commit()


def _see_encoding(db: Connection) -> None:
    """Raises StoreError: the server's database cannot hold every text."""
    if db.dialect.name == "sqlite":
        return
    encoding = db.connection.driver_connection.info.parameter_status("server_encoding")  # type: ignore[union-attr]
    if encoding != "UTF8":
        raise StoreError(
            f"the database {named(db.engine)} has the encoding {encoding}, which does not hold every text",
            "make another: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0; nothing was changed in this one",
        )
