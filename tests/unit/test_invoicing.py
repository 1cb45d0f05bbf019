import re
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.webshops.files import FilesShop
from adapters.webshops.settings import FilesWebshop
from domain import credit_notes, days, invoice_lines, invoicing, recipients, settlement, vat
from domain.credit_notes import build_credit_notes
from domain.customers import Customer
from domain.differences import LONGEST_KEPT, Difference, as_kept, difference, told
from domain.invoice_rules import InvoiceRules
from domain.invoices import Invoice
from domain.invoicing import Built, build_invoice
from domain.orders import Address, Buyer, CustomerType, Found, Order, OrderField
from domain.outcomes import Finding, NeedsAttention, Skip
from domain.sentences import fix, what
from domain.vat import VatRules
from domain.words import Language, Words
from tests.unit.orders_by_hand import ORDERED, line, order, refund

CUP = "1 × Kaffekop = 80.00 + 20.00 (25 %)"
RULES = InvoiceRules()
LANGUAGES: tuple[Language, ...] = ("da", "en")


def build(
    sold: Order, rules: InvoiceRules = RULES, customer_type: CustomerType = "b2c", customer: Customer | None = None
) -> Built:
    return build_invoice(sold, customer_type, "17", "shop-1042", rules, VatRules(), customer)


def texts(built: Built) -> list[str]:
    return [one.text for one in built.invoice.lines]


def codes(built: Built) -> list[str]:
    return [one.code for one in built.warnings]


# The text of a line


def test_control_characters_are_removed_from_a_text() -> None:
    sold = order(sold=[line(CUP).model_copy(update={"text": 'Bog "Æbler & Øl"\x00\n\u202e 2\ud800'})])
    assert texts(build(sold)) == ['Bog "Æbler & Øl" 2']


def test_a_line_without_a_text_is_called_what_it_is() -> None:
    nameless = [
        line("1 × x = 80 + 20 (25 %)").model_copy(update={"text": "", "kind": kind})
        for kind in ("product", "freight", "fee")
    ]
    assert texts(build(order(sold=nameless))) == ["Vare", "Fragt", "Gebyr"]


def test_the_buyers_choices_stand_on_the_line_as_the_setting_says() -> None:
    notes = (Found(key="Størrelse", value="M"), Found(key="Gravering", value="Til & fra"))
    sold = order(sold=[line(CUP).model_copy(update={"notes": notes})])
    assert texts(build(sold)) == ["Kaffekop, Størrelse: M, Gravering: Til & fra"]
    assert texts(build(sold, InvoiceRules(line_notes="none"))) == ["Kaffekop"]
    assert texts(build(sold, InvoiceRules(line_notes=("Størrelse",)))) == ["Kaffekop, Størrelse: M"]


# Who stands on the invoice


def company(fields: dict[OrderField, str], **more: Any) -> Order:
    buyer = Buyer(
        name="Ida Ørbæk", company="Vase &amp; Co", street="Tværvej 3", zip="8000", city="Aarhus", country="DK"
    )
    return order(CUP, fields=fields, **more).model_copy(update={"buyer": buyer})


def test_a_company_stands_by_its_name_with_the_person_as_attention() -> None:
    recipient = build(company({"cvr": "DK 13 58 56 28"}), customer_type="b2b").invoice.recipient
    assert (recipient.name, recipient.attention, recipient.cvr) == ("Vase &amp; Co", "Ida Ørbæk", "13585628")
    assert recipient.ean == ""


def test_a_private_buyer_stands_by_the_persons_name_and_never_with_a_number() -> None:
    recipient = build(company({"cvr": "0101701234", "ean": "5798000420526"})).invoice.recipient
    assert (recipient.name, recipient.attention, recipient.cvr, recipient.ean) == ("Ida Ørbæk", "", "", "")


def test_a_public_buyers_numbers_are_carried_normalised() -> None:
    fields: dict[OrderField, str] = {
        "ean": "57 98 000 420 526",
        "cvr": "13585628",
        "requisition": " REKV-7 ",
        "reference_person": "Åse Holm",
        "kontostreng": "12.34.56",
    }
    invoice = build(company(fields), customer_type="ean").invoice
    assert (invoice.recipient.ean, invoice.recipient.cvr, invoice.recipient.attention) == (
        "5798000420526",
        "13585628",
        "Åse Holm",
    )
    assert (invoice.requisition, invoice.reference_person, invoice.kontostreng) == ("REKV-7", "Åse Holm", "12.34.56")


