"""Customers in e-conomic whom its bookkeeper keeps too: barred, deleted, without a person of attention, refused.

Whatever the books say of a customer who stands there, it is never made again.
"""

from datetime import timedelta
from typing import Any

import pytest

from tests.contract.dispatching import CVR, EAN, public
from tests.contract.shopkeeping import end_rest
from tests.flows.business import Business
from tests.flows.test_economic import MUG, an_order, on_economic
from tests.flows.test_economic_einvoices import set_up
from tests.orders import Json, woo_order
from tests.simulators.economic import EconomicSimulator

PERSON = "Bente Skovgård"


def refusing_customer(code: str, text: str, number: int = 1) -> Json:
    """How e-conomic says that it doesn't take a document's customer."""
    error = {"propertyName": "customer", "errorMessage": text, "errorCode": code, "inputValue": number}
    return {
        "message": "Validation failed. 1 error found.",
        "errorCode": "E04300",
        "httpStatusCode": 400,
        "errors": {"customer": {"errors": [error]}},
    }


def time_passes(agreement: EconomicSimulator) -> None:
    """Its clock tells seconds; and what was answered is remembered for an hour."""
    ledger = agreement.api.ledger
    before = ledger.clock
    ledger.clock = lambda: before() + timedelta(minutes=2)
    agreement.expire_keys()


def the_school(agreement: EconomicSimulator) -> dict[str, Any]:
    """The only customer who has the school's EAN number."""
    (school,) = [one for one in agreement.api.customers.all.values() if one.get("ean") == EAN]
    return school


def a_school_of_the_bookkeepers(agreement: EconomicSimulator) -> int:
    """A public customer whom the bookkeeper made, with a contact person and nobody of attention."""
    terms: Json = {"currency": "DKK", "customerGroup": {"customerGroupNumber": 1}}
    terms |= {"paymentTerms": {"paymentTermsNumber": 1}, "vatZone": {"vatZoneNumber": 1}}
    school = agreement.api.customers.create(terms | {"name": "Egelund Skole", "ean": EAN, "email": "skolen@example.dk"})
    agreement.api.customers.set_contact(school["customerNumber"], {"name": PERSON})
    return int(school["customerNumber"])


