"""What must be there before an EAN order is booked, and what becomes of the e-invoice that it is owed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments.demo.numbers import made_up_cvr, made_up_ean
from domain.capabilities import Capabilities
from domain.customers import Customer
from domain.dispatches import (
    FOLLOWED,
    HELD_FOR,
    STEPS,
    WAITING,
    Fate,
    State,
    doubts,
    finding_of,
    fulfil_before_booking,
    held_for,
    may_become,
    step,
    waited_in_vain,
)
from domain.einvoicing_rules import EinvoicingRules
from domain.invoice_rules import InvoiceRules
from domain.invoices import Invoice
from domain.invoicing import build_invoice
from domain.orders import Buyer, Order
from domain.outcomes import NeedsAttention
from domain.sellers import Seller
from domain.sentences import SENTENCES, fix, what
from domain.vat import VatRules
from tests.unit.orders_by_hand import order as written

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
SELLER = Seller(name="Fynsk Fajance ApS", cvr=made_up_cvr(77), street="Havnegade 4", zip="5000", city="Odense C")
SCHOOL = {
    "name": "Bente Skovgård",
    "company": "Egelund Skole",
    "street": "Skolevænget 1",
    "zip": "8370",
    "city": "Hadsten",
    "country": "DK",
}
FIELDS = {"requisition": ("meta:_ref",), "reference_person": ("meta:_person",), "ean": ("meta:_ean",)}
NOTHING = Capabilities(
    identify_by=frozenset(), fields=frozenset(), contacts=True, einvoicing=True, drafts=True, lookup_by_reference=True
)


def rules(**told: Any) -> EinvoicingRules:
    return EinvoicingRules(**{"on": True, "seller": SELLER, **told})


def public(buyer: dict[str, str] | None = None, **fields: str) -> tuple[Order, Invoice]:
    """An order of a school with the given shop fields, and its invoice."""
    told = {"ean": made_up_ean(1), **fields}
    order = written("2 × Kaffekop [KOP-1] = 158.40 + 39.60 (25 %)", fields=told)  # type: ignore[arg-type]
    order = order.model_copy(update={"buyer": Buyer(**(SCHOOL | (buyer or {})))})
    return order, build_invoice(order, "ean", "42", "shop-dk-1", InvoiceRules(), VatRules()).invoice


def held(
    order: Order, invoice: Invoice, policy: EinvoicingRules, contacts_of: Customer | None = None
) -> tuple[str, str]:
    """Code and field by which it is held; empty where it isn't."""
    try:
        fulfil_before_booking(order, invoice, policy, FIELDS, contacts_of)  # type: ignore[arg-type]
    except NeedsAttention as error:
        return error.finding.code, error.finding.field
    return "", ""


@pytest.mark.parametrize(
    ("require", "given", "hold"),
    [
        ("either", {}, "requisition_or_person_missing"),
        ("either", {"requisition": "R-1"}, ""),
        ("either", {"reference_person": "Bente"}, ""),
        ("both", {}, "requisition_missing"),
        ("both", {"requisition": "R-1"}, "person_missing"),
        ("both", {"reference_person": "Bente"}, "requisition_missing"),
        ("both", {"requisition": "R-1", "reference_person": "Bente"}, ""),
        ("none", {}, ""),
    ],
)
def test_requisition_and_person_are_there_as_the_policy_asks(require: str, given: dict[str, str], hold: str) -> None:
    order, invoice = public(**given)
    assert held(order, invoice, rules(require=require))[0] == hold


def test_a_hold_names_the_shops_own_field() -> None:
    order, invoice = public()
    assert held(order, invoice, rules())[1] == "meta:_ref / meta:_person"
    assert held(order, invoice, rules(require="both"))[1] == "meta:_ref"


@pytest.mark.parametrize("part", ["street", "zip", "city"])
def test_the_receivers_address_is_whole(part: str) -> None:
    order, invoice = public({part: ""}, requisition="R-1")
    assert held(order, invoice, rules()) == ("einvoice_address_missing", f"billing.{part}")


def test_on_our_own_way_the_seller_must_be_known() -> None:
    order, invoice = public(requisition="R-1")
    assert held(order, invoice, rules(seller=None)) == ("einvoice_seller_incomplete", "einvoicing.seller")
    assert held(order, invoice, rules(seller=None, channel="accounting")) == ("", "")
    assert held(order, invoice, rules(seller=None, channel="accounting", fallback="http"))[0]


def test_somebody_must_be_there_to_receive_it() -> None:
    order, invoice = public({"name": ""})
    assert held(order, invoice, rules(require="none")) == ("einvoice_contact_missing", "meta:_person")
    order, invoice = public({"name": ""}, requisition="R-1")
    assert held(order, invoice, rules()) == ("", ""), "the requisition says whom it is for"
    nobody = Customer(number="9000", values={"name": "Diverse"}, updated_at=NOW)
    assert held(order, invoice, rules(channel="accounting"), nobody) == ("einvoice_contact_missing", "meta:_person")


def test_the_contact_must_stand_on_the_customer_where_the_books_take_it_from_there() -> None:
    order, invoice = public(requisition="R-1", reference_person="Bente Skovgård")
    policy = rules(channel="accounting")
    stranger = Customer(number="9000", values={"name": "Diverse"}, updated_at=NOW)
    known = stranger.model_copy(update={"contacts": ("bente  SKOVGÅRD",)})
    assert held(order, invoice, policy, stranger) == ("einvoice_contact_not_there", "meta:_person")
    for attention, told in ((None, ""), ("", "einvoice_attention_missing"), ("7", "")):
        assert held(order, invoice, policy, known.model_copy(update={"attention": attention}))[0] == told
    assert held(order, invoice, policy, known) == ("", "")
    assert held(order, invoice, policy) == ("", "")


