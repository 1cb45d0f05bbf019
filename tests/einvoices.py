"""E-invoices at random: whatever a shop sells to an authority, at whatever price, rate, discount or address."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from lxml import etree

from adapters.einvoicing.checks import mandatory
from adapters.einvoicing.oioubl import written
from adapters.einvoicing.rules import Rules
from deployments.demo.numbers import made_up_cvr, made_up_ean
from domain.credit_notes import build_credit_notes, build_undoing
from domain.einvoices import Credited, Einvoice, check
from domain.identity import visible
from domain.invoice_rules import InvoiceRules
from domain.invoices import Built, Invoice
from domain.invoicing import build_invoice
from domain.money import ZERO, ore
from domain.orders import Address, Buyer, Found, Order, OrderField, OrderLine, Refund
from domain.sellers import Seller
from domain.vat import VatRules
from tests.unit.orders_by_hand import ORDERED, order
from tests.unit.test_invoice_properties import AS_LINE, WIDE, sold_lines

BANK: dict[str, str] = {"kind": "bank", "registration": "1234", "account": "0012345678"}
PAYMENTS: list[dict[str, str] | None] = [
    BANK,
    {"kind": "iban", "iban": "DK5000400440116243", "bic": "DABADKKK"},
    {"kind": "fik", "creditor": "12345678"},
    {"kind": "fik", "creditor": "12345678", "card": "73"},
    {"kind": "fik", "creditor": "12345678", "card": "75"},
    {"kind": "nemkonto"},
    None,
]
STREETS = [
    "Skolevej 4",
    "Nørregade 12 B, 2. tv.",
    "H.C. Andersens Boulevard 27-29",
    "Rådhuset",
    "Plads uden nummer",
    "Vej 2 nr. 7",
    "5. maj vej 11",
    "Åvej  3",
    "12",
    "",
    "Æ" * 300,
]
texts = st.text(max_size=30) | st.sampled_from(
    ["Kaffe & kage <2 stk.>", "x" * 2_600, "Lim \ufffe\x00", "]]>", "Æble 🍎", ""]
)


def a_seller(**other: Any) -> Seller:
    """A company that may send: everything filled in."""
    content: dict[str, Any] = {
        "name": "Fajance & Søn ApS",
        "cvr": made_up_cvr(7),
        "street": "Havnegade 3, 2. tv.",
        "zip": "8000",
        "city": "Aarhus C",
        "contact": "Mette Holm",
        "email": "faktura@example.dk",
        "payment": BANK,
    }
    return Seller.model_validate(content | other)


def an_einvoice(*lines: str, fields: dict[OrderField, str] | None = None, **other: Any) -> Einvoice:
    """The booked invoice of an authority's order, its lines as in `orders_by_hand`."""
    told: dict[OrderField, str] = {
        "ean": made_up_ean(1),
        "requisition": "REKV-4711",
        "reference_person": "Bente Skovgård",
        "kontostreng": "5250124502",
    }
    seller = other.pop("seller", a_seller())
    sold = order(*lines or ("2 × Kaffekop [KOP-1] = 158.40 + 39.60 (25 %)",), fields=told | (fields or {}), **other)
    return Einvoice(invoice=invoice_of(sold), number="1042", seller=seller)


def invoice_of(sold: Order, rules: InvoiceRules = AS_LINE) -> Invoice:
    """The invoice of an order of an authority."""
    return build_invoice(sold, "ean", "301", f"shop-{sold.number}", rules, VatRules()).invoice


def a_credit_note(of: Einvoice) -> Einvoice:
    """All of an e-invoice, taken back."""
    note = of.invoice.model_copy(update={"kind": "credit_note", "credits": of.invoice.reference})
    return of.model_copy(
        update={"invoice": note, "number": "2001", "credits": Credited(number=of.number, date=of.invoice.date)}
    )


def with_receiver(invoice: Invoice) -> Invoice:
    """The same invoice to an authority: what it lacks of a receiver is filled in, and nothing else."""
    recipient = invoice.recipient.model_copy(
        update={
            "ean": invoice.recipient.ean or made_up_ean(1),
            "name": invoice.recipient.name or "Skolen",
            "attention": invoice.recipient.attention or "Bente Skovgård",
        }
    )
    return invoice.model_copy(update={"recipient": recipient})


@st.composite
def _addresses(draw: DrawFn) -> dict[str, str]:
    return {
        "name": draw(st.sampled_from(["Bo Ibsen", "Å" * 300]) | st.text(min_size=1, max_size=20).filter(visible)),
        "company": draw(st.sampled_from(["", "Skolen ved Søen", "A/S <&>"])),
        "street": draw(st.sampled_from(STREETS) | st.text(max_size=30)),
        "zip": draw(st.sampled_from(["8000", "", "DK-8000"])),
        "city": draw(st.sampled_from(["Aarhus C", ""]) | texts),
        "state": draw(st.sampled_from(["", "NY"])),
        "country": draw(st.sampled_from(["DK", "DK", "DK", "GL", "SE", "DE", ""])),
    }


