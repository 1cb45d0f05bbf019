"""What an e-invoice says, element by element: the traps of the standard, each as a rule."""

from decimal import Decimal

import pytest
from lxml import etree

from adapters.einvoicing.checks import beyond_the_rules, mandatory
from adapters.einvoicing.oioubl import written
from domain.einvoices import Einvoice
from domain.invoices import Invoice
from domain.orders import Address
from tests.einvoices import a_credit_note, a_seller, an_einvoice

Root = etree._Element


def read(einvoice: Einvoice) -> Root:
    return etree.fromstring(written(einvoice))


def text(root: Root, path: str) -> str | None:
    return root.findtext("/".join(f"{{*}}{name}" for name in path.split("/")))


def texts(root: Root, path: str) -> list[str | None]:
    return [one.text for one in root.iterfind("/".join(f"{{*}}{name}" for name in path.split("/")))]


def changed(einvoice: Einvoice, **content: object) -> Einvoice:
    """The same e-invoice of an invoice that says something else."""
    return einvoice.model_copy(update={"invoice": einvoice.invoice.model_copy(update=content)})


def to(street: str, **other: str) -> Root:
    """The receiver's address, as it is written."""
    recipient = an_einvoice().invoice.recipient.model_copy(update={"street": street, **other})
    found = read(changed(an_einvoice(), recipient=recipient)).find(
        "{*}AccountingCustomerParty/{*}Party/{*}PostalAddress"
    )
    assert found is not None
    return found


class TestReferences:
    def test_the_receiver_is_known_by_the_orders_ean_number(self) -> None:
        endpoint = read(an_einvoice()).find("{*}AccountingCustomerParty/{*}Party/{*}EndpointID")
        assert endpoint is not None
        assert (endpoint.text, endpoint.get("schemeID")) == (an_einvoice().invoice.recipient.ean, "GLN")

    def test_kontostreng_requisition_and_person_stand_where_an_authority_looks_for_them(self) -> None:
        root = read(an_einvoice())
        assert text(root, "AccountingCost") == "5250124502"
        assert text(root, "OrderReference/ID") == "REKV-4711"
        assert text(root, "AccountingCustomerParty/Party/Contact/ID") == "Bente Skovgård"

    def test_without_a_reference_person_the_contact_is_who_ordered_or_else_the_requisition(self) -> None:
        nobody = changed(an_einvoice(), reference_person="")
        recipient = nobody.invoice.recipient.model_copy(update={"attention": "Bo Ibsen"})
        assert (
            text(read(changed(nobody, recipient=recipient)), "AccountingCustomerParty/Party/Contact/ID") == "Bo Ibsen"
        )
        nameless = nobody.invoice.recipient.model_copy(update={"attention": ""})
        root = read(changed(nobody, recipient=nameless))
        assert text(root, "AccountingCustomerParty/Party/Contact/ID") == "REKV-4711"

    def test_an_order_without_a_requisition_has_no_empty_order_reference(self) -> None:
        assert read(an_einvoice(fields={"requisition": ""})).find("{*}OrderReference") is None

    def test_a_credit_note_names_the_invoice_that_it_takes_back_and_has_positive_amounts(self) -> None:
        root = read(a_credit_note(an_einvoice()))
        assert etree.QName(root).localname == "CreditNote"
        assert text(root, "BillingReference/InvoiceDocumentReference/ID") == "1042"
        assert text(root, "CreditNoteLine/CreditedQuantity") == "2"
        assert text(root, "LegalMonetaryTotal/PayableAmount") == "198.00"
        assert root.find("{*}PaymentMeans") is None


