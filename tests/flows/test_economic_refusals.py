"""What e-conomic refuses costs a call once, and then no more of them than it is worth to ask again."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow
from prefect.states import AwaitingRetry

from tests.contract.shopkeeping import end_rest, sync
from tests.flows.business import Business
from tests.flows.runs import Run
from tests.flows.test_economic import an_order, on_economic
from tests.orders import Goods, woo_order
from tests.simulators.economic import EconomicSimulator

Trouble = Callable[[EconomicSimulator], object]
IDLE = {"GET /invoices/drafts": 1, "GET /customers": 1}
"""What a run costs in which orders rest, however many: a look at the drafts, and at the customers who were changed."""


def year_closed(agreement: EconomicSimulator) -> None:
    agreement.api.ledger.closed_years.update(range(2024, 2028))


def product_barred(agreement: EconomicSimulator) -> None:
    agreement.api.ledger.products["vare"].update(barred=True)


def product_mended(agreement: EconomicSimulator) -> None:
    agreement.api.ledger.products["vare"].update(barred=False)


def group_deleted(agreement: EconomicSimulator) -> None:
    agreement.api.ledger.customer_groups.clear()


@pytest.fixture
def shop(business: Business, agreement: EconomicSimulator) -> Iterator[Business]:
    """A shop whose orders are to be booked in e-conomic."""
    on_economic(business, agreement)
    yield business
    business.integration.close()


def run(shop: Business, agreement: EconomicSimulator) -> dict[str, int]:
    """The steps of a run; gives the calls that it made."""
    agreement.calls.clear()
    sync(shop.integration, "run")
    return dict(agreement.calls)


def three(first: int, **told: Any) -> list[dict[str, Any]]:
    return [an_order(number, email=f"b{number - first}@example.dk", **told) for number in range(first, first + 3)]


@pytest.mark.parametrize(
    ("trouble", "code", "asked"),
    [
        (group_deleted, "customer_group_unknown", "POST /customers"),
        (product_barred, "product_barred", "POST /invoices/drafts"),
        (year_closed, "period_closed", "POST /invoices/booked"),
    ],
)
def test_an_order_that_is_refused_is_asked_for_once_and_rests(
    shop: Business,
    agreement: EconomicSimulator,
    trouble: Trouble,
    code: str,
    asked: str,
) -> None:
    trouble(agreement)
    shop.sell(*three(1))

    assert run(shop, agreement)[asked] == 3
    assert set(shop.holds().values()) == {code}
    assert [run(shop, agreement) for _ in range(3)] == [IDLE] * 3
    assert set(shop.holds().values()) == {code}
    end_rest(shop.integration)
    assert run(shop, agreement)[asked] == 3
    assert run(shop, agreement) == IDLE


def test_a_change_of_a_customer_that_is_refused_rests_too(
    shop: Business,
    agreement: EconomicSimulator,
) -> None:
    shop.sell(*three(1))
    run(shop, agreement)
    group_deleted(agreement)
    moved = three(11)
    for order in moved:
        order["billing"]["city"] = "Skive"
    shop.sell(*moved)

    assert run(shop, agreement)["PUT /customers/N"] == 3
    assert shop.holds() == dict.fromkeys(("11", "12", "13"), "customer_group_unknown")
    assert [run(shop, agreement) for _ in range(3)] == [IDLE] * 3


def test_an_edited_draft_that_is_refused_rests_too(shop: Business, agreement: EconomicSimulator) -> None:
    on_economic(shop, agreement, book="false")
    shop.sell(an_order(1))
    run(shop, agreement)
    product_barred(agreement)
    shop.sell(woo_order(id=1, lines=[Goods("Krus", "50.00", 2)], billing={"email": "bo@example.dk"}))

    assert run(shop, agreement)["PUT /invoices/drafts/N"] == 1
    assert [run(shop, agreement) for _ in range(3)] == [IDLE] * 3


def another_product(shop: Business, agreement: EconomicSimulator) -> None:
    agreement.api.ledger.add_product("vare-2", 1, "Vare")
    on_economic(shop, agreement, product="vare-2")


def edited(shop: Business, agreement: EconomicSimulator) -> None:
    product_mended(agreement)
    shop.sell(an_order(1) | {"customer_note": "Ring først", "date_modified_gmt": "2026-11-03T08:00:00"})


def customer_saved(shop: Business, agreement: EconomicSimulator) -> None:
    product_mended(agreement)
    agreement.api.ledger.clock = lambda: datetime.now(UTC) + timedelta(minutes=1)
    agreement.api.customers.edit(1, website="https://bo.example.dk")


def time_passed(shop: Business, agreement: EconomicSimulator) -> None:
    product_mended(agreement)
    end_rest(shop.integration)


@pytest.mark.parametrize("what", [another_product, edited, customer_saved, time_passed])
def test_a_run_asks_again_as_soon_as_anything_could_change_the_answer(
    shop: Business,
    agreement: EconomicSimulator,
    what: Callable[[Business, EconomicSimulator], None],
) -> None:
    product_barred(agreement)
    shop.sell(an_order(1))
    run(shop, agreement)

    what(shop, agreement)
    run(shop, agreement)

    assert shop.stages() == {"1": "booked"}


def test_what_is_mended_inside_the_books_alone_waits_for_its_time(
    shop: Business,
    agreement: EconomicSimulator,
) -> None:
    product_barred(agreement)
    shop.sell(an_order(1), an_order(2, email="another@example.dk"))
    run(shop, agreement)

    product_mended(agreement)

    assert run(shop, agreement) == IDLE
    shop.sell(an_order(2, email="another@example.dk") | {"customer_note": "Tak"})
    run(shop, agreement)
    assert shop.stages() == {"1": "held", "2": "booked"}


def test_a_person_who_asks_is_answered_at_once_and_the_runs_in_between_tell_of_it(
    shop: Business,
    agreement: EconomicSimulator,
) -> None:
    from flows.rerun_failed import rerun_failed

    product_barred(agreement)
    shop.sell(an_order(1))
    assert shop.run().message == "1 of 1 orders need attention"
    product_mended(agreement)
    agreement.calls.clear()

    between = shop.run()

    assert (between.state, between.message) == ("Completed", "nothing new; 1 order still needs attention")
    assert agreement.calls == IDLE
    assert Run(rerun_failed(str(shop.config), return_state=True)).message == "1 order in order"
    assert shop.stages() == {"1": "booked"}


def test_asking_in_vain_before_its_time_makes_no_pause_longer(
    shop: Business,
    agreement: EconomicSimulator,
) -> None:
    from flows.rerun_failed import rerun_failed

    product_barred(agreement)
    shop.sell(an_order(1))
    run(shop, agreement)
    refusals = []
    for ask in (lambda: rerun_failed(str(shop.config), return_state=True), lambda: run(shop, agreement)):
        ask()
        refusals.append(shop.orders()["1"].refusals)
        end_rest(shop.integration)
    run(shop, agreement)

    assert [*refusals, shop.orders()["1"].refusals] == [1, 2, 3]


def test_an_order_that_is_held_for_something_else_rests_no_more(
    shop: Business,
    agreement: EconomicSimulator,
) -> None:
    product_barred(agreement)
    shop.sell(an_order(1))
    run(shop, agreement)
    agreement.api.customers.edit(1, barred=True)

    run(shop, agreement)

    row = shop.orders()["1"]
    assert (row.code, row.refusals, row.again_at) == ("customer_barred", 0, None)
    product_mended(agreement)
    agreement.api.customers.edit(1, barred=False)
    run(shop, agreement)
    assert shop.stages() == {"1": "booked"}


def test_retry_asks_at_once_even_where_what_the_run_did_before_is_lost(
    shop: Business,
    agreement: EconomicSimulator,
    results: Path,
) -> None:
    from flows.sync_orders import sync_orders

    product_barred(agreement)
    shop.sell(an_order(1))
    first = shop.run()
    product_mended(agreement)
    shutil.rmtree(results)
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(first.id, AwaitingRetry(), force=True)
        flow_run = client.read_flow_run(first.id)

    told = {"integration": str(shop.config), "since": None}
    run_flow(sync_orders, flow_run=flow_run, parameters=told, return_type="state")

    assert shop.stages() == {"1": "booked"}


def test_a_draft_that_a_person_booked_in_the_same_instant_is_found_by_the_next_run(
    shop: Business,
    agreement: EconomicSimulator,
) -> None:
    def booked_by_hand(moment: str, kind: str) -> None:
        if (moment, kind) == ("before", "POST /invoices/booked") and not agreement.api.invoices.booked:
            agreement.api.invoices.book({"draftInvoice": {"draftInvoiceNumber": 1}})

    shop.sell(an_order(1))
    agreement.watch = booked_by_hand
    run(shop, agreement)
    assert shop.holds() == {"1": "draft_gone"}

    run(shop, agreement)

    assert shop.stages() == {"1": "booked"}
