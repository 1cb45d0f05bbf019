"""The completeness proof: every order of a period counted exactly once, and its sums held against the books.

Eligible is invoiced + skipped + held + failed + pending, in orders and in each currency; what isn't eligible is
ignored. An order that was never understood has no date and no amount: it counts in every period, in no sum.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from domain.chains import undoing
from domain.invoices import Document, DocumentKind
from domain.money import ZERO, ore
from domain.stages import INVOICED, Stage

Group = Literal["invoiced", "skipped", "held", "failed", "pending"]
GROUPS: tuple[Group, ...] = ("invoiced", "skipped", "held", "failed", "pending")
Difference = Literal["missing", "surplus", "invoice_total", "credit_total", "other_currency"]


class Period(NamedTuple):
    """Days in Denmark, both included; None leaves that end open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


ALL_TIME = Period()


class Sold(NamedTuple):
    """One order as the store has it. `day` and `currency` are None and empty while it was never understood.

    `refunds` is what was given back, by the refund's id; `reference` is what its invoice bears or will bear;
    `called_off` says that its status counts no more.
    """

    id: str
    number: str
    day: date | None
    currency: str
    total: Decimal
    refunds: Mapping[str, Decimal]
    stage: Stage
    eligible: bool
    reference: str
    called_off: bool = False


class Written(NamedTuple):
    """A document that we wrote, and for which order."""

    reference: str
    order: str
    kind: DocumentKind


class Discrepancy(NamedTuple):
    """Where orders and books part. `order` is the shown number; a surplus document is a skipped order's or nobody's.

    `expected` is what the order says, `found` what the books say; a missing document is found at nothing.
    """

    kind: Difference
    order: str
    reference: str
    currency: str
    expected: Decimal
    found: Decimal


@dataclass
class ReadBack:
    """One currency: what the invoiced orders come to, and what the books say of them, read back by reference."""

    ordered: Decimal = ZERO
    refunded: Decimal = ZERO
    invoices: Decimal = ZERO
    credit_notes: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """Nothing, where the books are right."""
        return (self.ordered - self.refunded) - (self.invoices - self.credit_notes)