def test_an_impossible_number_never_gets_onto_the_invoice() -> None:
    recipient = build(company({"cvr": "010170-1234", "ean": "123"}), customer_type="ean").invoice.recipient
    assert (recipient.cvr, recipient.ean) == ("", "")


def test_a_foreign_company_stands_with_its_vat_number() -> None:
    sold = order("1 × Vase = 100 + 0 (0 %)", country="SE", fields={"vat_number": "SE 556188-8404 01"})
    assert build(sold, customer_type="b2b").invoice.recipient.cvr == "SE556188840401"


def test_a_nameless_buyer_stands_by_the_customers_name_else_with_a_warning() -> None:
    sold = order(CUP).model_copy(update={"buyer": Buyer(country="DK")})
    known = Customer(number="17", values={"name": "Samlekunde"}, updated_at=ORDERED)
    assert build(sold, customer=known).invoice.recipient.name == "Samlekunde"
    assert codes(build(sold)) == ["recipient_without_name"]


def test_an_over_long_name_is_cut_with_a_warning() -> None:
    sold = order(CUP).model_copy(update={"buyer": Buyer(name="Å" * 10_000, country="DK")})
    built = build(sold)
    assert len(built.invoice.recipient.name) == 250
    assert [(one.code, one.field) for one in built.warnings] == [("text_cut", "billing.name")]


def test_a_long_note_and_a_long_reference_person_are_cut_with_a_warning() -> None:
    fields = {"reference_person": "Å" * 300}
    noted = RULES.model_copy(update={"note": "{buyer_note}"})
    built = build(order(CUP, fields=fields).model_copy(update={"note": "x" * 2000}), noted)
    assert (len(built.invoice.reference_person), len(built.invoice.note)) == (250, 1000)
    assert [(one.code, one.field) for one in built.warnings] == [("text_cut", "reference_person"), ("text_cut", "note")]


def test_a_requisition_number_is_held_rather_than_cut() -> None:
    with pytest.raises(NeedsAttention) as held:
        build(company({"requisition": "7" * 251}), customer_type="ean")
    assert held.value.finding.code == "requisition_too_long"


def test_the_delivery_address_stands_only_where_it_differs() -> None:
    sold = order(CUP)
    same = Address(name="Ida Ørbæk", street="Tværvej  3", zip="8000", city="Aarhus C", country="DK")
    other = same.model_copy(update={"street": "Havnegade 1"})
    assert build(sold.model_copy(update={"delivery": same})).invoice.delivery is None
    assert build(sold.model_copy(update={"delivery": Address(country="DK")})).invoice.delivery is None
    assert build(sold.model_copy(update={"delivery": other})).invoice.delivery == other


# Dates


def test_the_invoice_is_dated_by_the_paid_or_completed_day_where_the_setting_says_so() -> None:
    sold = order(CUP, paid_at=datetime(2026, 3, 4, 23, 30, tzinfo=UTC))
    assert build(sold, InvoiceRules(date="paid")).invoice.date == date(2026, 3, 5)
    built = build(sold, InvoiceRules(date="completed"))
    assert built.invoice.date == date(2026, 3, 2)
    assert [(one.code, one.field) for one in built.warnings] == [("date_fallback", "completed_at")]


# Amounts that don't agree


def test_vat_that_does_not_add_up_is_held() -> None:
    with pytest.raises(NeedsAttention) as held:
        build(order(CUP, total_vat=Decimal("25.00")))
    assert held.value.finding.model_dump() == {
        "code": "lines_do_not_add_up",
        "field": "total_vat",
        "found": "20",
        "expected": "25",
    }


@pytest.mark.parametrize("rate", ["-25", "125"])
def test_an_impossible_rate_is_held(rate: str) -> None:
    sold = order(sold=[line("1 × Vase = 0.00 + 0.00 (25 %)").model_copy(update={"vat_rate": Decimal(rate)})])
    with pytest.raises(NeedsAttention) as held:
        build(sold)
    assert held.value.finding.code == "vat_not_rate"


