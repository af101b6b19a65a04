"""What every book of the store stands on: the database, and the few ways in which it is read and written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from secrets import token_hex
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, select

from deepdaily.store.codec import from_json
from deepdaily.store.dialects import insert
from deepdaily.store.schema import META

T = TypeVar("T")

MOST_WAITING = 200
"""Rows that wait for the next write: some fifty pages, which a run that is killed reads again."""


IN_TRANSACTIONS = "in_transactions"
"""An engine's option: what is said at the beginning of a transaction must hold for readings, too."""


def _nothing() -> None: ...


class Book:
    """One open database. A book is a mixin of `Store`; it keeps the rows of one noun and touches no other book's tables."""

    def __init__(self, engine: Engine, digest: str) -> None:
        self._engine, self._digest = engine, digest
        # One statement needs no transaction: BEGIN and ROLLBACK would each be a way to the server and back. SQLite begins
        # none to read, and changing its mode for each query takes as long as the query.
        plain = engine.dialect.name == "sqlite" or engine.get_execution_options().get(IN_TRANSACTIONS)
        self._reading = engine if plain else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._insert = insert(engine.dialect.name)
        self._puts: dict[tuple[str, bool, tuple[str, ...]], Any] = {}
        self._waiting: dict[Any, list[dict[str, Any]]] = {}
        """Rows by the statement that keeps them, which go out with the next write."""
        self.before_writing: Callable[[], None] = _nothing
        """Called before what waits is written: the bytes that rows point at are on the disk first."""

    def _ours(self, slot: ColumnElement[str]) -> ColumnElement[bool]:
        """Whether a slot is one of our digest's: its keys lie between `daily/` and `daily0`, `0` being next after `/`."""
        return and_(slot > f"{self._digest}/", slot < f"{self._digest}0")

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            with self._writing():
                pass

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction, which begins with what waits."""
        if self._waiting:
            self.before_writing()
        with self._engine.begin() as db:
            for statement, rows in self._waiting.items():
                db.execute(statement, rows)
            yield db
        self._written()

    def _written(self) -> None:
        """Nothing waits any more."""
        self._waiting.clear()

    def _keep(self, table: Table, replacing: bool = True, **values: Any) -> None:
        with self._writing() as db:
            db.execute(self._put(table, values, replacing), values)

    def _keep_later(self, table: Table, rows: Sequence[dict[str, Any]], replacing: bool = True) -> None:
        """Keep the rows with the next write; of those that do not replace, the ones whose keys are not known yet."""
        if rows:
            self._waiting.setdefault(self._put(table, rows[0], replacing), []).extend(rows)
        if sum(map(len, self._waiting.values())) > MOST_WAITING:
            self.flush()

    def _put(self, table: Table, values: Collection[str], replacing: bool = True) -> Any:
        """The statement that keeps a row of `values`, made once: making it takes longer than running it."""
        key = table.name, replacing, tuple(values)
        if key not in self._puts:
            statement = self._insert(table)
            keys = [column.name for column in table.primary_key]
            rest = {name: statement.excluded[name] for name in values if name not in keys}
            changing = statement.on_conflict_do_update(index_elements=keys, set_=rest) if rest else None
            self._puts[key] = changing if replacing and changing is not None else statement.on_conflict_do_nothing()
        return self._puts[key]

    @contextmanager
    def _asking(self, settled: bool = True) -> Iterator[Connection]:
        """A connection to read by; what waits is written first unless the caller has looked there himself."""
        if settled:
            self.flush()
        with self._reading.connect() as db:
            yield db

    def _put_state(self, db: Connection, name: str) -> None:
        """Say that what bears the name was changed."""
        row = {"name": name, "value": token_hex(8)}
        db.execute(self._put(META, row), row)

    def _one(self, query: Any, **given: str) -> str | None:
        """The first column of the first row; `given` are the parameters of a query made once for many askings."""
        with self._asking() as db:
            found: str | None = db.execute(query, given).scalar()
        return found

    def _all(self, query: Any) -> list[str]:
        with self._asking() as db:
            return list(db.execute(query).scalars())

    def _value(self, kind: type[T], query: Any) -> T | None:
        """The first row's only column, read as a `kind`; None where there is none."""
        row = self._one(query)
        return from_json(kind, row) if row else None

    def _values(self, kind: type[T], query: Any) -> list[T]:
        return [from_json(kind, row) for row in self._all(query)]

    def _among(self, table: Table, keys: Iterable[str]) -> dict[str, Any]:
        """The value of each known key, in a table of one key and one value; a statement names at most 500 keys."""
        (key,) = table.primary_key
        wanted, found = sorted(set(keys)), dict[str, Any]()
        for at in range(0, len(wanted), 500):
            found |= {row[0]: row[1] for row in self._rows(select(table).where(key.in_(wanted[at : at + 500])))}
        return found

    def _row(self, query: Any, given: Mapping[str, str] = {}, *, settled: bool = True) -> Any:
        """The first row; None where there is none. The rest as for `_one` and `_asking`."""
        with self._asking(settled) as db:
            return db.execute(query, given).first()

    def _rows(self, query: Any) -> list[Any]:
        with self._asking() as db:
            return list(db.execute(query))
