"""Step 5: the e-invoice of every booked EAN order goes out, once, and the order says so.

It has its own tries: what is booked and not sent is tried again here, and never goes through the steps before.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from adapters.claims import writing_while
from adapters.einvoicing.oioubl import written
from adapters.integration import Integration, open_integration
from adapters.store import Batch, DispatchRow, DocumentRow, OrderRow
from domain.dispatches import TO_GO, WAITING, Fate, finding_of, held_for, waits_for_einvoice
from domain.einvoice_sentences import explained
from domain.einvoices import Credited, Einvoice, check
from domain.invoices import Invoice
from domain.outcomes import Finding, NeedsAttention
from domain.sentences import what
from domain.stages import STAGES
from domain.words import Language
from tasks.handing_over import Courier, Outgoing
from tasks.retrying import RETRYING
from tasks.runs import this_run
from tasks.verdicts import NO_FINDING, Verdicts


@task(task_run_name="dispatch e-invoices", cache_policy=NO_CACHE, **RETRYING)
def dispatch_einvoices(integration: str, after: object = None) -> dict[str, int]:
    """Send the e-invoices of all booked EAN orders that are owed one; `after` is only there so that they are booked.

    A Retry of the run does it again, since it may have booked more: what was sent is never sent again.
    Raises like `reconcile_customers`.
    """
    return dispatch(open_integration(integration), this_run())


def dispatch(integration: Integration, run: str) -> dict[str, int]:
    """The step itself, for every order whose e-invoice is to go."""
    if not integration.settings.einvoicing.on:
        integration.dispatches.let_go()
        return {}
    ids = integration.dispatches.to_go()
    if not ids:
        return {}
    with claimed(integration, run, ids) as batch:
        return dispatch_batch(integration, batch)


def dispatch_batch(integration: Integration, batch: Batch) -> dict[str, int]:
    """Send what the claimed orders are owed; one that waits for something else than its e-invoice is let be."""
    verdicts = Verdicts(integration, batch, failed_as=partial(as_not_handed_over, integration.settings.language))
    rows = integration.store.orders.of_batch(batch, STAGES)
    taken_up = [row for row in rows if waits_for_einvoice(row.stage, row.code)]  # type: ignore[arg-type]
    sent = Dispatcher(integration, batch, verdicts).dispatch(taken_up)
    return {"einvoices": sent, **verdicts.conclude()}


@contextmanager
def claimed(integration: Integration, run: str, orders: Sequence[str]) -> Iterator[Batch]:
    """These orders, at whatever stage, until the block ends; without those that somebody else works on."""
    store = integration.store.orders
    (made,) = store.make_batches(integration.name, run, [orders])
    batch = store.open(made, STAGES)
    try:
        with writing_while(batch.still_ours):
            yield batch
    finally:
        store.release(batch)


@dataclass(frozen=True)
class Owed:
    """One e-invoice to be sent: of which order, for which document of the books."""

    row: OrderRow
    dispatch: DispatchRow
    document: DocumentRow


class Dispatcher:
    """Sends what the orders of one batch are owed, and gives each order its verdict."""

    def __init__(self, integration: Integration, batch: Batch, verdicts: Verdicts) -> None:
        self._integration = integration
        self._verdicts = verdicts
        self._courier = Courier(integration, batch, verdicts)

    def dispatch(self, rows: Sequence[OrderRow]) -> int:
        """Send; gives how many documents were handed over."""
        dispatches = self._integration.dispatches.of_orders(row.order_id for row in rows)
        owed = self._owed(rows, [one for listed in dispatches.values() for one in listed if one.state in TO_GO])
        handed = self._courier.hand_over([out for one in owed if (out := self._ready(one))])
        for row in rows:
            if row.order_id not in self._verdicts.stopped:
                settle(self._integration, row, dispatches.get(row.order_id, []), self._verdicts)
        with self._integration.store.together() as connection:
            self._verdicts.commit(connection)
        return handed

    def _owed(self, rows: Sequence[OrderRow], to_go: Sequence[DispatchRow]) -> list[Owed]:
        """Those whose document stands booked in the books."""
        documents = self._integration.documents.by_reference(one.reference for one in to_go)
        orders = {row.order_id: row for row in rows}
        return [
            Owed(orders[one.order_id], one, documents[one.reference])
            for one in to_go
            if one.reference in documents
            and documents[one.reference].state == "booked"
            and not documents[one.reference].gone
        ]

    def _ready(self, owed: Owed) -> Outgoing | None:
        """The document as it shall go; None, with a verdict, where it breaks a rule."""
        try:
            return self._courier.tried_before(owed.row, owed.dispatch) or self._written(owed)
        except NeedsAttention as error:
            self._verdicts.held(owed.row, as_broken_rule(error.finding, self._integration.settings.language))
            return None

    def _written(self, owed: Owed) -> Outgoing:
        """Raises `NeedsAttention` that names the rule and the field."""
        number = owed.document.number
        if self._courier.way_of(owed.dispatch) == "accounting":
            return self._courier.outgoing(owed.row, owed.dispatch, number)
        einvoice = einvoice_of(self._integration, owed.document)
        for finding in check(einvoice):
            raise NeedsAttention(finding.code, finding.field, finding.found, finding.expected)
        content = written(einvoice)
        verdict = self._integration.einvoice_rules.verdict(content)
        for one in (one for one in verdict.violations if one.fatal):
            told = explained(one, self._integration.settings.language)
            raise NeedsAttention("einvoice_breaks_rule", told.place, told.rule, f"{told.what} {told.fix}")
        return self._courier.outgoing(owed.row, owed.dispatch, number, content, verdict)


def settle(integration: Integration, row: OrderRow, dispatches: Sequence[DispatchRow], verdicts: Verdicts) -> None:
    """Give an order the verdict that follows from its e-invoices: dispatched, held for one of them, or still booked.

    One that waits for something else is let be; one that a person had settled is held again, and never passed.
    """
    hours = integration.settings.einvoicing.answer_within
    fates = [_fate(one, hours) for one in dispatches]
    goes_on = waits_for_einvoice(row.stage, row.code)  # type: ignore[arg-type]
    if not fates or not (goes_on or row.settled):
        return
    if waits_for := held_for(fates):
        verdicts.held(row, waits_for)
        return
    if not goes_on:
        return
    to_go = any(fate.state in TO_GO for fate in fates)
    if to_go and row.stage == "dispatched":
        verdicts.passed(row, "booked", **NO_FINDING)
    elif not to_go and row.stage != "dispatched":
        verdicts.passed(row, "dispatched", **NO_FINDING)


def _fate(row: DispatchRow, hours: int) -> Fate:
    finding = finding_of(row.state, row.channel, row.reference, row.code, row.told, hours)  # type: ignore[arg-type]
    return Fate(row.reference, row.channel, row.state, finding)  # type: ignore[arg-type]


def einvoice_of(integration: Integration, document: DocumentRow) -> Einvoice:
    """The e-invoice of a booked document. Raises `NeedsAttention` where its lines, or the seller, are unknown."""
    seller = integration.settings.einvoicing.seller
    if seller is None:
        raise NeedsAttention("einvoice_seller_incomplete", "einvoicing.seller")
    if not document.wanted:
        raise NeedsAttention("einvoice_lines_unknown", "number", document.number)
    invoice = Invoice.model_validate_json(document.wanted)
    credited = integration.documents.by_reference([invoice.credits]).get(invoice.credits) if invoice.credits else None
    booked = Credited(number=credited.number, date=date.fromisoformat(credited.date)) if credited else None
    return Einvoice(
        invoice=invoice,
        number=document.number,
        seller=seller,
        credits=booked if credited and credited.state == "booked" else None,
    )


def as_not_handed_over(language: Language, fault: Finding) -> Finding:
    """A fault that may pass, of an order that waits for its e-invoice alone: its invoice isn't made again."""
    return Finding(code="einvoice_try_again", field=fault.field, found=what(fault, language).rstrip("."))


def as_broken_rule(finding: Finding, language: Language) -> Finding:
    """A hold that keeps an order waiting for its e-invoice alone, and names the rule, the place, and what it says."""
    if finding.code in WAITING:
        return finding
    words = what(finding, language)
    return Finding(code="einvoice_breaks_rule", field=finding.field, found=finding.code, expected=words)
