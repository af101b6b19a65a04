"""A private PostgreSQL cluster for the tests, on a Unix socket in a folder of its own; none where it is not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import TextIO
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from once import locked
from waiting import CEILING_S

USER = "deepdaily"


def _binaries() -> Path | None:
    """The folder of the newest installed server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("pg_ctl")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


@contextmanager
def cluster(session: Path) -> Iterator[str]:
    """The running cluster of a session of tests: the folder of its socket. Who comes first starts it, the last one stops it."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    with (session / "postgres.users").open("a") as users:
        with locked(session / "postgres.lock") as told:
            flock(users, LOCK_SH)
            told.seek(0)
            folder = told.read()
            if not folder:
                folder = _started(binaries)
                told.write(folder)
        try:
            yield folder
        finally:
            with locked(session / "postgres.lock") as told:
                if _is_last(users):
                    told.truncate(0)
                    _stop(binaries, folder)


def _is_last(users: TextIO) -> bool:
    try:
        flock(users, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _started(binaries: Path) -> str:
    """The folder of a new cluster. The server refuses to run as root, so root lends it to `nobody`."""
    folder = tempfile.mkdtemp(prefix="pg", dir="/tmp")  # a socket's path may have 107 bytes, pytest's are longer
    if _as_user():
        shutil.chown(folder, **_as_user())
    try:
        _call(folder, binaries / "initdb", "-D", f"{folder}/data", "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        quick = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
        start = ("-D", f"{folder}/data", "-o", quick, "-l", f"{folder}/log", "-t", str(CEILING_S), "-w", "start")
        _call(folder, binaries / "pg_ctl", *start)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return folder


def _stop(binaries: Path, folder: str) -> None:
    try:
        _call(folder, binaries / "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def _as_user() -> dict[str, str]:
    return {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}


def _call(folder: str, *command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=CEILING_S, **_as_user())  # type: ignore[call-overload]


@contextmanager
def database(socket_folder: str) -> Iterator[str]:
    """The `store.url` of a new empty database of the cluster."""
    name = "t" + uuid4().hex
    with psycopg.connect(host=socket_folder, user=USER, dbname="postgres", autocommit=True) as admin:
        admin.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield f"postgresql+psycopg://{USER}@/{name}?host={socket_folder}"
        finally:
            admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
