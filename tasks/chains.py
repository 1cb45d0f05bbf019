"""What stands in the books for each order: its newest invoice, what was credited of it, and those that were undone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from adapters.integration import Integration
from adapters.store import DocumentRow, OrderRow
from domain.chains import Place, newest, undoing
from domain.stages import Stage
from tasks.mirror import look_again

LOOKED_AT_AGAIN = frozenset({"draft_gone", "booked_gone", "draft_changed", "cancelled_with_draft"})
"""Holds that end by what a person does in the books and no change there need tell: a draft deleted, books restored."""


@dataclass(frozen=True)
class Chain:
    """The documents of one order. `place` is where its newest invoice stands (`invoice`) or is to stand (None)."""

    place: Place
    invoice: DocumentRow | None = None
    documents: tuple[DocumentRow, ...] = ()

    @property
    def stage(self) -> Stage:
        """How far an order has come that ends here."""
        return "invoiced" if any(row.state == "draft" for row in self.documents) else "booked"

    @property
    def gone(self) -> DocumentRow | None:
        """A document that was written and is in the books no more."""
        return next((row for row in self.documents if row.gone), None)

    @property
    def refunds(self) -> dict[str, DocumentRow]:
        """The credit notes against the newest invoice, by the id of the refund."""
        start = f"{self.place.reference}-R"
        notes = {row.reference: row for row in self.documents if row.kind == "credit_note"}
        return {name.removeprefix(start): row for name, row in notes.items() if name.startswith(start)}


def chains_of(integration: Integration, rows: Sequence[OrderRow]) -> dict[str, Chain]:
    """The chain of each order, by its id: from the mirror, which every run brings up to date at its start."""
    own = integration.documents.of_orders(integration.name, [row.order_id for row in rows])
    first = {row.order_id: _first(integration, row, own.get(row.order_id, ())) for row in rows}
    known = {row.order_id for row in rows if row.reference or row.order_id in own}
    undone = _undoings(integration, {first[order]: order for order in known})
    places = {order: newest(reference, undone) for order, reference in first.items()}
    standing = integration.documents.by_reference(places[order].reference for order in known)
    return {
        order: Chain(place, _invoice(standing.get(place.reference), order), tuple(own.get(order, ())))
        for order, place in places.items()
    }


def look_at_held(integration: Integration, rows: Sequence[OrderRow]) -> None:
    """Ask the books anew for the documents of orders whose hold they may have ended."""
    held = [row.order_id for row in rows if row.code in LOOKED_AT_AGAIN]
    found = integration.documents.of_orders(integration.name, held)
    doubtful = {row.reference for own in found.values() for row in own if row.gone or row.state == "draft"}
    if doubtful:
        look_again(integration, doubtful)


def _first(integration: Integration, row: OrderRow, own: Iterable[DocumentRow]) -> str:
    """What its first invoice bears: an order that is given another number in the shop keeps the reference it has."""
    invoices = [document.reference for document in own if document.kind == "invoice"]
    return invoices[0] if invoices else row.reference or f"{integration.name}-{row.number}"


def _invoice(standing: DocumentRow | None, order: str) -> DocumentRow | None:
    return standing if standing and standing.order_id in ("", order) else None


def _undoings(integration: Integration, owners: Mapping[str, str]) -> dict[str, date]:
    """The days of all credit notes that undo an invoice of these chains (`first reference: order id`)."""
    found: dict[str, date] = {}
    places = {reference: newest(reference, {}) for reference in owners}
    while places:
        standing = integration.documents.by_reference(undoing(place.reference) for place in places.values())
        notes = {name: row for name, row in standing.items() if row.kind == "credit_note" and not row.gone}
        found |= {name: date.fromisoformat(row.date) for name, row in notes.items()}
        lost = {
            reference: owners[first]
            for first, place in places.items()
            if (note := notes.get(undoing(place.reference))) and not note.order_id
            for reference in (place.reference, note.reference)
        }
        integration.documents.claim(integration.name, lost)
        places = {first: newest(first, found) for first, place in places.items() if undoing(place.reference) in notes}
    return found
