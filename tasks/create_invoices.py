"""Step 4: every reconciled order becomes an invoice whose total is the order's to the øre, or is held."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

from prefect import State, task

from adapters.claims import writing_while
from adapters.integration import Integration, open_integration
from adapters.store import Batch, OrderRow
from domain.credit_notes import build_credit_notes
from domain.customers import Customer
from domain.dispatches import PERSON_UNKNOWN, fulfil_before_booking
from domain.invoices import Built, Invoice
from domain.invoicing import build_invoice
from domain.orders import CustomerType, Order
from domain.outcomes import NeedsAttention, Skip, Transient
from domain.stages import Stage
from domain.vat import VatNumberAnswer, VatRules
from tasks.chains import Chain, chains_of, look_at_held
from tasks.changes import is_over, wanted_undoings
from tasks.mirror import see_customer
from tasks.reconcile_customers import reconcile_again
from tasks.retrying import RETRYING
from tasks.vat_proofs import proofs
from tasks.verdicts import NO_FINDING, Verdicts, all_well, kept
from tasks.writing import Wanted, Writer, owes_einvoice


@task(task_run_name="create invoices {batch}", **RETRYING)
def create_invoices(integration: str, batch: str, after: object = None) -> State[dict[str, int]]:
    """Write an invoice for each reconciled order of a batch, and credit notes for what was refunded.

    `after` is only there so that the batch's customers come first. Raises like `reconcile_customers`.
    """
    opened = open_integration(integration)
    return all_well(invoice_batch(opened, batch), opened.words)


def invoice_batch(integration: Integration, batch_id: str) -> dict[str, int]:
    """The step itself. What is invoiced already is left alone, so that it may be called again at any time."""
    batch = integration.store.orders.open(batch_id)
    try:
        reconcile_again(integration, batch)
        with writing_while(batch.still_ours):
            return write_invoices(integration, batch)
    finally:
        integration.store.orders.release(batch)


def write_invoices(integration: Integration, batch: Batch) -> dict[str, int]:
    """The same for a claimed batch."""
    verdicts = Verdicts(integration, batch)
    by_books = integration.settings.einvoicing.by_accounting
    writer = Writer(integration, batch, verdicts, lambda document: by_books and bool(document.recipient.ean))
    rows = ready(integration, batch)
    invoices = Invoices(integration, rows)
    begun = begun_credit_notes(integration, rows)
    finished = writer.write(begun)
    chains = undo(integration, rows, invoices, writer, verdicts)
    invoiced = writer.write(wanted_invoices(integration, rows, chains, invoices, verdicts))
    notes = begun + wanted_credit_notes(integration, invoiced, verdicts)
    credited = finished + writer.write(notes[len(begun) :])
    pass_on(invoiced, notes, credited, verdicts)
    with integration.store.together() as connection:
        verdicts.commit(connection)
    return {"invoices": len(invoiced), "credit_notes": len(credited), **verdicts.conclude()}


def ready(integration: Integration, batch: Batch) -> list[OrderRow]:
    """The orders of a batch that have a customer and no invoice yet; those that this very step held, once more."""
    rows = integration.store.orders.of_batch(batch, frozenset({"reconciled", "held", "failed"}))
    return [row for row in rows if row.customer]


class Invoices:
    """The invoice that each order of a batch leads to, under today's settings."""

    def __init__(self, integration: Integration, rows: Sequence[OrderRow]) -> None:
        self._integration = integration
        self._customers = integration.directory.by_number(row.customer for row in rows)
        self._looked_at: set[str] = set()
        self._proven = proofs(integration, rows)

    def wanted(self, row: OrderRow, chain: Chain) -> Wanted:
        """One order's invoice. Raises `NeedsAttention`, also for what VIES said of its VAT number, or `Skip`."""
        order = self._integration.order(row)
        proof = self._proven.get(row.order_id)
        if isinstance(proof, NeedsAttention):
            raise proof
        vat = self._integration.settings.vat
        invoice = self._built(row, chain, order, vat, proof)
        if owes_einvoice(self._integration, invoice.invoice) and not (
            chain.invoice and chain.invoice.state == "booked"
        ):
            self._refuse_unsendable(row, order, invoice.invoice)

        def rebuild(earlier: Order) -> Invoice:
            return self._built(row, chain, earlier, vat.without_proof()).invoice

        return Wanted(row, order, invoice.invoice, invoice.warnings, rebuild)

    def _refuse_unsendable(self, row: OrderRow, order: Order, invoice: Invoice) -> None:
        """Raise `NeedsAttention` before an invoice is booked whose e-invoice could not go, or would not be paid."""
        rules, fields = self._integration.settings.einvoicing, self._integration.settings.webshop.fields.by_field
        needs_contact = rules.by_accounting and self._integration.books.capabilities.contacts
        contacts_of = self._customers.get(row.customer) if needs_contact else None
        fulfilled = partial(fulfil_before_booking, order, invoice, rules, fields)
        try:
            fulfilled(contacts_of)
        except NeedsAttention as missing:
            if missing.finding.code != PERSON_UNKNOWN:
                raise
            fulfilled(self._as_it_stands(row))

    def _as_it_stands(self, row: OrderRow) -> Customer:
        """Its customer with all contact persons, those of somebody else's making too: asked for once a batch.

        Raises `Transient` for one who is gone; the order then has none until it is matched afresh.
        """
        if row.customer not in self._looked_at:
            if (standing := see_customer(self._integration, row.customer)) is None:
                row.customer = ""
                raise Transient("customer_deleted", "customer")
            self._customers[row.customer] = standing
            self._looked_at.add(row.customer)
        return self._customers[row.customer]

    def _built(
        self, row: OrderRow, chain: Chain, order: Order, vat: VatRules, answer: VatNumberAnswer | None = None
    ) -> Built:
        rules, kind = self._integration.settings.invoices, cast("CustomerType", row.customer_type)
        rules = rules.once_invoiced() if row.reference or chain.documents else rules
        reference, customer = chain.place.reference, self._customers.get(row.customer)
        found = build_invoice(order, kind, row.customer, reference, rules, vat, customer, vat_answer=answer)
        day = max(found.invoice.date, chain.place.not_before or found.invoice.date)
        dated = found.model_copy(update={"invoice": found.invoice.model_copy(update={"date": day})})
        return self._integration.books.fitted(dated, customer)


