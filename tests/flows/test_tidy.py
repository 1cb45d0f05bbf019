"""What is old goes each night, and nothing that is unfinished."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Running
from sqlalchemy import text

from adapters.store import Store
from flows.sync_orders import sync_orders
from tasks.tidy import (
    LOOKED_THROUGH,
    LOOKED_THROUGH_EVERY,
    RESULTS_KEPT,
    drop_old_results,
    drop_results,
    oldest_needed,
    tidy,
)
from tests.flows.business import Business
from tests.orders import woo_order

LONG_AGO = datetime.now(UTC) - RESULTS_KEPT - timedelta(days=1)


@pytest.fixture
def old(business: Business, results: Path) -> Business:
    """A business whose last run, with one order held, was long ago."""
    business.sell(woo_order(id=1001), woo_order(id=1002, meta={"_billing_cvr": "1234567"}))
    business.run()
    for path in results.iterdir():
        os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    with business.integration.store.together() as connection:
        connection.execute(text("UPDATE batches SET made_at = :at"), {"at": LONG_AGO.replace(tzinfo=None)})
    return business


def test_old_batches_go_and_the_orders_stay(old: Business) -> None:
    before = old.dump()

    assert tidy.fn(str(old.config))["batches"] == 1

    assert old.dump() == before
    assert old.holds() == {"1002": "cvr_length"}


def test_the_old_results_of_a_machine_go_with_any_run_there_and_new_ones_stay(old: Business, results: Path) -> None:
    before = kept(results)
    assert before

    old.sell(woo_order(id=1003))
    old.run()

    assert before.isdisjoint(kept(results))
    new = kept(results)
    assert new
    old.run()
    assert new <= kept(results)


def test_a_machine_is_looked_through_once_a_day(old: Business, results: Path) -> None:
    old.run()
    left = results / "an old one"
    left.touch()
    os.utime(left, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))

    assert drop_old_results() == 0
    yesterday = (datetime.now(UTC) - LOOKED_THROUGH_EVERY).timestamp()
    os.utime(results / LOOKED_THROUGH, (yesterday, yesterday))

    assert drop_old_results() == 1
    assert not left.exists()


def test_without_results_there_is_nothing_to_look_through(results: Path) -> None:
    assert drop_old_results() == 0
    assert not results.exists()


def kept(results: Path) -> set[Path]:
    """The results that lie there."""
    return {path for path in results.iterdir() if path.name != LOOKED_THROUGH}


def test_no_result_that_an_unfinished_run_may_need_goes(business: Business, results: Path) -> None:
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(sync_orders, parameters={"integration": str(business.config)})
        client.set_flow_run_state(run.id, Running(), force=True)
        business.sell(woo_order(id=1001))
        business.run()
        there = kept(results)
        try:
            assert drop_results(results, oldest_needed(timedelta())) == 0
            assert kept(results) == there
        finally:
            client.delete_flow_run(run.id)
    assert drop_results(results, datetime.now(UTC)) == len(there), "once no run is older that may need them"


def test_a_batch_that_holds_an_order_stays(old: Business) -> None:
    (batch,) = old.integration.store.orders.make_batches("shop-dk", "a run", [["1002"]])
    old.integration.store.orders.open(batch)
    with old.integration.store.together() as connection:
        connection.execute(text("UPDATE batches SET made_at = :at"), {"at": LONG_AGO.replace(tzinfo=None)})

    assert tidy.fn(str(old.config))["batches"] == 1
    with old.integration.store.database.reading() as connection:
        assert connection.execute(text("SELECT id FROM batches")).scalars().all() == [batch]


def test_what_dead_processes_held_goes_and_what_the_living_hold_stays(business: Business) -> None:
    store = business.integration.store
    living = Store(business.integration.settings.store.url)
    living.runs.begin("living")
    books = business.books.name
    with store.together() as connection:
        told = {"key": f"{books}|email:x@example.dk", "owner": "elsewhere|0|1|0.00|gone"}
        connection.execute(text("INSERT INTO leases (key, batch, owner) VALUES (:key, 'dead', :owner)"), told)

    assert tidy.fn(str(business.config))["claims"] == 1
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT batch FROM leases")).scalars().all() == ["living"]
    living.close()


def test_buyers_past_their_time_are_forgotten(old: Business) -> None:
    old.set_up("[privacy]\nretention_days = 30")
    with old.integration.store.together() as connection:
        connection.execute(text("UPDATE orders SET ordered_at = :at"), {"at": LONG_AGO.replace(tzinfo=None)})

    assert tidy.fn(str(old.config))["forgotten"] == 1
    rows = old.integration.store.orders.known("shop-dk", ["1001", "1002"])
    assert (rows["1001"].is_forgotten, rows["1002"].is_forgotten) == (True, False)
    assert old.run().message == "nothing new; 1 order still needs attention"
