"""The database beneath the store: SQLite in one file, or PostgreSQL by URL; one way to read, one to write."""

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import SQLModel

from adapters.sqlite import READS, open_file, use_write_ahead_log
from adapters.store.migrate import is_newest, migrate
from adapters.store.tables import table_of
from domain.outcomes import Misconfigured, Transient

PATIENCE = timedelta(seconds=30)
CHUNK = 500
ENCODING = "UTF8"
OUR_TURN = text("SELECT set_config('lock_timeout', :milliseconds, true), pg_advisory_xact_lock(4702113)")
"""Waits for PostgreSQL's other writers of the store, for a while; the turn ends with the transaction."""
BUSY = frozenset({"40001", "40P01", "55P03", "57P03"})
FULL = frozenset({"53100"})
UNUSABLE = frozenset({"25006", "3F000", "42501", "42P07"})
"""PostgreSQL's codes: a lock or a start to wait for; a full disk; read only, no schema, no rights, others' tables."""
T = TypeVar("T")


class Database:
    """Opens (and where needed makes or migrates) the database at `url`; `patience` is how long a lock is waited for.

    Raises `Misconfigured` when it can't be used, and `Transient` from a transaction that met a lock.
    """

    def __init__(self, url: str, patience: timedelta = PATIENCE) -> None:
        self._patience = patience
        self.engine = _engine(make_url(url), patience)
        self._is_sqlite = self.engine.dialect.name == "sqlite"
        self._one_writer = threading.Lock()
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment and writes nothing."""
        options: dict[str, Any] = {READS: True}
        if not self._is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with told(), self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept when the block ends, nothing when it raises.

        There is one writer at a time, so that what it reads still holds when it writes. Threads queue here, in order;
        what other processes write is waited for in the database.
        """
        with self._our_turn(), told(), self.engine.begin() as connection:
            if not self._is_sqlite:
                connection.execute(OUR_TURN, {"milliseconds": f"{self._patience // timedelta(milliseconds=1)}"})
            yield connection

    def now(self, connection: Connection) -> datetime:
        """The time by the database's clock, which is the same for all who ask."""
        if self._is_sqlite:
            return datetime.now(UTC)  # a file is on the machine of everyone who has it open
        now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now

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

    def vacuum(self) -> None:
        """Give back what was deleted: until then its bytes lie in the file, PostgreSQL's until written over."""
        if self._is_sqlite:
            with told(), closing(self.engine.raw_connection()) as connection:
                for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    connection.cursor().execute(statement)
        else:
            options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}
            with told(), self.engine.connect().execution_options(**options) as connection:
                connection.execute(text(f"VACUUM {', '.join(SQLModel.metadata.tables)}"))

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()

    @contextmanager
    def _our_turn(self) -> Iterator[None]:
        if not self._one_writer.acquire(timeout=self._patience.total_seconds()):
            raise Transient("store_locked", "store.url")
        try:
            yield
        finally:
            self._one_writer.release()

    def _prepare(self) -> None:
        with self.reading() as connection:
            self._can_hold_every_name(connection)
            ready = is_newest(connection)
        if not ready:
            with self.writing() as connection:
                migrate(connection)
        if self._is_sqlite:
            with told():
                use_write_ahead_log(self.engine, self._patience)

    def _can_hold_every_name(self, connection: Connection) -> None:
        """Raise `Misconfigured` for a PostgreSQL that was set up without a locale, or long ago."""
        encoding = ENCODING if self._is_sqlite else connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != ENCODING:
            raise Misconfigured("store_encoding", "store.url", encoding, ENCODING)


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
    """Say in our words what the database refused; a mistake of ours stays what it is."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Transient("store_lost", "store.url") from error
        raise _in_our_words(error, error.orig) or error from error
    except sqlite3.Error as error:
        raise _in_our_words(error, error) or error from error


def _in_our_words(error: Exception, fault: BaseException | None) -> Transient | Misconfigured | None:
    words = (str(fault).lower().splitlines() or [""])[0]
    code = getattr(fault, "sqlstate", None)
    operational = isinstance(error, OperationalError | sqlite3.OperationalError)
    if not (operational or type(fault) is sqlite3.DatabaseError or code in UNUSABLE):
        return None
    if code in BUSY or "locked" in words:
        return Transient("store_locked", "store.url")
    return Misconfigured("store_full" if code in FULL or "is full" in words else "store_unusable", "store.url", words)


def _engine(url: URL, patience: timedelta) -> Engine:
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        # Said, since psycopg hands out bytes where the server knows of no encoding.
        spoken = {"client_encoding": "utf8"}
        return create_engine(url, connect_args=spoken, pool_pre_ping=True, pool_size=10, hide_parameters=True)
    try:
        return open_file(Path(url.database or "afstem.db"), patience)
    except OSError as error:
        raise Misconfigured("store_unusable", "store.url", error.strerror or "") from error
