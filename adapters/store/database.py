"""The database beneath the store: SQLite in one file, or PostgreSQL by URL; one way to read, one to write."""

import os
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import SQLModel

from adapters.store.migrate import migrate
from adapters.store.tables import table_of
from domain.outcomes import Misconfigured, Transient

LOCK_WAIT_SECONDS = 30
CHUNK = 500
T = TypeVar("T")


class Database:
    """Opens (and where needed makes or migrates) the database at `url`.

    Raises `Misconfigured` when it can't be used, and `Transient` from a transaction that met a lock.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._one_writer = threading.Lock() if self.engine.dialect.name == "sqlite" else None
        with told():
            migrate(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment and writes nothing."""
        with told(), self.engine.connect().execution_options(afstem_reads=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept when the block ends, nothing when it raises.

        SQLite has one writer at a time: threads queue here, in order, instead of polling for the lock.
        """
        with self._one_writer or _no_lock(), told(), self.engine.begin() as connection:
            yield connection

    def upsert(
        self,
        connection: Connection,
        model: type[SQLModel],
        rows: Sequence[dict[str, Any]],
        keep: Collection[str] = (),
    ) -> None:
        """Insert rows, or replace the given columns, but those of `keep`, where the key is there already."""
        if not rows:
            return
        table = table_of(model)
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        statement = insert(table)
        keys = [column.name for column in table.primary_key]
        rest = {name: statement.excluded[name] for name in rows[0] if name not in keys and name not in keep}
        if rest:
            statement = statement.on_conflict_do_update(index_elements=keys, set_=rest)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=keys)
        connection.execute(statement, list(rows))

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut values into lists short enough for one statement."""
    piece: list[T] = []
    for value in values:
        piece.append(value)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece


@contextmanager
def told() -> Iterator[None]:
    """Say in our words what the database refused."""
    try:
        yield
    except OperationalError as error:
        raise _in_our_words(error) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Transient("the connection to the store was lost") from error
        raise


def _in_our_words(error: OperationalError) -> Transient | Misconfigured:
    text = str(error.orig).lower()
    if isinstance(error.orig, sqlite3.OperationalError) and ("locked" in text or "busy" in text):
        return Transient("the store is locked by another process")
    if getattr(error.orig, "sqlstate", None) in {"40001", "40P01", "55P03", "57P03"}:
        return Transient("the store is busy")
    code = "store_full" if "full" in text else "store_unusable"
    return Misconfigured(code, "store.url", text.splitlines()[0])


@contextmanager
def _no_lock() -> Iterator[None]:
    yield


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10)
    _make_private_file(Path(parsed.database or "afstem.db"))
    engine = create_engine(parsed, connect_args={"timeout": LOCK_WAIT_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private_file(path: Path) -> None:
    """Buyers' details lie in it: nobody but its owner may read it. SQLite's side files take its mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise Misconfigured("store_unusable", "store.url", error.strerror or "") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own would take the lock too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("afstem_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