@dataclass
class Proof:
    """The whole proof of a period. `sums` is per currency; amounts are in whole øre."""

    period: Period
    counts: Counter[str] = field(default_factory=Counter)
    drafts: int = 0
    undated: int = 0
    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    read_back: dict[str, ReadBack] = field(default_factory=dict)
    discrepancies: list[Discrepancy] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Nothing needs a person, and the books say what the orders say."""
        return not (self.counts["held"] or self.counts["failed"] or self.discrepancies)


def group_of(stage: Stage) -> Group:
    """Where an eligible order counts: drafts and booked invoices are invoiced, what is under way is pending."""
    if stage in INVOICED:
        return "invoiced"
    if stage in ("skipped", "held", "failed"):
        return stage
    return "pending"


def prove(
    orders: Iterable[Sold], written: Iterable[Written], standing: Iterable[Document], period: Period = ALL_TIME
) -> Proof:
    """Prove a period by order date, given all orders, all that was written, and what the books say stands there.

    `standing` are the documents of the books that bear a reference of ours, of whatever day.
    """
    proof = Proof(period)
    in_books = {document.reference: document for document in standing}
    own: dict[str, list[Written]] = defaultdict(list)
    for one in written:
        own[one.order].append(one)
    accounted: set[str] = set()
    skipped: dict[str, str] = {}
    for order in orders:
        documents = own[order.id]
        bears = {order.reference, *(one.reference for one in documents)}
        if order.eligible and order.stage == "skipped":
            skipped |= dict.fromkeys(bears, order.number)
        else:
            accounted |= bears
        if order.day is None or period.holds(order.day):
            _count(proof, order)
            if order.eligible and order.stage in INVOICED:
                _hold_against_books(proof, order, documents, in_books)
            elif order.eligible and order.stage != "skipped":
                _tell_missing(proof, order, documents, in_books)
    for reference in sorted(in_books.keys() - accounted):
        _tell_surplus(proof, in_books[reference], skipped.get(reference, ""))
    return proof


def _count(proof: Proof, order: Sold) -> None:
    group = group_of(order.stage) if order.eligible else "ignored"
    keys = ("eligible", group) if order.eligible else (group,)
    proof.counts.update(keys)
    proof.drafts += order.eligible and order.stage == "invoiced"
    if order.day is None:
        proof.undated += 1
        return
    sums = proof.sums.setdefault(order.currency, dict.fromkeys(("eligible", *GROUPS, "ignored"), ZERO))
    for key in keys:
        sums[key] += ore(order.total)


def _hold_against_books(proof: Proof, order: Sold, own: Sequence[Written], books: Mapping[str, Document]) -> None:
    """Compare one invoiced order with its documents as they stand."""
    lost = _tell_missing(proof, order, own, books)
    if not own:
        _tell(proof, "missing", order, order.reference, order.total, ZERO)
    there = [books[one.reference] for one in own if one.reference in books]
    for document in there:
        if document.currency != order.currency:
            _tell(proof, "other_currency", order, document.reference, order.total, document.total)
    there = [document for document in there if document.currency == order.currency]
    refunded, invoiced, credited = _amounts(order, there)
    back = proof.read_back.setdefault(order.currency, ReadBack())
    back.ordered += order.total
    back.refunded += refunded
    back.invoices += sum((document.total for document in there if document.kind == "invoice"), ZERO)
    back.credit_notes += sum((document.total for document in there if document.kind == "credit_note"), ZERO)
    if there and not lost and invoiced != order.total:
        _tell(proof, "invoice_total", order, order.reference, order.total, invoiced)
    if there and not lost and credited != refunded:
        _tell(proof, "credit_total", order, order.reference, refunded, credited)


def _tell_missing(proof: Proof, order: Sold, own: Sequence[Written], books: Mapping[str, Document]) -> bool:
    """Name each document that was written and isn't there; whether there was one."""
    lost = [one.reference for one in own if one.reference not in books]
    for reference in lost:
        _tell(proof, "missing", order, reference, order.total, ZERO)
    return bool(lost)


def _amounts(order: Sold, documents: Sequence[Document]) -> tuple[Decimal, Decimal, Decimal]:
    """What was refunded, invoiced and credited for it; what undoes an invoice, refunds' notes too, makes it nothing.

    An order that was called off and whose every invoice is undone is one that was all given back.
    """
    notes = {one.reference for one in documents if one.kind == "credit_note"}
    undone = {one.reference for one in documents if one.kind == "invoice" and undoing(one.reference) in notes}
    live = [one.reference for one in documents if one.kind == "invoice" and one.reference not in undone]
    of_refunds = {f"{reference}-R{refund}" for reference in live for refund in order.refunds}
    refunded, invoiced, credited = sum(order.refunds.values(), ZERO), ZERO, ZERO
    for document in documents:
        if document.kind == "invoice":
            invoiced += document.total
        elif document.reference in of_refunds:
            credited += document.total
        else:
            invoiced -= document.total
    if order.called_off and undone and not live:
        return order.total, order.total + invoiced, order.total
    return refunded, invoiced, credited


def _tell(proof: Proof, kind: Difference, order: Sold, reference: str, expected: Decimal, found: Decimal) -> None:
    proof.discrepancies.append(Discrepancy(kind, order.number, reference, order.currency, expected, found))


def _tell_surplus(proof: Proof, document: Document, order: str) -> None:
    """A document that no order accounts for belongs to the period of its own date."""
    if proof.period.holds(document.date):
        found = Discrepancy("surplus", order, document.reference, document.currency, ZERO, document.total)
        proof.discrepancies.append(found)