class TestAmounts:
    def test_tax_exclusive_amount_is_the_vat(self) -> None:
        assert text(read(an_einvoice()), "LegalMonetaryTotal/TaxExclusiveAmount") == "39.60"

    def test_freight_and_fees_are_charges_and_count_in_the_base_of_their_vat(self) -> None:
        root = read(an_einvoice("1 × Kop = 100 + 25 (25 %)", "freight GLS = 40 + 10 (25 %)", "fee Gebyr = 8 + 0 (0 %)"))
        assert texts(root, "AllowanceCharge/ChargeIndicator") == ["true", "true"]
        assert text(root, "LegalMonetaryTotal/LineExtensionAmount") == "100.00"
        assert text(root, "LegalMonetaryTotal/ChargeTotalAmount") == "48.00"
        assert texts(root, "TaxTotal/TaxSubtotal/TaxableAmount") == ["140.00", "8.00"]

    def test_a_discount_of_the_whole_order_is_an_allowance(self) -> None:
        root = read(an_einvoice("2 × Kop = 160 + 40 (25 %) before discount 200"))
        assert texts(root, "AllowanceCharge/ChargeIndicator") == ["false"]
        assert text(root, "AllowanceCharge/Amount") == "40.00"
        assert text(root, "LegalMonetaryTotal/AllowanceTotalAmount") == "40.00"
        assert text(root, "InvoiceLine/Price/PriceAmount") == "100.00"

    def test_the_correction_line_is_the_rounding_of_what_is_to_be_paid(self) -> None:
        root = read(an_einvoice("1 × Kop = 100 + 25 (25 %)", total="125.02"))
        assert text(root, "LegalMonetaryTotal/PayableRoundingAmount") == "0.02"
        assert text(root, "LegalMonetaryTotal/PayableAmount") == "125.02"
        assert texts(root, "TaxTotal/TaxSubtotal/TaxCategory/ID") == ["StandardRated"]
        assert len(root.findall("{*}InvoiceLine")) == 1

    def test_several_rates_share_one_subtotal_and_each_line_keeps_its_own(self) -> None:
        root = read(an_einvoice("1 × Kop = 100 + 25 (25 %)", "1 × Bog = 100 + 7 (7 %)"))
        assert texts(root, "TaxTotal/TaxSubtotal/TaxAmount") == ["32.00"]
        assert texts(root, "TaxTotal/TaxSubtotal/TaxCategory/Percent") == ["16"]
        assert texts(root, "InvoiceLine/TaxTotal/TaxSubtotal/TaxCategory/Percent") == ["25", "7"]

    def test_without_vat_within_the_eu_is_reverse_charge_and_elsewhere_zero_rated(self) -> None:
        untaxed = an_einvoice("1 × Bog = 100 + 0 (0 %)")
        for zone, category in (("eu", "ReverseCharge"), ("abroad", "ZeroRated"), ("domestic", "ZeroRated")):
            root = read(changed(untaxed, vat_zone=zone))
            assert texts(root, "TaxTotal/TaxSubtotal/TaxCategory/ID") == [category]

    def test_what_is_taken_off_is_a_negative_quantity_and_no_negative_price(self) -> None:
        root = read(an_einvoice("1 × Kop = 100 + 25 (25 %)", "fee Bonus = -20 + -5 (25 %)"))
        assert texts(root, "InvoiceLine/InvoicedQuantity") == ["1", "-1"]
        assert texts(root, "InvoiceLine/Price/PriceAmount") == ["100.00", "20.00"]
        assert texts(root, "InvoiceLine/LineExtensionAmount") == ["100.00", "-20.00"]

    def test_an_invoice_of_freight_alone_keeps_it_as_its_line(self) -> None:
        root = read(an_einvoice("freight GLS = 40 + 10 (25 %)"))
        assert texts(root, "InvoiceLine/Item/Name") == ["GLS"]
        assert root.find("{*}AllowanceCharge") is None

    def test_every_amount_is_in_the_orders_currency(self) -> None:
        root = read(an_einvoice(currency="EUR"))
        assert text(root, "DocumentCurrencyCode") == "EUR"
        assert {one.get("currencyID") for one in root.iter("{*}*")} == {None, "EUR"}


class TestAddresses:
    @pytest.mark.parametrize(
        ("street", "name", "house", "rest"),
        [
            ("Skolevej 4", "Skolevej", "4", None),
            ("Nørregade 12 B, 2. tv.", "Nørregade", "12 B", "2. tv."),
            ("H.C. Andersens Boulevard 27-29", "H.C. Andersens Boulevard", "27-29", None),
        ],
    )
    def test_a_house_number_that_can_be_told_apart_stands_by_itself(
        self, street: str, name: str, house: str, rest: str | None
    ) -> None:
        address = to(street)
        assert text(address, "AddressFormatCode") == "StructuredDK"
        parts = ("StreetName", "BuildingNumber", "AdditionalStreetName")
        assert tuple(text(address, part) for part in parts) == (name, house, rest)

    @pytest.mark.parametrize("street", ["Rådhuset", "Vej 2 nr. 7", "5. maj vej 11", "12", ""])
    def test_any_other_address_is_left_as_it_was_typed(self, street: str) -> None:
        address = to(street)
        assert text(address, "AddressFormatCode") == "StructuredLax"
        assert text(address, "StreetName") == (street or None)
        assert text(address, "BuildingNumber") is None

    def test_an_address_abroad_is_not_forced_into_the_danish_form(self) -> None:
        assert text(to("Storgatan 4", country="SE"), "AddressFormatCode") == "StructuredLax"

    def test_another_place_of_delivery_is_told_with_who_is_there(self) -> None:
        place = Address(name="Bo Ibsen", company="Hallen", street="Engvej 9", zip="8000", city="Aarhus", country="DK")
        root = read(changed(an_einvoice(), delivery=place))
        assert text(root, "Delivery/DeliveryLocation/Address/BuildingNumber") == "9"
        assert text(root, "Delivery/DeliveryParty/PartyName/Name") == "Hallen"


