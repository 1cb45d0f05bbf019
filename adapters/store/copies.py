"""Copies of the store: each a SQLite file in the newest form, wherever the store itself lies."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, make_url, select
from sqlmodel import SQLModel

from adapters.sqlite import make_private
from adapters.store.database import CHUNK, Database, told
from adapters.store.presence import Presence
from adapters.store.restored import Forgetting, doubt_what_was_due
from adapters.store.tables import LeaseRow, OwnerRow, table_of
from domain.outcomes import Misconfigured

OF_PROCESSES = frozenset({table_of(OwnerRow), table_of(LeaseRow)})
"""What processes of that moment held: of no use to those of another."""


def back_up(store: Database, path: Path) -> int:
    """Write a copy of the store as it is at one moment, while runs go on; gives its size in bytes.

    What stands at `path` is replaced when the copy is whole. Raises `Misconfigured` (`backup_unwritable`).
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        make_private(unfinished)
        _write(store, unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise Misconfigured("backup_unwritable", str(path), error.strerror or "") from error
    finally:
        for leftover in path.parent.glob(f".{path.name}.unfinished*"):
            leftover.unlink()
    return path.stat().st_size


def refuse_under_others(store: Database) -> None:
    """Raise `Misconfigured` (`store_in_use`) while another process is at work: nothing may change under it."""
    with store.reading() as connection:
        _refuse_under_others(store, connection)


def restore(store: Database, path: Path) -> None:
    """Make the store what the copy says, all of it or nothing. A copy of an earlier release is brought up first.

    Who is forgotten now, in whichever integration, is forgotten in the copy too, and no e-invoice goes twice.
    Raises `Misconfigured` where it is no copy of a store (`backup_unreadable`), or of a later release, or where
    another process is at work in the store (`store_in_use`).
    """
    if not _is_copy(path):
        raise Misconfigured("backup_unreadable", str(path))
    opened = path.with_name(f".{path.name}.opened")
    try:
        make_private(opened)
        _copy_file(path, opened)
        copy = Database(f"sqlite:///{opened}")
        try:
            with copy.reading() as source, store.writing() as target:
                _refuse_under_others(store, target)
                forgetting = Forgetting(store, target, source)
                for table in reversed(SQLModel.metadata.sorted_tables):
                    target.execute(delete(table))
                _copy_rows(source, target)
                forgetting.again(target)
                doubt_what_was_due(store, target)
            store.vacuum()
        finally:
            copy.close()
    finally:
        for leftover in path.parent.glob(f".{path.name}.opened*"):
            leftover.unlink()


def _refuse_under_others(store: Database, connection: Connection) -> None:
    if others := Presence(store).others(connection):
        raise Misconfigured("store_in_use", "store.url", "; ".join(others))


def _write(store: Database, path: Path) -> None:
    if store.engine.dialect.name == "sqlite":
        with told():
            _copy_file(Path(make_url(str(store.engine.url)).database or ""), path)
    else:
        copy = Database(f"sqlite:///{path}")
        try:
            with store.reading() as source, copy.writing() as target:
                _copy_rows(source, target)
        finally:
            copy.close()
    with closing(sqlite3.connect(path)) as whole:
        whole.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        if whole.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Misconfigured("backup_unreadable", str(path))
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _copy_file(source: Path, target: Path) -> None:
    url = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(url, uri=True)) as now, closing(sqlite3.connect(target)) as copy:
        now.backup(copy)


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in SQLModel.metadata.sorted_tables:
        if table in OF_PROCESSES:
            continue
        found = source.execution_options(yield_per=CHUNK).execute(select(table))
        for piece in found.partitions():
            target.execute(table.insert(), [dict(row._mapping) for row in piece])
        if target.dialect.name == "postgresql":
            _count_on(target, table)


def _count_on(target: Connection, table: Table) -> None:
    """Rows that PostgreSQL numbers itself go on after the highest number that was copied."""
    for column in table.primary_key:
        if column is table.autoincrement_column:
            sequence: Any = func.pg_get_serial_sequence(table.name, column.name)
            highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            target.execute(select(func.setval(sequence, highest, False)))


def _is_copy(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            return bool(found.execute("SELECT version_num FROM alembic_version").fetchone())
    except sqlite3.Error:
        return False
