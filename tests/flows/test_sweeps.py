"""The night's sweep, a person's choice, and the forms by which orders are tried again."""

import sqlite3
from contextlib import closing

from domain.days import COPENHAGEN
from flows.nightly_sweep import nightly_sweep
from tests.flows.business import Business
from tests.flows.runs import Run, name_of, retried, warned
from tests.flows.test_sync_orders import company, private
from tests.orders import Goods


def swept(business: Business) -> Run:
    return Run(nightly_sweep(str(business.config), return_state=True))


def write_over(business: Business, order: int, more: int) -> None:
    """Somebody changes the amount of an invoice in the books, by so many øre."""
    with closing(sqlite3.connect(business.folder / "books.db")) as books, books:
        change = "UPDATE documents SET total = total + ?, net = net + ? WHERE reference = ?"
        books.execute(change, (more, more, f"shop-dk-{order}"))


def test_the_nightly_sweep_proves_that_every_order_is_counted_once(business: Business) -> None:
    business.sell(private(1001), private(1002), company(1003))

    run = swept(business)

    assert run.message == "1 of 3 orders need attention"
    proof = run.page("shop-dk-proof")
    assert "| eligible | 3 | 375.00 |" in proof
    assert "| invoiced | 2 | 250.00 |" in proof
    assert "| held | 1 | 125.00 |" in proof
    assert "Orders and books agree." in proof


def test_the_nightly_sweep_notices_a_draft_that_a_person_deleted(business: Business) -> None:
    settings = business.config.read_text(encoding="utf-8")
    business.config.write_text(settings.replace('"books.db"', '"books.db"\nbook = false'), encoding="utf-8")
    business.sell(private(1001), private(1002))
    business.run()
    (draft,) = (one["number"] for one in business.documents() if one["reference"] == "shop-dk-1001")
    business.books.delete_draft(draft)

    run = swept(business)

    told = "1 difference between the orders and the books; 1 of 1 orders need attention: 1 × draft_gone"
    assert (run.state, f"{run.message}: {run.causes}") == ("Failed", told)
    assert business.holds() == {"1001": "draft_gone"}
    assert "| 1001 | shop-dk-1001 | missing from the books |" in run.page("shop-dk-proof")


def test_a_night_when_orders_and_books_differ_says_so_and_passes_when_it_is_mended(business: Business) -> None:
    business.sell(private(1001), private(1002))
    business.run()
    write_over(business, 1001, 100)

    run = swept(business)

    assert (run.state, run.message) == ("Failed", "1 difference between the orders and the books")
    assert name_of(run) == "nightly-sweep shop-dk: 1 difference between the orders and the books"
    found, then = warned(run)
    assert found.startswith("1 × the invoice is not the order's total. The artifact shop-dk-proof names")
    assert "press Retry" in then

    write_over(business, 1001, -100)
    again = retried(run, nightly_sweep, business)

    assert (again.state, name_of(again)) == ("Completed", "nightly-sweep shop-dk: nothing new")


def test_what_differs_is_told_in_the_language_of_the_settings(business: Business) -> None:
    settings = business.config.read_text(encoding="utf-8")
    business.config.write_text(settings.replace('language = "en"', 'language = "da"'), encoding="utf-8")
    business.sell(private(1001))
    business.run()
    write_over(business, 1001, 100)

    found, then = warned(swept(business))

    assert found.startswith("1 × fakturaen er ikke ordrens total. Bilagene står i artefaktet shop-dk-proof")
    assert "Tryk så Retry" in then


def test_a_difference_and_an_order_that_waits_stand_in_one_title(business: Business) -> None:
    business.sell(private(1001), company(1002))
    business.run()
    write_over(business, 1001, 100)

    known = swept(business)
    business.sell(company(1003))
    new = swept(business)

    differ = "1 difference between the orders and the books"
    assert (known.message, name_of(known)) == (
        f"{differ}; 1 order still needs attention",
        f"nightly-sweep shop-dk: {differ}; 1 order still needs attention",
    )
    assert new.message.startswith(f"{differ}; 2 of 2 orders need attention")
    assert name_of(new) == f"nightly-sweep shop-dk: {new.message}"


