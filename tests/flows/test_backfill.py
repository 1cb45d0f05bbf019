"""A period in shards, and orders at which the shop has hinted: both beside the schedule, and neither twice."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Completed, Failed, Running
from sqlalchemy import text

from deployments.commands.webhooks import Following
from deployments.webhooks import AGAIN_SECONDS, HintsLeft
from domain.outcomes import Misconfigured, Transient
from flows.backfill_orders import backfill_orders, sync_period
from flows.sync_hinted import sync_hinted
from tasks.shards import LOOK_EVERY_SECONDS, watch_shards
from tests.flows.business import Business
from tests.flows.runs import Run, wait_until
from tests.flows.serving import NAME, served
from tests.flows.test_faults import meanwhile
from tests.flows.test_sync_orders import private
from tests.orders import woo_order
from tests.simulators.orders import an_order, times
from tests.simulators.woocommerce import KEY, SECRET, WooCommerceSimulator

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 20)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(business: Business, monkeypatch: pytest.MonkeyPatch) -> Iterator[WooCommerceSimulator]:
    """A WooCommerce shop, which has sold one order a day since the last of February, all to one buyer."""
    monkeypatch.setenv("AFSTEM_WEBSHOP_KEY", KEY)
    monkeypatch.setenv("AFSTEM_WEBSHOP_SECRET", SECRET)
    with WooCommerceSimulator() as found:
        business.set_up(webshop=f'kind = "woocommerce"\nurl = "{found.url}"')
        found.put(*(an_order(1000 + day, NOON + timedelta(days=day - 1)) for day in range(25)))
        yield found


def runs_of(flow: str) -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        these = FlowFilter(name=FlowFilterName(any_=[flow]))
        return client.read_flow_runs(flow_filter=these, sort=FlowRunSort.ID_DESC, limit=200)


def backfill(business: Business, first: date = FIRST, last: date = LAST, days: int = 7) -> Run:
    return Run(backfill_orders(str(business.config), first, last, days, return_state=True))


def test_a_period_is_invoiced_in_shards_and_nothing_outside_of_it(
    business: Business, shop: WooCommerceSimulator
) -> None:
    run = backfill(business)

    assert (run.state, run.message) == ("Completed", "3 shards in order")
    (last,) = [one for one in runs_of("sync-period") if "2026-03-15 – 2026-03-20" in str(one.name)]
    assert last.name == "sync-period shop-dk 2026-03-15 – 2026-03-20: 6 orders in order"
    assert last.state
    assert Run(last.state, last.id).bars() == {"2026-03-15 – 2026-03-20": 100}
    assert business.invoices() == {str(1000 + day): 1 for day in range(1, 21)}
    assert len(business.customers()) == 1
    assert business.integration.store.shop_cursor("shop-dk") is None


def test_the_same_period_again_and_the_schedule_after_it_write_nothing_twice(
    business: Business, shop: WooCommerceSimulator
) -> None:
    backfill(business)
    before = business.dump()

    assert backfill(business, days=3).message == "7 shards in order"
    assert business.dump() == before

    assert business.run().state == "Completed"
    assert business.invoices() == {str(1000 + day): 1 for day in range(25)}


def test_a_shard_that_needs_a_person_is_told_and_the_others_go_on(
    business: Business, shop: WooCommerceSimulator
) -> None:
    shop.change(1002, NOON, total="mange penge")
    shop.change(1009, NOON, meta_data=[{"key": "_billing_cvr", "value": "1234567"}])

    run = backfill(business)

    assert run.state == "Failed"
    assert run.message == "1 of 3 shards need attention: 1 of 7 orders need attention"
    assert business.holds() == {"1002": "bad_amount", "1009": "cvr_length"}
    assert business.invoices().total() == 18


def test_a_period_before_the_start_is_one_sentence(business: Business, shop: WooCommerceSimulator) -> None:
    business.set_up(webshop=f'kind = "woocommerce"\nurl = "{shop.url}"\nstart = 2026-04-01')

    assert backfill(business).message.startswith("The period ends on 2026-03-20, and orders before 2026-04-01")
    assert backfill(business, LAST, FIRST).message.startswith("The period from 2026-03-20 to 2026-03-01 has no days.")
    assert business.documents() == []


def test_hinted_orders_are_asked_for_and_invoiced_as_the_shop_shows_them(
    business: Business, shop: WooCommerceSimulator
) -> None:
    hints = business.integration.store.hints
    hints.keep("shop-dk", ["1003", "1004", "999999"])
    shop.trash(1004)

    run = Run(sync_hinted(str(business.config), return_state=True))

    assert run.state == "Completed"
    assert business.invoices() == {"1003": 1}
    assert hints.waiting("shop-dk", 10) == []
    calls = len(shop.calls)
    assert Run(sync_hinted(str(business.config), return_state=True)).message == "nothing new"
    assert len(shop.calls) == calls


def test_a_hint_of_an_invoiced_order_changes_nothing_until_the_order_did(
    business: Business, shop: WooCommerceSimulator
) -> None:
    business.run()
    before = business.dump()
    hints = business.integration.store.hints
    hints.keep("shop-dk", ["1003"])
    sync_hinted(str(business.config), return_state=True)
    assert business.dump() == before

    shop.put(an_order(1003, NOON, status="cancelled") | times("modified", datetime.now(UTC)))
    hints.keep("shop-dk", ["1003"])
    sync_hinted(str(business.config), return_state=True)

    assert business.holds() == {"1003": "cancelled_after_invoicing"}


def test_a_shop_that_is_down_keeps_the_hint(business: Business, shop: WooCommerceSimulator) -> None:
    hints = business.integration.store.hints
    hints.keep("shop-dk", ["1003"])
    shop.faults.append(("status", 401))

    assert Run(sync_hinted(str(business.config), return_state=True)).state == "Failed"
    assert [hint.order for hint in hints.waiting("shop-dk", 10)] == ["1003"]


def test_a_receiver_knows_whether_the_hints_were_followed(
    business: Business, shop: WooCommerceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.fetch_orders.MOST_HINTS", 1)
    config, hints = str(business.config), business.integration.store.hints
    hints.keep("shop-dk", ["1003"])
    shop.faults.append(("status", 401))
    follow = Following(business.integration, config)
    with pytest.raises(Misconfigured):
        follow()

    hints.keep("shop-dk", ["1004"])
    assert follow() == 0, "one is left"
    assert follow() is None
    assert business.invoices() == {"1003": 1, "1004": 1}


def test_hints_build_no_queue_while_no_worker_is_there(business: Business, shop: WooCommerceSimulator) -> None:
    business.integration.store.hints.keep("shop-dk", ["1003"])
    with get_client(sync_client=True) as client:
        deployment = sync_hinted.to_deployment("shop-dk", parameters={"integration": str(business.config)}).apply()
        runs = FlowRunFilter.model_validate({"deployment_id": {"any_": [deployment]}})
        try:
            follow = Following(business.integration, str(business.config))
            assert [follow() for _ in range(3)] == [AGAIN_SECONDS] * 3
            (run,) = client.read_flow_runs(flow_run_filter=runs)
            client.set_flow_run_state(run.id, Running(), force=True)  # and has asked for its hints already
            follow()
            assert len(client.read_flow_runs(flow_run_filter=runs)) == 2
        finally:
            client.delete_deployment(deployment)
    assert business.documents() == []


def test_a_shop_that_is_away_costs_one_failed_run_and_is_asked_before_the_next(
    business: Business, shop: WooCommerceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.webhooks.AGAIN_SECONDS", 0)
    business.integration.store.hints.keep("shop-dk", ["1003"])
    follow = Following(business.integration, str(business.config))
    before = {run.id for run in runs_of("sync-hinted")}
    for _ in range(4):
        shop.faults.append(("status", 401))
        with pytest.raises(Misconfigured):
            follow()
    shop.faults.append(("status", 503))
    with pytest.raises(Transient):
        follow()
    assert [run.state_name for run in runs_of("sync-hinted") if run.id not in before] == ["Failed"]

    assert follow() is None

    assert business.invoices() == {"1003": 1}


def test_a_deployment_is_not_run_for_a_shop_that_is_away(
    business: Business, shop: WooCommerceSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.webhooks.AGAIN_SECONDS", 0)
    business.integration.store.hints.keep("shop-dk", ["1003"])
    with get_client(sync_client=True) as client:
        deployment = sync_hinted.to_deployment("shop-dk", parameters={"integration": str(business.config)}).apply()
        runs = FlowRunFilter.model_validate({"deployment_id": {"any_": [deployment]}})

        def all_fail() -> int:
            found = client.read_flow_runs(flow_run_filter=runs)
            for run in found:
                client.set_flow_run_state(run.id, Failed(), force=True)
            return len(found)

        try:
            follow = Following(business.integration, str(business.config))
            follow()
            shop.faults.extend([("status", 503)] * 3)
            for _ in range(3):
                assert all_fail() == 1
                with pytest.raises(Transient):
                    follow()
            assert follow() == 0, "the shop is back"
            assert all_fail() == 2
            with pytest.raises(HintsLeft):
                follow()  # the shop answers, and whoever runs it fails all the same
            assert all_fail() == 3
        finally:
            client.delete_deployment(deployment)


def test_a_shard_whose_process_is_gone_is_started_again_once(business: Business, shop: WooCommerceSimulator) -> None:
    store = business.integration.store
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(sync_period, parameters={"integration": str(business.config)})
        client.set_flow_run_state(run.id, Running(), force=True)
        with store.together() as connection:
            told = {"key": f"run|{run.id}", "batch": str(run.id)}
            connection.execute(
                text("INSERT INTO leases (key, batch, owner) VALUES (:key, :batch, 'elsewhere|0|1|0.00|gone')"), told
            )
        states = []

        def another_worker() -> None:
            wait_until(lambda: client.read_flow_run(run.id).state_name == "AwaitingRetry", "it awaits its retry")
            client.set_flow_run_state(run.id, Running(), force=True)  # and has not yet said that it is at work
            time.sleep(LOOK_EVERY_SECONDS + 1)
            states.append(client.read_flow_run(run.id).state_name)
            client.set_flow_run_state(run.id, Completed(), force=True)

        with meanwhile(another_worker):
            state = watch_shards(str(business.config), [str(run.id)])

    assert (state.name, state.message) == ("Completed", "1 shard in order")
    assert states == ["Running"]


@pytest.mark.slow
def test_retry_of_a_period_tries_again_what_its_failed_shards_have_left(tmp_path: Path) -> None:
    business = Business(tmp_path / "shop", NAME)
    (business.folder / "orders" / "refunds").mkdir(parents=True)
    business.set_up()
    business.sell(private(1001, created="2026-03-02T12:00:00"), private(1002, created="2026-03-09T12:00:00"))
    business.sell(woo_order(id=1003, created="2026-03-03T12:00:00", meta={"_billing_cvr": "1234567"}))
    with served(tmp_path / "prefect", business.config) as deployment:
        period = {"first": "2026-03-01", "last": "2026-03-14"}
        flow_run = deployment.start(business.config, "backfill-orders", **period)
        run = deployment.ended(flow_run)
        assert (run.state, business.holds()) == ("Failed", {"1003": "cvr_length"})
        assert run.bars() == {"2 shards": 100}
        assert run.message == "1 of 2 shards need attention: 1 of 2 orders need attention"

        business.set_up('[customers]\non_bad_number = "treat_as_b2c"')
        deployment.retry(flow_run)
        run = deployment.ended(flow_run)

        assert (run.state, run.message) == ("Completed", "2 shards in order")
        assert sorted(one.run_count for one in runs_of("sync-period")) == [1, 2]
    assert business.invoices() == {"1001": 1, "1002": 1, "1003": 1}


def test_a_shard_that_was_deleted_is_not_taken_for_done(business: Business) -> None:
    with get_client(sync_client=True) as client:
        done, deleted = (client.create_flow_run(sync_period, parameters={}).id for _ in range(2))
        client.set_flow_run_state(done, Completed(), force=True)
        client.delete_flow_run(deleted)

    state = watch_shards(str(business.config), [str(done), str(deleted)])

    assert (state.name, state.message) == ("Failed", "1 of 2 shards were deleted in Prefect: run the period again")
