"""Orders that changed after their invoice was written: what is undone in the books, and what a person must decide."""

from collections.abc import Callable, Mapping, Sequence

from adapters.integration import Integration
from adapters.store import DocumentRow, OrderRow
from domain.chains import CALLED_OFF
from domain.credit_notes import build_undoing, fully_refunded
from domain.invoice_rules import InvoiceRules
from domain.invoices import Invoice
from domain.orders import Order
from domain.outcomes import NeedsAttention, Skip
from tasks.chains import Chain
from tasks.mirror import lost_finding
from tasks.verdicts import Verdicts
from tasks.writing import Wanted, judge

InvoiceOf = Callable[[OrderRow, Chain], Wanted]


def wanted_undoings(
    integration: Integration,
    rows: Sequence[OrderRow],
    chains: Mapping[str, Chain],
    verdicts: Verdicts,
    invoice_of: InvoiceOf,
) -> list[Wanted]:
    """The credit note for each booked invoice that is to be undone; an order for a person to see gets its verdict.

    `invoice_of` is the invoice that an order leads to today.
    """
    found: list[Wanted] = []
    for row in rows:
        try:
            note = _undoing(integration, row, chains[row.order_id], invoice_of)
        except Skip as skip:
            verdicts.skipped(row, skip.finding)
        except NeedsAttention as error:
            verdicts.held(row, error.finding)
        else:
            found += [note] if note else []
    return found


def is_over(integration: Integration, row: OrderRow, chain: Chain) -> bool:
    """Whether an order was called off and nothing of it is left in the books."""
    return row.status not in integration.settings.webshop.statuses and bool(chain.documents) and not chain.invoice


def _undoing(integration: Integration, row: OrderRow, chain: Chain, invoice_of: InvoiceOf) -> Wanted | None:
    if not (row.reference or chain.documents):
        return None
    order = integration.order(row)
    counts = order.status in integration.settings.webshop.statuses
    if chain.gone and (counts or any(not document.gone for document in chain.documents)):
        raise _lost(chain.gone)
    if chain.gone or not (counts or chain.invoice or chain.documents):
        integration.documents.forget(integration.name, [row.order_id])
        raise Skip("no_longer_counts", "status", order.status)
    if chain.invoice is None:
        return None
    if counts or fully_refunded(order):
        return _of_an_edited(integration, row, order, chain, invoice_of)
    return _of_a_cancelled(integration, row, order, chain)


def _lost(document: DocumentRow) -> NeedsAttention:
    finding = lost_finding(document)
    return NeedsAttention(finding.code, finding.field, finding.found, finding.expected)


def _of_a_cancelled(integration: Integration, row: OrderRow, order: Order, chain: Chain) -> Wanted | None:
    """Raises `NeedsAttention` where the invoice is a draft, or the settings leave it to a person."""
    rules = integration.settings.invoices
    if chain.invoice and chain.invoice.state == "draft":
        raise NeedsAttention("cancelled_with_draft", "status", order.status, chain.place.reference)
    note = _undone(row, order, chain, rules, rules.texts.cancelled)
    if rules.cancelled_after_booking == "hold" or order.status not in CALLED_OFF or note is None:
        raise NeedsAttention("cancelled_after_invoicing", "status", order.status, chain.place.reference)
    return note


def _of_an_edited(
    integration: Integration, row: OrderRow, order: Order, chain: Chain, invoice_of: InvoiceOf
) -> Wanted | None:
    """Nothing where the invoice still is what the order leads to, or the settings leave it to a person."""
    _refuse_withdrawn(order, chain)
    rules = integration.settings.invoices
    if chain.invoice is None or chain.invoice.state != "booked" or rules.changed_after_booking == "hold":
        return None
    try:
        judge(invoice_of(row, chain), chain.invoice)
    except NeedsAttention as error:
        if error.finding.code == "changed_after_booking":
            _refuse_taken(integration, order, chain)
            return _undone(row, order, chain, rules, rules.texts.edited)
        raise
    return None


def _refuse_withdrawn(order: Order, chain: Chain) -> None:
    """Money that was credited, and by the shop's word was not given back after all."""
    there = {refund.id for refund in order.refunds}
    for refund, note in chain.refunds.items():
        if refund not in there:
            raise NeedsAttention("refund_withdrawn", "refunds", f"{refund} ({note.total} {note.currency})", note.number)


def _refuse_taken(integration: Integration, order: Order, chain: Chain) -> None:
    """Nothing is undone where another order shows the number that the next invoice would bear (`1042-2`)."""
    following = chain.place.following
    standing = integration.documents.by_reference([following]).get(following)
    if standing and standing.order_id != order.id:
        raise NeedsAttention("reference_taken", "number", order.number, standing.number)


def _undone(row: OrderRow, order: Order, chain: Chain, rules: InvoiceRules, why: str) -> Wanted | None:
    """The note; none where of the invoice, or of what was credited of it, we know the sums and not the lines."""
    rows = [chain.invoice, *chain.refunds.values()]
    invoice, *earlier = [Invoice.model_validate_json(one.wanted) if one and one.wanted else None for one in rows]
    known = [note for note in earlier if note]
    if invoice is None or len(known) < len(earlier):
        return None
    return Wanted.fixed(row, order, build_undoing(order, invoice, known, rules, why))
