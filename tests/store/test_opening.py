"""A database on a server: the words of its address, and what stands between."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from sqlalchemy import make_url

from deepdaily.core.errors import StoreError
from deepdaily.store.opening import open_store
from making import issue, story

TORN = "postgresql+psycopg://me:p@ss:w/rd#1%x@db.example.com/news"


@pytest.mark.parametrize("address", [TORN, TORN.replace("p@ss", "p@s?s"), "postgresql+psycopg://me:p@ss/word@localhost/news"])
def test_a_password_as_it_is_is_asked_for_percent_encoded_and_no_piece_of_it_is_said(tmp_path: Path, address: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(tmp_path, address)

    said = f"{refused.value}; {refused.value.remedy}"
    assert "percent-encoded" in said
    assert not any(piece in said.replace("user:password@host", "") for piece in ("w/rd", "@ss", "word@", "#1%x"))
    assert refused.value.__cause__ is None


def of_server(store_url: str) -> str:
    """Skips where there is no server."""
    if not store_url:
        pytest.skip("of a server alone")
    return store_url


def tables_in(store_url: str, schema: str) -> int:
    url = make_url(store_url)
    with psycopg.connect(host=url.query["host"], user=url.username, dbname=url.database) as db:  # type: ignore[arg-type]
        row = db.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", [schema]).fetchone()
    return row[0] if row else 0


def with_schema(store_url: str) -> None:
    url = make_url(store_url)
    with psycopg.connect(host=url.query["host"], user=url.username, dbname=url.database, autocommit=True) as db:  # type: ignore[arg-type]
        db.execute("CREATE SCHEMA mine")


def test_the_options_of_an_address_hold_beside_our_own(tmp_path: Path, store_url: str) -> None:
    with_schema(of_server(store_url))
    with open_store(tmp_path, f"{store_url}&options=-csearch_path=mine") as store:
        store.keep_issue(issue(story("One")))
        assert len(store.issues()) == 1
        with store._engine.connect() as db:
            assert db.exec_driver_sql("SHOW lock_timeout").scalar() == "30s"

    assert (tables_in(store_url, "mine") > 20, tables_in(store_url, "public")) == (True, 0)


@contextmanager
def pool_without_options(store_url: str) -> Iterator[int]:
    """The port of what refuses a connection that names options, as pgbouncer does, and hands every other on."""
    folder = str(make_url(store_url).query["host"])

    def served(client: socket.socket) -> None:
        with client:
            length = struct.unpack("!I", client.recv(4))[0]
            hello = client.recv(length - 4)
            if b"options\0" in hello:
                told = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
                client.sendall(b"E" + struct.pack("!I", len(told) + 4) + told)
                return
            with socket.socket(socket.AF_UNIX) as behind:
                behind.connect(f"{folder}/.s.PGSQL.5432")
                behind.sendall(struct.pack("!I", length) + hello)
                back = Thread(target=handed_on, args=(behind, client))
                back.start()
                handed_on(client, behind)
                back.join()

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def accept() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                Thread(target=served, args=(client,), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def handed_on(one: socket.socket, other: socket.socket) -> None:
    """Everything that comes, until an end."""
    try:
        while part := one.recv(65536):
            other.sendall(part)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.mark.parametrize("options", ["", "&options=-csearch_path%3Dmine"])
def test_behind_a_pool_that_takes_no_options_they_are_said_in_each_transaction(
    tmp_path: Path, store_url: str, options: str
) -> None:
    with_schema(of_server(store_url))
    url = make_url(store_url)
    with pool_without_options(store_url) as port:
        address = f"postgresql+psycopg://{url.username}@127.0.0.1:{port}/{url.database}?sslmode=disable&gssencmode=disable{options}"
        with open_store(tmp_path, address) as store:
            for n in range(7):  # more often than a driver waits before it prepares
                store.keep_issue(issue(story(f"Number {n}")))
                assert len(store.issues(limit=n + 1)) == 1

    assert tables_in(store_url, "mine" if options else "public") > 20


def test_a_database_that_cannot_hold_every_text_is_refused_at_once(tmp_path: Path, store_url: str) -> None:
    url = make_url(of_server(store_url))
    name = f"{url.database}_latin"
    with psycopg.connect(host=url.query["host"], user=url.username, dbname="postgres", autocommit=True) as db:  # type: ignore[arg-type]
        db.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        try:
            with pytest.raises(StoreError, match="has the encoding SQL_ASCII") as refused:
                open_store(tmp_path, store_url.replace(str(url.database), name))
            assert "ENCODING 'UTF8'" in (refused.value.remedy or "")
        finally:
            db.execute(f"DROP DATABASE {name} WITH (FORCE)")
