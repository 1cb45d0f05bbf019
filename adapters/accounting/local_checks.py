"""What the embedded books refuse, as pure checks: they believe no amount that they can't compute themselves.

Each raises `NeedsAttention` for the first thing that is wrong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adapters.accounting.local_file import storable
from domain.customers import CustomerField
from domain.invoices import Invoice, InvoiceLine, VatTotal
from domain.money import HUNDRED, LARGEST, ZERO, ore, vat_of
from domain.outcomes import NeedsAttention

CUSTOMER_LENGTHS: dict[CustomerField, int] = {
    "name": 255,
    "address": 510,
    "zip": 30,
    "city": 50,
    "country": 50,
    "email": 255,
    "phone": 255,
    "cvr": 40,
    "ean": 13,
    "vat_number": 20,
    "contact": 255,
}
DOCUMENT_LENGTHS = {
    "reference": 250,
    "requisition": 250,
    "reference_person": 255,
    "kontostreng": 250,
    "layout": 50,
    "payment_account": 50,
    "note": 2000,
    "product": 25,
    "text": 2500,
    "recipient": 510,
    "delivery": 510,
}
"""Limits in characters; of `recipient` and `delivery` it is that of each of their parts."""
LARGEST_NUMBER = 999_999_999
RATE_STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Terms:
    """What the books have of groups, payment terms, VAT zones and currencies: code to name; and what is closed."""

    customer_group: Mapping[str, str]
    payment_terms: Mapping[str, str]
    vat_zone: Mapping[str, str]
    currency: Mapping[str, str]
    closed_until: date | None


def check_customer(values: Mapping[CustomerField, str], contacts: Iterable[str], terms: Terms) -> None:
    """A whole customer as it would stand: names, lengths, and master data that exists."""
    if not values["name"].strip():
        raise NeedsAttention("customer_name_missing", "name")
    for field, value in values.items():
        check_text(field, value, CUSTOMER_LENGTHS.get(field))
    for name in contacts:
        check_text("contact", name, CUSTOMER_LENGTHS["contact"])
    _check_known("customer_group", values["customer_group"], terms.customer_group)
    _check_known("payment_terms", values["payment_terms"], terms.payment_terms)
    _check_known("vat_zone", values["vat_zone"], terms.vat_zone)
    _check_known("currency", values["currency"], terms.currency)


def check_invoice(invoice: Invoice, terms: Terms) -> None:
    """Everything about a document that can be told without its neighbours in the books."""
    check_texts(invoice, DOCUMENT_LENGTHS)
    _check_known("currency", invoice.currency, terms.currency)
    _check_known("vat_zone", invoice.vat_zone, terms.vat_zone)
    if invoice.payment_terms:
        _check_known("payment_terms", invoice.payment_terms, terms.payment_terms)
    check_open(invoice.date, terms)
    check_amounts(invoice)


def check_open(day: date, terms: Terms) -> None:
    """Nothing is written into a period that the bookkeeper has closed."""
    if terms.closed_until and day <= terms.closed_until:
        raise NeedsAttention("period_closed", "date", day, terms.closed_until)


def check_amounts(invoice: Invoice) -> None:
    """Compute the document anew from quantities, prices and rates, and refuse it where it claims something else."""
    if not invoice.lines:
        raise NeedsAttention("no_lines", "lines")
    for index, line in enumerate(invoice.lines):
        _check_line(f"lines[{index}]", line)
    vat_totals = vat_by_rate((line.vat_rate, line.net) for line in invoice.lines)
    claimed = {total.rate: total for total in invoice.vat_totals}
    if len(claimed) != len(invoice.vat_totals) or claimed != {total.rate: total for total in vat_totals}:
        raise NeedsAttention("totals_disagree", "vat_totals", _shown(invoice.vat_totals), _shown(vat_totals))
    net = sum((total.net for total in vat_totals), ZERO)
    vat = sum((total.vat for total in vat_totals), ZERO)
    for field, found, expected in (
        ("net", invoice.net, net),
        ("vat", invoice.vat, vat),
        ("total", invoice.total, net + vat),
    ):
        _check_number(field, found)
        if found != expected:
            raise NeedsAttention("totals_disagree", field, found, expected)
    if invoice.total < 0:
        raise NeedsAttention("negative_total", "total", invoice.total)


def vat_by_rate(lines: Iterable[tuple[Decimal, Decimal]]) -> list[VatTotal]:
    """The VAT of `(rate, net)` lines: computed once per rate on the sum, highest rate first."""
    sums: dict[Decimal, Decimal] = {}
    for rate, net in lines:
        sums[rate] = sums.get(rate, ZERO) + net
    return [VatTotal(rate=rate, net=sums[rate], vat=vat_of(sums[rate], rate)) for rate in sorted(sums, reverse=True)]


def check_text(field: str, text: str, longest: int | None) -> None:
    """A text must be one that can be stored, and short enough."""
    if not storable(text):
        raise NeedsAttention("text_unreadable", field)
    if longest is not None and len(text) > longest:
        raise NeedsAttention("value_too_long", field, len(text), longest)


def wanted_number(text: str) -> int:
    """A customer number that somebody wants: 1 to 999999999, without leading zeros."""
    if not (text.isascii() and text.isdigit()) or text.startswith("0") or len(text) > len(str(LARGEST_NUMBER)):
        raise NeedsAttention("customer_number_impossible", "customer_number", text, f"1–{LARGEST_NUMBER}")
    return int(text)


def _check_known(field: str, code: str, known: Mapping[str, str]) -> None:
    if code not in known:
        listed = ", ".join(f"{code} ({name})" for code, name in known.items())
        raise NeedsAttention(f"{field}_unknown", field, code, listed)


def check_texts(invoice: Invoice, lengths: Mapping[str, int]) -> None:
    """Every text of a document must be one that can be stored, within `lengths` (as in `DOCUMENT_LENGTHS`)."""
    if not invoice.reference:
        raise NeedsAttention("reference_missing", "reference")
    for field in ("reference", "requisition", "reference_person", "kontostreng", "layout", "payment_account", "note"):
        check_text(field, getattr(invoice, field), lengths[field])
    for party in ("recipient", "delivery"):
        for part, text in getattr(invoice, party) or ():
            check_text(f"{party}.{part}", text, lengths[party])
    for index, line in enumerate(invoice.lines):
        if not line.product:
            raise NeedsAttention("product_missing", f"lines[{index}].product")
        check_text(f"lines[{index}].product", line.product, lengths["product"])
        check_text(f"lines[{index}].text", line.text, lengths["text"])


def _check_line(place: str, line: InvoiceLine) -> None:
    _check_number(f"{place}.quantity", line.quantity)
    _check_number(f"{place}.unit_net", line.unit_net)
    _check_number(f"{place}.net", line.net)
    if line.quantity == 0:
        raise NeedsAttention("quantity_zero", f"{place}.quantity")
    rate = line.vat_rate
    if not rate.is_finite() or not 0 <= rate <= HUNDRED or rate != rate.quantize(RATE_STEP):
        raise NeedsAttention("vat_rate_impossible", f"{place}.vat_rate", rate)
    net = ore(line.quantity * line.unit_net)
    if line.net != net:
        raise NeedsAttention("totals_disagree", f"{place}.net", line.net, net)


def _check_number(place: str, value: Decimal) -> None:
    if not value.is_finite() or abs(value) >= LARGEST or value != ore(value):
        raise NeedsAttention("amount_impossible", place, value)


def _shown(totals: Iterable[VatTotal]) -> str:
    return ", ".join(f"{total.rate} %: {total.net} + {total.vat}" for total in totals)
