"""The completeness proof: every order of a period counted exactly once, and its sums held against the books.

Eligible is invoiced + skipped + held + failed + pending, in orders and in each currency; what isn't eligible is
ignored. An order that was never understood has no date and no amount: it counts in every period, in no sum.

What the books say of a document is its net, VAT and total. How its VAT divides over the rates is told by what we
wrote, and counts as confirmed where net and VAT of the whole document stand in the books as we wrote them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from domain.chains import undoing
from domain.invoices import DocumentKind, VatZone
from domain.money import ZERO, ore
from domain.orders import CustomerType
from domain.outcomes import Finding
from domain.stages import INVOICED, Stage

Group = Literal["invoiced", "skipped", "held", "failed", "pending"]
GROUPS: tuple[Group, ...] = ("invoiced", "skipped", "held", "failed", "pending")
Difference = Literal["missing", "surplus", "invoice_total", "credit_total", "vat_total", "other_currency"]


class Period(NamedTuple):
    """Days in Denmark, both included; None leaves that end open."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date | None) -> bool:
        """Whether a day lies in it; an unknown day lies in every period."""
        if day is None:
            return True
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


ALL_TIME = Period()


class AtRate(NamedTuple):
    """What a document says of one VAT rate in percent."""

    rate: Decimal
    net: Decimal
    vat: Decimal


class AsWritten(NamedTuple):
    """What we asked the books to write down: the zone, and the whole document's sums and those of each rate."""

    zone: VatZone
    net: Decimal
    vat: Decimal
    rates: tuple[AtRate, ...]


class Standing(NamedTuple):
    """A document as the books hold it, and as we wrote it. Amounts are positive on a credit note too.

    `gone`: we wrote it, and the books have it no more. `written` is None where the store has lost what we wrote.
    """

    reference: str
    number: str
    kind: DocumentKind
    day: date
    currency: str
    net: Decimal
    vat: Decimal
    total: Decimal
    written: AsWritten | None = None
    gone: bool = False

    @property
    def confirmed(self) -> bool:
        """The books repeat net and VAT as we wrote them."""
        return self.written is not None and (self.net, self.vat) == (self.written.net, self.written.vat)


class Sold(NamedTuple):
    """One order as the store has it. `day` is None and `currency` empty while it was never understood.

    `refunded` is what was given back, by the refund's id; `reference` is what its invoice bears or will bear;
    `called_off` says that its status counts no more; `settled`, that a person took it off our hands; `documents`
    are those that were written for it, and `finding` is why it is held, failed or skipped.
    """

    id: str
    number: str
    day: date | None
    currency: str
    total: Decimal
    refunds: dict[str, Decimal]
    stage: Stage
    eligible: bool
    reference: str
    called_off: bool = False
    type: CustomerType | Literal[""] = ""
    settled: bool = False
    documents: tuple[Standing, ...] = ()
    finding: Finding | None = None


class Discrepancy(NamedTuple):
    """Where orders and books part. `order` is the shown number; a surplus document is a skipped order's or nobody's.

    `expected` is what the order says, `found` what the books say; a missing document is found at nothing. Where only
    the VAT differs, they are what we wrote and what stands there.
    """

    kind: Difference
    order: str
    reference: str
    currency: str
    expected: Decimal
    found: Decimal


@dataclass
class ReadBack:
    """What the invoiced orders come to, and what the books say of them, read back by reference."""

    orders: int = 0
    ordered: Decimal = ZERO
    refunded: Decimal = ZERO
    invoices: Decimal = ZERO
    credit_notes: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """Nothing, where the books are right."""
        return (self.ordered - self.refunded) - (self.invoices - self.credit_notes)


@dataclass
class InBooks:
    """Documents of one currency, customer type and VAT zone, by the books' own figures; credit notes count against.

    `expected` is the total of the same documents as we wrote them.
    """

    documents: int = 0
    net: Decimal = ZERO
    vat: Decimal = ZERO
    total: Decimal = ZERO
    expected: Decimal = ZERO


@dataclass
class ByRate:
    """Net and VAT of one rate as we wrote them, and what VAT of that the books confirm; credit notes count against."""

    net: Decimal = ZERO
    vat: Decimal = ZERO
    confirmed_vat: Decimal = ZERO


class Place(NamedTuple):
    """Where documents are summed up. `zone` is None where we don't know what we wrote."""

    currency: str
    type: CustomerType | Literal[""]
    zone: VatZone | None


class Accounted(NamedTuple):
    """What became of one eligible order: its group, and for an invoiced one the sums on both sides."""

    order: Sold
    group: Group
    refunded: Decimal = ZERO
    invoiced: Decimal = ZERO
    credited: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """Between what the order leaves to pay and what the books say of it; nothing, where they agree."""
        return (self.order.total - self.refunded) - (self.invoiced - self.credited)


