"""The proof of a period: orders and what was written for them, from the store, against the books as they are now."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from pydantic_core import from_json

from adapters.integration import Integration
from adapters.store import DocumentRow, OrderRow
from domain.days import danish_day
from domain.money import ZERO
from domain.outcomes import Finding
from domain.proof import ALL_TIME, Accounted, AsWritten, AtRate, Period, Proof, Sold, Standing, prove
from tasks.mirror import sweep

AT_ONCE = 500


def proof_of(
    integration: Integration, period: Period = ALL_TIME, tell: Callable[[Accounted], None] = lambda _: None
) -> Proof:
    """Prove a period, and `tell` of each of its eligible orders; some hundred are in memory at a time.

    All of the books is read first: documents that are gone from them are known to be, and their orders held.
    """
    sweep(integration)
    return proof_as_swept(integration, period, tell)


def proof_as_swept(
    integration: Integration, period: Period = ALL_TIME, tell: Callable[[Accounted], None] = lambda _: None
) -> Proof:
    """The same without reading the books, for whoever has just done so."""
    strangers = (_standing(row) for row in integration.documents.of_nobody(integration.name))
    return prove(_sold(integration, period), strangers, period, tell)


def waiting(integration: Integration, period: Period = ALL_TIME) -> Iterator[tuple[str, Finding]]:
    """The number and the finding of every order of the period that is held or failed."""
    for row in integration.store.orders.needing_attention(integration.name):
        if period.holds(_day(row)):
            yield row.number, row.finding


def _sold(integration: Integration, period: Period) -> Iterator[Sold]:
    rows = integration.store.orders.every(integration.name)
    while piece := list(islice(rows, AT_ONCE)):
        told = [row.order_id for row in piece if row.stage == "skipped" or period.holds(_day(row))]
        documents = integration.documents.standing(integration.name, told)
        for row in piece:
            yield _as_sold(integration, row, period, documents.get(row.order_id, []))


def _as_sold(integration: Integration, row: OrderRow, period: Period, documents: list[DocumentRow]) -> Sold:
    day = _day(row)
    told = from_json(row.normalised) if row.normalised and period.holds(day) else {}
    return Sold(
        id=row.order_id,
        number=row.number,
        day=day,
        currency=row.currency,
        total=Decimal(row.total) if row.currency else ZERO,
        refunds={refund["id"]: Decimal(refund["total"]) for refund in told.get("refunds", ())},
        stage=row.stage,  # type: ignore[arg-type]
        eligible=row.eligible,
        reference=row.reference or f"{integration.name}-{row.number}",
        called_off=row.status not in integration.settings.webshop.statuses,
        type=row.customer_type,  # type: ignore[arg-type]
        settled=row.settled,
        documents=tuple(_standing(one) for one in documents),
        finding=row.finding if row.code and row.stage in ("held", "failed", "skipped") else None,
    )


def _day(row: OrderRow) -> date | None:
    """The order's day in Denmark; an order that was never understood has no currency and no date."""
    return danish_day(row.ordered_at) if row.currency else None


def _standing(row: DocumentRow) -> Standing:
    return Standing(
        reference=row.reference,
        number=row.number,
        kind=row.kind,  # type: ignore[arg-type]
        day=date.fromisoformat(row.date),
        currency=row.currency,
        net=Decimal(row.net),
        vat=Decimal(row.vat),
        total=Decimal(row.total),
        written=_as_written(from_json(row.wanted)) if row.wanted else None,
        gone=row.gone,
    )


def _as_written(wanted: dict[str, Any]) -> AsWritten:
    """Only the sums of an invoice as it was asked for: thousands are read, and its lines say nothing more here."""
    rates = tuple(
        AtRate(Decimal(one["rate"]).normalize(), Decimal(one["net"]), Decimal(one["vat"]))
        for one in wanted["vat_totals"]
    )
    return AsWritten(wanted["vat_zone"], Decimal(wanted["net"]), Decimal(wanted["vat"]), rates)