class TestPayment:
    def test_a_bank_account_with_the_invoices_number_as_the_payments_text(self) -> None:
        means = read(an_einvoice()).find("{*}PaymentMeans")
        assert means is not None
        assert text(means, "PaymentMeansCode") == "42"
        assert text(means, "PaymentDueDate") == "2026-04-01"
        assert text(means, "PayeeFinancialAccount/FinancialInstitutionBranch/ID") == "1234"
        assert text(means, "PayeeFinancialAccount/PaymentNote") == "1042"

    def test_a_payment_slip_has_the_invoices_number_with_its_check_digit(self) -> None:
        root = read(an_einvoice(seller=a_seller(payment={"kind": "fik", "creditor": "12345678"})))
        assert text(root, "PaymentMeans/InstructionID") == "000000000010421"
        assert text(root, "PaymentMeans/PaymentID") == "71"
        assert text(root, "PaymentMeans/CreditAccount/AccountID") == "12345678"

    def test_a_payment_text_is_cut_where_the_rules_demand_it(self) -> None:
        root = read(an_einvoice().model_copy(update={"number": "2026-" + "7" * 40}))
        assert text(root, "PaymentMeans/PayeeFinancialAccount/PaymentNote") == "2026-" + "7" * 15

    def test_without_an_account_the_day_is_told_all_the_same(self) -> None:
        root = read(an_einvoice(seller=a_seller(payment=None, payment_days=14)))
        assert (text(root, "PaymentMeans/PaymentMeansCode"), text(root, "PaymentMeans/PaymentDueDate")) == (
            "1",
            "2026-03-16",
        )


class TestTexts:
    def test_a_long_text_stands_whole_beside_a_short_name(self) -> None:
        root = read(an_einvoice(f"1 × {'Kop ' * 60}rød = 100 + 25 (25 %)"))
        assert len(text(root, "InvoiceLine/Item/Name") or "") == 100
        assert (text(root, "InvoiceLine/Item/Description") or "").endswith("rød")

    def test_what_xml_may_not_hold_is_left_out(self) -> None:
        root = read(changed(an_einvoice(), note="Et\x00 to\ufffe \x1b[31mtre ]]> <x>&amp;"))
        assert text(root, "Note") == "Et to [31mtre ]]> <x>&amp;"

    def test_the_same_e_invoice_is_the_same_bytes(self) -> None:
        assert written(an_einvoice()) == written(an_einvoice())


class TestOurOwnChecks:
    def test_a_sum_that_is_an_ore_off_is_found_with_what_it_should_be(self) -> None:
        root = read(an_einvoice())
        total = root.find("{*}LegalMonetaryTotal/{*}PayableAmount")
        assert total is not None
        total.text = "198.01"
        (first, *_) = mandatory(root)
        assert first.finding is not None
        assert (first.rule, first.finding.found, first.finding.expected) == ("einvoice_sum_differs", "198.01", "198.00")
        assert first.place == "/Invoice[1]/cac:LegalMonetaryTotal[1]/cbc:PayableAmount[1]"

    def test_a_second_contact_of_the_receiver_is_one_too_many(self) -> None:
        root = read(an_einvoice())
        party = root.find("{*}AccountingCustomerParty/{*}Party")
        assert party is not None
        party.append(etree.fromstring(etree.tostring(party[-1])))
        assert [one.rule for one in mandatory(root)] == ["einvoice_one_contact"]

    def test_the_receivers_ean_number_must_pass_its_check_digit_and_others_are_told(self) -> None:
        wrong = written(an_einvoice()).replace(an_einvoice().invoice.recipient.ean.encode(), b"5790000000017")
        found = beyond_the_rules(etree.fromstring(wrong.replace(a_seller().cvr.encode(), b"12345678")))
        assert {(one.rule, one.fatal) for one in found} == {("einvoice_gln_bad", True), ("einvoice_cvr_bad", False)}

    def test_amounts_that_are_no_numbers_crash_nothing(self) -> None:
        for nonsense in ("", "NaN", "Infinity", "1.234,50", "1e999999999"):
            root = read(an_einvoice())
            for amount in root.iter("{*}PayableAmount", "{*}TaxAmount", "{*}LineExtensionAmount"):
                amount.text = nonsense
            assert mandatory(root)


def test_the_vat_of_a_line_is_its_own_and_the_documents_is_the_invoices() -> None:
    einvoice = an_einvoice(*["1 × Kop = 0.02 + 0.01 (25 %)"] * 3, total="0.08")
    root, invoice = read(einvoice), einvoice.invoice
    assert isinstance(invoice, Invoice)
    assert texts(root, "InvoiceLine/TaxTotal/TaxAmount") == ["0.01"] * 3
    assert Decimal(text(root, "TaxTotal/TaxAmount") or "") == invoice.vat == Decimal("0.02")
