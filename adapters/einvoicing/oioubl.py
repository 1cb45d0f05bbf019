"""An e-invoice as an OIOUBL 2.1 document: the same lines and sums that were booked, in the words of the standard.

Traps of the standard that this room knows. `TaxExclusiveAmount` is the VAT, not the net. A VAT category may stand
once in the header, so that several rates share one subtotal; each line keeps its own rate. Freight, fees and
discounts are charges and allowances of the header, and count in its VAT base. The correction of an øre is the
`PayableRoundingAmount`. The same e-invoice always gives the same bytes.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from lxml import etree

from adapters.einvoicing.elements import AGENCY, amount, code, document, group, number, value
from adapters.einvoicing.parties import customer, delivery, payment, supplier, tax_scheme
from domain.einvoices import Einvoice
from domain.invoices import Invoice, InvoiceLine, VatTotal
from domain.money import HUNDRED, NO_VAT, ORE, ZERO, ore, vat_of
from domain.texts import cut

Category = Literal["StandardRated", "ZeroRated", "ReverseCharge"]

PROFILE = "urn:www.nesubl.eu:profiles:profile5:ver2.0"
"""Invoice and credit note without any answer in between: what every public receiver can take."""
UNIT = "EA"
"""Each: webshops sell pieces, and `STK` and `PCE` are no units of the standard."""
LONGEST_ITEM_NAME = 100
"""A receiver shows the name on one line; a longer text stands whole beside it, as the description."""
LARGEST_ROUNDING = Decimal(10)
"""What is more than that the rules take for no rounding: then the correction stays a line."""
NAMES = {"invoice": "Invoice", "credit_note": "CreditNote"}


class _Parts(NamedTuple):
    """The invoice's lines by what becomes of them; charges and allowances with positive amounts."""

    lines: Sequence[InvoiceLine]
    charges: Sequence[InvoiceLine]
    allowances: Sequence[InvoiceLine]
    rounding: Decimal


def written(einvoice: Einvoice) -> bytes:
    """The document in UTF-8. The e-invoice has passed `domain.einvoices.check`."""
    invoice = einvoice.invoice
    parts = _parts(invoice)
    root = document(NAMES[invoice.kind])
    _head(root, einvoice)
    _references(root, einvoice)
    supplier(root, einvoice.seller)
    customer(root, einvoice)
    if invoice.kind == "invoice":
        if invoice.delivery is not None:
            delivery(root, invoice.delivery)
        payment(root, einvoice)
        terms = group(root, "PaymentTerms")
        value(terms, "ID", "1")
        value(terms, "PaymentMeansID", "1")
        amount(terms, "Amount", invoice.total, invoice.currency)
    for charge in (True, False):
        for line in parts.charges if charge else parts.allowances:
            _allowance_charge(root, line, invoice, charge=charge)
    _tax_total(root, _by_category(invoice, parts), invoice)
    _monetary_total(root, invoice, parts)
    for place, line in enumerate(parts.lines, 1):
        _line(root, place, line, invoice)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _parts(invoice: Invoice) -> _Parts:
    """A document needs a line: where there would be none, everything stays one."""
    corrections = [line for line in invoice.lines if line.kind == "correction"]
    rounding = sum((line.net for line in corrections), ZERO)
    charges = [line for line in invoice.lines if line.kind in ("freight", "fee") and line.net > 0]
    allowances = [line for line in invoice.lines if line.kind == "discount" and line.net < 0]
    aside = {id(line) for line in (*corrections, *charges, *allowances)}
    lines = [line for line in invoice.lines if id(line) not in aside]
    if not lines or abs(rounding) > LARGEST_ROUNDING:
        return _Parts(invoice.lines, (), (), ZERO)
    return _Parts(lines, charges, allowances, rounding)


def _head(root: etree._Element, einvoice: Einvoice) -> None:
    invoice = einvoice.invoice
    value(root, "UBLVersionID", "2.1")
    value(root, "CustomizationID", "OIOUBL-2.1")
    value(root, "ProfileID", PROFILE, schemeAgencyID=AGENCY, schemeID="urn:oioubl:id:profileid-1.2")
    value(root, "ID", einvoice.number)
    value(root, "CopyIndicator", "false")
    value(root, "IssueDate", invoice.date.isoformat())
    if invoice.kind == "invoice":
        code(root, "InvoiceTypeCode", "380", "invoicetypecode-1.1")
    value(root, "Note", invoice.note)
    value(root, "DocumentCurrencyCode", invoice.currency)
    value(root, "AccountingCost", invoice.kontostreng)


def _references(root: etree._Element, einvoice: Einvoice) -> None:
    if einvoice.invoice.requisition:
        value(group(root, "OrderReference"), "ID", einvoice.invoice.requisition)
    if einvoice.credits is not None:
        credited = group(root, "BillingReference", "InvoiceDocumentReference")
        value(credited, "ID", einvoice.credits.number)
        value(credited, "IssueDate", einvoice.credits.date.isoformat())


