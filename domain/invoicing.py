"""From an order to an invoice whose total is the order's, to the øre, or a hold that says why not.

Net amounts are the shop's own, line by line, so that a bookkeeper can check one against the other. VAT is computed
once per rate on their sum, as accounting systems do. What then differs from the order's total is rounding, and goes
into one visible correction line without VAT, up to a limit. No net amount is moved by an øre to avoid that line:
it would part line and shop, and with 25 % every fifth total can't be reached by any net amount at all.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from domain.credit_notes import fully_refunded
from domain.customers import Customer
from domain.days import invoice_day
from domain.identity import visible
from domain.invoice_lines import Rated, invoice_lines, rate_lines
from domain.invoice_rules import InvoiceRules, Payment
from domain.invoices import Built, Invoice
from domain.money import ZERO, ore, plain
from domain.orders import CustomerType, Order
from domain.outcomes import Finding, NeedsAttention, Skip
from domain.recipients import delivery_of, recipient_of
from domain.settlement import settle
from domain.texts import cut
from domain.vat import ForeignVatNumber, VatNumberAnswer, VatRules, judge, number_to_prove

__all__ = ["Built", "build_invoice", "reverse_charged_to"]

THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def build_invoice(
    order: Order,
    customer_type: CustomerType,
    customer_number: str,
    reference: str,
    rules: InvoiceRules,
    vat: VatRules,
    customer: Customer | None = None,
    *,
    vat_answer: VatNumberAnswer | None = None,
) -> Built:
    """The invoice of an order, with what is worth telling about it.

    `customer` is the one of the books, `vat_answer` what the register said of the buyer's VAT number, if it was
    asked. For an order that has its invoice already, pass `rules.once_invoiced()`: nothing is skipped then.
    Raises `NeedsAttention` for what a person must look at and `Skip` for what a policy leaves out.
    """
    _refuse(order, rules)
    rated = rate_lines(order.lines, rules)
    zone, vat_findings = judge(order, customer_type, _taxable_rates(rated), vat, vat_answer)
    lines, line_findings = invoice_lines(rated, rules)
    if not lines:
        raise NeedsAttention("no_lines", "line_items")
    settled = settle(lines, order.total, rules.limit(len(order.lines)), rules)
    head, head_findings = _head(order, customer_type, customer, rules)
    invoice = Invoice(
        kind="invoice",
        reference=reference,
        customer=customer_number,
        currency=order.currency,
        vat_zone=zone,
        **head,
        **settled._asdict(),
    )
    return Built(invoice=invoice, warnings=(*vat_findings, *line_findings, *head_findings))


def reverse_charged_to(
    order: Order, customer_type: CustomerType, rules: InvoiceRules, vat: VatRules
) -> ForeignVatNumber | None:
    """The VAT number whose proof `build_invoice` will want. Raises `NeedsAttention` as that does."""
    return number_to_prove(order, customer_type, _taxable_rates(rate_lines(order.lines, rules)), vat)


def _head(
    order: Order, customer_type: CustomerType, customer: Customer | None, rules: InvoiceRules
) -> tuple[dict[str, Any], list[Finding]]:
    """What stands above the lines: when, to whom, how it was paid, and the buyer's own references."""
    day, day_findings = invoice_day(order, rules)
    payment, payment_findings = _payment(order, rules)
    recipient, recipient_findings = recipient_of(order, customer_type, customer, rules.lengths)
    delivery, delivery_findings = delivery_of(order, rules.lengths)
    person, note = visible(order.field("reference_person")), _note(order, payment, rules)
    cut_findings = [
        *_too_long("reference_person", person, rules.lengths.name),
        *_too_long("note", note, rules.lengths.note),
    ]
    head = {
        "date": day,
        "payment_terms": payment.terms,
        "layout": payment.layout,
        "payment_account": payment.account,
        "recipient": recipient,
        "delivery": delivery,
        "requisition": _requisition(order, rules),
        "reference_person": cut(person, rules.lengths.name),
        "kontostreng": visible(order.field("kontostreng")),
        "note": cut(note, rules.lengths.note),
    }
    return head, [*day_findings, *payment_findings, *recipient_findings, *delivery_findings, *cut_findings]


def _too_long(field: str, text: str, length: int) -> list[Finding]:
    return [Finding(code="text_cut", field=field, found=text[:80], expected=str(length))] if len(text) > length else []


def _refuse(order: Order, rules: InvoiceRules) -> None:
    if rules.fully_refunded == "skip" and fully_refunded(order):
        raise Skip("fully_refunded", "refunds", order.total)
    _whole_amounts(order)
    if order.total < 0:
        raise NeedsAttention("negative_total", "total", order.total)
    limit = rules.limit(len(order.lines))
    vat = sum((line.vat for line in order.lines), ZERO)
    total = sum((line.net for line in order.lines), vat)
    for field, found, expected in (("total", total, order.total), ("total_vat", vat, order.total_vat)):
        if abs(found - expected) > limit:
            raise NeedsAttention("lines_do_not_add_up", field, f"{plain(found):f}", f"{plain(expected):f}")
    nothing_moved = order.total == 0 and vat == 0 and not any(line.kind == "gift_card" for line in order.lines)
    if rules.zero_total == "skip" and nothing_moved:
        raise Skip("zero_total", "total")


def _whole_amounts(order: Order) -> None:
    amounts = [order.total]
    if order.currency in THREE_DECIMALS:
        amounts += [amount for line in order.lines for amount in (line.net, line.vat)]
    for amount in amounts:
        if amount != ore(amount):
            raise NeedsAttention("currency_decimals", "total", f"{amount:f} {order.currency}")


def _taxable_rates(rated: Sequence[Rated]) -> set[Decimal]:
    """The rates of lines with an amount; a gift card without VAT is no supply, and says nothing of the zone."""
    return {one.rate for one in rated if one.net and (one.rate or one.kind != "gift_card")}


def _payment(order: Order, rules: InvoiceRules) -> tuple[Payment, tuple[Finding, ...]]:
    payment = rules.payments.get(order.payment_method)
    if payment is not None:
        return payment, ()
    if order.total == 0 and not order.payment_method:
        return Payment(), ()
    told = ("payment_unmapped", "payment_method", order.payment_method, ", ".join(sorted(rules.payments)))
    if rules.unmapped_payment == "hold":
        raise NeedsAttention(*told)
    code, field, found, expected = told
    finding = Finding(code=code, field=field, found=found[:500], expected=expected[:500])
    return Payment(), (finding,) if rules.payments else ()


def _requisition(order: Order, rules: InvoiceRules) -> str:
    """The buyer's own number for the purchase: cut, it would be another number, so it is held instead."""
    number = visible(order.field("requisition"))
    if len(number) > rules.lengths.requisition:
        raise NeedsAttention("requisition_too_long", order.fields["requisition"].key, number, rules.lengths.requisition)
    return number


def _note(order: Order, payment: Payment, rules: InvoiceRules) -> str:
    note = rules.note.format(
        number=visible(order.number), payment=visible(order.payment_title), buyer_note=visible(order.note)
    )
    return " ".join(part for part in (note.strip(), payment.note) if part)
