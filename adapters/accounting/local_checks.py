"""What the embedded books refuse besides what no books take: unknown codes, closed days, texts too long for them.

Each raises `NeedsAttention` for the first thing that is wrong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from adapters.accounting.checks import check_amounts, check_text, check_texts
from domain.customers import CustomerField
from domain.invoices import Invoice
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


def _check_known(field: str, code: str, known: Mapping[str, str]) -> None:
    if code not in known:
        listed = ", ".join(f"{code} ({name})" for code, name in known.items())
        raise NeedsAttention(f"{field}_unknown", field, code, listed)