def undo(
    integration: Integration, rows: Sequence[OrderRow], invoices: Invoices, writer: Writer, verdicts: Verdicts
) -> dict[str, Chain]:
    """Undo the invoices of orders that changed since, where the settings say so; gives what stands then, by order."""
    look_at_held(integration, rows)
    chains = chains_of(integration, rows)
    undoings = wanted_undoings(integration, rows, chains, verdicts, invoices.wanted)
    if not undoings:
        return chains
    writer.write(undoings)
    return chains_of(integration, rows)


def wanted_invoices(
    integration: Integration,
    rows: Sequence[OrderRow],
    chains: Mapping[str, Chain],
    invoices: Invoices,
    verdicts: Verdicts,
) -> list[Wanted]:
    """The invoice that each order leads to; an order that leads to none, or to none any more, gets its verdict."""
    found: list[Wanted] = []
    for row in [row for row in rows if row.order_id not in verdicts.stopped]:
        chain = chains[row.order_id]
        if is_over(integration, row, chain):
            verdicts.passed(row, chain.stage, **NO_FINDING)
            continue
        try:
            found.append(invoices.wanted(row, chain))
        except Skip as skip:
            verdicts.skipped(row, skip.finding)
        except (NeedsAttention, Transient) as error:
            asked_books = error.finding.code == PERSON_UNKNOWN
            (verdicts.refused_by_books if asked_books else verdicts.refused)(row, error)
    return found


def begun_credit_notes(integration: Integration, rows: Sequence[OrderRow]) -> list[Wanted]:
    """Credit notes of ours that still stand as drafts: a run that was cut off may have had them yet to book.

    Once written they follow from nothing any more, so that no later step would come back to them.
    """
    orders = {row.order_id: row for row in rows}
    standing = integration.documents.of_orders(integration.name, orders)
    return [
        Wanted.fixed(
            orders[order], Order.model_validate_json(one.sold), Built(invoice=Invoice.model_validate_json(one.wanted))
        )
        for order, documents in standing.items()
        for one in documents
        if one.kind == "credit_note" and one.state == "draft" and one.wanted and not one.gone
    ]


def wanted_credit_notes(
    integration: Integration, invoiced: Sequence[tuple[Wanted, str]], verdicts: Verdicts
) -> list[Wanted]:
    """A credit note for each refund of orders whose invoice stands."""
    refunded = [one for one, _ in invoiced if one.order.refunds]
    standing = integration.documents.of_orders(integration.name, [one.order.id for one in refunded])
    found: list[Wanted] = []
    for one in refunded:
        documents = [Invoice.model_validate_json(row.wanted) for row in standing[one.order.id] if row.wanted]
        invoice = next(document for document in documents if document.reference == one.document.reference)
        earlier = [document for document in documents if document.credits == invoice.reference]
        for note in build_credit_notes(one.order, invoice, earlier, integration.settings.invoices):
            if isinstance(note, NeedsAttention):
                verdicts.held(one.row, note.finding, reference=invoice.reference)
            else:
                found.append(Wanted.fixed(one.row, one.order, integration.books.fitted(note, None)))
    return found


def pass_on(
    invoiced: Sequence[tuple[Wanted, str]],
    wanted_notes: Sequence[Wanted],
    credited: Sequence[tuple[Wanted, str]],
    verdicts: Verdicts,
) -> None:
    """An order whose invoice and credit notes all stand has arrived."""
    missing = {one.document.reference for one in wanted_notes} - {one.document.reference for one, _ in credited}
    waiting = {one.row.order_id for one in wanted_notes if one.document.reference in missing}
    drafts = {one.row.order_id for one, state in (*invoiced, *credited) if state == "draft"}
    for one, _ in invoiced:
        stage: Stage = "invoiced" if one.row.order_id in drafts else "booked"
        if one.row.order_id not in waiting | verdicts.stopped:
            told = [warning for note in wanted_notes if note.row is one.row for warning in note.warnings]
            arrived = {"reference": one.document.reference, "warnings": kept([*one.warnings, *told])}
            verdicts.passed(one.row, stage, **NO_FINDING, **arrived)
