"""What every book of the store stands on: the database, and the few ways in which it is read and written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Engine, Table, and_, select

from deepdaily.store.codec import from_json
from deepdaily.store.dialects import insert

T = TypeVar("T")


class Book:
    """One open database. A book is a mixin of `Store`; it keeps the rows of one noun and touches no other book's tables."""

    def __init__(self, engine: Engine, digest: str) -> None:
        self._engine, self._digest = engine, digest
        # One statement needs no transaction: BEGIN and ROLLBACK would each be a way to the server and back. SQLite begins
        # none to read, and changing its mode for each query takes as long as the query.
        sqlite = engine.dialect.name == "sqlite"
        self._reading = engine if sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._insert = insert(engine.dialect.name)

    def _ours(self, slot: ColumnElement[str]) -> ColumnElement[bool]:
        """Whether a slot is one of our digest's: its keys lie between `daily/` and `daily0`, `0` being next after `/`."""
        return and_(slot > f"{self._digest}/", slot < f"{self._digest}0")

    def _keep(self, table: Table, replacing: bool = True, **values: Any) -> None:
        with self._engine.begin() as db:
            db.execute(self._put(table, replacing, **values))

    def _keep_new(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Keep the rows whose keys are not known yet."""
        if rows:
            with self._engine.begin() as db:
                db.execute(self._insert(table).on_conflict_do_nothing(), rows)

    def _put(self, table: Table, replacing: bool = True, **values: Any) -> Any:
        statement = self._insert(table).values(**values)
        keys = [column.name for column in table.primary_key]
        rest = {name: statement.excluded[name] for name in values if name not in keys}
        if replacing and rest:
            return statement.on_conflict_do_update(index_elements=keys, set_=rest)
        return statement.on_conflict_do_nothing()

    def _one(self, query: Any, **given: str) -> str | None:
        """The first column of the first row; `given` are the parameters of a query made once for many askings."""
        with self._reading.connect() as db:
            found: str | None = db.execute(query, given).scalar()
        return found

    def _all(self, query: Any) -> list[str]:
        with self._reading.connect() as db:
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

    def _row(self, query: Any) -> Any:
        """The first row; None where there is none."""
        with self._reading.connect() as db:
            return db.execute(query).first()

    def _rows(self, query: Any) -> list[Any]:
        with self._reading.connect() as db:
            return list(db.execute(query))
