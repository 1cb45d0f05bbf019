"""The completeness proof of a period: the store's orders, and what the books say stands there."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pydantic_core import from_json

from adapters.integration import Integration
from adapters.store import OrderRow
from domain.days import danish_day
from domain.invoices import Document
from domain.money import ZERO
from domain.proof import Period, Proof, Sold, Written, prove
from tasks.mirror import sweep


def proof_of(integration: Integration, period: Period) -> Proof:
    """Sweep the books, so that orders whose document was deleted there are held, and prove a period."""
    sweep(integration)
    return proof_as_swept(integration, period)


def proof_as_swept(integration: Integration, period: Period) -> Proof:
    """Prove a period from the store and the books; the store is read first, since a run may be under way."""
    orders = [sold(integration, row) for row in integration.store.orders.every(integration.name)]
    written = list(integration.documents.written())
    own = [Written(reference, order, kind) for name, order, reference, kind in written if name == integration.name]
    others = {reference for name, _, reference, _ in written if name != integration.name}
    return prove(orders, own, _bearing_our_name(integration, others), period)


def _bearing_our_name(integration: Integration, others: set[str]) -> Iterator[Document]:
    for page in integration.books.documents(None):
        for one in page:
            if one.reference.startswith(f"{integration.name}-") and one.reference not in others:
                yield one


def sold(integration: Integration, row: OrderRow) -> Sold:
    """One stored order as the proof counts it."""
    told = from_json(row.normalised) if row.normalised else {}
    return Sold(
        id=row.order_id,
        number=row.number,
        day=day_of(row),
        currency=row.currency,
        total=Decimal(row.total) if row.currency else ZERO,
        refunds={refund["id"]: Decimal(refund["total"]) for refund in told.get("refunds", ())},
        stage=row.stage,  # type: ignore[arg-type]
        eligible=row.eligible,
        reference=row.reference or f"{integration.name}-{row.number}",
        called_off=row.status not in integration.settings.webshop.statuses,
    )


def day_of(row: OrderRow) -> date | None:
    """The order's day in Denmark; an order that was never understood has no currency and no date."""
    return danish_day(row.ordered_at) if row.currency else None
