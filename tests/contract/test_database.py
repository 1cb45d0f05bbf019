"""The databases beneath the store: what stands in their way is told in a sentence, and nothing is lost by it."""

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlmodel import SQLModel

from adapters.store import Store
from adapters.store.migrate import NEWEST
from domain.outcomes import Misconfigured, Transient
from domain.sentences import what
from tests.contract.shopkeeping import in_another_process
from tests.contract.storekeeping import an_order
from tests.databases import administer, new_schema

AT_ONCE = timedelta(milliseconds=100)


@contextmanager
def opened(url: str, patience: timedelta = timedelta(seconds=30)) -> Iterator[Store]:
    store = Store(url, patience)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def beside(url: str) -> Iterator[Engine]:
    """The database as somebody else sees it."""
    parsed = make_url(url)
    engine = create_engine(parsed.set(drivername="postgresql+psycopg") if "postgres" in url else parsed)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def locked(url: str) -> Iterator[Connection]:
    """Another process writes to the store, and takes its time."""
    with opened(url) as other, other.together() as connection:
        yield connection


def misconfigured(url: str) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        Store(url, AT_ONCE)
    for language in ("da", "en"):
        assert what(caught.value.finding, language)
    return caught.value


def test_a_locked_database_is_a_fault_that_may_pass(store_url: str) -> None:
    with opened(store_url, AT_ONCE) as store:
        with locked(store_url), pytest.raises(Transient, match="store_locked"):
            store.orders.save([an_order("1")])

        store.orders.save([an_order("1")])


def test_who_reads_waits_for_nobody(store_url: str) -> None:
    with opened(store_url, AT_ONCE) as store:
        store.orders.save([an_order("1")])
        with locked(store_url):
            assert store.orders.known("shop-dk", ["1"])


def test_writers_wait_for_each_other_within_their_patience(store_url: str) -> None:
    with opened(store_url) as store:
        with locked(store_url):
            writer = threading.Thread(target=store.orders.save, args=([an_order("1")],))
            writer.start()
            writer.join(0.2)
            assert writer.is_alive()
        writer.join()
        assert store.orders.known("shop-dk", ["1"])


