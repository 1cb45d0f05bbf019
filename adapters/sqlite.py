"""A SQLite file as ours are opened: private to its owner, with a write-ahead log, the lock taken before the first read.

The books and the store both lie in one. Faults come as SQLite's own: each room says them in its own words.
"""

import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

READS = "afstem_reads"
"""The execution option of a connection that writes nothing, and so waits for nobody."""


def open_file(path: Path, patience: timedelta, pragmas: Iterable[str] = ()) -> Engine:
    """An engine on the file, which is made where it is missing; `patience` is how long a lock is waited for."""

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own would take the lock too late
        for pragma in ("synchronous=FULL", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    make_private(path)
    seconds = patience.total_seconds()
    url = URL.create("sqlite", database=str(path))
    patiently = {"timeout": seconds, "check_same_thread": False}
    engine = create_engine(url, connect_args=patiently, pool_size=10, hide_parameters=True)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin)
    return engine


def make_private(path: Path) -> None:
    """Buyers' details lie in it: nobody but its owner may read it. SQLite's side files take its mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def use_write_ahead_log(engine: Engine, patience: timedelta) -> None:
    """Switch to a write-ahead log, once in a file's life. SQLite doesn't wait for this lock by itself, so we do."""
    deadline = time.monotonic() + patience.total_seconds()
    with closing(engine.raw_connection()) as connection:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(READS) else "BEGIN IMMEDIATE")
