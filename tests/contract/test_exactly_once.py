"""Whatever happens to a run, its line, its store or its process: one customer for a buyer, one invoice for an order."""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.store import Store
from domain.outcomes import AfstemError, Transient, Unforeseen
from domain.ports import Accounting
from domain.stages import INVOICED
from tasks.classify_customers import cut_into_batches
from tasks.fetch_orders import fetch
from tests.contract.economic_shopkeeping import EconomicShop
from tests.contract.shopkeeping import (
    NAME,
    PROCESSES,
    THREE_MUGS,
    Shop,
    Unlucky,
    claim_and_wait,
    in_another_process,
    kill,
    lose_the_line,
    opened,
    prove,
    prove_backlog,
    run_and_die,
    run_until_done,
    sell_a_backlog,
    sold,
    sync,
    unlucky,
    with_refund,
    work,
)
from tests.databases import DATABASES, empty_store
from tests.orders import write_orders
from tests.simulators.economic import EconomicSimulator


@pytest.fixture(params=[*DATABASES, pytest.param("economic", marks=pytest.mark.slow)])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """A shop without orders, and empty books: the embedded ones, with the store on either database, or e-conomic.

    That one doesn't tell what was booked since.
    """
    if request.param != "economic":
        with opened(tmp_path / "shop", empty_store(request.param, request, tmp_path)) as one:
            yield one
        return
    with EconomicSimulator() as agreement:
        one = EconomicShop(tmp_path / "shop", empty_store("sqlite", request, tmp_path), agreement=agreement)
        yield one
        one.close()


class LostOutcomes(Unlucky):
    """Books that do what they are told, whose line fails before they have told of the first item of a call."""

    outcome: AfstemError = Transient("the connection was lost")

    def __init__(self, books: Accounting, call: str) -> None:
        super().__init__(books, call, "after", lose_the_line)

    def _failing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*told: Any, **more: Any) -> Any:
            return [self.outcome, *call(*told, **more)[1:]]

        return failing


class MistakenOutcomes(LostOutcomes):
    """The same where it is Afstem that goes wrong over the first answer."""

    outcome = Unforeseen("afstem_mistake", "accounting", "KeyError")


CALLS = ("create_customers", "update_customers", "create_documents")


def booked_unseen(shop: Shop) -> None:
    """The answer to the draft of an order was lost, and a person has booked it since."""
    shop.set_up(book=False)
    shop.sell(sold(9, "cecilie"))
    shop.sync("before")
    shop.sell(sold(1))
    sync(unlucky(shop.integration, "create_documents", "after"), "unlucky")
    shop.book_by_hand(f"{NAME}-1")


