"""The whole way on a simulated e-conomic: every total right, each call paid for once, nothing twice."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.economic_shopkeeping import ACCOUNTING
from tests.contract.shopkeeping import with_refund
from tests.flows.business import Business
from tests.orders import Goods, Json, woo_order
from tests.simulators.economic import GRANT, EconomicSimulator

MUG = Goods("Krus, 30 cl", "125.00", 3, sku="KRUS-30", product_id=501)


def an_order(number: int, email: str = "bo@example.dk", ean: str = "") -> Json:
    """Three mugs to a buyer; to a school where there is an EAN number."""
    school = {"company": "Skolen"} if ean else {}
    meta = {"_billing_ean": ean} if ean else {}
    return woo_order(id=number, lines=[MUG], billing={"email": email, **school}, meta=meta)


def on_economic(business: Business, agreement: EconomicSimulator, book: str = "true", product: str = "vare") -> None:
    """The usual settings, with the books in e-conomic."""
    business.set_up()
    text = business.config.read_text()
    before, _, rest = text.partition("[accounting]")
    accounting = ACCOUNTING.format(url=agreement.url, book=book, product=product)
    business.config.write_text(f"{before}[accounting]\n{accounting}" + rest[rest.index("[store]") :])


def standing(agreement: EconomicSimulator) -> dict[str, dict[str, Any]]:
    """Every document by its reference; no reference may stand twice."""
    found = [*agreement.api.invoices.drafts.values(), *agreement.api.invoices.booked.values()]
    assert max(Counter(one["notes"]["textLine2"] for one in found).values(), default=1) == 1
    return {one["notes"]["textLine2"]: one for one in found}


def test_every_total_is_the_orders_and_every_refund_is_credited(
    business: Business,
    agreement: EconomicSimulator,
    recorded: dict[str, Any],
) -> None:
    on_economic(business, agreement)

    business.run()

    held = business.holds()
    assert held == {"54": "nothing_to_identify_by"}
    counted = {key: one for key, one in recorded.items() if one["status"] in {"processing", "completed"}}
    wanted = {
        f"shop-dk-{one['number']}": (one["currency"], Decimal(one["total"]))
        for key, one in counted.items()
        if key not in held
    }
    wanted |= {
        f"shop-dk-{one['number']}-R{refund['id']}": (one["currency"], -Decimal(refund["amount"]))
        for key, one in counted.items()
        if key not in held
        for refund in one["refunded"]
    }
    assert {name: (one["currency"], one["grossAmount"]) for name, one in standing(agreement).items()} == wanted
    assert agreement.api.invoices.drafts == {}
    assert agreement.refusals == []


def test_a_run_costs_what_it_must_and_the_next_one_next_to_nothing(
    business: Business, agreement: EconomicSimulator
) -> None:
    on_economic(business, agreement)
    buyers = [an_order(1000 + n, email=f"buyer{n % 10}@example.dk") for n in range(40)]
    business.sell(*buyers)

    business.run()

    writes = {kind: count for kind, count in agreement.calls.items() if not kind.startswith("GET")}
    assert writes == {"POST /customers": 10, "POST /invoices/drafts": 40, "POST /invoices/booked": 40}
    reads = {kind: count for kind, count in agreement.calls.items() if kind.startswith("GET")}
    assert sum(reads.values()) <= 8, reads
    agreement.calls.clear()
    business.run()
    assert agreement.calls.total() <= 3, agreement.calls


def test_a_credit_note_that_could_not_be_booked_is_booked_by_the_next_try(
    business: Business, agreement: EconomicSimulator
) -> None:
    on_economic(business, agreement)
    order, refunds = with_refund(an_order(1), 77)
    business.sell(an_order(1))
    business.run()
    agreement.faults.append(("status", 500, "POST /invoices/booked"))
    business.sell(order, refunds=refunds)

    business.run()

    assert standing(agreement)["shop-dk-1-R77"]["grossAmount"] == Decimal("-25.00")
    assert agreement.api.invoices.drafts == {}
    assert business.stages() == {"1": "booked"}


def test_a_draft_that_a_person_booked_is_booked_and_one_that_was_deleted_is_told(
    business: Business, agreement: EconomicSimulator
) -> None:
    on_economic(business, agreement, book="false")
    business.sell(*(an_order(number, email=f"b{number}@example.dk") for number in (1, 2, 3)))
    business.run()
    drafts = {one["notes"]["textLine2"]: number for number, one in agreement.api.invoices.drafts.items()}
    agreement.api.invoices.book({"draftInvoice": {"draftInvoiceNumber": drafts["shop-dk-1"]}})
    agreement.api.invoices.delete([drafts["shop-dk-2"]])

    business.run()

    assert business.stages() == {"1": "booked", "2": "held", "3": "invoiced"}
    assert business.holds() == {"2": "draft_gone"}


def test_a_copy_that_a_person_made_of_a_booked_invoice_is_never_booked_for_its_order(
    business: Business, agreement: EconomicSimulator
) -> None:
    on_economic(business, agreement)
    business.sell(an_order(1))
    business.run()
    (booked,) = agreement.api.invoices.booked.values()
    copy = {
        name: booked[name] for name in ("date", "currency", "layout", "paymentTerms", "customer", "recipient", "notes")
    }
    agreement.api.invoices.create(copy | {"lines": booked["lines"]})

    business.run()
    business.sell(an_order(2))
    business.run()

    assert business.stages() == {"1": "booked", "2": "booked"}
    assert len(agreement.api.invoices.drafts) == 1
    assert len(agreement.api.invoices.booked) == 2


def test_what_was_cut_of_an_invoice_and_of_its_credit_note_is_told_with_the_order(
    business: Business, agreement: EconomicSimulator
) -> None:
    on_economic(business, agreement)
    shipping = {"company": "C" * 200, "first_name": "N" * 200, "last_name": "", "address_1": "Vej 2", "city": "Odense"}
    order, refunds = with_refund(an_order(1) | {"shipping": shipping}, 77)
    refunds[1][0]["reason"] = "x" * 1000
    business.sell(order, refunds=refunds)

    business.run()

    written = standing(agreement)
    assert written["shop-dk-1"]["delivery"]["address"].endswith("\nVej 2")
    assert written["shop-dk-1-R77"]["notes"]["textLine1"].startswith("Kreditnota til shop-dk-1. xxx")
    told = json.loads(business.orders()["1"].warnings)
    fields = [one["field"] for one in told if one["code"] == "text_cut"]
    assert fields == ["shipping.company", "shipping.name", "note"]


def test_a_draft_that_the_books_compute_otherwise_is_held_and_not_booked_and_asked_for_no_more(
    business: Business, agreement: EconomicSimulator
) -> None:
    on_economic(business, agreement, product="momsfri")
    business.sell(an_order(1))

    business.run()

    assert business.holds() == {"1": "books_compute_otherwise"}
    assert (len(agreement.api.invoices.drafts), len(agreement.api.invoices.booked)) == (1, 0)
    agreement.calls.clear()
    business.run()
    assert not [kind for kind in agreement.calls if not kind.startswith("GET")]
    on_economic(business, agreement, product="vare")
    business.run()
    assert business.stages() == {"1": "booked"}
    assert agreement.api.invoices.drafts == {}


def test_only_what_goes_to_an_ean_number_is_booked_where_the_settings_say_so(
    business: Business, agreement: EconomicSimulator
) -> None:
    on_economic(business, agreement, book='"ean"')
    public = an_order(2, email="s@example.dk", ean="5790000435975")
    business.sell(an_order(1), public)

    business.run()

    assert business.stages() == {"1": "invoiced", "2": "booked"}


def test_a_lost_store_is_built_again_from_the_books(business: Business, agreement: EconomicSimulator) -> None:
    on_economic(business, agreement)
    business.sell(*(an_order(number, email=f"b{number}@example.dk") for number in range(1, 6)))
    business.run()
    before = json.dumps([standing(agreement), agreement.api.customers.all], default=str)
    business.integration.close()
    for name in business.folder.glob("afstem.db*"):
        name.unlink()
    on_economic(business, agreement)
    business.config.write_text(business.config.read_text() + "[run]\nbatch_size = 100\n")
    agreement.expire_keys()

    business.run()

    assert set(business.stages().values()) == {"booked"}
    assert json.dumps([standing(agreement), agreement.api.customers.all], default=str) == before


def test_an_answer_that_was_lost_makes_no_second_document(business: Business, agreement: EconomicSimulator) -> None:
    on_economic(business, agreement)
    business.sell(*(an_order(number, email=f"b{number}@example.dk") for number in range(1, 7)))
    for kind in ("POST /customers", "POST /invoices/drafts", "POST /invoices/booked"):
        agreement.faults.extend([("cut_after", kind), ("status", 500, kind)])

    business.run()
    business.run()

    assert set(business.stages().values()) == {"booked"}
    assert len(standing(agreement)) == len(agreement.api.customers.all) == 6


def test_a_booking_whose_answer_was_lost_and_forgotten_is_found_booked_in_the_same_run(
    business: Business, agreement: EconomicSimulator
) -> None:
    on_economic(business, agreement)
    business.sell(an_order(1))
    agreement.faults.append(("cut_forgotten", "POST /invoices/booked"))

    assert business.run().state == "Completed"

    assert business.stages() == {"1": "booked"}
    assert len(agreement.api.invoices.booked) == 1


def eight_batches(business: Business, agreement: EconomicSimulator) -> None:
    on_economic(business, agreement)
    business.config.write_text(business.config.read_text() + "[run]\nbatch_size = 10\n")
    business.sell(*(an_order(number, email=f"b{number}@example.dk") for number in range(1, 81)))


@pytest.mark.parametrize("trouble", ["read_only", "revoked"])
def test_what_would_meet_every_batch_is_asked_no_oftener_than_there_are_connections(
    business: Business, agreement: EconomicSimulator, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """A role or a token that is taken away while the run goes on."""
    eight_batches(business, agreement)

    def taken_away(moment: str, kind: str) -> None:
        if (moment, kind) == ("before", "POST /customers"):
            setattr(agreement, trouble, True)

    agreement.watch = taken_away

    failed = business.run()

    assert failed.state == "Failed"
    assert 1 <= len(agreement.refusals) <= 8 + 4
    agreement.watch = lambda moment, kind: None
    setattr(agreement, trouble, False)
    monkeypatch.setattr("adapters.accounting.economic_client.HOLDS_FOR_ALL", 0)
    assert business.run().state == "Completed"
    assert set(business.stages().values()) == {"booked"}
    assert len(standing(agreement)) == 80


def test_a_bad_token_is_one_alert_and_nothing_is_lost(
    business: Business, agreement: EconomicSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_economic(business, agreement)
    business.sell(an_order(1))
    monkeypatch.setenv("AFSTEM_ACCOUNTING_GRANT", "expired")

    failed = business.run()

    assert failed.state == "Failed"
    monkeypatch.setenv("AFSTEM_ACCOUNTING_GRANT", GRANT)
    business.run()
    assert business.stages() == {"1": "booked"}