def test_a_few_ore_of_an_untaxed_looking_line_stay_at_their_rate() -> None:
    """0.02 with 25 % VAT has a VAT of 0.004: no VAT was taken, but the line is no less taxed for that."""
    built = build(order("1 × Pose = 0.02 + 0.00 (25 %)", CUP))
    assert {one.vat_rate for one in built.invoice.lines if one.kind == "product"} == {Decimal(25)}


def test_the_limit_of_the_correction_grows_with_the_lines_up_to_one_krone() -> None:
    assert RULES.limit(1) == Decimal("0.05")
    assert RULES.limit(3) == Decimal("0.15")
    assert RULES.limit(0) == Decimal("0.05")
    assert RULES.limit(500) == Decimal("1.00")


def test_an_order_in_yen_needs_no_decimals() -> None:
    sold = order("1 × Vase = 1000 + 0 (0 %)", currency="JPY", country="JP")
    assert str(build(sold).invoice.total) == "1000.00"


def test_a_rate_and_a_quantity_are_written_the_same_however_the_shop_writes_them() -> None:
    plain = line("2 × Vase = 80.00 + 20.00 (25 %)")
    odd = plain.model_copy(update={"quantity": Decimal("2.000"), "vat_rate": Decimal("25.0000"), "net": Decimal(80)})
    assert build(order(sold=[odd])).invoice.fingerprint == build(order(sold=[plain])).invoice.fingerprint


# Policies


def test_an_order_that_has_its_invoice_is_never_skipped_any_more() -> None:
    sold = order(CUP, refunds=[refund("1", "100.00")])
    with pytest.raises(Skip):
        build(sold)
    assert build(sold, RULES.once_invoiced()).invoice.total == Decimal("100.00")


def test_a_sku_without_a_product_is_held_where_the_setting_says_so() -> None:
    rules = InvoiceRules.model_validate({"products": {"unmapped_sku": "hold"}})
    with pytest.raises(NeedsAttention) as held:
        build(order("1 × Kop [KOP-1] = 80.00 + 20.00 (25 %)"), rules)
    assert (held.value.finding.code, held.value.finding.found) == ("sku_unmapped", "KOP-1")


def test_the_note_is_the_settings_own_and_a_shops_braces_do_no_harm() -> None:
    sold = order(CUP, payment_title="Kort", note="{number.__class__}")
    assert build(sold, InvoiceRules(note="{payment}: {buyer_note}")).invoice.note == "Kort: {number.__class__}"


@pytest.mark.parametrize("note", ["{buyer}", "{0}", "{number.real.x}", "{"])
def test_an_unknown_place_in_the_note_is_an_error_of_the_settings(note: str) -> None:
    with pytest.raises(ValidationError, match="settings_places"):
        InvoiceRules(note=note)


# What differs


def test_an_unchanged_order_shows_no_difference() -> None:
    invoice = build(order(CUP)).invoice
    assert difference(invoice, Invoice.model_validate_json(invoice.model_dump_json())) == ()


def test_everything_that_can_differ_is_shown() -> None:
    before = build(order(CUP)).invoice
    changes: dict[str, object] = {
        "customer": "18",
        "date": date(2026, 3, 3),
        "currency": "EUR",
        "vat_zone": "abroad",
        "payment_terms": "5",
        "requisition": "R-1",
        "note": "x",
        "delivery": Address(street="Havnegade 1"),
        "recipient": before.recipient.model_copy(update={"ean": "5798000420526"}),
    }
    found = difference(before, before.model_copy(update=changes))
    assert {one.field for one in found} == (set(changes) - {"recipient", "delivery"}) | {
        "recipient.ean",
        "delivery.street",
    }


def test_a_line_that_came_and_one_that_went_are_shown() -> None:
    before, now = build(order(CUP)).invoice, build(order("1 × Fad = 80.00 + 20.00 (25 %)")).invoice
    assert [(one.field, one.text, bool(one.before), bool(one.after)) for one in difference(before, now)] == [
        ("line", "Kaffekop", True, False),
        ("line", "Fad", False, True),
    ]


def test_two_equal_lines_of_which_one_went_are_a_difference() -> None:
    before, now = build(order(CUP, CUP)).invoice, build(order(CUP)).invoice
    assert [one.field for one in difference(before, now)] == ["net", "vat", "total", "line"]