def _category(rate: Decimal, invoice: Invoice) -> Category:
    """Without VAT within the EU is reverse charge; a rate of 0 anywhere else is that rate."""
    if rate != NO_VAT:
        return "StandardRated"
    taxed = any(total.rate != NO_VAT for total in invoice.vat_totals)
    return "ReverseCharge" if invoice.vat_zone == "eu" and not taxed else "ZeroRated"


def _by_category(invoice: Invoice, parts: _Parts) -> dict[Category, VatTotal]:
    """Net and VAT of each category: the invoice's own sums per rate, those of one category added up."""
    sums: dict[Category, list[VatTotal]] = {}
    for total in invoice.vat_totals:
        net = total.net - parts.rounding if total.rate == NO_VAT else total.net
        if any(line.vat_rate == total.rate for line in (*parts.lines, *parts.charges, *parts.allowances)):
            sums.setdefault(_category(total.rate, invoice), []).append(total.model_copy(update={"net": net}))
    return {category: _together(totals) for category, totals in sums.items()}


def _together(totals: Sequence[VatTotal]) -> VatTotal:
    """One subtotal of several rates bears the rate that comes of them; above 0, as the rules want it."""
    net = sum((total.net for total in totals), ZERO)
    vat = sum((total.vat for total in totals), ZERO)
    if len(totals) == 1:
        return totals[0]
    rate = max(ore(vat * HUNDRED / net), ORE) if net else max(total.rate for total in totals)
    return VatTotal(rate=rate, net=net, vat=vat)


def _tax_total(parent: etree._Element, totals: dict[Category, VatTotal], invoice: Invoice) -> None:
    tax = group(parent, "TaxTotal")
    amount(tax, "TaxAmount", sum((total.vat for total in totals.values()), ZERO), invoice.currency)
    for category, total in totals.items():
        subtotal = group(tax, "TaxSubtotal")
        amount(subtotal, "TaxableAmount", total.net, invoice.currency)
        amount(subtotal, "TaxAmount", total.vat, invoice.currency)
        _tax_category(subtotal, category, total.rate)


def _tax_category(parent: etree._Element, category: Category, rate: Decimal) -> None:
    element = group(parent, "TaxCategory")
    value(element, "ID", category, schemeAgencyID=AGENCY, schemeID="urn:oioubl:id:taxcategoryid-1.1")
    number(element, "Percent", rate)
    tax_scheme(element)


def _allowance_charge(root: etree._Element, line: InvoiceLine, invoice: Invoice, *, charge: bool) -> None:
    element = group(root, "AllowanceCharge")
    value(element, "ChargeIndicator", "true" if charge else "false")
    value(element, "AllowanceChargeReason", line.text)
    amount(element, "Amount", abs(line.net), invoice.currency)
    _tax_category(element, _category(line.vat_rate, invoice), line.vat_rate)


def _monetary_total(root: etree._Element, invoice: Invoice, parts: _Parts) -> None:
    total = group(root, "LegalMonetaryTotal")
    amount(total, "LineExtensionAmount", _net(parts.lines), invoice.currency)
    amount(total, "TaxExclusiveAmount", invoice.vat, invoice.currency)
    amount(total, "TaxInclusiveAmount", invoice.total, invoice.currency)
    for name, sum_of in (
        ("AllowanceTotalAmount", -_net(parts.allowances)),
        ("ChargeTotalAmount", _net(parts.charges)),
        ("PayableRoundingAmount", parts.rounding),
    ):
        if sum_of:
            amount(total, name, sum_of, invoice.currency)
    amount(total, "PayableAmount", invoice.total, invoice.currency)


def _net(lines: Iterable[InvoiceLine]) -> Decimal:
    return sum((line.net for line in lines), ZERO)


def _line(root: etree._Element, place: int, line: InvoiceLine, invoice: Invoice) -> None:
    """A price is never negative: what is taken off is a negative quantity."""
    sign = -1 if line.unit_net < 0 else 1
    kind, quantity = {
        "invoice": ("InvoiceLine", "InvoicedQuantity"),
        "credit_note": ("CreditNoteLine", "CreditedQuantity"),
    }[invoice.kind]
    element = group(root, kind)
    value(element, "ID", place)
    number(element, quantity, sign * line.quantity, unitCode=UNIT)
    amount(element, "LineExtensionAmount", line.net, invoice.currency)
    total = VatTotal(rate=line.vat_rate, net=line.net, vat=vat_of(line.net, line.vat_rate))
    _tax_total(element, {_category(line.vat_rate, invoice): total}, invoice)
    _item(element, line)
    price = group(element, "Price")
    amount(price, "PriceAmount", sign * line.unit_net, invoice.currency)
    number(price, "BaseQuantity", Decimal(1), unitCode=UNIT)


def _item(element: etree._Element, line: InvoiceLine) -> None:
    item = group(element, "Item")
    name = cut(line.text, LONGEST_ITEM_NAME)
    if name != line.text:
        value(item, "Description", line.text)
    value(item, "Name", name)
    if line.product:
        value(group(item, "SellersItemIdentification"), "ID", line.product)
