"""The e-invoice of a public customer: the very invoice that was booked, and what must be right before it may go out.

An authority may put off the payment of an e-invoice that it can't place, and the official rules look at lengths only.
So these checks stand on top of them: check digits, exactly one contact of the receiver with an id, sums to the øre.
Sources: OIOUBL 2.1; bekendtgørelse om elektronisk afregning med offentlige myndigheder.
"""

import datetime as dt
import re
from datetime import timedelta
from decimal import Decimal

from domain.countries import COUNTRIES
from domain.identity import is_cvr, is_ean
from domain.invoices import Invoice
from domain.money import ZERO, ore, vat_of
from domain.orders import Frozen
from domain.outcomes import Finding
from domain.sellers import Fik, Seller, payment_id

SCHEMA = "XSD"
"""The rule of all that the schema finds, which has no numbers of its own."""
CURRENCY = re.compile(r"[A-Z]{3}")


class Credited(Frozen):
    """The booked invoice that a credit note takes back."""

    number: str
    date: dt.date


class Einvoice(Frozen):
    """An invoice or credit note as it is to be sent: what was booked, under its booked `number`.

    `due` is the day that the books tell; without it the seller's `payment_days` count from the invoice's date.
    `credits` is for credit notes alone.
    """

    invoice: Invoice
    number: str
    seller: Seller
    due: dt.date | None = None
    credits: Credited | None = None

    @property
    def due_date(self) -> dt.date:
        """The last day of payment; never before the invoice's own date."""
        day = self.due or self.invoice.date + timedelta(days=self.seller.payment_days)
        return max(day, self.invoice.date)


class Violation(Frozen):
    """One thing that is wrong with a document: the rule, the place as XPath, and the rule's own words.

    `rule` is the official code (`F-INV051`), `SCHEMA`, or one of ours (`einvoice_…`); then `finding` tells it.
    `fatal`: the document will be refused. A warning it may be sent with. `text` may repeat what stood there, so it is
    for people and never for logs.
    """

    rule: str
    fatal: bool
    place: str
    text: str = ""
    finding: Finding | None = None


class Verdict(Frozen):
    """What came of a document: which rules it was held against, and all that they found.

    `rules` is the official version (`1.17.2`) and `sha256` that of its file; both are empty where our own checks
    stood alone. `document` is its type (`Invoice`), `number` its own id.
    """

    document: str
    number: str = ""
    rules: str = ""
    sha256: str = ""
    violations: tuple[Violation, ...] = ()

    @property
    def passed(self) -> bool:
        """Nothing in it will have the document refused."""
        return not any(one.fatal for one in self.violations)


def receivers_contact(invoice: Invoice) -> str:
    """The id of the receiver's one contact: the reference person, else who ordered, else the requisition.

    Empty where the order names nobody and nothing: the rules refuse such a document.
    """
    return invoice.reference_person or invoice.recipient.attention or invoice.requisition


def check(einvoice: Einvoice) -> tuple[Finding, ...]:
    """Everything that would have this document refused or put off; empty when it may go out."""
    invoice = einvoice.invoice
    found = [*check_before_booking(invoice, einvoice.seller)]
    if not einvoice.number.strip():
        found.append(Finding(code="einvoice_number_missing", field="number"))
    elif not _fits_slip(einvoice):
        found.append(_finding("einvoice_number_not_for_fik", "einvoicing.seller.payment", einvoice.number))
    if invoice.kind == "credit_note" and (einvoice.credits is None or not einvoice.credits.number.strip()):
        found.append(Finding(code="einvoice_credits_nothing", field="credits", found=invoice.credits))
    return tuple(found)


def _fits_slip(einvoice: Einvoice) -> bool:
    slip = einvoice.seller.payment
    return not isinstance(slip, Fik) or slip.card == "73" or bool(payment_id(slip, einvoice.number))


def check_before_booking(invoice: Invoice, seller: Seller | None) -> tuple[Finding, ...]:
    """The same for an invoice that has no number yet: receiver, seller, lines and sums.

    Without a `seller` the accounting system writes the document, and knows who sells.
    """
    return (*_receiver(invoice), *(_seller(seller) if seller else ()), *_document(invoice))


def _receiver(invoice: Invoice) -> list[Finding]:
    recipient = invoice.recipient
    found = []
    if not is_ean(recipient.ean):
        found.append(_finding("einvoice_ean_bad" if recipient.ean else "einvoice_ean_missing", "ean", recipient.ean))
    if not recipient.name.strip():
        found.append(Finding(code="einvoice_receiver_nameless", field="billing.company"))
    if not receivers_contact(invoice).strip():
        found.append(Finding(code="einvoice_contact_missing", field="reference_person"))
    countries = {"billing.country": recipient.country}
    if invoice.delivery is not None:
        countries["shipping.country"] = invoice.delivery.country
    for field, country in countries.items():
        if country and country not in COUNTRIES:
            found.append(_finding("einvoice_country_bad", field, country))
    return found


def _seller(seller: Seller) -> list[Finding]:
    """The settings refuse what is false; what is merely left out is told here."""
    found = []
    for name in ("name", "cvr"):
        if not getattr(seller, name).strip():
            found.append(Finding(code="einvoice_seller_incomplete", field=f"einvoicing.seller.{name}"))
    if seller.cvr and not is_cvr(seller.cvr):
        found.append(_finding("einvoice_seller_cvr_bad", "einvoicing.seller.cvr", seller.cvr))
    return found


def _document(invoice: Invoice) -> list[Finding]:
    found = []
    if not CURRENCY.fullmatch(invoice.currency):
        found.append(_finding("bad_currency", "currency", invoice.currency))
    if not invoice.lines:
        found.append(Finding(code="no_lines", field="lines"))
    for place, line in enumerate(invoice.lines, 1):
        if line.quantity == 0:
            found.append(_finding("einvoice_line_without_quantity", f"line {place}", line.text))
        if not line.text.strip():
            found.append(Finding(code="einvoice_line_without_text", field=f"line {place}"))
        if ore(line.quantity * line.unit_net) != line.net:
            found.append(_finding("einvoice_line_differs", f"line {place}", line.net, line.quantity * line.unit_net))
    return found + _sums(invoice)


def _sums(invoice: Invoice) -> list[Finding]:
    if invoice.total < 0:
        return [_finding("negative_total", "total", invoice.total)]
    nets: dict[Decimal, Decimal] = {}
    for line in invoice.lines:
        nets[line.vat_rate] = nets.get(line.vat_rate, ZERO) + line.net
    net = sum(nets.values(), ZERO)
    vat = sum((vat_of(of_rate, rate) for rate, of_rate in nets.items()), ZERO)
    found = []
    for name, reached in (("net", net), ("vat", vat), ("total", net + vat)):
        if reached != getattr(invoice, name):
            found.append(_finding("einvoice_sums_differ", name, getattr(invoice, name), reached))
    if {one.rate: one.net for one in invoice.vat_totals} != nets:
        found.append(_finding("einvoice_sums_differ", "vat_totals", invoice.vat, vat))
    return found


def _finding(code: str, field: str, found: object = "", expected: object = "") -> Finding:
    return Finding(code=code, field=field, found=str(found)[:500], expected=str(expected)[:500])