EDITED = (
    Difference("vat_zone", "domestic", "eu"),
    Difference("total", "1000.00", "1234.50"),
    Difference("recipient.city", "", "Odense C"),
)


def test_what_differs_is_kept_without_a_language_and_told_in_each() -> None:
    kept = as_kept(
        (*EDITED, *difference(build(order(CUP)).invoice, build(order("2.5 × Fad = 80.00 + 20.00 (25 %)")).invoice))
    )
    assert told(kept, Words("da")) == (
        "momszone: Danmark → EU; i alt: 1.000,00 → 1.234,50; by (modtager): (intet) → Odense C; "
        "linjen »Kaffekop« er væk: 1 × 80,00 = 80,00 (25 % moms, vare VARE); "
        "ny linje »Fad«: 2,5 × 32,00 = 80,00 (25 % moms, vare VARE)"
    )
    assert told(kept, Words("en")) == (
        "VAT zone: Denmark → EU; total: 1,000.00 → 1,234.50; city (recipient): (nothing) → Odense C; "
        "the line “Kaffekop” is gone: 1 × 80.00 = 80.00 (25 % VAT, product VARE); "
        "new line “Fad”: 2.5 × 32.00 = 80.00 (25 % VAT, product VARE)"
    )


def test_of_many_differences_the_first_are_kept_and_the_others_counted() -> None:
    many = [Difference("note", f'{number} "' + "æ" * 300, "\\" * 300) for number in range(20)]
    kept = as_kept(many)
    assert len(kept) <= LONGEST_KEPT
    assert told(kept, Words("da")).startswith('bemærkning: 0 "æ')
    assert re.search(r"; og 1\d mere$", told(kept, Words("da")))


@pytest.mark.parametrize("kept", ["…", "", "net: 1.00 → 2.00", "12", "[[1]]", '[["a"]]', '"text"', '{"a": 1}', "null"])
def test_what_was_kept_in_another_way_is_told_as_it_is(kept: str) -> None:
    assert told(kept, Words("da")) == kept


# Sentences


def codes_raised() -> set[str]:
    told = re.compile(r'(?:NeedsAttention|Skip)\(\s*"(\w+)"|code="(\w+)"|told = \("(\w+)"')
    sources = [
        module.__file__ or "" for module in (invoicing, invoice_lines, credit_notes, days, recipients, settlement, vat)
    ]
    found = [match for source in sources for match in told.findall(Path(source).read_text(encoding="utf-8"))]
    return {code for match in found for code in match if code}


def test_everything_told_of_an_invoice_has_its_sentences_in_both_languages() -> None:
    codes = codes_raised()
    assert len(codes) > 20
    for code in codes:
        finding = Finding(code=code, field="F", found="A", expected="B")
        said = {speak(finding, language) for speak in (what, fix) for language in LANGUAGES}
        assert len(said) == 4
        assert not any("{" in sentence for sentence in said)


# A real shop


@pytest.fixture(scope="module")
def real_orders(specs: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Order]:
    recorded = specs / "woocommerce" / "real"
    folder = tmp_path_factory.mktemp("orders")
    shutil.copy(recorded / "orders.json", folder)
    shutil.copytree(recorded / "refunds", folder / "refunds")
    shop = FilesShop(FilesWebshop(kind="files", path=folder))
    return [shop.normalise(raw) for page in shop.read(None).pages for raw in page]


def test_every_order_of_a_real_shop_is_invoiced_to_the_ore(real_orders: list[Order]) -> None:
    rules = InvoiceRules(fully_refunded="invoice_and_credit")
    invoices = [build(one, rules).invoice for one in real_orders]
    assert len(invoices) == 37
    assert [one.total for one in invoices] == [one.total for one in real_orders]
    assert [one.vat for one in invoices] == [one.total_vat for one in real_orders]
    assert not [one for one in invoices if any(line.kind == "correction" for line in one.lines)]


def test_every_refund_of_a_real_shop_is_credited_to_the_ore(real_orders: list[Order]) -> None:
    credited = 0
    for one in real_orders:
        notes = build_credit_notes(one, build(one, RULES.once_invoiced()).invoice, [], RULES)
        assert [note.invoice.total for note in notes if isinstance(note, Built)] == [
            given.total for given in sorted(one.refunds, key=lambda given: (given.created_at, given.id))
        ]
        credited += len(notes)
    assert credited == 6
