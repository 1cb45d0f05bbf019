"""Invoices and credit notes as we ask the accounting system for them, and as it says that it has them."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from domain.orders import Address, Frozen
from domain.outcomes import Finding

DocumentKind = Literal["invoice", "credit_note"]
InvoiceLineKind = Literal["product", "freight", "fee", "gift_card", "discount", "correction"]
VatZone = Literal["domestic", "eu", "abroad"]


class Recipient(Address):
    """Who stands on the invoice: always the order's buyer, also when it is booked on a collecting customer."""

    attention: str = ""
    email: str = ""
    phone: str = ""
    cvr: str = ""
    ean: str = ""


class InvoiceLine(Frozen):
    """`net` = `quantity` × `unit_net` exactly, both of at most two decimals; `vat_rate` in percent."""

    kind: InvoiceLineKind
    product: str
    text: str
    quantity: Decimal
    unit_net: Decimal
    net: Decimal
    vat_rate: Decimal


class VatTotal(Frozen):
    """The VAT of all lines of one rate: computed once on their sum."""

    rate: Decimal
    net: Decimal
    vat: Decimal


class Invoice(Frozen):
    """A document to write. All amounts are positive on a credit note too; `credits` is what it refers to.

    `reference` is unique in the books: `shop-dk-1042`, `shop-dk-1042-R7`, `shop-dk-1042-2`.
    """

    kind: DocumentKind
    reference: str
    credits: str = ""
    customer: str
    date: date
    currency: str
    vat_zone: VatZone
    payment_terms: str = ""
    layout: str = ""
    payment_account: str = ""
    recipient: Recipient
    delivery: Address | None = None
    requisition: str = ""
    reference_person: str = ""
    kontostreng: str = ""
    note: str = ""
    lines: tuple[InvoiceLine, ...]
    vat_totals: tuple[VatTotal, ...]
    net: Decimal
    vat: Decimal
    total: Decimal

    @property
    def fingerprint(self) -> str:
        """A hash of the whole content: the revision under which it is written once."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:24]


class Built(Frozen):
    """A document ready to be written, and what is worth telling about how it came out."""

    invoice: Invoice
    warnings: tuple[Finding, ...] = ()


class Document(Frozen):
    """An invoice or credit note that stands in the books.

    `number` is the draft's until it is booked; `fingerprint` is of what the books hold,
    so that a draft which the bookkeeper changed is seen.
    """

    kind: DocumentKind
    state: Literal["draft", "booked"]
    number: str
    reference: str
    customer: str
    currency: str
    net: Decimal
    vat: Decimal
    total: Decimal
    date: date
    updated_at: datetime
    fingerprint: str = ""
