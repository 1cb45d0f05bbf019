"""An invoice of ours as the fields of a Tryton invoice: lines, taxes, address and texts.

VAT is computed once per rate, halves away from zero; Tryton's own rounding goes to the even øre. Its tax lines may be
given with their amounts, as a bookkeeper may correct them, and stand as long as their base is the one it computes
itself. It keeps what a tax adds apart from what it takes back, so there is one for each sign.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from adapters.accounting.tryton_rpc import Row, day, decimal
from adapters.accounting.tryton_terms import MasterRecords, Tax, Terms
from domain.identity import visible
from domain.invoices import Invoice, InvoiceLine
from domain.money import ZERO, ore, plain, vat_of
from domain.orders import Address

TEXTS = (
    ("Rekvisition", "requisition"),
    ("Kontaktperson", "reference_person"),
    ("Kontostreng", "kontostreng"),
)


def invoice_fields(invoice: Invoice, party: Row, records: MasterRecords, terms: Terms, credited: int | None) -> Row:
    """Everything but the address; `credited` is a line of the invoice that a credit note takes back.

    Raises `NeedsAttention` where a rate or a name has no record.
    """
    sign = -1 if invoice.kind == "credit_note" else 1
    taxes = {rate: records.tax(invoice.vat_zone, rate, terms) for rate in {line.vat_rate for line in invoice.lines}}
    payment_terms = invoice.payment_terms
    return {
        "party": party["id"],
        "currency": terms.currencies[invoice.currency],
        "invoice_date": day(invoice.date),
        "accounting_date": None,
        "payment_term": terms.payment_terms[payment_terms] if payment_terms else party["customer_payment_term"],
        "comment": comment(invoice),
        "lines": [["create", list(_lines(invoice, sign, taxes, records, terms, credited))]],
        "taxes": [["create", list(_taxes(invoice, sign, taxes))]],
    }


def comment(invoice: Invoice) -> str:
    """What an invoice of Tryton has no field for, as it shall be read on it."""
    told = [invoice.note, *(f"{name}: {text}" for name, field in TEXTS if (text := getattr(invoice, field)))]
    recipient = invoice.recipient
    told += [f"CVR: {recipient.cvr}"] if recipient.cvr else []
    told += [f"EAN: {recipient.ean}"] if recipient.ean else []
    if invoice.delivery and invoice.delivery != Address.model_validate(dict(_address_part(invoice))):
        told.append("Levering: " + ", ".join(visible(text) for _, text in invoice.delivery if text))
    return "\n".join(text for text in told if text)


def address_fields(invoice: Invoice, terms: Terms) -> Row:
    """The address that the invoice shall bear."""
    recipient = invoice.recipient
    return {
        "party_name": recipient.name or None,
        "attn": recipient.attention or None,
        "street": recipient.street or None,
        "postal_code": recipient.zip or None,
        "city": recipient.city or None,
        "country": terms.countries.get(recipient.country.upper()),
    }


def _address_part(invoice: Invoice) -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in invoice.recipient if name in Address.model_fields)


def _lines(
    invoice: Invoice,
    sign: int,
    taxes: Mapping[Decimal, Tax | None],
    records: MasterRecords,
    terms: Terms,
    credited: int | None,
) -> Iterator[Row]:
    for place, line in enumerate(invoice.lines, 1):
        product = records.product(line.product, terms)
        tax = taxes[line.vat_rate]
        quantity, unit_price, text = _counted(line)
        yield {
            "type": "line",
            "company": terms.company,
            "currency": terms.currencies[invoice.currency],
            "sequence": place,
            "quantity": sign * quantity,
            "unit_price": decimal(unit_price),
            "account": product.account if product else terms.revenue,
            "description": text,
            "taxes": [["add", [tax.id]]] if tax else [],
            **({"product": product.id, "unit": product.unit} if product else {}),
            **({"origin": f"account.invoice.line,{credited}"} if credited else {}),
        }


def _counted(line: InvoiceLine) -> tuple[int, Decimal, str]:
    """Quantities are floats there and pieces whole, so a broken one becomes a line of one, which says so."""
    if line.quantity == line.quantity.to_integral_value():
        return int(line.quantity), line.unit_net, line.text
    return 1, line.net, f"{plain(line.quantity):f} × {line.text}".replace(".", ",", 1)


def _taxes(invoice: Invoice, sign: int, taxes: Mapping[Decimal, Tax | None]) -> Iterator[Row]:
    for total in invoice.vat_totals:
        tax = taxes[total.rate]
        nets = [sign * ore(line.net) for line in invoice.lines if line.vat_rate == total.rate]
        positive, negative = [net for net in nets if net >= 0], [net for net in nets if net < 0]
        left = sign * total.vat
        for index, some in enumerate(part for part in (positive, negative) if part):
            last = index == 1 or not (positive and negative)
            base = sum(some, ZERO)
            amount = left if last else vat_of(base, total.rate)
            left -= amount
            if tax:
                yield {
                    "tax": tax.id,
                    "description": tax.name,
                    "account": tax.accounts[0 if base >= 0 else 1],
                    "base": decimal(base),
                    "amount": decimal(amount),
                    "manual": False,
                    "sequence": 2 * tax.id + index,
                }
