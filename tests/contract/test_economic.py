"""What holds for e-conomic alone: its traps, what it costs in calls, and what was recorded of it."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from adapters.accounting.economic import EconomicBooks
from adapters.accounting.economic_client import Client, written
from adapters.accounting.economic_countries import code_of
from adapters.accounting.economic_customers import COMPANY_NUMBER, PROPERTIES, EconomicCustomers
from adapters.accounting.economic_customers import LENGTHS as CUSTOMER_LENGTHS
from adapters.accounting.economic_documents import FEW, LENGTHS, PRODUCT_NAME
from adapters.accounting.economic_drafts import ENTRY, document_of
from adapters.accounting.economic_errors import problems, refusal
from adapters.accounting.economic_filters import LONGEST, both, chains, equal
from adapters.accounting.economic_people import E_INVOICE_ID
from adapters.accounting.economic_settings import TEXT_LENGTHS, EconomicAccounting
from adapters.accounting.economic_texts import ADDRESS, DELIVERY, DELIVERY_ADDRESS, RECIPIENT
from adapters.http import Answer, Http
from domain.customer_policy import plan_change
from domain.customers import Customer, CustomerChange, Values, directory_keys
from domain.identity import normalise
from domain.invoice_rules import InvoiceRules, Lengths, ProductRules
from domain.invoices import Built, Recipient
from domain.orders import Address
from domain.outcomes import Misconfigured, NeedsAttention, Transient, Unforeseen
from domain.ports import Booking
from domain.rules import CustomerRules
from domain.sentences import SENTENCES
from tests.contract.bookkeeping import a_credit_note, a_customer, a_line, an_invoice
from tests.contract.economic_bookkeeping import an_agreement, connected
from tests.contract.test_accounting import codes, good
from tests.simulators.economic import APP_SECRET, GRANT, EconomicSimulator

PUBLIC: Values = {"ean": "5790000435975", "cvr": "25313763"}


@pytest.fixture
def agreement() -> Iterator[EconomicSimulator]:
    with an_agreement() as simulator:
        yield simulator


@pytest.fixture
def books(agreement: EconomicSimulator) -> EconomicBooks:
    return connected(agreement.url)


@pytest.fixture
def client(agreement: EconomicSimulator) -> Client:
    return Client(settings(url=agreement.url), SecretStr(APP_SECRET), SecretStr(GRANT))


def settings(**more: object) -> EconomicAccounting:
    least = {"kind": "economic", "layout": 19, "customer_group": 1, "payment_terms": 1, "product": "KOP-1"}
    return EconomicAccounting.model_validate(least | more)


def the_draft(agreement: EconomicSimulator) -> dict[str, Any]:
    (draft,) = agreement.api.invoices.drafts.values()
    return draft


def writes(agreement: EconomicSimulator) -> Counter[str]:
    return Counter({kind: count for kind, count in agreement.calls.items() if not kind.startswith("GET")})


class TestCallsAreACost:
    def test_an_order_of_a_known_customer_is_one_draft_and_one_booking(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        agreement.calls.clear()

        drafts = good(books.create_documents([(f"k{n}", an_invoice(f"r{n}", customer.number)) for n in range(20)]))
        good(books.book([Booking(f"b{n}", draft.number) for n, draft in enumerate(drafts)]))

        assert agreement.calls == {"POST /invoices/drafts": 20, "POST /invoices/booked": 20}

    def test_a_new_customer_is_one_call_and_two_more_with_a_contact_person(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        good(books.create_customers([a_customer("a"), a_customer("b", contacts=["Åse"])]))

        assert writes(agreement) == {"POST /customers": 2, "POST /customers/N/contacts": 1, "PUT /customers/N": 1}

    def test_a_new_reference_person_of_a_known_customer_is_two_calls_and_none_the_next_time(
        self, agreement: EconomicSimulator
    ) -> None:
        directory: dict[str, Customer] = {}
        books = mirrored(agreement, directory)
        (customer,) = good(books.create_customers([a_customer("a", PUBLIC, contacts=["Bo"])]))
        directory[customer.number] = customer
        agreement.calls.clear()

        change = CustomerChange(key="u", number=customer.number, values={}, new_contacts=("Åse",))
        (directory[customer.number],) = good(books.update_customers([change]))

        assert agreement.calls == {"GET /customers/N/contacts": 1, "POST /customers/N/contacts": 1}
        assert directory[customer.number].contacts == ("Bo", "Åse")
        agreement.calls.clear()
        in_another_process = mirrored(agreement, directory)
        good(in_another_process.update_customers([change.model_copy(update={"key": "later"})]))
        invoice = an_invoice("r", customer.number, reference_person="åse")
        good(in_another_process.create_documents([("k", invoice)]))
        assert agreement.calls == {"POST /invoices/drafts": 1}
        assert the_draft(agreement)["recipient"]["attention"]["customerContactNumber"] == 2

    def test_references_are_looked_up_together(self, agreement: EconomicSimulator, books: EconomicBooks) -> None:
        assert list(books.find_documents([f"shop-dk-{n}" for n in range(80)])) == []

        assert agreement.calls["GET /invoices/drafts"] == agreement.calls["GET /invoices/booked"] <= 3

    def test_the_directory_comes_by_pages_of_a_thousand(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        template = agreement.api.customers.all[int(customer.number)]
        for number in range(2, 2102):
            agreement.api.customers.all[number] = template | {"customerNumber": number}
        agreement.calls.clear()

        numbers = [one.number for page in books.customers(None) for one in page]

        assert numbers == [str(number) for number in range(1, 2102)]
        assert agreement.calls == {"GET /customers": 3}


class Mirrored:
    """A directory that is a dictionary."""

    def __init__(self, customers: dict[str, Customer]) -> None:
        self._customers = customers

    def by_number(self, numbers: Iterable[str]) -> Mapping[str, Customer]:
        return {number: self._customers[number] for number in numbers if number in self._customers}

    def save(self, customers: Sequence[Customer]) -> None:
        self._customers.update((one.number, one) for one in customers)


def mirrored(agreement: EconomicSimulator, directory: dict[str, Customer], **more: object) -> EconomicBooks:
    """A connection as a new process has it, beside a directory."""
    here = settings(url=agreement.url, **more)
    return EconomicBooks(here, SecretStr(APP_SECRET), SecretStr(GRANT), lambda: Mirrored(directory))


POINTERS = {
    "customerGroup": {"customerGroupNumber": 2},
    "paymentTerms": {"paymentTermsNumber": 2},
    "vatZone": {"vatZoneNumber": 2},
    "layout": {"layoutNumber": 20},
    "attention": {"customerContactNumber": 1},
    "customerContact": {"customerContactNumber": 1},
    "defaultDeliveryLocation": {"deliveryLocationNumber": 1},
    "salesPerson": {"employeeNumber": 5},
    "priceGroup": {"self": "https://restapi.e-conomic.com/price-groups/3"},
}


def all_that_can_be_written(specs: Path) -> dict[str, Any]:
    """A customer with a value for each property that the vendor's schema takes at a change."""
    schema = json.loads((specs / "economic/schemas/customers.customerNo.put.schema.json").read_text("utf-8-sig"))
    rules = {name: rule for name, rule in schema["properties"].items() if not rule.get("readOnly")}
    kinds = {"boolean": lambda rule: True, "number": lambda rule: Decimal("1000.50"), "integer": lambda rule: 1}
    kinds["string"] = lambda rule: "DKK" if rule["maxLength"] == 3 else "1" * rule["maxLength"]
    return {name: POINTERS.get(name) or kinds[rule["type"]](rule) for name, rule in rules.items()}


