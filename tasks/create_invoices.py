"""Step 4: every reconciled order becomes an invoice whose total is the order's to the øre, or is held."""

from collections.abc import Sequence
from functools import partial

from prefect import task

from adapters.integration import Integration, open_integration
from adapters.store import Batch, OrderRow
from domain.credit_notes import build_credit_notes
from domain.customers import Customer
from domain.invoices import Invoice
from domain.invoicing import Built, build_invoice
from domain.orders import CustomerType, Order
from domain.outcomes import NeedsAttention, Skip
from domain.stages import Stage
from tasks.retrying import RETRYING
from tasks.verdicts import NO_FINDING, Verdicts, kept
from tasks.writing import Wanted, Writer


@task(task_run_name="create invoices {batch}", **RETRYING)
def create_invoices(integration: str, batch: str, after: object = None) -> dict[str, int]:
    """Write an invoice for each reconciled order of a batch, and credit notes for what was refunded.

    `after` is only there so that the batch's customers come first. Raises like `reconcile_customers`.
    """
    return invoice_batch(open_integration(integration), batch)


def invoice_batch(integration: Integration, batch_id: str) -> dict[str, int]:
    """The step itself. What is invoiced already is left alone, so that it may be called again at any time."""
    store = integration.store
    batch = store.orders.open(batch_id)
    verdicts = Verdicts(integration, batch)
    writer = Writer(integration, batch, verdicts)
    try:
        invoiced = writer.write(wanted_invoices(integration, ready(integration, batch), verdicts))
        notes = wanted_credit_notes(integration, invoiced, verdicts)
        credited = writer.write(notes)
        pass_on(invoiced, notes, credited, verdicts)
        with store.together() as connection:
            verdicts.commit(connection)
        return {"invoices": len(invoiced), "credit_notes": len(credited), **verdicts.conclude()}
    finally:
        store.orders.release(batch)


def ready(integration: Integration, batch: Batch) -> list[OrderRow]:
    """The orders of a batch that have a customer and no invoice yet; those that this very step held, once more."""
    rows = integration.store.orders.of_batch(batch, frozenset({"reconciled", "held", "failed"}))
    return [row for row in rows if row.customer]


def wanted_invoices(integration: Integration, rows: Sequence[OrderRow], verdicts: Verdicts) -> list[Wanted]:
    """The invoice that each order leads to; an order that leads to none gets its verdict."""
    customers = integration.directory.by_number(row.customer for row in rows)
    found: list[Wanted] = []
    for row in rows:
        try:
            found.append(wanted_invoice(integration, row, customers.get(row.customer)))
        except Skip as skip:
            verdicts.skipped(row, skip.finding)
        except NeedsAttention as error:
            verdicts.held(row, error.finding)
    return found


def wanted_invoice(integration: Integration, row: OrderRow, customer: Customer | None) -> Wanted:
    """One order's invoice. Raises `NeedsAttention` or `Skip`."""
    order = integration.order(row)
    if order.status not in integration.settings.webshop.statuses and not order.refunds:
        raise NeedsAttention("cancelled_after_invoicing", "status", order.status, row.reference)
    build = partial(built, integration, row, customer)
    invoice = build(order)
    return Wanted(row, order, invoice.invoice, invoice.warnings, lambda earlier: build(earlier).invoice)


def built(integration: Integration, row: OrderRow, customer: Customer | None, order: Order) -> Built:
    """The invoice of an order under today's settings."""
    settings = integration.settings
    reference = f"{integration.name}-{order.number}"
    kind: CustomerType = row.customer_type  # type: ignore[assignment]
    rules = settings.invoices.once_invoiced() if row.reference else settings.invoices
    return build_invoice(order, kind, row.customer, reference, rules, settings.vat, customer)


def wanted_credit_notes(
    integration: Integration, invoiced: Sequence[tuple[Wanted, str]], verdicts: Verdicts
) -> list[Wanted]:
    """A credit note for each refund of orders whose invoice stands."""
    refunded = [one for one, _ in invoiced if one.order.refunds]
    standing = integration.documents.of_orders(integration.name, [one.order.id for one in refunded])
    found: list[Wanted] = []
    for one in refunded:
        documents = [Invoice.model_validate_json(row.wanted) for row in standing[one.order.id]]
        invoice = next(document for document in documents if document.reference == one.document.reference)
        earlier = [document for document in documents if document.credits == invoice.reference]
        for note in build_credit_notes(one.order, invoice, earlier, integration.settings.invoices):
            if isinstance(note, NeedsAttention):
                verdicts.held(one.row, note.finding, reference=invoice.reference)
            else:
                same = partial(as_it_was_built, note.invoice)
                found.append(Wanted(one.row, one.order, note.invoice, note.warnings, same))
    return found


def as_it_was_built(note: Invoice, _: Order) -> Invoice:
    """A credit note follows its refund, which is never edited: whatever the order says now, it stays the same."""
    return note


def pass_on(
    invoiced: Sequence[tuple[Wanted, str]],
    wanted_notes: Sequence[Wanted],
    credited: Sequence[tuple[Wanted, str]],
    verdicts: Verdicts,
) -> None:
    """An order whose invoice and credit notes all stand has arrived."""
    missing = {one.document.reference for one in wanted_notes} - {one.document.reference for one, _ in credited}
    waiting = {one.row.order_id for one in wanted_notes if one.document.reference in missing}
    for one, state in invoiced:
        stage: Stage = "booked" if state == "booked" else "invoiced"
        if one.row.order_id not in waiting | verdicts.stopped:
            arrived = {"reference": one.document.reference, "warnings": kept(one.warnings)}
            verdicts.passed(one.row, stage, **NO_FINDING, **arrived)