def test_a_known_school_whose_contact_is_nobody_of_attention_gets_its_e_invoice_and_no_second_customer(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    set_up(business, agreement)
    number = a_school_of_the_bookkeepers(agreement)
    business.sell(public(1001, person=PERSON))

    assert business.run().state == "Completed"

    assert business.stages() == {"1001": "dispatched"}
    assert the_school(agreement)["customerNumber"] == number
    assert [one["name"] for one in agreement.api.customers.contacts[number].values()] == [PERSON]
    assert agreement.refusals == []


def test_a_buyer_is_found_by_the_second_phone_of_a_customer_and_no_second_customer_is_made(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    set_up(business, agreement, '[customers]\nidentify_by = ["phone"]\n')
    number = a_school_of_the_bookkeepers(agreement)
    agreement.api.customers.edit(number, ean=None, telephoneAndFaxNumber="33 11 22 33", mobilePhone="40 40 40 40")
    for order, phone in ((1001, "+4540404040"), (1002, "33112233"), (1003, "33 11 22 33 / 40404040")):
        business.sell(woo_order(id=order, lines=[MUG], billing={"email": f"{order}@example.dk", "phone": phone}))

    business.run()

    assert list(agreement.api.customers.all) == [number]
    assert agreement.api.customers.all[number]["telephoneAndFaxNumber"] == "33 11 22 33"
    assert {one["customer"]["customerNumber"] for one in agreement.api.invoices.booked.values()} == {number}


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
def test_a_person_of_attention_whose_call_was_lost_is_set_by_the_next_try(
    business: Business,
    agreement: EconomicSimulator,
    fault: str,
) -> None:
    set_up(business, agreement)
    business.sell(public(1001, person=PERSON))
    agreement.faults.append((fault, "PUT /customers/N"))

    business.run()
    time_passes(agreement)
    business.run()

    assert business.stages() == {"1001": "dispatched"}
    assert the_school(agreement)["attention"]["customerContactNumber"] == 1
    assert agreement.refusals == []


def a_collecting_customer(business: Business, agreement: EconomicSimulator) -> int:
    """All EAN sales go to a customer of the bookkeeper's, whose contact persons Afstem has never seen."""
    number = a_school_of_the_bookkeepers(agreement)
    agreement.api.customers.edit(number, attention={"customerContactNumber": 1})
    set_up(business, agreement, f'[customers.ean]\ncollecting_customer = "{number}"\n')
    return number


def test_a_collecting_customer_s_contact_persons_are_those_whom_the_bookkeeper_gave_it(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    number = a_collecting_customer(business, agreement)
    business.sell(public(1001, person=PERSON))

    assert business.run().state == "Completed"

    assert business.stages() == {"1001": "dispatched"}
    (invoice,) = agreement.api.invoices.booked.values()
    assert invoice["references"]["customerContact"]["customerContactNumber"] == 1
    assert len(agreement.api.customers.contacts[number]) == 1


def test_an_order_whose_person_the_collecting_customer_has_not_waits_at_no_cost_until_the_bookkeeper_adds_them(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    number = a_collecting_customer(business, agreement)
    agreement.api.customers.set_contact(number, {"name": "Åse Østergård"}, 1)
    business.sell(*(public(order, person=PERSON) for order in (1001, 1002)))
    business.run()
    assert business.holds() == dict.fromkeys(("1001", "1002"), "einvoice_contact_not_there")
    assert agreement.calls["GET /customers/N/contacts"] == 1

    agreement.calls.clear()
    business.run()
    assert dict(agreement.calls) == {"GET /invoices/drafts": 1, "GET /customers": 1}

    agreement.api.customers.set_contact(number, {"name": PERSON})
    end_rest(business.integration)
    assert business.run().state == "Completed"
    assert business.stages() == dict.fromkeys(("1001", "1002"), "dispatched")


def test_an_order_whose_customer_is_deleted_as_its_contact_persons_are_looked_for_gets_no_invoice(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    number = a_collecting_customer(business, agreement)
    agreement.api.customers.set_contact(number, {"name": "Åse Østergård"}, 1)
    business.sell(public(1001, person=PERSON))

    def deleted(moment: str, kind: str) -> bool:
        if (moment, kind) == ("before", "GET /customers/N") and number in agreement.api.customers.all:
            agreement.api.customers.delete(number)
        return False

    agreement.watch = deleted
    business.run()

    assert business.holds() == {"1001": "collecting_missing"}
    assert agreement.calls["POST /invoices/drafts"] == 0


def test_where_contacts_may_not_be_written_a_missing_person_of_attention_holds_the_order_until_the_bookkeeper_sets_one(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    never = '[customers]\npreset = "recommended"\n[customers.ean.fields]\ncontact = "create"\n'
    set_up(business, agreement)
    business.sell(public(1001, person=PERSON))
    business.run()
    agreement.api.customers.edit(1, attention=None)
    set_up(business, agreement, never)
    business.sell(public(1002, person=PERSON))
    time_passes(agreement)

    business.run()

    assert business.holds() == {"1002": "einvoice_attention_missing"}
    assert agreement.refusals == []
    time_passes(agreement)
    agreement.api.customers.edit(1, attention={"customerContactNumber": 1})
    business.run()
    assert business.stages() == {"1001": "dispatched", "1002": "dispatched"}


def buying_again(business: Business, agreement: EconomicSimulator, code: str) -> None:
    """A customer of an earlier order has bought again, and e-conomic refuses it for that draft, in these words."""
    on_economic(business, agreement, book="false")
    business.sell(an_order(1))
    business.run()
    time_passes(agreement)
    business.sell(an_order(2))
    refused = refusing_customer(code, "Customer '1' is barred or does not exist.")
    agreement.faults.append(("answer", 400, refused, "POST /invoices/drafts"))


@pytest.mark.parametrize("code", ["E04041", "E06000", "E04300"])
def test_a_customer_whom_the_books_refuse_and_who_stands_there_is_never_made_again(
    business: Business,
    agreement: EconomicSimulator,
    code: str,
) -> None:
    from flows.rerun_failed import rerun_failed

    buying_again(business, agreement, code)

    business.run()

    assert business.holds() == {"2": "books_refuse"}
    assert business.orders()["2"].found == f"{code} Customer '1' is barred or does not exist."
    rerun_failed(str(business.config), return_state=True)
    assert business.stages() == {"1": "invoiced", "2": "invoiced"}
    assert list(agreement.api.customers.all) == [1]


@pytest.mark.parametrize("code", ["E04041", "E06820"])
def test_a_customer_barred_just_now_holds_the_order_until_the_bar_is_lifted(
    business: Business,
    agreement: EconomicSimulator,
    code: str,
) -> None:
    buying_again(business, agreement, code)

    def barred_meanwhile(moment: str, kind: str) -> None:
        if (moment, kind) == ("before", "POST /invoices/drafts"):
            agreement.api.customers.edit(1, barred=True)

    agreement.watch = barred_meanwhile
    business.run()

    assert business.holds() == {"2": "customer_barred"}
    assert business.orders()["2"].found == "1"
    agreement.calls.clear()
    business.run()
    assert not [kind for kind in agreement.calls if not kind.startswith("GET")]
    time_passes(agreement)
    agreement.api.customers.edit(1, barred=None)
    agreement.watch = lambda moment, kind: None
    business.run()
    assert business.stages() == {"1": "invoiced", "2": "invoiced"}
    assert list(agreement.api.customers.all) == [1]


def test_a_customer_who_was_deleted_just_now_is_made_anew_and_once(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    on_economic(business, agreement, book="false")
    business.sell(an_order(1))

    def deleted_meanwhile(moment: str, kind: str) -> None:
        if (moment, kind) == ("before", "POST /invoices/drafts"):
            agreement.watch = lambda moment, kind: None
            agreement.api.customers.delete(1)

    agreement.watch = deleted_meanwhile
    business.run()
    business.run()

    assert business.stages() == {"1": "invoiced"}
    assert list(agreement.api.customers.all) == [1]


@pytest.mark.parametrize("by_economic", [True, False])
def test_a_contact_person_whom_somebody_deleted_is_made_again_and_the_order_goes_on(
    business: Business,
    agreement: EconomicSimulator,
    by_economic: bool,
) -> None:
    set_up(business, agreement) if by_economic else on_economic(business, agreement)
    business.sell(public(1001, person=PERSON))
    business.run()
    agreement.api.customers.delete_contact(1, 1)
    time_passes(agreement)
    business.sell(public(1002, person=PERSON))

    business.run()
    time_passes(agreement)
    business.run()

    stage = "dispatched" if by_economic else "booked"
    assert business.stages() == {"1001": stage, "1002": stage}
    assert list(agreement.api.customers.all) == [1]
    assert [one["name"] for one in agreement.api.customers.contacts[1].values()] == [PERSON]
    assert len(agreement.api.invoices.sent) == (2 if by_economic else 0)


def test_a_customer_whom_e_conomic_shows_late_is_found_and_not_made_again(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    on_economic(business, agreement)
    for number in (1, 3):
        business.sell(an_order(number))
        business.run()
    (first,) = agreement.api.customers.all.values()
    cursor = business.integration.directory.cursor()
    assert cursor is not None
    late = cursor - timedelta(seconds=40)
    agreement.api.customers.create(first | {"customerNumber": 2, "email": "ida@example.dk"})
    agreement.api.customers.all[2]["lastUpdated"] = late.strftime("%Y-%m-%dT%H:%M:%SZ")
    business.sell(an_order(2, email="ida@example.dk"))

    business.run()

    assert business.orders()["2"].customer == "2"
    assert list(agreement.api.customers.all) == [1, 2]


def test_a_customer_whose_contact_person_is_refused_stands_there_and_is_made_once(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    from flows.rerun_failed import rerun_failed

    on_economic(business, agreement)
    agreement.faults += [("repeats", "properties", 400, "POST /customers/N/contacts")] * 2
    company = {"billing": {"company": "Kaffebaren ApS"}, "meta": {"_billing_cvr": CVR}}
    company = {"billing": {"company": "Kaffebaren ApS"}, "meta": {"_billing_cvr": CVR}}
    business.sell(*(woo_order(id=number, lines=[MUG], **company) for number in (1001, 1002)))
    business.run()
    assert business.stages() == {"1001": "booked", "1002": "held"}

    rerun_failed(str(business.config), return_state=True)

    assert business.stages() == {"1001": "booked", "1002": "booked"}
    (customer,) = agreement.api.customers.all.values()
    assert customer["corporateIdentificationNumber"] == CVR
    assert len(agreement.api.customers.contacts[customer["customerNumber"]]) == 1
