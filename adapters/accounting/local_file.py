"""The file under the embedded books: made, proven to be ours, read at one moment, written in one transaction."""

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from adapters.accounting.checks import storable
from adapters.accounting.local_tables import KEYS, SERIES, make_tables
from adapters.claims import make_sure
from adapters.sqlite import READS, open_file, use_write_ahead_log
from domain.outcomes import Misconfigured, Transient

VERSION = 1
"""Counts up when the tables change; a file that says more was written by a newer Afstem."""
APPLICATION = 0x41465354
FIELD = "accounting.path"
CHUNK = 500
FAULTS = {
    sqlite3.SQLITE_FULL: "books_full",
    sqlite3.SQLITE_CANTOPEN: "books_unreachable",
    sqlite3.SQLITE_READONLY: "books_unreachable",
    sqlite3.SQLITE_PERM: "books_unreachable",
    sqlite3.SQLITE_AUTH: "books_unreachable",
    sqlite3.SQLITE_IOERR: "books_unreachable",
}
T = TypeVar("T")


class Posting:
    """One write transaction. Everything that it writes carries the time `now`, later than all that was written before.

    Writers stand in line for the file's lock and take `now` while they have it: nothing can be committed later
    under an earlier time than a reader has already seen.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._last: dict[str, int] = {row.name: row.last for row in connection.execute(select(SERIES))}
        self.now = max(time.time_ns() // 1000, self._last.get("clock", 0) + 1)
        self._last["clock"] = self.now

    def take(self, series: str) -> int:
        """The next number of a series; it is given back when the transaction is."""
        self._last[series] = self._last.get(series, 0) + 1
        return self._last[series]

    def remember(self, action: str, subjects: dict[str, int]) -> None:
        """Keep what became of each key."""
        rows = [{"action": action, "key": key, "subject": subject} for key, subject in subjects.items()]
        if rows:
            self.connection.execute(insert(KEYS), rows)

    def answered(self, action: str, keys: Iterable[str]) -> dict[str, int]:
        """The subjects of those keys that were answered before."""
        found: dict[str, int] = {}
        for some in chunks(set(keys)):
            statement = select(KEYS.c.key, KEYS.c.subject).where(KEYS.c.action == action, KEYS.c.key.in_(some))
            found.update((row.key, row.subject) for row in self.connection.execute(statement))
        return found

    def keep(self) -> None:
        """Write down how far the series have come."""
        statement = insert(SERIES)
        statement = statement.on_conflict_do_update(
            index_elements=[SERIES.c.name], set_={"last": statement.excluded.last}
        )
        self.connection.execute(statement, [{"name": name, "last": last} for name, last in self._last.items()])


class BooksFile:
    """The books' file at `path`, shared by threads; `patience` is how long another process's lock is waited for.

    Raises `Misconfigured` (`books_unreachable`, `books_full`, `books_damaged`, `books_foreign`, `books_too_new`)
    and `Transient` when the lock outlasts the patience.
    """

    def __init__(self, path: Path, patience: timedelta) -> None:
        self.path = path
        self._patience = patience
        self._opening = threading.Lock()
        self._one_writer = threading.Lock()
        self._engine: Engine | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The books at one moment. Where there is no file, new books are shown and still none is made."""
        with _in_our_words():
            engine = self._opened() if self._engine or self.path.exists() else _blank()
            with engine.connect().execution_options(**{READS: True}) as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Posting]:
        """One transaction: all of it stands when the block ends, nothing of it when the block raises."""
        with _in_our_words():
            engine = self._opened()
            with self._one_writer, engine.begin() as connection:
                make_sure()
                posting = Posting(connection)
                yield posting
                posting.keep()

    def close(self) -> None:
        """Let go of the file."""
        with self._opening:
            if self._engine:
                self._engine.dispose()
            self._engine = None

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is None:
                self._engine = self._open()
            return self._engine

    def _open(self) -> Engine:
        engine = open_file(self.path, self._patience, pragmas=("foreign_keys=ON",))
        try:
            _prove(engine)
            use_write_ahead_log(engine, self._patience)
        except BaseException:
            engine.dispose()
            raise
        return engine


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Cut values into lists short enough for one statement; texts that no database can hold are left out."""
    piece: list[T] = []
    for value in values:
        if isinstance(value, str) and not storable(value):
            continue
        piece.append(value)
        if len(piece) == CHUNK:
            yield piece
            piece = []
    if piece:
        yield piece


def _blank() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        make_tables(connection)
    return engine


def _prove(engine: Engine) -> None:
    """See that the file holds books of ours; make them in an empty one."""
    with engine.connect().execution_options(**{READS: True}) as connection:
        if _are_books(connection):
            return
    with engine.begin() as connection:
        if not _are_books(connection):
            make_tables(connection)
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")
            connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")


def _are_books(connection: Connection) -> bool:
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if connection.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION:
        if version > VERSION:
            raise Misconfigured("books_too_new", FIELD, version, VERSION)
        return True
    if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
        raise Misconfigured("books_foreign", FIELD)
    return False


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Misconfigured("books_unreachable", FIELD, error.strerror or "") from error
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise Transient("books_locked", FIELD) from error
        found = getattr(cause, "sqlite_errorname", "")
        raise Misconfigured(FAULTS.get(code, "books_damaged"), FIELD, found) from error
