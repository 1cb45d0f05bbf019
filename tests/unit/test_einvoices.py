"""What must be right before an e-invoice may go out, and how the rules are told to those who must mend it."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest
from pydantic import ValidationError

from adapters.settings import load
from deployments.demo.numbers import made_up_cvr
from domain.einvoice_places import PLACES, place
from domain.einvoice_sentences import explained
from domain.einvoices import SCHEMA, Credited, Einvoice, Violation, check, check_before_booking
from domain.invoices import Invoice
from domain.oioubl_rules import OF_SCHEMA, RULES, SAME
from domain.orders import Address
from domain.outcomes import Finding, Misconfigured
from domain.sellers import Fik, payment_id
from domain.sentences import SENTENCES, fix, what
from tests.einvoices import a_credit_note, a_seller, an_einvoice


def codes(einvoice: Einvoice) -> set[tuple[str, str]]:
    """Code and field of all that is wrong; each can be told in both languages."""
    found = check(einvoice)
    for finding in found:
        assert all(what(finding, language) and fix(finding, language) for language in ("da", "en"))
    return {(finding.code, finding.field) for finding in found}


def with_invoice(**content: object) -> Einvoice:
    whole = an_einvoice()
    return whole.model_copy(update={"invoice": whole.invoice.model_copy(update=content)})


def with_recipient(**content: object) -> Einvoice:
    return with_invoice(recipient=an_einvoice().invoice.recipient.model_copy(update=content))


class TestBeforeItGoesOut:
    def test_a_whole_invoice_may_go_out(self) -> None:
        assert codes(an_einvoice()) == set()
        assert codes(a_credit_note(an_einvoice())) == set()

    @pytest.mark.parametrize(
        ("ean", "code"),
        [("", "einvoice_ean_missing"), ("5790000000017", "einvoice_ean_bad"), ("12345670", "einvoice_ean_bad")],
    )
    def test_the_receivers_ean_number_has_13_digits_and_a_right_check_digit(self, ean: str, code: str) -> None:
        assert codes(with_recipient(ean=ean)) == {(code, "ean")}

    def test_somebody_must_be_named_at_the_receiver(self) -> None:
        nobody = with_recipient(attention="")
        invoice = nobody.invoice.model_copy(update={"reference_person": "", "requisition": ""})
        nowhere = nobody.model_copy(update={"invoice": invoice})
        assert codes(nowhere) == {("einvoice_contact_missing", "reference_person")}
        assert codes(with_recipient(name=" ")) == {("einvoice_receiver_nameless", "billing.company")}

    def test_a_country_is_one_that_there_is(self) -> None:
        for country in ("dk", "XX", "DNK"):
            assert codes(with_recipient(country=country)) == {("einvoice_country_bad", "billing.country")}
        assert codes(with_recipient(country="")) == set()
        delivery = Address(street="Engvej 9", country="Danmark")
        assert codes(with_invoice(delivery=delivery)) == {("einvoice_country_bad", "shipping.country")}

    def test_only_what_is_booked_can_be_sent(self) -> None:
        draft = an_einvoice().model_copy(update={"number": " "})
        assert codes(draft) == {("einvoice_number_missing", "number")}
        assert check_before_booking(draft.invoice, draft.seller) == ()

    def test_a_credit_note_says_what_it_credits(self) -> None:
        note = a_credit_note(an_einvoice())
        for nothing in (None, Credited(number="", date=date(2026, 3, 2))):
            told = codes(note.model_copy(update={"credits": nothing}))
            assert told == {("einvoice_credits_nothing", "credits")}

    def test_a_number_with_letters_is_no_payment_id_of_a_slip(self) -> None:
        slip = {"kind": "fik", "creditor": "12345678"}
        lettered = an_einvoice(seller=a_seller(payment=slip)).model_copy(update={"number": "F-1042"})
        assert codes(lettered) == {("einvoice_number_not_for_fik", "einvoicing.seller.payment")}
        without = lettered.model_copy(update={"seller": a_seller(payment=slip | {"card": "73"})})
        assert codes(without) == set()

    def test_sums_that_are_not_the_lines_are_found_to_the_ore(self) -> None:
        assert ("einvoice_sums_differ", "total") in codes(with_invoice(total=Decimal("198.01")))
        assert ("einvoice_sums_differ", "vat") in codes(with_invoice(vat=Decimal("39.59")))
        assert ("einvoice_sums_differ", "vat_totals") in codes(with_invoice(vat_totals=()))
        assert ("negative_total", "total") in codes(with_invoice(total=Decimal("-1.00")))
        assert ("no_lines", "lines") in codes(with_invoice(lines=()))

    def test_each_line_has_text_quantity_and_an_amount_that_is_their_product(self) -> None:
        (line,) = an_einvoice().invoice.lines
        for code, change in (
            ("einvoice_line_without_quantity", {"quantity": Decimal(0)}),
            ("einvoice_line_without_text", {"text": " "}),
            ("einvoice_line_differs", {"unit_net": Decimal("79.21")}),
        ):
            assert (code, "line 1") in codes(with_invoice(lines=(line.model_copy(update=change),)))

    def test_a_due_date_is_the_books_own_or_the_sellers_days(self) -> None:
        einvoice = an_einvoice(seller=a_seller(payment_days=14))
        assert einvoice.due_date == date(2026, 3, 16)
        assert einvoice.model_copy(update={"due": date(2026, 5, 1)}).due_date == date(2026, 5, 1)
        assert einvoice.model_copy(update={"due": date(2020, 1, 1)}).due_date == date(2026, 3, 2)


class TestTheSeller:
    def test_a_seller_without_name_or_number_holds_every_e_invoice(self) -> None:
        for name, value, code in (
            ("name", " ", "einvoice_seller_incomplete"),
            ("cvr", "", "einvoice_seller_incomplete"),
            ("cvr", "12345678", "einvoice_seller_cvr_bad"),
        ):
            seller = a_seller().model_copy(update={name: value})
            assert codes(an_einvoice(seller=seller)) == {(code, f"einvoicing.seller.{name}")}

    @pytest.mark.parametrize(
        "wrong",
        [
            {"cvr": "12345678"},
            {"name": ""},
            {"street": ""},
            {"country": "dk"},
            {"payment": {"kind": "bank", "registration": "12", "account": "1"}},
            {"payment": {"kind": "bank", "registration": "0000", "account": "1"}},
            {"payment": {"kind": "bank", "registration": "1234", "account": "12345678901"}},
            {"payment": {"kind": "iban", "iban": "DK5000400440116244", "bic": "DABADKKK"}},
            {"payment": {"kind": "fik", "creditor": "1234567"}},
            {"payment": {"kind": "girokort"}},
            {"phone_number": "12345678"},
        ],
    )
    def test_false_numbers_and_unknown_keys_are_refused_in_the_settings(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            a_seller(**wrong)

    def test_what_is_wrong_is_told_at_its_place_in_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "afstem.toml"
        file.write_text(
            'name = "dk"\nwebshop = {kind = "files", path = "orders"}\naccounting = {kind = "local", path = "b.db"}\n'
            '[einvoicing.seller]\nname = "Fajance"\ncvr = "12345678"\nstreet = "Havnegade 3"\nzip = 8000\ncity = "Ry"\n'
            'payment = {kind = "bank", registration = 12, acount = "1"}\n'
        )
        with pytest.raises(Misconfigured) as refused:
            load(file)
        told = {(one.field, one.expected) for one in refused.value.findings}
        assert told == {
            ("einvoicing.seller.cvr", ""),
            ("einvoicing.seller.payment.registration", "0001 – 9999"),
            ("einvoicing.seller.payment.account", ""),
            ("einvoicing.seller.payment.acount", "account, kind, registration"),
        }

    def test_numbers_may_be_typed_with_spaces_and_without_quotes(self) -> None:
        typed = a_seller(
            cvr=f"DK {made_up_cvr(7)}", zip=8000, payment={"kind": "bank", "registration": 1234, "account": 1}
        )
        assert (typed.cvr, typed.zip) == (made_up_cvr(7), "8000")

    def test_a_payment_id_is_the_number_filled_up_with_its_check_digit(self) -> None:
        slip = Fik(kind="fik", creditor="12345678")
        assert payment_id(slip, "1042") == "000000000010421"
        assert len(payment_id(slip.model_copy(update={"card": "75"}), "1042")) == 16
        for impossible in ("", "F1", "1" * 15, "¹²³"):
            assert payment_id(slip, impossible) == ""


class TestTheRulesAreTold:
    def test_a_rule_is_told_in_both_languages_with_its_place_and_the_official_text(self) -> None:
        broken = Violation(
            rule="F-CRN047",
            fatal=True,
            place="/CreditNote[1]/cac:AccountingCustomerParty[1]/cac:Party[1]/cac:Contact[1]",
            text="Invalid AccountingCustomerParty/Contact/ID. Must contain a value.",
        )
        danish, english = explained(broken, "da"), explained(broken, "en")
        assert (danish.place, english.place) == ("modtageren / kontakt", "the receiver / contact")
        assert danish.what == "Modtagerens kontakt har intet id."
        assert english.what == "The receiver's contact has no id."
        assert danish.official == broken.text

    def test_a_rule_without_a_row_is_told_by_its_official_text(self) -> None:
        told = explained(Violation(rule="F-INV999", fatal=True, place="/Invoice[1]", text="Something new"), "da")
        assert (told.place, told.official) == ("fakturaen", "Something new")

    def test_one_of_our_own_is_told_by_its_finding(self) -> None:
        finding = Finding(code="einvoice_element_missing", field="Contact", expected="ID")
        told = explained(Violation(rule=finding.code, fatal=True, place="/Invoice[1]", finding=finding), "en")
        assert told.what == "ID is missing in Contact, or empty."

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (
                "Element '{urn:x}CopyIndicator': This element is not expected. Expected is ( {urn:x}ID ).",
                "Elementer",
            ),
            ("Element '{urn:x}Invoice': Missing child element(s). Expected is ( {urn:x}InvoiceLine ).", "InvoiceLine"),
            ("Element '{urn:x}IssueDate': '20/11' is not a valid value of the atomic type 'x'.", "20/11"),
            ("Element '{urn:x}TaxAmount': The attribute 'currencyID' is required but missing.", "currencyID"),
            ("Element '{urn:x}Name', attribute 'bar': The attribute 'bar' is not allowed.", "bar"),
            ("Element '{urn:x}TaxScheme': Character content other than whitespace is not allowed here.", "officielle"),
            ("{something} else %s {0}", "officielle"),
        ],
    )
    def test_the_schema_is_told_in_danish_too(self, text: str, told: str) -> None:
        danish = explained(Violation(rule=SCHEMA, fatal=True, place="/*/cac:TaxTotal", text=text), "da")
        assert told in danish.what + danish.fix
        assert danish.place == "moms"
        assert "{urn:x}" not in danish.official

    def test_places_are_counted_as_a_reader_would(self) -> None:
        second = "/Invoice[1]/cac:InvoiceLine[2]/cac:TaxTotal[1]/cac:TaxSubtotal[1]/cac:TaxCategory[1]"
        assert place(second, "en") == "invoice line 2 / VAT / VAT subtotal / VAT category"
        assert place("/Invoice[1]/cac:AllowanceCharge[3]/cbc:Amount[1]", "da") == "gebyr eller rabat 3 / Amount"
        assert place("/*", "da") == "hele dokumentet"
        assert place("", "en") == "the whole document"

    def test_every_row_is_whole_and_every_alias_leads_to_one(self) -> None:
        for row in (*RULES.values(), *OF_SCHEMA.values()):
            assert all(text.endswith(".") and text[0] == text[0].upper() for text in row)
        for row in RULES.values():
            assert not any(name for text in row for _, name, _, _ in Formatter().parse(text))
        assert set(SAME.values()) <= set(RULES)
        assert not set(SAME) & set(RULES)
        assert all(danish and english for danish, english in PLACES.values())

    def test_the_codes_of_our_own_checks_have_their_sentences(self) -> None:
        ours = {code for code in SENTENCES if code.startswith(("einvoice_", "ruleset_", "xml_"))}
        assert len(ours) > 25


def test_an_e_invoice_is_the_booked_invoice_itself() -> None:
    assert isinstance(an_einvoice().invoice, Invoice)
