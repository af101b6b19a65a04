"""The command as a process that stops itself when its store has so many rows: `stopping_run.py TABLE COUNT ARGUMENT…`.

It stops as by Ctrl-Z, workers and all that it has open as they are: whoever started it waits for that, and goes on from there.
"""

from __future__ import annotations

import os
import runpy
import signal
import sqlite3
import sys
from contextlib import closing
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool


def stop_at(table: str, count: int) -> None:
    """Look after each transaction."""
    reached = False

    def look(connection: sqlite3.Connection, _record: Any) -> None:
        nonlocal reached
        if reached:
            return
        with closing(connection.cursor()) as cursor:
            try:
                (rows,) = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()
            except sqlite3.OperationalError:  # the tables are being made
                return
        if rows >= count:
            reached = True
            os.kill(os.getpid(), signal.SIGSTOP)

    event.listen(Pool, "checkin", look)


if __name__ == "__main__":
    stop_at(sys.argv[1], int(sys.argv[2]))
    sys.argv = ["deepdaily", *sys.argv[3:]]
    runpy.run_module("deepdaily", run_name="__main__")
