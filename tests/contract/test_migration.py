"""A store with data from the release before: it is brought up to date, and the next run goes on where it was."""

from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, make_url, select, text
from sqlmodel import SQLModel

import adapters.store
from adapters.store import Store
from adapters.store.migrate import NEWEST
from tests.contract.shopkeeping import (
    NAME,
    PROCESSES,
    Shop,
    in_another_process,
    prove,
    sell_a_backlog,
    sold,
    with_refund,
)
from tests.databases import new_schema

MIGRATIONS = Path(adapters.store.__file__).with_name("migrations")
EVERY_ONE_BEFORE = ["0001", "0002"]
AT_ONCE = 4


@pytest.fixture(params=EVERY_ONE_BEFORE)
def earlier(request: pytest.FixtureRequest, shop: Shop, tmp_path: Path) -> str:
    """The URL of a store as an earlier form left it, with all that a shop's first run has put there."""
    sell_a_backlog(shop)
    order, refunds = with_refund(sold(6, "dorthe"), 77)
    shop.sell(order, sold(9, meta={"_billing_cvr": "1234567"}), refunds=refunds)
    shop.sync()
    url = (
        f"sqlite:///{tmp_path / 'earlier.db'}"
        if "sqlite" in shop.store_url
        else new_schema(request.getfixturevalue("postgresql"))
    )
    make_earlier(url, shop, request.param)
    return url


def make_earlier(url: str, shop: Shop, form: str) -> None:
    """Make the tables of that form, and fill their columns with what the shop's store holds."""
    parsed = make_url(url)
    engine = create_engine(parsed.set(drivername="postgresql+psycopg") if "sqlite" not in url else parsed)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, form)
        tables = MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                rows = held(shop, table.name)
                if rows:
                    connection.execute(
                        table.insert(),
                        [{name: row[name] for name in [column.name for column in table.c]} for row in rows],
                    )
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval(pg_get_serial_sequence('changes', 'id'), max(id)) FROM changes"))
    engine.dispose()


def held(shop: Shop, table: str) -> list[dict[str, Any]]:
    with shop.integration.store.database.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(select(SQLModel.metadata.tables[table]))]


def test_it_is_brought_up_to_date_and_nothing_is_written_twice(shop: Shop, earlier: str) -> None:
    before, stages = (shop.customers(), shop.documents()), shop.stages()
    rows = held(shop, "orders")
    shop.store_url = earlier
    shop.set_up()

    assert sorted(held(shop, "orders"), key=repr) == sorted(rows, key=repr)
    assert shop.stages() == stages
    shop.sync("after")

    assert (shop.customers(), shop.documents()) == before
    with shop.integration.store.database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST


def test_the_next_run_goes_on_where_the_last_one_was(shop: Shop, earlier: str) -> None:
    shop.store_url = earlier
    shop.set_up()
    shop.sell(sold(9), sold(10, "erna"))

    assert shop.sync("after") == []

    prove(shop)
    assert shop.documents().keys() >= {f"{NAME}-9", f"{NAME}-10"}


def test_processes_that_start_at_once_bring_it_up_once(shop: Shop, earlier: str) -> None:
    stages, rows = shop.stages(), held(shop, "orders")
    together = PROCESSES.Barrier(AT_ONCE)

    starting = [in_another_process(start, together, earlier) for _ in range(AT_ONCE)]
    for process in starting:
        process.join()

    assert [process.exitcode for process in starting] == [0] * AT_ONCE
    shop.store_url = earlier
    shop.set_up()
    assert sorted(held(shop, "orders"), key=repr) == sorted(rows, key=repr)
    assert shop.stages() == stages


def start(together: Barrier, url: str) -> None:
    """Open the store as soon as the others do."""
    together.wait(60)
    Store(url).close()