def test_ean_requisition_person_and_kontostreng_come_from_the_order() -> None:
    _, invoice = public(requisition="R-1", reference_person="Bente", kontostreng="1234-5678")
    assert (invoice.recipient.ean, invoice.requisition) == (made_up_ean(1), "R-1")
    assert (invoice.reference_person, invoice.kontostreng) == ("Bente", "1234-5678")


class TestSettings:
    def test_it_is_off_until_it_is_said_to_be_on(self) -> None:
        assert not EinvoicingRules().on
        assert not EinvoicingRules(channel="accounting").by_accounting

    def test_a_reference_that_the_books_can_not_carry_is_told(self) -> None:
        found = [(one.code, one.found) for one in doubts(rules(channel="accounting"), FIELDS, NOTHING)]  # type: ignore[arg-type]
        assert found == [("einvoicing_not_carried", "reference_person"), ("einvoicing_not_carried", "requisition")]
        able = NOTHING.model_copy(update={"einvoice_fields": frozenset({"requisition", "reference_person"})})
        assert list(doubts(rules(channel="accounting"), FIELDS, able)) == []  # type: ignore[arg-type]

    def test_a_shop_without_fields_for_them_is_told(self) -> None:
        assert {one.field for one in doubts(rules(), {}, NOTHING)} == {
            "webshop.fields.requisition",
            "webshop.fields.reference_person",
        }
        assert list(doubts(rules(), {"requisition": ("meta:_ref",)}, NOTHING)) == []
        assert [one.field for one in doubts(rules(require="both"), {"requisition": ("meta:_ref",)}, NOTHING)] == [
            "webshop.fields.reference_person"
        ]
        assert list(doubts(rules(require="none"), {}, NOTHING)) == []

    def test_missing_seller_data_are_told(self) -> None:
        found = [one.code for one in doubts(rules(seller=None), FIELDS, NOTHING)]  # type: ignore[arg-type]
        assert found == ["einvoice_seller_incomplete"]


class TestStates:
    @pytest.mark.parametrize("before", STEPS)
    def test_only_steps_of_the_table_are_taken(self, before: State) -> None:
        for after in STEPS:
            if after == before or after in STEPS[before]:
                assert step(before, after) == after
            else:
                with pytest.raises(ValueError, match="can't go"):
                    step(before, after)

    def test_what_says_less_than_is_known_is_no_news(self) -> None:
        assert not may_become("delivered", "sent")
        assert not may_become("sent", "handed")
        assert not may_become("handed", "handed")
        assert may_become("delivered", "rejected")
        assert may_become("silent", "delivered")

    def test_no_answer_of_a_channel_makes_a_document_go_again(self) -> None:
        assert not any(may_become(state, "due") for state in STEPS)

    def test_a_person_may_note_anything_as_sent_by_hand(self) -> None:
        assert all("by_hand" in after for state, after in STEPS.items() if state != "by_hand")

    def test_what_is_on_its_way_is_followed(self) -> None:
        assert {"handed", "sent", "silent", "delivered"} == FOLLOWED


class TestSilence:
    @pytest.mark.parametrize(
        ("state", "channel", "hours", "silent"),
        [
            ("handed", "dropfolder", 73, True),
            ("handed", "dropfolder", 71, False),
            ("sent", "dropfolder", 73, True),
            ("sent", "http", 73, True),
            ("sent", "accounting", 73, False),
            ("handed", "accounting", 73, True),
            ("delivered", "http", 730, False),
            ("silent", "http", 730, False),
            ("due", "http", 730, False),
        ],
    )
    def test_it_begins_after_the_hours_of_the_settings(
        self, state: State, channel: Any, hours: int, silent: bool
    ) -> None:
        handed = NOW - timedelta(hours=hours)
        assert waited_in_vain(state, channel, handed, NOW, rules()) is silent

    def test_it_can_not_begin_before_anything_was_handed_over(self) -> None:
        assert not waited_in_vain("handed", "http", None, NOW, rules())


class TestHolds:
    def fate(self, state: State, code: str = "", channel: Any = "dropfolder") -> Fate:
        return Fate("shop-dk-1", channel, state, finding_of(state, channel, "shop-dk-1", code, "words", 72))

    def test_the_worst_of_an_orders_einvoices_is_told(self) -> None:
        fates = [self.fate("delivered"), self.fate("silent"), self.fate("rejected", "BusinessReject")]
        found = held_for(fates)
        assert found is not None
        assert (found.code, found.field, found.found) == ("einvoice_rejected", "BusinessReject", "words")
        assert held_for(fates[:1]) is None

    def test_what_the_books_did_not_send_is_told_otherwise_than_an_answer_that_did_not_come(self) -> None:
        assert self.fate("silent", channel="accounting").finding.code == "einvoice_not_sent"
        assert self.fate("silent").finding.code == "einvoice_silent"

    @pytest.mark.parametrize("state", HELD_FOR)
    @pytest.mark.parametrize("code", ["", "BusinessReject", "TechnicalReject", "ProfileReject"])
    @pytest.mark.parametrize("channel", ["dropfolder", "accounting"])
    def test_every_such_hold_is_tried_again_as_a_dispatch_alone(self, state: State, code: str, channel: str) -> None:
        assert self.fate(state, code, channel).finding.code in WAITING

    @pytest.mark.parametrize("code", sorted(WAITING))
    def test_every_such_hold_is_told_in_both_languages_with_what_to_do(self, code: str) -> None:
        finding = finding_of("rejected", "http", "shop-dk-1", "", "words", 72).model_copy(update={"code": code})
        assert code in SENTENCES
        for language in ("da", "en"):
            assert what(finding, language)
            assert fix(finding, language)