def test_what_prefect_shows_is_in_the_language_of_the_settings(business: Business) -> None:
    settings = business.config.read_text(encoding="utf-8")
    business.config.write_text(settings.replace('language = "en"', 'language = "da"'), encoding="utf-8")
    business.add_customer(email="buyer1001@example.dk", city="Ribe")
    business.sell(*(private(1001, lines=[Goods("Krus", "1250.00")]), private(1002), company(1003)))

    run = swept(business)

    assert run.message == "1 af 3 ordrer venter på dig: 1 × cvr_length"
    proof = run.page("shop-dk-proof")
    assert "Ordrer og regnskab stemmer." in proof
    assert "| skal faktureres | 3 | 1.500,00 |" in proof
    assert "| DKK | 1.375,00 | 0,00 | 1.375,00 | 0,00 | 0,00 |" in proof
    (waiting,) = run.artifact("shop-dk-attention")
    assert waiting["cause"].startswith("CVR-nummeret i")
    assert "**1 ordre:** 1003" in run.page("shop-dk-attention")
    changed = {row["Ændring"]: row["Felter"].split(", ") for row in run.artifact("shop-dk-customers")}
    assert "by" in changed["ændret"]
    assert "e-mail" in changed["oprettet"]


def test_the_customer_that_a_person_chose_is_taken_for_all_orders_that_waited(business: Business) -> None:
    from flows.resolve_order import resolve_order

    business.add_customer(email="mette@example.dk")
    chosen = business.add_customer(email="mette@example.dk", name="Hanne Ottosen")
    business.sell(*(private(1000 + place, billing={"email": "mette@example.dk"}) for place in range(3)), company(1009))
    business.run()

    run = Run(resolve_order(str(business.config), " 1001", chosen, return_state=True))

    assert (run.state, run.message) == ("Completed", "3 orders in order")
    assert {row.customer for row in business.orders().values() if row.order_id != "1009"} == {chosen}
    assert business.holds() == {"1009": "cvr_length"}


def test_one_batch_is_tried_again(business: Business) -> None:
    from flows.rerun_failed import rerun_failed

    business.set_up("[run]\nbatch_size = 2")
    business.sell(*(company(1000 + place) for place in range(6)))
    first, *_ = sorted({name.rsplit(" ", 1)[1] for name in business.run().batch_tasks(3)})
    business.set_up('[customers]\non_bad_number = "treat_as_b2c"')

    rerun_failed(str(business.config), batch=first, return_state=True)

    assert sorted(business.invoices()) == sorted(business.integration.store.orders.in_batch("shop-dk", first))
    assert len(business.invoices()) == 2


def test_order_numbers_may_be_pasted_in_one_line(business: Business) -> None:
    from flows.rerun_failed import rerun_failed

    business.sell(*(company(1000 + place) for place in range(4)))
    business.run()
    business.set_up('[customers]\non_bad_number = "treat_as_b2c"')

    rerun_failed(str(business.config), orders=["1000, 1002", "1003"], return_state=True)

    assert business.invoices() == {"1000": 1, "1002": 1, "1003": 1}


def test_a_batch_that_there_never_was_is_told_as_such(business: Business) -> None:
    from flows.rerun_failed import rerun_failed

    run = Run(rerun_failed(str(business.config), batch="shop-dk-0", return_state=True))

    assert (run.state, run.message.split(". ")[0]) == ("Failed", "There is no batch shop-dk-0")


def test_the_sweep_begins_at_midnight_in_denmark_and_a_retry_begins_there_too() -> None:
    from tasks.runs import begin_of

    began = begin_of(30)

    assert (began.hour, began.minute, began.second, began.tzinfo) == (0, 0, 0, COPENHAGEN)
    assert begin_of(30) == began