class TestALostAnswer:
    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("call", CALLS)
    def test_the_next_run_finds_out_and_writes_nothing_twice(self, shop: Shop, call: str, when: str) -> None:
        sell_a_backlog(shop)
        faults = sync(unlucky(shop.integration, call, when), "unlucky")
        assert any(isinstance(fault, Transient) for fault in faults)
        documents, customers = shop.documents(), shop.customers()
        booked = {name: one for name, one in documents.items() if one["state"] == "booked"}

        assert shop.sync("next") == []

        prove(shop)
        assert len(shop.customers()) == 3
        assert documents.keys() <= shop.documents().keys()
        assert booked.items() <= shop.documents().items()
        assert {one["number"] for one in customers} <= {one["number"] for one in shop.customers()}

    @pytest.mark.slow
    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("call", CALLS)
    def test_a_process_killed_at_that_very_moment_is_no_other_matter(self, shop: Shop, call: str, when: str) -> None:
        sell_a_backlog(shop)
        process = in_another_process(run_and_die, shop.folder / "afstem.toml", call, when)
        process.join()
        assert process.exitcode == -9

        assert shop.sync("next") == []

        prove(shop)
        assert len(shop.customers()) == 3

    def test_other_orders_of_a_buyer_wait_with_the_one_whose_answer_was_lost(self, shop: Shop) -> None:
        """The customer may stand there already: whoever went on would make it a second time."""
        shop.sell(sold(1), sold(2), sold(3, "bente"), sold(4))
        sync(replace(shop.integration, books=LostOutcomes(shop.integration.books, "create_customers")), "unlucky")

        assert sorted(one["email"] for one in shop.customers()) == ["astrid@example.dk", "bente@example.dk"]
        assert {shop.row(order).stage for order in (1, 2, 4)} == {"failed"}

        assert shop.sync("next") == []
        prove(shop)

    @pytest.mark.parametrize("call", ["create_customers", "create_documents"])
    def test_a_mistake_of_ours_holds_its_own_order_and_what_came_of_it_is_looked_up(
        self, shop: Shop, call: str
    ) -> None:
        shop.set_up(book=False)
        shop.sell(sold(1), sold(2, "bente"))
        sync(replace(shop.integration, books=MistakenOutcomes(shop.integration.books, call)), "mistaken")
        assert (shop.hold(1), shop.hold(2)) == ("afstem_mistake", "invoiced")
        if call == "create_documents":
            shop.book_by_hand(f"{NAME}-1")
        shop.sell(sold(1, lines=[THREE_MUGS]))

        shop.sync("next")

        assert len(shop.customers()) == len(shop.documents()) == 2
        assert shop.hold(1) == ("reference_taken" if call == "create_documents" else "invoiced")

    def test_an_intent_is_committed_before_the_books_are_called(self, shop: Shop) -> None:
        shop.sell(sold(1))
        sync(unlucky(shop.integration, "create_documents", "before"), "unlucky")

        operations = text("SELECT kind, state FROM operations ORDER BY kind")
        with shop.integration.store.database.reading() as connection:
            assert connection.execute(operations).all() == [("customer", "done"), ("document", "intended")]

    @pytest.mark.parametrize("edited", ["lines", "buyer"])
    def test_an_order_edited_after_its_answer_was_lost_is_not_invoiced_again(self, shop: Shop, edited: str) -> None:
        shop.sell(sold(1))
        sync(unlucky(shop.integration, "create_documents", "after"), "unlucky")
        shop.sell(sold(1, lines=[THREE_MUGS]) if edited == "lines" else sold(1, "bente"))

        shop.sync("next")

        assert [one["total"] for one in shop.documents().values()] == ["125.00"]
        assert shop.hold(1) == "reference_taken"

    @pytest.mark.parametrize("changed", ["lines", "buyer", "settings"])
    def test_nor_is_it_where_a_person_has_booked_it_meanwhile(self, shop: Shop, changed: str) -> None:
        """Reading on, not every system tells of it; and what is wanted now goes by another key."""
        booked_unseen(shop)
        if changed == "settings":
            shop.set_up('[invoices]\nnote = "Webordre {number}"', book=False)
        else:
            shop.sell(sold(1, lines=[THREE_MUGS]) if changed == "lines" else sold(1, "bente"))

        shop.sync("next")

        assert [one["total"] for one in shop.documents().values()] == ["125.00", "125.00"]
        assert shop.hold(1) == ("booked" if changed == "settings" else "reference_taken")

    def test_an_order_cancelled_after_its_answer_was_lost_is_known_to_be_invoiced(self, shop: Shop) -> None:
        shop.sell(sold(1))
        sync(unlucky(shop.integration, "create_documents", "after"), "unlucky")
        shop.sell(sold(1, status="cancelled"))

        shop.sync("next")

        (state,) = {one["state"] for one in shop.documents().values()}
        assert shop.hold(1) == ("cancelled_after_invoicing" if state == "booked" else "cancelled_with_draft")

    def test_so_is_one_that_a_person_has_booked_meanwhile(self, shop: Shop) -> None:
        booked_unseen(shop)
        shop.sell(sold(1, status="cancelled"))

        shop.sync("next")

        assert shop.hold(1) == "cancelled_after_invoicing"

    def test_an_order_cancelled_while_it_is_invoiced_is_known_to_be_invoiced(self, shop: Shop) -> None:
        def cancel() -> None:
            shop.sell(sold(1, status="cancelled"))
            fetch(shop.integration)

        shop.sell(sold(1))
        sync(unlucky(shop.integration, "create_documents", "after", cancel), "unlucky")

        shop.sync("next")

        assert shop.hold(1) == "cancelled_after_invoicing"

    def test_a_lost_answer_for_a_credit_note_is_looked_up_too(self, shop: Shop) -> None:
        shop.sell(sold(1))
        shop.sync()
        order, refunds = with_refund(sold(1), 77)
        shop.sell(order, refunds=refunds)
        sync(unlucky(shop.integration, "create_documents", "after"), "unlucky")

        assert shop.sync("next") == []

        assert sorted(shop.documents()) == [f"{NAME}-1", f"{NAME}-1-R77"]
        assert shop.hold(1) == "booked"

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_draft_whose_rewriting_was_cut_off_is_rewritten(self, shop: Shop, when: str) -> None:
        shop.set_up(book=False)
        shop.sell(sold(1))
        shop.sync()
        shop.sell(sold(1, lines=[THREE_MUGS]))
        sync(unlucky(shop.integration, "update_drafts", when), "unlucky")

        shop.sync("next")

        assert [(one["state"], one["total"]) for one in shop.documents().values()] == [("draft", "375.00")]
        assert shop.hold(1) == "invoiced"