@dataclass
class Proof:
    """The whole proof of a period. `sums` and `read_back` are per currency; amounts are in whole øre."""

    period: Period
    counts: Counter[str] = field(default_factory=Counter)
    drafts: int = 0
    undated: int = 0
    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    read_back: dict[str, ReadBack] = field(default_factory=dict)
    by_type: dict[tuple[str, CustomerType | Literal[""]], ReadBack] = field(default_factory=dict)
    in_books: dict[Place, InBooks] = field(default_factory=dict)
    by_rate: dict[tuple[Place, Decimal | None], ByRate] = field(default_factory=dict)
    discrepancies: list[Discrepancy] = field(default_factory=list)
    settled: list[Sold] = field(default_factory=list)

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
    orders: Iterable[Sold],
    strangers: Iterable[Standing],
    period: Period = ALL_TIME,
    tell: Callable[[Accounted], None] = lambda _: None,
) -> Proof:
    """Prove a period by order date, given all orders one by one, of which none is kept.

    `strangers` are the documents of the books that bear our name and were written for none of the orders; `tell`
    is told of each eligible order of the period.
    """
    proof = Proof(period)
    awaited: set[str] = set()
    skipped: dict[str, str] = {}
    for order in orders:
        if order.eligible and order.stage == "skipped" and not order.settled:
            skipped[order.reference] = order.number
        else:
            awaited.add(order.reference)
        if period.holds(order.day):
            _count(proof, order)
            if order.eligible:
                tell(_account(proof, order))
        elif order.eligible and order.stage == "skipped":
            _tell_left_behind(proof, order)
    for document in strangers:
        if document.reference not in awaited:
            _tell_surplus(proof, document, skipped.get(document.reference, ""))
    return proof


def _account(proof: Proof, order: Sold) -> Accounted:
    """Hold an eligible order of the period against its documents, as far as it has come."""
    group = group_of(order.stage)
    if group == "invoiced":
        return _hold_against_books(proof, order)
    if order.settled:
        proof.settled.append(order)
    elif group == "skipped":
        _tell_left_behind(proof, order)
    else:
        _tell_missing(proof, order)
    return Accounted(order, group)


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


def _hold_against_books(proof: Proof, order: Sold) -> Accounted:
    """Compare one invoiced order with its documents as they stand."""
    lost = _tell_missing(proof, order)
    if not order.documents:
        _tell(proof, "missing", order, order.reference, order.total, ZERO)
    there = [document for document in order.documents if not document.gone]
    for document in there:
        if document.currency != order.currency:
            _tell(proof, "other_currency", order, document.reference, order.total, document.total)
    there = [document for document in there if document.currency == order.currency]
    refunded, invoiced, credited = _amounts(order, there)
    if there and not lost and invoiced != order.total:
        _tell(proof, "invoice_total", order, order.reference, order.total, invoiced)
    if there and not lost and credited != refunded:
        _tell(proof, "credit_total", order, order.reference, refunded, credited)
    _add_read_back(proof, order, refunded, there)
    for document in there:
        _add_vat(proof, order, document)
    return Accounted(order, "invoiced", refunded, invoiced, credited)


def _add_read_back(proof: Proof, order: Sold, refunded: Decimal, there: Sequence[Standing]) -> None:
    invoices = sum((document.total for document in there if document.kind == "invoice"), ZERO)
    credit_notes = sum((document.total for document in there if document.kind == "credit_note"), ZERO)
    for back in (
        proof.read_back.setdefault(order.currency, ReadBack()),
        proof.by_type.setdefault((order.currency, order.type), ReadBack()),
    ):
        back.orders += 1
        back.ordered += order.total
        back.refunded += refunded
        back.invoices += invoices
        back.credit_notes += credit_notes


def _add_vat(proof: Proof, order: Sold, document: Standing) -> None:
    """Sum up a document by zone as the books have it, and by rate as we wrote it."""
    wrote, sign = document.written, 1 if document.kind == "invoice" else -1
    if wrote and not document.confirmed and document.total == wrote.net + wrote.vat:
        _tell(proof, "vat_total", order, document.reference, wrote.vat, document.vat)
    place = Place(document.currency, order.type, wrote.zone if wrote else None)
    sums = proof.in_books.setdefault(place, InBooks())
    sums.documents += 1
    sums.net += sign * document.net
    sums.vat += sign * document.vat
    sums.total += sign * document.total
    sums.expected += sign * (wrote.net + wrote.vat if wrote else document.total)
    unknown = (AtRate(ZERO, document.net, document.vat),)
    for one in wrote.rates if wrote else unknown:
        at_rate = proof.by_rate.setdefault((place, one.rate if wrote else None), ByRate())
        at_rate.net += sign * one.net
        at_rate.vat += sign * one.vat
        if document.confirmed:
            at_rate.confirmed_vat += sign * one.vat


def _tell_missing(proof: Proof, order: Sold) -> bool:
    """Name each document that was written and isn't there; whether there was one."""
    lost = [document.reference for document in order.documents if document.gone]
    for reference in lost:
        _tell(proof, "missing", order, reference, order.total, ZERO)
    return bool(lost)


def _amounts(order: Sold, documents: Sequence[Standing]) -> tuple[Decimal, Decimal, Decimal]:
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


def _tell_left_behind(proof: Proof, order: Sold) -> None:
    """Documents of an order that was skipped, which it should not have; a person's word accounts for them."""
    for document in order.documents:
        if not (document.gone or order.settled):
            _tell_surplus(proof, document, order.number)


def _tell_surplus(proof: Proof, document: Standing, order: str) -> None:
    """A document that no order accounts for belongs to the period of its own date."""
    if proof.period.holds(document.day):
        found = Discrepancy("surplus", order, document.reference, document.currency, ZERO, document.total)
        proof.discrepancies.append(found)