class TestNothingOfOthersChanges:
    def test_what_is_not_ours_stands_after_a_change(self, agreement: EconomicSimulator, books: EconomicBooks) -> None:
        (customer,) = good(books.create_customers([a_customer("a", PUBLIC, contacts=["Åse"])]))
        number = int(customer.number)
        theirs = {"website": "https://a.dk", "pNumber": "1234567890", "mobilePhone": "40404040", "barred": True}
        agreement.api.customers.edit(number, creditLimit=Decimal("1000.50"), publicEntryNumber="17", **theirs)
        before = agreement.api.customers.all[number]

        good(books.update_customers([CustomerChange(key="u", number=str(number), values={"city": "Odense"})]))

        assert agreement.api.customers.all[number] | {"lastUpdated": ""} == before | {
            "city": "Odense",
            "lastUpdated": "",
        }

    def test_whatever_the_vendor_lets_be_written_of_a_customer_stands_after_a_change(self, specs: Path) -> None:
        with EconomicSimulator(specs / "economic" / "schemas", checks_answers=True) as strict:
            theirs = all_that_can_be_written(specs) | {"city": "Vejle"}
            books = connected(strict.url)
            good(books.create_customers([a_customer("a", PUBLIC, contacts=["Åse"])]))
            strict.api.customers.set_location(1, {"address": "Vej 2"})
            _, before = strict.api.customers.replace(1, theirs)
            assert set(theirs) <= set(before)

            change = CustomerChange(key="u", number="1", values={"city": "Odense"}, new_contacts=("Bo",))
            good(books.update_customers([change]))

            after = strict.api.customers.all[1]
            assert {name for name in theirs if after.get(name) != before[name]} == {"city"}

    @pytest.mark.parametrize("own", ["33112233", "", "33 11 22 33 / 40 40 40 40"])
    def test_a_customer_is_known_by_both_its_phones_and_neither_is_written_again(
        self, agreement: EconomicSimulator, books: EconomicBooks, own: str
    ) -> None:
        good(books.create_customers([a_customer("a", {"phone": own})]))
        agreement.api.customers.edit(1, mobilePhone="+45 40404040")
        ((customer,),) = books.customers(None)
        known = {value for field, value in directory_keys(customer) if field == "phone"}
        assert known == {"40404040", *(["33112233"] if own else [])}

        same = plan_change(customer, {"phone": "40 40 40 40"}, (), CustomerRules().of("b2c"), "b2c", "email")
        assert not same.changes
        other = plan_change(customer, {"phone": "50505050"}, (), CustomerRules().of("b2c"), "b2c", "email")
        (changed,) = good(books.update_customers([CustomerChange(key="u", number="1", values=other.values)]))
        there = agreement.api.customers.all[1]
        assert (there["telephoneAndFaxNumber"], there["mobilePhone"]) == ("50505050", "+45 40404040")
        good(books.update_customers([CustomerChange(key="v", number="1", values={"city": "Odense"})]))
        assert agreement.api.customers.all[1]["telephoneAndFaxNumber"] == "50505050"
        assert normalise("phone", changed.values["phone"]) == ("50505050", "40404040")

    def test_all_drafts_can_not_be_deleted_by_any_word(self, agreement: EconomicSimulator, client: Client) -> None:
        (customer,) = good(connected(agreement.url).create_customers([a_customer("a")]))
        good(connected(agreement.url).create_documents([("k", an_invoice("a", customer.number))]))

        for number in (0, -1, None, "", "1", "/", "..", "1/../..", 1.0, True, 10**9):
            for delete in (client.delete_draft, client.delete_customer):
                with pytest.raises(ValueError, match="by its number"):
                    delete(number)  # type: ignore[arg-type]

        assert not [kind for kind in agreement.calls if kind.startswith("DELETE")]
        assert not {"delete", "send", "request"} & {name for name in dir(client) if not name.startswith("_")}
        client.delete_draft(1)
        assert agreement.calls["DELETE /invoices/drafts/N"] == 1
        assert agreement.calls["DELETE /invoices/drafts"] == 0

    @pytest.mark.parametrize("place", [("",), ("customers", ""), ("invoices", "drafts", "..")])
    def test_no_path_has_an_empty_part(self, client: Client, place: tuple[str, ...]) -> None:
        with pytest.raises(ValueError, match="path"):
            client.get(*place)

    def test_a_draft_that_a_late_put_made_again_is_deleted(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        (draft,) = good(books.create_documents([("k", an_invoice("a", customer.number))]))

        def deleted_meanwhile(moment: str, kind: str) -> None:
            if (moment, kind) == ("before", "PUT /invoices/drafts/N"):
                agreement.api.invoices.delete([int(draft.number)])

        agreement.watch = deleted_meanwhile
        assert codes(books.update_drafts([("u", draft.number, an_invoice("a", customer.number, note="ny"))])) == [
            "draft_gone"
        ]
        assert agreement.api.invoices.drafts == {}

    def test_a_customer_that_a_late_put_made_again_is_deleted(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a", PUBLIC)]))

        def deleted_meanwhile(moment: str, kind: str) -> None:
            if (moment, kind) == ("before", "PUT /customers/N"):
                agreement.api.customers.delete(int(customer.number))

        agreement.watch = deleted_meanwhile
        change = CustomerChange(key="u", number=customer.number, values={"city": "Odense"})
        assert codes(books.update_customers([change])) == ["customer_gone"]
        assert agreement.api.customers.all == {}
        assert codes(books.create_customers([a_customer("b", contacts=["Åse"])])) == ["customer_gone"]
        assert agreement.api.customers.all == {}

    def test_what_a_late_put_made_is_deleted_by_the_number_that_it_was_given(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        ours, theirs = good(books.create_customers([a_customer("a"), a_customer("b")]))
        (draft,) = good(books.create_documents([("k", an_invoice("a", theirs.number))]))
        body = agreement.api.customers.all[int(ours.number)]
        made = agreement.api.customers.create({**body, "customerNumber": 3})
        agreement.faults.append(("answer", 201, made, "PUT /customers/N"))
        change = CustomerChange(key="u", number=ours.number, values={"city": "Odense"})
        assert codes(books.update_customers([change])) == ["customer_gone"]
        assert sorted(agreement.api.customers.all) == [1, 2]

        copy = agreement.api.invoices.create(agreement.api.invoices.drafts[int(draft.number)])
        agreement.faults.append(("answer", 201, copy, "PUT /invoices/drafts/N"))
        wanted = an_invoice("a", theirs.number, note="ny")
        assert codes(books.update_drafts([("u", draft.number, wanted)])) == ["draft_gone"]
        assert list(agreement.api.invoices.drafts) == [int(draft.number)]

    @pytest.mark.parametrize("attention", ["", "Åse"])
    def test_a_number_that_is_another_customers_by_now_is_not_written_to(
        self, agreement: EconomicSimulator, books: EconomicBooks, attention: str
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a", contacts=["Åse"])]))
        agreement.api.customers.delete(int(customer.number))
        good(books.create_customers([a_customer("stranger")]))
        before = dict(agreement.api.customers.all)
        change = CustomerChange(key="u", number=customer.number, values={"city": "Odense"}, attention=attention)
        directory = {customer.number: customer}
        assert codes(mirrored(agreement, directory).update_customers([change])) == ["customer_gone"]
        assert agreement.api.customers.all == before


class TestADocument:
    def test_requisition_and_reference_are_both_found_by_an_exact_look_up(
        self, agreement: EconomicSimulator, books: EconomicBooks, client: Client
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        odd = "RE$K(V) [47]"
        good(books.create_documents([("k", an_invoice("shop-dk-1042", customer.number, requisition=odd))]))

        for field, text in (("references.other", odd), ("notes.textLine2", "shop-dk-1042")):
            (found,) = client.get("invoices", "drafts", filter=equal(field, text))["collection"]
            assert found["draftInvoiceNumber"] == 1

    def test_what_others_write_in_that_place_is_no_reference_and_ours_may_hold_spaces(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        texts = ["Tak for handlen!", "shop-dk-2026 / 77", "", "Bank: 1234-567890"]
        for number, text in enumerate(texts):
            good(books.create_documents([(f"k{number}", an_invoice("x", customer.number))]))
            agreement.api.invoices.edit(number + 1, notes={"textLine2": text} if text else {})
        assert [one.reference for page in books.documents(None) for one in page] == ["shop-dk-2026 / 77"]
        assert [one.number for one in books.find_documents(["shop-dk-2026 / 77"])] == ["2"]

    def test_the_places_of_both_are_settings(self, agreement: EconomicSimulator) -> None:
        places = {"order_in": "references.other", "requisition_in": "notes.heading"}
        books = connected(agreement.url, **places)
        (customer,) = good(books.create_customers([a_customer("a")]))
        wanted = an_invoice("shop-dk-7", customer.number, requisition="R-1", note="Ordre 7")
        (written_one,) = good(books.create_documents([("k", wanted)]))

        draft = the_draft(agreement)
        assert draft["references"]["other"] == "shop-dk-7"
        assert draft["notes"] == {"heading": "R-1", "textLine1": "Ordre 7"}
        assert list(books.find_documents(["shop-dk-7"])) == [written_one]
        with pytest.raises(ValidationError, match="order_in"):
            settings(order_in="notes.heading", requisition_in="notes.heading")

    def test_a_public_recipient_stands_there_with_all_that_an_e_invoice_needs(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a", PUBLIC, contacts=["Åse Åkjær"])]))
        recipient = Recipient(name="Skolen", street="Vej 1", zip="5000", city="Odense", country="DK", ean=PUBLIC["ean"])
        delivery = Address(name="Pedel Bo", street="Vej 2", zip="5200", city="Odense V", country="DK")
        wanted = an_invoice(
            "a",
            customer.number,
            recipient=recipient,
            delivery=delivery,
            reference_person="Åse Åkjær",
            requisition="R-1",
            kontostreng="4711-12",
        )
        (draft,) = good(books.create_documents([("k", wanted)]))

        told = the_draft(agreement)
        assert told["recipient"]["attention"]["customerContactNumber"] == 1
        assert told["references"]["customerContact"]["customerContactNumber"] == 1
        assert (told["recipient"]["ean"], told["recipient"]["nemHandelType"]) == (PUBLIC["ean"], "ean")
        assert told["recipient"]["publicEntryNumber"] == "4711-12"
        assert told["delivery"]["address"] == "Pedel Bo\nVej 2"
        assert agreement.api.customers.contacts[1][1]["eInvoiceId"] == "Åse Åkjær"
        (booked,) = good(books.book([Booking("b", draft.number, send=True)]))
        assert books.sent([booked.number, "4711"]) == [True, False]

    def test_a_known_public_customer_who_had_no_contact_person_gets_one_of_attention(
        self, agreement: EconomicSimulator
    ) -> None:
        directory: dict[str, Customer] = {}
        books = mirrored(agreement, directory)
        (customer,) = good(books.create_customers([a_customer("a", PUBLIC)]))
        directory[customer.number] = customer
        change = CustomerChange(key="u", number=customer.number, values={}, new_contacts=("Åse",), attention="Åse")
        (changed,) = good(books.update_customers([change]))
        assert agreement.api.customers.all[1]["attention"]["customerContactNumber"] == 1
        assert (customer.attention, changed.attention) == ("", "1")

    def test_a_person_who_is_no_contact_of_the_customer_stands_in_the_address(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("collecting")]))
        recipient = Recipient(name="A ApS", attention="Bo", street="Vej 1", zip="5000", city="Odense", country="DK")
        good(books.create_documents([("k", an_invoice("a", customer.number, recipient=recipient))]))

        assert the_draft(agreement)["recipient"]["address"] == "Att.: Bo\nVej 1"
        assert agreement.api.customers.contacts[1] == {}

    def test_a_credit_note_has_negative_quantities_and_names_its_invoice(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        invoice = an_invoice("shop-dk-1", customer.number, a_line("30.00", "2"))
        (note,) = good(books.create_documents([("n", a_credit_note(invoice, "7", note="Retur"))]))

        draft = the_draft(agreement)
        assert (draft["grossAmount"], draft["lines"][0]["quantity"]) == (Decimal("-75.00"), -2)
        assert draft["notes"]["textLine1"] == "Kreditnota til shop-dk-1. Retur"
        assert (note.kind, note.total) == ("credit_note", Decimal("75.00"))

    def test_amounts_are_sent_digit_by_digit(self, agreement: EconomicSimulator, books: EconomicBooks) -> None:
        assert written({"a": [Decimal("0.10"), 1, True, None, 'x"\n']}) == '{"a":[0.10,1,true,null,"x\\"\\n"]}'
        (customer,) = good(books.create_customers([a_customer("a")]))
        agreement.records = True
        good(books.create_documents([("k", an_invoice("a", customer.number, a_line("1234567.89", "0.10")))]))
        (body,) = [text for method, _, text, _ in agreement.requests if method == "POST"]
        assert '"quantity":0.10,"unitNetPrice":1234567.89' in body

    def test_a_free_line_has_no_price(self, agreement: EconomicSimulator, books: EconomicBooks) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        good(books.create_documents([("k", an_invoice("a", customer.number, a_line("80.00"), a_line("0.00")))]))

        assert the_draft(agreement)["grossAmount"] == 100

    def test_of_an_address_that_is_too_long_the_names_are_cut_before_the_street_and_it_is_told(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        recipient = Recipient(name="N" * 255, street="V" * 200, city="Odense", country="D" * 51, attention="B" * 200)
        delivery = Address(company="C" * 200, name="N" * 200, street="Vej 2", zip="5200", city="Odense V")
        long = an_invoice("a", customer.number, recipient=recipient, delivery=delivery, note="x" * 1001)
        built = books.fitted(Built(invoice=long), customer)
        told = {one.field for one in built.warnings}
        assert {one.code for one in built.warnings} == {"text_cut"}
        assert told == {"billing.name", "billing.country", "attention", "shipping.company", "shipping.name", "note"}
        assert books.fitted(built, customer).invoice == built.invoice

        good(books.create_documents([("k", built.invoice)]))

        draft = the_draft(agreement)
        attention, street = draft["recipient"]["address"].split("\n")
        assert (street, attention[:10], len(draft["recipient"]["address"])) == ("V" * 200, "Att.: BBBB", 250)
        company, name, street = draft["delivery"]["address"].split("\n")
        assert (company[:3], name[:3], street) == ("CCC", "NNN", "Vej 2")
        assert len(company) == len(name) == 124

    def test_a_street_is_cut_only_where_the_names_can_give_no_more(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        delivery = Address(company="C" * 30, name="N" * 200, street="V" * 250, zip="5200", city="Odense V")
        built = books.fitted(Built(invoice=an_invoice("a", customer.number, delivery=delivery)), customer)
        assert built.invoice.delivery is not None
        kept = built.invoice.delivery
        assert (len(kept.company), len(kept.name), len(kept.street)) == (30, 50, 173)
        assert [one.field for one in built.warnings] == ["shipping.name", "shipping.street"]
        same = Address(company="Skolen", name="Skolen", street="Vej 2")
        usual = Built(invoice=an_invoice("a", customer.number, delivery=same))
        assert books.fitted(usual, None) == usual

    def test_where_the_person_is_a_contact_the_whole_address_is_the_streets(self, books: EconomicBooks) -> None:
        (customer,) = good(books.create_customers([a_customer("a", contacts=["Åse"])]))
        recipient = Recipient(name="Skolen", street="V" * 250, attention="Åse")
        built = books.fitted(Built(invoice=an_invoice("a", customer.number, recipient=recipient)), customer)
        assert (built.invoice.recipient, built.warnings) == (recipient, ())
        built = books.fitted(built, None)
        assert [one.field for one in built.warnings] == ["billing.street"]

    def test_a_long_name_stands_on_an_e_invoice_as_far_as_its_id_goes_and_it_is_told(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        name = "Anne-Margrethe Elisabeth Charlotte Skovgård-Kjær Østergaard"
        (customer,) = good(books.create_customers([a_customer("a", PUBLIC, contacts=[name])]))
        kept = agreement.api.customers.contacts[1][1]
        assert (kept["name"], kept["eInvoiceId"]) == (name, "Anne-Margrethe Elisabeth Charlotte Skovgård-Kjær Ø")
        school = Recipient(name="Skolen", street="Vej 1", zip="5000", city="Odense", ean=PUBLIC["ean"])
        to_school = an_invoice("a", customer.number, reference_person=name, recipient=school)
        told = books.fitted(Built(invoice=to_school), customer)
        assert [(one.code, one.field, one.expected) for one in told.warnings] == [
            ("text_cut", "reference_person", "50")
        ]
        assert told.invoice == to_school
        on_paper = an_invoice("a", customer.number, reference_person=name)
        assert books.fitted(Built(invoice=on_paper), customer).warnings == ()

    def test_what_a_credit_note_credits_takes_its_room_from_the_note(self, books: EconomicBooks) -> None:
        note = a_credit_note(an_invoice("shop-dk-1", "1"), "7", note="x" * 1000)
        built = books.fitted(Built(invoice=note), None)
        assert len(f"Kreditnota til shop-dk-1. {built.invoice.note}") == 1000
        assert [one.field for one in built.warnings] == ["note"]

    def test_what_the_rules_let_through_is_never_too_long_for_the_books(self) -> None:
        lengths = Lengths(name=300, address=600, zip=100, city=300, text=3000, note=2000, requisition=300)
        found = settings(order_in="notes.textLine1", requisition_in="notes.textLine2").completed(
            InvoiceRules(lengths=lengths)
        )
        kept = found.lengths
        assert (kept.name, kept.address, kept.zip, kept.city, kept.text) == (250, 250, 30, 50, 2500)
        assert (kept.note, kept.requisition) == (250, 300)
        assert settings().completed(InvoiceRules(lengths=lengths)).lengths.requisition == 250

    def test_a_text_that_no_invoice_may_lose_is_not_cut(self, books: EconomicBooks) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        wanted = an_invoice("a", customer.number, kontostreng="1" * 41)
        assert codes(books.create_documents([("k", wanted)])) == ["value_too_long"]

    def test_of_a_booked_document_and_a_copy_of_it_the_booked_one_counts(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        (draft,) = good(books.create_documents([("k", an_invoice("a", customer.number))]))
        (booked,) = good(books.book([Booking("b", draft.number)]))
        good(books.create_documents([("copy", an_invoice("a", customer.number, note="kopi"))]))

        assert list(books.find_documents(["a"])) == [booked]
        assert [one for page in books.documents(None) for one in page][-1] == booked

    def test_a_contact_person_who_is_gone_is_looked_up_anew(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a", contacts=["Åse"])]))
        directory = {customer.number: customer}
        agreement.api.customers.delete_contact(1, 1)
        in_another_process = mirrored(agreement, directory)
        wanted = an_invoice("a", customer.number, reference_person="Åse")
        good(in_another_process.create_documents([("k", wanted)]))

        assert the_draft(agreement)["recipient"]["address"].startswith("Att.: Åse\n")
        assert (directory["1"].contacts, directory["1"].contact_numbers) == ((), {})

    @pytest.mark.parametrize(
        ("of_the_payment", "of_the_customer", "usual", "field"),
        [("7", "1", 1, "invoices.payments"), ("", "7", 1, "customer 1"), ("", "", 7, "accounting.payment_terms")],
    )
    def test_terms_that_want_a_day_of_payment_are_named_with_whose_they_are(
        self, agreement: EconomicSimulator, of_the_payment: str, of_the_customer: str, usual: int, field: str
    ) -> None:
        (customer,) = good(connected(agreement.url).create_customers([a_customer("a")]))
        values = {**customer.values, "payment_terms": of_the_customer}
        directory = {customer.number: customer.model_copy(update={"values": values})}
        books = mirrored(agreement, directory, payment_terms=usual)
        (refused,) = books.create_documents([("k", an_invoice("a", customer.number, payment_terms=of_the_payment))])
        assert isinstance(refused, NeedsAttention)
        told = refused.finding
        assert (told.code, told.field, told.found) == ("terms_need_due_date", field, "7")

    def test_an_e_invoice_to_a_contact_person_who_is_gone_is_not_written_without_one(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a", PUBLIC, contacts=["Åse"])]))
        directory = {customer.number: customer}
        agreement.api.customers.delete_contact(1, 1)
        school = Recipient(name="Skolen", street="Vej 1", zip="5000", city="Odense", ean=PUBLIC["ean"])
        wanted = an_invoice("a", customer.number, reference_person="Åse", recipient=school)

        assert codes(mirrored(agreement, directory).create_documents([("k", wanted)])) == ["contact_gone"]

        assert agreement.api.invoices.drafts == {}
        assert directory["1"].contacts == ()

    def test_a_contact_person_whom_the_books_refuse_and_who_is_there_is_told_as_they_told_it(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a", contacts=["Åse"])]))
        error = {"propertyName": "attention", "errorMessage": "Not now.", "errorCode": "E04300"}
        refused = {"errors": {"recipient": {"attention": {"errors": [error]}}}}
        agreement.faults.extend([("answer", 400, refused, "POST /invoices/drafts")] * 2)
        (refusal,) = books.create_documents([("k", an_invoice("a", customer.number, reference_person="Åse"))])
        assert isinstance(refusal, NeedsAttention)
        assert (refusal.finding.code, refusal.finding.found) == ("books_refuse", "E04300 Not now.")


def booked(agreement: EconomicSimulator, books: EconomicBooks, count: int) -> list[str]:
    """The numbers of so many invoices to a public customer, each booked and sent, in the order in which they left."""
    (customer,) = good(books.create_customers([a_customer("a", PUBLIC, contacts=["Åse"])]))
    wanted = [(f"k{n}", an_invoice(f"r{n}", customer.number, reference_person="Åse")) for n in range(count)]
    drafts = good(books.create_documents(wanted))
    good(books.book([Booking(f"b{one.number}", one.number, send=True) for one in drafts]))
    return [str(one["invoice"]["bookedInvoiceNumber"]) for one in agreement.api.invoices.sent]


class TestWhatWasSentAsAnEInvoice:
    @pytest.mark.parametrize(
        ("told", "counts"),
        [
            ({"status": "sent", "sendBy": "ean"}, True),
            ({"status": "Delivered", "sendBy": "EAN"}, True),
            ({}, True),
            ({"status": "failed", "sendBy": "ean"}, False),
            ({"status": "Rejected"}, False),
            ({"status": "a word that nobody knows"}, False),
            ({"status": "sent", "sendBy": "mobilePay"}, False),
        ],
    )
    @pytest.mark.parametrize("count", [1, FEW + 1])
    def test_only_what_e_conomic_says_went_out_by_ean_counts(
        self, agreement: EconomicSimulator, books: EconomicBooks, told: dict[str, str], counts: bool, count: int
    ) -> None:
        numbers = booked(agreement, books, count)
        entry = agreement.api.invoices.sent[-1]
        entry.pop("status"), entry.pop("sendBy")
        entry.update(told)

        assert books.sent(numbers) == [*[True] * (count - 1), counts]

    def test_one_that_failed_and_was_sent_again_counts(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        numbers = booked(agreement, books, 1)
        agreement.api.invoices.sent.append(agreement.api.invoices.sent[0] | {"id": 2, "status": "failed"})
        assert books.sent(numbers) == [True]

    def test_a_few_are_asked_for_one_by_one_and_many_by_pages_of_all_that_was_ever_sent(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        numbers = booked(agreement, books, FEW + 1)
        agreement.api.invoices.sent.pop()
        for asked, kind in ((numbers[1:], "GET /invoices/booked/N/sent"), (numbers, "GET /invoices/sent")):
            agreement.calls.clear()
            assert books.sent(asked) == [*[True] * (len(asked) - 1), False]
            assert agreement.calls == {kind: FEW if asked != numbers else 1}
        assert list(books.sent(["4711", "x"])) == [False, False]

    def test_where_a_single_one_is_answered_in_another_form_all_are_read(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        numbers = booked(agreement, books, 1)
        agreement.faults.append(("answer", 200, {"sent": True}, "GET /invoices/booked/N/sent"))
        assert books.sent(numbers) == [True]
        assert agreement.calls["GET /invoices/sent"] == 1
        agreement.faults.extend([("status", 503, "GET /invoices/booked/N/sent")] * 9)
        with pytest.raises(Transient):
            books.sent(numbers)
        assert agreement.calls["GET /invoices/sent"] == 1


def test_a_customer_who_was_deleted_is_gone_whoever_is_looked_for(
    agreement: EconomicSimulator, books: EconomicBooks
) -> None:
    (customer,) = good(books.create_customers([a_customer("a")]))
    agreement.api.customers.delete(int(customer.number))
    change = CustomerChange(key="u", number=customer.number, values={}, new_contacts=("Åse",))
    assert codes(books.update_customers([change])) == ["customer_gone"]
    wanted = an_invoice("a", customer.number, reference_person="Åse")
    assert codes(connected(agreement.url).create_documents([("k", wanted)])) == ["customer_gone"]


def test_a_customer_is_gone_only_where_the_books_say_that_nobody_is_there(
    agreement: EconomicSimulator, books: EconomicBooks
) -> None:
    good(books.create_customers([a_customer("a")]))
    agreement.faults.append(("answer", 400, {"message": "No.", "errorCode": "E00500"}, "GET /customers/N"))
    with pytest.raises(NeedsAttention, match="books_refuse"):
        books.find_customers(["1"])
    agreement.faults.append(("status", 503, "GET /customers/N"))
    with pytest.raises(Transient):
        books.find_customers(["1"])
    assert [one.number for one in books.find_customers(["1", "2"])] == ["1"]


class TestVatFollowsFromTheProduct:
    def test_a_rate_that_no_product_stands_for_is_held_and_nothing_is_sent(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        wanted = an_invoice("a", customer.number, a_line(vat_rate="12"))
        assert codes(books.create_documents([("k", wanted)])) == ["vat_rate_unmapped"]
        assert agreement.calls["POST /invoices/drafts"] == 0

    def test_what_the_books_compute_is_what_is_told(self, agreement: EconomicSimulator) -> None:
        books = connected(agreement.url, products={"by_rate": {"12": "momsfri"}})
        (customer,) = good(books.create_customers([a_customer("a")]))
        line = a_line(vat_rate="12").model_copy(update={"product": "momsfri"})
        wanted = an_invoice("a", customer.number, line)
        (told,) = good(books.create_documents([("k", wanted)]))
        assert (wanted.total, told.total) == (Decimal("89.60"), Decimal("80.00"))

    def test_outside_denmark_the_zone_takes_the_vat_off(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        wanted = an_invoice("a", customer.number, a_line(vat_rate="0"), vat_zone="abroad")
        assert good(books.create_documents([("k", wanted)]))[0].total == wanted.total == 80
        assert the_draft(agreement)["recipient"]["vatZone"]["vatZoneNumber"] == 3

    def test_the_settings_products_go_where_the_invoice_rules_name_none(self) -> None:
        products = {"by_rate": {"25": "A", "0": "B"}, "freight": "F", "rounding": "R"}
        rules = InvoiceRules(products=ProductRules(fee="MINE", sku={"X": "Y"}))
        found = settings(product="C", products=products).completed(rules).products
        assert (found.default, found.freight, found.fee, found.rounding) == ("A", "F", "MINE", "R")
        assert (found.by_rate, found.sku, found.gift_card) == ({Decimal(0): "B"}, {"X": "Y"}, "B")

    def test_a_product_that_is_missing_is_made_where_the_settings_say_so(self, agreement: EconomicSimulator) -> None:
        (customer,) = good(connected(agreement.url).create_customers([a_customer("a")]))
        wanted = an_invoice("a", customer.number, a_line().model_copy(update={"product": "SKU-1"}))
        assert codes(connected(agreement.url).create_documents([("k", wanted)])) == ["product_unknown"]

        making = connected(agreement.url, create_products_in=1)
        assert good(making.create_documents([("k2", wanted)]))[0].total == 100
        assert agreement.api.ledger.products["SKU-1"]["name"] == "Kop"

    def test_a_product_is_not_made_in_a_group_that_bears_another_rate(self, agreement: EconomicSimulator) -> None:
        books = connected(agreement.url, create_products_in=2)
        (customer,) = good(books.create_customers([a_customer("a")]))
        wanted = an_invoice("a", customer.number, a_line().model_copy(update={"product": "SKU-1"}))

        (refused,) = books.create_documents([("k", wanted)])

        assert isinstance(refused, NeedsAttention)
        told = refused.finding
        assert (told.code, told.field) == ("product_rate_differs", "accounting.create_products_in")
        assert (told.found, told.expected) == ("0 %", "25")
        assert "SKU-1" not in agreement.api.ledger.products
        agreement.api.ledger.rates[2, 1] = Decimal(25)
        assert good(books.create_documents([("again", wanted)]))[0].total == wanted.total

    def test_the_rate_of_the_group_is_asked_for_once(self, agreement: EconomicSimulator) -> None:
        books = connected(agreement.url, create_products_in=1)
        (customer,) = good(books.create_customers([a_customer("a")]))
        lines = [a_line().model_copy(update={"product": f"SKU-{n}"}) for n in range(3)]
        for line in lines:
            good(books.create_documents([(f"k{line.product}", an_invoice(line.product, customer.number, line))]))
        assert agreement.calls["GET /product-groups/N/sales-accounts"] == 1

    @pytest.mark.parametrize("told_by", ["the sales accounts", "the new product"])
    def test_a_group_that_is_not_there_holds_the_order_whose_product_is_missing_and_no_other(
        self, agreement: EconomicSimulator, told_by: str
    ) -> None:
        if told_by == "the new product":
            nothing: dict[str, list[object]] = {"collection": []}
            agreement.faults.append(("answer", 200, nothing, "GET /product-groups/N/sales-accounts"))
        books = connected(agreement.url, create_products_in=99)
        (customer,) = good(books.create_customers([a_customer("a")]))
        new = a_line().model_copy(update={"product": "SKU-1"})
        wanted = [an_invoice("a", customer.number, new), an_invoice("b", customer.number)]

        refused, neighbour = books.create_documents([(one.reference, one) for one in wanted])

        assert isinstance(refused, NeedsAttention)
        told = refused.finding
        assert (told.code, told.field) == ("product_group_unknown", "accounting.create_products_in")
        assert (told.found, told.expected) == ("99", "1, 2, 3")
        assert (neighbour.reference, len(agreement.api.invoices.drafts)) == ("b", 1)
        assert "SKU-1" not in agreement.api.ledger.products

    @pytest.mark.parametrize("number", ["..", "."])
    def test_a_product_that_no_address_can_name_is_refused_alone(
        self, agreement: EconomicSimulator, number: str
    ) -> None:
        books = connected(agreement.url, create_products_in=1)
        (customer,) = good(books.create_customers([a_customer("a")]))
        odd = a_line().model_copy(update={"product": number})
        wanted = [an_invoice("a", customer.number), an_invoice("b", customer.number, odd)]
        assert codes(books.create_documents([(one.reference, one) for one in wanted])) == ["", "product_unknown"]


class TestFaults:
    def test_a_mistake_of_ours_at_one_item_is_that_items_alone_and_the_log_quotes_nobody(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        def work(buyer: str) -> str:
            if buyer == "Åse Holm":
                raise ValueError(f"what shall become of {buyer}?")
            return buyer

        found = client.each(["Bo Lund", "Åse Holm", "Ida Krog"], lambda buyer: buyer, work)

        assert [found[0], found[2]] == ["Bo Lund", "Ida Krog"]
        assert isinstance(found[1], Unforeseen)
        assert found[1].finding.found == "ValueError"
        assert "ValueError at test_economic.py:" in caplog.text
        assert "Holm" not in caplog.text

    def test_a_bad_token_stops_the_whole_call_at_once(self, agreement: EconomicSimulator) -> None:
        books = EconomicBooks(settings(url=agreement.url), SecretStr("wrong"), SecretStr(GRANT))
        with pytest.raises(Misconfigured, match="credentials_refused: accounting"):
            books.create_documents([(f"k{n}", an_invoice(f"r{n}", "1")) for n in range(500)])
        assert agreement.calls["POST /invoices/drafts"] <= 16

    def test_a_missing_role_stops_the_run(self, agreement: EconomicSimulator, books: EconomicBooks) -> None:
        agreement.read_only = True
        with pytest.raises(Misconfigured, match="access_denied: accounting"):
            books.create_customers([a_customer("a"), a_customer("b")])

    @pytest.mark.parametrize(
        ("trouble", "code", "reads"), [("read_only", "access_denied", 3), ("revoked", "credentials_refused", 0)]
    )
    def test_what_holds_for_all_is_remembered_until_somebody_may_have_mended_it(
        self,
        agreement: EconomicSimulator,
        books: EconomicBooks,
        monkeypatch: pytest.MonkeyPatch,
        trouble: str,
        code: str,
        reads: int,
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        setattr(agreement, trouble, True)
        agreement.calls.clear()

        for n in range(3):
            with pytest.raises(Misconfigured, match=f"{code}: accounting"):
                books.create_documents([(f"k{n}", an_invoice(f"r{n}", customer.number))])
            with suppress(Misconfigured):
                books.find_documents([f"r{n}"])

        assert agreement.calls["POST /invoices/drafts"] == 1
        assert agreement.calls["GET /invoices/drafts"] == reads
        setattr(agreement, trouble, False)
        monkeypatch.setattr("adapters.accounting.economic_client.HOLDS_FOR_ALL", 0)
        good(books.create_documents([("k", an_invoice("r", customer.number))]))

    def test_one_item_that_meets_a_fault_spoils_no_neighbour(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        wanted = [(f"k{n}", an_invoice(f"r{n}", customer.number)) for n in range(6)]
        agreement.faults.extend([("status", 500), ("cut_after",), ("html",)])

        outcomes = books.create_documents(wanted)

        assert sum(isinstance(one, Transient) for one in outcomes) == 3
        again = good(books.create_documents(wanted))
        assert len(agreement.api.invoices.drafts) == len(again) == 6

    def test_a_system_that_does_not_answer_is_spared(self, agreement: EconomicSimulator, books: EconomicBooks) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        agreement.faults.extend([("status", 503)] * 500)
        outcomes = books.create_documents([(f"k{n}", an_invoice(f"r{n}", customer.number)) for n in range(200)])
        assert all(isinstance(one, Transient) for one in outcomes)
        assert agreement.calls["POST /invoices/drafts"] <= 30

    def test_one_thread_that_is_told_to_wait_tells_the_others(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        agreement.faults.append(("throttle", "1", "POST /invoices/drafts"))
        moments: list[float] = []
        agreement.watch = lambda moment, kind: moments.append(datetime.now(UTC).timestamp())
        before = datetime.now(UTC).timestamp()
        good(books.create_documents([(f"k{n}", an_invoice(f"r{n}", customer.number)) for n in range(40)]))
        assert len([one for one in moments if one - before < 0.8]) <= 2 * 2 * 8

    @pytest.mark.slow
    def test_calls_slow_down_before_the_limit_and_none_is_throttled(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        agreement.limit, agreement.window = 40, 2
        before = time.monotonic()

        good(books.create_documents([(f"k{n}", an_invoice(f"r{n}", customer.number)) for n in range(130)]))

        assert not [one for one in agreement.refusals if "Too many" in one]
        assert agreement.calls["POST /invoices/drafts"] == 130
        assert time.monotonic() - before > 4, "130 calls of which 40 may be made in 2 seconds"

    def test_far_from_the_limit_nothing_is_slowed(self, agreement: EconomicSimulator, books: EconomicBooks) -> None:
        (customer,) = good(books.create_customers([a_customer("a")]))
        agreement.limit = 200
        before = time.monotonic()

        good(books.create_documents([(f"k{n}", an_invoice(f"r{n}", customer.number)) for n in range(120)]))

        assert time.monotonic() - before < 15, "at the pace of the limit they would take more than half a minute"

    def test_no_more_connections_than_the_settings_allow(self, agreement: EconomicSimulator) -> None:
        at_once, most, lock = 0, 0, threading.Lock()

        def count(moment: str, kind: str) -> None:
            nonlocal at_once, most
            with lock:
                at_once += 1 if moment == "before" else -1
                most = max(most, at_once)

        books = connected(agreement.url, connections=3)
        (customer,) = good(books.create_customers([a_customer("a")]))
        agreement.faults.extend([("slow", 0.02)] * 30)
        agreement.watch = count
        good(books.create_documents([(f"k{n}", an_invoice(f"r{n}", customer.number)) for n in range(30)]))
        assert most == 3

    def test_every_refusal_that_the_books_may_give_has_its_sentence(self) -> None:
        from adapters.accounting.economic_errors import BY_CODE, BY_PROPERTY

        assert {*BY_CODE.values(), *BY_PROPERTY.values(), "books_refuse"} <= SENTENCES.keys()


class TestCheck:
    def test_it_names_all_that_the_agreement_does_not_have(self, agreement: EconomicSimulator) -> None:
        agreement.api.ledger.can_send_electronic_invoice = False
        wrong = {"layout": 99, "customer_group": 98, "payment_terms": 97, "vat_zones": {"eu": 96}, "product": "nope"}
        wrong |= {"products": {"rounding": "vare"}, "book": "ean"}
        told = {(one.code, one.field) for one in connected(agreement.url, **wrong).check()}
        assert told == {
            ("code_unknown", "accounting.layout"),
            ("code_unknown", "accounting.customer_group"),
            ("code_unknown", "accounting.payment_terms"),
            ("code_unknown", "accounting.vat_zones.eu"),
            ("product_unknown", "accounting.product"),
            ("product_rate_differs", "accounting.products.rounding"),
            ("einvoicing_not_possible", "accounting.book"),
        }

    def test_a_group_for_new_products_that_is_not_there_is_told_with_those_that_are(
        self, agreement: EconomicSimulator
    ) -> None:
        (told,) = connected(agreement.url, create_products_in=99).check()
        assert (told.code, told.field) == ("code_unknown", "accounting.create_products_in")
        assert (told.found, told.expected) == ("99", "1, 2, 3")

    def test_terms_by_a_day_of_payment_are_told(self, agreement: EconomicSimulator) -> None:
        assert [one.code for one in connected(agreement.url, payment_terms=7).check()] == ["terms_need_due_date"]

    def test_customers_whose_terms_want_a_day_of_payment_are_told(
        self, agreement: EconomicSimulator, books: EconomicBooks
    ) -> None:
        good(books.create_customers([a_customer(f"{n}", {"payment_terms": "7"}) for n in range(12)]))
        good(books.create_customers([a_customer("usual")]))
        agreement.api.customers.edit(1, barred=True)
        (told,) = books.check()
        numbers = ", ".join(str(number) for number in range(2, 12))
        assert (told.code, told.field, told.found) == ("terms_need_due_date", f"customer {numbers} …", "7")

    @pytest.mark.parametrize("role", ["SuperUser", "superuser", "Sales", "Salg"])
    def test_a_role_that_may_write_is_enough(self, agreement: EconomicSimulator, role: str) -> None:
        agreement.api.ledger.roles = ["Project", role]
        assert connected(agreement.url).check() == []

    def test_an_app_whose_roles_may_not_write_is_told_beside_all_else(self, agreement: EconomicSimulator) -> None:
        agreement.api.ledger.roles = ["Project"]
        role, layout = connected(agreement.url, layout=99).check()
        assert (role.code, role.found, layout.code) == ("role_missing", "Project", "code_unknown")

    def test_a_token_that_is_refused_is_one_finding(self, agreement: EconomicSimulator) -> None:
        with pytest.raises(Misconfigured, match="credentials_refused"):
            EconomicBooks(settings(url=agreement.url), SecretStr("x"), SecretStr("y")).check()


class TestFilters:
    def test_a_value_is_escaped_and_brackets_are_not(self) -> None:
        assert equal("name", "a$b) [c] (d") == "name$eq:a$$b$) [c] (d"

    def test_a_chain_of_or_is_held_together_beside_another_condition(self) -> None:
        assert both("n$gt:7", "a$eq:1$or:a$eq:2") == "n$gt:7$and:(a$eq:1$or:a$eq:2)"
        assert both("", "a$eq:1$or:a$eq:2") == "a$eq:1$or:a$eq:2"

    def test_texts_are_asked_for_in_chains_of_or(self) -> None:
        found = list(chains("f", [*(f"shop-dk-{n}" for n in range(300)), "shop-dk-1", "", "\ud83d"]))
        assert sum(chain.count("$eq:") for chain in found) == 300
        assert max(len(quote(chain, safe="")) for chain in found) <= LONGEST
        assert all(chain.split("$or:")[0].startswith("f$eq:") for chain in found)


@pytest.mark.parametrize("reference", ["shop-dk-{}", "Kæde & søn-WEB/2026/{}", "Å" * 40 + "{}", "price $({})"])
def test_a_look_up_fits_into_a_url_whatever_the_references_are(
    agreement: EconomicSimulator, books: EconomicBooks, reference: str
) -> None:
    agreement.records = True
    books.find_documents([reference.format(1000 + n) for n in range(200)])
    assert len(agreement.requests) > 1
    assert max(len(agreement.url) + len(path) for _, path, _, _ in agreement.requests) < 2000


@pytest.mark.parametrize(
    ("told", "code", "place", "meant"),
    [
        ("customer", "E04041", "customer", "customer_gone"),
        ("customer", "E06000", "customer", "customer_gone"),
        ("customer", "E04042", "customer", "books_refuse"),
        ("customerNumber", "E06151", "customerNumber", "books_refuse"),
        ("paymentTermsType", "E07180", "paymentTerms", "books_refuse"),
        ("paymentTerms", "E07180", "paymentTerms", "books_refuse"),
        ("paymentTerms", "E06000", "paymentTerms", "payment_terms_unknown"),
        ("dueDate", "E04042", "dueDate", "terms_need_due_date"),
        ("product", "E04041", "product", "product_unknown"),
    ],
)
def test_what_each_code_of_a_refusal_means(told: str, code: str, place: str, meant: str) -> None:
    error = {"propertyName": told, "errorMessage": "No.", "errorCode": code}
    body = json.dumps({"errors": {place: {"errors": [error]}}}).encode()
    finding = refusal(Answer(400, {}, body, "accounting")).finding  # type: ignore[arg-type]
    assert finding.code == meant
    assert meant != "books_refuse" or finding.found == f"{code} No."


@pytest.mark.parametrize(
    ("code", "meant"),
    [("E04760", "period_closed"), ("E06820", "customer_barred"), ("E04300", "books_refuse"), (7, "books_refuse")],
)
def test_a_refusal_that_names_no_property_means_what_its_code_does(code: object, meant: str) -> None:
    body = json.dumps({"message": "No.", "errorCode": code}).encode()
    finding = refusal(Answer(400, {}, body, "accounting")).finding  # type: ignore[arg-type]
    assert (finding.code, finding.field) == (meant, "accounting")
    assert finding.found == ("No." if meant != "books_refuse" else f"{code} No.")


def test_countries_are_known_by_their_names() -> None:
    assert [code_of(text) for text in ("Danmark", " DENMARK ", "DK", "Wakanda")] == ["DK", "DK", "DK", "Wakanda"]


def test_a_bookkeepers_spelling_of_the_country_is_no_change(agreement: EconomicSimulator, books: EconomicBooks) -> None:
    (customer,) = good(books.create_customers([a_customer("a")]))
    agreement.api.customers.edit(int(customer.number), country="Danmark")
    ((seen,),) = books.customers(None)
    assert seen.values["country"] == "DK"


def test_a_foreign_vat_number_stands_where_the_company_number_is(
    agreement: EconomicSimulator, books: EconomicBooks
) -> None:
    (german,) = good(books.create_customers([a_customer("a", {"vat_number": "DE136695976", "country": "DE"})]))
    assert german.values["vat_number"] == "DE136695976"
    assert "cvr" not in german.values
    assert agreement.api.customers.all[1]["corporateIdentificationNumber"] == "DE136695976"


@pytest.mark.parametrize(
    "url",
    ["http://restapi.e-conomic.com", "http://127.0.0.1.evil.dk", "ftp://x", "https://", "http://localhost@evil.dk"],
)
def test_tokens_leave_this_machine_only_encrypted(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(url=url)


class TestRecordings:
    """Every recorded body can be read."""

    def bodies(self, specs: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        for path in sorted((specs / "economic" / "examples").rglob("*.json")):
            body = Answer(200, {}, path.read_bytes(), "accounting").json()  # type: ignore[arg-type]
            for one in body.get("collection", [body]) if isinstance(body, dict) else body:
                yield f"{path.parent.name}/{path.name}", one

    def test_customers(self, specs: Path, client: Client) -> None:
        reader = EconomicCustomers(client, settings(), None)
        told = ("customerNumber", "currency", "name", "vatZone", "lastUpdated")
        found = [one for _, one in self.bodies(specs) if all(name in one for name in told)]
        customers = [reader.customer_of(one) for one in found]
        assert len(customers) >= 8
        assert all(customer.values["name"] and customer.updated_at.year > 2015 for customer in customers)
        assert any(customer.barred for customer in customers)

    def test_invoices(self, specs: Path) -> None:
        found = [
            (name, one)
            for name, one in self.bodies(specs)
            if ("draftInvoiceNumber" in one or "bookedInvoiceNumber" in one) and "netAmount" in one
        ]
        assert len(found) >= 15
        for name, body in found:
            document = document_of(body, settings())
            assert document.net + document.vat == document.total, name
            assert document.state == ("booked" if "bookedInvoiceNumber" in body else "draft"), name

    def test_errors_of_all_three_shapes(self, specs: Path) -> None:
        found = {
            path.name: problems(json.loads(path.read_text())) for path in (specs / "economic/examples/errors").glob("*")
        }
        assert [(p.place, p.code) for p in found["invoice_line_product_barred.json"]] == [
            ("lines[8].product", "E06600")
        ]
        assert [p.code for p in found["villyib_ResponseNotFound.json"]] == ["E07080", "E07180"]
        assert [p.text for p in found["bad_filter_list_errors.json"]] == [
            "Filtering is not allowed on property 'bogusProp'."
        ]
        assert [(p.place, p.code) for p in found["voucher_array_errors.json"]] == [
            ("[0].account", "E04041"),
            ("[0].entries[0].account", "E07150"),
        ]

    def test_the_agreement_and_an_unknown_place(self, specs: Path, agreement: EconomicSimulator) -> None:
        folder = specs / "economic" / "examples" / "rest-client-a"
        assert json.loads((folder / "self.json").read_text())["agreementNumber"] == 1118081
        assert connected(agreement.url).name == "economic:1118081"
        assert problems(json.loads((folder / "404.json").read_text())) == []


def test_what_we_send_is_what_the_vendors_schemas_allow(specs: Path) -> None:
    with EconomicSimulator(specs / "economic" / "schemas", checks_answers=True) as strict:
        strict.api.ledger.add_product("KOP-1", 1, "Kop")
        books = connected(strict.url)
        (customer,) = good(books.create_customers([a_customer("a", PUBLIC, contacts=["Åse"])]))
        change = CustomerChange(key="u", number=customer.number, values={"city": "Odense"}, new_contacts=("Bo",))
        good(books.update_customers([change]))
        invoice = an_invoice(
            "shop-dk-1", customer.number, a_line("80.10", "0.50"), reference_person="Bo", requisition="R"
        )
        (draft,) = good(books.create_documents([("k", invoice)]))
        good(books.update_drafts([("x", draft.number, an_invoice("shop-dk-1", customer.number, note="ny"))]))
        good(books.book([Booking("b", draft.number)]))
        good(books.create_documents([("n", a_credit_note(invoice, "1"))]))
        assert strict.refusals == []
        assert strict.calls.total() > 8


CUSTOMER = {**PROPERTIES, "cvr": COMPANY_NUMBER, "vat_number": COMPANY_NUMBER}
DOCUMENT = {
    "kontostreng": "recipient.publicEntryNumber",
    "note": "notes.textLine1",
    "product": "lines.product.productNumber",
    "text": "lines.description",
    **{f"{place}.{part}": f"{place}.{part}" for place, parts in (("recipient", RECIPIENT), ("delivery", DELIVERY))
       for part in parts},
}  # fmt: skip


def longest(specs: Path, schema: str, place: str) -> int:
    """How long the vendor's schema lets a text be."""
    rule = json.loads((specs / f"economic/schemas/{schema}.schema.json").read_text("utf-8-sig"))
    for part in place.split("."):
        rule = rule.get("items", rule)["properties"][part]
    return int(rule["maxLength"])


def test_every_length_is_the_vendors(specs: Path) -> None:
    for schema in ("customers.post", "customers.customerNo.put"):
        lengths = {field: length for field, length in CUSTOMER_LENGTHS.items() if field != "contact"}
        assert lengths == {field: longest(specs, schema, CUSTOMER[field]) for field in lengths}
    for schema in ("customers.customerNumber.contacts.post", "customers.customerNumber.contacts.contactNumber.put"):
        theirs = longest(specs, schema, "name"), longest(specs, schema, "eInvoiceId")
        assert theirs == (CUSTOMER_LENGTHS["contact"], E_INVOICE_ID)
    for schema in ("invoices.drafts.post", "invoices.drafts.draftInvoiceNumber.put"):
        assert {field: longest(specs, schema, place) for field, place in DOCUMENT.items()} == {
            field: LENGTHS[field] for field in DOCUMENT
        }
        assert {place: longest(specs, schema, place) for place in TEXT_LENGTHS} == TEXT_LENGTHS
        places = ("recipient.address", ADDRESS), ("delivery.address", DELIVERY_ADDRESS)
        assert all(longest(specs, schema, place) == length for place, length in places)
        assert longest(specs, schema, "recipient.publicEntryNumber") == ENTRY
        assert max(LENGTHS[field] for field in ("reference", "requisition")) <= min(TEXT_LENGTHS.values())
    assert longest(specs, "products.post", "name") == PRODUCT_NAME
    assert longest(specs, "products.post", "productNumber") == LENGTHS["product"]


def test_keys_of_two_steps_are_never_the_same(agreement: EconomicSimulator, books: EconomicBooks) -> None:
    agreement.records = True
    (customer,) = good(books.create_customers([a_customer("k", contacts=["Åse", "Bo"])]))
    (draft,) = good(books.create_documents([("k", an_invoice("a", customer.number))]))
    good(books.book([Booking("k", draft.number)]))
    keys = [key for method, _, _, key in agreement.requests if method != "GET"]
    assert len(keys) == len(set(keys)) == 6
    assert all(keys)


LATE: dict[str, tuple[Callable[[EconomicBooks], Any], Callable[[EconomicBooks], Any]]] = {
    "POST /invoices/drafts": (
        lambda books: books.create_documents([("k", an_invoice("late", "1"))]),
        lambda books: list(books.find_documents(["late"])),
    ),
    "POST /customers": (
        lambda books: books.create_customers([a_customer("late")]),
        lambda books: books.find_customers(["2"]),
    ),
    "POST /customers/N/contacts": (
        lambda books: books.create_customers([a_customer("late", contacts=["Åse"])]),
        lambda books: books.find_customers(["2"])[0].contacts,
    ),
    "POST /invoices/booked": (
        lambda books: books.book([Booking("b", "1")]),
        lambda books: [one for one in books.find_documents(["early"]) if one.state == "booked"],
    ),
}
"""By the call that e-conomic is slow with: what is asked for, and what a look-up finds of it."""


@pytest.mark.parametrize("kind", LATE)
def test_what_the_books_commit_after_we_gave_up_is_one_with_what_the_same_key_asks_for_again(
    agreement: EconomicSimulator, books: EconomicBooks, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    ask, look_up = LATE[kind]
    good(books.create_customers([a_customer("early")]))
    good(books.create_documents([("e", an_invoice("early", "1"))]))
    monkeypatch.setitem(Http.__init__.__kwdefaults__, "timeout", httpx.Timeout(10, read=0.5))
    in_a_hurry = connected(agreement.url)
    agreement.calls.clear()
    committed = threading.Semaphore(0)
    agreement.watch = lambda moment, what: committed.release() if (moment, what) == ("committed", kind) else None
    agreement.faults.append(("slow", 1.5, kind))

    (given_up,) = ask(in_a_hurry)
    assert isinstance(given_up, Transient)
    assert given_up.finding.code == "answer_late"
    assert not look_up(books)
    (again,) = good(ask(books))
    assert all(committed.acquire(timeout=10) for _ in ("the one", "the late one"))

    assert agreement.calls[kind] == 2
    assert len(look_up(books)) == 1
    there, invoices = agreement.api.customers, agreement.api.invoices
    of_kind = {
        "POST /invoices/drafts": [one for one in invoices.drafts.values() if one["notes"]["textLine2"] == "late"],
        "POST /customers": [number for number in there.all if number > 1],
        "POST /customers/N/contacts": [one for people in there.contacts.values() for one in people],
        "POST /invoices/booked": list(invoices.booked),
    }
    assert len(of_kind[kind]) == 1
    assert good(ask(books)) == [again]


def test_an_answer_of_an_hour_ago_is_asked_for_by_reference(agreement: EconomicSimulator, books: EconomicBooks) -> None:
    (customer,) = good(books.create_customers([a_customer("a")]))
    (draft,) = good(books.create_documents([("k", an_invoice("a", customer.number))]))
    agreement.expire_keys()
    assert list(books.find_documents(["a"])) == [draft]