class TestTwoRunsAtOnce:
    def test_an_order_in_the_hands_of_a_living_process_is_left_to_it_and_taken_over_when_it_is_killed(
        self, shop: Shop
    ) -> None:
        shop.sell(sold(1))
        told = PROCESSES.Event()
        lease = "email:bente@example.dk"
        process = in_another_process(claim_and_wait, shop.folder / "afstem.toml", lease, told)
        assert told.wait(60)
        shop.sell(sold(2, "bente"), sold(3, "cecilie"))

        faults = shop.sync("beside")

        assert (shop.hold(1), shop.hold(2), shop.hold(3)) == ("classified", "failed", "booked")
        assert "1 × customer_busy: customer" in str(faults[0])
        kill(process)
        assert shop.sync("after") == []
        prove(shop)

    def test_two_threads_with_batches_cut_apart_make_one_customer_and_one_invoice(self, shop: Shop) -> None:
        shop.set_up("[run]\nbatch_size = 10")
        write_orders(shop.folder / "orders", 120, 20, seed=5)
        fetch(shop.integration)
        first = cut_into_batches(shop.integration, "first")
        second = cut_into_batches(shop.integration, "second")
        assert len(first) == len(second) > 1

        with ThreadPoolExecutor(2) as threads:
            runs = [threads.submit(lambda some: [list(work(shop.integration, one)) for one in some], some)
                    for some in (first, reversed(second))]  # fmt: skip
            for run in runs:
                run.result()
        for attempt in range(10):
            if not shop.sync(f"after-{attempt}"):
                break

        prove_backlog(shop, 120)

    @pytest.mark.slow
    def test_two_processes_with_half_the_backlog_each_make_one_customer_and_one_invoice(self, shop: Shop) -> None:
        shop.set_up("[run]\nbatch_size = 10")
        write_orders(shop.folder / "orders", 300, 60, seed=7)
        start = time.time() + 1
        processes = [in_another_process(run_until_done, shop.folder / "afstem.toml", start, 2, half) for half in (0, 1)]
        for process in processes:
            process.join()

        assert [process.exitcode for process in processes] == [0, 0]
        prove_backlog(shop, 300, 60)

    def test_two_shops_that_sell_into_the_same_books_share_a_buyer(self, shop: Shop, tmp_path: Path) -> None:
        write_orders(shop.folder / "orders", 100, 30, seed=13)
        with closing(shop.beside(tmp_path / "other", "shop-se")) as other:
            write_orders(other.folder / "orders", 100, 30, seed=17)
            start = time.time() + 0.5
            configs = [one.folder / "afstem.toml" for one in (shop, other)]
            processes = [in_another_process(run_until_done, config, start) for config in configs]
            for process in processes:
                process.join()

            assert [process.exitcode for process in processes] == [0, 0]
            assert len(shop.customers()) == 30
            for one in (shop, other):
                assert one.stages().keys() <= INVOICED | {"skipped"}
                invoices = {name for name in shop.documents() if name.startswith(one.name) and "-R" not in name}
                assert len(invoices) == 100 - one.stages()["skipped"]

    def test_two_runs_that_fill_a_new_store_at_once_find_every_customer_of_the_books(self, shop: Shop) -> None:
        for number in range(40):
            shop.add_customer({"email": f"koeber{number}@example.dk"})
        shop.sell(*(sold(number + 1, f"koeber{number}") for number in range(40)))
        start = time.time() + 0.5
        processes = [in_another_process(run_until_done, shop.folder / "afstem.toml", start, 2, half) for half in (0, 1)]
        for process in processes:
            process.join()

        assert len(shop.customers()) == 40
        prove(shop)


def test_killed_at_any_instant_a_run_goes_on_where_it_was(shop: Shop, tmp_path: Path) -> None:
    shop.set_up("[run]\nbatch_size = 16")
    write_orders(tmp_path / "to come", 416, 80, seed=11, orders_per_file=32)
    shutil.copytree(tmp_path / "to come" / "refunds", shop.folder / "orders" / "refunds", dirs_exist_ok=True)
    chance = random.Random(11)
    killed = 0
    for orders in sorted((tmp_path / "to come").glob("*.json")):
        orders.rename(shop.folder / "orders" / orders.name)
        process = in_another_process(run_until_done, shop.folder / "afstem.toml")
        process.join(chance.uniform(0.05, 0.35))
        killed += process.is_alive()
        kill(process)

    process = in_another_process(run_until_done, shop.folder / "afstem.toml")
    process.join()

    assert killed >= 8, "the run was over before it could be killed"
    assert process.exitcode == 0
    prove_backlog(shop, 416, 80)
    numbers = sorted(int(one["number"]) for one in shop.documents().values())
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_store_that_nobody_left_properly_is_nobodys(shop: Shop) -> None:
    shop.sell(sold(1))
    told = PROCESSES.Event()
    process = in_another_process(claim_and_wait, shop.folder / "afstem.toml", "number 1", told)
    assert told.wait(60)
    kill(process)

    store = Store(shop.store_url)

    assert store.directory(shop.integration.books.name).lease(["number 1"], "batch") == set()
    assert [row.order_id for rows in store.orders.unfinished(NAME) for row in rows] == ["1"]
    store.close()