def test_what_was_read_for_a_write_still_holds_when_it_is_written(store_url: str) -> None:
    seen = []
    with opened(store_url) as store, opened(store_url) as other:
        store.move_shop_cursor("shop-dk", "0")

        def count_up(by: Store) -> None:
            for _ in range(20):
                with by.together() as connection:
                    found = connection.execute(text("SELECT value FROM cursors")).scalar_one()
                    connection.execute(text("UPDATE cursors SET value = :value"), {"value": str(int(found) + 1)})
                    seen.append(found)

        threads = [threading.Thread(target=count_up, args=(one,)) for one in (store, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert store.shop_cursor("shop-dk") == "40"
        assert len(set(seen)) == 40


def test_a_reading_sees_one_moment(store_url: str) -> None:
    count = text("SELECT count(*) FROM orders")
    with opened(store_url) as store:
        with store.database.reading() as connection:
            assert connection.execute(count).scalar() == 0
            store.orders.save([an_order("1")])
            assert connection.execute(count).scalar() == 0
        with store.database.reading() as connection:
            assert connection.execute(count).scalar() == 1


@pytest.mark.slow
def test_a_new_store_may_be_opened_by_several_processes_at_once(store_url: str) -> None:
    processes = [in_another_process(open_and_write, store_url, f"{number}") for number in range(6)]
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 6
    with opened(store_url) as store:
        assert len(store.orders.known("shop-dk", [str(number) for number in range(6)])) == 6


def open_and_write(url: str, order: str) -> None:
    with opened(url) as store:
        store.orders.save([an_order(order)])


def test_the_migrations_make_exactly_the_tables_of_the_models(store_url: str) -> None:
    with opened(store_url) as store, store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_store_of_a_later_release_is_left_alone(store_url: str) -> None:
    with opened(store_url) as store:
        store.orders.save([an_order("1")])
    with beside(store_url) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert misconfigured(store_url).finding.code == "store_too_new"

    with beside(store_url) as engine, engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{NEWEST}'"))
    with opened(store_url) as store:
        assert store.orders.known("shop-dk", ["1"])


def test_a_database_that_holds_something_else_is_left_alone(store_url: str) -> None:
    with beside(store_url) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id integer)"))

    assert misconfigured(store_url).finding.code == "store_unusable"

    with beside(store_url) as engine, engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == 0


def test_the_store_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        with opened(f"sqlite:///{tmp_path / 'new' / 'store.db'}") as store:
            store.orders.save([an_order("1")])
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    finally:
        os.umask(umask)

    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


def test_a_store_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with opened(f"sqlite:///{path}"):
        pass
    path.chmod(0o644)

    with opened(f"sqlite:///{path}"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_no_database_is_said_to_be_none_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"name = 'this is no database at all'\n" * 100)

    assert misconfigured(f"sqlite:///{path}").finding.code == "store_unusable"
    assert path.read_bytes().startswith(b"name = 'this")


def test_a_store_beneath_a_file_or_in_place_of_a_folder_can_not_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for path in (tmp_path / "file" / "store.db", tmp_path):
        assert misconfigured(f"sqlite:///{path}").finding.code == "store_unusable"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    os.seteuid(65534)
    try:
        found = misconfigured(f"sqlite:///{tmp_path / 'store.db'}").finding
    finally:
        os.seteuid(0)

    assert (found.code, found.field) == ("store_unusable", "store.url")


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.orders.save([an_order("1")])
        with store.database.engine.connect() as connection:
            connection.execute(text("PRAGMA max_page_count = 1"))  # the pool hands out this very connection again

        with pytest.raises(Misconfigured) as caught:
            store.orders.save([an_order("2", raw="x" * 500_000)])

        assert caught.value.finding.code == "store_full"
        assert store.orders.known("shop-dk", ["1", "2"]).keys() == {"1"}


class TestPostgreSQL:
    def test_a_server_that_is_not_there_is_told(self) -> None:
        url = "postgresql://nobody@127.0.0.1:1/afstem"

        assert misconfigured(url).finding.code == "store_unusable"

    def test_a_password_is_never_told(self) -> None:
        error = misconfigured("postgresql://afstem:secret-word@127.0.0.1:1/afstem")

        assert "secret-word" not in f"{error}{error.finding}"

    def test_a_database_that_is_not_there_is_told(self, postgresql: str) -> None:
        url = postgresql.replace("/postgres?", "/nothing?")

        assert misconfigured(url).finding.code == "store_unusable"

    def test_a_database_that_cannot_hold_every_name_is_told(self, postgresql: str) -> None:
        as_c = "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        administer(postgresql, f"CREATE DATABASE without_locale {as_c}")
        error = misconfigured(postgresql.replace("/postgres?", "/without_locale?"))
        assert (error.finding.code, error.finding.found) == ("store_encoding", "SQL_ASCII")

    def test_a_user_without_rights_is_told(self, postgresql: str) -> None:
        url = new_schema(postgresql)
        with beside(url) as engine, engine.begin() as connection:
            connection.execute(text("CREATE ROLE visitor LOGIN"))

        assert misconfigured(url.replace("postgres:@", "visitor:@")).finding.code == "store_unusable"

    def test_a_lost_connection_may_come_back(self, postgresql: str) -> None:
        url = new_schema(postgresql)
        end_all = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid != pg_backend_pid()"
        )

        def lose(store: Store) -> None:
            with store.together() as connection, beside(url) as engine, engine.begin() as admin:
                admin.execute(end_all)
                connection.execute(text("SELECT 1"))

        with opened(url) as store:
            with pytest.raises(Transient, match="store_lost"):
                lose(store)

            store.orders.save([an_order("1")])
            assert store.orders.known("shop-dk", ["1"])
