"""A private PostgreSQL cluster for the tests, on a Unix socket in a folder of its own; none where it is not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

USER = "deepdaily"


def _binaries() -> Path | None:
    """The folder of the newest installed server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("pg_ctl")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster: the folder of its socket. The server refuses to run as root, so root lends it to `nobody`."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    as_user = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path may have 107 bytes, pytest's are longer
    if as_user:
        shutil.chown(folder, **as_user)

    def call(*arguments: str) -> None:
        subprocess.run(arguments, check=True, capture_output=True, cwd=folder, timeout=60, **as_user)  # type: ignore[call-overload]

    try:
        call(str(binaries / "initdb"), "-D", f"{folder}/data", "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        quick = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
        call(str(binaries / "pg_ctl"), "-D", f"{folder}/data", "-o", quick, "-l", f"{folder}/log", "-w", "start")
        try:
            yield str(folder)
        finally:
            call(str(binaries / "pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


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