@st.composite
def _orders(draw: DrawFn) -> Order:
    lines: list[OrderLine] = []
    for place in range(draw(st.integers(1, 6))):
        line = draw(sold_lines(str(place)))
        lines.append(line.model_copy(update={"text": draw(texts), "sku": draw(st.sampled_from(["", "KOP-1"]))}))
    exact = ore(sum((one.net + one.vat for one in lines), ZERO))
    rounded = sum((ore(one.net + one.vat) for one in lines), ZERO)
    total = draw(st.sampled_from([exact, rounded]))
    assume(total >= 0)
    told = {
        "ean": made_up_ean(draw(st.integers(0, 99))),
        "requisition": draw(st.sampled_from(["", "REKV-4711", "R" * 250]) | st.text(max_size=20)),
        "reference_person": draw(st.sampled_from(["Bente Skovgård", "ID42"])),
        "kontostreng": draw(st.sampled_from(["", "5250124502"])),
        "cvr": draw(st.sampled_from(["", made_up_cvr(3)])),
    }
    buyer = Buyer(**draw(_addresses()), email=draw(st.sampled_from(["", "b@example.dk"])), phone="+45 12345678")
    return order(sold=lines, total=total).model_copy(
        update={
            "number": draw(st.sampled_from(["1042", "2026-7", "A/1"])),
            "currency": draw(st.sampled_from(["DKK", "DKK", "DKK", "EUR", "SEK", "USD"])),
            "buyer": buyer,
            "delivery": draw(st.none() | st.builds(Address.model_validate, _addresses())),
            "note": draw(texts),
            "fields": {name: Found(key=f"meta:{name}", value=value) for name, value in told.items()},
        }
    )


def _credit_notes(draw: DrawFn, sold: Order, invoice: Invoice) -> list[Invoice]:
    """What refunds of lines and amounts make, and the note that undoes what is then left."""
    taken = draw(st.lists(st.sampled_from(sold.lines), max_size=2, unique_by=lambda one: one.id))
    lines = tuple(one.model_copy(update={"net": ore(one.net), "vat": ore(one.vat)}) for one in taken)
    more = draw(st.sampled_from([ZERO, Decimal("0.05"), Decimal("10.00"), ore(sold.total / 3)]))
    total = sum((one.net + one.vat for one in lines), ZERO) + more
    refund = Refund(id="7", created_at=ORDERED + timedelta(days=3), total=total, lines=lines, reason=draw(texts))
    refunded = sold.model_copy(update={"refunds": (refund,)})
    outcomes = build_credit_notes(refunded, invoice, [], WIDE)
    notes = [one.invoice for one in outcomes if isinstance(one, Built)]
    if not notes:
        notes.append(build_undoing(sold, invoice, [], WIDE, "Ordren er annulleret").invoice)
    return notes


@st.composite
def einvoices(draw: DrawFn) -> Einvoice:
    """An e-invoice as it would be sent: an invoice, or a credit note of one."""
    sold = draw(_orders())
    built = invoice_of(sold, draw(st.sampled_from([WIDE, AS_LINE])))
    booked = Einvoice(
        invoice=built.model_copy(update={"vat_zone": draw(st.sampled_from(["domestic", "domestic", "eu", "abroad"]))}),
        number=draw(st.sampled_from(["1", "1042", "99999999999999"])),
        seller=a_seller(payment=draw(st.sampled_from(PAYMENTS)), street=draw(st.sampled_from(STREETS[:5]))),
    )
    if not draw(st.booleans()):
        return booked
    note = draw(st.sampled_from(_credit_notes(draw, sold, booked.invoice)))
    credited = Credited(number=booked.number, date=booked.invoice.date)
    return booked.model_copy(update={"invoice": note, "number": "2001", "credits": credited})


def assert_passes(rules: Rules, einvoice: Einvoice) -> None:
    """It may be sent, breaks no rule of the authority or of ours, and its amounts are the invoice's to the øre."""
    assert check(einvoice) == ()
    document = written(einvoice)
    assert document == written(einvoice)
    verdict = rules.verdict(document)
    assert (verdict.rules, verdict.number, verdict.violations) == ("1.17.2", einvoice.number, ())
    root, invoice = etree.fromstring(document), einvoice.invoice
    assert mandatory(root) == []
    for name, figure in (("PayableAmount", invoice.total), ("TaxExclusiveAmount", invoice.vat)):
        assert root.findtext(f"{{*}}LegalMonetaryTotal/{{*}}{name}") == f"{figure:.2f}"
    assert Decimal(root.findtext("{*}TaxTotal/{*}TaxAmount") or "") == invoice.vat
    rounding = Decimal(root.findtext("{*}LegalMonetaryTotal/{*}PayableRoundingAmount") or 0)
    bases = [Decimal(one.text or "") for one in root.iterfind("{*}TaxTotal/{*}TaxSubtotal/{*}TaxableAmount")]
    assert sum(bases) + rounding == invoice.net
    assert {element.get("currencyID") for element in root.iter("{*}*")} - {None} == {invoice.currency}
