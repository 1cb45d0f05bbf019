"""Refunds become credit notes: each refund once, to the øre, never more than what is left of its invoice.

A refund takes back lines, an amount, or both. An amount without lines is split over the VAT rates by what is left
of each; when it is all that is left, every rate is taken back to zero, so that the invoice is undone exactly.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from domain.chains import undoing
from domain.days import danish_day, open_day
from domain.identity import visible
from domain.invoice_lines import by_rate, invoice_lines, rate_lines, single
from domain.invoice_rules import InvoiceRules
from domain.invoices import Built, Invoice, InvoiceLine
from domain.money import HUNDRED, ZERO, apportion, ore, vat_of
from domain.orders import Order, Refund
from domain.outcomes import Finding, NeedsAttention
from domain.settlement import Settled, settle, vat_totals
from domain.texts import cut


class _Left(NamedTuple):
    """What is left of an invoice: its total, and per VAT rate in percent net and VAT without correction lines."""

    total: Decimal
    net: dict[Decimal, Decimal]
    vat: dict[Decimal, Decimal]

    def less(self, lines: Iterable[InvoiceLine], total: Decimal) -> "_Left":
        """What is left when these lines of a credit note are taken away."""
        net, vat = dict(self.net), dict(self.vat)
        for one in vat_totals(line for line in lines if line.kind != "correction"):
            net[one.rate] = net.get(one.rate, ZERO) - one.net
            vat[one.rate] = vat.get(one.rate, ZERO) - one.vat
        return _Left(self.total - total, net, vat)

    def gross(self) -> dict[Decimal, Decimal]:
        """Net and VAT together, of each rate that has anything left."""
        return {rate: net + self.vat[rate] for rate, net in self.net.items() if net}


def fully_refunded(order: Order) -> bool:
    """Everything that the buyer paid was given back."""
    given_back = sum((refund.total for refund in _each_once(order)), ZERO)
    return order.total > 0 and given_back >= order.total


def build_credit_notes(
    order: Order, invoice: Invoice, earlier: Sequence[Invoice], rules: InvoiceRules
) -> list[Built | NeedsAttention]:
    """A credit note, or a hold, for each refund that has none among `earlier`; oldest refund first.

    `earlier` are the credit notes that stand in the books. The reference is `{invoice.reference}-R{refund.id}`.
    A refund of nothing (goods back on the shelf) needs no credit note.
    """
    written = {note.reference for note in earlier}
    credited = [note for note in earlier if note.kind == "credit_note" and note.credits == invoice.reference]
    outcomes: list[Built | NeedsAttention] = []
    for refund in _each_once(order):
        reference = f"{invoice.reference}-R{refund.id}"
        if reference in written or refund.total == 0:
            continue
        try:
            built = _credit_note(refund, reference, invoice, _left_of(invoice, credited), rules)
        except NeedsAttention as hold:
            outcomes.append(hold)
            continue
        credited.append(built.invoice)
        outcomes.append(built)
    return outcomes


def build_undoing(order: Order, invoice: Invoice, earlier: Sequence[Invoice], rules: InvoiceRules, why: str) -> Built:
    """The credit note that undoes an invoice: its own lines, less what the refunds' notes among `earlier` took.

    It bears the day on which the order was last changed. Raises `NeedsAttention` where nothing is left to undo.
    """
    credited = [note for note in earlier if note.credits == invoice.reference]
    left = invoice.total - sum((note.total for note in credited), ZERO)
    if credited and not left:
        raise NeedsAttention("nothing_left_to_credit", "refunds", invoice.reference, invoice.total)
    day, moved = open_day(max(danish_day(order.modified_at), invoice.date), rules)
    content = {
        **(_rest(invoice, credited, left, rules)._asdict() if credited else {}),
        "kind": "credit_note",
        "reference": undoing(invoice.reference),
        "credits": invoice.reference,
        "date": day,
        "note": cut(why, rules.lengths.note),
    }
    return Built(invoice=invoice.model_copy(update=content), warnings=moved)


def _rest(invoice: Invoice, credited: Sequence[Invoice], total: Decimal, rules: InvoiceRules) -> Settled:
    """Each line with the quantity that no credit note has taken back; what one took otherwise, against it."""
    quantities: dict[InvoiceLine, Decimal] = {}
    for document, sign in ((invoice, 1), *((note, -1) for note in credited)):
        for line in document.lines:
            if line.kind != "correction":
                same = line.model_copy(update={"quantity": ZERO, "net": ZERO})
                quantities[same] = quantities.get(same, ZERO) + sign * line.quantity
    lines = [
        line.model_copy(update={"quantity": quantity, "net": ore(quantity * line.unit_net)})
        for line, quantity in quantities.items()
        if quantity
    ]
    return settle(lines, total, rules.limit(len(invoice.lines)) * (len(credited) + 1), rules)


def _each_once(order: Order) -> list[Refund]:
    by_id = {refund.id: refund for refund in order.refunds}
    return sorted(by_id.values(), key=lambda refund: (refund.created_at, refund.id))


def _left_of(invoice: Invoice, credited: Sequence[Invoice]) -> _Left:
    sold = vat_totals(line for line in invoice.lines if line.kind != "correction")
    left = _Left(invoice.total, {one.rate: one.net for one in sold}, {one.rate: one.vat for one in sold})
    for note in credited:
        left = left.less(note.lines, note.total)
    return left


def _credit_note(refund: Refund, reference: str, invoice: Invoice, left: _Left, rules: InvoiceRules) -> Built:
    field = f"refund {refund.id}"
    if refund.total < 0 or refund.total != ore(refund.total):
        raise NeedsAttention("refund_not_an_amount", field, refund.total)
    if refund.total > left.total:
        raise NeedsAttention("refund_exceeds_invoice", field, refund.total, left.total)
    settled, findings = _settled(refund, invoice, left, rules)
    for one in vat_totals(line for line in settled.lines if line.kind != "correction"):
        most = max(left.net.get(one.rate, ZERO), ZERO)
        if one.net > most:
            raise NeedsAttention("refund_exceeds_invoice", field, f"{one.net} ({one.rate} %)", f"{most} ({one.rate} %)")
    day, moved = open_day(max(danish_day(refund.created_at), invoice.date), rules)
    content = {
        **settled._asdict(),
        "kind": "credit_note",
        "reference": reference,
        "credits": invoice.reference,
        "date": day,
        "note": cut(visible(refund.reason), rules.lengths.note),
    }
    return Built(invoice=invoice.model_copy(update=content), warnings=(*findings, *moved))


def _settled(refund: Refund, invoice: Invoice, left: _Left, rules: InvoiceRules) -> tuple[Settled, list[Finding]]:
    limit = rules.limit(len(invoice.lines))
    lines, findings = invoice_lines(rate_lines(refund.lines, rules), rules)
    by_lines = sum((line.net + line.vat for line in refund.lines), ZERO)
    amount = refund.total - by_lines
    if amount < -limit:
        raise NeedsAttention("refund_lines_do_not_add_up", f"refund {refund.id}", by_lines, refund.total)
    if amount > limit or not refund.lines:
        left = left.less(lines, by_lines)
        limit += abs(left.total - sum(left.gross().values(), ZERO))
        lines += _amount_lines(amount, left, limit, rules)
    return settle(lines, refund.total, limit, rules), findings


def _amount_lines(amount: Decimal, left: _Left, limit: Decimal, rules: InvoiceRules) -> list[InvoiceLine]:
    """An amount with VAT as one line per rate: everything that is left, or each rate's share of the amount.

    After many small refunds, each with its VAT rounded, what is left may not come out to the amount any more.
    """
    nets = {rate: left.net[rate] for rate in left.gross()}
    everything = sum((net + vat_of(net, rate) for rate, net in nets.items()), ZERO)
    if amount != left.total or abs(everything - amount) > limit:
        open_rates = {rate: gross for rate, gross in left.gross().items() if gross > 0}
        shares = zip(open_rates, apportion(amount, list(open_rates.values())), strict=True)
        nets = {rate: min(ore(share * HUNDRED / (HUNDRED + rate)), left.net[rate]) for rate, share in shares}
    return [
        single("product", by_rate(rules.products.refund, rate, rules.products), rules.texts.refund, net, rate)
        for rate, net in nets.items()
        if net
    ]
